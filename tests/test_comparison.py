"""Differences between models: against known formulas, published examples and simulation."""

from __future__ import annotations

import math
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from conftest import ROOT
from scipy.stats import binomtest, norm

from passk.analyses.comparison import figure, page
from passk.analyses.comparison import table as comparison
from passk.analyses.given import Given
from passk.baseline import Baseline
from passk.counts import ModelCounts, TaskCount, counts_csv
from passk.estimator import pass_table
from passk.figures import style
from passk.statistics.intervals import of_paired_differences, square_and_add, wilson
from passk.tables import read_table

GPT = Baseline.quoted("GPT-4o", 148 / 164, tasks=164)
RUNS = 2_000
ANALYSE = ROOT / "scripts/analyse.py"


def model(label: str, n: int, passed: np.ndarray) -> ModelCounts:
    return ModelCounts(label, tuple(TaskCount(f"T/{i}", n, int(c)) for i, c in enumerate(passed)))


def table_of(
    models: list[ModelCounts], quoted: Baseline | None, k_values: list[int]
) -> pd.DataFrame:
    rows = comparison.table(Given(counts=models, quoted=quoted, k_values=k_values))
    return pd.DataFrame(rows, columns=[*comparison.COLUMNS])


def rates(rng: np.random.Generator, tasks: int) -> tuple[np.ndarray, np.ndarray]:
    """Two models on the same tasks: what is hard for one is mostly hard for the other."""
    common = rng.standard_normal(tasks)
    own, other = (0.7 * common + math.sqrt(0.51) * rng.standard_normal(tasks) for _ in range(2))
    return norm.cdf(1.3 * own - 0.2), np.where(rng.random(tasks) < 0.03, 0, norm.cdf(other + 1))


def drawn(rng: np.random.Generator, chances: np.ndarray, n: int, k: int) -> np.ndarray:
    """pass@k of every task from n draws, of the shape of ``chances``."""
    return pass_table([n] * (n + 1), range(n + 1), [k])[:, 0][rng.binomial(n, chances)]


@pytest.mark.parametrize(
    ("n", "k", "other_n", "other_k"),
    [(100, 1, 100, 1), (100, 10, 1, 1), (100, 100, 100, 1), (100, 100, 100, 100), (50, 5, 50, 5)],
)
def test_paired_differences_cover_95_per_cent_of_benchmarks(n, k, other_n, other_k):
    rng = np.random.default_rng(3)
    big = rates(rng, 1_000_000)
    truth = (1 - (1 - big[0]) ** k).mean() - (1 - (1 - big[1]) ** other_k).mean()
    own, other = (chances.reshape(164, RUNS) for chances in rates(rng, 164 * RUNS))
    low, high = of_paired_differences(drawn(rng, own, n, k), drawn(rng, other, other_n, other_k))
    assert 0.93 <= np.mean((low <= truth) & (truth <= high)) <= 0.975


@pytest.mark.slow
def test_differences_over_draws_cover_95_per_cent_of_repetitions():
    rng = np.random.default_rng(8)
    own, other = rates(rng, 80)
    n, k, runs = 40, 10, 300
    truth = (1 - (1 - own) ** k).mean() - other.mean()
    covered = 0
    for _ in range(runs):
        models = [
            model("A", n, rng.binomial(n, own)),
            model("B", n, rng.binomial(n, other)),
        ]
        rows = table_of(models, None, [k])
        row = rows[(rows.k == k) & (rows.against == "pass@1")].iloc[0]
        covered += row.draws_low <= truth <= row.draws_high
    assert 0.92 <= covered / runs <= 0.985


@pytest.mark.parametrize(
    ("first", "second", "low", "high"),
    [((56, 70), (48, 80), 0.0524, 0.3339), ((9, 10), (3, 10), 0.1705, 0.8090)],
)
def test_unpaired_interval_is_newcombes_of_his_examples(first, second, low, high):
    """Newcombe 1998, Statistics in Medicine 17:873-890, table II, method 10."""
    arms = [(passed / of, *wilson(passed / of, of)) for passed, of in (first, second)]
    assert square_and_add(*arms) == pytest.approx((low, high), abs=5e-5)


