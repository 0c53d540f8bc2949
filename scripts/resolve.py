"""Resolve envs/NAME.in to exact pins, envs/NAME.txt; or check that the pins can be installed.

NAME.in names what an environment is for, as pip reads it, under comments that its lock begins with,
too. Beside those that passk/pins.py reads, these are read here, each a line:

``# without NAME ...``: left out, though another package names it.
``# override REQUIREMENT``: in place of what other packages require of that one.

The pins are for Linux on x86-64. One that must differ between Pythons has a marker. A pin stays as
it is while it fits: to have newer ones, delete the lock first.

``--check`` asks pip, for each supported Python that is on this machine, for the file and the
metadata of every pin, and looks whether the pins satisfy each other. It installs nothing.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement

from passk import cli
from passk.pins import PYTHONS, canonical_name, read_lock
from passk.records import UserError, write_text

GLIBC = (2, 28)
"""The oldest glibc that wheels are taken for, unless a lock needs a newer one."""


def resolve(source: Path, uv: Path) -> str:
    """The text of the lock that ``source`` resolves to.

    :raises UserError: no set of pins fits.
    """
    comments = [line for line in source.read_text().splitlines() if line.startswith("#")]
    before = source.with_suffix(".txt")
    pins = before.read_text() if before.exists() else ""
    found: dict[str, dict[str, str]] = {}
    pythons = read_lock(source.read_text()).pythons
    for python in pythons:
        # Each Python prefers what the one before it has, so pins differ only where they must.
        pins = _resolved(source, python, pins, uv)
        for pin in pins.split():
            name, version = pin.split("==")
            found.setdefault(name, {})[python] = version
    for name in pins_of(_constraints(source)):
        found.pop(name, None)
    lines = [line for name in sorted(found) for line in merged(name, found[name], pythons)]
    return "\n".join([f"# Made from {source} by make locks.", *comments, *lines]) + "\n"


def merged(name: str, versions: dict[str, str], pythons: Iterable[str]) -> list[str]:
    """The lines of one package, of which ``versions`` has one for each Python that needs it."""
    if set(versions) == set(pythons) and len(set(versions.values())) == 1:
        return [f"{name}=={next(iter(versions.values()))}"]
    lines = []
    for version in dict.fromkeys(versions.values()):
        with_it = [python for python, other in versions.items() if other == version]
        marker = " or ".join(f'python_version == "{python}"' for python in with_it)
        lines.append(f"{name}=={version} ; {marker}")
    return lines


def _resolved(source: Path, python: str, pins: str, uv: Path) -> str:
    """uv's pins for one Python, one a line; those of ``pins`` are preferred."""
    text = source.read_text()
    major, minor = read_lock(text).glibc or GLIBC
    with tempfile.TemporaryDirectory() as folder:
        output, overrides, excludes = (Path(folder, name) for name in ("out", "over", "without"))
        output.write_text(_for_python(pins, python))
        overrides.write_text("\n".join(_overridden(text)))
        excludes.write_text("\n".join(_left_out(text)))
        asked = [uv, "pip", "compile", source, "--output-file", output, "--quiet"]
        asked += ["--no-header", "--no-annotate", "--python-version", python]
        asked += ["--python-platform", f"x86_64-manylinux_{major}_{minor}"]
        asked += ["--overrides", overrides, "--excludes", excludes]
        if subprocess.run(asked, env={**os.environ, "UV_PYTHON_DOWNLOADS": "never"}).returncode:
            raise UserError(
                f"{source} has no set of pins for Python {python} (see uv's message above); change "
                "its requirements"
            )
        return output.read_text()


def _left_out(text: str) -> list[str]:
    return " ".join(re.findall(r"^# without (.+)$", text, re.M)).split()


def _overridden(text: str) -> list[str]:
    return re.findall(r"^# override (.+)$", text, re.M)


def _constraints(source: Path) -> str:
    """What is there already: the text of the locks that a source names with ``-c``."""
    named = re.findall(r"^-c (\S+)$", source.read_text(), re.M)
    return "\n".join(source.with_name(name).read_text() for name in named)


def _for_python(lock: str, python: str) -> str:
    """A lock's lines without those of other Pythons, and without markers."""
    return "\n".join(f"{n}=={v}" for n, v in pins_of(lock, python).items())


def pins_of(lock: str, python: str | None = None) -> dict[str, str]:
    """Name -> version, of the lines that ``python`` needs; of all of them where None."""
    found = {}
    for pin in read_lock(lock).pins:
        requirement = Requirement(pin)
        marker = requirement.marker
        if not python or not marker or marker.evaluate({"python_version": python}):
            found[requirement.name] = next(iter(requirement.specifier)).version
    return found


