"""chance: a right answer among other tasks' draws, against enumeration and made-up answers."""

from __future__ import annotations

import itertools
import math
from fractions import Fraction
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from passk.analyses.chance import figure, page
from passk.analyses.chance import table as chance
from passk.analyses.given import Given
from passk.benchmarks import Benchmark
from passk.benchmarks.answer import Question
from passk.estimator import pass_table
from passk.judging import open_verifier
from passk.records import Sample, write_records
from passk.statistics.intervals import of_paired_differences


def test_is_the_share_of_other_tasks_and_sets_of_k_draws_that_hold_the_answer() -> None:
    right = [1, 2, 3]
    draws = [[1, 2, 2, 7], [2, 1, 9, 3], [8, 3, 1, 2]]
    c = np.array([[one.count(answer) for one in draws] for answer in right])
    for k in (1, 2, 3, 4):
        found = chance.chance_table(np.array([4, 4, 4]), c, [k])[:, 0]
        for task, answer in enumerate(right):
            sets = [
                answer in drawn
                for other, one in enumerate(draws)
                if other != task
                for drawn in itertools.combinations(one, k)
            ]
            assert found[task] == pytest.approx(float(Fraction(sum(sets), len(sets))), abs=1e-14)


def test_is_not_defined_beyond_the_draws_or_without_another_task() -> None:
    c = np.array([[1, 0], [0, 1]])
    assert np.isnan(chance.chance_table(np.array([2, 3]), c, [3])).any()
    assert np.isnan(chance.chance_table(np.array([4]), np.array([[2]]), [1])).all()


def given(folder: Path, answers: dict[str, list[str]], right: dict[str, str]) -> Given:
    """Judged by ``exact``, boxed: the answers that each task was given, and the right ones."""
    questions = tuple(Question(task, "?", one, i) for i, (task, one) in enumerate(right.items()))
    benchmark = Benchmark(questions, len(questions), "answer")
    samples = [
        Sample(task, draw, f"\\boxed{{{text}}}")
        for task, texts in answers.items()
        for draw, text in enumerate(texts)
    ]
    verifier = open_verifier("exact_answer", "exact", benchmark, list(right), "boxed", {})
    write_records(folder / "verdicts.jsonl", verifier.verdicts(samples))
    write_records(folder / "signatures.jsonl", verifier.signatures(samples))
    return Given(
        labels=["Model"], k_values=[1, 2], problems=benchmark,
        verdicts=[[folder / "verdicts.jsonl"]], signatures=[[folder / "signatures.jsonl"]],
    )  # fmt: skip


def test_a_model_that_answers_alike_whatever_is_asked_solves_by_chance_alone(tmp_path) -> None:
    same = ["1", "2", "0.5", "\\text{none}"]
    answers = {task: same for task in ("a", "b", "c")}
    asked = given(tmp_path, answers, {"a": "1", "b": "2.0", "c": "1/2"})
    rows = {row.k: row for row in chance.table(asked)}
    assert rows[1].value == rows[1].chance == pytest.approx(1 / 4)
    assert rows[2].value == rows[2].chance == pytest.approx(1 / 2)
    assert rows[2].difference_low <= rows[2].difference == 0 <= rows[2].difference_high


def test_a_model_that_answers_what_is_asked_solves_nothing_by_chance(tmp_path: Path) -> None:
    answers = {task: [task, "0"] for task in ("1", "2", "3")}
    asked = given(tmp_path, answers, {task: task for task in answers})
    row = next(row for row in chance.table(asked) if row.k == 2)
    assert (row.value, row.chance, row.difference) == (1, 0, 1)
    table = pd.DataFrame(chance.table(asked), columns=list(chance.COLUMNS))
    assert figure.title(table, "Model") == (
        "100.0 % of the tasks are solved within 2 samples; 2 samples of another task would solve "
        "0.0 %."
    )
    assert "may be chance" not in page.paragraph(table)


def test_the_page_says_where_coverage_shows_nothing(tmp_path: Path) -> None:
    same = {task: ["1", "2"] for task in ("a", "b")}
    table = pd.DataFrame(
        chance.table(given(tmp_path, same, {"a": "1", "b": "2"})), columns=list(chance.COLUMNS)
    )
    assert "coverage does not show that the tasks were solved" in page.paragraph(table)
    assert len(page.view(table, {}).rows) == 2


def test_one_task_and_other_kinds_have_no_rows(tmp_path: Path) -> None:
    assert chance.table(given(tmp_path, {"a": ["1"]}, {"a": "1"})) == []
    assert chance.table(Given(problems=Benchmark((), 1, "human_eval"))) == []


def test_is_unbiased() -> None:
    """Two tasks whose draws are of one distribution: own and chance have one expectation."""
    rng, n, k, runs = np.random.default_rng(0), 12, 4, 3_000
    values = []
    for _ in range(runs):
        draws = rng.integers(0, 10, (2, n))
        c = np.array([[(one == answer).sum() for one in draws] for answer in (3, 7)])
        values.append(chance.chance_table(np.array([n, n]), c, [k]).mean())
    expected = 1 - 0.9**k
    assert abs(np.mean(values) - expected) < 4 * np.std(values) / math.sqrt(runs)


@pytest.mark.slow
@pytest.mark.parametrize("spread", [0.0, 1.5], ids=["alike", "different"])
def test_interval_of_the_difference_holds_nothing_where_all_is_chance(spread: float) -> None:
    """40 tasks whose draws do not depend on the task; a right answer is one of 60 numbers, some of
    which are drawn more often than others (``spread``)."""
    rng, tasks, n, runs = np.random.default_rng(1), 40, 100, 1_000
    missed = 0
    for _ in range(runs):
        weights = np.exp(spread * rng.standard_normal(60))
        draws = rng.choice(60, (tasks, n), p=weights / weights.sum())
        right = rng.integers(0, 60, tasks)
        c = np.array([(draws == answer).sum(axis=1) for answer in right])
        own = pass_table(np.full(tasks, n), np.diag(c), [n])
        other = chance.chance_table(np.full(tasks, n), c, [n])
        low, high = of_paired_differences(own, other)
        missed += not low[0] <= 0 <= high[0]
    assert 0.02 < missed / runs < 0.08
