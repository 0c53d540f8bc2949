"""Draw pass@k and pass^k against k: one draw of k passes, and all of them do.

Full lines and the upper bands are pass@k, lines with open marks and the lower bands pass^k. Bands
are 95 % intervals over tasks, of the first model only. Nothing is estimated here.
"""

from __future__ import annotations

from itertools import cycle

import pandas as pd
from matplotlib.axes import Axes

from passk import cli
from passk.analyses.reliability.table import COLUMNS
from passk.figures import style
from passk.tables import read_table

MEASURES = ("pass@k: one passes", "pass^k: all pass")


def draw(axes: Axes, table: pd.DataFrame) -> None:
    """Draw the whole figure; rows whose value is NaN are left out."""
    table = table[table.value.notna()]
    largest = int(table.k.max())
    style.shares_against_counts(axes, largest)
    axes.set_xlabel("samples per task, k")
    axes.set_ylabel("tasks (%)")
    labels = list(dict.fromkeys(table.model))
    looks = list(zip(cycle(style.SERIES), labels, strict=False))
    for (colour, dashes, _), label in reversed(looks):
        for measure in ("pass@k", "pass^k"):
            rows = table[(table.model == label) & (table.measure == measure)]
            if label == labels[0]:
                axes.fill_between(
                    rows.k,
                    100 * rows.tasks_low,
                    100 * rows.tasks_high,
                    color=style.MODEL_LIGHT,
                    lw=0,
                )
            axes.plot(rows.k, 100 * rows.value, color=colour, dashes=dashes or (None, None))
            asked = rows[rows.asked == 1]
            face = colour if measure == "pass@k" else "white"
            axes.plot(
                asked.k, 100 * asked.value, "o", color=colour, markersize=3.4, clip_on=False,
                markerfacecolor=face, markeredgewidth=0.8,
            )  # fmt: skip
    for (colour, dashes, _), label in looks:
        axes.plot([], [], color=colour, dashes=dashes or (None, None), label=label)
    for face, label in ((style.MUTED, MEASURES[0]), ("white", MEASURES[1])):
        axes.plot(
            [], [], "o", color=style.MUTED, markersize=3.4, markerfacecolor=face,
            markeredgewidth=0.8, label=label,
        )  # fmt: skip
    axes.figure.legend(
        loc="outside upper left", ncols=_columns(labels), frameon=False, fontsize=style.SMALL,
        handlelength=2.2, columnspacing=1.2, borderpad=0.1, labelspacing=0.3,
    )  # fmt: skip


def _columns(labels: list[str]) -> int:
    return style.legend_columns([*labels, *MEASURES], style.WIDTH, 2)


def main() -> None:
    """Bind the command line."""
    args = cli.drawing("Draw pass@k and pass^k against k.")
    table = read_table(args.table, COLUMNS)
    labels = list(dict.fromkeys(table.model))
    rows = -(-(len(labels) + len(MEASURES)) // _columns(labels))
    with style.figure(style.HEIGHT + 0.12 * rows) as (drawing, axes):
        draw(axes, table)
        style.save(drawing, args.output)


if __name__ == "__main__":
    cli.run(main)
