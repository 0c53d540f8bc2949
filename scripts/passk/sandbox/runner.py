"""Runs programs in children of one zygote, one at a time, with sleepers beside.

A :class:`Runner` lives in a trusted process. It sends each program with its calls over a socket of
its own, watches the child's CPU clock from outside, asks the case for a judgement as soon as the
replies allow one, and restarts a zygote that died. Most programs end within the first few
milliseconds, so a child is looked at only when it has ended or after :data:`FIRST_LOOK`.
"""

from __future__ import annotations

import array
import contextlib
import json
import marshal
import os
import select
import signal
import socket
import struct
import subprocess
import time
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from passk.records import UserError
from passk.sandbox.limits import Limits
from passk.sandbox.readable import interpreter
from passk.sandbox.scratch import usage, wipe
from passk.suites import Case, Judgement, Reply

SLOTS = 6
FIRST_LOOK = 0.02
LOOK_EVERY = 0.1
MAX_THREADS = 256
ALL_LAYERS = ("resource limits", "no new privileges", "no capabilities", "landlock", "seccomp")
_ZYGOTE = Path(__file__).with_name("zygote.py")


@dataclass(frozen=True, slots=True)
class Result:
    """What one program showed. ``borderline``: a time-out that was still making progress."""

    outcome: str
    cpu_seconds: float
    error: str | None = None
    borderline: bool = False


@dataclass(slots=True)
class _Run:
    """A program in flight."""

    key: Any
    case: Case
    program: str
    calls: tuple[bytes, ...]
    keep_going: bool = False
    rounds: int = 1
    tries: int = 1
    cpu_before: float = 0.0
    slot: int = -1
    channel: socket.socket | None = None
    unsent: memoryview | None = None
    received: bytearray = field(default_factory=bytearray)
    taken: int = 0
    pid: int = 0
    replies: list[Reply] = field(default_factory=list)
    done: bool = False
    judged: int = -1
    started: float = 0.0
    next_look: float = 0.0
    looked: float = 0.0
    cpu: float = 0.0
    cpu_at_reply: float = 0.0
    cpu_at_call: float = 0.0
    waited: float = 0.0
    idle: float = 0.0
    sleeping: bool = False
    watched: bool = False
    verdict: tuple[str, str | None] | None = None


