"""The hardest tasks, with what their samples ended in and excerpts of what the model wrote.

Two groups, because many tasks may be unsolved: those that no draw solved, in the benchmark's order
(the counts do not tell them apart), and those solved least. Programs are counted as they were
executed, so two completions that are read as the same program are one; and so are two that differ
by blank lines and by blanks at the end of a line alone (:func:`laid_out`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any, TypeVar, get_type_hints

from passk.analyses import draws
from passk.analyses.draws import Draw, joined, laid_out, without_prompt
from passk.analyses.given import Given
from passk.benchmarks import Benchmark, Task
from passk.provenance import check_on_samples, check_shards
from passk.records import (
    OUTCOMES,
    Sample,
    Snapshot,
    UserError,
    Verdict,
    metadata_of,
    read_samples,
    read_verdicts,
)
from passk.statistics.intervals import wilson

MOST_CHARACTERS = 1200
MOST_LINES = 40
MOST_TASKS = 8  # of each group
T = TypeVar("T", Sample, Verdict)
NEVER, LEAST = "never solved", "solved least"


@dataclass(frozen=True, slots=True)
class Row:
    """One task. ``low`` and ``high`` are its rate's 95 % Wilson interval, over draws.

    ``errors`` are the exceptions of the draws that did not pass, the most frequent first, as
    ``NameError 12; wrong output 3``. ``distinct_failing`` is how many different programs did not
    pass. The texts are what follows the prompt, or the whole program where it does not begin with
    it; empty where there is none.
    """

    group: str
    task_id: str
    entry_point: str
    n: int
    passed: int
    failed: int
    timeout: int
    crashed: int
    low: float
    high: float
    errors: str
    distinct_failing: int
    prompt: str
    passing: str
    passing_count: int
    failing: str
    failing_count: int
    failing_ended: str
    second: str
    second_count: int
    second_ended: str


COLUMNS = get_type_hints(Row)


def excerpt(text: str) -> str:
    """The beginning of ``text``, as a table may hold it."""
    return draws.excerpt(text, MOST_CHARACTERS, MOST_LINES)


def select(
    verdicts: Iterable[Verdict], tasks: Sequence[str], most: int = MOST_TASKS
) -> dict[str, str]:
    """The hardest tasks and their group: first up to ``most`` never solved, then least solved.

    :raises UserError: a verdict of a task that is not among ``tasks``, or none at all.
    """
    passed, drawn = dict.fromkeys(tasks, 0), dict.fromkeys(tasks, 0)
    for verdict in verdicts:
        if verdict.task_id not in drawn:
            raise UserError(
                f"unknown task {verdict.task_id!r}: these verdicts belong to another benchmark; "
                "give the problem file that they were made with"
            )
        drawn[verdict.task_id] += 1
        passed[verdict.task_id] += verdict.outcome == "passed"
    if not any(drawn.values()):
        raise UserError("there are no verdicts; run the execution again")
    never = [task for task in tasks if drawn[task] and not passed[task]]
    solved = [task for task in tasks if passed[task]]
    solved.sort(key=lambda task: passed[task] / drawn[task])
    return dict.fromkeys(never[:most], NEVER) | dict.fromkeys(solved[:most], LEAST)


def table(given: Given) -> list[Row]:
    """One row a task, the never solved first; only these tasks' samples are held in memory.

    :raises UserError: files that are damaged or replaced meanwhile, or samples and verdicts that
        are not of the same draws.
    """
    verdicts, settings = given.verdicts[0], given.settings[0]
    snapshot = Snapshot([*verdicts, *given.samples])
    check_shards(verdicts, require_metadata=settings is not None, settings=settings)
    for path in given.samples:
        metadata_of(path)

    def read(paths: Iterable[Path], reader: Callable[[Path, Any], Iterator[T]]) -> Iterator[T]:
        return chain.from_iterable(snapshot.read(path, reader) for path in paths)

    benchmark = given.problems
    problems = {problem.task_id: problem for problem in benchmark.problems}
    groups = select(read(verdicts, read_verdicts), list(problems))
    drawn = joined(
        (one for one in read(given.samples, read_samples) if one.task_id in groups),
        (one for one in read(verdicts, read_verdicts) if one.task_id in groups),
    )
    check_on_samples(verdicts, {snapshot.sha256[path] for path in given.samples})
    return [
        describe(benchmark, problems[task], group, drawn[task], given.answer)
        for task, group in groups.items()
    ]


def describe(
    benchmark: Benchmark, problem: Task, group: str, drawn: Sequence[Draw], answer: str
) -> Row:
    """One task's row; ``drawn`` are its own draws, in order."""
    outcomes = Counter(one.outcome for one in drawn)
    passing: Counter[str] = Counter()
    failing: Counter[str] = Counter()
    ended: dict[str, str] = {}
    endings: Counter[str] = Counter()
    first: dict[str, str] = {}  # of the texts that are alike but for blank lines
    for one in drawn:
        read = benchmark.extract(problem, one.completion, answer)
        text = laid_out(without_prompt(read, problem.prompt))
        text = first.setdefault(text.replace("\n\n", "\n"), text)
        if one.outcome == "passed":
            passing[text] += 1
            continue
        failing[text] += 1
        ended.setdefault(text, one.ended)
        endings[one.ended] += 1
    # most_common keeps the order of the draws where counts are equal.
    right = [*passing.most_common(1), ("", 0)][0]
    wrong = [*failing.most_common(2), ("", 0), ("", 0)][:2]
    n = len(drawn)
    low, high = wilson(outcomes["passed"] / n, n)
    return Row(
        group,
        problem.task_id,
        getattr(problem, "entry_point", ""),  # other kinds have none
        n,
        *(outcomes[outcome] for outcome in OUTCOMES),
        float(low),
        float(high),
        "; ".join(f"{name} {count}" for name, count in endings.most_common()),
        len(failing),
        excerpt(problem.prompt),
        excerpt(right[0]),
        right[1],
        *(cell for text, count in wrong for cell in (excerpt(text), count, ended.get(text, ""))),
    )
