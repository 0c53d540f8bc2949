"""The records that travel between rules, and how they are written and read.

A *sample* is what a model wrote for one draw of one task, raw. A *verdict* is what executing it
showed. Both live in ``.jsonl.gz`` files, one record a line, beside a ``.meta.json`` that says how
they came to be and holds the sha256 of the file it describes. So do the tables of counts and of
pass@k, and whoever reads one checks it.

Writing is atomic (temporary name, fsync, rename) and byte-reproducible (gzip time 0): a file that
exists is whole, and the same records are the same bytes. Reading never guesses: a line that is cut
short, a missing field or a wrong type is a :class:`UserError` that names file and line.

Records are joined on ``(task_id, draw)``, never on their order.
"""

from __future__ import annotations

import glob
import gzip
import hashlib
import json
import os
import secrets
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, BinaryIO

OUTCOMES = ("passed", "failed", "timeout", "crashed")


class UserError(Exception):
    """Something that the user can mend. Its text is one sentence that says what to do."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One completion as the model wrote it.

    ``tokens`` counts the completion's tokens, ``logprob`` is the sum of their log-probabilities
    under the sampling distribution's model (nats); both are None where the source did not say.
    """

    task_id: str
    draw: int
    completion: str
    finish_reason: str | None = None
    tokens: int | None = None
    logprob: float | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What executing one sample's program showed.

    ``outcome`` is one of :data:`OUTCOMES`: ``failed`` is a wrong output, a SyntaxError or any
    exception; ``timeout`` a limit reached with no wrong output seen; ``crashed`` killed by a signal
    or for memory. ``cpu_seconds`` is the CPU time of the run (a duplicate repeats that of the one
    run). ``error`` is the name of a built-in exception, else ``Exception``, or None.
    """

    task_id: str
    draw: int
    outcome: str
    cpu_seconds: float
    error: str | None = None


@contextmanager
def replace_atomically(path: Path) -> Iterator[BinaryIO]:
    """Open a temporary file beside ``path``; on success sync it and rename it to ``path``."""
    path.parent.mkdir(parents=True, exist_ok=True)
    # Not the process's id: another node's job may have the same one.
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
    try:
        with temporary.open("wb") as handle:
            yield handle
            handle.flush()
            os.fsync(handle.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    directory = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)


def remove_leftovers(path: Path) -> None:
    """Remove the temporary files of killed writers of ``path``: for the only one who writes it."""
    for temporary in path.parent.glob(f".{glob.escape(path.name)}.*.tmp"):
        temporary.unlink(missing_ok=True)


def write_text(path: Path, text: str) -> None:
    """Write ``text`` to ``path``, atomically."""
    with replace_atomically(path) as handle:
        handle.write(text.encode())


def write_records(path: Path, records: Iterable[Sample | Verdict]) -> None:
    """Write records to a ``.jsonl.gz`` (or ``.jsonl``) file, atomically and byte-reproducibly.

    The records are streamed: no more than one is held at a time.
    """
    with replace_atomically(path) as raw:
        if path.suffix == ".gz":
            with gzip.GzipFile(
                filename="", mode="wb", fileobj=raw, mtime=0, compresslevel=6
            ) as out:
                _write_lines(out, records)
        else:
            _write_lines(raw, records)


def _write_lines(out: Any, records: Iterable[Sample | Verdict]) -> None:
    for record in records:
        line = json.dumps(asdict(record), ensure_ascii=True, allow_nan=False)
        out.write(line.encode() + b"\n")


@contextmanager
def unpacked(path: Path) -> Iterator[Any]:
    """Open a file to read its bytes, unpacked where gzip has packed it.

    :raises UserError: no such file, or one that is cut short, damaged or cannot be read.
    """
    try:
        with path.open("rb") as raw:
            packed = raw.read(2) == b"\x1f\x8b"
            raw.seek(0)
            yield gzip.GzipFile(fileobj=raw) if packed else raw
    except FileNotFoundError as error:
        raise UserError(f"{path} does not exist; check the path") from error
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise UserError(
            f"{path} is cut short or damaged ({error}); delete it and make or copy it again"
        ) from error
    except OSError as error:
        raise UserError(f"{path} cannot be read ({error.strerror or error})") from error


def read_lines(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield ``(line number from 1, object)`` of a ``.jsonl`` or ``.jsonl.gz`` file.

    :raises UserError: no such file, not UTF-8, cut short, or a line that is not a JSON object.
    """
    with unpacked(path) as handle:
        for number, line in enumerate(handle, start=1):
            if not line.strip():
                continue
            try:
                record = json.loads(line)
            except ValueError as error:
                raise UserError(
                    f"{path} line {number} is not JSON: the file is cut short or damaged; "
                    "delete it and make or copy it again"
                ) from error
            if not isinstance(record, dict):
                raise UserError(f"{path} line {number} is not a JSON object; see the README")
            yield number, record


