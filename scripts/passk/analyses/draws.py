"""Samples with their verdicts, and how their hostile text is shown.

What a model wrote is cut to a length, and characters that a terminal or a browser would act upon
(controls, marks that turn the direction of writing, lone surrogates) are spelled out. It is not
escaped for HTML here; whoever shows it does that.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from passk.records import Sample, UserError, Verdict

DOCSTRING = re.compile(r"(\"{3}|'{3})(.{40,}?)\1", re.DOTALL)
REPEATED = "[the prompt's text]"


@dataclass(frozen=True, slots=True)
class Draw:
    """One sample with its verdict: ``ended`` is its outcome, or the exception that it failed by."""

    draw: int
    completion: str
    outcome: str
    ended: str


def joined(samples: Iterable[Sample], verdicts: Iterable[Verdict]) -> dict[str, list[Draw]]:
    """The draws of each task, in order.

    :raises UserError: a draw that has only one of the two, or one of them twice.
    """
    judged: dict[tuple[str, int], Verdict] = {}
    for verdict in verdicts:
        if (key := (verdict.task_id, verdict.draw)) in judged:
            raise UserError(twice(*key))
        judged[key] = verdict
    found: dict[str, dict[int, Draw]] = defaultdict(dict)
    for sample in samples:
        verdict = judged.get((sample.task_id, sample.draw))
        if sample.draw in found[sample.task_id]:
            raise UserError(twice(sample.task_id, sample.draw))
        if verdict is None:
            raise UserError(alone(sample.task_id, sample.draw, "a sample and no verdict"))
        ended = verdict.outcome
        if ended == "failed":
            ended = verdict.error or "wrong output"
        draw = Draw(sample.draw, sample.completion, verdict.outcome, ended)
        found[sample.task_id][sample.draw] = draw
    for task, draw in judged:
        if draw not in found[task]:
            raise UserError(alone(task, draw, "a verdict and no sample"))
    return {task: [draws[draw] for draw in sorted(draws)] for task, draws in found.items()}


def twice(task: str, draw: int) -> str:
    return f"duplicate draw {draw} of {task}: give each shard once"


def alone(task: str, draw: int, has: str) -> str:
    return f"draw {draw} of {task} has {has}: give the samples that the verdicts were made from"


def excerpt(text: str, characters: int, lines: int | None = None) -> str:
    """The beginning of ``text``, readable, and how much of it is left out."""
    text = text.strip("\n").rstrip()
    shown = "\n".join(text[:characters].split("\n")[:lines])
    left = len(text) - len(shown)
    return readable(shown) + (f"\n[{left:,} more characters]" if left > 0 else "")


def without_prompt(text: str, prompt: str) -> str:
    """What follows the prompt; a program that repeats the prompt's docstring says so instead."""
    text = text.removeprefix(prompt)
    for quotes, said in DOCSTRING.findall(prompt)[-1:]:
        text = text.replace(f"{quotes}{said}{quotes}", f"{quotes}{REPEATED}{quotes}")
    return text


def laid_out(text: str) -> str:
    """``text`` as it is shown and counted: no blanks at line ends, never two blank lines together.

    Blank lines around it go; those within it count for nothing when it is compared.
    """
    lines = [line.rstrip() for line in text.replace("\r\n", "\n").split("\n")]
    kept = [line for line, before in zip(lines, ["", *lines], strict=False) if line or before]
    return "\n".join(kept).rstrip("\n")


def readable(text: str) -> str:
    """``text`` without what acts instead of being read: such characters are spelled as escapes."""
    return re.sub(r"[^\n\t\x20-\x7e]", lambda found: _spelled(found[0]), text)


def _spelled(char: str) -> str:
    acts = unicodedata.category(char) in ("Cc", "Cf", "Cs", "Zl", "Zp")
    return char.encode("unicode_escape").decode() if acts else char
