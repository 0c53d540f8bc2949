"""The table of every task under every model, and its figure with many tasks and models."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

import analyse
import plot
from passk.analyses.given import Given
from passk.analyses.heat_map import figure, page
from passk.analyses.heat_map import table as heat_map
from passk.counts import ModelCounts, TaskCount
from passk.figures import style
from passk.tables import read_table, table_text


def models(tasks: int, *labels: str, n: int = 100, seed: int = 0) -> list[ModelCounts]:
    rng = np.random.default_rng(seed)
    rates = rng.beta(0.4, 0.6, tasks)
    return [
        ModelCounts(
            label,
            tuple(
                TaskCount(f"HumanEval/{i}", n, int(rng.binomial(n, rates[i]))) for i in range(tasks)
            ),
        )
        for label in labels
    ]


def test_easiest_task_on_average_comes_first_and_ties_keep_their_order() -> None:
    a = ModelCounts(
        "A", tuple(TaskCount(t, 10, c) for t, c in [("x", 0), ("y", 9), ("z", 4), ("w", 4)])
    )
    b = ModelCounts(
        "B", tuple(TaskCount(t, 5, c) for t, c in [("x", 1), ("y", 5), ("z", 2), ("w", 2)])
    )
    rows = heat_map.table(Given(counts=[a, b]))
    assert [row.task_id for row in rows if row.model == "A"] == ["y", "z", "w", "x"]
    assert next((r.rank, r.c, r.n, r.rate) for r in rows if r.model == "B") == (1, 5, 5, 1.0)
    assert len(rows) == 8


def test_paragraph_counts_what_each_model_solved() -> None:
    a = ModelCounts("A", tuple(TaskCount(f"T/{i}", 9, c) for i, c in enumerate([0, 1, 0, 3, 9])))
    b = ModelCounts("B", tuple(TaskCount(f"T/{i}", 4, c) for i, c in enumerate([0, 0, 2, 4, 4])))
    rows = [
        [getattr(row, name) for name in heat_map.COLUMNS]
        for row in heat_map.table(Given(counts=[a, b]))
    ]
    text = page.paragraph(pd.DataFrame(rows, columns=[*heat_map.COLUMNS]))
    assert "A solved 3 of 5 tasks at least once in 9 draws" in text
    assert "All but 1 were solved by some model; A alone solved 1, and 1 was solved by" in text


@pytest.fixture
def drawn(monkeypatch, tmp_path):
    """Tabulate and draw; the figure's stem comes back."""

    def call(compared: list[ModelCounts]) -> Path:
        files = []
        for number, one in enumerate(compared):
            path = tmp_path / f"{number}.csv"
            rows = [(count.task_id, count.n, count.c) for count in one.counts]
            path.write_text(table_text(["task_id", "n", "c"], rows))
            files.append(str(path))
        labels = [one.label for one in compared]
        table, stem = tmp_path / "map.csv", tmp_path / "map"
        given = ["--counts", *files, "--labels", *labels, "--k-values", "1", "--output", str(table)]
        monkeypatch.setattr(sys, "argv", ["analyse.py", "heat_map", *given])
        analyse.main()
        plot.draw("heat_map", table, "", stem)
        return stem

    return call


@pytest.mark.parametrize(
    ("tasks", "labels"),
    [(1, 1), (4, 2), (164, 6), (43, 1)],
)
@pytest.mark.filterwarnings("error")
def test_every_size_is_drawn_and_nothing_is_cut_off(drawn, monkeypatch, tasks, labels) -> None:
    monkeypatch.setattr(style, "_UNDATED", {"png": {}})
    names = [f"A model with quite a long name, {i}" for i in range(labels)]
    with Image.open(f"{drawn(models(tasks, *names))}.png") as image:
        dark = np.asarray(image.convert("L")) < 200
        assert image.width == round(300 * style.PAGE_WIDTH)
    assert dark.any()
    assert not dark[:, :2].any() and not dark[:, -2:].any()
    assert not dark[:2].any() and not dark[-2:].any()


def test_lightness_falls_with_the_rate_so_that_it_reads_in_grey() -> None:
    rgb = figure.SHADES(np.linspace(0, 1, 101))[:, :3]
    light = rgb @ [0.2126, 0.7152, 0.0722]
    assert (np.diff(light) < 0).all()
    assert light[0] - light[-1] > 0.7


def test_figure_has_a_cross_where_no_sample_passed_and_a_cell_where_one_did(drawn) -> None:
    one = ModelCounts(
        "M", (TaskCount("a", 1000, 0), TaskCount("b", 1000, 1), TaskCount("c", 1000, 990))
    )
    stem = drawn([one])
    table = read_table(Path(f"{stem}.csv"), heat_map.COLUMNS)
    tasks, labels, rates = figure._grid(table)
    assert (tasks, labels, rates.tolist()) == (["c", "b", "a"], ["M"], [[0.99, 0.001, 0]])
    with style.look():
        axes, _ = figure.draw(table, "").axes
        (cells,) = axes.collections
        assert cells.get_array().mask.ravel().tolist() == [False, False, True]
        crosses = [tuple(line.get_xydata()[0]) for line in axes.lines]
        assert crosses == [(2.5, 1.3)]


def test_names_drop_what_all_have_in_front() -> None:
    assert heat_map.short_names(["HumanEval/0", "HumanEval/33"]) == ["0", "33"]
    assert heat_map.short_names(["a/0", "b/0"]) == ["a/0", "b/0"]


def test_long_names_of_models_stay_different() -> None:
    names = [f"A model with quite a long name, {size} B, in fp8 arithmetic" for size in (8, 70)]
    assert figure._shortened(names) == ["…8 B, in fp8 arithmet…", "…70 B, in fp8 arithme…"]
    assert figure._shortened(["Llama 3.1 8B", names[0]]) == [
        "Llama 3.1 8B",
        "A model with quite a …",
    ]
