"""A foreign command runs within limits and fences, and a fault of the host is no result."""

from __future__ import annotations

import signal
import sys
import threading
from pathlib import Path

import pytest

from passk.sandbox import command
from passk.sandbox.command import Ended, Fences
from passk.sandbox.limits import Limits

LIMITS = Limits(cpu_seconds=1, wall_seconds=20, memory_bytes=256 << 20)
PYTHON = str(Path(sys.executable).resolve())
FENCES = Fences((sys.base_prefix,))


def run(program: str, folder: Path, limits: Limits = LIMITS) -> Ended:
    return command.run([PYTHON, "-I", "-S", "-c", program], folder, limits, FENCES)


def test_what_it_prints_and_how_it_ends_is_told(tmp_path: Path) -> None:
    ended = run("import sys; print('out'); print('err', file=sys.stderr); sys.exit(3)", tmp_path)
    assert (ended.code, ended.output, ended.errors, ended.limit) == (3, "out\n", "err\n", "")
    assert 0 < ended.cpu_seconds < 1


def test_a_command_that_closes_its_output_is_waited_for(tmp_path: Path) -> None:
    program = "import os, time; os.close(1); os.close(2); time.sleep(0.3); os._exit(7)"
    assert run(program, tmp_path).code == 7


@pytest.mark.parametrize(
    ("program", "limit"),
    [
        ("while True: pass", "more than 1 s of CPU time"),
        ("while True: print('x' * 1000)", "more than 1 MiB of output"),
        ("import signal; signal.signal(signal.SIGXCPU, lambda *_: 0)\nwhile True: pass", "CPU"),
    ],
)
def test_a_limit_ends_it_and_is_named(tmp_path: Path, program: str, limit: str) -> None:
    assert limit in run(program, tmp_path).limit


def test_one_that_sleeps_is_ended_by_the_clock(tmp_path: Path) -> None:
    limits = Limits(cpu_seconds=1, wall_seconds=0.5)
    assert run("import time; time.sleep(60)", tmp_path, limits).limit == "more than 0.5 s"


def test_what_it_started_ends_with_it(tmp_path: Path) -> None:
    program = "import os, time\nif os.fork() == 0: time.sleep(60)"
    ended = run(program, tmp_path, Limits(cpu_seconds=1, wall_seconds=30))
    assert (ended.code, ended.limit) == (0, "")


def test_memory_and_files_are_limited(tmp_path: Path) -> None:
    assert "MemoryError" in run("x = bytearray(1 << 30)", tmp_path).errors
    ended = run("open('file', 'wb').write(bytes(2 << 20))", tmp_path)
    assert ended.code != 0


@pytest.mark.skipif("landlock" not in command.layers()[0], reason="this kernel has no Landlock")
def test_only_its_own_folder_is_written_and_no_others_are_read(tmp_path: Path) -> None:
    folder = tmp_path / "own"
    folder.mkdir()
    (tmp_path / "secret").write_text("secret")
    assert run("open('mine', 'w').write('x')", folder).code == 0
    assert (folder / "mine").read_text() == "x"
    for program in ("open('../other', 'w')", "open('../secret')", "open('/x', 'w')"):
        assert "PermissionError" in run(program, folder).errors


@pytest.mark.skipif("seccomp" not in command.layers()[0], reason="no filter on this processor")
def test_there_is_no_network_and_no_signal_to_others(tmp_path: Path) -> None:
    for program in ("import _socket; _socket.socket()", "import os; os.kill(os.getppid(), 0)"):
        assert "PermissionError" in run(program, tmp_path).errors


def test_the_environment_is_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_TOKEN", "secret")
    ended = run("import os; print(sorted(os.environ), os.environ['HOME'])", tmp_path)
    assert "HF_TOKEN" not in ended.output and str(tmp_path) in ended.output


def test_a_kill_from_elsewhere_is_no_result(tmp_path: Path) -> None:
    program = "import os, signal; signal.raise_signal(signal.SIGKILL)"
    with pytest.raises(command.UserError, match="was killed three times"):
        run(program, tmp_path)
    once = "import os, signal\nif not os.path.exists('x'): open('x', 'w'); "
    assert run(f"{once}signal.raise_signal(signal.SIGKILL)", tmp_path).code == 0


def test_a_crash_of_its_own_is_one(tmp_path: Path) -> None:
    ended = run("import signal; signal.raise_signal(signal.SIGSEGV)", tmp_path)
    assert (ended.code, ended.limit) == (-signal.SIGSEGV, "")


def test_it_ends_once_nobody_waits(tmp_path: Path) -> None:
    stop = threading.Event()
    threading.Timer(0.2, stop.set).start()
    words = [PYTHON, "-c", "import time; time.sleep(60)"]
    assert command.run(words, tmp_path, LIMITS, FENCES, stop).limit == "stopped"
