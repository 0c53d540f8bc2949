"""MBPP's lines become functions with a test; what cannot be judged is named."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import problem_file
from passk.benchmarks import read_problem_file
from passk.benchmarks.extraction import program
from passk.benchmarks.mbpp import read_problem
from passk.records import Sample, UserError
from passk.sandbox.limits import Limits
from passk.sandbox.pool import Pool, Tally
from passk.verifiers.assertions import check_case

# text, code, a wrong version of it, asserts, set-up
WRITTEN: list[tuple[str, str, str, list[str], str]] = [
    ("find the shared elements of two lists.", "def similar(a, b):\n  return tuple(set(a) & set(b))",
     "def similar(a, b):\n  return a",
     ["assert set(similar((3, 4, 5, 6),(5, 7, 4, 10))) == set((4, 5))",
      "assert set(similar((1, 2),(2, 3))) == set((2,))"], ""),
    ("return a set of the squares.", "def squares(x):\n    return {i * i for i in x}",
     "def squares(x):\n    return {i for i in x}",
     ["assert squares([1, -1, 2]) == {1, 4}", "assert squares([]) == set()"], ""),
    ("find the area of a circle.", "import math\r\ndef area(r):\r\n    return math.pi * r ** 2",
     "def area(r):\n    return 3.14 * r ** 2",
     ["assert math.isclose(area(2), 12.566370614, rel_tol=0.001)",
      "assert math.isclose(area(1), 3.14159, rel_tol=0.0001)"], "import math"),
    ("tell whether a number is prime.", "def helper(n, d):\n    return n % d == 0\ndef prime(n):\n"
     "    return n > 1 and not any(helper(n, d) for d in range(2, n))", "def prime(n):\n    return True",
     ["assert prime(13) == True", "assert prime(4) == False", "assert not prime(1)"], ""),
    ("call it twice.", "def twice(x):\n    return x * 2", "def twice(x):\n    return x + 2",
     ["assert twice(twice(3)) == 12", "assert twice(2) == 4"], ""),
    ("sort a list.", "def ordered(x):\n    return sorted(x)", "def ordered(x):\n    return x",
     ["assert ordered([3,1,2])==[1,2,3]", "assert ordered(['b','a'])==['a','b']"], ""),
    ("say a name.", "def greet(name):\n    return 'Hi ' + name", "def greet(name):\n    return name",
     ['assert greet("Ann") == "Hi Ann"', "assert greet('') == 'Hi '"], ""),
    ('quotes """ and a backslash \\n in the text.', "def same(x):\n    return x",
     "def same(x):\n    return 1", ["assert same('\\n') == '\\n'", 'assert same("""a""") == "a"'], ""),
    ("return a tuple.", "def pair(a, b):\n    return (b, a)", "def pair(a, b):\n    return [b, a]",
     ["assert pair(1, 2) == (2, 1)"], ""),
    ("return a dictionary.", "def count(s):\n    return {c: s.count(c) for c in s}",
     "def count(s):\n    return {}", ["assert count('aab') == {'a': 2, 'b': 1}"], ""),
    ("return None for an empty list.", "def first(x):\n    return x[0] if x else None",
     "def first(x):\n    return x[:1]", ["assert first([]) is None", "assert first([1]) == 1"], ""),
    ("use constants of the set-up.", "def scale(x):\n    return x * 10", "def scale(x):\n    return x",
     ["assert scale(TEN) == HUNDRED"], "TEN = 10\r\nHUNDRED = 100"),
    ("use a function of the set-up.", "def half(x):\n    return x / 2", "def half(x):\n    return x",
     ["assert near(half(3), 1.5)"], "def near(a, b):\n    return abs(a - b) < 1e-9"),
    ("return a float.", "def third(x):\n    return x / 3", "def third(x):\n    return x // 3",
     ["assert third(10) == 3.3333333333333335"], ""),
    ("nested lists.", "def flat(x):\n    return [j for i in x for j in i]", "def flat(x):\n    return x",
     ["assert flat([[1, 2], [3]]) == [1, 2, 3]"], ""),
    ("keyword arguments.", "def power(base, exponent=2):\n    return base ** exponent",
     "def power(base, exponent=2):\n    return base ** 2",
     ["assert power(3) == 9", "assert power(2, exponent=3) == 8"], ""),
    ("a recursive function.", "def fib(n):\n    return n if n < 2 else fib(n-1) + fib(n-2)",
     "def fib(n):\n    return n", ["assert fib(10) == 55", "assert fib(1) == 1"], ""),
    ("two functions are defined.", "def inner(x):\n    return x + 1\ndef outer(x):\n    return inner(inner(x))",
     "def outer(x):\n    return x", ["assert outer(1) == 3"], ""),
    ("ends with an error.", "def divide(a, b):\n    return a / b", "def divide(a, b):\n    return 2",
     ["assert divide(4, 2) == 2.0", "assert divide(1, 4) == 0.25"], ""),
    ("compare in any order.", "def common(a, b):\n    return list(set(a) & set(b))",
     "def common(a, b):\n    return a", ["assert sorted(common([1, 2, 3], [3, 2])) == [2, 3]"], ""),
]  # fmt: skip


