"""The columns of the table of the tasks' success rates."""

from __future__ import annotations

COLUMNS = {
    "rank": int,
    "task_id": str,
    "n": int,
    "c": int,
    "rate": float,
    "low": float,
    "high": float,
}
