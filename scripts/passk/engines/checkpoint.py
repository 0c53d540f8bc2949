"""What a shard has sampled so far, on disk, so that a killed job loses at most a minute.

The file lies beside the shard, is JSON lines, and is held under an exclusive lock while a job
writes it. Its first line holds a fingerprint of everything that decides how samples are
distributed; each job adds a line that describes its engine, and a line for each
:class:`~passk.engines.Batch` with its times. A line that a kill cut short is dropped. It outlives
retries because no rule names it, and it is removed when the shard is complete.

A job on another GPU or engine version continues from what it finds: the samples are draws of the
same distribution, though that device would not have drawn the same ones. :attr:`Checkpoint.parts`
says which engine drew how many.
"""

from __future__ import annotations

import json
import logging
import os
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Any, BinaryIO

from passk.engines import Batch
from passk.locks import WAIT_SECONDS, locked
from passk.records import Sample, sync

SYNC_SECONDS = 30.0


@dataclass
class Part:
    """What one engine on one device drew of a shard, and the seconds that it took."""

    engine: dict[str, Any]
    samples: int = 0
    engine_seconds: float = 0.0
    wall_seconds: float = 0.0


class Checkpoint:
    """The samples of a shard that are safe, and the tokens and seconds that they took."""

    def __init__(self, handle: BinaryIO, path: Path) -> None:
        self._handle = handle
        self._path = path
        self._synced = time.monotonic()
        self.samples: dict[tuple[str, int], Sample] = {}
        self.prompt_tokens: int | None = 0
        self.completion_tokens: int | None = 0
        self.engine_seconds = 0.0
        self.wall_seconds = 0.0
        self.parts: list[Part] = []

    def resume(self, fingerprint: str, engine: dict[str, Any]) -> None:
        """Take over what the file holds if it has this fingerprint; otherwise start over.

        ``engine`` describes what draws from here on.
        """
        self._handle.seek(0)
        good = 0
        for number, line in enumerate(self._handle):
            record = _parse(line)
            if number == 0 and (record is None or record.get("fingerprint") != fingerprint):
                if line.strip():
                    logging.warning("%s holds samples of other settings: starting over", self._path)
                break
            if record is None or (number > 0 and "engine" not in record and not self.parts):
                break
            if number > 0:
                self._count(record)
            good += len(line)
        self._handle.truncate(good)
        self._handle.seek(good)
        if good == 0:
            self._write({"fingerprint": fingerprint})
        if self.parts and self.parts[-1].engine != engine:
            logging.warning(
                "%s: another engine or device drew the samples so far; they are kept", self._path
            )
        if not self.parts or self.parts[-1].engine != engine:
            self._write({"engine": engine})
            self._count({"engine": engine})
        self._sync()

    def append(self, batch: Batch, engine_seconds: float, wall_seconds: float) -> None:
        """Keep a batch, with the seconds since the last one."""
        record = {
            "samples": [astuple(sample) for sample in batch.samples],
            "prompt_tokens": batch.prompt_tokens,
            "completion_tokens": batch.completion_tokens,
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
        if "engine" in record:
            self.parts.append(Part(record["engine"]))
            return
        for values in record["samples"]:
            sample = Sample(*values)
            self.samples[sample.task_id, sample.draw] = sample
        part = self.parts[-1]
        part.samples += len(record["samples"])
        part.engine_seconds += record["engine_seconds"]
        part.wall_seconds += record["wall_seconds"]
        self.prompt_tokens = _sum([self.prompt_tokens, record["prompt_tokens"]])
        found = record.get("completion_tokens")
        if found is None:
            found = _sum(Sample(*values).tokens for values in record["samples"])
        self.completion_tokens = _sum([self.completion_tokens, found])
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
        sync(self._handle.fileno(), self._path)
        self._synced = time.monotonic()


def _sum(counts: Iterable[int | None]) -> int | None:
    """The sum, or None where one is unknown."""
    known = list(counts)
    return None if None in known else sum(known)


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

    :raises UserError: another process still holds it after ``patience`` seconds.
    """
    with locked(path, "sampling this shard", patience) as handle:
        yield Checkpoint(handle, path)
