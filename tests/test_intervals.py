"""Coverage is simulated with fixed seeds; docs/methods.md has the large simulation."""

import math
from itertools import product

import numpy as np
import pytest
from scipy.stats import binomtest

from passk.estimator import mean_pass_at_k, pass_at_k, pass_table
from passk.statistics.intervals import (
    draw_variances,
    largest_draw_variance,
    of_draw_variances,
    of_shares,
    of_task_estimates,
    over_draws,
    over_tasks,
    wilson,
)

RUNS = 3_000


def beta(a, b):
    return lambda rng, tasks: rng.beta(a, b, tasks)


def unsolvable(share, a, b):
    return lambda rng, tasks: np.where(rng.random(tasks) < share, 0, rng.beta(a, b, tasks))


def hard_tail(share, decades):
    """A share of the tasks with rates even in log p, the others easy."""

    def draw(rng, tasks):
        hard = 10 ** rng.uniform(-decades, 0, tasks)
        return np.where(rng.random(tasks) < share, hard, rng.beta(6, 2, tasks))

    return draw


def coverage_over_tasks(population, n, k, tasks=164):
    rng = np.random.default_rng(7)
    rates = population(rng, 1_000_000)
    truth = (1 - (1 - rates) ** k).mean()
    by_count = pass_table([n] * (n + 1), range(n + 1), [k])[:, 0]
    drawn = population(rng, RUNS * tasks).reshape(tasks, RUNS)
    low, high = of_task_estimates(by_count[rng.binomial(n, drawn)])
    return truth, np.mean((low <= truth) & (truth <= high))


def coverage_over_draws(rates, n, k):
    rng = np.random.default_rng(11)
    truth = (1 - (1 - rates) ** k).mean()
    every = np.arange(n + 1)
    by_count = pass_table([n] * (n + 1), every, [k])[:, 0]
    variance = draw_variances(np.full(n + 1, n), every, np.array([k]))[:, 0]
    counts = rng.binomial(n, np.repeat(rates[:, None], RUNS, axis=1))
    largest = largest_draw_variance(n, np.array([k]))
    low, high = of_draw_variances(by_count[counts], variance[counts], largest)
    return np.mean((low <= truth) & (truth <= high))


@pytest.mark.parametrize(
    ("population", "n", "k"),
    [
        (beta(0.1, 0.5), 100, 1),
        (beta(2, 2), 100, 1),
        (beta(0.3, 0.3), 1000, 10),
        (unsolvable(0.1, 1, 1), 100, 50),
        (beta(0.5, 0.2), 1000, 100),
        (unsolvable(0.05, 8, 2), 1000, 100),
        (hard_tail(0.4, 4), 1000, 1000),
        (hard_tail(0.05, 3), 1000, 10),
    ],
)
def test_over_tasks_covers_95_per_cent_of_benchmarks(population, n, k):
    truth, coverage = coverage_over_tasks(population, n, k)
    assert 0.1 <= truth <= 0.99
    assert 0.93 <= coverage <= 0.975


@pytest.mark.parametrize(("n", "k"), [(100, 3), (1000, 10), (1000, 1000)])
def test_over_tasks_allows_for_unsolvable_tasks_that_the_benchmark_happens_to_lack(n, k):
    """One task in a hundred is unsolvable: a fifth of all benchmarks of 164 has none of them."""
    truth, coverage = coverage_over_tasks(unsolvable(0.01, 8, 2), n, k)
    assert truth > 0.97
    assert coverage >= 0.93


def test_over_tasks_is_wilson_where_every_task_is_solved_or_not():
    counts = [0] * 8 + [1] * 3 + [1000] * 153
    low, high = over_tasks([1000] * 164, counts, [1000])
    expected = binomtest(156, 164).proportion_ci(method="wilson")
    assert (low[0], high[0]) == pytest.approx((expected.low, expected.high), abs=1e-12)


@pytest.mark.parametrize(("solved", "tasks"), [(0, 7), (1, 20), (148, 164), (20, 20)])
def test_wilson_is_scipys(solved, tasks):
    expected = binomtest(solved, tasks).proportion_ci(method="wilson")
    assert wilson(solved / tasks, tasks) == pytest.approx((expected.low, expected.high), abs=1e-12)


def test_over_tasks_is_narrower_where_tasks_are_alike():
    alike = over_tasks([100] * 164, [50] * 164, [1])
    unlike = over_tasks([100] * 164, [0, 100] * 82, [1])
    assert alike[1][0] - alike[0][0] < 0.3 * (unlike[1][0] - unlike[0][0])


