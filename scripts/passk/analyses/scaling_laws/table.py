"""Scaling laws of pass@k: which power law fits, by which estimator, and models' curves shifted.

Two papers' laws are fitted (:mod:`passk.statistics.power_laws`): the exponentiated power law of
Large Language Monkeys and the power law of -log(pass@k) of Schaeffer et al.; the latter also
through the distribution of the tasks' chances of success (:mod:`passk.statistics.success_rates`),
whose left tail sets its exponent. Both papers average pass@k over tasks *before* taking a
logarithm, and so does this.

The shift: within a family of models the curves look alike, one moved along log k (Brown et al.
2024, section 3.2). Between the experiment's own model and each other one, the factor is how many
draws of the own model reach the pass@k that one draw of the other reaches; if curves are shifts of
each other, it is the same at every level of pass@k.

Intervals are 95 % over tasks: percentiles of resampled tasks, paired where two models are compared.
What is not promised: that any of these laws holds beyond the largest k that it was fitted to.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import get_type_hints

import numpy as np

from passk.analyses.given import Given
from passk.counts import ModelCounts
from passk.estimator import fail_table, k_grid
from passk.records import UserError
from passk.statistics import power_laws as fits
from passk.statistics import success_rates as priors
from passk.statistics.intervals import ROUNDING
from passk.statistics.power_laws import PowerLaw
from passk.statistics.success_rates import Prior

RESAMPLES = 200
LEVELS = 9
_SEED = 2
_CURVE_PER_DECADE = 12

BROWN = "exponentiated_power_law"
SCHAEFFER = "power_law"


@dataclass(frozen=True, slots=True)
class Row:
    """One fit, or one point of what is drawn; NaN where a column does not apply.

    ``kind`` is

    - ``fit``: ``a`` and ``b`` in the signs of the law's paper, exp(a k^b) for the exponentiated
      power law, a k^-b for -log(pass@k) in the power law; intervals over tasks; the mean and
      standard deviation of the absolute error of pass@k (at 100 k, evenly on the log scale, to
      the draws) of the fitted curve, which is that of the whole distribution where one was fitted;
      ``alpha, beta, scale, log_likelihood`` of the distribution, where a and b are its asymptote;
      NaN with a ``note`` where the likelihood is largest in a limit, of which they are no numbers.
    - ``curve``: ``y`` is pass@k at k = ``x``, observed (law ``observed``) or fitted.
    - ``tail``: ``y`` is the share of tasks whose rate is at most ``x``, observed or fitted.
    - ``shift``: ``model`` against the first one: the factor ``y`` with its interval, at the
      pass@k ``x`` (estimator ``level``); their geometric ``mean``; the ``spread``, the standard
      deviation of log10 of the factor over the levels; and the ``anchor`` of Brown et al.
    """

    kind: str
    model: str
    law: str
    estimator: str
    a: float = math.nan
    a_low: float = math.nan
    a_high: float = math.nan
    b: float = math.nan
    b_low: float = math.nan
    b_high: float = math.nan
    mean_abs_error: float = math.nan
    sd_abs_error: float = math.nan
    alpha: float = math.nan
    beta: float = math.nan
    scale: float = math.nan
    log_likelihood: float = math.nan
    k_min: float = math.nan
    k_max: float = math.nan
    x: float = math.nan
    y: float = math.nan
    y_low: float = math.nan
    y_high: float = math.nan
    note: str = ""


COLUMNS = get_type_hints(Row)


def table(given: Given) -> list[Row]:
    """Fits, curves and tails of every model, and every other model's shift against the first.

    Least squares at ``given.k_grid``, of which a model with fewer draws than the first has a part.

    :raises UserError: the grid goes beyond the first model's draws.
    """
    rows: list[Row] = []
    own = int(given.counts[0].n.min())
    if given.k_grid and given.k_grid[-1] > own:
        raise UserError(
            f"a law is fitted at k up to the draws of each task, {own:,}; leave out of --k-grid "
            f"what is larger, such as {given.k_grid[-1]:,}"
        )
    for model in given.counts:
        rows += _model_rows(model, given.k_grid)
    for other in given.counts[1:]:
        rows += _shift_rows(given.counts[0], other)
    return rows


def _model_rows(model: ModelCounts, k_grid_asked: Sequence[int]) -> Iterator[Row]:
    n = int(model.n.min())  # the largest k that every task has
    k = np.array([one for one in k_grid_asked if one <= n]) if k_grid_asked else fits.fit_grid(n)
    by_task = fail_table(model.n, model.c, k)
    fails = by_task.mean(axis=0)
    resampled = _resampled_means(by_task)
    laws = {
        (BROWN, "least_squares"): fits.fit_exponentiated_power_law,
        (BROWN, "least_squares_of_logs"): _logarithmic,
        (SCHAEFFER, "least_squares"): fits.fit_power_law,
    }
    error_k = fits.error_grid(n)
    observed = 1 - fail_table(model.n, model.c, error_k).mean(axis=0)
    drawn_k = np.array(k_grid(n, dense_to=10, per_decade=_CURVE_PER_DECADE))
    limits = {"k_min": 1.0, "k_max": float(n)}
    ends = (float(k[0]), float(k[-1])) if len(k) else (math.nan, math.nan)
    fitted_at = dict(zip(("k_min", "k_max"), ends, strict=True))
    curves: list[tuple[str, str, np.ndarray]] = []
    for (law, estimator), fit in laws.items():
        found = fit(k, fails)
        a, b = _signed(law, [found])[0]
        resamples = np.array(_signed(law, [fit(k, row) for row in resampled]))
        low, high = _percentiles(resamples)
        error, sd = fits.errors(found.pass_at_k(error_k), observed)
        yield Row(
            "fit", model.label, law, estimator, a, low[0], high[0], b, low[1], high[1], error, sd,
            **fitted_at,
        )  # fmt: skip
        if estimator == "least_squares":
            curves.append((law, estimator, found.pass_at_k(drawn_k)))
    tails: list[tuple[str, Prior]] = []
    outcomes = priors.collapse(model.n, model.c)
    for estimator, prior in _priors(*outcomes).items():
        a, b = prior.power_law
        low = high = math.nan
        if estimator == "beta_binomial":
            low, high = priors.alpha_interval(prior, *outcomes)
        error, sd = fits.errors(prior.pass_at_k(error_k), observed)
        shape = (math.nan,) * 3 if math.isnan(b) else (prior.alpha, prior.beta, prior.scale)
        yield Row(
            "fit", model.label, SCHAEFFER, estimator, a, math.nan, math.nan, b, low, high, error,
            sd, *shape, prior.log_likelihood, **limits, note=prior.limit,
        )  # fmt: skip
        if estimator in ("beta_binomial", "scaled_kumaraswamy_binomial"):
            curves.append((SCHAEFFER, estimator, prior.pass_at_k(drawn_k)))
            tails.append((estimator, prior))
    drawn = 1 - fail_table(model.n, model.c, drawn_k).mean(axis=0)
    for law, estimator, passes in [("observed", "unbiased", drawn), *curves]:
        for x, y in zip(drawn_k.tolist(), passes.tolist(), strict=True):
            yield Row("curve", model.label, law, estimator, x=float(x), y=y)
    yield from _tail_rows(model, n, tails)


def _logarithmic(k: np.ndarray, fails: np.ndarray) -> PowerLaw:
    return fits.fit_exponentiated_power_law(k, fails, logarithmic=True)


def _signed(law: str, found: Sequence[PowerLaw]) -> list[tuple[float, float]]:
    """(a, b) as the law's paper writes them."""
    sign = 1 if law == BROWN else -1
    return [(sign * fit.a + 0.0, sign * fit.b + 0.0) for fit in found]  # and no -0


