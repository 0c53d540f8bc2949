r"""The normal form of a final answer: what equal answers share, found without computer algebra.

:func:`normal_form` reads an answer by these rules, in this order, and evaluates nothing:

1.  *Layout goes.* White space beside one another becomes one space; delimiters of mathematics
    (``$``, ``\(``, ``\[``), ``\left``, ``\right``, ``\displaystyle``, thin and wide spaces, ``**``
    around the whole, "the answer is" before it and a full stop at the end go; a box around the
    whole is opened.
2.  *One spelling.* ``\dfrac``, ``\tfrac`` and ``\cfrac`` are ``\frac``; ``\frac12`` and
    ``\sqrt3`` get their braces, ``x^{2}`` loses them; signs of Unicode such as π, ≤, √ and ½
    are LaTeX's; ``\leq`` is ``\le``, ``\cdot`` and ``\times`` are ``*``; ``\text`` and its kin give
    what they hold; ``3:45 P.M.`` is ``3:45 pm``.
3.  *A left-hand side* is kept apart where it is one letter or Greek letter (``x = 5``, ``y=x+1``;
    also ``f(x) = …``) and the right-hand side has no other ``=``: it may be missing on one side,
    and ``x = 3`` is not ``y = 3``.
4.  *Currency* ($, €, £, ``\$``) before a number is its unit.
5.  *Numbers* become fractions in lowest terms: integers (``1,000``, ``1{,}000``, ``1 000`` and
    ``+5`` too), decimals, ``a/b`` and ``\frac{a}{b}`` of such, mixed numbers (``1 1/2``,
    ``1\frac{1}{2}``), ``1.5e3``, ``1.5 \times 10^{3}`` and ``1.5 thousand``. So 0.5 is 1/2, and
    0.33 is not 1/3.
6.  *A unit* is what stands behind a number in letters (``cm``, ``\text{ cm}^2``, ``degrees``,
    ``^\circ``, ``\%``, ``dollars``), and behind other values what ``\text`` marks or a name of a
    unit that is known. It is kept apart: :func:`equal` lets it be missing on one side, and
    otherwise wants the same. Plurals, ``per cent`` and the commonest abbreviations are one unit;
    nothing is converted. Of money, what it is paid for may be missing (``$18 per hour``).
7.  *A base* (``1011_2``) is kept apart, too: it may be missing where the digits are the same.
8.  *Lists.* Parts between brackets or commas are answers of their own. ``{1, 2}`` and ``1, 2`` (or
    ``1 and 2``, ``x=1 or x=2``) are sets, whose order does not matter, nor within braces a
    repetition; ``(1, 2)``, ``[1, 2)`` and matrices are sequences, whose order and brackets do; a
    column and what stands in ``\langle`` are as in ``( )``. A set of one is that one, unless that
    is a set. ``3 to 2`` is ``3:2``, in that order; ``1 h 20 min`` is ``1 hour and 20 minutes``.
9.  *Words.* An answer of words alone is compared without regard to case; a letter of a choice
    loses its brackets (``(B)``, ``\text{B}``, ``B.``), and the value behind it (``(B) 24``) is
    kept apart as a unit is. A single letter keeps its case. ``no solution`` is the empty set,
    and ``three`` is 3, to twelve.
10. Everything else is compared as text without spaces.

The text is hostile: at most :data:`MOST_CHARACTERS` are read, integers have at most
:data:`MOST_DIGITS` digits, nesting goes :data:`MOST_DEPTH` deep; what exceeds these is compared as
it stands.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from fractions import Fraction

from passk.benchmarks.answer import MOST_CHARACTERS, NUMERAL, NUMERALS

MOST_DIGITS = 400
MOST_DEPTH = 8

_SIGNS = {
    "\u2212": "-", "\u2013": "-", "\u2014": "-", "\u00d7": r"\times ", "\u00b7": r"\cdot ",
    "\u22c5": r"\cdot ", "\u00f7": "/", "\u2044": "/", "\u2215": "/", "\u03c0": r"\pi ",
    "\u221e": r"\infty ", "\u2264": r"\le ", "\u2265": r"\ge ", "\u2260": r"\ne ",
    "\u00b0": r"^\circ ", "\u221a": r"\sqrt ", "\u222a": r"\cup ", "\u2229": r"\cap ",
    "\u2205": r"\emptyset ", "\u00b1": r"\pm ", "\u2208": r"\in ", "\u00b2": "^2", "\u00b3": "^3",
    "\u00bd": r"\frac{1}{2}", "\u00bc": r"\frac{1}{4}", "\u00be": r"\frac{3}{4}",
    "\u2153": r"\frac{1}{3}", "\u2154": r"\frac{2}{3}", "\u03b8": r"\theta ", "\u03b1": r"\alpha ",
    "\u2019": "'", "\u2018": "'", "\u201c": '"', "\u201d": '"', "\u00a0": " ", "\u202f": " ",
    "\u2009": " ", "\u200b": "", "\ufeff": "", "\u2061": "", "\u211d": r"\mathbb{R}",
    "\uff0c": ",", "\uff08": "(", "\uff09": ")", "\uff05": "%", "\u220f": r"\prod ",
}  # fmt: skip
_OF_UNICODE = re.compile("|".join(map(re.escape, _SIGNS)))
_LAYOUT = re.compile(
    r"\\left(?![a-z])\.?|\\right(?![a-z])\.?|\\(?:displaystyle|textstyle|limits|mathstrut)(?![a-z])"
    r"|\\[bB]igg?[lr]?(?![a-z])|\\\(|\\\)|\\\[(?!\d+(?:pt|em|ex)\])|\\\]|(?<!\\)\$"
    r"|\\(?:phantom|hspace|vspace|label)\*?\{[^{}]*\}"
)
_SPACES = re.compile(r"\\[,!;:> ]|(?<!\\)~|\\q?quad(?![a-z])|\\enspace(?![a-z])|\s+")
_TEXT = re.compile(
    r"\\(?:text|textbf|textit|textrm|textnormal|textup|texttt|mathrm|mathbf|mathit|mathsf|mathtt"
    r"|underline|operatorname|mbox|hbox|bold|bf|rm)\*?\s*\{([^{}]*)\}"
)
_BOX = re.compile(r"\\(?:boxed|fbox)\s*\{(.*)\}", re.DOTALL)
_NAMES = (
    (re.compile(r"\\[dtc]frac(?![a-z])"), r"\\frac"),
    (re.compile(r"\\leq(?:slant)?(?![a-z])"), r"\\le "),
    (re.compile(r"\\geq(?:slant)?(?![a-z])"), r"\\ge "),
    (re.compile(r"\\neq(?![a-z])"), r"\\ne "),
    (re.compile(r"\\(?:varnothing|O)(?![a-z])"), r"\\emptyset "),
    (re.compile(r"\\(?:cdot|times|ast)(?![a-z])"), "*"),
    (re.compile(r"\\(?:div)(?![a-z])"), "/"),
    (re.compile(r"\\langle(?![a-z])"), "("),
    (re.compile(r"\\rangle(?![a-z])"), ")"),
    (re.compile(r"\\(?:lbrace)(?![a-z])"), r"\\{"),
    (re.compile(r"\\(?:rbrace)(?![a-z])"), r"\\}"),
    (re.compile(r"\^\s*\{?\s*\\(?:circ|degree)(?![a-z])\s*\}?|\\degree(?![a-z])"), r" degrees"),
    (re.compile(r"\\%"), "%"),
    (re.compile(r"\{,\}"), ","),
    (re.compile(r"\\frac\s*(\d)\s*(\d)"), r"\\frac{\1}{\2}"),
    (re.compile(r"\\frac\s*(\d)\s*\{"), r"\\frac{\1}{"),
    (re.compile(r"\\frac\s*\{([^{}]*)\}\s*(\w)"), r"\\frac{\1}{\2}"),
    (re.compile(r"\\sqrt\s*(\w)"), r"\\sqrt{\1}"),
    (re.compile(r"\\(begin|end)\{(?:[bpB]?matrix|array)\}(?:\{[clr| ]*\})?"), r"\\\1{matrix}"),
    (re.compile(r"(?<=[\w)])(?:\*\*| \*\* )(?=[\w(-])"), "^"),
)  # fmt: skip
_LEFT = re.compile(
    r"(\\?[A-Za-z]|\\[A-Za-z]+|[A-Za-z]\([A-Za-z]\)|[A-Za-z]_\{?\w\}?)\s*(?:=|:=|\\in(?=\s*[\\\[({]))\s*([^=]+)"
)
_MONEY = {  # a pound is one, in whatever sense
    "$": "dollars", "USD": "dollars", "US$": "dollars", "\u20ac": "euros", "\u00a3": "lbs",
    "Rs": "rupees",
}  # fmt: skip
_CURRENCY = re.compile(r"(-?)\s*(\$|\u20ac|\u00a3|USD|US\$|Rs)\.?\s*(?=[-\d.]|\\frac)")
_ONE_DOLLAR = re.compile(r"([^$\\]*)\$(\s*-?[\d.][^$]*)")  # money, and no delimiter
_ANSWER_IS = re.compile(
    r"(?:(?:so|thus|hence|therefore)\b,?\s*)?(?:the\s+|my\s+)?(?:final\s+|correct\s+)?answer"
    r"\s*(?:is\b|:|=)\s*:?\s*(?=\S)",
    re.IGNORECASE,
)
_CLOCK = re.compile(r"(?<=:\d\d)\s*([ap])\.?\s?m\b\.?|(?<=\d)\s*([ap])\.\s?m\b\.?", re.IGNORECASE)
_TIME = re.compile(r"(\d{1,2}(?::\d\d)+) ([ap]m)")
_MORE = re.compile(  # behind a number in words: more of it
    r"\b(?:to|an?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|\w+teen|\w+ty"
    r"|\w+ty-\w+)\b"
)
_FALLING = (
    ("days", "hours", "minutes", "seconds"), ("miles", "yards", "feet", "inches"),
    ("dollars", "cents"), ("km", "m", "cm", "mm"), ("kg", "g"), ("lbs", "oz"),
)  # fmt: skip
_COUNTED = re.compile(
    rf"([-+]?[\d,. ]*\d)\s*({'|'.join(NUMERALS)})s?\b\s*([A-Za-z][A-Za-z\s/]*)?",
    re.IGNORECASE | re.ASCII,
)
_THOUSANDS = re.compile(r"(?<!\d)\d{1,3}(?:[, ]\d{3})+(?![\d,])")
_DECIMAL = r"(?:\d+(?:\.\d*)?|\.\d+)"
_RATIO = re.compile(rf"({_DECIMAL}) ?(?:to|:) ?({_DECIMAL})(?: ?(?:to|:) ?({_DECIMAL}))?")
_COMPOUND = re.compile(rf"(?:{_DECIMAL}\s*[A-Za-z]+(?:,?\s+(?:and\s+)?|$)){{2,4}}")
_PLAIN = re.compile(rf"([-+]?)\s*({_DECIMAL})(?:\s*[eE]([-+]?\d{{1,3}}))?")
_REPEATING = re.compile(r"([-+]?)(\d*)\.(\d*)\\(?:overline|bar)\s*\{?(\d+)\}?")
_POWER = re.compile(rf"([-+]?)\s*({_DECIMAL})\s*\*\s*10\s*\^\s*\{{?\s*([-+]?\d{{1,3}})\s*\}}?")
_OVER = re.compile(
    rf"([-+]?)\s*\(?\s*([-+]?\s*{_DECIMAL})\s*/\s*([-+]?{_DECIMAL})\s*\)?"
    rf"|([-+]?)\s*\\frac\s*\{{\s*([-+]?\s*{_DECIMAL})\s*\}}\s*\{{\s*([-+]?\s*{_DECIMAL})\s*\}}"
)
_MIXED = re.compile(
    r"([-+]?)\s*(\d+)(?:\s+(?:and\s+)?(\d+)\s*/\s*(\d+)"
    r"|\s*(?:\\frac\s*\{\s*(\d+)\s*\}\s*\{\s*(\d+)\s*\}))"
)
_BASES = {
    "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "ten": 10, "eleven": 11, "twelve": 12, "sixteen": 16,
}  # fmt: skip
_BASE = re.compile(
    rf"(\()?\s*([0-9A-Fa-f]+)\s*(?(1)\))\s*_\s*\{{?\s*(\d{{1,2}}|{'|'.join(_BASES)})\s*\}}?"
)
_UNIT = re.compile(
    r"(.*?[\d})])\s*(%|(?:\\?[A-Za-z]|\u00b5|\u03bc)[\w\s./^*'\\{}()-]*)$", re.DOTALL
)
_UNIT_NAMES = {
    "percent": "%", "percents": "%", "per cent": "%", "degree": "degrees", "deg": "degrees",
    "dollar": "dollars", "usd": "dollars", "cent": "cents", "foot": "feet", "ft": "feet",
    "inch": "inches", "in": "inches", "metre": "m", "meter": "m", "metres": "m", "meters": "m",
    "centimeter": "cm", "centimeters": "cm", "centimetre": "cm", "centimetres": "cm",
    "kilometer": "km", "kilometers": "km", "kilometre": "km", "kilometres": "km",
    "millimeter": "mm", "millimeters": "mm", "millimetres": "mm", "mile": "miles", "mi": "miles",
    "hour": "hours", "hr": "hours", "hrs": "hours", "h": "hours", "minute": "minutes",
    "min": "minutes", "mins": "minutes", "second": "seconds", "sec": "seconds", "s": "seconds",
    "gram": "g", "grams": "g", "kilogram": "kg", "kilograms": "kg", "kgs": "kg", "pound": "lbs",
    "pounds": "lbs", "lb": "lbs", "liter": "liters", "litre": "liters", "litres": "liters",
    "l": "liters", "yard": "yards", "yd": "yards", "radian": "radians", "rad": "radians",
    "mph": "miles/hours", "unit": "units", "person": "people", "euro": "euros", "eur": "euros",
    "rupee": "rupees",
}  # fmt: skip
_SQUARE = re.compile(r"\b(?:square|sq\.?) ([a-z]+)\b|\b(?:cubic|cu\.?) ([a-z]+)\b")
# Behind what is no plain number only what is marked as text is a unit.
_WRITTEN_UNIT = re.compile(
    r"(.*(?:[\d})\u03c0]|\\pi))\s*(?:\\[,; ]|~)?\s*\\(?:text|textrm|mathrm|mbox)\s*\{[\s~]*"
    r"((?!and\b|or\b|if\b|to\b|for\b|where\b|mod\b)[A-Za-z][A-Za-z\s./]*)\}(\^\{?\d\}?)?\s*\$?\.?",
    re.DOTALL,
)
_KNOWN = "|".join(
    sorted({name for name in (*_UNIT_NAMES, *_UNIT_NAMES.values()) if name.isalpha()} - set("hsglm")
           - {"in", "min", "person", "people"}, key=len, reverse=True)
)  # fmt: skip
_KNOWN_UNIT = re.compile(
    r"(.*(?:[\d})]|\\pi))\s+((?:(?:square|sq\.?|cubic|cu\.?)\s)?"
    rf"(?:{_KNOWN})\.?(?:\s*\^\{{?[23]\}}?)?)",
    re.IGNORECASE | re.DOTALL,
)
# Letters behind a number that are no unit but mathematics.
_NO_UNIT = re.compile(
    r"(?:[a-zA-Z](?![a-zA-Z])(?!$)|[xyznkijpqrabcewtuvXYZNABCiE]$|\\|pi\b|sqrt|sin|cos|tan|log|ln\b"
    r"|exp\b|mod\b|or\b|and\b|to\b|if\b|for\b|where\b|choose|e\b)"
)
# Units that may follow a number at once; one letter is as likely to be a variable.
_SHORT = re.compile(r"[mcdk]m|[mk]g|[mc]l|ft|in|yd|mi|lb|oz|hr")
_BUILDER = re.compile(
    r"\\\{\s*[a-z]\s*(?:\\in\s*\\mathbb\s*\{?R\}?\s*)?(?::|\\mid(?![a-z])|\|)(.*[<>=\\].*)\\\}"
)
_SET = re.compile(r"\\\{(.*)\\\}", re.DOTALL)
_SEQUENCE = re.compile(r"([(\[])(.*)([)\]])", re.DOTALL)
_COLUMN = re.compile(
    r"\\begin\{matrix\}((?:(?!\\(?:begin|end)\{)[^&\0])*\0(?:(?!\\(?:begin|end)\{)[^&])*)\\end\{matrix\}"
)
_MATRIX = re.compile(r"\\begin\{matrix\}(.*)\\end\{matrix\}", re.DOTALL)
_TOKEN = re.compile(r"\\.|[()\[\]{},;]|\s+(?:and|or)\s+", re.DOTALL)
_CHOICE = re.compile(r"\(?\s*([A-Za-z])\s*\)|\[([A-Z])\]|(?i:option|choice)\s*\(?\s*([A-Z])\s*\)?")
_CHOICE_AND_VALUE = re.compile(
    r"\(?\s*([A-J])\s*\)\s*[:.]?\s*((?:[\d$.]|-\d|\\frac|\\sqrt).*)", re.DOTALL
)
_WORDS = re.compile(  # at least one of three letters
    r"(?=.*[^\W\d_]{3}|no\.?$)[^\W\d_]+(?:[\s'.,:-]+[^\W\d_]+)*[.]?", re.IGNORECASE | re.DOTALL
)


_SYNONYMS = {
    **dict.fromkeys(("no solution", "no solutions", "empty set", "the empty set"), "{}"),
    "dne": "does not exist",
    "zero": "0", "one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6",
    "seven": "7", "eight": "8", "nine": "9", "ten": "10", "eleven": "11", "twelve": "12",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class NormalForm:
    """An answer's ``value`` as text, beside it the ``unit`` or the ``base`` that it was given in
    and the ``name`` that it was the value of, empty where none was. ``parts``: those of a list."""

    value: str
    unit: str = ""
    base: str = ""
    name: str = ""
    parts: tuple[NormalForm, ...] = ()

    @property
    def is_number(self) -> bool:
        """Whether the value is a rational number."""
        return re.fullmatch(r"-?\d+(?:/\d+)?", self.value) is not None


def normal_form(text: str) -> NormalForm:
    """The normal form of an answer. Never raises, whatever the text is."""
    if len(text) > MOST_CHARACTERS:
        return NormalForm(text)
    unit = _WRITTEN_UNIT.fullmatch(text)
    if unit and not (is_words(unit[1]) or _COMPOUND.fullmatch(spelled(text))):
        form = _form(spelled(unit[1]), 0)
        if not (form.unit or form.parts or NUMERAL.search(unit[2].lower())):
            return replace(form, unit=unit_name(unit[2] + (unit[3] or "")))
    return _form(spelled(text), 0)


def is_words(text: str) -> bool:
    """Whether an answer is words alone, and no mathematics."""
    return _WORDS.fullmatch(text.strip()) is not None


def equal(one: NormalForm, other: NormalForm) -> bool:
    """Whether two answers are the same; a unit, a base or a name may be missing on one side."""
    if one.base and other.base and one.base != other.base:
        return False
    if one.value != other.value or not agree(one, other):
        return False
    return all(map(agree, one.parts, other.parts))


def agree(one: NormalForm, other: NormalForm) -> bool:
    """Whether two answers, their values aside, may be the same: by their units and their names."""
    both_named = one.name and other.name and ("(" in one.name) == ("(" in other.name)
    if both_named and one.name != other.name:
        return False
    if not one.unit or not other.unit or one.unit == other.unit:
        return True
    (money, paid), (others, for_what) = (form.unit.partition("/")[::2] for form in (one, other))
    return money == others in ("dollars", "euros", "rupees") and not (paid and for_what)


def in_latex(text: str) -> str:
    """The text with LaTeX's names of Unicode's signs."""
    return _OF_UNICODE.sub(lambda found: _SIGNS[found[0]], text)


def spelled(text: str) -> str:
    """Rules 1 and 2."""
    text = in_latex(text)
    text = _ONE_DOLLAR.sub(r"\1\\$\2", text) if _ONE_DOLLAR.fullmatch(text) else text
    text = text.replace("\\\\", "\0")  # a row of a matrix ends
    for _ in range(3):
        text = _TEXT.sub(r" \1 ", text)
    text = re.sub(r"\\\$", "\1", text).replace("\\!", "")  # a negative space joins: 1,\!000
    text = _LAYOUT.sub(" ", text)
    text = _SPACES.sub(" ", text).replace("\1", "$").strip()
    for name, spelling in _NAMES:
        text = name.sub(spelling, text)
    text = re.sub(r"([\^_])\s*\{\s*(-?\w|\\[a-z]+)\s*\}", r"\1\2", text)
    text = re.sub(r"\s+", " ", text).strip()
    text = _ANSWER_IS.sub("", text, count=1) if _ANSWER_IS.match(text) else text
    while text.startswith("**") and text.endswith("**") and len(text) > 4:
        text = text[2:-2].strip()
    boxed = _BOX.fullmatch(text.rstrip(" ."))
    if boxed:
        text = boxed[1].strip()
    text = _CLOCK.sub(lambda found: f" {(found[1] or found[2]).lower()}m", text)
    text = _COLUMN.sub(lambda found: "(" + ", ".join(_rows(found[1])) + ")", text)
    return re.sub(r"(?<=[^.\s])\s*[.,;]$", "", text).strip()


def _form(text: str, depth: int) -> NormalForm:
    text = text.strip()
    if depth > MOST_DEPTH:
        return NormalForm(_squeezed(text))
    left = _LEFT.fullmatch(text)
    if left and not re.search(r"[<>]|\\[lg]e|\\ne", text):
        name = re.sub(r"[{}\s]", "", left[1]).casefold()
        return replace(_form(left[2], depth + 1), name=name)
    builder = _BUILDER.fullmatch(text)
    if builder:
        text = builder[1].strip()
    currency = _CURRENCY.match(text)
    if currency:
        form = _form(currency[1] + text[currency.end() :], depth + 1)
        _, per, what = form.unit.partition("/")
        return form if form.parts else replace(form, unit=_MONEY[currency[2]] + per + what)
    if time := _TIME.fullmatch(text):
        return NormalForm(time[1], time[2])
    if ratio := _RATIO.fullmatch(text):
        return NormalForm(":".join(filter(None, ratio.groups())))
    if _COMPOUND.fullmatch(text):
        parts = re.findall(rf"({_DECIMAL})\s*([A-Za-z]+)", text)
        units = [unit_name(unit) for _, unit in parts]
        if any(units == [one for one in chain if one in units] for chain in _FALLING):
            return NormalForm(
                " ".join(f"{part[0]} {unit}" for part, unit in zip(parts, units, strict=True))
            )
    counted = _COUNTED.fullmatch(text)
    tail = (counted[3] or "").lower() if counted else ""
    if NUMERAL.search(tail) or _MORE.search(tail):
        counted = None
    if counted and (number := _number(counted[1])) is not None:
        number *= NUMERALS[counted[2].lower()]
        return NormalForm(str(number), unit_name(counted[3] or ""))
    number = _number(text)
    if number is not None:
        return NormalForm(str(number))
    for reader in (_based, _with_unit, _with_known_unit, _choice):
        found = reader(text, depth)
        if found is not None:
            return found
    found = _listed(text, depth)
    if found is not None:
        return found
    if is_words(text):
        words = re.sub(r"[\s.]+", " ", text).strip().casefold()
        return NormalForm(_SYNONYMS.get(words) or re.sub(r"^(?:an?|the) (?=\w)", "", words))
    if text.strip() == r"\emptyset":
        return NormalForm("{}")
    return NormalForm(_squeezed(text))


def _number(text: str) -> Fraction | None:
    """The rational number that a text is; None where it is none."""
    if len(text) > MOST_DIGITS:
        return None
    text = _THOUSANDS.sub(lambda found: re.sub(r"[, ]", "", found[0]), text)
    text = re.sub(r"\$\s*", "", text)
    try:
        if found := _PLAIN.fullmatch(text):
            return _signed(found[1], Fraction(found[2]) * Fraction(10) ** int(found[3] or 0))
        if found := _REPEATING.fullmatch(text):
            sign, whole, fixed, period = found.groups()
            value = Fraction(f"{whole or 0}.{fixed or 0}")
            period = Fraction(int(period), 10 ** len(fixed) * (10 ** len(period) - 1))
            return _signed(sign, value + period)
        if found := _POWER.fullmatch(text):
            return _signed(found[1], Fraction(found[2]) * Fraction(10) ** int(found[3]))
        if found := _MIXED.fullmatch(text):
            whole, above, below = (part for part in found.groups()[1:] if part)
            return _signed(found[1], int(whole) + Fraction(int(above), int(below)))
        if found := _OVER.fullmatch(text):
            sign, above, below = found.groups()[:3] if found[2] else found.groups()[3:]
            return _signed(sign, _fraction(above) / _fraction(below))
        if re.fullmatch(r"[-+]?10\s*\^\s*\{?\s*-?\d{1,3}\s*\}?", text):
            sign, _, power = text.partition("10")
            return _signed(sign.strip(), Fraction(10) ** int(power.strip(" ^{}")))
    except (ZeroDivisionError, ValueError):
        return None
    return None


def _fraction(text: str) -> Fraction:
    return Fraction(text.replace(" ", ""))


def _signed(sign: str, value: Fraction) -> Fraction:
    return -value if sign == "-" else value


def _based(text: str, _: int) -> NormalForm | None:
    found = _BASE.fullmatch(text)
    base = int(_BASES.get(found[3], found[3])) if found else 0
    if not 2 <= base <= 36:
        return None
    return NormalForm(found[2].lstrip("0") or "0", base=str(base))


def _with_unit(text: str, _: int) -> NormalForm | None:
    """A number with letters behind it that are no mathematics."""
    found = _UNIT.fullmatch(text)
    if not found or _NO_UNIT.match(found[2]) or NUMERAL.search(found[2].lower()):
        return None
    attached = found.end(1) == found.start(2) and re.fullmatch(r"[A-Za-z]{1,2}", found[2])
    if attached and not _SHORT.fullmatch(found[2]):  # 5xy is a product
        return None
    number = _number(found[1].strip())
    return None if number is None else NormalForm(str(number), unit_name(found[2]))


def _with_known_unit(text: str, depth: int) -> NormalForm | None:
    """Another value with the name of a unit behind it."""
    found = _KNOWN_UNIT.fullmatch(text)
    if not found or is_words(found[1]):
        return None
    form = _form(found[1], depth + 1)
    return None if form.unit or form.parts else replace(form, unit=unit_name(found[2]))


def unit_name(text: str) -> str:
    """One name of a unit."""
    text = re.sub(r"[{}\\]", "", text).strip(" .").lower()
    text = re.sub(r"^([ap])\.? ?m$", r"\1m", text)
    text = re.sub(r"\s+", " ", re.sub(r"\s*\bper\b\s*(?!cent)", "/", text))
    text = _SQUARE.sub(lambda found: f"{found[1]}^2" if found[1] else f"{found[2]}^3", text)

    def name(word: re.Match[str]) -> str:
        return _UNIT_NAMES.get(word[0], word[0])

    text = _UNIT_NAMES.get(text) or re.sub(r"[a-z]+", name, text)
    return re.sub(r"\s*([/^*])\s*", r"\1", text).strip()


def _choice(text: str, depth: int) -> NormalForm | None:
    found = _CHOICE.fullmatch(text)
    if found:
        return NormalForm((found[1] or found[2] or found[3]).upper())
    found = _CHOICE_AND_VALUE.fullmatch(text)
    return NormalForm(found[1], unit=_form(found[2], depth + 1).value) if found else None


def _listed(text: str, depth: int) -> NormalForm | None:
    """A set, a sequence or a matrix; None where the text is none."""
    matrix = _MATRIX.fullmatch(text)
    if matrix:
        rows = [row.split("&") for row in _rows(matrix[1])]
        cells = [[_form(cell, depth + 1) for cell in row] for row in rows]
        value = ";".join(",".join(cell.value for cell in row) for row in cells)
        return NormalForm(f"matrix({value})")
    braces = _SET.fullmatch(text)
    if braces and _closes(text):
        return _as_set(parts_within(braces[1]) if braces[1].strip() else [], depth)
    brackets = _SEQUENCE.fullmatch(text)
    if brackets and _closes(text):
        parts = parts_within(brackets[2])
        if len(parts) < 2:
            if brackets[1] + brackets[3] == "()":
                return _form(brackets[2], depth + 1)
            return None
        forms = [_form(part, depth + 1) for part in parts]
        value = ",".join(form.value for form in forms)
        return NormalForm(f"{brackets[1]}{value}{brackets[3]}", parts=tuple(forms))
    parts = parts_of(text, words=True)
    if len(parts) < 2 or not all(map(str.strip, parts)):
        return None
    if assigned := by_name(parts):
        forms = [
            replace(_form(part, depth + 1), name=name.casefold()) for name, part in assigned.items()
        ]
        return NormalForm(f"({','.join(form.value for form in forms)})", parts=tuple(forms))
    forms = sorted((_form(part, depth + 1) for part in parts), key=lambda form: form.value)
    return NormalForm("{" + ",".join(form.value for form in forms) + "}", parts=tuple(forms))


def _rows(matrix: str) -> list[str]:
    return matrix.strip("\0 ").split("\0")


def _as_set(parts: list[str], depth: int) -> NormalForm:
    forms = {(form := _form(part, depth + 1)).value: form for part in parts}
    if len(forms) == 1 and len(parts) == 1:
        (form,) = forms.values()
        if not parts[0].strip().startswith(("\\{", "\\emptyset")):
            return form
    ordered = tuple(forms[value] for value in sorted(forms))
    return NormalForm("{" + ",".join(form.value for form in ordered) + "}", parts=ordered)


def _closes(text: str) -> bool:
    """Whether the bracket that opens the text is closed by its last one."""
    depth = 0
    for token in _TOKEN.finditer(text):
        depth += _turn(token[0])
        if depth <= 0:
            return token.end() == len(text)
    return False


def _turn(token: str) -> int:
    if token in ("(", "[", "{", "\\{"):
        return 1
    return -1 if token in (")", "]", "}", "\\}") else 0


def by_name(parts: list[str]) -> dict[str, str]:
    """The values of ``x = 1, y = 2`` in the order of their names; empty for another list."""
    found = [re.fullmatch(r"\s*(\\?[A-Za-z]+(?:_\{?\w\}?)?)\s*=\s*([^=]+)", part) for part in parts]
    named = {one[1]: one[2].strip() for one in found if one}
    return {name: named[name] for name in sorted(named)} if len(named) == len(parts) else {}


def parts_within(text: str) -> list[str]:
    """The parts of what stands in brackets: ``100,200`` are two, beside ``1,000, 2,000``."""
    parts = parts_of(text)
    return parts if len(parts) > 1 or "," not in text else parts_of(text.replace(",", ", "))


def parts_of(text: str, words: bool = False) -> list[str]:
    """The text cut at commas and semicolons that stand in no bracket, where asked also at ``and``
    and ``or``; separators of thousands are none."""
    parts, start, depth = [], 0, 0
    spans = [found.span() for found in _THOUSANDS.finditer(text) if "," in found[0]]
    for token in _TOKEN.finditer(text):
        depth += _turn(token[0])
        cuts = token[0] in ",;" or (words and token[0].strip() in ("and", "or"))
        if depth == 0 and cuts and not any(a <= token.start() < b for a, b in spans):
            parts.append(text[start : token.start()])
            start = token.end()
    parts.append(text[start:])
    if words and len(parts) > 1:
        parts = [re.sub(r"^\s*(?:and|or)\s+", "", part) for part in parts]
    return parts


def _squeezed(text: str) -> str:
    text = re.sub(r"(?<=\d)\s+(?=\d)", "_", text)  # two numbers are not one
    text = re.sub(r"\s+", "", text)
    text = re.sub(r"\\(?:operatorname|mathrm|text)(?![a-z])", "", text)
    return re.sub(r"(?<=[\w)}])\*(?=[A-Za-z\\(])", "", text)
