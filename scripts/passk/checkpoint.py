"""What a shard has sampled so far, on disk, so that a killed job loses at most a minute.

The file lies beside the shard, is JSON lines, and is held under an exclusive lock while a job
writes it. Its first line holds a fingerprint of everything that decides the samples; each other
line is one :class:`~passk.engines.Batch` with its times. A line that a kill cut short is dropped.
It outlives retries because no rule names it, and it is removed when the shard is complete.
"""

from __future__ import annotations

import fcntl
import json
import logging
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import astuple
from pathlib import Path
from typing import Any, BinaryIO

from passk.engines import Batch
from passk.records import Sample, UserError

SYNC_SECONDS = 30.0
WAIT_SECONDS = 600.0


class Checkpoint:
    """The samples of a shard that are safe, and the tokens and seconds that they took."""

    def __init__(self, handle: BinaryIO, path: Path) -> None:
        self._handle = handle
        self._path = path
        self._synced = time.monotonic()
        self.samples: dict[tuple[str, int], Sample] = {}
        self.prompt_tokens: int | None = 0
        self.engine_seconds = 0.0
        self.wall_seconds = 0.0

    def resume(self, fingerprint: str) -> None:
        """Take over what lies in the file if it has this fingerprint; otherwise start anew."""
        self._handle.seek(0)
        good = 0
        for number, line in enumerate(self._handle):
            record = _parse(line)
            if number == 0 and (record is None or record.get("fingerprint") != fingerprint):
                if line.strip():
                    logging.warning(
                        "%s holds samples of other settings or another engine: starting anew",
                        self._path,
                    )
                break
            if record is None:
                break
            if number > 0:
                self._count(record)
            good += len(line)
        self._handle.truncate(good)
        self._handle.seek(good)
        if good == 0:
            self._write({"fingerprint": fingerprint})
        self._sync()

    def append(self, batch: Batch, engine_seconds: float, wall_seconds: float) -> None:
        """Keep a batch, with the seconds since the last one."""
        record = {
            "samples": [astuple(sample) for sample in batch.samples],
            "prompt_tokens": batch.prompt_tokens,
            "engine_seconds": engine_seconds,
            "wall_seconds": wall_seconds,
        }
        self._write(record)
        self._count(record)
        if time.monotonic() - self._synced > SYNC_SECONDS:
            self._sync()

    def remove(self) -> None:
        self._path.unlink()

    def _count(self, record: dict[str, Any]) -> None:
        for values in record["samples"]:
            sample = Sample(*values)
            self.samples[sample.task_id, sample.draw] = sample
        if record["prompt_tokens"] is None or self.prompt_tokens is None:
            self.prompt_tokens = None
        else:
            self.prompt_tokens += record["prompt_tokens"]
        self.engine_seconds += record["engine_seconds"]
        self.wall_seconds += record["wall_seconds"]

    def _write(self, record: dict[str, Any]) -> None:
        line = json.dumps(record, allow_nan=False).encode() + b"\n"
        position = self._handle.tell()
        try:
            while line:
                line = line[self._handle.write(line) :]
        except OSError:
            # A full disk: what stood before this line stays readable.
            os.ftruncate(self._handle.fileno(), position)
            raise

    def _sync(self) -> None:
        os.fsync(self._handle.fileno())
        self._synced = time.monotonic()


def _parse(line: bytes) -> dict[str, Any] | None:
    if not line.endswith(b"\n"):
        return None
    try:
        record = json.loads(line)
    except ValueError:
        return None
    return record if isinstance(record, dict) else None


@contextmanager
def open_checkpoint(path: Path, patience: float = WAIT_SECONDS) -> Iterator[Checkpoint]:
    """Open, or make, the checkpoint at ``path`` and hold its lock.

    Another process that holds it is most likely the job of a workflow that was killed, which has
    outlived it: it is waited for, for ``patience`` seconds.

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
        except OSError as error:
            handle.close()
            if time.monotonic() < deadline:
                if not told:
                    logging.info(
                        "another process is sampling this shard (it holds %s): waiting", path
                    )
                told = True
                time.sleep(0.2)
                continue
            raise UserError(
                f"another process is sampling this shard (it holds {path}); wait until it has "
                "ended, or end it, and run the same command again"
            ) from error
        # The one before may have finished and removed the file after it was opened here.
        if path.exists() and path.stat().st_ino == os.fstat(handle.fileno()).st_ino:
            break
        handle.close()
    with handle:
        yield Checkpoint(handle, path)
