"""GPUs for one job each, with devices that are only names."""

from __future__ import annotations

import errno
import fcntl
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from conftest import ROOT, small_workflow

from passk import processes
from passk.records import UserError
from with_gpu import candidates, choose

SCRIPT = ROOT / "scripts/with_gpu.py"


def start(folder: Path, count: int, devices: str, *command: str, **more: str) -> subprocess.Popen:
    kept = {n: v for n, v in os.environ.items() if not n.startswith(("SLURM", "CUDA"))}
    return subprocess.Popen(
        [sys.executable, SCRIPT, "--gpus", str(count), "--", *command],
        env={**kept, "TMPDIR": str(folder), "CUDA_VISIBLE_DEVICES": devices, **more},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


# Marks each device that it was given; a mark that is there already is an overlap.
JOB = """
for device in $(echo $CUDA_VISIBLE_DEVICES | tr , ' '); do
    mkdir "$TMPDIR/in-use-$device" || { echo overlap; exit 1; }
done
sleep 0.2
for device in $(echo $CUDA_VISIBLE_DEVICES | tr , ' '); do rmdir "$TMPDIR/in-use-$device"; done
echo ran on $CUDA_VISIBLE_DEVICES
"""


def test_folder_that_has_no_locks_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def unsupported(*_: object) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", unsupported)
    with pytest.raises(UserError, match=f"locks in {tmp_path}, which cannot .*: set TMPDIR to a"):
        choose(1, {"CUDA_VISIBLE_DEVICES": "d0"}, tmp_path)


def test_thirty_jobs_on_ten_devices_never_meet(tmp_path: Path) -> None:
    devices = ",".join(f"d{i}" for i in range(10))
    jobs = [start(tmp_path, 1 + i % 3, devices, "sh", "-c", JOB) for i in range(30)]
    outputs = [job.communicate(timeout=120) for job in jobs]
    assert [job.returncode for job in jobs] == [0] * 30, outputs
    for i, (output, _) in enumerate(outputs):
        assert len(output.split()[-1].split(",")) == 1 + i % 3


def holder(folder: Path, devices: str, command: str = "echo up; sleep 600") -> subprocess.Popen:
    process = start(folder, 1, devices, "sh", "-c", command)
    assert process.stdout and process.stdout.readline() == "up\n"
    return process


def test_killed_holder_gives_its_device_back(tmp_path: Path) -> None:
    with holder(tmp_path, "d0", "echo up; exec sleep 600") as process:
        process.kill()
    with start(tmp_path, 1, "d0", "true") as next_one:
        assert next_one.wait(60) == 0


def test_orphan_of_a_killed_holder_keeps_its_device(tmp_path: Path) -> None:
    with holder(tmp_path, "d0", "sleep 600 & echo $! > $TMPDIR/orphan; echo up; wait") as process:
        orphan = int((tmp_path / "orphan").read_text())
        process.kill()
        process.wait()
        with start(tmp_path, 1, "d0", "true") as next_one:
            with pytest.raises(subprocess.TimeoutExpired):
                next_one.wait(3)
            os.kill(orphan, signal.SIGKILL)
            assert next_one.wait(60) == 0


def test_all_or_none_are_taken(tmp_path: Path) -> None:
    """A job that waits for two devices holds none, so one that needs one gets past it."""
    with (
        holder(tmp_path, "d0,d1", "echo up; exec sleep 600") as process,
        start(tmp_path, 2, "d0,d1", "true") as both,
    ):
        time.sleep(1)
        with start(tmp_path, 1, "d0,d1", "true") as one:
            assert one.wait(60) == 0
        assert both.poll() is None
        process.kill()
        assert both.wait(60) == 0


def test_no_gpu_runs_the_command_as_it_is(tmp_path: Path) -> None:
    with start(tmp_path, 0, "d7", "sh", "-c", "echo $CUDA_VISIBLE_DEVICES; exit 3") as process:
        assert process.communicate()[0] == "d7\n"
    assert process.returncode == 3
    assert list(tmp_path.iterdir()) == []


def test_missing_gpus_are_told(tmp_path: Path) -> None:
    with start(tmp_path, 1, "", "true") as process:
        assert "this job sees no GPU" in process.communicate()[1]
    assert process.returncode == 2
    with pytest.raises(UserError, match="1 of 2 GPUs: run on a machine"):
        choose(2, {"CUDA_VISIBLE_DEVICES": "0"}, tmp_path)
    with pytest.raises(UserError, match="no GPU: ask SLURM"):
        choose(1, {"CUDA_VISIBLE_DEVICES": "-1", "SLURM_JOB_ID": "1"}, tmp_path)


def test_slurm_job_keeps_the_devices_that_slurm_gave(tmp_path: Path) -> None:
    given = {"SLURM_JOB_ID": "1", "CUDA_VISIBLE_DEVICES": "4,6"}
    assert choose(2, given, tmp_path) == {}
    assert list(tmp_path.iterdir()) == []


def test_allocation_with_more_devices_than_a_job_needs_is_shared_out(tmp_path: Path) -> None:
    given = {"SLURM_JOB_ID": "1", "CUDA_VISIBLE_DEVICES": "4,6"}
    assert choose(1, given, tmp_path) == {"CUDA_VISIBLE_DEVICES": "4"}
    assert choose(1, given, tmp_path) == {"CUDA_VISIBLE_DEVICES": "6"}


def test_device_named_twice_counts_once() -> None:
    assert candidates({"CUDA_VISIBLE_DEVICES": "0, 1,0"}) == ["0", "1"]


def test_devices_are_what_nvidia_smi_lists(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    nvidia_smi(tmp_path, monkeypatch, ["GPU 0: A100 (UUID: GPU-aa)", "GPU 1: A100 (UUID: GPU-bb)"])
    assert candidates({}) == ["0", "1"]
    locks = tmp_path / "locks"
    locks.mkdir()
    assert choose(1, {}, locks) == {"CUDA_VISIBLE_DEVICES": "0", "CUDA_DEVICE_ORDER": "PCI_BUS_ID"}
    # The same device by its other name is the same device, and not every engine reads that name.
    by_uuid = {"CUDA_VISIBLE_DEVICES": "1", "CUDA_DEVICE_ORDER": "PCI_BUS_ID"}
    assert choose(1, {"CUDA_VISIBLE_DEVICES": "GPU-a,GPU-bb"}, locks) == by_uuid
    in_slurm = {"SLURM_JOB_ID": "1", "CUDA_VISIBLE_DEVICES": "GPU-bb"}
    assert choose(1, in_slurm, locks) == by_uuid
    assert choose(1, {**in_slurm, "CUDA_VISIBLE_DEVICES": "1"}, locks) == {}


def nvidia_smi(folder: Path, monkeypatch: pytest.MonkeyPatch, lines: list[str]) -> None:
    """Put one on PATH that lists these lines."""
    fake = folder / "nvidia-smi"
    fake.write_text("#!/bin/sh\ncat << END\n" + "\n".join(lines) + "\nEND\n")
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")


def test_parts_of_a_divided_gpu_are_devices_of_their_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nvidia_smi(
        tmp_path,
        monkeypatch,
        [
            "GPU 0: NVIDIA A100-SXM4-40GB (UUID: GPU-aa)",
            "  MIG 3g.20gb     Device  0: (UUID: MIG-cc)",
            "  MIG 3g.20gb     Device  1: (UUID: MIG-dd)",
            "GPU 1: NVIDIA A100-SXM4-40GB (UUID: GPU-bb)",
        ],
    )
    assert candidates({}) == ["MIG-cc", "MIG-dd", "1"]
    locks = tmp_path / "locks"
    locks.mkdir()
    taken = [choose(1, {}, locks)["CUDA_VISIBLE_DEVICES"] for _ in range(3)]
    assert taken == ["MIG-cc", "MIG-dd", "1"]
    given = {"CUDA_VISIBLE_DEVICES": "MIG-GPU-ee/1/0"}  # as older drivers name them
    assert choose(1, given, locks) == given
    with pytest.raises(UserError, match="only one part of a divided GPU"):
        choose(2, {"CUDA_VISIBLE_DEVICES": "MIG-cc,MIG-dd"}, locks)


def test_killed_command_is_one_sentence(tmp_path: Path) -> None:
    with start(tmp_path, 0, "", "sh", "-c", "kill -9 $$") as process:
        said = process.communicate()[1].splitlines()[-1]
    assert process.returncode == 2
    assert re.match(
        "error: sh was killed .*; what was drawn is kept: give the job more memory", said
    )


def test_memory_that_ran_out_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    group = tmp_path / "cgroups/job/step"
    group.mkdir(parents=True)
    (tmp_path / "self").mkdir()
    (tmp_path / "self/cgroup").write_text("0::/job/step\n")
    (tmp_path / "vmstat").write_text("nr_free_pages 1\noom_kill 7\n")
    (group / "memory.max").write_text("max\n")
    (group.parent / "memory.max").write_text(f"{3 << 29}\n")
    monkeypatch.setattr(processes, "PROC", tmp_path)
    monkeypatch.setattr(processes, "CGROUPS", tmp_path / "cgroups")
    said = processes.killed("sample.py", processes.oom_kills())
    assert said.startswith("sample.py was killed (SIGKILL), by a person")
    said = processes.killed("sample.py", 6)
    out = "the kernel killed sample.py: this machine or job ran out of memory"
    assert said.startswith(f"{out} (this job may use 1.5 GiB); what was drawn is kept")


def test_free_memory_is_within_the_jobs_limit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "cgroups").mkdir()
    (tmp_path / "self").mkdir()
    (tmp_path / "self/cgroup").write_text("0::/\n")
    (tmp_path / "meminfo").write_text("MemTotal: 9 kB\nMemAvailable:     4096 kB\n")
    monkeypatch.setattr(processes, "PROC", tmp_path)
    monkeypatch.setattr(processes, "CGROUPS", tmp_path / "cgroups")
    assert processes.available_memory() == 4 << 20
    (tmp_path / "cgroups/memory.max").write_text(f"{1 << 20}\n")
    assert processes.available_memory() == 1 << 20
    (tmp_path / "cgroups/memory.max").write_text("max\n")
    (tmp_path / "meminfo").write_text("")
    assert 0 < processes.available_memory() < 1 << 50


def test_command_ends_as_it_would_alone_and_gets_the_signals_to_it(tmp_path: Path) -> None:
    with start(tmp_path, 0, "", "sh", "-c", "kill -SEGV $$") as process:
        process.wait(60)
    assert process.returncode == -signal.SIGSEGV
    command = "trap 'echo ended; exit 7' TERM; echo up; while :; do sleep 0.1; done"
    with start(tmp_path, 0, "", "sh", "-c", command) as process:
        assert process.stdout and process.stdout.readline() == "up\n"
        process.terminate()
        assert process.communicate(timeout=60)[0] == "ended\n"
    assert process.returncode == 7


def test_unknown_command_is_told(tmp_path: Path) -> None:
    with start(tmp_path, 0, "", "no-such-command-here") as process:
        assert "is not a command" in process.communicate()[1]
    assert process.returncode == 2


# Goes into scripts/sample.py: a device that another shard has is an error.
SPY = """if __name__ == "__main__":
    import atexit, os, time

    device = Path("in-use-" + os.environ["CUDA_VISIBLE_DEVICES"])
    device.mkdir()
    atexit.register(device.rmdir)
    with Path("shards").open("a") as shards:
        print(device, file=shards)
    time.sleep(0.5)
"""


def test_shards_have_a_device_each_though_the_resource_was_forgotten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without `--resources gpu=` snakemake starts as many shards as there are cores."""
    workflow = small_workflow(tmp_path)
    main = 'if __name__ == "__main__":\n'
    workflow.edit("scripts/sample.py", main, SPY + main)
    monkeypatch.delenv("SLURM_JOB_ID", raising=False)
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "d0")
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    tables = [
        f"results/{model}/sums/plain/base-verbatim/counts.csv" for model in ("small", "large")
    ]
    workflow.snakemake("--set-resources", "sample:gpu=1", "--", *tables)
    assert (tmp_path / "shards").read_text().split() == ["in-use-d0"] * 5
