"""Print pass@k with its intervals, and the k at which it reaches the line to beat."""

from __future__ import annotations

import argparse
from pathlib import Path

from passk import cli
from passk.curve import COLUMNS, CurveTable, from_table, percent, table
from passk.records import UserError
from passk.tables import read_table


def summary(curve: CurveTable) -> list[str]:
    """The lines to print for one curve, at the k that were asked for."""
    lines = [f"{curve.label}: pass@k in per cent"]
    lines += [f"  {line}" for line in table(curve.points, [point.k for point in curve.marked])]
    if beat := curve.baseline:
        crossed = beat.crossing
        reached = (
            f"reaches it at k = {crossed.k:,}"
            if crossed
            else f"stays below to k = {curve.points[-1].k:,}"
        )
        lines.append(f"  {beat.label} has {percent(beat.value)} at k = 1; {curve.label} {reached}")
    return lines


def main() -> None:
    """Bind the command line."""
    parser = argparse.ArgumentParser(
        description="Print pass@k with its 95 % intervals.",
        epilog="Example: print_pass_at_k.py --table pass_at_k.csv",
    )
    parser.add_argument(
        "--table", type=Path, required=True, metavar="CSV", help="of analyse.py pass_at_k"
    )
    args = parser.parse_args()
    types = {"series": str, "k": int} | dict.fromkeys(COLUMNS[1:], float)
    curve = from_table(read_table(args.table, types))
    if curve is None:
        raise UserError(f"{args.table} has no k with an estimate; draw more samples")
    print("\n".join(summary(curve)))


if __name__ == "__main__":
    cli.run(main)
