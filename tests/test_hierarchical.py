"""Forecasts for these tasks: against conjugate closed forms and simulated benchmarks."""

import numpy as np
import pytest
from scipy import special

from passk.statistics.hierarchical import Hierarchical


def forecast(name: str, c: np.ndarray, n: int, k: list[int]) -> np.ndarray:
    tasks = np.bincount(c, minlength=n + 1).astype(float)
    return Hierarchical(np.full(n + 1, n), np.arange(n + 1), k).forecast(name, tasks)


def test_the_beta_posterior_is_the_sum_over_its_conjugate_closed_form():
    n, k = 50, np.array([100, 2_000])
    c = np.random.default_rng(0).binomial(n, np.random.default_rng(1).beta(0.4, 1.5, 60))
    alpha, beta = (
        part.ravel() for part in np.meshgrid(np.geomspace(0.02, 8, 24), np.geomspace(0.05, 200, 24))
    )
    a, b = alpha[:, None] + c, beta[:, None] + n - c
    logs = (special.betaln(a, b) - special.betaln(alpha, beta)[:, None]).sum(axis=1)
    weights = np.exp(logs - logs.max())
    weights /= weights.sum()
    truth = [
        weights @ (1 - np.exp(special.betaln(a, b + one) - special.betaln(a, b)).mean(axis=1))
        for one in k
    ]
    found = forecast("hierarchical_beta", c, n, k.tolist())
    assert found == pytest.approx(truth, abs=5e-4)


def test_solved_tasks_count_as_solved_and_forecasts_rise_with_k():
    c = np.array([0] * 20 + [1] * 5 + [30] * 75)
    tables = Hierarchical(np.full(101, 100), np.arange(101), [200, 1_000, 10_000, 10**6])
    tasks = np.bincount(c, minlength=101).astype(float)
    for name in tables.names:
        found = tables.forecast(name, tasks)
        assert found[2] >= 0.795
        assert (np.diff(found) > 0).all()
        assert found.max() <= 1


def test_the_left_tail_does_not_mind_how_easy_the_easy_tasks_are():
    hard = np.array([0] * 30 + [1] * 8 + [2] * 5 + [3] * 4 + [5] * 3 + [8] * 3)
    easy = [np.full(47, 40), np.full(47, 99)]
    tail, plain = (
        [forecast(name, np.concatenate([hard, one]), 100, [5_000])[0] for one in easy]
        for name in ("left_tail_beta", "hierarchical_beta")
    )
    assert tail[0] == pytest.approx(tail[1], abs=1e-4)
    assert abs(plain[0] - plain[1]) > 0.005


def test_unequal_draws_are_each_task_s_own():
    n, c = np.array([10, 1_000]), np.array([0, 0])
    found = Hierarchical(n, c, [2_000])
    short = found.forecast("hierarchical_beta", np.array([9.0, 1.0]))
    long = found.forecast("hierarchical_beta", np.array([1.0, 9.0]))
    assert short[0] > long[0]
