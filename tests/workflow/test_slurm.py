"""The workflow through a real SLURM: `make test-slurm`, as root on Debian, starts and stops one.

Shards claim a GPU each, as the paper's do, though their samples are recorded; the GPUs are ten
character devices. Not covered: accounting, cgroups, more than one node, a shared file system.
"""

from __future__ import annotations

import importlib.util
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
from conftest import FEW_ANALYSES, ROOT, Workflow, made_once, small_config, small_workflow
from slurm.cluster import Cluster, running

UNPACKED = os.environ.get("SLURM_UNPACKED")
if not UNPACKED:
    pytest.skip("needs root and Debian's SLURM: run `make test-slurm`", allow_module_level=True)
if os.geteuid() != 0:
    pytest.skip("SLURM's daemons and its devices need root", allow_module_level=True)
if importlib.util.find_spec("snakemake_executor_plugin_slurm") is None:
    pytest.skip("the plugin is not installed: run `make setup-slurm`", allow_module_level=True)

PROFILE = "profiles/slurm/config.yaml"
PLAIN = Path("results/small/sums/plain")
TABLES = [f"{PLAIN}/base-verbatim/{name}.csv" for name in ("counts", "pass_at_k")]
# Of the whole experiment: all that is drawn, but for what holds measured times.
MEASURED = {"cost.csv", "compute.csv"}
# Goes into a script: notes where it runs, then waits while ``hold`` is there.
SPY = """if __name__ == "__main__":
    import os, time
    from pathlib import Path

    device = os.environ.get("CUDA_VISIBLE_DEVICES", "none")
    Path("started", os.environ["SLURM_JOB_ID"]).write_text(device)
    while Path("hold").exists():
        time.sleep(0.2)
"""


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    with running(Path(UNPACKED).resolve(), tmp_path_factory.mktemp("slurm")) as cluster:
        yield cluster


def recorded_experiment(folder: Path, n_samples: int) -> Workflow:
    """The small experiment with shards of two draws."""
    workflow = small_workflow(folder)
    config = small_config(FEW_ANALYSES)
    config["experiments"] = {"paper": config["experiments"]["paper"]}
    del config["experiments"]["paper"]["baseline"]
    config["experiments"]["paper"] |= {"n_samples": n_samples, "k_values": [1, 2]}
    workflow.write_config(config)
    return workflow


def results(workflow: Workflow) -> dict[str, bytes]:
    """All that has to be the same: the tables, those of figures too, and the shards of samples."""
    shards = (workflow.folder / PLAIN / "samples").glob("*.jsonl.gz")
    drawn = (workflow.folder / "figures").rglob("*.csv")
    paths = [*(workflow.folder / table for table in TABLES), *shards]
    paths += [path for path in drawn if path.name not in MEASURED]
    return {str(path.relative_to(workflow.folder)): path.read_bytes() for path in paths}


@pytest.fixture(scope="module")
def local(tmp_path_factory: pytest.TempPathFactory) -> Callable[[int], dict[str, bytes]]:
    """What an undisturbed run without SLURM gives, by the number of samples."""

    def run(n_samples: int) -> dict[str, bytes]:
        folder = made_once(
            tmp_path_factory,
            f"local_{n_samples}",
            lambda folder: recorded_experiment(folder, n_samples).snakemake(*TABLES),
        )
        return results(Workflow(folder))

    return run


class SlurmRun:
    """The experiment in a folder that is ready to be submitted, with the jobs of one rule held."""

    def __init__(
        self, folder: Path, cluster: Cluster, n_samples: int, held: str = "sample"
    ) -> None:
        self.workflow = recorded_experiment(folder, n_samples)
        self.cluster = cluster
        self.log = folder / "snakemake.log"
        # The recorded engine needs no GPU, but is to have one; this SLURM has no accounting.
        self.workflow.edit(PROFILE, "  sample:\n", "  sample:\n    gpu: 1\n")
        self.workflow.edit(PROFILE, "# slurm-status-command", "slurm-status-command")
        main = 'if __name__ == "__main__":\n'
        self.workflow.edit(f"scripts/{held}.py", main, SPY + main)
        (folder / "started").mkdir()
        (folder / "hold").touch()

    @contextmanager
    def started(
        self, *arguments: str, targets: Sequence[str] = TABLES
    ) -> Iterator[subprocess.Popen[bytes]]:
        """snakemake, which does not outlive the block."""
        command = [sys.executable, "-m", "snakemake", "--workflow-profile", "profiles/slurm"]
        command += ["--slurm-init-seconds-before-status-checks", "6", *arguments, *targets]
        with self.log.open("ab") as log:
            process = subprocess.Popen(
                command,
                cwd=self.workflow.folder,
                env=self.cluster.environment,
                stdout=log,
                stderr=log,
                # A run in the background of a script has SIGINT ignored, and hands that on.
                preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
            )
        try:
            yield process
        finally:
            process.kill()
            process.wait()

    def devices(self) -> dict[str, str]:
        """The GPU that each held job was given, or ``none``, by the job's id."""
        marks = (self.workflow.folder / "started").iterdir()
        return {mark.name: text for mark in marks if (text := mark.read_text())}

    def wait_for_jobs(self, count: int, process: subprocess.Popen[bytes] | None = None) -> None:
        """Wait until so many jobs were held; ``process`` must not end before."""
        deadline = time.monotonic() + 400
        while len(self.devices()) < count:
            assert process is None or process.poll() is None, self.log.read_text()[-6000:]
            assert time.monotonic() < deadline, self.cluster.logs()
            time.sleep(0.2)

    def release(self) -> None:
        (self.workflow.folder / "hold").unlink()

    def finish(self, process: subprocess.Popen[bytes]) -> None:
        assert process.wait(timeout=600) == 0, self.log.read_text()[-6000:]


