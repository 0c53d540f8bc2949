"""Distributions of rates: against scipy, closed forms, quadrature and simulated truth."""

import math

import numpy as np
import pytest
from scipy import integrate, optimize, stats

from passk.statistics import success_rates as priors
from passk.statistics.success_rates import Prior

K = np.array([1, 3, 10, 100, 1_000, 100_000])


def counts(rates: np.ndarray, n: int, seed: int = 0) -> tuple[np.ndarray, ...]:
    c = np.random.default_rng(seed).binomial(n, rates)
    return priors.collapse(np.full(len(c), n), c)


def rates(tasks: int = 400, seed: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).beta(0.3, 2.0, tasks)


def test_the_cells_of_a_grid_join_and_hold_their_p():
    for n in (1, 100, 10_000):
        cells = priors.grid(n)
        assert (cells.edges[0], cells.edges[-1]) == (0, 1)
        assert (np.diff(cells.edges) > 0).all()
        assert ((cells.edges[:-1] < cells.p) & (cells.p < cells.edges[1:])).all()


@pytest.mark.parametrize("n", [10, 1_000, 10_000])
def test_sums_over_a_grid_are_beta_binomial_probabilities(n):
    c = np.unique(np.geomspace(1, n, 12).astype(int)) - 1
    cells = priors.grid(n)
    for alpha, beta in ((0.3, 2.0), (0.05, 0.5), (2.0, 5.0)):
        mass = np.diff(Prior("beta", alpha, beta).cdf(cells.edges))
        found = priors.likelihood(cells, np.full(len(c), n), c) @ mass
        assert found == pytest.approx(stats.betabinom.pmf(c, n, alpha, beta), rel=5e-3)


def test_beta_pass_at_k_has_its_closed_form():
    for alpha, beta in ((0.3, 2.0), (0.01, 50.0), (3.0, 0.2)):
        truth = [1 - math.prod((beta + i) / (alpha + beta + i) for i in range(k)) for k in K[:5]]
        assert Prior("beta", alpha, beta).pass_at_k(K[:5]) == pytest.approx(truth, rel=1e-9)


@pytest.mark.parametrize("family", ["beta", "kumaraswamy"])
def test_scaled_pass_at_k_is_that_of_quadrature(family):
    prior = Prior(family, 0.4, 3.0, 0.3)
    inverse = {
        "beta": lambda u: stats.beta.ppf(u, 0.4, 3.0),
        "kumaraswamy": lambda u: (1 - (1 - u) ** (1 / 3.0)) ** (1 / 0.4),
    }[family]
    for k in (1, 10, 300):
        truth, _ = integrate.quad(lambda u: 1 - (1 - 0.3 * inverse(u)) ** k, 0, 1, limit=200)  # noqa: B023
        assert prior.pass_at_k(np.array([k]))[0] == pytest.approx(truth, rel=1e-3)


@pytest.mark.parametrize("family", ["beta", "kumaraswamy"])
@pytest.mark.parametrize("scale", [1.0, 0.2])
def test_the_left_tail_sets_the_power_law(family, scale):
    prior = Prior(family, 0.35, 1.5, scale)
    a, b = prior.power_law
    k = np.array([1e7])
    assert b == 0.35
    assert -np.log(prior.pass_at_k(k)) == pytest.approx(a * k**-b, rel=5e-3)


def test_a_share_never_solved_bounds_pass_at_k_and_has_no_power_law():
    prior = Prior("beta", 0.5, 1.0, zero=0.25)
    assert prior.pass_at_k(np.array([1e12]))[0] == pytest.approx(0.75, abs=1e-5)
    assert prior.cdf(np.array([0.0, 1.0])) == pytest.approx([0.25, 1.0])
    assert math.isnan(prior.power_law[1])


def test_beta_of_greatest_likelihood_is_that_of_scipy():
    n, c, tasks = counts(rates(), 200)
    found = priors.fit_beta(n, c, tasks)

    def loss(x: np.ndarray) -> float:
        return -float(tasks @ stats.betabinom.logpmf(c, n, *np.exp(x)))

    truth = optimize.minimize(loss, [0.0, 0.0], method="Nelder-Mead", options={"xatol": 1e-6})
    assert [found.alpha, found.beta] == pytest.approx(np.exp(truth.x), rel=1e-3)
    assert found.log_likelihood == pytest.approx(-truth.fun, abs=1e-5)


def test_unequal_draws_are_each_task_s_own():
    rng = np.random.default_rng(3)
    n = rng.integers(20, 400, 600)
    c = rng.binomial(n, rng.beta(0.4, 1.5, 600))
    found = priors.fit_beta(*priors.collapse(n, c))
    assert (found.alpha, found.beta) == (pytest.approx(0.4, rel=0.2), pytest.approx(1.5, rel=0.25))


