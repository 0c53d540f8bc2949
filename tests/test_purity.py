"""The gate: plain computation passes, nothing that passes can reach what outlives it.

It is asked in an interpreter of its own, loaded as the fork server is: its answers depend on what
is loaded.
"""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from passk.benchmarks import read_problem_file
from passk.benchmarks.human_eval import human_eval_file
from passk.sandbox import wire
from passk.sandbox.readable import interpreter

PROBLEMS = read_problem_file(human_eval_file()).problems
LOADED = """
import json, sys
sys.path.insert(0, sys.argv[1])
import forkserver
from purity import *
def tame(program):
    return is_tame(compile(program, "<candidate>", "exec", dont_inherit=True))
"""
WALK = """
import builtins, functools, importlib, keyword, types, typing

@functools.cache
def is_allowed(name):
    return not keyword.iskeyword(name) and tame("x." + name)

def generator():
    yield 1

PLAIN = (str, bytes, int, float, complex, bool, types.NoneType)
samples = [
    collections.defaultdict(list), collections.deque(), ValueError(1), typing.List[int],
    typing.Optional[int], generator(), generator, map(int, []), itertools.tee([1])[0], slice(1),
    range(3), iter([]), [], {}, set(), (), frozenset(), {}.keys(),
]
waiting = [getattr(builtins, name) for name in dir(builtins) if is_allowed(name)]
waiting += [importlib.import_module(name) for name in MODULES] + samples
seen = {}
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
kinds = [thing for thing in found if isinstance(thing, type)]
print(json.dumps({
    "things": len(found),
    "modules": [t.__name__ for t in found if isinstance(t, types.ModuleType)],
    "python": [t.__qualname__ for t in found if isinstance(t, types.FunctionType)]
    + [t.__qualname__ for t in found if isinstance(t, types.MethodType)],
    "containers": [repr(t) for t in found if isinstance(t, (list, dict, set)) and t],
    "makers of classes": [repr(t) for t in kinds if issubclass(t, type) or t is object],
    "classes in Python": [
        repr(t) for t in kinds if t.__module__ != "typing"
        and any(isinstance(one, types.FunctionType) for one in vars(t).values())
    ],
}))
"""


DIS = """
import dis, pathlib
VARIABLES = {f"{what}_NAME" for what in ("LOAD", "STORE", "DELETE")}
VARIABLES |= {name.replace("NAME", "GLOBAL") for name in VARIABLES}
folder = pathlib.Path(pathlib.__file__)
folder = folder.parent if folder.name != "__init__.py" else folder.parent.parent
waiting = []
for name in ("typing", "argparse", "dataclasses", "enum", "pydoc", "turtle", "inspect", "datetime"):
    text = (folder / f"{name}.py").read_text()
    waiting.append(compile(text, name, "exec", dont_inherit=True))
wrong, seen = [], 0
while waiting:
    code = waiting.pop()
    waiting += [one for one in code.co_consts if hasattr(one, "co_code")]
    steps = [one for one in dis.get_instructions(code) if one.opcode in dis.hasname]
    known = not any(one.opname == "LOAD_SUPER_ATTR" or "DICT_OR" in one.opname for one in steps)
    names = {one.argval for one in steps if one.opname not in VARIABLES}
    if "STORE_ATTR" in {one.opname for one in steps} or not known:
        names = set(code.co_names)
    seen += len(names)
    if members(code) != names:
        wrong.append([code.co_name, sorted(names ^ members(code))])
if seen < 3000:
    wrong.append(seen)
print(json.dumps(wrong))
"""


def ask(code: str, data: object = None) -> object:
    """What ``code`` prints as JSON, run after :data:`LOADED`; ``data`` is its standard input."""
    folder = str(Path(wire.__file__).parent)
    command = [interpreter(), "-s", "-S", "-P", "-B", "-W", "ignore", "-c", LOADED + code, folder]
    answer = subprocess.run(
        command, input=json.dumps(data), capture_output=True, text=True, check=True
    )
    return json.loads(answer.stdout)


def which_are_tame(programs: list[str]) -> list[bool]:
    return ask("print(json.dumps([tame(one) for one in json.load(sys.stdin)]))", programs)


def test_most_canonical_solutions_pass():
    tame = which_are_tame([p.prompt + p.canonical_solution for p in PROBLEMS])
    assert sum(tame) > 0.85 * len(PROBLEMS)


