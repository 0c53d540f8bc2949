"""How the tasks' success rates are distributed: every task, easiest first, log axis.

Each dot is one task's c / n, its bar the 95 % Wilson interval. Tasks that no draw solved have no
place on the logarithmic axis and lie on a strip of their own at the bottom. The hard tail at the
right is what further samples feed on.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedFormatter, FixedLocator, MaxNLocator, NullLocator

from passk.curve import percent
from passk.figures import style
from passk.figures.style import MODEL, MODEL_LIGHT, MUTED, OPEN, OTHER, inches, note
from passk.words import agreeing, counted


def draw(table: pd.DataFrame, label: str) -> Figure:
    """The figure of the table of the model called ``label``."""
    if table.empty:
        return style.sentence("There are no tasks.")
    drawing, axes = style.figure()
    tasks = len(table)
    names = ("rank", "n", "rate", "low", "high")
    rank, n, rate, low, high = (table[name].to_numpy() for name in names)
    solved = rate > 0
    unsolved = np.count_nonzero(~solved)
    # The strip of unsolved tasks lies half a decade under one success in the largest n.
    border, strip = 1 / n.max() / 10**0.25, 1 / n.max() / 10**0.5
    _set_axes(axes, tasks, 1 / n.max(), strip if unsolved else None)
    style.lay_out(axes)
    bars = np.maximum(low[solved], border if unsolved else axes.get_ylim()[0]), high[solved]
    axes.vlines(rank[solved], *bars, color=MODEL_LIGHT, linewidth=1.0)
    size = 3.0 if tasks <= 60 else 2.0
    axes.plot(rank[solved], rate[solved], "o", color=MODEL, markersize=size, markeredgewidth=0)
    if unsolved:
        axes.axhline(border, color=MUTED, linewidth=0.4, dashes=(1, 2))
        where = rank[~solved], np.full(unsolved, strip)
        axes.plot(*where, "o", markersize=size + 0.5, **{**OPEN, "markeredgecolor": OTHER})
        _label_unsolved(axes, strip, unsolved, tasks)
    draws = counted(n.max(), "draw")
    if n.min() < n.max():
        draws = f"{n.min():,} to {draws}"
    lines = [
        label,
        f"{counted(tasks, 'task')}, {draws} each",
        f"median task: {percent(float(np.median(rate)))} %",
    ]
    # The rates only fall: the upper right is free, or else the lower left is.
    half = rank > tasks / 2
    at_right = not half.any() or inches(axes, 1, max(high[half].max(), strip))[1] < _top(axes) - 0.5
    if at_right:
        corner, step, align = (tasks, axes.get_ylim()[1]), -10, ("right", "top")
    else:
        corner, step, align = (1, border), 10, ("left", "bottom")
        lines.reverse()
    for number, text in enumerate(lines):
        name = note(axes, text, corner, (3 if step > 0 else 0, step * (number + 0.4)), align, MUTED)
        if text == label:
            name.set(fontweight="bold", fontsize=style.NORMAL, color=MODEL)
    return drawing


def title(table: pd.DataFrame, label: str) -> str:
    """The median task, and how many no draw solved."""
    never = int((table.c == 0).sum())
    median = f"The median task passes in {percent(float(table.rate.median()))} % of its draws"
    if not never:
        return f"{median}; each in some."
    return f"{median}; {never} of {agreeing(len(table), 'passes', 'pass')} in none."


def _top(axes: Axes) -> float:
    return inches(axes, 1, axes.get_ylim()[1])[1]


def _label_unsolved(axes: Axes, strip: float, unsolved: int, tasks: int) -> None:
    """Left of the unsolved tasks if there is room, else over them."""
    text = f"{unsolved} never solved"
    if unsolved < tasks / 2:
        note(axes, text, (tasks - unsolved + 1, strip), (-5, 0), ("right", "center"), OTHER)
    else:
        note(axes, text, (tasks, strip), (0, -4), ("right", "top"), OTHER)


def _set_axes(axes: Axes, tasks: int, smallest: float, strip: float | None) -> None:
    """Ticks in per cent down to one success in n; the strip's own tick where there is a strip."""
    axes.set_yscale("log")
    axes.set_ylim(smallest / 10**0.9, 1.25)
    axes.set_xlim(0, tasks + 1)
    ticks = [10.0**exponent for exponent in range(-7, 1) if 10.0**exponent >= smallest * 0.999]
    names = [style.per_cent(tick) for tick in ticks]
    if strip is not None:
        ticks, names = [strip, *ticks], ["none", *names]
    axes.yaxis.set_major_locator(FixedLocator(ticks))
    axes.yaxis.set_major_formatter(FixedFormatter(names))
    axes.yaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, steps=[1, 2, 5, 10]))
    axes.grid(axis="y")
    axes.set_xlabel("tasks, easiest first")
    axes.set_ylabel("samples that pass (%)")
