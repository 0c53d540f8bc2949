"""The line to beat: another model's pass@1, quoted or measured. Standard library only."""

from __future__ import annotations

import argparse
import math
from dataclasses import dataclass
from pathlib import Path

from passk.curve import read_curve
from passk.records import UserError


@dataclass(frozen=True, slots=True)
class Baseline:
    """A model's pass@1 (a fraction) and its 95 % interval over tasks, NaN where unknown.

    ``tasks`` is the number of tasks behind a quoted value, from which the interval follows.
    """

    label: str
    value: float
    low: float = math.nan
    high: float = math.nan
    tasks: int | None = None


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments that :func:`from_arguments` reads."""
    group = parser.add_argument_group("the line to beat (optional)")
    group.add_argument("--baseline-label", metavar="TEXT", help="the other model's name")
    value = group.add_mutually_exclusive_group()
    value.add_argument(
        "--baseline-value", type=float, metavar="P", help="its pass@1 as quoted, a fraction"
    )
    value.add_argument(
        "--baseline-pass-at-k", type=Path, metavar="CSV", help="its curve as measured here"
    )
    group.add_argument(
        "--baseline-tasks", type=int, metavar="T", help="tasks behind --baseline-value"
    )


def from_arguments(args: argparse.Namespace) -> Baseline | None:
    """The baseline that the command line names; None where it names none.

    :raises UserError: a value outside [0, 1], a label missing, a curve without k = 1.
    """
    if args.baseline_pass_at_k is None:
        return quoted(args)
    _need_label(args)
    for point in read_curve(args.baseline_pass_at_k):
        if point.k == 1:
            return Baseline(args.baseline_label, point.pass_at_k, point.tasks_low, point.tasks_high)
    raise UserError(f"{args.baseline_pass_at_k} has no row for k = 1, which is the line to beat")


def quoted(args: argparse.Namespace) -> Baseline | None:
    """The baseline whose value the command line quotes; None where it quotes none.

    :raises UserError: a value outside [0, 1], a label missing, no task behind it.
    """
    if args.baseline_value is None:
        return None
    _need_label(args)
    if not 0 <= args.baseline_value <= 1:
        raise UserError(f"--baseline-value {args.baseline_value} is not between 0 and 1")
    if args.baseline_tasks is not None and args.baseline_tasks < 1:
        raise UserError(f"--baseline-tasks {args.baseline_tasks} makes no sense; give 1 or more")
    return Baseline(args.baseline_label, args.baseline_value, tasks=args.baseline_tasks)


def _need_label(args: argparse.Namespace) -> None:
    if not args.baseline_label:
        raise UserError("a baseline needs its name; give --baseline-label")
