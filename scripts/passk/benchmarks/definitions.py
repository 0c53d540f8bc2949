"""What the top level of a Python program defines, and which of it a function needs.

Works on syntax trees alone; nothing is run. What only shows when it runs is not seen: names made by
``globals()`` or ``exec`` (a program that uses them keeps all it defines), effects of calls through
containers.
"""

from __future__ import annotations

import ast
import builtins
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
KNOWN = frozenset(dir(builtins)) | {"__name__", "__file__", "__doc__", "__builtins__"}
BY_TEXT = frozenset(("globals", "locals", "vars", "eval", "exec", "__import__"))
NOT_CALLABLE = (
    ast.Constant, ast.BinOp, ast.UnaryOp, ast.Compare, ast.JoinedStr, ast.List, ast.Tuple, ast.Dict,
    ast.Set, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp,
)  # fmt: skip
DEMONSTRATES = frozenset(
    ("print", "input", "open", "exit", "quit", "breakpoint", "stdin", "stdout", "stderr", "argv",
     "unittest", "doctest", "pytest", "timeit", "argparse", "__name__")
)  # fmt: skip


def returns(statements: Iterable[ast.stmt]) -> bool:
    """Whether there is a ``return`` or ``yield`` outside every function: these are a body."""
    return any(
        isinstance(one, ast.Return)
        or isinstance(getattr(one, "value", None), (ast.Yield, ast.YieldFrom))
        for one in _statements(statements)
    )


def ends(statements: list[ast.stmt]) -> bool:
    """Whether nothing that follows inside the last statement, or behind it, could run."""
    if not statements:
        return False
    last = statements[-1]
    inside = isinstance(last, FUNCTIONS) and ends(last.body)
    return inside or isinstance(last, (ast.Return, ast.Raise))


def defines(tree: ast.Module, name: str) -> bool:
    """Whether the program gives ``name`` a value that may be called, and no mere stub."""
    return any(_gives(one, name) for one in _statements(tree.body))


def unknown(tree: ast.Module) -> set[str]:
    """The names that are used and that neither the program nor Python defines."""
    scope = _scope(tree)
    return scope.used - scope.bound - KNOWN


def bound(tree: ast.Module) -> set[str]:
    """The names that the top level binds."""
    return _scope(tree).bound


def annotated_by_unknown(tree: ast.Module) -> bool:
    """Whether an annotation that Python would evaluate uses a name that nothing defines."""
    missing = unknown(tree)
    if not missing:
        return False
    annotations = (
        getattr(node, field, None) for node in ast.walk(tree) for field in ("annotation", "returns")
    )
    return any(
        isinstance(node, ast.Name) and node.id in missing
        for annotation in annotations
        if annotation is not None
        for node in ast.walk(annotation)
    )


def is_future(statement: ast.stmt) -> bool:
    """Whether it is an import from ``__future__``, which must stand first in a program."""
    return isinstance(statement, ast.ImportFrom) and statement.module == "__future__"


def only_defines(statement: ast.stmt) -> bool:
    """Whether it is seen at a glance that a statement does nothing but define."""
    if isinstance(statement, FUNCTIONS):
        parts = statement.args
        every = (*parts.posonlyargs, *parts.args, *parts.kwonlyargs, parts.vararg, parts.kwarg)
        evaluated = (*statement.decorator_list, *(one.annotation for one in every if one))
        return statement.returns is None and not any(evaluated)
    if isinstance(statement, (ast.Import, ast.ImportFrom)):
        return _of_library(statement)
    value = getattr(statement, "value", None)
    if isinstance(statement, ast.Expr):
        return isinstance(value, ast.Constant)
    return isinstance(statement, ast.Assign) and isinstance(value, (ast.Constant, ast.Lambda))


def needed(text: str, tree: ast.Module, name: str) -> str:
    """``text`` without the lines of the top level's statements that ``name`` does not need.

    ``tree`` is that of ``text``, in which lines end in ``\\n``.
    """
    kept = _Needs(tree, name).kept()
    lines = text.split("\n")
    dropped: list[tuple[int, int]] = []
    group: list[int] = []  # statements that share lines
    end = 0
    for at, statement in enumerate([*tree.body, None]):
        start = _first_line(statement) if statement else end + 1
        if group and start > end:
            if kept.isdisjoint(group):
                dropped.append((_first_line(tree.body[group[0]]), end))
            group = []
        if statement:
            group.append(at)
            end = max(end, statement.end_lineno or start)
    for first, last in reversed(dropped):
        del lines[first - 1 : last]
    return "\n".join(lines)


