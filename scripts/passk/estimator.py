"""pass@k from counts: n draws of a task, of which c passed.

The estimator is the unbiased one of Chen et al. 2021 (arXiv:2107.03374, equation 1): the chance
that k of the n draws, taken without replacement, hold at least one that passed,

    pass@k = 1 - C(n - c, k) / C(n, k),

evaluated as a product and never through binomial coefficients. What cannot be estimated (k > n) is
NaN, never a plausible number, and one NaN task makes the mean over tasks NaN.

Intervals are in :mod:`passk.statistics.intervals`. Forecasts to k > n are not made here.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np


def pass_at_k(n: int, c: int, k: int) -> float:
    """Unbiased pass@k of one task; NaN where n < k.

    :raises ValueError: k < 1, or c outside 0..n.
    """
    _check(np.array([n]), np.array([c]), np.array([k]))
    if n < k:
        return math.nan
    # C(n-c, k) / C(n, k) is symmetric in c and k, so the shorter of the two products will do.
    few, many = sorted((c, k))
    return 1.0 - math.prod(max(0, n - many - i) / (n - i) for i in range(few))


def fail_table(
    n: Sequence[int] | np.ndarray, c: Sequence[int] | np.ndarray, k: Sequence[int] | np.ndarray
) -> np.ndarray:
    """1 - pass@k of every task at every k: the chance that k draws all fail.

    ``n`` and ``c`` have shape (tasks,), ``k`` has shape (ks,), in any order; the result has shape
    (tasks, ks) and is NaN where n < k. The relative error is below 1e-12 at n = 10,000.

    :raises ValueError: some k < 1, some c outside 0..n.
    """
    n, c, k = (np.asarray(values, dtype=np.int64) for values in (n, c, k))
    _check(n, c, k)
    table = np.full((len(n), len(k)), np.nan)
    draws_before = np.arange(k.max(initial=0))
    for row, (n_row, c_row) in enumerate(zip(n, c, strict=True)):
        known = k <= n_row
        before = draws_before[:n_row]
        # Given that `before` draws failed, the chance that the next one fails as well.
        next_fails = np.maximum(n_row - c_row - before, 0) / (n_row - before)
        table[row, known] = np.cumprod(next_fails)[k[known] - 1]
    return table


def pass_table(
    n: Sequence[int] | np.ndarray, c: Sequence[int] | np.ndarray, k: Sequence[int] | np.ndarray
) -> np.ndarray:
    """pass@k of every task at every k, shape (tasks, ks); see :func:`fail_table`."""
    return 1.0 - fail_table(n, c, k)


def mean_pass_at_k(
    n: Sequence[int] | np.ndarray, c: Sequence[int] | np.ndarray, k: Sequence[int] | np.ndarray
) -> np.ndarray:
    """pass@k of the benchmark, shape (ks,): the mean over tasks, NaN where any task is.

    :raises ValueError: as :func:`fail_table`, or no task at all.
    """
    if not len(n):
        raise ValueError("pass@k needs at least one task")
    return pass_table(n, c, k).mean(axis=0)


def k_grid(largest: int, dense_to: int = 100, per_decade: int = 30) -> list[int]:
    """Every k to ``dense_to``, then about ``per_decade`` a decade, to ``largest``; ascending."""
    grid = set(range(1, min(dense_to, largest) + 1))
    if largest > dense_to:
        steps = math.ceil(per_decade * math.log10(largest / dense_to))
        ratio = largest / dense_to
        grid.update(round(dense_to * ratio ** (step / steps)) for step in range(1, steps + 1))
    return sorted(grid)


def _check(n: np.ndarray, c: np.ndarray, k: np.ndarray) -> None:
    if np.any(k < 1):
        raise ValueError(f"k must be 1 or more, not {k.min()}")
    if np.any(c < 0) or np.any(c > n):
        raise ValueError("the passed draws c of a task must lie between 0 and its draws n")
