"""The examples of a prompt: calls of its function whose results the prompt tells.

They are read from the docstring alone; the solution and the tests play no part. Read are

- doctests, ``>>> f(1)`` with the result below it, a traceback's last line among them;
- ``f(1) == 2`` and the same with ``=``, ``=>``, ``==>``, ``->`` or another arrow, ``returns 2``,
  ``should return 2``, ``raises ValueError`` and the like;
- ``For x = 1, y = 2 the output should be 3`` and ``Input: x = 1, y = 2`` above ``Output: 3``, where
  every parameter is named, or one value stands for the one that there is.

What cannot be read for sure is left out: arguments or results that are no literals, words behind a
result that may qualify it, a call within an expression, a condition or a negation, two results of
one call, a doctest without a result, ``("a")``, which may have been meant as a tuple. A single
``=`` is also how recurrences are written; where such results are of different kinds none is taken.

Texts are taken for literals and never run: at most :data:`LONGEST` characters and
:data:`DEEPEST` brackets within one another are looked at. Whether a result is the one of an example
is decided here, in the judge's process, from data that a candidate has returned; the results never
enter a child. A program can pass examples that it has written down: the prompt showed them.
"""

from __future__ import annotations

import ast
import builtins
import math
import re
import warnings
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from passk.benchmarks.human_eval import Problem
from passk.sandbox import canonical, wire
from passk.sandbox.protocol import Reply, marshal_call

MOST = 20
LONGEST, DEEPEST = 2000, 50
TOLERANCE = 1e-6
"""Relative, and absolute below 1, where one of two numbers is a float."""
_MOST_PLACES = 1000  # in one prompt that are looked at
_PLAIN = (type(None), bool, int, float, complex, str, bytes)
_STOPS = ("SystemExit", "KeyboardInterrupt", "GeneratorExit", "MemoryError", "SyntaxError")
_STRING = r"""(?:[bBuUrR]{0,2}(?:"(?:\\.|[^"\\\n])*+"|'(?:\\.|[^'\\\n])*+'))"""
_ATOM = re.compile(
    rf"{_STRING}|(?:True|False|None|true|false)\b"
    r"|[-+]?(?:\d[\d_]*+(?:\.(?!\.)\d*+)?|\.\d++)(?:[eE][-+]?\d++)?(?!\w)"
)
_PIECE = re.compile(rf"{_STRING}|[\[({{]|[\])}}]|[^\[\](){{}}\"'\n#]++|\n|#[^\n]*+")
_BECOMES = re.compile(
    r"[ \t]*(?:\#[ \t]*)?(?P<sign>==>|=>|-->|->|[\u2192\u279e\u21d2\u27f6]|==|=(?!=))[ \t]*"
    r"|[ \t]+(?:\#[ \t]*)?(?:(?:should|will|must|would)[ \t]+)?"
    r"(?:returns?|equals?|gives?|is|be|evaluates?[ \t]+to)[ \t]+"
)
_RAISES = re.compile(
    r"[ \t]*(?:\#[ \t]*|[-=]+>[ \t]*|[\u2192\u279e\u21d2\u27f6][ \t]*)?"
    r"(?:(?:should|will|must|would)[ \t]+)?(?:raises?|throws?)[ \t]+(?:an?[ \t]+)?(\w+)"
)
_END = re.compile(r"`?(?:[ \t]*[.;](?=\s|$)|[ \t]*,(?=[ \t]*$))?[ \t]*(?:#.*)?$", re.MULTILINE)
_DOCTEST_END = re.compile(r"[ \t]*(?:#.*)?$", re.MULTILINE)
_TRACEBACK = re.compile(r"Traceback \((?:most recent call|innermost) last\):")
_QUALIFIED = re.compile(
    r"\b(?:and|or|not|if|when|unless|while|until|never|whether)[ \t]*$", re.IGNORECASE
)
_ASSERTED = re.compile(r"[ \t]*(?:==|is(?!\w))[ \t]*")
_ASSERT_END = re.compile(r"[ \t]*(?:,[^\n]*|;[ \t]*)?(?:#[^\n]*)?$", re.MULTILINE)
_RESULTS = ("value", "result", "output", "answer")  # of a call, which is the call
_FOR = re.compile(r"\b[Ff]or[ \t]+(?=\w+[ \t]*=)")
_INPUT = re.compile(r"^[ \t]*(?:Sample )?[Ii]nput[ \t]*:[ \t]*", re.MULTILINE)
_OUTPUT = re.compile(r"[ \t]*\n[ \t]*(?:Sample )?[Oo]utput[ \t]*:[ \t]*")
_RESULT = re.compile(
    r",?[ \t]+(?:the|its)[ \t]+(?:output|result|answer)[ \t]+(?:(?:should|will|must)[ \t]+be|is)"
    r"[ \t]+"
)


