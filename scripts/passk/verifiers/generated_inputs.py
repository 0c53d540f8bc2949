"""Inputs to call candidates with where there are no tests: made from a problem's prompt alone.

They serve to see which candidates behave alike (``behaviour``), so nothing of the benchmark's
tests, their inputs included, and nothing of its solution is used. The first of these that there is:

1. ``examples``: calls of the entry point with literals in its docstring, else of another name, else
   parameters that are given a literal there (``num = "AB"``); and type-aware mutations of these
   (after EvalPlus, Liu et al. 2023, arXiv:2305.01210);
2. ``annotations``: random values of the parameters' annotated types;
3. ``names``: random values of the kind that a parameter's name suggests, of any kind where it
   suggests none.

Numbers stay within the signs and about the size of the examples', text within their letters; whole
numbers and single letters that the docstring mentions are used more often than others. Examples
come first, so that a candidate that loops on a strange input has been seen on the usual ones.

Not promised: that every input is valid. What most candidates cannot take is left out when behaviour
is compared. The same problem gives the same inputs on every machine.
"""

from __future__ import annotations

import ast
import math
import re
import string
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from random import Random
from typing import Any

from passk.benchmarks.human_eval import Problem
from passk.sandbox.protocol import marshal_call

COUNT = 20
SOURCES = ("examples", "annotations", "names")
_TRIES = 60  # mutations for each input that is wanted, since many come out alike
_LONGEST = 40
_NAMES = {
    "list[int]": "l lst xs ys arr array list nums numbers values items elements data",
    "list[word]": "words strings names tokens keys sentences strs",
    "str": "s t text string word str name sentence message prefix suffix date file",
    "int": "i j k m n x y z a b c num number count",
}
_KIND_OF_NAME = {name: kind for kind, names in _NAMES.items() for name in names.split()}
_KINDS = (*_NAMES, "float")
_UNREADABLE = (SyntaxError, ValueError, MemoryError, RecursionError)


@dataclass(frozen=True, slots=True)
class Inputs:
    """Marshalled ``(args, kwargs)``, one a call, and which of :data:`SOURCES` they come from."""

    calls: tuple[bytes, ...]
    source: str


@dataclass(slots=True)
class _Flavour:
    """What values should look like: seen in the examples or mentioned in the docstring."""

    numbers: list[int] = field(default_factory=list)
    letters: str = string.ascii_lowercase
    lowest: float = -math.inf
    largest: float = 50.0


def generate(problem: Problem, count: int = COUNT) -> Inputs:
    """Up to ``count`` different inputs of a problem; fewer where its types have fewer values."""
    rng = Random(f"inputs {problem.task_id}")
    function = _definition(problem)
    doc = (ast.get_docstring(function) if function else None) or ""
    parameters = function.args.posonlyargs + function.args.args if function else []
    required = len(parameters) - (len(function.args.defaults) if function else 0)
    places = range(max(required, 1), len(parameters) + 1)
    for found in (
        _literal_calls(doc, re.escape(problem.entry_point)),
        _literal_calls(doc, r"\w+"),
        _assignments(doc, [parameter.arg for parameter in parameters]),
    ):
        if examples := [call for call in found if len(call) in places]:
            break
    if examples:
        source, start = "examples", examples
        make = _mutator(examples, rng)
    else:
        annotated = parameters and all(parameter.annotation for parameter in parameters)
        source, start = ("annotations" if annotated else "names"), []
        flavour = _mentioned(doc)

        def make() -> tuple[Any, ...]:
            unknown = rng.choice(_KINDS)
            return tuple(_of_parameter(one, flavour, unknown, rng) for one in parameters)

    calls: dict[bytes, None] = {}
    for arguments in start:
        _add(calls, arguments)
    for _ in range(count * _TRIES):
        if len(calls) >= count:
            break
        _add(calls, make())
    return Inputs(tuple(calls)[:count], source)


def _add(calls: dict[bytes, None], arguments: tuple[Any, ...]) -> None:
    with suppress(ValueError):  # no plain data, such as Ellipsis
        calls[marshal_call(arguments, {})] = None


def _definition(problem: Problem) -> ast.FunctionDef | None:
    """The entry point's head in the prompt, which ends in its docstring or right after its head."""
    for text in (problem.prompt, problem.prompt.rstrip() + "\n    pass\n"):
        try:
            tree = ast.parse(text)
        except _UNREADABLE:
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef) and node.name == problem.entry_point:
                return node
    return None


