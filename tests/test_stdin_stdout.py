"""Programs that read and print: every right one passes however it reads, no other does."""

from __future__ import annotations

import builtins
import logging
import re
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from conftest import ROOT
from stdin_problems import HOSTILE, PROBLEMS, STYLES, program

from passk.benchmarks import UNFINISHED, read_problem_file
from passk.benchmarks.stdin_stdout import Problem, read_problem
from passk.benchmarks.stdin_stdout import program as read_program
from passk.records import Sample, UserError, Verdict
from passk.sandbox.pool import Pool, Tally
from passk.sandbox.protocol import Reply
from passk.verifiers import Opening
from passk.verifiers.stdin_stdout import (
    ACCEPTED,
    ProgramCase,
    case_of,
    check_problem,
    limits_of,
    open_verifier,
)

TASKS = {one.name: read_problem(one.record(), at, one.name) for at, one in enumerate(PROBLEMS)}
ADD = {
    "task_id": "add", "prompt": "Add.", "time_limit": 0.3, "memory_mb": 128,
    "tests": [{"input": "1 2\n", "output": "3\n"}, {"input": "0 3\n", "output": "3\n"}],
}  # fmt: skip
RIGHT = "print(sum(map(int, input().split())))\n"


def problem(**changes: Any) -> Problem:
    return read_problem({**ADD, **changes}, 0, "here")


def judge(programs: Sequence[tuple[Problem, str]], **options: Any) -> list[Verdict]:
    """The verdict of each (problem, program), in order."""
    problems = {one.task_id: one for one, _ in programs}
    cases = {task: case_of(one, 1.0) for task, one in problems.items()}
    samples = [Sample(one.task_id, draw, text) for draw, (one, text) in enumerate(programs)]
    limits = limits_of(list(problems.values()), 1.0, 256)
    with Pool(cases, 2, limits, **options) as pool:
        return list(pool.verdicts(samples, lambda sample: sample.completion, Tally(None)))


@pytest.mark.parametrize("share", [6, pytest.param(1, marks=pytest.mark.slow)])
def test_right_programs_pass_in_every_style(share: int) -> None:
    asked = [
        (one, style)
        for row, one in enumerate(PROBLEMS)
        for column, style in enumerate(STYLES)
        if (row + column) % share == 0
    ]
    found = judge([(TASKS[one.name], program(one.right, style)) for one, style in asked])
    wrong = [
        (one.name, style, verdict.outcome, verdict.error)
        for (one, style), verdict in zip(asked, found, strict=True)
        if verdict.outcome != "passed"
    ]
    assert wrong == []
    assert len(PROBLEMS) >= 30


def test_wrong_programs_fail() -> None:
    found = judge([(TASKS[one.name], program(one.wrong)) for one in PROBLEMS])
    ended = {one.name: v.outcome for one, v in zip(PROBLEMS, found, strict=True)}
    assert {name for name, outcome in ended.items() if outcome != "failed"} == set()
    assert all(verdict.error.startswith(("example ", "test ")) for verdict in found)


def test_slow_programs_time_out() -> None:
    found = judge(
        [(replace(TASKS[one.name], time_limit=0.1), program(one.slow)) for one in PROBLEMS]
    )
    ended = {one.name: v.outcome for one, v in zip(PROBLEMS, found, strict=True)}
    ended.pop("primes")  # 2 ** 10 ** 10 may run out of memory before
    assert set(ended.values()) == {"timeout"}
    assert {v.error for v in found if v.outcome == "timeout"} == {"example 1"}


