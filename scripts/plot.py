"""Draw the figure of an analysis from its table."""

from __future__ import annotations

import argparse
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from passk import cli
from passk.analyses import ANALYSES, WIDE
from passk.figures import style
from passk.records import UserError, write_text
from passk.tables import read_table

FIGURES = [name for name in ANALYSES if find_spec(f"passk.analyses.{name}.figure")]


def draw(name: str, source: Path, label: str, stem: Path) -> None:
    """Draw the figure ``name`` from the table ``source``: ``stem``.pdf, .svg and .png.

    ``stem``.md gets its message and its caption; ``stem``.narrow.svg, of a figure that is
    :data:`passk.analyses.WIDE`, the drawing for a narrow screen.

    :raises UserError: a table that cannot be read, or that the figure would replace.
    """
    if source.resolve() in {path.resolve() for path in style.files(stem).values()}:
        raise UserError(f"--output {stem} would replace {source}, the table; give another name")
    columns = import_module(f"passk.analyses.{name}.table").COLUMNS
    table = read_table(source, columns, may_be_empty=True)
    module = import_module(f"passk.analyses.{name}.figure")
    with style.look():
        figure = module.draw(table, label)
        said = style.said_by(figure)
        title = "" if said or not hasattr(module, "title") else module.title(table, label)
        style.set_title(figure, title)
        style.save(figure, stem, title)
        if name in WIDE:
            with style.stacked():
                narrow = module.draw(table, label)
                style.set_title(narrow, title)
                style.write_svg(narrow, stem.with_name(f"{stem.name}.narrow.svg"), title)
    caption = Path(str(module.__file__)).with_name("caption.rst").read_text()
    text = said or (f"**{title}**\n\n{caption}" if title else caption)
    write_text(stem.with_name(f"{stem.name}.md"), f"{text.rstrip()}\n")


def main() -> None:
    """Bind the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", choices=FIGURES, metavar="NAME", help=", ".join(FIGURES))
    parser.add_argument("--table", type=Path, required=True, metavar="CSV")
    parser.add_argument(
        "--label", default="", metavar="TEXT", help="the model, for a table that does not name it"
    )
    parser.add_argument(
        "--output", type=Path, required=True, metavar="STEM", help="of .pdf, .svg, .png and .md"
    )
    args = parser.parse_args()
    draw(args.name, args.table, args.label, args.output)


if __name__ == "__main__":
    cli.run(main)
