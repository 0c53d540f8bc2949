"""Who may import whom: no import runs upwards, and none in a circle."""

from __future__ import annotations

import ast
from collections import Counter
from graphlib import TopologicalSorter
from pathlib import Path

import pytest
from conftest import ROOT

from passk.engines import ENGINES

SCRIPTS = ROOT / "scripts"
# From the ground up; a module imports from its own folder and from those before it. The files of
# scripts/passk itself stand among them by their names.
LAYERS = [
    [
        "words",
        "records",
        "estimator",
        "progress",
        "locks",
        "hashes",
        "tables",
        "cli",
        "downloads",
        "pins",
        "processes",
        "cpu",
        "gpu",
    ],
    ["curve", "counts", "published", "provenance", "sandbox", "statistics"],
    ["benchmarks", "baseline", "formats", "estimation", "limited"],
    ["engines", "verifiers"],
    ["cost", "forecast", "judging", "integrity", "figures", "training", "repair", "demo_rounds"],
    ["analyses"],
    ["code", "config", "experiment", "redraw", "terminal"],
    ["page"],
    ["__main__"],
]
# A declaration that everything reads: it imports nothing of the folder that it is in.
GROUND = "analyses/__init__.py"


def imports(file: Path) -> set[Path]:
    """The files of scripts/ that ``file`` imports, anywhere in it."""
    found = set()
    for node in ast.walk(ast.parse(file.read_text())):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [f"{node.module}.{alias.name}" for alias in node.names] + [str(node.module)]
        for name in names:
            path = SCRIPTS.joinpath(*name.split("."))
            for target in (path.with_suffix(".py"), path / "__init__.py"):
                if target.exists() and target != file:
                    found.add(target)
    return found


FILES = sorted((SCRIPTS / "passk").rglob("*.py"))
GRAPH = {file: imports(file) for file in FILES}


def layer(file: Path) -> int:
    name = file.relative_to(SCRIPTS / "passk").parts[0].removesuffix(".py")
    return next(place for place, names in enumerate(LAYERS) if name in names)


def test_imports_make_no_circle() -> None:
    TopologicalSorter(GRAPH).prepare()


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(SCRIPTS)))
def test_no_import_runs_upwards(file: Path) -> None:
    if file.parent == SCRIPTS / "passk" and file.name == "__init__.py":
        return
    above = [
        str(target.relative_to(SCRIPTS))
        for target in GRAPH[file]
        if target != SCRIPTS / "passk/__init__.py"
        and not str(target).endswith(GROUND)
        and layer(target) > layer(file)
    ]
    assert not above


def test_scripts_import_no_script() -> None:
    for script in SCRIPTS.glob("*.py"):
        assert all(target.parent != SCRIPTS for target in imports(script)), script


def test_no_engine_is_named_outside_its_package() -> None:
    """What is known of an engine is a field of its row. (counts is a word of its own elsewhere.)"""
    named = set(ENGINES) - {"counts"}
    for file in [*SCRIPTS.glob("*.py"), *FILES]:
        # The versions that the page tells are of packages, one of which is called as its engine.
        if file.parent.name == "engines" or file.name == "facts.py":
            continue
        texts = {
            n.value for n in ast.walk(ast.parse(file.read_text())) if isinstance(n, ast.Constant)
        }
        assert not texts & named, file
    for file in [*(ROOT / "rules").glob("*.smk"), ROOT / "Snakefile"]:
        assert not any(f'"{name}"' in file.read_text() for name in named), file


def test_no_two_test_files_share_a_name() -> None:
    """Outside packages pytest takes the second one for the first, and collects nothing of it."""
    names = Counter(path.name for path in (ROOT / "tests").rglob("test_*.py"))
    assert {name for name, count in names.items() if count > 1} == set()
