"""Every analysis, its figure and its part of the page on counts that leave something undefined.

Parametrised over ANALYSES: a new analysis is covered by being named there.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Sequence
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from conftest import small_config
from degenerate import World, cases, model
from matplotlib.text import Text

from passk.analyses import ANALYSES
from passk.analyses.scaling_laws.table import _resampled_means
from passk.experiment import Experiment
from passk.figures import style
from passk.page.sections import Section, section
from passk.statistics.intervals import (
    of_paired_differences,
    of_task_estimates,
    square_and_add,
)
from passk.tables import read_table, table_text

pytestmark = pytest.mark.filterwarnings("error")

FEW = (
    "none passed",
    "all passed",
    "one pass",
    "one task solved",
    "one draw, none passed",
    "one draw, one passed",
    "n differs, none passed",
    "n differs",
)
SIZES = (1, 2, 20, 25, 30, 50, 120, 200)
# Every kind at two sizes, of one model and of two.
MANY = [
    (kind, SIZES[(place + 4 * models) % len(SIZES)], models)
    for place, kind in enumerate(cases(1, 1))
    for models in (1, 2)
]
# Where a number stands for "beyond the samples drawn", and says so in its docstring.
MAY_BE_INFINITE = {"k_low", "k_high", "flops_ratio_high"}
# One of something that is in the plural, or whose verb is.
PLURAL_ONE = re.compile(
    r"(?<![\d,.-])(?<!\bbut )(?<!k = )1 "
    r"((?!(is|as|less|has|was|does|passes|fails|times|ms)\b)[a-z]+s"
    r"|([a-z]+ )?(were|are|have|pass|fail))\b"
)
# What a number that is not known looks like where a sentence forgot to ask: nan, inf, the dash of
# percent(), a list of nothing, a zero below zero.
FORGOTTEN = re.compile(r"(?i)\b(nan|inf)\b|(?<!\S)-(?!\S)|: [.;]|\(\)|-0(\.0+)?(?![\d.])")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory):
    """The world of a kind of counts; all analyses share its files."""

    @lru_cache
    def found(kind: str, tasks: int, draws: int, models: int) -> World:
        n, c = cases(tasks, draws)[kind]
        # The second model has the tasks the other way round, but where that would pass more of a
        # task's draws than there are.
        others = c if len({*n}) > 1 else list(reversed(c))
        compared = [model("A", n, c), model("B", n, others)][:models]
        return World(tmp_path_factory.mktemp("world"), compared)

    return found


def shown(name: str, world: World, k_values: Sequence[int], *, figure: bool) -> Section:
    """Make the table, write and read it back, draw it, and say what the page says."""
    module = importlib.import_module(f"passk.analyses.{name}.table")
    rival = len(world.models) > 1
    rows = module.table(world.given(ANALYSES[name], k_values, rival=rival))
    path = world.folder / f"{name}.csv"
    path.write_text(table_text(module.COLUMNS, rows))
    table = read_table(path, module.COLUMNS, may_be_empty=True)
    numbers = table.select_dtypes("float").drop(columns=MAY_BE_INFINITE, errors="ignore")
    assert not np.isinf(numbers.to_numpy()).any()
    if figure and find_spec(f"passk.analyses.{name}.figure"):
        with style.look():
            figures = importlib.import_module(f"passk.analyses.{name}.figure")
            drawn = figures.draw(table, "A model")
            drawn.draw_without_rendering()
            check_words(style.said_by(drawn) or figures.title(table, "A model"))
            for text in drawn.findobj(Text):
                assert not (plural := PLURAL_ONE.search(text.get_text())), plural
    labels = [one.label for one in world.models]
    return section(name, path, dict(zip(labels, world.curves, strict=True)))


def check_words(text: str) -> None:
    assert not (forgotten := FORGOTTEN.search(text)), forgotten
    assert not (plural := PLURAL_ONE.search(text)), plural


def check(found: Section) -> None:
    assert found.paragraph or found.view or found.rows
    check_words(found.paragraph)
    for row in found.view.rows if found.view else ():
        assert not {"nan", "inf", "-"} & {*row}, row


@pytest.mark.parametrize("kind", FEW)
@pytest.mark.parametrize("name", ANALYSES)
def test_whatever_the_counts_there_is_a_table_and_a_sentence(name, kind, world):
    """Of one task or of three, by the kind; the figure where that leaves most undefined."""
    drawn = kind in ("none passed", "one draw, one passed")
    check(shown(name, world(kind, 1 + 2 * (len(kind) % 2), 12, 1), [1, 10], figure=drawn))


@pytest.mark.parametrize("name", ANALYSES)
def test_two_models_that_both_passed_nothing_are_compared(name, world):
    check(shown(name, world("none passed", 3, 12, 2), [1, 10], figure=True))


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "tasks", "models"), MANY)
@pytest.mark.parametrize("name", ANALYSES)
def test_whatever_the_counts_at_any_size(name, kind, tasks, models, world):
    check(shown(name, world(kind, tasks, 50, models), [1, 10, 50], figure=True))


@pytest.mark.parametrize("passed", [0, 50])
def test_no_number_of_tasks_makes_a_law_of_rounding_errors(passed, world):
    """A resample's pass@k of 1e-16 was fitted, with 20, 25, 50 and 120 tasks among others."""
    scaling_laws = importlib.import_module("passk.analyses.scaling_laws.table")
    for tasks in (1, 2, 20, 25, 49, 50, 120):
        rows = scaling_laws.table(World(Path(), [model("A", 50, [passed] * tasks)]).given(
            ["counts"], [1], rival=False
        ))  # fmt: skip
        fitted = pd.DataFrame([row for row in rows if row.kind == "fit"])
        assert fitted[["b", "b_low", "b_high"]].isna().all(axis=None)


def test_the_mean_of_tasks_that_are_alike_is_theirs_whoever_is_resampled():
    for tasks in range(1, 201):
        for value in (0.0, 1.0):
            assert (_resampled_means(np.full((tasks, 2), value)) == value).all()


def test_estimates_that_are_all_alike_have_no_correlation():
    """Their spread is a rounding error, which divided by itself is 1."""
    for tasks in range(1, 60):
        own, other = np.full((tasks, 1), 0.1), np.full((tasks, 1), 0.3)
        sides = ((x.mean(axis=0), *of_task_estimates(x)) for x in (own, other))
        apart = np.array(square_and_add(*sides))
        assert np.array(of_paired_differences(own, other)) == pytest.approx(apart)


@pytest.mark.parametrize("name", ANALYSES)
def test_a_table_without_rows_has_a_section_that_says_so(name, tmp_path):
    columns = importlib.import_module(f"passk.analyses.{name}.table").COLUMNS
    (tmp_path / f"{name}.csv").write_text(table_text(columns, []))
    assert section(name, tmp_path / f"{name}.csv", {}).paragraph.endswith(".")


def test_what_is_asked_for_and_cannot_be_made_is_said():
    config = small_config(["reproduction", "verifiers", "pass_at_k"])
    experiment = Experiment("paper", config)
    (scoring,) = experiment.scorings
    assert experiment.analyses(scoring) == ["pass_at_k"]
    why = experiment.not_made(scoring)
    assert why.keys() == {"reproduction", "verifiers"} and all(why.values())
    config["experiments"]["paper"]["suites"] = ["base", "plus"]
    assert "verifiers" not in experiment.not_made(scoring), "it is made of the other suite"
    del config["experiments"]["paper"]["analyses"]
    assert not experiment.not_made(scoring), "nothing was named, so nothing is missed"
