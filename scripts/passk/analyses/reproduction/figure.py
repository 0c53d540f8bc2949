"""Published values (open diamonds) and this run's (dots with intervals), one line a value.

Bars are this run's 95 % intervals: light over tasks, dark over draws; thin lines the published
values' own intervals over tasks. Nothing is estimated here.
"""

from __future__ import annotations

import math

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from passk.analyses.reproduction.table import AGREES, DIFFERS
from passk.figures import style

LINE = 0.36  # inches a value


def draw(table: pd.DataFrame, label: str) -> Figure:
    """The figure, the table's first value at the top."""
    table = table[table.k > 0]
    if table.empty:
        return style.sentence("No published values are named for this experiment.")
    drawing, axes = style.figure(0.7 + LINE * len(table))
    heights = range(len(table) - 1, -1, -1)
    for height, row in zip(heights, table.itertuples(), strict=True):
        mine, theirs = height + 0.14, height - 0.14
        for low, high, colour in (
            (row.tasks_low, row.tasks_high, style.MODEL_LIGHT),
            (row.draws_low, row.draws_high, style.MODEL_MIDDLE),
        ):
            if not math.isnan(low):
                axes.plot([100 * low, 100 * high], [mine] * 2, color=colour, linewidth=3.2,
                          solid_capstyle="butt")  # fmt: skip
        if not math.isnan(row.value):
            axes.plot(100 * row.value, mine, "o", color=style.MODEL, markersize=3.6)
        if not math.isnan(row.published_low):
            ends = [100 * row.published_low, 100 * row.published_high]
            axes.plot(ends, [theirs] * 2, color=style.MUTED, linewidth=0.7)
        axes.plot(100 * row.published, theirs, "D", markersize=4.2, clip_on=False, **style.OPEN)
    _set_axes(axes, table, list(heights))
    return drawing


def title(table: pd.DataFrame, label: str) -> str:
    """How many of the values that can be checked this run differs from."""
    checked = table.verdict[(table.k > 0) & table.verdict.isin([AGREES, DIFFERS])]
    if checked.empty:
        return "No published value can be checked with these samples."
    differs = int((checked == DIFFERS).sum())
    return f"This run differs significantly from {differs} of {len(checked)} published values."


def _set_axes(axes: Axes, table: pd.DataFrame, heights: list[int]) -> None:
    names = [
        f"{row.model}\n{row.quantity}" + (f", {row.by}" if row.by else "")
        for row in table.itertuples()
    ]
    axes.set_ylim(-0.6, len(table) - 0.4)
    axes.set_yticks(heights, names, fontsize=style.SMALL)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.xaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 5, 10]))
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:g}")
    axes.margins(x=0.04)
    axes.grid(axis="x")
    axes.set_xlabel("pass@k (%)")
    axes.plot([], [], "o", color=style.MODEL, markersize=3.6, label="this run")
    axes.plot([], [], "D", markersize=4.2, linestyle="", label="published", **style.OPEN)
    axes.figure.legend(loc="outside upper right", ncols=2, handlelength=1.2, columnspacing=1.2)
