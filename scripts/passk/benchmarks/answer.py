r"""Questions with one right final answer, and how a model's answer is read out of what it wrote.

A line of a problem file has the texts ``task_id, question, answer``; ``answer`` may be a whole
number. Of an answer with ``####`` only what stands behind the last one counts, so that GSM8K's own
file is one, and of one with a box only what the box holds, as of MATH's solutions. Where
``task_id`` is missing, the task is called by its place (``0``, ``1``, …).

The readings:

``boxed``
    What the last ``\boxed{…}`` (or ``\fbox``) that is closed holds, braces within it included; one
    without braces holds one number, fraction or letter. Earlier boxes do not count: a model that
    writes "or rather" is held to its last word.
``gsm8k``
    What stands behind the last ``####`` that has a number behind it, or else anything, to the end
    of its line. Where that is a number with words behind it (``18 dollars``) or a label before it
    (``Answer: 18``), the number.
``last_number``
    The last number anywhere, as ``normal_form`` has them: an integer with or without separators of
    thousands (``1,000``, ``1 000``), a decimal number, ``a/b``, ``\frac{a}{b}``, a mixed number,
    ``1.5e-3``, ``5 \cdot 10^4``, ``1011_2``. What is no number is not found, and of ``2^{10}`` it
    is the 10: a reading for models that were asked for no form. A dash before a blank is a sign
    only behind a relation, an opening bracket or ``$``: elsewhere it may be a bullet or stand
    between words.

Thoughts are no answer (``chat``), nor is what follows the end of the turn. A completion without an
answer gives the empty text, or :data:`UNFINISHED` where its tokens ran out while the model thought.

The text is hostile and may be megabytes long: every step is linear in it, and a box longer than
:data:`MOST_CHARACTERS` holds no answer.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from passk.benchmarks import chat, text_field
from passk.records import UserError

MOST_CHARACTERS = 2000
"""Of an answer, and of a reference."""
MOST_BOXES = 50  # that are tried, from the last one backwards
MOST_BEFORE = 20  # characters before a dash that say whether it is a sign
OTHER_NAMES = {
    "problem": "question", "question": "question", "solution": "answer", "answer": "answer",
    "unique_id": "task_id",
}  # fmt: skip
"""What files of MATH and AIME call the keys, in lower case; of two for one key the last counts."""
UNFINISHED = "(no answer: the completion ends within a thought)"
"""The answer of a completion that ends so."""

NUMERALS = {
    "hundred": 10**2, "thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12,
}  # fmt: skip
"""Words that multiply the number before them."""

_BLANK = r"(?:[ ~\u00a0\u2009\u202f]|\\[,;:> ])"
_SEPARATOR = rf"(?:,(?:\\!)?|\{{,\}}|\\!|{_BLANK})"  # of thousands
_DIGITS = r"\d{1,50}(?!\d)"
_PART = (
    rf"[-+\u2212]?[ ]?(?:\d{{1,50}}(?:{_SEPARATOR}\d{{3}}){{0,20}}(?:\.\d{{0,50}})?|\.{_DIGITS})"
)
_BRACED = rf"\{{[ ]?{_PART}[ ]?\}}"
_FRACTION = rf"(?:\\[dtc]?frac[ ]?(?:\d|{_BRACED})[ ]?(?:\d|{_BRACED})|[\u00bc-\u00be\u2153\u2154])"
_INTEGER = rf"\d{{1,3}}(?:{_SEPARATOR}\d{{3}}){{1,20}}(?![\d,]?\d)|\d++"
_OVER = r"[ ]?(?:[/\u2044\u2215\u00f7]|\\div(?![a-z]))[ ]?"
_MIXED = rf"{_BLANK}{{0,3}}{_FRACTION}|{_BLANK}{{1,3}}(?:and[ ])?{_DIGITS}{_OVER}{_DIGITS}(?!\.\d)"
_POWER = r"[ ]?(?:\^[ ]?(?:\{[ ]?[-+]?\d{1,3}[ ]?\}|-?\d{1,3}(?!\d))|[\u00b2\u00b3])"
_TIMES = r"[ ]?(?:[*\u00d7\u00b7\u22c5]|\\(?:cdot|times|ast)(?![a-z]))[ ]?"
_NUMBER = re.compile(
    r"(?<![A-Za-z}]\^)(?<![A-Za-z}]\^\{)"  # 10 cm^2
    rf"(?P<sign>(?<![\w)\]}}.%])[-\u2212\u2013][ ]?)?(?P<currency>\\?[$\u20ac\u00a3][ ]?)?"
    rf"(?:{_FRACTION}|10{_POWER}"
    rf"|(?:(?:{_INTEGER})(?:{_MIXED}|\.\d*+\\(?:overline|bar)[ ]?(?:\{{\d++\}}|\d)|\.\d++)?"
    rf"|(?<![\w.])\.\d++)"
    rf"(?:[ ]?[eE][-+]?\d{{1,4}}(?!\w)|{_TIMES}10{_POWER}|_(?:{_DIGITS}|\{{{_DIGITS}\}})"
    rf"|{_OVER}[-+]?(?:\d{{1,50}}(?:\.\d{{1,50}})?|\.\d{{1,50}})(?![\d.]*\d)"
    rf"|{_BLANK}?(?:\\text[ ]?\{{[ ]?)?(?ai:{'|'.join(NUMERALS)})s?\b[ ]?\}}?)?)"
)
# What stands before a dash and a blank that are a sign: no word, and no line's beginning.
_OF_SIGN = re.compile(
    r"(?:[=<(\[{\u2248\u2264\u2265]|\w[ ]*>|\\(?:approx|cdot|times|[lgn]eq?))[ ]*\Z|\$\Z"
)
_BOX = re.compile(
    rf"\\(?:boxed|fbox|framebox)(?:\s*+(?:(\{{)|(-?{_FRACTION}))"
    r"|[ \t]*(-?\d[\d.,]*+|(?<=[ \t])[A-Za-z]\b))"
)
_BRACE = re.compile(r"\\.|[{}]", re.DOTALL)
_HASHES = re.compile(r"####[ \t]*([^\n]*)")
_LABEL = re.compile(
    r"[*_]{0,3}[^\W\d_][^\d\n\\!<>+*/^-]{0,60}\*{0,3}(?:[:=]|\bis\b)[ \t*_]{0,9}(?:\$(?=[\\-]))?"
)
# In what stands behind a number: a word that makes another number of it, or one that is no unit.
NUMERAL = re.compile(
    rf"(?<![\^{{-])\d|\b(?:{'|'.join(NUMERALS)}|dozen|k|plus|minus|times|squared"
    r"|cubed|factorial|hal(?:f|ves)|thirds?|fourths?|quarters?|fifths?|tenths?|out|over|base|not|is"
    r"|and|or)s?\b"
)
_DIGIT = re.compile(r"[\d\u00bc-\u00be\u2153\u2154]")
_WORDS_BEHIND = re.compile(r"(?:\$|\*{2,3})?[ ]?%?[.!]?(?:[ ]+[^\W\d_][^\d\\=+*/^{}]*)?")


@dataclass(frozen=True, slots=True)
class Question:
    """One task. ``answer`` is the right one; ``index`` is its place in the whole benchmark."""

    task_id: str
    question: str
    answer: str
    index: int

    @property
    def prompt(self) -> str:
        """What the model is given, within a sampling entry's ``template``."""
        return self.question


