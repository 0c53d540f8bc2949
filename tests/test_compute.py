"""Coverage against cost: crossings, their intervals, the envelope, the table and the figure."""

from __future__ import annotations

import math
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import ROOT

from passk.analyses.compute import figure, page
from passk.analyses.compute import table as compute
from passk.analyses.compute.table import CURVE, REACH, Row
from passk.analyses.given import Given
from passk.baseline import Baseline
from passk.cost import Cost, Prices, Shape, Spent, completion_flops, cost_text, prompt_flops
from passk.counts import ModelCounts, TaskCount, counts_csv
from passk.estimator import pass_at_k, pass_table
from passk.figures import style
from passk.tables import read_table, table_text

SMALL = Shape(1000, 900, 100, 2, 16, 16, 2000)
LARGE = Shape(8000, 7900, 100, 4, 32, 32, 16000)
K = np.arange(1, 101)


def model(label: str, counts: Sequence[tuple[int, int]]) -> ModelCounts:
    return ModelCounts(label, tuple(TaskCount(f"T/{i}", n, c) for i, (n, c) in enumerate(counts)))


def cost_of(shape: Shape | None, seconds: float = 10.0, **prices: float) -> Cost:
    """Of 1,000 samples, 30 tokens a prompt and 20 a completion, on one GPU."""
    spent = Spent(
        samples=1000, prompt_tokens=30_000, completion_tokens=20_000, prompt_tokens_computed=300,
        flops=math.nan, flops_unshared=math.nan, engine_seconds=seconds, wall_seconds=2 * seconds,
        gpu_seconds=2 * seconds, core_seconds=math.nan, usd=math.nan,
    )  # fmt: skip
    return Cost("vllm", "float32", None, shape, Prices(**prices), {"00000-00099": spent})


def rows_of(
    models: Sequence[ModelCounts],
    costs: Sequence[Cost],
    k_values: list[int],
    quoted: Baseline | None = None,
) -> list[Row]:
    return compute.table(Given(counts=models, cost=costs, k_values=k_values, quoted=quoted))


def reaches(rows: list[Row]) -> list[Row]:
    return [row for row in rows if row.row == REACH]


PAIR = [
    model("small", [(20, 10), (20, 4), (20, 1), (20, 0)]),
    model("large", [(10, 10), (10, 9), (10, 5), (10, 1)]),
]
COSTS = [cost_of(SMALL), cost_of(LARGE)]


def test_small_model_reaches_the_large_one_where_brute_force_says() -> None:
    target = np.mean([1.0, 0.9, 0.5, 0.1])
    curve = [
        np.mean([pass_at_k(count.n, count.c, k) for count in PAIR[0].counts]) for k in range(1, 21)
    ]
    first = next(k for k, value in enumerate(curve, 1) if value >= target)
    row = reaches(rows_of(PAIR, COSTS, [1]))[0]
    assert (row.model, row.target, row.target_k, row.k) == ("small", "large", 1, first)
    assert row.pass_at_k == pytest.approx(curve[first - 1])
    assert row.target_value == pytest.approx(target)


def test_ratios_are_what_the_one_takes_at_its_k_over_what_the_other_takes() -> None:
    row = reaches(rows_of(PAIR, COSTS, [1]))[0]
    mine = prompt_flops(SMALL, 30) + row.k * completion_flops(SMALL, 30, 20)
    its = prompt_flops(LARGE, 30) + completion_flops(LARGE, 30, 20)
    assert row.flops_ratio == pytest.approx(mine / its)
    assert row.flops_ratio_low <= row.flops_ratio <= row.flops_ratio_high
    weights = [4 * 1000, 4 * 8000]
    kv = [2 * 2 * 16 * 4, 2 * 4 * 32 * 4]
    memory = [weights[0] + kv[0] * (30 + 20 * row.k), weights[1] + kv[1] * 50]
    assert row.memory_ratio == pytest.approx(memory[0] / memory[1])
    # The same seconds for the same number of samples: the ratio is that of the samples.
    assert row.seconds_ratio == pytest.approx(row.k)


