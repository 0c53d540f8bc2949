"""Processes that are killed: with their parent, and for memory, of which they cannot tell.

A cgroup's limit is read as cgroup v1 and v2 have it.
"""

from __future__ import annotations

import ctypes
import os
import re
import signal
from pathlib import Path

PROC, CGROUPS = Path("/proc"), Path("/sys/fs/cgroup")
PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None)


def end_with_parent(_: object = None) -> None:
    """Have the kernel kill this process when the one that forked it ends."""
    _LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def oom_kills() -> int:
    """How many processes the kernel has killed for memory since this machine started, in all
    cgroups; 0 where it does not count them."""
    counted = re.search(r"^oom_kill (\d+)$", _text(PROC / "vmstat"), re.M)
    return int(counted[1]) if counted else 0


def memory_limit() -> tuple[int, Path] | None:
    """Bytes that this process's cgroup, or one above it, may use, and the file that says so; None
    where not limited."""
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    found = []
    for line in _text(PROC / "self/cgroup").splitlines():
        _, kinds, path = line.split(":", 2)
        if not kinds:
            root, name = CGROUPS, "memory.max"
        elif "memory" in kinds.split(","):
            root, name = CGROUPS / "memory", "memory.limit_in_bytes"
        else:
            continue
        folder = root / path.lstrip("/")
        for place in (folder, *folder.parents):
            said = _text(place / name).strip()
            if said.isdigit() and int(said) < memory:  # or "max", or a number that no machine has
                found.append((int(said), place / name))
    return min(found, default=None)


def available_memory() -> int:
    """Bytes that can be had without swapping, within the limit of :func:`memory_limit`; what other
    processes of the same cgroup hold of that is not subtracted."""
    counted = re.search(r"^MemAvailable: +(\d+) kB$", _text(PROC / "meminfo"), re.M)
    pages = os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    free = int(counted[1]) << 10 if counted else pages
    limit = memory_limit()
    return min(free, limit[0]) if limit else free


def killed(what: str, kills_before: int) -> str:
    """The sentence for ``what``, which SIGKILL ended, from the kernel's count before and now."""
    limit = memory_limit()
    own = f" (this job may use {limit[0] / (1 << 30):.1f} GiB)" if limit else ""
    if oom_kills() > kills_before:
        reason = f"the kernel killed {what}: this machine or job ran out of memory{own}"
    else:
        reason = f"{what} was killed (SIGKILL), by a person, a scheduler or for memory"
    return (
        f"{reason}; what was drawn is kept: give the job more memory (on a cluster: 'mem_mb' of "
        "sample), or run fewer jobs at once, and run the same command again"
    )


def _text(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:
        return ""
