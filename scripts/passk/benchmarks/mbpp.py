"""MBPP's problems (Austin et al. 2021, arXiv:2108.07732) as functions with a test.

A line of MBPP's own file has ``task_id`` (a number), ``text`` (``prompt`` in the sanitized file),
``code``, ``test_list`` (asserts) and ``test_setup_code`` (``test_imports``). It becomes a HumanEval
problem: the prompt is the usual one, a docstring of text and asserts, which the model answers by a
whole function; ``check(candidate)`` has the asserts. The entry point is the function that the
asserts call and the code defines.

Not covered: ``challenge_test_list``; tasks whose arguments are no plain data, such as objects that
the set-up code makes of the solution's classes: the check before the first sample names them, and
they have to be left out of the file.
"""

from __future__ import annotations

import ast
import textwrap
from collections import Counter
from typing import Any

from passk.benchmarks import human_eval, text_field
from passk.benchmarks.human_eval import Problem
from passk.records import UserError


def read_problem(record: dict[str, Any], index: int, where: str) -> Problem:
    """The task of one line, MBPP's or one that was made of it before.

    :raises UserError: a missing field, asserts that are none, no function that they test.
    """
    if "canonical_solution" in record:
        return human_eval.read_problem(record, index, where)
    number = record.get("task_id")
    if isinstance(number, bool) or not isinstance(number, int):
        raise UserError(f"{where} has no number 'task_id', which a problem of kind mbpp needs")
    text = text_field(record, "prompt" if "prompt" in record else "text", where, "mbpp")
    code = _plain(text_field(record, "code", where, "mbpp"))
    asserts = _texts(record.get("test_list"), "test_list", where)
    if not asserts:
        raise UserError(f"{where} has no asserts in 'test_list'")
    setup = "\n".join(
        [
            *_texts(record.get("test_imports", []), "test_imports", where),
            _plain(record.get("test_setup_code") or ""),
        ]
    ).strip()
    entry_point = _entry_point(code, asserts, where)
    on_a_line = (ast.unparse(ast.parse(one)) if "\n" in one else one for one in asserts)
    body = textwrap.indent("\n".join(on_a_line), "    ")
    return Problem(
        f"MBPP/{number}",
        f'"""\n{_quoted(text)}\n{_quoted(chr(10).join(asserts))}\n"""\n',
        entry_point,
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


def _entry_point(code: str, asserts: list[str], where: str) -> str:
    """The function of ``code`` that the asserts call most often, of those the last defined."""
    try:
        solution, test = ast.parse(code), ast.parse("\n".join(asserts))
    except (SyntaxError, ValueError) as error:
        raise UserError(f"{where}: its code or its asserts are not valid Python: {error}") from None
    defined = [one.name for one in solution.body if isinstance(one, ast.FunctionDef | ast.ClassDef)]
    called = Counter(
        node.func.id
        for node in ast.walk(test)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    )
    tested = [name for name in defined if called[name]]
    if not tested:
        raise UserError(
            f"{where}: the asserts call no function that the code defines "
            f"({', '.join(defined) or 'none'}); one of the two is wrong"
        )
    return max(reversed(tested), key=lambda name: called[name])
