"""The columns of the table of 1 - pass@k: those of the curve that it turns upside down."""

from __future__ import annotations

from passk.analyses.pass_at_k.table import COLUMNS

__all__ = ["COLUMNS"]
