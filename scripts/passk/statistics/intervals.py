"""95 % intervals for pass@k of a benchmark, of two kinds that are named and never mixed.

*Over tasks*: the benchmark is a sample of tasks, each sampled afresh; for which mean pass@k of all
such tasks is this a likely outcome? Wilson's score interval, with the number of tasks replaced by
the number of yes-or-no tasks that would vary as much.

*Over draws*: these very tasks, other draws; for which true pass@k of these tasks is this a likely
outcome? The normal interval with the U-statistic's variance. It needs 2k <= n and is NaN beyond.

Differences of two models have both kinds, too. On the same tasks they are paired, and narrower than
a glance at the two models' own intervals suggests.

docs/methods.md has the simulated coverage of all of them and of what was tried instead.
"""

from __future__ import annotations

from collections.abc import Sequence
from statistics import NormalDist

import numpy as np
import scipy

from passk.estimator import fail_table, pass_table

LEVEL = 0.95
Z = NormalDist().inv_cdf((1 + LEVEL) / 2)
# Means over tasks that are equal may differ by so much.
ROUNDING = 1e-12
# Numbers of passed draws among which the most variable task is looked for.
_WORST_CASE_STEPS = 60


def wilson(
    share: float | np.ndarray, tasks: float | np.ndarray
) -> tuple[float | np.ndarray, float | np.ndarray]:
    """Wilson's score interval of a share of ``tasks`` (Wilson 1927, JASA 22:209-212).

    ``tasks`` need not be whole. Shapes broadcast. Low <= share <= high, inside [0, 1].
    """
    shrink = 1 + Z**2 / tasks
    centre = (share + Z**2 / (2 * tasks)) / shrink
    half = Z / shrink * np.sqrt(share * (1 - share) / tasks + Z**2 / (4 * tasks**2))
    return np.clip(centre - half, 0, share), np.clip(centre + half, share, 1)


