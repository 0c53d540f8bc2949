"""What a verifier and the sandbox say to each other: cases go in, replies come back, judgements
decide.

A verifier makes a :class:`Case` of each task: the calls that a candidate gets (plain data), and a
judgement of what it replied. The sandbox knows nothing else of a benchmark.
"""

from __future__ import annotations

import builtins
import marshal
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from passk.sandbox import wire


@dataclass(frozen=True, slots=True)
class Reply:
    """One call's answer: the encoded value, or the name of the exception that ended it."""

    value: bytes | None = None
    exception: str | None = None

    def result(self) -> Any:
        """Return the value or raise the exception, as the candidate did.

        :raises wire's ValueError: a reply that no honest child writes.
        """
        if self.value is not None:
            return wire.decode(self.value)
        kind = getattr(builtins, self.exception or "", Exception)
        if not (isinstance(kind, type) and issubclass(kind, BaseException)):
            kind = Exception
        try:
            raised = kind()
        except TypeError:  # such as UnicodeDecodeError, which wants arguments
            raised = Exception()
        raise raised


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the replies so far show.

    ``state``: ``passed``; ``failed`` (``error`` names the exception); ``unfinished`` (more replies
    are needed); ``diverged`` (the test wants the ``calls`` instead of those that were made;
    ``keep_going`` where it goes on after an exception). A case that only observes hands on what it
    has seen as the ``error`` of ``passed`` and ``unfinished``; for the others that is None.

    Of a case that ``prints``, ``unfinished`` has the next run's standard input as its one call and
    as ``error`` what a verdict says that this run decides; ``program`` runs there instead of the
    candidate, where it is given. The kind of an ``error`` may stand behind a place and a colon.
    """

    state: str
    error: str | None = None
    calls: tuple[bytes, ...] = ()
    keep_going: bool = False
    program: str | None = None


class Case(Protocol):
    """One task as the sandbox sees it. ``calls`` are marshalled ``(args, kwargs)``.

    ``digests``: replies are digests of results (``sandbox.canonical``); ``seconds``: CPU time that
    each call may take, none where only the program has a limit; ``overwritten``: helpers of these
    names do not survive, since the test's own text defines them after the program; ``quick``: a
    right program takes so little time that it may share a child with others; ``keep_going``: the
    calls after one that raised are made, too.

    ``prints``: there is no entry point. The program runs whole, as ``__main__``, once an input,
    each time in a child of its own; a call is its standard input and a reply its standard output,
    or how it failed. ``calls`` has the first alone, since judgements ask for the others.
    ``memory_bytes``: what it may use, where that is less than what all may.
    """

    task_id: str
    entry_point: str
    epilogue: str
    calls: tuple[bytes, ...]
    digests: bool
    seconds: tuple[float, ...]
    overwritten: tuple[str, ...]
    quick: bool
    keep_going: bool
    prints: bool
    memory_bytes: int | None

    def judge(self, replies: Sequence[Reply], calls: Sequence[bytes]) -> Judgement: ...


def marshal_call(args: tuple[Any, ...], kwargs: dict[str, Any]) -> bytes:
    """The bytes of a call; equal calls are equal bytes.

    :raises ValueError: an argument that is no plain data.
    """
    return marshal.dumps((args, kwargs), 2)
