"""What all analyses have in common: their folders, the command line, and the points of a curve."""

from __future__ import annotations

import importlib
import math
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT

from passk.analyses import ANALYSES
from passk.analyses.given import Given
from passk.analyses.pass_at_k import table as pass_at_k
from passk.analyses.success_rates import table as success_rates
from passk.baseline import Baseline
from passk.counts import ModelCounts, TaskCount
from passk.curve import Point
from passk.published import Published
from passk.records import UserError

CURVE = [Point(1, 0.3, 0.2, 0.4, 0.25, 0.35), Point(2, 0.4), Point(3, 0.6), Point(9, math.nan)]
RIVAL = [Point(1, 0.5, 0.4, 0.6), Point(2, 0.7)]
CURVES = {"labels": ["A", "B"], "curves": [CURVE, RIVAL]}


@pytest.mark.parametrize("name", ANALYSES)
def test_every_analysis_has_a_table_a_page_and_a_caption(name: str) -> None:
    table = importlib.import_module(f"passk.analyses.{name}.table")
    page = importlib.import_module(f"passk.analyses.{name}.page")
    assert set(table.COLUMNS.values()) <= {str, int, float}
    assert callable(table.table)
    assert page.TITLE
    assert page.QUESTION.endswith("?")
    assert (Path(page.__file__).parent / "caption.rst").read_text().strip()


def test_the_curve_comes_first_without_what_is_unknown_then_what_stands_beside_it() -> None:
    rows = pass_at_k.table(Given(**CURVES, k_values=[2, 3, 9], rival="B"))
    assert [(row.series, row.k) for row in rows] == [
        ("A", 1), ("A", 2), ("A", 3), ("marked", 2), ("marked", 3), ("B", 1), ("crossing", 3)
    ]  # fmt: skip
    assert rows[5].tasks_low == 0.4
    assert rows[6].pass_at_k == 0.5


def test_a_quoted_baseline_has_the_interval_of_its_tasks() -> None:
    rows = pass_at_k.table(Given(**CURVES, quoted=Baseline.quoted("GPT", 0.9, 100)))
    (row,) = [row for row in rows if row.series == "GPT"]
    assert row.tasks_low < 0.9 < row.tasks_high
    assert not [row for row in rows if row.series == "crossing"]


def test_only_published_pass_at_k_of_the_own_model_is_a_point_of_its_figure() -> None:
    entries = [
        Published(0.41, 2), Published(0.42, 2, model="A"), Published(0.43, 2, model="B"),
        Published(0.44, quantity="coverage"),
    ]  # fmt: skip
    rows = pass_at_k.table(Given(**CURVES, published=entries))
    assert [row.pass_at_k for row in rows if row.series == "published"] == [0.41, 0.42]


def test_a_curve_without_estimates_or_a_rival_without_k_1_is_refused() -> None:
    with pytest.raises(UserError, match="the curve of A has no k with an estimate"):
        pass_at_k.table(Given(labels=["A"], curves=[[Point(9, math.nan)]]))
    with pytest.raises(UserError, match="the curve of B has no row for k = 1"):
        pass_at_k.table(Given(labels=["A", "B"], curves=[CURVE, RIVAL[1:]], rival="B"))


def test_tasks_of_equal_rate_keep_the_benchmarks_order() -> None:
    counts = [TaskCount("a", 4, 1), TaskCount("b", 2, 2), TaskCount("c", 8, 2)]
    rows = success_rates.table(Given(counts=[ModelCounts("A", tuple(counts))]))
    assert [(row.rank, row.task_id, row.rate) for row in rows] == [
        (1, "b", 1.0), (2, "a", 0.25), (3, "c", 0.25)
    ]  # fmt: skip
    assert all(row.low <= row.rate <= row.high for row in rows)


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    (folder / "a.csv").write_text("task_id,n,c\nT/0,4,1\n")
    (folder / "curve.csv").write_text("k,pass_at_k\n1,0.25\n")
    command = [sys.executable, ROOT / "scripts/analyse.py", *arguments, "--output", "out.csv"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ("heat_map --counts a.csv --labels A B", "--counts has 1 files and --labels 2 names"),
        ("heat_map --counts a.csv a.csv --labels A A", "the label 'A' is given twice"),
        ("heat_map --counts a.csv --labels A --k-values 0", "k must be 1 or more, got 0"),
        ("heat_map --counts a.csv --labels A --cost a.json", "unrecognized arguments: --cost"),
        ("pass_at_k --curves curve.csv --labels A --baseline-label B", "'B' is none of --labels"),
        ("pass_at_k --curves a.csv --labels A", "a.csv has no column 'k'"),
        ("heat_map --counts none.csv --labels A", "none.csv does not exist"),
        ("nothing --counts a.csv", "invalid choice: 'nothing'"),
    ],
)
def test_what_is_wrong_is_said_in_one_sentence(
    tmp_path: Path, arguments: str, sentence: str
) -> None:
    done = run(tmp_path, *arguments.split())
    assert done.returncode == 2
    assert sentence in done.stderr and "Traceback" not in done.stderr
    assert not (tmp_path / "out.csv").exists()


def test_every_analysis_takes_the_k_and_the_baseline(tmp_path: Path) -> None:
    """So that the workflow may give them to all."""
    given = ["--labels", "A", "--k-values", "1", "--baseline-label", "B", "--baseline-value", "0.9"]
    given += ["--baseline-tasks", "5"]
    assert run(tmp_path, "heat_map", "--counts", "a.csv", *given).returncode == 0
    done = run(tmp_path, "success_rates", "--counts", "a.csv", *given)
    assert done.returncode == 0, done.stderr
