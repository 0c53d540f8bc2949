"""How many tasks have a success rate of tau or more: cover@tau, from counts and not from c / n.

A task passes a draw with a chance p of its own. cover@tau is the share of tasks with p >= tau
(Dragoi et al. 2025, arXiv:2510.08325). The share with c / n >= tau is something else: chance
spreads c / n wider than p, and at n = 10 most of what it says of high tau is luck. Here the
distribution of p is estimated from all tasks' counts without a family, and cover@tau is the mean
over tasks of

    P(p >= tau | c of n passed),

each task's posterior under that distribution. The estimate is *smoothing by roughening* (Laird and
Louis 1991, Comput. Stat. Data Anal. 12:27-37): a few EM steps towards the distribution of greatest
likelihood, from Jeffreys' beta(1/2, 1/2). At its maximum the likelihood gives a handful of spikes;
after :data:`STEPS` steps it is still smooth. That number was chosen on simulations with known
truth, before it was used on samples (docs/methods.md has them).

With the density k (1 - tau)^(k-1) of a beta(1, k),

    integral of cover@tau = pass@k = 1 - E[(1 - p)^k],    and with beta(k, 1)    pass^k = E[p^k],

so one curve holds pass@k, pass@1 (its area) and pass^k.

What is not promised: the shape below 1 / n and above 1 - 1 / n, which n draws do not show.
"""

from __future__ import annotations

import numpy as np

from passk.statistics.intervals import square_and_add, wilson
from passk.statistics.success_rates import Grid, collapse, likelihood

STEPS = 30


def rates(cells: Grid, n: np.ndarray, c: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """The distribution of the tasks' success rates: mass in every cell, shape (resamples, cells).

    ``n`` and ``c`` have shape (tasks,); ``weights`` (resamples, tasks) say how many times each task
    counts.
    """
    outcome_n, outcome_c, _ = collapse(n, c)
    place = {pair: i for i, pair in enumerate(zip(outcome_n, outcome_c, strict=True))}
    which = [place[pair] for pair in zip(n, c, strict=True)]
    together = np.zeros((len(weights), len(place)))
    np.add.at(together.T, which, weights.T)
    together /= together.sum(axis=1, keepdims=True)
    chances = likelihood(cells, outcome_n, outcome_c)
    chances = chances / chances.max(axis=1, keepdims=True)
    start = np.diff(np.arcsin(np.sqrt(cells.edges))) / (np.pi / 2)
    mass = np.broadcast_to(start, (len(weights), len(start)))
    for _ in range(STEPS):
        mass = mass * ((together / np.maximum(mass @ chances.T, 1e-300)) @ chances)
    return mass / mass.sum(axis=1, keepdims=True)


def cover(cells: Grid, mass: np.ndarray, tau: np.ndarray) -> np.ndarray:
    """The share of tasks with a success rate of ``tau`` or more, shape (resamples, taus).

    Within a cell the rates are even.
    """
    below = np.concatenate([np.zeros((len(mass), 1)), np.cumsum(mass, axis=1)], axis=1)
    share = np.stack([1 - np.interp(tau, cells.edges, row / row[-1]) for row in below])
    return np.clip(share, 0, 1)


def pass_at_k(cells: Grid, mass: np.ndarray, k: np.ndarray) -> np.ndarray:
    """1 - E[(1 - p)^k] of a distribution, shape (resamples, ks)."""
    return mass @ -np.expm1(np.asarray(k)[:, None] * cells.log_q).T


def pass_hat_k(cells: Grid, mass: np.ndarray, k: np.ndarray) -> np.ndarray:
    """E[p^k] of a distribution, shape (resamples, ks)."""
    return mass @ np.exp(np.asarray(k)[:, None] * cells.log_p).T


def interval(values: np.ndarray, tasks: int) -> tuple[np.ndarray, np.ndarray]:
    """95 % interval over tasks of shares, from resamples of the tasks: (low, high), by column.

    ``values`` has shape (1 + resamples, columns), the estimate first. As in
    :func:`passk.statistics.intervals.of_task_estimates`, with the resamples' variance in the place
    of that of the tasks' estimates: percentiles of the resamples cover little or nothing where the
    share is close to 0 or 1 (docs/methods.md).
    """
    share = values[0]
    binary = share * (1 - share)
    varies = binary > 0
    phi = np.where(varies, tasks * values[1:].var(axis=0) / np.where(varies, binary, 1), 1)
    rare = tasks * np.minimum(share, 1 - share)
    return wilson(share, tasks * (rare + 1) / (rare * phi + 1))


def difference_interval(
    own: np.ndarray, other: np.ndarray, tasks: int
) -> tuple[np.ndarray, np.ndarray]:
    """95 % interval over tasks of ``own - other``, from the same resamples of the tasks.

    Shapes as :func:`interval`. The two intervals are put together with the correlation of the
    resamples (:func:`passk.statistics.intervals.square_and_add`).
    """
    apart = [values[1:] - values[1:].mean(axis=0) for values in (own, other)]
    spread = np.prod([one.std(axis=0) for one in apart], axis=0)
    vary = spread > 1e-18
    together = (apart[0] * apart[1]).mean(axis=0)
    correlation = np.where(vary, together / np.where(vary, spread, 1), 0)
    sides = ((values[0], *interval(values, tasks)) for values in (own, other))
    return square_and_add(*sides, correlation)