@pytest.fixture(autouse=True)
def no_jobs_left(cluster: Cluster) -> Iterator[None]:
    yield
    if cluster.jobs():
        cluster.command("scancel", "--user=root")
        while cluster.jobs():
            time.sleep(0.2)


def test_bounded_gpu_jobs_have_a_device_each_and_the_tables_are_those_of_a_local_run(
    cluster: Cluster, local: Callable[[int], dict[str, bytes]], tmp_path: Path
) -> None:
    run = SlurmRun(tmp_path, cluster, n_samples=6)
    more = ["--resources", "gpu=2", "--printshellcmds", "--slurm-keep-successful-logs"]
    with run.started(*more) as process:
        run.wait_for_jobs(2, process)
        # The third shard is ready too: had it been submitted, it would be in the queue by now.
        time.sleep(3)
        assert len(cluster.jobs()) == 2
        devices = run.devices()
        assert set(devices) == set(cluster.jobs())
        assert len(set(devices.values())) == 2
        assert set(devices.values()) <= set("0123456789")
        run.release()
        run.finish(process)
    assert len(run.devices()) == 3
    assert results(run.workflow) == local(6)
    # SLURM gave the devices, so with_gpu.py took none.
    logs = [log.read_text() for log in (tmp_path / "logs/sample").rglob("*.log")]
    assert len(logs) == 3
    assert all("taking" not in log for log in logs)
    # What the profile says of threads reaches the job.
    judged = [log.read_text() for log in (tmp_path / "logs/slurm").rglob("*.log")]
    workers = re.findall(r"execute\.py .* --workers (\d+)", "\n".join(judged))
    assert set(workers) == {"1"}


def test_whole_experiment_is_that_of_a_local_run(cluster: Cluster, tmp_path: Path) -> None:
    local = recorded_experiment(tmp_path / "local", n_samples=4)
    local.snakemake("paper")
    run = SlurmRun(tmp_path / "slurm", cluster, n_samples=4)
    run.release()
    with run.started(targets=["paper"]) as process:
        run.finish(process)
    assert len(run.devices()) == 2
    whole = results(run.workflow)
    assert any(path.startswith("figures/") for path in whole)
    assert whole == results(local)
    assert "Nothing to be done" in run.workflow.snakemake("-n", "paper").stdout


def test_job_over_its_time_is_ended_and_submitted_again_with_more(
    cluster: Cluster, local: Callable[[int], dict[str, bytes]], tmp_path: Path
) -> None:
    run = SlurmRun(tmp_path, cluster, n_samples=2)
    run.workflow.edit(PROFILE, "runtime: 240 * attempt", "runtime: 1 * attempt")
    with run.started() as process:
        run.wait_for_jobs(1, process)
        (first,) = run.devices()
        run.wait_for_jobs(2, process)
        assert "JobState=TIMEOUT" in cluster.command("scontrol", "show", "job", first)
        asked = cluster.command("squeue", "--noheader", "--states=R", "--format=%l").split()
        assert asked == ["2:00"]
        run.release()
        run.finish(process)
    assert results(run.workflow) == local(2)


