"""Which files of scripts/ a script is made of: what its rule takes as input, tracked by content.

Imports are read from the source, not run: by their words alone, since each start of Snakemake
reads all files, and parsing them takes four times as long. Followed, too, are the rows of the
declarations, which name a module as ``passk.module:function``; but for the engines', since nothing
that samples is tracked by its code. A module opened by any other name that the code builds is not
found.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from passk.analyses import ANALYSES

PACKAGE = Path("scripts/passk")
WHOLE = PACKAGE / "sandbox"  # it starts its own files as programs
UNTRACKED = PACKAGE / "engines/__init__.py"
# `from a import b, c`, also over several lines in parentheses, or `import a, b`.
IMPORT = re.compile(r"^[ \t]*(?:from ([\w.]+) import (\([^)]*\)|.*)|import (.*))$", re.MULTILINE)
ROW = re.compile(r"""["'](passk[.\w]+):\w+["']""")


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
    text = path.read_text()
    names: list[str] = []
    for module, imported, modules in IMPORT.findall(text):
        words = re.findall(r"(\w[\w.]*)(?: as \w+)?", re.sub("#.*", "", imported or modules))
        names += [module, *(f"{module}.{word}" for word in words)] if module else words
    if path != UNTRACKED:
        names += ROW.findall(text)
    found: list[Path] = []
    for name in names:
        module = Path("scripts", *name.split("."))
        packages = [module, *module.parents][:-2]  # without scripts/ and what it lies in
        files = [package / "__init__.py" for package in packages]
        for file in filter(Path.exists, [module.with_suffix(".py"), *files]):
            found += file.parent.glob("*.py") if file.parent == WHOLE else [file]
    return found


def page_code() -> list[str]:
    """What the report page is made by: also what the analyses say of themselves, and the look."""
    analyses = PACKAGE.glob("analyses/*/*")
    looks = [file for file in analyses if file.suffix in (".rst", ".j2")]
    looks += [file for file in PACKAGE.glob("page/*") if file.suffix in (".j2", ".css")]
    modules = [f"passk/analyses/{n}/{m}.py" for n in ANALYSES for m in ("page", "table")]
    return [*code("report_page.py", *modules), *sorted(map(str, looks))]
