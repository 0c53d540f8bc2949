"""Write the page of one experiment: claim, data, figures, tables, limits, provenance.

One HTML file that stands alone, beside the folders of its tables and figures, which it links to.
Nothing is estimated here: every number comes from the workflow's tables and metadata.
"""

from __future__ import annotations

import argparse
import logging
from pathlib import Path

from passk import cli
from passk.experiment import Experiment
from passk.page import render
from passk.records import UserError, write_text

log = logging.getLogger("report_page")


def main() -> None:
    """Bind the command line."""
    parser = argparse.ArgumentParser(
        description="Write the page of one experiment, with its tables and figures."
    )
    parser.add_argument(
        "--config",
        required=True,
        metavar="YAML",
        help="models, benchmarks, sampling and experiments, as config.yaml has them",
    )
    parser.add_argument("--experiment", required=True, metavar="NAME", help="one of experiments")
    parser.add_argument(
        "--configfile",
        action="append",
        default=[],
        metavar="FILE",
        help="that Snakemake was given besides config.yaml: for the command on the page",
    )
    parser.add_argument(
        "--results", type=Path, required=True, metavar="FOLDER", help="samples, verdicts, counts"
    )
    parser.add_argument(
        "--output", type=Path, required=True, metavar="HTML", help="in the figures' folder"
    )
    args = parser.parse_args()
    config = cli.mapping(args.config, "--config", ["experiments"])
    if args.experiment not in config["experiments"]:
        known = ", ".join(config["experiments"])
        raise UserError(f"unknown experiment {args.experiment!r}; --config has {known}")
    experiment = Experiment(args.experiment, config)
    html = render.page(
        experiment, args.output.parent, args.results, render.origin(), args.configfile
    )
    write_text(args.output, html)
    log.info("%s: %.2f MB", args.output, len(html.encode()) / 1e6)


if __name__ == "__main__":
    cli.run(main)
