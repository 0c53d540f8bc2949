"""How the tasks' chances of success are distributed, fitted to counts.

A task passes a draw with a chance p of its own; over tasks p has some distribution. pass@k of a
benchmark with many such tasks is 1 - E[(1 - p)^k], and for large k it depends on nothing but the
left tail: if the density is C p^(b-1) near 0, then -log(pass@k) ~ C Gamma(b) k^-b (Schaeffer et al.
2025, arXiv:2502.17578, theorem 3.1). Fitted here, by maximum likelihood of the counts (c of n):

- beta: c is beta-binomial (Kazdan et al. 2025, arXiv:2510.05197, section 4.1); b = alpha;
- scaled beta: p / scale is beta (Schaeffer et al., section 3); b = alpha;
- Kumaraswamy, and scaled: P(p < x) = 1 - (1 - (x / scale)^alpha)^beta; b = alpha;
- zero-inflated beta: a share of the tasks has p = 0, and pass@k does not tend to 1;
- binned: the observed rates in bins instead of the counts, as Schaeffer et al. (section 5) do.

What is not promised: that a left tail below 1 / n is any of these. Counts of n draws say little of
it, and nothing tells a task with p = 0 from one with p much smaller than 1 / n.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import scipy

from passk.statistics.intervals import Z

# Bounds of log alpha and log beta: from 0.0009 to 1100 and 1,200,000, for rates as small as 1e-6.
_LOWEST = np.array([-7.0, -7.0])
_HIGHEST = np.array([7.0, 14.0])
# Log-likelihoods that differ by less are the same.
_FLAT = 1e-6
_BINS_PER_DECADE = 10
_NEAREST_TO_1 = 1e-12


@dataclass(frozen=True, slots=True)
class Grid:
    """Values of p at which integrals over p are summed, fine enough for the likelihood of n draws.

    Cells are bounded by ``edges``, shape (cells + 1,), ascending from 0 to 1; within one, p is
    taken to be ``p``, shape (cells,). In arcsin(sqrt(p)), where a rate has the same standard error
    1 / (2 sqrt(n)) everywhere, the cells are half of that wide; towards 0 and 1 their width shrinks
    in proportion to p and 1 - p.
    """

    edges: np.ndarray
    p: np.ndarray
    log_p: np.ndarray
    log_q: np.ndarray


def grid(n: int) -> Grid:
    """A grid for likelihoods of up to ``n`` draws; 360 cells for 100, 880 for 10,000."""
    step = 0.1
    scale = 2.5 / math.sqrt(max(n, 100))
    # A softplus: angles grow by a tenth of themselves where they are small, by scale / 10 later on.
    start = math.log(math.expm1(1e-8 / scale))
    angle = scale * np.logaddexp(0, np.arange(start, math.pi / scale, step))
    angle = angle[angle < math.pi / 4]
    middle = np.append(np.sqrt(angle[:-1] * angle[1:]), (angle[-1] + math.pi / 4) / 2)
    edge, node = np.sin(angle) ** 2, np.sin(middle) ** 2
    low = np.append(edge[0] / 2, node)
    # The mirror image needs no cells that doubles can hardly tell from 1.
    kept = edge > _NEAREST_TO_1
    high = np.append(node[kept][::-1], edge[kept][0] / 2)
    edges = np.concatenate([[0.0], edge, [0.5], 1 - edge[kept][::-1], [1.0]])
    p, q = np.append(low, 1 - high), np.append(1 - low, high)
    return Grid(edges, p, np.log(p), np.log(q))


def likelihood(cells: Grid, n: np.ndarray, c: np.ndarray) -> np.ndarray:
    """The chance that c of n draws pass, at every p of the grid; shape (outcomes, cells)."""
    n, c = (np.asarray(x, dtype=float)[:, None] for x in (n, c))
    choose = (
        scipy.special.gammaln(n + 1)
        - scipy.special.gammaln(c + 1)
        - scipy.special.gammaln(n - c + 1)
    )
    return np.exp(choose + c * cells.log_p + (n - c) * cells.log_q)


@dataclass(frozen=True, slots=True)
class Prior:
    """A distribution of the tasks' chances of success.

    ``family`` is "beta" or "kumaraswamy", on 0..``scale``; a share ``zero`` of the tasks has p = 0.
    ``log_likelihood`` is that of the counts (of the bins, where it was fitted to bins). All NaN
    where the counts determine nothing: no draw passed. ``limit`` says where the likelihood is
    largest if that is at no finite alpha and beta; they then are the ends of what is tried.
    """

    family: str
    alpha: float
    beta: float
    scale: float = 1.0
    zero: float = 0.0
    log_likelihood: float = math.nan
    limit: str = ""

    def cdf(self, x: np.ndarray) -> np.ndarray:
        """The share of tasks with p <= x, of the shape of ``x``."""
        x = np.clip(np.asarray(x, dtype=float) / self.scale, 0, 1)
        return self.zero + (1 - self.zero) * _cdf(self.family, x, self.alpha, self.beta)

    def pass_at_k(self, k: np.ndarray) -> np.ndarray:
        """1 - E[(1 - p)^k], of the shape of ``k``; the beta's in closed form.

        E[(1 - p)^k] = B(alpha, beta + k) / B(alpha, beta) for the beta (Kazdan et al., equation
        17), and a sum over a grid otherwise, to 3 digits.
        """
        k = np.asarray(k, dtype=float)
        if math.isnan(self.alpha):
            return np.full(k.shape, math.nan)
        if self.family == "beta" and self.scale == 1:
            fails = scipy.special.betaln(self.alpha, self.beta + k)
            passes = -np.expm1(fails - scipy.special.betaln(self.alpha, self.beta))
        else:
            cells = grid(10_000)
            mass = np.diff(replace(self, zero=0.0).cdf(cells.edges))
            passes = -np.expm1(k[..., None] * cells.log_q) @ mass
        return (1 - self.zero) * passes

    @property
    def power_law(self) -> tuple[float, float]:
        """(a, b) of -log(pass@k) ~ a k^-b for large k (Schaeffer et al., theorem 3.1).

        The density near 0 is C p^(alpha-1), so b = alpha and a = C Gamma(alpha). NaN where a share
        of the tasks is never solved, since pass@k then tends to less than 1, and where the
        likelihood is largest in a limit, as for tasks that are all alike, or a beyond all numbers.
        """
        if self.zero > 0 or math.isnan(self.alpha) or self.limit:
            return math.nan, math.nan
        if self.family == "beta":
            log_c = -scipy.special.betaln(self.alpha, self.beta)
        else:
            log_c = math.log(self.alpha * self.beta)
        log_a = log_c - self.alpha * math.log(self.scale) + scipy.special.gammaln(self.alpha)
        return (math.nan, math.nan) if log_a > 700 else (float(np.exp(log_a)), self.alpha)


UNDETERMINED = Prior("beta", math.nan, math.nan, math.nan, math.nan)


def _cdf(family: str, x: np.ndarray, alpha: float, beta: float) -> np.ndarray:
    if family == "beta":
        return scipy.special.betainc(alpha, beta, x)
    with np.errstate(divide="ignore"):
        return -np.expm1(beta * np.log1p(-(x**alpha)))


def collapse(n: np.ndarray, c: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Equal (n, c) once: n, c and how many tasks have them, each of shape (outcomes,)."""
    pairs, tasks = np.unique(np.column_stack([n, c]), axis=0, return_counts=True)
    return pairs[:, 0], pairs[:, 1], tasks.astype(float)


