"""What the report page says of this analysis."""

from __future__ import annotations

import pandas as pd

from passk.words import agreeing, counted

TITLE = "Every task under every model"
QUESTION = "Where do the models differ?"


def paragraph(table: pd.DataFrame) -> str:
    """What the table says, for the report; ``table`` has :data:`COLUMNS`, the own model first."""
    labels = list(dict.fromkeys(table.model))
    passed = table.pivot(index="task_id", columns="model", values="c")[labels] > 0
    tasks = len(passed)
    text = []
    for label in labels:
        n = table.n[table.model == label]
        draws = counted(n.max(), "draw")
        if n.min() < n.max():
            draws = f"{n.min():,} to {draws}"
        text.append(
            f"{label} solved {passed[label].sum()} of {counted(tasks, 'task')} at least once in "
            f"{draws} each."
        )
    if len(labels) > 1:
        own, none = labels[0], int((~passed.any(axis=1)).sum())
        only = int((passed[own] & ~passed[labels[1:]].any(axis=1)).sum())
        missed = int((~passed[own] & passed[labels[1:]].any(axis=1)).sum())
        text.append(
            f"{f'All but {none} were' if none else 'Every one was'} solved by some model; "
            f"{own} alone solved {only}, and {agreeing(missed, 'was', 'were')} solved by another "
            f"model but not by {own}."
        )
    text.append(
        "More draws find more, so these counts describe the draws that were made and compare "
        "models only where they have the same number; a task that no draw solved may still have a "
        "small rate."
    )
    return " ".join(text)