def _priors(n: np.ndarray, c: np.ndarray, tasks: np.ndarray) -> dict[str, Prior]:
    cells = priors.grid(int(n.max()))

    def on_grid(family: str, *, scaled: bool) -> Prior:
        return priors.fit_on_grid(cells, n, c, tasks, family, scaled=scaled)

    return {
        "beta_binomial": priors.fit_beta(n, c, tasks),
        "scaled_beta_binomial": on_grid("beta", scaled=True),
        "kumaraswamy_binomial": on_grid("kumaraswamy", scaled=False),
        "scaled_kumaraswamy_binomial": on_grid("kumaraswamy", scaled=True),
        "binned_beta": priors.fit_binned(n, c, tasks, "beta"),
        "binned_kumaraswamy": priors.fit_binned(n, c, tasks, "kumaraswamy"),
    }


def _resampled_means(by_task: np.ndarray) -> np.ndarray:
    """Means over resampled tasks, shape (RESAMPLES, ks), of a table of shape (tasks, ks).

    Sums of whole numbers of tasks, so that a mean of ones is 1 and not 1 less a rounding error.
    """
    tasks = len(by_task)
    drawn = np.random.default_rng(_SEED).multinomial(tasks, np.full(tasks, 1 / tasks), RESAMPLES)
    return drawn @ by_task / tasks