def over_tasks(
    n: Sequence[int] | np.ndarray, c: Sequence[int] | np.ndarray, k: Sequence[int] | np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Interval over tasks of mean pass@k at every k: (low, high), each of shape (ks,).

    NaN where some task has n < k. The method is that of :func:`of_task_estimates`.
    """
    return of_task_estimates(pass_table(n, c, k))


def of_task_estimates(estimates: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Interval over tasks of the mean of estimates in [0, 1], shape (tasks, columns), by column.

    The variance of the tasks' estimates relative to that of yes-or-no outcomes with the same mean,
    ``phi`` <= 1 (a design effect, Kish 1965), makes T tasks worth T / phi. Where the solved or the
    unsolved share is worth only a few tasks, ``phi`` is itself hardly known: a sample without any
    unsolvable task says little about how many there are. So phi is drawn towards 1 by the weight of
    one such task. Where all estimates are 0 or 1 (k = n) this is Wilson's interval exactly.
    """
    tasks = len(estimates)
    mean = estimates.mean(axis=0)
    # With ddof=0 on both sides the estimates 0 and 1 give phi = 1 exactly.
    binary = mean * (1 - mean)
    with np.errstate(invalid="ignore", divide="ignore"):
        phi = np.where(binary > 0, np.minimum(estimates.var(axis=0) / binary, 1), 1)
    rare = tasks * np.minimum(mean, 1 - mean)
    phi = (rare * phi + 1) / (rare + 1)
    return wilson(mean, tasks / phi)


def over_draws(
    n: Sequence[int] | np.ndarray, c: Sequence[int] | np.ndarray, k: Sequence[int] | np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Interval over draws of mean pass@k at every k: (low, high), each of shape (ks,).

    NaN where some task has n < 2k. The method is that of :func:`of_draw_variances`.
    """
    n, c, k = np.asarray(n), np.asarray(c), np.asarray(k)
    largest = largest_draw_variance(int(n.min()), k)
    return of_draw_variances(pass_table(n, c, k), draw_variances(n, c, k), largest)


def of_draw_variances(
    estimates: np.ndarray, variances: np.ndarray, largest: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Interval over draws of the mean of estimates, shape (tasks, columns), by column.

    ``variances`` are those of :func:`draw_variances`, ``largest`` that of the most variable task.
    Tasks vary independently, so the variances of :func:`draw_variances` add up. One more task as
    variable as a task can be is added to the sum: where only a handful of tasks vary, the ones that
    happened to pass in no draw contribute nothing, and the interval would be too narrow.
    """
    mean = estimates.mean(axis=0)
    half = Z * _error(variances, largest)
    return np.clip(mean - half, 0, 1), np.clip(mean + half, 0, 1)


def error_over_draws(n: np.ndarray, c: np.ndarray, k: np.ndarray) -> np.ndarray:
    """The standard error over draws behind :func:`over_draws`, shape (ks,); NaN where n < 2k."""
    return _error(draw_variances(n, c, k), largest_draw_variance(int(n.min()), k))


def error_of_one_draw(n: np.ndarray, c: np.ndarray, k: np.ndarray) -> np.ndarray:
    """:func:`error_over_draws` for one draw of each task, taking it to fall with their root.

    Each task's variance is taken times its own draws, so that models, and tasks, of different n
    can be put together. NaN where n < 2k.
    """
    least = int(n.min())
    return _error(draw_variances(n, c, k) * n[:, None], largest_draw_variance(least, k) * least)


def _error(variances: np.ndarray, largest: np.ndarray) -> np.ndarray:
    return np.sqrt(variances.sum(axis=0) + largest) / len(variances)


def draw_variances(n: np.ndarray, c: np.ndarray, k: np.ndarray) -> np.ndarray:
    """Unbiased estimates of each task's Var(pass@k) over draws, shape (tasks, ks).

    fail@k is a U-statistic of order k (Hoeffding 1948) whose kernel says that k draws all fail. A
    task that fails a draw with chance q has E[fail@k] = q^k, and fail@2k estimates (q^k)^2 without
    bias, so E[fail@k^2] - q^2k is estimated without bias by fail@k^2 - fail@2k, which is never
    negative. NaN where n < 2k: there is no unbiased estimate.
    """
    fail, fail_twice = np.split(fail_table(n, c, np.concatenate([k, 2 * k])), 2, axis=1)
    return np.maximum(fail**2 - fail_twice, 0)


def largest_draw_variance(n: int, k: np.ndarray) -> np.ndarray:
    """The largest that :func:`draw_variances` gives for a task of n draws, shape (ks,)."""
    c = np.unique(np.geomspace(1, n, _WORST_CASE_STEPS).astype(int))
    return draw_variances(np.full(len(c), n), c, k).max(axis=0)


def of_paired_differences(own: np.ndarray, other: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Interval over tasks of the mean of ``own - other``, two models' estimates on the same tasks.

    Both have shape (tasks, columns), the result (columns,). The two models' intervals of
    :func:`of_task_estimates` are put together with the correlation of their estimates
    (:func:`square_and_add`). Where all estimates are 0 or 1 this is Newcombe's method 8 for paired
    proportions (1998, Statistics in Medicine 17:2635-2650).
    """
    means = own.mean(axis=0), other.mean(axis=0)
    spreads = own.std(axis=0), other.std(axis=0)
    together = ((own - means[0]) * (other - means[1])).mean(axis=0)
    # Estimates that are all alike have no correlation, and a spread of rounding errors.
    vary = np.minimum(*spreads) > ROUNDING
    correlation = np.where(vary, together / np.where(vary, np.prod(spreads, axis=0), 1), 0)
    return square_and_add(
        (means[0], *of_task_estimates(own)), (means[1], *of_task_estimates(other)), correlation
    )


def of_shares(
    own: np.ndarray, floor: np.ndarray, ceiling: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """How much of the way from ``floor`` to ``ceiling`` ``own`` is, with its interval over tasks.

    Each has shape (tasks, columns), the results (columns,): the ratio of the means of
    ``own - floor`` and ``ceiling - floor``, low and high. The interval holds the ratios that a
    paired t test does not refuse (Fieller 1954, Journal of the Royal Statistical Society B
    16:175-185). The ratio is NaN where the two ends are the same, the interval also where the tasks
    leave open whether they are. It ends at 1, unless the ratio itself is above.
    """
    tasks = len(own)
    gain, gap = own - floor, ceiling - floor
    mean_gain, mean_gap = gain.mean(axis=0), gap.mean(axis=0)
    spread_gain, spread_gap = gain - mean_gain, gap - mean_gap
    factor = (
        scipy.special.stdtrit(tasks - 1, (1 + LEVEL) / 2) ** 2 / tasks / (tasks - 1)
        if tasks > 1
        else np.inf
    )
    with np.errstate(all="ignore"):
        a = mean_gap**2 - factor * (spread_gap**2).sum(axis=0)
        b = mean_gain * mean_gap - factor * (spread_gain * spread_gap).sum(axis=0)
        c = mean_gain**2 - factor * (spread_gain**2).sum(axis=0)
        half = np.sqrt(np.maximum(b**2 - a * c, 0)) / a
        share = np.where(mean_gap > ROUNDING, mean_gain / mean_gap, np.nan)
        known = (a > 0) & (mean_gap > ROUNDING)
        low, high = (np.where(known, b / a + sign * half, np.nan) for sign in (-1, 1))
    return share.round(12), low.round(12), np.minimum(high, np.maximum(share, 1)).round(12)


def square_and_add(
    own: tuple[np.ndarray, np.ndarray, np.ndarray],
    other: tuple[np.ndarray, np.ndarray, np.ndarray],
    correlation: float | np.ndarray = 0.0,
) -> tuple[np.ndarray, np.ndarray]:
    """Interval of a difference from two (value, low, high), each arm of them taken for an error.

    Newcombe's square-and-add, or MOVER (Zou and Donner 2008, Statistics in Medicine 27:1693-1702).
    With two Wilson intervals and no correlation it is Newcombe's method 10 for independent
    proportions (1998, Statistics in Medicine 17:873-890).
    """
    value, low, high = own
    other_value, other_low, other_high = other

    def error(one: np.ndarray, two: np.ndarray) -> np.ndarray:
        return np.sqrt(np.maximum(one**2 - 2 * correlation * one * two + two**2, 0))

    difference = value - other_value
    return (
        np.maximum(difference - error(value - low, other_high - other_value), -1),
        np.minimum(difference + error(high - value, other_value - other_low), 1),
    )


def error_of_another_run(n: np.ndarray, c: np.ndarray, k: int, samples: int) -> float:
    """The standard error over draws that pass@k would have in another run of ``samples`` a task.

    The square of fail@k from m draws is a mean over pairs of sets of k draws. Two sets that share j
    draws fail together with chance q^(2k - j), which fail@(2k - j) estimates without bias; how many
    they share is hypergeometric. NaN where n < 2k or ``samples`` < k. With ``samples`` = n this is
    :func:`error_over_draws`.
    """
    if samples < k or n.min() < 2 * k:
        return float("nan")
    shared = np.arange(k + 1)
    chance = scipy.stats.hypergeom.pmf(shared, samples, k, k)

    def variances(n: np.ndarray, c: np.ndarray) -> np.ndarray:
        fail = fail_table(n, c, 2 * k - shared)
        return np.maximum(fail @ chance - fail[:, 0], 0)

    smallest = int(n.min())
    worst = np.unique(np.geomspace(1, smallest, _WORST_CASE_STEPS).astype(int))
    largest = variances(np.full(len(worst), smallest), worst).max()
    return float(_error(variances(n, c), largest))
