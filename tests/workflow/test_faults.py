"""Whatever dies, fills up or is cut: the same command ends in the same tables, or says why not.

`make test-faults` runs it; `make test-faults MOMENTS=8` tries fewer moments. The experiment is an
ordinary entry of an ordinary config: ten tasks, n = 100, drawn by the demo's small model. Each
moment is seeded, but what runs at it depends on the machine: a failure names victim and time.

Not covered: a kernel that really stops (files are cut here as a power cut cuts them, which keeps
their times), and disks that lie about what they have written.
"""

from __future__ import annotations

import os
import random
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from conftest import ROOT, Workflow, ask_only, copy_workflow, made_once, small_workflow

from passk.integrity import verify

MOMENTS = int(os.environ.get("MOMENTS") or 32)
VICTIMS = ("job", "group", "snakemake", "worker", "engine")
RESULTS = "results/demo-small/ten/demo"
DRAWN = "figures/miniature/base-verbatim"
TABLES = [
    f"{RESULTS}/base-verbatim/counts.csv",
    f"{RESULTS}/base-verbatim/pass_at_k.csv",
    f"{DRAWN}/pass_at_k.csv",
    f"{DRAWN}/success_rates.csv",
]
COMMAND = [sys.executable, "-m", "snakemake", "--cores", "2", *TABLES]

pytestmark = pytest.mark.faults
LONG = pytest.mark.long
if not (ROOT / "resources/envs/transformers/lock.txt").exists():
    pytest.skip(
        "the transformers environment is not built: run `make test-faults`", allow_module_level=True
    )


def miniature(folder: Path) -> Workflow:
    """A copy of the workflow with this one experiment."""
    workflow = copy_workflow(folder)
    config = workflow.config()
    config["benchmarks"] = {"ten": {"path": "resources/demo/problems.jsonl", "first": 10}}
    miniature = {
        "model": "demo-small",
        "benchmark": "ten",
        "sampling": "demo",
        "n_samples": 100,
        "k_values": [1, 10, 100],
        "suites": ["base"],
        "answers": ["verbatim"],
    }
    ask_only(config, {"miniature": miniature})
    workflow.write_config(config)
    return workflow


def tables(folder: Path) -> dict[str, bytes]:
    return {name: (folder / name).read_bytes() for name in TABLES}


@dataclass(frozen=True)
class Undisturbed:
    """The finished experiment, its tables, and how long it took, in seconds."""

    workflow: Workflow
    tables: dict[str, bytes]
    seconds: float


@pytest.fixture(scope="session")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Undisturbed:
    def make(folder: Path) -> None:
        workflow = miniature(folder)
        started = time.monotonic()
        workflow.snakemake(*TABLES)
        (folder / "seconds.txt").write_text(str(time.monotonic() - started))

    workflow = Workflow(made_once(tmp_path_factory, "undisturbed_miniature", make))
    seconds = float((workflow.folder / "seconds.txt").read_text())
    return Undisturbed(workflow, tables(workflow.folder), seconds)


@pytest.fixture
def finished_copy(undisturbed: Undisturbed, tmp_path: Path) -> Workflow:
    folder = tmp_path / "workflow"
    shutil.copytree(undisturbed.workflow.folder, folder, symlinks=True)
    return Workflow(folder)


def start(workflow: Workflow, *more: str) -> subprocess.Popen[bytes]:
    with (workflow.folder / "run.log").open("ab") as log:
        return subprocess.Popen(
            [*COMMAND, *more], cwd=workflow.folder, stdout=log, stderr=log, start_new_session=True
        )


def log_of(workflow: Workflow) -> str:
    return (workflow.folder / "run.log").read_text()[-5000:]


def finish(workflow: Workflow) -> None:
    """The same command again, after the --unlock that it asks for where snakemake was killed."""
    if any((workflow.folder / ".snakemake/locks").glob("*")):
        workflow.snakemake("--unlock", "--quiet", "all")
    assert start(workflow).wait(timeout=240) == 0, log_of(workflow)


