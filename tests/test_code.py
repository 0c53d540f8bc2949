"""The files that a script is made of, found in its source."""

from __future__ import annotations

from pathlib import Path

import pytest

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
