"""What became of the samples under each reading, and what share of pass@1 the reading decides.

A *reading* is how an answer is looked for in a completion (``answers`` of an experiment). Every
sample is counted once under each:

- ``passed``: what was read passed;
- ``unpassed``: an answer was read, and did not pass;
- ``empty``, ``refusal`` (:func:`passk.benchmarks.chat.refuses`) or one of the kind's ``failures``:
  it did not pass, and no answer was read. The reading itself says what it lacked.

A reading that finds nothing may still pass something on to be judged (a completion as it came):
what passes was read. Shares are means over tasks of the share of a task's draws, as pass@1 is, and
all intervals are over tasks.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from itertools import combinations, permutations
from pathlib import Path
from typing import get_type_hints

import numpy as np

from passk.analyses.draws import alone, twice
from passk.analyses.given import Given
from passk.benchmarks import KINDS, Benchmark, chat
from passk.provenance import check_on_samples, check_shards
from passk.records import Sample, Snapshot, UserError, metadata_of, read_samples, read_verdicts
from passk.statistics.intervals import of_paired_differences, of_task_estimates

SAMPLES, FENCE, OUTCOME, PASSES = "samples", "fence", "outcome", "pass@1"
DIFFERENCE, ONLY, TASK, DECIDED = "difference", "only", "task", "decided"
ANY, ALL = "any", "all"
WORDS = {
    "passed": "passed",
    "unpassed": "read, and did not pass",
    "empty": "empty",
    "refusal": "refuses",
}
OF_SAMPLES = {
    "all": "all",
    "empty": "empty",
    "cut": "cut off at the limit of tokens",
    "unknown": "how it ended is not recorded",
    "refusal": "refuses",
}
NO_FENCE, UNNAMED, OTHERS = "no fence", "fence without a language", "another language"
MOST_LANGUAGES = 5


@dataclass(frozen=True, slots=True)
class Row:
    """One number of one ``group``.

    ``samples``: how many samples it counts; ``cut``: how many of those were cut off at the limit of
    tokens, NaN where that is not recorded of all. ``value`` with its 95 % interval over ``tasks``
    is the mean over tasks of the share of a task's draws.

    - ``samples``, ``fence``: of all samples, whatever the ``reading``;
    - ``outcome``: what became of them under a reading;
    - ``pass@1``: of a reading, and if ``any`` or ``all`` of the readings passed counts;
    - ``difference``: pass@1 of ``reading`` less that of ``against``, paired over tasks; that of
      ``any`` less ``all``, too;
    - ``decided``: the share of the samples passed under some reading that others fail: 1 less the
      quotient of ``all`` and ``any``, without an interval;
    - ``only``: the samples that pass under ``reading`` and not ``against``, and the number of
      ``tasks`` that the first solves in some draw and the second in none; each is a ``task``.
    """

    group: str
    reading: str
    against: str
    name: str
    words: str
    samples: float
    cut: float
    tasks: int
    value: float = math.nan
    low: float = math.nan
    high: float = math.nan


COLUMNS = get_type_hints(Row)


@dataclass(slots=True)
class Counted:
    """How many of each task's samples something is true of, and how many of those were cut off."""

    of_task: Counter[str] = field(default_factory=Counter)
    cut: int = 0

    def add(self, task: str, cut: bool) -> None:
        self.of_task[task] += 1
        self.cut += cut


