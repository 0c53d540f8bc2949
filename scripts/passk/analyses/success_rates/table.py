"""How the tasks' success rates are distributed: every task of the own model, easiest first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import get_type_hints

from passk.analyses.given import Given
from passk.statistics.intervals import wilson


@dataclass(frozen=True, slots=True)
class Row:
    """One task's c / n with its 95 % Wilson interval; ``rank`` counts from 1."""

    rank: int
    task_id: str
    n: int
    c: int
    rate: float
    low: float
    high: float


COLUMNS = get_type_hints(Row)


def table(given: Given) -> list[Row]:
    """A row a task; equal rates keep the benchmark's order."""
    counts = sorted(given.counts[0].counts, key=lambda count: -count.c / count.n)
    return [
        Row(
            rank,
            one.task_id,
            one.n,
            one.c,
            one.c / one.n,
            *map(float, wilson(one.c / one.n, one.n)),
        )
        for rank, one in enumerate(counts, start=1)
    ]
