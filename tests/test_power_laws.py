"""Least-squares fits of power laws against curves of known law and against scipy's curve_fit."""

import math

import numpy as np
import pytest
from scipy.optimize import curve_fit

from passk.statistics import power_laws as fits
from passk.statistics.power_laws import PowerLaw

K = fits.fit_grid(10_000)


def test_the_grid_is_that_of_the_paper():
    published = np.unique(np.logspace(0, 4, 40).astype(int))
    assert fits.fit_grid(10_000).tolist() == published.tolist()
    assert (fits.fit_grid(1).tolist(), fits.fit_grid(3).tolist()) == ([1], [1, 2, 3])
    assert fits.fit_grid(997)[-1] == 997
    assert len(fits.error_grid(10_000)) == 100


# Fits printed in figure 5 of arXiv:2407.21787.
@pytest.mark.parametrize(
    ("a", "b"), [(-1.33, -0.43), (-0.75, -0.46), (-3.88, -0.11), (-7.59, -0.18)]
)
@pytest.mark.parametrize(
    "fit",
    [
        fits.fit_power_law,
        fits.fit_exponentiated_power_law,
        lambda k, fails: fits.fit_exponentiated_power_law(k, fails, logarithmic=True),
    ],
)
def test_a_curve_that_is_a_power_law_gives_its_parameters(fit, a, b):
    found = fit(K, 1 - np.exp(a * K**b))
    assert (found.a, found.b) == (pytest.approx(a, rel=1e-6), pytest.approx(b, rel=1e-6))


@pytest.mark.parametrize("logarithmic", [False, True])
def test_agrees_with_curve_fit_where_the_curve_is_no_power_law(logarithmic):
    rates = np.random.default_rng(0).beta(0.3, 2, 128)
    passes = 1 - np.mean((1 - rates[:, None]) ** K, axis=0)
    if logarithmic:
        truth, _ = curve_fit(
            lambda k, a, b: a * k**b, K.astype(float), np.log(passes), p0=[-2, -0.3]
        )
    else:
        law = lambda k, a, b: np.exp(a * k**b)  # noqa: E731
        truth, _ = curve_fit(law, K.astype(float), passes, p0=[-2, -0.3])
    found = fits.fit_exponentiated_power_law(K, 1 - passes, logarithmic=logarithmic)
    assert [found.a, found.b] == pytest.approx(truth, rel=1e-5)


def test_the_log_log_fit_is_the_straight_line_of_numpy():
    rates = np.random.default_rng(1).beta(0.3, 2, 128)
    fails = np.mean((1 - rates[:, None]) ** K, axis=0)
    slope, offset = np.polyfit(np.log(K), np.log(-np.log(1 - fails)), 1)
    found = fits.fit_power_law(K, fails)
    assert (-found.a, found.b) == (pytest.approx(np.exp(offset)), pytest.approx(slope))


@pytest.mark.parametrize("fit", [fits.fit_power_law, fits.fit_exponentiated_power_law])
def test_what_is_not_determined_is_nan(fit):
    for k, fails in ((K, np.ones(len(K))), (np.array([1]), np.array([0.5]))):
        found = fit(k, fails)
        assert math.isnan(found.a)
        assert math.isnan(found.b)
        assert np.isnan(found.pass_at_k(K)).all()


@pytest.mark.parametrize("fit", [fits.fit_power_law, fits.fit_exponentiated_power_law])
def test_all_solved_is_pass_at_k_of_one(fit):
    found = fit(K, np.zeros(len(K)))
    assert found.a == 0
    assert (found.pass_at_k(K) == 1).all()


def test_points_with_pass_at_k_of_one_do_not_bend_the_log_log_fit():
    fails = 1 - np.exp(-1.3 * K**-0.4)
    fails[-3:] = 0
    assert fits.fit_power_law(K, fails).b == pytest.approx(-0.4)


def test_errors_are_the_mean_and_spread_of_absolute_differences():
    law = PowerLaw(-1.0, -0.5)
    assert fits.errors(law.pass_at_k(K), law.pass_at_k(K)) == (0, 0)
    assert fits.errors(np.array([0.1, 0.5]), np.array([0.2, 0.2])) == pytest.approx((0.2, 0.1))
