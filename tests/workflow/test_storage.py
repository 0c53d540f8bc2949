"""The workflow with its results in a storage, a folder here, and on machines that share nothing.

`make test-storage`. Each node (`tests/nodes/`) is an empty folder into which Snakemake unpacks the
sources; it gets its inputs from the storage and is gone with its job, as a pod of Kubernetes is.
Not covered: a storage behind a network, two machines, Kubernetes itself.
"""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from conftest import (
    FEW_ANALYSES,
    ROOT,
    Workflow,
    ask_only,
    copy_workflow,
    made_once,
    small_config,
    small_workflow,
)

for plugin in ("snakemake_storage_plugin_fs", "snakemake_executor_plugin_cluster_generic"):
    if importlib.util.find_spec(plugin) is None:
        pytest.skip(f"{plugin} is not installed: run `make setup-storage`", allow_module_level=True)
if shutil.which("rsync") is None:
    pytest.skip("the storage plugin copies with rsync: install it", allow_module_level=True)

NODES = ROOT / "tests/nodes"
SHARDS = ("00000-00049", "00050-00099")
FEW = Path("results/demo-small/few/demo")
FEW_TABLES = [f"{FEW}/base-verbatim/{name}.csv" for name in ("counts", "pass_at_k")]
SMALL_TABLES = [
    f"results/small/sums/plain/base-verbatim/{name}.csv" for name in ("counts", "pass_at_k")
]


def small(folder: Path) -> Workflow:
    """Two models whose samples are recorded, one of them the other's baseline."""
    workflow = small_workflow(folder)
    workflow.write_config(small_config(FEW_ANALYSES))
    return workflow


def few_tasks(folder: Path) -> Workflow:
    """The demo's small model on six tasks, in a repository of its own."""
    if not (ROOT / "resources/envs/transformers/lock.txt").exists():
        pytest.skip("the transformers environment is not built: run `make test`, which builds it")
    workflow = copy_workflow(folder)
    config = workflow.config()
    config["benchmarks"] = {"few": {"path": "resources/demo/problems.jsonl", "first": 6}}
    few = {"benchmark": "few", "n_samples": 100, "analyses": ["pass_at_k"]}
    demo = config["experiments"]["demo"] | few
    del demo["baseline"]
    ask_only(config, {"demo": demo})
    workflow.write_config(config)
    # The sources that nodes get are those of the repository, the demo's models among them.
    (folder / "resources/demo").unlink()
    shutil.copytree(ROOT / "resources/demo", folder / "resources/demo")
    for command in (["init", "-q"], ["add", "--all", ":!resources/envs"]):
        subprocess.run(["git", *command], cwd=folder, check=True)
    return workflow


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The tables and samples of :func:`few_tasks` without a storage."""
    return few_results(
        made_once(
            tmp_path_factory,
            "undisturbed",
            lambda folder: few_tasks(folder).snakemake(*FEW_TABLES),
        )
    )


def few_results(folder: Path) -> dict[str, bytes]:
    names = [*FEW_TABLES, *(f"{FEW}/samples/{shard}.jsonl.gz" for shard in SHARDS)]
    return {name: (folder / name).read_bytes() for name in names}


def options(storage: Path) -> list[str]:
    words = ["--shared-fs-usage", "none", "--default-storage-provider", "fs"]
    return [*words, "--default-storage-prefix", str(storage)]


def made(folder: Path) -> dict[str, bytes]:
    """All that has to be the same bytes: what holds no measured time."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for part in ("results", "figures")
        for path in (folder / part).rglob("*")
        if path.is_file()
        and path.name != "cost.csv"
        and path.suffix != ".json"
        and "verdicts" not in path.parts
    }


def test_run_through_a_storage_makes_the_same_bytes_and_leaves_none_here(tmp_path: Path) -> None:
    plain, stored, storage = tmp_path / "plain", tmp_path / "stored", tmp_path / "figures/bucket"
    small(plain).snakemake()
    workflow = small(stored)
    told = workflow.snakemake(*options(storage)).stdout
    assert made(storage) == made(plain)
    assert {"figures/paper/report.html", "results/small/sums/problems.jsonl"} <= {*made(storage)}
    assert not (stored / "results").exists() and not (stored / "figures").exists()
    # What is told is told, too, from files that are nowhere but in the storage.
    assert "Model small: 24 samples are read from small.jsonl." in told
    assert "Model small: pass@k in per cent" in told
    assert told.endswith(f": {storage}/figures/paper/report.html\n")
    assert "Nothing to be done" in workflow.snakemake(*options(storage)).stdout


def test_what_a_check_reads_is_an_input(tmp_path: Path) -> None:
    """Shards are refused by their metadata, which must be there to be read."""
    storage = tmp_path / "bucket"
    workflow = small(tmp_path / "stored")
    workflow.snakemake(*options(storage), *SMALL_TABLES)
    shard = storage / "results/small/sums/plain/verdicts/base-verbatim/00002-00003.jsonl.gz"
    other = shard.with_name("00000-00001.jsonl.gz")
    shard.write_bytes(other.read_bytes())
    done = workflow.snakemake(*options(storage), *SMALL_TABLES, check=False)
    assert done.returncode != 0
    last = done.stdout.splitlines()[-1]
    assert "00002-00003.meta.json describes (its sha256 differs)" in last, last


