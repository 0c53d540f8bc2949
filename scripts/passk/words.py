"""Numbers in sentences."""

from __future__ import annotations


def counted(number: int, unit: str) -> str:
    """A number of something, in the singular where it is one."""
    return f"{number:,} {unit}" if number == 1 else f"{number:,} {unit}s"
