"""What Reasoning Gym's package is asked, in a process of its own (``passk.limited``): to make
tasks, and to score an answer. The one module that imports the package.

The scorers of nine generators *evaluate* an answer's text, with Python's ``eval`` or with sympy's
``parse_expr``, which is the same. So an answer could run any code and give itself any score. Here
their ``eval`` is another (:func:`checked_eval`): it knows numbers, texts, lists, operators and the
names of elementary functions, and refuses the rest, as attributes, calls of anything else,
comprehensions and lambdas. An expression that takes for ever remains one: the process has limits.

Not covered: what a scorer takes for right beside the right answer (docs/reasoning.md).
"""

from __future__ import annotations

import ast
import builtins
import dataclasses
import difflib
import json
import re
import sys
import warnings
from collections.abc import Mapping
from fractions import Fraction
from functools import cache
from typing import Any

with warnings.catch_warnings():  # of a package that it imports
    warnings.simplefilter("ignore")
    import reasoning_gym
    from reasoning_gym.factory import DATASETS

GIVEN = ("size", "seed")
"""What is no part of a generator's ``config``."""
REFERENCES = ("example_answer", "example_correct_answer", "possible_answer")
"""What an entry without an answer calls a right one, among several, in its metadata."""
FLAWED = {
    "coin_flip": "its scorer takes the first digits of a right answer for right; take it out",
    "composite": "mixes others; name each of them as a generator of its own",
    "game_of_life_halting": "its scorer takes any text for right; take it out",
    "puzzle24": "its scorer does not look at which numbers an answer uses; take it out",
}
"""Generators that are refused, with the reason."""
FORGED = {"complex_arithmetic": re.compile("nan", re.IGNORECASE)}
"""What an answer of a generator may not have in it: its scorer takes that for right, always."""
FUNCTIONS = frozenset(
    ("Integer", "Float", "Rational", "Symbol", "sqrt", "exp", "log", "ln", "Abs", "sin", "cos",
     "tan", "cot", "sec", "csc", "asin", "acos", "atan", "acot", "asec", "acsc", "sinh", "cosh",
     "tanh", "coth", "asinh", "acosh", "atanh")
)  # fmt: skip
NAMES = frozenset(("E", "I", "pi", "True", "False", "None"))
_NODES = (
    ast.Expression, ast.Constant, ast.List, ast.Tuple, ast.Set, ast.Dict, ast.UnaryOp, ast.BinOp,
    ast.Name, ast.Load, ast.Call, ast.operator, ast.unaryop,
)  # fmt: skip


class Refused(ValueError):
    """An answer is no plain expression. The scorers catch it as they do a malformed answer."""


def generate(name: str, size: int, seed: int, config: dict[str, Any]) -> dict[str, Any]:
    """Make ``size`` tasks with the generator ``name``.

    Returns ``tasks``, a list of mappings with ``question``, ``answer`` (a right one, None where the
    package knows none) and ``entry`` (the package's own, as :func:`encode` writes it); or
    ``error``, a sentence that says what is wrong with the request.
    """
    if name in FLAWED:
        return {"error": FLAWED[name]}
    if name not in DATASETS:
        known = sorted(DATASETS.keys() - FLAWED.keys())
        near = difflib.get_close_matches(name, known, n=1)
        return {"error": f"unknown; {_meant(near, known)}"}
    kind = DATASETS[name][1]
    known = [field.name for field in dataclasses.fields(kind) if field.name not in GIVEN]
    for key in config:
        if key not in known:
            near = difflib.get_close_matches(key, known, n=1)
            return {"error": f"config.{key}: unknown key; {_meant(near, known)}"}
    tasks = []
    try:
        dataset = reasoning_gym.create_dataset(name, size=size, seed=seed, **config)
        for place in range(size):
            entry = dataset[place]
            tasks.append(
                {
                    "question": str(entry["question"]),
                    "answer": reference(entry),
                    "entry": encode({key: entry[key] for key in ("answer", "metadata")}),
                }
            )
    except Exception as error:
        told = " ".join(str(error).split())[:300] or type(error).__name__
        return {"error": f"its config cannot be used: {told}"}
    return {"tasks": tasks}


