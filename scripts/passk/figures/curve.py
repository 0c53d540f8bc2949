"""What the figures of a pass@k curve share: the command line, the drawing, and its CSV.

pass@k rises and 1 - pass@k falls; one figure is the other upside down, labels included. A figure
sets up its axes, and :func:`draw` does the rest with the ``View`` that says which way up it is.
"""

from __future__ import annotations

import argparse
import csv
import io
import math
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patheffects import withStroke
from matplotlib.text import Text

from passk import baseline
from passk.baseline import Baseline
from passk.curve import COLUMNS, Point, crossing, number_text, percent, read_curve
from passk.figures import style
from passk.figures.style import (
    MODEL,
    MODEL_LIGHT,
    MODEL_MIDDLE,
    MUTED,
    OTHER,
    OTHER_LIGHT,
    Box,
    box_of,
    free_slot,
    inches,
)
from passk.records import UserError

LINE = 0.14  # inches: one line of small text


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
    baseline.add_arguments(parser, curve=True)
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
    style.keep(args.output, args.pass_at_k, args.baseline_pass_at_k)
    beat = baseline.from_arguments(args)
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


@dataclass(frozen=True, slots=True)
class View:
    """Which share is drawn: pass@k, or with ``failing`` 1 - pass@k, which is upside down."""

    axes: Axes
    failing: bool = False

    def share(self, passing: float) -> float:
        """What is drawn of a pass@k."""
        return 1 - passing if self.failing else passing

    def up(self, passing: float) -> float:
        """Height of a pass@k in inches above the lower end of the axis."""
        return inches(self.axes, 1, self.share(passing))[1]

    def holds(self, passing: float) -> bool:
        """Is that pass@k within the axis? On a logarithmic one 0 is not."""
        low, high = self.axes.get_ylim()
        return low <= self.share(passing) <= high

    def note(
        self, text: str, k: float, passing: float, offset: tuple[float, float], ha: str, colour: str
    ) -> Text:
        """A small text on that side of a point of the curve to which ``offset`` (points) goes.

        Upwards means towards higher pass@k.
        """
        across, up = offset[0], -offset[1] if self.failing else offset[1]
        va = "bottom" if up > 0 else "top"
        return style.note(self.axes, text, (k, self.share(passing)), (across, up), (ha, va), colour)


def largest_k(plot: CurvePlot) -> int:
    """Where the axis of k ends."""
    return max(plot.k[-1], *(point.k for point in plot.published), 2)


def set_k_axis(axes: Axes, plot: CurvePlot) -> None:
    """The axis of k, from 1, with room at the left for the interval of the line to beat."""
    axes.set_xscale("log")
    axes.set_xlim(largest_k(plot) ** -0.022, largest_k(plot) ** 1.012)
    style.count_axis(axes.xaxis, largest_k(plot))
    axes.grid(axis="y")
    axes.set_xlabel("samples per task, k")


def draw(view: View, plot: CurvePlot) -> None:
    """Draw everything, once both axes have their scale and limits."""
    axes, floor = view.axes, view.axes.get_ylim()[0]
    style.lay_out(axes)
    for kind, colour in (("tasks", MODEL_LIGHT), ("draws", MODEL_MIDDLE)):
        k, *bounds = band(plot.points, kind)
        low, high = ([max(view.share(value), floor) for value in bound] for bound in bounds)
        axes.fill_between(k, low, high, color=colour, linewidth=0)
    if plot.baseline:
        _draw_baseline(view, plot, plot.baseline)
    published = _draw_published(view, plot)
    texts = []
    shown = [point for point in plot.points if view.share(point.pass_at_k) > 0]
    axes.plot([p.k for p in shown], [view.share(p.pass_at_k) for p in shown], color=MODEL)
    for point in plot.marked:
        if view.holds(point.pass_at_k):
            share = view.share(point.pass_at_k)
            axes.plot(point.k, share, "o", color=MODEL, markersize=3.6, clip_on=False)
            texts.append(_label_point(view, plot, point))
    if plot.baseline and view.holds(plot.baseline.value):
        texts += _label_baseline(view, plot, plot.baseline)
    texts += _label_curve(view, plot, texts, published)
    _draw_crossing(view, plot, texts)


