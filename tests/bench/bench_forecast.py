"""How far forecasts of pass@k miss: recorded counts thinned to few draws, and simulated benchmarks.

A set is the counts of one model on one benchmark, with many draws a task. Of them n draws of every
task are taken at random without replacement, many times over; every method, and what is recommended
for them, forecasts pass@k from these alone and is compared with the unbiased pass@k of all draws.
The *floor* is what a predictor would miss by that knows how the rates of such tasks are
distributed, and of each task its count: nothing that sees the counts can be expected to do better.

Simulated sets are of seven families of rates (:data:`FAMILIES`), each benchmark with parameters of
its own; their pass@k is known exactly. Seed 0 was used to choose rules (docs/methods.md), so report
on another one.

A row is the mean and the median, over all subsets of a set, of the absolute error in percentage
points; below it the mean over the sets. ``held`` is the share of subsets in which the recommended
forecast's band held the truth. Ten times --subsets is some minutes a set: an estimate has its own
backtest, as in the workflow.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import astuple, dataclass
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "scripts"))

import numpy as np
import pandas as pd
from scipy import special, stats

from passk import cli
from passk.analyses.extrapolation import table as extrapolation
from passk.analyses.given import Given
from passk.counts import ModelCounts, TaskCount
from passk.estimator import mean_pass_at_k
from passk.records import UserError
from passk.statistics.power_laws import fit_grid

TASKS = 128
LEAST = 1e-9  # a rate below it is as good as 0 at every k that is asked for here
Rates = Callable[[np.random.Generator], np.ndarray]


def _beta(rng: np.random.Generator, tasks: int = TASKS) -> np.ndarray:
    return rng.beta(10 ** rng.uniform(-1, 0), 10 ** rng.uniform(-0.5, 1), tasks)


def _some_never(rng: np.random.Generator) -> np.ndarray:
    return np.where(rng.random(TASKS) < rng.uniform(0.03, 0.4), 0, _beta(rng))


def _logit_normal(rng: np.random.Generator, tasks: int = TASKS) -> np.ndarray:
    return special.expit(rng.normal(rng.uniform(-8, 0), rng.uniform(1.5, 4), tasks))


def _long_tail(rng: np.random.Generator) -> np.ndarray:
    hard = 10 ** -rng.uniform(0.5, rng.uniform(3, 7), TASKS)
    return np.where(rng.random(TASKS) < rng.uniform(0.3, 0.8), hard, rng.beta(5, 2, TASKS))


def _two_kinds(rng: np.random.Generator) -> np.ndarray:
    kinds = [special.expit(rng.normal(rng.uniform(*ends), 1.5, TASKS)) for ends in ((-9, -4), (-2, 3))]
    return np.where(rng.random(TASKS) < rng.uniform(0.2, 0.8), *kinds)


def _capped(rng: np.random.Generator) -> np.ndarray:
    """No task is easy: a Kumaraswamy distribution below some rate."""
    alpha, beta, cap = 10 ** rng.uniform(-0.8, 0), 10 ** rng.uniform(0, 1), rng.uniform(0.05, 0.6)
    return cap * (1 - (1 - rng.random(TASKS)) ** (1 / beta)) ** (1 / alpha)


def _few_tasks(rng: np.random.Generator) -> np.ndarray:
    return (_beta if rng.random() < 0.5 else _logit_normal)(rng, 30)


FAMILIES: dict[str, Rates] = {
    "beta": _beta,
    "beta, some never solved": _some_never,
    "logit-normal": _logit_normal,
    "easy ones and a long tail": _long_tail,
    "two kinds": _two_kinds,
    "none easy": _capped,
    "30 tasks": _few_tasks,
}


@dataclass(frozen=True, slots=True)
class Case:
    """Counts ``c`` of ``n`` draws, and what they are drawn from: rates, or counts of ``of`` draws."""

    name: str
    number: int
    n: int
    c: np.ndarray
    rates: np.ndarray
    of: int = 0

    def truth(self, k: np.ndarray) -> np.ndarray:
        """pass@k of these tasks, NaN where it is not known; shape of ``k``."""
        if self.of:
            found = np.full(len(k), np.nan)
            known = k <= self.of
            passed = np.rint(self.rates * self.of).astype(int)
            found[known] = mean_pass_at_k(np.full(len(passed), self.of), passed, k[known])
            return found
        return -np.expm1(k[:, None] * np.log1p(-np.minimum(self.rates, 1 - 1e-16))).mean(axis=1)

    def floor(self, k: np.ndarray) -> np.ndarray:
        """The forecast of one who knows all rates, but not which task has which."""
        rates = np.clip(self.rates, 0, 1 - 1e-16)
        chances = stats.binom.pmf(self.c[:, None], self.n, rates)
        chances /= chances.sum(axis=1, keepdims=True)
        return (chances @ -np.expm1(np.log1p(-rates)[:, None] * k)).mean(axis=0)


def recorded(counts: pd.DataFrame, sizes: Sequence[int], subsets: int, seed: int) -> Iterator[Case]:
    """Subsets of every set; ``counts`` has the columns set, n and c."""
    for index, (name, tasks) in enumerate(counts.groupby("set", sort=True)):
        n, c = tasks.n.to_numpy(), tasks.c.to_numpy()
        for size in sizes:
            rng = np.random.default_rng([seed, 1, index, size])
            for number in range(subsets):
                drawn = rng.hypergeometric(c, n - c, size)
                yield Case(str(name), number, size, drawn, c / n, int(n[0]))


def simulated(sizes: Sequence[int], benchmarks: int, seed: int) -> Iterator[Case]:
    """Benchmarks of every family."""
    for index, (name, rates) in enumerate(FAMILIES.items()):
        for number in range(benchmarks):
            rng = np.random.default_rng([seed, 2, index, number])
            chances = rates(rng)
            for size in sizes:
                yield Case(name, number, size, rng.binomial(size, chances), chances)


def rows_of(cases: Sequence[Case]) -> pd.DataFrame:
    """The rows of extrapolation.csv of cases of one n, each with its case's name and the truth.

    Cases in which no draw passed are left out: nothing can be forecast.
    """
    models = [
        ModelCounts(str(index), tuple(TaskCount(str(t), case.n, int(c)) for t, c in enumerate(case.c)))
        for index, case in enumerate(cases)
        if case.c.any()
    ]
    found = extrapolation.table(Given(counts=models, k_values=[10_000]))
    rows = pd.DataFrame(map(astuple, found), columns=[*extrapolation.COLUMNS])
    rows = rows[rows.kind != "observed"].copy()
    of = rows.model.astype(int)
    rows["set"] = [cases[index].name for index in of]
    rows["number"] = [cases[index].number for index in of]
    rows["n"] = [cases[index].n for index in of]
    ahead = rows.kind == "forecast"
    for index in of.unique():
        mine = ahead & (of == index)
        k = rows.k[mine].to_numpy()
        rows.loc[mine, "truth"] = cases[index].truth(k)
        rows.loc[mine, "floor"] = cases[index].floor(k)
    return rows
