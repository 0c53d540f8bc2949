"""What a reader needs of an analysis' table, as text cells; the CSV itself has the rest."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from passk.cost import in_units
from passk.curve import Point, percent

DASH = "\N{EN DASH}"

# The estimated curves of all compared models, by label, the own first.
Curves = Mapping[str, Sequence[Point]]

# A column: its header, whether it is a number, and the cell of a row.
Column = tuple[str, bool, Callable[[Any], str]]


@dataclass(frozen=True, slots=True)
class View:
    """Cells as text; ``numeric`` says which columns are set flush right."""

    header: tuple[str, ...]
    numeric: tuple[bool, ...]
    rows: tuple[tuple[str, ...], ...]


def of_columns(table: pd.DataFrame, columns: Sequence[Column]) -> View:
    """The chosen columns of all rows."""
    return View(
        tuple(header for header, _, _ in columns),
        tuple(numeric for _, numeric, _ in columns),
        tuple(tuple(cell(row) for *_, cell in columns) for row in table.itertuples()),
    )


def number(value: float) -> str:
    """A whole number as one, another with four digits; a dash where it is not known."""
    if math.isnan(value):
        return DASH
    return f"{value:,.0f}" if value == int(value) else rounded(value, 4)


def rounded(value: float, digits: int = 2) -> str:
    """So many digits that count, as a plain number, never 1e+02; a dash where it is not known."""
    if math.isnan(value):
        return DASH
    return f"{float(f'{value:.{digits}g}'):,.9f}".rstrip("0").rstrip(".")


def amount(value: float, unit: str) -> str:
    """A number with its unit; a dash where it is not known."""
    return DASH if math.isnan(value) else in_units(value, unit)


def share(value: float) -> str:
    """A fraction in per cent; a dash where it is not known."""
    return DASH if math.isnan(value) else percent(value)


def interval(low: float, high: float) -> str:
    """An interval of fractions in per cent; a dash where it is not known."""
    return DASH if math.isnan(low) or math.isnan(high) else f"{percent(low)} to {percent(high)}"


def points(low: float, high: float) -> str:
    """An interval of differences in percentage points; a dash where it is not known."""
    if math.isnan(low) or math.isnan(high):
        return DASH
    return f"{100 * low:+z.1f} to {100 * high:+z.1f}"


def signed(difference: float) -> str:
    """A difference in percentage points; a dash where it is not known."""
    return DASH if math.isnan(difference) else f"{100 * difference:+z.1f}"
