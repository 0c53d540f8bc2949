"""Tabulate what coverage costs each compared model in FLOPs, memory, device time and US$."""

from __future__ import annotations

import argparse
from dataclasses import astuple
from pathlib import Path

from passk import cli, compared
from passk.analyses.compute import table as compute
from passk.cost import read_cost
from passk.records import UserError, write_text
from passk.tables import table_text


def main() -> None:
    """Bind the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__,
        epilog="Example: compute.py --counts counts.csv --labels 'My model' --cost cost.json "
        "--k-values 1 10 100 --output compute.csv",
    )
    compared.add_arguments(parser)
    parser.add_argument(
        "--cost", type=Path, nargs="+", required=True, metavar="JSON", help="what cost.py wrote"
    )
    args = parser.parse_args()
    k_values = compared.check_k_values(args.k_values)
    models = compared.read_compared(args.counts, args.labels)
    if len(args.cost) != len(models):
        raise UserError(
            f"--cost has {len(args.cost)} files and --labels {len(models)} names; give one each"
        )
    quoted = None
    if args.baseline_value is not None:
        label = args.baseline_label or "the line to beat"
        quoted = compute.Quoted(label, args.baseline_value, args.baseline_tasks)
    rows = compute.compute(models, [read_cost(path) for path in args.cost], k_values, quoted)
    write_text(args.output, table_text([*compute.COLUMNS], map(astuple, rows)))


if __name__ == "__main__":
    cli.run(main)
