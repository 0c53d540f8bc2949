"""What the report page says of this analysis."""

from __future__ import annotations

import pandas as pd

from passk.curve import percent

TITLE = "On logarithmic axes"
QUESTION = "How fast does the share of unsolved tasks fall?"


def paragraph(table: pd.DataFrame) -> str:
    """How the share of unsolved tasks falls between the k asked for, the experiment's own."""
    asked = table[table.series == "marked"]
    steps = [f"{percent(1 - point.pass_at_k)} % at k = {point.k:,}" for point in asked.itertuples()]
    text = f"Left unsolved by {table.series.iloc[0]}, on average over k draws: {', '.join(steps)}. "
    if asked.pass_at_k.nunique() < 2:
        return text + "There is no fall between these k."
    return text + (
        "Whether the fall is a straight line here, and so a power law, the eye judges badly: where "
        "laws were fitted they have a section of their own."
    )