def _first_line(statement: ast.stmt) -> int:
    decorators = getattr(statement, "decorator_list", [])
    return min([statement.lineno, *(one.lineno for one in decorators)])


def _statements(statements: Iterable[ast.stmt]) -> Iterator[ast.stmt]:
    """These and what stands below their ``if``, ``for``, ``try`` …, not inside definitions."""
    waiting = list(statements)
    while waiting:
        one = waiting.pop()
        yield one
        if not isinstance(one, (*FUNCTIONS, ast.ClassDef)):
            for field in ("body", "orelse", "finalbody"):
                waiting += getattr(one, field, ())
            for part in (*getattr(one, "handlers", ()), *getattr(one, "cases", ())):
                waiting += part.body


def _gives(statement: ast.stmt, name: str) -> bool:
    match statement:
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            return statement.name == name and not is_stub(statement)
        case ast.ClassDef():
            return statement.name == name
        case ast.Import() | ast.ImportFrom():
            names = {alias.asname or alias.name for alias in statement.names}
            return not names.isdisjoint((name, "*")) and _of_library(statement)
        case ast.Assign() | ast.AnnAssign():
            targets = getattr(statement, "targets", None) or [statement.target]
            value = statement.value
            unpacked = any(
                isinstance(one, ast.Name) and one.id == name
                for target in targets
                if isinstance(target, (ast.Tuple, ast.List))
                for one in target.elts
            )
            single = any(isinstance(one, ast.Name) and one.id == name for one in targets)
            return unpacked or (single and value is not None and _may_be_called(value, name))
    return False


def _may_be_called(value: ast.expr, name: str) -> bool:
    of_itself = isinstance(value, ast.Call) and getattr(value.func, "id", "") == name
    return not isinstance(value, NOT_CALLABLE) and not of_itself


