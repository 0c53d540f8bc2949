"""Forecasts and their backtest: simulated truth, the arithmetic of the errors, and edge cases."""

import math
import os
import subprocess
import sys
from dataclasses import astuple
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from passk.analyses.extrapolation import figure, page
from passk.analyses.extrapolation import table as extrapolation
from passk.analyses.extrapolation.table import METHODS, Forecaster
from passk.analyses.given import Given
from passk.counts import ModelCounts, TaskCount
from passk.figures import style
from passk.statistics import success_rates as priors
from passk.tables import read_table, table_text

SCRIPTS = Path(__file__).parents[1] / "scripts"


def model(label: str, n, c) -> ModelCounts:
    n = np.broadcast_to(n, len(c))
    pairs = enumerate(zip(n, c, strict=True))
    return ModelCounts(label, tuple(TaskCount(str(i), int(a), int(b)) for i, (a, b) in pairs))


def frame(rows) -> pd.DataFrame:
    return pd.DataFrame(map(astuple, rows), columns=[*extrapolation.COLUMNS])


def few_repeats(models, k_values) -> pd.DataFrame:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(extrapolation, "REPEATS", 10)
        return frame(extrapolation.table(Given(counts=models, k_values=k_values)))


@pytest.fixture(scope="module")
def beta() -> pd.DataFrame:
    """A benchmark whose rates are beta, with 200 draws; a second model beside it."""
    rng = np.random.default_rng(0)
    p = rng.beta(0.4, 1.5, 150)
    models = [model("A", 200, rng.binomial(200, p)), model("B", 200, rng.binomial(200, p))]
    return few_repeats(models, [1, 10, 80, 10_000])


def test_the_backtest_takes_the_largest_subsamples_that_reach_ten_times_as_far():
    assert extrapolation.subsample_sizes(49) == []
    assert extrapolation.subsample_sizes(50) == [5]
    assert extrapolation.subsample_sizes(100) == [5, 10]
    assert extrapolation.subsample_sizes(1_000) == [10, 30, 100]
    assert extrapolation.subsample_sizes(10_000) == [30, 100, 300]


def test_the_backtest_compares_with_the_unbiased_pass_at_k_of_all_draws(beta):
    tested = beta[beta.kind == "backtest"]
    assert set(tested.method) == set(METHODS)
    assert set(tested.m) == {5, 10}
    assert {20, 80, 100, 200} == set(tested[tested.m == 10].k)
    assert (tested.k > tested.m).all()
    seen = beta[(beta.kind == "observed") & (beta.model == "A")].set_index("k").actual
    assert (tested[(tested.model == "A") & (tested.k == 200)].actual == seen[200]).all()
    error = tested.predicted - tested.actual
    assert error.to_numpy() == pytest.approx(tested.error_mean.to_numpy(), abs=1e-12)
    assert (tested.error_mean_abs >= error.abs() - 1e-12).all()
    assert (tested.repeats == 10).all()


def backtest_of(**errors: float) -> list[extrapolation.Row]:
    """A backtest of 10 draws at k = 100 with these mean absolute errors; .1 of the others."""
    nan = math.nan
    return [
        extrapolation.Row(
            "backtest", "A", method, 10, 100, 0, 0.5, nan, nan, 0.5, 0, errors.get(method, 0.1),
            nan, nan, 50,
        )
        for method in METHODS
    ]  # fmt: skip


def test_the_power_law_is_recommended_from_few_draws_and_the_ensemble_from_many(beta):
    marked = beta[beta.recommended == 1]
    assert set(marked.kind) == {"backtest", "forecast"}
    assert set(marked.method) == {"power_law"}
    better = backtest_of(beta_binomial=0.001)
    assert extrapolation.recommended(better, 299, METHODS) == "power_law"
    assert extrapolation.recommended([], 10, METHODS) == "power_law"
    assert extrapolation.recommended([], 10, ()) is None
    assert extrapolation.recommended([], 10, ("left_tail_beta",)) == "left_tail_beta"
    assert extrapolation.recommended([], 300, METHODS) == "ensemble"


def test_a_backtest_overrules_the_ensemble_by_its_margin_only():
    def best(**errors: float) -> str | None:
        return extrapolation.recommended(backtest_of(**errors), 1_000, METHODS)

    assert best(power_law=0.051) == "ensemble"
    assert best(power_law=0.049) == "power_law"
    assert best(power_law=0.049, beta_binomial=0.02) == "beta_binomial"
    assert best(power_law=math.nan) == "ensemble"
    assert best(ensemble=math.nan, power_law=0.01) == "ensemble"
    unknown = [method for method in METHODS if method != "ensemble"]
    found = extrapolation.recommended(backtest_of(power_law=0.09), 1_000, unknown)
    assert found == "power_law"