def fit_beta(n: np.ndarray, c: np.ndarray, tasks: np.ndarray) -> Prior:
    """The beta-binomial of greatest likelihood (Kazdan et al. 2025, equations 15 and 16).

    ``tasks`` of the tasks have ``c`` of ``n``; shapes (outcomes,). Undetermined if no draw passed,
    or no task has two draws: single ones tell of the mean only.
    """
    if not c.any() or n.max() < 2:
        return UNDETERMINED
    found = _ascend(lambda x: _beta_binomial(x, n, c, tasks), [math.log(0.5), 0.0])
    x, value = found.x, float(found.fun)
    # Where the likelihood has no maximum it is so flat that the search may end anywhere.
    for move in (np.min(_HIGHEST - x), np.max(_LOWEST - x)):
        further = _beta_binomial(x + move, n, c, tasks)[0]
        if further <= value + _FLAT:
            x, value = x + move, further
    alpha, beta = np.exp(x)
    return Prior("beta", float(alpha), float(beta), log_likelihood=-value, limit=_limit(x))


def alpha_interval(
    prior: Prior, n: np.ndarray, c: np.ndarray, tasks: np.ndarray
) -> tuple[float, float]:
    """95 % interval over tasks of a :func:`fit_beta`'s alpha.

    Normal in log alpha, with the sandwich variance (Huber 1967, White 1982), which does not take
    the beta for the truth. NaN where alpha is at the end of what is tried, or is not determined.
    """
    x = np.log([prior.alpha, prior.beta])
    if math.isnan(prior.alpha) or prior.limit or tasks.sum() < 2:
        return math.nan, math.nan
    step = 1e-4
    curvature = np.array(
        [
            (_beta_binomial(x + move, n, c, tasks)[1] - _beta_binomial(x - move, n, c, tasks)[1])
            / (2 * step)
            for move in step * np.eye(2)
        ]
    )
    if np.linalg.det(curvature) <= 1e-12 * curvature[0, 0] * curvature[1, 1]:
        return math.nan, math.nan
    scores = np.array(_log_pmf(x, n, c)[1:])
    inverse = np.linalg.inv((curvature + curvature.T) / 2)
    variance = inverse @ (tasks * scores) @ scores.T @ inverse
    half = Z * math.sqrt(variance[0, 0])
    return float(prior.alpha * math.exp(-half)), float(prior.alpha * math.exp(half))


