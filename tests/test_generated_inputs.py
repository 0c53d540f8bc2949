"""Generated inputs: what they are made from, what they look like, and that they are the same."""

from __future__ import annotations

import ast
import marshal
import subprocess
import sys
from typing import Any

import pytest
from conftest import ROOT

from passk.benchmarks import read_problem_file
from passk.benchmarks.human_eval import Problem, human_eval_file
from passk.records import Sample
from passk.sandbox.limits import Limits
from passk.sandbox.pool import Pool, Tally
from passk.verifiers.generated_inputs import COUNT, generate
from passk.verifiers.signatures import CPU_SECONDS, NO_VALUE, SignatureCase, observed


def problem(prompt: str, name: str = "f", task_id: str = "Own/0") -> Problem:
    return Problem(task_id, prompt, name, "    raise SystemExit\n", "def check(c): 1 / 0\n", 0)


def arguments(prompt: str, **options: Any) -> tuple[str, list[tuple[Any, ...]]]:
    inputs = generate(problem(prompt), **options)
    calls = [marshal.loads(call) for call in inputs.calls]
    assert all(kwargs == {} for _, kwargs in calls)
    return inputs.source, [args for args, _ in calls]


def test_examples_of_the_docstring_come_first() -> None:
    doc = (
        "def f(xs, n=2):\n    '''>>> f([1, (2)], 3)\n    [1]\n    f([]) == 0, and f(xs) is not'''\n"
    )
    source, calls = arguments(doc)
    assert source == "examples"
    assert calls[:2] == [([1, 2], 3), ([],)]
    assert len(calls) == COUNT
    assert len({repr(call) for call in calls}) == COUNT


@pytest.mark.parametrize(
    ("doc", "first"),
    [
        ('g("ab", 1) should be 2, print("x")', [("ab", 1)]),
        ('For s = "a]b" and n = 12 it is 1; with s = "", n=-3 it is 0', [("a]b", 12), ("", -3)]),
        ("Input: s : [[1], [2]] n : 6", [([[1], [2]], 6)]),
    ],
)
def test_examples_may_have_another_name_or_be_assignments(doc: str, first: list[Any]) -> None:
    source, calls = arguments(f'def f(s, n):\n    """{doc}"""\n'.replace('"""', "'''"))
    assert source == "examples"
    assert calls[: len(first)] == first


def test_mutations_keep_types_signs_and_letters() -> None:
    prompt = "def f(a, b, c, d):\n    '''f(3, 'xyx', [0.5, 7.0], {'k': (1, True)})'''\n"
    _, calls = arguments(prompt, count=100)
    assert len(calls) == 100
    for number, text, items, table in calls:
        assert (type(number), type(text), type(items), type(table)) == (int, str, list, dict)
        assert 1 <= number <= 20
        assert set(text) <= set("xyz")
        assert all(type(item) is float and 0 <= item <= 21 for item in items)
        for key, value in table.items():
            assert (key, type(value)) == ("k", tuple)
            assert all(type(item) in (int, bool) for item in value)


def test_annotated_types_are_kept_to() -> None:
    head = "from typing import *\ndef f(a: List[Tuple[int, str]], b: Optional[float], c: Dict[str, "
    source, calls = arguments(head + "list[bool]], d: 'int') -> int:\n    '''No examples.'''\n")
    assert source == "annotations"
    for pairs, number, table, whole in calls:
        assert all(list(map(type, pair)) == [int, str] for pair in pairs)
        assert number is None or type(number) is float
        assert all(type(flag) is bool for flags in table.values() for flag in flags)
        assert type(whole) is int


def test_names_suggest_kinds_and_what_the_docstring_mentions_is_used() -> None:
    source, calls = arguments("def f(words, xs):\n    '''Those with z, if above 777.'''\n")
    assert source == "names"
    assert all(isinstance(word, str) for words, _ in calls for word in words)
    numbers = [x for _, xs in calls for x in xs]
    assert {776, 777, 778} <= set(numbers)
    assert sum("z" in word for words, _ in calls for word in words) > 20


def test_unknown_names_get_values_of_several_kinds() -> None:
    _, calls = arguments("def f(thing):\n    '''Do it.'''\n")
    assert len({type(thing) for (thing,) in calls}) >= 3


@pytest.mark.parametrize(
    "prompt",
    ["def f():\n", "def g(x):\n", "def f(x:\n", "", "f = 3\n", "def f(*, k=1):\n    'f(1, 2)'\n"],
)
def test_a_prompt_without_parameters_or_head_gives_one_call(prompt: str) -> None:
    assert arguments(prompt)[1] == [()]


@pytest.mark.parametrize("deep", ["-" * 9_000 + "1", "+".join("1" * 9_000), "{[]: 1}", "\ud800"])
@pytest.mark.parametrize("example", [">>> f({})", "x = {}", "x = [{}]"])
def test_example_that_python_cannot_read_is_passed_over(example: str, deep: str) -> None:
    prompt = f'def f(x):\n    """{example.format(deep)}"""\n'
    assert generate(problem(prompt)).calls


def test_tests_and_solution_are_not_looked_at() -> None:
    prompt = "def f(x):\n    '''f(1)'''\n"
    others = Problem("Own/0", prompt, "f", "    return 12345\n", "assert f(999) == 1", 0)
    assert generate(others) == generate(problem(prompt))


def test_the_same_problem_gives_the_same_inputs_in_another_process() -> None:
    prompt = "def f(s, xs):\n    '''f({'b', 'a', 'long', 'c'}, [1])'''\n"
    script = (
        "from passk.verifiers.generated_inputs import generate;"
        "from passk.benchmarks.human_eval import Problem;"
        f"print([c.hex() for c in generate(Problem('Own/0', {prompt!r}, 'f', '', '', 0)).calls])"
    )
    told = {
        subprocess.run(
            [sys.executable, "-c", script], cwd=ROOT / "scripts", capture_output=True, text=True,
            check=True, env={"PYTHONHASHSEED": seed},
        ).stdout
        for seed in "123456"
    }  # fmt: skip
    assert [ast.literal_eval(text) for text in told] == [
        [call.hex() for call in generate(problem(prompt)).calls]
    ]


def test_most_of_human_eval_gives_examples_and_its_solutions_take_the_inputs() -> None:
    problems = {one.task_id: one for one in read_problem_file(human_eval_file()).problems}
    inputs = {task: generate(one) for task, one in problems.items()}
    assert sum(one.source == "examples" for one in inputs.values()) >= 150
    cases = {
        task: SignatureCase(task, one.entry_point, inputs[task].calls)
        for task, one in problems.items()
    }
    samples = [Sample(task, 0, one.canonical_solution) for task, one in problems.items()]
    with Pool(cases, 2, Limits.of(CPU_SECONDS, 1 << 30)) as judge:
        verdicts = list(
            judge.verdicts(
                samples, lambda s: problems[s.task_id].prompt + s.completion, Tally(None)
            )
        )
    taken = 0
    for verdict in verdicts:
        _, outputs = observed(verdict.outcome, verdict.error)
        values = [one for one in outputs if one[0] != "!" and one != NO_VALUE]
        taken += len(values) > COUNT / 2
    assert taken >= 155