@pytest.mark.parametrize("k", [1, 5, 25, 50])
@pytest.mark.parametrize(
    "population", [beta(0.3, 0.3), beta(0.1, 0.5), hard_tail(0.4, 4)], ids=["u", "hard", "tail"]
)
def test_over_draws_covers_95_per_cent_of_repetitions(population, k):
    rates = population(np.random.default_rng(5), 164)
    assert 0.93 <= coverage_over_draws(rates, 100, k) <= 0.975


@pytest.mark.parametrize(
    ("hard", "rate", "n", "k"),
    [(1, 0.01, 100, 50), (2, 0.01, 100, 25), (4, 0.01, 100, 10), (8, 0.002, 1000, 500)],
)
@pytest.mark.parametrize("never", [0, 20])
def test_over_draws_never_covers_less_where_few_tasks_vary(hard, rate, n, k, never):
    """What the plain variance does not: it is zero when the few happen to pass in no draw."""
    rates = np.array([rate] * hard + [0.0] * never + [0.9] * (164 - hard - never))
    assert coverage_over_draws(rates, n, k) >= 0.93


def test_variance_over_draws_is_unbiased():
    n = 8
    for rate, k in product((0.05, 0.3, 0.8), (1, 2, 4)):
        chance = [math.comb(n, c) * rate**c * (1 - rate) ** (n - c) for c in range(n + 1)]
        value = [pass_at_k(n, c, k) for c in range(n + 1)]
        mean = sum(p * v for p, v in zip(chance, value, strict=True))
        truth = sum(p * (v - mean) ** 2 for p, v in zip(chance, value, strict=True))
        estimate = draw_variances(np.full(n + 1, n), np.arange(n + 1), np.array([k]))[:, 0]
        assert np.dot(chance, estimate) == pytest.approx(truth, abs=1e-12)


def test_over_draws_is_unknown_beyond_half_of_the_draws():
    low, high = over_draws([10, 10], [3, 4], [5, 6, 11])
    assert np.isnan(low).tolist() == np.isnan(high).tolist() == [False, True, True]


def test_the_task_with_the_fewest_draws_decides_what_is_known():
    assert not np.isnan(over_draws([10, 4], [3, 4], [2])[0][0])
    assert np.isnan(over_draws([10, 4], [3, 4], [3])[0][0])
    assert np.isnan(over_tasks([10, 4], [3, 4], [5])[0][0])


@pytest.mark.parametrize(
    ("n", "c"),
    [([1], [0]), ([1], [1]), ([5] * 3, [0] * 3), ([5] * 3, [5] * 3), ([100] * 9, range(9))],
)
def test_intervals_hold_the_estimate_and_stay_inside_0_and_1(n, c):
    ks = range(1, n[0] + 1)
    mean = mean_pass_at_k(n, c, ks)
    for low, high in (over_tasks(n, c, ks), over_draws(n, c, ks)):
        known = ~np.isnan(low)
        assert np.all((low <= mean) & (mean <= high) | ~known)
        assert np.all((low[known] >= 0) & (high[known] <= 1))
        assert np.all((high - low)[known] > 0)


def test_same_counts_same_interval():
    counts = [100] * 164, np.random.default_rng(1).integers(0, 101, 164), list(range(1, 101))
    assert np.array_equal(over_tasks(*counts), over_tasks(*counts))


def test_share_of_a_gap_covers_95_per_cent_of_benchmarks():
    rng, tasks, repetitions = np.random.default_rng(8), 60, 2000
    floor = rng.beta(0.5, 1.5, (repetitions, tasks))
    ceiling = 1 - (1 - floor) ** 8
    own = floor + rng.beta(2, 1, floor.shape) * (ceiling - floor)
    truth = 2 / 3  # of each task's gap, whatever that is
    share, low, high = of_shares(own.T, floor.T, ceiling.T)
    assert np.mean((low <= truth) & (truth <= high)) == pytest.approx(0.95, abs=0.02)
    assert ((low < share) & (share < high)).all()
    assert share.mean() == pytest.approx(truth, abs=0.01)


def test_share_of_no_gap_is_unknown_and_ends_are_exact():
    floor, ceiling = np.array([[0.2, 0.5], [0.4, 0.5]]), np.array([[0.6, 0.5], [0.5, 0.5]])
    share, low, high = of_shares(ceiling, floor, ceiling)
    assert share[0] == 1 and np.isnan(share[1]) and np.isnan(low[1]) and np.isnan(high[1])
    assert of_shares(floor, floor, ceiling)[0][0] == 0
    # Of two tasks with gaps of 0.4 and 0.1 it is open whether there is one: no interval.
    assert np.isnan(low[0]) and np.isnan(high[0])
    many = of_shares(*(np.tile(one, (20, 1)) for one in (ceiling, floor, ceiling)))
    assert [one[0] for one in many] == [1, 1, 1]
