"""pass@1 of the sample that is selected without tests, against the samples drawn.

Coverage, where tests select, is the ceiling; a random sample the floor. The band is a 95 % interval
over tasks of the majority by behaviour. All of the table's first model.
"""

from __future__ import annotations

import pandas as pd
from matplotlib.figure import Figure

from passk.analyses.selection.table import FINAL_ANSWERS
from passk.figures import style

LOOKS = {
    "oracle": ("a right one (coverage)", style.INK, style.SOLID, None),
    "likelihood": ("the likeliest", style.OTHER, (4, 2), "s"),
    "behaviour": ("most frequent behaviour", style.MODEL, style.SOLID, "o"),
    "text": ("most frequent text", "#007a5a", (1, 1.2), "^"),
    "random": ("any (pass@1)", style.MUTED, (1, 2), None),
}


def draw(table: pd.DataFrame, label: str) -> Figure:
    """The figure; a method whose numbers are NaN is left out."""
    own = table[table.model == table.model.iloc[0]] if len(table) else table
    if own.pass_at_1.isna().all():
        return style.sentence("No sample could be selected.")
    drawing, axes = style.figure(style.HEIGHT + 0.35)
    style.count_axis(axes, int(own.n.max()))
    style.per_cent_axis(axes)
    axes.set_xlabel("samples per task, n")
    axes.set_ylabel("selected sample is right (% of tasks)")
    band = own[own.method == "behaviour"]
    limits = 100 * band.tasks_low, 100 * band.tasks_high
    axes.fill_between(band.n, *limits, color=style.MODEL_LIGHT, linewidth=0)
    of_answers = FINAL_ANSWERS in set(own.inputs)
    for method, (name, colour, dashes, marker) in LOOKS.items():
        rows = own[(own.method == method) & own.pass_at_1.notna()]
        if of_answers:
            name = name.replace("behaviour", "answer")
        if len(rows):
            axes.plot(
                rows.n, 100 * rows.pass_at_1, color=colour, dashes=dashes, label=name,
                marker=marker, markersize=3, markeredgewidth=0, clip_on=False,
            )  # fmt: skip
    style.legend_above(axes, 2, handlelength=2.4, title="the sample that is taken")
    return drawing
