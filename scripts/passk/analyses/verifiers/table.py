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
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_type_hints

import numpy as np

from passk.analyses.given import Given
from passk.estimator import k_grid, pass_table
from passk.provenance import check_shards
from passk.records import Snapshot, UserError, read_verdicts
from passk.statistics.intervals import ROUNDING, of_task_estimates, wilson

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


COLUMNS = get_type_hints(Row)


def check_pair(
    base: Sequence[Path], plus: Sequence[Path], settings: Mapping[str, Any] | None
) -> None:
    """Check the metadata of both suites' shards: of the same samples, by two suites.

    ``settings`` are those of ``plus``; without them files need no metadata.

    :raises UserError: as :func:`passk.provenance.check_shards`, and where the samples differ or
        the suites do not.
    """
    required = settings is not None
    of_both = {key: value for key, value in (settings or {}).items() if key != "suite"}
    weak = check_shards(base, require_metadata=required, settings=of_both)
    strong = check_shards(plus, require_metadata=required, settings=settings)
    if not (weak and strong):
        return
    samples = [{one["samples_sha256"] for one in described} for described in (weak, strong)]
    if samples[0] != samples[1]:
        raise UserError(
            f"{base[0]} and {plus[0]} are not verdicts of the same samples; give both suites' "
            "verdicts of the same shards"
        )
    if weak[0]["suite"] == strong[0]["suite"]:
        raise UserError(f"{base[0]} and {plus[0]} are verdicts of one suite; give those of two")


def read_agreement(
    base: Sequence[Path], plus: Sequence[Path], snapshot: Snapshot
) -> list[Agreement]:
    """Count, task by task, how two suites judge the same draws; tasks in the order of ``base``.

    :raises UserError: a draw that is there twice, or that only one of the suites has judged; a file
        that is not that of ``snapshot``.
    """
    draws: dict[str, bytearray] = {}
    for paths, seen, passed in ((base, _BASE, _BASE_PASSED), (plus, _PLUS, _PLUS_PASSED)):
        for path in paths:
            for verdict in snapshot.read(path, read_verdicts):
                if not 0 <= verdict.draw < MOST_DRAWS:
                    raise UserError(
                        f"{path}: {verdict.draw} is not a draw number of {verdict.task_id}"
                    )
                marks = draws.setdefault(verdict.task_id, bytearray())
                if verdict.draw >= len(marks):
                    marks.extend(bytes(verdict.draw + 1 - len(marks)))
                if marks[verdict.draw] & seen:
                    raise UserError(
                        f"{path}: duplicate draw {verdict.draw} of {verdict.task_id}; give each "
                        "shard once"
                    )
                marks[verdict.draw] |= seen | (passed if verdict.outcome == "passed" else 0)
    found = []
    for task, marks in draws.items():
        for draw, mark in enumerate(marks):
            if mark and not (mark & _BASE and mark & _PLUS):
                lacking = "stronger" if mark & _BASE else "weaker"
                raise UserError(
                    f"draw {draw} of {task} has no verdict of the {lacking} suite: give the "
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


def table(given: Given) -> list[Row]:
    """All numbers of every model.

    :raises UserError: as :func:`check_pair` and :func:`read_agreement`.
    """
    rows = []
    for label, weak, strong, settings in zip(
        given.labels, given.weak_verdicts, given.strong_verdicts, given.settings, strict=True
    ):
        snapshot = Snapshot([*weak, *strong])
        check_pair(weak, strong, settings)
        rows += model_rows(label, read_agreement(weak, strong, snapshot), given.k_values)
    return rows


def model_rows(
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
    return int(np.flatnonzero(utility >= utility.max() - ROUNDING)[0])


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
