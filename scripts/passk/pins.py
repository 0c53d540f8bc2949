"""What a lock file in envs/ says: its pins, and what they need of the machine.

A lock is what pip reads; some of its comments are read here, each a line:

``# pip install --no-deps``: it names all that is to be installed; pip must not look for more.
``# needs Python 3.11 or 3.12``: any that this package runs on, if not given.
``# needs glibc 2.31``: the oldest that its wheels run on.
``# needs CUDA 13, else OTHER.txt``: what they are built for; OTHER, beside it, is the lock for an
older NVIDIA driver.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

PYTHONS = ("3.11", "3.12", "3.13")


@dataclass(frozen=True)
class Lock:
    """A lock's text, read. ``pins`` are pip's lines, with names as PyPI spells them."""

    pins: frozenset[str]
    pythons: tuple[str, ...]
    glibc: tuple[int, int] | None
    cuda: int | None
    otherwise: str | None
    without_dependencies: bool


def read_lock(text: str) -> Lock:
    comments = [line for line in text.splitlines() if line.startswith("#")]
    pythons = _said(comments, r"# needs Python (.+)")
    glibc = _said(comments, r"# needs glibc (\d+\.\d+)")
    cuda = _said(comments, r"# needs CUDA (\d+)\b.*")
    return Lock(
        pins=frozenset(map(_canonical, filter(None, _without_comments(text)))),
        pythons=tuple(re.findall(r"\d+\.\d+", pythons)) if pythons else PYTHONS,
        glibc=tuple(map(int, glibc.split("."))) if glibc else None,
        cuda=int(cuda) if cuda else None,
        otherwise=_said(comments, r"# needs CUDA \d+, else (\S+)"),
        without_dependencies="# pip install --no-deps" in comments,
    )


def canonical_name(name: str) -> str:
    """A package's name as PyPI spells it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _said(comments: list[str], pattern: str) -> str | None:
    found = (re.fullmatch(pattern, comment) for comment in comments)
    return next((match[1] for match in found if match), None)


def _without_comments(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if not line.startswith("#")]


def _canonical(pin: str) -> str:
    name, equals, rest = pin.partition("==")
    return f"{canonical_name(name)}{equals}{rest}" if equals else pin
