"""Which of n samples to take when there are no tests, and how often that one is right.

Coverage (pass@n) is what a user gets who can tell which sample is right. Who cannot has to select:

- ``behaviour``: samples are grouped by what they return on generated inputs, and one of the
  largest group is taken: execution-based minimum Bayes risk decoding with the 0/1 loss over all
  inputs (Shi et al. 2022, arXiv:2204.11454, MBR-EXEC). An input counts where more than half of the
  drawn samples that vote return a value; a sample can be in a winning group if it came to every
  such input (no time-out, no crash) and returned a value on at least one;
  where the answer is a number or an expression and no program, samples are grouped by that
  (self-consistency, Wang et al. 2022), and those that have none cannot win;
- ``agreement``: the sample that agrees with most others, input by input: the same with the loss
  that is the share of the inputs on which two differ. Only values agree, no exceptions;
- ``examples``: any sample that passes all examples of its task's prompt, as AlphaCode filters (Li
  et al. 2022, arXiv:2203.07814); where none of the n does, or the prompt shows none, any of all;
- ``examples+agreement``: ``agreement`` among those that ``examples`` leaves;
- ``text``: the same with groups of samples whose normalised program text is the same
  (self-consistency, Wang et al. 2022, arXiv:2203.11171, on the text itself);
- ``likelihood``: the sample with the highest mean log-probability of its tokens;
- ``score``: the sample with the highest score, which a reward model or a verifier gave: best of n;
- ``score-weighted``: any of the group of ``behaviour`` whose scores have the largest sum (Li et al.
  2022, arXiv:2206.02336), for which no score may be below 0; and ``likelihood-weighted``, of
  exp(mean log-probability) for scores (Wang et al. 2022, the normalized weighted sum);
- ``dual``: any of the consensus set of the highest score, where tests that a model wrote are there
  (CodeT, Chen et al. 2022, arXiv:2207.10397). Programs that pass the same tests are a set, and its
  score is the square root of how many were drawn times how many tests they pass, as in the
  authors' code; the paper's is the product itself. A test counts as often as it was written; a
  program that passes none is in no set. The tests are all that there are, at every n;
- ``random``: any sample, which is pass@1; and ``oracle``: a right one if there is one, pass@n.

A program that returns nothing (None) on every input, or no value on any, has no vote in
``behaviour``, ``agreement`` and ``dual`` and is not taken while another is there. ``examples`` and
those after it are left out where no prompt shows examples, and with ``agreement`` where answers are
no programs: one answer is one input. A proof's answer is its text. What goes by scores or
log-probabilities is left out where no sample has one, and is NaN where some have none: a method
that skips those would be another. (``likelihood`` itself is then there, as NaN.)

Ties, and tasks where nothing can be chosen, are settled at random. Each number is the expectation
of pass@1 of the selected sample over all sets of n of the draws that there are, taken without
replacement. For ``random``, ``oracle``, ``likelihood``, ``score`` and ``examples`` it is exact; for
the votes it is the mean over :data:`SUBSETS` seeded sets a task, less what these sets are lucky by
(:func:`_without`), with the standard error of that mean, and exact at n = 1 and where n is all
draws. In each group the chance to be right is the group's share over all draws, which is its
expectation over the sets and takes their noise out. (Not in the weighted votes: there a group wins
by those of high weight.)

The share of the gap that a method closes is (method - random) / (oracle - random), of means over
tasks. Examples are often among the tests, too: what is ``unshared`` is of the tasks alone whose
tests make no call of an example.

Not covered: selection that sees the benchmark's tests.
"""

from __future__ import annotations

import hashlib
import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from pathlib import Path
from typing import Any, get_type_hints

import numpy as np

from passk.analyses.given import Given
from passk.estimator import fail_table, pass_table
from passk.provenance import check_shards
from passk.records import (
    Snapshot,
    UserError,
    has_metadata,
    metadata_path,
    read_metadata,
    read_verdicts,
)
from passk.statistics.intervals import (
    ROUNDING,
    of_paired_differences,
    of_shares,
    of_task_estimates,
)
from passk.verifiers.signatures import NO_VALUE, NOTHING, read_signatures

