"""Pools of two models: unbiased, a gain where there is one, and none where there is none."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from passk.analyses.given import Given
from passk.analyses.pools import page
from passk.analyses.pools import table as pools
from passk.counts import ModelCounts, TaskCount


def model(label: str, n: int, c: list[int] | np.ndarray) -> ModelCounts:
    return ModelCounts(label, tuple(TaskCount(f"t/{i}", n, int(x)) for i, x in enumerate(c)))


def rows_of(*models: ModelCounts, k: tuple[int, ...] = (2, 10)) -> pd.DataFrame:
    rows = pools.table(Given(counts=models, k_values=k))
    return pd.DataFrame(rows, columns=[*pools.COLUMNS])


def test_coverage_of_a_split_is_unbiased() -> None:
    rng = np.random.default_rng(0)
    p, q, n, k, runs = 0.1, 0.3, 12, 6, 8_000
    own, rival = (model("X", n, rng.binomial(n, rate, runs)) for rate in (p, q))
    splits, found = pools.coverages(own, rival, k)
    assert splits.tolist() == list(range(k + 1))
    for place, k1 in enumerate(splits):
        truth = 1 - (1 - p) ** k1 * (1 - q) ** (k - k1)
        error = found[:, place].std() / math.sqrt(runs)
        assert found[:, place].mean() == pytest.approx(truth, abs=4 * error)


def test_models_that_solve_other_tasks_gain() -> None:
    own, rival = [9] * 30 + [0] * 30, [0] * 30 + [9] * 30
    row = rows_of(model("A", 10, own), model("B", 10, rival), k=(4,)).iloc[0]
    assert row.pool > 0.95 and row.alone < 0.55 and row.tasks_low > 0.2
    assert 0.25 <= row.own_share <= 0.75
    text = page.paragraph(rows_of(model("A", 10, own), model("B", 10, rival)))
    assert "The gain is significant at a budget of 2, 10" in text


def test_a_worse_model_adds_nothing_and_that_is_said() -> None:
    rows = rows_of(model("A", 20, [9, 12, 15, 3] * 9), model("B", 20, [1, 2, 1, 0] * 9))
    assert (rows.gain == 0).all() and (rows.own_share == 1).all()
    assert "gives all draws to A: no gain" in page.paragraph(rows)


def test_two_models_that_are_each_best_for_a_budget_are_both_named() -> None:
    a, b = [99] * 40 + [0] * 40, [20] * 40 + [25] * 40
    rows = rows_of(model("A", 100, a), model("B", 100, b), k=(1, 100))
    assert (rows.gain == 0).all() and rows.own_share.tolist() == [1, 0]
    assert "a budget of 1 to A, 100 to B: no gain" in page.paragraph(rows)


@pytest.mark.slow
def test_the_same_model_twice_shows_no_gain_by_luck() -> None:
    """To choose and to report on the same tasks would: the best of many splits looks better."""
    rng = np.random.default_rng(1)
    held_out, same, shown = [], [], 0
    for _ in range(100):
        rates = rng.beta(0.5, 1, 16)
        own, rival = (model(x, 6, rng.binomial(6, rates)) for x in "AB")
        row = rows_of(own, rival, k=(6,)).iloc[0]
        held_out.append(row.gain)
        shown += row.tasks_low > 0
        _, covered = pools.coverages(own, rival, 6)
        means = covered.mean(axis=0)
        same.append(means.max() - max(means[0], means[-1]))
    assert np.mean(same) > 0.001
    assert abs(np.mean(held_out)) < np.mean(same)
    assert shown <= 7


def test_halves_are_halves_and_the_same_each_time() -> None:
    found = pools.halves(11)
    assert (found[: pools.HALVES].sum(axis=1) == 5).all()
    assert (found[: pools.HALVES] ^ found[pools.HALVES :]).all()
    assert (found == pools.halves(11)).all()


@pytest.mark.parametrize(("tasks", "k"), [(3, 2), (8, 11)])
def test_too_few_tasks_or_draws_are_unknown(tasks: int, k: int) -> None:
    rows = rows_of(model("A", 20, [3] * tasks), model("B", 10, [3] * tasks), k=(k,))
    assert rows[["own_share", "pool", "alone", "gain", "tasks_low"]].isna().all(axis=None)
    assert "too few tasks or draws" in page.paragraph(rows)
