"""Draw pass@1 of the sample that is selected without tests, against the samples drawn.

Coverage, where tests select, is the ceiling; a random sample the floor. The band is a 95 % interval
over tasks of the majority by behaviour. All of the table's first model.
"""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes

from passk import cli
from passk.analyses.selection.table import COLUMNS
from passk.figures import style
from passk.tables import read_table

LOOKS = {
    "oracle": ("a right one (coverage)", style.INK, (), None),
    "likelihood": ("the likeliest", style.OTHER, (4, 2), "s"),
    "behaviour": ("most frequent behaviour", style.MODEL, (), "o"),
    "text": ("most frequent text", "#007a5a", (1, 1.2), "^"),
    "random": ("any (pass@1)", style.MUTED, (1, 2), None),
}


def draw(axes: Axes, table: pd.DataFrame) -> None:
    """Draw the whole figure; a method whose numbers are NaN is left out."""
    largest = int(table.n.max())
    style.shares_against_counts(axes, largest)
    axes.set_xlabel("samples per task, n")
    axes.set_ylabel("selected sample is right (% of tasks)")
    band = table[table.method == "behaviour"]
    limits = 100 * band.tasks_low, 100 * band.tasks_high
    axes.fill_between(band.n, *limits, color=style.MODEL_LIGHT, linewidth=0)
    for method, (label, colour, dashes, marker) in LOOKS.items():
        rows = table[(table.method == method) & table.pass_at_1.notna()]
        if rows.empty:
            continue
        axes.plot(
            rows.n, 100 * rows.pass_at_1, color=colour, dashes=dashes or (None, None), label=label,
            marker=marker, markersize=3, markeredgewidth=0, clip_on=False,
        )  # fmt: skip
    axes.figure.legend(
        loc="outside upper left", ncols=2, frameon=False, fontsize=style.SMALL, handlelength=2.4,
        columnspacing=1.2, borderpad=0.1, labelspacing=0.3, title="the sample that is taken",
        title_fontsize=style.SMALL, alignment="left",
    )  # fmt: skip


def main() -> None:
    """Bind the command line."""
    args = cli.drawing("Draw how often a selected sample is right.")
    table = read_table(args.table, COLUMNS)
    with style.figure(style.HEIGHT + 0.35) as (drawing, axes):
        draw(axes, table[table.model == table.model.iloc[0]])
        style.save(drawing, args.output)


if __name__ == "__main__":
    cli.run(main)
