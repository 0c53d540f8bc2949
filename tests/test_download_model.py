"""Manifests: what they hold, and what is said when weights cannot be had."""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import huggingface_hub
import pytest
from conftest import ROOT
from hub_server import REPOSITORY, REVISION, HubServer
from huggingface_hub import errors

from download_model import describe, hash_of
from passk.records import UserError, sha256_of

HUB = {"engine": "vllm", "repository": REPOSITORY, "revision": REVISION}


@pytest.fixture
def model(tmp_path: Path) -> Path:
    folder = tmp_path / "model"
    folder.mkdir()
    for name in ("config.json", "model.safetensors", "tokenizer.json", "pytorch_model.bin"):
        (folder / name).write_text(name)
    return folder


def test_manifest_names_and_hashes_the_files_that_matter(model: Path) -> None:
    manifest = describe({"engine": "transformers", "path": str(model)})
    assert list(manifest) == [
        "engine", "repository", "revision", "path", "files", "sha256", "bytes", "shape",
    ]  # fmt: skip
    assert list(manifest["files"]) == ["config.json", "model.safetensors", "tokenizer.json"]
    assert manifest["files"]["config.json"] == sha256_of(model / "config.json")
    assert manifest["bytes"] == sum(map(len, manifest["files"]))


def test_fingerprint_changes_with_any_file(model: Path) -> None:
    before = describe({"engine": "transformers", "path": str(model)})["sha256"]
    (model / "tokenizer.json").write_text("another")
    assert describe({"engine": "transformers", "path": str(model)})["sha256"] != before


def test_file_of_the_cache_that_is_not_what_it_is_named_after_is_refused(tmp_path: Path) -> None:
    promised = hashlib.sha256(b"weights").hexdigest()
    (tmp_path / promised).write_text("weights")
    (tmp_path / ("c" * 40)).write_text("config")
    (tmp_path / "model.safetensors").symlink_to(tmp_path / promised)
    (tmp_path / "config.json").symlink_to(tmp_path / ("c" * 40))
    assert hash_of(tmp_path / "model.safetensors") == promised
    assert hash_of(tmp_path / "config.json") == sha256_of(tmp_path / "config.json")
    (tmp_path / promised).write_text("WEIGHTS")
    with pytest.raises(UserError, match=rf"is damaged.* delete .*{promised} and run"):
        hash_of(tmp_path / "model.safetensors")


@pytest.mark.faults
def test_download_that_is_cut_off_is_a_sentence_and_keeps_what_is_whole(tmp_path: Path) -> None:
    files = {
        "config.json": b"{}",
        "model.safetensors": bytes(24 << 20),  # the hub's client writes 10 MB at a time
        "pytorch_model.bin": b"left behind",
    }
    weights = {"engine": "vllm", "repository": REPOSITORY, "revision": REVISION}
    manifest = tmp_path / "m/manifest.json"

    def download(hub: HubServer) -> subprocess.CompletedProcess[str]:
        script = [ROOT / "scripts/download_model.py", "--weights", json.dumps(weights)]
        home = {"HF_ENDPOINT": hub.address, "HF_HOME": str(tmp_path / "hf"), "HF_TOKEN": ""}
        online = {key: value for key, value in os.environ.items() if key != "HF_HUB_OFFLINE"}
        return subprocess.run(
            [sys.executable, *script, "--manifest", manifest],
            env=online | home | {"HF_HUB_DISABLE_TELEMETRY": "1"},
            capture_output=True,
            text=True,
            timeout=300,
        )

    with HubServer(files, 15 << 20, breaks=99) as hub:
        done = download(hub)
        assert done.returncode == 2, done.stderr[-3000:]
        last = done.stderr.splitlines()[-1]
        assert re.match("error: the download of some/model was cut off .*same command again", last)
        assert not manifest.exists()
        hub.breaks = 1
        hub.asked.clear()
        done = download(hub)
        assert done.returncode == 0, done.stderr[-3000:]
    assert hub.asked == [("model.safetensors", 0), ("model.safetensors", 10 << 20)]
    recorded = json.loads(manifest.read_text())["files"]
    assert recorded == {
        name: hashlib.sha256(content).hexdigest()
        for name, content in files.items()
        if name != "pytorch_model.bin"
    }


