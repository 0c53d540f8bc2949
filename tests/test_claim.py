"""What stands large at the top of the page, with its interval and the test behind it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from passk.analyses.comparison import table as comparison
from passk.analyses.given import Given
from passk.baseline import Baseline
from passk.counts import ModelCounts, TaskCount
from passk.curve import crossing
from passk.estimation import estimate_curve
from passk.page.claim import _compared, _interval_of_k, _numbers
from passk.tables import table_text


def counts(n: int, alpha: float, beta: float, seed: int) -> tuple[TaskCount, ...]:
    rng = np.random.default_rng(seed)
    passed = rng.binomial(n, rng.beta(alpha, beta, 150))
    return tuple(TaskCount(f"T/{i}", n, int(c)) for i, c in enumerate(passed))


def tile(own: tuple[TaskCount, ...], other: tuple[TaskCount, ...], k: int) -> tuple[str, str, str]:
    """That of the line to beat."""
    models = [ModelCounts("Own", own), ModelCounts("Other, 3 M", other)]
    rows = comparison.table(Given(counts=models, k_values=[1, k]))
    table = pd.DataFrame(rows, columns=[*comparison.COLUMNS])
    tested = table[(table.against == "pass@1") & (table.verdict != "unknown")]
    points = estimate_curve(own, [1, k])
    beat = Baseline.measured("Other, 3 M", estimate_curve(other, [1]))
    asked = [point for point in points if point.k in (1, k)]
    found = _numbers(list(own), asked[0], asked[-1], beat, crossing(points, beat.value), tested)
    assert len(found) == 4
    return found[2]


def test_the_k_that_reaches_a_rival_has_its_interval_and_the_k_of_significance() -> None:
    value, what, further = tile(counts(200, 0.2, 4, 1), counts(100, 0.6, 1.0, 2), 200)
    assert value.startswith("k = ")
    assert what.startswith("to reach Other, 3 M at one sample (") and what.endswith(" %)")
    interval, _, better = further.partition("; ")
    low, to, high, *over = interval.split(" ")
    assert (to, over) == ("to", ["over", "tasks"])
    assert int(low) < int(value.removeprefix("k = ")) < int(high)
    assert better == f"significantly better from k = {high} on"


def test_where_the_draws_do_not_show_it_the_tile_says_so() -> None:
    value, _, further = tile(counts(20, 0.3, 4.0, 1), counts(20, 0.6, 1.0, 2), 20)
    assert value.startswith("k = ")
    assert " or more over tasks; at no k to 20 significantly better" in further
    value, _, further = tile(counts(20, 0.3, 9.0, 1), counts(20, 5.0, 1.0, 2), 20)
    assert (value, further) == ("not reached", "at no k to 20 significantly better")


@pytest.mark.parametrize("beat", [None, Baseline("Other", 0.9)])
def test_without_a_test_nothing_is_said_of_one(tmp_path, beat: Baseline | None) -> None:
    models = [ModelCounts("Own", counts(20, 1, 1, 1))]
    rows = comparison.table(Given(counts=models, quoted=beat, k_values=[1]))
    cells = [[getattr(row, name) for name in comparison.COLUMNS] for row in rows]
    (tmp_path / "t.csv").write_text(table_text([*comparison.COLUMNS], cells))
    tested = _compared(beat, tmp_path / "t.csv")
    assert tested.empty and _interval_of_k(tested) == ""
    assert _compared(beat, tmp_path / "none.csv").empty
