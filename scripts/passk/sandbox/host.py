"""What a host must give a program, and whether it does: a fault of the host is never a verdict.

A program may use what :class:`Limits` say. Where the host gives less (a session with limits of its
own, a full disk, a cgroup that is smaller than a program may grow), right programs fail, and look
as wrong as any. So what can be known before is asked before the first program
(:func:`check_session`, :func:`lack_of_room`), and :func:`lack` says what a program that has not
passed may have been short of.

Not covered: what lacked for a moment and shows in neither outcome nor exception, such as a program
that meets a full disk, hides it, and answers wrongly while somebody frees the space; killers of
memory in user space, which leave no count (a program that they end each time is a crash).
"""

from __future__ import annotations

import errno
import os
import resource
import tempfile
import threading
from pathlib import Path

from passk import processes
from passk.records import UserError
from passk.sandbox.limits import MAX_ENTRIES, MAX_THREADS, STACK_BYTES, Limits

# What a call fails with for want of something that all processes of a host share.
_SHARED = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EIO, errno.ESTALE)
SHARED = frozenset((*_SHARED, errno.ENFILE, errno.EMFILE, errno.ENOMEM, errno.EAGAIN))
# Exceptions that such a call may show as. OSError itself is what all of them but EAGAIN are.
_OF_FILES = ("FileNotFoundError", "PermissionError", "BlockingIOError", "TimeoutError")
MEMORY = "/proc/meminfo"
AGAIN = "and run the same command again"


def check_session(limits: Limits) -> None:
    """Check that this session's own limits are not below those of a program.

    :raises UserError: one is.
    """
    for kind, flag, need, unit, what, other in (
        (resource.RLIMIT_CPU, "t", int(limits.cpu_seconds) + 1, 1, "s of CPU time", "--timeout"),
        (resource.RLIMIT_AS, "v", limits.memory_bytes, 1 << 10, "kB of memory", "--memory-mb"),
        (resource.RLIMIT_DATA, "d", limits.memory_bytes, 1 << 10, "kB of data", "--memory-mb"),
        (resource.RLIMIT_STACK, "s", STACK_BYTES, 1 << 10, "kB of stack", ""),
        (resource.RLIMIT_FSIZE, "f", limits.file_bytes, 1 << 10, "kB a file", ""),
        (resource.RLIMIT_NOFILE, "n", limits.descriptors, 1, "open files", ""),
    ):
        soft, hard = resource.getrlimit(kind)
        # What the judge writes is under the soft limit; the others a fork server raises.
        allowed = soft if kind == resource.RLIMIT_FSIZE else hard
        if allowed != resource.RLIM_INFINITY and allowed < need:
            raise UserError(
                f"this session may use {allowed // unit:,} {what} (ulimit -{flag}), and a program "
                f"{need // unit:,}: raise that limit{f' or lower {other}' if other else ''}"
            )


def lack_of_room(folder: Path, limits: Limits, programs: int = 1) -> str | None:
    """What the file system of ``folder`` lacks, should ``programs`` use all that they may there, as
    a sentence; None where nothing."""
    found = os.statvfs(folder)
    free, need = found.f_bavail * found.f_frsize, programs * limits.scratch_bytes
    inodes = programs * MAX_ENTRIES
    if found.f_flag & os.ST_RDONLY:
        lacking = "can only be read"
    elif free < need:
        lacking = f"has {_size(free)} free"
    elif found.f_files and found.f_favail < inodes:  # some file systems do not count them
        lacking = f"has room for {found.f_favail:,} more files"
    else:
        return None
    return _scratch_sentence(lacking, need, inodes)


def lack_of_files(folder: Path, limits: Limits) -> str | None:
    """As :func:`lack_of_room`, by writing the largest file that a program may: quotas show in no
    other way."""
    try:
        with tempfile.TemporaryFile(dir=folder, buffering=0) as handle:
            left = limits.file_bytes
            while left:
                left -= handle.write(bytes(left))
            os.fsync(handle.fileno())
    except OSError as error:
        lacking = f"cannot be written ({error.strerror})"
        return _scratch_sentence(lacking, limits.scratch_bytes, MAX_ENTRIES)
    return lack_of_room(folder, limits)


