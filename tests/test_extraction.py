"""How completions become programs, for what chat models are seen to write."""

import ast
import json
import random
import textwrap
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from passk.benchmarks import KINDS, UNFINISHED, find_benchmark, read_problem_file
from passk.benchmarks.extraction import program
from passk.benchmarks.human_eval import Problem, human_eval_file
from passk.judging import open_verifier
from passk.records import Sample, Verdict, read_samples
from passk.verifiers import Verifier

PROMPT = (
    "import math\n\n\ndef helper(x):\n    return x * 2\n\n\n"
    'def solve(xs):\n    """Double the sum.\n    >>> solve([1, 2])\n    6\n    """\n'
)
BODY = "    total = 0\n    for x in xs:\n        total += x\n    return helper(total)\n"
WHOLE = "def solve(xs):\n" + BODY
PROBLEM = Problem("t/0", PROMPT, "solve", BODY, "", 0)


def stripped(body):
    return body.strip()


ANSWERED = {
    "body": BODY,
    "body after blank lines": "\n\n" + BODY,
    "body with CRLF": BODY.replace("\n", "\r\n"),
    "body with CR": BODY.replace("\n", "\r"),
    "body without its last newline": BODY.rstrip(),
    "body at column 0": textwrap.dedent(BODY),
    "body whose first line was stripped": BODY.strip(),
    "loop whose first line was stripped": "for x in xs:\n        pass\n    return helper(sum(xs))",
    "loop at column 0": "for x in xs:\n    return helper(sum(xs))",
    "body in tabs": BODY.replace("    ", "\t"),
    "body in two spaces": BODY.replace("    ", "  "),
    "body in eight spaces": textwrap.indent(BODY, "    "),
    "body, then prose": BODY + "\nThis adds them all up.\n",
    "body, then more code": BODY + "\n\nif __name__ == '__main__':\n    print(solve([1]))\n",
    "body, then the function broken": BODY + "\n\ndef other(x):\n    return x\n",
    "prose, then body": "Here is the body:\n\n" + BODY,
    "prose, then body at column 0": "Here is the body:\n\n" + textwrap.dedent(BODY),
    "comment, then body": "# Add them.\n" + BODY,
    "whole function": WHOLE,
    "whole function with imports": "from typing import List\n" + WHOLE,
    "whole function with a future import": "from __future__ import annotations\n" + WHOLE,
    "whole prompt again": PROMPT + BODY,
    "prose around the whole function": f"Here's my (first) try:\n\n{WHOLE}\nI hope it helps!",
    "whole function, indented": textwrap.indent(WHOLE, "    "),
    "own helper that overrides": "def helper(x):\n    return 2 * x\n\n\n" + WHOLE,
    "function by assignment": "solve = lambda xs: helper(sum(xs))\n",
    "fenced body": f"```python\n{BODY}```",
    "fenced body at column 0": f"```python\n{textwrap.dedent(BODY)}```",
    "fenced body whose first line was stripped": f"```python\n{BODY.strip()}\n```",
    "fenced function": f"```python\n{WHOLE}```",
    "py fence": f"```py\n{WHOLE}```\n",
    "Python fence": f"```Python\n{WHOLE}```\n",
    "bare fence": f"```\n{WHOLE}```",
    "tilde fence": f"~~~python\n{WHOLE}~~~",
    "long fence": f"`````python\n{WHOLE}`````",
    "fence with CRLF": f"```python\n{WHOLE}```".replace("\n", "\r\n"),
    "fence in a list item": "1. Like this:\n" + textwrap.indent(f"```python\n{WHOLE}```", "   "),
    "prose around a fence": f"Sure! Here it is:\n\n```python\n{WHOLE}```\n\nIt doubles `x`.",
    "prose with a fence behind a colon": f"Here: ```python\n{WHOLE}```\nDone.",
    "truncated fence": f"```python\n{WHOLE}",
    "truncated fence of a body": f"```\n{BODY}",
    "closing fence only": f"{BODY}```",
    "closing fence only, column 0": f"{textwrap.dedent(BODY)}```\n\nThis works because it does.",
    "closing fence at the end of a line": f"```python\n{WHOLE.rstrip()}```",
    "closing fence of a function": f"{WHOLE}```\nExplanation.",
    "body, then a fenced example": f"{BODY}\n```python\n>>> solve([1])\n```",
    "two fences, the second defines": f"```python\nprint(1)\n```\nThen\n```python\n{WHOLE}```",
    "two fences, the second is a test": f"```python\n{WHOLE}```\n```python\nassert False\n```",
    "two fences, the second returns": f"```\npip install x\n```\n```python\n{BODY}```",
    "empty fence first": f"```\n```\n```python\n{WHOLE}```",
    "strings that span lines": '    text = """\nnot code (\n"""\n' + BODY,
    "brackets that span lines": "    zs = [\n1,\n2,\n]\n" + BODY,
    "strings that span lines at column 0": 'text = """\n  kept\n"""\n' + textwrap.dedent(BODY),
}


