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
from dataclasses import dataclass
from typing import get_type_hints

import numpy as np
import pandas as pd

from passk.analyses.compute.table import crossing as interval_of_k
from passk.analyses.given import Given
from passk.baseline import Baseline
from passk.counts import ModelCounts
from passk.curve import Point, crossing
from passk.estimator import k_grid, pass_table
from passk.statistics.intervals import (
    Z,
    error_of_one_draw,
    error_over_draws,
    of_paired_differences,
    of_task_estimates,
    square_and_add,
)
from passk.statistics.planning import Needed, needed

ONE, MANY = "pass@1", "pass@k"
BETTER, WORSE, OPEN, UNKNOWN = "better", "worse", "not significant", "unknown"


@dataclass(frozen=True, slots=True)
class Row:
    """The model at one k against a rival's pass@1 or pass@k, with 95 % intervals of the difference.

    Fractions. ``tasks`` is the number of the model's tasks, ``rival_tasks`` of the rival's (0 where
    unknown). ``verdict`` says whether the interval over tasks leaves out 0, and on which side.
    ``tasks_needed`` and ``draws_needed`` are those of :mod:`passk.statistics.planning`: with so
    many tasks like these, or draws of these tasks by each, the interval over tasks (or over draws)
    leaves out 0 in four of five cases; NaN where unknown, and for a quoted rival.
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
    tasks_needed: float = math.nan
    draws_needed: float = math.nan


COLUMNS = get_type_hints(Row)


def table(given: Given) -> list[Row]:
    """The first model against the quoted one and all others, at ``k_values`` and on a dense grid.

    No rows where there is no rival.
    """
    own, *rivals = given.counts
    asked, quoted = given.k_values, given.quoted
    grid = {*asked, *k_grid(int(own.n.min()))}
    for rival in [*rivals, *([quoted] if quoted else [])]:
        grid |= _bounds_of_k(own, rival)
    k = np.array(sorted(grid))
    estimates = pass_table(own.n, own.c, k)
    rows = _against_quoted(own, quoted, k, estimates, asked) if quoted else []
    errors, of_one_draw = _errors(own, k)
    for rival in rivals:
        measured = pass_table(rival.n, rival.c, k), *_errors(rival, k)
        once = pass_table(rival.n, rival.c, [1]), *_errors(rival, np.array([1]))
        for against, (other, other_errors, its) in ((ONE, once), (MANY, measured)):
            other = np.broadcast_to(other, estimates.shape)
            value, other_value = estimates.mean(axis=0), other.mean(axis=0)
            half = Z * np.hypot(errors, other_errors)
            difference = value - other_value
            draws = np.maximum(difference - half, -1), np.minimum(difference + half, 1)
            tasks = of_paired_differences(estimates, other)
            plans = _plans(estimates - other, k, np.hypot(of_one_draw, its))
            rows += [
                Row(own.label, rival.label, against, "paired", one, int(one in asked),
                    len(own.counts), len(rival.counts), *numbers, _verdict(*numbers[3:5]),
                    plan.tasks, plan.draws)
                for (one, *numbers), plan in zip(
                    _by_k(k, value, other_value, difference, *tasks, *draws), plans, strict=True
                )
            ]  # fmt: skip
    return rows


def _bounds_of_k(own: ModelCounts, rival: ModelCounts | Baseline) -> set[int]:
    """The ends of the 95 % interval over tasks of the k that reaches one sample of the rival.

    Those that the draws reach: then the table has the k from which on the model is better, and not
    the next k of a grid.
    """
    every = pass_table(own.n, own.c, np.arange(1, int(own.n.min()) + 1))
    once = rival if isinstance(rival, Baseline) else pass_table(rival.n, rival.c, [1])[:, 0]
    if not isinstance(rival, Baseline) and len(once) != len(every):
        return set()
    return {int(k) for k in interval_of_k(every, once)[1:] if math.isfinite(k)}


def _against_quoted(
    own: ModelCounts, quoted: Baseline, k: np.ndarray, estimates: np.ndarray, asked: Sequence[int]
) -> list[Row]:
    value = estimates.mean(axis=0)
    rival = quoted.value, quoted.low, quoted.high
    low, high = square_and_add((value, *of_task_estimates(estimates)), rival)
    return [
        Row(own.label, quoted.label, ONE, "unpaired", one, int(one in asked), len(own.counts),
            quoted.tasks or 0, mine, quoted.value, mine - quoted.value, one_low, one_high,
            math.nan, math.nan, _verdict(one_low, one_high))
        for one, mine, one_low, one_high in _by_k(k, value, low, high)
    ]  # fmt: skip


def _by_k(*columns: np.ndarray) -> zip:
    return zip(*(column.tolist() for column in columns), strict=True)


def _errors(model: ModelCounts, k: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The standard errors over draws, of the draws there are and of one draw, shape (ks,)."""
    return error_over_draws(model.n, model.c, k), error_of_one_draw(model.n, model.c, k)


def _plans(differences: np.ndarray, k: np.ndarray, errors: np.ndarray) -> list[Needed]:
    """What is needed at every k: ``differences`` has shape (tasks, ks), ``errors`` (ks,) of one
    draw by each.
    """
    return [
        needed(column, int(one), 1, float(error))
        for column, one, error in zip(differences.T, k, errors, strict=True)
    ]


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


def interval_of_reaching(rows: pd.DataFrame) -> tuple[float, float]:
    """The 95 % interval over tasks of the k that reaches the rival; ``rows`` as above.

    It holds each k whose difference is not significant; its upper end is the k from which on the
    model is better, ``inf`` where that is beyond the draws. NaN where no interval is known.
    """
    known = rows[rows.verdict != UNKNOWN]
    if known.empty:
        return math.nan, math.nan
    within, better = known.k[known.tasks_high >= 0], better_from(rows)
    low = math.inf if within.empty else float(within.iloc[0])
    return low, math.inf if better is None else float(better)
