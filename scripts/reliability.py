"""Tabulate pass@k and pass^k, the chance that all k draws pass, of the compared models."""

from __future__ import annotations

import argparse
from dataclasses import astuple

from passk import cli, compared
from passk.analyses.reliability import table as reliability
from passk.records import write_text
from passk.tables import table_text


def main() -> None:
    """Bind the command line."""
    parser = argparse.ArgumentParser(
        description="Tabulate pass@k and pass^k (all k draws pass) of models on one benchmark.",
        epilog="Example: reliability.py --counts counts.csv --labels 'My model' "
        "--k-values 1 10 100 --output reliability.csv",
    )
    compared.add_arguments(parser)
    args = parser.parse_args()
    k_values = compared.check_k_values(args.k_values)
    models = compared.read_compared(args.counts, args.labels)
    rows = reliability.reliability(models, k_values)
    write_text(args.output, table_text([*reliability.COLUMNS], map(astuple, rows)))


if __name__ == "__main__":
    cli.run(main)