def is_stub(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether the function holds nothing but a docstring, ``pass``, ``...``, imports, itself once
    more or ``raise NotImplementedError``."""
    return all(
        isinstance(one, (ast.Pass, ast.Import, ast.ImportFrom))
        or getattr(one, "name", None) == function.name
        or (isinstance(one, ast.Expr) and isinstance(one.value, ast.Constant))
        or (isinstance(one, ast.Raise) and "NotImplemented" in ast.dump(one))
        for one in function.body
    )


def _of_library(statement: ast.Import | ast.ImportFrom) -> bool:
    """Whether all that is imported comes from the standard library."""
    if isinstance(statement, ast.ImportFrom):
        modules = [statement.module or "" if not statement.level else ""]
    else:
        modules = [alias.name for alias in statement.names]
    return all(one.partition(".")[0] in sys.stdlib_module_names for one in modules)


@dataclass(slots=True)
class _Scope:
    """Names that a scope binds, uses from outside or itself, and declares global; attributes."""

    bound: set[str]
    used: set[str]
    shared: set[str]
    attributes: set[str]


def _scope(node: ast.AST) -> _Scope:
    """Of a module, a function, a class or a lambda, or of one statement of a module."""
    scope = _Scope(set(), set(), set(), set())
    inner: list[ast.AST] = []
    waiting: list[ast.AST] = (
        [node] if isinstance(node, ast.stmt) else list(ast.iter_child_nodes(node))
    )
    _scan(waiting, scope, inner)
    for one in inner:
        _add_inner(scope, one)
    return scope


def _add_inner(outer: _Scope, node: ast.AST) -> None:
    scope = _Scope(set(), set(), set(), set())
    inner: list[ast.AST] = []
    body = node.body if isinstance(node.body, list) else [node.body]
    if not isinstance(node, ast.ClassDef):
        arguments = node.args
        every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
        scope.bound = {one.arg for one in (*every, arguments.vararg, arguments.kwarg) if one}
    _scan(list(body), scope, inner)
    own = scope.bound - scope.shared
    if isinstance(node, ast.ClassDef):
        outer.used |= scope.used - own
        for one in inner:
            _add_inner(outer, one)
    else:
        for one in inner:
            _add_inner(scope, one)
        outer.used |= scope.used - own
    outer.used |= scope.shared
    outer.attributes |= scope.attributes


def _scan(waiting: list[ast.AST], scope: _Scope, inner: list[ast.AST]) -> None:
    """Put the names of these nodes into ``scope``, and the scopes below it into ``inner``."""
    while waiting:
        node = waiting.pop()
        match node:
            case ast.Name():
                (scope.used if isinstance(node.ctx, ast.Load) else scope.bound).add(node.id)
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                scope.bound.add(node.name)
                inner.append(node)
                outside = ("decorator_list", "bases", "keywords", "args", "returns")
                for field in outside:
                    part = getattr(node, field, None)
                    waiting += part if isinstance(part, list) else [part] if part else []
            case ast.Lambda():
                inner.append(node)
                waiting.append(node.args)
            case ast.Global() | ast.Nonlocal():
                scope.shared.update(node.names)
            case ast.alias():
                scope.bound.add(node.asname or node.name.partition(".")[0])
            case ast.Attribute():
                scope.attributes.add(node.attr)
                if not isinstance(node.ctx, ast.Load):
                    scope.bound |= _root(node)
                waiting.append(node.value)
            case ast.Subscript():
                if not isinstance(node.ctx, ast.Load):
                    scope.bound |= _root(node)
                waiting += [node.value, node.slice]
            case _:
                name = getattr(node, "name", None) or getattr(node, "rest", None)
                if isinstance(name, str):  # of an except clause or a pattern
                    scope.bound.add(name)
                waiting += ast.iter_child_nodes(node)


def _root(node: ast.AST) -> set[str]:
    """The name whose value an assignment to ``name.x[y]`` changes."""
    while isinstance(node, (ast.Attribute, ast.Subscript)):
        node = node.value
    return {node.id} if isinstance(node, ast.Name) else set()


class _Needs:
    """Which statements of a program's top level a name needs."""

    def __init__(self, tree: ast.Module, name: str) -> None:
        self._body = tree.body
        self._name = name
        self._scopes = [_scope(one) for one in tree.body]
        self._definitions: dict[str, list[int]] = {}
        self._library: set[str] = set()
        for at, one in enumerate(tree.body):
            if isinstance(one, (*FUNCTIONS, ast.ClassDef)):
                self._definitions.setdefault(one.name, []).append(at)
            elif isinstance(one, (ast.Import, ast.ImportFrom)) and _of_library(one):
                self._library |= self._scopes[at].bound

    def kept(self) -> set[int]:
        """The places of the statements that stay."""
        real = [at for at, one in enumerate(self._body) if self._is_real(one)]
        reached = [self._reached(at) for at in range(len(self._body))]
        wanted, data, kept = {self._name}, set(), set()
        for at in real:
            if self._is_kept_anyhow(at, *reached[at]):
                kept.add(at)
                wanted |= self._scopes[at].used
        grown = True
        while grown:
            grown = False
            if not BY_TEXT.isdisjoint(wanted):
                named = set().union(*(scope.bound for scope in self._scopes))
                wanted |= named
            for at in real:
                scope, one = self._scopes[at], self._body[at]
                defining = isinstance(one, (*FUNCTIONS, ast.ClassDef, ast.Import, ast.ImportFrom))
                changes = not defining and not isinstance(one, ast.Assert) and reached[at][0] & data
                if at not in kept and (scope.bound & wanted or changes):
                    kept.add(at)
                    wanted |= scope.used
                    grown = True
                if at in kept and not defining and not scope.bound & wanted <= data:
                    data |= scope.bound & wanted
                    grown = True
        return kept

    def _is_real(self, one: ast.stmt) -> bool:
        """No stub beside a definition, no value without effect."""
        if isinstance(one, FUNCTIONS) and one.name == self._name:
            return not is_stub(one)
        return True

    def _reached(self, at: int) -> tuple[set[str], set[str]]:
        """Names and attributes that a statement uses, also through functions that it may call, but
        for the one in question."""
        names, attributes = set(self._scopes[at].used), set(self._scopes[at].attributes)
        waiting, seen = list(names), {self._name}
        while waiting:
            name = waiting.pop()
            if name not in seen:
                seen.add(name)
                for place in self._definitions.get(name, ()):
                    scope = self._scopes[place]
                    waiting += scope.used - names
                    names |= scope.used
                    attributes |= scope.attributes
        return names, attributes

    def _is_kept_anyhow(self, at: int, names: set[str], attributes: set[str]) -> bool:
        """Whether a statement may set state of the standard library, and is no demonstration."""
        one = self._body[at]
        match one:
            case ast.Import() | ast.ImportFrom():
                return _of_library(one) or one.names[0].name == "*"
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef() | ast.Assert():
                return False
        shown = self._name in names or not DEMONSTRATES.isdisjoint(names | attributes)
        sets = bool(names & self._library) and any(
            isinstance(node, ast.Call)
            or (isinstance(node, ast.Attribute) and not isinstance(node.ctx, ast.Load))
            for node in ast.walk(one)
        )
        return sets and not shown
