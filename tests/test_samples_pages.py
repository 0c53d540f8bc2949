"""The pages of single samples: each distinct program once, every draw, hostile text harmless."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from conftest import PROBLEMS, ROOT

from passk.analyses.draws import Draw, joined
from passk.benchmarks import read_problem_file
from passk.benchmarks.human_eval import Problem
from passk.page.samples import MOST_CHARACTERS, in_ranges, pages, programs
from passk.records import (
    Sample,
    UserError,
    Verdict,
    metadata_path,
    write_metadata,
    write_records,
)

TASKS = [Problem(**problem, index=i) for i, problem in enumerate(PROBLEMS[:3])]
HOSTILE = '</code></pre><script>alert(1)</script><img src=x onerror="alert(1)">\u202e\x1b[2J'


def verbatim(problem: Any, completion: str) -> str:
    return problem.prompt + completion


def made(draws: dict[str, Iterable[Draw]]) -> dict[str, str]:
    return dict(pages("Model, paper", TASKS, draws, verbatim))


def test_each_distinct_program_stands_once_the_most_frequent_first() -> None:
    draws = [
        Draw(0, "    return 1\n", "failed", "wrong output"),
        Draw(1, "    return 2\n", "passed", ""),
        Draw(2, "    return 1\n", "failed", "wrong output"),
        Draw(3, "    return 1\n", "timeout", "timeout"),  # judged otherwise in another shard
    ]
    found = programs(TASKS[0], draws, verbatim)
    assert [(one.count, one.outcome, one.draws) for one in found] == [
        (2, "failed", "0, 2"),
        (1, "passed", "1"),
        (1, "timeout", "3"),
    ]
    assert found[0].text == "    return 1\n"
    assert found[0].raw == []  # it says no more than the program


def test_completion_is_shown_around_its_program() -> None:
    prompt = TASKS[0].prompt
    draws = [Draw(0, f"Sure!\n```\n{prompt}    return 1\n```\nDone.", "passed", "")]
    (program,) = programs(TASKS[0], draws, lambda *_: f"{prompt}    return 1\n")
    assert program.raw == [("0", "Sure!\n```\n[prompt]\n[program]\n```\nDone.")]


def test_completions_that_read_as_one_program_are_all_kept() -> None:
    draws = [Draw(i, f"{i % 2} says:\nreturn 1", "passed", "") for i in range(4)]
    (program,) = programs(TASKS[0], draws, lambda *_: "return 1")
    assert program.raw == [("0, 2", "0 says:\n[program]"), ("1, 3", "1 says:\n[program]")]


def test_final_answer_in_a_sentence_is_not_taken_out_of_it() -> None:
    (program,) = programs(TASKS[0], [Draw(0, "So it is 5 of 5.", "passed", "")], lambda *_: "5")
    assert program.raw == [("0", "So it is 5 of 5.")]


def test_every_task_with_samples_has_a_page_and_a_row() -> None:
    draws = {
        task.task_id: [Draw(7, f"    return {task.index}", "passed", "")] for task in TASKS[1:]
    }
    found = made(draws)
    assert list(found) == ["0001.html", "0002.html", "index.html"]
    for task in TASKS[1:]:
        assert f'<a href="{task.index:04d}.html">{task.task_id}</a>' in found["index.html"]
        page = found[f"{task.index:04d}.html"]
        assert f"return {task.index}" in page
        assert "Draw 7" in page
    assert "Next: " in found["0001.html"]
    assert "Previous: " not in found["0001.html"]


def test_hostile_text_is_only_shown() -> None:
    draws = {TASKS[0].task_id: [Draw(0, HOSTILE, "failed", "wrong output")]}
    page = made(draws)["0000.html"]
    assert "<script" not in page
    assert "<img" not in page
    assert "&lt;script&gt;" in page
    assert r"\u202e\x1b[2J" in page
    assert "default-src 'none'" in page


def test_long_text_is_cut_and_its_rest_counted() -> None:
    draws = {TASKS[0].task_id: [Draw(0, "x" * (MOST_CHARACTERS + 1234), "crashed", "crashed")]}
    page = made(draws)["0000.html"]
    assert "[1,234 more characters]" in page
    assert len(re.findall("x{1000}", page)) == MOST_CHARACTERS // 1000


@pytest.mark.parametrize(
    ("samples", "verdicts", "said"),
    [
        ([0, 1], [0], "draw 1 of T has a sample and no verdict"),
        ([0], [0, 1], "draw 1 of T has a verdict and no sample"),
        ([0, 0], [0], "duplicate draw 0 of T"),
        ([0], [0, 0], "duplicate draw 0 of T"),
    ],
)
def test_samples_and_verdicts_are_of_the_same_draws(
    samples: list[int], verdicts: list[int], said: str
) -> None:
    with pytest.raises(UserError, match=said):
        joined(
            [Sample("T", draw, "") for draw in samples],
            [Verdict("T", draw, "failed", 0.0) for draw in verdicts],
        )


def test_ranges() -> None:
    assert in_ranges([0, 1, 2, 5, 7, 8]) == "0-2, 5, 7-8"
    assert in_ranges([]) == ""


def run(*options: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, ROOT / "scripts/samples_pages.py", *map(str, options)],
        capture_output=True,
        text=True,
    )


def test_completions_are_read_as_the_verdicts_say(tmp_path: Path) -> None:
    (tmp_path / "p.jsonl").write_text("".join(json.dumps(p) + "\n" for p in PROBLEMS))
    answer = f"Sure!\n```python\n{TASKS[0].prompt}    return 1\n```"
    write_records(tmp_path / "s.jsonl", [Sample(TASKS[0].task_id, 0, answer)])
    verdicts = tmp_path / "v.jsonl"
    write_records(verdicts, [Verdict(TASKS[0].task_id, 0, "failed", 0.0)])
    options = ["--problems", tmp_path / "p.jsonl", "--samples", tmp_path / "s.jsonl"]
    options += ["--verdicts", verdicts, "--title", "T", "--output", tmp_path / "pages"]
    assert "do not say how the completions were read; give --answer" in run(*options).stderr
    known = {
        "answer": "markdown",
        "benchmark_sha256": read_problem_file(tmp_path / "p.jsonl").sha256,
    }
    write_metadata(metadata_path(verdicts), verdicts, known)
    assert "read as markdown, not as verbatim" in run(*options, "--answer", "verbatim").stderr
    done = run(*options)
    assert (done.returncode, "1 task: open" in done.stderr) == (0, True), done.stderr
    page = (tmp_path / "pages/0000.html").read_text()
    assert "report.html" not in page
    assert "as the model wrote it" in page
    others = known | {"samples_sha256": "0" * 64}
    write_metadata(metadata_path(verdicts), verdicts, others)
    assert "are verdicts on other samples than those given" in run(*options).stderr
