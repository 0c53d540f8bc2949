"""Coverage against draws a task: as many for each task, and stopped at the first pass.

Open marks and thin lines: k draws of every task. Filled marks and full lines: at most k, stopped at
the first pass, at their mean. Nothing is estimated here.
"""

from __future__ import annotations

import pandas as pd
from matplotlib.figure import Figure

from passk.figures import style

STOPPED, ALL = "stopped at the first pass", "all k drawn"


def draw(table: pd.DataFrame, label: str) -> Figure:
    """The figure; the table names the models, rows without an estimate are left out."""
    known = table[table.coverage.notna() & table.mean_draws.notna()]
    if known.empty:
        return style.sentence("No k has an estimate.")
    looks = style.looks(known.model)
    names = [*looks, STOPPED, ALL]
    columns = style.legend_columns(names, style.WIDTH, 2)
    drawing, axes = style.figure(style.HEIGHT + 0.12 * -(-len(names) // columns))
    style.count_axis(axes, int(known.k.max()))
    style.per_cent_axis(axes)
    axes.set_xlabel("draws per task, on average")
    axes.set_ylabel("tasks solved (%)")
    for model, (colour, dashes, _) in reversed(looks.items()):
        rows = known[known.model == model].sort_values("k")
        asked = rows[rows.asked == 1]
        axes.plot(rows.k, 100 * rows.coverage, color=colour, dashes=dashes, linewidth=0.7)
        axes.plot(rows.mean_draws, 100 * rows.coverage, color=colour, dashes=dashes)
        style.mark(axes, asked.k, 100 * asked.coverage, colour, False)
        style.mark(axes, asked.mean_draws, 100 * asked.coverage, colour, True)
    for model, (colour, dashes, _) in looks.items():
        axes.plot([], [], color=colour, dashes=dashes, label=model)
    style.mark(axes, [], [], style.MUTED, True, STOPPED)
    style.mark(axes, [], [], style.MUTED, False, ALL)
    style.legend_above(axes, columns)
    return drawing


def title(table: pd.DataFrame, label: str) -> str:
    """How many times fewer draws the first model takes at the largest k asked for."""
    own = table[(table.model == table.model.iloc[0]) & (table.asked == 1)]
    own = own[own.times_fewer.notna() & (own.k > 1)]
    if own.empty:
        return ""
    last = own.iloc[-1]
    if last.coverage == 0:
        return f"None of k = {last.k:,} draws passes, so that none is saved by stopping."
    return (
        f"Stopped at the first pass, the coverage of k = {last.k:,} takes {last.times_fewer:.2f} "
        "times fewer draws."
    )
