"""Tables as CSV files: written with 12 significant digits, read back with their types checked."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from passk.curve import number_text
from passk.records import UserError


def table_text(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """The text of a CSV: numbers with 12 significant digits, NaN as ``nan``, text as it is."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow(cell if isinstance(cell, str) else number_text(cell) for cell in row)
    return text.getvalue()


def read_table(
    path: Path, columns: Mapping[str, type], *, may_be_empty: bool = False
) -> pd.DataFrame:
    """Read a CSV with at least ``columns``, each of type ``str``, ``int`` or ``float``.

    Further columns stay text. A model called ``nan`` keeps its name: only numbers can be NaN.

    :raises UserError: no such file, a missing column, a cell that is no number, no rows
        unless it ``may_be_empty``.
    """
    try:
        table = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8")
    except FileNotFoundError as error:
        raise UserError(f"{path} does not exist; check the path") from error
    except (UnicodeDecodeError, pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        raise UserError(f"{path} is not a CSV file in UTF-8; make or copy it again") from error
    if missing := [name for name in columns if name not in table]:
        raise UserError(f"{path} has no column {missing[0]!r}; make it again")
    if table.empty and not may_be_empty:
        raise UserError(f"{path} has no rows; make it again")
    for name, kind in columns.items():
        if kind is str:
            continue
        try:
            table[name] = table[name].astype(kind)
        except ValueError as error:
            raise UserError(f"{path}: a cell of the column {name!r} is no number") from error
    return table
