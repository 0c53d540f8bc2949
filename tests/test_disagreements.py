"""The answers on which two suites disagree."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from passk.analyses.disagreements import page
from passk.analyses.disagreements import table as disagreements
from passk.analyses.given import Given
from passk.benchmarks import Benchmark
from passk.benchmarks.answer import Question
from passk.records import Sample, UserError, Verdict, write_records

TASKS = tuple(
    Question(task_id=f"Q/{i}", question=f"Question {i}?", answer=str(i), index=i) for i in range(3)
)
SAID = {
    "Q/0": ["0", "zero", "zero", "nought", "7"],
    "Q/1": ["1", "1", "2", "2", "2"],
    "Q/2": ["2", "2.0", "2", "2", "2"],
}
WEAK = {"Q/0": "pffff", "Q/1": "ppfff", "Q/2": "pfppp"}
STRONG = {"Q/0": "ppppf", "Q/1": "ppfft", "Q/2": "pffpp"}
NAMES = {"p": "passed", "f": "failed", "t": "timeout"}


def given(folder: Path, samples: dict[str, list[str]] = SAID, **changes: str) -> Given:
    """Samples in two shards, judged by two suites."""
    shards: dict[str, list[Path]] = {}
    for name, draws in (("a", range(3)), ("b", range(3, 5))):
        records = {
            "samples": [
                Sample(task, d, f"\\boxed{{{texts[d]}}}")
                for task, texts in samples.items()
                for d in draws
            ],
            "weak": verdicts({**WEAK, **changes}, draws),
            "strong": verdicts(STRONG, draws),
        }
        for kind, ones in records.items():
            path = folder / f"{kind}-{name}.jsonl.gz"
            write_records(path, ones)
            shards.setdefault(kind, []).append(path)
    return Given(
        problems=Benchmark(TASKS, 3, "answer"),
        samples=shards["samples"],
        weak_verdicts=[shards["weak"]],
        verdicts=[shards["strong"]],
        settings=[None],
        answer="boxed",
    )


def verdicts(outcomes: dict[str, str], draws: range) -> list[Verdict]:
    return [
        Verdict(task, d, NAMES[marks[d]], 0.0) for task, marks in outcomes.items() for d in draws
    ]


def test_rows_are_the_answers_that_one_suite_alone_accepts(tmp_path: Path) -> None:
    """Not those that both reject in another way; the most frequent of a task comes first."""
    rows = disagreements.table(given(tmp_path))
    assert [(r.task_id, r.reference, r.answer, r.weaker, r.stronger, r.draws) for r in rows] == [
        ("Q/0", "0", "zero", "failed", "passed", 2),
        ("Q/0", "0", "nought", "failed", "passed", 1),
        ("Q/2", "2", "2", "passed", "failed", 1),
    ]
    assert [r.answers for r in rows] == [2, 2, 1]
    text = page.paragraph(pd.DataFrame(rows))
    assert "disagree on 3 different answers to 2 tasks" in text
    assert "1 sample is accepted by the weaker suite alone" in text
    assert "3 samples are accepted by the stronger suite alone" in text


def test_of_a_task_the_most_frequent_are_listed_and_all_are_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(disagreements, "MOST_ANSWERS", 1)
    rows = disagreements.table(given(tmp_path))
    assert [(r.answer, r.answers) for r in rows] == [("zero", 2), ("2", 1)]


def test_suites_that_agree_give_no_row(tmp_path: Path) -> None:
    assert disagreements.table(given(tmp_path, **STRONG)) == []


@pytest.mark.parametrize(
    ("samples", "said"),
    [
        ({**SAID, "Q/2": ["2"] * 5}, None),
        ({task: texts for task, texts in SAID.items() if task != "Q/0"}, "draw 1 of Q/0 has verd"),
    ],
)
def test_samples_that_are_not_there_are_missed(
    tmp_path: Path, samples: dict[str, list[str]], said: str | None
) -> None:
    files = given(tmp_path, samples)
    if said is None:
        assert disagreements.table(files)
        return
    with pytest.raises(UserError, match=said):
        disagreements.table(files)


def test_verdicts_of_another_benchmark_are_refused(tmp_path: Path) -> None:
    files = given(tmp_path)
    other = Benchmark(TASKS[:2], 3, "answer")
    with pytest.raises(UserError, match=r"unknown task 'Q/2': .* give the problem file"):
        disagreements.table(Given(**{**fields(files), "problems": other}))


def fields(files: Given) -> dict:
    return {name: getattr(files, name) for name in Given.__slots__}
