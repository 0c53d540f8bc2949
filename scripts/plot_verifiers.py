"""Draw what imperfect tests do to repeated sampling, of the table's first model.

Left: coverage as the base tests believe it and as the stronger tests find it, the band a 95 %
interval over tasks of the latter, and what taking the first accepted sample gives. Right: the
expected utility of at most K attempts for several costs of a wrong answer; a dot is the best K.
"""

from __future__ import annotations

import pandas as pd
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator, MultipleLocator

from passk import cli
from passk.analyses.verifiers.table import COLUMNS
from passk.curve import number_text
from passk.figures import style
from passk.tables import read_table

CURVES = (
    ("believed", "some sample passes the base tests", style.OTHER, (4, 2)),
    ("true", "some sample passes the stronger tests", style.MODEL, ()),
    ("success", "the first to pass base is right", style.INK, (1, 1.2)),
    ("wrong", "the first to pass base is wrong", style.OTHER, ()),
)


def draw_coverage(axes: Axes, table: pd.DataFrame) -> None:
    """Believed and true coverage, and what the first accepted sample is."""
    largest = int(table.k.max())
    _set_axes(axes, largest, "samples per task, K")
    axes.set_ylim(0, 100)
    axes.yaxis.set_major_locator(MultipleLocator(20))
    axes.set_ylabel("tasks (%)")
    true = table[table.quantity == "true"]
    band = 100 * true.low, 100 * true.high
    axes.fill_between(true.k, *band, color=style.MODEL_LIGHT, linewidth=0)
    for order, (name, label, colour, dashes) in enumerate(CURVES):
        rows = table[table.quantity == name]
        axes.plot(
            rows.k, 100 * rows.value, color=colour, dashes=dashes or (None, None), label=label,
            zorder=4 - 0.5 * order if name == "true" else 4, clip_on=name != "wrong",
        )  # fmt: skip
    _legend(axes, 1)


def draw_utility(axes: Axes, table: pd.DataFrame) -> None:
    """Expected utility against K, one curve a cost, a dot at the best K where that is not 0."""
    rows = table[table.quantity == "utility"]
    _set_axes(axes, int(rows.k.max()), "at most K attempts")
    axes.yaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 2.5, 5, 10]))
    axes.set_ylabel("expected utility per task")
    axes.axhline(0, color=style.MUTED, linewidth=0.6)
    costs = sorted(rows.cost.unique())
    best = table[table.quantity == "best"].set_index("cost")
    for place, cost in enumerate(costs):
        colour = colormaps["viridis"](0.85 * place / max(1, len(costs) - 1))
        curve = rows[rows.cost == cost]
        label = f"{number_text(float(cost))}: best K is {best.k[cost]:,}"
        axes.plot(curve.k, curve.value, color=colour, linewidth=1.2, label=label)
        if best.k[cost]:
            where = [best.k[cost]], [best.value[cost]]
            axes.plot(
                *where, "o", color=colour, markersize=4, markeredgecolor="white",
                markeredgewidth=0.5, clip_on=False, zorder=5,
            )  # fmt: skip
    low, high = rows.value.min(), max(rows.value.max(), 0)
    room = 0.06 * max(high - low, 0.1)
    axes.set_ylim(min(low - room, 0 - room), high + room)
    if not (table[table.quantity == "wrong"].value > 0).any():
        text = "no wrong answer was accepted:\nwhat one would cost makes no difference"
        style.note(axes, text, (rows.k.min(), high), (2, 0), ("left", "top"), style.MUTED)
    _legend(axes, 2, title="cost of a wrong answer (a right one is worth 1)")


def _set_axes(axes: Axes, largest: int, label: str) -> None:
    axes.set_xscale("log")
    axes.set_xlim(max(largest, 2) ** -0.02, max(largest, 2) ** 1.02)
    style.count_axis(axes.xaxis, max(largest, 2))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes.grid(axis="y")
    axes.set_xlabel(label)


def _legend(axes: Axes, columns: int, title: str | None = None) -> None:
    legend = axes.legend(
        loc="lower left", bbox_to_anchor=(0, 1.01), ncols=columns, frameon=False, title=title,
        fontsize=style.SMALL, title_fontsize=style.SMALL, handlelength=2.4, borderpad=0.1,
        labelspacing=0.3, columnspacing=1.5, alignment="left", borderaxespad=0,
    )  # fmt: skip
    legend.get_title().set_color(style.INK)


def main() -> None:
    """Bind the command line."""
    args = cli.drawing("Draw what imperfect tests do to resampling.")
    table = read_table(args.table, COLUMNS)
    own = table[(table.model == table.model.iloc[0]) & (table.task_id == "")]
    with style.figure(style.HEIGHT + 0.3, style.PAGE_WIDTH) as (drawing, axes):
        axes.remove()
        drawing.get_layout_engine().set(wspace=0.06)
        left, right = drawing.subplots(1, 2)
        draw_coverage(left, own[own.k > 0])
        draw_utility(right, own)
        style.save(drawing, args.output)


if __name__ == "__main__":
    cli.run(main)
