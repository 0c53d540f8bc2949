r"""Questions with one right final answer, and how a model's answer is read out of what it wrote.

A line of a problem file has the texts ``task_id, question, answer``; ``answer`` may be a whole
number. Of an answer with ``####`` only what stands behind the last one counts, so that GSM8K's own
file is one: where ``task_id`` is missing, the task is called by its place (``0``, ``1``, …).

The readings:

``boxed``
    What the last ``\boxed{…}`` (or ``\fbox``) that is closed holds, braces within it included; one
    without braces holds one number or letter. Earlier boxes do not count: a model that writes "or
    rather" is held to its last word.
``gsm8k``
    What stands behind the last ``####``, to the end of its line. Where that is a number with words
    behind it (``18 dollars``), the number.
``last_number``
    The last number anywhere: an integer with or without separators of thousands, a decimal number,
    ``a/b``, ``\frac{a}{b}``, ``1.5e-3``. What is no number is not found, and of ``x^2 = 5 \cdot
    10^4`` it is the 4: a reading for models that were asked for no form.

Thoughts are no answer (``chat``), nor is what follows the end of the turn. A completion without an
answer gives the empty text, or :data:`UNFINISHED` where its tokens ran out while the model thought.

The text is hostile and may be megabytes long: every step is linear in it, and a box longer than
:data:`MOST_CHARACTERS` holds no answer.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from passk.benchmarks import chat, text_field
from passk.records import UserError

MOST_CHARACTERS = 2000
"""Of an answer, and of a reference."""
MOST_BOXES = 50  # that are tried, from the last one backwards
UNFINISHED = "(no answer: the completion ends within a thought)"
"""The answer of a completion that ends so."""

_BOX = re.compile(r"\\(?:boxed|fbox|framebox)[ \t]*(?:(\{)|(-?\d[\d.,]*+|(?<=[ \t])[A-Za-z]\b))")
_BRACE = re.compile(r"\\.|[{}]", re.DOTALL)
_HASHES = re.compile(r"####[ \t]*([^\n]*)")
_FRACTION = r"\\[dtc]?frac\{[ ]?\d{1,50}[ ]?\}\{[ ]?\d{1,50}[ ]?\}"
_INTEGER = r"\d{1,3}(?:,\d{3}){1,20}(?![\d,]?\d)|\d++"
_NUMBER = re.compile(
    rf"(?P<sign>(?<![\w)\]}}.])[-\u2212\u2013][ ]?)?(?P<currency>\\?[$\u20ac\u00a3][ ]?)?"
    rf"(?:(?P<fraction>{_FRACTION})"
    rf"|(?P<whole>{_INTEGER})(?P<rest>\.\d++)?(?P<power>[eE][-+]?\d{{1,4}}(?!\w))?"
    rf"(?P<over>[ ]?/[ ]?\d{{1,50}}(?![\d.]*\d))?|(?P<decimal>(?<![\w.])\.\d++))"
)
# In what stands behind a number: a word that makes another number of it, or one that is no unit.
NUMERAL = re.compile(
    r"(?<![\^{-])\d|\b(?:hundred|thousand|million|billion|trillion|dozen|k|plus|minus|times|squared"
    r"|cubed|factorial|hal(?:f|ves)|thirds?|fourths?|quarters?|fifths?|tenths?|out|over|base|not|is"
    r"|and|or)s?\b"
)
_WORDS_BEHIND = re.compile(r"[ ]?%?[.!]?(?:[ ]+[^\W\d_][^\d\\=+*/^{}]*)?")


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

    :raises UserError: a missing field, or an answer that is empty or longer than an answer may be.
    """
    task = record.get("task_id", str(index))
    if not isinstance(task, str) or not task:
        raise UserError(f"{where} has a 'task_id' that is no text; write it in quotes")
    question = text_field(record, "question", where, "answer")
    answer = record.get("answer")
    if isinstance(answer, int) and not isinstance(answer, bool):
        answer = str(answer)
    elif not isinstance(answer, str):
        raise UserError(f"{where} has no 'answer' that is a text or a whole number")
    answer = answer.rpartition("####")[2].strip()
    if not 0 < len(answer) <= MOST_CHARACTERS:
        raise UserError(
            f"{where} has an 'answer' of {len(answer):,} characters; the right answer alone is "
            f"needed, 1 to {MOST_CHARACTERS:,} characters, or a solution that ends in '#### answer'"
        )
    return Question(task, question, answer, index)


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
    boxes = list(_BOX.finditer(text))
    for box in reversed(boxes[-MOST_BOXES:]):
        if not box[1]:
            return box[2].rstrip(".,")
        start, depth = box.end(), 1
        for brace in _BRACE.finditer(text, start, start + MOST_CHARACTERS + 2):
            depth += (brace[0] == "{") - (brace[0] == "}")
            if not depth and text[start : brace.start()].strip():
                return text[start : brace.start()]
            if not depth:
                break  # an empty box, as in "put it in \\boxed{}", holds no answer
    return ""


def behind_hashes(text: str) -> str:
    """What stands behind the last ``####`` that has something behind it."""
    line = ""
    for found in _HASHES.finditer(text):
        line = found[1].strip() or line
    if len(line) > MOST_CHARACTERS:
        return ""
    number = _NUMBER.match(line)
    if not number or not _WORDS_BEHIND.fullmatch(line, number.end()):
        return line
    return line if NUMERAL.search(line.lower(), number.end()) else _spelled(number)


def last_number(text: str) -> str:
    """The last number, without its currency; empty where there is none."""
    number = None
    for found in _NUMBER.finditer(text):
        number = found
    return _spelled(number) if number else ""


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
