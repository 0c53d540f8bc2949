"""pass@k against what k samples of a task take: FLOPs, memory, and US$ or device time.

Marks are the k asked for. Thin lines are of who stops at the first sample that passes; memory has
none, since a single sample may pass last. The broad grey line joins the points that no cheaper one
matches: the most coverage for a budget, without stopping. A dotted line leads from a model at one
sample to where a weaker one reaches it; the bar on it is the 95 % interval over tasks of that
place. A panel for which no model has a number is left out, and where there is none, the figure; a
model without one is named in the panel. Nothing is estimated here.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.text import Text
from matplotlib.ticker import LogLocator, MaxNLocator, NullFormatter
from matplotlib.transforms import Bbox

from passk.analyses.compute.table import CURVE, REACH
from passk.analyses.view import rounded
from passk.cost import in_units
from passk.figures import style

PANELS = {
    "flops": ("FLOP", "computation a task"),
    "memory_bytes": ("B", "memory: weights, keys and values"),
    "usd": ("$", "price a task"),
    "gpu_seconds": ("s", "GPU-seconds a task, as measured"),
    "core_seconds": ("s", "core-seconds a task, as measured"),
}
TIMES = ("usd", "gpu_seconds", "core_seconds")  # the first that is known
BEST = "#dcdcdc"
BEYOND = 10_000
AROUND = 9  # pixels around a name that its halo and the width of lines take
# Where a name may stand at its mark: moved by so many points, and how it is set there.
SIDES = (
    ((-3.5, 2), ("right", "bottom")),
    ((4, -2), ("left", "top")),
    ((4, 2), ("left", "bottom")),
    ((-3.5, -2), ("right", "top")),
)


def draw(table: pd.DataFrame, label: str) -> Figure:
    """The figure; the table names the models."""
    curve = table[(table.row == CURVE) & table.pass_at_k.notna()]
    if curve.empty:
        return style.sentence("No k has an estimate.")
    columns = _panels_of(table)
    if not columns:
        return style.sentence(
            "What a sample takes is known of no model, neither computation nor memory, time or "
            "price, so there is nothing to draw pass@k against."
        )
    width = style.PAGE_WIDTH if len(columns) > 1 else style.WIDTH
    drawing, panels = style.panels(len(columns), style.HEIGHT + 0.1, width, sharey=True)
    looks = style.looks(curve.model)
    for axes, column in zip(panels, columns, strict=True):
        _draw_panel(axes, curve, column, looks)
    if "flops" in columns:
        _draw_reaches(panels[columns.index("flops")], table, curve.model.iloc[0])
    panels[0].set_ylabel("pass@k (%)")
    _name_models(panels[0], looks, curve.mean_draws.notna().any() and columns != ["memory_bytes"])
    style.lay_out(panels[0])
    for axes, column in zip(panels, columns, strict=True):
        _name_marks(axes, curve, column, looks)
    return drawing


def _panels_of(table: pd.DataFrame) -> list[str]:
    """The columns that are drawn, a panel each: those with a number."""
    known = [column for column in PANELS if (table[column] > 0).any()]
    times = [column for column in TIMES if column in known][:1]
    return [column for column in known if column not in TIMES] + times


def title(table: pd.DataFrame, label: str) -> str:
    """What it takes to be as good as one sample of another model, with its interval: of the first
    rival, where that is known."""
    own, *rivals = table[table.row == CURVE].model.unique()
    rows = table[(table.row == REACH) & (table.target_k == 1)]
    rows = rows[(rows.model == own) | (rows.target == own)]
    first = rows.model.isin(rivals[:1]) | rows.target.isin(rivals[:1])
    rows = pd.concat([rows[first], rows[~first]])
    for row in rows.itertuples():
        one = f"one sample of {row.target}"
        if np.isnan(row.k):
            return f"{row.model} does not reach {one} with the samples drawn."
        if not row.flops_ratio > 0:
            continue
        times, low = rounded(row.flops_ratio), rounded(row.flops_ratio_low)
        if np.isfinite(row.flops_ratio_high):
            interval = f"95 % interval over tasks {low} to {rounded(row.flops_ratio_high)}"
            if row.k_low == row.k_high:
                interval = f"k = {row.k:g} at both ends of the 95 % interval over tasks"
            return f"{row.model} is level with {one} at {times} times the FLOPs ({interval})."
        if np.isinf(row.flops_ratio_high):
            return (
                f"{row.model} is level with {one} at an estimated {times} times the FLOPs (95 % "
                f"interval over tasks {low} or more)."
            )
    return ""


def _draw_panel(axes: Axes, curve: pd.DataFrame, column: str, looks: dict[str, tuple]) -> None:
    """Draw one panel: pass@k against ``column``, without the names of its marks."""
    unit, name = PANELS[column]
    axes.set_xscale("log")
    style.per_cent_axis(axes)
    axes.set_xlabel(name)
    known = curve[curve[column] > 0]
    _name_unknown(axes, [model for model in looks if model not in set(known.model)])
    if known.empty:
        axes.set_xticks([])
        return
    low, high = known[column].min(), known[column].max()
    margin = max(high / low, 10) ** 0.06
    axes.set_xlim(low / margin, high * margin)
    _set_ticks(axes, unit, high / low)
    if column == "flops" and known.model.nunique() > 1:
        best = known[known.on_envelope == 1].sort_values(column)
        axes.plot(
            best[column], 100 * best.pass_at_k, color=BEST, linewidth=6, zorder=1,
            solid_capstyle="butt",
        )  # fmt: skip
    for model, (colour, dashes, marker) in reversed(looks.items()):
        rows = known[known.model == model].sort_values("k")
        axes.plot(rows[column], 100 * rows.pass_at_k, color=colour, dashes=dashes)
        if column != "memory_bytes":
            stopped = _stopped(rows, column), 100 * rows.pass_at_k
            axes.plot(*stopped, color=colour, dashes=dashes, linewidth=0.7)
        asked = rows[rows.asked == 1]
        axes.plot(
            asked[column], 100 * asked.pass_at_k, marker, color=colour, markersize=3.6,
            clip_on=False, zorder=4,
        )  # fmt: skip


def _stopped(rows: pd.DataFrame, column: str) -> pd.Series:
    """What ``column`` takes where sampling stops at the first pass; a draw's time is the same."""
    if f"{column}_stopped" in rows:
        return rows[f"{column}_stopped"]
    return rows[column] * rows.mean_draws / rows.k


