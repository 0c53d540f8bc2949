"""pass^k against enumeration and simulation, and the table and figure made of it."""

from __future__ import annotations

import itertools
import math
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from conftest import ROOT
from hypothesis import given, settings
from hypothesis import strategies as st
from scorio.eval import g_pass_at_k_tau, mg_pass_at_k, pass_hat_k

from passk.analyses.given import Given
from passk.analyses.reliability import page
from passk.analyses.reliability import table as reliability
from passk.counts import ModelCounts, TaskCount, counts_csv
from passk.tables import read_table


def model(label: str, *counts: tuple[int, int]) -> ModelCounts:
    return ModelCounts(label, tuple(TaskCount(f"T/{i}", n, c) for i, (n, c) in enumerate(counts)))


def rows_of(label: str, measure: str, rows: list[reliability.Row]) -> dict[int, reliability.Row]:
    return {row.k: row for row in rows if (row.model, row.measure) == (label, measure)}


@pytest.mark.parametrize("n", [1, 2, 5, 7])
def test_is_the_share_of_the_sets_of_k_draws_that_hold_passes_only(n: int) -> None:
    for c in range(n + 1):
        draws = [True] * c + [False] * (n - c)
        for k in range(1, n + 1):
            sets = list(itertools.combinations(draws, k))
            share = Fraction(sum(all(drawn) for drawn in sets), len(sets))
            (found,) = reliability.all_pass_table(np.array([n]), np.array([c]), [k])[0]
            assert found == pytest.approx(float(share), abs=1e-14)


def test_is_c_over_n_binomials_where_they_are_huge() -> None:
    for n, c, k in [(1000, 990, 100), (1000, 500, 20), (10_000, 9_990, 1000)]:
        exact = float(Fraction(math.comb(c, k), math.comb(n, k)))
        (found,) = reliability.all_pass_table(np.array([n]), np.array([c]), [k])[0]
        assert found == pytest.approx(exact, rel=1e-11)


def test_is_unbiased() -> None:
    passing, n, k = 0.7, 8, 3
    c = np.random.default_rng(0).binomial(n, passing, 40_000)
    estimates = reliability.all_pass_table(np.full(len(c), n), c, [k])[:, 0]
    error = estimates.std() / math.sqrt(len(c))
    assert abs(estimates.mean() - passing**k) < 4 * error


@pytest.mark.slow
def test_the_interval_over_draws_covers_what_the_tasks_would_give() -> None:
    rng = np.random.default_rng(1)
    passing, n, k = rng.beta(2, 1, 60), 60, 5
    truth = (passing**k).mean()
    covered = 0
    for _ in range(200):
        c = rng.binomial(n, passing)
        rows = reliability.table(
            Given(counts=[model("M", *((n, int(x)) for x in c))], k_values=[k])
        )
        row = rows_of("M", "pass^k", rows)[k]
        covered += row.draws_low <= truth <= row.draws_high
    assert 0.90 <= covered / 200 <= 0.995


def test_more_draws_than_there_are_is_nan() -> None:
    rows = reliability.table(Given(counts=[model("M", (4, 2), (3, 3))], k_values=[1, 4]))
    row = rows_of("M", "pass^k", rows)[4]
    assert math.isnan(row.value) and math.isnan(row.tasks_low) and row.asked


def test_both_measures_are_the_same_at_k_1_and_part_from_there() -> None:
    own = model("M", (10, 4), (10, 9), (10, 0))
    rows = reliability.table(Given(counts=[own], k_values=[1, 2, 10]))
    one, every = rows_of("M", "pass@k", rows), rows_of("M", "pass^k", rows)
    assert one[1].value == pytest.approx(every[1].value) == pytest.approx(13 / 30)
    assert one[1].tasks_low == pytest.approx(every[1].tasks_low)
    assert one[1].draws_high == pytest.approx(every[1].draws_high)
    values = [every[k].value for k in sorted(every)]
    assert values == sorted(values, reverse=True)
    assert every[10].value == 0


def run(script: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, ROOT / "scripts" / script, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True)


