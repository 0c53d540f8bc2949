"""The finding of one scoring in a sentence, with its numbers and intervals from the curves."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from passk.analyses.comparison.table import (
    COLUMNS,
    ONE,
    OPEN,
    UNKNOWN,
    better_from,
    interval_of_reaching,
)
from passk.baseline import Baseline
from passk.counts import TaskCount, read_counts
from passk.curve import Point, crossing, percent, read_curve
from passk.experiment import Experiment, Scoring
from passk.page import placed
from passk.records import UserError
from passk.tables import read_table
from passk.words import counted, within


@dataclass(frozen=True, slots=True)
class Claim:
    """The finding, what must be said along with it, and the few numbers to show large.

    ``numbers`` are (value, what it is, its interval or a further word).
    """

    sentence: str
    beside: str
    numbers: tuple[tuple[str, str, str], ...]


def line_to_beat(experiment: Experiment, scoring: Scoring, results: Path) -> Baseline | None:
    """pass@1 of the model to beat, measured or quoted; None where there is none."""
    if rival := experiment.rival:
        curve = read_curve(placed(rival.table("pass_at_k.csv", scoring), results))
        return Baseline.measured(experiment.baseline_label, curve)
    if entry := experiment.quoted:
        return Baseline.quoted(entry["label"], entry["pass_at_1"], entry.get("tasks"))
    return None


def claim(experiment: Experiment, scoring: Scoring, figures: Path, results: Path) -> Claim:
    """The finding under one scoring.

    :raises UserError: a curve or its counts cannot be read, or hold no estimate.
    """
    label = experiment.labels[0]
    path = placed(experiment.table("pass_at_k.csv", scoring), results)
    points, counts = read_curve(path), read_counts(path.with_name("counts.csv"))
    asked = [p for p in points if p.k in experiment.k_values and not math.isnan(p.pass_at_k)]
    if not asked:
        raise UserError(f"{path} has no estimate at the k asked for")
    once, most = next((p for p in points if p.k == 1), asked[0]), asked[-1]
    tasks = counted(len(counts), "task")
    words = [f"{label} passes {percent(most.pass_at_k)} % of {tasks} {within(most.k)}"]
    words.append(f" (95 % interval over tasks {_span(most)})")
    if most.k > once.k:
        words.append(f", {percent(once.pass_at_k)} % {within(once.k)} ({_span(once)})")
    beat = line_to_beat(experiment, scoring, results)
    reached = crossing(points, beat.value) if beat else None
    tested = _compared(beat, figures / scoring.name / "comparison.csv")
    if beat:
        line = f"the {percent(beat.value)} % of {beat.label} at one sample"
        interval = _interval_of_k(tested)
        words.append(
            f"; it reaches {line} at k = {reached:,}" + (f" ({interval})" if interval else "")
            if reached
            else f"; it stays below {line} up to k = {points[-1].k:,}"
        )
    return Claim(
        "".join(words) + ".",
        _beyond(experiment.k_values, points) + _beside(beat, reached, most.k, tested),
        tuple(_numbers(counts, once, most, beat, reached, tested)),
    )


def _beyond(k_values: Sequence[int], points: Sequence[Point]) -> str:
    """What is asked at a k for which no task may have fewer draws, and one has."""
    known = max(point.k for point in points if not math.isnan(point.pass_at_k))
    beyond = [f"pass@{k:,}" for k in k_values if k > known]
    if not beyond:
        return ""
    return f"{' and '.join(beyond)} cannot be told: a task has {counted(known, 'draw')} only. "


def _compared(beat: Baseline | None, path: Path) -> pd.DataFrame:
    """The comparison with one sample of the line to beat, where there is an interval."""
    if beat is None or not path.exists():
        return pd.DataFrame(columns=[*COLUMNS])
    table = read_table(path, COLUMNS, may_be_empty=True)
    rows = table[(table.rival == beat.label) & (table.against == ONE)]
    return rows[rows.verdict != UNKNOWN]


def _interval_of_k(tested: pd.DataFrame) -> str:
    """The interval of the k that reaches the line to beat, in words; empty where none is known."""
    low, high = interval_of_reaching(tested)
    if not math.isfinite(low):
        return ""
    high = f"to {high:,.0f}" if math.isfinite(high) else "or more"
    return f"95 % interval over tasks {low:,.0f} {high}"


def _beside(beat: Baseline | None, reached: int | None, k: int, tested: pd.DataFrame) -> str:
    if beat is None:
        return ""
    text = []
    if not math.isnan(beat.low):
        text.append(
            f"The line itself is {percent(beat.value)} % with a 95 % interval over tasks of "
            f"{percent(beat.low)} to {percent(beat.high)} %."
        )
    if reached:
        text.append("That one curve reaches another model's line is no test of a difference.")
    return " ".join([*text, *_tested(beat, k, tested)])


def _tested(beat: Baseline, k: int, tested: pd.DataFrame) -> list[str]:
    """The difference at the largest k, if models were compared."""
    rows = tested[tested.k == k]
    if rows.empty:
        return []
    row = rows.iloc[0]
    verdict = row.verdict if row.verdict == OPEN else f"significantly {row.verdict}"
    low, high = 100 * row.tasks_low, 100 * row.tasks_high
    return [
        f"Its pass@{k:,} less the pass@1 of {beat.label} is {100 * row.difference:+z.1f} "
        f"percentage points ({low:+z.1f} to {high:+z.1f} over tasks): {verdict}."
    ]


def _numbers(
    counts: list[TaskCount],
    once: Point,
    most: Point,
    beat: Baseline | None,
    reached: int | None,
    tested: pd.DataFrame,
) -> list[tuple[str, str, str]]:
    shown = [(f"{percent(once.pass_at_k)} %", f"pass@{once.k:,}", f"{_span(once)} over tasks")]
    if most.k > once.k:
        shown.append(
            (f"{percent(most.pass_at_k)} %", f"pass@{most.k:,}", f"{_span(most)} over tasks")
        )
    if beat:
        interval = _interval_of_k(tested).removeprefix("95 % interval over tasks ")
        further = [f"{interval} over tasks"] if interval else []
        if better := better_from(tested):
            further.append(f"significantly better from k = {better:,} on")
        elif len(tested):
            further.append(f"at no k to {int(tested.k.max()):,} significantly better")
        shown.append(
            (
                f"k = {reached:,}" if reached else "not reached",
                f"to reach {beat.label} at one sample ({percent(beat.value)} %)",
                "; ".join(further),
            )
        )
    unsolved = sum(count.c == 0 for count in counts)
    draws = sorted({count.n for count in counts})
    drawn = (f"{draws[0]:,} to " if len(draws) > 1 else "") + counted(draws[-1], "draw")
    shown.append((f"{unsolved:,} of {len(counts):,}", "tasks never solved", f"in {drawn} each"))
    return shown


def _span(point: Point) -> str:
    return f"{percent(point.tasks_low)} to {percent(point.tasks_high)}"
