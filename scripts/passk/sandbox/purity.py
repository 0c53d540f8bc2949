"""Which programs may run one after another in one child: those that can touch nothing of it.

A fork costs ten times what a small program does, so programs that are plain computation share one.
That is as safe as a child for each, because a program passes the gate only if its bytecode cannot
reach any state that outlives it: no class bodies, no attribute is stored or deleted, the only
modules imported are a few pure ones, and every name it uses, as a variable or an attribute, is
either on a list of harmless ones or belongs to no object of the interpreter at all. So there is no
way to frames, code, ``builtins``, ``sys``, files, descriptors or another program's scope; what the
gate lets through first cannot weaken it for what comes later. Classes above all are out of reach:
``type``, and functions in Python that would hand it over, as ``Counter.copy`` does.

A name is judged by its use. As an attribute, or taken from a module, it leads into whatever object
has it, so it must belong to none or be on the list. As a global variable it is looked up in two
places: the program's own scope, which is empty before it and holds what it put there by
instructions that were judged themselves, and ``builtins``. So a variable named ``search`` or
``encode``, which a task may ask for, leads to nothing that a local variable would not, while the
attribute of that name is refused; a name of ``builtins`` that is not on the list is refused even
where the program defines it. An instruction that this file does not know is no variable's.

Two kinds of exception handler are refused, too. One in a generator runs whenever the generator is
closed, which may be in another program's time and inside its ``except``; so coroutines are refused
as a whole. And one that could catch ``MemoryError`` or ``RecursionError`` would tell how much
others have left: without it, running out of either ends a program, which then runs again alone.

What is left for programs to share, and what keeps each piece from them, stands in ``company``.
Should something be missed, each frame that answers for a job has to bear that job's token, and one
that does not has all of the child's jobs run again alone. Whatever stalls or dies in company runs
again alone, too.

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
# What the module site adds to builtins, and the fork server without it.
OF_SITE = ("exit", "quit", "copyright", "credits", "license", "help")
# Whoever catches one of these may catch a MemoryError or RecursionError.
_CATCH_EXHAUSTION = frozenset(
    ("BaseException", "Exception", "MemoryError", "RuntimeError", "RecursionError")
)


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
_OF_BUILTINS = frozenset(dir(builtins)) | frozenset(OF_SITE)
_NAMING = frozenset(opcode.hasname)
_VARIABLES = frozenset(
    opcode.opmap[f"{what}_{where}"]
    for what in ("LOAD", "STORE", "DELETE")
    for where in ("NAME", "GLOBAL")
)
# What else names something, and by how much the name's number is shifted in its argument.
_MEMBERS = {
    opcode.opmap[name]: shift
    for name, shift in (
        *(("IMPORT_NAME", 0), ("IMPORT_FROM", 0), ("LOAD_METHOD", 0)),
        ("LOAD_ATTR", 0 if sys.version_info < (3, 12) else 1),
    )
    if opcode.opmap.get(name, 256) < 256  # above are those of the compiler alone
}
_IMPORT, _EXTENDED = opcode.opmap["IMPORT_NAME"], opcode.opmap["EXTENDED_ARG"]
_HANDLER, _MATCH = opcode.opmap["PUSH_EXC_INFO"], opcode.opmap["CHECK_EXC_MATCH"]
_UNHANDLED, _CACHE = opcode.opmap["RERAISE"], opcode.opmap["CACHE"]
_JUMPS = frozenset(
    opcode.opmap[name]
    for name in ("POP_JUMP_FORWARD_IF_FALSE", "POP_JUMP_IF_FALSE")
    if name in opcode.opmap
)
_CLASSES = frozenset(
    number for name, number in opcode.opmap.items() if name.startswith(("LOAD_", "BUILD_TUPLE"))
)
_GENERATOR, _COROUTINES = 0x20, 0x80 | 0x200
_STAR = ("*",)


def is_tame(code: types.CodeType) -> bool:
    """Whether a program can reach nothing that outlives it."""
    waiting = [code]
    names: set[str] = set()
    handles = False
    while waiting:
        one = waiting.pop()
        operations = one.co_code[::2]
        if not _FORBIDDEN.isdisjoint(operations):
            return False
        suspects = _DANGEROUS.intersection(one.co_names)
        if suspects and not suspects.isdisjoint(_OF_BUILTINS | members(one)):
            return False
        if _IMPORT in operations and not MODULES.issuperset(_imported(one)):
            return False
        if one.co_flags & _COROUTINES:
            return False
        if _HANDLER in operations:
            if one.co_flags & _GENERATOR or not _all_name_what_they_catch(one):
                return False
            handles = True
        names.update(one.co_names)
        for name in one.co_names:
            if name[0] == "_" and name != "_" and name not in _DUNDERS:
                return False
        for constant in one.co_consts:
            kind = type(constant)
            if kind is types.CodeType:
                waiting.append(constant)
            elif kind is tuple and constant == _STAR:
                return False
    return not handles or _CATCH_EXHAUSTION.isdisjoint(names)


def members(code: types.CodeType) -> set[str]:
    """The names that a code uses for anything but variables."""
    names, found = code.co_names, set()
    for _, operation, argument in _steps(code):
        if operation in _MEMBERS:
            found.add(names[argument >> _MEMBERS[operation]])
        elif operation in _NAMING and operation not in _VARIABLES:
            return set(names)
    return found


def _imported(code: types.CodeType) -> list[str]:
    names = code.co_names
    return [names[argument] for _, operation, argument in _steps(code) if operation == _IMPORT]


def _all_name_what_they_catch(code: types.CodeType) -> bool:
    """Whether every handler is an ``except`` with classes: not bare, no ``finally``, no ``with``.

    A handler begins by loading classes to match with; where none matches, it jumps to the next
    classes or to raising the exception again.
    """
    steps = _steps(code)
    places = {step[0]: number for number, step in enumerate(steps)}
    waiting = [number + 1 for number, step in enumerate(steps) if step[1] == _HANDLER]
    while waiting:
        number = waiting.pop()
        if steps[number][1] == _UNHANDLED:
            continue
        while steps[number][1] in _CLASSES:
            number += 1
        match, jump = steps[number], steps[number + 1]
        if match[1] != _MATCH or jump[1] not in _JUMPS:
            return False
        waiting.append(places[steps[number + 2][0] + 2 * jump[2]])  # counted from what follows
    return True


def _steps(code: types.CodeType) -> list[tuple[int, int, int]]:
    """The instructions: place, with what extends the argument; operation; argument."""
    found, extended, begun, data = [], 0, None, code.co_code
    for place in range(0, len(data), 2):
        operation, argument = data[place], data[place + 1] | extended
        extended = argument << 8 if operation == _EXTENDED else 0
        begun = place if begun is None else begun
        if operation not in (_EXTENDED, _CACHE):
            found.append((begun, operation, argument))
        if operation != _EXTENDED:
            begun = None
    return found