def test_the_band_is_of_the_worse_error_does_not_narrow_and_grows_beyond_the_backtest(beta):
    ahead = beta[(beta.kind == "forecast") & (beta.model == "A")]
    tested = beta[(beta.kind == "backtest") & (beta.model == "A")]
    for method in METHODS:
        rows = ahead[ahead.method == method].set_index("k")
        both = tested[tested.method.isin([method, "power_law"])]
        ratios = both.k / both.m
        assert ratios.max() == 40
        errors = both.groupby(["method", ratios]).error_mean_abs.mean()
        upper, lower = (rows.high - rows.predicted), (rows.predicted - rows.low)
        half = np.where(rows.high < 1, upper, lower)
        assert (np.diff(half[rows.low > 0]) >= -1e-12).all()
        assert rows.loc[2_000].band == "backtest"
        near = errors[errors.index.get_level_values(1) <= 10].max()
        assert lower[2_000] == pytest.approx(2.45 * near)
        assert rows.loc[20_000].band == "largest ratio"
        far = 2.45 * errors.max() * math.log(100) / math.log(40)
        assert lower[20_000] == pytest.approx(far)
        assert (rows.high <= 1).all()


def test_without_a_backtest_the_band_is_of_simulations():
    rng = np.random.default_rng(5)
    rows = few_repeats([model("A", 10, rng.binomial(10, rng.beta(0.4, 1.5, 60)))], [1])
    best = rows[(rows.kind == "forecast") & (rows.recommended == 1)].set_index("k")
    assert set(best.method) == {"power_law"}
    assert set(best.band) == {"simulations"}
    assert (best.predicted - best.low)[100] == pytest.approx(2.45 * 0.06)
    assert (best.predicted - best.low)[1_000] == pytest.approx(2.45 * 0.12)
    assert "too few for a backtest" in page.paragraph(rows)
    assert "simulations" in page.paragraph(rows)


@pytest.mark.slow
def test_the_band_holds_what_more_draws_would_show():
    """32 benchmarks of power-law tails, n = 100: the band at 10 n and 100 n."""
    rng = np.random.default_rng(6)
    rates = {str(i): rng.beta(10 ** rng.uniform(-1, 0), 10 ** rng.uniform(-0.5, 1), 128)
             for i in range(32)}  # fmt: skip
    rows = few_repeats([model(i, 100, rng.binomial(100, p)) for i, p in rates.items()], [1])
    best = rows[(rows.kind == "forecast") & (rows.recommended == 1)]
    for k in (1_000, 10_000):
        at = best[best.k == k]
        truth = np.array([np.mean(1 - (1 - rates[i]) ** k) for i in at.model])
        assert len(at) == 32
        assert np.mean((at.low <= truth + 1e-4) & (truth - 1e-4 <= at.high)) >= 0.87


def test_a_fit_that_is_a_limit_says_so():
    """Tasks all alike: alpha and beta without end."""
    rows = frame(extrapolation.table(Given(counts=[model("A", 20, [10] * 9)], k_values=[1])))
    noted = rows[rows.note != ""]
    assert set(noted.method) == {"beta_binomial"}
    assert set(noted.note) == {"likelihood largest at alpha = infinity"}
    assert "no fit here but a limit" in page.paragraph(rows)


def test_forecasts_go_to_a_hundred_times_the_draws_with_the_error_of_the_same_ratio(beta):
    ahead = beta[(beta.kind == "forecast") & (beta.model == "A")]
    assert {2_000, 10_000, 20_000} <= set(ahead.k)
    assert (ahead.m == 200).all()
    tested = beta[(beta.kind == "backtest") & (beta.model == "A") & (beta.method == "power_law")]
    row = ahead[(ahead.method == "power_law") & (ahead.k == 2_000)].iloc[0]
    same = tested[tested.k == 10 * tested.m]
    assert row.error_mean_abs == pytest.approx(same.error_mean_abs.mean())
    # A ratio of 32 was not tested: the next larger one is 40, and only 5 draws reach it.
    far = ahead[(ahead.method == "power_law") & (ahead.k == 6_325)].iloc[0]
    forty = tested[tested.k == 40 * tested.m]
    assert (far.error_mean_abs, len(forty)) == (forty.error_mean_abs.iloc[0], 1)


