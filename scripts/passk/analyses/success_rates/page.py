"""What the report page says of this analysis."""

from __future__ import annotations

import pandas as pd

from passk.curve import percent
from passk.words import counted

TITLE = "Task by task"
QUESTION = "What is the curve made of?"


def paragraph(table: pd.DataFrame) -> str:
    """How the success rates are spread over the tasks."""
    easy, never = int((table.rate >= 0.5).sum()), int((table.c == 0).sum())
    between = len(table) - never - int((table.c == table.n).sum())
    return (
        f"Of {counted(len(table), 'task')}, {easy} passed in half of their draws or more and "
        f"{never} in none; the median task passed in {percent(float(table.rate.median()))} % of "
        "its draws. What k samples add comes from the tasks that pass in some of their draws, here "
        f"{between}: one that passes in one of a hundred draws is solved with a chance of 1 % at "
        "k = 1 and of "
        f"{percent(1 - 0.99**100)} % at k = 100."
    )
