"""The files of a model on disk: their hashes, and whether they are still what was recorded."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from passk.hashes import sha256_once
from passk.records import UserError, fingerprint, sha256_of

# Where the hashes of a manifest's files are remembered: a key that is not in the file itself.
REMEMBERED_IN = "remembered_in"
TOKENIZER = ("token", "vocab", "merges", "spiece", "chat_template")


def checked_path(manifest: dict[str, Any]) -> Path:
    """The folder (or the one file) that the manifest is of, after a look at each of its files.

    A manifest that was read from disk says where their hashes are remembered: without that all
    files are hashed.

    :raises UserError: a file is missing or differs from the recorded one.
    """
    path = Path(manifest["path"])
    again = (
        "restore it, or delete the model's manifest and run the same command again (finished "
        "shards stay where the weights are the same)"
    )
    if not path.exists():
        raise UserError(f"{path} no longer exists; {again}")
    for name, recorded in manifest["files"].items():
        file = path / name if path.is_dir() else path
        if not file.is_file():
            raise UserError(f"{file} no longer exists; {again}")
        memory = manifest.get(REMEMBERED_IN)
        if (sha256_once(file, Path(memory)) if memory else sha256_of(file)) != recorded:
            raise UserError(f"{file} has changed since it was recorded; {again}")
    return path


def memory_of(manifest: Path) -> Path:
    """Where the hashes of a manifest's files are remembered."""
    return manifest.with_name("hashes.json")


def tokenizer_sha256(manifest: dict[str, Any]) -> str:
    """Of all files that make the tokenizer."""
    files = manifest["files"]
    return fingerprint({n: h for n, h in files.items() if any(part in n for part in TOKENIZER)})
