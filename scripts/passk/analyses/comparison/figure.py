"""By how much a model's pass@k differs from its rivals', against k, with the zero line.

Filled marks: against one sample of the rival; open ones: against as many samples of it. The bands
are 95 % intervals over tasks, of the first rival only. Nothing is estimated here.
"""

from __future__ import annotations

import math

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from passk.analyses.comparison.table import MANY, ONE
from passk.figures import style

LINE = 0.12  # inches: one line of the legend


def draw(table: pd.DataFrame, label: str) -> Figure:
    """The figure; the table names the models, rows whose difference is NaN are left out."""
    known = table[table.difference.notna()]
    if known.empty:
        return style.sentence("There is no model to compare with.")
    drawing, axes = style.figure(style.HEIGHT + 0.2 + LINE * table.rival.nunique())
    looks = style.looks(known.rival)
    first = next(iter(looks))
    _set_axes(axes, known, first)
    axes.axhline(0, color=style.INK, linewidth=0.9)
    for rival, (colour, dashes, _) in reversed(looks.items()):
        for against in (ONE, MANY):
            rows = known[(known.rival == rival) & (known.against == against)]
            if rival == first:
                band = rows[rows.tasks_low.notna()]
                limits = 100 * band.tasks_low, 100 * band.tasks_high
                axes.fill_between(band.k, *limits, color=style.MODEL_LIGHT, alpha=0.75, lw=0)
            axes.plot(rows.k, 100 * rows.difference, color=colour, dashes=dashes)
            asked = rows[rows.asked == 1]
            style.mark(axes, asked.k, 100 * asked.difference, colour, against == ONE)
    for rival, (colour, dashes, _) in looks.items():
        axes.plot([], [], color=colour, dashes=dashes, label=rival)
    style.mark(axes, [], [], style.MUTED, True, "its pass@1")
    if (known.against == MANY).any():
        style.mark(axes, [], [], style.MUTED, False, "its pass@k")
    columns = style.legend_columns(looks, style.WIDTH, 2)
    style.legend_above(axes, columns, title=f"{known.model.iloc[0]} against")
    return drawing


def _set_axes(axes: Axes, table: pd.DataFrame, first: str) -> None:
    style.count_axis(axes, int(table.k.max()))
    bounds = table[table.rival == first]
    drawn = [*table.difference, *bounds.tasks_low.dropna(), *bounds.tasks_high.dropna(), 0]
    low, high = math.floor(20 * min(drawn)) / 20, math.ceil(20 * max(drawn)) / 20
    axes.set_ylim(100 * low - 1, 100 * high + 1)
    axes.yaxis.set_major_locator(MaxNLocator(7, steps=[1, 2, 5, 10]))
    axes.yaxis.set_major_formatter(lambda value, _: _signed(value))
    axes.grid(axis="y")
    axes.set_xlabel("samples per task, k")
    axes.set_ylabel("difference (percentage points)")


def _signed(value: float) -> str:
    return f"{value:+g}".replace("-", "\N{MINUS SIGN}") if value else "0"
