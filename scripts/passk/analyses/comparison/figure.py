"""By how much a model's pass@k differs from its rivals', against k, with the zero line.

Filled marks: against one sample of the rival; open ones: against as many samples of it, in a panel
of their own where there are several rivals. The bands are 95 % intervals over tasks, of the first
rival only; dotted lines name the k at which one sample of that is reached, and the k from which on
the difference is significant. Nothing is estimated.
"""

from __future__ import annotations

import math

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from passk.analyses.comparison.table import (
    BETTER,
    MANY,
    ONE,
    OPEN,
    UNKNOWN,
    WORSE,
    better_from,
    reached_at,
)
from passk.figures import style

KINDS = {ONE: "one sample", MANY: "as many samples"}
LINE = 0.12  # inches: one line of the legend
DASHED = (4, 2)


def draw(table: pd.DataFrame, label: str) -> Figure:
    """The figure; the table names the models, rows whose difference is NaN are left out."""
    known = table[table.difference.notna()]
    if known.empty:
        return style.sentence("There is no model to compare with.")
    rivals = list(dict.fromkeys(known.rival))
    kinds = [kind for kind in (MANY, ONE) if (known.against == kind).any()]
    if len(rivals) > 1:
        height = (0.8 if len(kinds) == 2 else 1) * style.HEIGHT
        with style.stacked():
            drawing, panels = style.panels(len(kinds), height + LINE * len(rivals) / len(kinds))
        for axes, kind in zip(panels, kinds, strict=True):
            _draw(axes, known[known.against == kind], rivals)
            axes.set_title(f"against {KINDS[kind]} of each", loc="left", fontsize=style.NORMAL)
        for axes in panels[:-1]:
            axes.set_xlabel("")
    else:
        drawing, axes = style.figure(style.HEIGHT + 0.2 + LINE * len(rivals))
        panels = [axes]
        _draw(axes, known, rivals)
    _name_curves(panels[0], known, rivals)
    _mark_reaching(panels[-1], known[(known.rival == rivals[0]) & (known.against == ONE)])
    return drawing


def _draw(axes: Axes, table: pd.DataFrame, rivals: list[str]) -> None:
    """The curves of one panel."""
    _set_axes(axes, table, rivals[0])
    axes.axhline(0, color=style.INK, linewidth=0.9)
    for (rival, against), (colour, dashes) in reversed(_looks(table, rivals).items()):
        rows = table[(table.rival == rival) & (table.against == against)]
        if rival == rivals[0]:
            band = rows[rows.tasks_low.notna()]
            limits = 100 * band.tasks_low, 100 * band.tasks_high
            light = style.MODEL_LIGHT if colour == style.MODEL else style.OTHER_LIGHT
            axes.fill_between(band.k, *limits, color=light, alpha=0.5, lw=0)
        axes.plot(rows.k, 100 * rows.difference, color=colour, dashes=dashes)
        asked = rows[rows.asked == 1]
        style.mark(axes, asked.k, 100 * asked.difference, colour, against == ONE)


def title(table: pd.DataFrame, label: str) -> str:
    """From which k on the model is better than one sample of the first rival, if from any.

    And whether as many samples of it, at the largest k, are better or worse.
    """
    rows = table[(table.rival == table.rival.iloc[0]) & (table.against == ONE)]
    known = rows[rows.verdict != UNKNOWN]
    if known.empty:
        return ""
    model, one = known.model.iloc[0], f"one sample of {known.rival.iloc[0]}"
    first = better_from(rows)
    last, verdict = int(known.k.iloc[-1]), known.verdict.iloc[-1]
    many = _of_as_many(table[(table.rival == known.rival.iloc[0]) & (table.against == MANY)])
    if first == 1:
        return f"Already one sample of {model} is significantly better than {one}{many}."
    if first is not None:
        return f"From k = {first:,} on, {model} is significantly better than {one}{many}."
    most = "One sample" if last == 1 else f"{last:,} samples"
    verb = "is" if last == 1 else "are"
    if verdict == WORSE:
        return f"{most} of {model} {verb} significantly worse than {one}."
    assert verdict == OPEN
    return f"{most} of {model} {verb} not significantly better than {one}."


