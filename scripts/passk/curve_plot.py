"""What the figures of a pass@k curve share: the command line, what is drawn, and its CSV."""

from __future__ import annotations

import argparse
import csv
import io
import math
from collections.abc import Sequence
from dataclasses import astuple, dataclass, replace
from pathlib import Path

from passk import baseline
from passk.baseline import Baseline
from passk.curve import COLUMNS, Point, crossing, number_text, read_curve
from passk.intervals import wilson
from passk.records import UserError


@dataclass(frozen=True, slots=True)
class CurvePlot:
    """A curve, the k that get a marker, the line to beat, and points that others published.

    ``points`` are ascending in k and none of their ``pass_at_k`` is NaN; intervals may be.
    """

    label: str
    points: tuple[Point, ...]
    marked: tuple[Point, ...]
    baseline: Baseline | None
    published: tuple[Point, ...]

    @property
    def crossing(self) -> Point | None:
        """Where the curve first reaches the baseline; None where it does not."""
        if self.baseline is None:
            return None
        k = crossing(self.points, self.baseline.value)
        return None if k is None else Point(k, self.baseline.value)

    @property
    def k(self) -> list[int]:
        """Every k of the curve."""
        return [point.k for point in self.points]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments that :func:`from_arguments` reads."""
    parser.add_argument("--pass-at-k", type=Path, required=True, metavar="CSV", help="the curve")
    parser.add_argument("--label", required=True, help="the model's name")
    parser.add_argument(
        "--k-values", type=int, nargs="+", required=True, metavar="K", help="k to mark and label"
    )
    baseline.add_arguments(parser)
    parser.add_argument(
        "--published",
        type=_published,
        nargs="+",
        default=[],
        metavar="K=P",
        help="values that others published, fractions, drawn as open points",
    )
    parser.add_argument(
        "--output", type=Path, required=True, metavar="STEM", help="of .pdf, .svg, .png and .csv"
    )


def from_arguments(args: argparse.Namespace) -> CurvePlot:
    """Read what the command line names.

    :raises UserError: a file that cannot be read, a curve that is NaN throughout.
    """
    points = tuple(p for p in read_curve(args.pass_at_k) if not math.isnan(p.pass_at_k))
    if not points:
        raise UserError(f"{args.pass_at_k} has no k with an estimate; there is nothing to draw")
    beat = baseline.from_arguments(args)
    if beat and beat.tasks:
        low, high = wilson(beat.value, beat.tasks)
        beat = replace(beat, low=float(low), high=float(high))
    marked = tuple(point for point in points if point.k in args.k_values)
    return CurvePlot(args.label, points, marked, beat, tuple(args.published))


def plot_csv(plot: CurvePlot) -> str:
    """What is drawn: one row a point, ``series`` first, then the columns of a curve's file."""
    rows: list[tuple[str, Point]] = [(plot.label, point) for point in plot.points]
    rows += [("marked", point) for point in plot.marked]
    if plot.baseline:
        beat = plot.baseline
        rows.append((beat.label, Point(1, beat.value, beat.low, beat.high)))
    if plot.crossing:
        rows.append(("crossing", plot.crossing))
    rows += [("published", point) for point in plot.published]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("series", *COLUMNS))
    writer.writerows((name, *map(number_text, astuple(point))) for name, point in rows)
    return text.getvalue()


def band(points: Sequence[Point], kind: str) -> tuple[list[int], list[float], list[float]]:
    """``k, low, high`` of the interval over ``kind`` (tasks or draws) where it is known."""
    rows = [(p.k, getattr(p, f"{kind}_low"), getattr(p, f"{kind}_high")) for p in points]
    known = [row for row in rows if not math.isnan(row[1]) and not math.isnan(row[2])]
    return [k for k, _, _ in known], [low for _, low, _ in known], [high for *_, high in known]


def _published(text: str) -> Point:
    k, _, value = text.partition("=")
    point = Point(int(k), float(value))
    if point.k < 1 or not 0 <= point.pass_at_k <= 1:
        raise argparse.ArgumentTypeError("must be K=P with k >= 1 and a fraction P")
    return point