def test_cancelled_job_is_submitted_again(
    cluster: Cluster, local: Callable[[int], dict[str, bytes]], tmp_path: Path
) -> None:
    run = SlurmRun(tmp_path, cluster, n_samples=2)
    with run.started() as process:
        run.wait_for_jobs(1, process)
        cluster.command("scancel", *run.devices())
        run.wait_for_jobs(2, process)
        # Once more with twice the time and memory.
        asked = cluster.command("squeue", "--noheader", "--states=R", "--format=%l %m").split()
        assert asked == ["8:00:00", "125G"]
        run.release()
        run.finish(process)
    assert results(run.workflow) == local(2)


def test_requeued_job_is_waited_for(
    cluster: Cluster, local: Callable[[int], dict[str, bytes]], tmp_path: Path
) -> None:
    """As one that is preempted, or whose node died; Snakemake itself submits nothing again."""
    run = SlurmRun(tmp_path, cluster, n_samples=2)
    with run.started("--slurm-requeue", "--retries", "0") as process:
        run.wait_for_jobs(1, process)
        (job,) = run.devices()
        (tmp_path / "started" / job).unlink()
        cluster.command("scontrol", "requeue", job)
        run.wait_for_jobs(1, process)  # SLURM lets two minutes pass
        assert "Restarts=1" in cluster.command("scontrol", "show", "job", job)
        run.release()
        run.finish(process)
    assert list(run.devices()) == [job]
    assert results(run.workflow) == local(2)


@pytest.mark.parametrize("held", ["sample", "execute"])
def test_interrupt_cancels_the_jobs_and_the_same_command_goes_on(
    held: str, cluster: Cluster, local: Callable[[int], dict[str, bytes]], tmp_path: Path
) -> None:
    run = SlurmRun(tmp_path, cluster, 2, held)
    with run.started() as process:
        run.wait_for_jobs(1, process)
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=120) != 0
    deadline = time.monotonic() + 60
    while cluster.jobs():
        assert time.monotonic() < deadline, run.log.read_text()
        time.sleep(0.2)
    run.release()
    with run.started() as process:
        run.finish(process)
    assert results(run.workflow) == local(2)


@pytest.mark.parametrize("held", ["sample", "execute"])
def test_terminated_snakemake_waits_for_its_jobs_and_the_same_command_goes_on(
    held: str, cluster: Cluster, local: Callable[[int], dict[str, bytes]], tmp_path: Path
) -> None:
    run = SlurmRun(tmp_path, cluster, 2, held)
    with run.started() as process:
        run.wait_for_jobs(1, process)
        process.terminate()
        run.release()
        assert process.wait(timeout=600) != 0
    assert len(list((tmp_path / PLAIN / "samples").glob("*.jsonl.gz"))) == 1
    with run.started() as process:
        run.finish(process)
    assert len(run.devices()) == 1
    assert results(run.workflow) == local(2)


def test_job_survives_the_death_of_its_slurmd(
    cluster: Cluster, local: Callable[[int], dict[str, bytes]], tmp_path: Path
) -> None:
    run = SlurmRun(tmp_path, cluster, n_samples=2)
    with run.started() as process:
        run.wait_for_jobs(1, process)
        cluster.kill_slurmd()
        run.release()
        run.finish(process)
    assert len(run.devices()) == 1
    assert results(run.workflow) == local(2)


@pytest.mark.parametrize(
    ("moment", "held"), [("submitted", "sample"), ("running", "sample"), ("running", "execute")]
)
def test_killed_snakemake_leaves_its_jobs_and_the_same_command_goes_on_after_unlock(
    moment: str,
    held: str,
    cluster: Cluster,
    local: Callable[[int], dict[str, bytes]],
    tmp_path: Path,
) -> None:
    run = SlurmRun(tmp_path, cluster, 2, held)
    with run.started() as process:
        if moment == "submitted":
            while not cluster.jobs():
                assert process.poll() is None, run.log.read_text()[-6000:]
                time.sleep(0.05)
            process.kill()
            run.wait_for_jobs(1)
        else:
            run.wait_for_jobs(1, process)
            process.kill()
    assert cluster.jobs() == list(run.devices())
    with run.started("--unlock") as process:
        run.finish(process)
    with run.started() as process:
        # The first job still runs, so now two want to write the same shard.
        run.wait_for_jobs(2, process)
        run.release()
        run.finish(process)
    assert results(run.workflow) == local(2)


def test_profile_submits_the_paper_with_a_gpu_for_each_shard(cluster: Cluster) -> None:
    command = [sys.executable, "-m", "snakemake", "--workflow-profile", "profiles/slurm", "-n"]
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=cluster.environment,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    sampling = re.findall(r"^rule sample:\n(?: .*\n)+", done.stdout, re.MULTILINE)
    assert len(sampling) == 10
    assert all("gpu=1" in job for job in sampling)
