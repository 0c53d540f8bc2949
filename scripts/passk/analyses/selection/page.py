"""What the report page says of this analysis."""

from __future__ import annotations

import math

import pandas as pd

from passk.analyses.selection.table import CHOSEN, FINAL_ANSWERS, PROOFS
from passk.analyses.view import (
    Curves,
    View,
    interval,
    of_columns,
    points,
    share,
    signed,
)
from passk.curve import percent
from passk.words import counted

TITLE = "Choosing without tests"
QUESTION = "Which sample to take where there is no test?"
ALIKE = {FINAL_ANSWERS: "final answers", PROOFS: "proofs"}


def paragraph(table: pd.DataFrame) -> str:
    """What the table says, for the report; ``table`` has :data:`COLUMNS`, the own model first."""
    own = table[table.model == table.model.iloc[0]]
    last = own[own.n == own.n.max()].set_index("method")
    n = int(own.n.max())
    if n == 1:
        return "With one draw a task there is nothing to select from."
    one, ceiling = last.loc["random"], last.loc["oracle"]
    taken = last.loc[next(method for method in CHOSEN if method in last.index)]
    if ceiling.pass_at_1 == 0:
        return (
            f"{own.model.iloc[0]}: no sample of any task is right, so that no way to select finds "
            "one."
        )
    alike = ALIKE.get(taken.inputs, "behaviour on generated inputs")
    verbatim = "answer" if taken.inputs in ALIKE else "program"
    names = {
        "examples+agreement": "the one that agrees with most others among those that pass the "
        "prompt's examples",
        "examples": "any that passes the prompt's examples",
        "agreement": "the one that agrees with most others on generated inputs",
        "behaviour": f"a majority of equal {alike}",
        "text": f"a majority of equal {verbatim} text",
        "likelihood": "the highest mean log-probability",
        "likelihood-weighted": f"a majority of equal {alike}, weighted by exp(mean "
        "log-probability),",
        "dual": "the largest agreement with tests that a model wrote",
        "score": "the highest score",
        "score-weighted": f"a majority of equal {alike}, weighted by score,",
    }
    verb = "takes" if taken.name == "behaviour" else "is"
    text = [
        f"{own.model.iloc[0]}, where no test tells which sample is right: of {n:,} samples "
        f"{names.pop(taken.name)} {verb} a right one on "
        f"{percent(taken.pass_at_1)} % of {counted(taken.tasks, 'task')} (95 % interval over tasks "
        f"{percent(taken.tasks_low)} to {percent(taken.tasks_high)} %), a random sample on "
        f"{percent(one.pass_at_1)} %, and on {percent(ceiling.pass_at_1)} % there is one to be "
        "taken.",
        f"Over a random sample that is {_points(taken)}.",
    ]
    if not math.isnan(taken.gap_closed):
        known = (
            f"95 % interval over tasks {percent(taken.gap_low)} to {percent(taken.gap_high)} %"
            if not math.isnan(taken.gap_low)
            else "too few tasks for an interval"
        )
        text.append(f"It closes {percent(taken.gap_closed)} % of the gap ({known}).")
    others = []
    for method, name in names.items():
        row = last.loc[method] if method in last.index else one
        if row.name == method and not math.isnan(row.pass_at_1):
            others.append(f"{name} {percent(row.pass_at_1)} % ({_points(row)})")
    if others:
        text.append(f"By other ways to select: {'; '.join(others)}.")
    text += _unknown(last)
    left = ceiling.pass_at_1 - last.drop(index=["random", "oracle"]).pass_at_1.max()
    text.append(
        f"Even the best of these ways leaves {percent(left)} of the {percent(ceiling.pass_at_1)} "
        "percentage points of coverage to whoever can check."
    )
    if taken.inputs and taken.inputs not in ALIKE:
        text.append(f"The inputs come from the prompts ({taken.inputs}), not from the tests.")
    if taken.with_examples and not math.isnan(taken.shared):
        text.append(_shared(taken, one))
    return " ".join(text)


def _unknown(last: pd.DataFrame) -> list[str]:
    """Why a method has no numbers, of each that has none; ``last`` has the rows by method."""
    unknown = set(last.index[last.pass_at_1.isna()])
    text = []
    if "likelihood" in unknown:
        text.append(
            "Log-probabilities were not recorded of all samples, so the likeliest is unknown."
        )
    if "score" in unknown:
        text.append("Some samples have a score and others none, so nothing is chosen by it.")
    elif "score-weighted" in unknown:
        text.append("Some scores are below 0, so no majority can be weighted by them.")
    return text


def _shared(taken: pd.Series, one: pd.Series) -> str:
    """What is left of the gain where the examples are no tests."""
    text = (
        f"Examples are shown by the prompts of {counted(taken.with_examples, 'task')}, of "
        f"{taken.shared:.0f} of which the first suite's tests make the call of one"
    )
    if math.isnan(taken.unshared_pass_at_1):
        return f"{text}, which leaves no other task."
    interval = f"{100 * taken.unshared_gain_low:+z.1f} to {100 * taken.unshared_gain_high:+z.1f}"
    return (
        f"{text}; on the other {taken.tasks - taken.shared:.0f}, with examples or without, it is "
        f"{percent(taken.unshared_pass_at_1)} % against {percent(one.unshared_pass_at_1)} % of a "
        f"random sample ({100 * taken.unshared_gain:+z.1f} points, {interval} over tasks)."
    )


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
            ("Gain (points)", True, lambda row: signed(row.gain)),
            ("95 % over tasks", True, lambda row: points(row.gain_low, row.gain_high)),
            ("Of gap (%)", True, lambda row: share(row.gap_closed)),
        ],
    )
