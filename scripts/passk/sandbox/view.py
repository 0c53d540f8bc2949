"""A root folder of the fork server's own, with what candidates may read and nothing else.

Landlock keeps a program from reading files, but not from asking whether they exist and how large
they are. Where the kernel lets this user make a mount namespace (as root, or in a user namespace of
its own), the fork server moves into one whose root is an empty file system in memory; into it are
bound, at their own paths, the files and folders to read and the scratch folder. Nothing of it is
seen outside, and it ends with the process.

The fork server loads this file by itself. Not covered: hosts that forbid it, as most containers do;
there ``stat`` tells existence, size and times of every file that this user can reach.
"""

# ruff: noqa: PTH103, PTH110, PTH112, PTH114, PTH115, PTH120, PTH123, PTH211
# (pathlib is a heavy import for the fork server)

from __future__ import annotations

import ctypes
import os
from collections.abc import Iterable

_libc = ctypes.CDLL(None, use_errno=True)
_NEW_MOUNTS, _NEW_USER = 0x20000, 0x10000000
_BIND, _RECURSIVE, _PRIVATE, _DETACH = 0x1000, 0x4000, 0x40000, 2
_READ_ONLY, _NO_SETUID, _NO_DEVICES, _CHANGE = 1, 2, 4, 32
_PIVOT_ROOT = {"x86_64": 155, "aarch64": 41}
MOST_LINKS = 40


def is_possible(paths: Iterable[str], scratch: str) -> bool:
    """Whether :func:`enter` succeeds on this host; tried in a process that ends."""
    if os.uname().machine not in _PIVOT_ROOT:
        return False
    pid = os.fork()
    if pid == 0:
        try:
            enter(paths, scratch)
            os._exit(0)
        except BaseException:
            os._exit(1)
    return os.waitpid(pid, 0)[1] == 0


def enter(paths: Iterable[str], scratch: str) -> None:
    """Leave this process only ``paths`` (files, or folders with all below) and ``scratch``.

    Paths that do not exist are left out. Links on the way to a path stay links.

    :raises OSError: the kernel refuses; then this process has to end, as it may be half-way.
    """
    _leave_the_host()
    links: dict[str, str] = {}
    found = {_resolve(path, links) for path in paths}
    root = _resolve(scratch, links)
    below = os.open(root, os.O_PATH | os.O_CLOEXEC)
    _mount("none", root, "tmpfs", _NO_SETUID | _NO_DEVICES)
    for path, target in links.items():
        os.makedirs(root + os.path.dirname(path), exist_ok=True)
        os.symlink(target, root + path)
    for path in sorted(found):
        if os.path.exists(path) and not os.path.exists(root + path):  # in a folder that is bound
            _bind(path, root + path, os.path.isdir(path), _BIND | _RECURSIVE)
    # Not with what is mounted on it, which is the new root.
    _bind(f"/proc/self/fd/{below}", root + root, True, _BIND)
    os.close(below)
    _mount("none", root, None, _CHANGE | _BIND | _READ_ONLY | _NO_SETUID | _NO_DEVICES)
    os.chdir(root)
    _check(_libc.syscall(_PIVOT_ROOT[os.uname().machine], b".", b"."))
    _check(_libc.umount2(b".", _DETACH))
    os.chdir("/")


def _leave_the_host() -> None:
    """A mount namespace of its own, in a user namespace where that is needed for it."""
    if _libc.unshare(_NEW_MOUNTS) != 0:
        user, group = os.geteuid(), os.getegid()
        _check(_libc.unshare(_NEW_USER | _NEW_MOUNTS))
        for name, text in (
            ("setgroups", "deny"),
            ("uid_map", f"{user} {user} 1"),
            ("gid_map", f"{group} {group} 1"),
        ):
            with open(f"/proc/self/{name}", "w") as handle:
                handle.write(text)
    _mount("none", "/", None, _RECURSIVE | _PRIVATE)


def _resolve(path: str, links: dict[str, str]) -> str:
    """The path without links; those on the way are added to ``links``."""
    done, waiting = "", path.split("/")[::-1]
    for _ in range(MOST_LINKS):
        while waiting:
            part = waiting.pop()
            if part in ("", "."):
                continue
            if part == "..":
                done = done.rpartition("/")[0]
                continue
            done = f"{done}/{part}"
            if os.path.islink(done):
                links[done] = target = os.readlink(done)
                waiting += target.split("/")[::-1]
                done = "" if target.startswith("/") else done.rpartition("/")[0]
                break
        else:
            return done or "/"
    return done


def _bind(source: str, place: str, is_folder: bool, flags: int) -> None:
    os.makedirs(place if is_folder else os.path.dirname(place), exist_ok=True)
    if not is_folder:
        os.close(os.open(place, os.O_CREAT | os.O_WRONLY, 0o600))
    _mount(source, place, None, flags)


def _mount(source: str, target: str, kind: str | None, flags: int) -> None:
    names = (os.fsencode(source), os.fsencode(target), kind and kind.encode())
    _check(_libc.mount(*names, ctypes.c_ulong(flags), None))


def _check(result: int) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
