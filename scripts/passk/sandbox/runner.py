"""Runs programs in children of one fork server, one child at a time, with sleepers beside.

A :class:`Runner` lives in a trusted process. It sends each program with its calls over a socket of
its own, watches the child's CPU clock from outside, asks the case for a judgement as soon as the
replies allow one, and restarts a fork server that died. Most programs end within the first few
milliseconds, so a child is looked at only when it has ended or after :data:`FIRST_LOOK`.

Of more than :data:`TWO_PORTIONS` calls a program gets the first :data:`FIRST_CALLS`, and the others
once the judge has seen that it answers those as the case wants: most wrong programs end there, and
their child has no more of the inputs than that, trials (below) apart. What a program can learn from
this is that it has been right so far, which it could always tell from being alive.

Programs share a child with others, as far as ``purity`` lets them, if their task is quick or their
calls come in two portions; what stalls or dies in company, or needs more than the
first round, runs again alone. How many programs of a task that is not quick have stalled decides
whether the next of them share, and how far. One that is long at one call
is stopped for a trial (``endless``), which may find that its loop never ends: that is the time-out
that it would have come to. Where the trial says nothing the program runs again, in a child that is
the same as if there had been no trial. A program that prints has a
child for each of its inputs, one after another, and is judged when that child has ended: what it
printed comes through the same socket, and its end is the status that the kernel tells.

Time is charged to a program by the looks at it: of the time between two, no more than was meant to
pass. Time in which the judge did not run, because its job was stopped, frozen or suspended or its
machine is crowded, is no time of the program.
"""

from __future__ import annotations

import array
import builtins
import contextlib
import json
import marshal
import os
import resource
import secrets
import select
import signal
import socket
import struct
import subprocess
import time
from collections import Counter, deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from passk import processes
from passk.records import UserError
from passk.sandbox import host
from passk.sandbox.canonical import DIGEST_BYTES
from passk.sandbox.limits import MAX_THREADS, STACK_BYTES, Limits
from passk.sandbox.protocol import Case, Judgement, Reply
from passk.sandbox.readable import interpreter
from passk.sandbox.scratch import usage, wipe
from passk.sandbox.wire import exception_name

SLOTS = 6
FIRST_LOOK = 0.02
LOOK_EVERY = 0.1
COMPANY = 32  # programs that share a child, where they can touch nothing of it
MAX_REFUSALS = 30
MAX_STARTS = 3
TOKEN_BYTES = 8
STALLED = 0.06  # CPU seconds without an end of a program that has company
STALL = 12  # programs that must end in time for one that stalled: what it cost, in forks
FIRST_CALLS = 32
TWO_PORTIONS = 2 * FIRST_CALLS  # calls; below, a second portion costs more than it spares
# CPU seconds of a call before a trial, where programs are quick and where not; of the trial.
LONG, LONG_IF_SLOW, TRIAL = 0.06, 0.5, 0.4
LONG_OF_LIMIT = 1 / 6  # of what a call may take: a trial that comes late saves nothing
_EXHAUSTED = ("MemoryError", "RecursionError")
ALL_LAYERS = ("resource limits", "no new privileges", "no capabilities", "landlock", "seccomp")
_FORK_SERVER = Path(__file__).with_name("forkserver.py")


@dataclass(frozen=True, slots=True)
class Result:
    """What one program showed.

    ``again``: it is not to be believed before the program has run again, alone. It is a time-out
    that was still making progress, or of an input after others that took a good part of what an
    input may; or the host may have decided it.
    """

    outcome: str
    cpu_seconds: float
    error: str | None = None
    again: bool = False