@pytest.mark.parametrize("name", ANSWERED)
def test_markdown_makes_a_program_that_gives_the_right_result(name):
    source = program(PROBLEM, ANSWERED[name], "markdown")
    scope = {"__name__": "candidate"}
    exec(compile(source, "program", "exec"), scope)
    assert scope["solve"]([1, 2]) == 6
    assert scope["math"].pi > 3, "the prompt's imports stay"


def test_strings_keep_their_content_when_a_body_is_indented():
    body = 'text = """\n  kept\n"""\nreturn text'
    scope = {}
    exec(program(PROBLEM, body, "markdown"), scope)
    assert scope["solve"]([]) == "\n  kept\n"


def test_verbatim_is_prompt_and_completion():
    for completion in (BODY, "```python\nx\n```", "", "\r\n"):
        assert program(PROBLEM, completion, "verbatim") == PROMPT + completion


@pytest.mark.parametrize("completion", ["", "\n", "I cannot help with that.", "```\n```", "```"])
def test_what_holds_no_code_stays_verbatim(completion):
    assert program(PROBLEM, completion, "markdown") == PROMPT + completion


def test_prompts_that_end_in_an_indent_take_an_indented_body():
    problem = Problem("t/0", "def solve(xs):\n    ", "solve", "", "", 0)
    for completion in ("    return 6", "return 6", "```\n    return 6\n```"):
        scope = {}
        exec(program(problem, completion, "markdown"), scope)
        assert scope["solve"]([1]) == 6


def test_unknown_answer_is_refused():
    with pytest.raises(ValueError, match="json"):
        program(PROBLEM, BODY, "json")


HUMAN_EVAL = read_problem_file(human_eval_file()).problems
FORMS = {
    "body": lambda p: p.canonical_solution,
    "stripped": lambda p: p.canonical_solution.strip(),
    "dedented": lambda p: textwrap.dedent(p.canonical_solution),
    "fenced body": lambda p: f"```python\n{p.canonical_solution}\n```",
    "fenced whole": lambda p: f"Sure:\n```python\n{p.prompt}{p.canonical_solution}\n```\nDone.",
    "whole": lambda p: p.prompt + p.canonical_solution,
    "prose after": lambda p: p.canonical_solution + "\nThis solves it.",
}


@pytest.mark.parametrize("form", FORMS)
def test_every_canonical_solution_survives_as(form):
    for problem in HUMAN_EVAL:
        expected = ast.parse(problem.prompt + problem.canonical_solution)
        source = program(problem, FORMS[form](problem), "markdown")
        assert _body(ast.parse(source), problem) == _body(expected, problem), problem.task_id


def _body(tree, problem):
    *_, function = [
        n for n in tree.body if isinstance(n, ast.FunctionDef) and n.name == problem.entry_point
    ]
    return ast.dump(function)


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.sampled_from([*"`~\"'#\\()[]{}:=", "\n", " ", "```", '"""', "def ", "solve", "x"]))
)
def test_no_completion_makes_it_fail_or_differ(parts):
    completion = "".join(parts)
    for answer in KINDS["human_eval"].answers:
        assert program(PROBLEM, completion, answer) == program(PROBLEM, completion, answer)


