"""Did post-training help, or only sharpen? Two models on the same tasks, beyond pass@1.

A model that was trained on after its base is better at one sample. If training only moved chance
towards what the base could do anyway, the base solves as many tasks, or more, once both may try
often (Yue et al. 2025, arXiv:2504.13837). Three kinds of rows ask for that, of the first model and
each rival:

``overtakes``: the least k at which the model that is behind at one sample is ahead, up to the
fewest draws that a task has. Its interval over tasks holds every k up to the first at which that
model is significantly ahead, from the first on at which it is not significantly behind, by the
paired intervals of the differences; ``inf`` where there is no such k. Resamples of the tasks are
too sure where the few tasks that decide are not among those at hand (docs/methods.md). Two curves
may cross more than once; ``crossings`` says how often the leader changes.

``area``: A(K) = sum over k < K of (pass@K - pass@k), how much is left between one sample and K; and
S(K) = A(K) / ((K - 1) (1 - pass@1)), the same as a share of what one sample leaves (the area of Oh
et al., arXiv:2610.01509). A model that was only sharpened has less of both than its base.

``tasks``: how many tasks either solved in all, some or none of its draws. None of n draws is no
proof that a task cannot be solved, so ``bound`` has the 95 % bound of Clopper and Pearson (1934,
Biometrika 26:404), one-sided, over the draws of one such task: 1 - 0.05^(1/n) from above where none
passed, 0.05^(1/n) from below where all did.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import get_type_hints

import numpy as np
import scipy

from passk.analyses.given import Given
from passk.counts import ModelCounts
from passk.estimator import pass_table
from passk.statistics.intervals import (
    LEVEL,
    ROUNDING,
    of_paired_differences,
    of_task_estimates,
)
from passk.statistics.resampling import task_weights

OVERTAKES, AREA, SHARE, TASKS = "overtakes", "area", "share", "tasks"
ALWAYS, SOMETIMES, NEVER = "always", "sometimes", "never"
STATES = (ALWAYS, SOMETIMES, NEVER)
RESAMPLES = 1_000
_AT_ONCE = 100  # resamples, so that 10,000 k take 8 MB


@dataclass(frozen=True, slots=True)
class Row:
    """One number of the first model and a rival; what a row has no use for is NaN, 0 or empty.

    ``row`` is ``overtakes``: ``overtaker`` is the model that is behind at k = 1 (empty where they
    are equal), ``value`` the least k at which it is ahead, NaN where it never is up to ``k``;
    ``k_low`` to ``k_high`` its 95 % interval over tasks, ``inf`` for never up to ``k``; ``never``
    is the share of 1,000 resamples of the tasks that never cross; ``crossings`` how often the
    leader changes.

    ``row`` is ``area`` or ``share``: A(k) in samples, or S(k), of the model (``value``), the rival
    and their difference, each with its 95 % interval over tasks: of A those of all means over tasks
    (:mod:`passk.statistics.intervals`), of S those of :func:`shares`. S is NaN at k = 1, and where
    pass@1 is 1; an interval is NaN with a single task, and where the tasks are all alike.

    ``row`` is ``tasks``: ``count`` of the ``tasks`` are solved in so many of the model's draws
    (``state``) and of the rival's (``rival_state``). ``bound`` and ``rival_bound`` are of the task
    among them with the fewest draws: the rate that it may have, from above (never) or below
    (always).
    """

    row: str
    model: str
    rival: str
    k: int
    tasks: int
    value: float = math.nan
    low: float = math.nan
    high: float = math.nan
    rival_value: float = math.nan
    rival_low: float = math.nan
    rival_high: float = math.nan
    difference: float = math.nan
    difference_low: float = math.nan
    difference_high: float = math.nan
    overtaker: str = ""
    k_low: float = math.nan
    k_high: float = math.nan
    never: float = math.nan
    crossings: int = 0
    state: str = ""
    rival_state: str = ""
    count: int = 0
    bound: float = math.nan
    rival_bound: float = math.nan


COLUMNS = get_type_hints(Row)


def table(given: Given) -> list[Row]:
    """The first model and each that was measured on the same tasks; no rows where none was."""
    own, *rivals = given.counts
    rows: list[Row] = []
    for rival in rivals:
        largest = int(min(own.n.min(), rival.n.min()))
        every = np.arange(1, largest + 1)
        curves = pass_table(own.n, own.c, every), pass_table(rival.n, rival.c, every)
        weights = task_weights(len(own.counts), RESAMPLES)
        rows.append(_overtakes(own, rival, curves, weights))
        asked = sorted({largest, *(k for k in given.k_values if k <= largest)})
        rows += _areas(own, rival, curves, asked)
        rows += _solved(own, rival)
    return rows


def overtaking(lead: np.ndarray) -> np.ndarray:
    """The least k at which a lead over k = 1, 2, … is more than 0; ``inf`` where none is.

    ``lead`` has shape (rows, ks), the result (rows,).
    """
    ahead = lead > ROUNDING
    return np.where(ahead.any(axis=1), ahead.argmax(axis=1) + 1.0, math.inf)


def _overtakes(
    own: ModelCounts, rival: ModelCounts, curves: tuple[np.ndarray, np.ndarray], weights: np.ndarray
) -> Row:
    tasks, largest = curves[0].shape
    lead = curves[0] - curves[1]
    mean = lead.mean(axis=0)
    sides = np.sign(mean[np.abs(mean) > ROUNDING])
    found = {"row": OVERTAKES, "model": own.label, "rival": rival.label, "k": largest}
    found |= {"tasks": tasks, "crossings": int(np.count_nonzero(np.diff(sides)))}
    if abs(mean[0]) <= ROUNDING:
        return Row(**found)
    behind, lead = (own, lead) if mean[0] < 0 else (rival, -lead)
    value = float(overtaking(lead.mean(axis=0)[None])[0])
    found |= {"overtaker": behind.label, "value": value if math.isfinite(value) else math.nan}
    if tasks > 1:
        parts = np.split(weights, range(_AT_ONCE, len(weights), _AT_ONCE))
        resampled = np.concatenate([overtaking(part @ lead / tasks) for part in parts])
        bounds = np.array(of_paired_differences(*(curves if behind is own else curves[::-1])))
        high, low = map(float, overtaking(bounds))
        found |= {"k_low": low, "k_high": high, "never": float(np.isinf(resampled).mean())}
    return Row(**found)


def areas(curves: np.ndarray, k: int) -> np.ndarray:
    """A(k) of every task from its pass@1, pass@2, …, shape (tasks, ks): shape (tasks,)."""
    return (k - 1) * curves[:, k - 1] - curves[:, : k - 1].sum(axis=1)


def shares(
    area: Sequence[np.ndarray], once: Sequence[np.ndarray], k: int
) -> tuple[list[float], list[tuple[float, float]]]:
    """S(k) of two models from their tasks' A(k) and pass@1, and its difference, with intervals.

    S is a ratio of means over tasks. A task moves it by its A(k) less what S makes of its rest, in
    parts of the mean rest (Cochran 1977, Sampling Techniques, section 6.4), and the interval is
    that of Student's t of these, paired for the difference. Percentiles of resamples of the tasks
    leave out the truth too often where tasks are few (docs/methods.md). NaN where k = 1, where
    pass@1 is 1, and the intervals with a single task.
    """
    tasks, values, moves = len(area[0]), [], []
    for mine, first in zip(area, once, strict=True):
        rest = (k - 1) * (1 - first)
        mean = rest.mean() if rest.mean() > ROUNDING else math.nan
        values.append(float(mine.mean() / mean))
        moves.append((mine - values[-1] * rest) / mean)
    values.append(values[0] - values[1])
    moves.append(moves[0] - moves[1])
    if tasks < 2:
        return values, [(math.nan, math.nan)] * 3
    factor = scipy.special.stdtrit(tasks - 1, (1 + LEVEL) / 2) / math.sqrt(tasks * (tasks - 1))
    bounds = []
    for value, move, least in zip(values, moves, (0, 0, -1), strict=True):
        half = factor * math.sqrt((move**2).sum())
        bounds.append((float(np.maximum(value - half, least)), float(np.minimum(value + half, 1))))
    return values, bounds


def _areas(
    own: ModelCounts,
    rival: ModelCounts,
    curves: tuple[np.ndarray, np.ndarray],
    asked: list[int],
) -> Iterator[Row]:
    tasks = len(own.counts)
    for k in asked:
        area = [areas(curve, k) for curve in curves]
        # In parts of what it could be at most, each task's lies in [0, 1].
        parts = [one[:, None] / max(k - 1, 1) for one in area]
        bounds = [*map(of_task_estimates, parts), of_paired_differences(*parts)]
        values = [one.mean() for one in area]
        yield _numbers(
            Row(AREA, own.label, rival.label, k, tasks),
            [*values, values[0] - values[1]],
            [(float(low[0]) * (k - 1), float(high[0]) * (k - 1)) for low, high in bounds]
            if tasks > 1 else None,
        )  # fmt: skip
        yield _numbers(
            Row(SHARE, own.label, rival.label, k, tasks),
            *shares(area, [curve[:, 0] for curve in curves], k),
        )


def _numbers(row: Row, values: list[float], bounds: list[tuple[float, float]] | None) -> Row:
    """A row with its three values and their intervals; one without a width says nothing: NaN."""
    found = {}
    for name, value, (low, high) in zip(
        ("", "rival_", "difference_"), values, bounds or [(math.nan, math.nan)] * 3, strict=True
    ):
        found[name.removesuffix("_") if name == "difference_" else f"{name}value"] = float(value)
        if high - low > ROUNDING:
            found |= {f"{name}low": low, f"{name}high": high}
    return replace(row, **found)


def state_of(n: np.ndarray, c: np.ndarray) -> np.ndarray:
    """Whether all, some or none of a task's draws passed, shape (tasks,)."""
    return np.where(c == n, ALWAYS, np.where(c == 0, NEVER, SOMETIMES))


def bound(state: str, n: int) -> float:
    """What n draws cannot exclude of a task's rate, with 95 % confidence over its draws.

    From above where none passed, from below where all did; NaN otherwise.
    """
    edge = 0.05 ** (1 / n)
    return {NEVER: 1 - edge, ALWAYS: edge}.get(state, math.nan)


def _solved(own: ModelCounts, rival: ModelCounts) -> Iterator[Row]:
    mine, its = state_of(own.n, own.c), state_of(rival.n, rival.c)
    for state in STATES:
        for rival_state in STATES:
            here = (mine == state) & (its == rival_state)
            bounds = (math.nan, math.nan)
            if here.any():
                bounds = (
                    bound(state, int(own.n[here].min())),
                    bound(rival_state, int(rival.n[here].min())),
                )
            yield Row(
                TASKS, own.label, rival.label, 0, len(own.counts), state=state,
                rival_state=rival_state, count=int(here.sum()), bound=bounds[0],
                rival_bound=bounds[1],
            )  # fmt: skip
