"""Counts: how many draws of each task there are and how many passed, from verdicts or a CSV.

Counting refuses what would make pass@k wrong in silence: a (task, draw) given twice, an unknown
task, where the caller says how many draws there are, one that is missing, and draws that stopped at
a task's first pass (:func:`refuse_stopped`). Memory is a few bytes a draw, whatever the size of the
verdicts.
"""

from __future__ import annotations

import logging
import re
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from passk.progress import Progress
from passk.records import Snapshot, UserError, metadata_of, read_verdicts
from passk.tables import read_table, table_text

log = logging.getLogger(__name__)

COLUMNS = ("task_id", "n", "c")
# Draws are small consecutive numbers; a larger one is some other number in the wrong field.
_MOST_DRAWS = 10_000_000
# What a column ``stopped``, or that key of the metadata, says of complete sampling.
_NOT_SAID = ("", "none", "nan")
_NOT_STOPPED = ("0", "false", "no")
_BIASED = "pass@k from such counts is too high; draw as many samples of every task, whatever passed"


@dataclass(frozen=True, slots=True)
class TaskCount:
    """``c`` of the ``n`` draws of one task passed."""

    task_id: str
    n: int
    c: int


@dataclass(frozen=True, slots=True)
class ModelCounts:
    """One model's counts, task by task; compared models have the same tasks in the same order."""

    label: str
    counts: tuple[TaskCount, ...]

    @property
    def n(self) -> np.ndarray:
        """Draws of each task, shape (tasks,)."""
        return np.array([count.n for count in self.counts])

    @property
    def c(self) -> np.ndarray:
        """Draws of each task that passed, shape (tasks,)."""
        return np.array([count.c for count in self.counts])


def count_verdicts(
    paths: Sequence[Path],
    tasks: Sequence[str] | None = None,
    n_samples: int | None = None,
    snapshot: Snapshot | None = None,
) -> list[TaskCount]:
    """Count the verdicts of several shards; the result does not depend on the order of ``paths``.

    ``tasks`` are the benchmark's task ids in file order: each must have verdicts, others may not,
    and the counts come in that order. Without it they come in natural order (task 2 before 10).
    With ``n_samples`` every task must have exactly the draws 0..n_samples-1. The shards must be
    those of ``snapshot``, where it is given.

    :raises UserError: a damaged shard, one that was replaced meanwhile, a (task, draw) twice, an
        unknown task, or one missing.
    """
    snapshot = snapshot or Snapshot(paths)
    known = set(tasks) if tasks is not None else None
    # Per task, for each draw: which of `paths` (from 1) has its verdict, 0 for none.
    sources: dict[str, array] = {}
    passed: dict[str, int] = {}
    passed_at: dict[str, int] = {}
    progress = Progress("shards", len(paths), "counting: ", log=log)
    for number, path in enumerate(paths, start=1):
        for verdict in snapshot.read(path, read_verdicts):
            task, draw = verdict.task_id, verdict.draw
            if known is not None and task not in known:
                raise UserError(
                    f"{path}: unknown task {task!r}: these verdicts belong to another benchmark; "
                    "give the problem file that they were made with"
                )
            if not 0 <= draw < (_MOST_DRAWS if n_samples is None else n_samples):
                raise UserError(_strange_draw(path, task, draw, n_samples))
            source = sources.setdefault(task, array("i"))
            if draw >= len(source):
                source.extend([0] * (draw + 1 - len(source)))
            if source[draw]:
                raise UserError(
                    f"duplicate draw {draw} of {task} in {path} and {paths[source[draw] - 1]}: "
                    "give each shard once, and let no two hold the same draw"
                )
            source[draw] = number
            passed[task] = passed.get(task, 0) + (verdict.outcome == "passed")
            if verdict.outcome == "passed":
                passed_at[task] = draw
        progress.update(number)
    if not sources:
        raise UserError(f"{paths[0]} has no verdicts; run the execution again")
    ordered = list(tasks) if tasks is not None else sorted(sources, key=_natural)
    for task in ordered:
        source = sources.get(task, array("i"))
        missing = 0 if n_samples is None else n_samples - _present(source)
        if missing:
            first = next((draw for draw, path in enumerate(source) if not path), len(source))
            raise UserError(_missing(paths, task, first, missing))
        if not source:
            raise UserError(
                f"{task} has no verdict in the {len(paths)} shards given; give those that have it"
            )
    counts = [TaskCount(task, _present(sources[task]), passed[task]) for task in ordered]
    # A pass with which sampling stopped is the last draw of its task.
    if all(draw == len(sources[task]) - 1 for task, draw in passed_at.items()):
        where = str(paths[0]) if len(paths) == 1 else f"the {len(paths)} shards given"
        refuse_stopped(counts, where)
    return counts


def looks_stopped(counts: Sequence[TaskCount]) -> bool:
    """Whether counts look as if a task's draws ended with its first pass.

    The pattern: tasks differ in n, no task passed more than once, each that has fewer draws than
    another passed exactly once, and there are two such tasks or more. Few tasks that hardly ever
    pass may have it by chance.
    """
    most = max((count.n for count in counts), default=0)
    short = [count for count in counts if count.n < most]
    return len(short) > 1 and all(c.c == 1 for c in short) and all(c.c <= 1 for c in counts)


