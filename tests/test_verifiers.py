"""Imperfect verifiers: against enumeration over all orders of the draws, and a known truth."""

from __future__ import annotations

import math
import subprocess
import sys
from dataclasses import astuple
from itertools import permutations
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from conftest import ROOT
from matplotlib.figure import Figure

from passk.analyses.verifiers import figure, page
from passk.analyses.verifiers import table as verifiers
from passk.analyses.verifiers.table import Agreement
from passk.figures import style
from passk.records import Snapshot, UserError, Verdict, write_records
from passk.tables import read_table, table_text

# What each draw of a task is: wrong, false positive, right, or right and refused by base.
WRONG, FALSE, RIGHT, REFUSED = "wfrn"
TASKS = ["wwfrn", "ffwww", "rrrrw", "wwwww", "fffff", "rfrfw"]


def agreement(draws: str, task_id: str = "T/0") -> Agreement:
    counts = (
        sum(draw in kinds for draw in draws) for kinds in (FALSE + RIGHT, RIGHT + REFUSED, RIGHT)
    )
    return Agreement(task_id, len(draws), *counts)


def enumerated(draws: str, k: int) -> tuple[float, float]:
    """P(success), P(wrong) of at most k attempts: the policy, run on every order of the draws."""
    outcomes = []
    for order in permutations(draws):
        accepted = next((draw for draw in order[:k] if draw in (FALSE, RIGHT)), None)
        outcomes.append((accepted == RIGHT, accepted == FALSE))
    return tuple(np.mean(outcomes, axis=0))


