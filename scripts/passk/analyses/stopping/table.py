"""Stop at the first pass: what coverage costs whoever has a verifier at hand.

Who can check a sample draws no more of a task once one has passed. With at most K draws a task it
takes on average

    E[draws] = sum over j from 0 to K - 1 of (1 - pass@j),    pass@0 = 0,

since draw j + 1 is made where the first j all failed; coverage is pass@K as before. Both are exact
from the same counts, and unbiased: the j draws are taken without replacement from all n. The counts
themselves must be of complete sampling: those of stopped sampling are refused
(:func:`passk.counts.refuse_stopped`).

A mean budget of k draws a task then buys more: a cap above k, since easy tasks take less. ``cap``
is the largest whose E[draws] is at most k.

What is not counted: that checking takes time, too, and that who waits for a verdict draws one
after the other.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import get_type_hints

import numpy as np

from passk.analyses.given import Given
from passk.counts import ModelCounts
from passk.estimator import fail_table, k_grid
from passk.statistics.intervals import of_task_estimates


@dataclass(frozen=True, slots=True)
class Row:
    """At most ``k`` draws of a task, stopped at the first pass.

    ``coverage`` is pass@k. ``mean_draws`` is E[draws] a task with its 95 % interval over tasks, and
    ``times_fewer`` k / mean_draws. ``cap`` is how many draws at most a mean of k draws allows, and
    ``cap_coverage`` what is covered then; NaN where that is more than some task's draws, as all
    numbers are where k is.
    """

    model: str
    k: int
    asked: int
    tasks: int
    coverage: float
    mean_draws: float
    draws_low: float
    draws_high: float
    times_fewer: float
    cap: float
    cap_coverage: float


COLUMNS = get_type_hints(Row)


def stopped_draws(n: np.ndarray, c: np.ndarray, largest: int) -> np.ndarray:
    """E[draws] of every task with a cap of 1, 2, …, ``largest``, shape (tasks, largest).

    NaN where the cap is beyond a task's draws.
    """
    fails = fail_table(n, c, np.arange(1, largest + 1))
    before = np.column_stack([np.ones(len(fails)), fails[:, :-1]])
    return np.where(np.isnan(fails), math.nan, np.cumsum(before, axis=1))


def table(given: Given) -> list[Row]:
    """Every model at the k asked for (``asked`` is 1) and on a grid to its fewest draws."""
    return [row for model in given.counts for row in _of_model(model, given.k_values)]


def _of_model(model: ModelCounts, asked: list[int]) -> list[Row]:
    largest = int(model.n.min())
    draws = stopped_draws(model.n, model.c, largest)
    coverage = 1 - fail_table(model.n, model.c, np.arange(1, largest + 1)).mean(axis=0)
    mean = draws.mean(axis=0)
    caps = np.arange(1, largest + 1)
    # Beyond the first draw, in parts of the most there could be, each task's lie in [0, 1].
    beyond = np.maximum(caps - 1, 1)
    low, high = (1 + end * beyond for end in of_task_estimates((draws - 1) / beyond))
    if len(draws) and largest:
        low[0] = high[0] = 1.0
    rows = []
    for k in sorted({*asked, *k_grid(largest)}):
        here = [model.label, k, int(k in asked), len(model.counts)]
        if k > largest:
            rows.append(Row(*here, *[math.nan] * 7))
            continue
        place = k - 1
        # Where the cap could be larger than there are draws, how much larger is not known.
        cap = int(np.searchsorted(mean, k * (1 + 1e-12), side="right"))
        bought = [float(cap), float(coverage[cap - 1])] if cap < largest else [math.nan] * 2
        numbers = coverage[place], mean[place], low[place], high[place], k / mean[place]
        rows.append(Row(*here, *map(float, numbers), *bought))
    return rows
