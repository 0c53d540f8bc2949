"""Draw 1 - pass@k against k on logarithmic axes, where a power law is a straight line.

Bands, bar, dashed line and open points are those of the figure of pass@k. A share of zero has no
place on a logarithmic axis: what lies under the axis' end, 0.1 % at the least, is not drawn.
"""

from __future__ import annotations

import argparse

from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from passk import cli
from passk.figures import style
from passk.figures.curve import (
    CurvePlot,
    View,
    add_arguments,
    band,
    draw,
    from_arguments,
    plot_csv,
    set_k_axis,
)

SMALLEST = 0.001


def set_axes(axes: Axes, plot: CurvePlot) -> None:
    """Scales, limits and labels: 1 - pass@k in per cent, from 100 down to what there is."""
    set_k_axis(axes, plot)
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
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: style.per_cent(value)))
    axes.set_ylabel("1 \N{MINUS SIGN} pass@k (%)")


def main() -> None:
    """Bind the command line."""
    parser = argparse.ArgumentParser(description="Draw 1 - pass@k against k, log-log.")
    add_arguments(parser)
    args = parser.parse_args()
    plot = from_arguments(args)
    with style.figure() as (drawing, axes):
        set_axes(axes, plot)
        draw(View(axes, failing=True), plot)
        style.save(drawing, args.output, plot_csv(plot))


if __name__ == "__main__":
    cli.run(main)