def read_samples(path: Path) -> Iterator[Sample]:
    """Yield the samples of a file.

    A line needs ``task_id`` and ``completion``; ``draw``, where missing from every line, is
    numbered from 0 per task in file order.

    :raises UserError: a damaged file, a missing field, a wrong type, a (task, draw) given twice.
    """
    next_draw: dict[str, int] = {}
    seen: dict[str, set[int]] = {}
    numbered: bool | None = None
    for number, record in read_lines(path):
        where = f"{path} line {number}"
        task_id = _field(record, "task_id", str, where)
        completion = _field(record, "completion", str, where)
        has_draw = record.get("draw") is not None
        if numbered is None:
            numbered = has_draw
        elif numbered != has_draw:
            raise UserError(
                f"{where}: some lines have a draw and some have none; number all or none"
            )
        if has_draw:
            draw = _field(record, "draw", int, where)
            if draw < 0:
                raise UserError(f"{where}: draw {draw} is negative; draws count from 0")
        else:
            draw = next_draw.get(task_id, 0)
            next_draw[task_id] = draw + 1
        draws = seen.setdefault(task_id, set())
        if draw in draws:
            raise UserError(
                f"{where}: draw {draw} of {task_id} is there twice; remove one of the two"
            )
        draws.add(draw)
        yield Sample(
            task_id=task_id,
            draw=draw,
            completion=completion,
            finish_reason=_field(record, "finish_reason", str, where, optional=True),
            tokens=_field(record, "tokens", int, where, optional=True),
            logprob=_field(record, "logprob", (int, float), where, optional=True),
        )


def read_verdicts(path: Path) -> Iterator[Verdict]:
    """Yield the verdicts of a file.

    :raises UserError: a damaged file, a missing field, a wrong type, an unknown outcome.
    """
    for number, record in read_lines(path):
        where = f"{path} line {number}"
        outcome = _field(record, "outcome", str, where)
        if outcome not in OUTCOMES:
            raise UserError(f"{where}: outcome {outcome!r} is none of {', '.join(OUTCOMES)}")
        yield Verdict(
            task_id=_field(record, "task_id", str, where),
            draw=_field(record, "draw", int, where),
            outcome=outcome,
            cpu_seconds=float(_field(record, "cpu_seconds", (int, float), where)),
            error=_field(record, "error", str, where, optional=True),
        )


def _field(
    record: dict[str, Any],
    name: str,
    kind: type | tuple[type, ...],
    where: str,
    optional: bool = False,
) -> Any:
    value = record.get(name)
    if value is None and optional:
        return None
    if value is None:
        raise UserError(f"{where} has no {name!r}")
    if not isinstance(value, kind) or isinstance(value, bool):
        right = _KINDS[kind if isinstance(kind, type) else float]
        wrong = _KINDS.get(type(value), type(value).__name__)
        raise UserError(f"{where}: {name!r} must be {right}, got {wrong}")
    return value


_KINDS = {
    str: "text",
    int: "an integer",
    float: "a number",
    bool: "true or false",
    list: "a list",
    dict: "a mapping",
}


def metadata_path(path: Path) -> Path:
    """``x.jsonl.gz`` -> ``x.meta.json``, ``x.csv`` -> ``x.meta.json``."""
    name = path.name.removesuffix(".gz").removesuffix(".jsonl").removesuffix(".csv")
    return path.with_name(name + ".meta.json")


def sha256_of(path: Path) -> str:
    """The sha256 of a file's bytes, in hexadecimal."""
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def fingerprint(value: Any) -> str:
    """The sha256 of a value's canonical JSON: equal for equal settings, whatever the key order."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()


def write_metadata(path: Path, described: Path, metadata: dict[str, Any]) -> None:
    """Write ``metadata`` plus the sha256 of the file that it describes, atomically."""
    metadata = {**metadata, "sha256": sha256_of(described)}
    write_text(path, json.dumps(metadata, indent=2, ensure_ascii=False, allow_nan=False) + "\n")


def read_metadata(path: Path, described: Path) -> dict[str, Any]:
    """Read a ``.meta.json`` and check that it describes ``described`` as it lies on disk.

    :raises UserError: missing or damaged metadata, or a file whose sha256 is another.
    """
    try:
        metadata = json.loads(path.read_text())
        recorded = metadata["sha256"]
    except FileNotFoundError as error:
        raise UserError(f"{path} is missing: delete {described} and run again") from error
    except (ValueError, KeyError, TypeError) as error:
        raise UserError(f"{path} is damaged: delete it and {described}, and run again") from error
    if not described.exists():
        raise UserError(f"{described} is missing although {path} is there: delete it, run again")
    if sha256_of(described) != recorded:
        raise UserError(
            f"{described} is not the file that {path} describes (its sha256 differs): it was cut "
            "short or replaced; delete both and run again"
        )
    return metadata


def check_recorded(path: Path) -> None:
    """Check that ``path`` is the file that the metadata beside it describe, where there are any.

    A table without metadata, such as one that someone else made, is taken at its word.

    :raises UserError: damaged metadata, or a file whose sha256 is another.
    """
    if metadata_path(path).exists():
        read_metadata(metadata_path(path), path)