def test_no_k_is_nan_and_never_the_last_one() -> None:
    weak = model("weak", [(5, 1), (5, 0), (5, 0), (5, 0)])
    row = reaches(rows_of([weak, PAIR[1]], COSTS, [1]))[0]
    assert all(map(math.isnan, (row.k, row.pass_at_k, row.flops, row.flops_ratio, row.usd)))
    assert row.k_high == math.inf


def test_stronger_model_has_nobody_to_reach() -> None:
    assert {row.model for row in reaches(rows_of(PAIR, COSTS, [1, 10]))} == {"small"}


def test_quoted_line_is_reached_where_the_curve_reaches_it() -> None:
    rows = rows_of(PAIR[:1], COSTS[:1], [1], Baseline.quoted("GPT", 0.5))
    (row,) = reaches(rows)
    curve = pass_table(PAIR[0].n, PAIR[0].c, np.arange(1, 21)).mean(axis=0)
    assert row.k == int((curve >= 0.5).argmax()) + 1
    assert math.isnan(row.flops_ratio)
    assert not reaches(rows_of(PAIR[1:], COSTS[1:], [1], Baseline.quoted("GPT", 0.5)))
    wider = rows_of(PAIR[:1], COSTS[:1], [1], Baseline.quoted("GPT", 0.5, tasks=4))
    assert reaches(wider)[0].k_low <= row.k_low
    assert reaches(wider)[0].k_high >= row.k_high


def test_what_is_not_known_of_a_model_is_nan_in_every_row() -> None:
    rows = rows_of(PAIR, [cost_of(None), COSTS[1]], [1, 10])
    small = [row for row in rows if row.model == "small"]
    assert small
    for row in small:
        assert math.isnan(row.flops)
        assert math.isnan(row.memory_bytes)
        assert math.isnan(row.flops_ratio)
        assert row.on_envelope == 0


def test_envelope_is_every_point_that_no_cheaper_one_matches() -> None:
    rng = np.random.default_rng(0)
    flops = rng.integers(1, 12, 60).astype(float)
    values = rng.integers(0, 12, 60).astype(float)
    flops[5], values[6] = math.nan, math.nan
    found = compute.envelope(flops.tolist(), values.tolist())
    known = [i for i in range(60) if i not in (5, 6)]
    best = {(flops[i], values[i]) for i in known}
    best = {
        (f, v) for f, v in best if not any(g <= f and w >= v and (g, w) != (f, v) for g, w in best)
    }
    assert {(flops[i], values[i]) for i in range(60) if found[i]} == best
    assert sum(found) == len(best)


def population(rng: np.random.Generator, tasks: int) -> tuple[np.ndarray, np.ndarray]:
    """Rates of a weak and of a strong model on the same tasks: what is hard for one is so for
    both."""
    ease = rng.normal(size=tasks)
    own = rng.normal(size=tasks)
    weak = 1 / (1 + np.exp(2.5 - 2 * ease - 0.5 * own))
    return weak, 1 / (1 + np.exp(-0.5 - 2.5 * ease))


def true_crossing() -> int:
    weak, strong = population(np.random.default_rng(99), 200_000)
    target = strong.mean()
    return next(k for k in range(1, 1000) if (1 - (1 - weak) ** k).mean() >= target)


def test_interval_of_the_crossing_covers_that_of_all_such_tasks() -> None:
    truth, rng = true_crossing(), np.random.default_rng(3)
    covered, repetitions = 0, 300
    for _ in range(repetitions):
        weak, strong = population(rng, 80)
        c = rng.binomial(100, weak)
        low, high = compute.crossing(
            pass_table(np.full(80, 100), c, K), rng.binomial(100, strong) / 100
        )[1:]
        covered += low <= truth <= high
    assert 0.93 <= covered / repetitions <= 1


