"""Records: written atomically, read without guessing."""

from __future__ import annotations

import errno
import gzip
import json
import os
import stat
import time
from pathlib import Path

import pytest

from passk.records import (
    Sample,
    UserError,
    Verdict,
    bring_back,
    fingerprint,
    has_metadata,
    metadata_of,
    metadata_path,
    read_metadata,
    read_samples,
    read_verdicts,
    recorded,
    replace_atomically,
    write_metadata,
    write_records,
    write_text,
)

SAMPLES = [
    Sample("T/0", 0, "    return 'é\\u2028'\n", "stop", 5, -1.5),
    Sample("T/0", 1, "", None, None, None),
]


def write_lines(path: Path, *lines: dict[str, object]) -> Path:
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


@pytest.mark.parametrize("name", ["s.jsonl", "s.jsonl.gz"])
def test_samples_come_back_as_written(tmp_path: Path, name: str) -> None:
    write_records(tmp_path / name, SAMPLES)
    assert list(read_samples(tmp_path / name)) == SAMPLES


def test_verdicts_come_back_as_written(tmp_path: Path) -> None:
    verdicts = [Verdict("T/0", 0, "passed", 0.25), Verdict("T/0", 1, "failed", 0.0, "KeyError")]
    write_records(tmp_path / "v.jsonl.gz", verdicts)
    assert list(read_verdicts(tmp_path / "v.jsonl.gz")) == verdicts


def test_lone_surrogates_survive(tmp_path: Path) -> None:
    sample = Sample("T/0", 0, "x = '\udc80'")
    write_records(tmp_path / "s.jsonl.gz", [sample])
    assert list(read_samples(tmp_path / "s.jsonl.gz")) == [sample]


def test_same_records_are_same_bytes(tmp_path: Path) -> None:
    write_records(tmp_path / "a.jsonl.gz", SAMPLES)
    write_records(tmp_path / "b.jsonl.gz", SAMPLES)
    assert (tmp_path / "a.jsonl.gz").read_bytes() == (tmp_path / "b.jsonl.gz").read_bytes()


def test_failed_write_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "s.jsonl.gz"
    write_records(path, SAMPLES)
    old = path.read_bytes()

    def breaks():
        yield SAMPLES[0]
        raise RuntimeError("killed")

    with pytest.raises(RuntimeError):
        write_records(path, breaks())
    assert path.read_bytes() == old
    assert [p.name for p in tmp_path.iterdir()] == [path.name]


def test_nothing_appears_before_it_is_whole(tmp_path: Path) -> None:
    with replace_atomically(tmp_path / "x") as handle:
        handle.write(b"half")
        assert not (tmp_path / "x").exists()
    assert (tmp_path / "x").read_bytes() == b"half"