def test_paired_interval_of_yes_or_no_outcomes_is_newcombes_method_8():
    """Newcombe 1998, Statistics in Medicine 17:2635-2650, written out from the fourfold table."""
    both, only_own, only_other, none = 40, 14, 5, 11
    total = both + only_own + only_other + none
    own = np.repeat([1.0, 1.0, 0.0, 0.0], [both, only_own, only_other, none])[:, None]
    other = np.repeat([1.0, 0.0, 1.0, 0.0], [both, only_own, only_other, none])[:, None]
    one, two = both + only_own, both + only_other
    phi = (both * none - only_own * only_other) / math.sqrt(
        one * (total - one) * two * (total - two)
    )
    a = binomtest(one, total).proportion_ci(method="wilson")
    b = binomtest(two, total).proportion_ci(method="wilson")
    p, q = one / total, two / total
    below, above = (p - a.low, b.high - q), (a.high - p, q - b.low)
    expected = [
        p - q + sign * math.sqrt(x * x - 2 * phi * x * y + y * y)
        for sign, (x, y) in ((-1, below), (1, above))
    ]
    found = of_paired_differences(own, other)
    assert np.concatenate(found) == pytest.approx(expected, abs=1e-12)


def test_pairing_narrows_the_interval_where_tasks_are_alike_for_both():
    rng = np.random.default_rng(0)
    own, _ = rates(rng, 164)
    passed = rng.binomial(100, own)
    alike = model("B", 100, np.clip(passed + rng.integers(-3, 4, 164), 0, 100))
    paired = table_of([model("A", 100, passed), alike], None, [1]).iloc[0]
    rival = Baseline.quoted("B", float(paired.rival_value), tasks=164)
    unpaired = table_of([model("A", 100, passed)], rival, [1]).iloc[0]
    assert paired.difference == pytest.approx(unpaired.difference)
    width = paired.tasks_high - paired.tasks_low
    assert width < 0.5 * (unpaired.tasks_high - unpaired.tasks_low)


def test_published_numbers_are_not_significant_at_100_but_a_model_that_solves_all_is():
    solved = np.repeat([1000, 0], [149, 15])
    rows = table_of([model("A", 1000, solved)], GPT, [100, 1000])
    assert set(rows.verdict) == {"not significant"}
    assert rows.difference.iloc[-1] == pytest.approx(1 / 164)
    rows = table_of([model("A", 1000, np.full(164, 1000))], GPT, [100, 1000])
    assert set(rows.verdict) == {"better"}


def test_quoted_value_without_its_tasks_gives_no_verdict():
    rows = table_of([model("A", 10, np.arange(11))], Baseline("B", 0.9), [1, 10])
    assert set(rows.verdict) == {"unknown"} and rows.tasks_low.isna().all()
    assert "cannot be told" in page.paragraph(rows)


def test_a_quoted_rival_has_no_interval_over_draws():
    rows = table_of([model("A", 10, np.arange(11))], GPT, [1])
    assert rows.draws_low.isna().all()


def test_over_draws_is_unknown_beyond_half_of_either_models_draws():
    models = [model("A", 20, np.arange(11)), model("B", 8, np.arange(11) % 9)]
    rows = table_of(models, None, [1, 4, 5, 10, 20])
    once = rows[rows.against == "pass@1"].set_index("k")
    many = rows[rows.against == "pass@k"].set_index("k")
    assert once.draws_low.notna().loc[[4, 5, 10]].all() and math.isnan(once.draws_low.loc[20])
    assert not math.isnan(many.draws_low.loc[4]) and math.isnan(many.draws_low.loc[5])
    assert math.isnan(many.value.loc[10]) is False and math.isnan(many.difference.loc[10])
    assert many.verdict.loc[10] == "unknown"


def test_rival_asked_once_has_no_interval_over_draws():
    rows = table_of([model("A", 20, np.arange(11)), model("B", 1, np.arange(11) % 2)], None, [1])
    assert rows.draws_low.isna().all() and rows.tasks_low.notna().any()


