"""The table of scaling laws: simulated models of known law, shifted copies, and edge cases."""

import math
import subprocess
import sys
from dataclasses import astuple
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from passk.analyses.given import Given
from passk.analyses.scaling_laws import figure, page
from passk.analyses.scaling_laws import table as scaling_laws
from passk.counts import ModelCounts, TaskCount
from passk.estimator import fail_table
from passk.statistics import power_laws as fits
from passk.statistics.success_rates import Prior
from passk.tables import read_table, table_text

SCRIPTS = Path(__file__).parents[1] / "scripts"


def model(label: str, n, c) -> ModelCounts:
    n = np.broadcast_to(n, len(c))
    pairs = enumerate(zip(n, c, strict=True))
    return ModelCounts(label, tuple(TaskCount(str(i), int(a), int(b)) for i, (a, b) in pairs))


def table(*models: ModelCounts, path: Path | None = None) -> pd.DataFrame:
    rows = scaling_laws.table(Given(counts=models))
    frame = pd.DataFrame(map(astuple, rows), columns=[*scaling_laws.COLUMNS])
    if path is not None:
        path.write_text(table_text([*scaling_laws.COLUMNS], map(astuple, rows)))
        frame = read_table(path, scaling_laws.COLUMNS)
    return frame


def fit(frame: pd.DataFrame, law: str, estimator: str) -> pd.Series:
    rows = frame[(frame.kind == "fit") & (frame.law == law) & (frame.estimator == estimator)]
    assert len(rows) == 1
    return rows.iloc[0]


def beta_model(label: str, tasks: int, n: int, seed: int = 0) -> ModelCounts:
    rng = np.random.default_rng(seed)
    return model(label, n, rng.binomial(n, rng.beta(0.3, 3.0, tasks)))


def test_every_estimator_finds_the_exponent_of_a_beta_and_its_curve():
    frame = table(beta_model("A", 1_500, 2_000))
    for estimator in ("beta_binomial", "scaled_beta_binomial", "binned_beta"):
        row = fit(frame, "power_law", estimator)
        assert row.b == pytest.approx(0.3, rel=0.1), estimator
        assert row.mean_abs_error < 0.03, estimator
    # The curve's local slope is not yet its asymptote: a power law fits it, with another exponent.
    for law, sign in (("power_law", 1), ("exponentiated_power_law", -1)):
        row = fit(frame, law, "least_squares")
        assert 0.25 < sign * row.b < 0.45
        assert sign * row.a > 0
        assert min(row.b_low, row.b_high) < row.b < max(row.b_low, row.b_high)
        assert row.mean_abs_error < 0.02
        assert (row.k_min, row.k_max) == (1, 2_000)


def test_the_error_is_that_of_the_curve_at_a_hundred_k():
    frame = table(model("A", 10_000, np.repeat([0, 1, 10, 100, 1_000], 20)))
    row = fit(frame, "exponentiated_power_law", "least_squares")
    k = np.logspace(0, 4, 100).astype(int)
    c = np.repeat([0, 1, 10, 100, 1_000], 20)
    steps = np.arange(10_000)
    fails = np.array([np.cumprod(np.maximum(10_000 - x - steps, 0) / (10_000 - steps)) for x in c])
    error = np.abs(np.exp(row.a * k**row.b) - (1 - fails[:, k - 1].mean(axis=0)))
    assert (row.mean_abs_error, row.sd_abs_error) == pytest.approx((error.mean(), error.std()))


def test_the_interval_over_tasks_covers_the_law_of_all_such_tasks():
    rng = np.random.default_rng(0)
    k = fits.fit_grid(64)
    truth = fits.fit_power_law(k, 1 - Prior("beta", 0.3, 3.0).pass_at_k(k)).b
    covered = []
    for _ in range(150):
        c = rng.binomial(64, rng.beta(0.3, 3.0, 120))
        rows = scaling_laws._resampled_means(fail_table(np.full(120, 64), c, k))
        found = np.array([[fits.fit_power_law(k, row).b] for row in rows])
        (low,), (high,) = scaling_laws._percentiles(found)
        covered.append(low <= truth <= high)
    assert 0.88 <= np.mean(covered) <= 0.985


