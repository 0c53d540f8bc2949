"""The files of a model on disk: their hashes, and whether they are still what was recorded."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from passk.records import UserError, fingerprint, sha256_of

# Hashing gigabytes of weights for every shard would cost more than it shows: their size is checked.
HASHED_AGAIN = 64 << 20
TOKENIZER = ("token", "vocab", "merges", "spiece", "chat_template")


def checked_path(manifest: dict[str, Any]) -> Path:
    """The folder (or the one file) that the manifest is of, after a look at each of its files.

    :raises UserError: a file is missing or differs from the recorded one.
    """
    path = Path(manifest["path"])
    again = "restore it, or delete the model's manifest and run again"
    if not path.exists():
        raise UserError(f"{path} no longer exists; {again}")
    total = 0
    for name, recorded in manifest["files"].items():
        file = path / name if path.is_dir() else path
        if not file.is_file():
            raise UserError(f"{file} no longer exists; {again}")
        size = file.stat().st_size
        total += size
        hashed = size <= HASHED_AGAIN or file.suffix != ".safetensors"
        if hashed and sha256_of(file) != recorded:
            raise UserError(f"{file} has changed since it was recorded; {again}")
    if total != manifest["bytes"]:
        raise UserError(f"files of {path} have changed in size since they were recorded; {again}")
    return path


def tokenizer_sha256(manifest: dict[str, Any]) -> str:
    """Of all files that make the tokenizer."""
    files = manifest["files"]
    return fingerprint({n: h for n, h in files.items() if any(part in n for part in TOKENIZER)})
