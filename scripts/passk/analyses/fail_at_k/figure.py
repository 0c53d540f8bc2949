"""1 - pass@k against k on logarithmic axes, where a power law is a straight line.

Bands, bar, dashed line and open points are those of the figure of pass@k. A share of zero has no
place on a logarithmic axis: what lies under the axis' end, 0.1 % at the least, is not drawn.
"""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, NullLocator

from passk.curve import CurveTable
from passk.figures import curve
from passk.figures.curve import band

SMALLEST = 0.001


def draw(table: pd.DataFrame, label: str) -> Figure:
    """The figure; the table names the model."""
    return curve.draw(table, _set_axes, failing=True)


def _set_axes(axes: Axes, plot: CurveTable) -> None:
    """1 - pass@k in per cent, from 100 down to what there is."""
    shares = [1 - point.pass_at_k for point in plot.points + plot.published]
    shares += [1 - bound for bound in band(plot.points, "tasks")[2]]
    if plot.baseline:
        shares.append(1 - plot.baseline.value)
    low = min(max(SMALLEST, share) for share in [0.5, *shares] if share > 0) / 1.25
    axes.set_yscale("log")
    axes.set_ylim(low, 1)
    ticks = [step * 10.0**exponent for exponent in (-4, -3, -2, -1) for step in (1, 2, 5)] + [1.0]
    shown = ticks if low > 0.005 else [tick for tick in ticks if str(tick).strip("0.")[0] == "1"]
    axes.yaxis.set_major_locator(FixedLocator([tick for tick in shown if tick >= low]))
    axes.yaxis.set_minor_locator(NullLocator())
    axes.set_ylabel("1 \N{MINUS SIGN} pass@k (%)")
