r"""Whether two final answers are equal by computer algebra (math-verify), and guards around that.

This module runs in a process of its own (``passk.limited``): math-verify and sympy can be kept busy
for hours by a line of text. It imports them, and nothing else imports it.

math-verify rounds, drops units and bases, sorts what is ordered and lets letters commute. So

- lists are taken apart first: sets must match part by part in any order, sequences in their order
  and with the same brackets; a bare list is a sequence where the other side is one in ``( )``;
- words are equal where their normal forms are, and so is a single letter;
- units must agree where both sides have one, and so must bases; a percentage equals the number
  itself and its hundredth;
- what is a task rather than an answer is not evaluated: integrals, sums, products, limits, towers
  of powers, exponents and factorials of five digits, brackets more than :data:`MOST_DEPTH` deep;
- only a whole answer is read: math-verify would find the 5 in any text that has one;
- what it cannot compare is written otherwise and asked again: inequalities of one letter as
  intervals, and both branches of a ``\pm`` as a list;
- what math-verify accepts must hold numerically: to :data:`RELATIVE` at :data:`DIGITS` digits, with
  letters at :data:`POINTS`.
"""

from __future__ import annotations

import logging
import re
from itertools import pairwise
from typing import Any

import sympy
from latex2sympy2_extended.sets import FiniteSet
from math_verify import LatexExtractionConfig, parse, verify

from passk.benchmarks.answer import NUMERAL
from passk.verifiers.normal_form import (
    NormalForm,
    agree,
    by_name,
    equal,
    in_latex,
    is_words,
    normal_form,
    parts_of,
    parts_within,
    spelled,
)

DIGITS, RELATIVE = 30, 1e-12
POINTS = (sympy.Rational(7, 5), sympy.Rational(23, 11))
MOST_PARTS = 30
MOST_DEPTH = 20  # of brackets in one another
_READ = (LatexExtractionConfig(boxed_match_priority=0),)
_OPERATOR = re.compile(r"\\(?:i*int|oint|sum|prod|lim|limsup|liminf)(?![a-z])")
_TOWER = re.compile(
    r"\^\s*\{?\s*\d+\s*\^|\*\*\s*\d+\s*\*\*|\^\s*\{[^{}^]{0,20}\^\s*\{[^{}^]{0,20}\^"
)
_HUGE = re.compile(
    r"(?:\^|\*\*)\s*[{(]*\s*-?\d{5}|\d{5}\s*[)}]*\s*!|(?:\^|\*\*)[^!]{0,20}\)\s*!|!\s*!"
)
_DEGREES = re.compile(r"(\d+(?:\.\d+)?)\s*(?:\^\s*\{?\s*\\circ\s*\}?|\u00b0)")
_TURN = re.compile(r"\\(?:sin|cos|tan|cot|sec|csc)(?![a-z])")
_SEVERAL = re.compile(r"\\(?:pm|mp|cup|le|ge|in|\{)(?![a-z])|[<>=]")
_APPROXIMATELY = re.compile(r"\\approx(?![a-z])|\\simeq(?![a-z])|\u2248")
_MARKED = re.compile(r"\\(?:text|textrm|mathrm|mbox)\s*\{([^{}]*)\}")
_NO_LETTERS = re.compile(
    r"\\[A-Za-z]+|\b(?:[bpBvV]?matrix|sin|cos|tan|log|ln|exp|sqrt|pi|gcd|lcm|max|min)\b"
)
_LETTER = re.compile(r"[A-Za-z]|\\[A-Za-z]+")
_OR = re.compile(r"\s+or\s+|\\(?:lor|vee)(?![a-z])|\\cup(?![a-z])")
_AND = re.compile(r"\s+and\s+|\\(?:land|wedge)(?![a-z])|,")
_COMPARED = re.compile(r"(<|>|\\[lg]e(?![a-z])|\\ne(?![a-z]))")
_VARIABLE = re.compile(r"[a-zA-Z]|\\(?:theta|alpha|beta|lambda)")
_INTEGRAL = re.compile(r"[xtu].*\+\s*C\s*$", re.DOTALL)
_RATIO = re.compile(r"[\d.]+(?::[\d.]+)+")
_CLOCK = re.compile(r"\d{1,2}(?::\d\d)+")
_LESS = {"<": "<", "\\le": "<", ">": ">", "\\ge": ">"}
_CLOSED = ("\\le", "\\ge")
_REALS = r"\mathbb{R}", r"\mathbbR", "R", "all real numbers", "all reals", "all real"
_WHOLE = r"(-\infty,\infty)"
_LIST = re.compile(r"(\\\{|\(|\[)?(.*?)(\\\}|\)|\])?", re.DOTALL)
logging.disable()  # math-verify tells of every text that it cannot read


