"""The process that candidates are forked from; run as a program of its own, never imported.

It holds no tests, answers, prompts or secrets: its environment is empty, its memory has this file,
its seven neighbours and part of the standard library, and even the program to run is read by the
child, after the fork, over a socket that is that child's alone. What a child sends back is a claim;
only the judge, which has the tests, decides.

Messages on the control socket (SOCK_SEQPACKET), judge to fork server: ``F`` slot, bytes of memory
(0 for what all may use) with one or two descriptors (fork a child that serves the first and has the
second as its standard input), ``K`` slot (kill that child). Fork server to judge: ``R`` with the
layers that hold, as JSON; ``E`` slot, wait status, CPU microseconds (a child has ended and is
reaped); ``N`` slot, errno (no fork was possible); ``X`` with the reason why this fork server cannot
start.

On a child's socket: the child sends its pid (4 bytes); the judge a length (4 bytes) and a request
(marshal of a list of jobs: program, entry point, calls, whether there are more, whether to go on
after an exception, whether to send digests, names that the test overwrites, token, whether it is a
trial). A child that has answered a job's calls, of which there are more, waits for a length and
those (marshal of a tuple; empty where the job ends). For each job
the child sends one frame a call: length (4 bytes), ``V`` with the encoded value (or its digest) or
``E`` with an exception's name, and a last frame ``D`` with its CPU microseconds; each begins with
the job's token, which is empty where the job is alone. Short values of several calls in a row share
a frame ``W``: digests one after another, others with line ends between them. Of several jobs those
that do not pass the gate are not run and answered by ``G``. A trial (``endless``) is of a job that
is alone: a frame ``L`` says that the call after those answered never ends; any other end of a trial
says nothing.

Where the request is a text, it is a program that runs whole, as ``__main__``. Then what follows the
pid is its standard output and nothing else: no frame, no token, so that nothing printed can be
taken for one. Only if it ends with another status than 0 do a zero byte and the name of the
exception stand behind the last output.
"""

from __future__ import annotations

import sys

sys.path.insert(0, __file__.rpartition("/")[0])

import _socket
import atexit
import builtins
import errno
import gc
import io
import json
import marshal
import os
import resource
import select
import struct
import time

import canonical
import company
import isolation
import purity
import view
import wire

import endless  # isort: skip (after purity, which refuses the names of all that is loaded)

sys.path.pop(0)

# What candidates import most, loaded once for all of them.
import bisect  # noqa: F401
import collections  # noqa: F401
import copy  # noqa: F401
import functools
import heapq  # noqa: F401
import itertools  # noqa: F401
import math  # noqa: F401
import operator  # noqa: F401
import re  # noqa: F401
import string  # noqa: F401
import typing  # noqa: F401
from collections.abc import Callable, Iterator
from typing import Any, NoReturn

SENT_AT_ONCE = 32
SEND_EVERY = 0.001
SHORT = 200  # bytes of a value that is sent together with others

WARM_UP = '''
from typing import List, Tuple, Optional, Dict, Any
import math, re, collections

def first(numbers: List[float], threshold: float) -> bool:
    """Check something."""
    for i, a in enumerate(numbers):
        for j in range(i + 1, len(numbers)):
            if abs(a - numbers[j]) < threshold and a != 7:
                return True
    return not all(x == y for x, y in zip(numbers, numbers[1:]))

def second(text: str, n: int = 3) -> List[str]:
    out, seen, table = [], set(), {}
    for word in text.lower().split():
        table[word] = table.get(word, 0) + 1
        if word not in seen:
            seen.add(word)
            out.append(word[::-1].upper().strip() + str(len(word)))
    while len(out) > n:
        out.pop()
    return sorted(out, key=lambda w: (len(w), w), reverse=True) + ["".join(table)]

def third(n):
    if n < 2:
        return n
    try:
        value = third(n - 1) + third(n - 2)
    except (ValueError, ZeroDivisionError) as error:
        raise KeyError(n) from error
    return value if value % 2 else int(math.sqrt(value) ** 2) + sum([v * v for v in range(3)]) // 2

class Stack:
    def __init__(self): self.items = []
    def push(self, item): self.items.append(item)

def entry(numbers, text):
    stack = Stack()
    for x in numbers:
        stack.push(round(x, 2))
    found = {c: text.count(c) for c in text if c.isalpha() and c not in "aeiou"}
    return (first(numbers, 0.5), second(text), third(6), max(found.items()), stack.items,
            {"a": min(numbers), "b": None}, set(text[:3]), f"{text!r:>4} %d" % len(text))
'''