def _set_ticks(axes: Axes, unit: str, span: float) -> None:
    if (
        span < 4
    ):  # a LogLocator that finds no two powers falls back to more ticks than there is room
        axes.xaxis.set_major_locator(MaxNLocator(3, steps=[1, 2, 5, 10]))
    else:
        subs = (1.0,) if span > 50 else (1.0, 2.0, 5.0) if span < 10 else (1.0, 3.0)
        axes.xaxis.set_major_locator(LogLocator(subs=subs, numticks=3 if unit == "$" else 4))
    axes.xaxis.set_major_formatter(lambda value, _: _tick(value, unit))
    axes.xaxis.set_minor_formatter(NullFormatter())


def _tick(value: float, unit: str) -> str:
    if unit == "$":
        return f"${value:.9f}".rstrip("0").rstrip(".")
    if unit == "s" and value >= 1:
        return f"{value:,.6g} s"
    return f"{1000 * value:.3g} ms" if unit == "s" else in_units(value, unit)


def _name_marks(axes: Axes, curve: pd.DataFrame, column: str, looks: dict[str, tuple]) -> None:
    """Name the marks' k, each on the side where the least of lines and other names lies.

    The axes must have been laid out, see :func:`style.lay_out`.
    """
    lines = [_dense(axes, line) for line in axes.lines if len(line.get_xdata())]
    drawn = np.concatenate([*lines, np.empty((0, 2))])
    frame, others = axes.get_window_extent(), [text.get_window_extent() for text in axes.texts]
    for model, (colour, *_) in looks.items():
        asked = curve[(curve.model == model) & (curve.asked == 1) & (curve[column] > 0)]
        for _, row in asked.iterrows():
            text = f"k = {row.k:,.0f}" if row.k == asked.k.min() else f"{row.k:,.0f}"
            label = style.note(axes, text, (row[column], 100 * row.pass_at_k), *SIDES[0], colour)
            label.set(zorder=5)
            label.set_bbox(style.BEHIND)
            boxes = [_moved(label, side) for side in SIDES]
            covered = [_covered(box, drawn, others, frame) for box in boxes]
            best = covered.index(min(covered))
            box = _moved(label, SIDES[best])
            if box.count_overlaps(others) or covered[best] >= BEYOND:
                label.remove()  # other marks have the same k
            else:
                others.append(box)


