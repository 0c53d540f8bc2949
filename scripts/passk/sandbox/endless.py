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
is another object or where elements are removed of any, or sets joined (its table decides the
order). Identity of numbers and text is seen by ``is`` and NaN alone, addresses by text or the order
in sets of functions, iterators and NaN, what is in the caches of ``typing`` by text, and programs
that could do that are refused.

Variables that only grow. A local variable v of F need not be equal where it is a number at both
moments, the loop only adds or subtracts amounts that no such variable is part of (``v += E``), and
reads it nowhere but as below. Then it has moved by D, and moves by D in each repetition: adding
numbers raises nothing that depends on v (a float's overflow is infinity; an int has to be below
2 ** 1000, so that it becomes a float where one is added). Where v is read it must be an int, and
each reading between the two moments must have come out so that D cannot change it (E stands for
what has no such variable in it, and so comes out as before):

- ``v < E``, ``v == E`` and the like, or v as a condition: D leads away from where it would turn;
- ``v in E``: not in it, and all numbers of E lie on the side that D leads away from;
- a bound of a slice ``S[v:E]``, read or assigned to: beyond the end of S, and D leads further;
- ``v % E``: D is a multiple of E; ``E % v`` and ``E // v``: E lies between 0 and v, so that these
  are E and 0, and D leads further from 0;
- ``for i in range(v, E)``: empty, and stays so;
- ``w += v``, or plus a product of such: w is an int that is read nowhere else at all, so that it
  does not matter by how much it moves; adding ints never fails;
- ``return v``: was not reached, or a ``finally`` took it back.

Here v may be ``v + 1``, with any whole number, and in comparisons and ranges E may be another such
variable: then D is the difference of the two's. A chain ``a < v < b`` of names is read as ``a < v
and v < b`` and ``x %= E`` as ``x = x % E``. These are the same but for a TypeError's text: programs
that could read one are left as they are.

All is decided by what was seen in one repetition; nothing is derived about what bytecode would do.
Memory does not run out either: nothing reachable but these numbers is more than it was, and with
the collector of cycles switched off a repetition is seen to leave next to nothing behind, so that
little waits for it where it is on.

