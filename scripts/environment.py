"""Build the environment of a step from its lock file, and write down what is in it.

An environment that holds the lock's pins is kept as it is, unless its Python is gone or it was
moved. A build that was interrupted starts over; two builds of one folder wait for each other.

A lock may be for a newer NVIDIA driver than there is here, and name another for an older one, which
is then taken. Where no driver is seen (a login node), what is built already is kept.
"""

from __future__ import annotations

import argparse
import logging
import math
import os
import platform
import re
import subprocess
import sys
from pathlib import Path

from passk import cli, gpu
from passk.locks import locked
from passk.pins import read_lock
from passk.records import UserError, write_text


def build(lock: Path, folder: Path) -> None:
    """Make a venv in ``folder`` and install ``lock``, unless that is what it holds already.

    :raises UserError: this machine is not what the lock needs, or pip could not install the pins.
    """
    locks = fitting(lock)
    built_from = folder / "lock.txt"
    guard = folder.with_name(f".{folder.name}.lock")
    with locked(guard, "building this environment", math.inf):
        if built_from.exists() and is_whole(folder):
            held = read_lock(built_from.read_text()).pins
            if any(held == read_lock(one.read_text()).pins for one in locks):
                return
        lock = locks[0]
        logging.info("building %s from %s (once; minutes)", folder, lock)
        refuse_python(lock)
        built_from.unlink(missing_ok=True)
        subprocess.run([sys.executable, "-m", "venv", "--clear", folder], check=True)
        pip = [*_pip(folder), "install", "--quiet", "--requirement", lock]
        if read_lock(lock.read_text()).without_dependencies:
            pip.append("--no-deps")
        if subprocess.run(pip, check=False).returncode:
            raise UserError(
                f"pip could not install {lock} (see its message above); check the network and the "
                "free space, then run the same command again, or on a machine with a network: "
                f"python scripts/environment.py --lock {lock} --folder {folder}"
            )
        os.sync()  # pip does not: after a power cut the lock must not lie beside truncated files
        write_text(built_from, lock.read_text())


def fitting(lock: Path) -> list[Path]:
    """``lock`` and the one that it names for an older driver: those that the driver here runs.

    :raises UserError: none of them.
    """
    locks = [lock]
    if other := read_lock(lock.read_text()).otherwise:
        locks.append(lock.with_name(other))
    driver = gpu.driver_cuda()
    needed = {one: read_lock(one.read_text()).cuda for one in locks}
    run = [one for one, cuda in needed.items() if not (driver and cuda) or cuda <= driver[0]]
    if not run:
        raise UserError(gpu.too_old(driver, needed[locks[-1]], str(locks[-1])))
    if run[0] != lock:
        logging.info("the driver here runs CUDA %d.%d: taking %s", *driver, run[0])
    return run


def refuse_python(lock: Path) -> None:
    """:raises UserError: the lock is not for this Python, or for a newer C library."""
    needed = read_lock(lock.read_text())
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    if python not in needed.pythons:
        raise UserError(
            f"{lock} needs Python {' or '.join(needed.pythons)}, and this is {python}: make .venv "
            f"with one of those (make setup PYTHON=python{needed.pythons[0]})"
        )
    glibc = tuple(int(part) for part in re.findall(r"\d+", platform.libc_ver()[1])[:2])
    if needed.glibc and glibc and glibc < needed.glibc:
        raise UserError(
            f"{lock} needs glibc {'.'.join(map(str, needed.glibc))} or newer, and this system has "
            f"{'.'.join(map(str, glibc))}: use a newer system, or a container of one"
        )


def is_whole(folder: Path) -> bool:
    """Whether the environment's Python runs, and it lies where it was made.

    The scripts of one that was moved or copied start the Python of the old place.
    """
    try:
        recorded = re.search(
            r"^command = .* -m venv (?:--\S+ )*(.+)$", (folder / "pyvenv.cfg").read_text(), re.M
        )
        asked = [folder / "bin/python", "-c", ""]
        runs = not subprocess.run(asked, check=False, capture_output=True).returncode
    except OSError:
        return False
    return runs and recorded is not None and Path(recorded[1]).resolve() == folder.resolve()


def packages(folder: Path | None) -> str:
    """What pip lists in ``folder``'s environment, or in the one that runs this where None."""
    pip = [*_pip(folder), "freeze"] if folder else [sys.executable, "-m", "pip", "freeze"]
    return subprocess.run(pip, check=True, stdout=subprocess.PIPE, text=True).stdout


def _pip(folder: Path) -> list[Path | str]:
    return [folder / "bin" / "python", "-m", "pip", "--disable-pip-version-check"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lock", required=True, type=Path, help="pins, as pip reads them")
    parser.add_argument(
        "--folder",
        required=True,
        help="the environment; 'none' where the packages come with the caller's own (or conda's)",
    )
    parser.add_argument("--record", type=Path, help="where to list its packages")
    arguments = parser.parse_args()
    folder = None if arguments.folder == "none" else Path(arguments.folder)
    if folder:
        build(arguments.lock, folder)
    if arguments.record:
        write_text(arguments.record, packages(folder))


if __name__ == "__main__":
    cli.run(main)
