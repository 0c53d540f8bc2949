"""cover@tau: the share of tasks with a success rate of tau or more, of every model.

How it is estimated stands in :mod:`passk.statistics.cover`, and its intervals: over tasks, from
bootstrap resamples of the tasks, the same ones for all models, so that differences are paired.

The rows ``pass@k`` and ``pass^k`` are a check: the integral of cover@tau against beta(1, k) or
beta(k, 1) beside the unbiased estimate (``unbiased``) that :mod:`passk.analyses.reliability.table`
gives, too. ``tau`` is there the place at which cover@tau has that value: where on the curve that
number is read.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import get_type_hints

import numpy as np

from passk.analyses.given import Given
from passk.counts import ModelCounts
from passk.estimator import fail_table, pass_table
from passk.statistics.cover import (
    cover,
    difference_interval,
    interval,
    pass_at_k,
    pass_hat_k,
    rates,
)
from passk.statistics.resampling import task_weights
from passk.statistics.success_rates import grid

COVER, PASS, PASS_HAT = "cover@tau", "pass@k", "pass^k"
RESAMPLES = 200
ASKED = (0.1, 0.25, 0.5, 0.75, 0.9)


@dataclass(frozen=True, slots=True)
class Row:
    """``value`` at one tau of one model, or what its integral gives at one k; fractions.

    ``asked`` is 1 for a tau that the page shows, or a k asked for. ``difference`` is that to the
    first model, NaN for that itself. Intervals are 95 %, over tasks. NaN: of ``cover@tau`` the k
    and ``unbiased``; ``tau`` and ``unbiased`` of a k beyond the draws of some task; all intervals
    where there is a single task.
    """

    model: str
    measure: str
    tau: float
    k: float
    asked: int
    tasks: int
    value: float
    tasks_low: float
    tasks_high: float
    unbiased: float
    difference: float
    difference_low: float
    difference_high: float


COLUMNS = get_type_hints(Row)


def taus(n: int) -> np.ndarray:
    """Where the curve is tabled: even in log-odds from half a success in ``n`` draws, and ASKED."""
    end = math.log(2 * max(n, 10) - 1)
    even = 1 / (1 + np.exp(-np.linspace(-end, end, 81)))
    return np.unique(np.round([*even, *ASKED], 9))


def table(given: Given) -> list[Row]:
    """Every model's curve, then the check at the k asked for."""
    most = max(int(model.n.max()) for model in given.counts)
    tau, k = taus(most), np.array(given.k_values)
    weights = task_weights(len(given.counts[0].counts), RESAMPLES)
    rows: list[Row] = []
    first: np.ndarray | None = None
    for model in given.counts:
        cells = grid(int(model.n.max()))
        weighed = np.concatenate([np.ones((1, weights.shape[1])), weights])
        mass = rates(cells, model.n, model.c, weighed)
        values = [cover(cells, mass, tau), pass_at_k(cells, mass, k), pass_hat_k(cells, mass, k)]
        found = np.concatenate(values, axis=1)
        rows += _rows(model, tau, k, found, first)
        first = found if first is None else first
    return rows


def _rows(
    model: ModelCounts, tau: np.ndarray, k: np.ndarray, found: np.ndarray, first: np.ndarray | None
) -> Iterator[Row]:
    """``found`` has shape (1 + resamples, taus and twice ks), ``first`` that of the first model."""
    unbiased = {
        PASS: pass_table(model.n, model.c, k).mean(axis=0),
        PASS_HAT: fail_table(model.n, model.n - model.c, k).mean(axis=0),
    }
    curve, tasks = found[0, : len(tau)], len(model.counts)
    places = [(COVER, one, math.nan, one in ASKED, math.nan) for one in tau.tolist()]
    for measure, estimates in unbiased.items():
        offset = len(places)
        for place, (one, estimate) in enumerate(zip(k.tolist(), estimates.tolist(), strict=True)):
            where = math.nan
            if not math.isnan(estimate):
                where = float(np.interp(-found[0, offset + place], -curve, tau))
            places.append((measure, where, float(one), True, estimate))
    unknown = (np.full(len(places), math.nan),) * 2
    bounds = interval(found, tasks) if tasks > 1 else unknown
    apart = (unknown[0], *unknown)
    if first is not None:
        between = difference_interval(first, found, tasks) if tasks > 1 else unknown
        apart = (first[0] - found[0], *between)
    numbers = zip(found[0], *bounds, *apart, strict=True)
    for (measure, one_tau, one_k, asked, estimate), (value, low, high, *differs) in zip(
        places, numbers, strict=True
    ):
        yield Row(
            model.label, measure, one_tau, one_k, int(asked), tasks, float(value), float(low),
            float(high), estimate, *map(float, differs),
        )  # fmt: skip
