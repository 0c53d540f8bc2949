"""How far each forecast missed in the backtest, and what each says of more draws.

Left: each method's mean absolute error over the subsamples and all k of ten times their size or
more, in points of pass@k, and its mean error with sign; left out, with the reason, where there is
no backtest. Right: pass@k as observed, the recommended forecast with its band, and the forecasts of
all other methods with their names. The recommended method has one colour in both. All is of the
experiment's own model. Nothing is computed here but means.
"""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from passk.analyses.extrapolation.table import FAR, NAMES, SUBSAMPLES
from passk.curve import percent
from passk.figures import style
from passk.figures.style import MODEL, MUTED, OTHER, note

FAINT = "#a9a9a9"
BAND = "#f6dfd0"  # OTHER, lighter
SHORT = {
    "exponentiated_power_law": "exponentiated",
    "beta_binomial": "beta-binomial",
    "zero_inflated_beta_binomial": "zero-inflated",
    "hierarchical_beta": "hier. beta",
    "hierarchical_scaled_beta": "scaled beta",
    "hierarchical_logit_normal": "logit-normal",
    "left_tail_beta": "left tail",
}
"""Names that fit beside the curves, of those whose own is too long."""


def draw(table: pd.DataFrame, label: str) -> Figure:
    """The figure; of the table's first model."""
    own = table[table.model == table.model.iloc[0]] if len(table) else table
    if not ((own.kind == "observed") & own.actual.notna()).any():
        return style.sentence("No k has an estimate.")
    far = own[(own.kind == "backtest") & (own.k >= FAR * own.m) & own.error_mean_abs.notna()]
    if far.empty:
        drawing, axes = style.figure(width=0.7 * style.PAGE_WIDTH)
        _draw_forecasts(axes, own)
        axes.set_title(_why_untested(own), loc="left", fontsize=style.SMALL, color=MUTED)
        return drawing
    drawing, (left, right) = style.panels(2, width=style.PAGE_WIDTH, width_ratios=(1, 1.45))
    _draw_backtest(left, far)
    _draw_forecasts(right, own)
    return drawing


def title(table: pd.DataFrame, label: str) -> str:
    """What the recommended method says of the most draws, and its band."""
    rows = table[(table.kind == "forecast") & (table.model == table.model.iloc[0])]
    rows = rows[(rows.recommended == 1) & rows.predicted.notna()]
    if rows.empty:
        return ""
    last = rows.loc[rows.k.idxmax()]
    return (
        f"The recommended forecast, by the {NAMES[last.method]}, is {percent(last.predicted)} % "
        f"at k = {last.k:,} (band {percent(last.low)} to {percent(last.high)})."
    )


def _why_untested(table: pd.DataFrame) -> str:
    n = int(table[table.kind == "observed"].k.max())
    if not (table.actual > 0).any():
        return "no draw passed: nothing can be forecast"
    if (table.kind == "backtest").any():
        return "no backtest: no subset of the draws held a pass"
    return f"no backtest, which needs {FAR * SUBSAMPLES[0]} draws of each task, not {n:,}"


