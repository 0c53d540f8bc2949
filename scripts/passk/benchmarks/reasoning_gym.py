"""Tasks of Reasoning Gym, a package of some hundred generators of puzzles, each with a scorer.

A benchmark's entry names ``generators``, each with the ``size``, the ``seed`` (0 if not given) and
the ``config`` of its tasks. They are made once, by the package in a process of its own, and kept in
the problem file with all that judging needs: nothing is made again later.

The readings:

``tagged``
    What stands between the last ``<answer>`` and the ``</answer>`` behind it, as the package's own
    ``extract_answer`` reads it (but of tags in tags it takes the inner ones).
``boxed``
    What the last closed ``\\boxed{…}`` holds, as for final answers (``answer``).
``last_line``
    The last line that is not blank.
``verbatim``
    The whole completion.

Blanks around an answer do not count. But with ``verbatim`` thoughts are no answer (``chat``), nor
is what follows the end of the turn. A completion without an answer gives the empty text, or
:data:`UNFINISHED` where its tokens ran out while the model thought.

Source: Stojanovski et al., "Reasoning Gym", arXiv 2505.24760. Each task has the package's version.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from importlib import metadata, util
from typing import Any

from passk.benchmarks import chat, text_field
from passk.benchmarks.answer import UNFINISHED, last_box
from passk.limited import Limited
from passk.records import UserError
from passk.sandbox.limits import Limits

PACKAGE = "reasoning-gym"
MAKES = "passk.benchmarks.reasoning_library:generate"
SECONDS, SECONDS_A_TASK = 60, 10
"""Of CPU, for the tasks of one generator: the slowest takes 0.7 a task."""
MEMORY_BYTES, MOST_BYTES = 4 << 30, 1 << 28


@dataclass(frozen=True, slots=True)
class Puzzle:
    """One task. ``answer`` is a right one, None where the package gives none; ``entry`` what its
    scorer needs (``reasoning_library.encode``); ``library`` the package's version."""

    task_id: str
    prompt: str
    answer: str | None
    generator: str
    config: Mapping[str, Any]
    entry: Any
    library: str
    index: int


def read_puzzle(record: Mapping[str, Any], index: int, where: str) -> Puzzle:
    """The task of one line of a problem file.

    :raises UserError: a missing field.
    """
    texts = {
        name: text_field(record, name, where, "reasoning_gym")
        for name in ("task_id", "prompt", "generator", "library")
    }
    answer, config = record.get("answer"), record.get("config")
    fits = isinstance(answer, str | None) and isinstance(config, dict)
    if not fits or not isinstance(record.get("entry"), dict):
        raise UserError(
            f"{where} is no task of kind reasoning_gym; name its 'generators' in config.yaml, and "
            "such a file is made"
        )
    return Puzzle(**texts, answer=answer, config=config, entry=record["entry"], index=index)


def version() -> str:
    """The version of the package that is installed.

    :raises UserError: none is.
    """
    if util.find_spec("reasoning_gym") is None:
        raise UserError(f"the package {PACKAGE} is not installed; run `make setup-reasoning-gym`")
    return metadata.version(PACKAGE)


def make(generators: Mapping[str, Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """The lines of a problem file with the tasks of these generators, one after another.

    The process that makes them has a fixed seed of hashes: five generators depend on it.

    :raises UserError: the package is not installed; an unknown generator or key of its ``config``;
        values that it refuses; tasks that it does not end to make.
    """
    library = version()
    seconds = SECONDS + SECONDS_A_TASK * max(asked["size"] for asked in generators.values())
    limits = Limits(
        cpu_seconds=seconds,
        idle_seconds=seconds,
        memory_bytes=MEMORY_BYTES,
        reply_bytes=MOST_BYTES,
    )
    with opened(MAKES, limits) as package:
        for name, asked in generators.items():
            size, seed, config = asked["size"], asked.get("seed", 0), asked.get("config", {})
            made = package.call(name, size, seed, config)
            if made.outcome != "returned":
                raise UserError(
                    f"generators.{name}: making {size} tasks ended with {made.error}; ask for "
                    "fewer, or take another config"
                )
            if "error" in made.value:
                raise UserError(f"generators.{name}: {made.value['error']}")
            for place, task in enumerate(made.value["tasks"]):
                yield {
                    "task_id": f"{name}/{place}",
                    "prompt": task["question"],
                    "answer": task["answer"],
                    "generator": name,
                    "config": config,
                    "entry": task["entry"],
                    "library": library,
                }


def opened(function: str, limits: Limits) -> Limited:
    """A function of :mod:`passk.benchmarks.reasoning_library` in its process.

    :raises UserError: the package cannot be imported there.
    """
    try:
        return Limited(function, limits)
    except ImportError as error:
        raise UserError(
            f"the package {PACKAGE} cannot be imported ({error}); run `make setup-reasoning-gym` "
            "again"
        ) from error


def read_answer(problem: Puzzle, completion: str, answer: str) -> str:
    """The text of the answer in ``completion``, read as ``answer``; see the module.

    :raises ValueError: ``answer`` is none of the readings; never because of the completion.
    """
    if answer == "verbatim":
        return completion.strip()
    if answer not in READINGS:
        raise ValueError(f"answer {answer!r} is none of verbatim, {', '.join(READINGS)}")
    text, unfinished = chat.without_thoughts(completion)
    found = READINGS[answer](chat.without_tokens(text)).strip()
    return found or (UNFINISHED if unfinished else "")


def failure(problem: Puzzle, completion: str, answer: str) -> str:
    """What kept :func:`read_answer` from finding one, of the kind's ``failures``, or nothing."""
    found = read_answer(problem, completion, answer)
    return "unfinished" if found == UNFINISHED else "" if found else "no_answer"


def tagged(text: str) -> str:
    """What the last closed ``<answer>`` holds; empty where there is none."""
    before, closed, _ = text.rpartition("</answer>")
    _, opens, answer = before.rpartition("<answer>")
    return answer if closed and opens else ""


def last_line(text: str) -> str:
    """The last line that is not blank; empty where there is none."""
    return text.rstrip().rpartition("\n")[2]


READINGS: Mapping[str, Callable[[str], str]] = {
    "tagged": tagged,
    "boxed": last_box,
    "last_line": last_line,
}


def config_text(puzzle: Puzzle) -> str:
    """The config of a task's generator as the scorer takes it."""
    return json.dumps(puzzle.config, sort_keys=True)
