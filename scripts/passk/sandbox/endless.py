"""Which loops never end: a trial run that finds the same state twice.

An endless loop costs its program's whole limit, seconds where others take a millisecond. So the
judge runs a program that takes long once more, in a child of its own, with calls at the beginning
of the body of each ``while`` loop. The trial can say one thing only, that a loop is endless; at any
doubt it says nothing, and the program runs as if there had been no trial.

Why what it says is true. Let F be the call of a function whose loop reaches the beginning of its
body at two moments, without having left the loop in between. F's frame is then the innermost, and
until the loop is left nothing outside it goes on: neither frames that called F nor iterators that
they, or an outer ``for`` of F, hold. So what happens from a moment on depends on nothing but what
can be reached from F's variables and the program's globals, since programs that the gate
(``purity``) and :class:`_Plain` let through read no clock, input, random number or address. Let
this be equal at both moments. Then what happened between them happens again, for ever.

Equal are graphs of objects, not only values: which containers are one object counts, and the order
of dictionaries. Where there is state that cannot be seen the trial gives up: iterators and
generators, functions bound to objects or that share variables with others, exceptions; a dictionary
where the program deletes keys of any (its free places decide what a loop over it sees), a set that
is another object or where elements are removed of any (its table decides the order). Identity of
numbers and text is seen by ``is`` and NaN alone, addresses by text or the order in sets of
functions and iterators, and programs that could do that are refused.

Variables that only grow. A local variable v of F need not be equal where the loop adds or subtracts
only amounts that no such variable is part of (``v += E``), it is a number at both moments, and F
reads it in no other way than these. Then it has moved by D, and moves by D in each repetition:

- not at all: adding numbers raises nothing that depends on v (a float's overflow is infinity);
- in ``v < E``, where v is an int: the result stays what it was if D moves it further to that side,
  so each comparison between the two moments must have come out on the side where D leads;
- as the bound of a slice ``S[v:E]``: beyond the end of S it may grow, and change nothing.

All is decided by what was seen in one repetition; nothing is derived about what bytecode would do.
Memory does not run out either: nothing reachable but these numbers is more than it was, and what
waits for the collector of cycles is seen to be little.

The fork server loads this file by itself, after the gate has taken down the names that it refuses.
"""

from __future__ import annotations

import builtins
import os
import sys
import time
import types
from collections.abc import Callable
from typing import Any


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_QUIET = 0.02  # CPU seconds before states are looked at
_EVERY = 64  # loop heads between two looks at the clock until then
_FIRST = 4  # a loop's state is first kept at this head, then at each power of two
_MOST = 20_000  # objects in a state
_LEFT = 256 << 10  # bytes that a repetition may leave behind: the collector comes every 700 objects
_NODES = _words("""
Module FunctionDef arguments arg Return Delete Assign AugAssign AnnAssign For While If Raise Try
Assert Import ImportFrom Global Nonlocal Expr Pass Break Continue BoolOp NamedExpr BinOp UnaryOp
Lambda IfExp Dict Set ListComp SetComp DictComp GeneratorExp Compare Call FormattedValue JoinedStr
Constant Attribute Subscript Starred Name List Tuple Slice ExceptHandler alias keyword comprehension
Load Store Del And Or Not Invert UAdd USub Add Sub Mult Div FloorDiv Mod Pow LShift RShift BitOr
BitXor BitAnd MatMult Eq NotEq Lt LtE Gt GtE Is IsNot In NotIn
""")
_TYPES = _words("bool bytes complex dict float frozenset int list set str tuple")
_ITERATORS = _words("enumerate filter iter map reversed zip")
_FUNCTIONS = _words("""
abs all any ascii bin callable chr divmod hex isinstance issubclass len max min next oct ord pow
print range repr round sorted sum
""")
_MODULES = {  # module -> what of it; None: whatever the gate lets through
    "math": None,
    "bisect": _words("bisect_left bisect_right insort insort_left insort_right"),
    "collections": _words("deque defaultdict"),
    "functools": _words("reduce"),
    "heapq": _words("heappush heappop heapify heappushpop heapreplace"),
    "itertools": _words("""
accumulate chain combinations combinations_with_replacement compress count cycle dropwhile
filterfalse islice pairwise permutations product repeat starmap takewhile zip_longest
"""),
    "string": _words("ascii_letters ascii_lowercase ascii_uppercase digits punctuation"),
    "typing": _words("Any Callable Dict Iterable List Optional Sequence Set Tuple Union"),
}
# What takes an iterator and hands on nothing but its elements: at which places, of how many.
_FIRST_TAKERS = _words("list tuple set frozenset dict sorted sum any all enumerate reversed next")
_LONE_TAKERS = frozenset(("max", "min", "iter"))
_TAKING_METHODS = frozenset(("join", "extend", "update", "union", "intersection", "difference"))
_DELETING = _words("""
pop popitem remove discard clear difference_update intersection_update symmetric_difference_update
""")
_SINGLE = (None, True, False, ...)
_TEXT = frozenset(("str", "print", "repr"))
_TEXTS = frozenset(("__name__", "__doc__"))
_PLAIN = (bool, int, str, bytes, types.NoneType, types.EllipsisType)
_PERMANENT = (type, types.ModuleType, types.MethodDescriptorType)
# No program can have a name with a space.
_HEAD, _ENTER, _COMPARE, _CUT = " head", " enter", " compare", " cut"


