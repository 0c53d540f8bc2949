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
from dataclasses import dataclass, field

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
KNOWN = frozenset(dir(builtins)) | {"__name__", "__file__", "__doc__", "__builtins__"}
BY_TEXT = frozenset(("globals", "locals", "vars", "eval", "exec", "__import__"))
NOT_CALLABLE = (
    ast.Constant, ast.BinOp, ast.UnaryOp, ast.Compare, ast.JoinedStr, ast.List, ast.Tuple, ast.Dict,
    ast.Set, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp,
)  # fmt: skip
DEMONSTRATES = frozenset(
    ("print", "input", "exit", "quit", "breakpoint", "stdin", "argv", "unittest", "doctest",
     "pytest", "__name__")
)  # fmt: skip
MOST_STATEMENTS = 500
_DEFINING = (*FUNCTIONS, ast.ClassDef, ast.Import, ast.ImportFrom)
_EFFECTS = (ast.Call, ast.NamedExpr, ast.Await)


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


def acts(tree: ast.Module) -> bool:
    """Whether it is more than words and numbers that happen to parse."""
    return any(
        not isinstance(one, ast.Expr) or any(isinstance(node, ast.Call) for node in ast.walk(one))
        for one in tree.body
    )


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

    ``tree`` is that of ``text``, in which lines end in ``\\n``. Nothing is left out of more than
    :data:`MOST_STATEMENTS`.
    """
    if len(tree.body) > MOST_STATEMENTS:
        return text
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
        or (isinstance(one, ast.Raise) and _names(one, "NotImplemented"))
        for one in function.body
    )


def _names(node: ast.AST, word: str) -> bool:
    """Whether a name or a text within ``node``, however deep, has ``word``."""
    return any(
        word in repr(value)
        for part in ast.walk(node)
        for value in vars(part).values()
        if isinstance(value, (str, bytes))
    )


def _is_star(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.ImportFrom) and statement.names[0].name == "*"


def _of_library(statement: ast.Import | ast.ImportFrom) -> bool:
    """Whether all that is imported comes from the standard library."""
    if isinstance(statement, ast.ImportFrom):
        modules = [statement.module or "" if not statement.level else ""]
    else:
        modules = [alias.name for alias in statement.names]
    return all(one.partition(".")[0] in sys.stdlib_module_names for one in modules)


@dataclass(slots=True)
class _Scope:
    """Names that a scope binds, uses, declares ``shared`` (``global``, ``nonlocal``) and changes
    (``name.x = …``), that scopes within it have declared so, and attributes."""

    bound: set[str] = field(default_factory=set)
    used: set[str] = field(default_factory=set)
    shared: set[str] = field(default_factory=set)
    changed: set[str] = field(default_factory=set)
    declared: set[str] = field(default_factory=set)
    attributes: set[str] = field(default_factory=set)


def _scope(node: ast.AST) -> _Scope:
    """Of a module, a function, a class or a lambda, or of one statement of a module."""
    scope = _Scope()
    inner: list[ast.AST] = []
    waiting: list[ast.AST] = (
        [node] if isinstance(node, ast.stmt) else list(ast.iter_child_nodes(node))
    )
    _scan(waiting, scope, inner)
    for one in inner:
        _add_inner(scope, one)
    scope.bound |= scope.changed
    return scope


def _add_inner(outer: _Scope, node: ast.AST) -> None:
    scope = _Scope()
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
    outer.declared |= scope.declared | scope.shared
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
                    scope.changed |= _root(node)
                waiting.append(node.value)
            case ast.Subscript():
                if not isinstance(node.ctx, ast.Load):
                    scope.changed |= _root(node)
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
    """Which statements of a program's top level stay, so that one name works."""

    def __init__(self, tree: ast.Module, name: str) -> None:
        self._body = tree.body
        self._name = name
        self._scopes = [_scope(one) for one in tree.body]
        self._definitions: dict[str, list[int]] = {}
        for at, one in enumerate(tree.body):
            if isinstance(one, (*FUNCTIONS, ast.ClassDef)):
                self._definitions.setdefault(one.name, []).append(at)
        self._reached = [self._reach(at) for at in range(len(tree.body))]

    def kept(self) -> set[int]:
        """The places of the statements that stay: those that are needed, and all others that can
        run and demonstrate nothing."""
        needed = self._needed()
        kept = {at for at in range(len(self._body)) if at in needed or not self._is_idle(at)}
        while True:
            known = KNOWN.union(*(self._scopes[at].bound for at in kept))
            star = any(_is_star(self._body[at]) for at in kept)
            stuck = {at for at in kept - needed if not star and self._scopes[at].used - known}
            if not stuck:
                return kept
            kept -= stuck

    def _needed(self) -> set[int]:
        """What the name uses, directly or not, and what may change data that it uses."""
        binders: dict[str, list[int]] = {}
        users: dict[str, list[int]] = {}
        for at, one in enumerate(self._body):
            if not self._is_stub(at):
                for name in self._scopes[at].bound:
                    binders.setdefault(name, []).append(at)
            if not isinstance(one, (*_DEFINING, ast.Assert)):
                for name in self._reached[at][0]:
                    users.setdefault(name, []).append(at)
        declared = set().union(*(scope.declared for scope in self._scopes))
        wanted: set[str] = set()
        needed: set[int] = set()
        waiting = [self._name]
        while waiting:
            name = waiting.pop()
            if name in wanted:
                continue
            wanted.add(name)
            if name in BY_TEXT:
                waiting += binders
            found = binders.get(name, [])
            changing = any(not isinstance(self._body[at], _DEFINING) for at in found)
            if changing or name in declared:
                found = found + users.get(name, [])
            for at in found:
                if at not in needed:
                    needed.add(at)
                    waiting += self._scopes[at].used
        return needed

    def _is_stub(self, at: int) -> bool:
        one = self._body[at]
        return isinstance(one, FUNCTIONS) and one.name == self._name and is_stub(one)

    def _is_idle(self, at: int) -> bool:
        """Whether a statement that is not needed is a test, an example, a value without effect or
        the import of a package."""
        one = self._body[at]
        match one:
            case ast.Assert():
                return True
            case ast.Import() | ast.ImportFrom():
                return not _of_library(one)
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                return self._is_stub(at)
            case ast.Expr(value=ast.Constant()):
                return False
            case ast.Expr() if not any(isinstance(n, _EFFECTS) for n in ast.walk(one)):
                return True
        names, attributes = self._reached[at]
        return self._name in names or not DEMONSTRATES.isdisjoint(names | attributes)

    def _reach(self, at: int) -> tuple[set[str], set[str]]:
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