def test_hostile_programs_do_not_pass_and_spoil_no_neighbour() -> None:
    asked = problem(time_limit=0.15)
    texts = [
        text
        for number, hostile in enumerate(HOSTILE.values())
        for text in (hostile, f"{RIGHT}# {number}\n", f"print(4)  # {number}\n")
    ]
    found = judge([(asked, text) for text in texts])
    assert [
        name for name, v in zip(HOSTILE, found[::3], strict=True) if v.outcome == "passed"
    ] == []
    assert {v.outcome for v in found[1::3]} == {"passed"}
    assert {(v.outcome, v.error) for v in found[2::3]} == {("failed", "test 1: wrong output")}
    assert len(HOSTILE) >= 40
    for verdict in found:  # an exception is a built-in one; what a program says is not reported
        kind = (verdict.error or "").partition(": ")[2]
        known = ("", "wrong output", "output limit")
        assert kind in known or isinstance(getattr(builtins, kind, None), type), verdict


def test_first_failing_test_ends_the_program_and_is_named() -> None:
    many = [{"input": f"{i}\n", "output": f"{i}\n"} for i in range(20)]
    asked = problem(tests=many, public_tests=[{"input": "7 8\n", "output": "7 8\n"}])
    wrong_at_5 = "x = input()\nprint(x if x != '5' else 6)\nif x == '6':\n    while True: pass\n"
    raises = "x = input()\nif x == '3': raise KeyError\nprint(x)\n"
    loops = "x = input()\nwhile x == '2': pass\nprint(x)\n"
    found = judge([(asked, text) for text in (wrong_at_5, raises, loops, "print(1)")])
    assert [(v.outcome, v.error) for v in found] == [
        ("failed", "test 6: wrong output"),
        ("failed", "test 4: KeyError"),
        ("timeout", "test 3"),
        ("failed", "example 1: wrong output"),
    ]


def test_each_test_has_a_process_of_its_own() -> None:
    keeps = (
        "import os, builtins\nassert not hasattr(builtins, 'seen') and not os.listdir('.')\n"
        f"builtins.seen = 1\nopen('left', 'w').write('x')\n{RIGHT}"
    )
    assert [v.outcome for v in judge([(problem(), keeps)])] == ["passed"]


def test_limits_are_of_each_test() -> None:
    spin = f"import time\nwhile time.process_time() < 0.5: pass\n{RIGHT}"
    held = f"x = bytes(100 << 20)\n{RIGHT}"
    asked = [
        problem(task_id="short", time_limit=0.2), problem(task_id="long", time_limit=0.9),
        problem(task_id="small", memory_mb=80), problem(task_id="large", memory_mb=250),
    ]  # fmt: skip
    found = judge([(asked[0], spin), (asked[1], spin), (asked[2], held), (asked[3], held)])
    assert [v.outcome for v in found] == ["timeout", "passed", "crashed", "passed"]
    assert found[1].cpu_seconds > 1.0  # two tests of half a second
    assert found[2].error == "test 1: MemoryError"


def test_memory_of_a_program_is_not_another_tasks() -> None:
    held = f"x = bytes(300 << 20)\n{RIGHT}"
    both = [problem(task_id="own", memory_mb=None), problem(task_id="large", memory_mb=1000)]
    opening = Opening(
        "here", "tests", {one.task_id: one for one in both}, lambda _, text: text, None, "",
        {"workers": 1, "timeout": 1.0, "memory_mb": 256, "require_sandbox": False},
    )  # fmt: skip
    samples = [Sample(one.task_id, 0, held) for one in both]
    found = list(open_verifier(opening).verdicts(samples))
    assert [(v.outcome, v.error) for v in found] == [
        ("crashed", "test 1: MemoryError"), ("passed", None),
    ]  # fmt: skip


def test_equal_programs_run_once() -> None:
    asked = problem()
    cases, tally = {"add": case_of(asked, 1.0)}, Tally(None)
    with Pool(cases, 1, limits_of([asked], 1.0, 128)) as pool:
        samples = [Sample("add", draw, RIGHT) for draw in range(50)]
        found = list(pool.verdicts(samples, lambda sample: sample.completion, tally))
    assert {v.outcome for v in found} == {"passed"} and tally.distinct == 1


