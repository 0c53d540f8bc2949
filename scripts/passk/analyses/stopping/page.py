"""What the report page says of this analysis."""

from __future__ import annotations

import math

import pandas as pd

from passk.analyses.view import DASH, Curves, View, of_columns, rounded, share
from passk.curve import percent

TITLE = "Stop at the first pass"
QUESTION = "What does a user with a verifier pay?"


def paragraph(table: pd.DataFrame) -> str:
    """What the table says, for the report; ``table`` has :data:`COLUMNS`, the own model first."""
    text = []
    for model in table.model.unique():
        rows = table[(table.model == model) & (table.asked == 1) & table.mean_draws.notna()]
        if rows.empty:
            text.append(f"No k asked for has as many draws in every task of {model}.")
            continue
        text += _of_model(rows.iloc[-1], rows[rows.cap.notna() & (rows.k > 1)])
    text.append(
        "Draws are counted, from complete sampling; what checking them takes is not, and who waits "
        "for each verdict draws one after the other."
    )
    return " ".join(text)


def _of_model(last: pd.Series, budgets: pd.DataFrame) -> list[str]:
    if last.k == 1:
        return [f"With one draw of a task, {last.model} has nothing to stop."]
    if last.coverage == 0:
        return [
            f"{last.model}: none of {last.k:,} draws passes, so that none is saved by stopping."
        ]
    text = [
        f"{last.model}: for the same coverage, {percent(last.coverage)} % at k = {last.k:,}, who "
        f"stops at the first pass makes {last.times_fewer:.2f} times fewer draws: "
        f"{rounded(last.mean_draws, 3)} a task on average{_over_tasks(last)}."
    ]
    if len(budgets):
        one = budgets.iloc[-1]
        text.append(
            f"A mean budget of {one.k:,} draws a task buys {percent(one.cap_coverage)} % so (at "
            f"most {one.cap:,.0f} of a task) instead of {percent(one.coverage)} %."
        )
    return text


def _over_tasks(row: pd.Series) -> str:
    if math.isnan(row.draws_low):
        return ""
    return (
        f" (95 % interval over tasks: {rounded(row.draws_low, 3)} to {rounded(row.draws_high, 3)})"
    )


def view(table: pd.DataFrame, curves: Curves) -> View:
    """The k asked for."""
    rows = table[(table.asked == 1) & table.mean_draws.notna()]
    return of_columns(
        rows,
        [
            ("Model", False, lambda row: row.model),
            ("At most", True, lambda row: f"{row.k:,}"),
            ("Coverage (%)", True, lambda row: share(row.coverage)),
            ("Mean draws", True, lambda row: rounded(row.mean_draws, 4)),
            ("Times fewer", True, lambda row: rounded(row.times_fewer, 3)),
            ("A mean of that many buys (%)", True, lambda row: share(row.cap_coverage)),
            ("At most, then", True, lambda row: _whole(row.cap)),
        ],
    )


def _whole(value: float) -> str:
    return DASH if math.isnan(value) else f"{value:,.0f}"