The fork server loads this file by itself, after the gate has taken down the names that it refuses.
"""

from __future__ import annotations

import builtins
import gc
import os
import sys
import time
import types
from collections import Counter
from collections.abc import Callable
from typing import Any


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_QUIET = 0.02  # CPU seconds before states are looked at
_EVERY = 64  # loop heads between two looks at the clock until then
_FIRST = 4  # a loop's state is first kept at this head, then at each power of two
_MOST = 20_000  # objects in a state
# Blocks and other bytes that a repetition may leave behind: the collector waits for 2,000 objects.
_BLOCKS, _LEFT = 16, 4096
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
_METHODS = _words("""
capitalize isalnum isalpha isdigit islower isspace isupper lower split strip swapcase title upper
""")  # of a type, that may be handed on
_SINGLE = (None, True, False, ...)
_TEXT = frozenset(("str", "print", "repr"))
_TEXTS = frozenset(("__name__", "__doc__"))
_PLAIN = (bool, int, str, bytes, types.NoneType, types.EllipsisType)
_REAL = (int, float, bool)
_FILLED = (list, tuple, set, frozenset, dict)
_BITS = 1000  # of a number that grows: a float can be added to it
_MANY = 1000  # elements that are compared one by one
_PERMANENT = (type, types.ModuleType, types.MethodDescriptorType)
# No program can have a name with a space.
_HEAD, _ENTER = " head", " enter"


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
        _spell_out(ast, tree)
        plain = _Plain(ast, tree)
        loops = _Loops(ast, tree, plain)
        if not loops.made:
            return None
        code = compile(tree, "<candidate>", "exec", dont_inherit=True)
    except (_Doubt, RecursionError, SyntaxError, ValueError, MemoryError):
        return None
    return code, _calls(loops.made, plain, found, in_use)


def _spell_out(ast: Any, tree: Any) -> None:
    """Make ``a < v and v < b`` of ``a < v < b`` where what stands between is a name or a number,
    and ``x = x % E`` of ``x %= E``, as well as of ``x //= E``: no built-in does these in place."""
    handled = any(isinstance(one, ast.ExceptHandler) and one.name for one in ast.walk(tree))

    class Longer(ast.NodeTransformer):
        def visit_AugAssign(self, node: Any) -> Any:
            self.generic_visit(node)
            if handled or not isinstance(node.target, ast.Name):
                return node
            if not isinstance(node.op, ast.Mod | ast.FloorDiv):
                return node
            name = ast.copy_location(ast.Name(node.target.id, ast.Load()), node)
            value = ast.copy_location(ast.BinOp(name, node.op, node.value), node)
            return ast.copy_location(ast.Assign([node.target], value), node)

        def visit_Compare(self, node: Any) -> Any:
            self.generic_visit(node)
            *between, _ = node.comparators
            if not between or not all(isinstance(one, ast.Name | ast.Constant) for one in between):
                return node
            sides = [node.left, *node.comparators]
            parts = []
            for place, operation in enumerate(node.ops):
                left = sides[place]
                if place:  # each node stands at one place of the tree
                    left = type(left)(**dict(ast.iter_fields(left)))
                    ast.copy_location(left, node)
                part = ast.Compare(left, [operation], [sides[place + 1]])
                parts.append(ast.copy_location(part, node))
            return ast.copy_location(ast.BoolOp(ast.And(), parts), node)

    Longer().visit(tree)


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
        self.functions: set[str] = set()  # whose addresses nothing may see
        self.handled: set[str] = set()
        for node in nodes:
            self._bind(node)
        if self.bound & {"__builtins__", "__name__", "__doc__"}:
            raise _Doubt
        self.removes = self.changes = False  # elements of containers, sets as a whole
        for node in nodes:
            self._check(node)
        if any(map(self._makes_sets, nodes)) and any(map(self._makes_floats, nodes)):
            raise _Doubt  # of the order of a set with NaN

    def _makes_sets(self, node: Any) -> bool:
        ast = self.ast
        if isinstance(node, ast.Name):
            return node.id in ("set", "frozenset")
        if isinstance(node, ast.Call) and self._called(node.func) in (".keys", ".items"):
            return not self._is_walked(node)  # & and - make sets of views
        return isinstance(node, ast.Set | ast.SetComp)

    def _is_walked(self, node: Any) -> bool:
        """Whether a view goes to a loop or a built-in function."""
        ast = self.ast
        parent, field, _ = self.parents[id(node)]
        if isinstance(parent, ast.Call) and field == "args":
            name = self._called(parent.func)
            return name in _TYPES or name in _FUNCTIONS or name in _ITERATORS
        return isinstance(parent, ast.For | ast.comprehension) and field == "iter"

    def _makes_floats(self, node: Any) -> bool:
        ast = self.ast
        if isinstance(node, ast.Constant):
            return isinstance(node.value, float | complex)
        if isinstance(node, ast.Name):
            return node.id in ("float", "complex") or self.imported.get(node.id, "")[:4] == "math"
        return isinstance(node, ast.Div | ast.Pow)

    def _bind(self, node: Any) -> None:
        ast = self.ast
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            self.bound.add(node.id)
        elif isinstance(node, ast.arg):
            self.bound.add(node.arg)
        elif isinstance(node, ast.FunctionDef):
            self.bound.add(node.name)
            self.functions.add(node.name)
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
                self.functions.update(one.id for one in parent.targets if isinstance(one, ast.Name))

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
            self.changes |= isinstance(node.op, ast.Sub | ast.BitAnd | ast.BitXor | ast.BitOr)

    def _check_name(self, node: Any) -> None:
        ast, name = self.ast, node.id
        if not isinstance(node.ctx, ast.Load):
            return
        parent, field, _ = self.parents[id(node)]
        called = isinstance(parent, ast.Call) and field == "func"
        if name in self.functions and not called and not self._is_callback(node):
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
        if module == "typing" and not self._annotates(node):
            raise _Doubt
        parent, field, _ = self.parents[id(node)]
        if module == "itertools" and not (isinstance(parent, ast.Call) and field == "func"):
            raise _Doubt

    def _annotates(self, node: Any) -> bool:
        while id(node) in self.parents:
            node, field, _ = self.parents[id(node)]
            if field in ("annotation", "returns"):
                return True
        return False

    def _check_attribute(self, node: Any) -> None:
        ast = self.ast
        self.removes |= node.attr in _DELETING
        self.changes |= node.attr == "update"
        parent, field, _ = self.parents[id(node)]
        if isinstance(node.value, ast.Name):
            name = node.value.id
            if name in self.imported and "." not in self.imported[name]:
                return self._check_member(self.imported[name], node.attr, node)
            if name in _TYPES and name not in self.bound and node.attr in _METHODS:
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
    """One ``while``: variables that are ``growing``, those that have to be ``ints``, and where they
    are read: the number of the place, the kind of reading, the variables or None."""

    __slots__ = ("growing", "ints", "readings")

    def __init__(self) -> None:
        self.growing: frozenset[str] = frozenset()
        self.ints: set[str] = set()
        self.readings: list[tuple[int, str, str | None, str | None]] = []