@dataclass(frozen=True, slots=True)
class Example:
    """A marshalled call ``(args, kwargs)`` and its result: ``value``, or the built-in exception
    that it ``raises``."""

    call: bytes
    value: Any = None
    raises: str = ""

    def agrees(self, reply: Reply) -> bool:
        """Whether a candidate's reply is this result. Never raises."""
        if reply.value is None or self.raises:
            return bool(self.raises) and reply.exception == self.raises
        try:
            return _equal(wire.decode(reply.value), self.value)
        except Exception:  # malformed, nested too deep, numbers too large for a float
            return False

    @property
    def form(self) -> str:
        """A text that equal examples share, in every process."""
        return f"{self.call.hex()} {self.raises or canonical.form(self.value).hex()}"


@dataclass(frozen=True, slots=True)
class _Signature:
    """The entry point as the prompt has it; ``required`` and ``names`` say what it takes, where it
    has a head."""

    name: str
    names: tuple[str, ...] | None
    required: int

    def takes(self, arguments: Sequence[Any]) -> bool:
        return self.names is None or self.required <= len(arguments) <= len(self.names)


def read_examples(problem: Problem) -> tuple[Example, ...]:
    """At most :data:`MOST` examples of a problem's prompt, in its order; no call is there twice."""
    doc, signature = _described(problem)
    found: dict[bytes, list[tuple[int, Example, str]]] = {}
    for reader in (_of_calls, _of_words):
        for place, arguments, result, sign in reader(doc, signature):
            try:
                call = marshal_call(arguments, {})
            except ValueError:
                continue
            value, raises = result
            found.setdefault(call, []).append((place, Example(call, value, raises), sign))
    single = [one for same in found.values() for one in same if one[2] == "="]
    recurrence = len({_kind(one.value) for _, one, _ in single}) > 1
    examples = []
    for same in found.values():
        if len({one.form for _, one, _ in same}) == 1 and not (recurrence and same[0][2] == "="):
            examples.append(same[0][:2])
    return tuple(one for _, one in sorted(examples, key=lambda pair: pair[0]))[:MOST]


def read_asserts(problem: Problem, text: str, names: Iterable[str]) -> Iterator[Example]:
    """The calls of one of ``names`` whose results are asserted in a text, in its order.

    Arguments and results are literals; at most :data:`_MOST_PLACES` places are looked at.
    """
    _, signature = _described(problem)
    named = "|".join(map(re.escape, sorted(names)))
    calls = rf"(?<![\w.])assert[ \t]+(?:{named})(?=\()"
    for _, end, arguments in _calls(text, calls, signature):
        middle = _ASSERTED.match(text, end)
        last = _literal_end(text, middle.end()) if middle else None
        if last is None or not _ASSERT_END.match(text, last):
            continue
        value = _value(text[middle.end() : last])
        if value is None:
            continue
        try:
            yield Example(marshal_call(arguments, {}), value[0])
        except ValueError:
            continue


def _described(problem: Problem) -> tuple[str, _Signature]:
    """The docstring that describes the entry point, and how it is called.

    A prompt without its head is a docstring alone, as MBPP's.
    """
    for text in (problem.prompt, problem.prompt.rstrip() + "\n    pass\n"):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                tree = ast.parse(text)
        except (SyntaxError, ValueError, MemoryError, RecursionError):
            continue
        named = [
            node
            for node in tree.body
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
            and node.name == problem.entry_point
        ]
        if named:
            head = named[-1].args
            names = tuple(one.arg for one in head.posonlyargs + head.args)
            required = len(names) - len(head.defaults)
            doc = ast.get_docstring(named[-1])
            return doc or "", _Signature(problem.entry_point, names, required)
        return ast.get_docstring(tree) or "", _Signature(problem.entry_point, None, 0)
    return "", _Signature(problem.entry_point, None, 0)


