"""A root of its own: which files of the host a candidate can ask after."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from test_hostile import PROBLEMS

from passk.sandbox import view
from passk.sandbox.limits import Limits
from passk.sandbox.readable import find_readable
from passk.sandbox.runner import Runner
from passk.verifiers.assertions import check_case

ADD = PROBLEMS["HumanEval/53"]
CASE = check_case(ADD)
possible = view.is_possible(["/dev/null"], str(Path(__file__).parent))
needs_mounts = pytest.mark.skipif(not possible, reason="this host allows no mounts")


def outcome_of(body: str, folder: Path, without: tuple[str, ...] = ()) -> str:
    runner = Runner(Limits(), folder / "scratch", find_readable(), without)
    try:
        runner.submit(0, CASE, ADD.prompt + body)
        found: list[tuple[int, object]] = []
        while not found:
            found = runner.results()
        assert ("own root" in runner.layers) == (not without)
        return found[0][1].outcome
    finally:
        runner.close()


def exist(paths: list[str], folder: Path, without: tuple[str, ...] = ()) -> str:
    """``passed`` where all of the paths can be found, ``failed`` where not one can."""
    body = (
        "    import os\n"
        f"    found = [os.path.lexists(path) for path in {paths!r}]\n"
        "    return x + y if all(found) else 'none' if not any(found) else os.abort()\n"
    )
    return outcome_of(body, folder, without)


@needs_mounts
def test_files_of_the_host_cannot_be_told_from_none(tmp_path: Path) -> None:
    (tmp_path / "target.txt").write_text("x")
    paths = [str(tmp_path / "target.txt"), __file__, sys.executable, pytest.__file__, "/etc/passwd"]
    paths += ["/proc/self/stat", "/sys", "/home", "/proc/1"]
    there = [path for path in paths if Path(path).exists()]
    assert exist(there, tmp_path, without=("own root",)) == "passed", "this test shows nothing"
    assert exist(paths, tmp_path) == "failed"


@needs_mounts
def test_what_may_be_read_is_there(tmp_path: Path) -> None:
    read = find_readable()["read"]
    there = [path for path in read if Path(path).exists()]
    assert len(there) > 100
    assert exist([*there, "/dev/null", str(tmp_path / "scratch"), "."], tmp_path) == "passed"
    body = """\
    import ctypes, decimal, lzma, sqlite3, ssl, tempfile, zlib, zoneinfo
    with tempfile.TemporaryFile() as handle:
        handle.write(b"1")
    with open("/dev/null", "w") as null:
        null.write("x")
    try:
        open("/llama-trace", "w")
    except OSError:
        return x + y
"""
    assert outcome_of(body, tmp_path) == "passed"


@needs_mounts
def test_links_on_the_way_to_a_folder_are_kept(tmp_path: Path) -> None:
    (tmp_path / "real" / "scratch").mkdir(parents=True)
    (tmp_path / "link").symlink_to("real")
    folder = tmp_path / "link"
    body = "    open('file', 'w').write('1')\n    return x + y if open('file').read() else 0\n"
    assert outcome_of(body, folder) == "passed"


@needs_mounts
def test_a_root_of_its_own_is_seen_by_nobody_else(tmp_path: Path) -> None:
    before = Path("/proc/self/mountinfo").read_text()
    runner = Runner(Limits(), tmp_path / "scratch", find_readable())
    try:
        assert "own root" in runner.layers
        assert Path("/proc/self/mountinfo").read_text() == before
        assert not [path for path in (tmp_path / "scratch").rglob("*") if path.is_file()]
    finally:
        runner.close()