def line(at: int, **changes: Any) -> dict[str, Any]:
    text, code, _, asserts, setup = WRITTEN[at]
    about = {"task_id": 600 + at, "text": f"Write a python function to {text}", "code": code}
    about |= {"test_setup_code": setup, "test_list": asserts, "challenge_test_list": []}
    return about | changes


def written(folder: Path, *lines: dict[str, Any]) -> Path:
    path = folder / "mbpp.jsonl"
    path.write_text("".join(json.dumps(one) + "\n" for one in lines))
    return path


def test_all_are_judged_as_they_should_be(tmp_path: Path) -> None:
    path = written(tmp_path, *(line(at) for at in range(len(WRITTEN))))
    output = tmp_path / "problems.jsonl"
    problem_file.problem_file({"kind": "mbpp", "path": str(path)}, output)
    benchmark = read_problem_file(output)
    assert (benchmark.kind, benchmark.size) == ("mbpp", len(WRITTEN))
    assert benchmark == read_problem_file(path, "mbpp")
    problems = {one.task_id: one for one in benchmark.problems}
    assert problems["MBPP/600"].entry_point == "similar"
    samples = [
        Sample(f"MBPP/{600 + at}", draw, text)
        for at, (_, code, wrong, *_) in enumerate(WRITTEN)
        for draw, text in enumerate((code, wrong, f"Sure:\n```python\n{code}\n```\n"))
    ]
    with Pool({task: check_case(one) for task, one in problems.items()}, 1, Limits()) as pool:
        found = pool.verdicts(
            samples, lambda s: program(problems[s.task_id], s.completion, "markdown"), Tally(None)
        )
        outcomes = {(v.task_id, v.draw): v.outcome for v in found}
    unexpected = {
        key: outcome
        for key, outcome in outcomes.items()
        if outcome != ("failed" if key[1] == 1 else "passed")
    }
    assert unexpected == {}


def test_prompt_is_a_docstring_of_text_and_asserts() -> None:
    prompt = read_problem(line(5), 0, "here").prompt
    assert prompt == (
        '"""\nWrite a python function to sort a list.\n'
        "assert ordered([3,1,2])==[1,2,3]\nassert ordered(['b','a'])==['a','b']\n\"\"\"\n"
    )


def test_texts_of_several_lines_in_an_assert_stay_what_they_are() -> None:
    asked = line(5) | {
        "code": "def lines(text):\n    return text.split('\\n')",
        "test_list": ["assert lines('''a\nb''') == ['a', 'b']"],
    }
    check_case(read_problem(asked, 0, "here"))