def _draw_backtest(axes: Axes, far: pd.DataFrame) -> None:
    """Draw the errors; ``far`` has the backtest of one model at k >= 10 m."""
    axes.set_xlabel("error of pass@k (percentage points)")
    axes.set_ylim(len(NAMES) - 0.4, -0.6)
    axes.set_yticks(range(len(NAMES)), NAMES.values(), fontsize=style.SMALL)
    axes.axvline(0, color=MUTED, linewidth=0.6)
    axes.grid(axis="x")
    for row, method in enumerate(NAMES):
        errors = 100 * far[far.method == method][["error_mean", "error_mean_abs"]].mean()
        if errors.isna().any():
            continue
        best = bool(far[far.method == method].recommended.any())
        colour = OTHER if best else MUTED
        axes.plot([0, errors.error_mean_abs], [row, row], color=colour, linewidth=0.8)
        axes.plot(errors.error_mean_abs, row, "o", color=colour, markersize=4)
        axes.plot(errors.error_mean, row, "d", markersize=4, **{**style.OPEN, "zorder": 3})
        if best:
            axes.get_yticklabels()[row].set(color=OTHER, fontweight="bold")
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
    # The names of the methods stand to the right of where their curves end.
    room = 1.65 if axes.figure.get_size_inches()[0] <= style.WIDTH else 1.4
    style.count_axis(axes, end, (-0.02, room if len(ahead) else 1.02))
    if end >= 100_000:  # every second decade, or the numbers meet
        axes.set_xticks([100**power for power in range(10) if 100**power <= end])
    style.per_cent_axis(axes)
    axes.set_xlabel("samples per task, k")
    axes.set_ylabel("pass@k (%)")
    style.lay_out(axes)
    axes.axvline(n, color=MUTED, linewidth=0.5, dashes=(1, 2))
    for _, rows in ahead[ahead.recommended == 0].groupby("method"):
        axes.plot([n, *rows.k], [100 * last.actual, *(100 * rows.predicted)], color=FAINT, lw=0.7)
    best = ahead[ahead.recommended == 1]
    if len(best):
        k, middle = [n, *best.k], [100 * last.actual, *(100 * best.predicted)]
        low, high = ([100 * last.actual, *(100 * best[side])] for side in ("low", "high"))
        axes.fill_between(k, low, high, color=BAND, linewidth=0, zorder=0.5)
        axes.plot(k, middle, color=OTHER, dashes=(4, 2))
    axes.plot(seen.k, 100 * seen.actual, color=MODEL)
    _name(axes, ahead, end)
    _label(axes, table, n, best)


def _name(axes: Axes, ahead: pd.DataFrame, end: int) -> None:
    """Each method's name at the end of its curve, or as near as there is room."""
    last = ahead[ahead.k == end].sort_values("predicted", kind="stable")
    height = (style.SMALL + 0.6) / 72
    room = style.inches(axes, 1, 100)[1]
    # From below, none nearer to the one before than its height; then pushed back under the top.
    ends = [style.inches(axes, end, 100 * one)[1] for one in last.predicted]
    for place in range(1, len(ends)):
        ends[place] = max(ends[place], ends[place - 1] + height)
    for place in reversed(range(len(ends))):
        above = ends[place + 1] - height if place + 1 < len(ends) else room
        ends[place] = min(ends[place], above)
    for (_, row), at in zip(last.iterrows(), ends, strict=True):
        colour = OTHER if row.recommended else MUTED
        name = SHORT.get(row.method, NAMES[row.method])
        label = note(axes, name, (end, 100 * at / room), (9, 0), ("left", "center"), colour)
        if row.recommended:
            label.set(fontweight="bold")
        axes.plot(
            [end, end**1.035], [100 * row.predicted, 100 * at / room], color=colour, linewidth=0.4
        )


def _label(axes: Axes, table: pd.DataFrame, n: int, best: pd.DataFrame) -> None:
    high = table[table.kind == "observed"].actual.max() > 0.5
    corner, step = ((axes.get_xlim()[1], 0), 9) if high else ((1, 100), -9)
    align = ("right", "bottom") if high else ("left", "top")
    lines = [(table.model.iloc[0], MODEL), (f"observed to k = {n:,}", MODEL)]
    if len(best):
        end = best.iloc[-1]
        lines.append(
            (
                f"{percent(end.predicted)} % ({percent(end.low)} to {percent(end.high)}) "
                f"at k = {end.k:,}",
                OTHER,
            )
        )
    for number, (text, colour) in enumerate(reversed(lines) if high else lines):
        label = note(axes, text, corner, (-2 if high else 2, step * (number + 0.4)), align, colour)
        if text == table.model.iloc[0]:
            label.set(fontweight="bold", fontsize=style.NORMAL)
