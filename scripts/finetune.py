"""Train a model on harvested samples: a folder that is a model like any other.

Either plain PyTorch for so many steps (tiny models on one CPU core), or a command of the user's,
which gets the file of samples and the folder of the base model and writes the new one's. Training
starts from the base in each round. ``training.json`` in the folder says from what it came and holds
the sha256 of its files; a folder that is finished and of what is asked stays as it is, so that no
training is done twice. It is written beside its place and moved there when it is whole: what is
killed begins again, and gives the same bytes on the same CPU type and torch version.

Not covered: whether a command's training can be repeated; what it does is the user's.
"""

from __future__ import annotations

import argparse
import json
import logging
import shlex
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from random import Random
from typing import Any

from passk import cli, training
from passk.engines.prompts import prompt_ids
from passk.engines.weights import REMEMBERED_IN, checked_path, memory_of
from passk.records import UserError, read_lines, sha256_of, write_text

log = logging.getLogger(__name__)

DEFAULTS = {"batch": 64, "learning_rate": 1e-3}
RECORD = "training.json"
OF_TOKENIZER = ("*.json", "*.model", "*.tiktoken", "merges.txt", "*.jinja")
WRITTEN = ("config.json", "generation_config.json", "model.safetensors.index.json", RECORD)


def asked(finetune: Mapping[str, Any], manifest: Mapping[str, Any], data: Path) -> dict[str, Any]:
    """What decides the trained model, as its record has it."""
    settings = {"seed": 0, **({} if "command" in finetune else DEFAULTS), **finetune}
    settings.pop("gpus", None)
    base = {key: manifest.get(key) for key in ("repository", "revision", "sha256")}
    return {"base": base, "data_sha256": sha256_of(data), "finetune": settings}


def stands(folder: Path, wanted: Mapping[str, Any]) -> bool:
    """Whether the folder is finished, whole, and what is asked."""
    try:
        record = json.loads((folder / RECORD).read_text())
        files = record["files"]
        whole = all(sha256_of(folder / name) == sha256 for name, sha256 in files.items())
        return whole and {key: record[key] for key in wanted} == wanted
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return False


def read_data(path: Path) -> list[dict[str, Any]]:
    """The lines of harvest.py, each with ``prompt`` and ``completion``.

    :raises UserError: another file.
    """
    found = []
    for number, record in read_lines(path):
        cli.need(record, f"{path} line {number}", ("prompt", "completion"))
        found.append(record)
    if not found:
        raise UserError(f"{path} is empty: harvest.py makes it, with a sample a line")
    return found


def by_torch(finetune: Mapping[str, Any], base: Path, data: Path, output: Path) -> dict[str, Any]:
    """Train the model in ``base`` and write it to ``output``; what is to be recorded of it.

    :raises UserError: no torch here, or samples of a chat, which plain PyTorch does not train on.
    """
    try:
        import torch
        from transformers import AutoModelForCausalLM, AutoTokenizer
    except ModuleNotFoundError as error:
        raise UserError(
            f"training needs the package {error.name!r}, which this Python does not have; run it "
            "through the workflow, which builds the engine's environment"
        ) from error
    lines = read_data(data)
    if not all(isinstance(one["prompt"], str) for one in lines):
        raise UserError(
            "these are samples of a chat, which 'steps' does not train on; give 'command' in "
            "finetune, with your own training"
        )
    training.make_deterministic()
    tokenizer = AutoTokenizer.from_pretrained(base)
    model = AutoModelForCausalLM.from_pretrained(base, dtype=torch.float32)
    kept = json.loads((base / "config.json").read_text())
    end, plain = tokenizer.eos_token_id, {"prompt": "completion"}
    texts = [
        (
            prompt_ids(tokenizer, one["prompt"], plain),
            [*tokenizer.encode(one["completion"], add_special_tokens=False), end],
        )
        for one in lines
    ]
    pad = end if tokenizer.pad_token_id is None else tokenizer.pad_token_id
    batches = training.in_turn(texts, finetune["batch"], pad, Random(finetune["seed"]))
    log.info("%d samples, %d steps of %d", len(texts), finetune["steps"], finetune["batch"])
    model.train()
    losses = training.train(
        model, batches, finetune["steps"], finetune["learning_rate"], half=False
    )
    model.to(getattr(torch, kept.get("dtype") or kept.get("torch_dtype") or "float32"))
    model.save_pretrained(output)
    for pattern in OF_TOKENIZER:
        for file in base.glob(pattern):
            if file.name not in WRITTEN:
                shutil.copyfile(file, output / file.name)
    for file in output.iterdir():
        file.chmod(0o644)  # safetensors gives it to its owner alone
    return {
        "samples": len(texts),
        "threads": training.THREADS,
        "torch": torch.__version__,
        "cpu": torch.backends.cpu.get_cpu_capability(),
        "first_loss": losses[0],
        "last_loss": losses[-1],
    }


