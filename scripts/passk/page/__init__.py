"""One experiment as one HTML page that stands alone: claim, data, figures, tables, limits.

Every number on it comes from the workflow's own files: the CSV tables and the ``.meta.json`` beside
samples and verdicts. The page has no script, loads nothing and names no date: the same files give
the same bytes. It estimates nothing.
"""

from __future__ import annotations

from pathlib import Path


def placed(path: Path, results: Path) -> Path:
    """A path of an experiment's where ``results`` stands for its first part."""
    return results.joinpath(*path.parts[1:])