class Tally:
    """Counts samples, of which ``passed`` has the readings that passed each."""

    def __init__(self, benchmark: Benchmark, answers: Sequence[str]) -> None:
        self.benchmark, self.answers = benchmark, answers
        self.kind = KINDS[benchmark.kind]
        self.problems = {problem.task_id: problem for problem in benchmark.problems}
        self.counts: dict[tuple[str, str, str], Counted] = {}
        self._known: dict[bytes, tuple[bool, bool, str]] = {}
        self._failures: dict[tuple[str, str, bytes], str] = {}
        for name in OF_SAMPLES:
            self.counted(SAMPLES, "", name)
        for answer in answers:
            for name in (*WORDS, *self.kind.failures):
                self.counted(OUTCOME, answer, name)
            self.counted(PASSES, answer, "")
        for name in (ANY, ALL):
            self.counted(PASSES, "", name)
        for one, other in permutations(answers, 2):
            self.counted(ONLY, one, other)

    def counted(self, group: str, reading: str, name: str) -> Counted:
        return self.counts.setdefault((group, reading, name), Counted())

    def add(self, sample: Sample, passed: Sequence[bool]) -> None:
        """Count one sample; ``passed`` has whether each of the answers did."""
        task, cut = sample.task_id, sample.finish_reason == "length"
        key = blake2b(sample.completion.encode(errors="surrogatepass"), digest_size=16).digest()
        if key not in self._known:
            self._known[key] = self._looked_at(sample.completion)
        empty, refuses, language = self._known[key]
        refuses = refuses and not any(passed)
        true = {"all": True, "empty": empty, "cut": cut, "refusal": refuses}
        true["unknown"] = sample.finish_reason is None
        told = [(SAMPLES, "", name) for name, holds in true.items() if holds]
        if self.kind.fenced:
            told.append((FENCE, "", language))
        told += [(PASSES, "", ANY)] if any(passed) else []
        told += [(PASSES, "", ALL)] if all(passed) else []
        for answer, right in zip(self.answers, passed, strict=True):
            name = "passed" if right else "empty" if empty else self._failure(sample, answer, key)
            if refuses and name not in ("unpassed", "empty"):
                name = "refusal"
            told.append((OUTCOME, answer, name))
            if right:
                told.append((PASSES, answer, ""))
                told += [
                    (ONLY, answer, other)
                    for other, also in zip(self.answers, passed, strict=True)
                    if not also
                ]
        for one in told:
            self.counted(*one).add(task, cut)

    def _looked_at(self, completion: str) -> tuple[bool, bool, str]:
        """Whether it is empty, whether it refuses, and the language of its first fence."""
        language = NO_FENCE
        if self.kind.fenced:
            text = chat.without_thoughts(completion)[0]
            named = chat.fence_language(text.replace("\r\n", "\n"))
            language = NO_FENCE if named is None else named or UNNAMED
        return not completion.strip(), chat.refuses(completion), language

    def _failure(self, sample: Sample, answer: str, key: bytes) -> str:
        """What kept an answer from being read, or ``unpassed``."""
        where = (sample.task_id, answer, key)
        if where not in self._failures:
            problem = self.problems[sample.task_id]
            found = self.benchmark.failure(problem, sample.completion, answer)
            self._failures[where] = found or "unpassed"
        return self._failures[where]


def table(given: Given) -> list[Row]:
    """All rows, of the own model's samples.

    :raises UserError: files that are damaged or replaced meanwhile, or samples and verdicts that
        are not of the same draws.
    """
    tally = Tally(given.problems, given.answers)
    snapshot = Snapshot([*given.samples, *(path for paths in given.readings for path in paths)])
    for path in given.samples:
        metadata_of(path)
    passed = []
    for verdicts, settings in zip(given.readings, given.settings, strict=True):
        check_shards(verdicts, require_metadata=settings is not None, settings=settings)
        passed.append(_passed(verdicts, snapshot))
    seen: set[tuple[str, int]] = set()
    for sample in _samples(given.samples, snapshot):
        key = (sample.task_id, sample.draw)
        if key in seen:
            raise UserError(twice(*key))
        if sample.task_id not in tally.problems:
            raise UserError(
                f"unknown task {sample.task_id!r}: these samples belong to another benchmark; give "
                "the problem file that they were made with"
            )
        seen.add(key)
        if any(key not in one for one in passed):
            raise UserError(alone(*key, "a sample and no verdict"))
        tally.add(sample, [one[key] for one in passed])
    for one in passed:
        for key in sorted(one.keys() - seen)[:1]:
            raise UserError(alone(*key, "a verdict and no sample"))
    for verdicts in given.readings:
        check_on_samples(verdicts, {snapshot.sha256[path] for path in given.samples})
    return rows(tally)


def _samples(paths: Sequence[Path], snapshot: Snapshot) -> Iterator[Sample]:
    for path in paths:
        yield from snapshot.read(path, read_samples)


def _passed(paths: Sequence[Path], snapshot: Snapshot) -> dict[tuple[str, int], bool]:
    """Whether each draw passed.

    :raises UserError: a draw is there twice.
    """
    found: dict[tuple[str, int], bool] = {}
    for path in paths:
        for one in snapshot.read(path, read_verdicts):
            if (key := (one.task_id, one.draw)) in found:
                raise UserError(twice(*key))
            found[key] = one.outcome == "passed"
    return found


