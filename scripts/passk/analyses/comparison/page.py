"""What the report page says of this analysis."""

from __future__ import annotations

import math

import pandas as pd

from passk.analyses.comparison.table import MANY, ONE, OPEN, UNKNOWN, better_from, reached_at
from passk.analyses.view import Curves, View, of_columns, points, signed
from passk.curve import percent
from passk.words import counted

TITLE = "Against the other models"
QUESTION = "Is the difference more than chance?"
EMPTY = (
    "No other model is named for this experiment, so there is nothing to compare with. A baseline "
    "or compare_with in config.yaml names one."
)


def paragraph(table: pd.DataFrame) -> str:
    """What the table says, for the report; it has :data:`COLUMNS` and the line to beat first."""
    rival = table.rival.iloc[0]
    rows = table[(table.rival == rival) & (table.against == ONE)]
    known = rows[rows.verdict != UNKNOWN]
    model, line = rows.model.iloc[0], percent(rows.rival_value.iloc[0])
    if known.empty:
        return (
            f"{rival}'s pass@1 of {line} % is quoted without the number of tasks behind it: "
            "whether a difference is significant cannot be told."
        )
    quoted = rows.pairing.iloc[0] == "unpaired"
    asked = known[known.asked == 1]
    text = [
        f"{model} with k samples a task against {rival} with one (pass@1 = {line} %), in "
        "percentage points with the 95 % interval over tasks, each for its own k: "
        + "; ".join(_at_k(row) for row in (known[-1:] if asked.empty else asked).itertuples())
        + "."
    ]
    if quoted:
        text.append(
            f"{rival}'s value is quoted and which tasks it solves is not known, so the intervals "
            "are those of two independent sets of tasks, its own uncertainty as that of "
            f"{counted(rows.rival_tasks.iloc[0], 'task')} tried once included; paired task by task "
            "they would most likely be narrower."
        )
    else:
        text.append("The intervals are of differences paired task by task.")
    text.append(_first_k(rows, known, rival))
    many = table[(table.rival == rival) & (table.against == MANY) & (table.asked == 1)]
    many = many[many.verdict != UNKNOWN]
    if not many.empty:
        last = many.iloc[-1]
        text.append(
            f"With {counted(last.k, 'sample')} of each, {model} has "
            f"{percent(last.value)} % and {rival} {percent(last.rival_value)} %, a difference of "
            f"{_points(last)}: {_in_words(last.verdict)}."
        )
        text += _planned(last)
    return " ".join(text)


def _planned(row: pd.Series) -> list[str]:
    """What it would take to tell the models apart, where they are not."""
    if row.verdict != OPEN or math.isnan(row.tasks_needed):
        return []
    text = (
        f"Were the difference as large as it looks, {row.tasks_needed:,.0f} tasks like these (here "
        f"are {row.tasks}) would show it in four of five benchmarks"
    )
    if not math.isnan(row.draws_needed):
        text += (
            f"; that it holds on these very tasks, {row.draws_needed:,.0f} draws of each by both "
            "models"
        )
    return [text + "."]


def _first_k(rows: pd.DataFrame, known: pd.DataFrame, rival: str) -> str:
    reached, first, last = reached_at(rows), better_from(rows), int(known.k.iloc[-1])
    if reached is None:
        return f"At no k up to {last:,} does the estimate reach {rival}."
    text = f"The estimate reaches {rival} at k = {reached:,}, which is no test; the difference is "
    if first is None:
        return text + f"not significant at the largest k, {last:,}, so at no k is it called better."
    if first == last:
        return text + f"significant at the largest k, {last:,}, and not at the k before it."
    return text + (
        f"significant from k = {first:,} on (read downwards from k = {last:,}, which needs no "
        "correction for the many k looked at, since pass@k can only rise with k)."
    )


def _at_k(row: pd.Series) -> str:
    return f"k = {row.k:,}: {_points(row)}, {_in_words(row.verdict)}"


def _in_words(verdict: str) -> str:
    return verdict if verdict == OPEN else f"significantly {verdict}"


def _points(row: pd.Series) -> str:
    low, high = 100 * row.tasks_low, 100 * row.tasks_high
    return f"{100 * row.difference:+z.1f} ({low:+z.1f} to {high:+z.1f})"


def view(table: pd.DataFrame, curves: Curves) -> View:
    """The differences at the k asked for."""
    return of_columns(
        table[table.asked == 1],
        [
            ("Model", False, lambda row: row.model),
            ("k", True, lambda row: f"{row.k:,}"),
            ("Against", False, lambda row: row.rival),
            ("Its", False, lambda row: row.against),
            ("Difference (points)", True, lambda row: signed(row.difference)),
            ("95 % over tasks", True, lambda row: points(row.tasks_low, row.tasks_high)),
            ("95 % over draws", True, lambda row: points(row.draws_low, row.draws_high)),
            ("Verdict", False, lambda row: row.verdict),
        ],
    )