METHODS = (
    "random",
    "likelihood",
    "text",
    "behaviour",
    "agreement",
    "examples",
    "examples+agreement",
    "score",
    "score-weighted",
    "likelihood-weighted",
    "dual",
    "oracle",
)
OF_EXAMPLES = ("examples", "examples+agreement")
OF_PROGRAMS = ("agreement", *OF_EXAMPLES)
OF_INPUTS = (
    "behaviour",
    "agreement",
    "examples+agreement",
    "score-weighted",
    "likelihood-weighted",
)
OF_SCORES = ("score", "score-weighted")
CHOSEN = ("examples+agreement", "agreement", "behaviour")
"""Reported first is the first of these that there is: chosen before any data were looked at."""
SUBSETS = 100
FINAL_ANSWERS = "final answers"
"""What stands for the inputs where a sample's signature is its final answer."""
PROOFS = "proofs"
"""The same where its answer is a proof: equal proofs are equal texts."""
ABSENT = -1  # a program ended before it came to this input
_SOURCES = {
    "examples": "examples",
    "annotations": "annotated types",
    "names": "parameter names",
}


@dataclass(frozen=True, slots=True, eq=False)
class TaskSamples:
    """A task's draws, sorted by their number.

    ``right`` (n,) says which passed; ``outputs`` (n, inputs) numbers what each returned, equal
    where the marks are, :data:`ABSENT` where it came to no end; ``valued`` (n, inputs) where it
    returned a value; ``text`` (n,) numbers programs of the same text; ``logprob`` (n,) is NaN where
    unknown; ``votes`` (n,) says which returned anything but None; ``examples`` (n,) which pass the
    prompt's examples, None where it shows none; ``score`` (n,) is NaN where it has none;
    ``tests`` (n, tests) is how much each test that a model wrote counts for where it passes, else
    0, None where no model wrote any.
    """

    task_id: str
    right: np.ndarray
    outputs: np.ndarray
    valued: np.ndarray
    text: np.ndarray
    logprob: np.ndarray
    votes: np.ndarray
    score: np.ndarray
    examples: np.ndarray | None = None
    tests: np.ndarray | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One method at one n: pass@1 of the selected sample with its 95 % interval over tasks.

    ``standard_error`` is that of the seeded sets, 0 where the number is exact. ``gain`` is what the
    method adds to ``random`` on the same tasks, with its paired interval over tasks, NaN for
    ``random`` itself. ``inputs`` says what the inputs of how many tasks were made from, or that the
    groups are of :data:`FINAL_ANSWERS`, and is empty for the other methods.

    ``gap_closed`` is the share of what lies between ``random`` and ``oracle``, with its 95 %
    interval over tasks; NaN where nothing does. ``with_examples`` tasks show examples; the tests of
    ``shared`` make the call of one, which is NaN where no metadata say it. ``unshared_`` is of the
    other tasks alone, and NaN where there are none.
    """

    model: str
    method: str
    n: int
    tasks: int
    pass_at_1: float
    tasks_low: float
    tasks_high: float
    standard_error: float
    gain: float
    gain_low: float
    gain_high: float
    inputs: str
    gap_closed: float
    gap_low: float
    gap_high: float
    with_examples: int
    shared: float
    unshared_pass_at_1: float
    unshared_gain: float
    unshared_gain_low: float
    unshared_gain_high: float


COLUMNS = get_type_hints(Row)


def check_pair(
    verdicts: Sequence[Path], signatures: Sequence[Path], settings: Mapping[str, Any] | None
) -> tuple[str, frozenset[str] | None]:
    """Check the metadata of both: made as ``settings`` say, of the same samples and inputs.

    Returns what the inputs were made from, as a text that is empty where nothing says it, or
    :data:`FINAL_ANSWERS` or :data:`PROOFS`; and the tasks whose tests make the call of an example,
    None where nothing says it.
    Without ``settings`` files need no metadata.

    :raises UserError: as :func:`passk.provenance.check_shards`, and where samples or inputs differ.
    """
    required = settings is not None
    of_verdicts = check_shards(verdicts, require_metadata=required, settings=settings)
    of_signatures = [
        read_metadata(metadata_path(path), path)
        for path in signatures
        if required or has_metadata(path)
    ]
    judged, observed = (
        [(one["samples_sha256"], one["answer"]) for one in group]
        for group in (of_verdicts, of_signatures)
    )
    if judged and observed and set(judged) != set(observed):
        raise UserError(
            f"{verdicts[0]} and {signatures[0]} are not of the same samples, read alike; give "
            "the verdicts and the observations of the same shards"
        )
    inputs = [one.get("inputs") or one.get("signatures") for one in of_signatures]
    if None in inputs:
        raise UserError(f"{signatures[inputs.index(None)]} has no observations; see observe.py")
    if len({one["sha256"] for one in inputs}) > 1:
        raise UserError(
            f"the shards of {signatures[0].parent} were not observed on the same inputs of the "
            "same tasks; observe all of them again"
        )
    if inputs and "of" in inputs[0]:
        return {"answers": FINAL_ANSWERS, "proofs": PROOFS}[inputs[0]["of"]], None
    sources = Counter(inputs[0]["sources"]) if inputs else Counter()
    text = ", ".join(
        f"{_SOURCES[name]} of {tasks} tasks" for name, tasks in sources.items() if tasks
    )
    examples = inputs[0].get("examples") if inputs else None
    return text, None if examples is None else frozenset(examples["shared"])


def read_task_samples(
    verdicts: Sequence[Path], observations: Sequence[Path], snapshot: Snapshot
) -> list[TaskSamples]:
    """Bring together what was judged and what was observed of the same draws.

    :raises UserError: a draw that is there twice, or on one side only; a file that is not that of
        ``snapshot``.
    """
    passed: dict[str, dict[int, bool]] = {}
    for path in verdicts:
        for verdict in snapshot.read(path, read_verdicts):
            draws = passed.setdefault(verdict.task_id, {})
            if verdict.draw in draws:
                raise UserError(_twice(path, verdict.task_id, verdict.draw))
            draws[verdict.draw] = verdict.outcome == "passed"
    seen: dict[str, dict[int, tuple[Any, ...]]] = {task: {} for task in passed}
    numbers: dict[str, dict[str, int]] = {task: {} for task in passed}
    valued: dict[str, set[int]] = {task: set() for task in passed}
    for path in observations:
        for one in snapshot.read(path, read_signatures):
            task = one.task_id
            if one.draw not in passed.get(task, {}):
                raise UserError(_one_sided(task, one.draw, "verdict"))
            if one.draw in seen[task]:
                raise UserError(_twice(path, task, one.draw))
            number = numbers[task]
            marks = tuple(number.setdefault(mark, len(number)) for mark in one.outputs)
            valued[task].update(
                number[mark] for mark in one.outputs if mark[0] != "!" and mark != NO_VALUE
            )
            text = number.setdefault(f"text {one.text}", len(number))
            logprob = math.nan if one.logprob is None else one.logprob
            votes = any(mark[0] != "!" and mark not in (NO_VALUE, NOTHING) for mark in one.outputs)
            score = math.nan if one.score is None else one.score
            seen[task][one.draw] = (marks, text, logprob, votes, score, one.examples)
    found = []
    for task, draws in passed.items():
        for draw in draws:
            if draw not in seen[task]:
                raise UserError(_one_sided(task, draw, "observation"))
        ordered = [(draws[draw], *seen[task][draw]) for draw in sorted(draws)]
        right, marks, text, logprob, votes, score, examples = zip(*ordered, strict=True)
        if len({one is None for one in examples}) > 1:
            raise UserError(
                f"some draws of {task} were observed with examples and some without; observe all "
                "of them again"
            )
        width = max(map(len, marks))
        outputs = np.array([[*row, *[ABSENT] * (width - len(row))] for row in marks], np.int64)
        outputs = outputs.reshape(len(marks), width)
        found.append(
            TaskSamples(
                task,
                np.array(right),
                outputs,
                np.isin(outputs, list(valued[task])),
                np.array(text),
                np.array(logprob, float),
                np.array(votes),
                np.array(score, float),
                None if examples[0] is None else np.array(examples),
            )
        )
    if not found:
        raise UserError(f"{verdicts[0]} has no verdicts; run the execution again")
    return found


def check_tests(verdicts: Sequence[Path], tested: Sequence[Path]) -> None:
    """Check the metadata, where there are some: the same samples as those judged, the same tests.

    :raises UserError: they are of others.
    """
    judged, observed = (
        [read_metadata(metadata_path(path), path) for path in paths if has_metadata(path)]
        for paths in (verdicts, tested)
    )
    first, second = (
        {(one["samples_sha256"], one["answer"]) for one in group} for group in (judged, observed)
    )
    if first and second and first != second:
        raise UserError(
            f"{verdicts[0]} and {tested[0]} are not of the same samples, read alike; give the "
            "verdicts and the tests of the same shards"
        )
    if len({(one.get("tests") or {}).get("sha256") for one in observed}) > 1:
        raise UserError(
            f"the shards of {tested[0].parent} did not meet the same tests; run observe.py --tests "
            "on all of them again"
        )


def with_tests(
    tasks: Sequence[TaskSamples], tested: Sequence[Path], snapshot: Snapshot
) -> list[TaskSamples]:
    """The tasks with what each draw passes of the tests that a model wrote.

    :raises UserError: a draw that is there twice, or on one side only; as
        :meth:`passk.records.Snapshot.read`.
    """
    passed: dict[str, dict[int, tuple[str, ...]]] = {}
    for path in tested:
        for one in snapshot.read(path, read_signatures):
            draws = passed.setdefault(one.task_id, {})
            if one.draw in draws:
                raise UserError(_twice(path, one.task_id, one.draw))
            if set("".join(one.outputs)) - {"+", "-"}:
                raise UserError(f"{path} says nothing of tests; give what observe.py --tests wrote")
            draws[one.draw] = one.outputs
    found = []
    for task in tasks:
        draws = passed.get(task.task_id, {})
        marks = [draws[draw] for draw in sorted(draws)]
        if len(marks) != len(task.right) or len({*map(len, marks)}) > 1:
            raise UserError(
                f"the draws of {task.task_id} were not all run on the same tests; run "
                "observe.py --tests on all shards"
            )
        counts = [[len(mark) * (mark[:1] == "+") for mark in row] for row in marks]
        tests = np.array(counts, np.int64).reshape(len(marks), len(marks[0]))
        found.append(replace(task, tests=tests))
    return found


def _twice(path: Path, task: str, draw: int) -> str:
    return f"{path}: duplicate draw {draw} of {task}; give each shard once"


def _one_sided(task: str, draw: int, lacking: str) -> str:
    return (
        f"draw {draw} of {task} has no {lacking}: give the verdicts and the observations of the "
        "same shards"
    )


def sizes(most: int, k_values: Iterable[int]) -> list[int]:
    """1, 2, 5, 10, … and ``k_values`` up to ``most``, and ``most``; ascending."""
    steps = {step * 10**power for power in range(len(str(most))) for step in (1, 2, 5)}
    return sorted({n for n in steps | set(k_values) if n <= most} | {most})


def by_likelihood(right: np.ndarray, logprob: np.ndarray, n: Sequence[int]) -> np.ndarray:
    """The chance that the likeliest of n draws is right, shape (ns,); NaN where one is unknown.

    With r draws that are likelier than those of one value, and g of that value, the best of n draws
    has that value with chance [C(N - r, n) - C(N - r - g, n)] / C(N, n).
    """
    if np.isnan(logprob).any():
        return np.full(len(n), np.nan)
    values, group = np.unique(-logprob, return_inverse=True)
    size = np.bincount(group, minlength=len(values))
    share = np.bincount(group, right, len(values)) / size
    before = np.concatenate([[0], np.cumsum(size)])
    none = fail_table(np.full(len(before), len(right)), before, n)
    return ((none[:-1] - none[1:]) * share[:, None]).sum(axis=0)


def by_text(right: np.ndarray, text: np.ndarray, subsets: np.ndarray) -> np.ndarray:
    """The chance that a sample of the most frequent text is right, shape (subsets,).

    ``subsets`` (subsets, n) has the places of the drawn samples.
    """
    _, group = np.unique(text, return_inverse=True)
    drawn = _counts(group, subsets)
    share = _share(right, group)
    winners = np.where(drawn == drawn.max(axis=1, keepdims=True), drawn, 0)
    return winners @ share / winners.sum(axis=1)


def by_behaviour(
    task: TaskSamples, subsets: np.ndarray, weight: np.ndarray | None = None
) -> np.ndarray:
    """The chance that a sample of the largest group of equal behaviour is right, (subsets,).

    The largest is that of the most samples, or of the largest sum of ``weight`` (n,), 0 or more.
    For what counts as a group see the module's text. ``subsets`` as in :func:`by_text`.
    """
    rows, group, runs, valued = _behaviours(task)
    present = rows != ABSENT
    drawn = _counts(group, subsets)
    size, rights = drawn, drawn * _share(task.right, group)
    if weight is not None:
        size, rights = (_counts(group, subsets, each) for each in (weight, task.right))
    # An input counts or not by the drawn samples alone; most sets agree on which do.
    counts = 2 * (drawn @ valued) > (drawn @ runs)[:, None]
    masks, which = np.unique(counts, axis=0, return_inverse=True)
    which = which.reshape(-1)
    found = np.empty(len(subsets))
    for number, mask in enumerate(masks):
        here = which == number
        able = valued[:, mask].any(axis=1) & present[:, mask].all(axis=1)
        _, alike = np.unique(rows[:, mask], axis=0, return_inverse=True)
        alike = alike.reshape(-1)
        together = np.zeros((len(rows), alike.max() + 1), np.int64)
        together[np.arange(len(rows)), alike] = able
        sums = (size[here] @ together)[:, alike] * able
        # Sums of the same weights are equal, in whatever order they were added.
        wins = (sums >= (1 - ROUNDING) * sums.max(axis=1, keepdims=True)) & able
        # Where nothing drawn can win, any drawn sample is taken.
        wins |= ~(wins & (drawn[here] > 0)).any(axis=1, keepdims=True)
        found[here] = (rights[here] * wins).sum(axis=1) / (drawn[here] * wins).sum(axis=1)
    return found


@lru_cache(maxsize=1)  # asked for each size of the subsets
def _behaviours(task: TaskSamples) -> tuple[np.ndarray, ...]:
    """The distinct ``outputs`` (groups, inputs), the group of each draw (n,), and of each group
    whether it votes (groups,) and on which inputs with a value (groups, inputs)."""
    rows, group = np.unique(task.outputs, axis=0, return_inverse=True)
    group = group.reshape(-1)  # numpy 2.0 gave it another shape
    first = np.zeros(len(rows), np.int64)
    first[group] = np.arange(len(group))
    runs = task.votes[first]
    return rows, group, runs, task.valued[first] & runs[:, None]


def weights(task: TaskSamples, method: str) -> np.ndarray | None:
    """What each draw counts for in a weighted vote, (n,); None where one is unknown or below 0.

    Only ratios matter: the largest is 1, so that sums stay finite.
    """
    if method == "likelihood-weighted":
        weight = np.exp(task.logprob - task.logprob.max())
        return None if np.isnan(weight).any() else weight
    return task.score / (task.score.max() or 1.0) if (task.score >= 0).all() else None


def by_agreement(task: TaskSamples, subsets: np.ndarray, filtered: bool = False) -> np.ndarray:
    """The chance that the sample is right which agrees with most others, shape (subsets,).

    Where ``filtered`` the samples that pass the examples are among themselves, if there are any in
    a subset. ``subsets`` as in :func:`by_text`.
    """
    group, kept, votes, inputs = _agreements(task, filtered and task.examples is not None)
    drawn, share = _counts(group, subsets), _share(task.right, group)
    # Where some drawn sample passes the examples only such are left.
    left = np.where((drawn[:, kept] > 0).any(axis=1, keepdims=True), drawn * kept, drawn)
    score = np.zeros(drawn.shape, np.int64)
    for valued, mark in inputs:
        cells = mark + (mark.max() + 1) * np.arange(len(subsets))[:, None]
        alike = np.bincount(cells.ravel(), (left * valued).ravel())
        score += np.where(valued, alike[cells], 0).astype(np.int64)
    score = np.where((left > 0) & votes, score, -1)
    wins = (score == score.max(axis=1, keepdims=True)) & (score >= 0)
    winners = np.where(wins, left, 0)
    winners = np.where(winners.any(axis=1, keepdims=True), winners, left)
    return winners @ share / winners.sum(axis=1)


@lru_cache(maxsize=2)  # asked for each size of the subsets
def _agreements(
    task: TaskSamples, filtered: bool
) -> tuple[np.ndarray, np.ndarray, np.ndarray, list[tuple[np.ndarray, np.ndarray]]]:
    """The group of each draw (n,) of equal outputs, which groups pass the examples and which vote
    (groups,), and for each input which groups give a value, and marks that are equal where these
    are (groups,)."""
    passes = task.examples if filtered else np.zeros(len(task.right), bool)
    rows, group = np.unique(
        np.column_stack([passes, task.votes, task.outputs]), axis=0, return_inverse=True
    )
    group = group.reshape(-1)
    first = np.zeros(len(rows), np.int64)
    first[group] = np.arange(len(group))
    votes = rows[:, 1] == 1
    inputs = []
    for place in range(task.outputs.shape[1]):
        _, mark = np.unique(rows[:, 2 + place], return_inverse=True)
        inputs.append((task.valued[first, place] & votes, mark.reshape(-1)))
    return group, rows[:, 0] == 1, votes, inputs


def by_dual(task: TaskSamples, subsets: np.ndarray) -> np.ndarray:
    """The chance that a sample of the best consensus set is right, shape (subsets,).

    ``subsets`` as in :func:`by_text`. Without tests any sample is taken.
    """
    tests = np.zeros((len(task.right), 0), np.int64) if task.tests is None else task.tests
    rows, group = np.unique(np.column_stack([task.votes, tests]), axis=0, return_inverse=True)
    group = group.reshape(-1)
    drawn, share = _counts(group, subsets), _share(task.right, group)
    # The score squared is a whole number, so that ties are ties.
    score = drawn * (rows[:, 0] * rows[:, 1:].sum(axis=1)) ** 2
    best = score.max(axis=1, keepdims=True)
    voted = np.where(rows[:, 0] == 1, drawn, 0)
    voted = np.where(voted.any(axis=1, keepdims=True), voted, drawn)
    winners = np.where(best > 0, np.where(score == best, drawn, 0), voted)
    return winners @ share / winners.sum(axis=1)


def by_examples(right: np.ndarray, examples: np.ndarray | None, n: Sequence[int]) -> np.ndarray:
    """The chance that a sample is right that passes the examples, shape (ns,), as far as there are.

    Of N draws of which p pass them, none of n does with chance C(N - p, n) / C(N, n); then any of
    the others is taken.
    """
    if examples is None:
        return np.full(len(n), right.mean())
    none = fail_table([len(right)], [int(examples.sum())], n)[0]
    passing, rest = (right[of].mean() if of.any() else 0.0 for of in (examples, ~examples))
    return (1 - none) * passing + none * rest


def _counts(group: np.ndarray, subsets: np.ndarray, each: np.ndarray | None = None) -> np.ndarray:
    """How many of each group are in each subset, or the sum of ``each`` (n,): (subsets, groups)."""
    groups = group.max() + 1
    cells = group[subsets] + groups * np.arange(len(subsets))[:, None]
    worth = None if each is None else each[subsets].ravel()
    return np.bincount(cells.ravel(), worth, groups * len(subsets)).reshape(-1, groups)


def _without(luck: np.ndarray, chosen: np.ndarray) -> np.ndarray:
    """Take out of the seeded sets' values what follows from how many right samples each has.

    ``luck`` (subsets,) is that share less its expectation: a control variate, whose factor is the
    slope of a regression (Owen 2013, Monte Carlo theory, methods and examples, 8.9).
    """
    spread = luck - luck.mean()
    square = (spread**2).sum()
    return chosen - (spread @ chosen / square if square > 0 else 0.0) * luck


def _share(right: np.ndarray, group: np.ndarray) -> np.ndarray:
    return np.bincount(group, right) / np.bincount(group)


def selected(
    task: TaskSamples, n: Sequence[int], subsets: int = SUBSETS
) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """pass@1 of the selected sample by method, each (ns,), and the variance of that estimate."""
    draws = len(task.right)
    n = np.asarray(n)
    seed = hashlib.sha256(f"selection {task.task_id}".encode()).digest()
    rng = np.random.default_rng(np.frombuffer(seed, np.uint32))
    orders = rng.permuted(np.tile(np.arange(draws), (subsets, 1)), axis=1)
    estimates = {
        "random": np.full(len(n), task.right.mean()),
        "likelihood": by_likelihood(task.right, task.logprob, n),
        "examples": by_examples(task.right, task.examples, n),
        "score": by_likelihood(task.right, task.score, n),
        "oracle": pass_table([draws], [int(task.right.sum())], n)[0],
    }
    variances = {method: np.zeros(len(n)) for method in METHODS}
    majorities = {
        "text": lambda sets: by_text(task.right, task.text, sets),
        "behaviour": lambda sets: by_behaviour(task, sets),
        "agreement": lambda sets: by_agreement(task, sets),
        "dual": lambda sets: by_dual(task, sets),
        "examples+agreement": lambda sets: by_agreement(task, sets, filtered=True),
    }
    for method in ("score-weighted", "likelihood-weighted"):
        weight = weights(task, method)
        if weight is None:
            estimates[method] = np.full(len(n), np.nan)
        else:
            majorities[method] = partial(by_behaviour, task, weight=weight)
    for method, choose in majorities.items():
        if method == "examples+agreement" and task.examples is None:
            estimates[method], variances[method] = estimates["agreement"], variances["agreement"]
            continue
        values = []
        for place, size in enumerate(n.tolist()):
            if size == 1:
                values.append(estimates["random"][place])
                continue
            sets = orders[: 1 if size == draws else subsets, :size]
            chosen = choose(sets)
            if len(chosen) > 1:
                luck = task.right[sets].mean(axis=1) - task.right.mean()
                chosen = _without(luck, chosen)
                variances[method][place] = chosen.var(ddof=1) / len(chosen)
            values.append(min(max(chosen.mean(), 0.0), 1.0))
        estimates[method] = np.array(values)
    return estimates, variances


def table(given: Given) -> list[Row]:
    """All methods of every model.

    :raises UserError: as :func:`check_pair` and :func:`read_task_samples`.
    """
    rows = []
    every = given.tested or [()] * len(given.labels)
    for label, verdicts, signatures, tested, settings in zip(
        given.labels, given.verdicts, given.signatures, every, given.settings, strict=True
    ):
        snapshot = Snapshot([*verdicts, *signatures, *tested])
        inputs, shared = check_pair(verdicts, signatures, settings)
        tasks = read_task_samples(verdicts, signatures, snapshot)
        if tested:
            check_tests(verdicts, tested)
            tasks = with_tests(tasks, tested, snapshot)
        rows += model_rows(label, tasks, given.k_values, inputs, shared=shared)
    return rows


def model_rows(
    label: str,
    tasks: Sequence[TaskSamples],
    k_values: Sequence[int],
    inputs: str = "",
    subsets: int = SUBSETS,
    shared: frozenset[str] | None = None,
) -> list[Row]:
    """The rows of one model, at :func:`sizes` up to the fewest draws of a task.

    ``inputs`` and ``shared`` as :func:`check_pair` returns them.
    """
    n = sizes(min(len(task.right) for task in tasks), k_values)
    found = [selected(task, n, subsets) for task in tasks]
    with_examples = sum(task.examples is not None for task in tasks)
    left_out = set() if with_examples else {*OF_EXAMPLES}
    if inputs in (FINAL_ANSWERS, PROOFS):
        left_out |= {*OF_PROGRAMS}
    if inputs == PROOFS:  # where a majority of equal proofs is one of equal text
        left_out.add("text")
    if all(task.tests is None for task in tasks):
        left_out.add("dual")
    if all(np.isnan(task.score).all() for task in tasks):
        left_out |= {*OF_SCORES}
    if all(np.isnan(task.logprob).all() for task in tasks):
        left_out.add("likelihood-weighted")
    by_method = {
        method: np.array([estimates[method] for estimates, _ in found])
        for method in METHODS
        if method not in left_out
    }
    apart = [shared is not None and task.task_id not in shared for task in tasks]
    known = math.nan if shared is None else float(len(tasks) - sum(apart))
    rows = []
    for method, estimates in by_method.items():
        variance = np.array([variances[method] for _, variances in found]).sum(axis=0)
        gain = np.full((3, len(n)), np.nan)
        if method != "random":
            difference = (estimates - by_method["random"]).mean(axis=0).round(12)
            gain = (difference, *of_paired_differences(estimates, by_method["random"]))
        error = np.sqrt(variance) / len(tasks)
        columns = (estimates.mean(axis=0), *of_task_estimates(estimates), error, *gain)
        gap = of_shares(estimates, by_method["random"], by_method["oracle"])
        alone = _unshared(estimates[apart], by_method["random"][apart], method)
        about = inputs if method in OF_INPUTS else ""
        every = [*columns, *gap, *alone]
        for place, size in enumerate(n):
            numbers = [float(column[place]) for column in every]
            first, of_gap, rest = numbers[:7], numbers[7:10], numbers[10:]
            head = (label, method, size, len(tasks))
            rows.append(Row(*head, *first, about, *of_gap, with_examples, known, *rest))
    return rows


def _unshared(own: np.ndarray, random: np.ndarray, method: str) -> np.ndarray:
    """pass@1 of some tasks, its gain over ``random``, low and high of that: shape (4, ns)."""
    found = np.full((4, own.shape[1]), np.nan)
    if len(own):
        found[0] = own.mean(axis=0)
        if method != "random":
            found[1] = (own - random).mean(axis=0).round(12)
            found[2:] = of_paired_differences(own, random)
    return found