def fit_zero_inflated_beta(n: np.ndarray, c: np.ndarray, tasks: np.ndarray) -> Prior:
    """As :func:`fit_beta`, where a share of the tasks may have p = 0 (and 0 is allowed)."""
    plain = fit_beta(n, c, tasks)
    unsolved = float(tasks[c == 0].sum() / tasks.sum())
    if math.isnan(plain.alpha) or unsolved == 0:
        return plain

    none = c == 0

    def value(x: np.ndarray) -> tuple[float, np.ndarray]:
        """With x[2] = logit of the share; its gradient beside it."""
        logs, by_alpha, by_beta = _log_pmf(x[:2], n, c)
        share = scipy.special.expit(x[2])
        total = np.log1p(-share) + logs
        # For c = 0: log(share + (1 - share) pmf).
        whole = np.where(none, np.logaddexp(math.log(share), total), total)
        part = np.exp(total - whole)  # 1 where c > 0
        by_share = np.full(len(c), -share)
        by_share[none] = share * (1 - share) * -np.expm1(logs[none]) / np.exp(whole[none])
        gradient = [tasks @ (part * by_alpha), tasks @ (part * by_beta), tasks @ by_share]
        return -float(tasks @ whole), -np.array(gradient)

    best = plain
    for start in (unsolved / 2, 0.95 * unsolved):
        x = [math.log(plain.alpha) + 0.5, math.log(plain.beta), float(scipy.special.logit(start))]
        found = _ascend(value, x)
        if -found.fun > best.log_likelihood + 1e-6:
            alpha, beta = np.exp(found.x[:2])
            share = float(scipy.special.expit(found.x[2]))
            limit = _limit(found.x)
            best = Prior("beta", float(alpha), float(beta), 1.0, share, -float(found.fun), limit)
    return best


def fit_on_grid(
    cells: Grid, n: np.ndarray, c: np.ndarray, tasks: np.ndarray, family: str, *, scaled: bool
) -> Prior:
    """The ``family`` of greatest likelihood, its integral over p summed on a grid.

    With ``scaled`` its upper end is fitted as well. Undetermined as in :func:`fit_beta`.
    """
    if not c.any() or n.max() < 2:
        return UNDETERMINED
    chances = likelihood(cells, n, c)
    largest = float(np.max(c / n))

    def prior(x: np.ndarray) -> Prior:
        alpha, beta = np.exp(np.clip(x[:2], _LOWEST, _HIGHEST))
        scale = float(scipy.special.expit(x[2])) if scaled else 1.0
        return Prior(family, float(alpha), float(beta), scale)

    def value(x: np.ndarray) -> float:
        mass = np.diff(prior(x).cdf(cells.edges))
        return -float(tasks @ np.log(np.maximum(chances @ mass, 1e-300)))

    start = fit_beta(n, c, tasks)
    x = [math.log(start.alpha), math.log(start.beta)]
    starts = [x]
    if scaled:
        near = min(max(largest * 1.05, 1e-6), 0.999)
        starts = [[*x, 6.0], [x[0], 0.0, float(scipy.special.logit(near))]]
    runs = [
        scipy.optimize.minimize(
            value, start, method="Nelder-Mead", options={"xatol": 1e-4, "fatol": 1e-6}
        )
        for start in starts
    ]
    found = min(runs, key=lambda run: run.fun)
    return replace(prior(found.x), log_likelihood=-float(found.fun), limit=_limit(found.x))