@dataclass(slots=True)
class _Job:
    """A program to run and what it has replied.

    ``alone``: it must not share a child. ``given``: how many of the calls it has. ``trial``: this
    run is one; ``tried``: there was one. ``kills``: how many processes the kernel had ended for
    want of memory before a program that runs alone on the whole host; None for all others.
    """

    key: Any
    case: Case
    program: str
    calls: tuple[bytes, ...]
    keep_going: bool = False
    alone: bool = False
    given: int = 0
    trial: bool = False
    tried: bool = False
    endless: bool = False
    kills: int | None = None
    rounds: int = 1
    tries: int = 1
    cpu_before: float = 0.0
    cpu: float = 0.0
    cpu_at_reply: float = 0.0
    cpu_at_call: float = 0.0
    slowest_call: float = 0.0
    replies: list[Reply] = field(default_factory=list)
    instead: str | None = None  # the program that runs this time, if not the candidate
    judged: int = -1
    done: bool = False
    verdict: tuple[str, str | None] | None = None

    @property
    def last(self) -> bool:
        """Whether it has all of its calls."""
        return self.given == len(self.calls)

    def judge(self) -> Judgement:
        self.judged = len(self.replies)
        return self.judgement()

    def judgement(self) -> Judgement:
        try:
            return self.case.judge(self.replies, self.calls)
        except Exception as error:  # no reply may end the run
            return Judgement("failed", exception_name(error))

    def again(self, **changes: Any) -> _Job:
        """The same job, to be run afresh."""
        fresh = _Job(self.key, self.case, self.program, self.calls, self.keep_going)
        fresh.alone, fresh.rounds, fresh.tries = self.alone, self.rounds, self.tries
        fresh.kills, fresh.tried = self.kills, self.tried or self.trial
        fresh.cpu_before = self.cpu_before
        if self.case.prints:  # these replies are of children that have ended
            fresh.replies, fresh.instead = list(self.replies), self.instead
        for name, value in changes.items():
            setattr(fresh, name, value)
        return fresh


@dataclass(slots=True)
class _Child:
    """A process in flight with the jobs that it does one after another; ``place``: the current.

    ``next_look`` and ``looked`` are moments; ``age`` and ``idle`` are seconds in which the judge
    ran, too. ``stopped``: it was seen stopped by a signal. ``displaced``: its folder was gone.
    ``interrupted``: it was ended for a trial.
    """

    jobs: list[_Job]
    tokens: list[bytes]
    slot: int
    channel: socket.socket
    looked: float
    next_look: float
    place: int = 0
    unsent: memoryview | None = None
    received: bytearray = field(default_factory=bytearray)
    taken: int = 0
    pid: int = 0
    cpu: float = 0.0
    cpu_at_place: float = 0.0
    seen: int = -1
    waited: float = 0.0
    age: float = 0.0
    idle: float = 0.0
    sleeping: bool = False
    stopped: bool = False
    displaced: bool = False
    watched: bool = False
    doomed: bool = False
    forged: bool = False
    interrupted: bool = False

    @property
    def shared(self) -> bool:
        return len(self.jobs) > 1

    @property
    def job(self) -> _Job:
        """The current job, or the last when all are done."""
        return self.jobs[min(self.place, len(self.jobs) - 1)]


