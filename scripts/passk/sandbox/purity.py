"""Which programs may run one after another in one child: those that can touch nothing of it.

A fork costs ten times what a small program does, so programs that are plain computation share one.
That is as safe as a child for each, because a program passes the gate only if its bytecode cannot
reach any state that outlives it: no class bodies, no attribute is stored or deleted, the only
modules imported are a few pure ones, and every name it uses, as a variable or an attribute, is
either on a list of harmless ones or belongs to no object of the interpreter at all. So there is no
way to frames, code, ``builtins``, ``sys``, files, descriptors or another program's scope; what the
gate lets through first cannot weaken it for what comes later. Classes above all are out of reach:
``type``, and functions in Python that would hand it over, as ``Counter.copy`` does. Should
something be missed here, each frame that answers for a job has to bear that job's token, and one
that does not has all of the child's jobs run again alone. Whatever stalls, dies, runs out of memory
or recursion in company runs again alone, too.

The child loads this file by itself. Not covered: what is refused here though it were harmless runs
in a child of its own, as everything would without this file.
"""

from __future__ import annotations

import builtins
import collections
import itertools
import math
import opcode
import sys
import types

# What is named here and below is written in C and holds no state; tests/test_purity.py walks from
# these names and finds no function in Python, no container and no way to make a class.
MODULES = frozenset(
    ("typing", "math", "collections", "itertools", "functools", "string", "heapq", "bisect")
)
_BUILTINS = """
abs all any ascii bin bool bytes callable chr complex dict divmod enumerate filter float frozenset
int isinstance issubclass iter len list map max min next oct hex ord pow print range repr reversed
round set slice sorted str sum tuple zip
"""
_OTHERS = """
defaultdict deque reduce heappush heappop heapify heappushpop heapreplace
bisect_left bisect_right insort insort_left insort_right
List Dict Tuple Optional Any Union Set
ascii_letters ascii_lowercase ascii_uppercase digits hexdigits punctuation
args
"""
# Format strings reach attributes by text; codecs are written in Python.
_EXCEPTED = {"format", "format_map", "encode", "decode"}
_DUNDERS = frozenset(("__name__", "__doc__"))
OF_SITE = ("exit", "quit")  # what the module site adds to builtins, and the fork server without it


def _public(*owners: object) -> set[str]:
    return {name for owner in owners for name in dir(owner) if not name.startswith("_")}


def harmless() -> set[str]:
    """Every name that a tame program may use for what the interpreter has."""
    names = set(MODULES) | set(_BUILTINS.split()) | set(_OTHERS.split())
    names |= _public(str, bytes, list, dict, set, frozenset, tuple, int, float, complex, range)
    names |= _public(collections.deque, math, itertools)
    names |= {name for name, kind in vars(builtins).items() if _is_exception(kind)}
    return names - _EXCEPTED


def _is_exception(kind: object) -> bool:
    if not isinstance(kind, type) or not issubclass(kind, BaseException):
        return False
    return not issubclass(kind, BaseExceptionGroup)


def _everything() -> set[str]:
    """Every name that leads anywhere in this interpreter."""
    for name in MODULES:
        __import__(name)
    names = set(dir(builtins)) | set(sys.modules) | set(OF_SITE)
    for module in list(sys.modules.values()):
        names.update(dir(module), getattr(module, "__all__", ()))
    kinds: list[type] = [object]
    seen = set()
    while kinds:
        kind = kinds.pop()
        if kind in seen:
            continue
        seen.add(kind)
        names.update(dir(kind))
        kinds += type.__subclasses__(kind)
    return names


_DANGEROUS = frozenset(_everything() - harmless() - _DUNDERS)
_FORBIDDEN = frozenset(
    opcode.opmap[name]
    for name in ("STORE_ATTR", "DELETE_ATTR", "LOAD_BUILD_CLASS", "IMPORT_STAR", "MATCH_CLASS")
    if name in opcode.opmap
)
_IMPORT, _EXTENDED = opcode.opmap["IMPORT_NAME"], opcode.opmap["EXTENDED_ARG"]
_STAR = ("*",)


def is_tame(code: types.CodeType) -> bool:
    """Whether a program can reach nothing that outlives it."""
    waiting = [code]
    while waiting:
        one = waiting.pop()
        operations = one.co_code[::2]
        if not _DANGEROUS.isdisjoint(one.co_names) or not _FORBIDDEN.isdisjoint(operations):
            return False
        if _IMPORT in operations and not MODULES.issuperset(_imported(one)):
            return False
        for name in one.co_names:
            if name[0] == "_" and name != "_" and name not in _DUNDERS:
                return False
        for constant in one.co_consts:
            kind = type(constant)
            if kind is types.CodeType:
                waiting.append(constant)
            elif kind is tuple and constant == _STAR:
                return False
    return True


def _imported(code: types.CodeType) -> list[str]:
    found, extended = [], 0
    for place in range(0, len(code.co_code), 2):
        operation, argument = code.co_code[place], code.co_code[place + 1] | extended
        extended = argument << 8 if operation == _EXTENDED else 0
        if operation == _IMPORT:
            found.append(code.co_names[argument])
    return found
