"""`make demo`, killed in the middle of sampling and of execution, ends as if it had not been.

A small demo: the shipped small model on a few tasks, through the Makefile and everything behind it.
One kill is in `make test`; the others are in `make test-faults`.
"""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import FEW_ANALYSES, ROOT, Workflow, ask_only, copy_workflow, made_once

SAMPLES = "results/demo-small/few/demo/samples"
TABLES = [
    f"results/demo-small/few/demo/base-verbatim/{name}" for name in ("counts.csv", "pass_at_k.csv")
]


def few_tasks(folder: Path) -> Workflow:
    """A copy of the workflow whose demo has one model, six tasks and no environments to build."""
    workflow = copy_workflow(folder)
    config = workflow.config()
    config["benchmarks"] = {"few": {"path": "resources/demo/problems.jsonl", "first": 6}}
    few = {"benchmark": "few", "n_samples": 100, "analyses": FEW_ANALYSES}
    demo = config["experiments"]["demo"] | few
    del demo["baseline"]
    ask_only(config, {"demo": demo})
    workflow.write_config(config)
    (folder / ".venv").symlink_to(ROOT / ".venv")
    return workflow


def make_demo(workflow: Workflow) -> subprocess.Popen[bytes]:
    log = (workflow.folder / "make.log").open("ab")
    command = ["make", "demo"]
    return subprocess.Popen(
        command, cwd=workflow.folder, stdout=log, stderr=log, start_new_session=True
    )


def finish(workflow: Workflow) -> None:
    process = make_demo(workflow)
    assert process.wait(timeout=300) == 0, (workflow.folder / "make.log").read_text()[-4000:]


def tables(workflow: Workflow) -> list[bytes]:
    return [(workflow.folder / name).read_bytes() for name in TABLES]


def wait_for(condition: Callable[[], bool], process: subprocess.Popen[bytes]) -> None:
    """Wait until ``condition`` holds; the run must not end before."""
    deadline = time.monotonic() + 240
    while not condition():
        assert process.poll() is None, "the run ended before it could be killed"
        assert time.monotonic() < deadline
        time.sleep(0.01)


def kill_group(process: subprocess.Popen[bytes]) -> None:
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def kill_snakemake(process: subprocess.Popen[bytes]) -> None:
    """Kill snakemake alone: its jobs run on, its lock stays."""
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                group = os.getpgid(int(entry.name))
                words = (entry / "cmdline").read_bytes().split(b"\0")
            except (ProcessLookupError, FileNotFoundError):
                continue
            if group == process.pid and len(words) > 1 and words[1].endswith(b"/snakemake"):
                os.kill(int(entry.name), signal.SIGKILL)
    process.wait(timeout=60)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> list[bytes]:
    if not (ROOT / "resources/envs/transformers/lock.txt").exists():
        pytest.skip("the transformers environment is not built: run `make test`, which builds it")
    folder = made_once(
        tmp_path_factory, "undisturbed_demo", lambda folder: few_tasks(folder).snakemake(*TABLES)
    )
    return tables(Workflow(folder))


LONG = (pytest.mark.faults, pytest.mark.long)


@pytest.mark.parametrize(
    ("kill", "moment"),
    [
        (kill_group, "sampling"),
        pytest.param(kill_snakemake, "sampling", marks=pytest.mark.faults),
        pytest.param(kill_group, "execution", marks=LONG),
        pytest.param(kill_snakemake, "execution", marks=LONG),
    ],
)
def test_killed_demo_goes_on_and_ends_the_same(
    kill: Callable[[subprocess.Popen[bytes]], None],
    moment: str,
    undisturbed: list[bytes],
    tmp_path: Path,
) -> None:
    workflow = few_tasks(tmp_path)
    process = make_demo(workflow)

    def reached() -> bool:
        if moment == "sampling":
            partial = workflow.folder / SAMPLES / "00000-00049.jsonl.gz.partial"
            return partial.exists() and partial.stat().st_size > 2000
        started = workflow.folder / "logs/execute/demo-small/few/demo/base-verbatim"
        return started.exists() and any(started.iterdir())

    wait_for(reached, process)
    kill(process)
    finish(workflow)
    assert tables(workflow) == undisturbed


def test_make_is_refused_while_another_runs_in_the_folder(tmp_path: Path) -> None:
    copy_workflow(tmp_path)
    (tmp_path / ".venv").symlink_to(ROOT / ".venv")
    other = subprocess.Popen(
        ["flock", ".make.lock", "sh", "-c", "echo; read x"],
        cwd=tmp_path,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    other.stdout.readline()
    done = subprocess.run(
        ["make", "demo"], cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60
    )
    other.communicate(b"\n")
    assert done.returncode != 0
    assert b"another make runs in this folder" in done.stdout
    assert not (tmp_path / "results").exists()


@pytest.mark.faults
def test_second_run_in_the_same_folder_is_refused_and_harms_nothing(
    undisturbed: list[bytes], tmp_path: Path
) -> None:
    workflow = few_tasks(tmp_path)
    first = make_demo(workflow)
    wait_for(lambda: (workflow.folder / SAMPLES).exists(), first)
    second = subprocess.run(
        ["make", "demo"], cwd=workflow.folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    assert second.returncode != 0
    assert b"another make runs in this folder" in second.stdout
    assert first.wait(timeout=300) == 0
    assert tables(workflow) == undisturbed