def _scratch_sentence(lacking: str, need: int, inodes: int) -> str:
    return (
        f"{tempfile.gettempdir()}, where programs write their files, {lacking}, and they may need "
        f"{_size(need)} and {inodes:,} files: free as much there, or set TMPDIR to a folder that "
        f"has it, {AGAIN}"
    )


def lack_of(error: OSError) -> str:
    """The sentence for a call of the judge itself that failed with one of :data:`SHARED`."""
    what = f"{error.filename}: {error.strerror}" if error.filename else error.strerror
    return (
        f"the judge cannot go on ({what}): see what this host or session is short of (disk, "
        f"processes, memory, open files) {AGAIN}"
    )


def _size(size: int) -> str:
    return f"{size / 1e6:,.0f} MB" if size >= 10e6 else f"{size / 1e3:,.0f} kB"


def lack_of_threads(most: int) -> str | None:
    """Whether this host refuses a program ``most`` threads, as a sentence, by starting them."""
    gate = threading.Event()
    started: list[threading.Thread] = []
    try:
        for _ in range(most):
            thread = threading.Thread(target=gate.wait)
            thread.start()
            started.append(thread)
    except RuntimeError:
        return (
            f"this session can start {len(started):,} more threads, and a program may {most:,}: "
            f"raise its limit of processes (ulimit -u, or the cgroup's pids.max) {AGAIN}"
        )
    finally:
        gate.set()
        for thread in started:
            thread.join()
    return None


def lack_of_memory(limits: Limits) -> str:
    """The sentence for a program that was ended for want of memory though it ran alone."""
    limit, where = processes.memory_limit() or (_named_number(MEMORY, "MemTotal:") << 10, MEMORY)
    return (
        "the kernel has ended a program that ran alone, for want of memory: this job may use "
        f"{_size(limit)} ({where}), and a program {_size(limits.memory_bytes)} beside the judge; "
        f"give the job more memory or lower --memory-mb, {AGAIN}"
    )


def lack_of_commitment(limits: Limits) -> str | None:
    """Whether this host promises less memory than a program may ask for, as a sentence."""
    try:
        strict = Path("/proc/sys/vm/overcommit_memory").read_text().strip() == "2"
    except OSError:
        return None
    names = ("CommitLimit:", "Committed_AS:")
    limit, promised = (_named_number(MEMORY, name) << 10 for name in names)
    if not strict or limit - promised >= limits.memory_bytes:
        return None
    return (
        f"this host promises {_size(max(0, limit - promised))} more memory "
        f"(vm.overcommit_memory is 2), and a program may ask for {_size(limits.memory_bytes)}: "
        f"end other work here or lower --memory-mb, {AGAIN}"
    )


def lack(
    outcome: str,
    error: str | None,
    killed: bool,
    kills_before: int | None,
    folder: Path,
    limits: Limits,
) -> tuple[bool, str | None]:
    """Whether the host may have decided how a program ended, and, where it does lack something, the
    sentence that says what.

    Asked once a program that did not pass in a child of its own: what costs more than a look at
    the file system is asked only of exceptions that can come of it.

    ``killed``: a signal ended it that nobody here has sent; ``kills_before``: what
    :func:`passk.processes.oom_kills` were before it ran, None where not counted.
    """
    if outcome == "passed":
        return False, None
    if killed:
        grown = kills_before is not None and processes.oom_kills() > kills_before
        return True, lack_of_memory(limits) if grown else None
    missing = lack_of_room(folder, limits)
    if error in ("OSError", *_OF_FILES):
        missing = missing or lack_of_files(folder, limits)
    elif error == "RuntimeError":
        missing = lack_of_threads(MAX_THREADS) or missing
    elif error == "MemoryError":
        missing = lack_of_commitment(limits) or missing
    # What failed so may have met what lacked for a moment.
    return error == "OSError" or missing is not None, missing


def _named_number(path: str, name: str) -> int:
    """The number behind a name in a file of lines such as ``name 12 kB``; 0 where it is not."""
    try:
        lines = Path(path).read_text().splitlines()
    except OSError:
        return 0
    for line in lines:
        words = line.split()
        if words and words[0] == name:
            return int(words[1])
    return 0
