"""A function in a process of its own: its limits, and what is no fault of the call."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from passk import limited
from passk.limited import Limited
from passk.records import UserError
from passk.sandbox.limits import Limits

LIMITS = Limits(cpu_seconds=0.5, idle_seconds=0.5, memory_bytes=256 << 20, reply_bytes=10_000)

FUNCTIONS = """
import os, signal, socket, subprocess, sys, threading, time

kept = []

def act(what, *rest):
    print("noise", flush=True)
    return globals()[what](*rest)

def same(value):
    return value

def fail(message):
    raise KeyError(message)

def leave(code):
    sys.exit(code)

def leave_at_once(code):
    os._exit(code)

def power():
    return len(str(9 ** 9 ** 9))

def leave_threads():
    for _ in range(3):
        threading.Thread(target=lambda: [None for _ in iter(int, 1)], daemon=True).start()

def loop_in_threads():
    leave_threads()
    threading.Event().wait()

def sleep(seconds):
    time.sleep(seconds)

def grow(megabytes):
    return len(bytearray(megabytes << 20))

def keep(megabytes):
    kept.append(bytearray(megabytes << 20))
    return len(kept)

def long(length):
    return "x" * length

def nest(depth):
    value = []
    for _ in range(depth):
        value = [value]
    return value

def die(number):
    os.kill(os.getpid(), number)

def recurse():
    return recurse() + 1

def write(path):
    open(path, "w")

def call_home():
    socket.create_connection(("127.0.0.1", 9), 1)

def start():
    subprocess.run(["true"])

def kill(pid):
    os.kill(pid, 9)

def environment():
    return sorted(os.environ)

def garble(number):
    os.write(number, b"[" * 5000 + b"\\n")
    time.sleep(60)
"""


@pytest.fixture(scope="module")
def process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Limited]:
    folder = tmp_path_factory.mktemp("functions")
    (folder / "functions_of_test.py").write_text(FUNCTIONS)
    patch = pytest.MonkeyPatch()
    patch.syspath_prepend(folder)
    patch.setenv("SECRET_TOKEN", "secret")
    with Limited("functions_of_test:act", LIMITS) as opened:
        yield opened
    patch.undo()


def outcome(found: limited.Call) -> tuple[str, str | None]:
    return found.outcome, found.error


@pytest.mark.parametrize("value", [None, True, 3, 2.5, "a\ud800\n", [1, [2]], {"a": []}])
def test_plain_data_goes_and_comes(process: Limited, value):
    found = process.call("same", value)
    assert (found.outcome, found.value) == ("returned", value)


def test_a_tuple_comes_as_a_list(process: Limited):
    assert process.call("same", (1, 2)).value == [1, 2]


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        (("fail", "text"), ("raised", "KeyError")),
        (("recurse",), ("raised", "RecursionError")),
        (("leave", 0), ("raised", "SystemExit")),
        (("leave_at_once", 0), ("crashed", "exit")),
        (("power",), ("exceeded", "cpu")),
        (("loop_in_threads",), ("exceeded", "cpu")),
        (("sleep", 60), ("exceeded", "idle")),
        (("grow", 1000), ("exceeded", "memory")),
        (("long", 20_000), ("exceeded", "result")),
        (("nest", 100_000), ("raised", "RecursionError")),
        (("garble", 4), ("crashed", "exit")),
        (("die", signal.SIGSEGV), ("crashed", "SIGSEGV")),
        (("die", signal.SIGABRT), ("crashed", "SIGABRT")),
        (("write", "/tmp/written"), ("raised", "PermissionError")),
        (("call_home",), ("raised", "PermissionError")),
        (("start",), ("raised", "PermissionError")),
        (("kill", os.getpid()), ("raised", "PermissionError")),
    ],
)
def test_every_end_of_a_call_is_told_and_the_next_call_is_answered(process, call, expected):
    assert outcome(process.call(*call)) == expected
    assert process.call("same", 7).value == 7


def test_the_cpu_time_of_a_call_that_exceeds_it_is_told(process: Limited):
    found = process.call("power")
    assert 0.4 <= found.cpu_seconds < 1.5


def test_the_environment_has_no_secret(process: Limited):
    assert "SECRET_TOKEN" not in process.call("environment").value


def test_memory_that_earlier_calls_kept_is_no_fault_of_the_next(process: Limited):
    process.close()
    assert process.call("keep", 120).value == 1
    assert process.call("keep", 120).value == 2  # more than half is in use: replaced
    assert process.call("keep", 120).value == 1


def test_a_lack_of_memory_in_a_used_process_is_asked_again(process: Limited):
    process.close()
    assert process.call("keep", 100).value == 1
    assert process.call("keep", 200).value == 1


def test_a_process_that_somebody_kills_between_calls_is_replaced(process: Limited):
    process.call("same", 1)
    os.kill(process._process.pid, signal.SIGKILL)
    time.sleep(0.05)
    assert process.call("same", 2).value == 2


def test_a_call_whose_process_is_killed_is_made_again(process: Limited):
    process.call("same", 1)
    timer = threading.Timer(0.1, os.kill, (process._process.pid, signal.SIGKILL))
    timer.start()
    assert outcome(process.call("sleep", 0.3)) == ("returned", None)
    timer.join()


def test_a_call_whose_process_is_killed_twice_is_an_error_of_the_run(process: Limited):
    with pytest.raises(UserError, match="was killed 2 times on one call"):
        process.call("die", signal.SIGKILL)
    assert process.call("same", 3).value == 3


def test_threads_that_a_call_leaves_are_no_burden_of_the_next(process: Limited):
    assert process.call("leave_threads").outcome == "returned"
    assert outcome(process.call("sleep", 0.3)) == ("returned", None)


def test_a_stopped_process_is_not_idle(process: Limited):
    process.call("same", 1)
    pid = process._process.pid
    os.kill(pid, signal.SIGSTOP)
    timer = threading.Timer(1.5, os.kill, (pid, signal.SIGCONT))
    timer.start()
    assert process.call("same", 4).value == 4
    assert process._process.pid == pid
    timer.join()


def test_what_is_not_there_is_said_when_it_opens():
    with pytest.raises(ImportError, match="no_such_module"):
        Limited("no_such_module:function")
    with pytest.raises(ImportError, match="no_such_function"):
        Limited("json:no_such_function")


def test_the_process_ends_with_its_owner(tmp_path: Path):
    pid = os.fork()
    if not pid:
        opened = Limited("json:dumps", LIMITS)
        (tmp_path / "pid").write_text(str(opened._process.pid))
        os.kill(os.getpid(), signal.SIGKILL)
    os.waitpid(pid, 0)
    child = int((tmp_path / "pid").read_text())
    for _ in range(100):
        if limited._look(child)[0] in ("", "Z"):
            return
        time.sleep(0.02)
    raise AssertionError("the process has outlived its owner")
