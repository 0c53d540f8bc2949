"""Proof that a program will never end, so that its CPU limit need not be waited for.

A loop that comes back to its head with every variable as it was goes round for ever: a tame program
(``gate``) sees no clock, no input and no chance. So when one has used :data:`FIRST_SECONDS` of CPU
time in a call, its frames are traced for a moment, and what they hold is noted whenever a loop
starts over. The proof counts the loop's own variables, the program's globals, what functions hold,
which lists and dicts are the same object, and how far the enclosing ``for`` loops have come. Who
called does not count: the loop never returns. Where it holds a set, a generator or anything else
but plain data, there is no proof.

The child loads this file by itself. Not covered, and left to the limit: loops that count up or pile
up for ever, and everything that is not tame.
"""

from __future__ import annotations

import _signal
import marshal
import sys
import time
import types
from collections.abc import Callable

FIRST_SECONDS = 0.02
LATER_SECONDS = (0.2, 1.0)
TRACED_SECONDS = 0.01
_GENERATORS = 0x20 | 0x80 | 0x200
_BY_IDENTITY = (type, types.ModuleType, types.CodeType)


class Watch:
    """Watches the calls of one child. ``proven`` is called, and must not return, on a proof.

    ``outermost``: the code object of the function that makes the calls.
    """

    def __init__(self, outermost: types.CodeType, proven: Callable[[], None]) -> None:
        self.outermost = outermost
        self.proven = proven
        self.scope: dict[str, object] = {}
        self.chain: list[types.FrameType] = []
        self.delays = iter(())
        self.until = 0.0
        self.loops: dict[types.CodeType, tuple[set[int], list[tuple[int, int, int]]]] = {}
        self.turns: dict[tuple[int, int], int] = {}
        self.seen: set[tuple[object, ...]] = set()

    def start(self, scope: dict[str, object]) -> None:
        """Begin to watch a program whose globals are ``scope``."""
        self.scope = scope
        self.delays = iter(LATER_SECONDS)
        _signal.signal(_signal.SIGVTALRM, self._alarm)
        _signal.setitimer(_signal.ITIMER_VIRTUAL, FIRST_SECONDS)

    def stop(self) -> None:
        """Leave the program alone."""
        _signal.setitimer(_signal.ITIMER_VIRTUAL, 0)

    def _alarm(self, _: int, frame: types.FrameType | None) -> None:
        chain = []
        while frame is not None and frame.f_code is not self.outermost:
            chain.append(frame)
            frame = frame.f_back
        self.chain = [one for one in chain if one.f_globals is self.scope]
        if frame is None or not self.chain:
            return self._again()
        if frame_is_empty_loop(self.chain[0]):
            self.proven()
        self.turns, self.seen = {}, set()
        self.until = time.process_time() + TRACED_SECONDS
        for one in self.chain:
            one.f_trace = self._event
        sys.settrace(_ignore)
        return None

    def _again(self) -> None:
        sys.settrace(None)
        for frame in self.chain:
            frame.f_trace = None
        self.chain = []
        delay = next(self.delays, None)
        if delay:
            _signal.setitimer(_signal.ITIMER_VIRTUAL, delay)

    def _event(self, frame: types.FrameType, event: str, _: object) -> Callable[..., object] | None:
        if event != "line" or frame not in self.chain:
            return self._event
        heads, fors = self._loops(frame.f_code)
        place = frame.f_lasti
        for start, _, line in fors:
            if line == frame.f_lineno:
                turn = (id(frame), start)
                self.turns[turn] = self.turns.get(turn, 0) + 1
        if place in heads and not frame.f_code.co_flags & _GENERATORS:
            state = self._state(frame)
            if state is not None:
                turns = [self.turns.get((id(frame), s), 0) for s, e, _ in fors if s <= place < e]
                point = (id(frame), place, tuple(turns), state)
                if point in self.seen:
                    self.proven()
                self.seen.add(point)
        if time.process_time() > self.until:
            self._again()
            return None
        return self._event

    def _loops(self, code: types.CodeType) -> tuple[set[int], list[tuple[int, int, int]]]:
        """Where loops start over, and first, last offset and line of each ``for``."""
        if code not in self.loops:
            import dis  # a heavy import, for the few that get here

            heads, fors, line = set(), [], 0
            for one in dis.get_instructions(code):
                line = (one.positions and one.positions.lineno) or line
                if "JUMP_BACKWARD" in one.opname:
                    heads.add(one.argval)
                elif one.opname == "FOR_ITER":
                    fors.append((one.offset, one.argval, line))
            self.loops[code] = (heads, fors)
        return self.loops[code]

    def _state(self, frame: types.FrameType) -> bytes | None:
        """All that the loop's future depends on, or None where that cannot be told."""
        scope = {name: value for name, value in self.scope.items() if name != "__builtins__"}
        try:
            held = [_plain(value) for value in (*scope.values(), *frame.f_locals.values())]
            return marshal.dumps([*scope, *frame.f_locals, held], 2)
        except ValueError:
            return None


def frame_is_empty_loop(frame: types.FrameType) -> bool:
    """Whether a frame stands in ``while True: pass``, in which no line ever starts."""
    import dis

    instructions = {one.offset: one for one in dis.get_instructions(frame.f_code)}
    here = instructions.get(frame.f_lasti)
    for _ in range(3):
        if here is None or here.opname not in ("NOP", "JUMP_BACKWARD"):
            return False
        following = here.argval if here.opname == "JUMP_BACKWARD" else here.offset + 2
        if following == frame.f_lasti:
            return True
        here = instructions.get(following)
    return False


def _ignore(*_: object) -> None:
    return None


def _plain(value: object, depth: int = 0) -> object:
    """``value`` in a form for :mod:`marshal` that is equal only where the future is.

    :raises ValueError: a value of which that cannot be told.
    """
    kind = type(value)
    if kind in (int, bool, float, str, bytes, type(None)):
        return value
    if depth > 20:
        raise ValueError("nested too deep")
    if kind is tuple:
        return tuple(_plain(item, depth + 1) for item in value)
    if kind is list:
        return [id(value), *(_plain(item, depth + 1) for item in value)]
    if kind is dict:
        pairs = [[_plain(key, depth + 1), _plain(item, depth + 1)] for key, item in value.items()]
        return {id(value): pairs}
    if kind is types.FunctionType:
        cells = [cell.cell_contents for cell in value.__closure__ or () if _is_filled(cell)]
        held = (value.__defaults__, value.__kwdefaults__, cells)
        return [id(value), *(_plain(item, depth + 1) for item in held)]
    if kind in _BY_IDENTITY or kind.__module__ == "typing":
        return id(value)
    if kind is types.BuiltinFunctionType and type(value.__self__) in (types.ModuleType, type(None)):
        return id(value)
    raise ValueError("not plain data")


def _is_filled(cell: types.CellType) -> bool:
    try:
        cell.cell_contents  # noqa: B018 (it raises where the cell is empty)
    except ValueError:
        return False
    return True