class _Loops:
    """Finds the loops of a program and puts calls into them; changes the tree."""

    def __init__(self, ast: Any, tree: Any, plain: _Plain) -> None:
        self.ast = ast
        self.plain = plain
        self.parents = plain.parents
        self.made: list[_Loop] = []
        self.shared: dict[int, set[str]] = {}  # of each function
        self.numbers: dict[int, int] = {}  # of places that are to be recorded
        whiles = [node for node in ast.walk(tree) if isinstance(node, ast.While)]
        for node in whiles:
            self.made.append(self._analyse(node))
        recorded = [n for n in ast.walk(tree) if id(n) in self.numbers]
        for number, node in enumerate(whiles):
            node.body.insert(0, self._call_alone(_HEAD, number, node))
        for number, node in enumerate(whiles):
            parent, field, _ = self.parents[id(node)]
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

    def _constant(self, value: int | None, where: Any) -> Any:
        return self.ast.copy_location(self.ast.Constant(value), where)

    def _call_alone(self, name: str, number: int, where: Any) -> Any:
        call = self._call(name, [self._constant(number, where)], where)
        return self.ast.copy_location(self.ast.Expr(call), where)

    def _record(self, node: Any) -> None:
        """Put a call in the place of ``node`` that does the same and takes down what it saw."""
        ast, number = self.ast, self.numbers[id(node)]
        kind, _ = self._reading(node)
        parent, field, _ = self.parents[id(node)]
        if kind == "put":
            target = node.targets[0]
            arguments = [node.value, target.value, target.slice.lower, target.slice.upper]
        elif kind == "cut":
            arguments = [node.value, node.slice.lower, node.slice.upper]
        elif kind in ("mod", "floor"):
            arguments = [node.left, node.right]
        elif kind in ("equal", "in"):
            arguments = [node.left, node.comparators[0]]
        else:
            arguments = [node]
        arguments = [self._constant(None, node) if one is None else one for one in arguments]
        made = self._call(f" {kind}", [self._constant(number, node), *arguments], node)
        if kind == "put":
            made = ast.copy_location(ast.Expr(made), node)
        elif isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.NotEq | ast.NotIn):
            made = ast.copy_location(ast.UnaryOp(ast.Not(), made), node)
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
        counts: Counter[str] = Counter()
        for node in inside:
            if isinstance(node, ast.Name):
                counts[node.id] += 1
        known: Counter[str] = Counter()  # how often a name is where it may be
        growing: set[str] = set()
        sums: dict[str, list[list[str]]] = {}  # v -> the names of each amount that is added to it
        readings = []
        for node in inside:
            for name, count, amount in self._growths(node):
                growing.add(name)
                known[name] += count
                sums.setdefault(name, []).append(self._names_of_sum(amount))
            if isinstance(node, ast.Return) and node.value:
                known.update(self._names_returned(node.value))
            kind, sides = self._reading(node)
            if kind:
                readings.append((node, kind, sides))
                known.update(filter(None, sides))
        read = {name for _, _, sides in readings for name in sides}
        if id(owner) not in self.shared:
            self.shared[id(owner)] = self._shared(owner)
        growing -= self.shared[id(owner)]
        while True:  # until none has to be left out any more
            heaps = {v for v in growing if any(growing & set(names) for names in sums[v])}
            steady, added = growing - heaps, Counter()
            for names in (names for v in heaps - read for names in sums[v]):
                if steady >= set(names):
                    added.update(names)
            kept = {v for v in growing - (heaps & read) if counts[v] == known[v] + added[v]}
            if kept == growing:
                break
            growing = kept
        made.growing = frozenset(growing)
        made.ints = heaps | (added.keys() & growing)
        for node, kind, sides in readings:
            moving = [name if name in growing else None for name in sides]
            made.ints.update(filter(None, moving))
            if any(moving):
                number = self.numbers.setdefault(id(node), len(self.numbers))
                made.readings.append((number, kind, *moving))
        return made

    def _reading(self, node: Any) -> tuple[str, list[str | None]]:
        """How a node reads variables that may grow, and which: two, or None."""
        ast, kind, sides = self.ast, "", []
        if isinstance(node, ast.Compare) and len(node.ops) == 1:
            operation, sides = node.ops[0], [node.left, node.comparators[0]]
            if isinstance(operation, ast.Lt | ast.LtE):
                kind = "less"
            elif isinstance(operation, ast.Gt | ast.GtE):
                kind = "greater"
            elif isinstance(operation, ast.Eq | ast.NotEq):
                kind = "equal"
            elif isinstance(operation, ast.In | ast.NotIn):
                kind, sides = "in", [node.left, None]
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod | ast.FloorDiv):
            kind = "mod" if isinstance(node.op, ast.Mod) else "floor"
            sides = [node.left, node.right]
        elif self._is_cut(node, ast.Load):
            kind, sides = "cut", [node.slice.lower, node.slice.upper]
        elif isinstance(node, ast.Assign) and self._is_cut(node.targets[0], ast.Store):
            if len(node.targets) == 1:
                kind, sides = "put", [node.targets[0].slice.lower, node.targets[0].slice.upper]
        elif isinstance(node, ast.Call) and self._is_range(node):
            kind, sides = "range", [None, *node.args][-2:]
        elif isinstance(node, ast.Name) and self._is_condition(node):
            kind, sides = "true", [node, None]
        return kind, [one and self._variable(one) for one in sides]

    def _is_cut(self, node: Any, context: Any) -> bool:
        ast = self.ast
        if not isinstance(node, ast.Subscript) or not isinstance(node.ctx, context):
            return False
        return isinstance(node.slice, ast.Slice) and node.slice.step is None

    def _is_range(self, node: Any) -> bool:
        """Whether this is the ``range(v)`` or ``range(v, w)`` of a ``for``."""
        ast = self.ast
        parent, field, _ = self.parents.get(id(node), (None, "", 0))
        if not isinstance(parent, ast.For) or field != "iter":
            return False
        if not isinstance(node.func, ast.Name) or node.func.id != "range":
            return False
        if "range" in self.plain.bound or "range" in self.plain.imported:
            return False
        starred = any(isinstance(one, ast.Starred) for one in node.args)
        return not node.keywords and not starred and len(node.args) in (1, 2)

    def _is_condition(self, node: Any) -> bool:
        """Whether of this nothing matters but whether it is true."""
        ast = self.ast
        parent, field, _ = self.parents.get(id(node), (None, "", 0))
        if isinstance(parent, ast.BoolOp):
            return self._is_condition(parent)
        if isinstance(parent, ast.UnaryOp):
            return isinstance(parent.op, ast.Not)
        return isinstance(parent, ast.While | ast.If | ast.IfExp) and field == "test"

    def _growths(self, node: Any) -> list[tuple[str, int, Any]]:
        """The variables that a statement adds to or subtracts from, how often it names each of them
        for that, and the amounts."""
        ast = self.ast
        if isinstance(node, ast.AugAssign):
            if isinstance(node.target, ast.Name) and isinstance(node.op, ast.Add | ast.Sub):
                return [(node.target.id, 1, node.value)]
            return []
        if not isinstance(node, ast.Assign) or len(node.targets) != 1:
            return []
        pairs = [(node.targets[0], node.value)]
        if isinstance(node.targets[0], ast.Tuple) and isinstance(node.value, ast.Tuple):
            targets, values = node.targets[0].elts, node.value.elts
            if any(isinstance(one, ast.Starred) for one in (*targets, *values)):
                return []
            pairs = list(zip(targets, values, strict=False)) if len(targets) == len(values) else []
        found = []
        for target, value in pairs:
            if not (isinstance(target, ast.Name) and isinstance(value, ast.BinOp)):
                continue
            if isinstance(value.op, ast.Add | ast.Sub):
                sides = [(value.left, value.right)]
                sides += [(value.right, value.left)] if isinstance(value.op, ast.Add) else []
                for own, amount in sides:
                    if isinstance(own, ast.Name) and own.id == target.id:
                        found.append((target.id, 2, amount))
                        break
        return found

    def _names_returned(self, value: Any) -> list[str]:
        """The variables of ``v``, ``v + 1`` and tuples and lists of such."""
        ast = self.ast
        parts = value.elts if isinstance(value, ast.Tuple | ast.List) else [value]
        return list(filter(None, map(self._variable, parts)))

    def _names_of_sum(self, amount: Any) -> list[str]:
        """The names in sums and products of names and whole numbers; none of anything else."""
        ast = self.ast
        nodes = list(ast.walk(amount))
        arithmetic = ast.BinOp | ast.Name | ast.Load | ast.Constant | ast.Add | ast.Sub | ast.Mult
        plain = all(
            isinstance(one, arithmetic)
            and (not isinstance(one, ast.Constant) or type(one.value) is int)
            for one in nodes
        )
        return [one.id for one in nodes if isinstance(one, ast.Name)] if plain else []

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

    __slots__ = (
        *("blocks", "frame", "heads", "kept", "memory", "next", "quick", "state", "tick", "values"),
    )

    def __init__(self, frame: types.FrameType) -> None:
        self.frame, self.heads, self.next = frame, 0, _FIRST
        self.tick, self.memory, self.blocks = -1, 0, 0
        self.quick: Any = None
        self.state: list[Any] = []
        self.kept: list[Any] = []  # what is known by its address lives
        self.values: dict[str, Any] = {}


