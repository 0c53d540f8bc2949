"""Run a command with GPUs that no other job of this machine uses.

Snakemake counts GPUs but hands out no device numbers: ten jobs with ``gpu=1`` would all land on
device 0. This takes one exclusive lock a device, sets CUDA_VISIBLE_DEVICES and runs the command;
the locks last until the command and its children that hold them have ended, however they end.

Candidates are the devices in CUDA_VISIBLE_DEVICES, else those that nvidia-smi lists: GPUs, and the
parts of a divided one (MIG), of which a command can have one. With ``--gpus 0``, and in a SLURM job
that was given exactly as many devices as requested, it only runs the command. It knows nothing of
processes that take GPUs without it.

A command that is killed for memory cannot say so; this does, in one sentence.
"""

from __future__ import annotations

import argparse
import fcntl
import logging
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

from passk import cli, gpu, processes
from passk.engines import ENGINES
from passk.records import UserError

LOG_SECONDS = 60.0


def candidates(environment: Mapping[str, str]) -> list[str]:
    """The devices that this process may use, as CUDA_VISIBLE_DEVICES names them."""
    visible = environment.get("CUDA_VISIBLE_DEVICES")
    if visible is not None:
        devices = list(dict.fromkeys(d.strip() for d in visible.split(",") if d.strip()))
        return [] if devices == ["-1"] else devices
    return list(gpu.listed())


def _uuid(device: str, listed: Mapping[str, str]) -> str:
    """A device's whole UUID where nvidia-smi lists it, by its index or its UUID's beginning."""
    if device in listed:
        return listed[device]
    begun = [uuid for uuid in listed.values() if device and uuid.startswith(device)]
    return begun[0] if len(begun) == 1 else device


def take(devices: list[str], count: int, folder: Path) -> list[int]:
    """Lock ``count`` of ``devices``, all or none; wait for it as long as it takes.

    Gives the places in ``devices`` of those taken. Their locks stay open, also across ``exec``.
    """
    listed = gpu.listed()
    uuids = [_uuid(device, listed).replace("/", "_") for device in devices]
    paths = [folder / f"hundred-llamas-gpu-{uuid}" for uuid in uuids]
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
    except OSError as error:
        raise UserError(
            f"the GPUs of this machine are shared out by locks in {path.parent}, which cannot be "
            f"had there ({error.strerror}): set TMPDIR to a folder of this machine's own disk"
        ) from error
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
    if count > 1 and any(device.startswith("MIG-") for device in devices):
        raise UserError(
            f"this job needs {count} GPUs, and a program can have only one part of a divided GPU "
            "(MIG): give it whole GPUs, or a model with 'gpus_per_replica: 1'"
        )
    if in_slurm and len(devices) == count:
        return {} if devices == _numbers(devices) else _settings(devices, environment)
    return _settings([devices[place] for place in take(devices, count, folder)], environment)


def _numbers(devices: list[str]) -> list[str]:
    """The devices by nvidia-smi's index, where it has one: not every engine reads UUIDs."""
    listed = gpu.listed()
    index = {uuid: name for name, uuid in listed.items()}
    return [d if d in listed else index.get(_uuid(d, listed), d) for d in devices]


def _settings(devices: list[str], environment: Mapping[str, str]) -> dict[str, str]:
    numbers = _numbers(devices)
    settings = {"CUDA_VISIBLE_DEVICES": ",".join(numbers)}
    if "CUDA_VISIBLE_DEVICES" not in environment or numbers != devices:
        # nvidia-smi numbers devices by their place; CUDA, by default, the fastest first.
        settings["CUDA_DEVICE_ORDER"] = "PCI_BUS_ID"
    return settings


def with_gpu(count: int, command: list[str]) -> int:
    """Run ``command``, with ``count`` GPUs of its own; its exit status, negative for a signal.

    :raises UserError: there is no such command, too few GPUs, or it was killed by SIGKILL.
    """
    chosen = choose(count, os.environ, Path(tempfile.gettempdir()))
    kills = processes.oom_kills()
    try:
        child = subprocess.Popen(
            command,
            env={**os.environ, **chosen},
            close_fds=False,  # it holds the locks, too
            preexec_fn=processes.end_with_parent,
        )
    except FileNotFoundError as error:
        raise UserError(f"{command[0]} is not a command; check what follows --") from error
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a terminal sends it to both
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda received, _: child.send_signal(received))
    status = child.wait()
    if status == -signal.SIGKILL:
        script = next((Path(word).name for word in command if word.endswith(".py")), command[0])
        raise UserError(processes.killed(script, kills))
    return status


def _end_as(status: int) -> None:
    """End this process as the command ended."""
    if status < 0:
        signal.signal(-status, signal.SIG_DFL)
        os.kill(os.getpid(), -status)
    sys.exit(status)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--gpus", type=int, required=True, help="how many; 0 only runs the command")
    parser.add_argument("command", nargs="+", metavar="COMMAND", help="after --, with its options")
    arguments = parser.parse_args()
    if arguments.gpus < 0:
        raise UserError("--gpus cannot be negative")
    _end_as(with_gpu(arguments.gpus, arguments.command))


if __name__ == "__main__":
    cli.run(main)
