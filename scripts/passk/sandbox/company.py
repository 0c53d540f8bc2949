"""What programs share that run one after another in one process, and what keeps each piece apart.

The gate (``purity``) decides which programs may; :class:`Company` puts away after each of them and
ends the process where it cannot. So no program runs in another's time, changes what another
computes or reads what another computed. All state that was found to be shared stands below;
tests/test_company.py plants and looks for what could be planted, and has the rest refused:

Put away after each program, before the next is compiled
    - its scope, and reference cycles with all they hold: cleared and collected, frames of
      generators included, so that the collector's counters begin anew, too
    - the caches of ``typing``, where ``List[True]`` would answer for ``List[1]``
    - standard output and error: flushed, to nowhere
Looked at after each program; a difference ends the process, and what is left runs in another
    - modules loaded, codecs found (``str(b, "utf-7")``) and not found: ``encodings`` keeps both
    - memory in use, of the allocators of Python and C: :data:`MOST_LEFT` and no more, so that
      nothing is hoarded in a cache that this list has missed
    - how many names ``builtins`` has
Out of reach of what passes the gate
    - other caches: ``re``, ``functools``, ``struct``, ``linecache``, ``warnings`` and its registry
      (which lies in the program's scope), importers; patterns and formats of the fork server's own
    - settings: ``sys`` (recursion limit, digits of integers, hooks, traces), ``signal``,
      ``locale``, ``decimal`` and its context, ``random``, ``gc``, ``threading``, ``time``, ``os``
      with working directory, environment, descriptors and files
    - code that runs later: destructors and weak references need classes, and handlers in
      generators, coroutines, signals and exit functions are refused
    - exceptions that others handle: nothing runs inside another's ``except``
    - how much memory and stack others have left: a handler that could catch running out is
      refused, and a program that ends so runs again alone
Cannot be changed
    - built-in types, their methods, small integers, empty containers, one-letter and interned text
      (which is one object wherever it comes from), seeds of hashes, ``errno``
Begins anew by itself
    - counters (``itertools.count``), iterators, generators: each belongs to one program
    - depth of the stack: each program is called from the same place

Not covered: side channels. Addresses, as in ``repr(print_all)`` or in the order of a set of
functions, depend on what the allocator did before, and times on what is warm. They tell a program
nothing of what another computed, but it can behave otherwise than alone if it means to. Where that
matters, give each program a child of its own (``--isolate each``).
"""

from __future__ import annotations

import builtins
import ctypes
import encodings
import gc
import sys
import typing

MOST_LEFT = 256 << 10
"""Bytes that a program may leave behind: the allocators' own tables move by less."""


class _Heap(ctypes.Structure):
    """``struct mallinfo2`` of the C library."""

    _fields_ = tuple(
        (name, ctypes.c_size_t)
        for name in (
            *("arena", "ordblks", "smblks", "hblks", "mapped", "usmblks", "fsmblks", "used"),
            *("fordblks", "keepcost"),
        )
    )


_heap = getattr(ctypes.CDLL(None), "mallinfo2", None)
if _heap is not None:
    _heap.restype = _Heap


def in_use() -> int:
    """Bytes that Python and the C library have handed out; without glibc, Python's alone."""
    python = sys.getallocatedblocks() * 64  # a block has 16 to 512 bytes
    if _heap is None:
        return python
    heap = _heap()
    return python + heap.used + heap.mapped


class Company:
    """The process as the first program finds it."""

    def __init__(self) -> None:
        self._clear()
        self._known = self._marks()
        self._memory = in_use()

    def put_away(self) -> bool:
        """Remove what a program has left; False where the process is not as it was, and must end.

        :raises MemoryError, OSError: text that cannot be written, which ends the process as well.
        """
        self._clear()
        return self._marks() == self._known and in_use() - self._memory <= MOST_LEFT

    @staticmethod
    def _clear() -> None:
        for clear in typing._cleanups:
            clear()
        sys.stdout.flush()
        sys.stderr.flush()
        gc.collect()

    @staticmethod
    def _marks() -> tuple[int, ...]:
        return len(sys.modules), len(encodings._cache), len(vars(builtins))
