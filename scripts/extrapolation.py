"""Forecast pass@k beyond the draws at hand by several methods, each with its backtest."""

from __future__ import annotations

import argparse
from dataclasses import astuple

from passk import cli, compared
from passk.analyses.extrapolation import table as extrapolation
from passk.records import write_text
from passk.tables import table_text


def main() -> None:
    """Bind the command line."""
    parser = argparse.ArgumentParser(
        description="Forecast pass@k beyond the draws at hand, and backtest every forecast.",
        epilog="Example: extrapolation.py --counts counts.csv --labels 'My model' "
        "--k-values 1 10 100 10000 --output extrapolation.csv",
    )
    compared.add_arguments(parser)
    args = parser.parse_args()
    k_values = compared.check_k_values(args.k_values)
    models = compared.read_compared(args.counts, args.labels)
    rows = extrapolation.extrapolation(models, k_values)
    write_text(args.output, table_text([*extrapolation.COLUMNS], map(astuple, rows)))


if __name__ == "__main__":
    cli.run(main)
