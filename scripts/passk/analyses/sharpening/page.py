"""What the report page says of this analysis."""

from __future__ import annotations

import math

import pandas as pd

from passk.analyses.sharpening.table import (
    AREA,
    NEVER,
    OVERTAKES,
    SHARE,
    TASKS,
)
from passk.analyses.view import DASH, Curves, View, of_columns, points
from passk.curve import percent
from passk.words import agreeing, counted

TITLE = "More, or only sooner?"
QUESTION = "Did training help, or only sharpen?"
EMPTY = (
    "No other model was measured on these tasks, so what training added cannot be told. A baseline "
    "with an experiment, or compare_with, in config.yaml names one."
)


def paragraph(table: pd.DataFrame) -> str:
    """What the table says, for the report; ``table`` has :data:`COLUMNS`."""
    text = []
    for rival in table.rival.unique():
        rows = table[table.rival == rival]
        text.append(_overtakes(rows[rows.row == OVERTAKES].iloc[0]))
        shares = rows[(rows.row == SHARE) & rows.difference.notna()]
        if not shares.empty:
            text.append(_share(shares.iloc[-1]))
        text += _solved(rows[rows.row == TASKS])
    text.append("In the table A is the sum of pass@K less pass@k over k < K.")
    return " ".join(text)


def _overtakes(row: pd.Series) -> str:
    if not row.overtaker:
        return f"{row.model} and {row.rival} have the same pass@1: neither is behind."
    leader = row.rival if row.overtaker == row.model else row.model
    told = f"{row.overtaker} is behind {leader} at one sample and "
    if math.isnan(row.value):
        text = told + f"never ahead up to k = {row.k:,}"
    else:
        text = told + f"ahead from k = {row.value:,.0f}"
        if row.crossings > 1:
            text += f" (first; the leader changes {row.crossings} times)"
    if math.isnan(row.k_low):
        return text + "."
    low, high = (
        f"{k:,.0f}" if math.isfinite(k) else f"never up to {row.k:,}"
        for k in (row.k_low, row.k_high)
    )
    between = low if low == high else f"{low} to {high}"
    return text + f" (95 % interval over tasks: {between})."


def _share(row: pd.Series) -> str:
    text = (
        f"From k samples to K = {row.k:,}, pass@k still rises, averaged over k < K and as a share "
        f"of what one sample leaves unsolved, by S = {percent(row.value)} % for {row.model} and "
        f"{percent(row.rival_value)} % for {row.rival}"
    )
    if math.isnan(row.difference_low):
        return text + "."
    significant = row.difference_low > 0 or row.difference_high < 0
    return text + (
        f": a difference of {100 * row.difference:+z.1f} points "
        f"({points(row.difference_low, row.difference_high)} over tasks, paired), "
        f"{'significant' if significant else 'not significant'}."
    )


def _solved(rows: pd.DataFrame) -> list[str]:
    first = rows.iloc[0]
    only = {
        name: int(rows[(rows[mine] != NEVER) & (rows[its] == NEVER)]["count"].sum())
        for name, mine, its in (
            (first.model, "state", "rival_state"),
            (first.rival, "rival_state", "state"),
        )
    }
    neither = rows[(rows.state == NEVER) & (rows.rival_state == NEVER)].iloc[0]
    text = [
        f"Of {counted(first.tasks, 'task')}, {agreeing(only[first.model], 'was', 'were')} solved "
        f"by {first.model} alone, "
        f"{only[first.rival]} by {first.rival} alone and {neither['count']} by neither."
    ]
    bounds = [
        float(rows[rows[state] == NEVER][bound].max())
        for state, bound in (("state", "bound"), ("rival_state", "rival_bound"))
    ]
    known = [
        f"{100 * value:.2g} % for {name}"
        for name, value in zip((first.model, first.rival), bounds, strict=True)
        if not math.isnan(value)
    ]
    if known:
        text.append(
            "That none of its draws passed does not show that a task cannot be solved: its rate "
            f"may be up to {' and '.join(known)} (95 % bound over the draws of one such task)."
        )
    return text


def view(table: pd.DataFrame, curves: Curves) -> View:
    """The areas, and the tasks solved always, sometimes and never."""
    rows = table[(table.row.isin([AREA, SHARE]) & (table.k > 1)) | (table.row == TASKS)]
    return of_columns(
        rows,
        [
            ("Against", False, lambda row: row.rival),
            ("What", False, _what),
            ("Model", True, _own),
            ("Rival", True, _other),
            ("Difference", True, lambda row: _number(row, row.difference)),
            (
                "95 % over tasks, paired",
                True,
                lambda row: _range(row, row.difference_low, row.difference_high),
            ),
        ],
    )


def _what(row: pd.Series) -> str:
    if row.row == TASKS:
        return f"tasks solved {row.state} / {row.rival_state}"
    return f"{'A' if row.row == AREA else 'S'} at K = {row.k:,}"


def _own(row: pd.Series) -> str:
    return f"{row.count:,}" if row.row == TASKS else _number(row, row.value)


def _other(row: pd.Series) -> str:
    return DASH if row.row == TASKS else _number(row, row.rival_value)


def _number(row: pd.Series, value: float) -> str:
    if math.isnan(value):
        return DASH
    return f"{value:z.2f}" if row.row == AREA else f"{100 * value:z.1f} %"


def _range(row: pd.Series, low: float, high: float) -> str:
    if math.isnan(low):
        return DASH
    return f"{_number(row, low)} to {_number(row, high)}"
