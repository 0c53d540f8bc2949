"""Numbers in sentences."""

from __future__ import annotations


def counted(number: int, unit: str) -> str:
    """A number of something, in the singular where it is one."""
    return agreeing(number, unit, f"{unit}s")


def agreeing(number: float, one: str, more: str) -> str:
    """A whole number and the words that agree with it: ``1 was``, ``2 were``."""
    return f"{number:,.0f} {one if number == 1 else more}"


def within(k: int) -> str:
    """``within 100 samples``; of one sample, ``with one sample``."""
    return "with one sample" if k == 1 else f"within {k:,} samples"
