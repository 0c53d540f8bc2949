"""How much of the gap between a random sample and coverage each way to select closes.

0 is pass@1, 100 is coverage, where tests select. The band is a 95 % interval over tasks of the
method that was chosen beforehand. All of the table's first model.
"""

from __future__ import annotations

import pandas as pd
from matplotlib.figure import Figure

from passk.analyses.selection.table import CHOSEN, FINAL_ANSWERS, PROOFS
from passk.curve import percent
from passk.figures import style

LOOKS = {
    "examples+agreement": ("examples, then agreement", style.MODEL, style.SOLID, "o"),
    "examples": ("passes the examples", "#007a5a", (6, 1.5, 1, 1.5), "D"),
    "agreement": ("agreement per input", "#a8457f", (8, 2), "v"),
    "behaviour": ("most frequent behaviour", style.INK, (3, 1, 1, 1, 1, 1), "P"),
    "text": ("most frequent text", style.MUTED, (1, 1.2), "^"),
    "likelihood": ("the likeliest", style.OTHER, (4, 2), "s"),
    "likelihood-weighted": ("majority by likelihood", style.OTHER, (1, 1.2), "X"),
    "dual": ("dual agreement (CodeT)", "#5a4fa2", (2, 1), "d"),
    "score": ("of the best score", "#7a6a00", (4, 2), "<"),
    "score-weighted": ("majority by score", "#7a6a00", (1, 1.2), ">"),
}
WORDS = {FINAL_ANSWERS: "answer", PROOFS: "proof"}


def draw(table: pd.DataFrame, label: str) -> Figure:
    """The figure; a method whose numbers are NaN is left out."""
    own = table[table.model == table.model.iloc[0]] if len(table) else table
    if own.pass_at_1.isna().all():
        return style.sentence("No sample could be selected.")
    own = own[own.gap_closed.notna()]
    if own.empty:
        return style.sentence("There is no gap: a random sample is right as often as any.")
    methods = own.method[own.method.isin(LOOKS)].nunique()
    drawing, axes = style.figure(style.HEIGHT + 0.45 + 0.16 * max(0, (methods + 1) // 2 - 3))
    style.count_axis(axes, int(own.n.max()))
    axes.set_xlabel("samples per task, n")
    axes.set_ylabel("gap closed (% of the way to coverage)")
    chosen = next(method for method in CHOSEN if method in set(own.method))
    band = own[own.method == chosen]
    limits = 100 * band.gap_low, 100 * band.gap_high
    axes.fill_between(band.n, *limits, color=style.MODEL_LIGHT, linewidth=0)
    for method, (name, colour, dashes, marker) in LOOKS.items():
        rows = own[own.method == method]
        if len(rows):
            name = _named(name, own)
            axes.plot(
                rows.n, 100 * rows.gap_closed,
                color=style.MODEL if method == chosen else colour,
                dashes=style.SOLID if method == chosen else dashes, label=name,
                marker=marker, markersize=3, markeredgewidth=0,
            )  # fmt: skip
    shown = own[own.method.isin(LOOKS)]
    lowest = min(0.0, 100 * float(shown.gap_closed.min()))
    axes.set_ylim(max(lowest, -100.0) - 3, 103)
    ends = ((0, 1, "any (pass@1)", "bottom"), (100, -2, "a right one (coverage)", "top"))
    for height, off, name, align in ends:
        axes.axhline(height, color=style.MUTED, linewidth=0.6, zorder=0)
        axes.annotate(
            name, (1, height), xycoords=("axes fraction", "data"), xytext=(-2, off),
            textcoords="offset points", ha="right", va=align, color=style.MUTED,
            fontsize=style.SMALL,
        )  # fmt: skip
    style.legend_above(axes, 2, handlelength=2.4, title="the sample that is taken")
    return drawing


def title(table: pd.DataFrame, label: str) -> str:
    """How much of the gap the method that was chosen beforehand closes with all samples."""
    own = table[(table.model == table.model.iloc[0]) & table.gap_closed.notna()]
    chosen = [method for method in CHOSEN if method in set(own.method)]
    if not chosen:
        return ""
    row = own[own.method == chosen[0]].sort_values("n").iloc[-1]
    name = _named(LOOKS[chosen[0]][0], own)
    name = f"the {name}" if name.startswith("most") else name
    return (
        f"With {row.n:,} samples, {name} closes {percent(row.gap_closed)} % of the gap between any "
        "sample and coverage."
    )


def _named(name: str, own: pd.DataFrame) -> str:
    """A method's name, in which what is no program has no behaviour."""
    (word,) = {WORDS[one] for one in set(own.inputs) & {*WORDS}} or {"behaviour"}
    return name.replace("behaviour", word)
