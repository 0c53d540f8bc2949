"""Pools: a budget of draws split between two models, where either may solve a task.

k1 draws of the first model and k2 of a rival solve a task with chance 1 - f1(k1) f2(k2), f being
1 - pass@k: unbiased, since the draws are independent given the task. Which split of a budget b = k1
+ k2 is best is chosen on half of the tasks, drawn at random, and what it covers is reported on the
other half, as is the best of the two models alone, chosen on the same half. That is done for
:data:`HALVES` seeded halves, each with its complement; a task's numbers are the means over those
that it was held out of. To choose and to report on the same tasks would find a gain where none is.

The interval of the gain is over tasks, paired, for the splits that were chosen. The budget counts
draws, not dollars: a draw of either model costs one.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import get_type_hints

import numpy as np

from passk.analyses.given import Given
from passk.counts import ModelCounts
from passk.estimator import fail_table
from passk.statistics.intervals import of_paired_differences
from passk.statistics.resampling import SEED

HALVES = 100
_MOST_SPLITS = 101


@dataclass(frozen=True, slots=True)
class Row:
    """A budget of ``k`` draws of a task by the model and a rival together.

    ``own_share`` is the mean over the halves of the share of the draws that goes to the model.
    ``pool`` and ``alone`` are the coverage on tasks held out, of the split and of the single model
    that were best on the others; ``gain`` their difference with its 95 % interval over tasks. NaN
    where there are fewer than 4 tasks, or fewer than ``k`` draws of some task by either.
    """

    model: str
    rival: str
    k: int
    asked: int
    tasks: int
    own_share: float
    pool: float
    alone: float
    gain: float
    tasks_low: float
    tasks_high: float


COLUMNS = get_type_hints(Row)


def table(given: Given) -> list[Row]:
    """The first model with each that was measured on the same tasks; no rows where none was."""
    own, *rivals = given.counts
    return [_of_budget(own, rival, k) for rival in rivals for k in given.k_values]


def coverages(own: ModelCounts, rival: ModelCounts, k: int) -> tuple[np.ndarray, np.ndarray]:
    """Every split of ``k`` draws, and what each covers of every task.

    A split is the draws of the first model, from 0 to k: shape (splits,), at most 101, evenly. The
    coverage has shape (tasks, splits).
    """
    splits = np.unique(np.linspace(0, k, _MOST_SPLITS).round().astype(int))
    every = np.arange(1, k + 1)
    fails = [
        np.column_stack([np.ones(len(one.counts)), fail_table(one.n, one.c, every)])
        for one in (own, rival)
    ]
    return splits, 1 - fails[0][:, splits] * fails[1][:, k - splits]


def halves(tasks: int) -> np.ndarray:
    """Which tasks a split is chosen on: seeded halves, then their complements.

    Shape (2 x HALVES, tasks).
    """
    rng = np.random.default_rng(SEED)
    order = rng.permuted(np.tile(np.arange(tasks), (HALVES, 1)), axis=1)
    chosen = order < tasks // 2
    return np.concatenate([chosen, ~chosen])


def _of_budget(own: ModelCounts, rival: ModelCounts, k: int) -> Row:
    tasks = len(own.counts)
    here = (own.label, rival.label, k, 1, tasks)
    if tasks < 4 or k > min(own.n.min(), rival.n.min()):
        return Row(*here, *[math.nan] * 6)
    splits, covered = coverages(own, rival, k)
    chosen_on = halves(tasks)
    means = chosen_on @ covered / chosen_on.sum(axis=1, keepdims=True)
    # A tie goes to a single model: it is simpler. The ends of the splits are the single models.
    alone = np.where(means[:, 0] > means[:, -1], 0, len(splits) - 1)
    best = means.argmax(axis=1)
    rows = np.arange(len(means))
    best = np.where(means[rows, best] > means[rows, alone] + 1e-12, best, alone)
    held_out = ~chosen_on
    times = held_out.sum(axis=0)
    pool, single = ((held_out * covered.T[place]).sum(axis=0) / times for place in (best, alone))
    low, high = of_paired_differences(pool[:, None], single[:, None])
    return Row(
        *here,
        own_share=float((splits[best] / k).mean()),
        pool=float(pool.mean()),
        alone=float(single.mean()),
        gain=float(pool.mean() - single.mean()),
        tasks_low=float(low[0]),
        tasks_high=float(high[0]),
    )
