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

import codecs
import errno
import glob
import gzip
import hashlib
import io
import json
import logging
import math
import os
import secrets
import time
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, BinaryIO, TypeVar

T = TypeVar("T")
OUTCOMES = ("passed", "failed", "timeout", "crashed")
FORMAT = 1  # of metadata
AGAIN = "copy it again or, where the workflow made it, delete it and run the same command again"
# What a file system says of a call that it does not have.
UNSUPPORTED = {errno.EINVAL, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOLCK}


class UserError(Exception):
    """Something that the user can mend. Its text is one sentence that says what to do."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One completion as the model wrote it.

    ``tokens`` counts the completion's tokens, ``logprob`` is the sum of their log-probabilities
    under the sampling distribution's model (nats); both are None where the source did not say.
    ``score`` is what a reward model or a verifier that is no test said of it, higher for better; it
    is written only where there is one.
    """

    task_id: str
    draw: int
    completion: str
    finish_reason: str | None = None
    tokens: int | None = None
    logprob: float | None = None
    score: float | None = None


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
            sync(handle.fileno(), path)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    directory = os.open(path.parent, os.O_RDONLY)
    try:
        sync(directory, path.parent)
    finally:
        os.close(directory)


def sync(descriptor: int, path: Path) -> None:
    """Wait until ``path``, open as ``descriptor``, is on the disk.

    Where the file system has no such call that is said once, and the work goes on: what a power cut
    may take is found by its sha256.
    """
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in UNSUPPORTED:
            raise
        say_once(f"files at {path} cannot be synced ({error.strerror}): a power cut may lose them")


def bring_back(paths: Iterable[Path]) -> list[Path]:
    """Give files of a time to come, which a clock that was set back leaves, the present time.

    Snakemake removes what a job made from them: it is older than what it was made from. Gives the
    files that it found.
    """
    now, found = time.time(), []
    for path in paths:
        try:
            if path.stat().st_mtime > now:
                found.append(path)
                os.utime(path)
        except FileNotFoundError:
            continue
        except OSError as error:
            say_once(f"{path} is of a time to come, which cannot be mended ({error.strerror})")
    return found


@cache
def say_once(sentence: str) -> None:
    """Warn, unless this process has already said so."""
    logging.warning(sentence)


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
    encode = json.JSONEncoder(ensure_ascii=True, allow_nan=False).encode
    for record in records:
        values = {name: getattr(record, name) for name in record.__dataclass_fields__}
        if values.get("score", 0) is None:
            del values["score"]
        out.write(encode(values).encode() + b"\n")


class _Hashed(io.RawIOBase):
    """A file whose bytes are fed to a hash as they are read."""

    def __init__(self, raw: BinaryIO, digest: Any) -> None:
        self._raw = raw
        self._digest = digest

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        part = self._raw.read(len(buffer))
        self._digest.update(part)
        buffer[: len(part)] = part
        return len(part)


@contextmanager
def unpacked(path: Path, digest: Any = None) -> Iterator[Any]:
    """Open a file to read its bytes, unpacked where gzip has packed it.

    ``digest``, one of ``hashlib``'s, is fed the file's own bytes as they are read.

    :raises UserError: no such file, or one that is cut short, damaged or cannot be read.
    """
    try:
        with path.open("rb") as raw:
            packed = raw.peek(2)[:2] == b"\x1f\x8b"
            source: Any = io.BufferedReader(_Hashed(raw, digest), 1 << 17) if digest else raw
            yield gzip.GzipFile(fileobj=source) if packed else source
    except FileNotFoundError as error:
        raise UserError(f"{path} does not exist; check the path") from error
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise UserError(f"{path} is cut short or damaged ({error}); {AGAIN}") from error
    except OSError as error:
        raise UserError(f"{path} cannot be read ({error.strerror or error})") from error


