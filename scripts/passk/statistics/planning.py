"""How many tasks, or draws, until two models can be told apart.

At the rates seen, a difference d of two models on the same tasks has an error over tasks of
s / sqrt(T), s being the standard deviation of the tasks' differences, and one over draws that falls
with the square root of the draws. The 95 % interval leaves out 0 in :data:`POWER` of all benchmarks
(or runs) where the error is d / (1.96 + 0.84): the usual two-sided plan, in the normal
approximation.

What is not promised: that the difference is as large as it looks. Seen by luck, it needs more.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from passk.statistics.intervals import ROUNDING, Z

POWER = 0.8
_Z_POWER = NormalDist().inv_cdf(POWER)


@dataclass(frozen=True, slots=True)
class Needed:
    """Tasks with as many draws as here, or draws of each model on these tasks; NaN if unknown."""

    tasks: float
    draws: float


def needed(differences: np.ndarray, k: int, draws: int, error_over_draws: float) -> Needed:
    """What tells the models apart by differences of pass@k like these, shape (tasks,).

    ``error_over_draws`` is the standard error of their mean over draws, with ``draws`` of each
    task. It is taken to fall with the square root of the draws: exact at k = 1, and for larger k
    too pessimistic with more draws. An interval over draws needs 2k of them at least. NaN where
    the mean difference is 0, with a single task, and for the draws where their error is unknown.
    """
    mean = float(differences.mean())
    if math.isnan(mean) or abs(mean) < ROUNDING or len(differences) < 2:
        return Needed(math.nan, math.nan)
    reach = ((Z + _Z_POWER) / mean) ** 2
    tasks = max(math.ceil(reach * float(differences.var(ddof=1))), 2)
    if math.isnan(error_over_draws):
        return Needed(float(tasks), math.nan)
    return Needed(float(tasks), float(max(math.ceil(reach * error_over_draws**2 * draws), 2 * k)))