def _moved(label: Text, side: tuple[tuple[float, float], tuple[str, str]]) -> Bbox:
    """Put a name on that side of its mark; where it then lies, in pixels."""
    label.set_position(side[0])
    label.set(ha=side[1][0], va=side[1][1])
    return label.get_window_extent()


def _covered(box: Bbox, drawn: np.ndarray, others: list[Bbox], frame: Bbox) -> float:
    """How much a name at ``box`` would cover, in points of lines; beyond the frame is worst."""
    near = box.padded(AROUND)
    inside = ((drawn > near.min) & (drawn < near.max)).all(axis=1).sum()
    beyond = box.x0 < frame.x0 or box.x1 > frame.x1 or box.y0 < frame.y0
    beyond |= box.y1 > frame.y1 + 2 * AROUND
    return float(inside + 100 * box.count_overlaps(others) + BEYOND * beyond)


def _dense(axes: Axes, line: Line2D) -> np.ndarray:
    """Points along a line in pixels, close enough that none slips through a name."""
    corners = axes.transData.transform(line.get_xydata().astype(float))
    places = np.arange(len(corners))
    steps = np.linspace(0, max(len(corners) - 1, 0), 40 * len(corners))
    return np.column_stack([np.interp(steps, places, side) for side in corners.T])


def _name_unknown(axes: Axes, models: list[str]) -> None:
    if models:
        axes.text(
            0.98, 0.03, "not known:\n" + "\n".join(models), transform=axes.transAxes, ha="right",
            va="bottom", fontsize=style.SMALL, color=style.MUTED,
        )  # fmt: skip


def _draw_reaches(axes: Axes, table: pd.DataFrame, own: str) -> None:
    """Where a model reaches another at one sample; those that the own model is part of."""
    rows = table[(table.row == REACH) & (table.target_k == 1) & (table.flops_ratio > 0)]
    rows = rows[(rows.model == own) | (rows.target == own)]
    right = axes.get_xlim()[1]
    for _, row in rows.iterrows():
        its, level = row.flops / row.flops_ratio, 100 * row.target_value
        ink = style.INK
        axes.plot([its, row.flops], [level] * 2, color=ink, linewidth=0.8, dashes=(1, 1.5))
        if row.flops_ratio_low > 0:
            ends = [row.flops_ratio_low * its, min(row.flops_ratio_high * its, right)]
            axes.plot(ends, [level] * 2, color=ink, linewidth=1.6, zorder=3)
        axes.plot(row.flops, level, "|", color=ink, markersize=7, markeredgewidth=1.2, zorder=5)
        text = f"k = {row.k:,.0f},\n{rounded(row.flops_ratio)} times\nthe FLOPs"
        if len(rows) > 1:  # the table has the numbers
            text = f"k = {row.k:,.0f}"
        label = style.note(axes, text, (row.flops, level), (5, -5), ("left", "top"), ink)
        label.set(zorder=6)
        label.set_bbox(style.BEHIND)


def _name_models(axes: Axes, looks: dict[str, tuple], stopped: bool) -> None:
    """The legend, above all panels."""
    for model, (colour, dashes, marker) in looks.items():
        axes.plot(
            [], [], color=colour, dashes=dashes, marker=marker, markersize=3.6,
            label=model,
        )  # fmt: skip
    labels, width = list(looks), axes.figure.get_figwidth()
    if len(looks) > 1:
        labels.append("most for its FLOPs")
        axes.plot([], [], color=BEST, linewidth=6, solid_capstyle="butt", label=labels[-1])
    if stopped:
        labels.append("stopped at the first pass")
        axes.plot([], [], color=style.MUTED, linewidth=0.7, label=labels[-1])
    columns = style.legend_columns(labels, width, 4)
    style.legend_above(axes, columns, columnspacing=2.0, labelspacing=0.5)
