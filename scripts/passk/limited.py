"""A library's function called on hostile data, in a process of its own that has limits.

Some libraries that judge answers can be kept busy for hours, or be made to take all memory, by a
line of text. :class:`Limited` imports one function in another process and calls it there, one call
after another. Arguments and results are JSON, so that nothing which comes back can do anything. A
call that takes more than :class:`passk.sandbox.limits.Limits` allow is ended with its process, and
the next call has a new one.

Covered
    - CPU time of all threads, by a timer of the kernel; time in which a call neither runs nor waits
      for a processor; memory beyond what the library took when it was imported; length of a result.
    - What the data may make the library do: the process cannot write a file, reach the network,
      start or signal another process; its environment is nearly empty; what it prints is dropped.
    - Faults of the host: time in which this process did not run, or the other one waited for a
      processor, counts for nothing. Where the process is killed by somebody else, the call is made
      once more, and then is an error of the run and no outcome. A lack of memory or a crash in a
      process that has served other calls is asked again in a new one.

Not covered
    - A function that *evaluates* its data (sympy's ``parse_expr``, ``eval``) lets the data choose
      the result: check the data first. The process can also read what this user can.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import resource
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from pkgutil import resolve_name
from typing import Any

from passk import processes
from passk.records import UserError
from passk.sandbox import host, isolation
from passk.sandbox.limits import Limits

TICK = 0.05  # seconds between two looks at a call
MOST_DEATHS = 2  # by somebody else, on one call or before the process is ready
START_SECONDS = 120.0  # CPU and idle time to import the function
FULL = 0.5  # of its memory is still in use after a call: the process is replaced
# Signals that a process sends to itself by a fault of its own.
FAULTS = (signal.SIGSEGV, signal.SIGBUS, signal.SIGABRT, signal.SIGFPE, signal.SIGILL,
          signal.SIGTRAP, signal.SIGSYS)  # fmt: skip
_ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "PYTHONHASHSEED": "0"}
_ENVIRONMENT |= dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
_CLOCK_TICKS = os.sysconf("SC_CLK_TCK")
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Call:
    """How a call has ended.

    ``outcome`` is ``returned`` with a ``value``; ``raised``, ``error`` is the exception's name;
    ``exceeded``, ``error`` is ``cpu``, ``idle``, ``memory`` or ``result``; or ``crashed``,
    ``error`` is the signal's name or ``exit``. ``cpu_seconds``: to some 10 ms where it exceeded.
    """

    outcome: str
    value: Any = None
    error: str | None = None
    cpu_seconds: float = 0.0


class Limited:
    """Calls of one function in a process of its own. A context manager; not for several threads.

    ``function`` is ``module:function``, found as this process finds modules, and trusted; its
    arguments and its result are what JSON knows (tuples come as lists).

    :raises ImportError: it cannot be imported there; the text says why.
    :raises UserError: the process is killed twice before it is ready.
    """

    def __init__(self, function: str, limits: Limits | None = None) -> None:
        self.function = function
        self.limits = limits or Limits()
        self.cpu_seconds = 0.0
        self._process: subprocess.Popen[bytes] | None = None
        self._served = 0
        self._ready()

    def __enter__(self) -> Limited:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def call(self, *arguments: Any) -> Call:
        """Call the function.

        :raises UserError: the process is killed from outside each time, or the host lacks memory.
        """
        request = json.dumps(arguments).encode() + b"\n"
        kills, deaths = processes.oom_kills(), 0
        while deaths < MOST_DEATHS:
            fresh = self._ready()
            found = self._call(request)
            if found is None:
                deaths += 1
                log.warning("the process that calls %s was killed", self.function)
                continue
            self.cpu_seconds += found.cpu_seconds
            if not fresh and (found.outcome == "crashed" or found.error == "memory"):
                continue  # which earlier calls may have caused; the next process is a new one
            lacking = found.error == "memory" and host.lack_of_commitment(self.limits)
            if lacking:
                raise UserError(lacking)
            return found
        if processes.oom_kills() > kills:
            raise UserError(host.lack_of_memory(self.limits))
        raise UserError(
            f"the process that calls {self.function} was killed {MOST_DEATHS} times on one call: "
            f"see what ends processes on this machine, {host.AGAIN}"
        )

    def close(self) -> None:
        """End the process."""
        process, self._process = self._process, None
        if process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        for pipe in (process.stdin, process.stdout):
            with contextlib.suppress(OSError):
                pipe.close()

    def _ready(self) -> bool:
        """Start the process where there is none; whether it has served no call yet."""
        if self._process is not None:
            return self._served == 0
        for _ in range(MOST_DEATHS):
            self._start()
            first = self._answer(START_SECONDS, START_SECONDS)
            if first is None:
                continue
            if first.outcome != "returned":
                self.close()
                raise ImportError(f"{self.function}: {first.value or first.error}")
            self._served = 0
            return True
        raise UserError(
            f"the process that calls {self.function} was killed {MOST_DEATHS} times before it was "
            f"ready: see what ends processes on this machine, {host.AGAIN}"
        )

    def _start(self) -> None:
        paths = [str(Path(path).absolute()) for path in sys.path]
        options = {"parent": os.getpid(), "function": self.function, **asdict(self.limits)}
        self._process = subprocess.Popen(
            [sys.executable, "-c", "import passk.limited as l; l.serve()", json.dumps(options)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd="/",
            env=_ENVIRONMENT | {"PYTHONPATH": os.pathsep.join(paths)}, start_new_session=True,
            bufsize=0,
        )  # fmt: skip

    def _call(self, request: bytes) -> Call | None:
        """One call; None where the process was killed by somebody else."""
        try:
            left = memoryview(request)
            while left:
                left = left[self._process.stdin.write(left) :]
        except BrokenPipeError:
            self.close()
            return None
        # The kernel's timer in the process comes first; this is for one that lost it.
        found = self._answer(self.limits.cpu_seconds + 1, self.limits.idle_seconds)
        self._served += 1
        return found

    def _answer(self, cpu_limit: float, idle_limit: float) -> Call | None:
        """What the process sends next, or how it ended; None as :meth:`_call`."""
        process = self._process
        handle, buffer = process.stdout.fileno(), bytearray()
        waiting = select.poll()
        waiting.register(handle, select.POLLIN)
        idle = 0.0
        start = cpu = _look(process.pid)[1]
        while True:
            since = time.monotonic()
            if waiting.poll(TICK * 1000):
                piece = os.read(handle, 1 << 16)
                buffer += piece
                if not piece:
                    return self._end(max(0.0, cpu - start))
                if len(buffer) > self.limits.reply_bytes:
                    return self._stop("result", cpu - start)
                if piece.endswith(b"\n"):
                    return self._read(buffer, cpu - start)
                continue
            state, now = _look(process.pid)
            if state == "S" and now == cpu:  # not running, starved or stopped
                idle += min(time.monotonic() - since, 2 * TICK)
            cpu = max(now, cpu)
            if cpu - start > cpu_limit:
                return self._stop("cpu", cpu - start)
            if idle > idle_limit:
                return self._stop("idle", cpu - start)

    def _read(self, line: bytearray, cpu: float) -> Call:
        try:
            outcome, value, error, seconds, full = json.loads(line)
            found = Call(str(outcome), value, error and str(error), float(seconds))
        except (ValueError, TypeError, RecursionError):
            self.close()
            return Call("crashed", None, "exit", cpu)
        if full or found.error in ("memory", "result"):
            self.close()
        return found

    def _stop(self, what: str, cpu: float) -> Call:
        self.close()
        return Call("exceeded", None, what, cpu)

    def _end(self, cpu: float) -> Call | None:
        """Why the process has closed its end; None where somebody else killed it."""
        process = self._process
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(5)  # one that closed its pipe and lives is as good as crashed
        code = process.returncode
        self.close()
        if code in (-signal.SIGPROF, -signal.SIGXCPU):
            return Call("exceeded", None, "cpu", max(cpu, self.limits.cpu_seconds))
        if code is None or code >= 0:
            return Call("crashed", None, "exit", cpu)
        if -code in FAULTS:
            return Call("crashed", None, signal.Signals(-code).name, cpu)
        return None


def _look(pid: int) -> tuple[str, float]:
    """A process's state, as in /proc/PID/stat, and the CPU seconds that it has had."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()
    except OSError:
        return "", 0.0
    return fields[0].decode(), (int(fields[11]) + int(fields[12])) / _CLOCK_TICKS