def main() -> None:
    options = json.loads(sys.argv[1])
    sys.argv[:], sys.orig_argv[:] = [""], [""]
    _add_builtins_of_site()
    for name in options["absent"]:
        sys.modules[name] = None  # an ImportError, where reading its files would be refused
    os.environ.clear()
    control = _socket.socket(fileno=options["control"])
    isolation.set_parent_death_signal(9)
    if os.getppid() != options["parent"]:
        os._exit(1)
    try:
        rulesets = [isolation.only_writes_below(folder) for folder in slots(options)]
        layers, child_filter = _raise_fences(options)
    except OSError as error:
        control.send(b"X" + str(error).encode())
        os._exit(1)
    _silence_streams()
    _warm_up()
    control.send(b"R" + json.dumps(layers).encode())
    if "landlock" not in layers:
        rulesets = [-1] * len(rulesets)
    ForkServer(control, options, rulesets, child_filter).serve()


def _add_builtins_of_site() -> None:
    """What a program finds in ``builtins`` where the module site runs, which here it does not."""
    import site

    site.setquit()
    site.setcopyright()
    site.sethelper()


def _raise_fences(options: dict[str, object]) -> tuple[list[str], isolation.Filter | None]:
    """Limit this process and all its children; return the layers that hold."""
    limits, disabled, layers = options["limits"], options["without"], []
    os.umask(0o077)
    try:
        with open("/proc/self/oom_score_adj", "w") as handle:  # noqa: PTH123
            handle.write("1000")
    except OSError:
        pass
    readable = [*options["read"], "/dev/null"]
    if "own root" not in disabled and view.is_possible(readable, options["scratch"]):
        view.enter(readable, options["scratch"])
        layers.append("own root")
    isolation.share_heaps()
    for kind, value in (
        (resource.RLIMIT_AS, limits["memory_bytes"]),
        (resource.RLIMIT_FSIZE, limits["file_bytes"]),
        (resource.RLIMIT_NOFILE, limits["descriptors"]),
        (resource.RLIMIT_CORE, 0),
    ):
        hard = resource.getrlimit(kind)[1]
        value = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(kind, (value, value))
    isolation.hide_memory()
    layers.append("resource limits")
    if isolation.forbid_new_privileges():
        layers.append("no new privileges")
    if isolation.drop_capabilities():
        layers.append("no capabilities")
    if "landlock" not in disabled and isolation.landlock(
        options["read"], options["list_only"], slots(options), ["/dev/null"]
    ):
        layers.append("landlock")
    server_filter = child_filter = None
    if "seccomp" not in disabled:
        server_filter = isolation.server_filter(files_fenced="landlock" in layers)
        child_filter = isolation.child_filter()
    if server_filter is not None and server_filter.install():
        layers.append("seccomp")
    else:
        child_filter = None
    return layers, child_filter


def slots(options: dict[str, object]) -> list[str]:
    """The folder of each child that may run at a time."""
    return [f"{options['scratch']}/{number}" for number in range(options["slots"])]


def _silence_streams() -> None:
    """Standard output that swallows every text; standard input that is at its end."""
    for number, name in ((1, "stdout"), (2, "stderr")):
        stream = open(  # noqa: SIM115
            number, "w", encoding="utf-8", errors="backslashreplace", closefd=False
        )
        setattr(sys, name, stream)
        setattr(sys, f"__{name}__", stream)


