"""One writer at a time, the first one first, and nothing left behind."""

from __future__ import annotations

import errno
import fcntl
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from conftest import ROOT

from passk.locks import only_writer_of
from passk.records import UserError

HOLDER = """
import sys, time
from pathlib import Path
from passk.locks import only_writer_of
target = Path(sys.argv[1])
with only_writer_of(target, "writing"):
    print("holding", flush=True)
    time.sleep(float(sys.argv[2]))
    target.write_text("older")
"""


def holder(target: Path, seconds: float) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, target, str(seconds)],
        cwd=ROOT / "scripts",
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout.readline() == "holding\n"
    return process


def test_what_an_orphan_writes_is_followed_by_the_newer_file(tmp_path: Path) -> None:
    target = tmp_path / "new/verdicts.jsonl.gz"
    orphan = holder(target, seconds=1.0)
    with only_writer_of(target, "writing"):
        assert target.read_text() == "older"
        target.write_text("newer")
    assert orphan.wait() == 0
    assert target.read_text() == "newer"
    assert list(target.parent.iterdir()) == [target]


def test_lock_of_a_killed_holder_is_free(tmp_path: Path) -> None:
    target = tmp_path / "counts.csv"
    process = holder(target, seconds=60.0)
    process.kill()
    process.wait()
    with only_writer_of(target, "writing", patience=0.0):
        target.write_text("newer")
    assert list(tmp_path.iterdir()) == [target]


def test_holder_that_does_not_end_is_named(tmp_path: Path) -> None:
    process = holder(tmp_path / "counts.csv", seconds=60.0)
    started = time.monotonic()
    with (
        pytest.raises(UserError, match=r"another process is judging \(it holds .*counts.csv.lock"),
        only_writer_of(tmp_path / "counts.csv", "judging", patience=0.3),
    ):
        raise AssertionError
    assert time.monotonic() - started < 10
    process.kill()
    process.wait()


def test_remains_of_killed_writers_go(tmp_path: Path) -> None:
    (tmp_path / ".counts.csv.1234abcd.tmp").touch()
    (tmp_path / ".counts.csv2.1234abcd.tmp").touch()
    with only_writer_of(tmp_path / "counts.csv", "writing"):
        pass
    assert [path.name for path in tmp_path.iterdir()] == [".counts.csv2.1234abcd.tmp"]


def test_file_system_without_locks_is_a_warning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def unsupported(*_: object) -> None:
        raise OSError(38, "Function not implemented")

    monkeypatch.setattr(fcntl, "flock", unsupported)
    with only_writer_of(tmp_path / "counts.csv", "writing"):
        pass
    assert "cannot be locked (Function not implemented)" in caplog.text


@pytest.mark.parametrize("number", [errno.ENOLCK, errno.ENOTSUP, errno.EINVAL])
def test_missing_locks_are_said_once_for_each_file(
    number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def unsupported(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(fcntl, "flock", unsupported)
    for _ in range(3):
        with only_writer_of(tmp_path / "counts.csv", "writing"):
            pass
    assert caplog.text.count("cannot be locked") == 1


def test_broken_disk_is_no_missing_lock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(fcntl, "flock", broken)
    with pytest.raises(OSError, match="Input/output"), only_writer_of(tmp_path / "x", "writing"):
        pass


def test_lock_holds_through_a_link_to_the_folder(tmp_path: Path) -> None:
    """Two checkouts whose results are one folder."""
    (tmp_path / "shared").mkdir()
    (tmp_path / "results").symlink_to(tmp_path / "shared")
    orphan = holder(tmp_path / "shared/counts.csv", seconds=1.0)
    with only_writer_of(tmp_path / "results/counts.csv", "writing"):
        assert (tmp_path / "shared/counts.csv").read_text() == "older"
    assert orphan.wait() == 0
