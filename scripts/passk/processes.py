"""Processes that are killed: with their parent, and for memory, of which they cannot tell."""

from __future__ import annotations

import ctypes
import re
import signal
from pathlib import Path

PROC, CGROUPS = Path("/proc"), Path("/sys/fs/cgroup")
PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None)


def end_with_parent(_: object = None) -> None:
    """Have the kernel kill this process when the one that forked it ends."""
    _LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def oom_kills() -> int | None:
    """How many processes the kernel has killed for memory since this machine started."""
    try:
        counted = re.search(r"^oom_kill (\d+)$", (PROC / "vmstat").read_text(), re.M)
    except OSError:
        return None
    return int(counted[1]) if counted else None


def memory_limit() -> int | None:
    """Bytes that this process's cgroup (v2), or one above it, may use; None where not limited."""
    try:
        own = re.search(r"^0::/(.*)$", (PROC / "self/cgroup").read_text(), re.M)
    except OSError:
        return None
    folder = CGROUPS / own[1] if own else CGROUPS
    limits = []
    for one in (folder, *folder.parents):
        try:
            limits.append(int((one / "memory.max").read_text()))
        except (OSError, ValueError):  # none there, or "max"
            continue
    return min(limits, default=None)


def killed(what: str, kills_before: int | None) -> str:
    """The sentence for ``what``, which SIGKILL ended, from the kernel's count before and now."""
    now, bytes_ = oom_kills(), memory_limit()
    own = f" (this job may use {bytes_ / (1 << 30):.1f} GiB)" if bytes_ else ""
    if now is not None and kills_before is not None and now > kills_before:
        reason = f"the kernel killed {what}: this machine or job ran out of memory{own}"
    else:
        reason = f"{what} was killed (SIGKILL), by a person, a scheduler or for memory"
    return (
        f"{reason}; what was drawn is kept: give the job more memory (on a cluster: 'mem_mb' of "
        "sample), or run fewer jobs at once, and run the same command again"
    )
