"""cover@tau: its integrals, what simulated tasks give, and what its interval covers."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from scipy import integrate, stats

from passk.analyses.cover import page
from passk.analyses.cover import table as analysis
from passk.analyses.given import Given
from passk.counts import ModelCounts, TaskCount
from passk.statistics.cover import cover, difference_interval, interval, pass_at_k, rates
from passk.statistics.resampling import task_weights
from passk.statistics.success_rates import grid

TAU = np.array([0.1, 0.25, 0.5, 0.75, 0.9])


def model(label: str, n: int, c: np.ndarray) -> ModelCounts:
    return ModelCounts(label, tuple(TaskCount(f"t/{i}", n, int(x)) for i, x in enumerate(c)))


def rows_of(*models: ModelCounts, k: tuple[int, ...] = (1, 10, 100)) -> pd.DataFrame:
    return pd.DataFrame(analysis.table(Given(counts=models, k_values=k)))


def estimated(n: int, c: np.ndarray, weights: np.ndarray | None = None) -> np.ndarray:
    cells = grid(n)
    weights = np.ones((1, len(c))) if weights is None else weights
    return cover(cells, rates(cells, np.full(len(c), n), c, weights), TAU)


@pytest.mark.parametrize(("alpha", "beta"), [(0.3, 2.0), (0.5, 0.5), (5.0, 1.0)])
def test_area_against_a_beta_is_pass_at_k(alpha: float, beta: float) -> None:
    """The curve itself, by quadrature over tau, gives the unbiased pass@k of the counts."""
    n = 100
    c = np.random.default_rng(3).binomial(n, np.random.default_rng(2).beta(alpha, beta, 164))
    cells = grid(n)
    mass = rates(cells, np.full(164, n), c, np.ones((1, 164)))
    tau = cells.edges
    for k in (1, 10, 100):
        heights = cover(cells, mass, tau)[0] * k * (1 - tau) ** (k - 1)
        found = integrate.trapezoid(heights, tau)
        truth = np.mean([1 - math.comb(n - int(x), k) / math.comb(n, k) for x in c])
        assert found == pytest.approx(truth, abs=0.006)
        assert pass_at_k(cells, mass, np.array([k]))[0, 0] == pytest.approx(truth, abs=0.006)


def test_it_is_nearer_to_the_truth_than_the_share_of_rates_seen() -> None:
    rng = np.random.default_rng(4)
    truth = stats.beta(2, 5).sf(TAU)
    seen, here = [], []
    for _ in range(40):
        c = rng.binomial(10, rng.beta(2, 5, 164))
        seen.append(np.abs((c[:, None] / 10 >= TAU).mean(axis=0) - truth).mean())
        here.append(np.abs(estimated(10, c)[0] - truth).mean())
    assert np.mean(here) < 0.8 * np.mean(seen)


def test_equal_tasks_count_as_often_as_they_are_weighed() -> None:
    c = np.array([0, 3, 9])
    twice = estimated(12, np.array([0, 3, 3, 9]))
    assert estimated(12, c, np.array([[1.0, 2.0, 1.0]])) == pytest.approx(twice)


@pytest.mark.slow
@pytest.mark.parametrize("tasks", [50, 164])
@pytest.mark.parametrize("n", [10, 100])
def test_interval_covers_where_percentiles_cover_nothing(tasks: int, n: int) -> None:
    rng = np.random.default_rng(5)
    truth = stats.beta(5, 1).sf(TAU)
    held, naive = [], []
    for run in range(120):
        c = rng.binomial(n, rng.beta(5, 1, tasks))
        weights = np.concatenate([np.ones((1, tasks)), task_weights(tasks, 80, run)])
        values = estimated(n, c, weights)
        low, high = interval(values, tasks)
        held.append((low <= truth) & (truth <= high))
        low, high = np.quantile(values[1:], [0.025, 0.975], axis=0)
        naive.append((low <= truth) & (truth <= high))
    # Ten draws leave a bias at some tau: .78 at the worst, which docs/methods.md says.
    assert np.mean(held, axis=0).min() >= 0.7
    assert np.mean(held) >= 0.9
    assert np.mean(naive, axis=0)[0] < 0.5


@pytest.mark.slow
def test_paired_difference_covers_its_truth() -> None:
    rng = np.random.default_rng(6)
    held, n, tasks = [], 50, 100
    for run in range(120):
        common = rng.standard_normal(tasks)
        chances = [
            stats.beta.ppf(stats.norm.cdf(0.8 * common + 0.6 * rng.standard_normal(tasks)), *shape)
            for shape in ((1, 2), (2, 1))
        ]
        truth = stats.beta(1, 2).sf(TAU) - stats.beta(2, 1).sf(TAU)
        weights = np.concatenate([np.ones((1, tasks)), task_weights(tasks, 80, run)])
        own, other = (estimated(n, rng.binomial(n, p), weights) for p in chances)
        low, high = difference_interval(own, other, tasks)
        held.append((low <= truth) & (truth <= high))
    assert np.mean(held) >= 0.9


def test_curve_falls_and_its_marks_lie_on_it() -> None:
    rng = np.random.default_rng(7)
    own, rival = (
        model(x, 100, rng.binomial(100, rng.beta(1, b, 60))) for x, b in (("A", 3), ("B", 1))
    )
    rows = rows_of(own, rival, k=(1, 10, 100, 200))
    for label in "AB":
        curve = rows[(rows.model == label) & (rows.measure == "cover@tau")]
        assert (np.diff(curve.value) <= 1e-12).all()
        assert ((curve.tasks_low <= curve.value) & (curve.value <= curve.tasks_high)).all()
        marks = rows[(rows.model == label) & rows.unbiased.notna()]
        assert (marks.value - marks.unbiased).abs().max() < 0.006
        at = np.interp(marks.tau, curve.tau, curve.value)
        inside = marks.tau.between(curve.tau.min() + 1e-9, curve.tau.max() - 1e-9)
        assert at[inside] == pytest.approx(marks.value[inside], abs=1e-6)
    assert rows[rows.k == 200].unbiased.isna().all()
    assert rows[rows.model == "A"].difference.isna().all()
    text = page.paragraph(rows)
    assert "A differs from B significantly at rates of" in text


def test_a_share_of_nothing_has_an_interval_with_a_width() -> None:
    rows = rows_of(model("A", 100, np.full(30, 10)))
    high = rows[(rows.measure == "cover@tau") & (rows.tau == 0.9)].iloc[0]
    assert high.value < 1e-6 and high.tasks_high > 0.05
