"""Theorems to prove by a term: a statement, and a proof of it.

A line has the texts ``task_id, prompt, proof``. The prompt is the statement as Lean 4 has it, up to
its ``:=``; ``proof`` is what may follow, and shows that there is something to find.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from passk.benchmarks import text_field


@dataclass(frozen=True, slots=True)
class Theorem:
    """One task. ``index`` is its place in the whole benchmark, from 0."""

    task_id: str
    prompt: str
    proof: str
    index: int


def read_theorem(record: dict[str, Any], index: int, where: str) -> Theorem:
    """The task of one line.

    :raises UserError: a missing field.
    """
    names = ("task_id", "prompt", "proof")
    return Theorem(*(text_field(record, name, where, "theorem") for name in names), index=index)


def term(task: Theorem, completion: str, answer: str) -> str:
    """The completion as it came: all of it must be the term."""
    return completion
