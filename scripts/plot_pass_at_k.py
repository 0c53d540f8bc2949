"""Draw pass@k against k, with its intervals, against a line to beat.

The light band is the 95 % interval over tasks, the darker one over draws (to k = n/2); the bar at
the left end of the dashed line is the other model's interval over tasks. Published values are open
points. Nothing is estimated here: every number comes from the CSV files given.
"""

from __future__ import annotations

import argparse
import math

from matplotlib.axes import Axes
from matplotlib.text import Text
from matplotlib.ticker import FuncFormatter

from passk import cli, style
from passk.baseline import Baseline
from passk.curve import Point, percent
from passk.curve_plot import CurvePlot, add_arguments, band, from_arguments, plot_csv
from passk.style import INK, MODEL, MODEL_LIGHT, MODEL_MIDDLE, MUTED, OTHER, OTHER_LIGHT, SMALL


def draw(axes: Axes, plot: CurvePlot) -> None:
    """Draw the whole figure."""
    largest = max(plot.k[-1], *(point.k for point in plot.published), 2)
    _set_axes(axes, plot, largest)
    for kind, colour in (("tasks", MODEL_LIGHT), ("draws", MODEL_MIDDLE)):
        k, low, high = band(plot.points, kind)
        axes.fill_between(k, low, high, color=colour, linewidth=0)
    if plot.baseline:
        _draw_baseline(axes, plot.baseline)
    _draw_published(axes, plot)
    axes.plot(plot.k, [point.pass_at_k for point in plot.points], color=MODEL)
    for point in plot.marked:
        axes.plot(point.k, point.pass_at_k, "o", color=MODEL, markersize=3.6, clip_on=False)
        _label_point(axes, plot, point, largest)
    taken = [_label_baseline(axes, plot, largest)] if plot.baseline else []
    _label_curve(axes, plot, largest, taken)


def _set_axes(axes: Axes, plot: CurvePlot, largest: int) -> None:
    drawn = [point.pass_at_k for point in plot.points + plot.published]
    drawn += [bound for bounds in band(plot.points, "tasks")[1:] for bound in bounds]
    if plot.baseline:
        beat = plot.baseline
        drawn += [value for value in (beat.value, beat.low, beat.high) if not math.isnan(value)]
    axes.set_xscale("log")
    axes.set_xlim(0.86, largest**1.012)
    axes.set_ylim(
        max(0, math.floor(10 * min(drawn) - 0.05) / 10),
        min(1, math.ceil(10 * max(drawn) + 0.2) / 10),
    )
    style.count_axis(axes.xaxis, largest)
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: style.per_cent(value)))
    axes.grid(axis="y")
    axes.set_xlabel("samples per task, k")
    axes.set_ylabel("pass@k (%)")


def _draw_baseline(axes: Axes, beat: Baseline) -> None:
    axes.axhline(beat.value, color=OTHER, linewidth=1.1, dashes=(4, 2))
    if not math.isnan(beat.low):
        axes.plot([0.92, 0.92], [beat.low, beat.high], color=OTHER_LIGHT, linewidth=2.2)


def _draw_published(axes: Axes, plot: CurvePlot) -> None:
    for point in plot.published:
        axes.plot(
            point.k,
            point.pass_at_k,
            "D",
            markersize=5.2,
            markerfacecolor="white",
            markeredgecolor=INK,
            markeredgewidth=0.7,
            clip_on=False,
        )
    if plot.published:
        first = plot.published[0]
        _note(axes, "published", (first.k, first.pass_at_k), (0, -5), "center", "top", INK)


def _label_point(axes: Axes, plot: CurvePlot, point: Point, largest: int) -> None:
    """The value: below the curve, but above it where the line to beat lies below."""
    text = percent(point.pass_at_k)
    at = (point.k, point.pass_at_k)
    if plot.baseline and point.pass_at_k >= plot.baseline.value:
        _note(axes, text, at, (0, 5), "left" if point.k == 1 else "right", "bottom", MODEL)
    elif point.k == largest:
        _note(axes, text, at, (-1, -4.5), "right", "top", MODEL)
    else:
        _note(axes, text, at, (3, -4), "left", "top", MODEL)


