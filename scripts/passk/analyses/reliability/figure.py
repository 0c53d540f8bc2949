"""pass@k and pass^k against k: one draw of k passes, and all of them do.

Full lines and the upper bands are pass@k, lines with open marks and the lower bands pass^k. Bands
are 95 % intervals over tasks, of the first model only. Nothing is estimated here.
"""

from __future__ import annotations

import pandas as pd
from matplotlib.figure import Figure

from passk.curve import percent
from passk.figures import style

MEASURES = {"pass@k": "pass@k: one passes", "pass^k": "pass^k: all pass"}


def draw(table: pd.DataFrame, label: str) -> Figure:
    """The figure; the table names the models, rows whose value is NaN are left out."""
    known = table[table.value.notna()]
    if known.empty:
        return style.sentence("No k has an estimate.")
    looks = style.looks(known.model)
    names = [*looks, *MEASURES.values()]
    columns = style.legend_columns(names, style.WIDTH, 2)
    drawing, axes = style.figure(style.HEIGHT + 0.12 * -(-len(names) // columns))
    style.count_axis(axes, int(known.k.max()))
    style.per_cent_axis(axes)
    axes.set_xlabel("samples per task, k")
    axes.set_ylabel("tasks (%)")
    for model, (colour, dashes, _) in reversed(looks.items()):
        for measure in MEASURES:
            rows = known[(known.model == model) & (known.measure == measure)]
            if model == next(iter(looks)):
                limits = 100 * rows.tasks_low, 100 * rows.tasks_high
                axes.fill_between(rows.k, *limits, color=style.MODEL_LIGHT, lw=0)
            axes.plot(rows.k, 100 * rows.value, color=colour, dashes=dashes)
            asked = rows[rows.asked == 1]
            style.mark(axes, asked.k, 100 * asked.value, colour, measure == "pass@k")
    for model, (colour, dashes, _) in looks.items():
        axes.plot([], [], color=colour, dashes=dashes, label=model)
    for measure, name in MEASURES.items():
        style.mark(axes, [], [], style.MUTED, measure == "pass@k", name)
    style.legend_above(axes, columns)
    return drawing


def title(table: pd.DataFrame, label: str) -> str:
    """Both measures of the own model at the largest k asked for."""
    own = table[(table.model == table.model.iloc[0]) & (table.asked == 1) & table.value.notna()]
    values = {(row.measure, row.k): row.value for row in own.itertuples()}
    both = [k for _, k in values if {("pass@k", k), ("pass^k", k)} <= values.keys()]
    k = max(both, default=0)
    if k < 2:
        return ""
    one, every = (percent(values[measure, k]) for measure in ("pass@k", "pass^k"))
    return f"Of {k:,} samples one passes on {one} % of the tasks, all of them on {every} %."