def same(reference: str, answer: str) -> bool:
    """Whether ``answer`` is the ``reference``, the right answer."""
    answer = _renamed(answer, reference)
    return _same(spelled(reference), spelled(answer), in_latex(reference), in_latex(answer))


def _renamed(answer: str, reference: str) -> str:
    """``f(t) = t + 1`` with the reference's letter, where that one is ``f(x) = …``; and an
    integral's constant with its capital."""
    ours, theirs = (re.match(r"\s*([A-Za-z])\(([a-z])\)\s*=", text) for text in (reference, answer))
    if ours and theirs and ours[1] == theirs[1] and ours[2] not in answer:
        answer = re.sub(rf"(?<![A-Za-z\\]){theirs[2]}(?![a-z])", ours[2], answer)
    if _INTEGRAL.search(reference) and _letters(reference) <= {"C", "x", "t", "u"}:
        answer = re.sub(r"\+\s*c\s*$", "+ C", answer)
    return answer


def readable(reference: str) -> bool:
    """Whether a right answer can be compared with others: it equals itself."""
    form = normal_form(reference)
    if form.is_number or form.base or form.parts or is_words(spelled(reference)):
        return True
    return not is_task(reference) and bool(_read(reference))


def _same(wanted: str, found: str, reference: str, answer: str) -> bool:
    one, other = normal_form(reference), normal_form(answer)
    if equal(one, other):
        return True
    if not agree(one, other):
        return False
    if one.base or other.base:
        return bool(one.base and other.base) and _value(one) == _value(other)
    if is_words(wanted) or is_words(found) or "" in (wanted, found):
        return False
    if _LETTER.fullmatch(wanted) and _LETTER.fullmatch(found):
        return False
    if one.is_number and other.is_number:
        return _percent_equal(one, other)
    if (len(one.parts) == 1) != (len(other.parts) == 1):
        return False  # a set of one set, whose braces math-verify drops
    if _intervals_equal(wanted, found):
        return True
    if one.parts and other.parts:
        names = [{part.name for part in form.parts} - {""} for form in (one, other)]
        return (names[0] == names[1] or not all(names)) and _lists_equal(wanted, found)
    ratios = [form.value for form in (one, other) if _RATIO.fullmatch(form.value)]
    if len(ratios) == 2 or any(ratio.count(":") > 1 for ratio in ratios):
        return _ratios_equal(*ratios) if len(ratios) == 2 else False
    if _branches_equal(wanted, found):
        return True
    for form, text in ((one, found), (other, wanted)):
        if form.parts and form.value[0] == "{" and not _SEVERAL.search(text):
            return False  # a list is not one value, though math-verify's sets forget repetitions
    return _algebra_equal(reference, answer)


def _value(form: NormalForm) -> int | None:
    try:
        return int(form.value, int(form.base))
    except ValueError:
        return None


def _percent_equal(one: NormalForm, other: NormalForm) -> bool:
    """Of numbers that differ: whether one is the other's percentage."""
    if (one.unit == "%") == (other.unit == "%"):
        return False
    percent, plain = (one, other) if one.unit == "%" else (other, one)
    return sympy.Rational(percent.value) / 100 == sympy.Rational(plain.value) and not plain.unit


def _ratios_equal(one: str, other: str) -> bool:
    """Whether two ratios are the same in lowest terms; times of the day are none."""
    if _CLOCK.fullmatch(one) and _CLOCK.fullmatch(other):
        return False
    ours, theirs = ([sympy.Rational(term) for term in ratio.split(":")] for ratio in (one, other))
    return len(ours) == len(theirs) and all(
        a * theirs[0] == b * ours[0] for a, b in zip(ours, theirs, strict=True)
    )


def _intervals_equal(wanted: str, found: str) -> bool:
    """Whether inequalities on one side, or both, hold for what the other side says."""
    (ours, letter), (theirs, other) = as_intervals(wanted), as_intervals(found)
    if not (ours or theirs) or (letter and other and letter != other):
        return False
    return _algebra_equal(ours or wanted, theirs or found)