def test_command_writes_the_same_table_twice(tmp_path: Path) -> None:
    for name, passed in (("a", (0, 3, 10)), ("b", (1, 8, 10))):
        counts = [TaskCount(f"T/{i}", 10, c) for i, c in enumerate(passed)]
        (tmp_path / f"{name}.csv").write_text(counts_csv(counts))
    given = ["--counts", tmp_path / "a.csv", tmp_path / "b.csv", "--labels", "nan", "B, large"]
    for stem in ("one", "two"):
        table = tmp_path / f"{stem}.csv"
        done = run("analyse.py", "reliability", *given, "--k-values", 1, 5, 20, "--output", table)
        assert done.returncode == 0, done.stderr
    assert (tmp_path / "one.csv").read_bytes() == (tmp_path / "two.csv").read_bytes()
    table = read_table(tmp_path / "one.csv", reliability.COLUMNS)
    assert set(table.model) == {"nan", "B, large"}
    text = page.paragraph(table)
    assert "at least one of 5 draws" in text
    assert "B, large at the same k" in text


@pytest.mark.parametrize(
    ("labels", "counts", "sentence"),
    [
        (["A"], ["a", "a"], "--counts has 2 files and --labels 1 names"),
        (["A", "A"], ["a", "a"], "the label 'A' is given twice"),
        (["A", "B"], ["a", "other"], "not of the same tasks"),
    ],
)
def test_what_cannot_be_compared_is_one_sentence(
    tmp_path: Path, labels: list[str], counts: list[str], sentence: str
) -> None:
    (tmp_path / "a.csv").write_text("task_id,n,c\nT/0,4,1\n")
    (tmp_path / "other.csv").write_text("task_id,n,c\nU/0,4,1\n")
    files = [tmp_path / f"{name}.csv" for name in counts]
    output = tmp_path / "table.csv"
    done = run(
        "analyse.py", "reliability", "--counts", *files, "--labels", *labels, "--k-values", 1,
        "--output", output,
    )  # fmt: skip
    assert done.returncode == 2
    assert sentence in done.stderr
    assert done.stderr.count("\n") == 1


@given(st.integers(1, 60), st.data())
@settings(max_examples=100, deadline=None)
def test_g_pass_equals_exact_arithmetic(n: int, data: st.DataObject) -> None:
    c, k = data.draw(st.integers(0, n)), data.draw(st.integers(1, n))
    for tau in (Fraction(0), *reliability.TAUS, Fraction(1)):
        least = max(1, math.ceil(tau * k))
        sets = sum(math.comb(c, j) * math.comb(n - c, k - j) for j in range(least, k + 1))
        found = reliability.g_pass_table(np.array([n]), np.array([c]), k, tau)[0]
        assert found == pytest.approx(sets / math.comb(n, k), abs=1e-11)


def test_g_pass_is_that_of_scorio() -> None:
    rng = np.random.default_rng(2)
    outcomes = (rng.random((40, 60)) < rng.beta(0.7, 0.7, 40)[:, None]).astype(int)
    n, c = np.full(40, 60), outcomes.sum(axis=1)
    for k in (2, 3, 10, 59, 60):
        for tau in reliability.TAUS:
            found = reliability.g_pass_table(n, c, k, tau).mean()
            assert found == pytest.approx(g_pass_at_k_tau(outcomes, k, float(tau)), abs=1e-10)
        found = reliability.mean_g_pass_table(n, c, k).mean()
        assert found == pytest.approx(mg_pass_at_k(outcomes, k), abs=1e-10)
        found = reliability.all_pass_table(n, c, [k]).mean()
        assert found == pytest.approx(pass_hat_k(outcomes, k), abs=1e-10)


def test_g_pass_is_unbiased() -> None:
    rate, n, k = 0.6, 9, 4
    c = np.random.default_rng(3).binomial(n, rate, 40_000)
    found = reliability.g_pass_table(np.full(len(c), n), c, k, Fraction(3, 4))
    truth = 4 * rate**3 * (1 - rate) + rate**4
    assert found.mean() == pytest.approx(truth, abs=4 * found.std() / 200)


def test_g_pass_lies_between_all_and_one_and_is_unknown_beyond_n() -> None:
    own = model("M", (10, 4), (10, 9), (10, 0), (12, 7))
    rows = reliability.table(Given(counts=[own], k_values=[4, 11]))
    found = {(row.measure, row.k): row for row in rows}
    order = ["pass^k", "G-Pass@k_0.75", "G-Pass@k_0.5", "pass@k"]
    values = [found[measure, 4].value for measure in order]
    assert values == sorted(values)
    for measure in (*order, "mG-Pass@k"):
        assert math.isnan(found[measure, 11].value)
    row = found["G-Pass@k_0.5", 4]
    assert row.tasks_low < row.value < row.tasks_high and math.isnan(row.draws_low)