class _Doubt(Exception):
    """There is something in a program or its state of which this knows too little."""


def watch(
    program: str, found: Callable[[], None], in_use: Callable[[], int]
) -> tuple[types.CodeType, dict[str, Callable[..., Any]]] | None:
    """The code of a program with calls in its loops, and what these calls need to be among its
    globals; None where nothing can be found out. ``found`` is called when a loop is endless, and
    then the process ends, as it does at the first doubt. ``in_use`` tells bytes of memory.
    """
    import ast  # by the child alone: 5 ms

    try:
        tree = ast.parse(program, "<candidate>")
        plain = _Plain(ast, tree)
        loops = _Loops(ast, tree, plain.parents)
        if not loops.made:
            return None
        code = compile(tree, "<candidate>", "exec", dont_inherit=True)
    except (_Doubt, RecursionError, SyntaxError, ValueError, MemoryError):
        return None
    return code, _calls(loops.made, plain, found, in_use)


class _Plain:
    """Refuses programs that could see what no state shows; see the module.

    :raises _Doubt: one that might.
    """

    def __init__(self, ast: Any, tree: Any) -> None:
        self.ast = ast
        self.parents: dict[int, tuple[Any, str, int]] = {}
        nodes = list(ast.walk(tree))
        for node in nodes:
            if type(node).__name__ not in _NODES:
                raise _Doubt
            for name, value in ast.iter_fields(node):
                for place, child in enumerate(value if isinstance(value, list) else [value]):
                    if isinstance(child, ast.AST) and child._fields:
                        self.parents[id(child)] = node, name, place
        self.imported: dict[str, str] = {}
        self.bound: set[str] = set()
        self.inner: set[str] = set()  # names of functions that are made again and again
        self.handled: set[str] = set()
        for node in nodes:
            self._bind(node)
        if self.bound & {"__builtins__", "__name__", "__doc__"}:
            raise _Doubt
        self.removes = self.subtracts = False
        for node in nodes:
            self._check(node)

    def _bind(self, node: Any) -> None:
        ast = self.ast
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            self.bound.add(node.id)
        elif isinstance(node, ast.arg):
            self.bound.add(node.arg)
        elif isinstance(node, ast.FunctionDef):
            self.bound.add(node.name)
            if self._is_inner(node):
                self.inner.add(node.name)
        elif isinstance(node, ast.ExceptHandler) and node.name:
            self.bound.add(node.name)
            self.handled.add(node.name)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            origin = getattr(node, "module", None)
            for one in node.names:
                whole = f"{origin}.{one.name}" if origin else one.name
                module, _, name = whole.partition(".")
                if module not in _MODULES or "." in name or getattr(node, "level", 0):
                    raise _Doubt
                known = one.asname or one.name
                if known in _ITERATORS or self.imported.setdefault(known, whole) != whole:
                    raise _Doubt
        elif isinstance(node, ast.Lambda):
            parent, field, _ = self.parents[id(node)]
            if isinstance(parent, ast.Assign) and field == "value":
                self.inner.update(one.id for one in parent.targets if isinstance(one, ast.Name))

    def _is_inner(self, node: Any) -> bool:
        while id(node) in self.parents:
            node = self.parents[id(node)][0]
            if isinstance(node, self.ast.FunctionDef | self.ast.For | self.ast.While):
                return True
        return False

    def _check(self, node: Any) -> None:
        ast = self.ast
        kind = type(node)
        if kind is ast.Name:
            self._check_name(node)
        elif kind is ast.Attribute:
            self._check_attribute(node)
        elif kind is ast.Call:
            name = self._called(node.func)
            if name in _ITERATORS or name.startswith("itertools.") or name == ".values":
                self._must_be_taken(node)
        elif kind is ast.GeneratorExp:
            self._must_be_taken(node)
        elif kind is ast.Lambda:
            parent, field, _ = self.parents[id(node)]
            named = isinstance(parent, ast.Assign) and field == "value"
            named = named and all(isinstance(one, ast.Name) for one in parent.targets)
            if not named and not self._is_callback(node):
                raise _Doubt
        elif kind is ast.FunctionDef:
            if node.decorator_list or getattr(node, "type_params", None):
                raise _Doubt
        elif kind is ast.Compare:
            sides = [node.left, *node.comparators]
            for place, operation in enumerate(node.ops):
                pair = sides[place : place + 2]
                if isinstance(operation, ast.Is | ast.IsNot) and not any(
                    isinstance(one, ast.Constant) and any(one.value is value for value in _SINGLE)
                    for one in pair
                ):
                    raise _Doubt
        elif kind is ast.Raise and node.exc is None:
            raise _Doubt
        elif kind is ast.Delete:
            self.removes |= not all(isinstance(one, ast.Name) for one in node.targets)
        elif kind is ast.AugAssign:
            self.subtracts |= isinstance(node.op, ast.Sub | ast.BitAnd | ast.BitXor)

    def _check_name(self, node: Any) -> None:
        ast, name = self.ast, node.id
        if not isinstance(node.ctx, ast.Load):
            return
        parent, field, _ = self.parents[id(node)]
        called = isinstance(parent, ast.Call) and field == "func"
        if name in self.inner and not called and not self._is_callback(node):
            raise _Doubt
        if name in self.handled and not (
            isinstance(parent, ast.Call) and field == "args" and self._called(parent.func) in _TEXT
        ):
            raise _Doubt
        if name in self.imported:
            whole = self.imported[name]
            if name in self.bound:
                raise _Doubt  # sometimes another
            module, _, member = whole.partition(".")
            self._check_member(module, member, node) if member else None
        elif name in self.bound or name in _TYPES or name in _FUNCTIONS or name in _TEXTS:
            return
        elif name in _ITERATORS:
            if not called:
                raise _Doubt
        else:
            self._check_exception(node)

    def _check_exception(self, node: Any) -> None:
        ast = self.ast
        kind = getattr(builtins, node.id, None)
        if not (isinstance(kind, type) and issubclass(kind, Exception)):
            raise _Doubt
        parent, field, _ = self.parents[id(node)]
        if isinstance(parent, ast.Call) and field == "func":
            parent, field, _ = self.parents[id(parent)]
        if isinstance(parent, ast.Tuple):
            parent, field, _ = self.parents[id(parent)]
            if not isinstance(parent, ast.ExceptHandler):
                raise _Doubt
        if not isinstance(parent, ast.Raise | ast.ExceptHandler):
            raise _Doubt

    def _check_member(self, module: str, member: str, node: Any) -> None:
        ast = self.ast
        allowed = _MODULES[module]
        if allowed is not None and member not in allowed:
            raise _Doubt
        parent, field, _ = self.parents[id(node)]
        if module == "itertools" and not (isinstance(parent, ast.Call) and field == "func"):
            raise _Doubt

    def _check_attribute(self, node: Any) -> None:
        ast = self.ast
        self.removes |= node.attr in _DELETING
        parent, field, _ = self.parents[id(node)]
        if isinstance(node.value, ast.Name):
            name = node.value.id
            if name in self.imported and "." not in self.imported[name]:
                return self._check_member(self.imported[name], node.attr, node)
            if name in _TYPES and name not in self.bound:
                return None
        if not (isinstance(parent, ast.Call) and field == "func"):
            raise _Doubt
        return None

    def _called(self, function: Any) -> str:
        """What a call calls: a built-in's name, ``module.name``, ``.method``, or nothing."""
        ast = self.ast
        if isinstance(function, ast.Name):
            if function.id in self.imported:
                return self.imported[function.id]
            return "" if function.id in self.bound else function.id
        if isinstance(function, ast.Attribute):
            value = function.value
            if isinstance(value, ast.Name) and value.id in self.imported:
                return f"{self.imported[value.id]}.{function.attr}"
            return f".{function.attr}"
        return ""

    def _must_be_taken(self, node: Any) -> None:
        """An iterator must go to what hands on its elements only."""
        ast = self.ast
        parent, field, place = self.parents[id(node)]
        if isinstance(parent, ast.For | ast.comprehension) and field == "iter":
            return
        if isinstance(parent, ast.Starred):
            return
        if isinstance(parent, ast.Compare) and field == "comparators":
            taken = all(isinstance(one, ast.In | ast.NotIn) for one in parent.ops)
        elif isinstance(parent, ast.Assign) and field == "value":
            taken = all(isinstance(one, ast.Tuple | ast.List) for one in parent.targets)
        else:
            taken = False
        if taken:
            return
        if isinstance(parent, ast.Call) and field == "args":
            if any(isinstance(one, ast.Starred) for one in parent.args):
                raise _Doubt
            name, count = self._called(parent.func), len(parent.args)
            if (
                (name in _FIRST_TAKERS and place == 0)
                or (name in _LONE_TAKERS and count == 1)
                or (name == "map" and place > 0)
                or (name in ("filter", "functools.reduce") and place == 1)
                or name == "zip"
                or (name[:1] == "." and name[1:] in _TAKING_METHODS)
            ):
                return
        raise _Doubt

    def _is_callback(self, node: Any) -> bool:
        """Whether a function goes to what only calls it."""
        ast = self.ast
        parent, field, place = self.parents[id(node)]
        if isinstance(parent, ast.Call) and field == "args":
            taken = self._called(parent.func) in ("map", "filter", "functools.reduce")
            return place == 0 and taken
        if isinstance(parent, ast.keyword) and parent.arg == "key":
            call = self.parents[id(parent)][0]
            return self._called(call.func) in ("sorted", "max", "min", ".sort")
        return False