def _draw_baseline(view: View, plot: CurvePlot, beat: Baseline) -> None:
    view.axes.axhline(view.share(beat.value), color=OTHER, linewidth=1.1, dashes=(4, 2))
    if not math.isnan(beat.low):
        floor = view.axes.get_ylim()[0]
        ends = [max(view.share(value), floor) for value in (beat.low, beat.high)]
        view.axes.plot([largest_k(plot) ** -0.012] * 2, ends, color=OTHER_LIGHT, linewidth=2.2)


def _draw_published(view: View, plot: CurvePlot) -> list[Point]:
    """Draw the published points that the axis holds, and return them."""
    shown = [point for point in plot.published if view.holds(point.pass_at_k)]
    for point in shown:
        share = view.share(point.pass_at_k)
        view.axes.plot(point.k, share, "D", markersize=5.2, clip_on=False, **style.OPEN)
    return shown


def _label_point(view: View, plot: CurvePlot, point: Point) -> Text:
    """The value: on the side of the curve where fewer pass, but on the other one once it has
    crossed the line to beat; never outside the axes at the top or bottom.
    """
    text = percent(view.share(point.pass_at_k))
    height = view.axes.get_window_extent().height / view.axes.figure.dpi
    passes = view.up(point.pass_at_k)
    room_above, room_below = height - passes, passes
    if view.failing:
        room_above, room_below = room_below, room_above
    beaten = plot.crossing is not None and 1 < plot.crossing.k <= point.k
    if (beaten and room_above > LINE) or room_below < 0.8 * LINE:
        ha = "left" if point.k == 1 else "right"
        return view.note(text, point.k, point.pass_at_k, (0, 5), ha, MODEL)
    if point.k == largest_k(plot):
        return view.note(text, point.k, point.pass_at_k, (-1, -4.5), "right", MODEL)
    return view.note(text, point.k, point.pass_at_k, (3, -4), "left", MODEL)


def _label_baseline(view: View, plot: CurvePlot, beat: Baseline) -> list[Text]:
    """Name the line, and the k where it is crossed, where the curve does not run."""
    value = f"one sample: {percent(view.share(beat.value))}"
    sides = ((1, 2.5, "left"), (largest_k(plot), -3.0, "right"))
    for text in (f"{beat.label}, {value}", f"{beat.label},\n{value}"):
        for k, offset, ha in sides:
            name = view.note(text, k, beat.value, (0, offset), ha, OTHER)
            if not _meets_curve(view, plot, box_of(view.axes, name)):
                return [name, *_label_crossing(view, plot)]
            name.remove()
    k, offset, ha = sides[1]
    name = view.note(beat.label, k, beat.value, (0, offset), ha, OTHER)
    return [name, *_label_crossing(view, plot)]


def _label_crossing(view: View, plot: CurvePlot) -> list[Text]:
    crossed = plot.crossing
    if crossed is None or crossed.k == 1:
        return []
    bottom = view.axes.get_ylim()[0]
    text, at = f"k = {crossed.k:,}", (crossed.k, bottom)
    # A falling curve leaves its lower left free, a rising one its lower right, room provided.
    across = inches(view.axes, crossed.k, bottom)[0]
    width = view.axes.get_window_extent().width / view.axes.figure.dpi
    to_left = across > 0.7 if view.failing else across > width - 0.7
    offset, ha = ((-2.5, 3), "right") if to_left else ((2.5, 3), "left")
    return [style.note(view.axes, text, at, offset, (ha, "bottom"), OTHER)]


