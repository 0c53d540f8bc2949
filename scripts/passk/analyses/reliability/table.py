"""Reliability: the chance that *all* k draws of a task pass, beside the chance that one does.

pass@k asks what a user gets who can check; pass^k ("pass hat k") asks what a user gets who cannot,
and needs the model to be right every time. For a task with n draws of which c passed

    pass^k = C(c, k) / C(n, k),

the share of the sets of k draws that hold passes only: unbiased (Yao et al. 2024, tau-bench,
arXiv:2406.12045, section 4). The benchmark's pass^k is the mean over its tasks, NaN where a task
has fewer than k draws.

It is 1 - pass@k with passes and failures exchanged, so it is computed, and given intervals, by the
same code. It says nothing of how a task's draws would agree at another temperature.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import get_type_hints

import numpy as np

from passk.analyses.given import Given
from passk.estimator import fail_table, k_grid, pass_table
from passk.statistics.intervals import of_task_estimates, over_draws

PER_DECADE = 12
MEASURES = ("pass@k", "pass^k")


@dataclass(frozen=True, slots=True)
class Row:
    """One measure of one model at one k, with 95 % intervals over tasks and over draws.

    Fractions. The values are NaN where some task has n < k, the interval over draws where n < 2k.
    """

    model: str
    measure: str
    k: int
    asked: int
    tasks: int
    value: float
    tasks_low: float
    tasks_high: float
    draws_low: float
    draws_high: float


COLUMNS = get_type_hints(Row)


def all_pass_table(n: np.ndarray, c: np.ndarray, k: Sequence[int] | np.ndarray) -> np.ndarray:
    """pass^k of every task at every k, shape (tasks, ks); NaN where n < k.

    C(c, k) / C(n, k) is the chance that k draws all fail if passes are taken for failures.

    :raises ValueError: some k < 1, some c outside 0..n.
    """
    n, c = np.asarray(n), np.asarray(c)
    return fail_table(n, n - c, k)


def table(given: Given) -> list[Row]:
    """Both measures of every model, at the k asked for (``asked`` is 1) and on a grid between."""
    rows = []
    asked = given.k_values
    for model in given.counts:
        n, c = model.n, model.c
        k = np.array(sorted({*asked, *k_grid(int(n.min()), 10, PER_DECADE)}))
        low, high = over_draws(n, n - c, k)
        for measure, estimates, draws in (
            ("pass@k", pass_table(n, c, k), over_draws(n, c, k)),
            ("pass^k", all_pass_table(n, c, k), (1 - high, 1 - low)),
        ):
            columns = (estimates.mean(axis=0), *of_task_estimates(estimates), *draws)
            for one, *numbers in zip(k.tolist(), *(c.tolist() for c in columns), strict=True):
                rows.append(
                    Row(model.label, measure, one, int(one in asked), len(model.counts), *numbers)
                )
    return rows