class _Loop:
    """One ``while``: ``growing`` variables, those of them that are ``read``, and how: comparisons
    ``(number, whether greater is true, left, right)`` and slices ``(number, place, variable)``."""

    __slots__ = ("comparisons", "cuts", "growing", "read")

    def __init__(self) -> None:
        self.growing: frozenset[str] = frozenset()
        self.read: set[str] = set()
        self.comparisons: list[tuple[int, bool, str | None, str | None]] = []
        self.cuts: list[tuple[int, int, str]] = []


class _Loops:
    """Finds the loops of a program and puts calls into them; changes the tree."""

    def __init__(self, ast: Any, tree: Any, parents: dict[int, tuple[Any, str, int]]) -> None:
        self.ast = ast
        self.parents = parents
        self.made: list[_Loop] = []
        self.numbers: dict[int, int] = {}  # of comparisons and slices to be recorded
        whiles = [node for node in ast.walk(tree) if isinstance(node, ast.While)]
        for node in whiles:
            self.made.append(self._analyse(node))
        recorded = [n for n in ast.walk(tree) if id(n) in self.numbers]
        for number, node in enumerate(whiles):
            node.body.insert(0, self._call_alone(_HEAD, number, node))
        for number, node in enumerate(whiles):
            parent, field, _ = parents[id(node)]
            block = getattr(parent, field)
            block.insert(block.index(node), self._call_alone(_ENTER, number, node))
        for node in reversed(recorded):  # what is inside before what it is in
            self._record(node)

    def _call(self, name: str, arguments: list[Any], where: Any) -> Any:
        ast = self.ast
        made = ast.Call(ast.Name(name, ast.Load()), arguments, [])
        for node in (made, made.func):
            ast.copy_location(node, where)
        return made

    def _number(self, value: int | None, where: Any) -> Any:
        return self.ast.copy_location(self.ast.Constant(value), where)

    def _call_alone(self, name: str, number: int, where: Any) -> Any:
        call = self._call(name, [self._number(number, where)], where)
        return self.ast.copy_location(self.ast.Expr(call), where)

    def _record(self, node: Any) -> None:
        ast = self.ast
        parent, field, _ = self.parents[id(node)]
        number = self._number(self.numbers[id(node)], node)
        if isinstance(node, ast.Compare):
            made = self._call(_COMPARE, [number, node], node)
        else:
            bounds = (node.slice.lower, node.slice.upper)
            bounds = [one or self._number(None, node) for one in bounds]
            made = self._call(_CUT, [number, node.value, *bounds], node)
        held = getattr(parent, field)
        if isinstance(held, list):
            held[next(i for i, one in enumerate(held) if one is node)] = made
        else:
            setattr(parent, field, made)

    def _owner(self, node: Any) -> Any:
        while id(node) in self.parents:
            node = self.parents[id(node)][0]
            if isinstance(node, self.ast.FunctionDef):
                return node
        return None

    def _analyse(self, loop: Any) -> _Loop:
        ast, made = self.ast, _Loop()
        owner = self._owner(loop)
        if owner is None:
            return made  # its variables are globals
        inside = [node for part in (loop.test, *loop.body) for node in ast.walk(part)]
        counts: dict[str, int] = {}
        for node in inside:
            if isinstance(node, ast.Name):
                counts[node.id] = counts.get(node.id, 0) + 1
        known: dict[str, int] = {}
        growing: set[str] = set()
        comparisons, cuts = [], []
        for node in inside:
            if isinstance(node, ast.AugAssign | ast.Assign):
                name, count = self._growth(node)
                if name:
                    growing.add(name)
                    known[name] = known.get(name, 0) + count
            elif isinstance(node, ast.Compare) and len(node.ops) == 1:
                if isinstance(node.ops[0], ast.Lt | ast.LtE | ast.Gt | ast.GtE):
                    sides = [self._variable(one) for one in (node.left, node.comparators[0])]
                    comparisons.append((node, sides))
                    for name in filter(None, sides):
                        known[name] = known.get(name, 0) + 1
            elif self._is_cut(node):
                bounds = [self._variable(one) for one in (node.slice.lower, node.slice.upper)]
                cuts.append((node, bounds))
                for name in filter(None, bounds):
                    known[name] = known.get(name, 0) + 1
        shared = self._shared(owner)
        made.growing = frozenset(
            name for name in growing if counts[name] == known[name] and name not in shared
        )
        for node, sides in comparisons:
            moving = [name if name in made.growing else None for name in sides]
            if any(moving):
                number = self.numbers.setdefault(id(node), len(self.numbers))
                greater = isinstance(node.ops[0], ast.Gt | ast.GtE)
                made.comparisons.append((number, greater, *moving))
                made.read.update(filter(None, moving))
        for node, bounds in cuts:
            for place, name in enumerate(bounds):
                if name in made.growing:
                    number = self.numbers.setdefault(id(node), len(self.numbers))
                    made.cuts.append((number, place, name))
                    made.read.add(name)
        return made

    def _is_cut(self, node: Any) -> bool:
        ast = self.ast
        if not isinstance(node, ast.Subscript) or not isinstance(node.ctx, ast.Load):
            return False
        return isinstance(node.slice, ast.Slice) and node.slice.step is None

    def _growth(self, node: Any) -> tuple[str, int]:
        """The variable that a statement adds to or subtracts from, and how often it names it."""
        ast = self.ast
        if isinstance(node, ast.AugAssign):
            if isinstance(node.target, ast.Name) and isinstance(node.op, ast.Add | ast.Sub):
                return node.target.id, 1
            return "", 0
        if len(node.targets) != 1 or not isinstance(node.targets[0], ast.Name):
            return "", 0
        name, value = node.targets[0].id, node.value
        if isinstance(value, ast.BinOp) and isinstance(value.op, ast.Add | ast.Sub):
            if isinstance(value.left, ast.Name) and value.left.id == name:
                return name, 2
            other = value.right if isinstance(value.op, ast.Add) else None
            if isinstance(other, ast.Name) and other.id == name:
                return name, 2
        return "", 0

    def _variable(self, node: Any) -> str | None:
        """The variable of ``v``, ``v + 1`` or ``v - 1``, with any whole number."""
        ast = self.ast
        moved = isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Sub)
        if moved and isinstance(node.right, ast.Constant) and type(node.right.value) is int:
            node = node.left
        return node.id if isinstance(node, ast.Name) else None

    def _shared(self, owner: Any) -> set[str]:
        """Names that are more than a plain local variable of a function."""
        ast = self.ast
        found: set[str] = set()
        for node in ast.walk(owner):
            if node is owner:
                continue
            if isinstance(node, ast.Global | ast.Nonlocal):
                found.update(node.names)
            elif isinstance(node, ast.ExceptHandler) and node.name:
                found.add(node.name)
            elif isinstance(node, ast.Import | ast.ImportFrom):
                found.update(one.asname or one.name for one in node.names)
            elif isinstance(node, ast.FunctionDef | ast.Lambda | _comprehensions(ast)):
                found.update(one.id for one in ast.walk(node) if isinstance(one, ast.Name))
                if isinstance(node, ast.FunctionDef):
                    found.add(node.name)
        return found