def read_lines(path: Path, digest: Any = None) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield ``(line number from 1, object)`` of a ``.jsonl`` or ``.jsonl.gz`` file.

    ``digest``: as in :func:`unpacked`.

    :raises UserError: no such file, not UTF-8, cut short, or a line that is not a JSON object.
    """
    with unpacked(path, digest) as handle:
        for number, line in enumerate(handle, start=1):
            if number == 1:
                line = line.removeprefix(codecs.BOM_UTF8)
            if not line.strip():
                continue
            try:
                record = json.loads(line)
            except (ValueError, RecursionError) as error:
                raise UserError(not_an_object(path, number, line, error)) from error
            if not isinstance(record, dict):
                raise UserError(not_an_object(path, number, line))
            yield number, record


# What people bring for JSON lines, by what it begins with.
_OTHER_FILES = {
    codecs.BOM_UTF16_LE: ("in UTF-16", "save it as UTF-8"),
    codecs.BOM_UTF16_BE: ("in UTF-16", "save it as UTF-8"),
    b"PAR1": ("a Parquet file", "export it as JSON lines"),
    b"ARROW1": ("an Arrow file", "export it as JSON lines"),
    b"PK\x03\x04": ("a zip archive", "unpack it"),
    b"\x28\xb5\x2f\xfd": ("packed with zstd", "unpack it, or pack it with gzip"),
    b"BZh": ("packed with bzip2", "unpack it, or pack it with gzip"),
    b"\xfd7zXZ": ("packed with xz", "unpack it, or pack it with gzip"),
}


def not_an_object(path: Path, number: int, line: bytes, error: Exception | None = None) -> str:
    """What a line is that should be a JSON object, and what to do about it."""
    wanted = "one JSON object a line is needed"
    for begins, (what, remedy) in _OTHER_FILES.items():
        if number == 1 and line.startswith(begins):
            return f"{path} is {what}: {remedy}; {wanted}"
    if isinstance(error, RecursionError):
        return f"{path} line {number} is nested too deeply; {wanted}"
    if isinstance(error, UnicodeDecodeError):
        return f"{path} line {number} is not UTF-8; save the file as UTF-8"
    if number == 1 and line.lstrip().startswith(b"["):
        return f"{path} is a JSON list: {wanted} (jq -c '.[]' {path.name} makes it)"
    if number == 1 and line.strip() == b"{":
        return f"{path} is JSON over several lines: {wanted} (jq -c . {path.name} makes it)"
    if number == 1 and b"," in line and not line.lstrip().startswith(b"{"):
        return f"{path} looks like a CSV file: {wanted}"
    if error is None:
        return f"{path} line {number} is not a JSON object; {wanted}"
    return f"{path} line {number} is not JSON: it is cut short or damaged; {AGAIN}"


def read_samples(path: Path, digest: Any = None) -> Iterator[Sample]:
    """Yield the samples of a file.

    A line needs ``task_id`` and ``completion``; ``draw``, where missing from every line, is
    numbered from 0 per task in file order. ``digest``: see :func:`read_lines`.

    :raises UserError: a damaged file, a missing field, a wrong type, a (task, draw) given twice.
    """
    next_draw: dict[str, int] = {}
    seen: dict[str, set[int]] = {}
    numbered: bool | None = None
    for number, record in read_lines(path, digest):
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
            logprob=finite_number(record, "logprob", where),
            score=finite_number(record, "score", where),
        )


def finite_number(record: dict[str, Any], name: str, where: str) -> float | None:
    """A number that a record may lack, such as a sample's score; None where it does.

    :raises UserError: what is no finite number.
    """
    number = _field(record, name, (int, float), where, optional=True)
    try:
        if number is None or math.isfinite(number):
            return number
    except OverflowError:  # an integer beyond a float
        pass
    raise UserError(f"{where}: {name!r} must be a finite number; leave it out where there is none")


def read_verdicts(path: Path, digest: Any = None) -> Iterator[Verdict]:
    """Yield the verdicts of a file. ``digest``: see :func:`read_lines`.

    :raises UserError: a damaged file, a missing field, a wrong type, an unknown outcome.
    """
    for number, record in read_lines(path, digest):
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


DESCRIBED = (".jsonl.gz", ".jsonl", ".csv")
"""How files end that metadata are written of."""


def metadata_path(path: Path) -> Path:
    """``x.jsonl.gz`` -> ``x.meta.json``, ``x.csv`` -> ``x.meta.json``."""
    name = path.name.removesuffix(".gz").removesuffix(".jsonl").removesuffix(".csv")
    return path.with_name(name + ".meta.json")


def sharing_metadata(path: Path) -> list[Path]:
    """The other files that are there and whose metadata would be the file that ``path`` has."""
    stem = metadata_path(path).name.removesuffix(".meta.json")
    others = (path.with_name(stem + suffix) for suffix in DESCRIBED)
    return [other for other in others if other != path and other.exists()]


def has_metadata(path: Path) -> bool:
    """Whether metadata lie beside ``path`` that are not those of another file of the same stem."""
    if not metadata_path(path).exists():
        return False
    others = sharing_metadata(path)
    known = _read_key(path, "sha256") if others else None
    return known not in map(sha256_of, others) or (path.exists() and sha256_of(path) == known)


def described_by(metadata: Path) -> Path:
    """``x.meta.json`` -> ``x.jsonl.gz``: the shard that it describes."""
    return metadata.with_name(metadata.name.removesuffix(".meta.json") + ".jsonl.gz")


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
    if metadata.get("format", FORMAT) != FORMAT:
        raise UserError(
            f"{path} is of format {metadata['format']}, which this version does not know: it was "
            f"edited, or made by a newer version; its format is {FORMAT}"
        )
    if not described.exists():
        raise UserError(f"{described} is missing although {path} is there: delete it, run again")
    if sha256_of(described) != recorded:
        raise UserError(
            f"{described} is not the file that {path} describes (its sha256 differs): it was cut "
            "short or replaced; delete both and run again"
        )
    return metadata


def metadata_of(path: Path) -> dict[str, Any] | None:
    """The metadata beside ``path``, checked to describe it; None where it has none of its own.

    A file without metadata, such as a table that someone else made, is taken at its word.

    :raises UserError: damaged metadata, or a file whose sha256 is another.
    """
    return read_metadata(metadata_path(path), path) if has_metadata(path) else None


def recorded(path: Path, key: str) -> Any:
    """What the metadata beside ``path`` say under ``key``, unchecked; None where they do not."""
    return _read_key(path, key) if has_metadata(path) else None


def _read_key(path: Path, key: str) -> Any:
    try:
        return json.loads(metadata_path(path).read_text())[key]
    except (OSError, ValueError, KeyError, TypeError):
        return None


class Snapshot:
    """The bytes of files that are checked and read, or read more than once: the same each time.

    Made before the files are checked against their metadata: the bytes are those that they
    describe. ``sha256`` has those of each file that has metadata, or was read.
    """

    def __init__(self, paths: Iterable[Path]) -> None:
        self.sha256 = {path: found for path in paths if (found := recorded(path, "sha256"))}

    def read(self, path: Path, reader: Callable[[Path, Any], Iterator[T]]) -> Iterator[T]:
        """Yield what ``reader``, such as :func:`read_samples`, yields of ``path``.

        :raises UserError: at the end, the file is another than before; what ``reader`` raises.
        """
        digest = hashlib.sha256()
        yield from reader(path, digest)
        if self.sha256.setdefault(path, digest.hexdigest()) != digest.hexdigest():
            raise UserError(f"{path} was replaced while it was read: run the same command again")
