"""Forecasts of pass@k for k beyond the draws at hand, and the backtest that says how good they are.

A method sees the counts of m draws of every task and says what pass@k of these tasks will be at
k > m. The backtest takes m of the n draws there are, at random and without replacement, many times
over, lets every method forecast, and compares with the unbiased pass@k from all n draws, which it
has not seen. Then every method forecasts from all n draws, and beside each forecast stands the
error of its backtest at the same ratio k / m.

Recommended is the power law where n < 300. From there on it is the ensemble, unless another
method's mean absolute error in the backtest at k >= 10 m is less than half of the ensemble's: fewer
draws say too little of the tail beyond them to choose by. The rule was chosen on simulations and on
three of six public benchmarks, and reported on the others (docs/methods.md).

The band of a forecast is 2.45 times an error, up and down: were errors normal around 0, that would
be 1.96 of their standard deviations. The error is the larger of the method's and of the power law's
or ensemble's in the backtest at the same ratio k / m or the next larger, or at a smaller one, so
that the band does not narrow with k. Beyond the largest ratio that the backtest reached it grows in
proportion to log(k / m), and without a backtest it is :data:`SIMULATED` a decade.

Methods: the two least-squares fits of :mod:`passk.statistics.power_laws`; the beta-binomial of
greatest likelihood (Kazdan et al. 2025, arXiv:2510.05197, section 4.1), and with a share of tasks
that are never solved; the hierarchical models of :mod:`passk.statistics.hierarchical`; and the
ensemble, the mean of the power law by least squares and of the hierarchical beta of the left tail,
whose errors are often opposite.

What is not promised. The subsamples are of the same tasks and the same draws, so the spread of
their errors is too small for another benchmark. An error at k / m is not that at the same ratio
from n draws: tails change. And tasks that can never be solved are not known from those that are
hard until many more draws have been made; no method here can tell them from few draws.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import get_type_hints

import numpy as np

from passk.analyses.given import Given
from passk.counts import ModelCounts
from passk.estimator import fail_table, k_grid, mean_pass_at_k
from passk.statistics import power_laws as fits
from passk.statistics import success_rates as priors
from passk.statistics.hierarchical import Hierarchical

SUBSAMPLES = (5, 10, 30, 100, 300)
REPEATS = 50
FAR = 10  # k >= 10 m counts for the recommendation
MANY = 300  # draws from which on the ensemble is recommended; the power law with fewer
MARGIN = 2.0  # a method whose backtest's error is so many times smaller overrules the ensemble
WIDTH = 2.45  # a band's half width in mean absolute errors
SIMULATED = 0.06  # the error per decade of k / n where there is no backtest
RATIOS = (2, 10, 30, 100, 300, 1000)
HORIZONS = (10, 100)  # forecasts reach to these multiples of n
_MOST_SUBSAMPLES = 3
_SEED = 1
# An interval holds a pass@k that it misses by less: a hundredth of a percentage point.
_SAME = 1e-4

ENSEMBLE = ("power_law", "left_tail_beta")
METHODS = (
    "exponentiated_power_law",
    "power_law",
    "beta_binomial",
    "zero_inflated_beta_binomial",
    "hierarchical_beta",
    "hierarchical_scaled_beta",
    "hierarchical_logit_normal",
    "left_tail_beta",
    "ensemble",
)


@dataclass(frozen=True, slots=True)
class Row:
    """One method at one k.

    ``kind`` is ``observed`` (the unbiased pass@k from all draws, in ``actual``), ``backtest`` (from
    m of the draws; ``predicted`` is a mean over the repeats) or ``forecast`` (from all m = n draws,
    the smallest n of all tasks). ``error`` is predicted - actual: its mean, the mean of its
    absolute value and its standard deviation over repeats; for a forecast they are those of the
    backtest at the same or the next larger ratio k / m, NaN where none is that large. ``low`` and
    ``high`` bound the band, and ``band`` says what a forecast's is made from: the ``backtest``, the
    backtest's ``largest ratio`` and growing, or ``simulations``. In a backtest it is :data:`WIDTH`
    times the row's own error, and ``covered`` is the share of repeats in which the repeat's held
    ``actual``. ``note`` says what is odd about a fit.
    """

    kind: str
    model: str
    method: str
    m: int
    k: int
    recommended: int
    predicted: float
    low: float
    high: float
    actual: float
    error_mean: float
    error_mean_abs: float
    error_sd: float
    covered: float
    repeats: int
    band: str = ""
    note: str = ""


COLUMNS = get_type_hints(Row)


def table(given: Given) -> list[Row]:
    """Observed curve, backtest and forecasts of every model; k asked for beyond n are forecast."""
    k_values = given.k_values
    rows: list[Row] = []
    backtests: dict[tuple[int, tuple[int, ...]], Forecaster] = {}

    def forecaster(m: int, k: np.ndarray) -> Forecaster:
        """Tables for every count of m draws serve all models."""
        key = (m, tuple(k.tolist()))
        if key not in backtests:
            backtests[key] = Forecaster(np.full(m + 1, m), np.arange(m + 1), k)
        return backtests[key]

    for model in given.counts:
        n = int(model.n.min())
        rows += _observed(model, n)
        tested = list(_backtest(model, k_values, forecaster))
        forecasts = list(_forecasts(model, k_values, tested))
        known = [row.method for row in forecasts if not math.isnan(row.predicted)]
        best = recommended(tested, n, known)
        rows += [replace(row, recommended=int(row.method == best)) for row in [*tested, *forecasts]]
    return rows


def subsample_sizes(n: int) -> list[int]:
    """The m to test with n draws: the largest three with 10 m <= n; none for n < 50."""
    return [m for m in SUBSAMPLES if FAR * m <= n][-_MOST_SUBSAMPLES:]


def usual(n: int) -> str:
    """The method that is recommended from n draws where no backtest overrules it."""
    return "power_law" if n < MANY else "ensemble"


def recommended(tested: Sequence[Row], n: int, known: Collection[str]) -> str | None:
    """The usual method, or the one that is best in the backtest, where that is to be believed.

    That is from :data:`MANY` draws on and by the :data:`MARGIN`. Errors are means over all m and
    k >= 10 m. A method that somewhere in it gave no forecast overrules nothing. Of the ``known``
    methods, which have a forecast from all draws; None if there is none.
    """
    far = [row for row in tested if row.k >= FAR * row.m]
    means = {
        method: float(np.mean([row.error_mean_abs for row in far if row.method == method]))
        for method in METHODS
        if far and method in known
    }
    means = {method: mean for method, mean in means.items() if not math.isnan(mean)}
    best = min(means, key=means.__getitem__, default=None)
    if usual(n) not in known:
        return best or next(iter(known), None)
    overruled = n >= MANY and usual(n) in means and MARGIN * means[best] < means[usual(n)]
    return best if overruled else usual(n)


class Forecaster:
    """All methods, for outcomes (n, c) given once and any numbers of tasks that have them.

    ``n`` and ``c`` have shape (outcomes,), ``k`` (ks,): all beyond the smallest n.
    """

    def __init__(self, n: np.ndarray, c: np.ndarray, k: np.ndarray) -> None:
        self.n, self.c, self.k = n, c, k
        self._grid = fits.fit_grid(int(n.min()))
        self._fails = fail_table(n, c, self._grid)
        self._hierarchical = Hierarchical(n, c, k)

    def forecasts(self, tasks: np.ndarray) -> dict[str, np.ndarray]:
        """Each method's pass@k, shape (ks,), where ``tasks`` of the tasks have each outcome.

        NaN throughout where no draw passed, or no task has two: nothing can be said of them then.
        """
        seen = tasks > 0
        if not self.c[seen].any() or self.n.max() < 2:
            return {method: np.full(len(self.k), math.nan) for method in METHODS}
        fails = tasks @ self._fails / tasks.sum()
        counts = self.n[seen], self.c[seen], tasks[seen]
        points = {
            "exponentiated_power_law": fits.fit_exponentiated_power_law(self._grid, fails),
            "power_law": fits.fit_power_law(self._grid, fails),
            "beta_binomial": priors.fit_beta(*counts),
            "zero_inflated_beta_binomial": priors.fit_zero_inflated_beta(*counts),
        }
        found = {method: fit.pass_at_k(self.k) for method, fit in points.items()}
        for name in self._hierarchical.names:
            found[name] = self._hierarchical.forecast(name, tasks)
        found["ensemble"] = np.mean([found[method] for method in ENSEMBLE], axis=0)
        return {method: found[method] for method in METHODS}


def _observed(model: ModelCounts, n: int) -> Iterator[Row]:
    k = k_grid(n, dense_to=10, per_decade=12)
    for one, value in zip(k, mean_pass_at_k(model.n, model.c, k).tolist(), strict=True):
        yield _row("observed", model.label, "unbiased", n, one, actual=value)


def _backtest(
    model: ModelCounts,
    k_values: Sequence[int],
    forecaster: Callable[[int, np.ndarray], Forecaster],
) -> Iterator[Row]:
    n = int(model.n.min())
    for m in subsample_sizes(n):
        asked = {k for k in (*k_values, *(m * ratio for ratio in RATIOS), n) if m < k <= n}
        k = np.array(sorted(asked))
        actual = mean_pass_at_k(model.n, model.c, k)
        method_of = forecaster(m, k)
        rng = np.random.default_rng([_SEED, m])
        runs = []
        for _ in range(REPEATS):
            drawn = rng.hypergeometric(model.c, model.n - model.c, m)
            if drawn.any():  # else no method can say anything
                runs.append(method_of.forecasts(np.bincount(drawn, minlength=m + 1).astype(float)))
        for method in METHODS:
            columns = _compare([run[method] for run in runs], actual)
            for one, *numbers in zip(k.tolist(), *(c.tolist() for c in columns), strict=True):
                yield Row("backtest", model.label, method, m, one, 0, *numbers, len(runs))


def _compare(forecasts: Sequence[np.ndarray], actual: np.ndarray) -> tuple[np.ndarray, ...]:
    """Columns ``predicted`` to ``covered`` of :class:`Row`, each of shape (ks,)."""
    if not forecasts:
        unknown = np.full(len(actual), math.nan)
        return unknown, unknown, unknown, actual, unknown, unknown, unknown, unknown
    predicted = np.array(forecasts)
    error = predicted - actual
    absolute = np.abs(error).mean(axis=0)
    held = np.where(np.isnan(error), math.nan, np.abs(error) <= WIDTH * absolute + _SAME)
    spread = error.std(axis=0, ddof=1) if len(error) > 1 else np.full(len(actual), math.nan)
    mean = predicted.mean(axis=0)
    low, high = (np.clip(mean + side * WIDTH * absolute, 0, 1) for side in (-1, 1))
    return mean, low, high, actual, error.mean(axis=0), absolute, spread, held.mean(axis=0)


def _forecasts(model: ModelCounts, k_values: Sequence[int], tested: Sequence[Row]) -> Iterator[Row]:
    n = int(model.n.min())
    steps = {
        round(n * 10 ** (step / 4)) for step in range(1, 4 * int(math.log10(HORIZONS[-1])) + 1)
    }
    k = np.array(sorted({*steps, *(horizon * n for horizon in HORIZONS), *k_values} - {0}))
    k = k[k > n]
    outcomes_n, outcomes_c, tasks = priors.collapse(model.n, model.c)
    notes = {"beta_binomial": priors.fit_beta(outcomes_n, outcomes_c, tasks).limit}
    for method, forecast in Forecaster(outcomes_n, outcomes_c, k).forecasts(tasks).items():
        for one, predicted in zip(k.tolist(), forecast.tolist(), strict=True):
            error = _error_at(tested, method, one / n)
            half, band = _half_width(tested, {method, usual(n)}, one / n)
            low, high = max(predicted - half, 0.0), min(predicted + half, 1.0)
            if math.isnan(predicted):
                low, high, band = math.nan, math.nan, ""
            yield Row(
                "forecast", model.label, method, n, one, 0, predicted, low, high, math.nan, *error,
                math.nan, REPEATS if tested else 0, band, notes.get(method, ""),
            )  # fmt: skip


def _half_width(tested: Sequence[Row], methods: set[str], ratio: float) -> tuple[float, str]:
    """Half the width of the band at a ratio k / n, by the worst of ``methods``, and its source."""
    known = [row for row in tested if row.method in methods and not math.isnan(row.error_mean_abs)]
    if not known:
        return WIDTH * SIMULATED * math.log10(ratio), "simulations"
    ratios = sorted({row.k / row.m for row in known})
    near = min((one for one in ratios if one >= ratio * (1 - 1e-9)), default=ratios[-1])
    errors = [
        _error_at([row for row in known if row.method == method], method, one * (1 - 1e-9))[1]
        for one in ratios
        if one <= near
        for method in sorted(methods)
    ]
    half = WIDTH * max(error for error in errors if not math.isnan(error))
    if ratio <= near * (1 + 1e-9):
        return half, "backtest"
    return half * math.log(ratio) / math.log(near), "largest ratio"


def _error_at(tested: Sequence[Row], method: str, ratio: float) -> tuple[float, float, float]:
    """The errors of the backtest at that ratio k / m or the next larger, averaged over m."""
    larger = [row for row in tested if row.method == method and row.k >= ratio * row.m]
    if not larger:
        return math.nan, math.nan, math.nan
    nearest = min(row.k / row.m for row in larger)
    rows = [row for row in larger if row.k <= nearest * row.m * (1 + 1e-9)]
    mean, absolute, spread = (
        float(np.mean([getattr(row, name) for row in rows]))
        for name in ("error_mean", "error_mean_abs", "error_sd")
    )
    return mean, absolute, spread


def _row(kind: str, model: str, method: str, m: int, k: int, *, actual: float) -> Row:
    nan = math.nan
    return Row(kind, model, method, m, k, 0, nan, nan, nan, actual, nan, nan, nan, nan, 0)


NAMES = {
    "exponentiated_power_law": "exponentiated power law",
    "power_law": "power law",
    "beta_binomial": "beta-binomial",
    "zero_inflated_beta_binomial": "zero-inflated beta-binomial",
    "hierarchical_beta": "hierarchical beta",
    "hierarchical_scaled_beta": "hierarchical scaled beta",
    "hierarchical_logit_normal": "hierarchical logit-normal",
    "left_tail_beta": "hierarchical beta, left tail",
    "ensemble": "ensemble",
}