def _comprehensions(ast: Any) -> Any:
    return ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp


class _Seen:
    """What a loop was like at one of its heads."""

    __slots__ = ("frame", "heads", "kept", "memory", "next", "quick", "state", "tick", "values")

    def __init__(self, frame: types.FrameType) -> None:
        self.frame, self.heads, self.next = frame, 0, _FIRST
        self.tick, self.memory = -1, 0
        self.quick: Any = None
        self.state: list[Any] = []
        self.kept: list[Any] = []  # what is known by its address lives
        self.values: dict[str, Any] = {}


def _calls(
    loops: list[_Loop], plain: _Plain, found: Callable[[], None], in_use: Callable[[], int]
) -> dict[str, Callable[..., Any]]:
    """The calls that a program with calls makes."""
    frame_of, used, leave = sys._getframe, time.process_time, os._exit
    begun, active, waiting, tick = used(), False, _EVERY, 0
    seen: list[_Seen | None] = [None] * len(loops)
    last: dict[tuple[int, int, int], int] = {}  # when a comparison or slice last came out so

    def enter(number: int) -> None:
        seen[number] = None

    def head(number: int) -> None:
        nonlocal active, waiting
        if active:
            try:
                look(number, frame_of(1))
            except BaseException:
                leave(0)
        else:
            waiting -= 1
            if waiting <= 0:
                waiting, active = _EVERY, used() - begun > _QUIET

    def look(number: int, frame: types.FrameType) -> None:
        nonlocal tick
        now, loop = seen[number], loops[number]
        if now is None or now.frame is not frame:
            now = seen[number] = _Seen(frame)
        now.heads += 1
        keep = now.heads == now.next
        if now.tick < 0 and not keep:
            return
        local, memory = dict(frame.f_locals), in_use()
        growing = [(name, local.pop(name)) for name in loop.growing if name in local]
        quick = [(n, type(v), v) for n, v in local.items() if type(v) in _PLAIN]
        if not keep and quick != now.quick:
            return
        kept: list[Any] = []
        state = _state(local, frame.f_globals, plain, kept)
        if now.tick >= 0 and state == now.state and repeats(loop, now, dict(growing)):
            if memory - now.memory < _LEFT + 100 * len(state):
                found()
            leave(0)
        if keep:
            tick += 1
            now.next, now.tick, now.quick = 2 * now.heads, tick, quick
            now.state, now.kept, now.memory = state, kept, memory
            now.values = dict(growing)

    def repeats(loop: _Loop, before: _Seen, values: dict[str, Any]) -> bool:
        """Whether what has grown since decides nothing, and will not."""
        if values.keys() != before.values.keys():
            return False
        moved: dict[str | None, int] = {None: 0}
        for name, value in values.items():
            kind = type(value)
            if kind is not type(before.values[name]) or kind not in (int, float):
                return False
            if name in loop.read:
                if kind is not int:
                    return False
                moved[name] = value - before.values[name]
        for number, greater, left, right in loop.comparisons:
            way = moved.get(left, 0) - moved.get(right, 0)
            wanted = int(greater == (way > 0))
            if way and any(since(number, 0, way_out, before) for way_out in {0, 1, 2} - {wanted}):
                return False
        for number, place, name in loop.cuts:
            way = moved.get(name, 0)
            wanted = 1 if way > 0 else -1
            if way and any(since(number, place, out, before) for out in {-1, 0, 1} - {wanted}):
                return False
        return True

    def since(number: int, place: int, outcome: int, before: _Seen) -> bool:
        return last.get((number, place, outcome), -1) >= before.tick

    def compare(number: int, result: Any) -> Any:
        last[number, 0, int(result) if type(result) is bool else 2] = tick
        return result

    def cut(number: int, whole: Any, lower: Any, upper: Any) -> Any:
        size = len(whole) if type(whole) in (str, list, tuple) else None
        for place, bound in enumerate((lower, upper)):
            outcome = 0
            if size is not None and type(bound) is int:
                outcome = 1 if bound >= size else -1 if bound <= -size else 0
            last[number, place, outcome] = tick
        return whole[lower:upper]

    return {_HEAD: head, _ENTER: enter, _COMPARE: compare, _CUT: cut}


