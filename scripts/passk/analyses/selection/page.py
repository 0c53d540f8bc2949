"""What the report page says of this analysis."""

from __future__ import annotations

import math

import pandas as pd

from passk.analyses.selection.table import FINAL_ANSWERS
from passk.analyses.view import Curves, View, interval, of_columns, points, signed
from passk.curve import percent

TITLE = "Choosing without tests"
QUESTION = "Which sample to take where there is no test?"


def paragraph(table: pd.DataFrame) -> str:
    """What the table says, for the report; ``table`` has :data:`COLUMNS`, the own model first."""
    own = table[table.model == table.model.iloc[0]]
    last = own[own.n == own.n.max()].set_index("method")
    n = int(own.n.max())
    if n == 1:
        return "With one draw a task there is nothing to select from."
    behaviour, one, ceiling = last.loc["behaviour"], last.loc["random"], last.loc["oracle"]
    if ceiling.pass_at_1 == 0:
        return (
            f"{own.model.iloc[0]}: no sample of any task is right, so that no way to select finds "
            "one."
        )
    of_answers = behaviour.inputs == FINAL_ANSWERS
    alike = "equal final answers" if of_answers else "equal behaviour on generated inputs"
    text = [
        f"{own.model.iloc[0]}, where no test tells which sample is right: of {n:,} samples a "
        f"majority of {alike} takes a right one on "
        f"{percent(behaviour.pass_at_1)} % of {behaviour.tasks} tasks (95 % interval over tasks "
        f"{percent(behaviour.tasks_low)} to {percent(behaviour.tasks_high)} %), a random sample on "
        f"{percent(one.pass_at_1)} %, and on {percent(ceiling.pass_at_1)} % there is one to be "
        "taken.",
        f"Over a random sample that is {_points(behaviour)}.",
    ]
    others = []
    for method, name in (
        ("text", f"a majority of equal {'answer' if of_answers else 'program'} text"),
        ("likelihood", "the highest mean log-probability"),
    ):
        row = last.loc[method]
        if not math.isnan(row.pass_at_1):
            others.append(f"{name} {percent(row.pass_at_1)} % ({_points(row)})")
    if others:
        text.append(f"By other ways to select: {'; '.join(others)}.")
    if math.isnan(last.loc["likelihood"].pass_at_1):
        text.append(
            "Log-probabilities were not recorded of all samples, so the likeliest is unknown."
        )
    left = ceiling.pass_at_1 - last.loc[["likelihood", "text", "behaviour"]].pass_at_1.max()
    text.append(
        f"Even the best of these ways leaves {percent(left)} of the {percent(ceiling.pass_at_1)} "
        "percentage points of coverage to whoever can check."
    )
    if behaviour.inputs and not of_answers:
        text.append(f"The inputs come from the prompts ({behaviour.inputs}), not from the tests.")
    return " ".join(text)


def _points(row: pd.Series) -> str:
    """A gain in points with its paired interval over tasks, and whether that holds 0."""
    interval = f"{100 * row.gain_low:+z.1f} to {100 * row.gain_high:+z.1f} over tasks"
    unclear = ", which shows no difference" if row.gain_low <= 0 <= row.gain_high else ""
    return f"{100 * row.gain:+z.1f} points, {interval}{unclear}"


def view(table: pd.DataFrame, curves: Curves) -> View:
    """Every method at the most samples that each model has."""
    most = table[table.n == table.groupby("model").n.transform("max")]
    return of_columns(
        most[most.pass_at_1.notna()],
        [
            ("Model", False, lambda row: row.model),
            ("Chosen by", False, lambda row: row.method),
            ("of n", True, lambda row: f"{row.n:,}"),
            ("Right (%)", True, lambda row: percent(row.pass_at_1)),
            ("95 % over tasks", True, lambda row: interval(row.tasks_low, row.tasks_high)),
            ("Gain over random (points)", True, lambda row: signed(row.gain)),
            ("95 % over tasks", True, lambda row: points(row.gain_low, row.gain_high)),
        ],
    )
