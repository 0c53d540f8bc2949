"""Draw how the tasks' success rates are distributed: every task, easiest first, log axis.

Each dot is one task's c / n, its bar the 95 % Wilson interval. Tasks that no draw solved have no
place on the logarithmic axis and lie on a strip of their own at the bottom. The hard tail at the
right is what further samples feed on.
"""

from __future__ import annotations

import argparse
import csv
import io
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FixedFormatter, FixedLocator, MaxNLocator, NullLocator

from passk import cli
from passk.counts import TaskCount, read_counts
from passk.curve import number_text, percent
from passk.figures import style
from passk.figures.style import MODEL, MODEL_LIGHT, MUTED, OPEN, OTHER, inches, note
from passk.statistics.intervals import wilson


def by_difficulty(counts: Sequence[TaskCount]) -> list[TaskCount]:
    """Easiest first; equal rates in the order given."""
    return sorted(counts, key=lambda count: -count.c / count.n)


def rates_csv(counts: Sequence[TaskCount]) -> str:
    """What is drawn: rank from 1, the task's counts, its rate and interval."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("rank", "task_id", "n", "c", "rate", "low", "high"))
    for rank, count in enumerate(counts, start=1):
        rate = count.c / count.n
        shown = (count.n, count.c, rate, *map(float, wilson(rate, count.n)))
        writer.writerow((rank, count.task_id, *map(number_text, shown)))
    return text.getvalue()


def draw(axes: Axes, counts: Sequence[TaskCount], label: str) -> None:
    """Draw the whole figure; ``counts`` easiest first."""
    n = np.array([count.n for count in counts])
    rate = np.array([count.c for count in counts]) / n
    rank = np.arange(1, len(counts) + 1)
    solved = rate > 0
    unsolved = np.count_nonzero(~solved)
    # The strip of unsolved tasks lies half a decade under one success in the largest n.
    border, strip = 1 / n.max() / 10**0.25, 1 / n.max() / 10**0.5
    _set_axes(axes, len(counts), 1 / n.max(), strip if unsolved else None)
    style.lay_out(axes)
    low, high = wilson(rate, n)
    bars = np.maximum(low[solved], border if unsolved else axes.get_ylim()[0]), high[solved]
    axes.vlines(rank[solved], *bars, color=MODEL_LIGHT, linewidth=1.0)
    size = 3.0 if len(counts) <= 60 else 2.0
    axes.plot(rank[solved], rate[solved], "o", color=MODEL, markersize=size, markeredgewidth=0)
    if unsolved:
        axes.axhline(border, color=MUTED, linewidth=0.4, dashes=(1, 2))
        where = rank[~solved], np.full(unsolved, strip)
        axes.plot(*where, "o", markersize=size + 0.5, **{**OPEN, "markeredgecolor": OTHER})
        _label_unsolved(axes, strip, unsolved, len(counts))
    draws = f"{n.min():,}" if n.min() == n.max() else f"{n.min():,} to {n.max():,}"
    lines = [
        label,
        f"{len(counts)} tasks, {draws} draws each",
        f"median task: {percent(float(np.median(rate)))} %",
    ]
    # The rates only fall: the upper right is free, or else the lower left is.
    half = rank > len(counts) / 2
    at_right = not half.any() or inches(axes, 1, max(high[half].max(), strip))[1] < _top(axes) - 0.5
    if at_right:
        corner, step, align = (len(counts), axes.get_ylim()[1]), -10, ("right", "top")
    else:
        corner, step, align = (1, border), 10, ("left", "bottom")
        lines.reverse()
    for number, text in enumerate(lines):
        name = note(axes, text, corner, (3 if step > 0 else 0, step * (number + 0.4)), align, MUTED)
        if text == label:
            name.set(fontweight="bold", fontsize=style.NORMAL, color=MODEL)


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


def main() -> None:
    """Bind the command line."""
    parser = argparse.ArgumentParser(description="Draw the tasks' success rates.")
    parser.add_argument("--counts", type=Path, required=True, metavar="CSV", help="task_id, n, c")
    parser.add_argument("--label", required=True, help="the model's name")
    parser.add_argument(
        "--output", type=Path, required=True, metavar="STEM", help="of .pdf, .svg, .png and .csv"
    )
    args = parser.parse_args()
    style.keep(args.output, args.counts)
    counts = by_difficulty(read_counts(args.counts))
    with style.figure() as (drawing, axes):
        draw(axes, counts, args.label)
        style.save(drawing, args.output, rates_csv(counts))


if __name__ == "__main__":
    cli.run(main)