def by_command(finetune: Mapping[str, Any], base: Path, data: Path, output: Path) -> dict[str, Any]:
    """Run the user's training; what is to be recorded of it.

    :raises UserError: it failed, or wrote no model.
    """
    named = {"data": data.resolve(), "base": base.resolve(), "output": output.resolve()}
    command = finetune["command"]
    for name, value in {**named, "seed": finetune["seed"]}.items():
        command = command.replace(f"{{{name}}}", shlex.quote(str(value)))
    log.info("%s", command)
    status = subprocess.run(["bash", "-c", command], check=False).returncode
    if status:
        raise UserError(
            f"the command of finetune ended with {status} (see its messages above); mend it, and "
            "run the same command again"
        )
    for wanted in ("config.json", "*.safetensors"):
        if not any(output.glob(wanted)):
            raise UserError(
                f"the command of finetune wrote no {wanted} into {{output}}; it must write a whole "
                "model there: safetensors, tokenizer and config.json"
            )
    return {"samples": len(read_data(data))}


def finetune(entry: Mapping[str, Any], manifest: dict[str, Any], data: Path, output: Path) -> None:
    """Make the folder ``output``, a model trained as ``entry`` says; it stays where it is that.

    :raises UserError: as :func:`by_torch`, :func:`by_command`; a base that has changed.
    """
    wanted = asked(entry, manifest, data)
    if stands(output, wanted):
        log.info("%s: finished, and stays", output)
        (output / RECORD).touch()
        output.touch()
        return
    base = checked_path(manifest)
    output.parent.mkdir(parents=True, exist_ok=True)
    for left in output.parent.glob(f".{output.name}.*.tmp"):
        shutil.rmtree(left, ignore_errors=True)  # by one that was killed
    with tempfile.TemporaryDirectory(
        dir=output.parent, prefix=f".{output.name}.", suffix=".tmp", ignore_cleanup_errors=True
    ) as scratch:
        made = Path(scratch, "folder")
        made.mkdir()
        how = by_command if "command" in entry else by_torch
        about = how(wanted["finetune"], base, data, made)
        files = {file.name: sha256_of(file) for file in sorted(made.iterdir()) if file.is_file()}
        files.pop(RECORD, None)
        record = {**wanted, **about, "files": files}
        write_text(made / RECORD, json.dumps(record, indent=2) + "\n")
        shutil.rmtree(output, ignore_errors=True)
        made.replace(output)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument(
        "--finetune", required=True, metavar="YAML", help="the `finetune` of config.yaml"
    )
    parser.add_argument(
        "--base", required=True, type=Path, metavar="FILE", help="the base model's manifest"
    )
    parser.add_argument(
        "--data", required=True, type=Path, metavar="FILE", help="what harvest.py wrote"
    )
    parser.add_argument(
        "--output", required=True, type=Path, metavar="FOLDER", help="the model's folder to write"
    )
    arguments = parser.parse_args()
    try:
        manifest = json.loads(arguments.base.read_text())
        cli.need(manifest, str(arguments.base), ("path", "files", "sha256"))
    except (OSError, ValueError) as error:
        raise UserError(
            f"{arguments.base} is missing or damaged: delete it and run the same command again"
        ) from error
    finetune(
        cli.mapping(arguments.finetune, "--finetune"),
        manifest | {REMEMBERED_IN: str(memory_of(arguments.base))},
        arguments.data,
        arguments.output,
    )


if __name__ == "__main__":
    cli.run(main)
