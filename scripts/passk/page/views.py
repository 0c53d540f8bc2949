"""What a reader needs of each analysis' table, as text cells; the CSV itself has the rest."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from passk.cost import in_units
from passk.curve import percent

MOST_ROWS = 40
DASH = "\N{EN DASH}"


@dataclass(frozen=True, slots=True)
class Table:
    """Cells as text; ``numeric`` says which columns are set flush right."""

    header: tuple[str, ...]
    numeric: tuple[bool, ...]
    rows: tuple[tuple[str, ...], ...]


# A column: its header, whether it is a number, and the cell of a row.
Column = tuple[str, bool, Callable[[Any], str]]


def view(name: str, table: pd.DataFrame) -> Table | None:
    """The table to show of an analysis; None where it has too many rows to be read."""
    if name in _VIEWS:
        shown = _VIEWS[name](table)
        return shown if shown and shown.rows else None
    return whole(table) if len(table) <= MOST_ROWS else None


def of_columns(table: pd.DataFrame, columns: Sequence[Column]) -> Table:
    """The chosen columns of all rows."""
    return Table(
        tuple(header for header, _, _ in columns),
        tuple(numeric for _, numeric, _ in columns),
        tuple(tuple(cell(row) for *_, cell in columns) for row in table.itertuples()),
    )


def whole(table: pd.DataFrame) -> Table:
    """All of a short table, its column names as words."""
    numeric = tuple(pd.api.types.is_numeric_dtype(table[name]) for name in table)
    header = tuple(str(name).replace("_", " ") for name in table)
    rows = tuple(tuple(map(number, row)) for row in table.itertuples(index=False))
    return Table(header, numeric, rows)


def number(value: Any) -> str:
    """A cell as it is, a fraction with four digits, a dash for NaN."""
    if isinstance(value, float):
        if math.isnan(value):
            return DASH
        if math.isfinite(value) and value == int(value) and abs(value) < 1e15:
            return f"{value:,.0f}"
        return f"{value:.4g}"
    return f"{value:,}" if isinstance(value, int) else str(value)


def interval(low: float, high: float) -> str:
    """An interval of fractions in per cent; a dash where it is not known."""
    return DASH if math.isnan(low) or math.isnan(high) else f"{percent(low)} to {percent(high)}"


def points(low: float, high: float) -> str:
    """An interval of differences in percentage points; a dash where it is not known."""
    if math.isnan(low) or math.isnan(high):
        return DASH
    return f"{100 * low:+.1f} to {100 * high:+.1f}"


def _signed(difference: float) -> str:
    return DASH if math.isnan(difference) else f"{100 * difference:+.1f}"


def _reliability(table: pd.DataFrame) -> Table:
    asked = table[(table.asked == 1) & table.value.notna()]
    return of_columns(
        asked.sort_values(["k"], kind="stable"),
        [
            ("Model", False, lambda row: row.model),
            ("k", True, lambda row: f"{row.k:,}"),
            ("Measure", False, lambda row: row.measure),
            ("%", True, lambda row: percent(row.value)),
            ("95 % over tasks", True, lambda row: interval(row.tasks_low, row.tasks_high)),
            ("95 % over draws", True, lambda row: interval(row.draws_low, row.draws_high)),
        ],
    )


def _comparison(table: pd.DataFrame) -> Table:
    return of_columns(
        table[table.asked == 1],
        [
            ("Model, k", False, lambda row: f"{row.model}, {row.k:,}"),
            ("Against", False, lambda row: f"{row.rival}, {row.against}"),
            ("Difference (points)", True, lambda row: f"{100 * row.difference:+.1f}"),
            ("95 % over tasks", True, lambda row: points(row.tasks_low, row.tasks_high)),
            ("95 % over draws", True, lambda row: points(row.draws_low, row.draws_high)),
            ("Verdict", False, lambda row: row.verdict),
        ],
    )


def _compute(table: pd.DataFrame) -> Table:
    """What the k asked for take."""
    asked = table[(table.row == "curve") & (table.asked == 1)]
    times = [
        ("US$", True, lambda row: _rounded(row.usd)),
        ("GPU-seconds", True, lambda row: _rounded(row.gpu_seconds)),
        ("Core-seconds", True, lambda row: _rounded(row.core_seconds)),
    ]
    known = [(table[name] > 0).any() for name in ("usd", "gpu_seconds", "core_seconds")]
    return of_columns(
        asked,
        [
            ("Model", False, lambda row: row.model),
            ("k", True, lambda row: f"{row.k:,.0f}"),
            ("pass@k (%)", True, lambda row: percent(row.pass_at_k)),
            ("Computation", True, lambda row: _amount(row.flops, "FLOP")),
            ("Memory", True, lambda row: _amount(row.memory_bytes, "B")),
            *itertools.compress(times, known),
        ],
    )


def _rounded(value: float) -> str:
    """Two digits that count, as a plain number."""
    return DASH if math.isnan(value) else f"{float(f'{value:.2g}'):,.9f}".rstrip("0").rstrip(".")


def _amount(value: float, unit: str) -> str:
    return DASH if math.isnan(value) else in_units(value, unit)


COST = {
    **dict.fromkeys(("model", "step", "judgement", "draws"), str),
    **dict.fromkeys(("samples", "completion_tokens", "flops", "gpu_seconds"), float),
    **dict.fromkeys(("core_seconds", "usd"), float),
}


def cost(table: pd.DataFrame) -> Table:
    """What sampling and execution took, all shards together; ``table`` has :data:`COST`."""
    return of_columns(
        table[table.draws == "all"],
        [
            ("Model", False, lambda row: row.model),
            ("Step", False, lambda row: " ".join(filter(None, (row.step, row.judgement)))),
            ("Samples", True, lambda row: number(row.samples)),
            ("Tokens", True, lambda row: number(row.completion_tokens)),
            ("Computation", True, lambda row: _amount(row.flops, "FLOP")),
            ("GPU-seconds", True, lambda row: number(round(row.gpu_seconds, 1))),
            ("Core-seconds", True, lambda row: number(round(row.core_seconds, 1))),
            ("US$", True, lambda row: number(row.usd)),
        ],
    )


def _reproduction(table: pd.DataFrame) -> Table:
    return of_columns(
        table,
        [
            ("Model", False, lambda row: row.model),
            ("Quantity", False, lambda row: row.quantity),
            ("By", False, lambda row: row.by),
            ("Published (%)", True, lambda row: percent(row.published)),
            ("Here (%)", True, lambda row: percent(row.value)),
            ("Difference (points)", True, lambda row: _signed(row.difference)),
            ("95 %", True, lambda row: points(row.low, row.high)),
            ("over", False, lambda row: row.over),
            ("Verdict", False, lambda row: row.verdict),
            ("Source", False, lambda row: row.source),
        ],
    )


def _selection(table: pd.DataFrame) -> Table:
    """Every method at the most samples that each model has."""
    most = table[table.n == table.groupby("model").n.transform("max")]
    return of_columns(
        most[most.pass_at_1.notna()],
        [
            ("Model", False, lambda row: row.model),
            ("Chosen by", False, lambda row: row.method),
            ("of n", True, lambda row: f"{row.n:,}"),
            ("Right (%)", True, lambda row: percent(row.pass_at_1)),
            ("95 % over tasks", True, lambda row: interval(row.tasks_low, row.tasks_high)),
            ("Gain over random (points)", True, lambda row: _signed(row.gain)),
            ("95 % over tasks", True, lambda row: points(row.gain_low, row.gain_high)),
        ],
    )


def _none(table: pd.DataFrame) -> None:
    return None


_VIEWS: dict[str, Callable[[pd.DataFrame], Table | None]] = {
    "reliability": _reliability,
    "heat_map": _none,
    "comparison": _comparison,
    "compute": _compute,
    "reproduction": _reproduction,
    "selection": _selection,
    "verifiers": _none,
}