class Runner:
    """One fork server and the programs that run in its children.

    ``scratch`` is a folder of this runner's own; children write below it and it is kept empty.
    ``without`` leaves fences out, for tests. ``isolate`` is ``company``, or ``each`` for a child of
    its own for every program. ``loops`` is ``early``, or ``full`` for no trials: each endless loop
    runs to its limit.
    """

    def __init__(
        self,
        limits: Limits,
        scratch: Path,
        readable: dict[str, list[str]],
        without: Iterable[str] = (),
        isolate: str = "company",
        loops: str = "early",
    ) -> None:
        self.limits = limits
        self.scratch = scratch
        self.readable = readable
        self.without = list(without)
        self.company = COMPANY if isolate == "company" else 1
        self.trials = loops == "early"
        self.queue: deque[_Job] = deque()
        self.children: dict[int, _Child] = {}
        self.layers: tuple[str, ...] = ()
        self.poll = select.poll()
        self.channels: dict[int, _Child] = {}
        self.refusals = 0
        self.refenced = False
        self.balance: Counter[tuple[str, bool]] = Counter()  # see _note
        for slot in range(SLOTS):
            (scratch / str(slot)).mkdir(parents=True, exist_ok=True)
        self._start()

    def submit(self, key: Any, case: Case, program: str, alone: bool = False) -> None:
        """Queue a program; its :class:`Result` comes from :meth:`results` under ``key``.

        ``alone``: nothing else runs on this host for us. What the host lacks then it will lack
        again: :meth:`results` raises that.
        """
        job = _Job(key, case, program + case.epilogue, case.calls, case.keep_going)
        if alone:
            job.alone, job.kills = True, processes.oom_kills()
        self.queue.append(job)

    @property
    def pending(self) -> int:
        """Programs queued or running."""
        return len(self.queue) + sum(len(child.jobs) for child in self.children.values())

    @property
    def busy(self) -> bool:
        """Whether a program is using the processor, so that another has to wait."""
        return any(not child.sleeping for child in self.children.values())

    def results(self, other: int | None = None, wait: float = 1.0) -> list[tuple[Any, Result]]:
        """Let programs run until some end, ``other`` (a descriptor) is readable or ``wait`` is up.

        :raises UserError: no process can be forked on this host, or it lacks what a program that
            ran alone may use.
        """
        finished: list[tuple[Any, Result]] = []
        deadline = time.monotonic() + wait
        if other is not None:
            self.poll.register(other, select.POLLIN)
        try:
            while not finished:
                if self.refenced:
                    finished += self._restart()
                self._fill()
                now = time.monotonic()
                until = min([deadline, *(child.next_look for child in self.children.values())])
                stop = False
                for number, _ in self.poll.poll(max(0.0, until - now) * 1000):
                    if number == self.control.fileno():
                        finished += self._listen()
                    elif number == other:
                        stop = True
                    elif number in self.channels:
                        self._exchange(self.channels[number])
                now = time.monotonic()
                for child in list(self.children.values()):
                    if child.next_look <= now:
                        self._look(child, now)
                if stop or now >= deadline:
                    break
        finally:
            if other is not None:
                self.poll.unregister(other)
        return finished

    def close(self) -> None:
        """End the fork server and every child."""
        self.control.close()
        self.process.kill()
        self.process.wait()
        for child in self.children.values():
            child.channel.close()
        self.children.clear()

    # The fork server

    def _start(self) -> None:
        for _ in range(MAX_STARTS):  # it may be ended from outside before it is ready, too
            control, hello = self._launch()
            if hello[:1] == b"R":
                self.layers = tuple(json.loads(hello[1:]))
                control.setblocking(False)
                self.control = control
                self.poll.register(control, select.POLLIN)
                return
            control.close()
            self.process.kill()
            self.process.wait()
            if hello:
                break
        reason = hello[1:].decode(errors="replace") or "it ended at once"
        raise UserError(f"the sandbox's process cannot start with {interpreter()}: {reason}")

    def _launch(self) -> tuple[socket.socket, bytes]:
        """A new fork server's control socket and its first message; empty where there was none."""
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
        # What a program has must not depend on the session. Of data it has what it has of memory.
        for kind, value in (resource.RLIMIT_STACK, STACK_BYTES), (resource.RLIMIT_DATA, None):
            hard = resource.getrlimit(kind)[1]
            resource.setrlimit(kind, (hard if value is None else value, hard))
        self.process = subprocess.Popen(
            [interpreter(), "-s", "-S", "-P", "-B", str(_FORK_SERVER), json.dumps(options)],
            env={"PYTHONHASHSEED": "0"},
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            pass_fds=[theirs.fileno()],
            start_new_session=True,
        )
        theirs.close()
        return ours, ours.recv(4096) if _becomes_readable(ours, 60.0) else b""

    # Programs

    def _fill(self) -> None:
        while self.queue and len(self.children) < SLOTS and not self.busy:
            first = self.queue[0]
            if first.tries > 1 and self.children:
                return  # it may have killed a fork server: nobody else's run is put at risk
            if any(job.tries > 1 for child in self.children.values() for job in child.jobs):
                return
            company = [first]
            if self._may_share(first):
                company = [job for job in self.queue if self._may_share(job)][: self.company]
            for job in company:
                self.queue.remove(job)
            self._begin(company)

    def _begin(self, jobs: list[_Job]) -> None:
        slot = next(slot for slot in range(SLOTS) if slot not in self.children)
        ours, theirs = socket.socketpair()
        ours.setblocking(False)
        size = TOKEN_BYTES if len(jobs) > 1 else 0
        tokens = [secrets.token_bytes(size) for _ in jobs]
        case = jobs[0].case
        for job in jobs:
            job.given = FIRST_CALLS if _has_more(job) else len(job.calls)
        requests = [_request(job, token) for job, token in zip(jobs, tokens, strict=True)]
        now = time.monotonic()
        child = _Child(jobs, tokens, slot, ours, looked=now, next_look=now + FIRST_LOOK)
        self._give(child, _text(jobs[0]) if case.prints else requests)
        self.children[slot] = child
        descriptors = array.array("i", [theirs.fileno()])
        if case.prints:
            descriptors.append(_file_of(jobs[0].calls[0]))
        memory = case.memory_bytes or 0
        if jobs[0].instead is not None:  # a program that is no candidate's has what all may use
            memory = 0
        order = struct.pack("=cBQ", b"F", slot, memory)
        with contextlib.suppress(OSError):  # were the fork server gone, _listen would hear of it
            self.control.sendmsg([order], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, descriptors)])
        theirs.close()
        for number in descriptors[1:]:
            os.close(number)
        if child.unsent is not None or not all(job.last for job in jobs):
            self._watch(child)

    def _give(self, child: _Child, what: Any) -> None:
        """Send something to a child, now or as it takes it."""
        body = marshal.dumps(what, 2)
        data = struct.pack("I", len(body)) + body
        try:
            sent = child.channel.send(data)
        except BlockingIOError:
            sent = 0
        except OSError:  # it has closed its end
            return
        if sent < len(data):
            child.unsent = memoryview(data)[sent:]
            if child.watched:
                self.poll.modify(child.channel, select.POLLIN | select.POLLOUT)

    def _watch(self, child: _Child) -> None:
        events = select.POLLIN | (select.POLLOUT if child.unsent is not None else 0)
        self.poll.register(child.channel, events)
        self.channels[child.channel.fileno()] = child
        child.watched = True

    def _unwatch(self, child: _Child) -> None:
        self.poll.unregister(child.channel)
        del self.channels[child.channel.fileno()]
        child.watched = False

    def _release(self, child: _Child) -> None:
        del self.children[child.slot]
        if child.watched:
            self._unwatch(child)
        child.channel.close()
        folder = self.scratch / str(child.slot)
        try:
            wipe(folder)
        except OSError:
            child.displaced = True
            self._make_anew(folder)

    def _make_anew(self, folder: Path) -> None:
        """Replace a slot's folder, which is gone or cannot be emptied.

        A fence of files holds for the folder that it was raised on, so it has to be raised again.
        """
        with contextlib.suppress(OSError):
            folder.rename(self.scratch.parent / secrets.token_hex(8))  # it goes with the run
        try:
            folder.mkdir(parents=True)
        except OSError as error:
            raise UserError(
                f"{folder}, where programs write, cannot be made anew ({error.strerror}): see "
                f"that nothing removes what is in {self.scratch.parent}, {host.AGAIN}"
            ) from error
        self.refenced = "landlock" in self.layers

    def _listen(self) -> list[tuple[Any, Result]]:
        finished: list[tuple[Any, Result]] = []
        while True:
            try:
                message = self.control.recv(64)
            except BlockingIOError:
                return finished
            except OSError:
                message = b""
            if not message:
                return finished + self._restart()
            if message[:1] == b"E":
                _, slot, status, cpu = struct.unpack("=cBiQ", message)
                child = self.children[slot]
                self._read(child)
                if child.pid == 0:  # it ended before it came to any program
                    self._refused(child, os.waitstatus_to_exitcode(status))
                    continue
                self.refusals = 0
                self._release(child)
                if child.shared:
                    finished += self._part(child)
                elif child.job.case.prints:
                    finished += self._end_of_run(child, child.job, status, cpu / 1e6)
                else:
                    finished += self._end(child, child.job, status, cpu / 1e6)
            elif message[:1] == b"N":
                _, slot, number = struct.unpack("=cBi", message)
                self._refused(self.children[slot], number)

    def _restart(self) -> list[tuple[Any, Result]]:
        """Replace a fork server that died, or whose fences are of folders that are gone.

        What was in flight runs again, each alone; what sees a fork server die twice is a crash.
        """
        blamed = not self.refenced
        self.poll.unregister(self.control)
        self.control.close()
        self.process.kill()
        self.process.wait()
        finished = []
        for child in list(self.children.values()):
            self._release(child)
            for job in reversed(child.jobs):
                if job.tries > 1 and blamed:
                    finished.append(self._believe(job, "crashed", job.cpu_before, killed=True))
                else:
                    self.queue.appendleft(job.again(alone=True, tries=job.tries + blamed))
        self.refenced = False
        self._start()
        return finished

    def _refused(self, child: _Child, number: int) -> None:
        """No child could be made, for a reason that is not its programs': try again for a while."""
        self._release(child)
        self.refusals += 1
        if self.refusals > MAX_REFUSALS:
            reason = os.strerror(number) if number > 0 else "they are killed"
            raise UserError(
                f"no process can be started for a program ({reason}): check the memory, the limits "
                f"of this session and {self.scratch.parent}, and run the same command again"
            )
        time.sleep(0.1)
        self.queue.extendleft(job.again() for job in reversed(child.jobs))

    def _part(self, child: _Child) -> list[tuple[Any, Result]]:
        """A shared child is gone: results of what it has done; the rest is queued again."""
        if child.forged:
            self.queue.extendleft(job.again(alone=True) for job in reversed(child.jobs))
            return []
        finished, left = [], []
        for place, job in enumerate(child.jobs):
            if place > child.place:
                left.append(job.again())
                continue
            if place < child.place:
                self._note(job, 1)
            judgement = job.judge()
            if judgement.state == "passed" and not job.alone:
                finished.append((job.key, Result("passed", job.cpu, judgement.error)))
            elif judgement.state == "failed" and judgement.error not in _EXHAUSTED:
                finished.append((job.key, Result("failed", job.cpu, judgement.error)))
            else:
                left.append(job.again(alone=True))
        self.queue.extendleft(reversed(left))
        return finished

    def _end(self, child: _Child, job: _Job, status: int, cpu: float) -> list[tuple[Any, Result]]:
        """A job's own child is gone: judge, and return the result or start another round."""
        total = round(job.cpu_before + cpu, 4)
        if cpu < STALLED:
            self._note(job, 1)
        if job.trial:
            judgement = job.judge()
            if job.endless and judgement.state == "unfinished" and not child.displaced:
                return [self._believe(job, "timeout", total, judgement.error)]
            self.queue.appendleft(job.again())
            return []
        if child.interrupted and job.verdict is None:
            self.queue.appendleft(job.again(trial=True))
            return []
        seen = None
        if job.verdict is None or job.verdict[0] == "timeout":
            judgement = job.judge()
            seen = judgement.error
            if judgement.state == "passed":
                job.verdict = ("passed", seen)
            elif judgement.state == "failed":
                job.verdict = _failure(judgement.error)
            elif judgement.state == "diverged" and job.verdict is None:
                if job.rounds >= self.limits.rounds:
                    return [(job.key, Result("failed", total))]
                again = job.again(calls=judgement.calls, keep_going=judgement.keep_going)
                again.rounds, again.cpu_before, again.alone = job.rounds + 1, total, True
                self.queue.appendleft(again)
                return []
        outcome, error = job.verdict or _cause(status)
        late = child.stopped or job.cpu_at_reply > 0.5 * self.limits.cpu_seconds
        if len(job.replies) < len(job.case.seconds):
            late |= job.slowest_call > 0.25 * job.case.seconds[len(job.replies)]
        killed = job.verdict is None and outcome == "crashed"
        again = child.displaced or (outcome == "timeout" and late)
        return [self._believe(job, outcome, total, error or seen, killed, again)]

    def _end_of_run(
        self, child: _Child, job: _Job, status: int, cpu: float
    ) -> list[tuple[Any, Result]]:
        """The child of a program that prints is gone: judge, and return the result or start the
        next run."""
        total = round(job.cpu_before + cpu, 4)
        decided, error = job.verdict or (None, None)
        reply = None
        if decided == "failed":
            reply = Reply(exception=error or "output limit")
        elif decided is None and not os.WIFSIGNALED(status):
            reply = _printed(bytes(child.received[4:]), os.waitstatus_to_exitcode(status))
        killed = decided is None and reply is None and _cause(status)[0] == "crashed"
        stopped = child.stopped and decided == "timeout"
        if reply is None and job.instead is not None and not killed:  # no candidate's program
            reply = Reply(exception="did not end")
        if reply is None:
            outcome = decided or _cause(status)[0]
            seen = job.judge().error
            again = child.displaced or stopped
            return [self._believe(job, outcome, total, seen, killed, again)]
        job.replies.append(reply)
        judgement = job.judge()
        if judgement.state == "unfinished" and not child.displaced:
            following = job.again(
                calls=judgement.calls, cpu_before=total, instead=judgement.program
            )
            self.queue.appendleft(following)
            return []
        outcome, error = judgement.state, judgement.error
        if outcome != "passed":
            outcome = _failure(error)[0]
        again = child.displaced or stopped
        return [self._believe(job, outcome, total, error, killed, again)]

    def _believe(
        self,
        job: _Job,
        outcome: str,
        cpu: float,
        error: str | None = None,
        killed: bool = False,
        again: bool = False,
    ) -> tuple[Any, Result]:
        """The result of a program, unless the host may have decided it."""
        doubtful, lacking = host.lack(
            outcome, _kind(error), killed, job.kills, self.scratch, self.limits
        )
        if lacking and job.kills is not None:
            raise UserError(lacking)
        return job.key, Result(outcome, cpu, error, outcome != "passed" and (again or doubtful))

    def _exchange(self, child: _Child) -> None:
        if child.unsent is not None:
            try:
                child.unsent = child.unsent[child.channel.send(child.unsent) :] or None
            except BlockingIOError:
                pass
            except OSError:
                child.unsent = None
            if child.unsent is None:
                self.poll.modify(child.channel, select.POLLIN)
        if not self._read(child):
            self._unwatch(child)

    def _read(self, child: _Child) -> bool:
        """Take what the child has sent; False at the end of its stream."""
        most = (self.limits.reply_bytes + 4096) * len(child.jobs)
        open_ended = True
        while True:
            try:
                part = child.channel.recv(1 << 16)
            except BlockingIOError:
                break
            except OSError:
                part = b""
            if not part:
                open_ended = False
                break
            child.received += part
            if len(child.received) > most:
                self._decide(child, "failed", None)
                break
        self._parse(child)
        return open_ended

    def _parse(self, child: _Child) -> None:
        """Cut the stream into replies. Its first four bytes precede all of a candidate's code."""
        data = child.received
        if child.pid == 0:
            if len(data) < 4:
                return None
            child.pid = struct.unpack_from("I", data)[0]
            child.taken = 4
        if child.job.case.prints:
            return None
        while child.place < len(child.jobs) and len(data) - child.taken >= 4:
            job, token = child.jobs[child.place], child.tokens[child.place]
            length = struct.unpack_from("I", data, child.taken)[0]
            start = child.taken + 4
            if length > self.limits.reply_bytes:
                return self._decide(child, "failed", None)
            if len(data) - start < length:
                return None
            frame = bytes(data[start : start + length])
            child.taken = start + length
            if token:
                if frame[:TOKEN_BYTES] != token:
                    child.forged = True
                    return self._doom(child)
                frame = frame[TOKEN_BYTES:]
            if frame[:1] == b"V" and len(job.replies) < len(job.calls):
                job.replies.append(Reply(value=frame[1:]))
            elif frame[:1] == b"W" and len(row := _row(frame, job)) <= job.given - len(job.replies):
                job.replies += map(Reply, row)
            elif frame[:1] == b"E" and len(job.replies) <= len(job.calls):
                job.replies.append(Reply(exception=frame[1:].decode(errors="replace")))
                if not job.keep_going:  # no call follows
                    continue
            else:
                if len(frame) == 9:
                    job.cpu = round(struct.unpack_from("Q", frame, 1)[0] / 1e6, 4)
                if frame[:1] != b"D":
                    job.alone = True
                job.endless = frame[:1] == b"L"
                child.place += 1
                continue
            if len(job.replies) == job.given and not job.last:
                self._go_on(child, job)
        return None

    def _go_on(self, child: _Child, job: _Job) -> None:
        """A program has answered its first calls: give it the others, or end it."""
        judgement = job.judgement()
        ends = judgement.state in ("passed", "failed")
        if child.shared:
            ends |= judgement.state != "unfinished" or not self._is_quick(job, last=True)
        elif ends:
            passed = judgement.state == "passed"
            error = judgement.error
            return self._decide(child, *(("passed", error) if passed else _failure(error)))
        if not ends:
            first, job.given = job.given, len(job.calls)
        self._give(child, () if ends else job.calls[first:])
        return None

    def _may_share(self, job: _Job) -> bool:
        if job.alone or job.trial or job.tries > 1:
            return False
        return job.case.quick or (_has_more(job) and self._is_quick(job, last=False))

    def _is_quick(self, job: _Job, last: bool) -> bool:
        return job.case.quick or self.balance[job.case.task_id, last] >= 0

    def _note(self, job: _Job, by: int) -> None:
        """Note that a program ended in time, or -:data:`STALL` that it stalled in company.

        Kept apart for programs that have only their first calls and those that have the ``last``.
        """
        for last in (False, True) if job.last and by > 0 else (job.last,):
            key = job.case.task_id, last
            self.balance[key] = min(self.balance[key] + by, STALL)

    def _look(self, child: _Child, now: float) -> None:
        """Read a child's clocks and replies, and end it where a limit or a judgement says so."""
        if not child.watched and child.age == 0.0:
            self._watch(child)
        self._read(child)
        step = child.next_look - child.looked  # and not all that has passed: see the module
        child.age += step
        child.looked, child.next_look = now, now + LOOK_EVERY
        if child.doomed:
            return self._kill(child)  # again, should the first word have been lost
        if child.pid == 0:
            if child.age > self.limits.wall_seconds:
                self.process.kill()  # it makes no children: _listen hears of it and has it replaced
            return None
        cpu, waited, threads, states = _clocks(child.pid)
        if cpu is None:
            return None  # it has just ended
        # A thread's wait for a processor is booked once it gets one; until then it is runnable.
        idle = 0.0 if b"R" in states else step - (cpu - child.cpu) - (waited - child.waited)
        child.idle += max(0.0, idle)
        child.sleeping = cpu - child.cpu < 0.2 * step and idle > 0.5 * step
        child.stopped |= b"T" in states
        child.cpu, child.waited = cpu, waited
        if child.shared:
            if child.place > child.seen:
                child.seen, child.cpu_at_place, child.idle = child.place, cpu, 0.0
            elif cpu - child.cpu_at_place > STALLED or child.idle > 1.0:
                self._note(child.job, -STALL)
                return self._doom(child)
            child.next_look = now + FIRST_LOOK
            return None
        return self._look_at_job(child, child.job, now, threads)

    def _look_at_job(self, child: _Child, job: _Job, now: float, threads: int) -> None:
        cpu = child.cpu
        if len(job.replies) > job.judged and not job.case.prints:
            if job.judged >= 0:
                job.cpu_at_reply = cpu
                job.slowest_call = max(job.slowest_call, cpu - job.cpu_at_call)
            job.cpu_at_call = cpu
            judgement = job.judge()
            if judgement.state == "passed":
                return self._decide(child, "passed", judgement.error)
            if judgement.state == "failed":
                return self._decide(child, *_failure(judgement.error))
        if job.trial and cpu > TRIAL:
            return self._doom(child)
        if threads > MAX_THREADS:
            return self._decide(child, "failed", "RuntimeError")
        earlier = 0.0 if job.case.prints else job.cpu_before
        left = min(self.limits.cpu_seconds, 2 * self.limits.cpu_seconds - earlier) - cpu
        longest = LONG if job.case.quick else LONG_IF_SLOW
        if len(job.replies) < len(job.case.seconds):
            limit = job.case.seconds[len(job.replies)]
            left = min(left, limit - (cpu - job.cpu_at_call))
            longest = min(longest, LONG_OF_LIMIT * limit)
        if (
            left <= 0
            or child.idle > self.limits.idle_seconds
            or child.age > self.limits.wall_seconds
        ):
            return self._decide(child, "timeout", None)
        if usage(self.scratch / str(child.slot)) > self.limits.scratch_bytes:
            return self._decide(child, "failed", "OSError")
        if self._wants_trial(job):
            if cpu - job.cpu_at_call > longest:
                child.interrupted = True
                return self._doom(child)
            left = min(left, longest - (cpu - job.cpu_at_call))
        child.next_look = now + min(LOOK_EVERY, max(left, 0.005))
        return None

    def _wants_trial(self, job: _Job) -> bool:
        if not self.trials or "while" not in job.program:
            return False  # none that a trial could look at
        return not (job.tried or job.trial or job.case.prints)

    def _decide(self, child: _Child, outcome: str, error: str | None) -> None:
        """Fix the verdict of a job that runs alone and end its child; it is heard of later."""
        if not child.shared and child.job.verdict is None:
            child.job.verdict = (outcome, error)
        self._doom(child)

    def _doom(self, child: _Child) -> None:
        if not child.doomed:
            child.doomed = True
            self._kill(child)

    def _kill(self, child: _Child) -> None:
        with contextlib.suppress(OSError):
            self.control.send(b"K" + bytes([child.slot]))


