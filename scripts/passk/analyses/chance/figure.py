"""pass@k of a task's own draws, and of the draws of other tasks, against k.

The band is a 95 % interval over tasks of the first. Nothing is estimated here.
"""

from __future__ import annotations

import pandas as pd
from matplotlib.figure import Figure

from passk.curve import percent
from passk.figures import style


def draw(table: pd.DataFrame, label: str) -> Figure:
    """The figure; rows whose values are NaN are left out."""
    known = table[table.value.notna() & table.chance.notna()]
    if known.empty:
        return style.sentence("There are no draws of another task to compare with.")
    drawing, axes = style.figure(style.HEIGHT + 0.24)
    style.count_axis(axes, int(known.k.max()))
    style.per_cent_axis(axes)
    axes.set_xlabel("samples per task, k")
    axes.set_ylabel("tasks with a right answer (%)")
    asked = known[known.asked == 1]
    limits = 100 * known.tasks_low, 100 * known.tasks_high
    axes.fill_between(known.k, *limits, color=style.MODEL_LIGHT, lw=0)
    for name, words, colour, dashes in (
        ("value", "draws of the task", style.MODEL, style.SOLID),
        ("chance", "draws of another task", style.OTHER, (4, 2)),
    ):
        axes.plot(known.k, 100 * known[name], color=colour, dashes=dashes, label=words)
        style.mark(axes, asked.k, 100 * asked[name], colour, name == "value")
    style.legend_above(axes, 2, handlelength=2.4)
    return drawing


def title(table: pd.DataFrame, label: str) -> str:
    """Both at the largest k asked for."""
    asked = table[(table.asked == 1) & table.value.notna() & table.chance.notna()]
    if asked.empty:
        return ""
    last = asked.loc[asked.k.idxmax()]
    samples = "one sample" if last.k == 1 else f"{last.k:,} samples"
    return (
        f"{percent(last.value)} % of the tasks are solved within {samples}; {samples} of another "
        f"task would solve {percent(last.chance)} %."
    )
