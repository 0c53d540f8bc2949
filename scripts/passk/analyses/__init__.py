"""What is asked of the verdicts: one folder a question.

``analyses/NAME/`` holds

- ``table.py``: ``COLUMNS`` with their types, and ``table(given)``, which computes the rows from a
  :class:`passk.analyses.given.Given`;
- ``page.py``: what the report page says, ``TITLE`` and ``QUESTION``, and as needed
  ``paragraph(table)``, ``view(table, curves)`` and ``EMPTY``, why a table may have no rows; a
  ``page.html.j2`` shows the rows themselves;
- ``figure.py``, how the table is drawn (``draw(table, label)``) and the one message that stands
  above it, a sentence from the table's numbers (``title(table, label)``), and ``caption.rst``, the
  figure's caption; some have none.

:data:`ANALYSES` names each and what it is made from; its order is the page's. `analyse.py NAME`,
`plot.py NAME`, the rules, the log folders and the CSV have the same word. A folder and a name here
are all that a new one needs.
"""

from __future__ import annotations

from pathlib import Path

ANALYSES: dict[str, tuple[str, ...]] = {
    "pass_at_k": ("curves", "published"),
    "comparison": ("counts",),
    "sharpening": ("counts",),
    "reproduction": ("counts", "published_values"),
    "success_rates": ("own_counts",),
    "cover": ("counts",),
    "fail_at_k": ("curves", "published"),
    "scaling_laws": ("counts", "k_grid"),
    "extrapolation": ("counts",),
    "reliability": ("counts",),
    "verifiers": ("weak_verdicts", "strong_verdicts"),
    "disagreements": ("problems", "own_samples", "own_weak_verdicts", "own_verdicts"),
    "chance": ("problems", "own_verdicts", "own_signatures"),
    "selection": ("verdicts", "signatures", "tested"),
    "stopping": ("counts",),
    "pools": ("counts",),
    "compute": ("counts", "cost"),
    "heat_map": ("counts",),
    "readings": ("problems", "own_samples", "own_readings"),
    "hardest_tasks": ("problems", "own_samples", "own_verdicts"),
}
"""What each analysis is made from: names of ``passk.experiment.PARTS``, or of what the config says
beside them: what is published, and the k of a fit.

Parts are of all compared models, the experiment's own first; those that begin with ``own_`` are of
its own model alone, and ``curves`` of that and the one to beat. To analyse.py they are given by
their names without ``own_``.

An analysis is made for an experiment where everything that it is made from is there:
``published_values`` where the config has some, those of a weaker suite where one judged, too.
"""


OPTIONAL = ("tested",)
"""Parts that a model may lack."""

WIDE = ("scaling_laws", "extrapolation", "verifiers", "compute")
"""The figures with panels side by side: on a narrow screen these are one above the other."""


def formats(name: str) -> list[str]:
    """The suffixes of an analysis' files: its table, and its figure where it has one."""
    drawn = Path(__file__).with_name(name).joinpath("figure.py").exists()
    return ["csv", *figure_formats(name)] if drawn else ["csv"]


def figure_formats(name: str) -> list[str]:
    """The suffixes of a figure's files; ``md`` is its message and its caption."""
    return ["pdf", "svg", "png", "md", *(["narrow.svg"] if name in WIDE else [])]
