"""The command line of an analysis of counts: the compared models, the k, a quoted line to beat.

The first model is the experiment's own, the others stand beside it. All have the same tasks.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

# Read when numpy is loaded. The matrices of the analyses are small, and OpenBLAS's threads wait for
# one another in busy loops: on a machine with other work that took ten times the work itself.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np

from passk.counts import TaskCount, read_counts
from passk.records import UserError


@dataclass(frozen=True, slots=True)
class Compared:
    """One model's counts, task by task, in its file's order."""

    label: str
    counts: tuple[TaskCount, ...]

    @property
    def n(self) -> np.ndarray:
        """Draws of each task, shape (tasks,)."""
        return np.array([count.n for count in self.counts])

    @property
    def c(self) -> np.ndarray:
        """Draws of each task that passed, shape (tasks,)."""
        return np.array([count.c for count in self.counts])


def add_counts_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the counts, their labels and where to write the table."""
    parser.add_argument(
        "--counts", type=Path, nargs="+", required=True, metavar="CSV", help="task_id, n, c; each"
    )
    parser.add_argument(
        "--labels", nargs="+", required=True, metavar="TEXT", help="the models' names, in order"
    )
    parser.add_argument("--output", type=Path, required=True, metavar="CSV", help="the table")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments that every analysis of counts takes."""
    add_counts_arguments(parser)
    parser.add_argument("--k-values", type=int, nargs="+", required=True, metavar="K")
    beat = parser.add_argument_group("a quoted line to beat (optional)")
    beat.add_argument("--baseline-label", metavar="TEXT", help="the other model's name")
    beat.add_argument("--baseline-value", type=float, metavar="P", help="its pass@1, a fraction")
    beat.add_argument("--baseline-tasks", type=int, metavar="T", help="the tasks behind it")


def read_compared(paths: Sequence[Path], labels: Sequence[str]) -> list[Compared]:
    """Read the counts of each model; the tasks come in the first file's order.

    :raises UserError: a file that cannot be read, a label missing or given twice, other tasks.
    """
    if len(paths) != len(labels):
        raise UserError(
            f"--counts has {len(paths)} files and --labels {len(labels)} names; give one name each"
        )
    if len(set(labels)) != len(labels):
        twice = next(label for label in labels if labels.count(label) > 1)
        raise UserError(f"the label {twice!r} is given twice; give each model a name of its own")
    found: list[Compared] = []
    for path, label in zip(paths, labels, strict=True):
        counts = {count.task_id: count for count in read_counts(path)}
        tasks = [count.task_id for count in found[0].counts] if found else list(counts)
        if strange := set(tasks) ^ set(counts):
            raise UserError(
                f"{path} and {paths[0]} are not of the same tasks ({min(strange)} is in one only): "
                "compare models on one benchmark"
            )
        found.append(Compared(label, tuple(counts[task] for task in tasks)))
    return found


def check_k_values(k_values: Sequence[int]) -> list[int]:
    """The k asked for, ascending, each once.

    :raises UserError: some k < 1.
    """
    if min(k_values) < 1:
        raise UserError(f"k = {min(k_values)} makes no sense; every k must be 1 or more")
    return sorted(set(k_values))
