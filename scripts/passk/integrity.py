"""Whether finished files are still what they were when they were finished.

A file that loses its end in a power cut, or a bit on a bad disk, keeps its time, so that Snakemake
takes it for finished. Three kinds of record show it:

- the ``.meta.json`` beside samples, verdicts and tables hold their sha256, and the sha256 of what
  they were made from; a model's manifest holds those of its weights;
- Snakemake's own records (``.snakemake/metadata``) hold the sha256 of what each job read, which
  covers the tables that figures are drawn from;
- nothing was made from a picture, a page, a printed table or the table of a figure that is drawn
  with it: here only the end is looked at; of HumanEval+'s files, the checksum that gzip keeps.

Nothing is written. Not covered: whole lines that such a last table lost, and a file whose record
was changed with it.
"""

from __future__ import annotations

import base64
import binascii
import gzip
import json
import os
import shlex
import zlib
from collections.abc import Callable, Collection, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from passk.benchmarks import read_problem_file
from passk.records import UserError, metadata_path, sha256_of
from passk.words import agreeing

# How a whole file of this kind ends, white space apart.
ENDS = {".png": b"IEND\xaeB`\x82", ".pdf": b"%%EOF", ".svg": b"</svg>", ".html": b"</html>"}
LINES = (".csv", ".txt", ".md", ".tex", ".json", ".jsonl")
DATA = (".jsonl.gz", ".csv")


@dataclass(frozen=True, slots=True)
class Finding:
    """A damaged or changed file. ``remove``: what to delete, so that ``make`` is regenerated."""

    path: Path
    why: str
    remove: tuple[Path, ...]
    make: Path | None


@dataclass(slots=True)
class Report:
    """What was found, what is only worth knowing, and how much was read."""

    findings: list[Finding] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    files: int = 0
    bytes: int = 0


class Hashes:
    """The sha256 of files, each read once, on all cores."""

    def __init__(self, progress: Callable[[int, int], None]) -> None:
        self._known: dict[Path, str | None] = {}
        self._progress = progress
        self.bytes = 0

    def read(self, paths: Iterable[Path]) -> None:
        """Hash ``paths``; ``progress`` is called with the files and bytes so far."""
        todo = sorted({path for path in paths if path not in self._known})
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            for path, digest in zip(todo, pool.map(_digest, todo), strict=True):
                self._known[path] = digest
                self.bytes += path.stat().st_size if digest else 0
                self._progress(len(self._known), self.bytes)

    def of(self, path: Path) -> str | None:
        """The sha256 of ``path``; None where it cannot be read."""
        if path not in self._known:
            self.read([path])
        return self._known[path]

    @property
    def files(self) -> int:
        return sum(digest is not None for digest in self._known.values())


def _digest(path: Path) -> str | None:
    try:
        return sha256_of(path)
    except OSError:
        return None


def verify(
    root: Path,
    progress: Callable[[int, int], None] = lambda *_: None,
    asked: Collection[Path] | None = None,
) -> Report:
    """Check all finished files below ``root``, a folder of the workflow.

    ``asked``: the shards of samples that the configuration asks for, where that is known.
    """
    report, hashes = Report(), Hashes(progress)
    _check_described(root, report, hashes)
    _check_problem_files(root, report)
    _check_weights(root, report, hashes)
    _check_read_by_jobs(root, report, hashes)
    _check_ends(root, report)
    _check_leftovers(root, report, asked)
    if not report.files and not hashes.files:
        raise UserError(f"{root / 'results'} holds nothing finished: run the workflow first")
    report.files += hashes.files
    report.bytes += hashes.bytes
    first = {finding.path: finding for finding in reversed(report.findings)}
    report.findings = [first[path] for path in sorted(first)]
    return report