def test_snapshot_leaves_pickles_and_code_behind(
    model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: dict[str, Any] = {}

    def fetch(repository: str, **options: Any) -> str:
        asked.update(options, repository=repository)
        return str(model)

    monkeypatch.setattr(huggingface_hub, "snapshot_download", fetch)
    manifest = describe(HUB)
    assert (asked["repository"], asked["revision"]) == ("some/model", REVISION)
    assert (manifest["path"], manifest["revision"]) == (str(model), REVISION)
    names = ["model-00001-of-2.safetensors", "tokenizer.model", "x.bin", "modeling.py", "a.pth"]
    kept = huggingface_hub.utils.filter_repo_objects(
        [*names, "original/params.json"],
        allow_patterns=asked["allow_patterns"],
        ignore_patterns=asked["ignore_patterns"],
    )
    assert list(kept) == names[:2]


def refusal(kind: type[Exception]) -> Exception:
    error = kind.__new__(kind)
    Exception.__init__(error, "the hub's long story")
    return error


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        (errors.GatedRepoError, "is gated: accept its licence .* HF_TOKEN"),
        (errors.RevisionNotFoundError, f"has no revision {REVISION}"),
        (errors.RepositoryNotFoundError, "no repository some/model"),
        (errors.LocalEntryNotFoundError, "cannot be reached"),
        (errors.HfHubHTTPError, "refused some/model: the hub's long story"),
    ],
)
def test_what_the_hub_refuses_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, kind: type[Exception], said: str
) -> None:
    def fail(*_: Any, **__: Any) -> str:
        raise refusal(kind)

    monkeypatch.setattr(huggingface_hub, "snapshot_download", fail)
    with pytest.raises(UserError, match=said):
        describe(HUB)


def test_missing_weights_offline_end_with_a_sentence_and_no_manifest(tmp_path: Path) -> None:
    script = ROOT / "scripts/download_model.py"
    manifest = tmp_path / "m.json"
    done = subprocess.run(
        [sys.executable, script, "--weights", json.dumps(HUB), "--manifest", manifest],
        env={**os.environ, "HF_HOME": str(tmp_path / "hf"), "HF_HUB_OFFLINE": "1"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 2
    assert "is not in the cache and huggingface.co cannot be reached" in done.stderr
    assert not manifest.exists()


@pytest.mark.parametrize(
    ("missing", "said"),
    [("model.safetensors", "must be in safetensors"), ("config.json", "holds no config.json")],
)
def test_folder_without_a_model_is_refused(model: Path, missing: str, said: str) -> None:
    (model / missing).unlink()
    with pytest.raises(UserError, match=said):
        describe({"engine": "vllm", "path": str(model)})


def test_path_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="is not a folder"):
        describe({"engine": "vllm", "path": str(tmp_path / "none")})
    with pytest.raises(UserError, match="neither a file of samples nor"):
        describe({"engine": "recorded", "path": str(tmp_path / "none")})


@pytest.mark.parametrize(
    ("weights", "said"),
    [
        ({}, "--weights needs 'engine'"),
        ({"engine": ["vllm"]}, "unknown engine"),
        ({"engine": "openai", "name": "m"}, "openai needs 'endpoint' and 'name'"),
        ({"engine": "recorded"}, "recorded needs 'path'"),
        ({"engine": "vllm", "repository": "a/b"}, "needs 'path', or 'repository' and 'revision'"),
    ],
)
def test_weights_that_say_too_little_are_refused(weights: dict[str, Any], said: str) -> None:
    with pytest.raises(UserError, match=said):
        describe(weights)


def test_endpoint_has_a_manifest_without_files() -> None:
    weights = {"engine": "openai", "endpoint": "http://localhost/v1", "name": "m"}
    manifest = describe(weights)
    assert (manifest["files"], manifest["bytes"], manifest["path"]) == ({}, 0, None)
    assert manifest["sha256"] == describe({**weights, "concurrency": 3})["sha256"]
    assert manifest["sha256"] != describe({**weights, "name": "n"})["sha256"]
