"""Tabulate the success rate of every task under every compared model, easiest task first."""

from __future__ import annotations

import argparse
from dataclasses import astuple

from passk import cli, compared
from passk.analyses.heat_map import table as heat_map
from passk.records import write_text
from passk.tables import table_text


def main() -> None:
    """Bind the command line."""
    parser = argparse.ArgumentParser(
        description="Tabulate the success rate of every task under every model.",
        epilog="Example: heat_map.py --counts a.csv b.csv --labels 'Model A' 'Model B' "
        "--k-values 1 --output heat_map.csv",
    )
    compared.add_arguments(parser)
    args = parser.parse_args()
    compared.check_k_values(args.k_values)
    rows = heat_map.heat_map(compared.read_compared(args.counts, args.labels))
    write_text(args.output, table_text([*heat_map.COLUMNS], map(astuple, rows)))


if __name__ == "__main__":
    cli.run(main)
