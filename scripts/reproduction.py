"""Tabulate values that others published against what this run gave: agrees, differs, cannot say."""

from __future__ import annotations

import argparse
from dataclasses import astuple

from passk import cli, compared
from passk.analyses.reproduction import table as reproduction
from passk.published import from_text
from passk.records import write_text
from passk.tables import table_text


def main() -> None:
    """Bind the command line."""
    parser = argparse.ArgumentParser(
        description="Tabulate published values against what this run gave.",
        epilog="Example: reproduction.py --counts counts.csv --labels 'My model' --published "
        "10=0.741 '{k: 100, value: 0.905, tasks: 164, samples: 1000, by: Modal}' "
        "--output reproduction.csv",
    )
    compared.add_counts_arguments(parser)
    parser.add_argument(
        "--published",
        nargs="*",
        default=[],
        metavar="ENTRY",
        help="each K=P, or a YAML mapping with value and k (or quantity), and model, name, tasks, "
        "samples, by, source, url, differs",
    )
    args = parser.parse_args()
    models = compared.read_compared(args.counts, args.labels)
    rows = reproduction.reproduction(models, [from_text(text) for text in args.published])
    write_text(args.output, table_text([*reproduction.COLUMNS], map(astuple, rows)))


if __name__ == "__main__":
    cli.run(main)