def test_file_and_folder_reach_the_disk_before_and_after_the_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else a power cut may keep the new name and lose the content, or the name."""
    done: list[str] = []
    sync, rename = os.fsync, Path.replace

    def synced(descriptor: int) -> None:
        kind = "folder" if stat.S_ISDIR(os.fstat(descriptor).st_mode) else "file"
        size = os.fstat(descriptor).st_size
        done.append(f"{kind} synced" + (f", {size} bytes" if kind == "file" else ""))
        sync(descriptor)

    def renamed(path: Path, target: Path) -> Path:
        done.append("renamed")
        return rename(path, target)

    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(Path, "replace", renamed)
    path = tmp_path / "s.jsonl.gz"
    write_records(path, SAMPLES)
    assert done == [f"file synced, {path.stat().st_size} bytes", "renamed", "folder synced"]


@pytest.mark.parametrize("keep", [0.3, 0.9, 0.99])
def test_truncated_gzip_is_an_error_that_names_it(tmp_path: Path, keep: float) -> None:
    path = tmp_path / "s.jsonl.gz"
    write_records(path, [Sample("T/0", i, f"return {i * 7919}") for i in range(500)])
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * keep)])
    with pytest.raises(UserError, match=r"s\.jsonl\.gz"):
        list(read_samples(path))


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        ([{"task_id": "T/0"}], "line 1 has no 'completion'"),
        ([{"completion": "x"}], "has no 'task_id'"),
        ([{"task_id": "T/0", "completion": 3}], "'completion' must be text"),
        ([{"task_id": "T/0", "completion": "x", "draw": "0"}], "'draw' must be an integer"),
        ([{"task_id": "T/0", "completion": "x", "draw": True}], "got true or false"),
        ([{"task_id": "T/0", "completion": "x", "draw": -1}], "negative"),
        ([{"task_id": "T/0", "completion": "x", "draw": 1}] * 2, "draw 1 of T/0 is there twice"),
        (
            [
                {"task_id": "T/0", "completion": "x"},
                {"task_id": "T/0", "completion": "x", "draw": 1},
            ],
            "number all or none",
        ),
    ],
)
def test_wrong_sample_is_an_error_with_its_line(
    tmp_path: Path, lines: list[dict[str, object]], sentence: str
) -> None:
    with pytest.raises(UserError, match=sentence):
        list(read_samples(write_lines(tmp_path / "s.jsonl", *lines)))


def test_missing_draws_are_numbered_per_task(tmp_path: Path) -> None:
    lines = [{"task_id": t, "completion": "x"} for t in ("T/0", "T/1", "T/0", "T/1", "T/0")]
    samples = read_samples(write_lines(tmp_path / "s.jsonl", *lines))
    assert [(s.task_id, s.draw) for s in samples] == [
        ("T/0", 0),
        ("T/1", 0),
        ("T/0", 1),
        ("T/1", 1),
        ("T/0", 2),
    ]


def test_line_that_is_no_json_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "s.jsonl").write_text('{"task_id": "T/0", "compl')
    with pytest.raises(UserError, match="cut short or damaged"):
        list(read_samples(tmp_path / "s.jsonl"))


def test_file_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="does not exist"):
        list(read_samples(tmp_path / "s.jsonl"))


def test_unknown_outcome_is_an_error(tmp_path: Path) -> None:
    line = {"task_id": "T/0", "draw": 0, "outcome": "maybe", "cpu_seconds": 0.0}
    with pytest.raises(UserError, match="maybe"):
        list(read_verdicts(write_lines(tmp_path / "v.jsonl", line)))


def test_metadata_lies_beside_its_file() -> None:
    assert metadata_path(Path("a/00000-00099.jsonl.gz")) == Path("a/00000-00099.meta.json")
    assert metadata_path(Path("a/s.jsonl")) == Path("a/s.meta.json")
    assert metadata_path(Path("a/counts.csv")) == Path("a/counts.meta.json")


def test_metadata_notices_a_replaced_file(tmp_path: Path) -> None:
    path = tmp_path / "s.jsonl.gz"
    write_records(path, SAMPLES)
    write_metadata(metadata_path(path), path, {"format": 1})
    assert read_metadata(metadata_path(path), path)["format"] == 1
    write_records(path, SAMPLES[:1])
    with pytest.raises(UserError, match="sha256"):
        read_metadata(metadata_path(path), path)


def test_damaged_metadata_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "s.jsonl.gz"
    write_records(path, SAMPLES)
    metadata_path(path).write_text('{"format": 1')
    with pytest.raises(UserError, match="damaged"):
        read_metadata(metadata_path(path), path)
    metadata_path(path).unlink()
    with pytest.raises(UserError, match="missing"):
        read_metadata(metadata_path(path), path)


def test_fingerprint_ignores_the_order_of_keys() -> None:
    assert fingerprint({"a": 1, "b": [2]}) == fingerprint({"b": [2], "a": 1})
    assert fingerprint({"a": 1}) != fingerprint({"a": 2})


def test_trailing_garbage_after_gzip_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "s.jsonl.gz"
    path.write_bytes(gzip.compress(b'{"task_id": "T/0", "completion": "x"}\n') + b"garbage")
    with pytest.raises(UserError):
        list(read_samples(path))


OBJECT = b'{"task_id": "T/0", "completion": ""}'


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ((OBJECT + b"\n").decode().encode("utf-16"), "is in UTF-16: save it as UTF-8"),
        (b'{"task_id": "T/0", "completion": "\xe9"}\n', "line 1 is not UTF-8; save the file as"),
        (b"task_id,completion\nT/0,x\n", "looks like a CSV file: one JSON object a line"),
        (b"[" + OBJECT + b"]\n", "is a JSON list: one JSON object a line is needed"),
        (b"[\n" + OBJECT + b"\n]\n", "is a JSON list"),
        (json.dumps(json.loads(OBJECT), indent=1).encode(), "is JSON over several lines"),
        (b"PAR1\x15\x04", "is a Parquet file: export it"),
        (b"PK\x03\x04\x14", "is a zip archive: unpack it"),
        (b"\x28\xb5\x2f\xfd\x24", "is packed with zstd: unpack it"),
        (b'{"x": ' + b"[" * 200_000, "line 1 is nested too deeply"),
        (OBJECT + b"\n" + OBJECT[:9], "line 2 is not JSON: it is cut short or damaged"),
        (OBJECT + b"\n3\n", "line 2 is not a JSON object"),
    ],
)
@pytest.mark.parametrize("packed", [False, True])
def test_what_is_no_json_lines_is_named_as_what_it_is(
    tmp_path: Path, content: bytes, said: str, packed: bool
) -> None:
    path = tmp_path / "mine.jsonl"
    path.write_bytes(gzip.compress(content) if packed else content)
    with pytest.raises(UserError) as caught:
        list(read_samples(path))
    assert said in str(caught.value)
    unasked = str(caught.value).replace("where the workflow made it, delete it", "")
    assert "delete" not in unasked, "it is the user's file"


def test_a_score_is_kept_and_without_one_the_bytes_are_as_before(tmp_path: Path) -> None:
    plain, scored = Sample("T", 0, "x"), Sample("T", 1, "x", score=0.5)
    write_records(tmp_path / "s.jsonl", [plain, scored])
    first, second = (tmp_path / "s.jsonl").read_text().splitlines()
    assert list(json.loads(first)) == [
        "task_id", "draw", "completion", "finish_reason", "tokens", "logprob",
    ]  # fmt: skip
    assert json.loads(second)["score"] == 0.5
    assert list(read_samples(tmp_path / "s.jsonl")) == [plain, scored]


@pytest.mark.parametrize("key", ["score", "logprob"])
@pytest.mark.parametrize("value", ["NaN", "-Infinity", "1" + "0" * 400, '"high"', "true", "[1]"])
def test_what_is_no_finite_number_is_one_sentence(tmp_path: Path, key: str, value: str) -> None:
    path = tmp_path / "s.jsonl"
    path.write_text(f'{{"task_id": "T", "completion": "x", "{key}": {value}}}\n')
    with pytest.raises(UserError, match=f"line 1: '{key}' must be a") as error:
        list(read_samples(path))
    assert "\n" not in str(error.value)


def test_byte_order_mark_of_utf_8_is_read_over(tmp_path: Path) -> None:
    (tmp_path / "s.jsonl").write_bytes(b"\xef\xbb\xbf" + OBJECT)
    assert list(read_samples(tmp_path / "s.jsonl")) == [Sample("T/0", 0, "")]


def test_file_system_that_cannot_sync_is_said_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    real = os.fsync

    def no_folders(descriptor: int) -> None:
        if stat.S_ISDIR(os.fstat(descriptor).st_mode):
            raise OSError(errno.EINVAL, "Invalid argument")
        real(descriptor)

    monkeypatch.setattr(os, "fsync", no_folders)
    for text in ("one", "two"):
        write_text(tmp_path / "x.txt", text)
    assert (tmp_path / "x.txt").read_text() == "two"
    assert caplog.text.count("cannot be synced (Invalid argument)") == 1


def test_disk_that_fails_to_sync_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_text(tmp_path / "x.txt", "one")

    def broken(_: int) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(os, "fsync", broken)
    with pytest.raises(OSError, match="Input/output"):
        write_text(tmp_path / "x.txt", "two")
    assert [path.read_text() for path in tmp_path.iterdir()] == ["one"]


def test_files_of_a_time_to_come_get_the_present_one(tmp_path: Path) -> None:
    paths = [tmp_path / name for name in ("past", "to_come", "missing")]
    for path in paths[:2]:
        path.touch()
    os.utime(paths[0], (1e9, 1e9))
    os.utime(paths[1], (time.time() + 86400, time.time() + 86400))
    assert bring_back(paths) == [paths[1]]
    assert paths[0].stat().st_mtime == 1e9 < paths[1].stat().st_mtime <= time.time()


def test_metadata_of_another_file_of_the_same_stem_are_not_taken(tmp_path: Path) -> None:
    theirs, mine = tmp_path / "run1.jsonl.gz", tmp_path / "run1.csv"
    write_records(theirs, SAMPLES)
    write_metadata(metadata_path(theirs), theirs, {"whose": "theirs"})
    mine.write_text("task_id,n,c\n")
    assert metadata_path(mine) == metadata_path(theirs)
    assert (has_metadata(theirs), has_metadata(mine)) == (True, False)
    assert (recorded(theirs, "whose"), recorded(mine, "whose")) == ("theirs", None)
    assert metadata_of(mine) is None  # taken at its word
    assert metadata_of(theirs)["whose"] == "theirs"
    theirs.write_bytes(theirs.read_bytes() + b" ")
    assert has_metadata(theirs)  # and they tell that it changed
    with pytest.raises(UserError, match="sha256 differs"):
        read_metadata(metadata_path(theirs), theirs)
