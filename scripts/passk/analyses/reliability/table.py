"""Reliability: the chance that *all* k draws of a task pass, beside the chance that one does.

pass@k asks what a user gets who can check; pass^k ("pass hat k") asks what a user gets who cannot,
and needs the model to be right every time. For a task with n draws of which c passed

    pass^k = C(c, k) / C(n, k),

the share of the sets of k draws that hold passes only: unbiased (Yao et al. 2024, tau-bench,
arXiv:2406.12045, section 4). The benchmark's pass^k is the mean over its tasks, NaN where a task
has fewer than k draws.

It is 1 - pass@k with passes and failures exchanged, so it is computed, and given intervals, by the
same code. It says nothing of how a task's draws would agree at another temperature.

Between the two lies G-Pass@k_tau: at least tau k of the k draws pass, and at least one (Liu et al.
2024, arXiv:2412.13147, equation 4): a sum of hypergeometric chances, unbiased as well. Their
mG-Pass@k is the mean of it over tau from 1/2 to 1, by equation 6: 2/k times the sum of
G-Pass@k_(i/k) over i from ceil(k/2) + 1 to k. Both are at the k asked for only, and without an
interval over draws.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import get_type_hints

import numpy as np
import scipy

from passk.analyses.given import Given
from passk.counts import ModelCounts
from passk.estimator import fail_table, k_grid, pass_table
from passk.statistics.intervals import of_task_estimates, over_draws

PER_DECADE = 12
MEASURES = ("pass@k", "pass^k")
TAUS = (Fraction(1, 2), Fraction(3, 4))
G_PASS, MEAN_G_PASS = "G-Pass@k_{}", "mG-Pass@k"


@dataclass(frozen=True, slots=True)
class Row:
    """One measure of one model at one k, with 95 % intervals over tasks and over draws.

    Fractions. The values are NaN where some task has n < k, the interval over draws where n < 2k
    and of G-Pass@k. Rows of G-Pass@k stand after the others of their model.
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


def at_least_table(n: np.ndarray, c: np.ndarray, k: int, least: np.ndarray) -> np.ndarray:
    """The chance that ``least`` or more of k draws pass, shape (tasks, leasts); NaN where n < k.

    The k draws are taken without replacement from n of which c passed: hypergeometric.

    :raises ValueError: k < 1, some c outside 0..n.
    """
    n, c = np.asarray(n), np.asarray(c)
    if k < 1 or np.any(c < 0) or np.any(c > n):
        raise ValueError("k must be 1 or more, and the passed draws c lie between 0 and n")
    pairs, place = np.unique(np.column_stack([n, c]), axis=0, return_inverse=True)
    known = pairs[:, 0] >= k
    found = np.full((len(pairs), len(least)), math.nan)
    # The chances of 0, 1, …, k passes, summed from above: the small ones first.
    passes = np.arange(k + 1)
    chances = scipy.stats.hypergeom.pmf(passes, pairs[known, :1], pairs[known, 1:], k)
    tail = np.cumsum(chances[:, ::-1], axis=1)[:, ::-1]
    found[known] = np.minimum(tail, 1)[:, least]
    return found[place.ravel()]


def g_pass_table(n: np.ndarray, c: np.ndarray, k: int, tau: Fraction) -> np.ndarray:
    """G-Pass@k_tau of every task, shape (tasks,): tau k or more of k draws pass, and at least one.

    A tau of 0 gives pass@k, one of 1 pass^k. NaN where n < k.
    """
    return at_least_table(n, c, k, np.array([max(1, math.ceil(tau * k))]))[:, 0]


def mean_g_pass_table(n: np.ndarray, c: np.ndarray, k: int) -> np.ndarray:
    """mG-Pass@k of every task, shape (tasks,); NaN where n < k, and at k = 1: it has no sum."""
    if k == 1:
        return np.full(len(n), math.nan)
    least = np.arange(math.ceil(k / 2) + 1, k + 1)
    return 2 / k * at_least_table(n, c, k, least).sum(axis=1)


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
        rows += _g_pass(model, asked)
    return rows


def _g_pass(model: ModelCounts, asked: Sequence[int]) -> Iterator[Row]:
    for k in asked:
        measures = {
            G_PASS.format(float(tau)): g_pass_table(model.n, model.c, k, tau) for tau in TAUS
        }
        measures[MEAN_G_PASS] = mean_g_pass_table(model.n, model.c, k)
        for measure, estimates in measures.items():
            low, high = of_task_estimates(estimates[:, None])
            yield Row(
                model.label, measure, k, 1, len(model.counts), float(estimates.mean()),
                float(low[0]), float(high[0]), math.nan, math.nan,
            )  # fmt: skip