def test_an_error_at_a_ratio_that_no_backtest_reaches_is_nan():
    rng = np.random.default_rng(1)
    rows = few_repeats([model("A", 60, rng.binomial(60, 0.1, 50))], [1])
    ahead = rows[(rows.kind == "forecast") & (rows.k == 6_000)]
    assert len(ahead) == len(METHODS)
    assert ahead.error_mean_abs.isna().all()


@pytest.mark.slow
def test_forecasts_of_a_beta_are_right_on_average_where_the_model_is():
    rng = np.random.default_rng(2)
    n, k = 100, np.array([10_000])
    all_methods = Forecaster(np.full(n + 1, n), np.arange(n + 1), k)
    errors = []
    for _ in range(40):
        p = rng.beta(0.4, 1.5, 150)
        tasks = np.bincount(rng.binomial(n, p), minlength=n + 1).astype(float)
        truth = np.mean(1 - (1 - p) ** k[0])
        found = all_methods.forecasts(tasks)
        errors.append([found[method][0] - truth for method in METHODS])
    mean = dict(zip(METHODS, np.mean(errors, axis=0), strict=True))
    absolute = dict(zip(METHODS, np.abs(errors).mean(axis=0), strict=True))
    for method in ("beta_binomial", "hierarchical_beta", "left_tail_beta", "ensemble"):
        assert abs(mean[method]) < 0.01, method
        assert absolute[method] < 0.02, method


# pass@10,000 from 100 draws of 128 tasks: rates whose left tail is a power law, stretched, cut off,
# or thin. The bounds are what was measured, rounded up: two points on average, four at the worst.
@pytest.mark.slow
@pytest.mark.parametrize(
    ("rates", "bound"),
    [
        (lambda r: r.beta(0.5, 0.2, 128), 0.01),
        (lambda r: (1 - (1 - r.random(128)) ** 0.5) ** (1 / 0.35), 0.03),
        (
            lambda r: np.where(r.random(128) < 0.4, 10 ** (-6 * r.random(128)), r.beta(5, 2, 128)),
            0.05,
        ),
        (lambda r: r.beta(0.6, 8, 128), 0.03),
    ],
)
def test_the_ensemble_misses_by_few_points_whatever_the_tail(rates, bound):
    rng = np.random.default_rng(3)
    k = np.array([10_000])
    all_methods = Forecaster(np.full(101, 100), np.arange(101), k)
    errors = []
    for _ in range(25):
        p = np.minimum(rates(rng), 1 - 1e-12)
        tasks = np.bincount(rng.binomial(100, p), minlength=101).astype(float)
        found = all_methods.forecasts(tasks)["ensemble"][0]
        errors.append(abs(found - np.mean(1 - (1 - p) ** k[0])))
    assert np.mean(errors) < bound


def test_unsolvable_tasks_are_forecast_by_zero_inflation_and_found_by_the_backtest():
    rng = np.random.default_rng(4)
    p = np.where(np.arange(128) < 16, 0, rng.beta(3, 2, 128))
    rows = few_repeats([model("A", 300, rng.binomial(300, p))], [1])
    assert set(rows[rows.recommended == 1].method) == {"zero_inflated_beta_binomial"}
    best = rows[(rows.kind == "forecast") & (rows.recommended == 1) & (rows.k == 30_000)]
    assert best.predicted.iloc[0] == pytest.approx(112 / 128, abs=0.005)


def test_the_beta_binomial_forecast_is_kazdans_closed_form():
    n, c, tasks = priors.collapse(np.full(60, 50), np.arange(60) % 13)
    found = Forecaster(n, c, np.array([500])).forecasts(tasks)["beta_binomial"][0]
    prior = priors.fit_beta(n, c, tasks)
    assert found == pytest.approx(1 - stats.betabinom.pmf(0, 500, prior.alpha, prior.beta))


