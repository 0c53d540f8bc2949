"""What imperfect tests do to repeated sampling: believed against true coverage, and resampling.

Two suites judge the same samples: the *base* tests, which a user has, and the *plus* tests, which
stand for the truth. Of a task's n draws b pass base, t pass plus and a pass both; b - a are false
positives, t - a false negatives.

Whoever holds only the base tests resamples: at most K attempts, take the first that passes, abstain
if none does (Stroebl, Kapoor and Narayanan 2024, arXiv:2411.17501). Over all orders of the n draws,

    P(accept within K)  = 1 - C(n - b, K) / C(n, K),
    P(success within K) = a / b * P(accept),    P(wrong within K) = (b - a) / b * P(accept),

since the first draw that passes base is equally likely to be any of the b. Each is the mean over
all ordered sets of K draws of an event of those draws alone (a U-statistic), so it is unbiased.
With a right answer worth 1, abstaining 0 and a wrong answer -cost, the expected utility of at most
K attempts is P(success) - cost P(wrong); attempts themselves are free. More attempts raise it on a
task with a > cost (b - a) and lower it on the others, and the mean over tasks may rise, then fall.

Not covered: what the plus tests miss, too, so that even "true" is an upper bound; the price of
attempts; verifiers other than tests. The best K is chosen on the very tasks on which its utility is
measured; ``held_out`` is what it earns on a task that had no say in the choice.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
import pandas as pd

from passk.curve import number_text, percent
from passk.estimator import k_grid, pass_table
from passk.records import UserError, read_verdicts
from passk.statistics.intervals import of_task_estimates, wilson

COSTS = (0.0, 0.5, 1.0, 2.0, 4.0, 8.0)
PER_DECADE = 12
MOST_DRAWS = 10_000_000
_BASE, _BASE_PASSED, _PLUS, _PLUS_PASSED = 1, 2, 4, 8


@dataclass(frozen=True, slots=True)
class Agreement:
    """Of a task's ``n`` draws ``base`` pass the base tests, ``plus`` the plus tests, ``both``."""

    task_id: str
    n: int
    base: int
    plus: int
    both: int


@dataclass(frozen=True, slots=True)
class Row:
    """One number with its 95 % interval over tasks (of a task's own row: over its draws).

    ``task_id`` is empty where the number is of all tasks; ``k`` is 0 and ``cost`` NaN where it has
    none. Intervals of counts are NaN.
    """

    model: str
    quantity: str
    task_id: str
    k: int
    cost: float
    value: float
    low: float = math.nan
    high: float = math.nan


_TYPES = {"str": str, "int": int, "float": float}
COLUMNS = {field.name: _TYPES[field.type] for field in fields(Row)}


def read_agreement(base: Sequence[Path], plus: Sequence[Path]) -> list[Agreement]:
    """Count, task by task, how two suites judge the same draws; tasks in the order of ``base``.

    :raises UserError: a draw that is there twice, or that only one of the suites has judged.
    """
    draws: dict[str, bytearray] = {}
    for paths, seen, passed in ((base, _BASE, _BASE_PASSED), (plus, _PLUS, _PLUS_PASSED)):
        for path in paths:
            for verdict in read_verdicts(path):
                if not 0 <= verdict.draw < MOST_DRAWS:
                    raise UserError(
                        f"{path}: {verdict.draw} is no number of a draw of {verdict.task_id}"
                    )
                marks = draws.setdefault(verdict.task_id, bytearray())
                if verdict.draw >= len(marks):
                    marks.extend(bytes(verdict.draw + 1 - len(marks)))
                if marks[verdict.draw] & seen:
                    raise UserError(
                        f"{path}: draw {verdict.draw} of {verdict.task_id} is there twice; give "
                        "each shard once"
                    )
                marks[verdict.draw] |= seen | (passed if verdict.outcome == "passed" else 0)
    found = []
    for task, marks in draws.items():
        for draw, mark in enumerate(marks):
            if mark and not (mark & _BASE and mark & _PLUS):
                lacking = "plus" if mark & _BASE else "base"
                raise UserError(
                    f"draw {draw} of {task} has no verdict of the suite {lacking!r}: give the "
                    "verdicts of both suites on the same samples"
                )
        right = np.frombuffer(marks, np.uint8)
        accepted, true = right & _BASE_PASSED > 0, right & _PLUS_PASSED > 0
        counts = (right > 0, accepted, true, accepted & true)
        found.append(Agreement(task, *(int(count.sum()) for count in counts)))
    if not found:
        raise UserError(f"{base[0]} has no verdicts; run the execution again")
    return found


