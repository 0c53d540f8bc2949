"""Scratch folders: of a run (:func:`claim`) and, below it, of each child that runs at a time.

What lies in a child's is hostile: folders nested beyond any path's length, locked, renamed as we
look. A run that was killed with all its processes leaves its folder behind; the next one of the
same user removes it (:func:`sweep`).
"""

# ruff: noqa: PTH101, PTH104, PTH106, PTH108, PTH118, PTH208
# (this runs once a program, and pathlib would cost more than the rest of it)

from __future__ import annotations

import fcntl
import json
import math
import os
import secrets
import stat
import tempfile
from contextlib import suppress
from pathlib import Path

from passk.records import UserError
from passk.sandbox import host
from passk.sandbox.limits import MAX_ENTRIES, Limits

PREFIX = "passk-"
OWNER = "owner.json"


def claim(limits: Limits, programs: int) -> tuple[Path, int]:
    """Make a run's folder in the temporary directory, with room for ``programs`` at a time.

    The descriptor holds its lock; it ends with the last process that has it.

    :raises UserError: the temporary directory lacks something that a program may use.
    """
    try:
        sweep(Path(tempfile.gettempdir()))
        folder = Path(tempfile.mkdtemp(prefix=PREFIX))
    except OSError as error:
        raise UserError(
            f"no folder for what programs write can be made ({error.strerror or error}): set "
            "TMPDIR to a folder that can be written"
        ) from error
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        with suppress(OSError):  # where a file system has no locks, nobody sweeps
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        missing = host.lack_of_room(folder, limits, programs) or host.lack_of_files(folder, limits)
        if missing:
            raise UserError(missing)
        (folder / OWNER).write_text(json.dumps(_this_process()))
    except BaseException:
        os.close(handle)
        remove(folder)
        raise
    return folder, handle


def sweep(place: Path) -> None:
    """Remove the folders of this user's runs in ``place`` of which no process is left.

    A folder without the record of its owner is nobody's that this package knows: it stays.
    """
    for folder in place.glob(f"{PREFIX}*"):
        with suppress(OSError, ValueError, KeyError, TypeError):
            info = os.lstat(folder)
            if not stat.S_ISDIR(info.st_mode) or info.st_uid != os.geteuid():
                continue
            handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
            try:
                owner = json.loads((folder / OWNER).read_text())
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                if not _may_live(owner):
                    remove(folder)
            finally:
                os.close(handle)


def _this_process() -> dict[str, object]:
    return {
        "pid": os.getpid(),
        "started": _started(os.getpid()),
        "boot": _boot(),
        "node": os.uname().nodename,
    }


def _may_live(owner: dict[str, object]) -> bool:
    """Whether a run may still have a folder whose lock is free: it may be another machine's, whose
    locks are not seen here."""
    if owner["boot"] != _boot():
        return owner["node"] != os.uname().nodename
    return owner["started"] is not None and owner["started"] == _started(owner["pid"])


def _boot() -> str:
    """This boot of this machine, the same in all its containers."""
    return Path("/proc/sys/kernel/random/boot_id").read_text().strip()


def _started(pid: object) -> int | None:
    """When a process began, in clock ticks since the boot; None where there is none."""
    try:
        return int(Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()[19])
    except OSError:
        return None


def remove(folder: Path) -> None:
    """Remove a run's folder with all that is below it, as far as that can be done."""
    with suppress(OSError):
        wipe(folder)
        os.rmdir(folder)


def usage(folder: Path) -> float:
    """Bytes below a scratch folder, each entry counted as one block at least.

    Infinite where there are more than :data:`MAX_ENTRIES` or a folder that cannot be looked into.
    """
    total, seen, vanished, folders = 0, 0, 0, [str(folder)]
    while folders:
        try:
            with os.scandir(folders.pop()) as entries:
                for entry in entries:
                    seen += 1
                    total += 4096
                    try:
                        info = entry.stat(follow_symlinks=False)
                    except FileNotFoundError:
                        continue
                    total += info.st_blocks * 512
                    if stat.S_ISDIR(info.st_mode):
                        folders.append(entry.path)
                    if seen > MAX_ENTRIES:
                        return math.inf
        except FileNotFoundError:
            vanished += 1  # a folder that is renamed as we look may hide anything
            if vanished > 20:
                return math.inf
            total, seen, folders = 0, 0, [str(folder)]
        except OSError:
            return math.inf
    return total


def wipe(folder: Path) -> None:
    """Empty a scratch folder, however deep or locked what is below it.

    Nested folders are first moved to the top, so that no path grows long.

    :raises OSError: it is gone, no folder any more, or holds what cannot be removed.
    """
    if not stat.S_ISDIR(os.lstat(folder).st_mode):
        raise NotADirectoryError(folder)  # a link would lead to folders that are none of ours
    if not os.listdir(folder):
        return
    token, serial = secrets.token_hex(8), 0
    while names := os.listdir(folder):
        for name in names:
            path = os.path.join(folder, name)
            if not stat.S_ISDIR(os.lstat(path).st_mode):
                os.unlink(path)
                continue
            os.chmod(path, 0o700)
            for inner in os.listdir(path):
                below = os.path.join(path, inner)
                if stat.S_ISDIR(os.lstat(below).st_mode):
                    os.chmod(below, 0o700)
                    serial += 1
                    os.rename(below, os.path.join(folder, f"{token}-{serial}"))
                else:
                    os.unlink(below)
            os.rmdir(path)