@pytest.mark.parametrize(
    "program",
    [
        "exit()", "quit", "import os", "from os import path", "import collections.abc", "import re",
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
        "def f():\n    import sys", "lambda: [0 for x in y.f_back]", "help", "copyright",
        # A name that is a variable, too
        "def gi_frame(g):\n    return g.gi_frame", "search = 1\nx.search", "encode = x.encode",
        "def f():\n    global tb_frame\n    tb_frame = e.tb_frame\n    del tb_frame",
        "from typing import sys\nsys = 1", "from typing import sys as unique",
        "import re as search\nsearch.x", "def f():\n    from functools import wraps as encode",
        "def open(x):\n    return x", "type = 1", "def help(): pass", "import sys as unique",
        "def f():\n    global exec\n    exec = 1",
        "lambda: [unique for unique in x.unique]", "def f(*, search=x.search): pass",
        # Handlers in what may be closed in another's time
        "def f():\n    try:\n        yield\n    except ValueError:\n        pass",
        "def f():\n    try:\n        yield\n    finally:\n        print()",
        "def f(x):\n    with x:\n        yield", "async def f():\n    return 1",
        "async def f():\n    yield 1", "async def f():\n    return [x async for x in y]",
        "(await x for x in y)",
        "def f():\n    try:\n        x = yield\n    except ValueError:\n        x = 1",
        "def f():\n    try:\n        yield from x\n    except (ValueError, KeyError):\n        x",
        "def f():\n  def g():\n    try:\n      h()\n    except KeyError:\n      yield",
        # Handlers that may catch running out of memory or stack
        *(f"try:\n    f()\n{handler}:\n    x = 1" for handler in (
            "except", "finally", "except Exception", "except BaseException as e",
            "except MemoryError", "except (ValueError, RecursionError)", "except RuntimeError",
            "except ValueError:\n    pass\nexcept", "except* ValueError",
            "except ValueError:\n    pass\nexcept KeyError:\n    pass\nfinally",
            "except [ValueError][0]", "except (lambda: ValueError)()",
        )),
        "x = Exception\ntry:\n    f()\nexcept x:\n    pass", "with x:\n    pass",
        "def f(x=MemoryError):\n    try:\n        g()\n    except x:\n        pass",
        "try:\n" + "    x = y\n" * 300 + "except ValueError:\n" + "    x = y\n" * 300
        + "except:\n    pass",
    ],
)  # fmt: skip
def test_whatever_leads_out_is_refused(program: str):
    assert which_are_tame([program]) == [False]


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
        "try:\n    f()\nexcept ValueError:\n    try:\n        g()\n    except (KeyError, OSError):"
        "\n        x\nexcept ZeroDivisionError as e:\n    raise KeyError from e",
        "try:\n"
        + "    x = y\n" * 300
        + "except ValueError:\n"
        + "    x = y\n" * 300
        + "except KeyError:\n    pass\nelse:\n    x = 2",
        "def f(x):\n    if x < 0:\n        raise Exception('negative')\n    return x",
        "def f(x):\n    for y in x:\n        yield y + 1\n    yield from (z for z in x)",
        "def f():\n    n = 0\n    def g():\n        nonlocal n\n        n += 1\n    return g",
        "def search(x):\n    return encode(x)\ndef encode(x):\n    return monotonic(x[1:])",
        "def f():\n    global unique\n    unique = 1\n    del unique\nprint(f(), search)",
    ],
)
def test_plain_computation_passes(program: str):
    assert which_are_tame([program]) == [True]


@pytest.mark.parametrize("others", [300, 70_000])
def test_use_of_a_name_is_known_behind_many_others(others: int):
    """Its number then has several bytes."""
    many = "".join(f"x.a{number}\n" for number in range(others))
    asked = [f"search = 1\nx.search\n{many}", f"{many}search = 1\nx.search", f"{many}search = 1"]
    assert which_are_tame(asked) == [False, False, True]


def test_names_of_variables_are_told_from_others_as_dis_tells_them():
    """On the code of many modules, where instructions of every kind are."""
    assert ask(DIS) == []


def test_no_allowed_name_leads_to_state_to_code_in_python_or_to_classes():
    """Everything that attributes with allowed names reach from all that a program can begin with.

    The classes of ``typing`` are in Python and stand for the built-in ones; none can be called to
    any effect.
    """
    found = ask(WALK)
    assert found["things"] > 100
    assert sorted(found["modules"]) == sorted(ask("print(json.dumps(sorted(MODULES)))"))
    for kind in ("python", "containers", "makers of classes", "classes in Python"):
        assert found[kind] == [], kind
