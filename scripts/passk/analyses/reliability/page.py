"""What the report page says of this analysis."""

from __future__ import annotations

import math

import pandas as pd

from passk.analyses.reliability.table import G_PASS, MEASURES
from passk.analyses.view import Curves, View, interval, of_columns
from passk.curve import percent
from passk.words import counted

TITLE = "Reliability"
QUESTION = "What can be relied on without a check?"


def paragraph(table: pd.DataFrame) -> str:
    """What the table says, for the report; ``table`` has :data:`COLUMNS`, the own model first."""
    own = table[table.model == table.model.iloc[0]]
    every = own[(own.measure == "pass^k") & (own.asked == 1) & own.value.notna()]
    if every.empty:
        return "No k asked for has as many draws in every task, so reliability is not known."
    last = every.iloc[-1]
    once = own[(own.measure == "pass@k") & (own.k == last.k)].iloc[0]
    if last.k == 1:
        return (
            f"With one draw, pass@k and pass^k are the same number: {percent(last.value)} % of "
            f"{counted(last.tasks, 'task')}. A larger k would tell how much of it can be relied on."
        )
    text = [
        f"{last.model}: that at least one of {last.k:,} draws of a task passes has a chance of "
        f"{percent(once.value)} %, that all of them do {percent(last.value)} % "
        f"({_interval(last)} over tasks), on average over {counted(last.tasks, 'task')}.",
        "The first is what repeated sampling gives to whoever can check an answer, the second what "
        "it gives to whoever cannot and needs every answer to be right; their difference is the "
        "chance that the draws of a task do not agree.",
    ]
    most = own[(own.measure == G_PASS.format(0.5)) & (own.k == last.k)]
    if not most.empty:
        text.append(
            "That half of them or more pass (G-Pass@k at 0.5) has a chance of "
            f"{percent(most.value.iloc[0])} %."
        )
    for label in table.model.unique()[1:]:
        rows = table[(table.model == label) & (table.k == last.k) & table.value.notna()]
        values = dict(zip(rows.measure, rows.value, strict=True))
        if MEASURES[1] in values:
            text.append(
                f"{label} at the same k: {percent(values['pass@k'])} % and "
                f"{percent(values['pass^k'])} %."
            )
    if math.isnan(last.draws_low):
        text.append(
            f"An interval over draws would need {2 * last.k:,} draws a task and is not given."
        )
    return " ".join(text)


def _interval(row: pd.Series) -> str:
    return f"95 % interval {percent(row.tasks_low)} to {percent(row.tasks_high)} %"


def view(table: pd.DataFrame, curves: Curves) -> View:
    """Both measures at the k asked for."""
    asked = table[(table.asked == 1) & table.value.notna()]
    return of_columns(
        asked.sort_values(["k"], kind="stable"),
        [
            ("Model", False, lambda row: row.model),
            ("k", True, lambda row: f"{row.k:,}"),
            ("Measure", False, lambda row: row.measure),
            ("%", True, lambda row: percent(row.value)),
            ("95 % over tasks", True, lambda row: interval(row.tasks_low, row.tasks_high)),
            ("95 % over draws", True, lambda row: interval(row.draws_low, row.draws_high)),
        ],
    )
