"""The Bayesian posterior of pass@k over draws: an option, beside the unbiased estimate.

Each task's chance p that a draw passes has a prior Beta(a, b), the same for all tasks, and after c
of n draws passed the posterior Beta(a + c, b + n - c). pass@k of the benchmark is the mean over
tasks of 1 - (1 - p)^k, and its posterior mean and variance have closed forms. The 95 % credible
interval is that of the beta distribution with this mean and variance, so it lies inside 0 to 1;
with a task or two alone it is an approximation.

The prior matters. ``fitted`` is the Beta(a, b) of greatest likelihood of all tasks' counts
(empirical Bayes). ``uniform`` is Beta(1, 1), ``jeffreys`` Beta(1/2, 1/2); these two put far more
weight on p around 1 / n than benchmarks of hard tasks bear out. A task that no draw solved gets
k / (n + 1 + k) from the uniform prior, one half at k = n.

What it does not promise: these very tasks are meant, as in an interval over draws, never others. No
beta prior allows for tasks that cannot be solved at all, and where there are some, it promises too
much for large k; docs/methods.md has the simulated coverage. k > n is NaN here as everywhere.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.stats import beta

from passk.analyses.priors import collapse, fit_beta
from passk.intervals import LEVEL

PRIORS = ("fitted", "uniform", "jeffreys")


def prior_of(name: str, n: np.ndarray, c: np.ndarray) -> tuple[float, float]:
    """The (a, b) of one of :data:`PRIORS` for these counts; NaN where no draw passed to fit to."""
    if name == "fitted":
        fitted = fit_beta(*collapse(n, c))
        return fitted.alpha, fitted.beta
    return {"uniform": (1.0, 1.0), "jeffreys": (0.5, 0.5)}[name]


def posterior(
    n: Sequence[int] | np.ndarray,
    c: Sequence[int] | np.ndarray,
    k: Sequence[int] | np.ndarray,
    prior: tuple[float, float],
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Posterior mean of pass@k and the ends of its 95 % credible interval, each of shape (ks,).

    ``prior`` is (a, b). NaN where some task has n < k, or where the prior is NaN.
    """
    n, c, k = np.asarray(n), np.asarray(c), np.asarray(k)
    a, b = prior
    once, square = np.zeros(len(k)), np.zeros(len(k))
    before = np.arange(2 * int(k.max()))
    for n_task, c_task in zip(n.tolist(), c.tolist(), strict=True):
        # Given that so many draws failed, the chance that the next one fails as well.
        fails = np.cumprod((b + n_task - c_task + before) / (a + b + n_task + before))
        once += fails[k - 1]
        square += np.maximum(fails[2 * k - 1] - fails[k - 1] ** 2, 0)
    fail, variance = once / len(n), square / len(n) ** 2
    with np.errstate(invalid="ignore", divide="ignore"):
        weight = fail * (1 - fail) / variance - 1
    high, low = (beta.ppf(share, fail * weight, (1 - fail) * weight) for share in _TAILS)
    # Where the variance is lost to rounding there is nothing to tell the ends apart.
    ends = (np.where(variance > 0, 1 - end, 1 - fail) for end in (low, high))
    unknown = (k > n.min()) | np.isnan(fail)
    return tuple(np.where(unknown, np.nan, column) for column in (1 - fail, *ends))


_TAILS = ((1 - LEVEL) / 2, (1 + LEVEL) / 2)
