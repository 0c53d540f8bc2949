"""What a program does wrong on the examples of its prompt, in a sentence that a model can read.

Only what the prompt shows is run (``examples``), in the sandbox that judges: tests and solutions
play no part. The sentence is of the first example that fails: the call, what came of it, and what
the prompt says should have come. Calls and values are cut at :data:`MOST` characters and written as
Python writes them, so that no control character of a hostile program's gets into a prompt; sets are
sorted, so that equal values are equal texts in every process.

A time-out is one on the machine at hand: on another a slow program may end in time.
"""

from __future__ import annotations

import base64
import marshal
import reprlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from passk.benchmarks.human_eval import Problem
from passk.records import UserError, Verdict, read_lines
from passk.sandbox import canonical, wire
from passk.sandbox.protocol import Judgement, Reply
from passk.verifiers.examples import Example, read_examples
from passk.verifiers.signatures import EXCEPTIONS, ObservedCase

CPU_SECONDS = 2.0
"""Of a program on all examples of its task."""
MOST_BYTES = 1 << 19
"""Of all that a program returns on the examples of its task: half of what the sandbox takes."""
MOST = 300
"""Characters of a call, and of a value."""
_WORDS = {
    "timeout": "did not end in time",
    "crashed": "ended the process",
    "failed": "ended the program",
}


@dataclass(frozen=True, slots=True)
class Feedback:
    """What the examples of its prompt say of one sample: ``passed``, None where there are none, and
    the sentence where it fails one."""

    task_id: str
    draw: int
    passed: bool | None
    feedback: str | None = None


class _Repr(reprlib.Repr):
    """Plain data as Python writes it, long and deep ones cut; the same text in every process."""

    def __init__(self) -> None:
        super().__init__()
        self.maxlevel = 5
        self.maxlist = self.maxtuple = self.maxset = self.maxfrozenset = self.maxdeque = 60
        self.maxdict, self.maxstring, self.maxlong, self.maxother = 30, MOST, 60, MOST

    def repr_set(self, value: Any, level: int) -> str:
        if not value:
            return f"{type(value).__name__}()"
        return self._repr_iterable(sorted(value, key=canonical.form), level, "{", "}", self.maxset)

    repr_frozenset = repr_set

    def repr_Opaque(self, value: Any, level: int) -> str:
        return "an object"


_repr = _Repr()


def shown(value: Any) -> str:
    """A value in at most :data:`MOST` characters; never raises."""
    try:
        text = _repr.repr(value)
    except Exception:  # such as what has no canonical form
        return "a value"
    return text if len(text) <= MOST else text[: MOST - 4] + " ..."


def call_of(entry_point: str, example: Example) -> str:
    """An example's call as it is written in Python."""
    arguments, _ = marshal.loads(example.call)
    text = ", ".join(map(shown, arguments))
    return f"{entry_point}({text if len(text) <= MOST else text[: MOST - 4] + ' ...'})"


def sentence(entry_point: str, example: Example, found: str) -> str:
    """What came of an example's call, and what should have come."""
    wanted = f"raising {example.raises}" if example.raises else f"returning {shown(example.value)}"
    return f"{call_of(entry_point, example)} {found} instead of {wanted}."


def _came(reply: Reply) -> str:
    if reply.value is None:
        return "raised " + (reply.exception if reply.exception in EXCEPTIONS else "Exception")
    try:
        return f"returned {shown(wire.decode(reply.value))}"
    except Exception:  # malformed: no honest child writes it
        return "returned what is no value"


@dataclass(frozen=True, slots=True)
class FeedbackCase(ObservedCase):
    """A task's examples as the sandbox sees a case: it hands on the sentence of the first that
    fails, or how many agree so far."""

    examples: tuple[Example, ...]

    def judge(self, replies: Sequence[Reply], calls: Sequence[bytes]) -> Judgement:
        """Look for the first reply that is not its example's."""
        if (found := self.unobserved(replies)) is not None:
            return found
        if sum(len(reply.value or b"") for reply in replies) > MOST_BYTES:
            return Judgement("failed")
        # Not before all replies are there, or what the sandbox itself refuses as too long would be
        # told apart by chance.
        whole = len(replies) >= len(self.examples)
        state = "passed" if whole else "unfinished"
        for example, reply in zip(self.examples, replies, strict=False):
            if not example.agrees(reply):
                text = sentence(self.entry_point, example, _came(reply))
                return Judgement(state, _packed(text))
        return Judgement(state, None if whole else str(len(replies)))

    def feedback(self, verdict: Verdict) -> Feedback:
        """What the verdict on a program says of it."""
        task, draw, outcome, seen = verdict.task_id, verdict.draw, verdict.outcome, verdict.error
        if not self.examples:
            return Feedback(task, draw, None)
        if seen and seen.startswith("="):
            return Feedback(task, draw, False, _unpacked(seen))
        if outcome == "passed":
            return Feedback(task, draw, True)
        if outcome == "failed" and seen is None:
            return Feedback(task, draw, False, "It returns more than can be read.")
        if seen and not seen.isdecimal():
            name = seen if seen in EXCEPTIONS else "Exception"
            return Feedback(task, draw, False, f"The program raises {name}.")
        example = self.examples[int(seen or 0)]
        return Feedback(task, draw, False, sentence(self.entry_point, example, _WORDS[outcome]))


def case(problem: Problem) -> FeedbackCase:
    """The case of a problem's examples; one without any calls nothing."""
    examples = read_examples(problem)
    calls = tuple(one.call for one in examples)
    return FeedbackCase(problem.task_id, problem.entry_point, calls, examples)


def _packed(text: str) -> str:
    """A text as one word, in which no part means anything to the sandbox."""
    return "=" + base64.urlsafe_b64encode(text.encode("utf-8", "replace")).decode()


def _unpacked(word: str) -> str:
    return base64.urlsafe_b64decode(word[1:]).decode()


def read_feedback(path: Path, digest: Any = None) -> Iterator[Feedback]:
    """Yield what a file says of its samples. ``digest``: see :func:`passk.records.read_lines`.

    :raises UserError: a damaged file, or one of something else.
    """
    for number, record in read_lines(path, digest):
        try:
            passed, text = record["passed"], record["feedback"]
            if passed not in (None, True, False) or (passed is False) != isinstance(text, str):
                raise ValueError(passed)
            yield Feedback(str(record["task_id"]), int(record["draw"]), passed, text)
        except (KeyError, TypeError, ValueError) as error:
            raise UserError(
                f"{path} line {number} is no feedback; delete the file and run again"
            ) from error