LONG = {
    "backticks": "`" * 2_000_000,
    "lines of backticks": "```\n" * 200_000,
    "quotes": "'" * 1_000_000,
    "triple quotes": '"""' * 500_000,
    "unclosed string": '"""' + "x" * 2_000_000,
    "unclosed string of escapes": '"""' + '\\"' * 1_000_000,
    "brackets": "(" * 1_000_000,
    "unclosed subscripts": "x[" * 500_000,
    "dots": "x" + ".x" * 500_000,
    "for without a colon": "for x in " + "y in " * 200_000,
    "commas": "a, " * 500_000,
    "spaces": " " * 2_000_000 + "x",
    "returns": "return " * 300_000,
    "blank lines": "\n" * 500_000,
    "futures": "def solve(x):\n    pass\n" + "from __future__ import " * 50_000,
    "definitions": "def solve(xs):\n    return 6\n" * 50_000,
    "thoughts": "<think>" * 300_000,
    "a thought of megabytes": "<think>" + "x = 1\n" * 500_000 + "</think>\n" + WHOLE,
    "tags": "<code>" * 30_000,
    "ends of turns": "</s>\n" * 40_000,
    "statements": "x=1\n" * 20_000,
    "chain of helpers": WHOLE + "".join(f"def f{i}(): return f{i + 1}()\n" for i in range(5_000)),
    "tests": WHOLE + "assert solve([])\n" * 11_000,
    "tests and helpers": WHOLE + "def f(): return g()\nf(g())\n" * 240,
    "fenced definitions": f"```python\n{WHOLE}```\n" * 1_500,
    "bodies": "```\nreturn x\n```\n" * 12_000,
    "prose with brackets": "This is (prose, isn't it.\n" * 7_000,
    "prose with quotes": 'He said """hi\n' * 12_000,
    "decorators": "@x\n" * 20_000,
    "marks behind words": ("x" * 300 + "```") * 600,
    "nested brackets": "(" * 199_000,
    "nested lambdas": "solve = " + "lambda: " * 2_000 + "0\nprint(1)",
    "long chain of attributes": "solve = x" + ".x" * 2_500 + "\nprint(1)",
}


@pytest.mark.parametrize("name", LONG)
def test_time_grows_linearly_with_the_text(name):
    """A quadratic rule would take hours on these; the limit only keeps the suite from hanging."""
    assert program(PROBLEM, LONG[name], "markdown")


HERE = Path(__file__).parent
SHARED = HERE.parent.parent / "shared" / "data"
BENCHMARK = find_benchmark("humaneval", HERE.parent / "config.yaml")


def opened(answers: Sequence[tuple[str, str]], reading: str) -> tuple[list[Verdict], Verifier]:
    """The verdicts on (task, completion), and the verifier that gave them."""
    samples = [Sample(task, draw, text) for draw, (task, text) in enumerate(answers)]
    tasks = dict.fromkeys(task for task, _ in answers)
    verifier = open_verifier("assertions", "base", BENCHMARK, tasks, reading, {"workers": 2})
    return list(verifier.verdicts(samples)), verifier


def judged(answers: Sequence[tuple[str, str]], reading: str) -> list[str]:
    return [verdict.outcome for verdict in opened(answers, reading)[0]]


def misread(path: Path) -> tuple[list[str], list[str], int]:
    """Names of right answers that fail and of wrong ones that pass; how many are right."""
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    outcomes = judged([(row["task_id"], row["completion"]) for row in rows], "markdown")
    failing, passing = [], []
    right = 0
    for row, outcome in zip(rows, outcomes, strict=True):
        expected = row["expected"]
        expected = expected if isinstance(expected, str) else expected["markdown"]
        right += expected == "passed"
        if (expected == "passed") != (outcome == "passed"):
            (failing if expected == "passed" else passing).append(row["name"])
    return failing, passing, right


def test_answers_in_the_styles_of_todays_models_are_read_right():
    failing, passing, right = misread(HERE / "answers.jsonl")
    assert (failing, passing) == ([], [])
    assert right > 150


def test_answers_written_by_others_are_read_right():
    """One needs a name that the test overwrites, another says only in words which block counts."""
    path = SHARED / "answers.jsonl"
    if not path.exists():
        pytest.skip(f"{path.name} is not part of the package")
    failing, passing, right = misread(path)
    assert not passing
    assert len(failing) <= 0.05 * right, failing


BEHIND = (
    "\n\nprint(1)\n",
    "\n\nif __name__ == '__main__':\n    import doctest\n    doctest.testmod()\n",
    "\n\nimport sys\nsys.setrecursionlimit(10_000)\n",
    "\n\nN: int\nA  = 0\n(B, C) = 1, 2\n",
    "\n\nTABLE = []\nfor i in range(3):\n    TABLE.append(i)\n",
    "\n\nimport random; random.seed(1); assert True\n",
    '\n\n\n"""\n```python\nx\n```\n<think>\n"""\n',
)
INDIRECT = {
    "by a table": "    return ANSWERS[0](*{0})\nANSWERS = []\nANSWERS.append({1})\n",
    "by a loop": "    return NAMES['f'](*{0})\nNAMES = {{}}\nfor x in [{1}]:\n    NAMES['f'] = x\n",
    "by a function": "    return kept(*{0})\n"
    "def keep(f):\n    global kept\n    kept = f\nkeep({1})\n",
    "by an attribute": "    return A.f(*{0})\nclass A:\n    pass\nA.f = staticmethod({1})\n",
    "by globals": "    return globals()['hid' + 'den'](*{0})\nhidden = {1}\n",
    "by eval": "    return eval('hid' + 'den')(*{0})\nhidden = {1}\n",
    "by a module": "    import held; return held.f(*{0})\nimport sys, types\n"
    "sys.modules['held'] = types.ModuleType('held')\nsys.modules['held'].f = {1}\n",
    "under try": "    return f(*{0})\ntry:\n    import numpy\nexcept ImportError:\n    f = {1}\n",
    "by a star": "    return reduce(lambda *_: {1}, [0, 0])(*{0})\nfrom functools import *\n",
}


