"""What an engine on GPUs needs of the machine, looked at before it starts and without torch."""

from __future__ import annotations

import ctypes
import os
import re
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

DRIVERS = {12: 525, 13: 580}
"""CUDA's major version -> the first NVIDIA driver that runs what is built for it (CUDA's release
notes, "Minor Version Compatibility")."""


def driver_cuda() -> tuple[int, int] | None:
    """The newest CUDA that the NVIDIA driver here runs, such as (12, 4); None without a driver."""
    try:
        version = ctypes.c_int()
        if ctypes.CDLL("libcuda.so.1").cuDriverGetVersion(ctypes.byref(version)):
            return None
    except (OSError, AttributeError):
        return None
    return version.value // 1000, version.value % 1000 // 10


def too_old(driver: tuple[int, int], cuda: int, what: str) -> str:
    """The sentence for ``what``, which is built for a CUDA that is too new for the driver."""
    needed = f" to {DRIVERS[cuda]} or newer" if cuda in DRIVERS else ""
    return (
        f"the NVIDIA driver here runs CUDA {driver[0]}.{driver[1]} and older, and {what} is built "
        f"for CUDA {cuda}: update the driver{needed} (docs/cluster.md, On a GPU node)"
    )


def cannot_compile() -> str | None:
    """Why Triton, which compiles a file of C when an engine starts, cannot; None where it can."""
    compiler = os.environ.get("CC") or shutil.which("gcc") or shutil.which("clang")
    if not compiler or not shutil.which(compiler):
        return (
            "Triton needs a C compiler when the engine starts, and there is none: install gcc (on "
            "Debian and Ubuntu: apt install gcc), or load the cluster's module that has it"
        )
    scheme = sysconfig.get_default_scheme().replace("posix_local", "posix_prefix")
    include = Path(sysconfig.get_paths(scheme)["include"])
    python = f"python{sys.version_info.major}.{sys.version_info.minor}"
    if not (include / "Python.h").exists():
        return (
            f"Triton needs Python's header files when the engine starts, and {include}/Python.h is "
            f"not there: install them (on Debian and Ubuntu: apt install {python}-dev), or make "
            "the environment with a Python that has them"
        )
    done = subprocess.run(
        [compiler, "-fsyntax-only", "-x", "c", f"-I{include}", "-"],
        input="#include <Python.h>\n",
        capture_output=True,
        text=True,
    )
    if done.returncode:
        said = " ".join(done.stderr.split())[:200]
        return (
            f"Triton needs a C compiler when the engine starts, and {compiler} fails ({said}): "
            "install the C library's header files (on Debian and Ubuntu: apt install libc6-dev)"
        )
    return None


def listed() -> dict[str, str]:
    """Name -> UUID of each device that nvidia-smi lists; empty where there is none.

    A GPU is named by its index. One that is divided (MIG) cannot be used as a whole: in its place
    are its parts, named by their UUIDs.
    """
    if not shutil.which("nvidia-smi"):
        return {}
    asked = subprocess.run(["nvidia-smi", "-L"], capture_output=True, text=True, check=False)
    devices: dict[str, str] = {}
    index = ""
    for line in asked.stdout.splitlines() if not asked.returncode else []:
        if gpu := re.match(r"GPU (\d+): .*\(UUID: (GPU-[^)]+)\)", line):
            index = gpu[1]
            devices[index] = gpu[2]
        elif part := re.match(r"\s+MIG .*\(UUID: (MIG-[^)]+)\)", line):
            devices.pop(index, None)
            devices[part[1]] = part[1]
    return devices


def memory(device: str) -> tuple[int, int] | None:
    """Bytes that are free and bytes in all on a device, as nvidia-smi has them; None if unknown."""
    asked = ["nvidia-smi", "--query-gpu=memory.free,memory.total"]
    asked += ["--format=csv,noheader,nounits", "-i", device]
    try:
        said = subprocess.run(asked, capture_output=True, text=True, check=True).stdout
        free, total = (int(number) << 20 for number in said.strip().split(","))
    except (OSError, ValueError, subprocess.CalledProcessError):
        return None
    return free, total