def _of_as_many(rows: pd.DataFrame) -> str:
    """The end of a sentence: what the largest k against as many samples shows, if any does."""
    known = rows[(rows.verdict != UNKNOWN) & (rows.k > 1)]
    if known.empty:
        return ""
    k, verdict = int(known.k.iloc[-1]), known.verdict.iloc[-1]
    how = {BETTER: "better", WORSE: "worse"}.get(verdict)
    found = (
        f"significantly {how} than {k:,} of it" if how else f"not shown to differ from {k:,} of it"
    )
    return f"; {k:,} samples are {found}"


def _looks(table: pd.DataFrame, rivals: list[str]) -> dict[tuple[str, str], tuple[str, tuple]]:
    """A colour and dashes for each curve: of a single rival's two, each has a colour of its own."""
    looks = {}
    for rival, (colour, *_) in style.looks(rivals).items():
        for against in KINDS:
            if ((table.rival == rival) & (table.against == against)).any():
                other = len(rivals) == 1 and against == MANY
                looks[rival, against] = (style.OTHER, DASHED) if other else (colour, style.SOLID)
    return looks


def _name_curves(axes: Axes, table: pd.DataFrame, rivals: list[str]) -> None:
    """The legend: of a single rival both curves, of several each one's colour."""
    if len(rivals) == 1:
        entries = [
            (f"{KINDS[against]} of {rival}", against, *look)
            for (rival, against), look in _looks(table, rivals).items()
        ]
    else:
        entries = [
            (rival, None, colour, style.SOLID)
            for rival, (colour, *_) in style.looks(rivals).items()
        ]
    for name, against, colour, dashes in entries:
        axes.plot(
            [], [], color=colour, dashes=dashes, marker="o" if against else None, markersize=3.4,
            markerfacecolor=colour if against == ONE else "white", markeredgewidth=0.8, label=name,
        )  # fmt: skip
    columns = style.legend_columns((name for name, *_ in entries), style.WIDTH, 2)
    style.legend_above(axes, columns, title=f"{table.model.iloc[0]} against")


def _mark_reaching(axes: Axes, rows: pd.DataFrame) -> None:
    """Lines down to the axis, with their k, from where one sample of the rival is reached."""
    if rows.empty:
        return
    reached, better = reached_at(rows), better_from(rows)
    bottom = axes.get_ylim()[0]
    places = ((reached, "reached at", 3), (better, "significant from", 12))
    for k, what, up in places:
        if k is None or k == 1:
            continue
        height = float(100 * rows.difference[(rows.k - k).abs().idxmin()])
        axes.plot([k, k], [bottom, height], color=style.INK, linewidth=0.8, dashes=(1, 1.5))
        side, away = ("left", 2.5) if k**2 < rows.k.max() else ("right", -2.5)
        text = style.note(
            axes, f"{what} k = {k:,}", (k, bottom), (away, up), (side, "bottom"), style.INK
        )
        text.set(zorder=5)
        text.set_bbox(style.BEHIND | {"alpha": 1})


def _set_axes(axes: Axes, table: pd.DataFrame, first: str) -> None:
    style.count_axis(axes, int(table.k.max()))
    bounds = table[table.rival == first]
    drawn = [*table.difference, *bounds.tasks_low.dropna(), *bounds.tasks_high.dropna(), 0]
    low, high = math.floor(20 * min(drawn)) / 20, math.ceil(20 * max(drawn)) / 20
    axes.set_ylim(100 * low - 1, 100 * high + 1)
    axes.yaxis.set_major_locator(MaxNLocator(7, steps=[1, 2, 5, 10]))
    axes.yaxis.set_major_formatter(lambda value, _: _signed(value))
    axes.grid(axis="y")
    axes.set_xlabel("samples per task, k")
    axes.set_ylabel("difference (points)")


def _signed(value: float) -> str:
    return f"{value:+g}".replace("-", "\N{MINUS SIGN}") if value else "0"
