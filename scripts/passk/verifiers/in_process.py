"""Verdicts beside what the reference harness would say: a program judged by its own process.

HumanEval's harness runs a program and its test in one process and believes what that process says.
So does this, inside the sandbox: :class:`ReferenceCase` appends the test and the call of ``check``
to the program, and the program has passed where that raised nothing. A program that passes here and
fails before the judge is a suspected forgery: it fooled the test that it shared a process with.

Nothing here is to be trusted as a verdict, which is the point of it. Not covered: the harness's own
doing (it takes functions away from a program, and its time-outs are wall time and can be caught),
HumanEval+, programs of which two runs differ.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from passk.benchmarks.human_eval import Problem
from passk.records import Verdict
from passk.sandbox import wire
from passk.sandbox.limits import Limits
from passk.sandbox.protocol import Judgement, Reply, marshal_call
from passk.verifiers import Opening
from passk.verifiers.programs import Programs

AGREE = "agree"
FORGERY = "suspected forgery: the test passed in the program's own process, and fails outside it"
STRICTER = "the judge passes what fails in the program's own process"
LIMIT = "one of the two runs met a limit"
EXPLANATIONS = (AGREE, FORGERY, STRICTER, LIMIT)
_ENDED = "the_test_has_ended"


@dataclass(frozen=True, slots=True)
class ReferenceCase:
    """A task as the sandbox sees it, its test after the program. ``epilogue``: that test."""

    task_id: str
    epilogue: str
    entry_point: ClassVar[str] = _ENDED
    calls: ClassVar[tuple[bytes, ...]] = (marshal_call((), {}),)
    digests: ClassVar[bool] = False
    seconds: ClassVar[tuple[float, ...]] = ()
    overwritten: ClassVar[tuple[str, ...]] = ()
    quick: ClassVar[bool] = False
    keep_going: ClassVar[bool] = False
    prints: ClassVar[bool] = False
    memory_bytes: ClassVar[int | None] = None

    def judge(self, replies: Sequence[Reply], calls: Sequence[bytes]) -> Judgement:
        """Believe the program's process. Never raises."""
        if not replies:
            return Judgement("unfinished")
        try:
            replies[0].result()
        except BaseException as error:
            return Judgement("failed", wire.exception_name(error))
        return Judgement("passed")


def reference_case(problem: Problem) -> ReferenceCase:
    """The case that runs ``problem``'s own test in the process of the program."""
    epilogue = f"\n{problem.test}\ncheck({problem.entry_point})\ndef {_ENDED}(): return True\n"
    return ReferenceCase(problem.task_id, epilogue)


def open_verifier(opening: Opening) -> Programs:
    """The verifier that believes a program's own process."""
    options = opening.options
    limits = Limits.of(options["timeout"], options["memory_mb"] << 20)
    return Programs(opening, reference_case, limits)


def explain(verdict: Verdict, reference: Verdict) -> str:
    """Which of :data:`EXPLANATIONS` holds for the judge's verdict and the reference's."""
    passed, there = verdict.outcome == "passed", reference.outcome == "passed"
    if passed == there:
        return AGREE
    if "timeout" in (verdict.outcome, reference.outcome):
        return LIMIT
    return FORGERY if there else STRICTER


def is_chosen(task_id: str, draw: int, share: float, seed: int) -> bool:
    """Whether a sample is in the seeded ``share`` (0 to 1); a larger share holds the smaller."""
    digest = hashlib.blake2b(f"{seed} {task_id} {draw}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "little") < share * 2**64
