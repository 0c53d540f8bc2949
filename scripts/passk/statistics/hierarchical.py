"""Forecasts of pass@k of *these* tasks, from a hierarchical model summed over a grid.

Every task has a chance p of its own, drawn from a distribution with two or three unknown
parameters, which are on a grid and equally likely before any draw is seen. The counts weigh them.
Given parameters, what is left of a task after more draws follows from its own count,

    E[(1 - p)^k | c of n] = sum of (1 - p)^k P(c | p) over p / sum of P(c | p) over p,

so a task that passed is as good as solved for large k, and one that did not is as hard as the
others tell. Forecasts are posterior means. Posterior intervals are not given: they hold nothing of
whether the family itself is right, and of 95 % they held .16 to .95 on real benchmarks. The band of
:mod:`passk.analyses.extrapolation.table` is for that.

Families: beta; scaled beta; logit-normal, whose left tail is thinner than any power law; and the
beta weighed by the *left tail* of the counts only, where a count above a tenth of the draws says no
more than that, so that easy tasks do not bend the tail on which large k depends.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy

from passk.statistics.success_rates import Grid, grid, likelihood

# A task's count is as informative as its rate for the left tail up to this share of its draws, and
# never less than two passes.
LEFT_TAIL = 0.1
_CELLS_FOR = 2_500  # draws; the grid's cells are a standard error wide at four times as many
_NEGLIGIBLE = 1e-4  # parameters with less than this share of the largest weight are left out


@dataclass(frozen=True, slots=True)
class Family:
    """What a family gives to every cell of p, for every choice of its parameters: (rows, cells)."""

    name: str
    mass: np.ndarray


def families(cells: Grid) -> list[Family]:
    """The families on their grids of parameters."""
    alpha, beta = _mesh(np.geomspace(0.02, 8, 24), np.geomspace(0.05, 200, 24))
    plain = np.diff(scipy.special.betainc(alpha, beta, cells.edges), axis=1)
    parts = _mesh(np.geomspace(0.02, 5, 14), np.geomspace(0.1, 30, 10), np.geomspace(0.02, 0.7, 6))
    edges = np.minimum(cells.edges / parts[2], 1)
    scaled = np.diff(scipy.special.betainc(parts[0], parts[1], edges), axis=1)
    mean, spread = _mesh(np.linspace(-14, 6, 31), np.geomspace(0.3, 8, 20))
    logit = scipy.special.logit(cells.edges)
    normal = np.diff(scipy.special.ndtr((logit - mean) / spread), axis=1)
    return [
        Family("hierarchical_beta", plain),
        Family("hierarchical_scaled_beta", scaled),
        Family("hierarchical_logit_normal", normal),
    ]


def _mesh(*axes: np.ndarray) -> list[np.ndarray]:
    """All combinations of the axes' values, each of shape (rows, 1)."""
    return [part.reshape(-1, 1) for part in np.meshgrid(*axes, indexing="ij")]


@dataclass(frozen=True, slots=True)
class _Table:
    """Of one family: log P(outcome) and E[(1 - p)^k | outcome]."""

    log_chances: np.ndarray  # (rows, outcomes)
    fails: np.ndarray  # (ks, rows, hard outcomes)


class Hierarchical:
    """The families' tables for some outcomes (n, c) and k, from which many forecasts are made.

    ``n`` and ``c`` have shape (outcomes,), ``k`` (ks,).
    """

    def __init__(self, n: np.ndarray, c: np.ndarray, k: Sequence[int] | np.ndarray) -> None:
        n, c, k = np.asarray(n), np.asarray(c), np.asarray(k)
        cells = grid(min(_CELLS_FOR, int(n.max())))
        chances = likelihood(cells, n, c)
        left = np.exp(k[:, None] * cells.log_q)
        # Outcomes that leave less than a millionth to fail again, whatever p is likely, are solved.
        self._hard = c * k.min() < 30 * n
        self._tables: dict[str, _Table] = {}
        tail = np.maximum(np.floor(LEFT_TAIL * n), 2)
        for family in families(cells):
            total = np.maximum(family.mass @ chances.T, 1e-300)
            hard = chances[self._hard]
            fails = np.stack([family.mass @ (hard * one).T / total[:, self._hard] for one in left])
            self._tables[family.name] = _Table(np.log(total), fails)
            if family.name == "hierarchical_beta":
                more = scipy.special.bdtrc(tail[:, None], n[:, None].astype(int), cells.p)
                seen = np.where((c > tail)[:, None], more, chances)
                log_seen = np.log(np.maximum(family.mass @ seen.T, 1e-300))
                self._tables["left_tail_beta"] = _Table(log_seen, fails)

    @property
    def names(self) -> list[str]:
        """The families."""
        return list(self._tables)

    def forecast(self, name: str, tasks: np.ndarray) -> np.ndarray:
        """Mean pass@k, shape (ks,), where ``tasks`` of the tasks have each outcome (outcomes,)."""
        table = self._tables[name]
        seen = tasks > 0
        logs = table.log_chances[:, seen] @ tasks[seen]
        weights = np.exp(logs - logs.max())
        rows = weights > _NEGLIGIBLE
        weights = weights[rows] / weights[rows].sum()
        use = seen[self._hard]
        counted = tasks[self._hard][use]
        fails = table.fails[:, rows][:, :, use]
        return (1 - fails @ counted / tasks.sum()) @ weights
