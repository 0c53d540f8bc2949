"""What the report page says of this analysis."""

from __future__ import annotations

import pandas as pd

from passk.words import counted

TITLE = "Where the suites disagree"
QUESTION = "Which answers does only one of the two suites accept?"
EMPTY = "The suites agree on every sample."


def paragraph(table: pd.DataFrame) -> str:
    """What the table says, for the report; ``table`` has :data:`COLUMNS`."""
    tasks = table.drop_duplicates("task_id")
    text = [
        f"The suites disagree on {counted(int(tasks.answers.sum()), 'different answer')} to "
        f"{counted(len(tasks), 'task')}."
    ]
    for suite in ("weaker", "stronger"):
        draws = int(table[table[suite] == "passed"].draws.sum())
        if draws:
            text.append(
                f"Of those in the table {counted(draws, 'sample')} "
                f"{'is' if draws == 1 else 'are'} accepted by the {suite} suite alone."
            )
    return " ".join(text)
