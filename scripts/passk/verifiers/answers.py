"""Verifiers of answers that are text and are not run: what they share."""

from __future__ import annotations

import base64
import hashlib
import logging
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Any

from passk.benchmarks.answer import UNFINISHED
from passk.records import Sample, Verdict, fingerprint
from passk.sandbox.pool import Tally
from passk.verifiers import Opening, Signature

MARK_BYTES = 9
NO_ANSWER, UNENDED = "no answer", "unfinished thought"
log = logging.getLogger("execute")

Found = tuple[str, float, str | None]
"""An outcome, its CPU seconds and its error, as in a verdict."""


class Answers(ABC):
    """A :class:`passk.verifiers.Verifier` that judges each distinct answer to a task once.

    A completion without an answer fails, and has no signature.
    """

    forms = ""
    """Names the rules of :meth:`form`; another name where they change a signature."""
    of = "answers"
    """What its signatures are of."""

    def __init__(self, opening: Opening) -> None:
        self.opening = opening
        self.about: dict[str, Any] = {}

    @abstractmethod
    def judge(self, task_id: str, answer: str) -> Found:
        """Judge an answer that is one. The CPU seconds are those of other processes only."""

    def form(self, answer: str) -> str:
        """What equal answers share, whatever is right."""
        return answer

    def verdicts(self, samples: Iterable[Sample]) -> Iterator[Verdict]:
        """As the verifier's.

        :raises UserError: as :meth:`judge` does.
        """
        done: dict[tuple[str, str], Found] = {}
        tally = Tally(self.opening.total, self.opening.label)
        unfinished = 0
        started = time.monotonic()
        for sample in samples:
            text = self.opening.answer(sample)
            unfinished += text == UNFINISHED
            key = sample.task_id, text
            if key not in done:
                begun = time.process_time()
                if text in ("", UNFINISHED):
                    outcome, cpu, error = "failed", 0.0, UNENDED if text else NO_ANSWER
                else:
                    outcome, cpu, error = self.judge(*key)
                cpu = round(cpu + time.process_time() - begun, 6)
                done[key] = outcome, cpu, error
                tally.cpu_seconds += cpu
            verdict = Verdict(sample.task_id, sample.draw, *done[key])
            tally.add(verdict)
            yield verdict
        self.about |= {
            **({"rules": self.forms} if self.forms else {}),
            "distinct_answers": len(done),
            "cpu_seconds": round(tally.cpu_seconds, 3),
            "wall_seconds": round(time.monotonic() - started, 3),
        }
        log.info("%s", tally.line())
        count_unfinished(self.about, self.opening.label, unfinished)

    def signatures(self, samples: Iterable[Sample]) -> Iterator[Signature]:
        """As the verifier's; no reference plays a part in them."""
        self.about["signatures"] = {"of": self.of, "sha256": fingerprint([self.forms])}
        return signatures_of(self.opening, samples, self.form)


def signatures_of(
    opening: Opening, samples: Iterable[Sample], form: Callable[[str], str]
) -> Iterator[Signature]:
    """The signatures of answers that are text: those of equal ``form`` are equal."""
    for sample in samples:
        text = opening.answer(sample)
        known = sample.logprob is not None and sample.tokens
        logprob = sample.logprob / sample.tokens if known else None
        outcome, marks = "failed", ()
        if text not in ("", UNFINISHED):
            outcome, marks = "ran", (mark_of(form(text)),)
        one = Signature(sample.task_id, sample.draw, outcome, marks, mark_of(text), logprob)
        yield replace(one, score=sample.score)


def without_layout(proof: str) -> str:
    """What proofs share that differ in spaces and lines alone."""
    return " ".join(proof.split())


def count_unfinished(about: dict[str, Any], label: str, count: int) -> None:
    """Say how many completions ended within a thought, if any did: in the log and in ``about``."""
    if count:
        about["unfinished"] = count
        log.warning(
            "%s%s samples end within a thought, have no answer and count as failed; "
            "a larger max_tokens would let them finish",
            label, f"{count:,}",
        )  # fmt: skip


def mark_of(text: str) -> str:
    """What stands for a text in a signature."""
    data = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=MARK_BYTES)
    return base64.urlsafe_b64encode(data.digest()).decode()
