"""1 - pass@k against k on logarithmic axes, where a power law is a straight line.

Bands, bar, dashed line and open points are those of the figure of pass@k; thin lines the laws that
were fitted to the curve. A share of zero has no place on a logarithmic axis: what lies under the
axis' end, 0.1 % at the least, is not drawn.
"""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, NullLocator

from passk.curve import CurveTable, from_table, percent
from passk.figures import curve
from passk.figures.curve import Law, band
from passk.words import within

SMALLEST = 0.001
LAWS = (
    Law("exponentiated_power_law", "exponentiated power law", (4, 2)),
    Law("power_law", "power law", (1, 1.2)),
)


def draw(table: pd.DataFrame, label: str) -> Figure:
    """The figure; the table names the model."""
    return curve.draw(table, _set_axes, failing=True, laws=LAWS)


def title(table: pd.DataFrame, label: str) -> str:
    """What is left unsolved, and how far the nearer law strays from that."""
    plot = from_table(table)
    if plot is None or not plot.marked:
        return ""
    first, last = plot.marked[0], plot.marked[-1]
    text = f"{percent(1 - first.pass_at_k)} % of the tasks are unsolved {within(first.k)}"
    if last.k > first.k:
        text += f", {percent(1 - last.pass_at_k)} % {within(last.k)}"
    off = {law: (table[law.column] - table.pass_at_k).abs().max() for law in LAWS}
    known = [law for law in LAWS if off[law] == off[law]]
    if known and last.k > first.k:
        law = min(known, key=lambda one: off[one])
        article = "an" if law.name.startswith("exp") else "a"
        text += f"; {article} {law.name} strays by {percent(off[law])} points at most"
    return f"{text}."


def _set_axes(axes: Axes, plot: CurveTable) -> None:
    """1 - pass@k in per cent, from 100 down to what there is."""
    shares = [1 - point.pass_at_k for point in plot.points + plot.published]
    shares += [1 - bound for bound in band(plot.points, "tasks")[2]]
    if plot.baseline:
        beat = plot.baseline.point
        shares += [1 - value for value in (beat.pass_at_k, beat.tasks_high) if value == value]
    low = min(max(SMALLEST, share) for share in [0.5, *shares] if share > 0) / 1.25
    axes.set_yscale("log")
    axes.set_ylim(low, 1)
    ticks = [step * 10.0**exponent for exponent in (-4, -3, -2, -1) for step in (1, 2, 5)] + [1.0]
    shown = ticks if low > 0.005 else [tick for tick in ticks if str(tick).strip("0.")[0] == "1"]
    axes.yaxis.set_major_locator(FixedLocator([tick for tick in shown if tick >= low]))
    axes.yaxis.set_minor_locator(NullLocator())
    axes.set_ylabel("1 \N{MINUS SIGN} pass@k (%)")
