"""A fault of the host is never a verdict: what is stopped, killed, moved or short, and by whom.

What needs root, a file system or a cgroup of its own: ``workflow/test_host_faults.py``.
"""

from __future__ import annotations

import json
import os
import random
import resource
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from test_pool import CASES, PROBLEMS, fork_servers_of

from passk.records import Sample, UserError, Verdict
from passk.sandbox import host, scratch
from passk.sandbox.limits import Limits
from passk.sandbox.pool import Pool, Tally

TASK = "HumanEval/53"
RIGHT = "    return x + y\n"
SLEEPS = RIGHT + "import time\ntime.sleep({})\n"
WRITES = "    open('some.txt', 'w').write('x' * 1000)\n" + RIGHT


def judged(
    pool: Pool, bodies: list[str], between: Callable[[int], None] = lambda _: None
) -> list[Verdict]:
    """The verdicts on bodies in order; ``between`` is called with how many there are so far."""
    prompt, found = PROBLEMS[TASK].prompt, []
    samples = [Sample(TASK, number, body) for number, body in enumerate(bodies)]
    for verdict in pool.verdicts(samples, lambda s: prompt + s.completion, Tally(None)):
        found.append(verdict)
        between(len(found))
    return found


def outcomes(*bodies: str, workers: int = 1, limits: Limits | None = None, **options) -> list[str]:
    with Pool({TASK: CASES[TASK]}, workers, limits, **options) as pool:
        return [verdict.outcome for verdict in judged(pool, list(bodies))]


# Time


class Jumping:
    """A clock that jumps ahead by an hour now and then, as seen by a process that was stopped."""

    def __init__(self) -> None:
        self._random = random.Random(1)
        self._ahead = 0.0
        self.clock_gettime = time.clock_gettime
        self.sleep = time.sleep

    def monotonic(self) -> float:
        self._ahead += 3600 * (self._random.random() < 0.1)
        return time.monotonic() + self._ahead


def test_time_in_which_the_judge_does_not_run_is_no_time_of_a_program(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("passk.sandbox.runner.time", Jumping())
    spins = RIGHT + "from time import process_time as now\nwhile now() < 0.5: pass\n"
    # A machine that is busy wakes a sleeper late.
    limits = Limits(idle_seconds=4.0, cpu_seconds=1.0, wall_seconds=40.0)
    found = outcomes(SLEEPS.format(0.5), spins, SLEEPS.format(60), limits=limits)
    assert found == ["passed", "passed", "timeout"]


def child_of(server: int) -> int | None:
    """A program's process, once there is one."""
    found = fork_servers_of(server)
    return found[0] if found else None


def disturb_one(pool: Pool, harm: Callable[[int], None]) -> threading.Thread:
    """Do ``harm`` to the first process of a program that is seen."""
    (server,) = fork_servers_of(pool.workers[0].process.pid)

    def wait_for_it() -> None:
        while (pid := child_of(server)) is None:
            time.sleep(0.005)
        time.sleep(0.1)
        harm(pid)

    thread = threading.Thread(target=wait_for_it)
    thread.start()
    return thread


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGSTOP])
def test_program_that_another_process_ends_or_stops_runs_again(number: int) -> None:
    with Pool({TASK: CASES[TASK]}, 1, Limits(idle_seconds=1.2)) as pool:
        thread = disturb_one(pool, lambda pid: os.kill(pid, number))
        found = judged(pool, [SLEEPS.format(0.3)])
        thread.join()
    assert [verdict.outcome for verdict in found] == ["passed"]


def test_program_that_ends_or_stops_itself_is_judged() -> None:
    ends = "    import os, signal\n    os.kill(os.getpid(), signal.{})\n" + RIGHT
    limits = Limits(idle_seconds=0.5)
    assert outcomes(ends.format("SIGKILL"), ends.format("SIGSTOP"), limits=limits) == [
        "crashed",
        "timeout",
    ]


def test_fork_server_that_is_stopped_is_replaced() -> None:
    with Pool({TASK: CASES[TASK]}, 1, Limits(wall_seconds=0.5)) as pool:
        (server,) = fork_servers_of(pool.workers[0].process.pid)
        os.kill(server, signal.SIGSTOP)
        found = judged(pool, [f"{RIGHT}# {n}" for n in range(50)])
    assert {verdict.outcome for verdict in found} == {"passed"}


# Workers


