"""Stopping at the first pass: against simulated users; what they leave behind is refused."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from passk.analyses.compute import table as compute
from passk.analyses.given import Given
from passk.analyses.stopping import figure, page
from passk.analyses.stopping import table as stopping
from passk.cost import Cost, Prices, Spent
from passk.counts import ModelCounts, TaskCount, count_verdicts, read_counts
from passk.estimation import estimate
from passk.records import UserError, Verdict, metadata_path, write_metadata, write_records


def model(label: str, n: int, c: list[int] | np.ndarray) -> ModelCounts:
    return ModelCounts(label, tuple(TaskCount(f"t/{i}", n, int(x)) for i, x in enumerate(c)))


def rows_of(*models: ModelCounts, k: tuple[int, ...] = (1, 10)) -> pd.DataFrame:
    return pd.DataFrame(stopping.table(Given(counts=models, k_values=k)))


def test_mean_draws_are_those_of_every_order_of_the_draws() -> None:
    n, cap = 6, 4
    for c in range(n + 1):
        outcomes = np.array([1] * c + [0] * (n - c))
        rng = np.random.default_rng(c)
        orders = rng.permuted(np.tile(outcomes, (40_000, 1)), axis=1)[:, :cap]
        first = np.where(orders.any(axis=1), orders.argmax(axis=1) + 1, cap)
        found = stopping.stopped_draws(np.array([n]), np.array([c]), n)[0, cap - 1]
        assert found == pytest.approx(first.mean(), abs=4 * first.std() / 200 + 1e-12)


def test_mean_draws_are_unbiased_for_a_user_who_stops() -> None:
    """A task passes with chance p: the truth is (1 - (1 - p)^K) / p."""
    rng = np.random.default_rng(1)
    p, n, cap = 0.15, 20, 12
    c = rng.binomial(n, p, 10_000)
    found = stopping.stopped_draws(np.full(len(c), n), c, cap)[:, -1]
    assert found.mean() == pytest.approx((1 - (1 - p) ** cap) / p, abs=4 * found.std() / 100)


@pytest.mark.slow
def test_interval_of_the_mean_draws_covers() -> None:
    rng = np.random.default_rng(2)
    n = cap = 50
    rates = rng.beta(0.4, 0.6, 400_000)
    truth = np.mean(sum((1 - rates) ** j for j in range(cap)))
    held = []
    for _ in range(300):
        rows = rows_of(model("A", n, rng.binomial(n, rng.beta(0.4, 0.6, 120))), k=(cap,))
        row = rows[rows.k == cap].iloc[0]
        held.append(row.draws_low <= truth <= row.draws_high)
    assert 0.92 <= np.mean(held) <= 0.985


def test_budget_buys_the_largest_cap_that_it_pays_for() -> None:
    own = model("A", 200, np.random.default_rng(3).binomial(200, [0.02] * 30 + [0.5] * 30))
    rows = rows_of(own, k=(1, 5, 20, 100, 150, 300)).set_index("k")
    mean = stopping.stopped_draws(own.n, own.c, 200).mean(axis=0)
    for k in (5, 20):
        cap = int(rows.cap[k])
        assert mean[cap - 1] <= k < mean[cap]
        assert rows.cap_coverage[k] >= rows.coverage[k]
    assert math.isnan(rows.cap[150]) and rows.coverage[150] > 0
    assert rows.loc[300, ["coverage", "mean_draws", "times_fewer", "cap"]].isna().all()
    assert rows.times_fewer[1] == 1
    assert (rows.times_fewer.dropna() >= 1).all()
    text = page.paragraph(rows.reset_index())
    assert "for the same coverage" in text and "times fewer draws" in text


def test_nothing_is_saved_where_nothing_passes_and_all_but_one_where_all_does() -> None:
    rows = rows_of(model("A", 10, [0, 0]), model("B", 10, [10, 10])).set_index(["model", "k"])
    assert rows.mean_draws["A", 10] == 10 and rows.mean_draws["B", 10] == 1


def test_cost_of_stopping_is_that_of_the_mean_draws() -> None:
    spent = Spent(100, 1000.0, 5000.0, 100.0, *[math.nan] * 7)
    prices = Prices(prompt=1.0, completion=2.0)
    cost = Cost("openai", None, None, None, prices, {"0-9": spent})
    own = model("A", 10, [0, 3, 10])
    rows = pd.DataFrame(compute.table(Given(counts=[own], cost=[cost], k_values=[1, 10])))
    last = rows[rows.k == 10].iloc[0]
    mean = stopping.stopped_draws(own.n, own.c, 10)[:, -1].mean()
    assert last.mean_draws == pytest.approx(mean)
    assert last.usd_stopped == pytest.approx(last.usd * mean / 10)
    assert last.completion_tokens == 500 and last.completion_tokens_stopped == pytest.approx(
        50 * mean
    )
    assert math.isnan(last.flops_stopped)


def test_nobody_draws_less_than_once() -> None:
    rows = rows_of(model("A", 10, [10] * 4))
    assert rows.mean_draws.tolist() == [1] * 10
    assert (rows.draws_low == 1).all() and (rows.draws_high >= 1).all()
    rows = rows_of(model("A", 10, [0] * 4))
    assert (rows.draws_high == rows.k).all() and (rows.draws_low >= 1).all()
    assert "none is saved" in page.paragraph(rows) and "none is saved" in figure.title(rows, "A")


def stopped(rng: np.random.Generator, tasks: int, cap: int) -> list[tuple[int, int]]:
    """n and c of tasks whose draws end with the first pass."""
    first = rng.geometric(rng.beta(0.5, 1, tasks).clip(1e-9))
    return [(int(min(one, cap)), int(one <= cap)) for one in first]


def write(path: Path, counts: list[tuple[int, int]]) -> Path:
    lines = [f"t/{task},{n},{c}" for task, (n, c) in enumerate(counts)]
    path.write_text("\n".join(["task_id,n,c", *lines]) + "\n")
    return path


def test_stopped_counts_are_refused_and_complete_ones_never(tmp_path: Path) -> None:
    rng = np.random.default_rng(4)
    for _ in range(20):
        with pytest.raises(UserError, match="as if sampling had stopped at the first pass"):
            read_counts(write(tmp_path / "a.csv", stopped(rng, 30, 50)))
    for _ in range(40):
        n = rng.integers(5, 20, 30)
        complete = [
            (int(a), int(rng.binomial(a, b))) for a, b in zip(n, rng.beta(0.2, 2, 30), strict=True)
        ]
        read_counts(write(tmp_path / "b.csv", complete))
    for allowed in ([(5, 1), (5, 0)], [(1, 1), (1, 0)], [(3, 1), (9, 1)], [(3, 0), (9, 1), (2, 1)]):
        read_counts(write(tmp_path / "c.csv", allowed))


def test_stopped_counts_are_in_fact_biased() -> None:
    rng = np.random.default_rng(5)
    counts = stopped(rng, 20_000, 50)
    assert np.mean([c / n for n, c in counts]) > 0.333 + 0.05, "pass@1 is 1/3"


@pytest.mark.parametrize(
    ("cell", "refused"), [("yes", True), ("1", True), ("no", False), ("", False)]
)
def test_a_column_that_says_so_is_believed(tmp_path: Path, cell: str, refused: bool) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f"task_id,n,c,stopped\nt/0,8,4,no\nt/1,8,4,{cell}\n")
    if refused:
        with pytest.raises(UserError, match="says that sampling stopped once a task had passed"):
            read_counts(path)
    else:
        assert len(read_counts(path)) == 2


def test_metadata_that_say_so_are_believed(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", [(8, 4), (8, 2)])
    for said, refused in ((False, False), (True, True)):
        write_metadata(metadata_path(path), path, {"format": 1, "given": {"stopped": said}})
        if refused:
            with pytest.raises(UserError, match="says that sampling stopped"):
                read_counts(path)
        else:
            read_counts(path)


def test_verdicts_of_stopped_sampling_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "v.jsonl"
    for_task = {"a": "fffp", "b": "p", "c": "fp", "d": "ffffff"}
    write_records(
        path,
        (
            Verdict(task, draw, "passed" if letter == "p" else "failed", 0.1, None)
            for task, letters in for_task.items()
            for draw, letter in enumerate(letters)
        ),
    )
    with pytest.raises(UserError, match=r"v\.jsonl: every task with fewer than 6 draws passed"):
        count_verdicts([path])


def test_complete_verdicts_with_the_pattern_by_chance_are_counted(tmp_path: Path) -> None:
    """Two hard tasks with a draw missing each, and one pass: not the last draw of its task."""
    path, counts = tmp_path / "v.jsonl", tmp_path / "counts.csv"
    for_task = {"a": "pff", "b": "fpf", "c": "ffff", "d": "fpff"}
    write_records(
        path,
        (
            Verdict(task, draw, "passed" if letter == "p" else "failed", 0.1, None)
            for task, letters in for_task.items()
            for draw, letter in enumerate(letters)
        ),
    )
    found = count_verdicts([path])
    assert [(one.n, one.c) for one in found] == [(3, 1), (3, 1), (4, 0), (4, 1)]
    estimate(found, [1], {}, counts, tmp_path / "curve.csv")
    assert read_counts(counts) == found


def test_counts_that_deny_it_are_believed(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", [(3, 1), (3, 1), (4, 0)])
    with pytest.raises(UserError, match="add a column stopped with no in every row"):
        read_counts(path)
    write_metadata(metadata_path(path), path, {"format": 1, "given": {"stopped": False}})
    assert len(read_counts(path)) == 3
    for last, refused in (("no", False), ("", True)):
        other = tmp_path / "b.csv"
        other.write_text(f"task_id,n,c,stopped\na,3,1,no\nb,3,1,no\nc,4,0,{last}\n")
        if refused:
            with pytest.raises(UserError, match="as if sampling had stopped"):
                read_counts(other)
        else:
            assert len(read_counts(other)) == 3