@pytest.mark.parametrize(
    ("n", "c"),
    [
        (100, [0] * 8), (100, [100] * 8), (100, [3]), (1, [0, 1, 1]), (2, [0, 1, 2]),
        ([50, 70, 300], [0, 70, 12]), (100, [50] * 8), (200, [0] * 9 + [1]), (7, [3, 0, 7, 1]),
    ],
)  # fmt: skip
@pytest.mark.filterwarnings("error")
def test_edge_cases_give_a_table_and_a_paragraph(n, c, tmp_path):
    rows = extrapolation.table(Given(counts=[model("A", n, c)], k_values=[1, 5]))
    (tmp_path / "t.csv").write_text(table_text([*extrapolation.COLUMNS], map(astuple, rows)))
    table = read_table(tmp_path / "t.csv", extrapolation.COLUMNS)
    ahead = table[table.kind == "forecast"]
    assert set(ahead.method) == set(METHODS)
    assert ahead.predicted.dropna().between(0, 1).all()
    assert page.paragraph(table).startswith("A: ")
    if not any(c) or n == 1:
        assert ahead.predicted.isna().all()
        assert not table.recommended.any()
        assert ahead.low.isna().all()
        assert set(ahead.band) == {""}
    else:
        best = ahead[ahead.recommended == 1]
        assert best.method.nunique() == 1
        assert (best.low <= best.predicted).all()
        assert (best.predicted <= best.high).all()
    if np.min(n) < 50:
        assert (table.kind != "backtest").all()
        assert ahead.error_mean_abs.isna().all()
    if n == 7:
        assert "too few" in page.paragraph(table)


def test_a_repeat_without_any_pass_is_left_out_and_counted():
    rows = frame(extrapolation.table(Given(counts=[model("A", 100, [0] * 8 + [4])], k_values=[1])))
    tested = rows[rows.kind == "backtest"]
    assert (tested.repeats < extrapolation.REPEATS).any()
    assert (tested.repeats > 0).all()
    assert math.isfinite(tested.error_mean_abs.iloc[0])


def test_command_writes_the_same_table_twice(tmp_path):
    lines = "".join(f"t{i},60,{i % 21}\n" for i in range(40))
    (tmp_path / "a.csv").write_text("task_id,n,c\n" + lines)
    outputs = [tmp_path / "1.csv", tmp_path / "2.csv"]
    for output in outputs:
        subprocess.run(
            [sys.executable, SCRIPTS / "analyse.py", "extrapolation", "--counts", "a.csv",
             "--labels", "A", "--k-values", "1", "--output", output],
            cwd=tmp_path, check=True,
        )  # fmt: skip
    assert outputs[0].read_bytes() == outputs[1].read_bytes()


def test_the_analyses_multiply_their_matrices_on_one_thread():
    """OpenBLAS's threads wait in busy loops: on a loaded machine that takes ten times the work."""
    code = (
        "import analyse\nimport numpy as np\n"
        "np.ones((300, 300)) @ np.ones((300, 300))\n"
        "print(next(line for line in open('/proc/self/status') if line.startswith('Threads')))"
    )
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(SCRIPTS)}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["Threads:", "1"]


def drawn(table: pd.DataFrame):
    with style.look():
        found = figure.draw(table, "A")
        found.draw_without_rendering()
    return found


def test_the_recommended_method_has_one_colour_its_band_ends_with_its_curve_and_all_are_named(beta):
    left, right = drawn(beta[beta.model == "A"]).axes
    bold = [text for text in left.get_yticklabels() if text.get_fontweight() == "bold"]
    assert [(text.get_text(), text.get_color()) for text in bold] == [("power law", style.OTHER)]
    dashed = [line for line in right.lines if line.is_dashed() and len(line.get_xdata()) > 2]
    assert [line.get_color() for line in dashed] == [style.OTHER]
    band = right.collections[0].get_paths()[0].vertices
    assert band[:, 0].max() == dashed[0].get_xdata()[-1] == 20_000
    names = {figure.SHORT.get(method, extrapolation.NAMES[method]) for method in METHODS}
    places = {text.get_text(): text for text in right.texts if text.get_text() in names}
    assert names == {*places}
    boxes = sorted((box.y0, box.y1) for box in (t.get_window_extent() for t in places.values()))
    assert all(top <= bottom + 1.5 for (_, top), (bottom, _) in pairwise(boxes))
    width = right.figure.bbox.x1
    assert all(text.get_window_extent().x1 <= width for text in right.texts)


@pytest.mark.parametrize(
    ("n", "c", "why"),
    [
        (10, [0, 1, 5, 9], "which needs 50 draws of each task, not 10"),
        (100, [0] * 5, "no draw passed"),
        (1, [0, 1], "which needs 50 draws"),
    ],
)
def test_without_a_backtest_there_is_one_panel_that_says_why(n, c, why):
    rows = frame(extrapolation.table(Given(counts=[model("A", n, c)], k_values=[1])))
    (axes,) = drawn(rows).axes
    assert why in axes.get_title(loc="left")