@pytest.mark.parametrize(
    ("settings", "output", "expected", "equal"),
    [
        ({}, b"1  2\r\n\n3", b"1 2\n3\n", True),
        ({}, b"Yes", b"YES", False),
        ({"ignore_case": True}, b"Yes", b"YES", True),
        ({}, b"1.0", b"1", False),
        ({"tolerance": 1e-6}, b"1.0", b"1", True),
        ({"tolerance": 1e-6}, b"1.0000001", b"1.0", True),
        ({"tolerance": 1e-6}, b"1.00001", b"1.0", False),
        ({"tolerance": 1e-6}, b"1000000.5", b"1000000.0", True),
        ({"tolerance": 0.5}, b"1000001", b"1000000", False),
        ({"tolerance": 0.5}, b"1e0", b"1", True),
        ({"tolerance": 1e-6}, b"nan", b"nan", True),
        ({"tolerance": 1e-6}, b"nan", b"1.0", False),
        ({"tolerance": 1e-6}, b"inf", b"1.0", False),
        ({"tolerance": 1e-6}, b"1e999", b"1.0", False),
        ({"tolerance": 1e-6}, b"1.0", b"1e999", False),
        ({"tolerance": 1e-6}, b"1e999", b"1e998", False),
        ({"tolerance": 1e-6}, b"1_0.0", b"10.0", False),
        ({"tolerance": 1e-6}, b"0x1.8", b"1.5", False),
        ({"tolerance": 1e-6}, b"-0.0", b"0.0", True),
        ({"tolerance": 1e-6}, b"." + b"3" * 500, b"0.3333", False),
        ({"tolerance": 1e-6}, b"1.0 1.0", b"1.0", False),
        ({"tolerance": 1e-6}, "\uff11.0".encode(), b"1.0", False),
    ],
)
def test_outputs_are_compared_as_the_problem_says(
    settings: dict[str, Any], output: bytes, expected: bytes, equal: bool
) -> None:
    assert case_of(problem(**settings), 1.0).agrees(output, expected) == equal


def test_expected_outputs_never_enter_a_child_of_a_candidate() -> None:
    """Everything that a case sends for one is the inputs."""
    secret = "5117200384"
    asked = problem(tests=[{"input": "1\n", "output": secret}] * 1 + ADD["tests"])
    case = case_of(asked, 1.0)
    first = case.judge([], ())
    assert (*case.calls, *first.calls) == (b"1\n", b"1\n")
    later = case.judge([Reply(secret.encode())], ())
    assert later.calls == (b"1 2\n",) and later.program is None
    found = judge(
        [(asked, f"import gc\nprint({secret[:5]!r} + {secret[5:]!r} in str(gc.get_objects()))")]
    )
    assert found[0].outcome == "failed"


TWICE = [{"input": "1", "output": "2.0"}, {"input": "1", "output": "2.001"}]
CHECKER = "def check(input, output, expected):\n    return int(output) > int(expected)\n"


@pytest.mark.parametrize(
    ("printed", "outcome", "error"),
    [
        ("4", "passed", None),
        ("3", "failed", "test 1: refused by the checker"),
        ("x", "failed", "test 1: refused by the checker: ValueError"),
        ("99", "failed", "test 1: refused by the checker: did not end"),
        ("98", "failed", "test 1: refused by the checker"),
        ("97", "failed", "test 1: refused by the checker"),
        ("96", "failed", "test 1: refused by the checker"),
        ("95", "failed", "test 1: refused by the checker"),
    ],
)
def test_checker_decides_and_whatever_it_does_else_refuses(
    monkeypatch: pytest.MonkeyPatch, printed: str, outcome: str, error: str | None
) -> None:
    monkeypatch.setattr("passk.verifiers.stdin_stdout.CHECKER_SECONDS", 0.3)
    odd = (
        "def check(input, output, expected):\n    if output == '99':\n        while True: pass\n"
        "    if output == '98':\n        return 1\n    if output == '97':\n        return None\n"
        "    if output == '96':\n        return [True]\n    if output == '95':\n        exit()\n"
        "    return int(output) > int(expected)\n"
    )
    (found,) = judge([(problem(checker=odd), f"print({printed!r}, end='')")])
    assert (found.outcome, found.error) == (outcome, error)


