"""One look for all figures: final size in inches, direct labels, readable in grey.

A figure is saved as PDF, SVG and PNG (300 dpi), and the same table gives the same bytes: no dates,
fixed ids, the font that comes with matplotlib. Two releases of matplotlib may still differ in their
bytes.

An SVG's text is text, in that font or, where a reader has it not, one as wide or narrower. The
figure's one message stands above it (:func:`set_title`) and is its title in all three files.

The colours are Okabe and Ito's blue and vermilion, told apart with any colour vision; in grey they
differ by line style and label as well.
"""

from __future__ import annotations

import io
import logging
import re
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from typing import Any

import matplotlib
import matplotlib.style
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.ticker import MultipleLocator

from passk.records import replace_atomically

WIDTH = 3.4  # inches: one column of a two-column paper
PAGE_WIDTH = 7.0  # both columns
HEIGHT = 2.55
EDGE = 0.04  # around a title

INK = "#262626"
MUTED = "#6b6b6b"
MODEL = "#0072b2"
MODEL_LIGHT = "#d3e5f1"
MODEL_MIDDLE = "#93c1de"
OTHER = "#c04f00"
OTHER_LIGHT = "#e6b795"

SOLID = (None, None)  # dashes of a line that has none
# One a compared model, in this order: a colour, its dashes, its marker. Okabe and Ito's, darkened
# where they would be faint on white; in grey and in print the dashes and markers tell them apart.
SERIES = (
    (MODEL, SOLID, "o"),
    (OTHER, (4, 2), "s"),
    ("#007a5a", (1, 1.2), "^"),
    ("#a8457f", (6, 1.5, 1, 1.5), "D"),
    ("#7a6a00", (8, 2), "v"),
    ("#262626", (3, 1, 1, 1, 1, 1), "P"),
)

# Behind a text that lines pass: what is drawn under it stays text, as an outline would not.
BEHIND = {"facecolor": "white", "edgecolor": "none", "alpha": 0.8, "pad": 0.7}

OPEN = {"markerfacecolor": "white", "markeredgecolor": INK, "markeredgewidth": 0.7}

SMALL = 6.5
NORMAL = 7.5

_RC = {
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],
    "font.size": NORMAL,
    "text.color": INK,
    "text.parse_math": False,  # a model's name may hold dollar signs
    "axes.edgecolor": MUTED,
    "axes.labelcolor": INK,
    "axes.labelsize": NORMAL,
    "axes.labelpad": 3.0,
    "axes.linewidth": 0.6,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "xtick.labelsize": NORMAL,
    "ytick.labelsize": NORMAL,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "xtick.minor.width": 0.4,
    "ytick.minor.width": 0.4,
    "xtick.major.size": 3.0,
    "ytick.major.size": 3.0,
    "xtick.minor.size": 1.5,
    "ytick.minor.size": 1.5,
    "lines.linewidth": 1.5,
    "lines.solid_capstyle": "round",
    "grid.color": "#e6e6e6",
    "grid.linewidth": 0.5,
    "legend.frameon": False,
    "legend.fontsize": SMALL,
    "legend.title_fontsize": SMALL,
    "legend.borderpad": 0.1,
    "figure.dpi": 300,
    "savefig.dpi": 300,
    "pdf.fonttype": 42,
    "svg.fonttype": "none",
    "svg.hashsalt": "passk",
}
_UNDATED = {"pdf": {"CreationDate": None}, "svg": {"Date": None}, "png": {}}
FONT = "'DejaVu Sans'"
# Verdana's letters are as wide as DejaVu's, the others' narrower: nothing is cut off.
INSTEAD = f"{FONT}, Verdana, 'Bitstream Vera Sans', Arial, Helvetica, sans-serif"
_UNNAMED = re.compile(r"_child\d+|_nolegend_|")  # what matplotlib calls a line without a name
SENTENCE = "sentence"  # the id of a figure that says why it shows nothing
_STACKED = ContextVar("stacked", default=False)


def look() -> AbstractContextManager[None]:
    """This style, whatever the user's own is. Draw and :func:`save` inside of it."""
    return matplotlib.style.context(["default", _RC])


@contextmanager
def stacked() -> Iterator[None]:
    """Within it :func:`panels` are one above the other, a column wide: for a narrow screen."""
    token = _STACKED.set(True)
    try:
        yield
    finally:
        _STACKED.reset(token)