def test_interval_of_the_crossing_agrees_with_a_paired_bootstrap() -> None:
    rng = np.random.default_rng(5)
    weak, strong = population(rng, 150)
    estimates = pass_table(np.full(150, 100), rng.binomial(100, weak), K)
    others = rng.binomial(100, strong) / 100
    k, low, high = compute.crossing(estimates, others)
    drawn = []
    for _ in range(2000):
        tasks = rng.integers(0, 150, 150)
        reached = estimates[tasks].mean(axis=0) >= others[tasks].mean()
        drawn.append(int(reached.argmax()) + 1 if reached.any() else math.inf)
    assert low <= k <= high
    assert low == pytest.approx(np.quantile(drawn, 0.025), abs=2)
    assert high == pytest.approx(np.quantile(drawn, 0.975), abs=3)


def test_pairing_narrows_the_interval() -> None:
    rng = np.random.default_rng(6)
    weak, strong = population(rng, 150)
    estimates = pass_table(np.full(150, 100), rng.binomial(100, weak), K)
    paired = compute.crossing(estimates, strong)
    unpaired = compute.crossing(estimates, rng.permutation(strong))
    assert paired[0] == unpaired[0]
    assert paired[2] - paired[1] < unpaired[2] - unpaired[1]


def test_one_task_has_a_crossing_and_no_interval() -> None:
    k, low, high = compute.crossing(np.array([[0.2, 0.5, 0.9]]), np.array([0.5]))
    assert k == 2
    assert math.isnan(low)
    assert math.isnan(high)


def table_of(rows: list[Row], path: Path) -> Any:
    cells = [[getattr(row, name) for name in compute.COLUMNS] for row in rows]
    path.write_text(table_text([*compute.COLUMNS], cells))
    return read_table(path, compute.COLUMNS)


def test_paragraph_has_the_tables_numbers(tmp_path: Path) -> None:
    rows = rows_of(PAIR, COSTS, [1, 5])
    text = page.paragraph(table_of(rows, tmp_path / "t.csv"))
    row = reaches(rows)[0]
    assert f"k = {row.k:.0f}" in text
    assert f"{row.flops_ratio:.2g} times its FLOPs" in text
    assert "over the 4 tasks" in text
    assert "not measured" in text


def test_paragraph_says_what_is_not_known(tmp_path: Path) -> None:
    unknown = cost_of(None, seconds=math.nan)
    rows = rows_of(PAIR[:1], [unknown], [1])
    text = page.paragraph(table_of(rows, tmp_path / "t.csv"))
    assert text == "What a sample of small takes is not known (pass@1 18.8 %)."


def test_where_nothing_is_known_there_are_no_axes_and_no_columns(tmp_path: Path) -> None:
    unknown = cost_of(None, seconds=math.nan)
    table = table_of(rows_of(PAIR[:1], [unknown], [1]), tmp_path / "t.csv")
    with style.look():
        said = style.said_by(figure.draw(table, "small"))
    assert said.startswith("What a sample takes is known of no model")
    assert page.view(table, {}).rows == ()
    timed = table_of(rows_of(PAIR[:1], [cost_of(None)], [1]), tmp_path / "t.csv")
    with style.look():
        assert len(figure.draw(timed, "small").axes) == 1
    assert page.view(timed, {}).header == ("Model", "k", "pass@k (%)", "GPU-seconds")


def test_title_says_no_more_than_the_interval(tmp_path: Path) -> None:
    rows = rows_of(PAIR, COSTS, [1, 5])
    row = reaches(rows)[0]
    assert math.isinf(row.flops_ratio_high)
    assert figure.title(table_of(rows, tmp_path / "t.csv"), "").startswith(
        f"small is level with one sample of large at an estimated {row.flops_ratio:.2g} times"
    )
    sure = [model("small", [(20, 10)] * 60), model("large", [(10, 6)] * 60)]
    table = table_of(rows_of(sure, COSTS, [1]), tmp_path / "t.csv")
    assert "estimated" not in figure.title(table, "")
    never = [model("small", [(20, 0)] * 9), model("large", [(10, 6)] * 9)]
    table = table_of(rows_of(never, COSTS, [1]), tmp_path / "t.csv")
    title = figure.title(table, "")
    assert title == "small does not reach one sample of large with the samples drawn."