def resampling(
    n: np.ndarray, base: np.ndarray, both: np.ndarray, k: Sequence[int] | np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """P(success) and P(wrong) of at most k attempts, each of shape (tasks, ks); NaN where n < k.

    ``n``, ``base`` and ``both`` have shape (tasks,). For the formula see the module's text.
    """
    accept = pass_table(n, base, k)
    right = (both / np.maximum(base, 1))[:, None]
    return accept * right, accept * (1 - right)


def utility_by_task(
    n: np.ndarray, base: np.ndarray, both: np.ndarray, k: Sequence[int] | np.ndarray, cost: float
) -> np.ndarray:
    """Expected utility of at most k attempts, shape (tasks, ks): a wrong answer costs ``cost``."""
    success, wrong = resampling(n, base, both, k)
    return success - cost * wrong


def interval(values: np.ndarray, lowest: float, highest: float) -> tuple[np.ndarray, np.ndarray]:
    """95 % interval over tasks of the mean of values between two bounds, shape (tasks, columns).

    The method is that of :func:`passk.statistics.intervals.of_task_estimates`, on values moved into
    [0, 1].
    """
    size = highest - lowest
    low, high = of_task_estimates((values - lowest) / size)
    return lowest + size * low, lowest + size * high


def verifiers(
    label: str, tasks: Sequence[Agreement], k_values: Sequence[int], costs: Sequence[float] = COSTS
) -> list[Row]:
    """All numbers of one model.

    Curves are at ``k_values`` and on a grid between, none beyond the fewest draws of a task; the
    best k (``best``) is the smallest with the highest utility among 0 (never accept) and all of
    these draws; ``decline`` is how much less the last k earns.
    """
    n, base, plus, both = np.array([(t.n, t.base, t.plus, t.both) for t in tasks]).T
    most = int(n.min())
    k = np.array(sorted({k for k in k_values if k <= most} | {*k_grid(most, 10, PER_DECADE)}))

    def row(quantity: str, value: float, *bounds: float, **place: object) -> Row:
        where = {"task_id": "", "k": 0, "cost": math.nan, **place}
        return Row(label, quantity, value=float(value), **where, **_bounds(bounds))

    def curve(quantity: str, values: np.ndarray, lowest: float, cost: float) -> list[Row]:
        columns = (values.mean(axis=0), *interval(values, lowest, 1.0))
        return [
            row(quantity, *numbers, k=int(one), cost=cost)
            for one, *numbers in zip(k, *columns, strict=True)
        ]

    rows = [
        row(name, count)
        for name, count in (
            ("tasks", len(tasks)),
            ("draws", n.sum()),
            ("base_passed", base.sum()),
            ("plus_passed", plus.sum()),
            ("false_positives", (base - both).sum()),
            ("false_negatives", (plus - both).sum()),
            ("tasks_with_false_positives", (base > both).sum()),
            ("tasks_with_false_positives_only", ((base > 0) & (both == 0)).sum()),
        )
    ]
    for name, part, whole in (
        ("wrong_of_accepted", base - both, base),
        ("accepted_of_wrong", base - both, n - plus),
    ):
        rows.append(row(name, *_mean_share(part, whole)))
    for task in tasks:
        if task.base:
            share = (task.base - task.both) / task.base
            bounds = wilson(share, task.base)
            rows.append(row("wrong_of_accepted", share, *bounds, task_id=task.task_id))
        else:
            rows.append(row("wrong_of_accepted", math.nan, task_id=task.task_id))
    success, wrong = resampling(n, base, both, k)
    for name, values in (
        ("believed", pass_table(n, base, k)),
        ("true", pass_table(n, plus, k)),
        ("success", success),
        ("wrong", wrong),
    ):
        rows += curve(name, values, 0.0, math.nan)
    every = np.arange(1, most + 1)
    for cost in costs:
        rows += curve("utility", utility_by_task(n, base, both, k, cost), -cost, cost)
        table = np.hstack([np.zeros((len(n), 1)), utility_by_task(n, base, both, every, cost)])
        best = best_k(table.mean(axis=0))
        decline = table[:, best] - table[:, -1]
        for name, values, lowest in (
            ("best", table[:, best], -cost),
            ("held_out", held_out(table), -cost),
            ("decline", decline, -1 - cost),
        ):
            highest = 1 + cost if name == "decline" else 1.0
            ((low,), (high,)) = interval(values[:, None], lowest, highest)
            rows.append(row(name, values.mean(), low, high, k=best, cost=cost))
    return rows


def best_k(utility: np.ndarray) -> int:
    """The smallest k, from 0, of the highest mean utility; what differs by rounding is equal."""
    return int(np.flatnonzero(utility >= utility.max() - 1e-12)[0])


def held_out(table: np.ndarray) -> np.ndarray:
    """What each task earns at the k that is best for all others; ``table`` is (tasks, ks).

    Of a single task nothing can be held out: NaN.
    """
    if len(table) < 2:
        return np.full(len(table), math.nan)
    total = table.sum(axis=0)
    return np.array([row[best_k((total - row) / (len(table) - 1))] for row in table])


def _bounds(bounds: Sequence[float]) -> dict[str, float]:
    return dict(zip(("low", "high"), map(float, bounds), strict=True)) if bounds else {}


def _mean_share(part: np.ndarray, whole: np.ndarray) -> tuple[float, ...]:
    """The mean, over tasks where ``whole`` is not 0, of the share, and its interval over tasks."""
    some = whole > 0
    if not some.any():
        return (math.nan,)
    shares = (part[some] / whole[some])[:, None]
    return (float(shares.mean()), *(float(bound[0]) for bound in of_task_estimates(shares)))


def paragraph(table: pd.DataFrame) -> str:
    """What the table says, for the report; ``table`` has :data:`COLUMNS`, the own model first."""
    label = table.model.iloc[0]
    own = table[(table.model == label) & (table.task_id == "")]
    counts = own[own.k == 0].set_index("quantity").value
    curves = {name: own[own.quantity == name] for name in ("believed", "true", "success", "wrong")}
    believed, true, success, wrong = (curve.iloc[-1] for curve in curves.values())
    text = [
        f"{label}, judged twice: with {believed.k:,} samples the base tests believe "
        f"{percent(believed.value)} % of the tasks solved, the stronger tests "
        f"{percent(true.value)} % (95 % interval over tasks {percent(true.low)} to "
        f"{percent(true.high)} %). Of {counts.base_passed:,.0f} samples that pass the base tests "
        f"{counts.false_positives:,.0f} fail the stronger ones, on "
        f"{counts.tasks_with_false_positives:,.0f} of {counts.tasks:,.0f} tasks"
    ]
    share = own[own.quantity == "wrong_of_accepted"].iloc[0]
    if not math.isnan(share.value):
        text[0] += (
            f"; as a share of a task's passes that is {percent(share.value)} % on average over the "
            f"tasks that have any ({percent(share.low)} to {percent(share.high)} % over tasks)"
        )
    text[0] += "."
    if counts.false_negatives:
        text.append(
            f"{counts.false_negatives:,.0f} samples fail the base tests and pass the stronger ones."
        )
    text.append(
        f"Taking the first of at most {success.k:,} samples that passes the base tests gives a "
        f"right answer on {percent(success.value)} % of the tasks and a wrong one on "
        f"{percent(wrong.value)} %."
    )
    text.append(_cost_sentence(own))
    for other in table.model.unique()[1:]:
        rival = table[(table.model == other) & (table.quantity == "true") & (table.k == 1)]
        if len(rival):
            text.append(
                f"One sample of {other} is right on {percent(rival.value.iloc[0])} % by the "
                "stronger tests."
            )
    return " ".join(text)


def _cost_sentence(own: pd.DataFrame) -> str:
    """Whether more samples hurt where a wrong answer costs something, as far as the data tell."""
    last = int(own[own.quantity == "success"].k.max())
    best = own[own.quantity == "best"]
    hurt = best[best.k < last]
    if hurt.empty:
        return (
            f"At no cost of a wrong answer up to {number_text(float(best.cost.max()))} times the "
            f"worth of a right one do more samples hurt here, up to {last:,}."
        )
    declines = own[own.quantity == "decline"].set_index("cost")
    shown = hurt[hurt.cost.map(declines.low) > 0]
    first = (hurt if shown.empty else shown).iloc[0]
    decline = declines.loc[first.cost]
    cost = "once" if first.cost == 1 else f"{number_text(float(first.cost))} times"
    where = f"{first.k:,} samples are best" if first.k else "accepting nothing is best"
    told = (
        "with that cost more samples stop helping and then hurt"
        if decline.low > 0
        else "the interval holds 0, so that these tasks do not show that more samples hurt"
    )
    return (
        f"If a wrong answer costs {cost} what a right one is worth, {where} (utility "
        f"{first.value:.3f} a task), and {last:,} earn {decline.value:.3f} less (95 % interval "
        f"over tasks {decline.low:.3f} to {decline.high:.3f}, for a number chosen on these tasks): "
        f"{told}."
    )
