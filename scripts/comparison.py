"""Tabulate by how much a model's pass@k differs from its rivals' pass@1 and pass@k."""

from __future__ import annotations

import argparse
from dataclasses import astuple

from passk import baseline, cli, compared
from passk.analyses.comparison import table as comparison
from passk.records import write_text
from passk.tables import table_text


def main() -> None:
    """Bind the command line."""
    parser = argparse.ArgumentParser(
        description="Tabulate the differences between a model's pass@k and its rivals', with "
        "intervals: measured rivals are paired task by task, a quoted one is not.",
        epilog="Example: comparison.py --counts small.csv large.csv --labels Small Large "
        "--k-values 1 10 100 --output comparison.csv",
    )
    compared.add_arguments(parser)
    args = parser.parse_args()
    k_values = compared.check_k_values(args.k_values)
    models = compared.read_compared(args.counts, args.labels)
    quoted = baseline.quoted(args)
    rows = comparison.comparison(models, quoted, k_values)
    write_text(args.output, table_text([*comparison.COLUMNS], map(astuple, rows)))


if __name__ == "__main__":
    cli.run(main)
