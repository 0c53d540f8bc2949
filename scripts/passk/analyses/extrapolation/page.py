"""What the report page says of this analysis."""

from __future__ import annotations

import math

import pandas as pd

from passk.analyses.extrapolation.table import FAR, HORIZONS, NAMES, REPEATS, SUBSAMPLES
from passk.curve import percent

TITLE = "Forecast"
QUESTION = "What would more samples give?"


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
    spans = {k: known[known.k == k].predicted for k in (horizon * n for horizon in HORIZONS)}
    range_of = {k: f"{percent(span.min())} to {percent(span.max())} %" for k, span in spans.items()}
    best = tested[tested.recommended == 1]
    if best.empty:
        far = max(range_of)
        why = (
            f"{n:,} draws a task are too few for a backtest, which needs {FAR * SUBSAMPLES[0]}"
            if tested.empty
            else "a pass is so rare that no subset of the draws held one, so there is no backtest"
        )
        return (
            f"{label}: {why}; no forecast is recommended. The methods forecast "
            f"{range_of[far]} for k = {far:,}; how far they can be trusted is not known."
        )
    far = best[best.k >= FAR * best.m]
    method = best.method.iloc[0]
    text = [
        f"{label}: from random subsets of {_list(best.m)} draws a task, compared with pass@k from "
        f"all {n:,} for k of {FAR} times the subset or more, the least mean absolute error, "
        f"{percent(far.error_mean_abs.mean())} percentage points, was that of the "
        f"{NAMES[method]} (mean error with sign {_signed(far.error_mean.mean())}, predicted minus "
        f"actual, {_subsets(best)}).",
    ]
    for k in range_of:
        row = ahead[(ahead.method == method) & (ahead.k == k)].iloc[0]
        error = (
            f"backtest error {percent(row.error_mean_abs)} points at this ratio"
            if not math.isnan(row.error_mean_abs)
            else "a ratio of k to draws that no backtest here reaches"
        )
        text.append(
            f"From all {n:,} draws it forecasts pass@{k:,} = {percent(row.predicted)} % ({error}); "
            f"the methods together span {range_of[k]}."
        )
    text.append(
        "The subsets are of the same tasks, so these errors are not what another benchmark would "
        "show, and tasks that can never be solved cannot be told from hard ones by these draws."
    )
    return " ".join(text)


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
