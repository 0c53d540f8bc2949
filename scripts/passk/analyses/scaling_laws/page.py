"""What the report page says of this analysis."""

from __future__ import annotations

import math

import pandas as pd

from passk.analyses.scaling_laws.table import BROWN, SCHAEFFER
from passk.analyses.view import rounded
from passk.curve import percent

TITLE = "Scaling laws"
QUESTION = "Which law does the curve follow?"


def paragraph(table: pd.DataFrame) -> str:
    """What the table says, for the report; ``table`` has :data:`COLUMNS`, the own model first."""
    own = table.model.iloc[0]
    fitted = table[(table.kind == "fit") & (table.model == own)]
    by_name = {(row.law, row.estimator): row for row in fitted.itertuples()}
    brown, power = by_name[BROWN, "least_squares"], by_name[SCHAEFFER, "least_squares"]
    beta = by_name[SCHAEFFER, "beta_binomial"]
    if math.isnan(brown.b):
        return f"{own}: no power law can be fitted, because {_why_none(table, own)}."
    if brown.b == 0:
        return (
            f"{own}: pass@k is the same at every k to {brown.k_max:,.0f}, so that it shows no law."
        )
    text = [
        f"{own}: from k = {brown.k_min:,.0f} to {brown.k_max:,.0f}, pass@k = exp(a k^b) with "
        f"a = {brown.a:z.2f} ({_range(brown.a_low, brown.a_high)}) and b = {brown.b:z.3f} "
        f"({_range(brown.b_low, brown.b_high, 3)}), 95 % intervals over tasks; on average the fit "
        f"is {percent(brown.mean_abs_error)} percentage points from the curve.",
        f"As a power law of \N{MINUS SIGN}log pass@k, fitted on logarithmic axes, the exponent is "
        f"{power.b:z.3f} ({_range(power.b_low, power.b_high, 3)} over tasks).",
    ]
    if not math.isnan(beta.b):
        text.append(
            "The same exponent read off the left tail of the tasks' success rates by a "
            f"beta-binomial is {beta.b:z.3f} ({_range(beta.b_low, beta.b_high, 3)} over tasks); "
            f"its curve is {percent(beta.mean_abs_error)} points off; where the two exponents "
            "differ, the curve is not, or not yet, a power law."
        )
    elif beta.note:
        text.append(f"A beta-binomial has no fit here but a limit ({beta.note}), and no exponent.")
    for row in table[(table.kind == "shift") & (table.estimator == "mean")].itertuples():
        text.append(_shift_sentence(table, own, row.model, row))
    text.append("None of this says how pass@k continues beyond the largest k fitted.")
    return " ".join(text)


def _why_none(table: pd.DataFrame, own: str) -> str:
    observed = table[(table.model == own) & (table.law == "observed") & (table.kind == "curve")].y
    if (observed == 0).all():
        return "no draw passed, so that pass@k is 0 at every k"
    if (observed == 1).all():
        return "pass@k is 1 at every k"
    return "it takes two k at which pass@k is above 0 and below 1"


def _shift_sentence(table: pd.DataFrame, own: str, other: str, mean: pd.Series) -> str:
    if math.isnan(mean.y):
        return f"The curves of {own} and {other} share no level of pass@k, so no shift is given."
    rows = table[(table.kind == "shift") & (table.model == other)]
    levels = rows[rows.estimator == "level"].y
    factor, low, high, lowest, highest = (
        rounded(value, 3)
        for value in (mean.y, mean.y_low, mean.y_high, levels.iloc[0], levels.iloc[-1])
    )
    interval = (
        "no interval"
        if math.isnan(mean.y_low)
        else f"95 % interval {low} to {high} over tasks, paired"
    )
    return (
        f"{own} needs {factor} times as many samples as {other} for the same pass@k, on geometric "
        f"average over the levels that both reach ({interval}); from the lowest to the highest of "
        f"these levels the factor goes from {lowest} to {highest}, while for curves that are "
        "shifts of each other it stays the same."
    )


def _range(low: float, high: float, digits: int = 2) -> str:
    if math.isnan(low) or math.isnan(high):
        return "no interval"
    return f"{low:z.{digits}f} to {high:z.{digits}f}"
