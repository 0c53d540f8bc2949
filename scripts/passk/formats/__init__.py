"""The files that other tools write: how each is told from the others, and what it holds.

Samples are for `execute.py` and for ``engine: recorded``; verdicts are for `counts_from.py`.
:data:`FORMATS` is read by all of them, so that a file that lies at the wrong door is named as what
it is. Any of the files may be packed with gzip.
"""

from __future__ import annotations

import codecs
import json
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from pkgutil import resolve_name
from typing import Any

from passk.benchmarks import Task
from passk.records import Sample, UserError, not_an_object, unpacked

FOLDER, LIST, ZIP = "a folder", "a list", "a zip archive"


@dataclass(frozen=True, slots=True)
class Format:
    """What is known of a format. A ``module:function`` is imported only when it is used.

    :ivar title: what a file of it is called in a sentence.
    :ivar keys: what the first JSON object of a file has; for other files :data:`FOLDER`,
        :data:`LIST` (one JSON list) or :data:`ZIP`.
    :ivar samples: function of a :class:`Source` and a digest, as :func:`read_samples` is; yields
        the samples as this package has them.
    :ivar harness: one of ``passk.formats.harnesses.HARNESSES``, where the file holds verdicts.
    """

    title: str
    keys: tuple[str, ...] | str
    samples: str = ""
    harness: str = ""


FORMATS = (
    Format("human-eval's samples", ("completion",), samples="passk.formats.samples:completions"),
    Format("EvalPlus's samples", ("solution",), samples="passk.formats.samples:programs"),
    Format("EvalPlus's folder of programs", FOLDER, samples="passk.formats.samples:folder"),
    Format("bigcode's generations", LIST, samples="passk.formats.samples:generations"),
    Format(
        "LM-eval's samples", ("doc", "resps"), "passk.formats.samples:responses", harness="lm-eval"
    ),
    Format("Inspect's log", ("eval", "status", ZIP), harness="inspect"),
    Format("EvalPlus's results", ("eval", "hash"), harness="evalplus"),
    Format("SWE-bench's report of a run", ("resolved_ids",), harness="swebench"),
    Format("NeMo-Skills's output", ("generation",), harness="nemo-skills"),
    Format("a problem file", ("canonical_solution",)),
    Format("a file of this package's verdicts", ("outcome",)),
)
"""To read another format, add a row here and a function beside the others."""


@dataclass(frozen=True, slots=True)
class Source:
    """Samples as they lie on disk, and what they are samples of.

    :ivar tasks: the tasks to read samples of, by ``task_id``.
    :ivar size: the tasks of the whole benchmark.
    :ivar filter: LM-eval's filter whose lines are read; needed where a file has several.
    """

    path: Path
    tasks: Mapping[str, Task]
    size: int
    filter: str | None = None


def read_samples(source: Source, digest: Any = None) -> Iterator[Sample]:
    """Yield the samples of a source in any of the formats that hold some.

    Draws without a number are numbered from 0 for each task, in the file's order. ``digest``, one
    of ``hashlib``'s, is fed the bytes as they are read: the file's, or a folder's names and files.

    :raises UserError: a file of no format or of several, one that holds no samples, a damaged one,
        a (task, draw) twice, a filter that has to be chosen.
    """
    found = recognise(source.path)
    readers = [one for one in found if one.samples]
    if len(readers) > 1:
        names = " and ".join(repr(one.keys[0]) for one in readers)
        raise UserError(
            f"{source.path} has both {names}, so it cannot be told which one is the answer; take "
            "one of the keys out"
        )
    if not readers:
        raise UserError(f"{source.path} {_not_samples(found)}")
    seen: dict[str, set[int]] = {}
    for sample in resolve_name(readers[0].samples)(source, digest):
        draws = seen.setdefault(sample.task_id, set())
        if sample.draw in draws:
            raise UserError(
                f"{source.path}: draw {sample.draw} of {sample.task_id} is there twice; remove one "
                "of the two"
            )
        draws.add(sample.draw)
        yield sample


def _not_samples(found: list[Format]) -> str:
    if not found:
        keys = [one.keys[-1] for one in FORMATS if one.samples and not isinstance(one.keys, str)]
        return (
            f"line 1 has none of {', '.join(map(repr, keys))}: it is in no format of samples that "
            "is known here; see docs/your-own.md"
        )
    one = found[0]
    if one.harness:
        return (
            f"is {one.title}, which holds verdicts; make counts of it with "
            f"counts_from.py --format {one.harness}"
        )
    return f"is {one.title}, which holds no samples; give the file of the samples"


def recognise(path: Path) -> list[Format]:
    """The formats that ``path`` may be in: mostly one.

    :raises UserError: no such file, an empty one, or one that is damaged.
    """
    shown = _shown(path)
    if isinstance(shown, str):
        return [one for one in FORMATS if shown in (one.keys, *one.keys)]
    return [
        one
        for one in FORMATS
        if not isinstance(one.keys, str) and shown.keys() >= {*one.keys} - {ZIP}
    ]


def _shown(path: Path) -> str | dict[str, Any]:
    """What tells the format: :data:`FOLDER`, :data:`LIST`, :data:`ZIP` or the first object."""
    if path.is_dir():
        return FOLDER
    if path.is_file() and zipfile.is_zipfile(path):
        return ZIP
    with unpacked(path) as handle:
        line = next((line for line in handle if line.strip()), b"").removeprefix(codecs.BOM_UTF8)
    if not line:
        raise UserError(f"{path} has no samples; it must hold one JSON object a line")
    if line.lstrip().startswith(b"["):
        return LIST
    try:
        first = json.loads(line)
    except (ValueError, RecursionError) as error:
        try:  # an object of many lines, if it is JSON at all
            first = read_json(path)
        except UserError:
            raise UserError(not_an_object(path, 1, line, error)) from error
    if not isinstance(first, dict):
        raise UserError(not_an_object(path, 1, line))
    return first


def read_json(path: Path, digest: Any = None) -> Any:
    """The value of a file that holds one JSON value. ``digest``: as in :func:`unpacked`.

    :raises UserError: it does not.
    """
    with unpacked(path, digest) as handle:
        try:
            return json.load(handle)
        except (ValueError, RecursionError) as error:
            raise UserError(
                f"{path} line 1 is not JSON: the file is cut short or damaged, or something else; "
                "make or copy it again"
            ) from error


def files_of(path: Path) -> dict[str, Path]:
    """The file at ``path``, or all ``.py`` files of the folder there, by name.

    :raises UserError: there are none.
    """
    if path.is_file():
        return {path.name: path}
    files = {str(p.relative_to(path)): p for p in path.rglob("*.py")} if path.is_dir() else {}
    if not files:
        raise UserError(
            f"{path} is neither a file of samples nor a folder of .py files; check the path"
        )
    return files
