"""Answers to Reasoning Gym's tasks: right where the package's own scorer gives 1.0, and no less.

The scorer runs in a process with limits (``passk.limited``), in which the answer is text that may
say anything: see ``passk.benchmarks.reasoning_library``. A score between 0 and 1, which the package
gives for training, is a failure. Each answer to a task is scored once, however often it was given.

A signature is the answer itself, in lower case and with single blanks: it decides no verdict.
"""

from __future__ import annotations

import atexit
import base64
import builtins
import hashlib
import logging
import time
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

from passk.benchmarks.answer import UNFINISHED
from passk.benchmarks.reasoning_gym import PACKAGE, Puzzle, config_text, opened, version
from passk.limited import Call, Limited
from passk.records import Sample, UserError, Verdict, fingerprint
from passk.sandbox.limits import Limits
from passk.sandbox.pool import Tally
from passk.verifiers import Opening, Signature
from passk.verifiers.final_answer import NO_ANSWER, UNENDED

SCORES = "passk.benchmarks.reasoning_library:score"
MOST_CHARACTERS = 20_000
"""Of an answer; a longer one has failed. The longest right one that was seen has 3,500."""
CHECK_SECONDS = 10.0
FORMAT = 1  # of signatures: another where a change of the rules changes one
TOO_LONG = "too long"
log = logging.getLogger("execute")


class Reasoning:
    """A :class:`passk.verifiers.Verifier`."""

    def __init__(self, opening: Opening) -> None:
        self._opening = opening
        options = opening.options
        self._limits = Limits.of(options["timeout"], options["memory_mb"] << 20)
        self.about: dict[str, Any] = {}

    def verdicts(self, samples: Iterable[Sample]) -> Iterator[Verdict]:
        """As the verifier's.

        :raises UserError: the package is not installed, or in another version than made the tasks;
            its process cannot start or is killed again and again.
        """
        problems = self._opening.problems
        for problem in problems.values():
            check_version(problem)
        done: dict[tuple[str, str], tuple[str, float, str | None]] = {}
        tally = Tally(self._opening.total, self._opening.label)
        unfinished = 0
        started = time.monotonic()
        with opened(SCORES, self._limits) as package:
            for sample in samples:
                text = self._opening.answer(sample)
                unfinished += text == UNFINISHED
                key = sample.task_id, text
                if key not in done:
                    done[key] = judged(package, problems[sample.task_id], text)
                    tally.cpu_seconds += done[key][1]
                verdict = Verdict(sample.task_id, sample.draw, *done[key])
                tally.add(verdict)
                yield verdict
        self.about |= {
            "library": f"{PACKAGE} {version()}",
            "limits": {
                "cpu_seconds": self._limits.cpu_seconds,
                "memory_bytes": self._limits.memory_bytes,
                "characters": MOST_CHARACTERS,
            },
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
        """As the verifier's. Nothing is scored."""
        self.about["signatures"] = {"of": "answers", "sha256": fingerprint([PACKAGE, FORMAT])}
        for sample in samples:
            text = self._opening.answer(sample)
            known = sample.logprob is not None and sample.tokens
            logprob = sample.logprob / sample.tokens if known else None
            outcome, marks = "failed", ()
            if text not in ("", UNFINISHED):
                outcome, marks = "ran", (mark(" ".join(text.lower().split())),)
            yield Signature(sample.task_id, sample.draw, outcome, marks, mark(text), logprob)


def judged(package: Limited, problem: Puzzle, answer: str) -> tuple[str, float, str | None]:
    """Outcome, CPU seconds and error of one answer, as :class:`passk.records.Verdict` has them."""
    if answer in ("", UNFINISHED):
        return "failed", 0.0, UNENDED if answer else NO_ANSWER
    if len(answer) > MOST_CHARACTERS:
        return "failed", 0.0, TOO_LONG
    called = scored(package, problem, answer)
    if called.outcome == "returned":
        return "passed" if called.value == 1.0 else "failed", called.cpu_seconds, None
    if called.outcome == "raised":
        known = isinstance(getattr(builtins, called.error or "", None), type)
        return "failed", called.cpu_seconds, called.error if known else "Exception"
    if called.error in ("cpu", "idle"):
        return "timeout", called.cpu_seconds, None
    return "crashed", called.cpu_seconds, "MemoryError" if called.error == "memory" else None


def scored(package: Limited, problem: Puzzle, answer: str) -> Call:
    """How the call of the scorer ended."""
    config = config_text(problem)
    return package.call(problem.generator, config, problem.prompt, problem.entry, answer)


def mark(text: str) -> str:
    """The mark that equal texts share."""
    data = text.encode("utf-8", "surrogatepass")
    return base64.urlsafe_b64encode(hashlib.blake2b(data, digest_size=9).digest()).decode()


def check_version(problem: Puzzle) -> None:
    """Refuse a task of another version of the package.

    :raises UserError: so; or the package is not installed.
    """
    if problem.library != version():
        raise UserError(
            f"{problem.task_id} was made by {PACKAGE} {problem.library}, and {version()} is "
            "installed, which may score otherwise: install that version, or make the tasks again"
        )


def check_puzzle(problem: Puzzle) -> None:
    """Whether a task has a right answer, and its scorer takes it for one.

    :raises UserError: it does not.
    """
    check_version(problem)
    if problem.answer is None:
        raise UserError(
            f"{problem.task_id} has no answer that its scorer could be held against; take the "
            f"generator {problem.generator} out"
        )
    outcome, _, error = judged(_checker(), problem, problem.answer.strip())
    if outcome != "passed":
        raise UserError(
            f"{problem.task_id}: its own answer does not score 1.0 ({error or outcome}); take "
            "another seed or config"
        )


@cache
def _checker() -> Limited:
    package = opened(SCORES, Limits.of(CHECK_SECONDS, 1 << 30))
    atexit.register(package.close)
    return package


def open_verifier(opening: Opening) -> Reasoning:
    """The verifier of a package's own scores."""
    return Reasoning(opening)