def _calls(
    loops: list[_Loop], plain: _Plain, found: Callable[[], None], in_use: Callable[[], int]
) -> dict[str, Callable[..., Any]]:
    """The calls that a program with calls makes."""
    frame_of, used, leave = sys._getframe, time.process_time, os._exit
    gc.disable()
    begun, active, waiting, tick = used(), False, _EVERY, 0
    seen: list[_Seen | None] = [None] * len(loops)
    # Of each place that reads what may grow, and each way it came out: when it last did.
    last: dict[int, dict[int | None, int]] = {}

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
        memory, blocks = in_use(), sys.getallocatedblocks()
        local = dict(frame.f_locals)
        growing = [(name, local.pop(name)) for name in loop.growing if name in local]
        quick = [(n, type(v), v) for n, v in local.items() if type(v) in _PLAIN]
        if not keep and quick != now.quick:
            return
        kept: list[Any] = []
        state = _state(local, frame.f_globals, plain, kept)
        little = abs(memory - now.memory) < _LEFT and abs(blocks - now.blocks) < _BLOCKS
        if now.tick >= 0 and little and state == now.state and repeats(loop, now, dict(growing)):
            found()
            leave(0)
        if keep:
            tick += 1
            now.next, now.tick, now.quick = 2 * now.heads, tick, quick
            now.state, now.kept, now.values = state, kept, dict(growing)
            now.memory, now.blocks = in_use(), sys.getallocatedblocks()

    def repeats(loop: _Loop, before: _Seen, values: dict[str, Any]) -> bool:
        """Whether what has grown since decides nothing, and will not."""
        if values.keys() != before.values.keys():
            return False
        moved: dict[str | None, int] = {None: 0}
        for name, value in values.items():
            kind = type(value)
            if kind is not type(before.values[name]) or kind not in (int, float):
                return False
            if kind is int and max(value.bit_length(), before.values[name].bit_length()) > _BITS:
                return False
            if name in loop.ints:
                if kind is not int:
                    return False
                moved[name] = value - before.values[name]
        for number, kind, first, second in loop.readings:
            left, right = moved.get(first, 0), moved.get(second, 0)
            if kind in ("cut", "put"):
                for place, way in enumerate((left, right)):
                    if not stays(kind, 2 * number + place, way, 0, before):
                        return False
            elif not stays(kind, 2 * number, left, right, before):
                return False
        return True

    def stays(kind: str, place: int, left: int, right: int, before: _Seen) -> bool:
        """Whether what was read at ``place`` comes out as it did where its sides move by these."""
        if not left and not right:
            return True
        ways = {way for way, when in last.get(place, {}).items() if when >= before.tick}
        if kind == "mod" and not right:
            moduli = {m for m, when in last.get(place + 1, {}).items() if when >= before.tick}
            return all(m and left % m == 0 for m in moduli)
        if kind in ("mod", "floor") and left:
            return False
        way = left - right
        if kind == "range":
            return way >= 0 and ways <= {1}
        return way == 0 or ways <= {1 if way > 0 else -1}

    # 1 and -1: it stays as it is where the left side grows, or shrinks, by more than the right; 0:
    # where both grow alike.
    def take_down(place: int, way: int | None) -> None:
        if active:
            last.setdefault(place, {})[way] = tick

    def less(number: int, result: Any) -> Any:
        take_down(2 * number, 0 if type(result) is not bool else -1 if result else 1)
        return result

    def greater(number: int, result: Any) -> Any:
        take_down(2 * number, 0 if type(result) is not bool else 1 if result else -1)
        return result

    def equal(number: int, left: Any, right: Any) -> Any:
        numbers = type(left) in _REAL and type(right) in _REAL
        take_down(2 * number, (left > right) - (left < right) if numbers else 0)
        return left == right

    def true(number: int, value: Any) -> Any:
        take_down(2 * number, (value > 0) - (value < 0) if type(value) is int else 0)
        return value

    def within(number: int, one: Any, whole: Any) -> bool:
        if active:
            way, numbers = 0, [one]
            if type(one) is int and type(whole) in _FILLED and len(whole) <= _MANY:
                numbers = [held for held in whole if isinstance(held, int | float | complex)]
                if all(type(held) in _REAL and held == held for held in numbers):
                    way = all(one > held for held in numbers) - all(one < held for held in numbers)
            if numbers:
                take_down(2 * number, way)
        return one in whole

    def mod(number: int, left: Any, right: Any) -> Any:
        take_down(2 * number, between(left, right))
        take_down(2 * number + 1, right if type(left) is type(right) is int else None)
        return left % right

    def floor(number: int, left: Any, right: Any) -> Any:
        take_down(2 * number, between(left, right))
        return left // right

    def between(left: Any, right: Any) -> int:
        if not (type(left) is type(right) is int):
            return 0
        return -1 if 0 <= left < right else 1 if right < left <= 0 else 0

    def empty(number: int, numbers: range) -> range:
        take_down(2 * number, 1 if numbers.start >= numbers.stop else 0)
        return numbers

    def bounds(number: int, whole: Any, kinds: tuple[type, ...], *two: Any) -> None:
        size = len(whole) if type(whole) in kinds else None
        for place, bound in enumerate(two):
            way = 0
            if size is not None and type(bound) is int:
                way = 1 if bound >= size else -1 if bound <= -size else 0
            take_down(2 * number + place, way)

    def cut(number: int, whole: Any, lower: Any, upper: Any) -> Any:
        bounds(number, whole, (str, list, tuple), lower, upper)
        return whole[lower:upper]

    def put(number: int, value: Any, whole: Any, lower: Any, upper: Any) -> None:
        bounds(number, whole, (list,), lower, upper)
        whole[lower:upper] = value

    calls = {"less": less, "greater": greater, "equal": equal, "true": true, "in": within}
    calls |= {"mod": mod, "floor": floor, "range": empty, "cut": cut, "put": put}
    return {_HEAD: head, _ENTER: enter} | {f" {name}": call for name, call in calls.items()}


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
                if plain.removes or plain.changes:
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
