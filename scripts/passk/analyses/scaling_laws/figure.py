"""-log pass@k against k with its power laws, and the left tail that makes them.

Left: both axes logarithmic, so that both laws are straight lines; points are the unbiased pass@k.
Right: the share of tasks whose rate is at most x, of the experiment's own model and the others, and
the beta-binomial's; a straight line of slope b at its left end is a power law of exponent b. Tasks
that no draw solved make the level at which the points begin. The legends give each exponent, left
that of the fitted curve, right that of the distribution. Nothing is computed here but -log.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, NullLocator

from passk.analyses.scaling_laws.table import BROWN, SCHAEFFER
from passk.curve import percent
from passk.figures import style
from passk.figures.style import MUTED

# What is closer to 1 than this has no place on the logarithmic axis.
SMALLEST = 1e-3
LINE = 0.13  # inches: one line of the legend
OPEN = {"markersize": 2.4, "markerfacecolor": "white", "markeredgewidth": 0.7}


def draw(table: pd.DataFrame, label: str) -> Figure:
    """The figure; the table names the models."""
    seen = table[(table.kind == "curve") & (table.law == "observed")].y
    if not seen.between(0, 1, inclusive="neither").any():
        return style.sentence("No pass@k is above 0 and below 1, so there is no law to draw.")
    looks = style.looks(table.model)
    height = style.HEIGHT + LINE * (len(looks) + 2)
    drawing, (left, right) = style.panels(2, height, style.PAGE_WIDTH)
    _draw_curves(left, table, looks)
    _draw_tails(right, table, looks)
    laws = (("exponentiated power law", style.SOLID), ("power law, log-log", (3, 1.5)))
    for name, dashes in laws:
        left.plot([], [], color=MUTED, linewidth=1.0, dashes=dashes, label=name)
    right.plot([], [], color=MUTED, linewidth=1.0, label="beta-binomial")
    for axes in (left, right):
        axes.legend(
            loc="lower left", bbox_to_anchor=(-0.02, 1.0), handlelength=1.8, labelspacing=0.3,
            borderaxespad=0.2, **style.named(axes),
        )  # fmt: skip
    return drawing


def title(table: pd.DataFrame, label: str) -> str:
    """The own model's exponent with its interval, and how well the law fits."""
    own = table.model.iloc[0]
    fit = _fit(table, own, BROWN, "least_squares")
    if fit is None or math.isnan(fit.b):
        return f"No power law can be fitted to {own}."
    if fit.b == 0:
        return (
            f"pass@k of {own} is the same at every k to {fit.k_max:,.0f}, so that it shows no law."
        )
    return (
        f"\N{MINUS SIGN}log pass@k of {own} falls as k to the power {_exponent(fit)}; the law is "
        f"{percent(fit.mean_abs_error)} percentage points off on average."
    )


def _fit(table: pd.DataFrame, model: str, law: str, estimator: str) -> Any:
    """The row of one fit; None where there is none."""
    rows = table[(table.kind == "fit") & (table.model == model) & (table.law == law)]
    return next(rows[rows.estimator == estimator].itertuples(), None)


def _exponent(fit: Any) -> str:
    """The power of k with its 95 % interval over tasks, in the sign of the fall."""
    ends = sorted(-abs(end) for end in (fit.b_low, fit.b_high))
    number = f"{-abs(fit.b):z.2f}"
    if not any(map(math.isnan, ends)):
        number += f" ({ends[0]:z.2f} to {ends[1]:z.2f} over tasks)"
    return number.replace("-", "\N{MINUS SIGN}")


def _named(model: str, fit: Any) -> str:
    """A model's name with its exponent, where it has one."""
    return model if fit is None or math.isnan(fit.b) else f"{model}: k^{_exponent(fit)}"


def _draw_curves(axes: Axes, table: pd.DataFrame, looks: dict[str, tuple]) -> None:
    """-log pass@k and both least-squares laws of every model."""
    curves = table[(table.kind == "curve") & (table.y > 0)]
    largest = int(max(curves.x.max(), 2)) if len(curves) else 2
    style.count_axis(axes, largest)
    axes.set_yscale("log")
    axes.set_xlabel("samples per task, k")
    axes.set_ylabel("\N{MINUS SIGN}log pass@k")
    shown = -np.log(curves[curves.law == "observed"].y)
    shown = shown[shown > SMALLEST]
    low, high = (shown.min() / 1.5, shown.max() * 1.5) if len(shown) else (SMALLEST, 1.0)
    axes.set_ylim(low, high)
    _plain_ticks(axes)
    axes.grid(axis="y")
    for model, (colour, _, marker) in reversed(looks.items()):
        of_model = curves[curves.model == model]
        for law, dashes in ((BROWN, style.SOLID), (SCHAEFFER, (3, 1.5))):
            rows = of_model[(of_model.law == law) & (of_model.estimator == "least_squares")]
            axes.plot(rows.x, -np.log(rows.y), color=colour, linewidth=1.0, dashes=dashes)
        rows = of_model[(of_model.law == "observed") & (of_model.y < 1)]
        axes.plot(rows.x, -np.log(rows.y), marker, color=colour, **OPEN)
    for model, (colour, _, marker) in looks.items():
        name = _named(model, _fit(table, model, BROWN, "least_squares"))
        axes.plot([], [], marker, color=colour, linestyle="-", linewidth=1.0, label=name, **OPEN)


def _draw_tails(axes: Axes, table: pd.DataFrame, looks: dict[str, tuple]) -> None:
    """Draw the observed and the fitted distribution of rates of every model."""
    tails = table[(table.kind == "tail") & (table.x > 0) & (table.y > 0)]
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xlabel("rate: share of a task's samples that pass")
    axes.set_ylabel("tasks with at most that rate (%)")
    observed = tails[tails.law == "observed"]
    left = observed.x.min() / 10 if len(observed) else 0.01
    axes.set_xlim(left, 1.1)
    axes.set_ylim(100 * max(observed.y.min() / 3, 1e-3) if len(observed) else 1, 115)
    _plain_ticks(axes)
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:.8f}".rstrip("0."))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.grid(axis="y")
    for model, (colour, _, marker) in reversed(looks.items()):
        of_model = tails[tails.model == model]
        rows = of_model[of_model.estimator == "beta_binomial"]
        axes.plot(rows.x, 100 * rows.y, color=colour, linewidth=1.0)
        rows = of_model[of_model.law == "observed"]
        axes.plot(rows.x, 100 * rows.y, marker, color=colour, **OPEN)
    for model, (colour, _, marker) in looks.items():
        name = _named(model, _fit(table, model, SCHAEFFER, "beta_binomial"))
        axes.plot([], [], marker, color=colour, linestyle="-", linewidth=1.0, label=name, **OPEN)


def _plain_ticks(axes: Axes) -> None:
    low, high = axes.get_ylim()
    steps = (1,) if high / low > 300 else (1, 2, 5)
    ticks = [step * 10.0**power for power in range(-6, 4) for step in steps]
    axes.yaxis.set_major_locator(FixedLocator([tick for tick in ticks if low <= tick <= high]))
    axes.yaxis.set_minor_locator(NullLocator())
    axes.yaxis.set_major_formatter("{x:g}")
