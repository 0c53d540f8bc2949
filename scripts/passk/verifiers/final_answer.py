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

import base64
import hashlib
import logging
import time
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from typing import Any

from passk.benchmarks.answer import UNFINISHED, Question
from passk.limited import Limited
from passk.records import Sample, UserError, Verdict, fingerprint
from passk.sandbox.limits import Limits
from passk.sandbox.pool import Tally
from passk.verifiers import Opening, Signature
from passk.verifiers.normal_form import equal, normal_form

MOST_FOR_ALGEBRA = 500  # characters
CHECK_SECONDS = 30.0  # of CPU to read a reference
MARK_BYTES = 9
FORMAT = 1  # of normal forms: another where a change of the rules changes a signature
NO_ANSWER, UNENDED = "no answer", "unfinished thought"
log = logging.getLogger("execute")

Found = tuple[str, float, str | None]
"""An outcome, its CPU seconds and its error, as in a verdict."""


class FinalAnswers:
    """A :class:`passk.verifiers.Verifier`. ``judge`` judges an answer that is one and that is not
    equal to the reference in its normal form."""

    def __init__(self, opening: Opening, judge: Callable[[Question, str], Found]) -> None:
        self._opening = opening
        self._judge = judge
        self.about: dict[str, Any] = {}

    def verdicts(self, samples: Iterable[Sample]) -> Iterator[Verdict]:
        """As the verifier's.

        :raises UserError: as ``judge``.
        """
        references = {
            task: normal_form(problem.answer) for task, problem in self._opening.problems.items()
        }
        done: dict[tuple[str, str], Found] = {}
        tally = Tally(self._opening.total, self._opening.label)
        unfinished = 0
        started = time.monotonic()
        for sample in samples:
            text = self._opening.answer(sample)
            unfinished += text == UNFINISHED
            key = sample.task_id, text
            if key not in done:
                begun = time.process_time()
                if text in ("", UNFINISHED):
                    outcome, cpu, error = "failed", 0.0, UNENDED if text else NO_ANSWER
                elif equal(references[sample.task_id], normal_form(text)):
                    outcome, cpu, error = "passed", 0.0, None
                else:
                    outcome, cpu, error = self._judge(self._opening.problems[key[0]], text)
                cpu = round(cpu + time.process_time() - begun, 6)
                done[key] = outcome, cpu, error
                tally.cpu_seconds += cpu
            verdict = Verdict(sample.task_id, sample.draw, *done[key])
            tally.add(verdict)
            yield verdict
        self.about |= {
            "distinct_answers": len(done),
            "cpu_seconds": round(tally.cpu_seconds, 3),
            "wall_seconds": round(time.monotonic() - started, 3),
        }
        log.info("%s", tally.line())
        if unfinished:
            self.about["unfinished"] = unfinished
            log.warning(
                "%s%s samples end within a thought, have no answer and count as failed; "
                "a larger max_tokens would let them finish",
                self._opening.label, f"{unfinished:,}",
            )  # fmt: skip

    def signatures(self, samples: Iterable[Sample]) -> Iterator[Signature]:
        """As the verifier's; no reference plays a part in them."""
        self.about["signatures"] = {"of": "answers", "sha256": fingerprint(["answers", FORMAT])}
        for sample in samples:
            text = self._opening.answer(sample)
            known = sample.logprob is not None and sample.tokens
            outcome, marks = "failed", ()
            if text not in ("", UNFINISHED):
                outcome, marks = "ran", (_mark(normal_form(text).value),)
            yield Signature(
                sample.task_id, sample.draw, outcome, marks, _mark(text),
                sample.logprob / sample.tokens if known else None,
            )  # fmt: skip


def _mark(text: str) -> str:
    data = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=MARK_BYTES)
    return base64.urlsafe_b64encode(data.digest()).decode()


def open_exact(opening: Opening) -> FinalAnswers:
    """The verifier that compares normal forms."""
    return FinalAnswers(opening, lambda question, answer: ("failed", 0.0, None))


def open_lenient(opening: Opening) -> Lenient:
    """The verifier that asks math-verify, too; options as in ``passk.verifiers.VERIFIERS``."""
    return Lenient(opening)


class Lenient(FinalAnswers):
    """As :class:`FinalAnswers`, with a process while it judges.

    :raises UserError: math-verify is not there.
    """

    def __init__(self, opening: Opening) -> None:
        super().__init__(opening, self._ask)
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
            "answers_by_algebra": self._asked,
            "limits": {
                "cpu_seconds": self._limits.cpu_seconds,
                "memory_bytes": self._limits.memory_bytes,
            },
        }

    def _ask(self, question: Question, answer: str) -> Found:
        if max(len(answer), len(question.answer)) > MOST_FOR_ALGEBRA:
            return "failed", 0.0, None
        self._asked += 1
        call = self._process.call(question.answer, answer)
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
    """That math-verify can read the reference.

    :raises UserError: it cannot, or is not there.
    """
    if normal_form(question.answer).is_number:
        return
    if len(question.answer) > MOST_FOR_ALGEBRA:
        raise UserError(
            f"{question.task_id} has an answer of {len(question.answer):,} characters, and the "
            f"suite lenient compares at most {MOST_FOR_ALGEBRA}"
        )
    call = _reader().call(question.answer)
    if call.value is not True:
        raise UserError(
            f"{question.task_id} has the answer {question.answer!r}, which math-verify cannot read"
        )


@cache
def _reader() -> Limited:
    """One process for all checks; it ends with this one."""
    limits = Limits.of(CHECK_SECONDS, Limits().memory_bytes)
    return _algebra("passk.verifiers.equality:readable", limits)