def _state(
    local: dict[str, Any], scope: dict[str, Any], plain: _Plain, kept: list[Any]
) -> list[Any]:
    """All that can be reached, as a list that is equal where that is; see the module.

    :raises _Doubt: something of which this cannot be said.
    """
    import collections

    found: list[Any] = []
    places: dict[int, int] = {}
    waiting: list[Any] = []
    for variables in (scope, local):
        found.append(len(variables))
        for name, value in variables.items():
            if name != "__builtins__" and name[:1] != " ":
                waiting += (value, name)
    while waiting:
        one = waiting.pop()
        kind = type(one)
        if len(found) > _MOST:
            raise _Doubt
        if kind in _PLAIN:
            found += (kind, one)
        elif kind is float or kind is complex:
            if one != one:
                raise _Doubt
            found += (kind, repr(one))
        elif kind is tuple:
            found += (kind, len(one))
            waiting.extend(one)
        elif kind is range:
            found += (kind, one.start, one.stop, one.step)
        elif (
            isinstance(one, _PERMANENT)
            or (kind is types.BuiltinFunctionType and isinstance(one.__self__, types.ModuleType))
            or kind.__module__ == "typing"
        ):
            kept.append(one)
            found += (kind, id(one))
        elif id(one) in places:
            found += (None, places[id(one)])
        else:
            places[id(one)] = len(found)
            kept.append(one)
            found.append(kind)
            if kind is list:
                found.append(len(one))
                waiting.extend(one)
            elif kind is collections.deque:
                found += (len(one), one.maxlen)
                waiting.extend(one)
            elif kind is dict or kind is collections.defaultdict:
                if plain.removes:
                    raise _Doubt
                found.append(len(one))
                for key, value in one.items():
                    waiting += (key, value)
                if kind is not dict:
                    waiting.append(one.default_factory)
            elif kind is set or kind is frozenset:
                if plain.removes or plain.subtracts:
                    raise _Doubt
                found += (id(one), len(one))
                waiting.extend(one)
            elif kind is types.FunctionType:
                # Whether a variable that it shares is F's own cannot be seen.
                if one.__globals__ is not scope or one.__closure__ is not None:
                    raise _Doubt
                found.append(id(one.__code__))
                waiting += (one.__defaults__, one.__kwdefaults__)
            else:
                raise _Doubt
    return found
