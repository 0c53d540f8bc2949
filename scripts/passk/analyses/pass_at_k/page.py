"""What the report page says of this analysis."""

from __future__ import annotations

import math
from dataclasses import astuple

import pandas as pd

from passk.analyses.view import Curves, View, interval, of_columns
from passk.curve import COLUMNS, percent

TITLE = "Coverage"
QUESTION = "How many of the tasks are solved within k samples?"


def view(table: pd.DataFrame, curves: Curves) -> View:
    """pass@k of all compared models at the k asked for, with both intervals."""
    asked = set(table[table.series == "marked"].k)
    rows = [
        (label, *astuple(point))
        for label, curve in curves.items()
        for point in curve
        if point.k in asked and not math.isnan(point.pass_at_k)
    ]
    return of_columns(
        pd.DataFrame(rows, columns=["model", *COLUMNS]),
        [
            ("Model", False, lambda row: row.model),
            ("k", True, lambda row: f"{row.k:,}"),
            ("pass@k (%)", True, lambda row: percent(row.pass_at_k)),
            (
                "95 % over tasks",
                True,
                lambda row: interval(row.tasks_low, row.tasks_high),
            ),
            (
                "95 % over draws",
                True,
                lambda row: interval(row.draws_low, row.draws_high),
            ),
        ],
    )