def test_checker_has_more_memory_than_a_program() -> None:
    many = "\n".join("7" * 6 for _ in range(1_000_000))
    lists = "def check(input, output, expected):\n    return output.split() == expected.split()\n"
    asked = problem(memory_mb=128, checker=lists, tests=[{"input": "1\n", "output": many}])
    (found,) = judge([(asked, "for _ in range(1000):\n    print('777777\\n' * 1000, end='')")])
    assert (found.outcome, found.error) == ("passed", None)


def test_checker_may_say_that_output_is_not_utf_8_without_being_asked() -> None:
    (found,) = judge([(problem(checker=CHECKER), "import os\nos.write(1, b'\\xff')")])
    assert (found.outcome, found.error) == ("failed", "test 1: wrong output")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"solution": RIGHT}, ""),
        ({"solution": "print(3)"}, ""),
        (
            {"solution": "print(4)"},
            "the solution of add does not pass its tests (failed, test 1: wrong",
        ),
        (
            {"solution": "while True: pass"},
            "the solution of add does not pass its tests (timeout, test",
        ),
        ({"tests": [{"input": "1", "output": " "}]}, "no test of add expects any output"),
        ({"tests": TWICE}, "the input '1' of add stands there with two outputs"),
        ({"tests": TWICE, "tolerance": 0.01}, ""),
        ({"checker": "def check("}, "the checker of add is no Python"),
        ({"checker": "def check(*_): return True"}, "the checker of add accepts an empty output"),
        (
            {"checker": "def check(_, output, __): return len(output) > 0"},
            "the checker of add accepts the output 'qwzx",
        ),
        ({"checker": "x = " + "-" * 200_000 + "1"}, "the checker of add is no Python"),
        (
            {"checker": CHECKER.replace(">", ">=") + "\nraise SystemExit(0)"},
            "the checker of add refuses an expected output",
        ),
        (
            {"checker": "import os\ndef check(*_): os._exit(0)"},
            "the checker of add refuses an expected output",
        ),
        ({"checker": "def other(): pass"}, "the checker of add refuses an expected output"),
        ({"checker": CHECKER}, "the checker of add refuses an expected output"),
        ({"checker": CHECKER.replace(">", ">="), "solution": "print(9)"}, ""),
    ],
)
def test_problem_is_tried_before_anything_is_sampled(changes: dict[str, Any], said: str) -> None:
    if not said:
        return check_problem(problem(**changes))
    with pytest.raises(UserError) as caught:
        check_problem(problem(**changes))
    assert str(caught.value).startswith(said)
    return None


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"tests": []}, "'tests' must hold one test or more"),
        ({"tests": [["1", "2"]]}, "'tests' must be a list of objects with texts input and output"),
        ({"tests": [{"input": 1, "output": "2"}]}, "'tests' must be a list of objects with texts"),
        ({"tests": {"input": ["1"], "output": []}}, "'tests' must be a list of objects with texts"),
        ({"public_tests": "1"}, "'public_tests' must be a list"),
        ({"time_limit": "2"}, "'time_limit' must be a number from 0.01 to 86,400"),
        ({"time_limit": float("nan")}, "'time_limit' must be a number"),
        ({"time_limit": 10**400}, "'time_limit' must be a number"),
        ({"time_limit": 1e300}, "'time_limit' must be a number"),
        ({"memory_mb": 1}, "'memory_mb' must be a number from 64 to 1,048,576"),
        ({"memory_mb": 1e30}, "'memory_mb' must be a number"),
        ({"memory_mb": 64.5}, "'memory_mb' must be a whole number"),
        ({"tolerance": -1}, "'tolerance' must be a number from 0 to 1"),
        ({"tolerance": 10**400}, "'tolerance' must be a number"),
        ({"tolerance": True}, "'tolerance' must be a number"),
        ({"ignore_case": "yes"}, "'ignore_case' must be true or false"),
        ({"checker": 1}, "'checker' must be the text of a program"),
        ({"timeout": 3}, "'timeout' is not known here; 'time_limit' is what it may mean"),
        ({"tolerence": 1e-6}, "'tolerence' is not known here; 'tolerance' is what it may mean"),
        ({"memory_limit_bytes": 1}, "'memory_limit_bytes' is not known here; 'memory_mb' is what"),
        ({"Checker": "x"}, "'Checker' is not known here; 'checker' is what it may mean"),
        ({"private_tests": []}, "'private_tests' is not known here; 'tests' is what it may mean"),
    ],
)
def test_bad_line_is_one_sentence(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(UserError) as caught:
        problem(**changes)
    assert str(caught.value).startswith(f"here: {said}")


def test_columns_of_tests_empty_keys_and_keys_of_its_own_are_read() -> None:
    columns = {"input": ["1 2\n", "0 3\n"], "output": ["3\n", "3\n"]}
    odd = {"difficulty": 3, "source": "here", "checksum": 1, "cases": 2, "timestamp": 3}
    given = problem(tests=columns, public_tests=None, **odd)
    assert given == problem()


def test_the_conversion_of_codecontests_in_the_docs(tmp_path: Path, monkeypatch) -> None:
    task = {
        "name": "1_A. Sum", "description": "Add.", "memory_limit_bytes": 256 << 20,
        "time_limit": {"seconds": 1, "nanos": 500_000_000},
        "public_tests": {"input": ["1 2\n"], "output": ["3\n"]},
        "private_tests": {"input": ["0 3\n"], "output": ["3\n"]},
        "generated_tests": {"input": ["2 2\n", "5 5\n"], "output": ["4\n", "10\n"]},
    }  # fmt: skip
    datasets = SimpleNamespace(load_dataset=lambda name, split: [task])
    monkeypatch.setitem(sys.modules, "datasets", datasets)
    monkeypatch.chdir(tmp_path)
    text = (ROOT / "docs/programs.md").read_text()
    exec(re.findall(r"```python\n(import json\n.*?)```", text, re.DOTALL)[0], {})
    (found,) = read_problem_file(tmp_path / "contests.jsonl", "stdin_stdout").problems
    assert (found.time_limit, found.memory_mb, len(found.tests)) == (7.5, 256, 3)
    assert [one.outcome for one in judge([(found, RIGHT), (found, "print(3)")])] == [
        "passed",
        "failed",
    ]


def test_a_checker_accepts_by_its_return_value_alone() -> None:
    says = "def check(input, output, expected):\n"
    odd = problem(checker=says + "    print(output)\n    return output.strip() == '3'\n")
    ends = problem(task_id="ends", checker=says + "    return False\nraise SystemExit(0)\n")
    echo = f"print(3)\nprint({ACCEPTED.decode()!r}, end='')"
    found = judge([(odd, RIGHT), (odd, "print(4)"), (odd, echo), (ends, RIGHT)])
    assert [one.outcome for one in found] == ["passed", "failed", "failed", "failed"]
    assert found[1].error == "test 1: refused by the checker"


@pytest.mark.parametrize(
    ("completion", "wanted"),
    [
        (RIGHT, RIGHT),
        (f"Here:\n```python\n{RIGHT}```\nIt adds.", RIGHT),
        (f"<think>print(1)</think>\n```\n{RIGHT}```", RIGHT),
        (f"First:\n```python\nprint(1)\n```\nBetter:\n```py\n{RIGHT}```\n", RIGHT),
        (f"```python\n{RIGHT}```\nFor the input\n```\n1 2\n```\nit prints\n```\n3\n```\n", RIGHT),
        (f"```python\n{RIGHT}```\nThe key is\n```python\na = b + c\n```\n", RIGHT),
        (f"```cpp\nint main() {{}}\n```\n```python\n{RIGHT}```\n```bash\npython a.py\n```", RIGHT),
        ("```python\ndef f(x):\n    return x\n```\n```python\nprint(f(3))\n```",
         "def f(x):\n    return x\nprint(f(3))"),
        (f"```python\n'''\n```\nno fence\n```\n'''\n{RIGHT}```", f"'''\n```\nno fence\n```\n'''\n{RIGHT}"),
        (f"1. Do:\n   ```python\n   {RIGHT}   ```\n", RIGHT),
        ("<think>I wonder", UNFINISHED),
        ("I do not know.", "I do not know."),
        ("I do not know.\nNote: this", "I do not know.\nNote: this"),
        ("```python\nprint(\n```", "print("),
    ],
)  # fmt: skip
def test_program_is_read_out_of_a_chat_answer(completion: str, wanted: str) -> None:
    assert read_program(problem(), completion, "markdown").strip() == wanted.strip()
    assert read_program(problem(), completion, "verbatim") == completion


DOUBLE = "n = int(input())\nprint(2 * n)"
SOLVE = "def solve():\n    n = int(input())\n    print(2 * n)"
MAIN = f"{SOLVE}\nsolve()"
GUARD = "if __name__ == '__main__':\n    solve()"
READ = "def read():\n    return int(input())"


@pytest.mark.parametrize(
    ("blocks", "wanted"),
    [
        ([SOLVE, "solve()"], [0, 1]),
        ([SOLVE, GUARD], [0, 1]),
        (["import sys", SOLVE.replace("input()", "sys.stdin.read()"), GUARD], [0, 1, 2]),
        ([READ, "def solve():\n    print(2 * read())", "solve()"], [0, 1, 2]),
        (["class A:\n    def go(self):\n        print(input() * 2)", "A().go()"], [0, 1]),
        (["from sys import stdin as given", "print(2 * int(given.readline()))"], [0, 1]),
        (["solve = lambda: print(2 * int(input()))", "solve()"], [0, 1]),
        (["n = int(input())", "print(2 * n)"], [0, 1]),
        (["n = int(input())", "print(2 * n)", "print(2 * n)  # 6"], [0, 1]),
        ([DOUBLE, "print(2 * n)"], [0]),
        ([DOUBLE, "n = int(input())", "print(2 * n)"], [0]),
        ([DOUBLE, "print('6 is printed')"], [0]),
        ([DOUBLE, "def test():\n    print('ok')"], [0]),
        ([DOUBLE, "def test():\n    print(input())"], [0]),
        ([MAIN, "solve()  # prints 6"], [0]),
        ([MAIN, "for _ in range(int(input())):\n    solve()"], [0]),
        ([MAIN, "m = int(input())\nprint(n + m)"], [0]),
        ([MAIN, SOLVE], [0]),
        ([MAIN, SOLVE.replace("2 * n", "n + n"), "solve()"], [1, 2]),
        ([SOLVE, "solve()", "print(2 * n)"], [0, 1]),
        ([MAIN, DOUBLE], [1]),
        ([DOUBLE, MAIN, "print('6 is printed')"], [1]),
        ([DOUBLE, "from math import *\nprint(floor(2 * int(input())))"], [1]),
        (["print('Hello')", "x = 1"], [0]),
        (["def hello():\n    print('Hello')", "hello()", "def test():\n    print(1)"], [0, 1]),
        (["@run\ndef main():\n    print(input())", "print('6')"], [0]),
    ],
)  # fmt: skip
def test_last_whole_program_counts_with_what_it_lacks(blocks: list[str], wanted: list[int]) -> None:
    answer = "".join(f"So:\n```python\n{one}\n```\n" for one in blocks)
    found = read_program(problem(), answer, "markdown")
    assert found.split() == "\n".join(blocks[at] for at in wanted).split()


@pytest.mark.parametrize(
    "answer",
    [
        f"{DOUBLE}\nThis prints twice the number.",
        f"Here's the program:\n\n{DOUBLE}\n\nIt reads n, and prints 2n.\n",
    ],
)
def test_program_without_a_fence_is_read_without_prose(answer: str) -> None:
    assert read_program(problem(), answer, "markdown").split() == DOUBLE.split()


@pytest.mark.parametrize(
    "text", ["```\n" * 200_000, "(" * 300_000, "```python\n" + "x\n" * 400_000, "<think>" * 100_000,
             "\ud800```python\nprint('\ud800')\n```", "```python\n" + "[" * 3000 + "]" * 3000 + "\n```",
             "```\nx = 1\n```\n```\nprint(x)\n```\n" * 5000,
             "".join(f"```\ndef f{i}(): f{i + 1}(g{i})\n```\n" for i in range(5000)),
             "Prose is here.\n" * 13_000, "(\n" * 60_000,
             "```\n" + "lambda: " * 500 + "input()\n```", "```\n" + "-" * 90_000 + "1\n```"]
)  # fmt: skip
def test_hostile_answers_are_read_in_time(text: str) -> None:
    assert isinstance(read_program(problem(), text, "markdown"), str)


def test_right_programs_are_read_out_of_chat_answers() -> None:
    for one in PROBLEMS:
        for style in STYLES:
            text = program(one.right, style).replace("\r", "").removeprefix("\ufeff")
            answer = f"Sure! I read the input first.\n\n```python\n{text}```\n\nThis is linear."
            assert read_program(problem(), answer, "markdown").strip() == text.strip(), style


def signatures(problems: list[Problem], programs: list[tuple[str, str]]) -> list[Any]:
    opening = Opening(
        "here", "tests", {one.task_id: one for one in problems}, lambda _, text: text, None, "",
        {"workers": 1, "timeout": 0.3, "memory_mb": 256, "require_sandbox": False},
    )  # fmt: skip
    verifier = open_verifier(opening)
    samples = [Sample(task, draw, text) for draw, (task, text) in enumerate(programs)]
    found = list(verifier.signatures(samples))
    return [*found, verifier.about["inputs"]["sources"]]


def test_signatures_are_what_is_printed_on_the_examples(caplog: pytest.LogCaptureFixture) -> None:
    public = [{"input": "1 2\n", "output": "0"}, {"input": "5 5\n", "output": "0"}]
    asked = [problem(public_tests=public), problem(task_id="bare")]
    other = "import sys\nprint(sum(map(int, sys.stdin.read().split())), end='  \\n\\n')\n"
    with caplog.at_level(logging.WARNING):
        *found, sources = signatures(
            asked,
            [("add", RIGHT), ("add", other), ("add", "print(3)"), ("add", "int('x')"),
             ("add", "while True: pass"), ("bare", RIGHT), ("bare", "print(1)")],
        )  # fmt: skip
    right, same, wrong, raising, slow, *bare = found
    assert right.outputs == same.outputs and len(right.outputs) == 2
    assert wrong.outputs[0] == right.outputs[0] and wrong.outputs[1] != right.outputs[1]
    assert raising.outputs == ("!ValueError", "!ValueError") and raising.outcome == "ran"
    assert (slow.outcome, slow.outputs) == ("timeout", ())
    assert {one.outputs for one in bare} == {("?",)}
    assert "1 of 2 tasks have no public_tests" in caplog.text
    assert sources == {"examples": 1}


def test_case_is_what_the_sandbox_asks_of_one() -> None:
    case = case_of(problem(), 1.0)
    assert isinstance(case, ProgramCase) and case.prints and case.memory_bytes == 128 << 20
