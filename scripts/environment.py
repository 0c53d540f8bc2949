"""Build the environment of a step from its lock file, and write down what is in it.

An environment that was built from the same lock is kept as it is. A build that was interrupted
starts over; two builds of one folder wait for each other.
"""

from __future__ import annotations

import argparse
import fcntl
import logging
import os
import subprocess
import sys
from pathlib import Path

from passk import cli
from passk.records import UserError, write_text

# A lock with this line names all that is to be installed: pip must not look for more.
WITHOUT_DEPENDENCIES = "# pip install --no-deps"


def build(lock: Path, folder: Path) -> None:
    """Make a venv in ``folder`` and install ``lock``, unless that is what it holds already.

    :raises UserError: pip could not install the pins.
    """
    built_from = folder / "lock.txt"
    folder.parent.mkdir(parents=True, exist_ok=True)
    with folder.with_name(f".{folder.name}.lock").open("w") as guard:
        fcntl.flock(guard, fcntl.LOCK_EX)
        if built_from.exists() and built_from.read_text() == lock.read_text():
            return
        logging.info("building %s from %s (once; minutes)", folder, lock)
        built_from.unlink(missing_ok=True)
        subprocess.run([sys.executable, "-m", "venv", "--clear", folder], check=True)
        pip = [*_pip(folder), "install", "--quiet", "--requirement", lock]
        if WITHOUT_DEPENDENCIES in lock.read_text().splitlines():
            pip.append("--no-deps")
        if subprocess.run(pip, check=False).returncode:
            raise UserError(
                f"pip could not install {lock} (see its message above); check the network, the "
                f"free space and that the pins suit Python {sys.version_info.major}."
                f"{sys.version_info.minor}, then run the same command again"
            )
        os.sync()  # pip does not: after a power cut the lock must not lie beside truncated files
        write_text(built_from, lock.read_text())


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