class Nodes:
    """:func:`few_tasks` on nodes that share nothing, with its results in a storage."""

    def __init__(self, folder: Path) -> None:
        self.workflow = few_tasks(folder / "submits")
        self.nodes, self.storage = folder / "nodes", folder / "bucket"
        self.log = folder / "snakemake.log"
        self.nodes.mkdir()

    @contextmanager
    def started(self, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
        """snakemake, which does not outlive the block, nor do the nodes."""
        command = [sys.executable, "-m", "snakemake", *options(self.storage)]
        command += ["--executor", "cluster-generic", "--jobs", "2", "--job-deploy-sources"]
        command += ["--cluster-generic-submit-cmd", f"sh {NODES}/submit.sh"]
        command += ["--cluster-generic-status-cmd", f"sh {NODES}/status.sh"]
        environment = {"NODES": str(self.nodes), "ENVIRONMENTS": str(ROOT / "resources/envs")}
        with self.log.open("ab") as log:
            process = subprocess.Popen(
                [*command, *arguments, *FEW_TABLES],
                cwd=self.workflow.folder,
                env={**os.environ, **environment},
                stdout=log,
                stderr=log,
            )
        try:
            yield process
        finally:
            process.kill()
            process.wait()
            for node in self.running():
                self.take(node)

    def running(self) -> list[Path]:
        return [path for path in self.nodes.iterdir() if path.is_dir()]

    def take(self, node: Path) -> None:
        """What happens to a pod whose machine is taken away."""
        os.killpg(int(node.with_suffix(".pid").read_text()), signal.SIGKILL)
        shutil.rmtree(node)
        node.with_suffix(".ended").write_text("137")

    def logs(self) -> str:
        """Of all nodes, and of snakemake."""
        logs = [path.read_text() for path in (*self.nodes.glob("*.log"), self.log)]
        return "\n".join(logs)

    def sampled(self) -> list[str]:
        """The shards that were begun, one by one, with what they found."""
        found = re.findall(r"/demo/(\d+-\d+): 300 samples to draw(.*)", self.logs())
        return sorted(f"{shard}{earlier}" for shard, earlier in found)


def wait_for(condition: Callable[[], object], process: subprocess.Popen[bytes]) -> None:
    """Wait until ``condition`` holds; the run must not end before."""
    deadline = time.monotonic() + 1200
    while not condition():
        assert process.poll() is None, "the run ended before"
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.mark.parametrize("scratch", [False, True], ids=["nothing-kept", "scratch-kept"])
def test_node_that_is_taken_away_while_it_samples_costs_its_own_samples_at_most(
    scratch: bool, undisturbed: dict[str, bytes], tmp_path: Path
) -> None:
    nodes = Nodes(tmp_path)
    more = ["--retries", "1"]
    if scratch:
        more += ["--remote-job-local-storage-prefix", f"{tmp_path}/scratch"]
        more += ["--keep-storage-local-copies"]
    place = tmp_path / "scratch" if scratch else nodes.nodes

    def begun() -> list[Path]:
        partial = place.rglob(f"{SHARDS[0]}.jsonl.gz.partial")
        return [path for path in partial if path.stat().st_size > 2000]

    with nodes.started(*more) as process:
        wait_for(begun, process)
        (taken,) = [
            node
            for node in nodes.running()
            if f"draws={SHARDS[0]}" in node.with_suffix(".log").read_text()
        ]
        nodes.take(taken)
        assert process.wait(timeout=1200) == 0, nodes.logs()[-8000:]
    assert few_results(nodes.storage) == undisturbed
    assert not nodes.running()
    # The other shard was sampled once; this one over again, or from where it had come to.
    first, again, other = nodes.sampled()
    assert (first, other) == SHARDS
    assert (
        re.fullmatch(rf"{SHARDS[0]}, \d+ of them from an earlier run", again)
        if scratch
        else (again == SHARDS[0])
    )


def test_killed_run_goes_on_and_leaves_finished_shards_alone(
    undisturbed: dict[str, bytes], tmp_path: Path
) -> None:
    workflow, storage = few_tasks(tmp_path / "stored"), tmp_path / "bucket"
    command = [sys.executable, "-m", "snakemake", "--cores", "1", *options(storage), *FEW_TABLES]
    process = subprocess.Popen(command, cwd=workflow.folder, start_new_session=True)
    done = storage / FEW / "samples"

    def between() -> bool:
        partial = workflow.folder.rglob("*.partial")
        return len([*done.glob("*.gz")]) == 1 and any(p.stat().st_size > 2000 for p in partial)

    wait_for(between, process)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    (finished,) = done.glob("*.gz")
    before = finished.stat().st_mtime_ns, finished.stat().st_ino
    workflow.snakemake(*options(storage), "--unlock")
    workflow.snakemake(*options(storage), *FEW_TABLES)
    assert few_results(storage) == undisturbed
    assert (finished.stat().st_mtime_ns, finished.stat().st_ino) == before
    (log,) = [
        path
        for path in (storage / "logs/sample").rglob("*.log")
        if path.stem != finished.name.partition(".")[0]
    ]
    assert "of them from an earlier run" in log.read_text()


def test_cluster_of_any_kind_runs_the_commands_of_the_documentation(tmp_path: Path) -> None:
    workflow = small(tmp_path / "cluster")
    plain = small(tmp_path / "plain")
    plain.snakemake(*SMALL_TABLES)
    text = (ROOT / "docs/cluster.md").read_text()
    (block,) = [b for b in re.findall(r"```bash\n(.*?)```", text, re.DOTALL) if "cluster-g" in b]
    commands, targets = block.rstrip().removesuffix(" demo"), " ".join(SMALL_TABLES)
    assert commands != block.rstrip()
    environment = {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    done = subprocess.run(
        ["bash", "-euc", f"{commands} {targets}"],
        cwd=workflow.folder,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert done.returncode == 0, done.stdout[-4000:]
    assert {t: (workflow.folder / t).read_bytes() for t in SMALL_TABLES} == {
        t: (plain.folder / t).read_bytes() for t in SMALL_TABLES
    }