def as_intervals(text: str) -> tuple[str, str]:
    """The values of its one letter for which an inequality, or one of several, holds, as a union of
    intervals; and that letter. Both are empty for another text."""
    found, letters = [], set()
    for part in map(str.strip, _OR.split(text)):
        if part in _REALS:
            found.append(_WHOLE)
            continue
        interval, letter = _in_common(*map(str.strip, _AND.split(part)))
        if not interval:
            return "", ""
        found.append(interval)
        letters.add(letter)
    if len(letters) > 1:
        return "", ""
    return r"\cup".join(found), "".join(letters)


def _in_common(first: str, *others: str) -> tuple[str, str]:
    """The values for which an inequality holds, and another one, of the other side or ``\\ne``."""
    interval, letter = _as_interval(first)
    if not others or not interval:
        return interval, letter
    second, same = _as_interval(others[0])
    if len(others) > 1 or letter != same or r"\cup" in interval:
        return "", ""
    if r"\ne" in others[0]:
        bound = _COMPARED.split(others[0])[2].strip()
        return (
            rf"{interval.partition(',')[0]},{bound})\cup({bound},{interval.partition(',')[2]}",
            letter,
        )
    low, high = sorted((interval, second), key=lambda one: one.startswith(r"(-\infty"))
    if not low.endswith(r"\infty)") or not high.startswith(r"(-\infty"):
        return "", ""
    return f"{low.partition(',')[0]},{high.partition(',')[2]}", letter


def _as_interval(text: str) -> tuple[str, str]:
    sides = [side.strip() for side in _COMPARED.split(text)]
    terms, signs = sides[::2], sides[1::2]
    if len(terms) == 3 and _VARIABLE.fullmatch(terms[1]):
        (low, letter, high), (first, second) = terms, signs
        if "\\ne" in signs or _LESS[first] != _LESS[second] or _uses(letter, low, high):
            return "", ""
        if _LESS[first] == ">":
            low, high, first, second = high, low, second, first
        opening, closing = "(["[first in _CLOSED], ")]"[second in _CLOSED]
        return f"{opening}{low},{high}{closing}", letter
    if len(terms) != 2:
        return "", ""
    (left, right), (sign,) = terms, signs
    size = re.fullmatch(r"(?:\||\\lvert)\s*(\S+?)\s*(?:\||\\rvert)", left)
    letter = size[1] if size else left if _VARIABLE.fullmatch(left) else right
    bound = right if size or letter == left else left
    if not _VARIABLE.fullmatch(letter) or not bound or _uses(letter, bound):
        return "", ""
    if sign == "\\ne":
        return ("", "") if size else (rf"(-\infty,{bound})\cup({bound},\infty)", letter)
    opening, closing = "(["[sign in _CLOSED], ")]"[sign in _CLOSED]
    less = (_LESS[sign] == "<") == (letter != right or bool(size))
    if size and less:
        return f"{opening}-({bound}),{bound}{closing}", letter
    if size:
        return rf"(-\infty,-({bound}){closing}\cup{opening}{bound},\infty)", letter
    return (rf"(-\infty,{bound}{closing}" if less else rf"{opening}{bound},\infty)"), letter


def _uses(letter: str, *terms: str) -> bool:
    return any(letter in _NO_LETTERS.sub(" ", term) for term in terms)


def _branches_equal(wanted: str, found: str) -> bool:
    """Whether both signs of each ``\\pm``, on one side or both, give the same values."""
    if not any(r"\pm" in text for text in (wanted, found)):
        return False
    for text in (wanted, found):
        opens, parts, closes = _cut(text)
        if opens + closes not in ("", "\\{\\}"):
            return False  # a sequence or an interval
        if any(part.count(r"\pm") > 1 and r"\mp" not in part for part in parts):
            return False  # whether the signs go together is not said
    ours, theirs = map(_branches, (wanted, found))
    return len(ours) == len(theirs) and _matched(ours, theirs)


def _branches(text: str) -> list[str]:
    _, parts, _ = _cut(text)
    found = []
    for part in parts if len(parts) <= MOST_PARTS else ():
        if r"\pm" not in part:
            found.append(part)
            continue
        for upper, lower in (("+", "-"), ("-", "+")):
            signed = re.sub(r"\\pm(?![a-z])", upper, part)
            found.append(re.sub(r"\\mp(?![a-z])", lower, signed))
    return found