def _warm_up() -> None:
    """Run what candidates commonly do: a warm interpreter is copied less after the fork."""
    for turn in range(40):
        scope: dict[str, object] = {}
        code = compile(WARM_UP, "<candidate>", "exec", dont_inherit=True)
        purity.is_tame(code)
        exec(code, scope)
        call = marshal.loads(marshal.dumps((([1.5, 2.25, turn, -3], "the Quick brown fox"), {}), 2))
        wire.encode(scope["entry"](*call[0], **call[1]))
        try:
            exec(compile("def f(:\n", "<candidate>", "exec", dont_inherit=True), {})
        except SyntaxError as error:
            wire.exception_name(error)
        try:
            scope["first"](3)
        except TypeError as error:
            wire.exception_name(error)
    compile("1 is 1", "<candidate>", "eval", dont_inherit=True)  # loads what shows a warning
    gc.collect()
    gc.freeze()


class ForkServer:
    """Forks, kills and reaps on the judge's word."""

    def __init__(
        self,
        control: _socket.socket,
        options: dict[str, object],
        rulesets: list[int],
        child_filter: isolation.Filter | None,
    ) -> None:
        self.pid = os.getpid()
        self.control = control
        self.child_filter = child_filter
        soft, hard = (
            options["limits"]["cpu_kill_seconds"],
            resource.getrlimit(resource.RLIMIT_CPU)[1],
        )
        hard = soft + 1 if hard == resource.RLIM_INFINITY else min(soft + 1, hard)
        self.cpu_limits = (min(soft, hard), hard)
        self.slots = slots(options)
        self.rulesets = rulesets
        self.pids: dict[int, int] = {}  # slot -> pid
        self.handles: dict[int, int] = {}  # pidfd -> slot

    def serve(self) -> None:
        poll = select.poll()
        number = self.control.fileno()
        poll.register(number, select.POLLIN)
        has_pidfd = True
        while True:
            for ready, _ in poll.poll(None if has_pidfd or not self.pids else 2):
                if ready == number:
                    slot = self.obey()
                    if slot is None:
                        continue
                    try:
                        handle = os.pidfd_open(self.pids[slot])
                    except OSError:
                        has_pidfd = False
                    else:
                        self.handles[handle] = slot
                        poll.register(handle, select.POLLIN)
                else:
                    poll.unregister(ready)
                    os.close(ready)
                    self.reap(self.handles.pop(ready))
            if not has_pidfd:
                for slot in list(self.pids):
                    self.reap(slot, os.WNOHANG)

    def reap(self, slot: int, flags: int = 0) -> None:
        pid, status, usage = os.wait4(self.pids[slot], flags)
        if pid:
            del self.pids[slot]
            cpu = round((usage.ru_utime + usage.ru_stime) * 1e6)
            self.control.send(struct.pack("=cBiQ", b"E", slot, status, cpu))

    def obey(self) -> int | None:
        """Do what the next message says; return the slot of a child that was forked."""
        message, ancillary, _, _ = self.control.recvmsg(16, _socket.CMSG_SPACE(8))
        if not message:
            os._exit(0)
        slot = message[1]
        if message[:1] == b"K":
            if slot in self.pids:
                os.kill(self.pids[slot], 9)
            return None
        memory = struct.unpack_from("Q", message, 2)[0]
        channel, *others = memoryview(ancillary[0][2]).cast("i")
        try:
            pid = os.fork()
        except OSError as error:
            for number in (channel, *others):
                os.close(number)
            self.control.send(struct.pack("=cBi", b"N", slot, error.errno))
            return None
        if pid == 0:
            status = errno.EPERM
            try:
                self.become_child(channel, slot, memory, *others)
            except OSError as error:
                status = error.errno
            finally:
                os._exit(status)
        for number in (channel, *others):
            os.close(number)
        self.pids[slot] = pid
        return slot

    def become_child(self, channel: int, slot: int, memory: int, stdin: int = 0) -> None:
        isolation.set_parent_death_signal(9)
        if os.getppid() != self.pid:
            return  # the fork server died before it could be heard
        if self.rulesets[slot] >= 0 and not isolation.enter(self.rulesets[slot]):
            return
        os.dup2(stdin, 0)
        os.dup2(channel, 3)
        os.closerange(4, 4096)
        pid = os.getpid()
        if memory:
            resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
        resource.setrlimit(resource.RLIMIT_CPU, self.cpu_limits)
        os.chdir(self.slots[slot])
        if self.child_filter is not None and not self.child_filter.install_for(pid):
            return
        os.write(3, struct.pack("I", pid))
        serve_request()


