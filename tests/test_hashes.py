"""Large files: hashed once for each state, and a change in place is always seen."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from download_model import describe
from passk import hashes
from passk.engines.weights import REMEMBERED_IN, checked_path, memory_of
from passk.hashes import sha256_once
from passk.records import UserError, sha256_of


@pytest.fixture
def hashed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the files that were read."""
    read: list[str] = []
    monkeypatch.setattr(hashes, "sha256_of", lambda path: read.append(path.name) or sha256_of(path))
    return read


def test_file_is_read_once_for_each_state(tmp_path: Path, hashed: list[str]) -> None:
    file, memory = tmp_path / "model.safetensors", tmp_path / "hashes.json"
    file.write_text("weights")
    assert sha256_once(file, memory) == sha256_once(file, memory) == sha256_of(file)
    assert hashed == ["model.safetensors"]
    (tmp_path / "link").symlink_to(file)
    assert sha256_once(tmp_path / "link", memory) == sha256_of(file)
    assert len(hashed) == 1
    memory.unlink()
    sha256_once(file, memory)
    assert len(hashed) == 2


@pytest.mark.parametrize("damage", ["", "{", "[]", "{}", '{"a": 5}', '{"a": [1]}'])
def test_lost_memory_is_made_again(tmp_path: Path, damage: str) -> None:
    file, memory = tmp_path / "f", tmp_path / "hashes.json"
    file.write_text("weights")
    memory.write_text(damage)
    assert sha256_once(file, memory) == sha256_of(file)
    assert list(json.loads(memory.read_text())) == [str(file)]


def test_change_in_place_with_the_old_time_is_seen(tmp_path: Path) -> None:
    file, memory = tmp_path / "f", tmp_path / "hashes.json"
    file.write_bytes(b"weights")
    before = sha256_once(file, memory)
    times = file.stat()
    with file.open("r+b") as handle:
        handle.write(b"W")
    os.utime(file, ns=(times.st_atime_ns, times.st_mtime_ns))
    assert sha256_once(file, memory) == sha256_of(file) != before


def test_large_weights_that_changed_in_place_are_refused(tmp_path: Path, hashed: list[str]) -> None:
    model = tmp_path / "model"
    model.mkdir()
    (model / "config.json").write_text("{}")
    with (model / "model.safetensors").open("wb") as handle:
        handle.truncate(70 << 20)
    memory = memory_of(tmp_path / "manifest.json")
    manifest = describe({"engine": "vllm", "path": str(model)}, memory)
    manifest[REMEMBERED_IN] = str(memory)
    assert checked_path(manifest) == model
    assert hashed == ["config.json", "model.safetensors"]
    with (model / "model.safetensors").open("r+b") as handle:
        handle.seek(50 << 20)
        handle.write(b"x")
    with pytest.raises(UserError, match=r"model.safetensors has changed since it was recorded"):
        checked_path(manifest)