def test_title_is_of_the_first_rival_also_where_that_one_reaches(tmp_path: Path) -> None:
    three = [model("own", [(20, 12)] * 60), model("first", [(20, 6)] * 60)]
    three.append(model("second", [(20, 13)] * 60))
    rows = rows_of(three, [*COSTS, COSTS[0]], [1])
    title = figure.title(table_of(rows, tmp_path / "t.csv"), "")
    assert title.startswith("first is level with one sample of own at")
    assert "95 % interval over tasks" in title
    row = reaches(rows)[0]
    alike = [replace(row, k_low=row.k, k_high=row.k, flops_ratio_high=row.flops_ratio)]
    curve = [one for one in rows if one not in reaches(rows)]
    title = figure.title(table_of([*curve, *alike], tmp_path / "u.csv"), "")
    assert title.endswith(f"(k = {row.k:g} at both ends of the 95 % interval over tasks).")


def run(script: str, *arguments: Any) -> None:
    done = subprocess.run(
        [sys.executable, ROOT / "scripts" / script, *map(str, arguments)],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("shapes", [(SMALL, LARGE), (None, LARGE), (None, None)])
def test_command_writes_the_same_table_twice(
    tmp_path: Path, shapes: tuple[Shape | None, Shape | None]
) -> None:
    names = ["a", "b"]
    seconds = 10.0 if any(shapes) else math.nan  # the last: nothing is known at all
    for name, one, shape in zip(names, PAIR, shapes, strict=True):
        (tmp_path / f"{name}.csv").write_text(counts_csv(one.counts))
        (tmp_path / f"{name}.json").write_text(cost_text(cost_of(shape, seconds, gpu_hour=2.0)))
    for again in ("first", "second"):
        folder = tmp_path / again
        folder.mkdir()
        run(
            "analyse.py", "compute", "--counts", *(tmp_path / f"{name}.csv" for name in names),
            "--cost", *(tmp_path / f"{name}.json" for name in names), "--labels", "Small", "Large",
            "--k-values", 1, 5, 100, "--output", folder / "t.csv",
        )  # fmt: skip
    one, two = ((tmp_path / again / "t.csv").read_bytes() for again in ("first", "second"))
    assert one == two
    table = read_table(tmp_path / "first/t.csv", compute.COLUMNS)
    curve = table[table.row == CURVE]
    assert curve[curve.k == 100].pass_at_k.isna().all()  # k > n is not told
    assert set(curve[curve.asked == 1].k) == {1, 5, 100}


@pytest.mark.filterwarnings("error")
def test_marks_are_named_where_no_line_and_no_other_name_is(tmp_path: Path) -> None:
    rows = rows_of(PAIR, COSTS, [1, 5, 10])
    table = table_of(rows, tmp_path / "t.csv")
    with style.look():
        _, axes = style.figure(2.6, style.PAGE_WIDTH)
        curve, looks = table[table.row == CURVE], style.looks(table.model)
        figure._draw_panel(axes, curve, "memory_bytes", looks)
        style.lay_out(axes)
        figure._name_marks(axes, curve, "memory_bytes", looks)
        boxes = [text.get_window_extent() for text in axes.texts]
        lines = np.concatenate([figure._dense(axes, line) for line in axes.lines])
    assert len(boxes) >= 5
    for place, box in enumerate(boxes):
        assert box.count_overlaps(boxes[:place]) == 0
        assert not ((lines > box.min) & (lines < box.max)).all(axis=1).any()