def serve_request() -> None:
    """In the child: read the request, run the program on its calls, send a frame for each."""
    jobs = _receive()
    if isinstance(jobs, str):
        try:
            run_whole(jobs)
        finally:  # it has an end of its own: any other is no verdict on the program
            os.kill(os.getpid(), 9)
    if len(jobs) == 1:
        run_job(*jobs[0], in_company=False)
    else:
        shared = company.Company()
        for job in jobs:
            run_job(*job, in_company=True)
            if not shared.put_away():
                break  # the judge gives what is left to another child
    os._exit(0)


def _receive() -> Any:
    """What the judge sends next; the process ends where that has gone."""
    wanted = struct.unpack("I", os.read(3, 4))[0]
    parts = []
    try:
        while wanted:
            part = os.read(3, min(wanted, 1 << 20))
            if not part:
                os._exit(0)
            parts.append(part)
            wanted -= len(part)
        return marshal.loads(b"".join(parts))
    except MemoryError:  # no verdict on the program
        os.kill(os.getpid(), 9)


def _all_of(calls: tuple[bytes, ...], receive: Callable[[], Any] | None) -> Iterator[bytes]:
    yield from calls
    if receive is not None:
        yield from receive()


def run_job(
    program: str,
    entry_point: str,
    calls: tuple[bytes, ...],
    more: bool,
    keep_going: bool,
    digests: bool,
    overwritten: tuple[str, ...],
    token: bytes,
    trial: bool,
    in_company: bool,
) -> None:
    """Run a program on its calls and send a frame for each.

    In a ``trial`` all frames are sent at once, and the last is ``L`` if a loop is endless.
    """
    send, write, name_of, loads = _send, _write, wire.exception_name, marshal.loads
    clock = time.monotonic
    framed, frame_of, used, begun = _framed, _frame_of, time.process_time, time.process_time()
    first, waiting = len(calls), _all_of(calls, _receive if more else None)
    encode = canonical.digest if digests else wire.encode
    scope: dict[str, object] = {}
    unsent, row, sent_at = b"", [], clock()  # frames, and values that are in none yet
    between = b"" if digests else b"\n"
    try:
        code = compile(program, "<candidate>", "exec", dont_inherit=True)
        if in_company and not purity.is_tame(code):
            return send(token + b"G")
        if trial:
            watched = purity.is_tame(code) and endless.watch(
                program, lambda: send(token + b"L"), company.in_use
            )
            if not watched:
                return None
            code = watched[0]
            scope.update(watched[1])
        exec(code, scope)
        for name in overwritten:
            if name in scope:
                scope[name] = _overwritten_check
        function = scope[entry_point] if entry_point in scope else _missing(entry_point)
    except BaseException as error:
        if trial:  # also of the little memory or stack that its calls take
            return None
        send(token + b"E" + name_of(error).encode())
        waiting = iter(())
    for count, call in enumerate(waiting, 1):
        args, kwargs = loads(call)
        try:
            reply = encode(function(*args, **kwargs))
        except BaseException as error:
            if trial and isinstance(error, MemoryError | RecursionError):
                return None
            unsent += frame_of(token, row, between)
            unsent, row = unsent + framed(token + b"E" + name_of(error).encode()), []
            if not keep_going:
                break
        else:
            if len(reply) <= SHORT:
                row.append(reply)
            else:
                unsent += frame_of(token, row, between)
                unsent, row = unsent + frame_of(token, [reply], between), []
        # Each of the first replies at once: most wrong programs are found out by them. In company
        # nobody looks before a program's end, or its first calls'.
        at_once = trial or (count <= SENT_AT_ONCE and not in_company) or (more and count == first)
        if at_once or clock() - sent_at > SEND_EVERY:
            write(unsent + frame_of(token, row, between))
            unsent, row, sent_at = b"", [], clock()
    unsent += frame_of(token, row, between)
    write(unsent + framed(token + b"D" + struct.pack("Q", round((used() - begun) * 1e6))))
    scope.clear()
    return None


