"""cover@tau against tau, on an axis of log-odds: pass@1, pass@k and pass^k are heights on it.

A curve for each model, the band of the first. Filled dots stand where the curve has the height of
pass@k, at the left, where rare successes count; open ones where it has that of pass^k, at the
right, where only reliable tasks count; a square is pass@1. Nothing is estimated here.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, NullFormatter, NullLocator

from passk.analyses.cover.table import COVER, PASS, PASS_HAT
from passk.curve import percent
from passk.figures import style

TICKS = (0.0001, 0.001, 0.01, 0.1, 0.5, 0.9, 0.99, 0.999, 0.9999)


def draw(table: pd.DataFrame, label: str) -> Figure:
    """The figure; the table names the models."""
    curve = table[(table.measure == COVER) & table.value.notna() & table.tau.between(0, 1)]
    if curve.empty:
        return style.sentence("There are no tasks.")
    looks = style.looks(curve.model)
    names = [*looks, "pass@k: one passes", "pass^k: all pass", "pass@1"]
    columns = style.legend_columns(names, style.WIDTH, 2)
    drawing, axes = style.figure(style.HEIGHT + 0.12 * -(-len(names) // columns))
    _set_axes(axes, curve)
    first = curve[curve.model == next(iter(looks))]
    band = first[first.tasks_low.notna()]
    limits = 100 * band.tasks_low, 100 * band.tasks_high
    axes.fill_between(band.tau, *limits, color=style.MODEL_LIGHT, lw=0)
    for model, (colour, dashes, _) in reversed(looks.items()):
        rows = curve[curve.model == model]
        axes.plot(rows.tau, 100 * rows.value, color=colour, dashes=dashes)
    style.lay_out(axes)
    for model, (colour, *_) in looks.items():
        _mark(axes, table[(table.model == model) & table.tau.notna()], colour)
    for model, (colour, dashes, _) in looks.items():
        axes.plot([], [], color=colour, dashes=dashes, label=model)
    style.mark(axes, [], [], style.MUTED, True, names[-3])
    style.mark(axes, [], [], style.MUTED, False, names[-2])
    axes.plot([], [], "s", color=style.MUTED, markersize=3.6, label=names[-1])
    style.legend_above(axes, columns)
    return drawing


def title(table: pd.DataFrame, label: str) -> str:
    """How many tasks the first model solves once in ten draws, and how many nine times in ten."""
    rows = table[(table.measure == COVER) & (table.model == table.model.iloc[0])]
    values = {tau: value for tau, value in zip(rows.tau, rows.value, strict=True) if value >= 0}
    if not {0.1, 0.9} <= values.keys():
        return ""
    return (
        f"On {percent(values[0.1])} % of the tasks a sample passes once in ten times or more, on "
        f"{percent(values[0.9])} % nine times or more."
    )


def _mark(axes: Axes, rows: pd.DataFrame, colour: str) -> None:
    """pass@k, pass^k and pass@1 of one model at the heights that they have."""
    low, high = axes.get_xlim()
    rows = rows.assign(tau=np.clip(rows.tau, low, high))
    for measure in (PASS, PASS_HAT):
        many = rows[(rows.measure == measure) & (rows.k > 1)]
        style.mark(axes, many.tau, 100 * many.value, colour, measure == PASS)
        told = many[many.value > 0.02]  # below, the marks of all models lie on one another
        if len(told):
            last = told.loc[told.k.idxmax()]
            at = (last.tau, 100 * last.value)
            at_the_end = (axes.transData - axes.transAxes).transform(at)[0] > 0.8
            offset, side = ((-2.5, 2.5), "right") if at_the_end else ((2.5, 2.5), "left")
            style.note(axes, f"k = {last.k:,.0f}", at, offset, (side, "bottom"), colour)
    once = rows[(rows.measure == PASS) & (rows.k == 1)]
    axes.plot(once.tau, 100 * once.value, "s", color=colour, markersize=3.6, zorder=4)


def _set_axes(axes: Axes, curve: pd.DataFrame) -> None:
    axes.set_xscale("logit")
    low = min(curve.tau.min(), 0.4)
    high = max(curve.tau.max(), 0.6)
    axes.set_xlim(max(low, 1e-9), min(high, 1 - 1e-9))
    ticks = [tick for tick in TICKS if low <= tick <= high]
    if len(ticks) > 5:
        ticks = [tick for tick in ticks if tick not in (0.001, 0.999) or low < 1e-4]
    axes.xaxis.set_major_locator(FixedLocator(ticks))
    axes.xaxis.set_major_formatter(lambda value, _: style.per_cent(value))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_minor_formatter(NullFormatter())
    style.per_cent_axis(axes)
    axes.set_xlabel("success rate \N{GREEK SMALL LETTER TAU} (%)")
    axes.set_ylabel("tasks with that rate or more (%)")