def test_a_model_twice_as_good_at_every_draw_is_a_shift_by_two():
    rng = np.random.default_rng(1)
    p = rng.beta(0.3, 30.0, 3_000) / 3
    n = 1_000
    own = model("small", n, rng.binomial(n, p))
    other = model("large", n, rng.binomial(n, 1 - (1 - p) ** 2))
    frame = table(own, other)
    shift = frame[frame.kind == "shift"].set_index("estimator")
    assert shift.loc["mean"].y == pytest.approx(2, rel=0.05)
    assert shift.loc["mean"].y_low < 2.05
    assert shift.loc["mean"].y_high > 1.95
    assert shift.loc["level"].y.to_numpy() == pytest.approx(2, rel=0.12)
    assert shift.loc["anchor"].y == pytest.approx(2, abs=0.5)
    assert shift.loc["spread"].y < 0.02
    assert (frame[frame.kind == "shift"].model == "large").all()


def test_curves_without_a_common_level_have_no_shift():
    frame = table(model("A", 100, [0, 0, 0, 1]), model("B", 100, [90, 95, 99, 100]))
    shift = frame[frame.kind == "shift"]
    assert shift.y.isna().all()
    assert "share no level" in page.paragraph(frame)


@pytest.mark.parametrize(
    ("n", "c"),
    [
        (100, [0] * 8), (100, [100] * 8), (100, [3]), (1, [0, 1, 1]), (2, [0, 1, 2]),
        ([5, 70, 300], [0, 70, 12]), (100, [50] * 8), (10_000, [0] * 9 + [1]),
    ],
)  # fmt: skip
@pytest.mark.filterwarnings("error")
def test_edge_cases_give_a_table_and_a_paragraph(n, c, tmp_path):
    frame = table(model("A", n, c), model("B", n, c), path=tmp_path / "t.csv")
    assert len(frame[(frame.kind == "fit") & (frame.model == "A")]) == 9
    known = frame[frame.kind == "curve"].y.dropna()
    assert known.between(0, 1).all()
    assert page.paragraph(frame).startswith("A: ")
    if not any(c):
        assert frame[frame.kind == "fit"][["a", "b"]].isna().all(axis=None)


