"""How far each forecast missed in the backtest, and what each says of more draws.

Left: each method's mean absolute error over the subsamples and all k of ten times their size or
more, in points of pass@k, and its mean error with sign. Right: pass@k as observed, the forecasts of
all methods, and that of the recommended one with its backtest's mean absolute error at the same
ratio k / m as a band. Both are of the experiment's own model. Nothing is computed here but means.
"""

from __future__ import annotations

import math

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from passk.analyses.extrapolation.table import FAR, NAMES
from passk.curve import percent
from passk.figures import style
from passk.figures.style import MODEL, MODEL_LIGHT, MUTED, OTHER, note

FAINT = "#a9a9a9"


def draw(table: pd.DataFrame, label: str) -> Figure:
    """The figure; of the table's first model."""
    own = table[table.model == table.model.iloc[0]] if len(table) else table
    if not ((own.kind == "observed") & own.actual.notna()).any():
        return style.sentence("No k has an estimate.")
    drawing, (left, right) = style.panels(2, width=style.PAGE_WIDTH)
    _draw_backtest(left, own)
    _draw_forecasts(right, own)
    return drawing


def _draw_backtest(axes: Axes, table: pd.DataFrame) -> None:
    """Draw the errors; ``table`` has the rows of one model."""
    far = table[(table.kind == "backtest") & (table.k >= FAR * table.m)]
    far = far[far.error_mean_abs.notna()]
    axes.set_xlabel("error of pass@k (percentage points)")
    axes.set_ylim(len(NAMES) - 0.4, -0.6)
    axes.set_yticks(range(len(NAMES)), NAMES.values(), fontsize=style.SMALL)
    if far.empty:
        axes.set_xticks([])
        why = "no draw passed" if not (table.actual > 0).any() else "too few draws for a backtest"
        note(axes, why, (0.5, len(NAMES) // 2), (0, 0), ("center", "center"), MUTED)
        return
    axes.axvline(0, color=MUTED, linewidth=0.6)
    axes.grid(axis="x")
    for row, method in enumerate(NAMES):
        errors = 100 * far[far.method == method][["error_mean", "error_mean_abs"]].mean()
        if errors.isna().any():
            continue
        best = bool(far[far.method == method].recommended.any())
        colour = MODEL if best else MUTED
        axes.plot([0, errors.error_mean_abs], [row, row], color=colour, linewidth=0.8)
        axes.plot(errors.error_mean_abs, row, "o", color=colour, markersize=4)
        axes.plot(errors.error_mean, row, "d", markersize=4, **{**style.OPEN, "zorder": 3})
        if best:
            axes.get_yticklabels()[row].set(color=MODEL, fontweight="bold")
    axes.plot([], [], "o", color=MUTED, markersize=4, label="mean absolute")
    axes.plot([], [], "d", markersize=4, label="mean, with sign", **style.OPEN)
    low, high = axes.get_xlim()
    axes.set_xlim(min(low, -0.5), max(high, 0.5))
    axes.xaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 5, 10]))
    axes.legend(
        loc="lower left", bbox_to_anchor=(-0.02, 1.0), ncols=2, handletextpad=0.2,
        columnspacing=1.0,
    )  # fmt: skip


def _draw_forecasts(axes: Axes, table: pd.DataFrame) -> None:
    """Draw the curve and its forecasts; ``table`` has the rows of one model."""
    seen = table[(table.kind == "observed") & table.actual.notna()]
    ahead = table[(table.kind == "forecast") & table.predicted.notna()]
    n, end = int(seen.k.max()), int(max((ahead if len(ahead) else seen).k.max(), 2))
    last = seen.iloc[-1]
    style.count_axis(axes, end)
    if end >= 1_000_000:  # every second decade, or the numbers meet
        axes.set_xticks([100**power for power in range(10) if 100**power <= end])
    style.per_cent_axis(axes)
    axes.set_xlabel("samples per task, k")
    axes.set_ylabel("pass@k (%)")
    style.lay_out(axes)
    axes.axvline(n, color=MUTED, linewidth=0.5, dashes=(1, 2))
    for _, rows in ahead.groupby("method"):
        axes.plot([n, *rows.k], [100 * last.actual, *(100 * rows.predicted)], color=FAINT, lw=0.7)
    best = ahead[ahead.recommended == 1]
    if len(best):
        error = best.error_mean_abs
        low, high = best.predicted - error, (best.predicted + error).clip(upper=1)
        axes.fill_between(best.k, 100 * low, 100 * high, color=MODEL_LIGHT, linewidth=0)
        axes.plot(
            [n, *best.k], [100 * last.actual, *(100 * best.predicted)], color=OTHER, dashes=(4, 2)
        )
    axes.plot(seen.k, 100 * seen.actual, color=MODEL)
    _label(axes, table, n, best)


def _label(axes: Axes, table: pd.DataFrame, n: int, best: pd.DataFrame) -> None:
    high = table[table.kind == "observed"].actual.max() > 0.5
    corner, step = ((axes.get_xlim()[1], 0), 9) if high else ((1, 100), -9)
    align = ("right", "bottom") if high else ("left", "top")
    lines = [(table.model.iloc[0], MODEL), (f"observed to k = {n:,}", MODEL)]
    if len(best):
        end = best.iloc[-1]
        error = "" if math.isnan(end.error_mean_abs) else f" ± {percent(end.error_mean_abs)}"
        lines.append((f"{NAMES[end.method]}: {percent(end.predicted)}{error}", OTHER))
        lines.append(("other methods", MUTED))
    elif ((table.kind == "forecast") & table.predicted.notna()).any():
        lines.append(("all methods; none tested", MUTED))
    for number, (text, colour) in enumerate(reversed(lines) if high else lines):
        label = note(axes, text, corner, (-2 if high else 2, step * (number + 0.4)), align, colour)
        if text == table.model.iloc[0]:
            label.set(fontweight="bold", fontsize=style.NORMAL)
