"""What the report page says of this analysis."""

from __future__ import annotations

import pandas as pd

from passk.analyses.view import Curves, View, of_columns, points, share, signed
from passk.curve import percent

TITLE = "Two models together"
QUESTION = "Does a budget split between two models cover more?"
EMPTY = (
    "No other model was measured on these tasks, so there is none to share a budget with. A "
    "baseline with an experiment, or compare_with, in config.yaml names one."
)


def paragraph(table: pd.DataFrame) -> str:
    """What the table says, for the report; ``table`` has :data:`COLUMNS`."""
    text = []
    for rival in table.rival.unique():
        known = table[(table.rival == rival) & table.gain.notna()]
        if known.empty:
            model = table.model.iloc[0]
            text.append(
                f"For a pool of {model} and {rival} there are too few tasks or draws: it takes 4 "
                "tasks, and a budget's draws of every task by both."
            )
            continue
        text.append(_of_rival(known, rival))
    return " ".join(text)


def _of_rival(known: pd.DataFrame, rival: str) -> str:
    last = known.iloc[-1]
    gains = known[known.tasks_low > 0]
    told = (
        f"{last.k:,} {'draw' if last.k == 1 else 'draws'} of a task split between {last.model} and "
        f"{rival} cover {percent(last.pool)} %, and all of one model {percent(last.alone)} %, each "
        f"chosen on half of the {last.tasks} tasks and reported on the other: a gain of "
        f"{_gain(last)} points over tasks."
    )
    if (known.gain == 0).all() and known.own_share.isin([0, 1]).all():
        best = [last.model if share == 1 else rival for share in known.own_share]
        if len({*best}) > 1:
            given = ", ".join(f"{k:,} to {one}" for k, one in zip(known.k, best, strict=True))
            return told + f" The best split gives all draws of a budget of {given}: no gain."
        return told + f" At every budget the best split gives all draws to {best[0]}: no gain."
    if gains.empty:
        return told + " At no budget asked for is a gain shown."
    budgets = ", ".join(f"{k:,}" for k in gains.k)
    return told + f" The gain is significant at a budget of {budgets}, each for its own budget."


def _gain(row: pd.Series) -> str:
    return f"{100 * row.gain:+z.1f} ({100 * row.tasks_low:+z.1f} to {100 * row.tasks_high:+z.1f})"


def view(table: pd.DataFrame, curves: Curves) -> View:
    """Every budget."""
    return of_columns(
        table[table.gain.notna()],
        [
            ("With", False, lambda row: row.rival),
            ("Budget", True, lambda row: f"{row.k:,}"),
            ("Draws to the first (%)", True, lambda row: share(row.own_share)),
            ("Split (%)", True, lambda row: share(row.pool)),
            ("One model (%)", True, lambda row: share(row.alone)),
            ("Gain (points)", True, lambda row: signed(row.gain)),
            ("95 % over tasks", True, lambda row: points(row.tasks_low, row.tasks_high)),
        ],
    )
