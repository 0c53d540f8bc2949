"""Write the page of one experiment: claim, data, figures, tables, limits, provenance.

One HTML file that stands alone, beside the folders of its tables and figures, which it links to.
Nothing is estimated here: every number comes from the workflow's tables and metadata.
"""

from __future__ import annotations

import argparse
import logging
from pathlib import Path

from passk import cli
from passk.page import render
from passk.page.experiment import from_settings
from passk.records import write_text

log = logging.getLogger("report_page")


def main() -> None:
    """Bind the command line."""
    parser = argparse.ArgumentParser(
        description="Write the page of one experiment, with its tables and figures."
    )
    parser.add_argument(
        "--settings",
        required=True,
        metavar="YAML",
        help="name, members (label, name, entry, model, sampling; the experiment first), "
        "benchmark, analyses",
    )
    parser.add_argument(
        "--results", type=Path, required=True, metavar="FOLDER", help="samples, verdicts, counts"
    )
    parser.add_argument(
        "--output", type=Path, required=True, metavar="HTML", help="in the figures' folder"
    )
    args = parser.parse_args()
    experiment = from_settings(cli.mapping(args.settings, "--settings"))
    html = render.page(experiment, args.output.parent, args.results, render.origin())
    write_text(args.output, html)
    log.info("%s: %.2f MB", args.output, len(html.encode()) / 1e6)


if __name__ == "__main__":
    cli.run(main)