_Found = tuple[int, tuple[Any, ...], tuple[Any, str], str]
"""A place in the text, the arguments, the value or else the exception's name, the sign between."""


def _calls(
    text: str, name: str, signature: _Signature
) -> Iterator[tuple[re.Match[str], int, tuple[Any, ...]]]:
    """Where the pattern ``name`` is, the end of the call there, and its arguments, if literals."""
    for match, _ in zip(re.finditer(name, text), range(_MOST_PLACES), strict=False):
        end = _bracket_end(text, match.end())
        arguments = _arguments(text[match.end() : end]) if end else None
        if end and arguments is not None and signature.takes(arguments):
            yield match, end, arguments


def _of_calls(doc: str, signature: _Signature) -> Iterator[_Found]:
    """Calls by name, each with the result behind or below it."""
    calls = rf"(?<![\w.]){re.escape(signature.name)}(?=\()"
    for match, end, arguments in _calls(doc, calls, signature):
        before = doc[doc.rfind("\n", 0, match.start()) + 1 : match.start()]
        prompted = before.strip() == ">>>"
        if prompted and (rest := _DOCTEST_END.match(doc, end)):
            result = _printed(doc[rest.end() :])
            sign = ">>>"
        elif _within(before):
            continue
        elif raised := _RAISES.match(doc, end):
            result = _exception(raised[1]) if _END.match(doc, raised.end()) else None
            sign = "raises"
        elif becomes := _BECOMES.match(doc, end):
            result = _literal(doc, becomes.end())
            sign = becomes["sign"] or "returns"
            if prompted and _printed(doc[_line_end(doc, end) :]) == (False, ""):
                continue
        else:
            continue
        if result is not None:
            yield match.start(), arguments, result, sign


def _within(before: str) -> bool:
    """Whether what stands before a call on its line makes it a part of something else."""
    before = before.replace(">>>", "").rstrip("` \t")
    before = re.sub(r"^[ \t]*[-*+\u2022][ \t]*$", "", before)  # the mark of a list
    if before.strip() == "assert":
        return False
    *_, what, last = ["", "", *before.rsplit(maxsplit=2)]
    if last == "of" and what.lower() not in _RESULTS:
        return True
    return bool(re.search(r"[-+*/%@(\[{,<>=!&|^~\"'\\]$", before) or _QUALIFIED.search(before))


def _of_words(doc: str, signature: _Signature) -> Iterator[_Found]:
    """Parameters that are given values, with the result behind or below them."""
    if not signature.names:
        return
    for begins, then in ((_FOR, _RESULT), (_INPUT, _OUTPUT)):
        for match, _ in zip(begins.finditer(doc), range(_MOST_PLACES), strict=False):
            given = _assigned(doc, match.end(), signature)
            if given is None:
                continue
            arguments, end = given
            middle = then.match(doc, end)
            result = _literal(doc, middle.end()) if middle else None
            if result is not None and signature.takes(arguments):
                yield match.start(), arguments, result, "words"


def _assigned(doc: str, start: int, signature: _Signature) -> tuple[tuple[Any, ...], int] | None:
    """The values that all parameters are given from ``start`` on, in their order, and where they
    end."""
    given = []
    for place, name in enumerate(signature.names):
        named = re.compile(rf"(?:,[ \t]*)?{re.escape(name)}[ \t]*=(?!=)[ \t]*").match(doc, start)
        if named:
            start = named.end()
        elif place or len(signature.names) > 1:
            return None
        end = _literal_end(doc, start)
        value = _value(doc[start:end]) if end else None
        if value is None:
            return None
        given.append(value[0])
        start = end
    return tuple(given), start


def _literal(doc: str, start: int) -> tuple[Any, str] | None:
    """The literal from ``start`` on, as a result, where nothing else follows it on its line."""
    end = _literal_end(doc, start)
    if end is None or not _END.match(doc, end):
        return None
    return _result(doc[start:end])


