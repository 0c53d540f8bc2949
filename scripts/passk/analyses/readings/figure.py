"""What became of the samples: one bar a reading, whose blue part is pass@1 with its interval."""

from __future__ import annotations

from itertools import cycle

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from passk.analyses.readings.table import OUTCOME
from passk.curve import percent
from passk.figures import style

READ = {"passed": (style.MODEL, ""), "unpassed": (style.MODEL_LIGHT, "")}
# What was not read, the most frequent first: told apart in grey by its hatching.
UNREAD = (
    (style.OTHER, ""),
    (style.OTHER_LIGHT, ""),
    ("#e9e4da", "////"),
    ("#e9e4da", "...."),
    ("#8a8a86", ""),
    ("#c9c9c4", ""),
    ("#c9c9c4", "xxxx"),
)
HATCH = "#918b7e"
BAR = 0.42  # inches, with the room around it


def draw(table: pd.DataFrame, label: str) -> Figure:
    """The figure, of the rows that say what became of the samples."""
    rows = table[(table.group == OUTCOME) & (table.value > 0)]
    readings = list(dict.fromkeys(table[table.group == OUTCOME].reading))
    if rows.empty:
        return style.sentence("There are no samples.")
    unread = rows[~rows.name.isin(READ)].groupby("name").value.sum()
    names = [name for name in READ if name in set(rows.name)]
    names += list(unread.sort_values(ascending=False, kind="stable").index)
    looks = {**READ, **dict(zip((n for n in names if n not in READ), cycle(UNREAD), strict=False))}
    words = {row.name_: row.words for row in rows.rename(columns={"name": "name_"}).itertuples()}
    lines = (len(names) + 1) // 2
    drawing, axes = style.figure(0.75 + BAR * len(readings) + 0.14 * lines)
    for place, reading in enumerate(readings):
        own = rows[rows.reading == reading].set_index("name")
        left = 0.0
        for name in names:
            width = 100 * own.value.get(name, 0.0)
            colour, hatch = looks[name]
            axes.barh(
                place, width, 0.62, left, color=colour, hatch=hatch, linewidth=0.4,
                edgecolor=HATCH if hatch else "white",
            )  # fmt: skip
            left += width
        passed = own.value.get("passed", 0.0)
        if "passed" in own.index and own.high["passed"] == own.high["passed"]:
            ends = [[100 * (passed - own.low["passed"])], [100 * (own.high["passed"] - passed)]]
            axes.errorbar(
                [100 * passed], [place], xerr=ends, color=style.INK, linewidth=0.8, capsize=2,
                capthick=0.8,
            )  # fmt: skip
    axes.set_yticks(range(len(readings)), readings)
    axes.invert_yaxis()
    axes.tick_params(axis="y", length=0)
    axes.set_xlim(0, 100)
    axes.set_xlabel("samples (%)")
    patches = [
        Patch(facecolor=looks[name][0], hatch=looks[name][1], label=words[name],
              edgecolor=HATCH if looks[name][1] else "white")
        for name in names
    ]  # fmt: skip
    drawing.legend(
        handles=patches, loc="outside upper left", ncols=1 if len(names) < 3 else 2,
        handlelength=1.4, columnspacing=1, labelspacing=0.3, 
    )  # fmt: skip
    return drawing


def title(table: pd.DataFrame, label: str) -> str:
    """pass@1 under each reading, or under the lowest and the highest of many."""
    rows = table[table.group == OUTCOME]
    passed = rows[rows.name == "passed"].set_index("reading").value
    rates = {reading: float(passed.get(reading, 0.0)) for reading in dict.fromkeys(rows.reading)}
    if not rates:
        return ""
    if len(rates) == 1:
        return f"{percent(*rates.values())} % of the samples pass."
    if len(rates) == 2:
        return "pass@1: " + ", ".join(f"{n} {percent(rate)} %" for n, rate in rates.items()) + "."
    lowest, highest = percent(min(rates.values())), percent(max(rates.values()))
    return f"pass@1 is {lowest} % under the lowest reading, {highest} % under the highest."
