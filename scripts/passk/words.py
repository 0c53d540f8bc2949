"""Numbers in sentences."""

from __future__ import annotations


def counted(number: int, unit: str) -> str:
    """A number of something, in the singular where it is one."""
    return f"{number:,} {unit}" if number == 1 else f"{number:,} {unit}s"


def within(k: int) -> str:
    """``within 100 samples``; of one sample, ``with one sample``."""
    return "with one sample" if k == 1 else f"within {k:,} samples"
