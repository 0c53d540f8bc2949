"""Right programs on a host that stops, is full or kills: they pass, or the run says what lacks.

`make test-faults` runs it: the command line on real stops, file systems and cgroups. Root makes the
last two. The rules behind: ``tests/test_host.py``.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from conftest import ROOT
from test_faults import below

from passk.benchmarks.human_eval import human_eval_file
from passk.records import Sample, read_verdicts, write_records

pytestmark = pytest.mark.faults
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="mounts and cgroups need root")

TASK = "HumanEval/53"
RIGHT = "    return x + y\n"
WRITES = RIGHT + "open('some.txt', 'w').write('x' * 300_000)\n"
# Two seconds of short sleeps: half the idle time that it has, unless it is charged for more.
WORKS = RIGHT + "import time\nfor _ in range(20): time.sleep(0.1)\n"


def command(folder: Path, bodies: list[str], *more: str) -> list[str]:
    samples = folder / "samples.jsonl"
    write_records(samples, [Sample(TASK, n, f"{body}# {n}") for n, body in enumerate(bodies)])
    return [
        *(sys.executable, str(ROOT / "scripts/execute.py"), "--benchmark", str(human_eval_file())),
        *("--workers", "2", "--samples", str(samples)),
        *("--verdicts", str(folder / "verdicts.jsonl.gz"), *more),
    ]


def outcomes(folder: Path) -> Counter[str]:
    return Counter(verdict.outcome for verdict in read_verdicts(folder / "verdicts.jsonl.gz"))


def refused(done: subprocess.CompletedProcess[str], folder: Path) -> str:
    """The one sentence that a run ended with, which has written no verdict."""
    assert done.returncode == 2, done.stderr
    assert "Traceback" not in done.stderr, done.stderr
    assert not (folder / "verdicts.jsonl.gz").exists()
    return done.stderr.splitlines()[-1]


def shell(script: str, command: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    """Run ``script`` in a mount namespace of its own; ``"$@"`` there is ``command``."""
    words = ["sh", "-c", script, "sh", *command]
    if os.geteuid() == 0:
        words = ["unshare", "--mount", "--propagation", "private", *words]
    environment = {**os.environ, "TMPDIR": str(folder / "scratch")}
    (folder / "scratch").mkdir(exist_ok=True)
    return subprocess.run(words, capture_output=True, text=True, env=environment)


# Stopped


def by_signal(process: subprocess.Popen[bytes]) -> Iterator[None]:
    """Every process of the job, as `scontrol suspend` does."""
    pids = [process.pid, *(one.pid for one in below(process.pid))]
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    yield
    for pid in pids:
        os.kill(pid, signal.SIGCONT)


def by_terminal(process: subprocess.Popen[bytes]) -> Iterator[None]:
    """Ctrl-Z and then fg: the process group, which programs are not in."""
    os.killpg(process.pid, signal.SIGTSTP)
    yield
    os.killpg(process.pid, signal.SIGCONT)


def by_freezer(process: subprocess.Popen[bytes]) -> Iterator[None]:
    """A cgroup's freezer, as container engines have it."""
    old, new = Path("/sys/fs/cgroup/freezer"), Path("/sys/fs/cgroup")
    root = old if old.is_dir() else new
    if os.geteuid() != 0 or not (root / "cgroup.procs").exists():
        pytest.skip("no cgroup can be made here")
    group = root / f"passk-test-{process.pid}"
    group.mkdir()
    file, frozen, thawed = (
        ("freezer.state", "FROZEN", "THAWED") if root == old else ("cgroup.freeze", "1", "0")
    )
    for one in (process.pid, *(found.pid for found in below(process.pid))):
        with suppress(ProcessLookupError):  # a program that has ended
            (group / "cgroup.procs").write_text(str(one))
    (group / file).write_text(frozen)
    yield
    (group / file).write_text(thawed)
    process.wait()
    group.rmdir()


@pytest.mark.parametrize("stop", [by_signal, by_terminal, by_freezer])
def test_job_that_is_stopped_and_continued_judges_the_same(
    stop: Callable[[subprocess.Popen[bytes]], Iterator[None]], tmp_path: Path
) -> None:
    words = command(tmp_path, [WORKS] * 12, "--timeout", "1")
    process = subprocess.Popen(words, start_new_session=True, stderr=subprocess.DEVNULL)
    try:
        until = time.monotonic() + 30
        # Children: guard, two workers, their fork servers, and two programs.
        while len(below(process.pid)) < 7 and time.monotonic() < until:
            time.sleep(0.02)
        stopping = stop(process)
        next(stopping)
        time.sleep(8)  # twice the idle time that a program has
        next(stopping, None)
        assert process.wait(120) == 0
    finally:
        process.kill()
    assert outcomes(tmp_path) == {"passed": 12}


# Full


@needs_root
@pytest.mark.parametrize(
    ("mount", "lacking"),
    [
        ("size=64k", "has 66 kB free"),
        ("size=99m,nr_inodes=30", "more files"),
        ("size=99m,ro", "can only be read|no folder for what programs write"),
    ],
)
def test_scratch_that_cannot_hold_a_program_is_named(
    mount: str, lacking: str, tmp_path: Path
) -> None:
    script = f'mount -t tmpfs -o {mount} none {tmp_path}/scratch; cd /; exec "$@"'
    done = shell(script, command(tmp_path, [WRITES] * 4), tmp_path)
    if (tmp_path / "verdicts.jsonl.gz").exists():  # it found another folder that can be written
        assert outcomes(tmp_path) == {"passed": 4}
        return
    sentence = refused(done, tmp_path)
    assert any(one in sentence for one in lacking.split("|")), sentence
    assert "set TMPDIR to a folder" in sentence


