"""Programs that read standard input and print: CodeContests and the like.

A line has the texts ``task_id`` and ``prompt``, and ``tests``, a list of ``{input, output}``. It
may have ``public_tests`` (the examples that the prompt shows), ``time_limit`` (CPU seconds a test),
``memory_mb`` (of a test), ``tolerance`` and ``ignore_case`` (how outputs are compared), ``checker``
(Python that defines ``check(input, output, expected)``, where several outputs are right) and
``solution`` (a right program, tried before anything is sampled). docs/programs.md says more.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from passk.benchmarks import UNFINISHED, chat, definitions, text_field
from passk.benchmarks.extraction import MOST_CHARACTERS, Reader, dedented, joined_text
from passk.records import UserError

KIND = "stdin_stdout"
PRINTS = ("print", "stdout", "write")
OPTIONAL = ("public_tests", "time_limit", "memory_mb", "tolerance", "ignore_case", "checker",
            "solution")  # fmt: skip
KNOWN = ("task_id", "prompt", "tests", *OPTIONAL)
# What a misspelt key would otherwise do: nothing, silently.
MISSPELT = {
    "public": "public_tests", "examples": "public_tests", "private_tests": "tests",
    "timeout": "time_limit", "memory": "memory_mb", "memory_limit": "memory_mb",
    "tol": "tolerance", "check": "checker", "canonical_solution": "solution",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Test:
    """What a program is given on standard input, and what it must print."""

    input: str
    output: str


@dataclass(frozen=True, slots=True)
class Problem:
    """One task. ``index`` is its place in the whole benchmark, from 0.

    ``time_limit`` is in CPU seconds and ``memory_mb`` in MiB, each of one test, None where the
    verifier's option counts; ``tolerance``: see ``passk.verifiers.stdin_stdout``.
    """

    task_id: str
    prompt: str
    tests: tuple[Test, ...]
    public_tests: tuple[Test, ...]
    time_limit: float | None
    memory_mb: int | None
    tolerance: float | None
    ignore_case: bool
    checker: str
    solution: str
    index: int


def read_problem(record: dict[str, Any], index: int, where: str) -> Problem:
    """The task of one line.

    :raises UserError: a missing field, or one of another type or range.
    """
    for key, right in MISSPELT.items():
        if key in record:
            raise UserError(f"{where}: {key!r} is not known here; {right!r} is what it may mean")
    tests = _tests(record.get("tests"), "tests", where)
    if not tests:
        raise UserError(f"{where}: 'tests' must hold one test or more")
    ignore_case = record.get("ignore_case", False)
    if not isinstance(ignore_case, bool):
        raise UserError(f"{where}: 'ignore_case' must be true or false")
    memory = _number(record, "memory_mb", where, 64)
    if memory is not None and memory != int(memory):
        raise UserError(f"{where}: 'memory_mb' must be a whole number")
    texts = {}
    for name in ("checker", "solution"):
        texts[name] = record.get(name) or ""
        if not isinstance(texts[name], str):
            raise UserError(f"{where}: {name!r} must be the text of a program")
    return Problem(
        text_field(record, "task_id", where, KIND),
        text_field(record, "prompt", where, KIND),
        tests,
        _tests(record.get("public_tests", []), "public_tests", where),
        _number(record, "time_limit", where, 0.01),
        None if memory is None else int(memory),
        _number(record, "tolerance", where, 0),
        ignore_case,
        **texts,
        index=index,
    )


def _tests(found: Any, name: str, where: str) -> tuple[Test, ...]:
    good = isinstance(found, Sequence) and all(
        isinstance(one, Mapping)
        and set(one) == {"input", "output"}
        and all(isinstance(text, str) for text in one.values())
        for one in found
    )
    if not good:
        raise UserError(f"{where}: {name!r} must be a list of objects with texts input and output")
    for number, one in enumerate(found, 1):
        try:
            one["input"].encode(), one["output"].encode()
        except UnicodeEncodeError:
            raise UserError(f"{where}: {name} {number} cannot be written as UTF-8") from None
    return tuple(Test(one["input"], one["output"]) for one in found)


def _number(record: Mapping[str, Any], name: str, where: str, least: float) -> float | None:
    value = record.get(name)
    if value is None:
        return None
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if not number or not math.isfinite(value) or value < least:
        raise UserError(f"{where}: {name!r} must be a number, {least:g} or more")
    return value


def program(problem: Problem, completion: str, answer: str) -> str:
    """The program in ``completion``. ``verbatim``: all of it.

    ``markdown``: the completion, if it parses as it is; else the same without thoughts; else the
    last block that is Python and prints, with those before it that define what it lacks. Where no
    block parses, the last one as it stands, which fails. One that ends within a thought and has no
    program outside it is :data:`passk.benchmarks.UNFINISHED`.

    :raises ValueError: ``answer`` is neither of the two; never because of the completion.
    """
    if answer == "verbatim":
        return completion
    if answer != "markdown":
        raise ValueError(f"answer {answer!r} is neither verbatim nor markdown")
    return _read(completion)[0]


def failure(problem: Problem, completion: str, answer: str) -> str:
    """What kept :func:`program` from finding one, of the kind's ``failures``, or nothing.

    Read verbatim, one that is too long to be looked at counts as read.
    """
    if answer != "verbatim":
        return _read(completion)[1]
    tree = Reader().parsed(completion)
    if tree is None:
        return "syntax" if len(completion) <= MOST_CHARACTERS else ""
    return "" if definitions.acts(tree) else "no_code"


def _read(completion: str) -> tuple[str, str]:
    """The program, and what kept it from being found."""
    reader = Reader()
    if _acts(reader.parsed(completion)):
        return completion, ""
    text, unfinished = chat.without_thoughts(completion)
    if len(text) > MOST_CHARACTERS:
        return text, "too_long"
    text = reader.cleaned(text)
    if _acts(reader.parsed(text)):
        return text, ""
    every = reader.blocks(text)
    for blocks in ([one for one in every if one.fenced], every):
        found = _last([dedented(one.text) for one in blocks], reader)
        if found is not None:
            return found, ""
    if unfinished:
        return UNFINISHED, "unfinished"
    fenced = [one.text for one in every if one.fenced and one.text.strip()]
    return (fenced[-1], "syntax") if fenced else (text, "no_code")


def _last(texts: list[str], reader: Reader) -> str | None:
    """The last of these programs that prints, or else the last, with what it lacks."""
    parsed = [(text, tree) for text in texts if _acts(tree := reader.parsed(text))]
    if not parsed:
        return None
    printing = [at for at, (text, _) in enumerate(parsed) if any(word in text for word in PRINTS)]
    at = printing[-1] if printing else len(parsed) - 1
    text, tree = parsed[at]
    try:
        missing = definitions.unknown(tree)
        before = [one for one, tree in parsed[:at] if missing & definitions.bound(tree)]
    except RecursionError:  # scopes within scopes, by the hundred
        before = []
    return joined_text([*before, text])


def _acts(tree: ast.Module | None) -> bool:
    return tree is not None and definitions.acts(tree)