def _literal_calls(doc: str, name: str) -> list[tuple[Any, ...]]:
    """The arguments of every call of ``name``, a pattern, whose arguments are all literals."""
    found = []
    for match in re.finditer(rf"(?<![\w.]){name}\(", doc):
        ends = [place.end() for place in re.finditer(r"\)", doc[match.end() :])][:20]
        for end in ends:
            try:
                tree = ast.parse(f"f({doc[match.end() : match.end() + end]}", mode="eval")
            except _UNREADABLE:
                continue
            call = tree.body
            if isinstance(call, ast.Call) and not call.keywords:
                with suppress(TypeError, *_UNREADABLE):
                    found.append(tuple(ast.literal_eval(argument) for argument in call.args))
            break
    return found


def _assignments(doc: str, names: Sequence[str]) -> list[tuple[Any, ...]]:
    """Arguments from texts such as ``num = "AB"``, where every parameter has as many of them."""
    columns = []
    for name in names:
        values = []
        for match in re.finditer(rf"\b{re.escape(name)}[ \t]*[=:]{{1,2}}[ \t]*", doc):
            text = doc[match.end() :]
            for end in re.finditer(r"[\])}\"'](?!\w)|\d(?![\w.]*\d)", text[:400]):
                try:
                    values.append(ast.literal_eval(text[: end.end()]))
                    break
                except (TypeError, *_UNREADABLE):
                    continue
        columns.append(values)
    if not columns or len(set(map(len, columns))) > 1:
        return []
    return list(zip(*columns, strict=True))


def _mutator(examples: Sequence[tuple[Any, ...]], rng: Random) -> Callable[[], tuple[Any, ...]]:
    """Endless mutations: one argument or more of an example, or of an earlier mutation, changed."""
    pool = list(examples)
    places = max(map(len, examples))
    flavours = [_seen([call[at] for call in examples if at < len(call)]) for at in range(places)]

    def make() -> tuple[Any, ...]:
        arguments = list(rng.choice(pool))
        if not arguments:
            return ()
        for at in rng.sample(range(len(arguments)), rng.randint(1, len(arguments))):
            others = [call[at] for call in examples if at < len(call)]
            arguments[at] = _mutated(arguments[at], flavours[at], others, rng)
        pool.append(tuple(arguments))
        return pool[-1]

    return make


