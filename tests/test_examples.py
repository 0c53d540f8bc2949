"""Examples of prompts: which are read, what is left out, and that reading runs nothing."""

from __future__ import annotations

import ast
import marshal
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from passk.benchmarks import read_problem_file
from passk.benchmarks.human_eval import Problem, human_eval_file
from passk.sandbox import wire
from passk.sandbox.protocol import Reply, marshal_call
from passk.verifiers.examples import LONGEST, MOST, Example, read_examples


def problem(doc: str, head: str = "def f(x):") -> Problem:
    text = doc.replace("\\", "\\\\").replace("'''", "")
    return Problem("T", f"{head}\n    '''{text}\n    '''\n", "f", "    1 / 0\n", "1 / 0\n", 0)


def read(doc: str, head: str = "def f(x):") -> list[tuple[tuple[Any, ...], Any]]:
    """Arguments and result of each example."""
    return [
        (marshal.loads(one.call)[0], one.raises or one.value)
        for one in read_examples(problem(doc, head))
    ]


@pytest.mark.parametrize(
    ("doc", "found"),
    [
        (">>> f([1, -2.5])\n    'a'", [(([1, -2.5],), "a")]),
        (">>> f(1)\n    [1,\n     2]\n    >>> f(2)\n    3\n\n    4", [((1,), [1, 2]), ((2,), 3)]),
        (">>> f(1)  # one\n    2", [((1,), 2)]),
        (">>> f(1) == None", [((1,), None)]),
        (">>> f(1) == 2\n    True", [((1,), 2)]),
        (">>> f(1)\n    Traceback (most recent call last):\n    KeyError: 1", [((1,), "KeyError")]),
        ("f(0) raises ZeroDivisionError.", [((0,), "ZeroDivisionError")]),
        ("f([[1,\n  2]]) == 6.00", [(([[1, 2]],), 6.0)]),
        ("f(1) ➞ True \n # since", [((1,), True)]),
        ("f(1) => false", [((1,), False)]),
        ("f(1)==>{'a': [1]}", [((1,), {"a": [1]})]),
        ("* f(1) -> 2\n    - f(2) → 3", [((1,), 2), ((2,), 3)]),
        ("f('a') returns 'b. c' # so", [(("a",), "b. c")]),
        ("f(3) should return 16.", [((3,), 16)]),
        ("f(15)   # returns \"db\"", [((15,), "db")]),
        ("`f(1) == 2`", [((1,), 2)]),
        ("The result of f(1) is 2.", [((1,), 2)]),
        ("assert f((1, 2)) == {1}", [(((1, 2),), {1})]),
        ("For x = [1,2] the output should be 6", [(([1, 2],), 6)]),
        ("Input: 3\n    Output: (1, 2)\n    Explanation: none", [((3,), (1, 2))]),
        ("Input: x = \"a, b\"\n    Output: 24 # 21 + 3", [(("a, b",), 24)]),
    ],
)  # fmt: skip
def test_examples_are_read_in_the_forms_that_prompts_have(doc: str, found: list[Any]) -> None:
    assert read(doc) == found


def test_all_parameters_must_be_named_in_words() -> None:
    head = "def f(s, c='x'):"
    assert read('For s = "ab", c = "b", the result should be (\'a\', True)', head) == [
        (("ab", "b"), ("a", True))
    ]
    assert read('For s = "ab", the result should be 1', head) == []
    assert read("f('ab') == 1\n f() == 2\n f(1, 2, 3) == 4", head) == [(("ab",), 1)]


