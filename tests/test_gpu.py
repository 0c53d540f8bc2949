"""What an engine on GPUs needs of a machine; driver, compiler and GPUs are not real."""

from __future__ import annotations

import ctypes
import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest

from passk import gpu


def libcuda(monkeypatch: pytest.MonkeyPatch, version: int, status: int = 0) -> None:
    def answer(pointer: object) -> int:
        pointer._obj.value = version
        return status

    library = SimpleNamespace(cuDriverGetVersion=answer)
    monkeypatch.setattr(ctypes, "CDLL", lambda name: library)


def test_driver_says_which_cuda_it_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    libcuda(monkeypatch, 12040)
    assert gpu.driver_cuda() == (12, 4)
    libcuda(monkeypatch, 13000)
    assert gpu.driver_cuda() == (13, 0)
    libcuda(monkeypatch, 0, status=34)  # a stub library
    assert gpu.driver_cuda() is None


def test_machine_without_a_driver_has_none(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> None:
        raise OSError(name)

    monkeypatch.setattr(ctypes, "CDLL", missing)
    assert gpu.driver_cuda() is None


def program(folder: Path, name: str, text: str) -> None:
    (folder / name).write_text(f"#!/bin/sh\n{text}\n")
    (folder / name).chmod(0o755)


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that is all of PATH, and Python's header files in one beside it."""
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "cat").symlink_to(shutil.which("cat"))
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.delenv("CC", raising=False)
    monkeypatch.setattr(gpu.sysconfig, "get_paths", lambda scheme: {"include": str(tmp_path)})
    (tmp_path / "Python.h").touch()
    return folder


def test_what_triton_needs_is_told_before_it_needs_it(machine: Path) -> None:
    assert "there is none: install gcc" in gpu.cannot_compile()
    program(machine, "gcc", "echo 'no stdlib.h' >&2; exit 1")
    assert "gcc fails (no stdlib.h): install the C library's" in gpu.cannot_compile()
    program(machine, "gcc", "cat > /dev/null")
    assert gpu.cannot_compile() is None
    (machine.parent / "Python.h").unlink()
    assert "Python.h is not there: install them" in gpu.cannot_compile()


def test_compiler_that_is_named_is_the_one_that_is_asked(
    machine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program(machine, "gcc", "cat > /dev/null")
    monkeypatch.setenv("CC", "no-such-compiler")
    assert "there is none" in gpu.cannot_compile()
    monkeypatch.setenv("CC", str(machine / "gcc"))
    assert gpu.cannot_compile() is None


def test_free_memory_is_what_nvidia_smi_has(machine: Path) -> None:
    assert gpu.memory("0") is None
    program(machine, "nvidia-smi", "echo '30720, 81920'")
    assert gpu.memory("0") == (30 << 30, 80 << 30)
    program(machine, "nvidia-smi", "echo '[N/A], [N/A]'")  # as of a part of a divided GPU
    assert gpu.memory("MIG-aa") is None
    program(machine, "nvidia-smi", "echo 'No devices were found'; exit 6")
    assert gpu.memory("0") is None
    assert gpu.listed() == {}
