"""The sections of one scoring: for each analysis that was made a figure, a paragraph, a table.

What is said of an analysis stands in its folder, ``passk/analyses/NAME``: ``page.py`` has ``TITLE``
and ``QUESTION`` and may have ``paragraph(table)`` and ``view(table, curves)``; where there is a
``page.html.j2``, it shows the table's rows itself. The numbers, as everything here, are the CSV's.
An analysis with nothing to show says so: ``EMPTY`` of its ``page.py`` says why its table is empty.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from passk.analyses.view import Curves, View
from passk.curve import read_curve
from passk.experiment import Experiment, Scoring
from passk.page import placed
from passk.page.pictures import Picture, picture
from passk.tables import read_table

ANALYSES = Path(__file__).resolve().parent.parent / "analyses"


@dataclass(frozen=True, slots=True)
class Section:
    """One analysis of one scoring; ``data`` is its CSV, relative to the page, if it was made.

    ``rows`` are the table's where a ``template`` shows them.
    """

    name: str
    title: str
    question: str
    data: str = ""
    picture: Picture | None = None
    paragraph: str = ""
    view: View | None = None
    template: str = ""
    rows: tuple[Mapping[str, Any], ...] = ()


def sections(
    experiment: Experiment, scoring: Scoring, figures: Path, results: Path
) -> list[Section]:
    """A section for each analysis, in the order of :data:`passk.analyses.ANALYSES`.

    :raises UserError: a table cannot be read, or a figure is missing although its table is there.
    """
    curves = {
        label: read_curve(placed(member.table("pass_at_k.csv", scoring), results))
        for label, member in zip(experiment.labels, experiment.compared, strict=True)
    }
    made = [
        section(name, figures / scoring.name / f"{name}.csv", curves)
        for name in experiment.analyses(scoring)
    ]
    return made + [_not_made(name, why) for name, why in experiment.not_made(scoring).items()]


def _not_made(name: str, why: str) -> Section:
    page = _page(name)
    return Section(
        name, page.TITLE, page.QUESTION, paragraph=f"This is asked for and cannot be made: {why}."
    )


def section(name: str, path: Path, curves: Curves) -> Section:
    """What the page shows of the analysis ``name`` with the table ``path``."""
    page = _page(name)
    columns = importlib.import_module(f"passk.analyses.{name}.table").COLUMNS
    table = read_table(path, columns, may_be_empty=True)
    found = Section(name, page.TITLE, page.QUESTION, f"{path.parent.name}/{path.name}")
    if table.empty:
        return replace(found, paragraph=getattr(page, "EMPTY", "There is nothing to show."))
    drawn = None
    if path.with_suffix(".svg").exists():
        drawn = picture(path.with_suffix(".svg"), ANALYSES / name / "caption.rst")
    said = [page.paragraph(table)] if hasattr(page, "paragraph") else []
    if drawn and drawn.said:  # the figure has nothing to show, and says why
        said, drawn = [drawn.said, *said], None
    view = page.view(table, curves) if hasattr(page, "view") else None
    template = f"{name}/page.html.j2" if (ANALYSES / name / "page.html.j2").exists() else ""
    return replace(
        found,
        picture=drawn,
        paragraph=" ".join(said),
        view=view if view and view.rows else None,
        template=template,
        rows=tuple(table.to_dict("records")) if template else (),
    )


def _page(name: str) -> Any:
    return importlib.import_module(f"passk.analyses.{name}.page")