def test_worker_that_is_ended_is_replaced_and_nothing_is_lost() -> None:
    bodies = [f"{RIGHT if n % 3 else '    return x'}# {n}" for n in range(300)]
    ends = {20: signal.SIGKILL, 121: signal.SIGTERM, 220: signal.SIGKILL}
    with Pool({TASK: CASES[TASK]}, 2) as pool:

        def end_one(reached: int) -> None:
            if reached in ends:
                os.kill(pool.workers[reached % 2].process.pid, ends[reached])

        found = judged(pool, bodies, end_one)
    assert [verdict.draw for verdict in found] == list(range(300))
    assert [v.outcome for v in found] == ["passed" if n % 3 else "failed" for n in range(300)]


def test_worker_that_is_ended_again_and_again_stops_the_run() -> None:
    with Pool({TASK: CASES[TASK]}, 1) as pool:
        send = pool._send

        def send_and_end(worker, *given, **more) -> None:
            send(worker, *given, **more)
            os.kill(worker.process.pid, signal.SIGKILL)

        pool._send = send_and_end
        with pytest.raises(UserError, match="was ended 3 times while it ran one program"):
            judged(pool, [SLEEPS.format(0.2)])


# Room


def test_what_a_session_allows_less_of_than_a_program_may_use_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    host.check_session(Limits())
    for kind, flag in (
        (resource.RLIMIT_CPU, "-t"),
        (resource.RLIMIT_AS, "-v"),
        (resource.RLIMIT_DATA, "-d"),
        (resource.RLIMIT_STACK, "-s"),
        (resource.RLIMIT_FSIZE, "-f"),
        (resource.RLIMIT_NOFILE, "-n"),
    ):
        monkeypatch.setattr(
            "resource.getrlimit",
            lambda asked, kind=kind: (2, 2) if asked == kind else (resource.RLIM_INFINITY,) * 2,
        )
        with pytest.raises(UserError, match=rf"\(ulimit {flag}\).* raise that limit"):
            host.check_session(Limits())


