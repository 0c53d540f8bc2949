"""The files of a model on disk: their hashes, and whether they are still what was recorded."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from passk.records import UserError, fingerprint, sha256_of

# Hashing gigabytes for every shard would cost more than it tells; size is checked for those.
HASHED_AGAIN = 64 << 20
TOKENIZER = ("token", "vocab", "merges", "spiece", "chat_template")


def checked_folder(manifest: dict[str, Any]) -> Path:
    """The folder of the manifest's files, after a look at each.

    :raises UserError: the folder, or a file of it, is missing or is not the one recorded.
    """
    folder = Path(manifest["path"])
    again = "delete the model's file in resources/models/ and run again"
    if not folder.is_dir():
        raise UserError(f"the weights' folder {folder} is gone; put it back, or {again}")
    total = 0
    for name, recorded in manifest["files"].items():
        path = folder / name
        if not path.is_file():
            raise UserError(f"{path} is gone; put it back, or {again}")
        total += path.stat().st_size
        if path.stat().st_size <= HASHED_AGAIN and sha256_of(path) != recorded:
            raise UserError(f"{path} has changed since it was recorded; put it back, or {again}")
    if total != manifest["bytes"]:
        raise UserError(f"the weights in {folder} have changed in size; put them back, or {again}")
    return folder


def tokenizer_sha256(manifest: dict[str, Any]) -> str:
    """Of all files that make the tokenizer."""
    files = manifest["files"]
    return fingerprint({n: h for n, h in files.items() if any(part in n for part in TOKENIZER)})