def run_whole(program: str) -> NoReturn:
    """Run a program as ``python program.py`` would, with the descriptors 0 and 1 as they are, and
    end this process with its status."""
    os.dup2(3, 1)
    stdout = _open_streams()
    exit, write, name_of = os._exit, os.write, wire.exception_name
    main = sys.modules["__main__"] = type(sys)("__main__")
    main.__file__ = sys.argv[0] = "main.py"
    depth, frame = 0, sys._getframe()
    while frame is not None:
        depth, frame = depth + 1, frame.f_back
    sys.setrecursionlimit(sys.getrecursionlimit() + depth)  # it has as much left as a script has
    status, name = 0, ""
    for step in (
        lambda: _execute(program, main.__dict__),
        _join_threads,
        _leave,
        main.__dict__.clear,
    ):
        try:
            step()
        except SystemExit as error:
            code = error.code
            status = code & 0xFF if isinstance(code, int) else int(code is not None)
            name = "SystemExit"
        except BaseException as error:
            status, name = 1, name_of(error)
            error.__traceback__ = None  # its frames hold files that are flushed as they go
    gc.collect()
    try:
        stdout.flush()
    except ValueError:
        pass  # the program has closed it
    except BaseException as error:
        status, name = 120, name_of(error)
    if status:
        try:
            write(3, b"\0" + name.encode())
        except OSError:  # it has closed this, too
            exit(status)
    exit(status)


def _open_streams() -> Any:
    """Standard input and output on the descriptors 0 and 1, of which it returns the second; their
    names in ``/dev`` open them, too, which the file system of a child does not have."""
    for number, name, mode in ((0, "stdin", "r"), (1, "stdout", "w")):
        stream = open(number, mode, encoding="utf-8", closefd=False)  # noqa: SIM115
        setattr(sys, name, stream)
        setattr(sys, f"__{name}__", stream)
    numbers = {"/dev/stdin": 0, "/dev/stdout": 1, "/dev/stderr": 2}
    for folder in ("/dev/fd", "/proc/self/fd"):
        numbers |= {f"{folder}/{number}": number for number in range(3)}
    original = open

    @functools.wraps(original)
    def wrapper(file: Any, *args: Any, **kwargs: Any) -> Any:
        name = file.decode(errors="replace") if isinstance(file, bytes) else str(file)
        if type(file) is not int and name in numbers:
            file = os.dup(numbers[name])
        return original(file, *args, **kwargs)

    builtins.open = io.open = wrapper
    return sys.stdout


def _execute(program: str, scope: dict[str, Any]) -> None:
    code = compile(program.removeprefix("\ufeff"), "main.py", "exec", dont_inherit=True)
    exec(code, scope)


def _join_threads() -> None:
    if "threading" in sys.modules:
        sys.modules["threading"]._shutdown()


def _leave() -> None:
    """What was registered to be called at the end; then what is printed and not yet written."""
    atexit._run_exitfuncs()
    printed = getattr(sys, "stdout", None)
    if printed is not None and not getattr(printed, "closed", False):
        printed.flush()


def _overwritten_check(*_: object) -> None:
    """Stands where the test's own ``check`` would overwrite a helper of that name."""
    raise TypeError("the test's check takes the candidate")


def _missing(name: str) -> None:
    raise NameError(name)


def _frame_of(token: bytes, row: list[bytes], between: bytes) -> bytes:
    """The frame of values in a row, empty where there are none."""
    if not row:
        return b""
    return _framed(token + (b"W" if len(row) > 1 else b"V") + between.join(row))


def _framed(payload: bytes) -> bytes:
    return struct.pack("I", len(payload)) + payload


def _send(payload: bytes) -> None:
    _write(_framed(payload))


def _write(data: bytes) -> None:
    while data:
        data = data[os.write(3, data) :]


if __name__ == "__main__":
    main()
