"""Figures and captions for a page that stands alone.

A figure is put into the page as a data URI, from its SVG, which is smaller than its PNG and sharp
at every size. As an image of its own its ids and styles cannot meet those of another figure, and it
can neither run nor fetch anything.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from urllib.parse import quote

from docutils.core import publish_parts
from markupsafe import Markup

from passk.records import UserError

# matplotlib's points: a hundredth of one is far below what can be seen.
_DECIMALS = re.compile(r"(-?\d+\.\d\d)\d+")
_COORDINATES = re.compile(r'(?<=[ \n])(d|x|y|width|height|points)="([^"]*)"')
_NOISE = re.compile(
    r"<\?xml[^>]*\?>|<!DOCTYPE[^>]*>|<metadata>.*?</metadata>|<!--.*?-->", re.DOTALL
)
_TITLE = re.compile(r"<title>(.*?)</title>", re.DOTALL)
# A figure of passk.figures.style.sentence, which says why it shows nothing.
_SENTENCE = '<g id="sentence">'
_TEXT = re.compile(r"<text[^>]*>(.*?)</text>", re.DOTALL)
_SIZE = re.compile(r'<svg[^>]*? viewBox="0 0 ([\d.]+) ([\d.]+)"')


@dataclass(frozen=True, slots=True)
class Picture:
    """A figure as a URI, its size in CSS pixels at print size, and what it shows.

    ``narrow`` is the drawing for a narrow screen, where there is one, for a ``srcset``. A figure
    that shows nothing has only ``said``, why that is.
    """

    uri: str
    width: int
    height: int
    alt: str
    caption: Markup
    narrow: str = ""
    said: str = ""


def compact(svg: str) -> str:
    """The same drawing in fewer bytes: no comments or metadata, coordinates to 1/100 point."""
    svg = _NOISE.sub("", svg)
    svg = _COORDINATES.sub(lambda m: f'{m[1]}="{_round(m[2])}"', svg)
    return re.sub(r"\s*\n\s*", " ", svg).strip()


def _round(numbers: str) -> str:
    return " ".join(_DECIMALS.sub(r"\1", numbers).split())


def data_uri(svg: str) -> str:
    """The drawing as a URI: what a quoted attribute may hold stays readable."""
    return "data:image/svg+xml," + quote(svg, safe=" =:/;,.-+()!?*'_~@&$[]")


def picture(path: Path, caption: Path) -> Picture:
    """Read an SVG file and its caption.

    :raises UserError: one of them is missing or is no such file.
    """
    try:
        svg, text = path.read_text(), caption.read_text()
    except FileNotFoundError as error:
        raise UserError(f"{error.filename} does not exist; draw the figure again") from error
    size = _SIZE.search(svg)
    if size is None:
        raise UserError(f"{path} has no size; draw it again")
    width, height = (round(float(points) / 72 * 96) for points in size.groups())
    shown = html_of(text)
    if _SENTENCE in svg:
        said = " ".join(unescape(line) for line in _TEXT.findall(svg))
        return Picture("", width, height, "", shown, said=said)
    title = _TITLE.search(svg)
    alt = " ".join(filter(None, (title and unescape(title[1]), alternative(shown))))
    narrow = _narrow(path.with_suffix(".narrow.svg"), width)
    return Picture(data_uri(compact(svg)), width, height, alt, shown, narrow)


def _narrow(path: Path, width: int) -> str:
    """The drawing at ``path`` as a URI; empty where it is not narrower than ``width``."""
    svg = path.read_text() if path.exists() else ""
    size = _SIZE.search(svg)
    if size is None or round(float(size[1]) / 72 * 96) >= width:
        return ""
    return data_uri(compact(svg)).replace(" ", "%20")


def html_of(rst: str) -> Markup:
    """A caption as HTML; it may hold no raw HTML and include no file.

    :raises UserError: it is no reStructuredText.
    """
    settings = {
        "raw_enabled": False,
        "file_insertion_enabled": False,
        "smart_quotes": False,
        "report_level": 2,
        "halt_level": 2,
        "warning_stream": False,
        "_disable_config": True,
    }
    try:
        parts = publish_parts(rst, writer="html5", settings_overrides=settings)
    except Exception as error:
        if type(error).__name__ != "SystemMessage":
            raise
        raise UserError(f"a caption is no reStructuredText: {error}") from error
    unbroken = re.sub(r"(?<=\d) (?=%)", "\N{NO-BREAK SPACE}", parts["fragment"].strip())
    return Markup(unbroken)


def alternative(caption: Markup, most: int = 320) -> str:
    """What the figure shows, for whoever does not see it: the caption's first sentences."""
    text = " ".join(caption.striptags().split())
    if len(text) <= most:
        return text
    sentences = re.split(r"(?<=[.:;]) ", text)
    shown = sentences[0]
    for sentence in sentences[1:]:
        if len(shown) + len(sentence) >= most:
            break
        shown += " " + sentence
    return shown