def read_question(record: Mapping[str, Any], index: int, where: str) -> Question:
    """The task of one line.

    :raises UserError: a missing field, or one by another name; an answer that is empty, longer than
        an answer may be, or in two different boxes.
    """
    task = record.get("task_id", str(index))
    if not isinstance(task, str) or not task:
        raise UserError(f"{where} has a 'task_id' that is no text; write it in quotes")
    _refuse_other_names(record, where)
    question = text_field(record, "question", where, "answer")
    answer = record.get("answer")
    if isinstance(answer, float) and answer.is_integer():  # of a table, as pandas writes it
        answer = int(answer)
    if isinstance(answer, int) and not isinstance(answer, bool):
        answer = str(answer)
    elif not isinstance(answer, str):
        raise UserError(f"{where} has no 'answer' that is a text or a whole number")
    answer = answer.rpartition("####")[2].strip()
    boxes = {(last_box(held) or held).strip() for held in _boxes(answer)}
    if len(boxes) > 1:
        raise UserError(
            f"{where} has an 'answer' with {len(boxes)} different boxes; write the right one alone"
        )
    answer = boxes.pop() if boxes else answer
    if not 0 < len(answer) <= MOST_CHARACTERS:
        raise UserError(
            f"{where} has an 'answer' of {len(answer):,} characters; the right answer alone is "
            f"needed, 1 to {MOST_CHARACTERS:,} characters, or a solution that ends in "
            "'#### answer' or boxes it"
        )
    return Question(task, question, answer, index)


