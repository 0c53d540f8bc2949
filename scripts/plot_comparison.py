"""Draw by how much a model's pass@k differs from its rivals', against k, with the zero line.

Filled marks: against one sample of the rival; open ones: against as many samples of it. The bands
are 95 % intervals over tasks, of the first rival only. Nothing is estimated here.
"""

from __future__ import annotations

import math
from itertools import cycle

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator

from passk import cli
from passk.analyses.comparison.table import COLUMNS, MANY, ONE
from passk.figures import style
from passk.tables import read_table

LINE = 0.12  # inches: one line of the legend


def draw(axes: Axes, table: pd.DataFrame) -> None:
    """Draw the whole figure; rows whose difference is NaN are left out."""
    table = table[table.difference.notna()]
    rivals = list(dict.fromkeys(table.rival))
    _set_axes(axes, table, rivals)
    axes.axhline(0, color=style.INK, linewidth=0.9)
    looks = list(zip(cycle(style.SERIES), rivals, strict=False))
    for (colour, dashes, _), rival in reversed(looks):
        for against in (ONE, MANY):
            rows = table[(table.rival == rival) & (table.against == against)]
            known = rows[rows.tasks_low.notna()]
            if rival == rivals[0]:
                axes.fill_between(
                    known.k, 100 * known.tasks_low, 100 * known.tasks_high,
                    color=style.MODEL_LIGHT, alpha=0.75, lw=0,
                )  # fmt: skip
            axes.plot(rows.k, 100 * rows.difference, color=colour, dashes=dashes or (None, None))
            asked = rows[rows.asked == 1]
            axes.plot(
                asked.k, 100 * asked.difference, "o", color=colour, markersize=3.4, clip_on=False,
                markerfacecolor=colour if against == ONE else "white", markeredgewidth=0.8,
            )  # fmt: skip
    _label(axes, table, looks)


def _set_axes(axes: Axes, table: pd.DataFrame, rivals: list[str]) -> None:
    largest = max(int(table.k.max()), 2)
    axes.set_xscale("log")
    axes.set_xlim(largest**-0.02, largest**1.02)
    style.count_axis(axes.xaxis, largest)
    first = table[table.rival == rivals[0]]
    drawn = [*table.difference, *first.tasks_low.dropna(), *first.tasks_high.dropna(), 0]
    low, high = math.floor(20 * min(drawn)) / 20, math.ceil(20 * max(drawn)) / 20
    axes.set_ylim(100 * low - 1, 100 * high + 1)
    axes.yaxis.set_major_locator(MaxNLocator(7, steps=[1, 2, 5, 10]))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: _signed(value)))
    axes.grid(axis="y")
    axes.set_xlabel("samples per task, k")
    axes.set_ylabel("difference (percentage points)")


def _signed(value: float) -> str:
    return f"{value:+g}".replace("-", "\N{MINUS SIGN}") if value else "0"


def _label(axes: Axes, table: pd.DataFrame, looks: list) -> None:
    for (colour, dashes, _), rival in looks:
        axes.plot([], [], color=colour, dashes=dashes or (None, None), label=rival)
    marks = [(style.MUTED, "its pass@1")]
    if (table.against == MANY).any():
        marks.append(("white", "its pass@k"))
    for face, label in marks:
        axes.plot(
            [], [], "o", color=style.MUTED, markersize=3.4, markerfacecolor=face,
            markeredgewidth=0.8, label=label,
        )  # fmt: skip
    columns = style.legend_columns([rival for _, rival in looks], style.WIDTH, 2)
    axes.figure.legend(
        loc="outside upper left", ncols=columns, frameon=False, fontsize=style.SMALL,
        title=f"{table.model.iloc[0]} against", title_fontsize=style.SMALL, alignment="left",
        handlelength=2.2, columnspacing=1.2, borderpad=0.1, labelspacing=0.3,
    )  # fmt: skip


def main() -> None:
    """Bind the command line."""
    args = cli.drawing("Draw the differences of pass@k against k.")
    table = read_table(args.table, COLUMNS, may_be_empty=True)
    if table.difference.notna().any():
        height = style.HEIGHT + 0.2 + LINE * table.rival.nunique()
        with style.figure(height) as (drawing, axes):
            draw(axes, table)
            style.save(drawing, args.output)
    else:
        style.save_sentence("There is no model to compare with.", args.output)


if __name__ == "__main__":
    cli.run(main)
