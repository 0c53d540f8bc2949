"""Draw pass@k against what k samples of a task take: FLOPs, memory, and US$ or device time.

Marks are the k asked for. The broad grey line joins the points that no cheaper one matches: the
most coverage for a budget. A dotted line leads from a model at one sample to where a weaker one
reaches it; the bar on it is the 95 % interval over tasks of that place. A panel for which no model
has a number is left out; a model without one is named in the panel. Nothing is estimated here.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patheffects import withStroke
from matplotlib.ticker import FuncFormatter, LogLocator, MultipleLocator, NullFormatter

from passk import cli, style
from passk.analyses.compute import COLUMNS, CURVE, REACH
from passk.cost import in_units
from passk.tables import read_table

HALO = [withStroke(linewidth=2.5, foreground="white")]
PANELS = {
    "flops": ("FLOP", "computation a task"),
    "memory_bytes": ("B", "memory: weights, keys and values"),
    "usd": ("$", "price a task"),
    "gpu_seconds": ("s", "GPU-seconds a task, as measured"),
    "core_seconds": ("s", "core-seconds a task, as measured"),
}
TIMES = ("usd", "gpu_seconds", "core_seconds")  # the first that is known
BEST = "#dcdcdc"


def panels_of(table: pd.DataFrame) -> list[str]:
    """The columns that are drawn, a panel each: those with a number, FLOPs if there is none."""
    known = [column for column in PANELS if (table[column] > 0).any()]
    times = [column for column in TIMES if column in known][:1]
    return [column for column in known if column not in TIMES] + times or ["flops"]


def draw(axes: Axes, table: pd.DataFrame, column: str) -> None:
    """Draw one panel: pass@k against ``column``."""
    unit, name = PANELS[column]
    axes.set_xscale("log")
    axes.set_ylim(0, 100)
    axes.yaxis.set_major_locator(MultipleLocator(20))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes.grid(axis="y")
    axes.set_xlabel(name)
    curve = table[(table.row == CURVE) & table.pass_at_k.notna()]
    models = list(dict.fromkeys(curve.model))
    known = curve[curve[column] > 0]
    _name_unknown(axes, [model for model in models if model not in set(known.model)])
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
    for (colour, dashes, marker), model in reversed(list(zip(style.SERIES, models, strict=False))):
        rows = known[known.model == model].sort_values("k")
        axes.plot(rows[column], 100 * rows.pass_at_k, color=colour, dashes=dashes or (None, None))
        asked = rows[rows.asked == 1]
        axes.plot(
            asked[column], 100 * asked.pass_at_k, marker, color=colour, markersize=3.6,
            clip_on=False, zorder=4,
        )  # fmt: skip
        _name_k(axes, asked, column, colour)
    if column == "flops":
        _draw_reaches(axes, table, models[0])


def _set_ticks(axes: Axes, unit: str, span: float) -> None:
    subs = (1.0,) if span > 50 else (1.0, 2.0, 5.0) if span < 10 else (1.0, 3.0)
    axes.xaxis.set_major_locator(LogLocator(subs=subs, numticks=6))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: _tick(value, unit)))
    axes.xaxis.set_minor_formatter(NullFormatter())


def _tick(value: float, unit: str) -> str:
    if unit == "$":
        return f"${value:g}"
    if unit == "s" and value >= 1:
        return f"{value:,.6g} s"
    return f"{1000 * value:.3g} ms" if unit == "s" else in_units(value, unit)


def _name_k(axes: Axes, asked: pd.DataFrame, column: str, colour: str) -> None:
    """At the upper left of a mark, which a curve leaves free; at the lower right at the edge."""
    for _, row in asked.iterrows():
        at = (row[column], 100 * row.pass_at_k)
        text = f"k = {row.k:,.0f}" if row.k == asked.k.min() else f"{row.k:,.0f}"
        edge = axes.transAxes.inverted().transform(axes.transData.transform(at))[0] < 0.2
        offset, align = ((4, -2), ("left", "top")) if edge else ((-3.5, 2), ("right", "bottom"))
        style.note(axes, text, at, offset, align, colour).set(path_effects=HALO, zorder=5)


def _name_unknown(axes: Axes, models: list[str]) -> None:
    if models:
        axes.text(
            0.98, 0.03, "not known:\n" + "\n".join(models), transform=axes.transAxes, ha="right",
            va="bottom", fontsize=style.SMALL, color=style.MUTED,
        )  # fmt: skip


def _draw_reaches(axes: Axes, table: pd.DataFrame, own: str) -> None:
    """Where a model reaches another at one sample; those that the own model is part of."""
    rows = table[(table.row == REACH) & (table.target_k == 1) & (table.flops_ratio > 0)]
    right = axes.get_xlim()[1]
    for _, row in rows[(rows.model == own) | (rows.target == own)].iterrows():
        its, level = row.flops / row.flops_ratio, 100 * row.target_value
        ink = style.INK
        axes.plot([its, row.flops], [level] * 2, color=ink, linewidth=0.8, dashes=(1, 1.5))
        if row.flops_ratio_low > 0:
            ends = [row.flops_ratio_low * its, min(row.flops_ratio_high * its, right)]
            axes.plot(ends, [level] * 2, color=ink, linewidth=1.6, zorder=3)
        axes.plot(row.flops, level, "|", color=ink, markersize=7, markeredgewidth=1.2, zorder=5)
        text = f"k = {row.k:,.0f},\n{row.flops_ratio:.2g} times\nthe FLOPs"
        label = style.note(axes, text, (row.flops, level), (5, -5), ("left", "top"), ink)
        label.set(path_effects=HALO, zorder=6)


def _name_models(axes: Axes, models: list[str]) -> None:
    """The legend, above all panels."""
    for (colour, dashes, marker), model in zip(style.SERIES, models, strict=False):
        axes.plot(
            [], [], color=colour, dashes=dashes or (None, None), marker=marker, markersize=3.6,
            label=model,
        )  # fmt: skip
    if len(models) > 1:
        axes.plot(
            [], [], color=BEST, linewidth=6, solid_capstyle="butt", label="most for its FLOPs"
        )
    axes.figure.legend(
        loc="outside upper left", ncols=4, frameon=False, fontsize=style.SMALL, handlelength=2.2,
        borderpad=0.1,
    )  # fmt: skip


def main() -> None:
    """Bind the command line."""
    parser = argparse.ArgumentParser(
        description="Draw pass@k against FLOPs, memory, and US$ or device time."
    )
    parser.add_argument("--table", type=Path, required=True, metavar="CSV")
    parser.add_argument(
        "--output", type=Path, required=True, metavar="STEM", help="of .pdf, .svg and .png"
    )
    args = parser.parse_args()
    table = read_table(args.table, COLUMNS)
    columns = panels_of(table)
    width = style.PAGE_WIDTH if len(columns) > 1 else style.WIDTH
    with style.figure(style.HEIGHT + 0.1, width) as (drawing, axes):
        axes.remove()
        panels = drawing.subplots(1, len(columns), sharey=True, squeeze=False)[0]
        for panel, column in zip(panels, columns, strict=True):
            draw(panel, table, column)
        panels[0].set_ylabel("pass@k (%)")
        _name_models(panels[0], list(dict.fromkeys(table[table.row == CURVE].model)))
        style.save(drawing, args.output)


if __name__ == "__main__":
    cli.run(main)
