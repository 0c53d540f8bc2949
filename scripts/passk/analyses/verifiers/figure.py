"""What imperfect tests do to repeated sampling, of the table's first model.

Left: coverage as the base tests believe it and as the stronger tests find it, the band a 95 %
interval over tasks of the latter, what taking the first accepted sample gives, and what one sample
of another model does. Right: the expected utility of at most K attempts for several costs of a
wrong answer; a dot is the best K.
Where no wrong answer was accepted what one costs makes no difference, and the right panel is left
out; where the suites say the same of every sample, all of it.
"""

from __future__ import annotations

import pandas as pd
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from passk.curve import percent
from passk.figures import style
from passk.words import within

CURVES = (
    ("believed", "some sample passes the base tests", style.OTHER, (4, 2)),
    ("true", "some sample passes the stronger tests", style.MODEL, style.SOLID),
    ("success", "the first to pass base is right", style.INK, (1, 1.2)),
    ("wrong", "the first to pass base is wrong", style.OTHER, style.SOLID),
)


def draw(table: pd.DataFrame, label: str) -> Figure:
    """The figure; of the table's first model."""
    own = table[table.model == label_of(table)] if len(table) else table
    own = own[own.task_id == ""]
    if not {"true", "utility", "best"} <= set(own.quantity):
        return style.sentence("No sample was judged by both suites.")
    curves = own[own.k > 0]
    rivals = table[(table.model != label_of(table)) & (table.quantity == "true") & (table.k == 1)]
    if not (curves[curves.quantity == "wrong"].value > 0).any():
        believed, true = (curves[curves.quantity == name].value for name in ("believed", "true"))
        if believed.tolist() == true.tolist():
            return style.sentence(
                "Every sample that passes the base tests passes the stronger ones, too, and the "
                "other way round: there is no difference to draw."
            )
        drawing, (left,) = style.panels(1, style.HEIGHT + 0.3)
        _draw_coverage(left, curves)
        _draw_rival(left, rivals)
        return drawing
    drawing, (left, right) = style.panels(2, style.HEIGHT + 0.3, style.PAGE_WIDTH)
    drawing.get_layout_engine().set(wspace=0.06)
    _draw_coverage(left, curves)
    _draw_rival(left, rivals)
    _draw_utility(right, own)
    return drawing


def label_of(table: pd.DataFrame) -> str:
    """The model that is drawn."""
    return table.model.iloc[0]


def title(table: pd.DataFrame, label: str) -> str:
    """What the base tests believe at the most samples, and what is right of it."""
    own = table[(table.model == label_of(table)) & (table.task_id == "") & (table.k > 0)]
    last = {name: own[own.quantity == name].iloc[-1] for name in ("believed", "true", "wrong")}
    believed, true, wrong = (percent(row.value) for row in last.values())
    return (
        f"{within(last['believed'].k).capitalize()} the base tests believe {believed} % of the "
        f"tasks solved, the stronger ones {true} %; the first accepted is wrong on {wrong} %."
    )


def _draw_coverage(axes: Axes, table: pd.DataFrame) -> None:
    """Believed and true coverage, and what the first accepted sample is."""
    style.count_axis(axes, int(table.k.max()))
    style.per_cent_axis(axes)
    axes.set_xlabel("samples per task, K")
    axes.set_ylabel("tasks (%)")
    true = table[table.quantity == "true"]
    band = 100 * true.low, 100 * true.high
    axes.fill_between(true.k, *band, color=style.MODEL_LIGHT, linewidth=0)
    for order, (name, label, colour, dashes) in enumerate(CURVES):
        rows = table[table.quantity == name]
        axes.plot(
            rows.k, 100 * rows.value, color=colour, dashes=dashes, label=label,
            zorder=4 - 0.5 * order if name == "true" else 4, clip_on=name != "wrong",
        )  # fmt: skip
    _legend(axes, 1)


def _draw_rival(axes: Axes, table: pd.DataFrame) -> None:
    """A line where one sample of another model is right, by the stronger tests."""
    for row in table[:1].itertuples():
        axes.axhline(100 * row.value, color=style.MUTED, linewidth=0.8, dashes=(4, 2), zorder=1)
        text = f"one sample of {row.model} is right: {percent(row.value)}"
        note = style.note(axes, text, (1, 100 * row.value), (0, 2), ("left", "bottom"), style.MUTED)
        note.set_bbox(style.BEHIND)


def _draw_utility(axes: Axes, table: pd.DataFrame) -> None:
    """Expected utility against K, one curve a cost, a dot at the best K where that is not 0."""
    rows = table[table.quantity == "utility"]
    style.count_axis(axes, int(rows.k.max()))
    axes.set_xlabel("at most K attempts")
    axes.yaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 2.5, 5, 10]))
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:g}")
    axes.grid(axis="y")
    axes.set_ylabel("expected utility per task")
    axes.axhline(0, color=style.MUTED, linewidth=0.6)
    costs = sorted(rows.cost.unique())
    best = table[table.quantity == "best"].set_index("cost")
    for place, cost in enumerate(costs):
        colour = colormaps["viridis"](0.85 * place / max(1, len(costs) - 1))
        curve = rows[rows.cost == cost]
        label = f"{float(cost):.12g}: best K is {best.k[cost]:,}"
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
    _legend(axes, 2, title="cost of a wrong answer (a right one is worth 1)")


def _legend(axes: Axes, columns: int, title: str | None = None) -> None:
    legend = axes.legend(
        loc="lower left", bbox_to_anchor=(0, 1.01), ncols=columns, title=title, handlelength=2.4,
        labelspacing=0.3, columnspacing=1.5, alignment="left", borderaxespad=0,
    )  # fmt: skip
    legend.get_title().set_color(style.INK)