def test_what_the_entry_point_needs_is_kept():
    """Canonical solutions reached by a detour, with a test behind it that fails."""
    verbatim = []
    for problem in HUMAN_EVAL[::20]:
        names = ", ".join(one.arg for one in _function(problem).args.args)
        solution = f"def solution_({names}):\n{problem.canonical_solution.rstrip()}\n"
        for detour in INDIRECT.values():
            body, _, rest = detour.format(f"({names},)", "solution_").partition("\n")
            verbatim.append((problem.task_id, f"{body}\n{solution}{rest}"))
    failing = [(task, f"{text}assert False\n") for task, text in verbatim]
    assert set(judged(verbatim, "verbatim")) == {"passed"}, "else the test shows nothing"
    assert set(judged(failing, "markdown")) == {"passed"}


def _function(problem):
    tree = ast.parse(problem.prompt + problem.canonical_solution)
    return [one for one in tree.body if getattr(one, "name", "") == problem.entry_point][-1]


def test_nothing_fails_that_passes_verbatim():
    rng = random.Random(0)
    answers = [
        (problem.task_id, problem.canonical_solution + rng.choice(BEHIND) + rng.choice(BEHIND))
        for problem in HUMAN_EVAL[::3]
    ]
    verbatim = judged(answers, "verbatim")
    assert verbatim.count("passed") > 50
    lost = [
        answer
        for answer, before, now in zip(answers, verbatim, judged(answers, "markdown"), strict=True)
        if before == "passed" != now
    ]
    assert not lost


@pytest.mark.slow
def test_no_real_sample_fails_that_passes_verbatim():
    path = SHARED / "codegen16b-41-tasks.jsonl.gz"
    if not path.exists():
        pytest.skip(f"{path.name} is not part of the package")
    answers = [(sample.task_id, sample.completion) for sample in read_samples(path)]
    verbatim, markdown = judged(answers, "verbatim"), judged(answers, "markdown")
    pairs = list(zip(verbatim, markdown, strict=True))
    assert pairs.count(("passed", "passed")) == verbatim.count("passed") > 800


def test_what_verbatim_passes_is_the_program_itself_where_it_only_defines():
    for problem in HUMAN_EVAL:
        for text in (problem.canonical_solution, problem.canonical_solution + "\n# the end\n"):
            assert program(problem, text, "markdown") == problem.prompt + text


@pytest.mark.parametrize(
    "thought",
    ["<think>\n{0}", "[THINK]{0}", "Well.\n<thinking>{0}", "<|channel|>analysis<|message|>{0}"],
)
def test_thought_that_never_ends_is_no_answer_and_is_counted(thought):
    whole = f"```python\n{HUMAN_EVAL[53].prompt}    return x + y\n```\n"
    cut = thought.format(whole)
    assert program(HUMAN_EVAL[53], cut, "markdown") == UNFINISHED
    answers = [("HumanEval/53", cut), ("HumanEval/53", whole), ("HumanEval/53", "Sorry.")]
    verdicts, verifier = opened(answers, "markdown")
    assert [one.outcome for one in verdicts] == ["failed", "passed", "failed"]
    assert verifier.about["unfinished"] == 1


def test_tests_that_fail_or_never_end_decide_nothing():
    whole = "def add(x, y):\n    return x + y\n"
    answers = [
        ("HumanEval/53", form.format(whole, behind))
        for behind in ("assert False", "print(add(1))", "while True:\n    add(1, 2)")
        for form in ("{0}\n{1}\n", "```python\n{0}\n{1}\n```", "```\n{1}\n{0}\n```")
    ]
    assert judged(answers, "markdown") == ["passed"] * len(answers)