def serve() -> None:
    """The life of the process: import the function, say so, answer calls until there are no more.

    A result is a line: outcome, value, error, CPU seconds, whether the process is to be replaced.
    """
    options = json.loads(sys.argv[1])
    isolation.set_parent_death_signal(signal.SIGKILL)
    if os.getppid() != options["parent"]:
        os._exit(1)
    requests, results = os.fdopen(os.dup(0), "rb"), os.dup(1)
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 0)
    os.dup2(null, 1)

    def send(outcome: str, value: Any, error: str | None, cpu: float, full: bool) -> None:
        line = memoryview(json.dumps([outcome, value, error, cpu, full]).encode() + b"\n")
        if len(line) > options["reply_bytes"]:
            send("exceeded", None, "result", cpu, True)
            return
        while line:
            line = line[os.write(results, line) :]

    try:
        function = resolve_name(options["function"])
    except Exception as error:
        send("raised", f"{type(error).__name__}: {error}"[:1000], type(error).__name__, 0.0, True)
        os._exit(1)
    before, threads = _address_space(), _threads()
    room = options["memory_bytes"]
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    most = before + room if hard == resource.RLIM_INFINITY else min(before + room, hard)
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    _raise_fences()
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    send("returned", None, None, 0.0, False)
    for request in requests:
        signal.setitimer(signal.ITIMER_PROF, options["cpu_seconds"])
        started = time.process_time()
        outcome, value, error = _called(function, json.loads(request))
        signal.setitimer(signal.ITIMER_PROF, 0)
        used = round(time.process_time() - started, 6)
        full = _address_space() - before > FULL * room or _threads() > threads
        try:
            send(outcome, value, error, used, full)
        except MemoryError:
            send("exceeded", None, "memory", used, True)
        except (TypeError, ValueError, RecursionError) as wrong:  # a result that is no JSON
            send("raised", None, type(wrong).__name__, used, full)


def _called(function: Callable[..., Any], arguments: list[Any]) -> tuple[str, Any, str | None]:
    try:
        return "returned", function(*arguments), None
    except MemoryError:
        return "exceeded", None, "memory"
    except BaseException as error:
        return "raised", None, type(error).__name__


def _address_space() -> int:
    """Bytes of address space that this process has."""
    pages = int(Path("/proc/self/statm").read_bytes().split()[0])
    return pages * os.sysconf("SC_PAGE_SIZE")


def _threads() -> int:
    return len(list(Path("/proc/self/task").iterdir()))


def _raise_fences() -> None:
    """No writing, network, processes or signals from here on, as far as the host knows fences."""
    isolation.forbid_new_privileges()
    isolation.drop_capabilities()
    for fence in (isolation.server_filter(files_fenced=False), isolation.child_filter()):
        if fence is not None:
            fence.install_for(os.getpid())