def _refuse_other_names(record: Mapping[str, Any], where: str) -> None:
    wanted = [name for name in ("question", "answer") if name not in record]
    keys = {key.lower(): key for key in record}
    found = {
        right: keys[name]
        for name, right in OTHER_NAMES.items()
        if name in keys and right not in record
    }
    if not found.keys().isdisjoint(wanted):
        renamed = ", ".join(f"{key!r} to {right!r}" for right, key in found.items())
        raise UserError(f"{where} must have the keys 'question' and 'answer'; rename {renamed}")


def final_answer(problem: Question, completion: str, answer: str) -> str:
    """The text of the final answer in ``completion``, read as ``answer``; see the module.

    :raises ValueError: ``answer`` is none of the readings; never because of the completion.
    """
    if answer not in READINGS:
        raise ValueError(f"answer {answer!r} is none of {', '.join(READINGS)}")
    text, unfinished = chat.without_thoughts(completion)
    found = READINGS[answer](chat.without_tokens(text)).strip()
    if len(found) > MOST_CHARACTERS:
        found = ""
    return found or (UNFINISHED if unfinished else "")


def failure(problem: Question, completion: str, answer: str) -> str:
    """What kept :func:`final_answer` from finding one, of the kind's ``failures``, or nothing."""
    found = final_answer(problem, completion, answer)
    return "unfinished" if found == UNFINISHED else "" if found else "no_answer"


def last_box(text: str) -> str:
    """What the last closed box holds; empty where there is none."""
    return next(_boxes(text), "")


def _boxes(text: str) -> Iterator[str]:
    """What each closed box holds that is not empty, from the last one backwards."""
    for box in reversed(list(_BOX.finditer(text))[-MOST_BOXES:]):
        if not box[1]:
            yield box[2] or box[3].rstrip(".,")
            continue
        start, depth = box.end(), 1
        for brace in _BRACE.finditer(text, start, start + MOST_CHARACTERS + 2):
            depth += (brace[0] == "{") - (brace[0] == "}")
            if not depth:  # an empty box, as in "put it in \\boxed{}", holds no answer
                yield from filter(str.strip, [text[start : brace.start()]])
                break


def behind_hashes(text: str) -> str:
    """What stands behind the last ``####`` that has a number behind it, or else anything."""
    line, numbered = "", False
    for found in _HASHES.finditer(text):
        said = found[1].strip()
        holds = _DIGIT.search(said) is not None
        if said and holds >= numbered:
            line, numbered = said, holds
    if len(line) > MOST_CHARACTERS:
        return ""
    label = _LABEL.match(line)
    return _number_alone(line[label.end() :] if label else line) or line


def _number_alone(line: str) -> str:
    """The number that a line begins with, if only words stand behind it."""
    number = _NUMBER.match(line)
    if not number or not _WORDS_BEHIND.fullmatch(line, number.end()):
        return ""
    return "" if NUMERAL.search(line.lower(), number.end()) else _spelled(number)


def last_number(text: str) -> str:
    """The last number, without its currency; empty where there is none."""
    number = None
    for found in _NUMBER.finditer(text):
        number = found
    if number is None:
        return ""
    before = text[max(0, number.start() - MOST_BEFORE) : number.start()]
    dash = (number["sign"] or "").endswith(" ") and not _OF_SIGN.search(before)
    return _spelled(number).removeprefix("-") if dash else _spelled(number)


def _spelled(number: re.Match[str]) -> str:
    sign = "-" if number["sign"] else ""
    return sign + number[0].removeprefix(number["sign"] or "").removeprefix(
        number["currency"] or ""
    )


READINGS: Mapping[str, Callable[[str], str]] = {
    "boxed": last_box,
    "gsm8k": behind_hashes,
    "last_number": last_number,
}
