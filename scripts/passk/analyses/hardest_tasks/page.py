"""What the report page says of this analysis."""

from __future__ import annotations

import pandas as pd

from passk.analyses.hardest_tasks.table import LEAST, NEVER
from passk.curve import percent
from passk.words import agreeing, counted

TITLE = "The hardest tasks"
QUESTION = "What was never solved, and what came instead?"


def paragraph(table: pd.DataFrame) -> str:
    """What the table says, for the report; ``table`` has :data:`COLUMNS`."""
    parts = []
    never, least = table[table.group == NEVER], table[table.group == LEAST]
    if len(never):
        high = float(never.high.max())
        parts.append(
            f"Of the tasks that no draw solved, {agreeing(len(never), 'is', 'are')} listed, in the "
            f"benchmark's order. With {counted(int(never.n.min()), 'draw')} each, a success rate "
            f"of up to {percent(high)} % is still within the 95 % Wilson interval over draws."
        )
    if len(least):
        rates = [percent(float(rate)) for rate in least.passed / least.n]
        span = rates[0] if len({*rates}) == 1 else f"{rates[0]} to {rates[-1]}"
        parts.append(
            "Of the tasks solved at least once, those solved least: "
            f"{agreeing(len(least), 'is', 'are')} listed, of whose draws {span} % passed."
        )
        parts.append(
            "That a task with so few passes is on this list, and not one with a few more or with "
            "none, is partly luck."
            if (least.passed < least.n).all()
            else "Tasks of which every draw passed are listed only because none is harder."
        )
    return " ".join(parts)
