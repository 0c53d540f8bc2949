"""Final answers, judged against the right one: exactly, or by computer algebra.

``exact`` wants equal normal forms (``normal_form``): equal rational numbers, lists, words or texts.
It evaluates nothing, takes microseconds, and can be checked by reading it.

``lenient`` takes what ``exact`` takes, and asks math-verify, the library that the field uses, of
the rest: ``x^2+2x+1`` is ``(x+1)^2``. What is known of its false accepts is guarded (``equality``).
It runs in a process of its own with limits (``passk.limited``), once for each distinct answer to a
task. An answer on which it meets a limit is not passed: ``timeout``, or ``crashed`` for memory. An
answer or a reference longer than :data:`MOST_FOR_ALGEBRA` is not shown to it.

The signature of a sample is the normal form of its answer, without its unit: what majority voting
counts (self-consistency, Wang et al. 2022, arXiv:2203.11171). A sample without answer has none.

Not covered: that the reference is right; equal answers that neither finds equal, which fail
(docs/answers.md has both rates, measured).
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.metadata import version

from passk.benchmarks.answer import Question
from passk.limited import Limited
from passk.records import Sample, UserError, Verdict
from passk.sandbox.limits import Limits
from passk.verifiers import Opening
from passk.verifiers.answers import Answers, Found, mark_of
from passk.verifiers.normal_form import equal, normal_form

MOST_FOR_ALGEBRA = 500  # characters
LIBRARIES = ("math-verify", "latex2sympy2-extended", "sympy")
CHECK_SECONDS = 30.0  # of CPU to read a reference
log = logging.getLogger("execute")


def signature_of(answer: str) -> tuple[str, ...]:
    """The ``outputs`` of the signature of a sample with this answer."""
    return (mark_of(normal_form(answer).value),)


class FinalAnswers(Answers):
    """The verifier that compares normal forms."""

    forms = "normal form 3"  # another where a change of the rules changes a signature

    def __init__(self, opening: Opening) -> None:
        super().__init__(opening)
        problems = opening.problems
        self._references = {task: normal_form(one.answer) for task, one in problems.items()}

    def judge(self, task_id: str, answer: str) -> Found:
        """Judge an answer by its normal form."""
        right = equal(self._references[task_id], normal_form(answer))
        return "passed" if right else "failed", 0.0, None

    def form(self, answer: str) -> str:
        """The normal form, without its unit."""
        return normal_form(answer).value


class Lenient(FinalAnswers):
    """The verifier that asks math-verify, too, in a process that it has while it judges. Options
    as in ``passk.verifiers.VERIFIERS``."""

    def __init__(self, opening: Opening) -> None:
        super().__init__(opening)
        seconds = opening.options["timeout"]
        self._limits = Limits.of(seconds, opening.options["memory_mb"] << 20)
        self._process: Limited | None = None
        self._asked = 0

    def verdicts(self, samples: Iterable[Sample]) -> Iterator[Verdict]:
        """As the verifier's.

        :raises UserError: math-verify is not there, or its process is killed again and again.
        """
        with _algebra("passk.verifiers.equality:same", self._limits) as self._process:
            yield from super().verdicts(samples)
        self.about |= {
            "library": ", ".join(f"{name} {version(name)}" for name in LIBRARIES),
            "answers_by_algebra": self._asked,
            "limits": {
                "cpu_seconds": self._limits.cpu_seconds,
                "memory_bytes": self._limits.memory_bytes,
            },
        }

    def judge(self, task_id: str, answer: str) -> Found:
        """Judge an answer by its normal form, or else by computer algebra.

        :raises UserError: math-verify's process is killed again and again.
        """
        found = super().judge(task_id, answer)
        reference = self.opening.problems[task_id].answer
        if found[0] == "passed" or max(len(answer), len(reference)) > MOST_FOR_ALGEBRA:
            return found
        self._asked += 1
        call = self._process.call(reference, answer)
        if call.outcome == "exceeded" and call.error in ("cpu", "idle"):
            return "timeout", call.cpu_seconds, None
        if call.outcome == "crashed" or call.error == "memory":
            return "crashed", call.cpu_seconds, None
        return "passed" if call.value is True else "failed", call.cpu_seconds, None


def _algebra(function: str, limits: Limits) -> Limited:
    """A process that calls a function of ``equality``.

    :raises UserError: math-verify is not there.
    """
    try:
        return Limited(function, limits)
    except ImportError as error:
        raise UserError(
            f"the suite lenient needs the package math-verify ({error}); run `make setup`, or ask "
            "for the suite exact alone"
        ) from None


def check_exact(question: Question) -> None:
    """That an answer can be judged: its reference says something.

    :raises UserError: it does not.
    """
    if not normal_form(question.answer).value:
        raise UserError(
            f"{question.task_id} has the answer {question.answer!r}, which is only layout"
        )


def check_lenient(question: Question) -> None:
    """Say where the reference is one that math-verify cannot read: answers are then judged as by
    ``exact``.

    :raises UserError: math-verify is not there.
    """
    if normal_form(question.answer).is_number:
        return
    long = len(question.answer) > MOST_FOR_ALGEBRA
    if long or _reader().call(question.answer).value is not True:
        log.warning(
            "%s has the answer %.60r, which math-verify cannot read: lenient judges as exact does",
            question.task_id,
            question.answer,
        )


@cache
def _reader() -> Limited:
    """One process for all checks; it ends with this one."""
    limits = Limits.of(CHECK_SECONDS, Limits().memory_bytes)
    return _algebra("passk.verifiers.equality:readable", limits)