def _leaves(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [leaf for pair in value.items() for item in pair for leaf in _leaves(item)]
    if isinstance(value, (set, frozenset)):
        value = sorted(value, key=repr)  # its own order is another in every process
    if isinstance(value, (list, tuple)):
        return [leaf for item in value for leaf in _leaves(item)]
    return [value]


def _seen(values: Sequence[Any]) -> _Flavour:
    leaves = [leaf for value in values for leaf in _leaves(value)]
    numbers = [x for x in leaves if isinstance(x, (int, float)) and not isinstance(x, bool)]
    flavour = _Flavour(numbers=[x for x in numbers if isinstance(x, int)])
    if text := "".join(leaf for leaf in leaves if isinstance(leaf, str)):
        flavour.letters = text
    if numbers:
        lowest = min(numbers)
        flavour.lowest = 1 if lowest >= 1 else 0 if lowest >= 0 else -math.inf
        flavour.largest = max(20.0, 3.0 * max(map(abs, numbers)))
    return flavour


def _mentioned(doc: str) -> _Flavour:
    numbers = [int(text) for text in re.findall(r"(?<![\w.])-?\d{1,4}(?!\w|\.\d)", doc)]
    near = [number + by for number in numbers for by in (-1, 0, 1)]
    letters = "".join(re.findall(r"\b[a-z]\b", doc)) * 4
    return _Flavour(near, letters + string.ascii_lowercase + "aeiourstln" * 2)


def _mutated(value: Any, flavour: _Flavour, others: Sequence[Any], rng: Random) -> Any:
    """A value of the same type, near ``value``; ``others`` are the examples' at the same place."""
    if rng.random() < 0.1:
        return rng.choice(others)
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        size = max(5, 2 * abs(value))
        near = value + rng.choice((-3, -2, -1, 1, 2, 3))
        return _within(rng.choice((near, near, 2 * value, rng.randint(-size, size))), flavour)
    if isinstance(value, float):
        near = value * rng.uniform(0.2, 2) + rng.choice((-1, 0, 1))
        return float(_within(round(near, 2), flavour))
    if isinstance(value, str):
        return _mutated_text(value, flavour, others, rng)
    if isinstance(value, (list, tuple)):
        return type(value)(_mutated_items(list(value), flavour, rng))
    if isinstance(value, (set, frozenset)):
        return type(value)(_mutated_items(sorted(value, key=repr), flavour, rng))
    if isinstance(value, dict):
        items = list(value.items())
        if items and rng.random() < 0.3:
            items.pop(rng.randrange(len(items)))
        elif items:
            at = rng.randrange(len(items))
            key, old = items[at]
            items[at] = (key, _mutated(old, flavour, [old], rng))
        return dict(items)
    return value


def _within(number: float, flavour: _Flavour) -> float:
    return type(number)(max(flavour.lowest, min(number, flavour.largest), -flavour.largest))


def _mutated_text(value: str, flavour: _Flavour, others: Sequence[Any], rng: Random) -> str:
    if " " in value and rng.random() < 0.5:  # the same words, otherwise
        words = [word for other in (value, *others) for word in str(other).split(" ")]
        items = value.split(" ")
        items[rng.randrange(len(items))] = rng.choice(words)
        return " ".join(rng.sample(items, rng.randint(1, len(items))))
    start, end = sorted(rng.randrange(len(value) + 1) for _ in range(2))
    part = value[start:end]
    choices = [
        value[:start] + value[end:],
        value[:end] + part + value[end:],
        value[:start] + rng.choice(flavour.letters) + value[start:],
        value[:start] + rng.choice(flavour.letters) + value[start + 1 :],
        value[:start] + part[::-1] + value[end:],
        value + rng.choice([other for other in others if isinstance(other, str)] or [""]),
        part,
    ]
    return rng.choice(choices)[:_LONGEST]


def _mutated_items(items: list[Any], flavour: _Flavour, rng: Random) -> list[Any]:
    if not items:
        return items
    at, other = rng.randrange(len(items)), rng.randrange(len(items))
    kind = rng.randrange(6)
    if kind == 0:
        items.pop(at)
    elif kind == 1:
        items.insert(other, items[at])
    elif kind == 2:
        items[at], items[other] = items[other], items[at]
    elif kind == 3:
        items.insert(other, _mutated(items[at], flavour, [items[other]], rng))
    else:
        items[at] = _mutated(items[at], flavour, [items[other]], rng)
    return items[:_LONGEST]


def _of_parameter(parameter: ast.arg, flavour: _Flavour, unknown: str, rng: Random) -> Any:
    """A value of the parameter's type, else of its name's kind, else of the kind ``unknown``."""
    if parameter.annotation is not None:
        return _of_type(parameter.annotation, flavour, rng)
    name = parameter.arg.rstrip("0123456789").lower()
    kind = _KIND_OF_NAME.get(name, unknown)
    return _of_type(ast.parse(kind, mode="eval").body, flavour, rng)


def _of_type(annotation: ast.expr, flavour: _Flavour, rng: Random) -> Any:
    """A random value of an annotated type; a whole number where it is none that is known here."""
    parts: list[ast.expr] = []
    if isinstance(annotation, ast.Subscript):
        inner = annotation.slice
        parts = list(inner.elts) if isinstance(inner, ast.Tuple) else [inner]
        annotation = annotation.value
    name = getattr(annotation, "attr", getattr(annotation, "id", "")).lower()
    if isinstance(annotation, ast.Constant):
        name = str(annotation.value).lower()  # None, or a name in quotes
    whole = ast.Name("int")

    def some(at: int) -> Any:
        return _of_type(parts[at] if at < len(parts) else whole, flavour, rng)

    if name in ("list", "sequence", "iterable"):
        return _items(lambda: some(0), rng)
    if name in ("set", "frozenset"):
        return {some(0) for _ in range(rng.randint(0, 6))}
    if name == "tuple":
        ends = parts and isinstance(parts[-1], ast.Constant) and parts[-1].value is Ellipsis
        size = rng.randint(0, 6) if ends or not parts else len(parts)
        return tuple(some(0 if ends else at) for at in range(size))
    if name in ("dict", "mapping"):
        return {some(0): some(1) for _ in range(rng.randint(0, 5))}
    if name == "optional":
        return None if rng.random() < 0.1 else some(0)
    if name == "union":
        return some(rng.randrange(len(parts)))
    if name == "none":
        return None
    if name == "word":
        return _word(flavour, rng)
    if name == "str":
        return _text(flavour, rng)
    if name == "float":
        return round(rng.uniform(-10, flavour.largest), 2)
    if name == "bool":
        return rng.random() < 0.5
    return _whole(flavour, rng)


def _whole(flavour: _Flavour, rng: Random) -> int:
    if flavour.numbers and rng.random() < 0.25:
        return rng.choice(flavour.numbers)
    return rng.randint(-int(flavour.largest) // 2, int(flavour.largest))


def _word(flavour: _Flavour, rng: Random) -> str:
    return "".join(rng.choices(flavour.letters, k=rng.randint(1, 9)))


def _text(flavour: _Flavour, rng: Random) -> str:
    return " ".join(_word(flavour, rng) for _ in range(rng.randint(0, 4)))


def _items(make: Callable[[], Any], rng: Random) -> list[Any]:
    """A list of 0 to 15 items, some of them repeated."""
    items = [make() for _ in range(rng.choice((0, 1, *range(2, 16))))]
    return [rng.choice(items) if rng.random() < 0.15 else item for item in items]