def refuse_stopped(counts: Sequence[TaskCount], where: str, remedy: str = "") -> None:
    """Refuse counts that look as if a task's draws ended with its first pass.

    c / n of such a task is too high on average (1 / n for the first pass at draw n has a mean above
    the rate), and so is pass@k. Sampling that stopped after a batch of draws does not show in
    counts; a column or the metadata may say it (:func:`read_counts`), and that none stopped.

    :raises UserError: they look so (:func:`looks_stopped`).
    """
    if looks_stopped(counts):
        raise UserError(
            f"{where}: every task with fewer than {max(count.n for count in counts):,} draws "
            f"passed exactly once, as if sampling had stopped at the first pass; {_BIASED}{remedy}"
        )


def read_counts(path: Path) -> list[TaskCount]:
    """Read a CSV with the columns ``task_id, n, c``.

    Who knows that sampling of a task stopped once it passed says so: a column ``stopped`` with
    ``yes`` in some row, or ``{"given": {"stopped": true}}`` in the metadata beside the file. Who
    knows that none stopped, although the counts look so, says ``no`` in every row, or ``false``.

    :raises UserError: as :func:`passk.tables.read_table`; a task twice; not 0 <= c <= n with
        n >= 1; counts of sampling that stopped at a pass (:func:`refuse_stopped`).
    """
    counts: dict[str, TaskCount] = {}
    table = read_table(path, {"task_id": str, "n": int, "c": int})
    of_all = str(((metadata_of(path) or {}).get("given") or {}).get("stopped", "")).strip().lower()
    said = [cell.strip().lower() for cell in table["stopped"]] if "stopped" in table else []
    if any(cell not in (*_NOT_STOPPED, *_NOT_SAID) for cell in (of_all, *said)):
        raise UserError(f"{path} says that sampling stopped once a task had passed; {_BIASED}")
    for line, row in enumerate(table[[*COLUMNS]].itertuples(index=False), start=2):
        count = TaskCount(*row)
        if count.n > _MOST_DRAWS:
            raise UserError(f"{path} line {line}: n must be at most {_MOST_DRAWS:,}")
        if not (0 <= count.c <= count.n and count.n >= 1):
            raise UserError(f"{path} line {line}: c must lie between 0 and n, and n be 1 or more")
        if count.task_id in counts:
            raise UserError(f"{path} line {line}: duplicate task {count.task_id}; remove one")
        counts[count.task_id] = count
    complete = of_all in _NOT_STOPPED or (said and all(cell in _NOT_STOPPED for cell in said))
    if not complete:
        refuse_stopped(
            list(counts.values()), str(path),
            ". If it did not stop there, add a column stopped with no in every row",
        )  # fmt: skip
    return list(counts.values())


def read_models(paths: Sequence[Path], labels: Sequence[str]) -> list[ModelCounts]:
    """Read the counts of each model; the tasks come in the first file's order.

    :raises UserError: a file that cannot be read, or of other tasks than the first.
    """
    found: list[ModelCounts] = []
    for path, label in zip(paths, labels, strict=True):
        counts = {count.task_id: count for count in read_counts(path)}
        tasks = [count.task_id for count in found[0].counts] if found else list(counts)
        if strange := set(tasks) ^ set(counts):
            raise UserError(
                f"{path} and {paths[0]} are not of the same tasks ({min(strange)} is in one only): "
                "compare models on one benchmark"
            )
        found.append(ModelCounts(label, tuple(counts[task] for task in tasks)))
    return found


def counts_csv(counts: Iterable[TaskCount], *, complete: bool = False) -> str:
    """The text of a file that :func:`read_counts` reads back unchanged.

    Counts of sampling that is known to be ``complete``, but :func:`looks_stopped`, say so.
    """
    rows = [(count.task_id, count.n, count.c) for count in counts]
    if complete and looks_stopped([TaskCount(*row) for row in rows]):
        return table_text((*COLUMNS, "stopped"), [(*row, "no") for row in rows])
    return table_text(COLUMNS, rows)


def _present(source: array) -> int:
    return len(source) - source.count(0)


def _natural(task_id: str) -> list[tuple[int, int, str]]:
    """Sort key: runs of digits compare as numbers."""
    parts = re.findall(r"[0-9]+|[^0-9]+", task_id)
    return [(0, int(part), part) if part[0] in "0123456789" else (1, 0, part) for part in parts]


def _strange_draw(path: Path, task: str, draw: int, n_samples: int | None) -> str:
    if n_samples is None or draw < 0:
        return f"{path}: {draw} is not a draw number of {task}; draws count from 0"
    return (
        f"{path} has draw {draw} of {task}, beyond the {n_samples} asked for (0..{n_samples - 1}): "
        "leave that shard out or raise n_samples"
    )


def _missing(paths: Sequence[Path], task: str, draw: int, how_many: int) -> str:
    for path in paths:
        span = re.match(r"(\d+)-(\d+)\.", path.name)
        if span and int(span[1]) <= draw <= int(span[2]):
            where, remedy = f"{path} has", "delete that shard and execute it again"
            break
    else:
        where, remedy = f"the {len(paths)} shards given have", "give the shard that holds it"
    more = f" (and {how_many - 1} more of that task)" if how_many > 1 else ""
    return f"{where} no verdict for draw {draw} of {task}{more}: {remedy}"
