"""Tests that a model wrote: what is read of them, and which programs pass them."""

from __future__ import annotations

import json
import marshal
import time
from pathlib import Path
from typing import Any

import pytest

from observe import observe
from passk.benchmarks.human_eval import Problem
from passk.judging import open_judging
from passk.records import Sample, UserError, metadata_path
from passk.verifiers.generated_tests import GeneratedTests, asserts, read_tests
from passk.verifiers.signatures import read_signatures

PROMPT = 'def twice(x, times=1):\n    """Twice a number."""\n'
TESTS = "def check(candidate):\n    assert candidate(3) == 6\n"
TWICE = Problem("T/0", PROMPT, "twice", "    return 2 * x\n", TESTS, 0)


def read(text: str) -> list[Any]:
    return [(marshal.loads(one.call)[0], one.value) for one in asserts(TWICE, text)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("assert twice(3) == 6", [((3,), 6)]),
        (" twice(3) == 6\nassert twice(4) == 8", [((3,), 6), ((4,), 8)]),
        ("assert candidate(3, 2) == [6, 'a']", [((3, 2), [6, "a"])]),
        ("```python\nassert twice(True) is True, 'why'\n```", [((True,), True)]),
        ("    assert twice((1,\n  2)) == {'a': None}  # so", [(((1, 2),), {"a": None})]),
        ("assert twice(-1.5) == -3e0;", [((-1.5,), -3.0)]),
        ("assert twice(1)", []),
        ("assert not twice(1) == 2", []),
        ("assert twice(x=1) == 2", []),
        ("assert twice(1) == twice(1)", []),
        ("assert twice(1) == 1 + 1", []),
        ("assert twice(1) == 2 and True", []),
        ("assert twice(1) != 2", []),
        ("assert twice(1, 2, 3) == 2", []),
        ("assert twice(__import__('os').getpid()) == 2", []),
        ("assert other(1) == 2", []),
        ("twice(1) == 2" * 2, []),
        ("", []),
    ],
)
def test_asserts_of_literals_are_read_and_nothing_else(text: str, found: list[Any]) -> None:
    assert read(text) == found


@pytest.mark.parametrize(
    "text",
    [
        "assert twice(" + "[" * 200_000,
        "assert " * 100_000,
        "assert twice('" + "a" * 1_000_000 + "') == 1",
        "assert twice(" * 50_000,
        "assert twice(1) == " + "(" * 100_000,
        "assert twice(1) == 9**9**9**9\n" * 1000,
        "assert twice(1) == '\ud800'\0",
    ],
)
def test_hostile_texts_take_little_time(text: str) -> None:
    started = time.process_time()
    assert read(text) == []
    assert time.process_time() - started < 2


def test_a_test_counts_as_often_as_it_was_written_and_five_of_a_completion() -> None:
    seven = "\n".join(f"assert twice({number}) == {2 * number}" for number in range(7))
    texts = [seven, "assert twice(4) == 8.0", "assert twice(4) == 9", "none"]
    samples = [Sample("T/0", draw, text) for draw, text in enumerate(texts)]
    tests = read_tests({"T/0": TWICE}, [*samples, Sample("other", 0, seven)])
    assert [times for _, times in tests.tests["T/0"]] == [2, 1, 1, 1, 1, 1]
    assert (tests.samples, tests.about["count"], tests.about["tasks"]) == (4, 6, 1)
    assert tests.marks("T/0", "passed", "=+-+-+- ") == ("++", "-", "+", "-", "+", "-")
    # Those that it did not come to are not passed; nor is any by what failed by itself.
    assert tests.marks("T/0", "timeout", "=++ ") == ("++", "+", *"----")
    for outcome, error in (("failed", "SyntaxError"), ("failed", "=+++"), ("crashed", None)):
        assert tests.marks("T/0", outcome, error) == ("--", *"-----")
    assert tests.marks("T/1", "passed", None) == ()


def write(folder: Path, name: str, texts: list[str]) -> Path:
    lines = [
        {"task_id": "T/0", "draw": draw, "completion": text} for draw, text in enumerate(texts)
    ]
    (folder / name).write_text("".join(json.dumps(line) + "\n" for line in lines))
    return folder / name


@pytest.fixture
def given(tmp_path: Path) -> dict[str, Any]:
    problem = {
        "task_id": "T/0", "prompt": PROMPT, "entry_point": "twice",
        "canonical_solution": "    return 2 * x\n", "test": TESTS,
    }  # fmt: skip
    (tmp_path / "problems.jsonl").write_text(json.dumps(problem) + "\n")
    bodies = ["    return 2 * x\n", "    return x * x\n", "    return None\n", "    return (\n"]
    bodies += ["    while x > 3: pass\n    return 2 * x\n", "    import os; os._exit(0)\n"]
    bodies += ["    print('=+++')\n    raise SystemExit\n"]
    samples = write(tmp_path, "samples.jsonl", bodies)
    return {"benchmark": str(tmp_path / "problems.jsonl"), "samples": samples}


def test_programs_are_run_on_the_tests_and_cannot_see_the_results(
    given: dict[str, Any], tmp_path: Path
) -> None:
    wrote = ["assert twice(2) == 4\nassert twice(3) == 6", "assert twice(5) == 10", "no"]
    tests = [write(tmp_path, "a.jsonl", wrote)]
    tests.append(write(tmp_path, "b.jsonl", ["assert twice(2) is 4"]))
    output = tmp_path / "o.jsonl.gz"
    observe(open_judging(given | {"tests": tests}), output)
    found = {one.draw: one.outputs for one in read_signatures(output)}
    assert found == {
        0: ("++", "+", "+"), 1: ("++", "-", "-"), 2: ("--", "-", "-"), 3: ("--", "-", "-"),
        4: ("++", "+", "-"), 5: ("--", "-", "-"), 6: ("--", "-", "-"),
    }  # fmt: skip
    about = json.loads(metadata_path(output).read_text())
    assert (about["tests"]["samples"], about["tests"]["count"]) == (4, 3)
    assert "inputs" not in about


def test_without_a_test_that_can_be_read_nothing_is_run(
    given: dict[str, Any], tmp_path: Path
) -> None:
    tests = [write(tmp_path, "a.jsonl", ["assert twice(y) == 4", "I cannot."])]
    with pytest.raises(UserError, match="has an assert that can be read") as error:
        observe(open_judging(given | {"tests": tests}), tmp_path / "o.jsonl.gz")
    assert "\n" not in str(error.value)
    assert not (tmp_path / "o.jsonl.gz").exists()


def test_equal_tests_have_one_fingerprint_in_any_order_of_the_tasks() -> None:
    (example,) = asserts(TWICE, "assert twice(1) == 2")
    one, two = {"A": ((example, 1),)}, {"B": ((example, 2),)}
    first, second = GeneratedTests({**one, **two}, 3), GeneratedTests({**two, **one}, 3)
    assert first.about == second.about
    assert first.about != GeneratedTests(one, 3).about
