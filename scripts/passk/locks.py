"""One writer at a time for a shard or a table, and in the order in which they began.

A job can outlive its workflow: `kill -9` of snakemake leaves it running, on a cluster above all.
The next run then starts a second job for the same file, perhaps with other settings. The second
waits for the first, so that what it writes is what stays.

The lock is the kernel's (flock): it ends with its holder, however that ends. It is on the file and
not on its name, so that it holds between two checkouts whose ``results`` is one folder through a
link. It does not hold where a file system has none (some Lustre and NFS mounts): that is said, and
the work goes on, since every file is still written under a name of its own and renamed.
"""

from __future__ import annotations

import fcntl
import logging
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from passk.records import UNSUPPORTED, UserError, remove_leftovers, say_once

WAIT_SECONDS = 600.0


@contextmanager
def locked(path: Path, work: str, patience: float = WAIT_SECONDS) -> Iterator[BinaryIO]:
    """Open, or make, the file at ``path`` and hold its lock; the file is opened to append.

    Another process that holds it is most likely the job of a workflow that was killed, which has
    outlived it: it is waited for, for ``patience`` seconds. ``work`` says what it does.

    :raises UserError: it still holds the lock after that.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    deadline = time.monotonic() + patience
    told = False
    while True:
        # Unbuffered: a failed write must not come back when the file is closed.
        handle = open(path, "a+b", buffering=0)  # noqa: SIM115, PTH123
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            handle.close()
            if time.monotonic() < deadline:
                if not told:
                    logging.info("another process is %s (it holds %s): waiting", work, path)
                told = True
                time.sleep(0.2)
                continue
            raise UserError(
                f"another process is {work} (it holds {path}); wait until it has "
                "ended, or end it, and run the same command again"
            ) from error
        except OSError as error:
            if error.errno not in UNSUPPORTED:
                handle.close()
                raise
            say_once(
                f"{path} cannot be locked ({error.strerror}): see that no other run works on it"
            )
            break
        # The one before may have finished and removed the file after it was opened here.
        if path.exists() and path.stat().st_ino == os.fstat(handle.fileno()).st_ino:
            break
        handle.close()
    with handle:
        yield handle


@contextmanager
def only_writer_of(path: Path, work: str, patience: float = WAIT_SECONDS) -> Iterator[None]:
    """Hold a lock beside ``path`` while it is made, and remove it again.

    What killed writers of ``path`` left behind goes first.

    :raises UserError: see :func:`locked`.
    """
    lock = path.with_name(f".{path.name}.lock")
    with locked(lock, work, patience):
        try:
            remove_leftovers(path)
            yield
        finally:
            lock.unlink(missing_ok=True)