def assert_as_undisturbed(workflow: Workflow, undisturbed: Undisturbed) -> None:
    assert tables(workflow.folder) == undisturbed.tables, log_of(workflow)
    assert verify(workflow.folder).findings == []
    unfinished = re.compile(r"\.(tmp|partial|lock)$")
    left = [p for p in (workflow.folder / "results").rglob("*") if unfinished.search(p.name)]
    assert left == []


@dataclass(frozen=True)
class Process:
    pid: int
    parent: int
    session: int
    words: str


def below(root: int) -> list[Process]:
    """The processes that descend from ``root``."""
    every: dict[int, Process] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
                words = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            except OSError:
                continue
            pid = int(entry.name)
            every[pid] = Process(pid, int(fields[1]), int(fields[3]), words)
    found, parents = [], {root}
    while parents:
        generation = [process for process in every.values() if process.parent in parents]
        found += generation
        parents = {process.pid for process in generation}
    return found


def candidates(victim: str, root: int) -> list[int]:
    """The processes that can be the victim now."""
    if victim in ("group", "snakemake"):
        return [root]
    processes = below(root)
    jobs = [p for p in processes if re.match(r"\S*python\S* scripts/\w+\.py", p.words)]
    tops = [p for p in jobs if p.parent not in {job.pid for job in jobs}]
    if victim == "job":
        return [p.pid for p in tops]
    if victim == "engine":
        return [p.pid for p in tops if "scripts/sample.py" in p.words]
    # The workers and their fork servers; a program's own process may be killed by anybody, too,
    # but then that is the verdict on it.
    judges = {p.pid for p in tops if "scripts/execute.py" in p.words}
    workers = {p.pid for p in processes if p.parent in judges and p.session == root}
    servers = {p.pid for p in processes if p.parent in workers}
    return sorted(workers | servers)


def strike(process: subprocess.Popen[bytes], victim: str, share: float, seconds: float) -> bool:
    """Kill the victim at a moment of the run, or as soon after it as there is one; False where the
    run ended before."""
    rest = {"engine": 0.2 * seconds, "worker": 0.4}
    # Engine and worker live for a part of the run: the moment counts from their beginning.
    if victim in rest:
        while not candidates(victim, process.pid):
            if process.poll() is not None:
                return False
            time.sleep(0.01)
    until = time.monotonic() + share * rest.get(victim, 0.9 * seconds)
    while process.poll() is None:
        if time.monotonic() >= until and (found := candidates(victim, process.pid)):
            target = found[int(share * 1e6) % len(found)]
            try:
                (os.killpg if victim == "group" else os.kill)(target, signal.SIGKILL)
            except ProcessLookupError:
                continue
            return True
        time.sleep(0.01)
    return False


@pytest.mark.parametrize("moment", range(MOMENTS))
def test_killed_run_goes_on_and_ends_the_same(
    moment: int, undisturbed: Undisturbed, tmp_path: Path
) -> None:
    victim = VICTIMS[moment % len(VICTIMS)]
    share = random.Random(f"moment {moment}").random()
    for attempt in range(4):
        workflow = miniature(tmp_path / str(attempt))
        process = start(workflow)
        if strike(process, victim, share * 0.7**attempt, undisturbed.seconds):
            break
        process.wait()  # it was quicker than the undisturbed run: a little earlier, then
    else:
        pytest.fail(f"no {victim} was there to be killed")
    process.wait(timeout=240)
    print(f"killed: {victim} at {share:.3f}")
    finish(workflow)
    assert_as_undisturbed(workflow, undisturbed)


# What a power cut does to a file: it keeps its name and its time, and loses what had not reached
# the disk; a file system may keep the length and lose the content.
def without_last_line(content: bytes) -> bytes:
    return b"".join(content.splitlines(keepends=True)[:-1])


def at_random(content: bytes) -> bytes:
    return content[: random.Random(len(content)).randrange(1, len(content))]


