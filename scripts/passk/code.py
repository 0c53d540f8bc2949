"""Which files of scripts/ a script is made of: what its rule takes as input, tracked by content.

Imports are read from the source, not run. A module that is opened by a name which the code builds
is not found; so the packages whose modules a declaration names, or that start their own files,
count as a whole. Engines do not: nothing that samples is tracked by its code.
"""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

WHOLE = [Path("scripts/passk", name) for name in ("benchmarks", "sandbox", "verifiers")]


def code(*files: str) -> list[str]:
    """``files`` of scripts/ and all others there that they import, sorted."""
    found: set[Path] = set()
    queue = [Path("scripts", file) for file in files]
    while queue:
        path = queue.pop()
        if path not in found:
            found.add(path)
            queue += imported_by(path)
    return sorted(map(str, found))


@cache
def imported_by(path: Path) -> list[Path]:
    """The files of scripts/ that a file there imports itself."""
    found: list[Path] = []
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [f"{node.module}", *(f"{node.module}.{alias.name}" for alias in node.names)]
        else:
            continue
        for name in names:
            file = Path("scripts", *name.split("."))
            file = file / "__init__.py" if file.is_dir() else file.with_suffix(".py")
            if file.exists():
                found += file.parent.glob("*.py") if file.parent in WHOLE else [file]
    return found
