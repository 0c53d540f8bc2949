"""The posterior of pass@k against scorio, the beta function and simulation; what it must not do."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from conftest import ROOT
from scipy import stats
from scipy.special import betaln
from scorio.eval import pass_at_k_ci

from passk.curve import read_curve
from passk.posterior import posterior, prior_of


@pytest.mark.parametrize("prior", [(1.0, 1.0), (0.5, 0.5), (0.3, 2.0)])
@pytest.mark.parametrize("k", [1, 7, 40])
def test_mean_and_variance_are_scorios(prior, k):
    rng = np.random.default_rng(2)
    c = rng.integers(0, 41, 30)
    outcomes = (np.arange(40) < c[:, None]).astype(int)
    mean, sigma, _, _ = pass_at_k_ci(outcomes, k, alpha0=prior[0], beta0=prior[1])
    weight = mean * (1 - mean) / sigma**2 - 1
    ends = stats.beta.ppf([0.025, 0.975], mean * weight, (1 - mean) * weight)
    found = np.concatenate(posterior([40] * 30, c, [k], prior))
    assert found == pytest.approx([mean, *ends], abs=1e-9)


def test_mean_is_a_ratio_of_beta_functions_at_ten_thousand_draws():
    c, k = np.array([0, 1, 37, 9_000, 10_000]), np.array([1, 250, 10_000])
    a, b = 0.4 + c[:, None], 0.7 + 10_000 - c[:, None]
    expected = 1 - np.exp(betaln(a, b + k) - betaln(a, b)).mean(axis=0)
    assert posterior([10_000] * 5, c, k, (0.4, 0.7))[0] == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("k", [1, 10, 100])
def test_interval_holds_95_per_cent_of_the_posterior(k):
    rng = np.random.default_rng(4)
    c = rng.binomial(100, rng.beta(0.4, 0.8, 50))
    _, low, high = posterior([100] * 50, c, [k], (0.4, 0.8))
    drawn = 1 - (1 - rng.beta(0.4 + c, 100.8 - c, (40_000, 50))) ** k
    inside = (low < drawn.mean(axis=1)) & (drawn.mean(axis=1) < high)
    assert inside.mean() == pytest.approx(0.95, abs=0.006)


@pytest.mark.parametrize(("n", "k"), [(100, 1), (100, 50), (20, 20)])
def test_fitted_prior_covers_the_truth_of_these_tasks_even_at_k_equal_n(n, k):
    rng = np.random.default_rng(6)
    rates = rng.beta(0.3, 0.3, 164)
    truth, runs, covered = (1 - (1 - rates) ** k).mean(), 60, 0
    for _ in range(runs):
        c, draws = rng.binomial(n, rates), np.full(164, n)
        _, low, high = posterior(draws, c, [k], prior_of("fitted", draws, c))
        covered += low[0] <= truth <= high[0]
    assert 0.86 <= covered / runs <= 0.995


def test_fixed_priors_give_unsolved_tasks_what_no_draw_showed():
    """Why `fitted` exists: 100 draws, none passed, and k = 100 is a coin's toss all the same."""
    n, c = [100] * 20, [0] * 20
    assert posterior(n, c, [100], (1.0, 1.0))[0] == pytest.approx(100 / 201)
    assert posterior(n, c, [100], (0.5, 0.5))[0] == pytest.approx(0.29, abs=0.01)


def test_fitted_prior_finds_the_distribution_of_the_tasks():
    rng = np.random.default_rng(1)
    n = np.full(4_000, 200)
    assert prior_of("fitted", n, rng.binomial(n, rng.beta(0.6, 1.7, 4_000))) == pytest.approx(
        (0.6, 1.7), rel=0.1
    )


def test_no_draw_passed_leaves_nothing_to_fit_to():
    n, c = np.full(5, 10), np.zeros(5, dtype=int)
    assert np.isnan(posterior(n, c, [1, 10], prior_of("fitted", n, c))).all()


@pytest.mark.parametrize("prior", ["fitted", "uniform", "jeffreys"])
@pytest.mark.parametrize("c", [[0, 0, 1], [10_000] * 3, [0, 5_000, 10_000], [3, 9_999, 10_000]])
@pytest.mark.filterwarnings("error")
def test_interval_is_ordered_and_inside_0_and_1(prior, c):
    n, c = np.full(3, 10_000), np.array(c)
    mean, low, high = posterior(n, c, [1, 30, 5_000, 10_000], prior_of(prior, n, c))
    assert np.all((low >= 0) & (low <= high) & (high <= 1) & (mean >= 0) & (mean <= 1))


def test_more_draws_than_there_are_is_nan():
    columns = posterior([5, 4], [1, 2], [4, 5], (1.0, 1.0))
    assert all(np.isnan(column).tolist() == [False, True] for column in columns)


def estimate(tmp_path: Path, *options: str) -> subprocess.CompletedProcess[str]:
    counts = tmp_path / "given.csv"
    counts.write_text("task_id,n,c\nT/0,8,3\nT/1,8,0\nT/2,8,8\n")
    command = [sys.executable, ROOT / "scripts/estimate.py", "--counts-in", counts]
    command += ["--k-values", "1", "16", "--pass-at-k", tmp_path / "pass_at_k.csv", *options]
    return subprocess.run(command, capture_output=True, text=True)


def test_columns_stand_beside_the_curve_and_change_nothing_in_it(tmp_path):
    assert estimate(tmp_path).returncode == 0
    plain = read_curve(tmp_path / "pass_at_k.csv")
    done = estimate(tmp_path, "--bayes", "uniform")
    assert done.returncode == 0, done.stderr
    assert repr(read_curve(tmp_path / "pass_at_k.csv")) == repr(plain)
    with (tmp_path / "pass_at_k.csv").open(newline="") as handle:
        rows = list(csv.DictReader(handle))
    assert float(rows[0]["bayes_mean"]) == pytest.approx((4 + 1 + 9) / 30)
    assert {rows[-1][name] for name in ("bayes_mean", "bayes_low", "bayes_high")} == {"nan"}
    assert json.loads((tmp_path / "pass_at_k.meta.json").read_text())["prior"] == "uniform"


def test_unknown_prior_is_refused(tmp_path):
    done = estimate(tmp_path, "--bayes", "haldane")
    assert done.returncode == 2 and "haldane" in done.stderr