def test_the_same_model_twice_differs_by_nothing_at_k_1():
    passed = np.arange(21)
    row = table_of([model("A", 20, passed), model("B", 20, passed)], None, [1]).iloc[0]
    assert row.difference == 0 and row.tasks_low <= 0 <= row.tasks_high
    assert row.verdict == "not significant"


@pytest.mark.parametrize(
    ("own", "other"), [([0] * 5, [10] * 5), ([10] * 5, [0] * 5), ([10] * 5, [10] * 5), ([3], [0])]
)
@pytest.mark.filterwarnings("error")
def test_extremes_stay_inside_minus_1_and_1(own, other):
    rows = table_of([model("A", 10, np.array(own)), model("B", 10, np.array(other))], None, [1, 10])
    assert ((rows.tasks_low >= -1) & (rows.tasks_high <= 1)).all()
    assert (rows.tasks_low <= rows.difference).all() and (rows.difference <= rows.tasks_high).all()


def test_smallest_better_k_is_read_from_the_largest_downwards():
    verdicts = ["worse", "better", "not significant", "better", "better", "unknown"]
    rows = pd.DataFrame({"k": [1, 2, 5, 10, 20, 50], "verdict": verdicts})
    assert page.better_from(rows) == 10
    assert page.better_from(rows[:3]) is None


@pytest.mark.slow
def test_smallest_better_k_is_too_small_for_at_most_2_5_per_cent_of_benchmarks():
    """Though the verdict is looked at for every k: the rival sits on the curve at k = 6."""
    rng = np.random.default_rng(12)
    n, every, runs = 30, np.arange(1, 31), 1_000
    level = (1 - (1 - rng.beta(0.4, 0.6, 1_000_000)) ** 6).mean()
    chances = rng.beta(0.4, 0.6, (runs, 100))
    table = pass_table([n] * (n + 1), range(n + 1), every)
    early = 0
    for own in table[rng.binomial(n, chances)]:
        rival = (rng.random(100) < level).astype(float)[:, None]
        low, _ = of_paired_differences(own, np.broadcast_to(rival, own.shape))
        verdicts = np.where(low > 0, "better", "not significant")
        found = page.better_from(pd.DataFrame({"k": every, "verdict": verdicts}))
        early += found is not None and found <= 6
    assert early / runs <= 0.04


def test_no_rival_is_an_empty_table_and_a_sentence():
    assert table_of([model("A", 10, np.arange(11))], None, [1]).empty
    assert "nothing to compare with" in page.EMPTY


def test_rival_that_is_never_reached_is_said_so():
    text = page.paragraph(table_of([model("A", 10, np.arange(11))], GPT, [1]))
    low = page.paragraph(table_of([model("A", 10, np.zeros(11))], GPT, [1, 10]))
    assert "At no k up to 10 does the estimate reach GPT-4o." in low
    assert "reaches GPT-4o at k = " in text


def test_paragraph_names_the_verdict_at_every_k_asked():
    rng = np.random.default_rng(5)
    own = model("Small", 200, rng.binomial(200, rng.beta(0.8, 0.5, 164)))
    text = page.paragraph(table_of([own], GPT, [1, 10, 100]))
    for words in (
        "k = 1: -",
        "significantly worse",
        "k = 100: ",
        "is not known",
        "pass@1 = 90.2 %",
    ):
        assert words in text
    rival = model("Large", 200, rng.binomial(200, rng.beta(8, 2, 164)))
    text = page.paragraph(table_of([own, rival], None, [1, 10, 100]))
    assert "paired task by task" in text and "With 100 samples of each" in text


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True)


