"""1 - pass@k on logarithmic axes: the same points as :mod:`passk.analyses.pass_at_k.table`."""

from __future__ import annotations

from passk.analyses.pass_at_k.table import COLUMNS, table

__all__ = ["COLUMNS", "table"]
