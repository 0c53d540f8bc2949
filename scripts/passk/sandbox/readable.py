"""Which files a candidate has to read: the standard library, never the packages beside it.

Not covered: the interpreter's own tests and its editor, which are modules that cannot be found.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from passk.records import UserError

_PROBE = """
import os, sys, json
folders = [p for p in sys.path if os.path.isdir(p)]
for folder in folders:
    for name in os.listdir(folder):
        module, dot, rest = name.partition(".")
        if rest.endswith("so") and not module.startswith(("_test", "_xx", "xx", "_tkinter")):
            try: __import__(module)
            except Exception: pass
maps = {line.split(None, 5)[5].strip() for line in open("/proc/self/maps") if "/" in line}
print(json.dumps({"stdlib": folders, "libraries": sorted(p for p in maps if ".so" in p)}))
"""


ABSENT = ("test", "idlelib")
"""Packages of the standard library that candidates do without, as many installations do."""
_PACKAGES = ("site-packages", "dist-packages")


def interpreter() -> str:
    """The Python that candidates run on: this one, outside of its virtual environment."""
    return getattr(sys, "_base_executable", None) or sys.executable


def find_readable() -> dict[str, list[str]]:
    """What a child has to read: the standard library without its site-packages.

    ``read`` are files and folders, ``list_only`` folders that are listed, ``absent`` packages that
    are not to be found. Shared libraries that extension modules load are found by loading them
    once, elsewhere.

    :raises UserError: the process that does so is ended each time.
    """
    command = [interpreter(), "-s", "-S", "-P", "-B", "-c", _PROBE]
    for _ in range(3):  # it may be ended from outside
        answer = subprocess.run(command, env={}, cwd="/", capture_output=True)
        if answer.returncode >= 0:
            break
    if answer.returncode < 0:
        raise UserError(
            f"{command[0]} was ended by signal {-answer.returncode} as the judge started: see what "
            "ends processes on this machine and run the same command again"
        )
    answer.check_returncode()
    found = json.loads(answer.stdout)
    read = list(found["libraries"])
    for folder in found["stdlib"]:
        for entry in os.scandir(folder):
            if entry.name not in (*_PACKAGES, *ABSENT):
                read.append(entry.path)
    read += _names(found["libraries"])
    read += ["/usr/share/zoneinfo", "/etc/localtime"]
    return {"read": sorted(set(read)), "list_only": found["stdlib"], "absent": list(ABSENT)}


def _names(libraries: list[str]) -> list[str]:
    """The links beside libraries by which a loader finds them, as ``libz.so.1``."""
    known = set(libraries)
    return [
        entry.path
        for folder in {str(Path(path).parent) for path in libraries}
        for entry in os.scandir(folder)
        if entry.is_symlink() and os.path.realpath(entry.path) in known
    ]