@pytest.mark.parametrize("rivals", [0, 1, 3])
def test_command_writes_the_same_table_twice(tmp_path: Path, rivals: int) -> None:
    rng = np.random.default_rng(rivals)
    files = [tmp_path / f"{i}.csv" for i in range(rivals + 1)]
    for file in files:
        counts = [TaskCount(f"T/{i}", 12, int(c)) for i, c in enumerate(rng.integers(0, 13, 9))]
        file.write_text(counts_csv(counts))
    given = ["--counts", *files, "--labels", *["nan", "B, large", "C", "D"][: rivals + 1]]
    for stem in ("one", "two"):
        table = tmp_path / f"{stem}.csv"
        done = run(ANALYSE, "comparison", *given, "--k-values", 1, 5, 20, "--output", table)
        assert done.returncode == 0, done.stderr
    assert (tmp_path / "one.csv").read_bytes() == (tmp_path / "two.csv").read_bytes()
    found = read_table(tmp_path / "one.csv", comparison.COLUMNS, may_be_empty=True)
    assert found.rival.nunique() == rivals
    assert page.EMPTY if found.empty else page.paragraph(found)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--baseline-value", 1.2, "--baseline-label", "B"], "not between 0 and 1"),
        (["--baseline-value", 0.9], "give --baseline-label"),
        (["--baseline-value", 0.9, "--baseline-label", "B", "--baseline-tasks", 0], "1 or more"),
    ],
)
def test_bad_baselines_are_one_sentence(tmp_path: Path, options: list, sentence: str) -> None:
    (tmp_path / "a.csv").write_text("task_id,n,c\nT/0,4,1\n")
    done = run(
        ANALYSE, "comparison", "--counts", tmp_path / "a.csv", "--labels", "A", "--k-values", 1,
        *options,
        "--output", tmp_path / "table.csv",
    )  # fmt: skip
    assert done.returncode == 2 and sentence in done.stderr and done.stderr.count("\n") == 1