@pytest.mark.parametrize(
    "doc",
    [
        "f(y) == 1",  # no literal
        "f(1) == g(2)",
        "The length of f(1) is 3",
        ">>> f(1) is None\n    False",
        "f(1) == 1 + 9 + 0 = 10",
        "f(1) returns 1 if it is odd",
        "f(1) is 2 or 3",
        "f(1) -> 1, 2",
        "f(1) == ('a')",  # a tuple was meant
        "f(1) == 5 mod 7",
        "not f(1) == 2",
        "if f(1) == 2",
        "g(f(1)) == 2",
        "1 + f(1) == 2",
        "f(1)[0] == 2",
        "f(1) + 1 == 2",
        "f(1) != 2",
        "self.f(1) == 2",
        "myf(1) == 2",
        "f(x=1) == 2",
        ">>> f(1)",
        ">>> f(1)\n\n    2",
        ">>> f(1) == 2\n    False",
        ">>> round(f(1), 2)\n    2.0",
        ">>> f(1)\n    [0, ..., 9]",
        ">>> f(1)\n    <object at 0x7f>",
        ">>> f(1)\n    Traceback (most recent call last):\n    OwnError: x",
        ">>> f(1)\n    Traceback (most recent call last):\n    SystemExit: x",
        "f(1) == 2 and f(1) == 3",
        "f(1) == 2\n f(1) == 3",  # which of the two?
        "f(1) = 3\n f(3) = [1, 3, 2, 8]",  # a recurrence
        "For x = 1, y = 2 the output should be 3",
        "Input: x\n    Output: 3",
    ],
)
def test_what_cannot_be_read_for_sure_is_left_out(doc: str) -> None:
    assert read(doc) == []


@pytest.mark.parametrize(
    "doc",
    [
        "f(__import__('os').abort()) == 1",
        "f(1) == __import__('os').abort()",
        ">>> f(1)\n    exit()",
        "f([x for x in iter(int, 1)]) == 1",
        "f(9**9**9) == 1",
        "f(1) == 'a' * 10**12",
        "f(lambda: 1) == 1",
        "f(f'{1/0}') == 1",
        "f(" + "[" * 5000 + "]" * 5000 + ") == 1",
        "f(1) == " + "[" * 60 + "]" * 60,
        "f([" + "-" * 1900 + "1]) == 1",
        "f({" + "{}:" * 600 + "1}) == 1",
        "f(" + "9" * (LONGEST + 1) + ") == 1",
        "f([[1], {[]: 1}]) == 1",
        "f(\x00) == 1",
        "f('" + "\\" * 999,
        "f(" * 20_000,
        "f(1) == " * 20_000,
        "For x = " * 20_000,
        "Input: 1\n" * 20_000,
        "f('" * 20_000,
        "f(1)\n" + " " * 100_000 + "==",
        ">>> f(1)\n    " * 10_000,
    ],
)
def test_hostile_prompts_run_nothing_and_take_little_time(doc: str) -> None:
    started = time.process_time()
    assert read(doc) == []
    assert time.process_time() - started < 4


def test_a_hostile_head_has_no_examples() -> None:
    for prompt in (
        "",
        "def f(x:\n",
        "(" * 100_000,
        "def f(x):\n" + " " * 99,
        "\x00",
        "def f(x): " + "-" * 99_999,
    ):
        assert read_examples(Problem("T", prompt, "f", "", "", 0)) == ()
    for name in ("", "f(", "\\", "("):
        read_examples(replace(problem("f(1) == 2"), entry_point=name))


def test_there_are_not_more_than_a_few_and_the_first_ones() -> None:
    assert read("\n".join(f"f({i}) == {i}" for i in range(99))) == [((i,), i) for i in range(MOST)]


def test_the_solution_and_the_tests_play_no_part() -> None:
    for one in read_problem_file(human_eval_file()).problems:
        other = replace(one, canonical_solution="    raise SystemExit\n", test="def (", index=7)
        assert read_examples(one) == read_examples(other)