def _check_described(root: Path, report: Report, hashes: Hashes) -> None:
    """Samples, verdicts and tables against the metadata beside them, and against each other."""
    found = sorted((root / "results").glob("*/*/*/**/*.meta.json"))
    data = [p for suffix in DATA for p in (root / "results").glob(f"*/*/*/**/*{suffix}")]
    hashes.read(data)
    recorded: dict[Path, dict[str, Any]] = {}
    for metadata in found:
        described = next((p for p in _described_by(metadata) if p.exists()), None)
        if described is None:
            report.findings.append(
                Finding(metadata, "what it describes is missing", (metadata,), metadata)
            )
            continue
        again = (described, metadata)
        content = _json(metadata)
        if content is None or "sha256" not in content:
            report.findings.append(Finding(metadata, "it is damaged", again, described))
        elif content["sha256"] != hashes.of(described):
            why = f"its sha256 differs from that in {metadata.name}: it was truncated or replaced"
            report.findings.append(Finding(described, why, again, described))
        else:
            recorded[described] = content
    for path in sorted(set(data)):
        if not metadata_path(path).exists():
            why = f"{metadata_path(path).name} beside it is missing"
            report.findings.append(Finding(path, why, (path,), path))
    gone: set[Path] = set()
    for path, content in recorded.items():
        for source, sha256 in _sources(root, path, content):
            if not source.exists():
                gone.add(source.relative_to(root))
            elif source in recorded and sha256 != hashes.of(source):
                why = f"it was made from another version of {source.relative_to(root)}"
                again = (path, metadata_path(path))
                report.findings.append(Finding(path, why, again, path))
    if gone:
        made = [str(path) for path in sorted(gone) if path.parts[0] in ("results", "figures")]
        again = f"; to make them again: snakemake --cores all {shlex.join(made)}" if made else ""
        report.notes.append(
            f"{len(gone)} source files no longer exist ({min(gone)} is one); what was made from "
            f"them stands, but cannot be traced{again}"
        )


def _described_by(metadata: Path) -> list[Path]:
    stem = metadata.name.removesuffix(".meta.json")
    return [metadata.with_name(stem + suffix) for suffix in DATA]


def _sources(root: Path, path: Path, content: dict[str, Any]) -> Iterator[tuple[Path, str]]:
    """The files that ``path`` was made from, and the sha256 that they had."""
    if path.parent.parent.name in ("verdicts", "feedback") and content.get("samples_sha256"):
        yield path.parent.parent.parent / "samples" / path.name, content["samples_sha256"]
    yield from _continued(path, content)
    for name, sha256 in content.get("sources", {}).items():
        yield root / name, sha256


def _continued(path: Path, content: dict[str, Any]) -> Iterator[tuple[Path, str]]:
    """What the samples at ``path`` continue, where they are of a round of repair."""
    made_from = content.get("made_from")
    if not made_from:
        return
    repair, (results, model, benchmark) = content["sampling"]["repair"], path.parents[4:1:-1]
    folder = results / repair.get("model", model.name) / benchmark.name / repair["of"]
    yield folder / "samples" / path.name, made_from["samples_sha256"]
    yield folder / "feedback" / repair["answer"] / path.name, made_from["feedback_sha256"]


def _check_problem_files(root: Path, report: Report) -> None:
    for path in sorted((root / "results").glob("*/*/problems.jsonl")):
        report.files += 1
        try:
            read_problem_file(path)
        except UserError:
            report.findings.append(Finding(path, "it is truncated or damaged", (path,), path))


def _check_weights(root: Path, report: Report, hashes: Hashes) -> None:
    for path in sorted((root / "results").glob("*/manifest.json")):
        report.files += 1
        manifest = _json(path)
        if manifest is None or not isinstance(manifest.get("files"), dict):
            report.findings.append(Finding(path, "it is damaged", (path,), path))
            continue
        if not manifest["files"]:
            continue
        folder = root / Path(manifest["path"]).expanduser()
        if not folder.exists():
            report.notes.append(f"the model of {path} is not on this machine: {folder}")
            continue
        files = {
            (folder / name if folder.is_dir() else folder): sha256
            for name, sha256 in manifest["files"].items()
        }
        hashes.read(files)
        for file, sha256 in files.items():
            if hashes.of(file) != sha256:
                why = f"it differs from the one that {path.relative_to(root)} records: restore that"
                report.findings.append(Finding(file, why, (), None))


