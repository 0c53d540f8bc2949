"""The baseline, whose pass@1 is the line to beat: another model, quoted or measured."""

from __future__ import annotations

import argparse
import math
from collections.abc import Sequence
from dataclasses import dataclass

from passk.curve import Point
from passk.records import UserError
from passk.statistics.intervals import wilson


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

    @classmethod
    def quoted(cls, label: str, value: float, tasks: int | None = None) -> Baseline:
        """A value that someone else measured on ``tasks`` tasks, each tried once."""
        low, high = map(float, wilson(value, tasks)) if tasks else (math.nan, math.nan)
        return cls(label, value, low, high, tasks)

    @classmethod
    def measured(cls, label: str, curve: Sequence[Point]) -> Baseline:
        """The first point of a curve.

        :raises UserError: it is not that of k = 1.
        """
        once = curve[0]
        if once.k != 1:
            raise UserError(f"the curve of {label} has no row for k = 1, which is the line to beat")
        return cls(label, once.pass_at_k, once.tasks_low, once.tasks_high)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments that :func:`from_arguments` reads."""
    group = parser.add_argument_group("the line to beat (optional)")
    group.add_argument("--baseline-label", metavar="TEXT", help="the other model's name")
    group.add_argument(
        "--baseline-value", type=float, metavar="P", help="its pass@1 as quoted, a fraction"
    )
    group.add_argument(
        "--baseline-tasks", type=int, metavar="T", help="tasks behind --baseline-value"
    )


def from_arguments(args: argparse.Namespace) -> Baseline | None:
    """The baseline whose value the command line quotes; None where it quotes none.

    :raises UserError: a value outside [0, 1], a label missing, no task behind it.
    """
    value = args.baseline_value
    if value is None:
        return None
    if not args.baseline_label:
        raise UserError("a baseline needs its name; give --baseline-label")
    if not 0 <= value <= 1:
        raise UserError(f"--baseline-value {value} is not between 0 and 1")
    if args.baseline_tasks is not None and args.baseline_tasks < 1:
        raise UserError(f"--baseline-tasks {args.baseline_tasks} must be 1 or more")
    return Baseline.quoted(args.baseline_label, value, args.baseline_tasks)
