"""Memory for compute: what coverage costs in FLOPs, memory, device time and US$.

A small model that is sampled k times may reach what a large one reaches at once: it needs less
memory and, mostly, more computation (Brown et al. 2024, arXiv:2407.21787, compare models
so by their FLOPs). For each model and k this gives pass@k and what k samples of a task take, the
prompt once; for each pair of models, the k at which the one that is weaker at one sample reaches
the other, and what that takes in comparison; and which of all points is the best that its FLOPs can
buy (the compute-optimal envelope).

How FLOPs and memory are counted stands at the top of :mod:`passk.cost`. Device time is that of the
runs at hand: other engines, devices and batches give other times, so it compares two models only
where both were sampled on the same machine. Samples without the tests' verdicts are worth less than
their coverage: what it costs to check or to choose is not counted here.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields, replace

import numpy as np
import pandas as pd

from passk.compared import Compared
from passk.cost import Cost, PerTask, in_units
from passk.curve import percent
from passk.estimator import k_grid, pass_table
from passk.statistics.intervals import (
    of_paired_differences,
    of_task_estimates,
    square_and_add,
    wilson,
)

CURVE, REACH = "curve", "reach"
ROUNDING = 1e-12  # means over tasks that are equal may differ by so much


@dataclass(frozen=True, slots=True)
class Row:
    """A point of a model's curve, or where a model reaches another.

    ``row`` is ``curve``: ``pass_at_k`` at ``k``, with its 95 % interval over tasks and what k
    samples of a task take. ``asked`` and ``on_envelope`` are 0 or 1.

    ``row`` is ``reach``: ``k`` is the smallest at which the model's pass@k is at least
    ``target_value``, the pass@``target_k`` of ``target``; NaN where no k to its n is. ``k_low`` to
    ``k_high`` is the 95 % interval over tasks of this k, ``inf`` where it goes beyond n. Ratios are
    those of what the model takes at k to what the target takes at ``target_k``; ``seconds_ratio``
    is of GPU-seconds, or of core-seconds where neither used a GPU.
    """

    row: str
    model: str
    k: float
    pass_at_k: float
    tasks_low: float = math.nan
    tasks_high: float = math.nan
    asked: int = 0
    on_envelope: int = 0
    flops: float = math.nan
    memory_bytes: float = math.nan
    gpu_seconds: float = math.nan
    core_seconds: float = math.nan
    usd: float = math.nan
    tasks: int = 0
    target: str = ""
    target_k: float = math.nan
    target_value: float = math.nan
    k_low: float = math.nan
    k_high: float = math.nan
    flops_ratio: float = math.nan
    flops_ratio_low: float = math.nan
    flops_ratio_high: float = math.nan
    memory_ratio: float = math.nan
    seconds_ratio: float = math.nan
    usd_ratio: float = math.nan


COLUMNS = {
    field.name: {"str": str, "int": int, "float": float}[str(field.type)] for field in fields(Row)
}


@dataclass(frozen=True, slots=True)
class Quoted:
    """A line to beat that is quoted: its pass@1 as a fraction, and its tasks where known."""

    label: str
    value: float
    tasks: int | None = None


def compute(
    models: Sequence[Compared],
    costs: Sequence[Cost],
    k_values: Sequence[int],
    quoted: Quoted | None = None,
) -> list[Row]:
    """The curves of all models with their envelope, then every pair's crossings.

    ``models`` and ``costs`` go together; all models have the same tasks in the same order.
    """
    curves = [
        row
        for model, cost in zip(models, costs, strict=True)
        for row in _curve(model, cost, k_values)
    ]
    best = envelope([row.flops for row in curves], [row.pass_at_k for row in curves])
    rows = [replace(row, on_envelope=int(one)) for row, one in zip(curves, best, strict=True)]
    sides = [_Side(m, c, _every_k(m)) for m, c in zip(models, costs, strict=True)]
    for side in sides:
        if quoted and side.at_once < quoted.value:
            rows.append(_reach_quoted(side, quoted))
        for other in sides:
            if side.at_once < other.at_once:
                reached = [k for k in k_values if k <= other.estimates.shape[1]]
                rows += [_reach(side, other, k) for k in reached]
    return rows


@dataclass(frozen=True, slots=True)
class _Side:
    """A model in a comparison; ``estimates`` is pass@k of its tasks at every k to its n."""

    model: Compared
    cost: Cost
    estimates: np.ndarray

    @property
    def at_once(self) -> float:
        """pass@1 of the benchmark."""
        return float(self.estimates[:, 0].mean())


def _curve(model: Compared, cost: Cost, k_values: Sequence[int]) -> list[Row]:
    grid = k_grid(int(model.n.min()))
    k = np.array(sorted({*grid, *k_values}))
    estimates = pass_table(model.n, model.c, k)
    columns = (k, estimates.mean(axis=0), *of_task_estimates(estimates))
    return [
        Row(
            CURVE, model.label, one, value, low, high, asked=int(one in k_values),
            tasks=len(model.counts), **asdict(cost.per_task(one)),
        )
        for one, value, low, high in zip(*(c.tolist() for c in columns), strict=True)
    ]  # fmt: skip


def envelope(flops: Sequence[float], values: Sequence[float]) -> list[bool]:
    """For each point, whether none that takes no more FLOPs has as much or more coverage.

    Of equal points the first counts. A point without a number on either side is none.
    """
    best = -math.inf
    found = [False] * len(flops)
    for place in sorted(range(len(flops)), key=lambda i: (flops[i], -values[i])):
        if math.isfinite(flops[place]) and values[place] > best:
            best = values[place]
            found[place] = True
    return found


def crossing(estimates: np.ndarray, others: np.ndarray | Quoted) -> tuple[float, float, float]:
    """The smallest k at which the mean reaches the other's, and its 95 % interval over tasks.

    ``estimates`` is pass@k of every task at k = 1, 2, …, shape (tasks, n); ``others`` is what each
    task is compared with, shape (tasks,), or a quoted line.

    The interval holds each k at which the difference is not significant in the comparison of models
    (:mod:`passk.analyses.comparison.table`, the same intervals): a test turned round, as in Fieller
    1954 (J. R. Stat. Soc. B 16:175-185). It is of the k at which all tasks like these would cross,
    and covers the draws' luck, too, since each task brings its own. Its upper end is the k from
    which on the difference is significant, ``inf`` where that of n is not; k is NaN where n samples
    do not reach the other at all. With one task there is no interval.
    """
    values = estimates.mean(axis=0)
    if isinstance(others, Quoted):
        line = others.value
        bounds = wilson(line, others.tasks) if others.tasks else (line, line)
        low, high = square_and_add((values, *of_task_estimates(estimates)), (line, *bounds))
    else:
        line = others.mean()
        theirs = np.broadcast_to(others[:, None], estimates.shape)
        low, high = of_paired_differences(estimates, theirs)
    reached, within = values >= line - ROUNDING, high >= -ROUNDING
    k = int(reached.argmax()) + 1 if reached.any() else math.nan
    if len(estimates) < 2:
        return k, math.nan, math.nan
    unclear = np.flatnonzero(low <= ROUNDING)
    first = int(within.argmax()) + 1 if within.any() else math.inf
    if len(unclear) and unclear[-1] == len(values) - 1:
        return k, first, math.inf
    return k, first, int(unclear[-1]) + 2 if len(unclear) else 1


def _every_k(model: Compared) -> np.ndarray:
    """pass@k of every task at every k to the smallest n, shape (tasks, n)."""
    return pass_table(model.n, model.c, np.arange(1, int(model.n.min()) + 1))


def _reach(side: _Side, other: _Side, target_k: int) -> Row:
    theirs = other.estimates[:, target_k - 1]
    k, low, high = crossing(side.estimates, theirs)
    mine, its = _per_task(side.cost, k), other.cost.per_task(target_k)
    flops = [_ratio(_per_task(side.cost, one).flops, its.flops) for one in (low, high)]
    if math.isinf(high) and its.flops > 0:
        flops[1] = math.inf
    on_gpu = mine.gpu_seconds > 0 or its.gpu_seconds > 0
    return replace(
        _reached(side, k, low, high),
        target=other.model.label,
        target_k=target_k,
        target_value=float(theirs.mean()),
        flops_ratio=_ratio(mine.flops, its.flops),
        flops_ratio_low=flops[0],
        flops_ratio_high=flops[1],
        memory_ratio=_ratio(mine.memory_bytes, its.memory_bytes),
        seconds_ratio=_ratio(mine.gpu_seconds, its.gpu_seconds)
        if on_gpu
        else _ratio(mine.core_seconds, its.core_seconds),
        usd_ratio=_ratio(mine.usd, its.usd),
    )


def _reach_quoted(side: _Side, quoted: Quoted) -> Row:
    row = _reached(side, *crossing(side.estimates, quoted))
    return replace(row, target=quoted.label, target_k=1, target_value=quoted.value)


def _reached(side: _Side, k: float, low: float, high: float) -> Row:
    value = math.nan if math.isnan(k) else float(side.estimates[:, int(k) - 1].mean())
    return Row(
        REACH, side.model.label, k, value, k_low=low, k_high=high, tasks=len(side.estimates),
        **asdict(_per_task(side.cost, k)),
    )  # fmt: skip


def _per_task(cost: Cost, k: float) -> PerTask:
    if not math.isfinite(k):
        return PerTask(*[math.nan] * len(fields(PerTask)))
    return cost.per_task(int(k))


def _ratio(mine: float, its: float) -> float:
    return mine / its if its > 0 else math.nan


def paragraph(table: pd.DataFrame) -> str:
    """What the table says, for the report; ``table`` has :data:`COLUMNS`, the own model first."""
    curve = table[table.row == CURVE]
    own = curve.model.iloc[0]
    text = [_takes(row) for _, row in curve[curve.k == 1].iterrows()]
    reaches = table[(table.row == REACH) & (table.target_k == 1)]
    reaches = reaches[(reaches.model == own) | (reaches.target == own)]
    text += [_reaches(row) for _, row in reaches.iterrows()]
    known = curve[curve.flops.notna()]
    if known.model.nunique() > 1:
        text.append(_best(known))
    if len(known):
        text.append(
            "FLOPs and memory are computed from the models' shapes and the mean lengths of what "
            "was drawn, a prompt once for the k samples of a task, and are not measured; checking "
            "the samples is not among them."
        )
    return " ".join(text)


def _takes(row: pd.Series) -> str:
    words = [
        f"{in_units(row.flops, 'FLOP')}" if row.flops > 0 else "",
        f"{in_units(row.memory_bytes, 'B')} of memory" if row.memory_bytes > 0 else "",
        f"{row.gpu_seconds:.2g} GPU-seconds" if row.gpu_seconds > 0 else "",
        f"US$ {row.usd:.2g}" if row.usd >= 0 else "",
    ]
    words = [word for word in words if word]
    passes = f"pass@1 {percent(row.pass_at_k)} %"
    if not words:
        return f"What a sample of {row.model} takes is not known ({passes})."
    more = f"{', '.join(words[:-1])} and {words[-1]}" if len(words) > 1 else words[0]
    return f"One sample of a task by {row.model} takes {more} ({passes})."


def _reaches(row: pd.Series) -> str:
    target = f"the {percent(row.target_value)} % of one sample by {row.target}"
    if math.isnan(row.k):
        text = f"{row.model} does not reach {target} with the samples drawn"
    else:
        text = f"{row.model} reaches {target} at k = {row.k:,.0f}"
    low, high = (
        f"{k:,.0f}" if math.isfinite(k) else "beyond the samples drawn"
        for k in (row.k_low, row.k_high)
    )
    if math.isfinite(row.k_low):
        text += f" (95 % interval over the {row.tasks} tasks: {low} to {high})"
    if row.flops_ratio > 0:
        text += f", with {row.flops_ratio:.2g} times its FLOPs"
        if row.flops_ratio_low > 0:
            high = f"to {row.flops_ratio_high:.2g}"
            high = high if math.isfinite(row.flops_ratio_high) else "or more"
            text += f" ({row.flops_ratio_low:.2g} {high} over tasks)"
        text += f" and {row.memory_ratio:.2g} times its memory"
    return text + "."


def _best(curve: pd.DataFrame) -> str:
    best = curve[curve.on_envelope == 1].sort_values("flops")
    changes = best[best.model != best.model.shift()]
    if len(changes) == 1:
        return (
            f"Whatever the budget of FLOPs a task, {changes.model.iloc[0]} buys the most coverage "
            "with it; no test stands behind this."
        )
    spans = ", ".join(
        f"{row.model} from {in_units(row.flops, 'FLOP')}" for _, row in changes.iterrows()
    )
    return (
        f"The most coverage for a budget of FLOPs a task buys {spans}; no test stands behind this."
    )
