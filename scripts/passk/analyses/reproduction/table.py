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
from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
import pandas as pd

from passk.compared import Compared
from passk.curve import percent
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


_TYPES = {"str": str, "int": int, "float": float}
COLUMNS = {field.name: _TYPES[field.type] for field in fields(Row)}


def reproduction(models: Sequence[Compared], published: Sequence[Published]) -> list[Row]:
    """A row for each published value, in their order; the first model is the experiment's own."""
    by_label = {model.label: model for model in models}
    return [
        _row(entry, by_label.get(entry.model or models[0].label), models) for entry in published
    ]


def _row(entry: Published, model: Compared | None, models: Sequence[Compared]) -> Row:
    label = entry.name or entry.model or models[0].label
    known = (math.nan,) * 2
    if entry.k:
        bounds = wilson(entry.value, entry.tasks or len(models[0].counts))
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
    model: Compared,
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


def paragraph(table: pd.DataFrame) -> str:
    """What the table says, for the report; ``table`` has :data:`COLUMNS`."""
    compared = table[table.k > 0]
    if compared.empty:
        return "No published values are named for this experiment, so there is nothing to check."
    known = compared[compared.over != ""]
    if known.empty:
        return (
            f"None of the {len(compared)} published values can be checked: this run did not "
            "measure them, or has fewer draws than they need."
        )
    text = [
        "Published values against this run's, with the 95 % interval of the difference in "
        "percentage points: " + "; ".join(_in_words(row) for row in known.itertuples()) + "."
    ]
    if (known.over == "draws").any():
        text.append(
            "Over draws: the source taken for another run on the same tasks, with its own number "
            "of samples."
        )
    if (known.over == "tasks").any():
        text.append(
            "Over tasks: as if the source had had other tasks of the same kind, since which tasks "
            "it solved is not known; 'agrees' then means no more than that no difference can be "
            "shown."
        )
    if (known.verdict == DIFFERS).any():
        text.append(
            "A value that differs need not be an error here or there: prompt, reading of the "
            "answer, temperature, engine and model version all matter, and the table says which of "
            "them the source is known to have chosen otherwise."
        )
    if missing := len(compared) - len(known):
        text.append(
            f"{missing} more {'is' if missing == 1 else 'are'} listed and cannot be checked here."
        )
    return " ".join(text)


def _in_words(row: pd.Series) -> str:
    by = f" ({row.by})" if row.by else ""
    low, high = 100 * row.low, 100 * row.high
    interval = f"{low:+.1f} to {high:+.1f} over {row.over}"
    return (
        f"{row.model}, {row.quantity}{by}: {percent(row.published)} %, "
        f"here {percent(row.value)} %, {100 * row.difference:+.1f} ({interval}), {row.verdict}"
    )