def _has_more(job: _Job) -> bool:
    """Whether its calls come in two portions; a trial has no judge to wait for."""
    return len(job.calls) > TWO_PORTIONS and not job.trial


def _row(frame: bytes, job: _Job) -> list[bytes]:
    """The values in a frame of several."""
    if not job.case.digests:
        return frame[1:].split(b"\n")
    return [frame[place : place + DIGEST_BYTES] for place in range(1, len(frame), DIGEST_BYTES)]


def _request(job: _Job, token: bytes) -> tuple[Any, ...]:
    case = job.case
    what = (job.program, case.entry_point, job.calls[: job.given], not job.last, job.keep_going)
    return (*what, case.digests, case.overwritten, token, job.trial)


def _text(job: _Job) -> str:
    return job.program if job.instead is None else job.instead


def _file_of(content: bytes) -> int:
    """A file in memory, to be read from its beginning."""
    number = os.memfd_create("stdin")
    try:
        left = memoryview(content)
        while left:
            left = left[os.write(number, left) :]
        os.lseek(number, 0, os.SEEK_SET)
    except BaseException:
        os.close(number)
        raise
    return number


def _printed(output: bytes, status: int) -> Reply:
    """What a run printed, or the exception by which it says that it ended."""
    if status == 0:
        return Reply(value=output)
    name = output.rpartition(b"\0")[2][:100].decode(errors="replace") if b"\0" in output else ""
    kind = getattr(builtins, name, None)
    known = isinstance(kind, type) and issubclass(kind, BaseException)
    return Reply(exception=name if known else "SystemExit")


