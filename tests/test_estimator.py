import math
from fractions import Fraction
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scorio.eval import pass_at_k as scorio_pass_at_k

from passk.estimator import fail_table, k_grid, mean_pass_at_k, pass_at_k, pass_table


def enumerated(n: int, c: int, k: int) -> float:
    """The share of all k-subsets of n draws that hold one of the c that passed."""
    subsets = list(combinations(range(n), k))
    return sum(any(draw < c for draw in subset) for subset in subsets) / len(subsets)


def exact(n: int, c: int, k: int) -> Fraction:
    return 1 - Fraction(math.comb(n - c, k), math.comb(n, k))


def test_equals_enumeration_of_all_subsets():
    for n in range(1, 9):
        for c in range(n + 1):
            for k in range(1, n + 1):
                assert pass_at_k(n, c, k) == pytest.approx(enumerated(n, c, k), abs=1e-14)


@given(st.integers(1, 400), st.data())
@settings(max_examples=200, deadline=None)
def test_equals_exact_arithmetic(n, data):
    c, k = data.draw(st.integers(0, n)), data.draw(st.integers(1, n))
    truth = float(exact(n, c, k))
    assert pass_at_k(n, c, k) == pytest.approx(truth, abs=1e-13)
    assert pass_table([n], [c], [k])[0, 0] == pytest.approx(truth, abs=1e-13)


@pytest.mark.parametrize("c", [1, 2, 7, 100, 5_000, 9_990, 9_999])
def test_shares_of_failures_are_right_to_1e_12_of_themselves_at_ten_thousand_draws(c):
    ks = [k for k in (1, 2, 10, 99, 1_000, 5_000, 9_000, 9_998) if k <= 10_000 - c]
    truths = [1 - exact(10_000, c, k) for k in ks]
    for found, truth in zip(fail_table([10_000], [c], ks)[0], truths, strict=True):
        if truth > Fraction(1, 10**290):
            assert found == pytest.approx(float(truth), rel=1e-12)
        else:
            assert found < 1e-289


def test_agrees_with_scorio_on_a_large_table():
    rng = np.random.default_rng(0)
    rates = np.concatenate([rng.beta(0.3, 0.5, 48), [0.0, 1.0]])
    outcomes = (rng.random((50, 2_000)) < rates[:, None]).astype(int)
    for k in (1, 2, 10, 100, 999, 2_000):
        ours = mean_pass_at_k([2_000] * 50, outcomes.sum(axis=1), [k])[0]
        assert ours == pytest.approx(scorio_pass_at_k(outcomes, k), abs=1e-11)


def test_humans_can_check_it():
    assert pass_at_k(10, 3, 1) == pytest.approx(0.3)
    assert pass_at_k(5, 2, 2) == pytest.approx(0.7)
    assert pass_at_k(10, 0, 10) == 0
    assert pass_at_k(10, 1, 10) == 1
    assert pass_at_k(10, 10, 1) == 1


def test_more_than_n_draws_is_nan():
    assert math.isnan(pass_at_k(10, 3, 11))
    assert math.isnan(pass_at_k(10, 10, 11))
    assert np.isnan(fail_table([10], [3], [9, 10, 11])[0]).tolist() == [False, False, True]


def test_one_unknown_task_makes_the_mean_unknown():
    found = mean_pass_at_k([10, 5], [1, 5], [5, 6])
    assert found[0] == pytest.approx(0.75)
    assert math.isnan(found[1])


@pytest.mark.parametrize(("n", "c", "k"), [(10, 11, 1), (10, -1, 1), (10, 3, 0), (10, 3, -2)])
def test_impossible_counts_are_errors(n, c, k):
    with pytest.raises(ValueError, match="must"):
        pass_at_k(n, c, k)
    with pytest.raises(ValueError, match="must"):
        pass_table([n], [c], [k])


def test_no_task_is_an_error():
    with pytest.raises(ValueError, match="at least one task"):
        mean_pass_at_k([], [], [1])


@given(st.integers(1, 300), st.data())
@settings(max_examples=100, deadline=None)
def test_rises_with_k_and_with_c(n, data):
    c = data.draw(st.integers(0, n))
    curve = pass_table([n], [c], range(1, n + 1))[0]
    assert np.all(np.diff(curve) >= 0)
    assert np.all((curve >= 0) & (curve <= 1))
    if c < n:
        assert np.all(pass_table([n], [c + 1], range(1, n + 1))[0] >= curve)


def test_is_unbiased():
    n, rate = 12, 0.2
    chances = [math.comb(n, c) * rate**c * (1 - rate) ** (n - c) for c in range(n + 1)]
    for k in (1, 3, 12):
        mean = sum(p * pass_at_k(n, c, k) for c, p in enumerate(chances))
        assert mean == pytest.approx(1 - (1 - rate) ** k, abs=1e-12)


def test_the_order_of_k_does_not_matter():
    table = fail_table([50, 40], [7, 0], [30, 1, 40, 1])
    assert np.array_equal(table[:, ::-1], fail_table([50, 40], [7, 0], [1, 40, 1, 30]))
    assert np.array_equal(table[:, 1], table[:, 3])


def test_grid_is_dense_then_even_in_log_k():
    grid = k_grid(10_000)
    assert grid[:100] == list(range(1, 101))
    assert grid[-1] == 10_000
    ratios = np.divide(grid[101:], grid[100:-1])
    assert ratios.min() > 1.05
    assert ratios.max() < 1.1
    assert k_grid(3) == [1, 2, 3]
    assert k_grid(101)[-2:] == [100, 101]