def zeros_at_end(content: bytes) -> bytes:
    return content[: len(content) // 2] + bytes(len(content) - len(content) // 2)


SMALL = "results/small/sums/plain"
SMALL_DRAWN = "figures/paper/base-verbatim"
SMALL_TABLES = [
    f"{SMALL}/base-verbatim/counts.csv",
    f"{SMALL}/base-verbatim/pass_at_k.csv",
    f"{SMALL_DRAWN}/pass_at_k.csv",
    f"{SMALL_DRAWN}/success_rates.csv",
]
# A file, and what is removed so that a job is about to read it.
READ = [
    (f"{SMALL}/samples/00000-00001.jsonl.gz", f"{SMALL}/[vb]*"),
    (f"{SMALL}/samples/00002-00003.meta.json", f"{SMALL}/[vb]*"),
    (f"{SMALL}/verdicts/base-verbatim/00000-00001.jsonl.gz", f"{SMALL}/base-*"),
    (f"{SMALL}/verdicts/base-verbatim/00002-00003.meta.json", f"{SMALL}/base-*"),
    ("results/small/sums/problems.jsonl", f"{SMALL}/[vb]*"),
    ("results/small/sums/problems.jsonl", SMALL),
    ("results/small/manifest.json", SMALL),
    ("small.jsonl", SMALL),
    (f"{SMALL}/base-verbatim/counts.csv", "figures"),
    (f"{SMALL}/base-verbatim/counts.meta.json", "figures"),
    (f"{SMALL}/base-verbatim/pass_at_k.csv", "figures"),
]


def damage(path: Path, cut: Callable[[bytes], bytes]) -> None:
    times = path.stat()
    content = path.read_bytes()
    path.write_bytes(cut(content))
    assert path.read_bytes() != content
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))


@pytest.fixture(scope="session")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Workflow:
    """The tests' small experiment, whose samples are recorded: quicker than the miniature."""
    return Workflow(
        made_once(
            tmp_path_factory,
            "recorded",
            lambda folder: small_workflow(folder).snakemake(*SMALL_TABLES),
        )
    )


@pytest.mark.parametrize(
    "cut",
    [at_random, *(pytest.param(cut, marks=LONG) for cut in (without_last_line, zeros_at_end))],
)
@pytest.mark.parametrize(("file", "missing"), READ)
def test_cut_file_that_a_job_reads_is_named_or_made_again(
    file: str, missing: str, cut: Callable[[bytes], bytes], recorded: Workflow, tmp_path: Path
) -> None:
    workflow = Workflow(tmp_path / "workflow")
    shutil.copytree(recorded.folder, workflow.folder, symlinks=True)
    for folder in workflow.folder.glob(missing):
        shutil.rmtree(folder)
    whole = (workflow.folder / file).read_bytes()
    damage(workflow.folder / file, cut)
    done = workflow.snakemake(*SMALL_TABLES, check=False)
    if done.returncode:
        errors = re.findall(r"^error: (.*)$", done.stdout, re.MULTILINE)
        assert errors, done.stdout[-4000:]
        for error in errors:
            assert file in error, error
            assert "delete" in error or "restore it" in error, error
        if file == "small.jsonl":
            (workflow.folder / file).write_bytes(whole)
        else:
            for name in set(re.findall(r"results/[\w/.-]+\w", " ".join(errors))):
                (workflow.folder / name).unlink()
        workflow.snakemake(*SMALL_TABLES)
    assert {name: (workflow.folder / name).read_bytes() for name in SMALL_TABLES} == {
        name: (recorded.folder / name).read_bytes() for name in SMALL_TABLES
    }
    assert verify(workflow.folder).findings == []


