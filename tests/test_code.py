"""The files that a script is made of, found in its source."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from conftest import ROOT

from passk.code import code, imported_by


@pytest.fixture
def scripts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    imported_by.cache_clear()
    yield tmp_path / "scripts"
    imported_by.cache_clear()


def write(scripts: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = scripts / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def test_imports_are_followed_through_packages_and_functions(scripts: Path) -> None:
    write(
        scripts,
        {
            "run.py": "import json\ndef f():\n    from passk.one.deep import x\n",
            "passk/__init__.py": "",
            "passk/one/__init__.py": "",
            "passk/one/deep.py": "import passk.two",
            "passk/two.py": "import run",
            "passk/other.py": "",
        },
    )
    names = ["passk/__init__.py", "passk/one/__init__.py", "passk/one/deep.py", "passk/two.py"]
    assert code("run.py") == [f"scripts/{name}" for name in [*names, "run.py"]]


def test_rows_of_declarations_are_followed_but_not_the_engines(scripts: Path) -> None:
    row = 'ROWS = {"a": "passk.kinds.a:opens"}\n'
    write(
        scripts,
        {
            "run.py": "import passk.kinds, passk.engines",
            "passk/kinds/__init__.py": row,
            "passk/kinds/a.py": "",
            "passk/engines/__init__.py": row.replace("kinds", "engines"),
            "passk/engines/a.py": "",
        },
    )
    found = code("run.py")
    assert "scripts/passk/kinds/a.py" in found
    assert "scripts/passk/engines/a.py" not in found


def test_the_sandbox_counts_as_a_whole(scripts: Path) -> None:
    write(
        scripts,
        {
            "run.py": "from passk.sandbox import a",
            "passk/sandbox/a.py": "",
            "passk/sandbox/b.py": "",
        },
    )
    assert "scripts/passk/sandbox/b.py" in code("run.py")


def test_every_import_of_the_package_is_found_that_its_parsed_source_has(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(ROOT)
    files = sorted(Path("scripts").rglob("*.py"))
    assert len(files) > 150
    for file in files:
        names: set[str] = set()
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Import):
                names |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                names |= {f"{node.module}", *(f"{node.module}.{one.name}" for one in node.names)}
        modules = {Path("scripts", *name.split(".")).with_suffix(".py") for name in names}
        assert {module for module in modules if module.exists()} <= {*imported_by(file)}, file