def _label_baseline(axes: Axes, plot: CurvePlot, largest: int) -> Text:
    """Name the line: above it at the left, or below it at the right where the curve is above."""
    beat = plot.baseline
    name = f"{beat.label}, one sample: {percent(beat.value)}"
    label = _note(axes, name, (1, beat.value), (0, 2.5), "left", "bottom", OTHER)
    crossed = plot.crossing
    if crossed and crossed.k < _extent(axes, label)[1]:
        label.remove()
        label = _note(axes, name, (largest, beat.value), (0, -3), "right", "top", OTHER)
    if crossed and crossed.k > 1:
        bottom = axes.get_ylim()[0]
        axes.plot(
            [crossed.k] * 2, [bottom, beat.value], color=OTHER, linewidth=0.8, dashes=(1, 1.5)
        )
        _note(axes, f"k = {crossed.k:,}", (crossed.k, bottom), (2.5, 3), "left", "bottom", OTHER)
    return label


def _label_curve(axes: Axes, plot: CurvePlot, largest: int, taken: list[Text]) -> None:
    """The model's name and what the bands are, at the right: under the curve, else over it."""
    low, high = axes.get_ylim()
    lines = [_note(axes, plot.label, (largest, high), (0, 0), "right", "top", MODEL)]
    lines[0].set(fontweight="bold", fontsize=style.NORMAL)
    for text, kind in (("light: 95 % over tasks", "tasks"), ("dark: 95 % over draws", "draws")):
        if band(plot.points, kind)[0]:
            lines.append(_note(axes, text, (largest, high), (0, 0), "right", "top", MUTED))
    left = min(_extent(axes, line)[0] for line in lines)
    line_height = 10 * (high - low) / (axes.get_window_extent().height / axes.figure.dpi * 72)
    near = [point for point in plot.points if point.k >= left] or [plot.points[-1]]
    floor = min(min(p.pass_at_k, *_known(p.tasks_low)) for p in near)
    floor = min([floor, *(p.pass_at_k - 1.2 * line_height for p in plot.marked if p.k >= left)])
    floor = min(
        [floor, *(_extent(axes, text)[2] for text in taken if _extent(axes, text)[1] > left)]
    )
    top = floor - 0.4 * line_height
    if top - len(lines) * line_height < low + 1.2 * line_height:
        ceiling = max(max(p.pass_at_k, *_known(p.tasks_high)) for p in near)
        top = min(ceiling + (len(lines) + 0.8) * line_height, high)
    for line in lines:
        line.xy = (largest, top)
        line.set_bbox({"facecolor": "white", "edgecolor": "none", "pad": 0.8})
        top -= line_height


def _known(value: float) -> tuple[float, ...]:
    return () if math.isnan(value) else (value,)


def _note(
    axes: Axes,
    text: str,
    at: tuple[float, float],
    offset: tuple[float, float],
    ha: str,
    va: str,
    colour: str,
) -> Text:
    """A small text at a point of the data, moved by ``offset`` points."""
    note = axes.annotate(text, at, xytext=offset, textcoords="offset points", ha=ha, va=va)
    note.set(fontsize=SMALL, color=colour, in_layout=False)
    return note


def _extent(axes: Axes, text: Text) -> tuple[float, float, float, float]:
    """Left, right, bottom and top of a text, in units of the data."""
    axes.figure.draw_without_rendering()
    box = text.get_window_extent()
    (left, bottom), (right, top) = axes.transData.inverted().transform(box.get_points())
    return left, right, bottom, top


def main() -> None:
    """Bind the command line."""
    parser = argparse.ArgumentParser(description="Draw pass@k against k.")
    add_arguments(parser)
    args = parser.parse_args()
    plot = from_arguments(args)
    with style.figure() as (drawing, axes):
        draw(axes, plot)
        style.save(drawing, args.output, plot_csv(plot))


if __name__ == "__main__":
    cli.run(main)
