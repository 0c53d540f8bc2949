"""Tables as CSV files: written with 12 significant digits, read back with their types checked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from passk.records import UserError, metadata_of


def table_text(columns: Iterable[str], rows: Iterable[Any]) -> str:
    """The text of a CSV: numbers with 12 significant digits, NaN as ``nan``, text as it is.

    Each of ``rows`` is a sequence of cells, or a dataclass with ``columns``.
    """
    table = pd.DataFrame(list(rows), columns=[*columns])
    return table.to_csv(index=False, float_format="%.12g", na_rep="nan", lineterminator="\n")


def read_table(
    path: Path,
    columns: Mapping[str, type],
    *,
    optional: Sequence[str] = (),
    may_be_empty: bool = False,
) -> pd.DataFrame:
    """Read a CSV with at least ``columns``, each of type ``str``, ``int`` or ``float``.

    Further columns stay text, but those that are ``optional`` hold floats, NaN where there are
    none. A model called ``nan`` keeps its name: only numbers can be NaN.

    :raises UserError: no such file, a missing column, a cell that is no number, no rows
        unless it ``may_be_empty``, or not the file that the metadata beside it describe.
    """
    try:
        metadata_of(path)
        table = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise UserError(f"{path} does not exist; check the path") from error
    except (UnicodeDecodeError, pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        raise UserError(f"{path} is not a CSV file in UTF-8; make or copy it again") from error
    if missing := [name for name in columns if name not in table]:
        names = ", ".join(columns)
        if len(table.columns) == 1 and ";" in table.columns[0]:
            raise UserError(f"{path} is separated by semicolons; separate the columns by commas")
        raise UserError(f"{path} has no column {missing[0]!r}: its first line must name {names}")
    if table.empty and not may_be_empty:
        raise UserError(f"{path} has no rows below its first line; make or copy it again")
    if table.isna().any(axis=None):
        raise UserError(f"{path} has a line that is cut short; make or copy it again")
    for name in optional:
        if name not in table:
            table[name] = "nan"
    for name, kind in {**columns, **dict.fromkeys(optional, float)}.items():
        if kind is not str:
            table[name] = _numbers(path, table[name], kind)
    return table


def _numbers(path: Path, column: pd.Series, kind: type) -> pd.Series:
    try:
        return column.astype(kind)
    except (ValueError, OverflowError) as error:
        what = "a whole number" if kind is int else "a number"
        for line, cell in enumerate(column, start=2):
            try:
                kind(cell)
            except ValueError:
                raise UserError(
                    f"{path} line {line}: {column.name} must be {what}, got {cell!r}"
                ) from error
        raise UserError(f"{path}: a number in the column {column.name!r} is too large") from error
