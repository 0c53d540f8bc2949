"""Programs that read standard input and print: CodeContests and the like.

A line has the texts ``task_id`` and ``prompt``, and ``tests``, a list of ``{input, output}``. It
may have ``public_tests`` (the examples that the prompt shows), ``time_limit`` (CPU seconds a test),
``memory_mb`` (of a test), ``tolerance`` and ``ignore_case`` (how outputs are compared), ``checker``
(Python that defines ``check(input, output, expected)``, where several outputs are right) and
``solution`` (a right program, tried before anything is sampled). docs/programs.md says more.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from passk.benchmarks import UNFINISHED, chat, definitions, text_field
from passk.benchmarks.extraction import MOST_CHARACTERS, Reader, dedented, joined_text
from passk.records import UserError

KIND = "stdin_stdout"
# What code that reads its input, or prints, uses: names and attributes.
READS = frozenset(
    ("input", "raw_input", "stdin", "__stdin__", "open", "fdopen", "read", "readline", "readlines",
     "read_text", "read_bytes", "fileinput")
)  # fmt: skip
PRINTS = frozenset(
    ("print", "pprint", "stdout", "__stdout__", "write", "writelines", "write_text", "write_bytes")
)
WHOLE = 2  # of a program that reads and prints; 1: it only prints
MOST_BLOCKS = 100  # that are looked at, from the last one backwards
OPTIONAL = ("public_tests", "time_limit", "memory_mb", "tolerance", "ignore_case", "checker",
            "solution")  # fmt: skip
# A key that is spelt otherwise would do nothing, silently.
MEANT = {
    "public": "public_tests", "example": "public_tests", "examples": "public_tests",
    "private": "tests", "timeout": "time_limit", "memory": "memory_mb", "tol": "tolerance",
    "eps": "tolerance", "check": "checker", "ignore": "ignore_case", "case": "ignore_case",
    "canonical": "solution", **{name: name for name in OPTIONAL},
}  # fmt: skip
MOST = {"time_limit": 86_400, "memory_mb": 1 << 20, "tolerance": 1}


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
    for key in set(record) - {"task_id", "prompt", "tests", *OPTIONAL}:
        meant = next(
            (MEANT[name] for name in MEANT if f"{key.lower()}_".startswith(f"{name}_")), None
        )
        meant = meant or next(iter(get_close_matches(key.lower(), OPTIONAL, 1, 0.75)), None)
        if meant:
            raise UserError(f"{where}: {key!r} is not known here; {meant!r} is what it may mean")
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
        _tests(record.get("public_tests") or [], "public_tests", where),
        _number(record, "time_limit", where, 0.01),
        None if memory is None else int(memory),
        _number(record, "tolerance", where, 0),
        ignore_case,
        **texts,
        index=index,
    )


def _tests(found: Any, name: str, where: str) -> tuple[Test, ...]:
    """The tests of a list of objects, or of one object with two lists, as tables give them."""
    sides = {"input", "output"}
    if isinstance(found, Mapping) and set(found) == sides and _of_one_length(*found.values()):
        pairs = zip(found["input"], found["output"], strict=True)
        found = [{"input": given, "output": wanted} for given, wanted in pairs]
    good = isinstance(found, list) and all(
        isinstance(one, Mapping)
        and set(one) == sides
        and all(isinstance(text, str) for text in one.values())
        for one in found
    )
    if not good:
        raise UserError(
            f"{where}: {name!r} must be a list of objects with texts input and output, and nothing "
            "else"
        )
    return tuple(Test(one["input"], one["output"]) for one in found)


def _of_one_length(one: Any, other: Any) -> bool:
    return isinstance(one, list) and isinstance(other, list) and len(one) == len(other)


def _number(record: Mapping[str, Any], name: str, where: str, least: float) -> float | None:
    value = record.get(name)
    if value is None:
        return None
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if not number or not least <= value <= MOST[name]:
        raise UserError(f"{where}: {name!r} must be a number from {least:g} to {MOST[name]:,}")
    return value


def program(problem: Problem, completion: str, answer: str) -> str:
    """The program in ``completion``. ``verbatim``: all of it.

    ``markdown``: the completion, if it parses as it is; else the same without thoughts; else the
    last of its blocks that is a whole program: one that reads and prints, by code that its top
    level reaches. Blocks before it that define what it lacks come first, if they are not whole
    themselves. So a call of an earlier block's function makes a program of it, and what follows a
    whole program replaces it only if it is whole, too, without that program's names. Where no block
    is whole, the last that prints, else the last. Where there is no fence, what remains without
    prose; where no block parses, the last one as it stands, which fails. One that ends within a
    thought and has no program outside it is :data:`passk.benchmarks.UNFINISHED`.

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
    fenced = [one for one in every if one.fenced]
    for blocks in (fenced, every):
        found = _last((dedented(one.text) for one in blocks), reader)
        if found is not None:
            return found, ""
    if unfinished:
        return UNFINISHED, "unfinished"
    written = [one.text for one in fenced if one.text.strip()]
    if written:
        return written[-1], "syntax"
    found = _last((dedented(reader.without_prose(one.text)) for one in every), reader, 1)
    return (text, "no_code") if found is None else (found, "")