class Runner:
    """One zygote and the programs that run in its children.

    ``scratch`` is a folder of this runner's own; children write below it and it is kept empty.
    ``without`` leaves fences out, for tests.
    """

    def __init__(
        self,
        limits: Limits,
        scratch: Path,
        readable: dict[str, list[str]],
        without: Iterable[str] = (),
    ) -> None:
        self.limits = limits
        self.scratch = scratch
        self.readable = readable
        self.without = list(without)
        self.queue: deque[_Run] = deque()
        self.runs: dict[int, _Run] = {}
        self.layers: tuple[str, ...] = ()
        self.poll = select.poll()
        self.channels: dict[int, _Run] = {}
        self.fork_failures = 0
        self.deaths = 0
        for slot in range(SLOTS):
            (scratch / str(slot)).mkdir(parents=True, exist_ok=True)
        self._start()

    def submit(self, key: Any, case: Case, program: str) -> None:
        """Queue a program; its :class:`Result` comes from :meth:`results` under ``key``."""
        self.queue.append(_Run(key, case, program + case.epilogue, case.calls))

    @property
    def pending(self) -> int:
        """Programs queued or running."""
        return len(self.queue) + len(self.runs)

    @property
    def busy(self) -> bool:
        """Whether a program is using the processor, so that another has to wait."""
        return any(not run.sleeping for run in self.runs.values())

    def results(self, other: int | None = None, wait: float = 1.0) -> list[tuple[Any, Result]]:
        """Let programs run until some end, ``other`` (a descriptor) is readable or ``wait`` is up.

        :raises UserError: no process can be forked on this host.
        """
        finished: list[tuple[Any, Result]] = []
        deadline = time.monotonic() + wait
        if other is not None:
            self.poll.register(other, select.POLLIN)
        try:
            while not finished:
                self._fill()
                now = time.monotonic()
                until = min([deadline, *(run.next_look for run in self.runs.values())])
                stop = False
                for number, _ in self.poll.poll(max(0.0, until - now) * 1000):
                    if number == self.control.fileno():
                        finished += self._listen()
                    elif number == other:
                        stop = True
                    elif number in self.channels:
                        self._exchange(self.channels[number])
                now = time.monotonic()
                for run in list(self.runs.values()):
                    if run.next_look <= now:
                        self._look(run, now)
                if stop or now >= deadline:
                    break
        finally:
            if other is not None:
                self.poll.unregister(other)
        return finished

    def close(self) -> None:
        """End the zygote and every child."""
        self.control.close()
        self.process.kill()
        self.process.wait()
        for run in self.runs.values():
            if run.channel is not None:
                run.channel.close()
        self.runs.clear()

    # The zygote

    def _start(self) -> None:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        options = {
            "control": theirs.fileno(),
            "parent": os.getpid(),
            "scratch": str(self.scratch),
            "slots": SLOTS,
            "limits": {
                "memory_bytes": self.limits.memory_bytes,
                "file_bytes": self.limits.file_bytes,
                "descriptors": self.limits.descriptors,
                "cpu_kill_seconds": int(self.limits.cpu_seconds * 1.5) + 2,
            },
            "without": self.without,
            **self.readable,
        }
        python = interpreter()
        self.process = subprocess.Popen(
            [python, "-s", "-S", "-P", "-B", str(_ZYGOTE), json.dumps(options)],
            env={"PYTHONHASHSEED": "0"},
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            pass_fds=[theirs.fileno()],
            start_new_session=True,
        )
        theirs.close()
        ours.settimeout(60)
        try:
            hello = ours.recv(4096)
        except TimeoutError:
            hello = b""
        if hello[:1] != b"R":
            self.process.kill()
            self.process.wait()
            reason = hello[1:].decode(errors="replace") or "it ended at once"
            raise UserError(f"the sandbox's process cannot start with {python}: {reason}")
        self.layers = tuple(json.loads(hello[1:]))
        ours.setblocking(False)
        self.control = ours
        self.poll.register(ours, select.POLLIN)

    def _restart(self) -> None:
        """Replace a zygote that died. What was in flight runs again alone; a second time it is
        a crash."""
        self.deaths += 1
        self.poll.unregister(self.control)
        self.control.close()
        self.process.kill()
        self.process.wait()
        again = []
        for run in list(self.runs.values()):
            self._release(run)
            again.append(run)
        for run in reversed(again):
            self.queue.appendleft(_again(run, tries=run.tries + 1))
        self._start()

    # Programs

    def _fill(self) -> None:
        while self.queue and len(self.runs) < SLOTS and not self.busy:
            run = self.queue[0]
            if run.tries > 1 and self.runs:
                return  # it may have killed a zygote: nobody else's run is put at risk
            if any(other.tries > 1 for other in self.runs.values()):
                return
            self.queue.popleft()
            self._begin(run)

    def _begin(self, run: _Run) -> None:
        run.slot = next(slot for slot in range(SLOTS) if slot not in self.runs)
        ours, theirs = socket.socketpair()
        ours.setblocking(False)
        try:
            what = (run.program, run.case.entry_point, run.calls, run.keep_going)
            body = marshal.dumps((*what, run.case.digests, run.case.overwritten), 2)
        except ValueError:  # lone surrogates are marshalled too; nothing else is in there
            body = b""
        request = struct.pack("I", len(body)) + body
        try:
            sent = ours.send(request)
        except BlockingIOError:
            sent = 0
        run.unsent = memoryview(request)[sent:] if sent < len(request) else None
        run.channel = ours
        run.started = run.looked = time.monotonic()
        run.next_look = run.started + FIRST_LOOK
        self.runs[run.slot] = run
        try:
            self.control.sendmsg(
                [b"F", bytes([run.slot])],
                [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [theirs.fileno()]))],
            )
        except OSError:
            theirs.close()
            return  # the zygote is gone: _listen hears the end of its socket
        theirs.close()
        if run.unsent is not None:
            self._watch(run)

    def _watch(self, run: _Run) -> None:
        events = select.POLLIN | (select.POLLOUT if run.unsent is not None else 0)
        self.poll.register(run.channel, events)
        self.channels[run.channel.fileno()] = run
        run.watched = True

    def _release(self, run: _Run) -> None:
        del self.runs[run.slot]
        if run.watched:
            self.poll.unregister(run.channel)
            del self.channels[run.channel.fileno()]
            run.watched = False
        run.channel.close()
        wipe(self.scratch / str(run.slot))

    def _listen(self) -> list[tuple[Any, Result]]:
        finished = []
        while True:
            try:
                message = self.control.recv(64)
            except BlockingIOError:
                return finished
            except OSError:
                message = b""
            if not message:
                # Each run that was in flight for the second time has killed a zygote twice.
                for run in list(self.runs.values()):
                    if run.tries > 1:
                        self._release(run)
                        finished.append((run.key, Result("crashed", run.cpu_before)))
                self._restart()
                return finished
            if message[:1] == b"E":
                _, slot, status, cpu = struct.unpack("=cBiQ", message)
                self.fork_failures = 0
                ended = self._end(self.runs[slot], status, cpu / 1e6)
                if ended is not None:
                    finished.append(ended)
            elif message[:1] == b"N":
                _, slot, number = struct.unpack("=cBi", message)
                self._refused(self.runs[slot], number)

    def _refused(self, run: _Run, number: int) -> None:
        self._release(run)
        self.fork_failures += 1
        if self.fork_failures > 50:
            raise UserError(
                f"no process can be started for a program ({os.strerror(number)}): free memory or "
                "raise the limit on processes, and run the same command again"
            )
        time.sleep(0.1)
        self.queue.appendleft(_again(run))

    def _end(self, run: _Run, status: int, cpu: float) -> tuple[Any, Result] | None:
        """A child is gone: read the rest, judge, and return the result or start another round."""
        self._read(run)
        run.cpu = cpu
        total = round(run.cpu_before + cpu, 4)
        if run.verdict is None or run.verdict[0] == "timeout":
            judgement = self._judge(run)
            if judgement.state == "passed":
                run.verdict = ("passed", None)
            elif judgement.state == "failed":
                run.verdict = _failure(judgement.error)
            elif judgement.state == "diverged" and run.verdict is None:
                self._release(run)
                if run.rounds >= self.limits.rounds:
                    return run.key, Result("failed", total)
                again = _again(run, calls=judgement.calls, keep_going=judgement.keep_going)
                again.rounds = run.rounds + 1
                again.cpu_before = total
                self.queue.appendleft(again)
                return None
        if run.verdict is None:
            run.verdict = _cause(status)
        self._release(run)
        outcome, error = run.verdict
        late = run.cpu_at_reply > 0.5 * self.limits.cpu_seconds
        return run.key, Result(outcome, total, error, borderline=outcome == "timeout" and late)

    def _judge(self, run: _Run) -> Judgement:
        run.judged = len(run.replies)
        return run.case.judge(run.replies, run.calls)

    def _exchange(self, run: _Run) -> None:
        if run.unsent is not None:
            try:
                run.unsent = run.unsent[run.channel.send(run.unsent) :] or None
            except BlockingIOError:
                pass
            except OSError:
                run.unsent = None
            if run.unsent is None:
                self.poll.modify(run.channel, select.POLLIN)
        if not self._read(run):
            self.poll.unregister(run.channel)
            del self.channels[run.channel.fileno()]
            run.watched = False

    def _read(self, run: _Run) -> bool:
        """Take what the child has sent; False at the end of its stream."""
        open_ended = True
        while True:
            try:
                part = run.channel.recv(1 << 16)
            except BlockingIOError:
                break
            except OSError:
                part = b""
            if not part:
                open_ended = False
                break
            run.received += part
            if len(run.received) > self.limits.reply_bytes + 4096:
                self._decide(run, "failed", None)
                break
        self._parse(run)
        return open_ended

    def _parse(self, run: _Run) -> None:
        """Cut the stream into replies. Its first four bytes precede all of the candidate's code."""
        data = run.received
        if run.pid == 0:
            if len(data) < 4:
                return
            run.pid = struct.unpack_from("I", data)[0]
            run.taken = 4
        while not run.done and len(data) - run.taken >= 4:
            length = struct.unpack_from("I", data, run.taken)[0]
            start = run.taken + 4
            if length > self.limits.reply_bytes:
                run.done = True
                self._decide(run, "failed", None)
                return
            if len(data) - start < length:
                return
            frame = bytes(data[start : start + length])
            run.taken = start + length
            if frame[:1] == b"V":
                run.replies.append(Reply(value=frame[1:]))
            elif frame[:1] == b"E":
                run.replies.append(Reply(exception=frame[1:].decode(errors="replace")))
            else:
                run.done = True
            if len(run.replies) > len(run.calls):
                run.done = True

    def _look(self, run: _Run, now: float) -> None:
        """Read a child's clocks and replies, and end it where a limit or a judgement says so."""
        if not run.watched and run.looked == run.started:
            self._watch(run)
        self._read(run)
        run.next_look = now + LOOK_EVERY
        if run.verdict is not None:
            return self._kill(run)  # again, should the first word have been lost
        if run.pid == 0:
            if now - run.started > self.limits.wall_seconds:
                self._decide(run, "timeout", None)
            return None
        cpu, waited, threads = _clocks(run.pid)
        if cpu is None:
            return None  # it has just ended
        step = now - run.looked
        idle = step - (cpu - run.cpu) - (waited - run.waited)
        run.idle += max(0.0, idle)
        run.sleeping = cpu - run.cpu < 0.2 * step and idle > 0.5 * step
        run.looked, run.waited = now, waited
        replied = len(run.replies) > run.judged
        if replied and run.judged >= 0:
            run.cpu_at_reply = cpu
        run.cpu = cpu
        if replied:
            run.cpu_at_call = cpu
            judgement = self._judge(run)
            if judgement.state == "passed":
                return self._decide(run, "passed", None)
            if judgement.state == "failed":
                return self._decide(run, *_failure(judgement.error))
        if threads > MAX_THREADS:
            return self._decide(run, "failed", "RuntimeError")
        left = min(self.limits.cpu_seconds, 2 * self.limits.cpu_seconds - run.cpu_before) - cpu
        if len(run.replies) < len(run.case.seconds):
            left = min(left, run.case.seconds[len(run.replies)] - (cpu - run.cpu_at_call))
        if (
            left <= 0
            or run.idle > self.limits.idle_seconds
            or now - run.started > self.limits.wall_seconds
        ):
            return self._decide(run, "timeout", None)
        if usage(self.scratch / str(run.slot)) > self.limits.scratch_bytes:
            return self._decide(run, "failed", "OSError")
        run.next_look = now + min(LOOK_EVERY, max(left, 0.005))
        return None

    def _decide(self, run: _Run, outcome: str, error: str | None) -> None:
        """Fix a run's verdict and have its child killed; its end is heard later."""
        if run.verdict is None:
            run.verdict = (outcome, error)
            self._kill(run)

    def _kill(self, run: _Run) -> None:
        with contextlib.suppress(OSError):
            self.control.send(b"K" + bytes([run.slot]))