def test_human_evals_examples_are_what_its_solutions_return() -> None:
    """All but the three that are wrong in the prompts themselves."""
    wrong, tasks = [], 0
    for one in read_problem_file(human_eval_file()).problems:
        scope: dict[str, Any] = {}
        exec(one.prompt + one.canonical_solution, scope)
        found = read_examples(one)
        tasks += bool(found)
        for example in found:
            (arguments, _) = marshal.loads(example.call)
            result = scope[one.entry_point](*arguments)
            if not example.agrees(Reply(wire.encode(result))):
                wrong.append(one.task_id)
    assert tasks == 150
    assert wrong == ["HumanEval/47", "HumanEval/116", "HumanEval/116"]


def test_a_docstring_alone_is_a_prompt() -> None:
    """As MBPP's are, whose asserts are the tests, too."""
    prompt = '"""\nAdd one.\nassert f(1) == 2\nassert f("a\\\\n") == "a\\\\nb"\n"""\n'
    found = read_examples(Problem("MBPP/1", prompt, "f", "", "", 0))
    assert [(marshal.loads(one.call)[0], one.value) for one in found] == [
        ((1,), 2),
        (("a\n",), "a\nb"),
    ]
    assert ast.parse(prompt)


@pytest.mark.parametrize(
    ("wanted", "found", "agrees"),
    [
        (0.3, 0.1 + 0.2, True),
        (2, 2.0, True),
        (2, 2.0000001, True),
        (2.0, 2.00001, False),
        (0.0, 1e-7, True),
        (1e9, 1e9 + 100, True),
        (2, 3, False),
        (10**30, 10**30 + 1, False),
        (1.5, 10**400, False),
        (1.5, float("nan"), False),
        (float("inf"), float("inf"), True),
        (float("inf"), 5, False),
        (True, 1, True),
        (None, False, False),
        (None, None, True),
        ([1, [2.0]], [1, [2.0000001]], True),
        ([1, 2], (1, 2), False),
        ([1, 2], [1, 2, 3], False),
        ((), [], False),
        ({"a": 0.5}, {"a": 0.5 + 1e-9}, True),
        ({"a": 1}, {"a": 1, "b": 1}, False),
        ({1, 2}, {2, 1}, True),
        ("1", 1, False),
        ("a", b"a", False),
    ],
)
def test_results_are_compared_as_python_does_but_for_floats(
    wanted: Any, found: Any, agrees: bool
) -> None:
    example = Example(marshal_call((1,), {}), wanted)
    assert example.agrees(Reply(wire.encode(found))) == agrees


def test_what_is_no_plain_data_agrees_with_nothing() -> None:
    class Liar(int):
        def __eq__(self, other: object) -> bool:
            return True

        __hash__ = int.__hash__

    example = Example(marshal_call((1,), {}), 5)
    assert not example.agrees(Reply(wire.encode(Liar(4))))
    assert not example.agrees(Reply(wire.encode(object())))
    assert not example.agrees(Reply(exception="ValueError"))
    for malformed in (b"", b"{", b"[" * 99_999, b'{"i":"zz"}', b"\xff", b'{"s":[[1]]}'):
        assert not example.agrees(Reply(malformed))
    nothing = Example(marshal_call((1,), {}), None)
    assert not nothing.agrees(Reply(exception="ValueError"))
    assert not nothing.agrees(Reply())


def test_an_exception_is_a_result_by_its_name() -> None:
    example = Example(marshal_call((1,), {}), None, "ValueError")
    assert example.agrees(Reply(exception="ValueError"))
    for other in (Reply(exception="TypeError"), Reply(exception=""), Reply(b"null"), Reply()):
        assert not example.agrees(other)


def test_equal_examples_have_one_form_in_every_process() -> None:
    call = marshal_call((1,), {})
    assert Example(call, {"b", "a"}).form == Example(call, {"a", "b"}).form
    assert Example(call, 1).form != Example(call, 2).form
    assert Example(call, None, "KeyError").form != Example(call, None).form


def test_module_reads_no_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Path, "open", None)
    monkeypatch.setattr("builtins.open", None)
    assert read("f(1) == 2") == [((1,), 2)]