def _check_read_by_jobs(root: Path, report: Report, hashes: Hashes) -> None:
    """What jobs read, by Snakemake's own records. Nothing is reported where Snakemake sees it
    by a file's time."""
    folder = root / ".snakemake/metadata"
    if not folder.is_dir():
        report.notes.append("there are no records of Snakemake here: figures' tables are unchecked")
        return
    read: dict[Path, tuple[str, str]] = {}
    for entry in folder.rglob("*"):
        record = _json(entry) if entry.is_file() else None
        made = _decoded(str(entry.relative_to(folder)))
        if record is None or made is None or not (root / made).exists():
            continue
        for name, checksum in (record.get("input_checksums") or {}).items():
            path = root / name
            if not name.startswith(("results/", "figures/")) or not path.is_file():
                continue
            if path.stat().st_mtime <= record.get("endtime", 0):
                read[path] = (str(checksum), made)
    hashes.read(read)
    for path, (checksum, made) in sorted(read.items()):
        if checksum.removeprefix("sha256:") != hashes.of(path):
            why = f"it differs from what {made} was made from: it was truncated or changed in place"
            beside = metadata_path(path)
            again = (path, beside) if beside.exists() and path.suffix != ".json" else (path,)
            report.findings.append(Finding(path, why, again, path))


def _decoded(name: str) -> str | None:
    """The path of an output, after which Snakemake names its record."""
    try:
        text = "".join(part.removeprefix("@") for part in name.split("/"))
        return base64.b64decode(text, b"-_", validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return None


def _check_ends(root: Path, report: Report) -> None:
    """Whether files that have no record are complete at their end."""
    for path in sorted(p for p in (root / "figures").glob("*/**/*") if p.is_file()):
        # Snakemake puts an empty file into a folder that is an output.
        if path.parts[len(root.parts) + 1] == "readme" or path.name == ".snakemake_timestamp":
            continue
        report.files += 1
        content = path.read_bytes()
        report.bytes += len(content)
        end = ENDS.get(path.suffix, b"\n" if path.suffix in LINES else b"")
        if not content or not (content if end == b"\n" else content.rstrip()).endswith(end):
            report.findings.append(Finding(path, "it is truncated", (path,), path))
    for path in sorted(root.glob("resources/*/*.jsonl.gz")):
        report.files += 1
        report.bytes += path.stat().st_size
        try:
            with gzip.open(path) as handle:
                while handle.read(1 << 20):
                    pass
        except (OSError, EOFError, zlib.error):
            report.findings.append(Finding(path, "it is truncated or damaged", (path,), path))


def _check_leftovers(root: Path, report: Report, asked: Collection[Path] | None) -> None:
    partial = {path.relative_to(root) for path in (root / "results").glob("**/*.partial")}
    strange = {path for path in partial if asked is not None and path.with_suffix("") not in asked}
    if unfinished := len(partial - strange):
        report.notes.append(
            f"{agreeing(unfinished, 'shard is', 'shards are')} unfinished: the same command "
            "resumes them"
        )
    if strange:
        report.notes.append(
            f"{agreeing(len(strange), 'unfinished shard is', 'unfinished shards are')} no longer "
            "asked for; to remove: rm "
            f"{shlex.join(map(str, sorted(strange)))}"
        )
    temporary = sorted((root / "results").glob("**/.*.tmp"))
    if temporary:
        size = sum(path.stat().st_size for path in temporary)
        report.notes.append(
            f"{len(temporary)} temporary files of killed jobs, {size / 1e6:.1f} MB, can be "
            "deleted while nothing is running: find results -name '.*.tmp' -delete"
        )
    if any((root / ".snakemake/locks").glob("*")):
        report.notes.append(
            "a run is in progress here, or was killed: files that it was writing may be listed"
        )


def _json(path: Path) -> dict[str, Any] | None:
    try:
        content = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return None
    return content if isinstance(content, dict) else None
