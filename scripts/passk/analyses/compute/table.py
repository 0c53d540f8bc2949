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
from typing import get_type_hints

import numpy as np

from passk.analyses.given import Given
from passk.analyses.stopping.table import stopped_draws
from passk.baseline import Baseline
from passk.cost import Cost, PerTask
from passk.counts import ModelCounts
from passk.estimator import k_grid, pass_table
from passk.statistics.intervals import (
    ROUNDING,
    of_paired_differences,
    of_task_estimates,
    square_and_add,
)

CURVE, REACH = "curve", "reach"


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

    ``mean_draws`` of a curve's row is how many draws at most k take where they stop at the first
    that passes (:mod:`passk.analyses.stopping.table`); the columns ``…_stopped`` are what those
    take, each draw taken to be as long as all are on average, beside the ``completion_tokens`` of
    k. ``tokens`` are those with their prompts', as an endpoint counts them: for each draw, and in
    each round of a chain of repairs (:mod:`passk.repair`).
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
    mean_draws: float = math.nan
    completion_tokens: float = math.nan
    completion_tokens_stopped: float = math.nan
    flops_stopped: float = math.nan
    usd_stopped: float = math.nan
    tokens: float = math.nan
    tokens_ratio: float = math.nan


COLUMNS = get_type_hints(Row)


def table(given: Given) -> list[Row]:
    """The curves of all models with their envelope, then every pair's crossings."""
    k_values, quoted = given.k_values, given.quoted
    curves = [
        row
        for model, cost in zip(given.counts, given.cost, strict=True)
        for row in _curve(model, cost, k_values)
    ]
    best = envelope([row.flops for row in curves], [row.pass_at_k for row in curves])
    rows = [replace(row, on_envelope=int(one)) for row, one in zip(curves, best, strict=True)]
    sides = [_Side(m, c, _every_k(m)) for m, c in zip(given.counts, given.cost, strict=True)]
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

    model: ModelCounts
    cost: Cost
    estimates: np.ndarray

    @property
    def at_once(self) -> float:
        """pass@1 of the benchmark."""
        return float(self.estimates[:, 0].mean())


def _curve(model: ModelCounts, cost: Cost, k_values: Sequence[int]) -> list[Row]:
    grid = k_grid(int(model.n.min()))
    k = np.array(sorted({*grid, *k_values}))
    estimates = pass_table(model.n, model.c, k)
    stopped = stopped_draws(model.n, model.c, int(k.max())).mean(axis=0)[k - 1]
    columns = (k, estimates.mean(axis=0), *of_task_estimates(estimates), stopped)
    return [
        Row(
            CURVE, model.label, one, value, low, high, asked=int(one in k_values),
            tasks=len(model.counts), **asdict(cost.per_task(one)), **_stopped(cost, one, draws),
        )
        for one, value, low, high, draws in zip(*(c.tolist() for c in columns), strict=True)
    ]  # fmt: skip


def _stopped(cost: Cost, k: int, draws: float) -> dict[str, float]:
    """What a mean of ``draws`` takes, and the tokens of k of them; a cost is linear in draws."""
    (prompt, length), taken = cost.lengths, cost.per_task(draws)
    return {
        "mean_draws": draws,
        "completion_tokens": k * length,
        "completion_tokens_stopped": draws * length,
        "flops_stopped": taken.flops,
        "usd_stopped": taken.usd,
        "tokens": k * (prompt + length),
    }


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


def crossing(estimates: np.ndarray, others: np.ndarray | Baseline) -> tuple[float, float, float]:
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
    if isinstance(others, Baseline):
        line = others.value
        bounds = (others.low, others.high) if others.tasks else (line, line)
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


def _every_k(model: ModelCounts) -> np.ndarray:
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
        tokens=k * sum(side.cost.lengths),
        tokens_ratio=_ratio(k * sum(side.cost.lengths), target_k * sum(other.cost.lengths)),
    )


def _reach_quoted(side: _Side, quoted: Baseline) -> Row:
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