def _lists_equal(wanted: str, found: str) -> bool:
    (opens, ours, closes), (opened, theirs, closed) = _cut(wanted), _cut(found)
    if len(ours) != len(theirs) or len(ours) > MOST_PARTS:
        return False
    if (opens, closes) != (opened, closed) and {opens + closes, opened + closed} != {"", "()"}:
        sets = ("", "\\{\\}")
        if opens + closes not in sets or opened + closed not in sets:
            return False
    if opens + closes in ("()", "[]", "(]", "[)") or opened + closed == "()":
        return all(_same(a, b, a, b) for a, b in zip(ours, theirs, strict=True))
    return _matched(ours, theirs)


def _matched(ours: list[str], theirs: list[str]) -> bool:
    """Whether as many values are the same, in any order."""
    left = list(theirs)
    for part in ours:
        match = next((other for other in left if _same(part, other, part, other)), None)
        if match is None:
            return False
        left.remove(match)
    return True


def _cut(text: str) -> tuple[str, list[str], str]:
    """Brackets and parts of a list; no brackets where they do not enclose all of it."""
    opens, inner, closes = _LIST.fullmatch(text).groups()
    if opens and closes and len(normal_form(text).parts) > 0:
        parts = parts_within(inner)
        if len(parts) > 1:
            return opens, [_bare(part) for part in parts], closes
    parts = parts_of(text, words=True)
    if assigned := by_name(parts):
        return "(", list(assigned.values()), ")"
    return "", [_bare(part) for part in parts], ""


def _bare(part: str) -> str:
    """A part without a letter's ``=`` before it."""
    return re.sub(r"^\s*\\?[A-Za-z]\s*=\s*(?=[^=]+$)", "", part).strip()


def _algebra_equal(reference: str, answer: str) -> bool:
    if is_task(reference) or is_task(answer):
        return False
    answer = _APPROXIMATELY.split(answer)[0]
    if any(NUMERAL.search(marked.lower()) for marked in _MARKED.findall(answer)):
        return False  # 5 million, which math-verify takes for 5
    if "=" not in reference and not _solved(answer):
        return False
    if _dropped(reference) != _dropped(answer):
        return False
    ours, theirs = _read(reference), _read(answer)
    if not (_SEVERAL.search(reference) or _SEVERAL.search(_right_side(answer))):
        # math-verify ends where it does not understand (5ab is 5), and knows no capitals
        letters, others = _letters(reference), _letters(_right_side(answer))
        if not (_all_read(letters, ours) and _all_read(others, theirs)):
            return False
        if letters and others and letters != others:
            return False
    if not ours or not theirs:
        return False
    if verify(ours, theirs, timeout_seconds=None, strict=True, allow_set_relation_comp=True):
        return any(_holds(a, b) for a in ours for b in theirs)
    return any(_complex_equal(a, b) for a in ours for b in theirs)


def _solved(answer: str) -> bool:
    """Whether an equation may stand for its right-hand side: its left-hand side is that value, or
    names what was asked for. ``2x = 5`` is still to be solved."""
    sides = re.split(r"(?<![<>!:])=", spelled(answer))
    for left, right in pairwise(map(str.strip, sides)):
        letters = set(re.findall(r"(?<!\\)(?<![A-Za-z])[A-Za-z]", left))
        if not letters and not _same(left, right, left, right):
            return False
        if len(letters) == 1 and re.search(
            r"[-+*/^|]|\\(?:frac|sqrt)(?![a-z])|\d\s*\\?[A-Za-z(]", left
        ):
            return False
    return True


def _right_side(answer: str) -> str:
    return answer.rpartition("=")[2]


def _letters(text: str) -> set[str]:
    """The letters of a text that stand for something: none of a command's or a function's name, of
    a unit or of e and i."""
    text = re.sub(r"\\(?:text|textrm|mathrm|mbox)\s*\{[^{}]*\}", " ", text)
    text = _NO_LETTERS.sub(" ", text)
    return set(re.findall(r"[A-Za-z]", text)) - {"e", "i"}


def _all_read(letters: set[str], read: list[Any]) -> bool:
    symbols = "".join(str(one) for part in read for one in getattr(part, "free_symbols", ()))
    return {letter.lower() for letter in letters} <= set(symbols.lower())


def _dropped(text: str) -> list[str]:
    """What math-verify does not see: primes and transposes."""
    return re.findall(r"'|\^\s*\{?\s*(?:\\top(?![a-z])|\\prime(?![a-z])|T(?![A-Za-z]))", text)


def is_task(text: str) -> bool:
    """Whether a text asks for a computation that no final answer needs, and that may be endless."""
    if _OPERATOR.search(text) or _TOWER.search(text) or _HUGE.search(text):
        return True
    depth = 0
    for bracket in re.finditer(r"[()\[\]{}]", text):
        depth += 1 if bracket[0] in "({[" else -1
        if depth > MOST_DEPTH:
            return True
    return False