@dataclass(frozen=True, slots=True)
class _Part:
    """A block that parses: the names that it binds, those that it lacks, and its ``words``."""

    text: str
    bound: set[str]
    unknown: set[str]
    words: dict[str, set[str]]

    @property
    def is_quiet(self) -> bool:
        """Whether its top level by itself neither reads nor prints."""
        return self.words[""].isdisjoint(READS | PRINTS)


def _part(text: str, tree: ast.Module) -> _Part:
    try:
        bound, unknown = definitions.bound(tree), definitions.unknown(tree)
    except RecursionError:  # scopes within scopes, by the hundred
        bound, unknown = set(), set()
    return _Part(text, bound, unknown, _words(tree))


def _last(texts: Iterable[str], reader: Reader, least: int = 0) -> str | None:
    """The last whole program of these blocks; see :func:`program`. None where none that parses has
    the ``least`` rank."""
    parsed = [(text, tree) for text in texts if _acts(tree := reader.parsed(text))]
    found, best = [], least - 1
    earlier: list[_Part] = []  # what a later block may need
    for part in (_part(*one) for one in parsed[-MOST_BLOCKS:]):
        parts, missing = [part], set(part.unknown)
        for one in reversed(earlier):
            if not missing.isdisjoint(one.bound):
                parts.insert(0, one)
                missing |= one.unknown
        rank = _rank(parts)
        bound = set().union(*(one.bound for one in parts))
        if rank > best or (rank == best and ("*" in bound or missing <= bound)):
            found, best = parts, rank
        if rank < WHOLE:
            earlier.append(part)
        if best == WHOLE:
            earlier = [one for one in earlier if one.is_quiet]
    return joined_text(one.text for one in found) if found else None


def _rank(parts: list[_Part]) -> int:
    """:data:`WHOLE` if what the top level of these parts reaches reads and prints, 1 if it only
    prints, else 0."""
    words: defaultdict[str, set[str]] = defaultdict(set)
    for part in parts:
        for holder, used in part.words.items():
            words[holder] |= used
    reached: set[str] = set()
    waiting = [""]
    while waiting:
        more = words.pop(waiting.pop(), set()) - reached
        reached |= more
        waiting += more
    if reached.isdisjoint(PRINTS):
        return 0
    return 1 if reached.isdisjoint(READS) else WHOLE


def _words(tree: ast.Module) -> dict[str, set[str]]:
    """The names and attributes that code uses, by the function or class of the top level that holds
    it; those of what runs at once by the empty text."""
    words: defaultdict[str, set[str]] = defaultdict(set, {"": set()})
    waiting: list[tuple[str, ast.AST]] = [("", tree)]
    while waiting:
        holder, node = waiting.pop()
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef() if not holder:
                holder = node.name
                if node.decorator_list:  # which may call it
                    words[""].add(holder)
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Lambda()) if not holder:
                holder = name
            case ast.Name(ctx=ast.Load()):
                words[holder].add(node.id)
            case ast.Attribute():
                words[holder].add(node.attr)
            case ast.alias(asname=str()):
                words[node.asname].add(node.name)
        waiting += ((holder, child) for child in ast.iter_child_nodes(node))
    return words


def _acts(tree: ast.Module | None) -> bool:
    return tree is not None and definitions.acts(tree)
