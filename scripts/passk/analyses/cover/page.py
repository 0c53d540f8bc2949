"""What the report page says of this analysis."""

from __future__ import annotations

import math

import pandas as pd

from passk.analyses.cover.table import COVER, PASS, PASS_HAT
from passk.analyses.view import DASH, Curves, View, interval, of_columns, points, share, signed
from passk.curve import percent

TITLE = "How sure is a task?"
QUESTION = "On how many tasks does a sample pass how often?"


def paragraph(table: pd.DataFrame) -> str:
    """What the table says, for the report; ``table`` has :data:`COLUMNS`, the own model first."""
    own = table.model.iloc[0]
    asked = table[(table.measure == COVER) & (table.asked == 1)]
    text = [
        f"{model}: a sample passes "
        + ", ".join(
            f"at a rate of {100 * row.tau:.0f} % or more on {percent(row.value)} % of the tasks"
            f"{_over_tasks(row)}"
            for row in asked[asked.model == model].itertuples()
            if row.tau in (0.1, 0.5, 0.9)
        )
        + "."
        for model in table.model.unique()
    ]
    text.append(
        "These shares are of the distribution of the tasks' rates, estimated from all counts, and "
        "not of c / n, which chance spreads wider; intervals are over tasks."
    )
    check = table[table.measure.isin([PASS, PASS_HAT]) & table.unbiased.notna()]
    if not check.empty:
        off = float((check.value - check.unbiased).abs().max())
        text.append(
            "Integrated, the curves give pass@k and pass^k back, to "
            f"{max(100 * off, 0.01):.2f} points at the k asked for."
        )
    for rival in table.model.unique()[1:]:
        rows = asked[(asked.model == rival) & asked.difference_low.notna()]
        apart = rows[(rows.difference_low > 0) | (rows.difference_high < 0)]
        if rows.empty:
            continue
        if apart.empty:
            text.append(f"At no rate shown do {own} and {rival} differ significantly.")
        else:
            text.append(
                f"{own} differs from {rival} significantly at rates of "
                + ", ".join(
                    f"{100 * row.tau:.0f} % ({100 * row.difference:+z.1f} points)"
                    for row in apart.itertuples()
                )
                + ", each for its own rate."
            )
    return " ".join(text)


def _over_tasks(row: pd.Series) -> str:
    if math.isnan(row.tasks_low):
        return ""
    return f" ({percent(row.tasks_low)} to {percent(row.tasks_high)})"


def view(table: pd.DataFrame, curves: Curves) -> View:
    """The rates asked for."""
    rows = table[(table.measure == COVER) & (table.asked == 1)]
    return of_columns(
        rows.sort_values("tau", kind="stable"),
        [
            ("Rate of", True, lambda row: f"{100 * row.tau:.0f} %"),
            ("Model", False, lambda row: row.model),
            ("Tasks (%)", True, lambda row: share(row.value)),
            ("95 % over tasks", True, lambda row: interval(row.tasks_low, row.tasks_high)),
            ("First model ahead by", True, lambda row: _ahead(row)),
            (
                "95 % over tasks, paired",
                True,
                lambda row: points(row.difference_low, row.difference_high),
            ),
        ],
    )


def _ahead(row: pd.Series) -> str:
    return DASH if math.isnan(row.difference) else signed(row.difference)
