"""MBPP's problems (Austin et al. 2021, arXiv:2108.07732) as functions with a test.

A line of MBPP's own file has ``task_id`` (a number), ``text`` (``prompt`` in the sanitized file),
``code``, ``test_list`` (asserts) and ``test_setup_code`` (``test_imports``). It becomes a HumanEval
problem: the prompt is the usual one, a docstring of text and asserts, which the model answers by a
whole function; ``check(candidate)`` has the asserts. The entry point is the name that the asserts
call and the code defines or assigns.

Not covered: ``challenge_test_list``; MBPP+; tasks whose function is called ``check``, the name of
the test, or whose arguments are no plain data, such as objects that the set-up code makes of the
solution's classes: the check before the first sample names them, and they have to be left out of
the file.
"""

from __future__ import annotations

import ast
import textwrap
from collections import Counter
from typing import Any

from passk.benchmarks import human_eval, text_field
from passk.benchmarks.human_eval import Problem, assigned_names, valid_python
from passk.records import UserError


def read_problem(record: dict[str, Any], index: int, where: str) -> Problem:
    """The task of one line, MBPP's or one that was made of it before.

    :raises UserError: a missing field, what is no Python, asserts that are none, no function that
        they test.
    """
    if "canonical_solution" in record:
        return human_eval.read_problem(record, index, where)
    number = record.get("task_id")
    if isinstance(number, bool) or not isinstance(number, int):
        raise UserError(f"{where} has no number 'task_id', which a problem of kind mbpp needs")
    text = _plain(text_field(record, "prompt" if "prompt" in record else "text", where, "mbpp"))
    code = _plain(text_field(record, "code", where, "mbpp"))
    asserts = _texts(record.get("test_list"), "test_list", where)
    if not asserts:
        raise UserError(f"{where} has no asserts in 'test_list'")
    with valid_python(f"{where}: 'code'"):
        defined = assigned_names(code)
    with valid_python(f"{where}: 'test_list'"):
        trees = [ast.parse(one) for one in asserts]
        on_a_line = [
            ast.unparse(tree) if "\n" in one else one
            for one, tree in zip(asserts, trees, strict=True)
        ]
    for one, tree in zip(asserts, trees, strict=True):
        if all(isinstance(node, ast.Expr) for node in tree.body):
            raise UserError(f"{where}: {one!r} in 'test_list' asserts nothing")
    lines = []
    if record.get("test_imports") is not None:
        lines += _texts(record["test_imports"], "test_imports", where)
    if record.get("test_setup_code") is not None:
        lines.append(_plain(text_field(record, "test_setup_code", where, "mbpp")))
    setup = "\n".join(lines).strip()
    with valid_python(f"{where}: 'test_imports' with 'test_setup_code'"):
        ast.parse(setup)
    body = textwrap.indent("\n".join(on_a_line), "    ")
    return Problem(
        f"MBPP/{number}",
        f'"""\n{_quoted(text)}\n{_quoted(chr(10).join(asserts))}\n"""\n',
        _entry_point(defined, trees, where),
        code,
        f"{setup}\n\ndef check(candidate):\n{body}\n".lstrip("\n"),
        index,
    )


def _texts(found: Any, name: str, where: str) -> list[str]:
    if not isinstance(found, list) or not all(isinstance(one, str) for one in found):
        raise UserError(f"{where}: {name!r} must be a list of texts")
    return [_plain(one).strip() for one in found]


def _plain(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _quoted(text: str) -> str:
    """The text as it may stand in a docstring."""
    return _plain(text).strip().replace("\\", "\\\\").replace('"""', '\\"\\"\\"')


def _entry_point(defined: list[str], asserts: list[ast.Module], where: str) -> str:
    """The name that the asserts call most often, of those the last defined."""
    called = Counter(
        node.func.id
        for tree in asserts
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    )
    tested = [name for name in defined if called[name]]
    if not tested:
        raise UserError(
            f"{where}: the asserts call no function that the code defines "
            f"({', '.join(defined) or 'none'}); one of the two is wrong"
        )
    return max(reversed(tested), key=lambda name: called[name])