def fit_binned(n: np.ndarray, c: np.ndarray, tasks: np.ndarray, family: str) -> Prior:
    """The ``family``, scaled to the largest rate, of greatest likelihood of binned rates.

    Schaeffer et al. (2025, section 5): rates c / n fall into bins, the first of which holds all
    that n draws cannot resolve, 0 to 1 / (2 n), then 1 / (2 n) to 1 / n and ten bins a decade.
    Undetermined as in :func:`fit_beta`, and where all tasks have the same rate. With several n, the
    smallest sets the bins.
    """
    rates, resolution = c / n, 1 / n.min()
    if not c.any() or n.max() < 2 or np.ptp(rates) == 0:
        return replace(UNDETERMINED, family=family)
    decades = max(1, math.ceil(-math.log10(resolution) * _BINS_PER_DECADE - 1e-9))
    bins = np.concatenate([[0, resolution / 2], np.geomspace(resolution, 1, decades + 1)])
    held = np.histogram(rates, bins, weights=tasks)[0]
    scale = float(rates.max())

    def value(x: np.ndarray) -> float:
        mass = np.diff(Prior(family, *np.exp(x), scale).cdf(bins))
        return -float(held @ np.log(mass + 1e-16))

    starts = ([math.log(0.9), math.log(5.1)], [math.log(0.3), 0.0])
    bounds = [(math.log(0.01), math.log(100))] * 2
    runs = [scipy.optimize.minimize(value, x, bounds=bounds, method="L-BFGS-B") for x in starts]
    found = min(runs, key=lambda run: run.fun)
    alpha, beta = np.exp(found.x)
    return Prior(family, float(alpha), float(beta), scale, log_likelihood=-float(found.fun))


def _limit(x: Sequence[float]) -> str:
    """Where log alpha and log beta are at the end of what is tried, in words; else nothing."""
    ends = [
        f"{name} = {'infinity' if value > 0 else '0'}"
        for name, value, low, high in zip(("alpha", "beta"), x[:2], _LOWEST, _HIGHEST, strict=True)
        if not low + 0.01 < value < high - 0.01
    ]
    return f"likelihood largest at {' and '.join(ends)}" if ends else ""


def _ascend(
    value: Callable[[np.ndarray], tuple[float, np.ndarray]], start: list[float]
) -> scipy.optimize.OptimizeResult:
    """The least ``value``, which comes with its gradient; log alpha and log beta are bounded."""
    bounds = [*zip(_LOWEST, _HIGHEST, strict=True), *[(-20.0, 20.0)] * (len(start) - 2)]
    inside = [min(max(x, low), high) for x, (low, high) in zip(start, bounds, strict=True)]
    return scipy.optimize.minimize(
        value, inside, jac=True, bounds=bounds, method="L-BFGS-B", options={"ftol": 1e-12}
    )


def _log_pmf(x: np.ndarray, n: np.ndarray, c: np.ndarray) -> tuple[np.ndarray, ...]:
    """The beta-binomial's log pmf, and its derivatives by log alpha and log beta."""
    a, b = np.exp(x)
    choose = (
        scipy.special.gammaln(n + 1)
        - scipy.special.gammaln(c + 1)
        - scipy.special.gammaln(n - c + 1)
    )
    logs = choose + scipy.special.betaln(a + c, b + n - c) - scipy.special.betaln(a, b)
    both = scipy.special.digamma(a + b) - scipy.special.digamma(a + b + n)
    by_alpha = a * (scipy.special.digamma(a + c) - scipy.special.digamma(a) + both)
    by_beta = b * (scipy.special.digamma(b + n - c) - scipy.special.digamma(b) + both)
    return logs, by_alpha, by_beta


def _beta_binomial(
    x: np.ndarray, n: np.ndarray, c: np.ndarray, tasks: np.ndarray
) -> tuple[float, np.ndarray]:
    logs, by_alpha, by_beta = _log_pmf(x, n, c)
    return -float(tasks @ logs), -np.array([tasks @ by_alpha, tasks @ by_beta])