def test_ten_thousand_draws_and_unequal_draws_are_no_trouble(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    passed = [*rng.binomial(10_000, rng.beta(0.2, 0.8, 160)), 0, 0, 10_000, 10_000]
    own = model("A", 10_000, np.array(passed))
    mixed = [TaskCount(f"T/{i}", n, n // 2) for i, n in enumerate(rng.integers(3, 50, 164))]
    rows = table_of([own, ModelCounts("B", tuple(mixed))], GPT, [1, 100, 10_000])
    assert rows[rows.against == "pass@1"].difference.notna().all()
    many = rows[rows.against == "pass@k"]
    assert many.difference.isna().equals(many.k > 3)


def test_the_k_from_which_on_it_is_better_is_exact_and_not_the_next_of_a_grid():
    rng = np.random.default_rng(0)
    own = model("A", 1000, rng.binomial(1000, rng.beta(0.2, 12, 200)))
    rival = model("B", 100, rng.binomial(100, rng.beta(0.8, 0.9, 200)))
    rows = table_of([own, rival], None, [1])
    rows = rows[rows.against == "pass@1"]
    every = np.arange(1, 1001)
    once = pass_table(rival.n, rival.c, [1])
    estimates = pass_table(own.n, own.c, every)
    low, high = of_paired_differences(estimates, np.broadcast_to(once, estimates.shape))
    better = next(int(k) for k in every[::-1] if low[k - 1] <= 0) + 1
    first = next(int(k) for k in every if high[k - 1] >= 0)
    assert better not in comparison.k_grid(1000) and 100 < better < 1000
    assert comparison.better_from(rows) == better
    assert comparison.interval_of_reaching(rows) == (first, better)


def test_interval_of_k_goes_on_where_the_draws_end():
    passed = np.arange(21)
    rows = table_of([model("A", 20, passed), model("B", 20, passed)], None, [1])
    low, high = comparison.interval_of_reaching(rows[rows.against == "pass@1"])
    assert low == 1 and high == 2  # more of a model than one sample of it
    never = table_of([model("A", 20, passed * 0), model("B", 20, passed)], None, [1])
    assert comparison.interval_of_reaching(never[never.against == "pass@1"]) == (math.inf,) * 2
    unknown = table_of([model("A", 10, np.arange(11))], Baseline("B", 0.9), [1, 10])
    assert np.isnan(comparison.interval_of_reaching(unknown)).all()


def test_a_rival_with_fewer_draws_has_a_dash_and_never_nan():
    rows = table_of([model("A", 20, np.arange(9)), model("B", 8, np.arange(9))], None, [1, 20])
    assert rows.difference.isna().any()
    shown = page.view(rows, {})
    assert not any("nan" in cell for row in shown.rows for cell in row)
    missing = [row for row in shown.rows if row[3] == "pass@k" and row[1] == "20"]
    assert missing == [("A", "20", "B", "pass@k", "\u2013", "\u2013", "\u2013", "unknown")]
    assert "nan" not in page.paragraph(rows)


def better_model() -> pd.DataFrame:
    rng = np.random.default_rng(4)
    own = model("A, small", 200, rng.binomial(200, rng.beta(0.25, 2, 200)))
    return table_of([own, model("B", 100, rng.binomial(100, rng.beta(0.3, 1.4, 200)))], None, [1])


def test_both_curves_have_their_colour_and_both_k_are_marked():
    table = better_model()
    rows = table[table.against == "pass@1"]
    reached, better = comparison.reached_at(rows), comparison.better_from(rows)
    assert 1 < reached < better
    with style.look():
        drawing = figure.draw(table, "")
    (axes,) = drawing.axes
    assert {text.get_text() for text in axes.texts} == {
        f"reached at k = {reached}", f"significant from k = {better}",
    }  # fmt: skip
    curves = [line for line in axes.lines if len(line.get_xdata()) > 10]
    assert len({line.get_color() for line in curves}) == len(curves) == 2
    names = [text.get_text() for text in drawing.legends[0].get_texts()]
    assert names == ["one sample of B", "as many samples of B"]


def test_the_title_is_the_tests_verdict():
    table = better_model()
    better = comparison.better_from(table[table.against == "pass@1"])
    sentence = f"From k = {better} on, A, small is significantly better than one sample of B"
    same = "100 samples are not shown to differ from 100 of it"
    assert figure.title(table, "") == f"{sentence}; {same}."
    many = table.against == "pass@k"
    for verdict in ("better", "worse"):
        told = f"100 samples are significantly {verdict} than 100 of it"
        changed = table.assign(verdict=table.verdict.mask(many & (table.k <= 100), verdict))
        assert figure.title(changed, "") == f"{sentence}; {told}."
    assert figure.title(table[~many], "") == f"{sentence}."
    passed = np.arange(21)
    for own, words in (
        (passed * 0, "20 samples of A are significantly worse than one sample of B."),
        (np.full(21, 20), "Already one sample of A is significantly better than one sample of B; "
         "20 samples are not shown to differ from 20 of it."),
    ):  # fmt: skip
        rows = table_of([model("A", 20, own), model("B", 20, passed)], None, [1])
        assert figure.title(rows, "") == words
    rows = table_of([model("A", 10, np.arange(4)), model("B", 10, np.arange(4) + 4)], None, [1])
    text = "10 samples of A are not significantly better than one sample of B."
    assert figure.title(rows, "") == text
    assert figure.title(table_of([model("A", 3, passed % 4)], Baseline("B", 0.9), [1]), "") == ""


def test_the_legend_names_every_rival_inside_the_figure():
    passed = np.array([3, 5, 9])
    own = model("A model whose name is as long as names of models are", 10, passed)
    labels = [f"Rival-{number}-of-seven-billion-Instruct-v0.3" for number in range(5)]
    table = table_of([own, *(model(label, 10, passed) for label in labels)], None, [1, 10])
    with style.look():
        drawing = figure.draw(table, "")
        drawing.draw_without_rendering()
        (legend,) = drawing.legends
        names = {text.get_text() for text in legend.get_texts()}
        box, sheet = legend.get_window_extent(), drawing.bbox
    assert names == set(labels)
    assert [axes.get_title("left") for axes in drawing.axes] == [
        "against as many samples of each", "against one sample of each",
    ]  # fmt: skip
    assert sheet.x0 <= box.x0 and box.x1 <= sheet.x1 and box.y1 <= sheet.y1
