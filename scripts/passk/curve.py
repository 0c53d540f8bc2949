"""A pass@k curve as a CSV file and as a printed table.

In files pass@k is a fraction of 1; what people read is in per cent.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path

from passk.tables import read_table, table_text


@dataclass(frozen=True, slots=True)
class Point:
    """pass@k at one k, with its 95 % intervals over tasks and over draws; fractions or NaN."""

    k: int
    pass_at_k: float
    tasks_low: float = math.nan
    tasks_high: float = math.nan
    draws_low: float = math.nan
    draws_high: float = math.nan


COLUMNS = tuple(field.name for field in fields(Point))


def read_curve(path: Path) -> list[Point]:
    """Read a CSV with at least ``k, pass_at_k``, ascending in k; missing intervals are NaN.

    :raises UserError: as :func:`passk.tables.read_table`.
    """
    table = read_table(path, {"k": int, "pass_at_k": float}, optional=COLUMNS[2:])
    table = table.drop_duplicates("k", keep="last").sort_values("k")
    return [Point(*row) for row in table[[*COLUMNS]].itertuples(index=False)]


def curve_csv(points: Sequence[Point]) -> str:
    """The text of a curve's file: 12 significant digits, NaN as ``nan``."""
    return table_text(COLUMNS, points)


def number_text(value: float | int) -> str:
    """A number in a CSV: whole numbers as they are, others with 12 significant digits."""
    return str(value) if isinstance(value, int) else f"{value:.12g}"


def crossing(points: Sequence[Point], value: float) -> int | None:
    """The smallest k whose pass@k is at least ``value``; None where no k of ``points`` reaches it.

    Between the points' k the curve is read off a straight line: exact where every k is there.
    """
    before: Point | None = None
    for point in points:
        if point.pass_at_k >= value:
            if before is None or point.k == before.k + 1:
                return point.k
            share = (value - before.pass_at_k) / (point.pass_at_k - before.pass_at_k)
            return before.k + max(1, math.ceil(share * (point.k - before.k)))
        if not math.isnan(point.pass_at_k):
            before = point
    return None


def table(points: Sequence[Point], k_values: Sequence[int]) -> list[str]:
    """The lines of a table of pass@k in per cent with its intervals, at ``k_values``."""
    by_k = {point.k: point for point in points}
    rows = [("k", "pass@k", "95 % over tasks", "95 % over draws")]
    for k in k_values:
        point = by_k.get(k, Point(k, math.nan))
        rows.append(
            (
                f"{k:,}",
                percent(point.pass_at_k),
                _interval(point.tasks_low, point.tasks_high),
                _interval(point.draws_low, point.draws_high),
            )
        )
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return [
        "  ".join(cell.rjust(w) for cell, w in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]


def percent(value: float) -> str:
    """A fraction in per cent with one decimal, ``-`` for NaN."""
    return "-" if math.isnan(value) else f"{100 * value:.1f}"


def _interval(low: float, high: float) -> str:
    if math.isnan(low) or math.isnan(high):
        return "-"
    return f"{percent(low)} to {percent(high)}"