def _kind(error: str | None) -> str | None:
    """The exception of an error that names a place before it."""
    return error and error.rpartition(": ")[2]


def _failure(error: str | None) -> tuple[str, str | None]:
    return ("crashed" if _kind(error) == "MemoryError" else "failed", error)


def _cause(status: int) -> tuple[str, str | None]:
    """Why a child ended before its calls did."""
    if os.WIFSIGNALED(status):
        return ("timeout" if os.WTERMSIG(status) == signal.SIGXCPU else "crashed", None)
    return ("failed", None)


def _becomes_readable(channel: socket.socket, patience: float) -> bool:
    """Wait for ``patience`` seconds in which this process runs."""
    poll = select.poll()
    poll.register(channel, select.POLLIN)
    return any(poll.poll(LOOK_EVERY * 1000) for _ in range(round(patience / LOOK_EVERY)))


def _clocks(pid: int) -> tuple[float | None, float, int, bytes]:
    """CPU seconds of a process, seconds that its threads waited for a processor, how many threads,
    and the letters of their states: R where one runs or waits for a processor now, T where one is
    stopped."""
    try:
        cpu = time.clock_gettime((~pid << 3) | 2)
    except OSError:
        return None, 0.0, 0, b""
    try:
        threads = os.listdir(f"/proc/{pid}/task")  # noqa: PTH208
    except OSError:
        return cpu, 0.0, 0, b""
    waited, states = 0, b""
    for thread in threads if len(threads) <= MAX_THREADS else ():
        try:
            with open(f"/proc/{pid}/task/{thread}/stat", "rb") as handle:  # noqa: PTH123
                states += handle.read().rpartition(b")")[2][1:2]
            with open(f"/proc/{pid}/task/{thread}/schedstat", "rb") as handle:  # noqa: PTH123
                waited += int(handle.read().split()[1])
        except (OSError, IndexError, ValueError):
            continue
    return cpu, waited / 1e9, len(threads), states