def rows(tally: Tally) -> list[Row]:
    """The rows of what was counted; none where nothing was.

    Of the languages of fences the most frequent are told, all others together.
    """
    counts, answers = tally.counts, tally.answers
    drawn = counts[SAMPLES, "", "all"].of_task
    if not drawn:
        return []
    tasks = [task for task in tally.problems if drawn[task]]
    known = not counts[SAMPLES, "", "unknown"].of_task.total()

    def shares(one: Counted) -> np.ndarray:
        return np.array([[one.of_task[task] / drawn[task]] for task in tasks])

    def numbers(one: Counted) -> tuple[float, float, int]:
        return one.of_task.total(), one.cut if known else math.nan, len(tasks)

    def row(group: str, reading: str, name: str, words: str, against: str = "") -> Row:
        one = counts[group, reading, name]
        estimates = shares(one)
        interval = [float(end[0]) for end in of_task_estimates(estimates)]
        mean = float(estimates.mean())
        return Row(group, reading, against, name, words, *numbers(one), mean, *interval)

    found = [row(SAMPLES, "", name, words) for name, words in OF_SAMPLES.items()]
    found[0] = replace(found[0], low=math.nan, high=math.nan)  # of all samples, all
    if not known:
        cut = found[list(OF_SAMPLES).index("cut")]
        some = counts[SAMPLES, "", "unknown"].of_task.total() < drawn.total()
        unknown = Row(SAMPLES, "", "", "cut", cut.words, cut.samples if some else math.nan,
                      math.nan, len(tasks))  # fmt: skip
        found[found.index(cut)] = unknown
    found += [row(FENCE, "", name, name) for name in _languages(counts)]
    for answer in answers:
        words = {**WORDS, **tally.kind.failures}
        ordered = ["passed", "unpassed", *tally.kind.failures, "refusal", "empty"]
        found += [row(OUTCOME, answer, name, words[name]) for name in ordered]
    found += [row(PASSES, answer, "", "passed") for answer in answers]
    if len(answers) == 1:
        return found
    found.append(row(PASSES, "", ANY, "passed under some reading"))
    found.append(row(PASSES, "", ALL, "passed under every reading"))
    for other, one in combinations(answers, 2):
        pair = [counts[PASSES, answer, ""] for answer in (one, other)]
        found.append(_difference(one, other, "", *map(shares, pair)))
    some, every = counts[PASSES, "", ANY], counts[PASSES, "", ALL]
    found.append(_difference("", "", "any less all", shares(some), shares(every)))
    most = float(shares(some).mean())
    share = 1 - float(shares(every).mean()) / most if most else math.nan
    between = some.of_task.total() - every.of_task.total()
    words = "of pass@1 that the reading decides"
    found.append(Row(DECIDED, "", "", "", words, between, math.nan, len(tasks), share))
    for one, other in permutations(answers, 2):
        alike = counts[ONLY, one, other]
        solved, also = (counts[PASSES, answer, ""].of_task for answer in (one, other))
        alone_in = [task for task in tasks if solved[task] and not also[task]]
        samples, cut, _ = numbers(alike)
        words = "passed under one reading only"
        found.append(Row(ONLY, one, other, "", words, samples, cut, len(alone_in)))
        found += [
            Row(TASK, one, other, task, "solved under one reading only", solved[task], math.nan, 1)
            for task in alone_in
        ]
    return found


def _languages(counts: dict[tuple[str, str, str], Counted]) -> list[str]:
    """The languages to tell, the most frequent first; all others are put together in ``counts``."""
    names = [name for group, _, name in counts if group == FENCE]
    totals = {name: counts[FENCE, "", name].of_task.total() for name in names}
    names.sort(key=lambda name: (-totals[name], name))
    few = [name for name in names if name not in (NO_FENCE, UNNAMED)][MOST_LANGUAGES:]
    if len(few) < 2:
        return names
    others = counts.setdefault((FENCE, "", OTHERS), Counted())
    for name in few:
        others.of_task.update(counts[FENCE, "", name].of_task)
        others.cut += counts[FENCE, "", name].cut
    return [*(name for name in names if name not in few), OTHERS]


def _difference(one: str, other: str, name: str, own: np.ndarray, others: np.ndarray) -> Row:
    low, high = (float(end[0]) for end in of_paired_differences(own, others))
    difference = round(float((own - others).mean()), 12)
    words = "difference of pass@1"
    nothing = (math.nan, math.nan, len(own))
    return Row(DIFFERENCE, one, other, name, words, *nothing, difference, low, high)