def _draw_crossing(view: View, plot: CurvePlot, texts: Sequence[Text]) -> None:
    """A dotted line from the crossing down to the axis of k, with a gap at every text."""
    crossed = plot.crossing
    if crossed is None or crossed.k == 1 or not view.holds(crossed.pass_at_k):
        return
    axes = view.axes
    across, top = inches(axes, crossed.k, view.share(crossed.pass_at_k))
    boxes = [box_of(axes, text) for text in texts]
    gaps = [
        (box.bottom - 0.02, box.top + 0.02)
        for box in boxes
        if box.left - 0.02 < across < box.right + 0.02 and box.bottom < top
    ]
    height = axes.get_window_extent().height / axes.figure.dpi
    ends = [0.0, *(end for gap in sorted(gaps) for end in gap), top]
    for low, high in zip(ends[::2], ends[1::2], strict=True):
        if (
            high - low > 0.08
        ):  # a single dot between two lines of text would look like one of theirs
            axes.plot(
                [crossed.k] * 2, [low / height, high / height], color=OTHER, linewidth=0.8,
                dashes=(1, 1.5), transform=axes.get_xaxis_transform(),
            )  # fmt: skip


def _meets_curve(view: View, plot: CurvePlot, box: Box) -> bool:
    """Does the curve run through the box? It is monotone, so its ends there tell."""
    drawn = [p for p in plot.points if view.holds(p.pass_at_k)]
    if not drawn:
        return False
    across = [inches(view.axes, point.k, 1)[0] for point in drawn]
    ends = np.interp([box.left, box.right], across, [view.up(p.pass_at_k) for p in drawn])
    passes_by = box.right < across[0] or box.left > across[-1]
    return not passes_by and min(ends) < box.top + 0.02 and max(ends) > box.bottom - 0.02


def _label_curve(
    view: View, plot: CurvePlot, texts: list[Text], published: Sequence[Point]
) -> list[Text]:
    """The model's name, what bands and diamonds are, at the right, where nothing else is."""
    axes, largest = view.axes, largest_k(plot)
    shades = (("light: 95 % over tasks", "tasks"), ("dark: 95 % over draws", "draws"))
    names = [plot.label, *(text for text, kind in shades if len(band(plot.points, kind)[0]) > 1)]
    names += ["diamonds: published"] if published else []
    corner, align = (largest, axes.get_ylim()[0]), ("right", "top")
    lines = [style.note(axes, name, corner, (0, 0), align, MUTED) for name in names]
    lines[0].set(fontweight="bold", fontsize=style.NORMAL, color=MODEL)
    for line in lines:  # the lines of the grid may pass behind
        line.set_path_effects([withStroke(linewidth=2.5, foreground="white")])
    left = min(box_of(axes, line).left for line in lines)
    boxes = [box for box in (box_of(axes, text) for text in texts) if box.right > left]
    taken = [(box.bottom - 0.04, box.top + 0.04) for box in boxes]
    room = axes.get_window_extent().height / axes.figure.dpi
    for point in published:
        if inches(axes, point.k, 1)[0] > left - 0.05:
            level = view.up(point.pass_at_k)
            taken.append((level - 0.06, level + 0.06))
    if plot.baseline and view.holds(plot.baseline.value):
        level = view.up(plot.baseline.value)
        taken.append((level - 0.03, level + 0.03))

    def heights(values: Sequence[float]) -> list[float]:
        return [view.up(value) if view.holds(value) else 0.0 for value in values]

    near = [p for p in plot.points if inches(axes, p.k, 1)[0] > left] or [plot.points[-1]]
    curve = heights([point.pass_at_k for point in near])
    _, lows, highs = band(near, "tasks")
    around = heights([*lows, *highs]) + curve
    height = len(lines) * LINE
    # Outside the band if there is room; inside it, but off the curve, if there is not.
    slots = (
        free_slot(height, room, curve[-1], [*taken, (min(span) - 0.04, max(span) + 0.04)])
        for span in (around, curve)
    )
    bottom = next((slot for slot in slots if slot is not None), 0.0)
    for number, line in enumerate(lines):
        line.set_position((0, 72 * (bottom + height - number * LINE)))
    return lines


def _published(text: str) -> Point:
    k, _, value = text.partition("=")
    point = Point(int(k), float(value))
    if point.k < 1 or not 0 <= point.pass_at_k <= 1:
        raise argparse.ArgumentTypeError("must be K=P with k >= 1 and a fraction P")
    return point
