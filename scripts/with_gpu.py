"""Run a command with GPUs that no other job of this machine uses.

Snakemake counts GPUs but hands out no device numbers: ten jobs with ``gpu=1`` would all land on
device 0. This takes one exclusive lock a device, sets CUDA_VISIBLE_DEVICES and becomes the command;
the locks last until the command and its children that hold them have ended, however they end.

Candidates are the devices in CUDA_VISIBLE_DEVICES, else those that nvidia-smi lists. With
``--gpus 0``, and in a SLURM job that was given exactly as many devices as requested, it only runs
the command. It knows nothing of processes that take GPUs without it.
"""

from __future__ import annotations

import argparse
import fcntl
import logging
import os
import random
import shutil
import subprocess
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

from passk import cli
from passk.engines import ENGINES
from passk.records import UserError

LOG_SECONDS = 60.0


def candidates(environment: Mapping[str, str]) -> list[str]:
    """The devices that this process may use, as CUDA_VISIBLE_DEVICES names them."""
    visible = environment.get("CUDA_VISIBLE_DEVICES")
    if visible is not None:
        devices = list(dict.fromkeys(d.strip() for d in visible.split(",") if d.strip()))
        return [] if devices == ["-1"] else devices
    return list(_uuids())


def _uuids() -> dict[str, str]:
    """Index -> UUID of each GPU that nvidia-smi lists; empty where there is none."""
    if not shutil.which("nvidia-smi"):
        return {}
    listed = subprocess.run(
        ["nvidia-smi", "--query-gpu=index,uuid", "--format=csv,noheader"],
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode:
        return {}
    return dict(line.split(", ", 1) for line in listed.stdout.splitlines() if ", " in line)


def take(devices: list[str], count: int, folder: Path) -> list[int]:
    """Lock ``count`` of ``devices``, all or none; wait for it as long as it takes.

    Gives the places in ``devices`` of those taken. Their locks stay open, also across ``exec``.
    """
    names = _uuids()
    paths = [folder / f"hundred-llamas-gpu-{names.get(d, d).replace('/', '_')}" for d in devices]
    logged = time.monotonic()
    logging.info("taking %d of the GPUs %s", count, ", ".join(devices))
    while True:
        held: dict[int, int] = {}
        for place, path in enumerate(paths):
            handle = _try_lock(path)
            if handle is not None:
                held[place] = handle
            if len(held) == count:
                for handle in held.values():
                    os.set_inheritable(handle, True)
                return list(held)
        for handle in held.values():
            os.close(handle)
        if time.monotonic() - logged > LOG_SECONDS:
            logged = time.monotonic()
            logging.info("still waiting for %d of the GPUs %s", count, ", ".join(devices))
        time.sleep(random.uniform(0.5, 1.5))


def _try_lock(path: Path) -> int | None:
    # Another user's file in a sticky folder may be opened, but not with O_CREAT.
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    except FileNotFoundError:
        try:
            handle = os.open(path, os.O_RDONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o644)
        except FileExistsError:
            return None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        return None
    return handle


def choose(count: int, environment: Mapping[str, str], folder: Path) -> dict[str, str]:
    """The environment variables to set for a command that needs ``count`` GPUs.

    :raises UserError: fewer than ``count`` devices are there at all.
    """
    if count == 0:
        return {}
    devices = candidates(environment)
    in_slurm = "SLURM_JOB_ID" in environment
    if len(devices) < count:
        seen = f"{len(devices)} of {count} GPUs" if devices else "no GPU"
        others = ", ".join(name for name, engine in ENGINES.items() if not engine.gpus)
        advice = (
            "ask SLURM for more (the profile's `gpu` resource)"
            if in_slurm
            else "run on a machine that has them, or choose an engine without GPUs in the model's "
            f"'weights' ({others})"
        )
        raise UserError(f"this job sees {seen}: {advice}")
    if in_slurm and len(devices) == count:
        return {}
    chosen = {"CUDA_VISIBLE_DEVICES": ",".join(devices[p] for p in take(devices, count, folder))}
    if "CUDA_VISIBLE_DEVICES" not in environment:
        # nvidia-smi numbers devices by their place; CUDA, by default, the fastest first.
        chosen["CUDA_DEVICE_ORDER"] = "PCI_BUS_ID"
    return chosen


def with_gpu(count: int, command: list[str]) -> None:
    """Become ``command``, with ``count`` GPUs of its own."""
    chosen = choose(count, os.environ, Path(tempfile.gettempdir()))
    try:
        os.execvpe(command[0], command, {**os.environ, **chosen})
    except FileNotFoundError as error:
        raise UserError(f"{command[0]} is not a command; check what follows --") from error


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--gpus", type=int, required=True, help="how many; 0 only runs the command")
    parser.add_argument("command", nargs="+", metavar="COMMAND", help="after --, with its options")
    arguments = parser.parse_args()
    if arguments.gpus < 0:
        raise UserError("--gpus cannot be negative")
    with_gpu(arguments.gpus, arguments.command)


if __name__ == "__main__":
    cli.run(main)
