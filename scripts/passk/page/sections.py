"""The sections of one judgement: for each analysis that was made a figure, a paragraph, a table.

An analysis is known by the CSV file of its name. Its paragraph comes from ``paragraph(table)`` in
``passk.analyses.<name>``; its numbers, as everything here, from the CSV.
"""

from __future__ import annotations

import importlib
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import pandas as pd

from passk.curve import Point, percent, read_curve
from passk.page.experiment import Experiment, Judgement
from passk.page.pictures import Picture, picture
from passk.page.views import Table, interval, view
from passk.records import UserError
from passk.tables import read_table

# Title and question, in the order in which a reader asks.
TITLES = {
    "pass_at_k": ("Coverage", "How many of the tasks are solved within k samples?"),
    "comparison": ("Against the other models", "Is the difference more than chance?"),
    "reproduction": ("Against what was published", "Do these samples show the published values?"),
    "success_rates": ("Task by task", "What is the curve made of?"),
    "fail_at_k": ("On logarithmic axes", "How fast does the share of unsolved tasks fall?"),
    "scaling_laws": ("Scaling laws", "Which law does the curve follow?"),
    "extrapolation": ("Forecast", "What would more samples give?"),
    "reliability": ("Reliability", "What can be relied on without a check?"),
    "verifiers": (
        "Imperfect tests",
        "What if the tests that choose are weaker than those that judge?",
    ),
    "selection": ("Choosing without tests", "Which sample to take where there is no test?"),
    "compute": ("Memory for compute", "What does a small model cost instead of a large one?"),
    "cost": ("Cost", "What did the samples take?"),
    "heat_map": ("Every task under every model", "Where do the models differ?"),
    "hardest_tasks": ("The hardest tasks", "What was never solved, and what came instead?"),
}


@dataclass(frozen=True, slots=True)
class Section:
    """One analysis of one judgement; ``data`` is its CSV, relative to the page."""

    name: str
    title: str
    question: str
    data: str
    picture: Picture | None
    paragraph: str
    table: Table | None
    tasks: tuple[Mapping[str, Any], ...] = ()


def sections(
    experiment: Experiment, judgement: Judgement, figures: Path, results: Path, captions: Path
) -> list[Section]:
    """What was made under one judgement, in :data:`TITLES`' order; what was not is left out.

    :raises UserError: a damaged table, or a figure that is missing although its table is there.
    """
    names = [name for name in TITLES if name in experiment.analyses]
    names += [name for name in experiment.analyses if name not in TITLES]
    found = []
    for name in names:
        path = figures / judgement.name / f"{name}.csv"
        if not path.exists():
            continue
        title, question = TITLES.get(name, (name.replace("_", " ").capitalize(), ""))
        drawn = None
        if path.with_suffix(".svg").exists():
            drawn = picture(path.with_suffix(""), captions / f"{name}.rst")
        data = f"{judgement.name}/{name}.csv"
        parts: dict[str, Any] = {"paragraph": "", "table": None}
        if name == "pass_at_k":
            parts["table"] = coverage_table(experiment, judgement, results)
        elif name == "fail_at_k":
            parts["paragraph"] = fall(experiment, judgement, results)
        elif name == "success_rates":
            parts["paragraph"] = spread(read_table(path, {"n": int, "c": int, "rate": float}))
        else:
            parts = analysis_parts(name, path)
            if parts is None:
                continue
        found.append(Section(name, title, question, data, drawn, **parts))
    return found


def analysis_parts(name: str, path: Path) -> dict[str, Any] | None:
    """The paragraph and the table of an analysis of that name; None where its table is empty."""
    module = importlib.import_module(f"passk.analyses.{name}.table")
    table = _read(module, path)
    if table.empty:
        return None
    parts: dict[str, Any] = {"paragraph": "", "table": None}
    if hasattr(module, "paragraph"):
        parts["paragraph"] = module.paragraph(table)
    if name == "hardest_tasks":
        parts["tasks"] = tuple(table.to_dict("records"))
    else:
        parts["table"] = view(name, table)
    return parts


def _read(module: ModuleType, path: Path) -> pd.DataFrame:
    types = getattr(module, "COLUMNS", None)
    if isinstance(types, Mapping):
        return read_table(path, types, may_be_empty=True)
    try:
        return pd.read_csv(path)
    except (ValueError, OSError) as error:
        raise UserError(f"{path} is no table; make it again") from error


def coverage_table(experiment: Experiment, judgement: Judgement, results: Path) -> Table:
    """pass@k of all compared models at the k asked for, with both intervals."""
    rows = []
    for member in experiment.members:
        by_k = curve(member.folder(results), judgement)
        for k in sorted(experiment.own.entry["k_values"]):
            point = by_k.get(k)
            if point is None or math.isnan(point.pass_at_k):
                continue
            rows.append(
                (
                    member.label,
                    f"{k:,}",
                    percent(point.pass_at_k),
                    interval(point.tasks_low, point.tasks_high),
                    interval(point.draws_low, point.draws_high),
                )
            )
    header = ("Model", "k", "pass@k (%)", "95 % over tasks", "95 % over draws")
    return Table(header, (False, True, True, True, True), tuple(rows))


def fall(experiment: Experiment, judgement: Judgement, results: Path) -> str:
    """How the share of unsolved tasks falls between the k asked for, the experiment's own."""
    by_k = curve(experiment.own.folder(results), judgement)
    asked = [by_k[k] for k in sorted(experiment.own.entry["k_values"]) if k in by_k]
    asked = [point for point in asked if not math.isnan(point.pass_at_k)]
    steps = [f"{percent(1 - point.pass_at_k)} % at k = {point.k:,}" for point in asked]
    return (
        f"Left unsolved by {experiment.own.label}, on average over k draws: {', '.join(steps)}. "
        "Whether the fall is a straight line here, and so a power law, the eye judges badly: where "
        "laws were fitted they have a section of their own."
    )


def spread(table: pd.DataFrame) -> str:
    """How the success rates are spread over the tasks; ``table`` is that of the figure."""
    easy, never = int((table.rate >= 0.5).sum()), int((table.c == 0).sum())
    return (
        f"Of {len(table)} tasks, {easy} passed in half of their draws or more and {never} in none; "
        f"the median task passed in {percent(float(table.rate.median()))} % of its draws. What k "
        "samples add comes from the tasks in between: a task that passes in one of a hundred draws "
        f"is solved with a chance of 1 % at k = 1 and of {percent(1 - 0.99**100)} % at k = 100."
    )


def curve(folder: Path, judgement: Judgement) -> dict[int, Point]:
    """The estimated points of a member's curve, by k."""
    return {point.k: point for point in read_curve(folder / judgement.name / "pass_at_k.csv")}
