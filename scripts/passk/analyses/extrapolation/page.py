"""What the report page says of this analysis."""

from __future__ import annotations

import pandas as pd

from passk.analyses.extrapolation.table import (
    FAR,
    HORIZONS,
    MANY,
    MARGIN,
    NAMES,
    REPEATS,
    SUBSAMPLES,
    WIDTH,
    usual,
)
from passk.curve import percent
from passk.words import agreeing

TITLE = "Forecast"
QUESTION = "What would more samples give?"

BANDS = {
    "backtest": f"{WIDTH} times the backtest's error at this ratio of k to draws",
    "largest ratio": "no backtest here reaches this ratio of k to draws; its error, grown",
    "simulations": "from errors in simulations, not measured on these tasks",
}


def paragraph(table: pd.DataFrame) -> str:
    """What the table says, for the report; ``table`` has :data:`COLUMNS`, the own model first."""
    own = table[table.model == table.model.iloc[0]]
    label = own.model.iloc[0]
    tested, ahead = own[own.kind == "backtest"], own[own.kind == "forecast"]
    known = ahead[ahead.predicted.notna()]
    if known.empty:
        why = "no task has two draws" if (own.actual > 0).any() else "no draw passed"
        return f"{label}: {why}, so nothing can be forecast."
    n = int(ahead.m.iloc[0])
    method = known[known.recommended == 1].method.iloc[0]
    text = [f"{label}: {_tested(tested, method, n)}"]
    source = "the one draw" if n == 1 else f"all {n:,} draws"
    for k in (horizon * n for horizon in HORIZONS):
        at = known[known.k == k]
        row = at[at.method == method].iloc[0]
        text.append(
            f"From {source} it forecasts pass@{k:,} = {percent(row.predicted)} % (band "
            f"{percent(row.low)} to {percent(row.high)} %: {BANDS[row.band]}); the methods "
            f"together span {percent(at.predicted.min())} to {percent(at.predicted.max())} %."
        )
    if note := next(iter(known[known.note != ""].note), ""):
        text.append(
            f"The beta-binomial has no fit here but a limit ({note}), which is what it forecasts."
        )
    text.append(
        "The subsets are of the same tasks, so these errors are not what another benchmark would "
        "show, and tasks that can never be solved cannot be told from hard ones by these draws."
        if "backtest" in {*known.band}
        else "Tasks that can never be solved cannot be told from hard ones by these draws."
    )
    return " ".join(text)


def _tested(tested: pd.DataFrame, method: str, n: int) -> str:
    """Which method is recommended and why, and how far it was off in the backtest."""
    few = f"fewer than {MANY}" if n < MANY else f"{MANY} or more"
    best = tested[tested.recommended == 1]
    if best.empty or best.error_mean_abs.isna().any():
        why = (
            f"{agreeing(n, 'draw a task is', 'draws a task are')} too few for a backtest, "
            f"which needs {FAR * SUBSAMPLES[0]}"
            if tested.empty
            else "a pass is so rare that no subset of the draws held one, so there is no backtest"
        )
        return f"{why}; the forecast is the {NAMES[method]}, chosen beforehand for {few} draws."
    why = f"chosen beforehand for {few} draws"
    if method != usual(n):
        why = (
            f"whose error was less than 1/{MARGIN:g} of that of the {NAMES[usual(n)]}, which "
            f"{few} draws otherwise have"
        )
    far = best[best.k >= FAR * best.m]
    return (
        f"the forecast is the {NAMES[method]}, {why}. From random subsets of {_list(best.m)} draws "
        f"a task, compared with pass@k from all {n:,} for k of {FAR} times the subset or more, its "
        f"mean absolute error was {percent(far.error_mean_abs.mean())} percentage points (mean "
        f"error with sign {_signed(far.error_mean.mean())}, predicted minus actual, "
        f"{_subsets(best)})."
    )


def _subsets(best: pd.DataFrame) -> str:
    if (fewest := int(best.repeats.min())) == REPEATS:
        return f"{REPEATS} subsets of each size"
    return (
        f"of {REPEATS} subsets of each size those that held a pass, {fewest} at the fewest: "
        "luckier ones than the draws on average"
    )


def _list(values: pd.Series) -> str:
    first, *others = (f"{value:,}" for value in sorted(set(values)))
    return ", ".join([first, *others[:-1]]) + (f" and {others[-1]}" if others else "")


def _signed(value: float) -> str:
    return f"{100 * value:+z.1f}".replace("-", "\N{MINUS SIGN}")