def columns(tasks: list[Agreement]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    return tuple(np.array([getattr(t, name) for t in tasks]) for name in ("n", "base", "both"))


def as_table(rows: list[verifiers.Row]) -> pd.DataFrame:
    return pd.DataFrame([astuple(row) for row in rows], columns=[*verifiers.COLUMNS])


def test_resampling_is_the_policy_run_on_every_order_of_the_draws() -> None:
    k = [1, 2, 3, 4, 5]
    success, wrong = verifiers.resampling(*columns([agreement(draws) for draws in TASKS]), k)
    for place, draws in enumerate(TASKS):
        expected = np.array([enumerated(draws, one) for one in k]).T
        np.testing.assert_allclose((success[place], wrong[place]), expected, atol=1e-12)


def test_estimates_are_unbiased() -> None:
    """Over many runs of 12 draws the mean is the truth of an endless supply of draws."""
    rng = np.random.default_rng(0)
    right, false, k = 0.1, 0.15, np.arange(1, 7)
    draws = rng.multinomial(12, [right, false, 1 - right - false], size=40_000)
    n = np.full(len(draws), 12)
    success, wrong = verifiers.resampling(n, draws[:, 0] + draws[:, 1], draws[:, 0], k)
    accept = 1 - (1 - right - false) ** k
    share = right / (right + false)
    np.testing.assert_allclose(success.mean(axis=0), accept * share, atol=0.006)
    np.testing.assert_allclose(wrong.mean(axis=0), accept * (1 - share), atol=0.006)


def test_more_attempts_than_draws_are_undefined() -> None:
    success, _ = verifiers.resampling(*columns([agreement("rw")]), [2, 3])
    assert success[0, 0] == 1
    assert math.isnan(success[0, 1])


def test_without_false_positives_success_is_coverage_and_no_cost_matters() -> None:
    tasks = [agreement("rrwww", "a"), agreement("wwwww", "b"), agreement("rwwww", "c")]
    table = as_table(verifiers.model_rows("M", tasks, [1, 5]))
    curves = {name: rows.value.tolist() for name, rows in table.groupby("quantity")}
    assert curves["success"] == pytest.approx(curves["believed"])
    assert curves["success"] == pytest.approx(curves["true"])
    assert set(curves["wrong"]) == {0}
    assert set(table[table.quantity == "best"].k) == {5}
    assert "No wrong answer is taken" in page.paragraph(table)


def test_best_k_is_where_utility_peaks_and_none_where_every_answer_is_wrong() -> None:
    # Easy tasks are solved at once; hard ones only ever give false positives, in one draw of 50.
    tasks = [agreement("r" * 25 + "w" * 25, f"e{i}") for i in range(60)]
    tasks += [agreement("f" + "w" * 49, f"h{i}") for i in range(40)]
    k = np.arange(1, 51)
    (cost,) = (2.0,)
    utility = verifiers.utility_by_task(*columns(tasks), k, cost).mean(axis=0)
    # By hand: 60 tasks pass with 1 - C(25, k) / C(50, k), 40 fail with k / 50.
    fails = [math.comb(25, one) / math.comb(50, one) for one in k.tolist()]
    by_hand = 0.6 * (1 - np.array(fails)) - cost * 0.4 * k / 50
    np.testing.assert_allclose(utility, by_hand, atol=1e-12)
    table = as_table(verifiers.model_rows("M", tasks, [1, 50], [cost, 0]))
    best = table[(table.quantity == "best") & (table.cost == cost)].iloc[0]
    assert best.k == k[np.argmax(by_hand)]
    assert 1 < best.k < 10
    decline = table[(table.quantity == "decline") & (table.cost == cost)].iloc[0]
    assert decline.value == pytest.approx(by_hand.max() - by_hand[-1])
    assert decline.low > 0
    assert "stop helping and then hurt" in page.paragraph(table)
    hopeless = as_table(verifiers.model_rows("M", tasks[60:], [1], [cost]))
    assert hopeless[hopeless.quantity == "best"].k.tolist() == [0]
    assert "accepting nothing is best" in page.paragraph(hopeless)


def test_held_out_utility_is_that_of_a_loop_over_left_out_tasks() -> None:
    table = np.random.default_rng(3).normal(size=(7, 5))
    expected = [row[np.argmax(np.delete(table, i, 0).mean(axis=0))] for i, row in enumerate(table)]
    assert verifiers.held_out(table).tolist() == expected
    assert np.isnan(verifiers.held_out(table[:1])).all()


def test_shares_of_false_positives_count_only_tasks_that_have_any_pass() -> None:
    tasks = [agreement(draws, f"T/{i}") for i, draws in enumerate(TASKS)]
    table = as_table(verifiers.model_rows("M", tasks, [1]))
    shares = table[table.quantity == "wrong_of_accepted"].set_index("task_id").value
    assert shares.drop("").tolist() == pytest.approx([0.5, 1, 0, math.nan, 1, 0.5], nan_ok=True)
    assert shares[""] == pytest.approx(np.mean([0.5, 1, 0, 1, 0.5]))
    counts = table[table.k == 0].drop_duplicates("quantity").set_index("quantity").value
    assert (counts.false_positives, counts.false_negatives) == (1 + 2 + 5 + 2, 1)
    assert counts.tasks_with_false_positives_only == 2


def test_interval_over_tasks_covers_the_utility() -> None:
    rng = np.random.default_rng(5)
    cost, k, n, tasks, covered = 2.0, np.array([5]), 50, 100, 0
    right, false = 0.3, 0.05

    def utility(share: float) -> float:
        accept = 1 - (1 - share * right - false) ** 5
        return accept * (share * right - cost * false) / (share * right + false)

    truth = (utility(1.0) + utility(0.0)) / 2
    for _ in range(300):
        solvable = rng.integers(0, 2, tasks)
        chances = np.stack([solvable * right, np.full(tasks, false)], axis=1)
        counts = rng.multinomial(n, np.column_stack([chances, 1 - chances.sum(axis=1)]))
        base = counts[:, 0] + counts[:, 1]
        values = verifiers.utility_by_task(np.full(tasks, n), base, counts[:, 0], k, cost)
        low, high = verifiers.interval(values, -cost, 1)
        covered += low[0] <= truth <= high[0]
    assert 0.92 <= covered / 300 <= 0.99


def write(path: Path, outcomes: dict[str, list[bool]], first: int = 0) -> Path:
    write_records(
        path,
        (
            Verdict(task, first + draw, "passed" if passed else "failed", 0.1)
            for task, draws in outcomes.items()
            for draw, passed in enumerate(draws)
        ),
    )
    return path


def run(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(ROOT / "scripts/analyse.py"), "verifiers", "--k-values", "1"]
    return subprocess.run(
        [*command, "--output", "out.csv", *options], cwd=folder, capture_output=True, text=True
    )


def test_command_counts_both_suites_over_shards(tmp_path: Path) -> None:
    write(tmp_path / "b0.jsonl.gz", {"x": [True, False], "y": [True, True]})
    write(tmp_path / "b1.jsonl.gz", {"y": [False], "x": [True]}, first=2)
    write(tmp_path / "p0.jsonl.gz", {"x": [True, True], "y": [False, True]})
    write(tmp_path / "p1.jsonl.gz", {"x": [False], "y": [False]}, first=2)
    shards = [[tmp_path / f"{kind}{i}.jsonl.gz" for i in (0, 1)] for kind in "bp"]
    assert verifiers.read_agreement(*shards, Snapshot([])) == [
        Agreement("x", 3, 2, 2, 1),
        Agreement("y", 3, 2, 1, 1),
    ]
    files = [str(path) for path in shards[0]], [str(path) for path in shards[1]]
    done = run(
        tmp_path, "--labels", "M", "--weak-verdicts", *files[0], "--strong-verdicts", *files[1]
    )
    assert done.returncode == 0, done.stderr
    once = (tmp_path / "out.csv").read_bytes()
    run(
        tmp_path,
        "--labels",
        "M",
        "--weak-verdicts",
        *files[0],
        "--strong-verdicts",
        *reversed(files[1]),
    )
    assert (tmp_path / "out.csv").read_bytes() == once
    table = read_table(tmp_path / "out.csv", verifiers.COLUMNS)
    assert table[table.quantity == "false_positives"].value.tolist() == [2]
    plot = [sys.executable, "scripts/plot.py", "verifiers", "--table", tmp_path / "out.csv"]
    subprocess.run([*plot, "--output", tmp_path / "figure"], cwd=ROOT, check=True)
    names = {path.name for path in tmp_path.glob("figure.*")}
    assert names == {f"figure.{suffix}" for suffix in ("pdf", "svg", "narrow.svg", "png", "md")}


def draw(tasks: list[Agreement]) -> Figure:
    with style.look():
        return figure.draw(as_table(verifiers.model_rows("M", tasks, [1, 2])), "M")


def test_a_figure_shows_wrong_answers_or_says_that_there_are_none() -> None:
    wrong = [Agreement("x", 4, 3, 1, 1), Agreement("y", 4, 2, 2, 2)]
    table = as_table(verifiers.model_rows("M", wrong, [1, 2]))
    assert len(draw(wrong).axes) == 2
    title = figure.title(table, "M")
    assert title.startswith("Within 4 samples the base tests believe 100.0 % of the tasks solved")
    assert "the first accepted is wrong on 33.3 %." in title
    stricter = [Agreement("x", 4, 1, 3, 1), Agreement("y", 4, 2, 2, 2)]
    assert len(draw(stricter).axes) == 1  # what a wrong answer costs makes no difference
    assert style.said_by(draw(stricter)) == ""
    alike = [Agreement("x", 4, 1, 1, 1), Agreement("y", 4, 0, 0, 0)]
    assert "there is no difference to draw." in style.said_by(draw(alike))


@pytest.mark.parametrize(
    ("plus", "options", "sentence"),
    [
        ({"x": [True]}, [], "draw 1 of x has no verdict of the stronger suite"),
        ({"x": [True, True], "z": [True]}, [], "draw 0 of z has no verdict of the weaker suite"),
        ({"x": [True, True]}, ["--labels", "M", "N"], "give one for each"),
        ({"x": [True, True]}, ["--k-values", "0"], "k must be 1 or more, got 0"),
        ({"x": [True, True]}, ["--settings", "{answer: verbatim}"], "meta.json is missing"),
    ],
)
def test_what_is_wrong_is_one_sentence(
    tmp_path: Path, plus: dict[str, list[bool]], options: list[str], sentence: str
) -> None:
    base = write(tmp_path / "base.jsonl.gz", {"x": [True, False]})
    other = write(tmp_path / "plus.jsonl.gz", plus)
    done = run(
        tmp_path,
        "--labels",
        "M",
        "--weak-verdicts",
        str(base),
        "--strong-verdicts",
        str(other),
        *options,
    )
    assert (done.returncode, "Traceback" in done.stderr) == (2, False)
    assert sentence in done.stderr
    assert not (tmp_path / "out.csv").exists()


def test_a_draw_given_twice_is_refused(tmp_path: Path) -> None:
    base = write(tmp_path / "base.jsonl.gz", {"x": [True]})
    with pytest.raises(UserError, match="duplicate draw 0 of x"):
        verifiers.read_agreement([base, base], [base], Snapshot([]))


def test_table_is_read_back_as_it_was_written(tmp_path: Path) -> None:
    tasks = [agreement(draws, f"T/{i}") for i, draws in enumerate(TASKS)]
    rows = verifiers.model_rows("nan", tasks, [1, 2])
    (tmp_path / "t.csv").write_text(table_text([*verifiers.COLUMNS], map(astuple, rows)))
    table = read_table(tmp_path / "t.csv", verifiers.COLUMNS)
    pd.testing.assert_frame_equal(table, as_table(rows), check_exact=False)
    assert page.paragraph(table) == page.paragraph(as_table(rows))