def test_cut_weights_are_named(finished_copy: Workflow, undisturbed: Undisturbed) -> None:
    folder = finished_copy.folder
    (folder / "resources/demo").unlink()
    shutil.copytree(ROOT / "resources/demo", folder / "resources/demo")
    shutil.rmtree(folder / RESULTS)
    weights = folder / "resources/demo/small/model.safetensors"
    whole = weights.read_bytes()
    damage(weights, at_random)
    done = finished_copy.snakemake(*TABLES, check=False)
    assert done.returncode != 0
    assert re.search(
        r"^error: resources/demo/small/model.safetensors has changed .*restore it",
        done.stdout,
        re.MULTILINE,
    ), done.stdout[-3000:]
    weights.write_bytes(whole)
    finish(finished_copy)
    assert_as_undisturbed(finished_copy, undisturbed)


def test_cut_records_of_snakemake_are_survived(recorded: Workflow, tmp_path: Path) -> None:
    workflow = Workflow(tmp_path / "workflow")
    shutil.copytree(recorded.folder, workflow.folder, symlinks=True)
    for record in (workflow.folder / ".snakemake/metadata").rglob("*"):
        if record.is_file():
            damage(record, at_random)
    workflow.snakemake(*SMALL_TABLES)
    for name in SMALL_TABLES:
        assert (workflow.folder / name).read_bytes() == (recorded.folder / name).read_bytes()


def test_two_runs_in_one_folder_are_refused_or_end_the_same(
    undisturbed: Undisturbed, tmp_path: Path
) -> None:
    workflow = miniature(tmp_path)
    first = start(workflow)
    while not list((tmp_path / ".snakemake/locks").glob("*")) or not (tmp_path / RESULTS).exists():
        assert first.poll() is None
        time.sleep(0.02)
    second = workflow.snakemake(*TABLES, check=False)
    assert second.returncode != 0
    assert "--unlock" in second.stdout
    # Whoever forces it has two jobs that want to write the same shard.
    forced = start(workflow, "--nolock")
    first.wait(timeout=240)
    forced.wait(timeout=240)
    finish(workflow)
    assert_as_undisturbed(workflow, undisturbed)


def in_namespace(script: str, folder: Path) -> str:
    """Run ``script`` with sh in a mount namespace of its own, which ends with it."""
    words = ["unshare", "--mount", "--propagation", "private", "sh", "-c", script]
    done = subprocess.run(
        words,
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "HF_HUB_OFFLINE": "1", "RUN": shlex.join(COMMAND)},
    )
    assert done.returncode == 0, done.stdout[-6000:]
    return done.stdout


needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="mounting needs root")


@needs_root
@pytest.mark.parametrize(
    "kilobytes", [16, *(pytest.param(size, marks=LONG) for size in (8, 28, 44))]
)
def test_full_disk_is_named_and_the_same_command_goes_on(
    kilobytes: int, undisturbed: Undisturbed, tmp_path: Path
) -> None:
    """The results lie on a file system that is too small at first."""
    workflow = miniature(tmp_path)
    (tmp_path / "results").mkdir()
    said = in_namespace(
        f"mount -t tmpfs -o size={kilobytes}k,mode=755 none results && cd . && "
        "{ $RUN && exit 3; mount -o remount,size=99m results && echo '-- more space --'"
        " && $RUN && cp -r results kept && umount results && cp -r kept/. results; }",
        tmp_path,
    )
    before = said.split("-- more space --")[0]
    assert "error: the disk is full: free some space and run the same command again" in before
    shutil.rmtree(tmp_path / "kept")
    assert_as_undisturbed(workflow, undisturbed)


@needs_root
def test_read_only_folder_is_named_and_the_same_command_goes_on(
    undisturbed: Undisturbed, tmp_path: Path
) -> None:
    workflow = miniature(tmp_path)
    (tmp_path / RESULTS / "samples").mkdir(parents=True)
    said = in_namespace(
        "mount --bind results results && mount -o remount,ro,bind results && "
        "{ $RUN && exit 3; umount results && echo '-- writable --' && $RUN; }",
        tmp_path,
    )
    # In Snakemake's words, which removes an output before a job starts, or in the script's.
    before = said.split("-- writable --")[0]
    named = r"results/\S+.*Read-only file system|Read-only file system: 'results/"
    assert re.search(named, before), before
    assert_as_undisturbed(workflow, undisturbed)
