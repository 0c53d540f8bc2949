"""How much of coverage is chance: a task's right answer among the draws of other tasks.

An answer that can be guessed, such as a small integer, is among many draws whatever was asked. So
each task's right answer is looked for among the draws of each other task, and pass@k estimated as
for its own (Chen et al. 2021, arXiv:2107.03374, equation 1):

    chance@k = mean over tasks a and b, a != b, of 1 - C(n_b - c_ab, k) / C(n_b, k),

where c_ab of the n_b draws of task b give the right answer to task a. It is unbiased for what the
model's answers to another task, chosen at random, would score. What is above it was not had by
answers that suit any task; what is below may still be right for a reason.

Answers are equal here where the values of their normal forms are, without units, bases and names,
whichever suite judged: chance may be a little too high beside ``exact``, or too low beside a more
lenient one. Only of final answers: a program or a proof is
hardly right by chance.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, get_type_hints

import numpy as np

from passk.analyses.given import Given
from passk.analyses.selection.table import check_pair
from passk.estimator import k_grid, pass_table
from passk.records import Snapshot, UserError, read_verdicts
from passk.statistics.intervals import of_paired_differences, of_task_estimates
from passk.verifiers.final_answer import signature_of
from passk.verifiers.signatures import read_signatures

PER_DECADE = 12


@dataclass(frozen=True, slots=True)
class Row:
    """pass@k of a task's own draws and of other tasks' at one k, with 95 % intervals over tasks.

    Fractions; ``asked`` is 1 where the config names the k. ``difference`` is own less chance; its
    interval is of tasks that are paired with their own chance, and takes the other tasks' draws as
    given. NaN where some task has n < k.
    """

    model: str
    k: int
    asked: int
    tasks: int
    value: float
    tasks_low: float
    tasks_high: float
    chance: float
    chance_low: float
    chance_high: float
    difference: float
    difference_low: float
    difference_high: float


COLUMNS = get_type_hints(Row)


def chance_table(n: np.ndarray, c: np.ndarray, k: Sequence[int] | np.ndarray) -> np.ndarray:
    """chance@k of each task at every k, shape (tasks, ks): the mean over the other tasks.

    ``n`` has shape (tasks,); ``c[a, b]`` is how many draws of task b give the right answer to task
    a. NaN where the other tasks are none, or one of them has n < k.
    """
    tasks = len(n)
    if tasks < 2:
        return np.full((tasks, len(k)), math.nan)
    pairs = np.column_stack([np.broadcast_to(n, c.shape).ravel(), c.ravel()])
    known, place = np.unique(pairs, axis=0, return_inverse=True)
    passes, place = pass_table(known[:, 0], known[:, 1], k), place.reshape(tasks, tasks)
    others = ~np.eye(tasks, dtype=bool)
    return np.column_stack(
        [np.where(others, row[place], 0).sum(axis=1) / (tasks - 1) for row in passes.T]
    )


def table(given: Given) -> list[Row]:
    """Rows at the k asked for and on a grid between; none where answers are no final ones, or where
    there is one task.

    :raises UserError: verdicts and signatures that are not of the same samples.
    """
    if given.problems.kind != "answer":
        return []
    (verdicts,), (signatures,) = given.verdicts, given.signatures
    snapshot = Snapshot([*verdicts, *signatures])
    check_pair(verdicts, signatures, given.settings[0] if given.settings else None)
    passed = _by_draw(
        (one.task_id, one.draw, one.outcome == "passed")
        for path in verdicts
        for one in snapshot.read(path, read_verdicts)
    )
    found = _by_draw(
        (one.task_id, one.draw, one.outputs)
        for path in signatures
        for one in snapshot.read(path, read_signatures)
    )
    if {task: draws.keys() for task, draws in passed.items()} != {
        task: draws.keys() for task, draws in found.items()
    }:
        raise UserError(
            f"{verdicts[0].parent} and {signatures[0].parent} are not of the same draws; observe "
            "all of them again"
        )
    problems = [one for one in given.problems.problems if one.task_id in passed]
    if len(problems) < 2:
        return []
    n = np.array([len(passed[one.task_id]) for one in problems])
    own = np.array([sum(passed[one.task_id].values()) for one in problems])
    answers = [Counter(found[one.task_id].values()) for one in problems]
    right = [signature_of(one.answer) for one in problems]
    c = np.array([[answer[mark] for answer in answers] for mark in right])
    k = np.array(sorted({*given.k_values, *k_grid(int(n.min()), 10, PER_DECADE)}))
    values, chance = pass_table(n, own, k), chance_table(n, c, k)
    columns = (
        values.mean(axis=0), *of_task_estimates(values),
        chance.mean(axis=0), *of_task_estimates(chance),
        (values - chance).mean(axis=0), *of_paired_differences(values, chance),
    )  # fmt: skip
    rows = zip(k.tolist(), *(column.tolist() for column in columns), strict=True)
    return [
        Row(given.labels[0], one, int(one in given.k_values), len(problems), *numbers)
        for one, *numbers in rows
    ]


def _by_draw(records: Iterable[tuple[str, int, Any]]) -> dict[str, dict[int, Any]]:
    """What each draw of each task has."""
    found: dict[str, dict[int, Any]] = {}
    for task, draw, what in records:
        found.setdefault(task, {})[draw] = what
    return found