def _meant(near: list[str], known: list[str]) -> str:
    return f"did you mean {near[0]}?" if near else f"known: {', '.join(known) or 'none'}"


def reference(entry: Mapping[str, Any]) -> str | None:
    """A right answer to an entry of the package; None where it gives none."""
    found = [entry["answer"], *(entry["metadata"].get(name) for name in REFERENCES)]
    value = next((one for one in found if one is not None), None)
    return json.dumps(value) if isinstance(value, dict | list) else value


def score(name: str, config: str, question: str, entry: Any, answer: str) -> float:
    """The package's score of ``answer``, 0 to 1, for an entry that :func:`generate` made.

    ``config`` is the generator's, as JSON. What the scorer raises goes on.
    """
    dataset = _dataset(name, config)
    if name in FORGED and FORGED[name].search(answer):
        return 0.0
    return float(dataset.score_answer(answer, {"question": question, **decode(entry)}))


@cache
def _dataset(name: str, config: str) -> Any:
    _fence_eval()
    return reasoning_gym.create_dataset(name, size=1, seed=0, **json.loads(config))


def checked_eval(
    source: str, scope: dict[str, Any] | None = None, names: Mapping[str, Any] | None = None
) -> Any:
    """Python's ``eval`` of plain expressions. Names are known where a ``scope`` is given.

    :raises Refused: another expression.
    :raises SyntaxError: none at all.
    """
    if not isinstance(source, str):
        raise Refused
    tree = ast.parse(source.strip(), mode="eval")
    known = FUNCTIONS | NAMES | set(names or ()) if scope is not None else frozenset()
    for node in ast.walk(tree):
        if not isinstance(node, _NODES):
            raise Refused(type(node).__name__)
        if isinstance(node, ast.Name) and node.id not in known:
            raise Refused(node.id)
        if isinstance(node, ast.Call):
            named = node.func.id if isinstance(node.func, ast.Name) else ""
            if named not in FUNCTIONS or node.keywords:
                raise Refused(named)
    code = compile(tree, "<answer>", "eval")
    return builtins.eval(code, {"__builtins__": {}} if scope is None else scope, names)


def _fence_eval() -> None:
    """Let the package and sympy's parser call :func:`checked_eval` from here on."""
    import sympy.parsing.sympy_parser

    for name, module in list(sys.modules.items()):
        if name.startswith("reasoning_gym.") or module is sympy.parsing.sympy_parser:
            module.__dict__["eval"] = checked_eval


def encode(value: Any) -> Any:
    """``value`` as JSON keeps it: :func:`decode` gives it back, tuples, sets, fractions and keys
    included.

    :raises TypeError: it holds something else.
    """
    if hasattr(value, "item") and getattr(value, "shape", None) == ():  # a number of numpy's
        value = value.item()
    if value is None or isinstance(value, bool):
        return value
    for plain in (str, int, float):
        if isinstance(value, plain):
            return plain(value)
    if isinstance(value, list):
        return [encode(one) for one in value]
    if isinstance(value, tuple):
        return {"tuple": [encode(one) for one in value]}
    if isinstance(value, set | frozenset):
        return {"set": [encode(one) for one in sorted(value, key=repr)]}
    if isinstance(value, Fraction):
        return {"fraction": str(value)}
    if isinstance(value, dict):
        return {"dict": [[encode(key), encode(one)] for key, one in value.items()]}
    raise TypeError(f"a {type(value).__name__} cannot be kept in a problem file")


def decode(value: Any) -> Any:
    """What :func:`encode` was given; numpy's numbers are Python's, frozen sets are sets."""
    if isinstance(value, list):
        return [decode(one) for one in value]
    if not isinstance(value, dict):
        return value
    ((kind, parts),) = value.items()
    if kind == "dict":
        return {decode(key): decode(one) for key, one in parts}
    if kind == "fraction":
        return Fraction(parts)
    return {"tuple": tuple, "set": set}[kind](decode(one) for one in parts)
