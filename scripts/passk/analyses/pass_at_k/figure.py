"""pass@k against k, with its intervals, against a line to beat.

The light band is the 95 % interval over tasks, the dark one over draws (to k = n/2); the bar at
the left end of the dashed line is the other model's interval over tasks. Published values are open
points. Nothing is estimated here: every number comes from the table.
"""

from __future__ import annotations

import math

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MultipleLocator

from passk.curve import CurveTable, from_table, percent
from passk.figures import curve
from passk.figures.curve import band
from passk.words import within


def draw(table: pd.DataFrame, label: str) -> Figure:
    """The figure; the table names the model."""
    return curve.draw(table, _set_axes)


def title(table: pd.DataFrame, label: str) -> str:
    """What one sample passes, and what the most asked for do."""
    plot = from_table(table)
    if plot is None or not plot.marked:
        return ""
    first, last = plot.marked[0], plot.marked[-1]
    text = f"{plot.label} passes {percent(first.pass_at_k)} % of the tasks {within(first.k)}"
    if last.k > first.k:
        text += f" and {percent(last.pass_at_k)} % {within(last.k)}"
    return f"{text}."


def _set_axes(axes: Axes, plot: CurveTable) -> None:
    """pass@k in per cent between whole tens."""
    drawn = [point.pass_at_k for point in plot.points + plot.published]
    drawn += [bound for bounds in band(plot.points, "tasks")[1:] for bound in bounds]
    if plot.baseline:
        beat = plot.baseline.point
        ends = (beat.pass_at_k, beat.tasks_low, beat.tasks_high)
        drawn += [value for value in ends if not math.isnan(value)]
    low = max(0, math.floor(10 * min(drawn) - 0.3) / 10)
    high = min(1, math.ceil(10 * max(drawn) + 0.2) / 10)
    step = 0.05 if high - low < 0.35 else 0.1 if high - low < 0.95 else 0.2
    axes.set_ylim(low, high)
    axes.yaxis.set_major_locator(MultipleLocator(step))
    axes.set_ylabel("pass@k (%)")
