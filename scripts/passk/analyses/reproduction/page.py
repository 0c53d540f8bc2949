"""What the report page says of this analysis."""

from __future__ import annotations

import pandas as pd

from passk.analyses.reproduction.table import DIFFERS
from passk.analyses.view import Curves, View, of_columns, points, share, signed
from passk.curve import percent

TITLE = "Against what was published"
QUESTION = "Do these samples show the published values?"


def paragraph(table: pd.DataFrame) -> str:
    """What the table says, for the report; ``table`` has :data:`COLUMNS`."""
    compared = table[table.k > 0]
    if compared.empty:
        return "No published values are named for this experiment, so there is nothing to check."
    known = compared[compared.over != ""]
    if known.empty:
        return (
            f"None of the {len(compared)} published values can be checked: this run did not "
            "measure them, or has fewer draws than they need."
        )
    text = [
        "Published values against this run's, with the 95 % interval of the difference in "
        "percentage points: " + "; ".join(_in_words(row) for row in known.itertuples()) + "."
    ]
    if (known.over == "draws").any():
        text.append(
            "Over draws: the source taken for another run on the same tasks, with its own number "
            "of samples."
        )
    if (known.over == "tasks").any():
        text.append(
            "Over tasks: as if the source had had other tasks of the same kind, since which tasks "
            "it solved is not known; 'agrees' then means no more than that no difference can be "
            "shown."
        )
    if (known.verdict == DIFFERS).any():
        text.append(
            "A value that differs need not be an error here or there: prompt, reading of the "
            "answer, temperature, engine and model version all matter, and the table says which of "
            "them the source is known to have chosen otherwise."
        )
    if missing := len(compared) - len(known):
        text.append(
            f"{missing} more {'is' if missing == 1 else 'are'} listed and cannot be checked here."
        )
    return " ".join(text)


def _in_words(row: pd.Series) -> str:
    by = f" ({row.by})" if row.by else ""
    low, high = 100 * row.low, 100 * row.high
    interval = f"{low:+z.1f} to {high:+z.1f} over {row.over}"
    return (
        f"{row.model}, {row.quantity}{by}: {percent(row.published)} %, "
        f"here {percent(row.value)} %, {100 * row.difference:+z.1f} ({interval}), {row.verdict}"
    )


def view(table: pd.DataFrame, curves: Curves) -> View:
    """Every published value with ours."""
    return of_columns(
        table,
        [
            ("Model", False, lambda row: row.model),
            ("Quantity", False, lambda row: row.quantity),
            ("By", False, lambda row: row.by),
            ("Published (%)", True, lambda row: percent(row.published)),
            ("Here (%)", True, lambda row: share(row.value)),
            ("Difference (points)", True, lambda row: signed(row.difference)),
            ("95 %", True, lambda row: points(row.low, row.high)),
            ("over", False, lambda row: row.over),
            ("Verdict", False, lambda row: row.verdict),
            ("Source", False, lambda row: row.source),
        ],
    )
