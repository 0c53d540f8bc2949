"""A pass@k curve as a CSV file and as a printed table.

In files pass@k is a fraction of 1; what people read is in per cent.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields
from pathlib import Path

import pandas as pd

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


@dataclass(frozen=True, slots=True)
class LineToBeat:
    """A model's name and its pass@1, and where the curve first reaches that."""

    label: str
    point: Point
    crossing: Point | None

    @property
    def value(self) -> float:
        """Its pass@1."""
        return self.point.pass_at_k


@dataclass(frozen=True, slots=True)
class CurveTable:
    """A curve, its points at the k asked for, the line to beat, and what others published.

    ``points`` are ascending in k and none of their ``pass_at_k`` is NaN; intervals may be.
    """

    label: str
    points: tuple[Point, ...]
    marked: tuple[Point, ...]
    baseline: LineToBeat | None
    published: tuple[Point, ...]

    @property
    def crossing(self) -> Point | None:
        """Where the curve first reaches the baseline; None where it does not."""
        return self.baseline.crossing if self.baseline else None

    @property
    def largest_k(self) -> int:
        """Where the axis of k ends."""
        return max(self.points[-1].k, *(point.k for point in self.published), 2)


def from_table(table: pd.DataFrame) -> CurveTable | None:
    """What the table holds, None where it has no k with an estimate.

    Its parts follow one another: the curve, ``marked``, the line to beat, ``crossing``,
    ``published``. They are told apart by their place, too: a model may have any of these names.
    """
    table = table[table.pass_at_k.notna()]
    rows = list(zip(table.series, map(Point, *(table[name] for name in COLUMNS)), strict=True))
    if not rows:
        return None
    label = rows[0][0]
    curve = _take(rows, label, lambda point, before: not before or point.k > before[-1].k)
    same = {_key(point) for point in curve}
    marked = _take(rows, "marked", lambda point, _: _key(point) in same)
    beat = None
    if rows and _is_baseline(rows):
        name, point = rows.pop(0)
        crossed = rows.pop(0)[1] if rows and rows[0][0] == "crossing" else None
        beat = LineToBeat(name, point, crossed)
    return CurveTable(label, tuple(curve), tuple(marked), beat, tuple(point for _, point in rows))


def _take(
    rows: list[tuple[str, Point]], series: str, fits: Callable[[Point, list[Point]], bool]
) -> list[Point]:
    """Take from the front of ``rows`` what is of that series and fits what was taken before."""
    taken: list[Point] = []
    while rows and rows[0][0] == series and fits(rows[0][1], taken):
        taken.append(rows.pop(0)[1])
    return taken


def _key(point: Point) -> str:
    return repr(point)  # NaN is not equal to itself, its text is


def _is_baseline(rows: list[tuple[str, Point]]) -> bool:
    """Is the first row the line to beat? Published values have no intervals and no crossing."""
    (name, point), after = rows[0], [series for series, _ in rows[1:2]]
    return name != "published" or not math.isnan(point.tasks_low) or after == ["crossing"]


def table(points: Sequence[Point], k_values: Sequence[int]) -> list[str]:
    """The lines of a table of pass@k in per cent with its intervals, at ``k_values``.

    Below it stands why a cell has no number.
    """
    by_k = {point.k: point for point in points}
    shown = [by_k.get(k, Point(k, math.nan)) for k in k_values]
    rows = [("k", "pass@k", "95 % over tasks", "95 % over draws")]
    for point in shown:
        rows.append(
            (
                f"{point.k:,}",
                percent(point.pass_at_k),
                _interval(point.tasks_low, point.tasks_high),
                _interval(point.draws_low, point.draws_high),
            )
        )
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = [
        "  ".join(cell.rjust(w) for cell, w in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
    fewest = max((point.k for point in points if not math.isnan(point.pass_at_k)), default=0)
    return lines + [f"-: {reason}; the fewest are {fewest:,}" for reason in _lacking(shown)]


def _lacking(points: Sequence[Point]) -> Iterator[str]:
    """What the points without a number would need."""
    if any(math.isnan(point.pass_at_k) for point in points):
        yield "pass@k needs k draws of every task"
    if any(math.isnan(p.draws_low) and not math.isnan(p.tasks_low) for p in points):
        yield "an interval over draws needs 2k draws of every task"


def percent(value: float) -> str:
    """A fraction in per cent with one decimal, ``-`` for NaN."""
    return "-" if math.isnan(value) else f"{100 * value:z.1f}"


def _interval(low: float, high: float) -> str:
    if math.isnan(low) or math.isnan(high):
        return "-"
    return f"{percent(low)} to {percent(high)}"