@pytest.mark.parametrize(
    ("found", "sentence"),
    [
        ({"f_bavail": 16}, "has 66 kB free, and they may need 34 MB and 8,192 files"),
        ({"f_favail": 3}, "has room for 3 more files"),
        ({"f_flag": os.ST_RDONLY}, "can only be read"),
        ({}, None),
        ({"f_files": 0, "f_favail": 0}, None),  # a file system that does not count them
    ],
)
def test_scratch_that_is_too_small_is_named_before_the_first_program(
    found: dict[str, int], sentence: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = {"f_bavail": 1 << 20, "f_frsize": 4096, "f_files": 1 << 20, "f_favail": 1 << 20}
    answer = SimpleNamespace(**{**whole, "f_flag": 0, **found})
    monkeypatch.setattr("passk.sandbox.host.os.statvfs", lambda _: answer)
    if sentence is None:
        os.close(scratch.claim(Limits(), 2)[1])
        return
    with pytest.raises(UserError, match=sentence) as raised:
        scratch.claim(Limits(), 2)
    assert str(raised.value).startswith(tempfile.gettempdir() + ", where")


def test_files_and_threads_and_memory_are_really_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert host.lack_of_files(tmp_path, Limits()) is None and list(tmp_path.iterdir()) == []
    assert "cannot be written" in str(host.lack_of_files(tmp_path / "gone", Limits()))
    assert host.lack_of_threads(20) is None
    assert host.lack_of_commitment(Limits()) is None
    assert "this job may use" in host.lack_of_memory(Limits())
    start, started = threading.Thread.start, []

    def refuse(thread: threading.Thread) -> None:
        if len(started) == 5:
            raise RuntimeError("can't start new thread")
        started.append(start(thread))

    monkeypatch.setattr(threading.Thread, "start", refuse)
    assert "can start 5 more threads, and a program may 20" in str(host.lack_of_threads(20))


def test_failure_that_the_host_may_have_caused_is_run_again_and_then_believed() -> None:
    """A program cannot stop a run by what it raises."""
    raises = "    raise {}\n"
    bodies = [raises.format(e) for e in ("OSError(28, '')", "PermissionError", "RuntimeError")]
    with Pool({TASK: CASES[TASK]}, 1) as pool:
        sent, send = [], pool._send
        pool._send = lambda *given, **more: (sent.append(given[1]), send(*given, **more))
        found = judged(pool, [f"    import os\n{body}" for body in bodies])
    assert [(v.outcome, v.error) for v in found] == [
        ("failed", "OSError"), ("failed", "PermissionError"), ("failed", "RuntimeError"),
    ]  # fmt: skip
    assert len(sent) == 4, "only OSError itself is what a host's short moment shows as"


def test_failure_while_the_scratch_is_too_small_stops_the_run(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Whatever it looks like: a program may hide what it met. What is right is believed."""
    hides = "    try: open('f', 'w')\n    except OSError: pass\n"
    calls = iter([None, None])  # as it starts
    monkeypatch.setattr(
        "passk.sandbox.host.lack_of_room", lambda *_: next(calls, "the scratch is full")
    )
    with Pool({TASK: CASES[TASK]}, 1) as pool:
        assert judged(pool, [hides + RIGHT])[0].outcome == "passed"
        with pytest.raises(UserError, match="the scratch is full"):
            judged(pool, [hides + "    return 1\n"])


# Folders


def test_slot_that_a_program_moves_away_is_replaced() -> None:
    """Only where neither fence stands can a program do it."""
    moves = RIGHT + "import os\nos.rename(os.getcwd(), os.getcwd() + '-moved')\n"
    links = RIGHT + "import os\nhere = os.getcwd()\nos.rmdir(here)\nos.symlink('/', here)\n"
    bodies = [moves, WRITES, links, WRITES + "#"]
    assert outcomes(*bodies, without=["landlock", "seccomp"]) == ["passed"] * 4


def test_slot_that_is_removed_from_outside_is_replaced_with_its_fence() -> None:
    """As cleaners of temporary folders do; after it, programs can write again, and only there."""
    bodies = [f"{WRITES}#{number}" for number in range(12)]
    with Pool({TASK: CASES[TASK]}, 1) as pool:

        def remove_slots(reached: int) -> None:
            if reached == 1:
                for slot in (pool.scratch / "0").iterdir():
                    scratch.remove(slot)

        found = judged(pool, bodies, remove_slots)
        again = judged(pool, [WRITES, "    open('../f', 'w')\n" + RIGHT])
    assert {verdict.outcome for verdict in found} == {"passed"}
    assert again[0].outcome == "passed"
    assert again[1].error == "PermissionError" or "landlock" in pool.missing


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A temporary directory of its own."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    yield tmp_path


def leave(place: Path, name: str = "passk-left", **changes: object) -> Path:
    """What a run that was killed with all its processes leaves."""
    dead = subprocess.Popen([sys.executable, "-c", ""])
    owner = {**scratch._this_process(), "pid": dead.pid, "started": 1}
    dead.wait()
    deep = place / name / "0/1" / "/".join("d" * 200 for _ in range(8))
    deep.mkdir(parents=True)
    deep.chmod(0)
    (place / name / "owner.json").write_text(json.dumps(owner | changes))
    return place / name


def test_folder_of_a_dead_run_is_swept_at_the_next_start(place: Path) -> None:
    left = [leave(place), leave(place, "passk-rebooted", boot="another")]
    folder, handle = scratch.claim(Limits(), 1)
    assert [path for path in left if path.exists()] == []
    assert set(place.iterdir()) == {folder}
    scratch.sweep(place)
    assert folder.exists(), "its own run lives"
    os.close(handle)
    scratch.sweep(place)
    assert folder.exists(), "its process lives, though locks may not be seen here"


def test_folder_that_may_be_anothers_is_never_swept(place: Path) -> None:
    kept = [
        leave(place, "passk-elsewhere", boot="another", node="another"),
        leave(place, "passk-unsigned"),
        leave(place, "other-tool"),
        leave(place, "passk-damaged"),
    ]
    (kept[1] / "owner.json").unlink()
    (kept[3] / "owner.json").write_text("{")
    target = leave(place, "target")
    (place / "passk-link").symlink_to(target)
    (place / "passk-file").write_text("")
    locked = leave(place, "passk-locked")
    holder = subprocess.Popen(
        ["flock", locked, "sh", "-c", "echo; sleep 60"], stdout=subprocess.PIPE
    )
    assert holder.stdout is not None
    holder.stdout.readline()
    scratch.sweep(place)
    holder.kill()
    holder.wait()
    assert [path for path in [*kept, target, locked] if not path.exists()] == []
    assert (place / "passk-file").exists() and (place / "passk-link").is_symlink()


def test_wipe_follows_no_link(tmp_path: Path) -> None:
    (tmp_path / "precious").mkdir()
    (tmp_path / "precious/file").write_text("")
    (tmp_path / "slot").symlink_to(tmp_path / "precious")
    with pytest.raises(NotADirectoryError):
        scratch.wipe(tmp_path / "slot")
    (tmp_path / "run").mkdir()
    (tmp_path / "run/0").symlink_to(tmp_path / "precious")
    scratch.remove(tmp_path / "run")
    assert not (tmp_path / "run").exists() and (tmp_path / "precious/file").exists()
