"""How far forecasts of pass@k miss: recorded counts thinned to few draws, and simulated benchmarks.

A set is the counts of one model on one benchmark, with many draws a task. Of them n draws of every
task are taken at random without replacement, many times over; every method, and what is recommended
for them, forecasts pass@k from these alone and is compared with the unbiased pass@k of all draws.
The *floor* is the error of a predictor that knows the rates of these tasks, but not which task has
which, and forecasts each task from its count.

Simulated sets are of seven families of rates (:data:`FAMILIES`), each benchmark with parameters of
its own; their pass@k is known exactly. Seed 0 was used to choose rules (docs/methods.md), so the
seed is 1 unless another is asked for.

A row has the absolute error in percentage points, mean / median over the subsets of a set; the last
of each n is the mean over the sets. ``held`` is the share of subsets in which the band of what is
recommended held the truth, ``width`` the mean of half its width. Two to four seconds a subset,
since each has its own backtest, as in the workflow.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Iterator, Sequence
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
    kinds = [
        special.expit(rng.normal(rng.uniform(*ends), 1.5, TASKS)) for ends in ((-9, -4), (-2, 3))
    ]
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
    """Counts ``c`` of ``n`` draws, and the rates behind them, of ``of`` draws where not exact."""

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


def rows_of(cases: Sequence[Case], k: Sequence[int] = (10_000,)) -> pd.DataFrame:
    """The rows of extrapolation.csv of cases, each with its case's name, the truth and the floor.

    Cases in which no draw passed are left out: nothing can be forecast.
    """
    models = [
        ModelCounts(
            str(index), tuple(TaskCount(str(t), case.n, int(c)) for t, c in enumerate(case.c))
        )
        for index, case in enumerate(cases)
        if case.c.any()
    ]
    if not models:
        raise UserError("no draw passed in any subset: nothing is forecast")
    found = extrapolation.table(Given(counts=models, k_values=k))
    rows = pd.DataFrame(map(astuple, found), columns=[*extrapolation.COLUMNS])
    rows = rows[rows.kind != "observed"].copy()
    of = rows.model.astype(int)
    rows["set"] = [cases[index].name for index in of]
    rows["number"] = [cases[index].number for index in of]
    rows["n"] = [cases[index].n for index in of]
    ahead = rows.kind == "forecast"
    for index in of.unique():
        mine = ahead & (of == index)
        at = rows.k[mine].to_numpy()
        once = np.unique(at)
        rows.loc[mine, "truth"] = cases[index].truth(once)[np.searchsorted(once, at)]
        rows.loc[mine, "floor"] = cases[index].floor(once)[np.searchsorted(once, at)]
    return rows


def errors_of(rows: pd.DataFrame, k: int) -> pd.DataFrame:
    """Every case's absolute errors at k in points: of each method, as recommended, of the floor."""
    ahead = rows[(rows.kind == "forecast") & (rows.k == k)]
    case = ["n", "set", "number"]
    errors = ahead.assign(error=(ahead.predicted - ahead.truth).abs())
    found = errors.pivot_table(index=case, columns="method", values="error", sort=False)[
        [*extrapolation.METHODS]
    ]
    best = errors[errors.recommended == 1].set_index(case)
    found["recommended"] = best.error
    found["floor"] = (best.floor - best.truth).abs()
    found["held"] = ((best.low <= best.truth + 1e-4) & (best.truth - 1e-4 <= best.high)) / 100
    found["width"] = (best.high - best.low) / 2
    return 100 * found


def lines_of(errors: pd.DataFrame) -> list[str]:
    """The table: a line for each n and set, and for each n their mean."""
    single = ("held", "width")
    by_set = errors.groupby(["n", "set"])
    means, medians = by_set.mean(), by_set.median()
    of_all = {n: (means.loc[n].mean(), medians.loc[n].mean()) for n in means.index.unique("n")}
    names = [*errors.columns]
    rows = [["n", "set", *names]]
    for n, (all_means, all_medians) in of_all.items():
        parts = [
            (name, means.loc[(n, name)], medians.loc[(n, name)]) for name in means.loc[n].index
        ]
        for name, mean, median in [*parts, ("mean of the sets", all_means, all_medians)]:
            cells = [
                f"{mean[one]:.2f}" if one in single else f"{mean[one]:.1f} / {median[one]:.1f}"
                for one in names
            ]
            rows.append([f"{n:,}", name, *cells])
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]


def read_sets(path: Path, only: Sequence[str], largest: int) -> pd.DataFrame:
    """Read counts: set, n and c of every task.

    :raises UserError: a column is missing, a set is not there, or its draws are too few or differ.
    """
    counts = pd.read_csv(path)
    if missing := {"n", "c"} - {*counts.columns}:
        raise UserError(f"{path} has no column {min(missing)!r}; it needs n and c of every task")
    named = [name for name in ("benchmark", "model", "set") if name in counts]
    counts["set"] = counts[named].agg(", ".join, axis=1) if named else path.stem
    if unknown := {*only} - {*counts.set}:
        raise UserError(f"{path} has no set {min(unknown)!r}; it has {sorted(set(counts.set))}")
    counts = counts[counts.set.isin(only)] if only else counts
    for name, tasks in counts.groupby("set"):
        if tasks.n.nunique() > 1 or tasks.n.min() < largest:
            raise UserError(
                f"{name} has {tasks.n.min():,} to {tasks.n.max():,} draws of a task; the same "
                f"number of each is needed, and {largest:,} at least"
            )
    return counts


def main() -> None:
    """Bind the command line."""
    parser = argparse.ArgumentParser(
        description="How far forecasts of pass@k miss.",
        epilog="Example: bench_forecast.py --counts counts.csv --draws 100 1000 --k 10000",
    )
    parser.add_argument(
        "--counts", type=Path, metavar="CSV",
        help="n and c of every task; benchmark and model (or set) where there are several sets",
    )  # fmt: skip
    parser.add_argument("--sets", nargs="+", default=[], metavar="NAME", help="only these")
    parser.add_argument("--draws", type=int, nargs="+", default=[100, 1_000], metavar="N")
    parser.add_argument("--k", type=int, default=10_000)
    parser.add_argument("--subsets", type=int, default=20, metavar="R", help="of every set")
    parser.add_argument(
        "--benchmarks", type=int, default=5, metavar="B", help="simulated ones of every family"
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--output", type=Path, metavar="CSV", help="the error of every subset")
    args = parser.parse_args()
    if min(args.draws) < 2 or max(args.draws) >= args.k:
        raise UserError(f"--draws must be 2 or more and below --k ({args.k})")
    cases = [*simulated(args.draws, args.benchmarks, args.seed)] if args.benchmarks else []
    if args.counts:
        counts = read_sets(args.counts, args.sets, args.k)
        cases += recorded(counts, args.draws, args.subsets, args.seed)
    parts = []
    for n in args.draws:
        of_n = [case for case in cases if case.n == n]
        print(f"n = {n:,}: {len(of_n)} forecasts", file=sys.stderr, flush=True)
        parts.append(errors_of(rows_of(of_n, [args.k]), args.k))
    errors = pd.concat(parts)
    print("\n".join(lines_of(errors)))
    if args.output:
        errors.reset_index().to_csv(args.output, index=False)


if __name__ == "__main__":
    cli.run(main)
