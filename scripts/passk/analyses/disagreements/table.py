"""Where two suites disagree: the answers that one of them accepts and the other does not.

What was read out of a sample is what both suites judged, so it is what the rows hold; draws that
are read as the same answer are one row.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import get_type_hints

from passk.analyses.draws import excerpt, laid_out, without_prompt
from passk.analyses.given import Given
from passk.analyses.verifiers.table import check_pair, read_agreement
from passk.provenance import check_on_samples
from passk.records import Snapshot, UserError, metadata_of, read_samples, read_verdicts

MOST_ANSWERS = 20
"""Rows of a task: its most frequent answers."""
MOST_CHARACTERS = 500


@dataclass(frozen=True, slots=True)
class Row:
    """One answer to a task, given by ``draws`` samples.

    ``reference`` is the right answer, empty where a kind of benchmark states none; ``answers`` is
    how many different ones of this task the suites disagree on, listed or not. ``weaker`` and
    ``stronger`` are the outcomes of the first of its draws.
    """

    task_id: str
    reference: str
    answer: str
    weaker: str
    stronger: str
    draws: int
    answers: int


COLUMNS = get_type_hints(Row)


def table(given: Given) -> list[Row]:
    """The rows, in the benchmark's order; of a task the most frequent answer first.

    Only samples on which the suites disagree are held in memory.

    :raises UserError: files that are damaged or replaced meanwhile, verdicts that are not two
        suites' on the same draws, or samples that are not those that were judged.
    """
    weak, strong = given.weak_verdicts[0], given.verdicts[0]
    snapshot = Snapshot([*weak, *strong, *given.samples])
    check_pair(weak, strong, given.settings[0])
    for path in given.samples:
        metadata_of(path)
    agreed = read_agreement(weak, strong, snapshot)
    problems = {problem.task_id: problem for problem in given.problems.problems}
    if strange := next((one.task_id for one in agreed if one.task_id not in problems), None):
        raise UserError(
            f"unknown task {strange!r}: these verdicts belong to another benchmark; give the "
            "problem file that they were made with"
        )
    # No draw of the other tasks is accepted by one suite alone.
    tasks = {one.task_id for one in agreed if one.base + one.plus > 2 * one.both}
    first, second = (_outcomes(paths, tasks, snapshot) for paths in (weak, strong))
    differ = {
        key for key, outcome in first.items() if (outcome == "passed") != (second[key] == "passed")
    }
    read = {}
    for path in given.samples:
        for sample in snapshot.read(path, read_samples):
            if (key := (sample.task_id, sample.draw)) in differ:
                read[key] = sample.completion
    check_on_samples([*weak, *strong], {snapshot.sha256[path] for path in given.samples})
    if lost := sorted(differ - read.keys()):
        task, draw = lost[0]
        raise UserError(
            f"draw {draw} of {task} has verdicts and no sample: give the samples that the verdicts "
            "were made from"
        )
    rows = []
    for task, problem in problems.items():
        found: Counter[str] = Counter()
        ended: dict[str, tuple[str, str]] = {}
        for key in sorted(key for key in differ if key[0] == task):
            answer = given.problems.extract(problem, read[key], given.answer)
            text = laid_out(without_prompt(answer, problem.prompt))
            found[text] += 1
            ended.setdefault(text, (first[key], second[key]))
        rows += [
            Row(
                task, getattr(problem, "answer", ""), excerpt(text, MOST_CHARACTERS), *ended[text],
                draws, len(found),
            )
            for text, draws in found.most_common(MOST_ANSWERS)
        ]  # fmt: skip
    return rows


def _outcomes(
    paths: Sequence[Path], tasks: set[str], snapshot: Snapshot
) -> dict[tuple[str, int], str]:
    """The outcome of every draw of ``tasks``."""
    verdicts = chain.from_iterable(snapshot.read(path, read_verdicts) for path in paths)
    return {(one.task_id, one.draw): one.outcome for one in verdicts if one.task_id in tasks}
