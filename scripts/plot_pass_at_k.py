"""Draw pass@k against k, with its intervals, against a line to beat.

The light band is the 95 % interval over tasks, the dark one over draws (to k = n/2); the bar at
the left end of the dashed line is the other model's interval over tasks. Published values are open
points. Nothing is estimated here: every number comes from the files and values given.
"""

from __future__ import annotations

import argparse
import math

from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MultipleLocator

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


def set_axes(axes: Axes, plot: CurvePlot) -> None:
    """Scales, limits and labels: pass@k in per cent between whole tens."""
    set_k_axis(axes, plot)
    drawn = [point.pass_at_k for point in plot.points + plot.published]
    drawn += [bound for bounds in band(plot.points, "tasks")[1:] for bound in bounds]
    if plot.baseline:
        beat = plot.baseline
        drawn += [value for value in (beat.value, beat.low, beat.high) if not math.isnan(value)]
    low = max(0, math.floor(10 * min(drawn) - 0.3) / 10)
    high = min(1, math.ceil(10 * max(drawn) + 0.2) / 10)
    step = 0.05 if high - low < 0.35 else 0.1 if high - low < 0.95 else 0.2
    axes.set_ylim(low, high)
    axes.yaxis.set_major_locator(MultipleLocator(step))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: style.per_cent(value)))
    axes.set_ylabel("pass@k (%)")


def main() -> None:
    """Bind the command line."""
    parser = argparse.ArgumentParser(description="Draw pass@k against k.")
    add_arguments(parser)
    args = parser.parse_args()
    plot = from_arguments(args)
    with style.figure() as (drawing, axes):
        set_axes(axes, plot)
        draw(View(axes), plot)
        style.save(drawing, args.output, plot_csv(plot))


if __name__ == "__main__":
    cli.run(main)
