"""Tests that a model wrote: asserts read out of its completions, and the cases to run them on.

For dual execution agreement (CodeT, Chen et al. 2022, arXiv:2207.10397). Read are

- ``assert f(1, [2]) == 3`` and the same with ``is``, where ``f`` is the entry point or
  ``candidate``, and arguments and result are literals; a message may follow;
- without the word ``assert`` where a completion begins with the call, since its prompt may have
  ended in it.

All else is left out: ``assert f(1)``, ``assert not …``, calls by keyword, calls within a call,
comparisons with what is no literal. As in the authors' code the first :data:`MOST_OF_A_SAMPLE` of
a completion count, and a test counts as often as it was written.

Nothing here sees the benchmark's tests or its solution, and nothing of a completion is run: texts
are taken for literals (``examples``), and the results stay in the judge's process, which compares
them with what a program returned.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from passk.records import Sample, fingerprint
from passk.verifiers.examples import Example, read_asserts
from passk.verifiers.signatures import EXAMPLES, SignatureCase

MOST_OF_A_SAMPLE = 5
MOST = 500
"""Different tests of a task, the most frequent first."""
CPU_SECONDS = 2.0
"""Of a program on all tests of its task."""


@dataclass(frozen=True, slots=True)
class GeneratedTests:
    """The different tests of each task, each with how many times it was written, most often
    first."""

    tests: Mapping[str, tuple[tuple[Example, int], ...]]
    samples: int

    def cases(self, problems: Mapping[str, Any]) -> dict[str, SignatureCase]:
        """What the sandbox runs of each task: the calls, whose results are compared outside."""
        cases = {}
        for task, problem in problems.items():
            examples = tuple(example for example, _ in self.tests.get(task, ()))
            calls = tuple(one.call for one in examples)
            cases[task] = SignatureCase(task, problem.entry_point, calls, examples, marked=False)
        return cases

    def marks(self, task: str, outcome: str, error: str | None) -> tuple[str, ...]:
        """A mark for each test from the verdict on a program: ``+`` where it passes and ``-`` where
        it does not, as many as the test counts for."""
        found = (error or "").partition(" ")[0]
        flags = found.removeprefix(EXAMPLES) if found.startswith(EXAMPLES) else ""
        if outcome == "failed":  # ended by itself, or did not compile
            flags = ""
        tests = self.tests.get(task, ())
        every = flags.ljust(len(tests), "-")  # what it did not come to it does not pass
        return tuple(flag * times for (_, times), flag in zip(tests, every, strict=True))

    @property
    def about(self) -> dict[str, Any]:
        """What the metadata say of them."""
        written = {
            task: [[example.form, times] for example, times in found]
            for task, found in sorted(self.tests.items())
        }
        return {
            "samples": self.samples,
            "tasks": len(self.tests),
            "count": sum(map(len, self.tests.values())),
            "sha256": fingerprint(written),
        }


def read_tests(problems: Mapping[str, Any], samples: Iterable[Sample]) -> GeneratedTests:
    """The tests in ``samples`` of the ``problems``; those of other tasks are passed over."""
    found: dict[str, Counter[str]] = {}
    first: dict[str, Example] = {}
    count = 0
    for sample in samples:
        if sample.task_id not in problems:
            continue
        count += 1
        for example in asserts(problems[sample.task_id], sample.completion):
            found.setdefault(sample.task_id, Counter())[example.form] += 1
            first.setdefault(example.form, example)
    tests = {
        task: tuple((first[form], times) for form, times in counter.most_common(MOST))
        for task, counter in found.items()
    }
    return GeneratedTests(tests, count)


def asserts(problem: Any, completion: str) -> Iterator[Example]:
    """The first tests of one completion, in its order."""
    names = {problem.entry_point, "candidate"}
    call = rf"\s*(?:{'|'.join(map(re.escape, names))})\("
    text = f"assert {completion}" if re.match(call, completion) else completion
    found = read_asserts(problem, text, names)
    return (one for one, _ in zip(found, range(MOST_OF_A_SAMPLE), strict=False))