@needs_root
@pytest.mark.parametrize("again", [False, True])
def test_scratch_that_fills_up_meanwhile_is_waited_for_or_named(
    again: bool, tmp_path: Path
) -> None:
    """Another program fills the disk after the first verdicts, and may free it again."""
    freed = f"sleep 4; rm {tmp_path}/scratch/full;" if again else ""
    script = (
        f"mount -t tmpfs -o size=99m none {tmp_path}/scratch; cd /; (sleep 2.5; "
        f'cat /dev/zero > {tmp_path}/scratch/full; {freed}) 2> /dev/null & exec "$@"'
    )
    done = shell(script, command(tmp_path, [WORKS + WRITES.removeprefix(RIGHT)] * 14), tmp_path)
    if again or (tmp_path / "verdicts.jsonl.gz").exists():
        assert outcomes(tmp_path) == {"passed": 14}
    else:
        assert "where programs write their files" in refused(done, tmp_path)


@pytest.mark.parametrize(
    ("limit", "flag"), [("-f 100", "-f"), ("-v 900000", "-v"), ("-s 4000", "-s"), ("-n 30", "-n")]
)
def test_session_with_less_than_a_program_may_use_is_refused(
    limit: str, flag: str, tmp_path: Path
) -> None:
    words = command(tmp_path, [WRITES] * 4)
    done = shell(f'ulimit {limit}; exec "$@"', ["bash", "-c", 'exec "$@"', "", *words], tmp_path)
    sentence = refused(done, tmp_path)
    assert f"(ulimit {flag})" in sentence and "raise that limit" in sentence


# Killed


@pytest.fixture
def small_memory() -> Iterator[Path]:
    """A cgroup of 350 MB."""
    old, new = Path("/sys/fs/cgroup/memory"), Path("/sys/fs/cgroup")
    root = old if old.is_dir() else new
    group = root / f"passk-test-{os.getpid()}"
    try:
        group.mkdir()
        limit = group / ("memory.limit_in_bytes" if root == old else "memory.max")
        limit.write_text(str(350 << 20))
        if root == new:
            (group / "memory.swap.max").write_text("0")
    except OSError as error:
        pytest.skip(f"no cgroup with a limit of memory can be made here ({error})")
    yield group
    for _ in range(50):
        try:
            group.rmdir()
        except OSError:
            time.sleep(0.1)
        else:
            break


@needs_root
@pytest.mark.parametrize(("megabytes", "fit"), [(180, True), (600, False)])
def test_program_that_the_kernel_ends_for_memory_passes_alone_or_stops_the_run(
    megabytes: int, fit: bool, small_memory: Path, tmp_path: Path
) -> None:
    """Two at a time need more than there is."""
    uses = RIGHT + f"import time\nheld = b'x' * ({megabytes} << 20)\ntime.sleep(0.5)\n"
    script = f'echo $$ > {small_memory}/cgroup.procs; exec "$@"'
    done = shell(script, command(tmp_path, [uses] * 6), tmp_path)
    if fit:
        assert done.returncode == 0, done.stderr
        assert outcomes(tmp_path) == {"passed": 6}
    else:
        sentence = refused(done, tmp_path)
        assert "this job may use 367 MB" in sentence and small_memory.name in sentence


@pytest.mark.parametrize("seed", range(3))
def test_run_whose_processes_are_killed_at_random_judges_the_same(
    seed: int, tmp_path: Path
) -> None:
    """Guard, workers, fork servers and programs; all but the job itself, which is the user's."""
    chance = random.Random(seed)
    wrong, slow = "    return x\n", RIGHT + "import time\ntime.sleep(0.1)\n"
    kinds = [RIGHT, wrong, WRITES, slow]  # equal programs would run once
    bodies = [f"{body}# {number}\n" for number in range(60) for body in kinds]
    kills = 0
    while kills < 5:  # a run takes a second on an idle machine
        with subprocess.Popen(command(tmp_path, bodies)) as process:
            while process.poll() is None:
                time.sleep(chance.uniform(0.5, 1.2))
                found = below(process.pid)
                if len(found) >= 5 and kills < 25:  # three deaths in a row are a reason to stop
                    kills += 1
                    with suppress(ProcessLookupError):
                        number = chance.choice((signal.SIGKILL, signal.SIGTERM))
                        os.kill(chance.choice(found).pid, number)
        assert process.returncode == 0
        found = [verdict.outcome for verdict in read_verdicts(tmp_path / "verdicts.jsonl.gz")]
        assert found == ["passed", "failed", "passed", "passed"] * 60


def test_folder_of_a_run_that_was_killed_whole_is_removed_by_the_next(tmp_path: Path) -> None:
    (tmp_path / "scratch").mkdir()
    environment = {**os.environ, "TMPDIR": str(tmp_path / "scratch")}
    sleeps = "open('left', 'w').write('x')\n" + "import time\ntime.sleep(1000)\n"
    process = subprocess.Popen(
        command(tmp_path, [RIGHT + sleeps] * 4), env=environment, stderr=subprocess.DEVNULL
    )
    until = time.monotonic() + 30
    while not list((tmp_path / "scratch").rglob("left")) and time.monotonic() < until:
        time.sleep(0.05)
    every = [one.pid for one in below(process.pid)]
    for pid in (process.pid, *every):
        os.kill(pid, signal.SIGSTOP)
    for pid in (*every, process.pid):
        os.kill(pid, signal.SIGKILL)
    process.wait()
    assert list((tmp_path / "scratch").rglob("left")), "nobody was left to remove it"
    subprocess.run(command(tmp_path, [RIGHT] * 4), env=environment, check=True)
    assert list((tmp_path / "scratch").iterdir()) == []
