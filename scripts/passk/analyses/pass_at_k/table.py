"""The columns of the table of a pass@k curve and of what is drawn with it."""

from __future__ import annotations

COLUMNS = {
    "series": str,
    "k": int,
    "pass_at_k": float,
    "tasks_low": float,
    "tasks_high": float,
    "draws_low": float,
    "draws_high": float,
}
