"""Metadata that were edited: what they say is held against the file that they describe."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from passk.provenance import check_samples_record, check_verdicts_record
from passk.records import (
    Sample,
    UserError,
    Verdict,
    metadata_path,
    read_metadata,
    write_metadata,
    write_records,
)

SAMPLES = [
    Sample(f"T/{task}", draw, "x", "length" if draw == 4 else "stop", 3)
    for task in range(2)
    for draw in (4, 5)
]
ABOUT_SAMPLES = {
    "format": 1, "tasks": 2, "draws": [4, 5], "completion_tokens": 12, "truncated": 2
}  # fmt: skip
VERDICTS = [Verdict("T/0", 0, "passed", 0.1), Verdict("T/0", 1, "failed", 0.1, "NameError")]
OUTCOMES = {"passed": 1, "failed": 1, "timeout": 0, "crashed": 0}

Check = Callable[[Path, dict[str, Any]], None]


def shard(folder: Path, records: list, about: dict[str, Any]) -> Path:
    path = folder / "00004-00005.jsonl.gz"
    write_records(path, records)
    write_metadata(metadata_path(path), path, about)
    return path


@pytest.mark.parametrize(
    ("edited", "said"),
    [
        ({}, None),
        ({"completion_tokens": 1}, "its 'completion_tokens' is 1, but .* has 12: put that back"),
        ({"draws": [0, 1]}, r"its 'draws' is \[0, 1\], but .* has \[4, 5\]"),
        ({"tasks": 3}, "its 'tasks' is 3"),
        ({"truncated": 0}, "its 'truncated' is 0"),
        ({"format": 2}, "is of format 2, which this version does not know"),
        ({"completion_tokens": None}, "its 'completion_tokens' is null"),
    ],
)
def test_edited_metadata_of_samples_are_refused(
    tmp_path: Path, edited: dict[str, Any], said: str | None
) -> None:
    path = metadata_path(shard(tmp_path, SAMPLES, ABOUT_SAMPLES | edited))
    refused(check_samples_record, path, said)


@pytest.mark.parametrize(
    ("edited", "said"),
    [
        ({}, None),
        ({"passed": 2, "failed": 0}, "its 'outcomes' is .*2.* but .* has"),
    ],
)
def test_edited_metadata_of_verdicts_are_refused(
    tmp_path: Path, edited: dict[str, int], said: str | None
) -> None:
    about = {"format": 1, "outcomes": OUTCOMES | edited}
    refused(check_verdicts_record, metadata_path(shard(tmp_path, VERDICTS, about)), said)


def refused(check: Check, path: Path, said: str | None) -> None:
    record = json.loads(path.read_text())
    if said is None:
        check(path, record)
    else:
        with pytest.raises(UserError, match=said):
            check(path, record)


@pytest.mark.parametrize(
    ("records", "about", "check"),
    [
        (SAMPLES, ABOUT_SAMPLES, check_samples_record),
        (VERDICTS, {"format": 1, "outcomes": OUTCOMES}, check_verdicts_record),
    ],
)
def test_replaced_shard_is_refused_by_who_reads_its_metadata(
    tmp_path: Path, records: list, about: dict[str, Any], check: Check
) -> None:
    path = shard(tmp_path, records, about)
    write_records(path, [*records[1:], records[0]])
    refused(check, metadata_path(path), "its sha256 differs")


def test_tokens_that_nobody_counted_are_no_edit(tmp_path: Path) -> None:
    unknown = [Sample("T/0", 0, "x", "stop", 3), Sample("T/0", 1, "x")]
    path = shard(tmp_path, unknown, {"completion_tokens": None})
    check_samples_record(metadata_path(path), read_metadata(metadata_path(path), path))


def test_metadata_alone_are_taken_at_their_word(tmp_path: Path) -> None:
    check_samples_record(tmp_path / "00000-00001.meta.json", {"tasks": 5})
