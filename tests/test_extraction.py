"""How completions become programs, for what chat models are seen to write."""

import ast
import textwrap

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from passk.benchmarks import ANSWERS, read_problem_file
from passk.benchmarks.extraction import program
from passk.benchmarks.human_eval import Problem, human_eval_file

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
    for answer in ANSWERS:
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
}


@pytest.mark.parametrize("name", LONG)
def test_time_grows_linearly_with_the_text(name):
    """A quadratic rule would take hours on these; the limit only keeps the suite from hanging."""
    assert program(PROBLEM, LONG[name], "markdown")