def test_the_laws_are_fitted_at_the_k_that_are_given(tmp_path):
    """Counts that follow no law exactly: each grid has the least squares of its own points."""
    n, c = 10_000, np.repeat([0, 1, 10, 100, 1_000, 4_000], 20)
    lines = "".join(f"t{i},{n},{one}\n" for i, one in enumerate(c))
    (tmp_path / "a.csv").write_text("task_id,n,c\n" + lines)
    grid = np.array([1, *range(100, n + 1, 100)])  # 101 k, most of them large
    command = [
        sys.executable, SCRIPTS / "analyse.py", "scaling_laws", "--counts", "a.csv", "--labels",
        "A", "--output", "t.csv", "--k-grid", *map(str, grid[::-1]),
    ]  # fmt: skip
    subprocess.run(command, cwd=tmp_path, check=True)
    frame = read_table(tmp_path / "t.csv", scaling_laws.COLUMNS)
    row = fit(frame, "power_law", "least_squares")
    passes = 1 - fail_table(np.full(len(c), n), c, grid).mean(axis=0)
    slope, level = np.polyfit(np.log(grid), np.log(-np.log(passes)), 1)
    assert (row.a, row.b) == pytest.approx((math.exp(level), -slope))
    assert (row.k_min, row.k_max) == (1, n)
    usual = fit(table(model("A", n, c)), "power_law", "least_squares")
    assert abs(usual.b - row.b) > 0.01
    beyond = subprocess.run(
        [*command, str(n + 1)], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert beyond.returncode
    assert "leave out of --k-grid what is larger, such as 10,001" in beyond.stderr.splitlines()[-1]


def test_a_grid_that_holds_a_law_finds_it_and_a_shorter_rival_uses_its_part():
    """Where points beyond the grid leave the law, they do not count."""
    k = np.array([1, 3, 9, 27])
    law = fits.PowerLaw(-2.0, -0.3)
    fails = 1 - law.pass_at_k(k)
    assert (found := fits.fit_power_law(k, fails)).b == pytest.approx(-0.3)
    assert found.a == pytest.approx(-2)
    models = [beta_model("A", 60, 100), beta_model("B", 60, 10), beta_model("C", 60, 2)]
    rows = scaling_laws.table(Given(counts=models, k_grid=[3, 9, 27, 81]))
    frame = pd.DataFrame(map(astuple, rows), columns=[*scaling_laws.COLUMNS])
    ends = frame[(frame.kind == "fit") & (frame.estimator == "least_squares")]
    assert ends.k_max.tolist()[:4] == [81, 81, 9, 9]
    assert ends.k_min.tolist()[:4] == [3, 3, 3, 3]
    assert ends[ends.model == "C"][["a", "b", "k_min"]].isna().all(axis=None)
    assert page.paragraph(frame).startswith("A: from k = 3 to 81")


def test_command_writes_the_same_table_twice(tmp_path):
    lines = "".join(f"t{i},50,{i % 21}\n" for i in range(40))
    (tmp_path / "a.csv").write_text("task_id,n,c\n" + lines)
    outputs = [tmp_path / "1.csv", tmp_path / "2.csv"]
    for output in outputs:
        subprocess.run(
            [sys.executable, SCRIPTS / "analyse.py", "scaling_laws", "--counts", "a.csv",
             "--labels", "A", "--k-values", "1", "--output", output],
            cwd=tmp_path, check=True,
        )  # fmt: skip
    assert outputs[0].read_bytes() == outputs[1].read_bytes()
    row = fit(
        read_table(outputs[0], scaling_laws.COLUMNS), "exponentiated_power_law", "least_squares"
    )
    assert not math.isnan(row.a)


def test_a_beta_binomial_without_a_maximum_is_named_and_has_no_numbers():
    """Rates that differ by less than the draws do: the likelihood rises to tasks that are alike."""
    frame = table(model("A", 100, [3, 4, 5, 3, 4, 5, 6, 2] * 5))
    row = fit(frame, "power_law", "beta_binomial")
    assert row.note == "likelihood largest at alpha = infinity"
    assert row[["a", "b", "b_low", "alpha", "beta"]].isna().all()
    assert "A beta-binomial has no fit here but a limit (likelihood largest" in page.paragraph(
        frame
    )
    assert fit(table(beta_model("A", 60, 100)), "power_law", "beta_binomial").note == ""


@pytest.mark.parametrize(
    ("grid", "sentence"),
    [
        (["5"], "--k-grid needs two different k or more, each at least 1, got 5"),
        (["0", "5"], "--k-grid needs two different k or more, each at least 1, got 0"),
        (["1", "1" + 30 * "0"], "a law is fitted at k up to the draws of each task, 50; leave out"),
    ],
)
def test_a_grid_that_nothing_can_be_fitted_at_is_one_sentence(grid, sentence, tmp_path):
    (tmp_path / "a.csv").write_text("task_id,n,c\nt,50,1\nu,50,7\n")
    done = subprocess.run(
        [sys.executable, SCRIPTS / "analyse.py", "scaling_laws", "--counts", "a.csv", "--labels",
         "A", "--output", "t.csv", "--k-grid", *grid],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert sentence in done.stderr.splitlines()[-1]
    assert not (tmp_path / "t.csv").exists()


def test_a_level_curve_falls_in_no_title():
    level = table(model("A", 10, [10, 10, 0, 0]))
    assert figure.title(level, "A").startswith("pass@k of A is the same at every k to 10")