def _printed(text: str) -> tuple[Any, str] | None:
    """The result that stands below a doctest's call, up to a blank line or another call."""
    lines = []
    for line in text[: 2 * LONGEST].split("\n")[1:]:
        if not line.strip() or line.lstrip().startswith(">>>"):
            break
        lines.append(line)
    if lines and _TRACEBACK.match(lines[0].strip()):
        return _exception(lines[-1].strip().partition(":")[0])
    shown = "\n".join(lines).strip()
    return _result(shown) if shown and _literal_end(shown, 0) == len(shown) else None


def _result(text: str) -> tuple[Any, str] | None:
    value = _value(text)
    if value is None or (text[0] == "(" and not isinstance(value[0], tuple)):
        return None
    return value[0], ""


def _exception(name: str) -> tuple[Any, str] | None:
    kind = getattr(builtins, name, None)
    if isinstance(kind, type) and issubclass(kind, Exception) and name not in _STOPS:
        return None, name
    return None


def _line_end(doc: str, start: int) -> int:
    end = doc.find("\n", start)
    return len(doc) if end < 0 else end


def _literal_end(doc: str, start: int) -> int | None:
    """Where the literal ends that begins at ``start``; None where there is none."""
    if doc[start : start + 1] in ("[", "(", "{"):
        return _bracket_end(doc, start)
    atom = _ATOM.match(doc, start, start + LONGEST)
    return atom.end() if atom else None


def _bracket_end(doc: str, start: int) -> int | None:
    """Where the bracket is closed that is opened at ``start``; None where it is not."""
    depth, end = 0, start
    while piece := _PIECE.match(doc, end, start + LONGEST):
        end = piece.end()
        depth += (piece[0] in "[({") - (piece[0] in "])}") if len(piece[0]) == 1 else 0
        if depth > DEEPEST:
            return None
        if depth == 0:
            return end
    return None


def _arguments(brackets: str) -> tuple[Any, ...] | None:
    """The positional arguments of a call, all of them literals."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            call = ast.parse(f"f{brackets}", mode="eval").body
            if not isinstance(call, ast.Call) or call.keywords:
                return None
            values = tuple(ast.literal_eval(one) for one in call.args)
        except (SyntaxError, ValueError, TypeError, MemoryError, RecursionError):
            return None
    return values if _is_plain(values) else None


def _value(text: str) -> tuple[Any] | None:
    """The value of a literal, in a tuple; JSON's ``true`` and ``false`` are Python's."""
    if text in ("true", "false"):
        return (text == "true",)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            value = ast.literal_eval(text)
        except (SyntaxError, ValueError, TypeError, MemoryError, RecursionError):
            return None
    return (value,) if _is_plain(value) else None


def _is_plain(value: Any) -> bool:
    if isinstance(value, dict):
        return all(map(_is_plain, value)) and all(map(_is_plain, value.values()))
    if isinstance(value, list | tuple | set | frozenset):
        return all(map(_is_plain, value))
    return isinstance(value, _PLAIN)  # and no Ellipsis


def _kind(value: Any) -> str:
    return "number" if isinstance(value, int | float) else type(value).__name__


def _equal(found: Any, wanted: Any) -> bool:
    """``==`` between plain data, with :data:`TOLERANCE` for floats; a list is no tuple."""
    if isinstance(found, list | tuple) and isinstance(wanted, list | tuple):
        return (
            isinstance(found, list) == isinstance(wanted, list)
            and len(found) == len(wanted)
            and all(map(_equal, found, wanted))
        )
    if isinstance(found, dict) and isinstance(wanted, dict):
        return found.keys() == wanted.keys() and all(
            _equal(found[key], item) for key, item in wanted.items()
        )
    if found == wanted:
        return True
    numbers = isinstance(found, int | float) and isinstance(wanted, int | float)
    if not numbers or not (isinstance(found, float) or isinstance(wanted, float)):
        return False
    if math.isinf(wanted):  # to which any number would be near
        return False
    return abs(found - wanted) <= TOLERANCE * max(1.0, abs(wanted))