def test_sanitized_file_has_other_names() -> None:
    old, new = line(2), line(2)
    new["prompt"] = new.pop("text")
    new["test_imports"] = [new.pop("test_setup_code")]
    assert read_problem(old, 0, "here") == read_problem(new, 0, "here")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"task_id": "x"}, "has no number 'task_id'"),
        ({"code": 1}, "has no text 'code'"),
        ({"test_list": []}, "has no asserts in 'test_list'"),
        ({"test_list": "assert 1"}, "'test_list' must be a list of texts"),
        ({"test_list": ["assert other(1) == 2"]}, "the asserts call no function that the code"),
        ({"code": "def f(:"}, "'code' is not valid Python"),
        ({"test_list": ["assert f(:"]}, "'test_list' is not valid Python"),
        ({"test_setup_code": "import"}, "'test_setup_code' is not valid Python"),
        ({"test_setup_code": ["import math"]}, "has no text 'test_setup_code'"),
        ({"test_setup_code": 0}, "has no text 'test_setup_code'"),
        ({"test_imports": "import math"}, "'test_imports' must be a list of texts"),
        ({"test_list": ["similar(1, 2) == 3"]}, "'similar.*3' in 'test_list' asserts nothing"),
    ],
)
def test_bad_line_is_one_sentence(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(UserError, match=said):
        read_problem(line(0, **changes), 0, "here")


@pytest.mark.parametrize(
    "deep", ["-" * 300_000 + "1", "+".join("1" * 50_000)], ids=["signs", "terms"]
)
@pytest.mark.parametrize("name", ["code", "test_list", "test_imports", "test_setup_code"])
def test_code_nested_too_deeply_is_one_sentence(name: str, deep: str) -> None:
    changes = {name: [f"assert {deep}"] if name in ("test_list", "test_imports") else deep}
    with pytest.raises(UserError, match=f"here: .*{name!r}.* is nested too deeply for Python"):
        read_problem(line(0, **changes), 0, "here")


@pytest.mark.parametrize(
    "code",
    ["f = lambda a: a + 1", "f: object = lambda a: a + 1", "if True:\n    def f(a): return a + 1",
     "try:\n    from nowhere import f\nexcept ImportError:\n    f = (1).__add__",
     "def g(a):\n    return a + 1\nf, h = g, g"],
)  # fmt: skip
def test_entry_point_is_any_name_that_the_code_gives_a_value(code: str) -> None:
    problem = read_problem(line(0, code=code, test_list=["assert f(1) == 2"]), 0, "here")
    assert problem.entry_point == "f"
    check_case(problem)


def test_imported_names_are_no_entry_point() -> None:
    code = "from math import floor\ndef f(a):\n    return a / 2"
    asserts = ["assert floor(f(3)) == floor(1.5)"]
    problem = read_problem(line(0, code=code, test_list=asserts), 0, "here")
    assert problem.entry_point == "f"


def test_imports_of_the_test_are_made() -> None:
    one = line(2, test_imports=["import math"], test_setup_code=None)
    check_case(read_problem(one, 0, "here"))


def test_file_of_the_sanitized_tasks_says_how_to_make_lines_of_it(tmp_path: Path) -> None:
    for name, text in (
        ("a.json", json.dumps([line(0)], indent=2)),
        ("b.json", json.dumps([line(0)])),
    ):
        (tmp_path / name).write_text(text)
        with pytest.raises(UserError, match=rf"is a JSON list: .* \(jq -c '.\[\]' {name} makes it"):
            read_problem_file(tmp_path / name, "mbpp")


@pytest.mark.parametrize("kind", ["mbpp", "human_eval"])
def test_mbpp_plus_is_told_by_its_name(tmp_path: Path, kind: str) -> None:
    plus = {"task_id": "Mbpp/2", "prompt": "", "entry_point": "f", "canonical_solution": "",
            "base_input": [], "plus_input": [], "contract": "", "assertion": "", "atol": 0}  # fmt: skip
    path = written(tmp_path, plus)
    with pytest.raises(
        UserError, match=r"line 1 is of MBPP\+, .*take MBPP's own file, with 'code'"
    ):
        read_problem_file(path, kind)


def test_tasks_that_cannot_be_judged_are_named(tmp_path: Path) -> None:
    node = (
        "class Node:\n    def __init__(self, x):\n        self.x = x\ndef value(n):\n    return n.x"
    )
    bad = line(0, task_id=9, code=node, test_list=["assert value(root) == 1"],
               test_setup_code="root = Node(1)")  # fmt: skip
    wrong = line(1, task_id=10, code="def squares(x):\n    return x")
    path = written(tmp_path, line(0), bad, wrong)
    with pytest.raises(UserError) as caught:
        problem_file.problem_file({"kind": "mbpp", "path": str(path)}, tmp_path / "out.jsonl")
    assert "2 of 3 tasks cannot be judged" in str(caught.value)
    assert "MBPP/9 " in str(caught.value) and "MBPP/10 " in str(caught.value)
