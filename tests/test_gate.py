"""The gate: plain computation passes, nothing that passes can reach what outlives it."""

from __future__ import annotations

import builtins
import collections
import functools
import importlib
import itertools
import keyword
import types
import typing

import pytest

from passk.problems import human_eval_file, read_problem_file
from passk.sandbox import gate

PLAIN = (str, bytes, int, float, complex, bool, types.NoneType)
TYPE = typing.List[int]  # noqa: UP006 (it is the old alias that tame programs use)
PROBLEMS = read_problem_file(human_eval_file()).problems


def is_tame(program: str) -> bool:
    return gate.is_tame(compile(program, "<candidate>", "exec", dont_inherit=True))


def test_most_canonical_solutions_pass():
    tame = sum(is_tame(p.prompt + p.canonical_solution) for p in PROBLEMS)
    assert tame > 0.85 * len(PROBLEMS)


@pytest.mark.parametrize(
    "program",
    [
        "import os", "from os import path", "import collections.abc", "import re",
        "from typing import *", "import typing; typing.sys", "typing.get_type_hints",
        "from typing import NamedTuple", "from typing import ForwardRef", "eval('1')",
        "exec('1')", "open('x')", "input()", "globals()", "locals()", "vars()", "dir()",
        "getattr(1, 'x')", "setattr(f, 'x', 1)", "hasattr(1, 'x')", "type(1)", "object()",
        "class A: pass", "f.x = 1", "del f.x", "x.__class__", "f.__globals__", "f.__code__",
        "g.gi_frame", "e.__traceback__", "e.tb_frame", "'{0.x}'.format(1)", "'{x}'.format_map(d)",
        "__import__('os')", "__builtins__", "import math; math.x.__dict__", "x.__subclasses__",
        "from collections import Counter", "from collections import namedtuple",
        "match x:\n    case int(real=1): pass", "from functools import wraps", "breakpoint()",
        "compile('1', '', 'exec')", "super", "x.mro", "_x = 1", "b'x'.decode('idna')",
        "def f():\n    import sys", "lambda: [0 for x in y.f_back]",
    ],
)  # fmt: skip
def test_whatever_leads_out_is_refused(program: str):
    assert not is_tame(program)


@pytest.mark.parametrize(
    "program",
    [
        "import math\ndef f(x):\n    return math.sqrt(x) + len(str(x))",
        "from typing import List\ndef f(a: List[int]) -> List[int]:\n    return max(a)",
        "from collections import defaultdict, deque\nd = defaultdict(list)\nd[1].append(2)",
        "def f(s):\n    return ''.join(sorted(set(s.lower()), key=lambda c: (s.count(c), c)))",
        "def f(a):\n    try:\n        return a[0]\n    except (IndexError, KeyError) as e:\n"
        "        raise ValueError('no') from e",
        "if __name__ == '__main__':\n    print(1)",
        "def f():\n    n = 0\n    def g():\n        nonlocal n\n        n += 1\n    return g",
    ],
)
def test_plain_computation_passes(program: str):
    assert is_tame(program)


@functools.cache
def is_allowed(name: str) -> bool:
    """Whether a tame program may look up ``name`` on anything."""
    return not keyword.iskeyword(name) and is_tame(f"x.{name}")


def test_no_allowed_name_leads_to_state_or_to_code_in_python():
    """Walk everything that attributes with allowed names reach from allowed beginnings."""

    def function() -> typing.Iterator[int]:
        yield 1

    samples = [
        collections.defaultdict(list), collections.deque(), ValueError(1), TYPE,
        function(), function, map(int, []), itertools.tee([1])[0], slice(1),
        range(3), iter([]), [], {}, set(), (), frozenset(), {}.keys(),
    ]  # fmt: skip
    waiting = [getattr(builtins, name) for name in dir(builtins) if is_allowed(name)]
    waiting += [importlib.import_module(name) for name in gate._MODULES]
    waiting += samples
    seen: dict[int, object] = {}
    while waiting:
        thing = waiting.pop()
        if id(thing) in seen or type(thing) in PLAIN:
            continue
        seen[id(thing)] = thing
        for name in dir(thing):
            if is_allowed(name):
                try:
                    waiting.append(getattr(thing, name))
                except Exception:
                    continue
    found = [thing for thing in seen.values() if not any(thing is one for one in samples)]
    modules = {thing.__name__ for thing in found if isinstance(thing, types.ModuleType)}
    assert modules <= gate._MODULES
    assert [thing for thing in found if isinstance(thing, types.FunctionType)] == []
    assert [thing for thing in found if isinstance(thing, list | dict | set) and thing] == []
    assert type not in found and object not in found