def _complex_equal(one: Any, other: Any) -> bool:
    """Numbers with ``i``, which math-verify takes for a letter where it stands alone."""
    if not (isinstance(one, sympy.Expr) and isinstance(other, sympy.Expr)):
        return False
    letters = one.free_symbols | other.free_symbols
    if not letters or {str(letter) for letter in letters} != {"i"}:
        return False
    return _close(*(part.subs(dict.fromkeys(letters, sympy.I)) for part in (one, other)))


def _read(text: str) -> list[Any]:
    """What math-verify reads out of an answer: expressions, and none that is only text."""
    text = re.sub(r"(?<!\\)\$|\\[()]|\\\[|\\\]", "", text)
    if _TURN.search(text):  # else degrees are a unit, and math-verify drops them
        text = _DEGREES.sub(r"{(\\frac{\1 \\pi}{180})}", text)
    read = parse(
        f"\\boxed{{{text}}}",
        extraction_config=_READ,
        fallback_mode="no_fallback",
        parsing_timeout=None,
    )
    return [one for one in read if not isinstance(one, str)]


def _holds(one: Any, other: Any) -> bool:
    """Whether an accepted pair is equal numerically, as far as that can be asked."""
    one, other = _right(one, other), _right(other, one)
    if isinstance(one, sympy.MatrixBase) and isinstance(other, sympy.MatrixBase):
        return one.shape == other.shape and all(map(_holds, one.flat(), other.flat()))
    if isinstance(one, sympy.Interval) and isinstance(other, sympy.Interval):
        ends = (one.left_open, one.right_open) == (other.left_open, other.right_open)
        return ends and _holds(one.start, other.start) and _holds(one.end, other.end)
    if isinstance(one, sympy.Tuple) and isinstance(other, sympy.Tuple):
        return len(one) == len(other) and all(map(_holds, one, other))
    sets = (sympy.FiniteSet, FiniteSet)
    if isinstance(one, sympy.Union) and isinstance(other, sympy.Union):
        sets = sympy.Union
    if isinstance(one, sets) and isinstance(other, sets):
        return all(
            any(
                isinstance(b, sympy.Interval) == isinstance(a, sympy.Interval) and _holds(a, b)
                for b in second
            )
            for first, second in ((one.args, other.args), (other.args, one.args))
            for a in first
        )
    if isinstance(one, sympy.Expr) and isinstance(other, sympy.Expr):
        return _numbers_equal(one, other)
    return True


def _right(one: Any, other: Any) -> Any:
    """The right-hand side of an equation, where the other is none."""
    if isinstance(one, sympy.Eq) and not isinstance(other, sympy.core.relational.Relational):
        return one.rhs
    return one


def _numbers_equal(one: sympy.Expr, other: sympy.Expr) -> bool:
    symbols = sorted(one.free_symbols | other.free_symbols, key=str)
    if not symbols:
        return _close(one, other)
    if {str(s) for s in one.free_symbols} != {str(s) for s in other.free_symbols}:
        return sympy.simplify(one - other) == 0
    for place, point in enumerate(POINTS):
        values = {symbol: point + place + 3 * i for i, symbol in enumerate(symbols)}
        by_name = {str(symbol): value for symbol, value in values.items()}
        first, second = (
            part.subs({symbol: by_name[str(symbol)] for symbol in part.free_symbols})
            for part in (one, other)
        )
        if not _close(first, second):
            return False
    return True


def _close(one: sympy.Expr, other: sympy.Expr) -> bool:
    first, second = (sympy.N(part.doit(), DIGITS) for part in (one, other))
    if not (first.is_number and second.is_number):
        return True
    if first.is_finite is False or second.is_finite is False:
        return first == second
    difference, size = abs(first - second), max(abs(first), abs(second))
    return bool(difference <= RELATIVE * size) or any(
        bool(abs(first * factor - second) <= RELATIVE * size) for factor in _percents(one, other)
    )


def _percents(one: sympy.Expr, other: sympy.Expr) -> list[Any]:
    """What a percentage may be off by: math-verify takes 9 % and 9 for equal."""
    hundredth = sympy.UnevaluatedExpr(sympy.Rational(1, 100))
    has = [part.has(hundredth) for part in (one, other)]
    return [] if has[0] == has[1] else [sympy.Integer(100), sympy.Rational(1, 100)]
