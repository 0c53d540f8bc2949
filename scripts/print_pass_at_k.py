"""Print pass@k with its intervals, and the k at which it reaches the line to beat."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from passk import baseline, cli
from passk.baseline import Baseline
from passk.curve import Point, crossing, percent, read_curve, table


def summary(
    label: str, points: Sequence[Point], k_values: Sequence[int], beat: Baseline | None
) -> list[str]:
    """The lines to print for one curve."""
    lines = [f"{label}: pass@k in per cent", *(f"  {line}" for line in table(points, k_values))]
    if beat:
        k = crossing(points, beat.value)
        reached = f"reaches it at k = {k:,}" if k else f"stays below to k = {points[-1].k:,}"
        lines.append(f"  {beat.label} has {percent(beat.value)} at k = 1; {label} {reached}")
    return lines


def main() -> None:
    """Bind the command line."""
    parser = argparse.ArgumentParser(
        description="Print pass@k with its 95 % intervals.",
        epilog="Example: print_pass_at_k.py --pass-at-k pass_at_k.csv --label 'My model' "
        "--k-values 1 10 100",
    )
    parser.add_argument("--pass-at-k", type=Path, required=True, metavar="CSV")
    parser.add_argument("--label", required=True, help="the model's name")
    parser.add_argument("--k-values", type=int, nargs="+", required=True, metavar="K")
    baseline.add_arguments(parser, curve=True)
    args = parser.parse_args()
    points, k_values = read_curve(args.pass_at_k), sorted(set(args.k_values))
    print("\n".join(summary(args.label, points, k_values, baseline.from_arguments(args))))


if __name__ == "__main__":
    cli.run(main)
