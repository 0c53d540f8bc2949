"""Every task's success rate under every model: one cell each, easiest task first.

The tasks run left to right and wrap like text, so that 164 of them stay readable. The colour gets
darker with the cube root of the rate, in grey, too, so that 1 and 2 % differ as well as 50 and
80 %; a cell that no draw solved is white and has a cross. Nothing is estimated here.
"""

from __future__ import annotations

import math
from itertools import takewhile

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import LinearSegmentedColormap, PowerNorm
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator

from passk.analyses.heat_map.table import short_names
from passk.figures import style
from passk.words import counted

# From faint to dark: its lightness falls evenly, so that it reads the same in grey.
SHADES = LinearSegmentedColormap.from_list(
    "shades", ["#dcebf5", "#a9cfe8", "#5fa3d0", "#1f6faf", "#0b3f78", "#06224a"]
)
ACROSS = 42  # tasks in a row of cells: 164 make four
MOST = 4  # characters of a task's name that fit above its cell
GAP = 0.75  # between rows of tasks, in cells, where their names stand
NAMES = 1.1  # inches at the left, for the models' names


def _grid(table: pd.DataFrame) -> tuple[list[str], list[str], np.ndarray]:
    """The task ids by rank, the models, and the rates, shape (models, tasks)."""
    models = list(dict.fromkeys(table.model))
    rates = table.pivot(index="model", columns="rank", values="rate").loc[models]
    tasks = table.drop_duplicates("rank").sort_values("rank").task_id
    return list(tasks), models, rates.to_numpy()


def draw(table: pd.DataFrame, label: str) -> Figure:
    """The figure; the table names the models."""
    if table.empty:
        return style.sentence("There are no tasks.")
    tasks, models, rates = _grid(table)
    across = max(min(len(tasks), ACROSS), 20)
    rows = math.ceil(len(tasks) / across)
    height = rows * len(models) + (rows - 1) * (GAP + 0.75) + 0.8  # in cells
    cell = min((style.PAGE_WIDTH - NAMES) / across, 0.16)
    drawing, axes = style.figure(height * cell + 0.45, style.PAGE_WIDTH)
    norm = PowerNorm(1 / 3, 0, 1)
    names, labels = short_names(tasks), _shortened(models)
    for row in range(rows):
        part = slice(row * across, (row + 1) * across)
        shown = rates[:, part]
        top = 0.8 + row * (len(models) + GAP + 0.75)
        edges = np.arange(shown.shape[1] + 1), top + np.arange(len(models) + 1)
        cells = np.ma.masked_equal(shown, 0)
        axes.pcolormesh(*edges, cells, cmap=SHADES, norm=norm, edgecolor="white", linewidth=0.6)
        where = np.argwhere(shown == 0)
        axes.plot(
            where[:, 1] + 0.5, top + where[:, 0] + 0.5, "x", color=style.OTHER, markersize=2.2,
            markeredgewidth=0.6,
        )  # fmt: skip
        for number, label in enumerate(labels):
            axes.text(
                -0.3, top + number + 0.5, label, ha="right", va="center",
                fontsize=style.SMALL, color=style.INK,
            )  # fmt: skip
        for number, name in enumerate(names[part]):
            if len(name) <= MOST:
                axes.text(
                    number + 0.5, top - 0.12, name, ha="center", va="bottom", fontsize=4.8,
                    color=style.MUTED, rotation=90 if len(name) > 2 else 0,
                )  # fmt: skip
    axes.set_xlim(0, across)
    axes.set_ylim(height, 0)
    axes.set_axis_off()
    _key(axes, norm)
    return drawing


def title(table: pd.DataFrame, label: str) -> str:
    """How many tasks each side solved alone; of a single model, how many it solved."""
    _, models, rates = _grid(table)
    solved = rates > 0
    if len(models) == 1:
        tasks = counted(solved.shape[1], "task")
        return f"{models[0]} solved {solved[0].sum()} of {tasks} at least once."
    others = solved[1:].any(axis=0)
    alone, missed = int((solved[0] & ~others).sum()), int((~solved[0] & others).sum())
    rest = "another model" if len(models) > 2 else models[1]
    return f"{models[0]} alone solved {counted(alone, 'task')}, {rest} alone {missed:,}."


def _shortened(models: list[str], most: int = 22) -> list[str]:
    """The models' names cut to length; where they would be alike, without the words they share."""
    if len({model[: most - 1] for model in models}) < len(models):
        words = [model.split(" ") for model in models]
        alike = list(takewhile(lambda group: len(set(group)) == 1, zip(*words, strict=False)))
        models = [("…" if alike else "") + " ".join(own[len(alike) :]) for own in words]
    return [model if len(model) <= most else f"{model[: most - 1]}…" for model in models]


def _key(axes: Axes, norm: PowerNorm) -> None:
    bar = axes.figure.colorbar(
        ScalarMappable(norm, SHADES), ax=axes, location="bottom", aspect=45, shrink=0.6, pad=0.03,
    )  # fmt: skip
    bar.set_ticks([0.001, 0.01, 0.05, 0.2, 0.5, 1])
    bar.ax.xaxis.set_major_formatter(lambda value, _: style.per_cent(value))
    bar.ax.xaxis.set_minor_locator(NullLocator())
    bar.outline.set_visible(False)
    bar.set_label("samples that pass (%); tasks from the easiest, left to right, row by row")
    bar.ax.plot(
        -0.05, 0.5, "x", color=style.OTHER, markersize=3.5, markeredgewidth=0.8, clip_on=False,
        transform=bar.ax.transAxes,
    )  # fmt: skip
    bar.ax.text(
        -0.065, 0.5, "no sample passed", ha="right", va="center", fontsize=style.SMALL,
        color=style.OTHER, transform=bar.ax.transAxes,
    )  # fmt: skip
