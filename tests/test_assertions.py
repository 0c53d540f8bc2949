"""Suites: how a test becomes calls, and how replies are judged."""

from __future__ import annotations

import marshal

import pytest

from passk.benchmarks.human_eval import Problem
from passk.records import UserError
from passk.sandbox import wire
from passk.sandbox.protocol import Reply
from passk.verifiers.assertions import check_case


def problem(
    test: str, prompt: str = "def f(x):\n", solution: str = "    return x + 1\n"
) -> Problem:
    return Problem("T/0", prompt, "f", solution, test, 0)


def play(test: str, candidate, **options) -> str:
    """Judge ``candidate`` as the runner does: replies to the calls, new rounds on divergence."""
    case = check_case(problem(test, **options))
    calls, keep_going = case.calls, False
    for _ in range(20):
        replies = []
        for call in calls:
            args, kwargs = marshal.loads(call)
            try:
                replies.append(Reply(wire.encode(candidate(*args, **kwargs))))
            except Exception as error:
                replies.append(Reply(exception=wire.exception_name(error)))
                if not keep_going:
                    break
        judgement = case.judge(replies, calls)
        if judgement.state != "diverged":
            return judgement.state
        calls, keep_going = judgement.calls, judgement.keep_going
    return "endless"


def test_calls_are_recorded_with_keywords():
    case = check_case(problem("def check(c):\n    assert c(1) == 2\n    assert c(x=2) == 3\n"))
    assert [marshal.loads(call) for call in case.calls] == [((1,), {}), ((), {"x": 2})]


def test_right_and_wrong_values_are_told_apart():
    test = "def check(c):\n    assert c(1) == 2\n"
    assert play(test, lambda x: x + 1) == "passed"
    assert play(test, lambda x: x) == "failed"


def test_calls_that_depend_on_results_are_asked_for_again():
    test = "def check(c):\n    assert c(c(c(1))) % 10 == 4\n"
    assert play(test, lambda x: x + 1) == "passed"
    assert play(test, lambda x: x + 11) == "passed"
    assert play(test, lambda x: x + 2) == "failed"


def test_test_that_catches_exceptions_goes_on():
    test = (
        "def check(c):\n    try:\n        c(0)\n    except ZeroDivisionError:\n        pass\n"
        "    else:\n        assert False\n    assert c(2) == 0.5\n"
    )
    options = {"solution": "    return 1 / x\n"}
    assert play(test, lambda x: 1 / x, **options) == "passed"
    assert play(test, lambda x: x and 1 / x, **options) == "failed"


def test_random_inputs_are_the_same_each_time():
    test = (
        "import random\ndef check(c):\n    for _ in range(20):\n        n = random.randint(0, 99)\n"
        "        assert c(n) == n + 1\n"
    )
    assert check_case(problem(test)).calls == check_case(problem(test)).calls
    assert play(test, lambda x: x + 1) == "passed"


def test_solution_that_draws_random_numbers_does_not_shift_the_inputs():
    test = (
        "import random\ndef check(c):\n    for _ in range(5):\n        n = random.randint(0, 99)\n"
        "        assert c(n) == n + 1\n"
    )
    solution = "    import random\n    random.random()\n    return x + 1\n"
    assert play(test, lambda x: x + 1, solution=solution) == "passed"


def test_entry_point_by_name_is_the_candidate():
    test = "def check(c):\n    assert tuple(c(1)) == tuple(f(1))\n"
    assert play(test, lambda x: [x, 9], solution="    return [x]\n") == "passed"


def test_test_that_looks_at_its_arguments_is_refused():
    test = "def check(c):\n    x = [2]\n    c(x)\n    assert x == [2, 1]\n"
    with pytest.raises(UserError, match="T/0"):
        check_case(problem(test, solution="    x.append(1)\n"))


@pytest.mark.parametrize(
    "result",
    ["(i for i in [x])", "map(int, [x])", "[iter([x])][0]", "[zip([x])]", "{1: iter('a')}"],
)
def test_solution_that_returns_iterators_passes_its_test(result: str) -> None:
    test = (
        "def check(c):\n    found = c(1)\n    while not isinstance(found, (int, str)):\n"
        "        found = list(found.values() if isinstance(found, dict) else found)[0]\n"
        "    assert found in (1, 'a')\n"
    )
    solution = f"    return {result}\n"
    scope: dict = {}
    exec(f"def f(x):\n{solution}", scope)
    assert play(test, scope["f"], solution=solution) == "passed"
    assert play(test, lambda x: [3], solution=solution) == "failed"


def test_test_of_what_cannot_be_sent_is_not_called_wrong() -> None:
    test = "def check(c):\n    assert c(1).real == 1 and type(c(1)).__name__ == 'Own'\n"
    solution = "    return Own(x)\nclass Own(int):\n    pass\n"
    with pytest.raises(UserError, match="cannot be judged from outside"):
        check_case(problem(test, solution=solution))


@pytest.mark.parametrize(
    "test", ["def check(c):\n    assert c(1) == 3\n", "def check(c):\n    c(\n", "x = 1\n"]
)
def test_broken_benchmark_is_named(test: str):
    with pytest.raises(UserError, match="T/0"):
        check_case(problem(test))
