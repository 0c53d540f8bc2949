"""Is the model better than a rival, and from which k on? Differences of pass@k on the same tasks.

Two questions at every k. Against *pass@1*: k samples of the model, one of the rival; the claim that
repeated sampling makes a small model as good as a large one. Against *pass@k*: as many samples of
both. A rival that was measured is paired task by task. One that is only quoted is not: which tasks
it solves is unknown. Its interval then is that of independent sets of tasks, and wider than a
paired one unless what is hard for one model is easy for the other.

*Over tasks* another benchmark of this kind is meant, each model sampled afresh; *over draws* these
tasks and other draws of both, unknown (NaN) where 2k > n for either, and for a quoted rival.

A verdict belongs to one k. Looking for the smallest k that is better needs no correction for the
many k looked at, if one reads downwards from the largest k and stops at the first that is not
(:func:`better_from`): pass@k rises with k, so the null hypotheses "not better at k" are nested, and
tests in a fixed order keep the error of all (Marcus, Peritz and Gabriel 1976, Biometrika 63:655).
That holds against pass@1 only; two curves that both rise may cross more than once.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
import pandas as pd

from passk.baseline import Baseline
from passk.compared import Compared
from passk.curve import Point, crossing, percent
from passk.estimator import k_grid, pass_table
from passk.statistics.intervals import (
    Z,
    error_over_draws,
    of_paired_differences,
    of_task_estimates,
    square_and_add,
    wilson,
)

ONE, MANY = "pass@1", "pass@k"
BETTER, WORSE, OPEN, UNKNOWN = "better", "worse", "not significant", "unknown"


@dataclass(frozen=True, slots=True)
class Row:
    """The model at one k against a rival's pass@1 or pass@k, with 95 % intervals of the difference.

    Fractions. ``tasks`` is the number of the model's tasks, ``rival_tasks`` of the rival's (0 where
    unknown). ``verdict`` says whether the interval over tasks leaves out 0, and on which side.
    """

    model: str
    rival: str
    against: str
    pairing: str
    k: int
    asked: int
    tasks: int
    rival_tasks: int
    value: float
    rival_value: float
    difference: float
    tasks_low: float
    tasks_high: float
    draws_low: float
    draws_high: float
    verdict: str


_TYPES = {"str": str, "int": int, "float": float}
COLUMNS = {field.name: _TYPES[field.type] for field in fields(Row)}


def comparison(
    models: Sequence[Compared], quoted: Baseline | None, k_values: Sequence[int]
) -> list[Row]:
    """The first model against the quoted one and all others, at ``k_values`` and on a dense grid.

    No rows where there is no rival.
    """
    own = models[0]
    asked = sorted(set(k_values))
    k = np.array(sorted({*asked, *k_grid(int(own.n.min()))}))
    estimates = pass_table(own.n, own.c, k)
    rows = _against_quoted(own, quoted, k, estimates, asked) if quoted else []
    errors = error_over_draws(own.n, own.c, k)
    for rival in models[1:]:
        measured = pass_table(rival.n, rival.c, k), error_over_draws(rival.n, rival.c, k)
        once = pass_table(rival.n, rival.c, [1]), error_over_draws(rival.n, rival.c, np.array([1]))
        for against, (other, other_errors) in ((ONE, once), (MANY, measured)):
            other = np.broadcast_to(other, estimates.shape)
            value, other_value = estimates.mean(axis=0), other.mean(axis=0)
            half = Z * np.hypot(errors, other_errors)
            difference = value - other_value
            draws = np.maximum(difference - half, -1), np.minimum(difference + half, 1)
            tasks = of_paired_differences(estimates, other)
            rows += [
                Row(own.label, rival.label, against, "paired", one, int(one in asked),
                    len(own.counts), len(rival.counts), *numbers, _verdict(*numbers[3:5]))
                for one, *numbers in _by_k(k, value, other_value, difference, *tasks, *draws)
            ]  # fmt: skip
    return rows


def _against_quoted(
    own: Compared, quoted: Baseline, k: np.ndarray, estimates: np.ndarray, asked: Sequence[int]
) -> list[Row]:
    value = estimates.mean(axis=0)
    bounds = wilson(quoted.value, quoted.tasks) if quoted.tasks else (math.nan, math.nan)
    low, high = square_and_add((value, *of_task_estimates(estimates)), (quoted.value, *bounds))
    return [
        Row(own.label, quoted.label, ONE, "unpaired", one, int(one in asked), len(own.counts),
            quoted.tasks or 0, mine, quoted.value, mine - quoted.value, one_low, one_high,
            math.nan, math.nan, _verdict(one_low, one_high))
        for one, mine, one_low, one_high in _by_k(k, value, low, high)
    ]  # fmt: skip


def _by_k(*columns: np.ndarray) -> zip:
    return zip(*(column.tolist() for column in columns), strict=True)


def _verdict(low: float, high: float) -> str:
    if math.isnan(low) or math.isnan(high):
        return UNKNOWN
    return BETTER if low > 0 else WORSE if high < 0 else OPEN


def better_from(rows: pd.DataFrame) -> int | None:
    """The smallest k from which on every known verdict is better; None where the largest is not.

    ``rows`` are of one rival, against its pass@1, ascending in k.
    """
    found = None
    for k, verdict in zip(rows.k[::-1], rows.verdict[::-1], strict=True):
        if verdict == UNKNOWN:
            continue
        if verdict != BETTER:
            break
        found = int(k)
    return found


def reached_at(rows: pd.DataFrame) -> int | None:
    """The smallest k whose estimate reaches the rival's pass@1; None where none does.

    Read off a straight line between the k of the table, as :func:`passk.curve.crossing` does.
    """
    points = [Point(int(k), value) for k, value in zip(rows.k, rows.value, strict=True)]
    return crossing(points, rows.rival_value.iloc[0])


def paragraph(table: pd.DataFrame) -> str:
    """What the table says, for the report; it has :data:`COLUMNS` and the line to beat first."""
    if table.empty:
        return (
            "No other model is named for this experiment, so there is nothing to compare with. A "
            "baseline or compare_with in config.yaml names one."
        )
    rival = table.rival.iloc[0]
    rows = table[(table.rival == rival) & (table.against == ONE)]
    known = rows[rows.verdict != UNKNOWN]
    model, line = rows.model.iloc[0], percent(rows.rival_value.iloc[0])
    if known.empty:
        return (
            f"{rival}'s pass@1 of {line} % is quoted without the number of tasks behind it, or no "
            "k asked for has as many draws in every task: whether a difference is significant "
            "cannot be told."
        )
    quoted = rows.pairing.iloc[0] == "unpaired"
    text = [
        f"{model} with k samples a task against {rival} with one (pass@1 = {line} %), in "
        "percentage points with the 95 % interval over tasks, each for its own k: "
        + "; ".join(_at_k(row) for row in known[known.asked == 1].itertuples())
        + "."
    ]
    if quoted:
        text.append(
            f"{rival}'s value is quoted and which tasks it solves is not known, so the intervals "
            "are those of two independent sets of tasks, its own uncertainty as that of "
            f"{rows.rival_tasks.iloc[0]} tasks tried once included; paired task by task they would "
            "most likely be narrower."
        )
    else:
        text.append("The intervals are of differences paired task by task.")
    text.append(_first_k(rows, known, rival))
    many = table[(table.rival == rival) & (table.against == MANY) & (table.asked == 1)]
    many = many[many.verdict != UNKNOWN]
    if not many.empty:
        last = many.iloc[-1]
        text.append(
            f"With {last.k:,} {'sample' if last.k == 1 else 'samples'} of each, {model} has "
            f"{percent(last.value)} % and {rival} {percent(last.rival_value)} %, a difference of "
            f"{_points(last)}: {_in_words(last.verdict)}."
        )
    return " ".join(text)


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
    return f"{100 * row.difference:+.1f} ({low:+.1f} to {high:+.1f})"