def _percentiles(resamples: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The 2.5 % and 97.5 % points of the columns.

    NaN where a tenth of the resamples has none, and where all are the same: resampled tasks that
    are all alike, such as a single one, do not say what other tasks would give.
    """
    known = np.isfinite(resamples)
    few = known.mean(axis=0) < 0.9
    if np.all(few):
        return np.full(few.shape, math.nan), np.full(few.shape, math.nan)
    filled = np.where(few, 0, np.where(known, resamples, math.nan))
    unknown = few | (np.nanmax(filled, axis=0) - np.nanmin(filled, axis=0) < ROUNDING)
    low, high = np.nanpercentile(filled, [2.5, 97.5], axis=0)
    return np.where(unknown, math.nan, low), np.where(unknown, math.nan, high)


def _tail_rows(model: ModelCounts, n: int, tails: Sequence[tuple[str, Prior]]) -> Iterator[Row]:
    rates = np.sort(model.c / model.n)
    for x in np.unique(rates).tolist():
        share = float(np.mean(rates <= x))
        yield Row("tail", model.label, "observed", "rates", x=x, y=share)
    x = np.geomspace(0.1 / n, 1, 60)
    for estimator, prior in tails:
        if not math.isnan(prior.alpha):
            for one, share in zip(x.tolist(), prior.cdf(x).tolist(), strict=True):
                yield Row("tail", model.label, SCHAEFFER, estimator, x=one, y=share)


def _shift_rows(own: ModelCounts, other: ModelCounts) -> Iterator[Row]:
    n = int(min(own.n.min(), other.n.min()))
    k = np.array(k_grid(n))
    tables = [1 - fail_table(model.n, model.c, k) for model in (own, other)]
    curves = [table.mean(axis=0) for table in tables]
    lowest, highest = max(curve[0] for curve in curves), min(curve[-1] for curve in curves)

    def row(estimator: str, x: float, y: float, low: float, high: float) -> Row:
        return Row("shift", other.label, "shift", estimator, x=x, y=y, y_low=low, y_high=high)

    # Strictly inside what both reach, where the ends would be cut off in half of the resamples.
    levels = np.linspace(lowest, highest, LEVELS + 2)[1:-1]
    if highest - lowest < ROUNDING:
        levels = np.full(LEVELS, math.nan)
    logs = _log_factors(k, *curves, levels)
    both = [_resampled_means(table) for table in tables]
    resamples = np.array([_log_factors(k, *pair, levels) for pair in zip(*both, strict=True)])
    low, high = _percentiles(resamples)
    for level, factor, *ends in zip(levels, logs, low, high, strict=True):
        yield row("level", *(float(x) for x in (level, *np.exp([factor, *ends]))))
    enough = np.isfinite(resamples).mean(axis=1) >= 0.5
    whole = resamples[enough]
    if math.isnan(logs[0]) or len(whole) < 0.9 * len(resamples):
        means = spreads = np.full((RESAMPLES, 1), math.nan)
    else:
        means = np.nanmean(whole, axis=1)[:, None]
        spreads = np.nanstd(whole, axis=1)[:, None] / math.log(10)
    ends = [float(np.exp(end[0])) for end in _percentiles(means)]
    yield row("mean", math.nan, float(np.exp(logs.mean())), *ends)
    ends = [float(end[0]) for end in _percentiles(spreads)]
    yield row("spread", math.nan, float(logs.std() / math.log(10)), *ends)
    anchor, factor = _anchor(k, *curves)
    yield row("anchor", anchor, factor, math.nan, math.nan)


def _log_factors(
    k: np.ndarray, own: np.ndarray, other: np.ndarray, levels: np.ndarray
) -> np.ndarray:
    """log(k of own / k of other) at which each reaches the levels; NaN where one does not.

    Between whole k the curves are read off straight lines in log k.
    """
    at = [np.interp(levels, curve, np.log(k), math.nan, math.nan) for curve in (own, other)]
    return at[0] - at[1]


def _anchor(k: np.ndarray, own: np.ndarray, other: np.ndarray) -> tuple[float, float]:
    """The shift of Brown et al. (2024, section 3.2): at the larger pass@1 of the two.

    Each curve is moved by the whole k at which it is closest to it; the quotient is the factor.
    NaN where one curve never gets there.
    """
    anchor = float(max(own[0], other[0]))
    if anchor == 0 or min(own[-1], other[-1]) < anchor:
        return anchor, math.nan
    every = np.arange(1, k[-1] + 1)
    near = [
        every[np.argmin(np.abs(np.interp(np.log(every), np.log(k), curve) - anchor))]
        for curve in (own, other)
    ]
    return anchor, float(near[0] / near[1])