def test_estimators_recover_the_exponent_of_simulated_tasks():
    p = np.random.default_rng(4).beta(0.35, 3.0, 2_000)
    n, c, tasks = counts(p, 1_000)
    cells = priors.grid(1_000)
    found = [
        priors.fit_beta(n, c, tasks),
        priors.fit_zero_inflated_beta(n, c, tasks),
        priors.fit_on_grid(cells, n, c, tasks, "beta", scaled=True),
        priors.fit_binned(n, c, tasks, "beta"),
    ]
    assert [prior.alpha for prior in found] == pytest.approx([0.35] * 4, rel=0.12)


def test_the_scale_of_simulated_tasks_is_recovered():
    u = np.random.default_rng(5).random(2_000)
    p = 0.25 * (1 - (1 - u) ** (1 / 1.2)) ** (1 / 0.4)
    n, c, tasks = counts(p, 1_000)
    found = priors.fit_on_grid(priors.grid(1_000), n, c, tasks, "kumaraswamy", scaled=True)
    plain = priors.fit_on_grid(priors.grid(1_000), n, c, tasks, "kumaraswamy", scaled=False)
    assert (found.alpha, found.scale) == (
        pytest.approx(0.4, rel=0.1),
        pytest.approx(0.25, rel=0.05),
    )
    assert found.log_likelihood > plain.log_likelihood + 10


def test_a_share_of_unsolvable_tasks_is_found_where_the_others_are_easy():
    p = np.where(np.arange(600) < 120, 0, np.random.default_rng(6).beta(3, 2, 600))
    n, c, tasks = counts(p, 100)
    assert priors.fit_zero_inflated_beta(n, c, tasks).zero == pytest.approx(0.2, abs=0.01)


def test_zero_inflation_is_never_less_likely_than_the_beta():
    for seed in range(4):
        n, c, tasks = counts(rates(80, seed), 50, seed)
        zero = priors.fit_zero_inflated_beta(n, c, tasks)
        assert zero.log_likelihood >= priors.fit_beta(n, c, tasks).log_likelihood


@pytest.mark.slow
def test_the_interval_of_alpha_covers_it_in_simulation():
    rng = np.random.default_rng(7)
    covered = []
    for _ in range(250):
        n, c, tasks = priors.collapse(np.full(150, 100), rng.binomial(100, rng.beta(0.4, 2.0, 150)))
        low, high = priors.alpha_interval(priors.fit_beta(n, c, tasks), n, c, tasks)
        covered.append(low <= 0.4 <= high)
    assert 0.90 <= np.mean(covered) <= 0.985


def test_nothing_solved_or_single_draws_determine_nothing():
    cells = priors.grid(100)
    for n, c in ((np.full(9, 100), np.zeros(9, int)), (np.ones(9, int), np.arange(9) % 2)):
        outcomes = priors.collapse(n, c)
        found = [
            priors.fit_beta(*outcomes),
            priors.fit_zero_inflated_beta(*outcomes),
            priors.fit_on_grid(cells, *outcomes, "beta", scaled=True),
            priors.fit_binned(*outcomes, "kumaraswamy"),
        ]
        assert all(math.isnan(prior.alpha) for prior in found)
        assert all(np.isnan(prior.pass_at_k(K)).all() for prior in found)


@pytest.mark.parametrize("c", [[50] * 8, [100] * 8, [7]])
def test_tasks_all_alike_give_pass_at_k_but_no_exponent(c):
    outcomes = priors.collapse(np.full(len(c), 100), np.array(c))
    prior = priors.fit_beta(*outcomes)
    assert prior.limit.startswith("likelihood largest at alpha = infinity")
    rate = c[0] / 100
    assert prior.pass_at_k(np.array([1, 5])) == pytest.approx([rate, 1 - (1 - rate) ** 5], rel=0.02)
    assert np.isnan(priors.alpha_interval(prior, *outcomes)).all()


def test_a_likelihood_without_a_maximum_says_where_it_is_largest():
    """However flat it is there; and rates of one in ten thousand have one."""
    for n, tasks in ((2, 3), (5, 40), (20, 9), (1_000, 5)):
        prior = priors.fit_beta(*priors.collapse(np.full(tasks, n), np.full(tasks, n // 2 or 1)))
        assert prior.limit == "likelihood largest at alpha = infinity", (n, tasks)
        assert np.isnan(prior.power_law).all()
    none_or_all = priors.fit_beta(*priors.collapse(np.full(6, 100), np.array([0, 100] * 3)))
    assert none_or_all.limit == "likelihood largest at alpha = 0 and beta = 0"
    c = np.random.default_rng(0).binomial(10_000, np.random.default_rng(1).beta(0.5, 5_000, 300))
    rare = priors.fit_beta(*priors.collapse(np.full(300, 10_000), c))
    assert rare.limit == ""
    assert (rare.alpha, rare.beta) == (pytest.approx(0.5, rel=0.3), pytest.approx(5_000, rel=0.4))
