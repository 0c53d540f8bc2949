"""Reliability: the chance that *all* k draws of a task pass, beside the chance that one does.

pass@k asks what a user gets who can check; pass^k ("pass hat k") asks what a user gets who cannot,
and needs the model to be right every time. For a task with n draws of which c passed

    pass^k = C(c, k) / C(n, k),

the share of the sets of k draws that hold passes only: unbiased (Yao et al. 2024, tau-bench,
arXiv:2406.12045, section 4). The benchmark's pass^k is the mean over its tasks, NaN where a task
has fewer than k draws.

It is 1 - pass@k with passes and failures exchanged, so it is computed, and given intervals, by the
same code. It says nothing of how a task's draws would agree at another temperature.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
import pandas as pd

from passk.compared import Compared
from passk.curve import percent
from passk.estimator import fail_table, k_grid, pass_table
from passk.statistics.intervals import of_task_estimates, over_draws

PER_DECADE = 12
MEASURES = ("pass@k", "pass^k")


@dataclass(frozen=True, slots=True)
class Row:
    """One measure of one model at one k, with 95 % intervals over tasks and over draws.

    Fractions. The values are NaN where some task has n < k, the interval over draws where n < 2k.
    """

    model: str
    measure: str
    k: int
    asked: int
    tasks: int
    value: float
    tasks_low: float
    tasks_high: float
    draws_low: float
    draws_high: float


_TYPES = {"str": str, "int": int, "float": float}
COLUMNS = {field.name: _TYPES[field.type] for field in fields(Row)}


def all_pass_table(n: np.ndarray, c: np.ndarray, k: Sequence[int] | np.ndarray) -> np.ndarray:
    """pass^k of every task at every k, shape (tasks, ks); NaN where n < k.

    C(c, k) / C(n, k) is the chance that k draws all fail if passes are taken for failures.

    :raises ValueError: some k < 1, some c outside 0..n.
    """
    n, c = np.asarray(n), np.asarray(c)
    return fail_table(n, n - c, k)


def reliability(models: Sequence[Compared], k_values: Sequence[int]) -> list[Row]:
    """Both measures of every model, at ``k_values`` (``asked`` is 1) and on a grid between."""
    rows = []
    for model in models:
        n, c = model.n, model.c
        asked = sorted(set(k_values))
        k = np.array(sorted({*asked, *k_grid(int(n.min()), 10, PER_DECADE)}))
        low, high = over_draws(n, n - c, k)
        for measure, estimates, draws in (
            ("pass@k", pass_table(n, c, k), over_draws(n, c, k)),
            ("pass^k", all_pass_table(n, c, k), (1 - high, 1 - low)),
        ):
            columns = (estimates.mean(axis=0), *of_task_estimates(estimates), *draws)
            for one, *numbers in zip(k.tolist(), *(c.tolist() for c in columns), strict=True):
                rows.append(
                    Row(model.label, measure, one, int(one in asked), len(model.counts), *numbers)
                )
    return rows


def paragraph(table: pd.DataFrame) -> str:
    """What the table says, for the report; ``table`` has :data:`COLUMNS`, the own model first."""
    own = table[table.model == table.model.iloc[0]]
    every = own[(own.measure == "pass^k") & (own.asked == 1) & own.value.notna()]
    if every.empty:
        return "No k asked for has as many draws in every task, so reliability cannot be told."
    last = every.iloc[-1]
    once = own[(own.measure == "pass@k") & (own.k == last.k)].iloc[0]
    if last.k == 1:
        return (
            f"With one draw, pass@k and pass^k are the same number: {percent(last.value)} % of "
            f"{last.tasks} tasks. A larger k would tell how much of it can be relied on."
        )
    text = [
        f"{last.model}: that at least one of {last.k:,} draws of a task passes has a chance of "
        f"{percent(once.value)} %, that all of them do {percent(last.value)} % "
        f"({_interval(last)} over tasks), on average over {last.tasks} tasks.",
        "The first is what repeated sampling gives to whoever can check an answer, the second what "
        "it gives to whoever cannot and needs every answer to be right; their difference is the "
        "chance that the draws of a task do not agree.",
    ]
    for label in table.model.unique()[1:]:
        rows = table[(table.model == label) & (table.k == last.k) & table.value.notna()]
        values = dict(zip(rows.measure, rows.value, strict=True))
        if len(values) == 2:
            text.append(
                f"{label} at the same k: {percent(values['pass@k'])} % and "
                f"{percent(values['pass^k'])} %."
            )
    if math.isnan(last.draws_low):
        text.append(
            f"An interval over draws would need {2 * last.k:,} draws a task and is not given."
        )
    return " ".join(text)


def _interval(row: pd.Series) -> str:
    return f"95 % interval {percent(row.tasks_low)} to {percent(row.tasks_high)} %"