def _again(run: _Run, **changes: Any) -> _Run:
    fresh = _Run(run.key, run.case, run.program, run.calls, run.keep_going)
    fresh.rounds, fresh.tries, fresh.cpu_before = run.rounds, run.tries, run.cpu_before
    for name, value in changes.items():
        setattr(fresh, name, value)
    return fresh


def _failure(error: str | None) -> tuple[str, str | None]:
    return ("crashed" if error == "MemoryError" else "failed", error)


def _cause(status: int) -> tuple[str, str | None]:
    """Why a child ended before its calls did."""
    if os.WIFSIGNALED(status):
        return ("timeout" if os.WTERMSIG(status) == signal.SIGXCPU else "crashed", None)
    return ("failed", None)


def _clocks(pid: int) -> tuple[float | None, float, int]:
    """CPU seconds of a process, seconds that its threads waited for a processor, and how many."""
    try:
        cpu = time.clock_gettime((~pid << 3) | 2)
    except OSError:
        return None, 0.0, 0
    try:
        threads = os.listdir(f"/proc/{pid}/task")  # noqa: PTH208
    except OSError:
        return cpu, 0.0, 0
    waited = 0
    for thread in threads if len(threads) <= MAX_THREADS else ():
        try:
            with open(f"/proc/{pid}/task/{thread}/schedstat", "rb") as handle:  # noqa: PTH123
                waited += int(handle.read().split()[1])
        except (OSError, IndexError, ValueError):
            continue
    return cpu, waited / 1e9, len(threads)
