"""What the report page says of this analysis."""

from __future__ import annotations

import pandas as pd

from passk.analyses.view import Curves, View, interval, of_columns, points, share, signed
from passk.curve import percent

TITLE = "How much is chance?"
QUESTION = "How often is the right answer among the draws of another task?"
EMPTY = "There is one task, and no other whose draws could be looked at."


def paragraph(table: pd.DataFrame) -> str:
    """What the table says, for the report; ``table`` has :data:`COLUMNS`."""
    asked = table[(table.asked == 1) & table.value.notna() & table.chance.notna()]
    if asked.empty:
        return "No k asked for has as many draws in every task."
    last = asked.loc[asked.k.idxmax()]
    text = (
        f"Within {last.k:,} of its own draws {percent(last.value)} % of the tasks have a right "
        f"answer, within as many of another task's {percent(last.chance)} %: a difference of "
        f"{signed(last.difference)} points ({points(last.difference_low, last.difference_high)}, "
        "95 % over tasks, paired)."
    )
    if last.difference_low <= 0 <= last.difference_high:
        text += " That may be chance: at this k coverage does not show that the tasks were solved."
    return (
        f"{text} Answers that can be guessed, such as small integers, are among many draws "
        "whatever was asked, and no verifier of final answers can tell."
    )


def view(table: pd.DataFrame, curves: Curves) -> View:
    """The k asked for."""
    asked = table[(table.asked == 1) & table.value.notna()]
    return of_columns(
        asked.sort_values("k", kind="stable"),
        [
            ("k", True, lambda row: f"{row.k:,}"),
            ("Own draws (%)", True, lambda row: share(row.value)),
            ("95 % over tasks", True, lambda row: interval(row.tasks_low, row.tasks_high)),
            ("Another task's (%)", True, lambda row: share(row.chance)),
            ("95 % over tasks", True, lambda row: interval(row.chance_low, row.chance_high)),
            ("Difference", True, lambda row: signed(row.difference)),
            (
                "95 % over tasks, paired",
                True,
                lambda row: points(row.difference_low, row.difference_high),
            ),
        ],
    )
