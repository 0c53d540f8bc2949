"""Answers to Reasoning Gym's tasks: right where the package's own scorer gives 1.0, and no less.

The scorer runs in a process with limits (``passk.limited``), in which the answer is text that may
say anything: see ``passk.benchmarks.reasoning_library``. A score between 0 and 1, which the package
gives for training, is a failure. Each answer to a task is scored once, however often it was given.

A signature is the answer itself, in lower case and with single blanks: it decides no verdict.
"""

from __future__ import annotations

import atexit
import builtins
from collections.abc import Iterable, Iterator
from functools import cache

from passk.benchmarks.reasoning_gym import PACKAGE, Puzzle, config_text, opened, version
from passk.limited import Call, Limited
from passk.records import Sample, UserError, Verdict
from passk.sandbox.limits import Limits
from passk.verifiers import Opening
from passk.verifiers.answers import Answers, Found

SCORES = "passk.benchmarks.reasoning_library:score"
MOST_CHARACTERS = 20_000
"""Of an answer; a longer one has failed. The longest right one that was seen has 3,500."""
CHECK_SECONDS = 10.0
TOO_LONG = "too long"


class Reasoning(Answers):
    """The verifier of a package's own scores; options as in ``passk.verifiers.VERIFIERS``."""

    forms = f"{PACKAGE} 1"  # another where a change of the rules changes a signature

    def __init__(self, opening: Opening) -> None:
        super().__init__(opening)
        options = opening.options
        self._limits = Limits.of(options["timeout"], options["memory_mb"] << 20)
        self._package: Limited | None = None

    def verdicts(self, samples: Iterable[Sample]) -> Iterator[Verdict]:
        """As the verifier's.

        :raises UserError: the package is not installed, or in another version than made the tasks;
            its process cannot start or is killed again and again.
        """
        for problem in self.opening.problems.values():
            check_version(problem)
        with opened(SCORES, self._limits) as self._package:
            yield from super().verdicts(samples)
        self.about |= {
            "library": f"{PACKAGE} {version()}",
            "limits": {
                "cpu_seconds": self._limits.cpu_seconds,
                "memory_bytes": self._limits.memory_bytes,
                "characters": MOST_CHARACTERS,
            },
        }

    def judge(self, task_id: str, answer: str) -> Found:
        """Let the generator's scorer judge an answer."""
        return judged(self._package, self.opening.problems[task_id], answer)

    def form(self, answer: str) -> str:
        """The answer in lower case, with single blanks."""
        return " ".join(answer.lower().split())


def judged(package: Limited, problem: Puzzle, answer: str) -> Found:
    """What becomes of one answer."""
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
