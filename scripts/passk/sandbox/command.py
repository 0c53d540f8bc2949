"""Run a command that is given hostile text, such as a checker of proofs, within limits and fences.

The command is trusted, the text is not: it may make the command read and write files, print
megabytes, use up memory or never end. So it runs as ``fenced`` says, in a folder of its own, with
an environment of its own, in a session that is killed whole; what it prints is read to a limit.

A command's CPU time decides, not the clock, which other work on the machine would move.
``wall_seconds`` is the last resort for one that sleeps. A kill that was not sent from here, and a
full disk, are no results but faults of the host (:class:`passk.records.UserError`).
"""

from __future__ import annotations

import json
import math
import os
import selectors
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from passk.processes import oom_kills
from passk.records import UserError
from passk.sandbox import host
from passk.sandbox.limits import STACK_BYTES, Limits

LAUNCHER = Path(__file__).with_name("fenced.py")
STEP, SHORT = 0.5, 0.005  # s, between looks at a command that prints nothing, or that has closed
OUTSIDE = (-signal.SIGKILL, -signal.SIGTERM, -signal.SIGHUP, -signal.SIGINT)
"""Codes of a command that somebody else has ended."""
EVERY = ("rlimits", "landlock", "capabilities", "seccomp")


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended. ``limit``: the limit that ended it, in words, empty where it ended by
    itself; ``code`` as :mod:`subprocess` has it; texts as far as they were read."""

    code: int
    output: str
    errors: str
    cpu_seconds: float
    limit: str = ""


@dataclass(frozen=True, slots=True)
class Fences:
    """What a command may have: ``read`` paths beside the system's own, an ``environment``, and a
    ``place`` to run in other than the folder it may write to."""

    read: tuple[str, ...] = ()
    environment: Mapping[str, str] | None = None
    place: str | None = None


def layers() -> tuple[list[str], list[str]]:
    """The fences that stand on this host, and those that do not."""
    spec = json.dumps({"limits": {}, "read": [], "write": "/", "parent": os.getpid()})
    found = json.loads(subprocess.check_output([*_launcher(), spec]))
    return found, [name for name in EVERY if name not in found]


def run(
    command: Sequence[str],
    folder: Path,
    limits: Limits,
    fences: Fences,
    stop: threading.Event | None = None,
) -> Ended:
    """Run ``command``, whose first word is a path, in ``folder`` until it ends or is ended: by a
    limit, or within :data:`STEP` once ``stop`` is set.

    :raises UserError: the host did not give it what it may use.
    """
    stop = stop or threading.Event()
    ended = _run(command, folder, limits, fences, stop)
    for _ in range(2):
        if ended.code not in OUTSIDE or ended.limit:
            break
        kills = oom_kills()
        ended = _run(command, folder, limits, fences, stop)
        if ended.code in OUTSIDE and not ended.limit and oom_kills() > kills:
            raise UserError(host.lack_of_memory(limits))
    else:
        if ended.code in OUTSIDE and not ended.limit:
            raise UserError(
                f"{Path(command[0]).name} was killed three times, by a person or for "
                f"memory: see what this host or session is short of {host.AGAIN}"
            )
    if ended.code and (missing := host.lack_of_room(folder, limits)):
        raise UserError(missing)
    return ended


def _launcher() -> list[str]:
    return [sys.executable, "-I", "-S", str(LAUNCHER)]


def _run(
    command: Sequence[str], folder: Path, limits: Limits, fences: Fences, stop: threading.Event
) -> Ended:
    spec = {
        "limits": {
            "RLIMIT_CPU": math.ceil(limits.cpu_seconds),
            "RLIMIT_DATA": limits.memory_bytes,  # of mapped files, which may be GB, it counts none
            "RLIMIT_FSIZE": limits.file_bytes,
            "RLIMIT_STACK": STACK_BYTES,
            "RLIMIT_NOFILE": limits.descriptors,
            "RLIMIT_CORE": 0,
        },
        "read": list(fences.read),
        "write": str(folder),
        "parent": os.getpid(),
    }
    home = {"HOME": str(folder), "TMPDIR": str(folder), "LANG": "C.UTF-8", "PATH": "/usr/bin:/bin"}
    begun = time.monotonic()
    process = subprocess.Popen(
        [*_launcher(), json.dumps(spec), *command],
        cwd=fences.place or folder,
        env={**home, **(fences.environment or {})},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    limit = ""
    read = {process.stdout: bytearray(), process.stderr: bytearray()}
    try:
        with selectors.DefaultSelector() as waiting:
            for stream in read:
                waiting.register(stream, selectors.EVENT_READ)
            while not limit:
                if not waiting.get_map() and _gone(process.pid):
                    break
                events = waiting.select(STEP if waiting.get_map() else SHORT)
                for key, _ in events:
                    part = os.read(key.fd, 1 << 16)
                    read[key.fileobj] += part
                    if not part:
                        waiting.unregister(key.fileobj)
                if sum(map(len, read.values())) > limits.reply_bytes:
                    limit = f"more than {limits.reply_bytes >> 20} MiB of output"
                elif time.monotonic() - begun > limits.wall_seconds:
                    limit = f"more than {limits.wall_seconds:g} s"
                elif stop.is_set():
                    limit = "stopped"
                elif not events and _gone(process.pid):
                    break  # what it started may hold its output open
    finally:
        _kill(process.pid)
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        for stream in read:
            stream.close()
    cpu = used.ru_utime + used.ru_stime
    if not limit and (process.returncode == -signal.SIGXCPU or cpu > limits.cpu_seconds):
        limit = f"more than {limits.cpu_seconds:g} s of CPU time"
    output, errors = (bytes(text).decode(errors="replace") for text in read.values())
    return Ended(process.returncode, output, errors, cpu, limit)


def _gone(pid: int) -> bool:
    return os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


def _kill(pid: int) -> None:
    with suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)
