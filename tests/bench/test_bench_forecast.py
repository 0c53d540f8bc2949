"""The benchmark of forecasts: its truths, its seeds, its table, and what it says of bad counts."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from bench_forecast import FAMILIES, Case, errors_of, lines_of, rows_of, simulated

from passk.analyses.extrapolation.table import METHODS

BENCH = Path(__file__).with_name("bench_forecast.py")


def run(*options: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, BENCH, *options]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_the_truth_is_the_share_solved_where_all_draws_are_counted_and_exact_where_rates_are():
    k = np.array([10, 50, 51])
    found = Case("A", 0, 5, np.array([0, 0, 1]), np.array([0, 1, 20]) / 50, 50).truth(k)
    assert found[:2] == pytest.approx([(0.2 + 1 - 0.002925) / 3, 2 / 3], abs=1e-4)
    assert np.isnan(found[2])
    rates = np.array([0.0, 0.1, 1.0])
    found = Case("A", 0, 5, np.array([0, 1, 5]), rates).truth(np.array([2]))
    assert found == pytest.approx([(0 + 0.19 + 1) / 3])


def test_the_floor_knows_the_rates_and_not_whose_they_are():
    rates = np.array([0.0, 0.5])
    told_apart = Case("A", 0, 40, np.array([0, 20]), rates).floor(np.array([100]))
    assert told_apart == pytest.approx([0.5])
    both_unsolved = Case("A", 0, 1, np.array([0, 0]), rates).floor(np.array([100]))
    assert both_unsolved == pytest.approx([0.5 / 1.5])


def test_every_family_has_other_benchmarks_under_another_seed_and_the_same_under_its_own():
    for seed in (0, 1):
        first, second = ([case.c for case in simulated([50], 2, seed)] for _ in range(2))
        assert all(map(np.array_equal, first, second))
    rates = [np.sort(case.rates) for seed in (0, 1) for case in simulated([50], 2, seed)]
    assert len(rates) == 4 * len(FAMILIES)
    assert len({tuple(one) for one in rates}) == len(rates)
    assert all(one.min() >= 0 and one.max() <= 1 for one in rates)


def test_a_line_has_the_errors_of_a_set_and_the_last_the_mean_of_the_sets():
    cases = [case for case in simulated([10], 1, 0) if case.name in ("beta", "none easy")]
    errors = errors_of(rows_of(cases, [1_000]), 1_000)
    assert [*errors] == [*METHODS, "recommended", "floor", "held", "width"]
    assert (errors.recommended == errors.power_law).all()  # n = 10
    lines = [line.split("  ") for line in lines_of(errors)]
    assert [line[0] for line in lines] == ["n", "10", "10", "10"]
    assert lines[-1][1].startswith("mean of the sets")


def test_a_set_of_recorded_counts_is_measured_and_a_wrong_one_is_one_sentence(tmp_path):
    counts = tmp_path / "counts.csv"
    lines = "".join(
        f"{name},{task},200,{task * task % 50}\n" for name in "ab" for task in range(20)
    )
    counts.write_text("model,task_id,n,c\n" + lines)
    usual = ["--counts", counts, "--benchmarks", "0", "--draws", "10", "--subsets", "2"]
    done = run(*usual, "--k", "200", "--sets", "a", "--output", tmp_path / "errors.csv")
    assert done.returncode == 0, done.stderr
    assert [line.split()[:2] for line in done.stdout.splitlines()[1:]] == [
        ["10", "a"],
        ["10", "mean"],
    ]
    assert len((tmp_path / "errors.csv").read_text().splitlines()) == 3
    for options, sentence in (
        (
            ["--k", "201"],
            "a has 200 to 200 draws of a task; the same number of each is needed, and 201",
        ),
        (["--k", "200", "--sets", "c"], "has no set 'c'; it has ['a', 'b']"),
        (["--k", "10"], "--draws must be 2 or more and below --k (10)"),
    ):
        wrong = run(*usual, *options)
        assert wrong.returncode
        assert sentence in wrong.stderr.splitlines()[-1]
    counts.write_text("task_id,n,c\nt,200,0\n")
    none = run(*usual, "--k", "200")
    assert none.stderr.splitlines()[-1].endswith(
        "no draw passed in any subset: nothing is forecast"
    )