def panels(
    number: int, height: float = HEIGHT, width: float = WIDTH, **given: Any
) -> tuple[Figure, list[Axes]]:
    """A figure, ``width`` x ``height`` inches, with that many axes side by side.

    ``given``: what they share and how wide each is, as matplotlib's ``subplots`` takes it; of axes
    that are stacked each is as wide as the figure.
    """
    rows = 1
    if _STACKED.get():
        rows, width = number, min(width, WIDTH)
        given.pop("width_ratios", None)
    drawing = Figure(figsize=(width, rows * height), layout="constrained")
    FigureCanvasAgg(drawing)
    drawing.get_layout_engine().set(w_pad=0.03, h_pad=0.03)
    return drawing, list(drawing.subplots(rows, number // rows, squeeze=False, **given).flat)


def figure(height: float = HEIGHT, width: float = WIDTH) -> tuple[Figure, Axes]:
    """A figure, one column wide unless ``width`` (inches) differs, and its axes."""
    drawing, (axes,) = panels(1, height, width)
    return drawing, axes


def sentence(text: str) -> Figure:
    """A figure that says in words why there is nothing to draw."""
    drawing, axes = figure(height=0.5)
    axes.set_axis_off()
    axes.text(0.5, 0.5, "\n".join(_lines(drawing, text)), ha="center", va="center", color=MUTED)
    drawing.set_gid(SENTENCE)
    return drawing


def said_by(drawing: Figure) -> str:
    """The sentence of a figure made by :func:`sentence`; empty where it shows something."""
    if drawing.get_gid() != SENTENCE:
        return ""
    return " ".join(drawing.axes[0].texts[0].get_text().split())


def set_title(drawing: Figure, title: str) -> None:
    """Put the figure's one message above all of it; what is below keeps its place and its size."""
    if not title:
        return
    title = re.sub(r"(?<=\d) (?=%|M\b)|(?<=\bk) (?==)|(?<=\bk =) ", "\N{NO-BREAK SPACE}", title)
    width, height = drawing.get_size_inches()
    lines = _lines(drawing, title, fontweight="bold")
    room = len(lines) * 1.3 * NORMAL / 72 + 0.08
    # A legend that is given its place has no room of the layout's: its height and both pads.
    above = [one.get_window_extent().height / drawing.dpi + 0.06 for one in drawing.legends]
    drawing.set_size_inches(width, height + room)
    whole = height + room
    drawing.get_layout_engine().set(rect=(0, 0, 1, (height - max(above, default=0)) / whole))
    for legend in drawing.legends:
        legend.set_bbox_to_anchor((0, 0, 1, height / whole), transform=drawing.transFigure)
    left, top = EDGE / width, 1 - EDGE / (height + room)
    text = drawing.text(
        left, top, "\n".join(lines), ha="left", va="top", fontweight="bold", linespacing=1.3,
        parse_math=False,
    )  # fmt: skip
    text.set_in_layout(False)


def _lines(drawing: Figure, text: str, **given: Any) -> list[str]:
    """The text in lines as wide as the figure."""
    most = drawing.bbox.width - 2 * EDGE * drawing.dpi
    probe = drawing.text(0, 0, "", parse_math=False, **given)
    lines: list[str] = []
    for word in text.split(" "):
        probe.set_text(f"{lines[-1]} {word}" if lines else word)
        if lines and probe.get_window_extent().width <= most:
            lines[-1] = probe.get_text()
        else:
            lines.append(word)
    probe.remove()
    return lines


def files(stem: Path) -> dict[str, Path]:
    """The files of a figure by their format."""
    return {suffix: stem.with_name(f"{stem.name}.{suffix}") for suffix in _UNDATED}


def save(drawing: Figure, stem: Path, title: str = "") -> None:
    """Write ``stem``.pdf, .svg and .png, each atomically. Call it inside :func:`look`.

    All three are one drawing, laid out once.
    """
    logging.getLogger("fontTools").setLevel(logging.WARNING)  # it tells of every glyph at INFO
    drawing.draw_without_rendering()
    drawing.set_layout_engine("none")
    for suffix, path in files(stem).items():
        _write(drawing, suffix, path, title)


def write_svg(drawing: Figure, path: Path, title: str) -> None:
    """Write one SVG, as :func:`save` does."""
    _write(drawing, "svg", path, title)


def _write(drawing: Figure, suffix: str, path: Path, title: str) -> None:
    written = io.BytesIO()
    about = _UNDATED[suffix] | ({"Title": title} if title else {})
    drawing.savefig(written, format=suffix, metadata=about)
    content = written.getvalue()
    if suffix == "svg":
        content = content.replace(FONT.encode(), INSTEAD.encode())
    with replace_atomically(path) as handle:
        handle.write(content)


def count_axis(axes: Axes, largest: int, ends: tuple[float, float] = (-0.02, 1.02)) -> None:
    """A logarithmic axis of counts from 1 to ``largest``, with ticks 1, 10, 100, 1,000.

    It has more ticks where it is short. ``ends`` are where the axis ends as powers of ``largest``.
    """
    largest = max(largest, 2)
    axes.set_xscale("log")
    axes.set_xlim(*(largest**end for end in ends))
    decades = [10**exponent for exponent in range(len(str(largest)))]
    minor = [step * decade for decade in decades for step in range(2, 10)]
    if largest <= 10:
        ticks, minor = list(range(1, largest + 1)), []
    elif largest < 50:
        ticks, minor = [step * decade for decade in decades for step in (1, 2, 5)], []
    else:
        ticks = decades
    axes.set_xticks([tick for tick in ticks if tick <= largest])
    axes.xaxis.set_major_formatter("{x:,.0f}")
    minor = [tick for tick in minor if tick <= largest]
    axes.set_xticks(minor, minor=True, labels=[""] * len(minor))


def per_cent_axis(axes: Axes) -> None:
    """0 to 100 per cent upwards, for values in per cent."""
    axes.set_ylim(0, 100)
    axes.yaxis.set_major_locator(MultipleLocator(20))
    axes.yaxis.set_major_formatter("{x:g}")
    axes.grid(axis="y")


def looks(names: Iterable[str]) -> dict[str, tuple[str, tuple, str]]:
    """A colour, its dashes and its marker for each of the ``names``, in their order."""
    return dict(zip(dict.fromkeys(names), cycle(SERIES), strict=False))


def mark(axes: Axes, k: Any, values: Any, colour: str, filled: bool, label: str = "") -> None:
    """Filled or open dots, also over the edge; with a ``label`` only what the legend shows."""
    axes.plot(
        k, values, "o", color=colour, markersize=3.4, markerfacecolor=colour if filled else "white",
        markeredgewidth=0.8, clip_on=bool(label), label=label,
    )  # fmt: skip


def legend_above(axes: Axes, columns: int, **given: Any) -> None:
    """The legend of ``axes`` above the whole figure, at the left; ``given`` as for a legend."""
    usual = {"handlelength": 2.2, "columnspacing": 1.2, "labelspacing": 0.3, "alignment": "left"}
    axes.figure.legend(loc="outside upper left", ncols=columns, **named(axes), **(usual | given))


def named(axes: Axes) -> dict[str, list[Any]]:
    """The lines of ``axes`` that have a name, and their names, as a legend takes them.

    By itself a legend leaves out each whose name begins with an underscore, as a model's may.
    """
    lines = [one for one in axes.lines if not _UNNAMED.fullmatch(str(one.get_label()))]
    return {"handles": lines, "labels": [one.get_label() for one in lines]}


def per_cent(value: float) -> str:
    """A fraction as an axis label in per cent, with no more digits than it needs."""
    return f"{100 * value:.6g}"


def note(
    axes: Axes,
    text: str,
    at: tuple[float, float],
    offset: tuple[float, float],
    align: tuple[str, str],
    colour: str,
) -> Text:
    """A small text at a point of the data, moved by ``offset`` points; ``align`` is (ha, va)."""
    label = axes.annotate(text, at, xytext=offset, textcoords="offset points")
    label.set(ha=align[0], va=align[1], fontsize=SMALL, color=colour, in_layout=False)
    return label


def legend_columns(labels: Iterable[str], width: float, most: int) -> int:
    """How many columns of a legend in small type fit into ``width`` inches, 1 to ``most``."""
    # Points: of a letter on average, and of a handle with the space around it.
    longest = max(map(len, labels)) * 0.6 * SMALL + 5 * SMALL
    return max(1, min(most, int(72 * width / longest)))


@dataclass(frozen=True, slots=True)
class Box:
    """Where a text lies, in inches from the axes' lower left corner."""

    left: float
    right: float
    bottom: float
    top: float


def lay_out(axes: Axes) -> None:
    """Give the axes their place in the figure, once scales, limits and axis labels are set.

    Notes are no part of the layout, so that they can be placed by what is measured after it.
    """
    axes.figure.draw_without_rendering()


def box_of(axes: Axes, text: Text) -> Box:
    """Where a text lies; the axes must have been laid out, see :func:`lay_out`."""
    frame, box, dpi = axes.get_window_extent(), text.get_window_extent(), axes.figure.dpi
    return Box(
        (box.x0 - frame.x0) / dpi,
        (box.x1 - frame.x0) / dpi,
        (box.y0 - frame.y0) / dpi,
        (box.y1 - frame.y0) / dpi,
    )


def inches(axes: Axes, x: float, y: float) -> tuple[float, float]:
    """A point of the data in inches from the axes' lower left corner."""
    frame = axes.get_window_extent()
    across, up = axes.transData.transform((x, y))
    return (across - frame.x0) / axes.figure.dpi, (up - frame.y0) / axes.figure.dpi


def free_slot(
    height: float, room: float, near: float, taken: Iterable[tuple[float, float]]
) -> float | None:
    """The bottom of a free stretch of ``height`` in 0..``room``, nearest to ``near``, or None.

    ``taken`` are (bottom, top) of what is there already.
    """
    taken = list(taken)
    candidates = [0.0, room - height]
    candidates += [bottom - height for bottom, _ in taken] + [top for _, top in taken]
    free = [
        low
        for low in candidates
        if 0 <= low <= room - height + 1e-9
        and all(low + height <= bottom + 1e-9 or low >= top - 1e-9 for bottom, top in taken)
    ]
    return min(free, key=lambda low: abs(low + height / 2 - near), default=None)