def check(locks: list[Path], python: str, interpreter: str, pip: Path) -> list[str]:
    """What is wrong with ``locks`` in one Python, a sentence each."""
    sets = {}
    for lock in locks:
        if python in read_lock(lock.read_text()).pythons:
            source = lock.with_suffix(".in")
            sets[lock] = pins_of(_constraints(source), python) | pins_of(lock.read_text(), python)
    known: dict[tuple[str, str], dict[str, Any]] = {}
    environment: dict[str, str] = {}
    for batch in _batches(sets.values()):
        try:
            answer = _asked(batch, interpreter, pip)
        except UserError as error:
            named = [str(lock) for lock, pins in sets.items() if pins.items() & batch.items()]
            return [f"one of {', '.join(named)} cannot be installed on Python {python}: {error}"]
        environment = answer["environment"]
        for one in answer["install"]:
            name = canonical_name(one["metadata"]["name"])
            known[name, batch[name]] = one["metadata"]
    wrong = []
    for lock, pins in sets.items():
        packages = {name: known[name, version] for name, version in pins.items()}
        text = lock.read_text()
        own = [Requirement(one).name for one in _overridden(text)] + _left_out(text)
        found = conflicts(packages, environment, own)
        wrong += [f"{lock} on Python {python}: {sentence}" for sentence in found]
    return wrong


def _batches(sets: Iterable[dict[str, str]]) -> Iterator[dict[str, str]]:
    """All pins of all sets, each once, in batches that have one version of a package."""
    left = {pin for pins in sets for pin in pins.items()}
    while left:
        batch = dict(sorted(left))
        yield batch
        left -= batch.items()


def _asked(pins: dict[str, str], interpreter: str, pip: Path) -> dict[str, Any]:
    """pip's report of what it would install.

    :raises UserError: it would not; with its own last words.
    """
    with tempfile.TemporaryDirectory() as folder:
        lock, report = Path(folder, "lock.txt"), Path(folder, "report.json")
        lock.write_text("\n".join(f"{name}=={version}" for name, version in pins.items()))
        asked = [pip, "--python", interpreter, "install", "--dry-run", "--ignore-installed"]
        # Where an index has no metadata beside its files, fast-deps reads only that part of them.
        asked += ["--no-deps", "--use-feature=fast-deps", "--disable-pip-version-check", "--quiet"]
        done = subprocess.run(
            [*asked, "--report", report, "--requirement", lock], capture_output=True, text=True
        )
        if done.returncode:
            errors = [line for line in done.stderr.splitlines() if line.startswith("ERROR")]
            raise UserError(errors[-1] if errors else done.stderr[-500:])
        return json.loads(report.read_text())


def conflicts(
    packages: dict[str, dict[str, Any]], environment: dict[str, str], left_out: Iterable[str]
) -> Iterator[str]:
    """What the packages' metadata require of each other and do not get, a sentence each.

    :param packages: name -> metadata, as pip's report has it.
    :param environment: the values of markers.
    :param left_out: names that may be missing, or of another build than required.
    """
    left_out = set(left_out)
    waiting, seen = [(name, "") for name in packages], set()
    while waiting:
        name, extra = waiting.pop()
        if (name, extra) in seen:
            continue
        seen.add((name, extra))
        for text in packages[name].get("requires_dist", []):
            needed = Requirement(text)
            if needed.marker and not needed.marker.evaluate({**environment, "extra": extra}):
                continue
            other = canonical_name(needed.name)
            if other not in packages:
                if other not in left_out:
                    yield f"{name} requires {needed}, which is not there"
                continue
            version = packages[other]["version"]
            if other not in left_out and not needed.specifier.contains(version, prereleases=True):
                yield f"{name} requires {needed}, but {version} is pinned"
            waiting += [(other, more) for more in needed.extras]


def interpreters() -> dict[str, str]:
    """The supported Pythons that are on this machine: on PATH, or among pyenv's."""
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"), "versions")
    found = {}
    for python in PYTHONS:
        candidates = [shutil.which(f"python{python}"), *pyenv.glob(f"{python}.*/bin/python")]
        for candidate in filter(None, candidates):
            asked = [candidate, "-c", "import sys; print('%d.%d' % sys.version_info[:2])"]
            done = subprocess.run(asked, capture_output=True, text=True)
            if done.stdout.strip() == python:  # pyenv's own python3.12 may only say that it is off
                found[python] = str(candidate)
                break
    return found


def check_all(locks: list[Path], pip: Path) -> None:
    """Check every lock in every Python that is here, and name those that are not.

    :raises UserError: a lock cannot be installed, or its pins contradict each other.
    """
    here = interpreters()
    with ThreadPoolExecutor() as pool:
        wrong = pool.map(lambda python: check(locks, python, here[python], pip), here)
        sentences = [sentence for found in wrong for sentence in found]
    for sentence in sentences:
        logging.error("%s", sentence)
    if sentences:
        raise UserError(
            f"{len(sentences)} of the pins' requirements are not met (see above): change the .in "
            "file and run make locks"
        )
    for python in PYTHONS:
        pins = "can be installed" if python in here else "skipped, it is not on this machine"
        logging.info("Python %s: %s", python, pins)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("sources", nargs="+", type=Path, metavar="FILE", help="envs/NAME.in")
    parser.add_argument(
        "--tools", required=True, type=Path, help="the environment with uv and pip (envs/locks.txt)"
    )
    parser.add_argument("--check", action="store_true", help="check the locks; write nothing")
    arguments = parser.parse_args()
    if arguments.check:
        locks = [source.with_suffix(".txt") for source in arguments.sources]
        check_all(locks, arguments.tools / "bin/pip")
        return
    for source in arguments.sources:
        write_text(source.with_suffix(".txt"), resolve(source, arguments.tools / "bin/uv"))
        logging.info("%s", source.with_suffix(".txt"))


if __name__ == "__main__":
    cli.run(main)
