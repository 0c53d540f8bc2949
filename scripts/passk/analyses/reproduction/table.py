"""Values that others published against what this run gave: does it agree, differ, or who can say?

The verdict is that of an interval of the difference, ours less the published value, widened by what
rounding to a tenth of a point can hide: 0 inside means *agrees*, 0 outside means *differs*.

*Over draws* is the sharper question and is asked where it can be: the source is taken for another
run on these very tasks, with its own number of draws. Then both runs' errors over draws add up, the
source's as this run's rates would have it
(:func:`passk.statistics.intervals.error_of_another_run`). It needs 2k draws a task here, and the
number behind the published value.

*Over tasks* is the fallback: Newcombe's interval for independent sets of tasks, which is wider than
it need be, since the tasks are the same and which of them the source solved is unknown. "Agrees"
there says only that no difference can be shown.

A difference has many possible causes besides an error: prompt, reading of the answer, temperature,
engine, version. What a source is known to have done otherwise stands beside it. That two values
agree proves none of them right.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import get_type_hints

import numpy as np

from passk.analyses.given import Given
from passk.counts import ModelCounts
from passk.estimator import mean_pass_at_k
from passk.published import Published
from passk.statistics.intervals import (
    Z,
    error_of_another_run,
    error_over_draws,
    over_draws,
    over_tasks,
    square_and_add,
    wilson,
)

AGREES, DIFFERS, OPEN, OTHER = "agrees", "differs", "cannot say", "not comparable"
ROUNDING = 0.0005  # half of a tenth of a percentage point, the digit to which values are published


@dataclass(frozen=True, slots=True)
class Row:
    """A published value and ours, with 95 % intervals; fractions, NaN where unknown.

    ``published_low`` to ``published_high`` is the published value's own interval over tasks.
    ``low`` to ``high`` is that of ``difference``, ours less published, without rounding; ``over``
    says of which kind: "draws", "tasks", or "" where there is none. ``k`` is 0 for a context value.
    """

    model: str
    quantity: str
    k: int
    by: str
    published: float
    published_low: float
    published_high: float
    value: float
    tasks_low: float
    tasks_high: float
    draws_low: float
    draws_high: float
    difference: float
    low: float
    high: float
    over: str
    verdict: str
    differs: str
    source: str
    url: str


COLUMNS = get_type_hints(Row)


def table(given: Given) -> list[Row]:
    """A row for each published value, in their order."""
    own = given.counts[0]
    by_label = {model.label: model for model in given.counts}
    return [_row(entry, by_label.get(entry.model or own.label), own) for entry in given.published]


def _row(entry: Published, model: ModelCounts | None, own: ModelCounts) -> Row:
    label = entry.name or entry.model or own.label
    known = (math.nan,) * 2
    if entry.k:
        bounds = wilson(entry.value, entry.tasks or len(own.counts))
        known = tuple(float(bound) for bound in bounds)
    ours = (math.nan,) * 5
    difference, over = (math.nan,) * 3, ""
    if not entry.k:
        label, verdict = entry.name, OTHER
    elif model is None:
        verdict = OPEN
    else:
        n, c, k = model.n, model.c, np.array([entry.k])
        columns = mean_pass_at_k(n, c, k), *over_tasks(n, c, k), *over_draws(n, c, k)
        ours = tuple(float(column[0]) for column in columns)
        difference, over = _difference(entry, model, ours[:3], known)
        verdict = _verdict(difference)
    return Row(
        label, entry.quantity or f"pass@{entry.k}", entry.k, entry.by, float(entry.value), *known,
        *ours, *difference, over, verdict, entry.differs, entry.source, entry.url,
    )  # fmt: skip


def _difference(
    entry: Published,
    model: ModelCounts,
    ours: tuple[float, float, float],
    known: tuple[float, float],
) -> tuple[tuple[float, float, float], str]:
    """Ours less the published value, with the ends of its interval; and over what that is."""
    difference = ours[0] - entry.value
    if entry.samples:
        mine = float(error_over_draws(model.n, model.c, np.array([entry.k]))[0])
        theirs = error_of_another_run(model.n, model.c, entry.k, entry.samples)
        half = Z * math.hypot(mine, theirs)
        if not math.isnan(half):
            return (difference, max(difference - half, -1.0), min(difference + half, 1.0)), "draws"
    low, high = square_and_add(ours, (entry.value, *known))
    return (difference, float(low), float(high)), "" if math.isnan(low) else "tasks"


def _verdict(difference: tuple[float, float, float]) -> str:
    _, low, high = difference
    if math.isnan(low) or math.isnan(high):
        return OPEN
    return AGREES if low - ROUNDING <= 0 <= high + ROUNDING else DIFFERS
