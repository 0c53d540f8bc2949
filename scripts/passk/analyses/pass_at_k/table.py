"""pass@k against k with its intervals, the line to beat, and what others published.

Nothing is estimated: each number comes from the curve or from what is quoted.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import astuple, dataclass
from typing import get_type_hints

from passk.analyses.given import Given
from passk.baseline import Baseline
from passk.curve import Point, crossing
from passk.records import UserError


@dataclass(frozen=True, slots=True)
class Row:
    """One point, with its 95 % intervals where they are known; fractions.

    ``series`` is the model's label for its curve, the baseline's for its pass@1, and ``marked`` for
    the points of the curve at the k asked for, ``crossing`` for where the curve reaches the
    baseline, ``published`` for what others measured. The curve comes first.
    """

    series: str
    k: int
    pass_at_k: float
    tasks_low: float
    tasks_high: float
    draws_low: float
    draws_high: float


COLUMNS = get_type_hints(Row)


def table(given: Given) -> list[Row]:
    """The own model's curve and what stands beside it.

    :raises UserError: the curve is NaN throughout, or a measured baseline has no k = 1.
    """
    return [Row(series, *astuple(point)) for series, point in _points(given)]


def _points(given: Given) -> Iterator[tuple[str, Point]]:
    label = given.labels[0]
    curve = [point for point in given.curves[0] if not math.isnan(point.pass_at_k)]
    if not curve:
        raise UserError(f"the curve of {label} has no k with an estimate; draw more samples")
    yield from ((label, point) for point in curve)
    yield from (("marked", point) for point in curve if point.k in given.k_values)
    baseline = given.quoted
    if given.rival:
        rival = given.curves[given.labels.index(given.rival)]
        baseline = Baseline.measured(given.rival, rival)
    if baseline:
        yield baseline.label, Point(1, baseline.value, baseline.low, baseline.high)
        if k := crossing(curve, baseline.value):
            yield "crossing", Point(k, baseline.value)
    for entry in given.published:
        if entry.k and entry.model in ("", label):
            yield "published", Point(entry.k, entry.value)
