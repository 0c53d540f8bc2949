"""The figure of a pass@k curve: a line with its intervals, points, and a line to beat.

pass@k rises and 1 - pass@k falls; one figure is the other upside down, labels included. A figure
sets up its axes, and :func:`draw` does the rest.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.text import Text

from passk.curve import CurveTable, LineToBeat, Point, from_table, percent
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

LINE = 0.14  # inches: one line of small text


def band(points: Sequence[Point], kind: str) -> tuple[list[int], list[float], list[float]]:
    """``k, low, high`` of the interval over ``kind`` (tasks or draws) where it is known."""
    rows = [(p.k, getattr(p, f"{kind}_low"), getattr(p, f"{kind}_high")) for p in points]
    known = [row for row in rows if not math.isnan(row[1]) and not math.isnan(row[2])]
    return [k for k, _, _ in known], [low for _, low, _ in known], [high for *_, high in known]


@dataclass(frozen=True, slots=True)
class Law:
    """A law that was fitted to the curve: its column, its name, its dashes."""

    column: str
    name: str
    dashes: tuple[float, ...]


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


def draw(
    table: pd.DataFrame,
    set_axes: Callable[[Axes, CurveTable], None],
    *,
    failing: bool = False,
    laws: Sequence[Law] = (),
) -> Figure:
    """The whole figure; ``set_axes`` gives the axis of shares its scale, limits and label."""
    plot = from_table(table)
    if plot is None:
        return style.sentence("No k has an estimate.")
    fitted = [law for law in laws if table[law.column].notna().any()]
    drawing, axes = style.figure(style.HEIGHT + (LINE if fitted else 0))
    # There is room at the left for the interval of the line to beat.
    style.count_axis(axes, plot.largest_k, ends=(-0.022, 1.012))
    axes.grid(axis="y")
    axes.set_xlabel("samples per task, k")
    set_axes(axes, plot)
    axes.yaxis.set_major_formatter(lambda value, _: style.per_cent(value))
    for law in fitted:
        look = {"color": style.INK, "linewidth": 0.9, "dashes": law.dashes}
        rows = table[table[law.column].notna()]
        shares = 1 - rows[law.column] if failing else rows[law.column]
        axes.plot(rows.k, shares, label=law.name, zorder=4, **look)
    if fitted:
        style.legend_above(axes, 2)
    style.lay_out(axes)
    _draw_curve(View(axes, failing), plot)
    return drawing


def _draw_curve(view: View, plot: CurveTable) -> None:
    axes, floor = view.axes, view.axes.get_ylim()[0]
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


def _draw_baseline(view: View, plot: CurveTable, beat: LineToBeat) -> None:
    view.axes.axhline(view.share(beat.value), color=OTHER, linewidth=1.1, dashes=(4, 2))
    if not math.isnan(beat.point.tasks_low):
        floor, bounds = view.axes.get_ylim()[0], (beat.point.tasks_low, beat.point.tasks_high)
        ends = [max(view.share(value), floor) for value in bounds]
        view.axes.plot([plot.largest_k**-0.012] * 2, ends, color=OTHER_LIGHT, linewidth=2.2)


def _draw_published(view: View, plot: CurveTable) -> list[Point]:
    """Draw the published points that the axis holds, and return them."""
    shown = [point for point in plot.published if view.holds(point.pass_at_k)]
    for point in shown:
        share = view.share(point.pass_at_k)
        view.axes.plot(point.k, share, "D", markersize=5.2, clip_on=False, **style.OPEN)
    return shown


def _label_point(view: View, plot: CurveTable, point: Point) -> Text:
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
    if point.k == plot.largest_k:
        return view.note(text, point.k, point.pass_at_k, (-1, -4.5), "right", MODEL)
    return view.note(text, point.k, point.pass_at_k, (3, -4), "left", MODEL)


def _label_baseline(view: View, plot: CurveTable, beat: LineToBeat) -> list[Text]:
    """Name the line, and the k where it is crossed, where the curve does not run."""
    value = percent(view.share(beat.value))
    sides = ((1, 2.5, "left"), (plot.largest_k, -3.0, "right"))
    for text in (f"one sample of {beat.label}: {value}", f"one sample of\n{beat.label}: {value}"):
        for k, offset, ha in sides:
            name = view.note(text, k, beat.value, (0, offset), ha, OTHER)
            if not _meets_curve(view, plot, box_of(view.axes, name)):
                return [name, *_label_crossing(view, plot)]
            name.remove()
    k, offset, ha = sides[1]
    name = view.note(beat.label, k, beat.value, (0, offset), ha, OTHER)
    return [name, *_label_crossing(view, plot)]


def _label_crossing(view: View, plot: CurveTable) -> list[Text]:
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


def _draw_crossing(view: View, plot: CurveTable, texts: Sequence[Text]) -> None:
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


def _meets_curve(view: View, plot: CurveTable, box: Box) -> bool:
    """Does the curve run through the box? It is monotone, so its ends there tell."""
    drawn = [p for p in plot.points if view.holds(p.pass_at_k)]
    if not drawn:
        return False
    across = [inches(view.axes, point.k, 1)[0] for point in drawn]
    ends = np.interp([box.left, box.right], across, [view.up(p.pass_at_k) for p in drawn])
    passes_by = box.right < across[0] or box.left > across[-1]
    return not passes_by and min(ends) < box.top + 0.02 and max(ends) > box.bottom - 0.02


def _label_curve(
    view: View, plot: CurveTable, texts: list[Text], published: Sequence[Point]
) -> list[Text]:
    """The model's name, what bands and diamonds are, at the right, where nothing else is."""
    axes, largest = view.axes, plot.largest_k
    shades = (("light: 95 % over tasks", "tasks"), ("dark: 95 % over draws", "draws"))
    names = [plot.label, *(text for text, kind in shades if len(band(plot.points, kind)[0]) > 1)]
    names += ["diamonds: published"] if published else []
    corner, align = (largest, axes.get_ylim()[0]), ("right", "top")
    lines = [style.note(axes, name, corner, (0, 0), align, MUTED) for name in names]
    lines[0].set(fontweight="bold", fontsize=style.NORMAL, color=MODEL)
    for line in lines:  # the lines of the grid may pass behind
        line.set_bbox(style.BEHIND)
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
