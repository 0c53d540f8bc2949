"""Fit scaling laws to pass@k, through least squares and through the distribution of rates."""

from __future__ import annotations

import argparse
from dataclasses import astuple

from passk import cli, compared
from passk.analyses.scaling_laws import table as scaling_laws
from passk.records import write_text
from passk.tables import table_text


def main() -> None:
    """Bind the command line."""
    parser = argparse.ArgumentParser(
        description="Fit power laws to pass@k of models on one benchmark, and shift their curves.",
        epilog="Example: scaling_laws.py --counts counts.csv --labels 'My model' --k-values 1 "
        "--output scaling_laws.csv. The fits use every k up to the draws, whatever the --k-values.",
    )
    compared.add_arguments(parser)
    args = parser.parse_args()
    compared.check_k_values(args.k_values)
    rows = scaling_laws.scaling_laws(compared.read_compared(args.counts, args.labels))
    write_text(args.output, table_text([*scaling_laws.COLUMNS], map(astuple, rows)))


if __name__ == "__main__":
    cli.run(main)
