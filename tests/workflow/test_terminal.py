"""What a person sees of a run: progress in one line, and errors as the last lines."""

from __future__ import annotations

import io
import logging
import os
import pty
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from conftest import ROOT, Workflow, small_workflow
from snakemake.logging import ColorizingTextHandler
from snakemake_interface_logger_plugins.common import LogEvent

from passk.redraw import Redraw
from passk.terminal import AGAIN, Terminal

COUNTS = "results/small/sums/plain/base-verbatim/counts.csv"
RECORDED = re.compile(r"error: draw [35] of Sum/2 is missing from small.jsonl, .*")


@pytest.fixture
def small(tmp_path: Path) -> Workflow:
    return small_workflow(tmp_path)


@pytest.fixture(scope="module")
def holed(tmp_path_factory: pytest.TempPathFactory) -> Workflow:
    """Two of the three shards of the model cannot be sampled."""
    small = small_workflow(tmp_path_factory.mktemp("holed"))
    recording = small.folder / "small.jsonl"
    lines = recording.read_text().splitlines(keepends=True)
    holes = ('"Sum/2", "draw": 3,', '"Sum/2", "draw": 5,')
    recording.write_text("".join(line for line in lines if not any(h in line for h in holes)))
    return small


def on_a_terminal(folder: Path, *command: str) -> str:
    """What ``command``, which must succeed, writes on a terminal of 80 columns."""
    master, slave = pty.openpty()
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": "80"}
    process = subprocess.Popen(command, cwd=folder, stdout=slave, stderr=slave, env=environment)
    os.close(slave)
    written = b""
    while True:
        try:
            read = os.read(master, 4096)
        except OSError:  # the last process has closed it
            break
        written += read
    os.close(master)
    assert process.wait() == 0, written
    return written.decode()


def test_failed_jobs_own_sentences_are_the_last_lines(holed: Workflow) -> None:
    done = holed.snakemake("--keep-going", COUNTS, check=False)
    assert done.returncode != 0
    *before, first, second = done.stdout.splitlines()
    assert {RECORDED.fullmatch(first) is None, RECORDED.fullmatch(second) is None} == {False}
    assert first != second
    assert "error:" not in "\n".join(before)
    assert "python scripts/" not in done.stdout
    assert "At least one job did not complete" not in done.stdout


@pytest.mark.parametrize("option", [("--quiet", "all"), ("-p",)])
def test_sentence_comes_last_whatever_else_is_shown(holed: Workflow, option: tuple[str]) -> None:
    done = holed.snakemake(COUNTS, *option, check=False)
    assert RECORDED.fullmatch(done.stdout.splitlines()[-1]), done.stdout
    assert ("python scripts/" in done.stdout) == (option == ("-p",))


def test_job_without_a_sentence_is_named_with_its_log(small: Workflow) -> None:
    script = small.folder / "scripts/problem_file.py"
    script.write_text(script.read_text().replace("def main() -> None:", "def main():\n    1 / 0\n"))
    done = small.snakemake("results/small/sums/problems.jsonl", check=False)
    log = "logs/problem_file/small/sums.log"
    assert done.stdout.splitlines()[-1] == (
        f"error: problem_file ({log}) failed: ZeroDivisionError: division by zero"
    )
    assert "Traceback" in (small.folder / log).read_text()
    assert "Traceback" not in done.stdout


def test_missing_input_is_the_last_line(small: Workflow) -> None:
    (small.folder / "envs/main.txt").unlink()
    last = small.snakemake(COUNTS, check=False).stdout.splitlines()[-1]
    assert re.match("error: environment needs envs/main.txt, which is not there", last)


def test_unknown_target_says_what_there_is(small: Workflow) -> None:
    done = small.snakemake("-n", "papper", check=False)
    assert done.returncode != 0
    last = done.stdout.splitlines()[-1]
    assert last == (
        "error: no target 'papper'; did you mean paper? The experiments are paper, rival"
    )


def test_terminal_shows_one_line_of_progress(small: Workflow) -> None:
    command = [sys.executable, "-m", "snakemake", "--cores", "1", "figures/paper/forecast.txt"]
    shown = on_a_terminal(small.folder, *command, COUNTS)
    lines = [line.rpartition("\x1b[K")[2] for line in shown.split("\r\n")]
    states = re.findall(r"\x1b\[K(\d+ s: .*?)\r", shown)
    assert states and all(len(state) < 80 for state in states)
    assert re.fullmatch(
        r"\d+ s: sampled [\d.]+/3 shards.*; executed [\d.]+/3 shards.*", states[-1]
    ), states
    assert [line for line in lines if line][1:] == [
        "11 jobs, 3 shards to sample, 3 shards to execute",
        "Model small: 24 samples are read from small.jsonl.",
        next(line for line in lines if re.fullmatch(r"11 jobs done in \d+ s", line)),
    ]
    log = small.folder / "logs/sample/small/sums/plain/00000-00001.log"
    assert "8 samples to draw" in log.read_text()
    # What is finished is said, and the text on the jobs' way to the terminal re-runs nothing.
    assert "Nothing to be done" in on_a_terminal(small.folder, *command, COUNTS)
    assert small.planned("-p", COUNTS) == {}


def test_interrupted_make_returns_when_all_is_down_and_says_how_to_go_on(small: Workflow) -> None:
    if not (ROOT / "resources/envs/transformers/lock.txt").exists():
        pytest.skip("the transformers environment is not built: run `make test`, which builds it")
    config = small.config()
    config["experiments"] = {"demo": config["experiments"]["rival"]}
    small.write_config(config)
    (small.folder / ".venv").symlink_to(ROOT / ".venv")
    script = small.folder / "scripts/problem_file.py"
    slow = "def main():\n    import time\n    print('asleep', flush=True)\n    time.sleep(600)\n"
    script.write_text(script.read_text().replace("def main() -> None:", slow))
    make = subprocess.Popen(
        ["make", "demo"],
        cwd=small.folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
        # Whoever runs the tests in the background ignores it, and hands that on.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    log = small.folder / "logs/problem_file/large/sums.log"
    deadline = time.monotonic() + 120
    while not (log.exists() and "asleep" in log.read_text()):
        assert make.poll() is None, make.stdout.read()
        assert time.monotonic() < deadline
        time.sleep(0.1)
    os.killpg(make.pid, signal.SIGINT)
    assert make.wait(timeout=60) != 0
    ended = time.monotonic() + 2  # what has ended stays in the group until somebody reaps it
    with pytest.raises(ProcessLookupError):  # make's group is empty
        while time.monotonic() < ended:
            os.killpg(make.pid, 0)
            time.sleep(0.05)
    assert AGAIN in make.stdout.read().splitlines()


class Run:
    """A handler that is fed what Snakemake says of a run with four shards of 100 samples."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.stream = folder, io.StringIO()
        settings = SimpleNamespace(dryrun=False, verbose=False, printshellcmds=False, quiet=None)
        self.terminal = Terminal(ColorizingTextHandler(stream=self.stream), settings, ["paper"])
        self.says(LogEvent.WORKFLOW_STARTED)
        self.says(LogEvent.RUN_INFO, stats={"sample": 4, "all": 1, "total": 5})
        (folder / "problems.jsonl").write_text("{}\n" * 10)

    def says(self, event: LogEvent, **extra: Any) -> None:
        record = logging.makeLogRecord(
            {"event": event, "levelno": logging.INFO, "msg": "", **extra}
        )
        self.terminal.handle(record)

    def job(self, event: LogEvent, jobid: int, log: str = "", **extra: Any) -> None:
        path = self.folder / f"{jobid}.log"
        path.write_text(log)
        draws = {"draws": f"{jobid * 10:05d}-{jobid * 10 + 9:05d}"}
        known = {"rule_name": "sample", "log": [str(path)], "output": [], "wildcards": draws}
        problems = [str(self.folder / "problems.jsonl")]
        self.says(event, jobid=jobid, job_id=jobid, input=problems, **known, **extra)

    def line(self, after: float) -> str:
        stage = self.terminal._stages["sample"]
        return "{} {:.0f}".format(*stage.line(stage.measured[0][0] + after))


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return Run(tmp_path)


def test_logging_may_close_a_handler_again(run: Run) -> None:
    run.terminal.close()
    said = run.stream.getvalue()
    run.terminal.close()  # as logging's own shutdown does, where the handler is still there
    assert run.stream.getvalue() == said
    run.terminal._tick()  # the thread that writes the line ends, and in no error


@pytest.mark.parametrize(
    "make", [lambda folder: Run(folder).terminal, lambda _: Redraw(*[None] * 3)]
)
def test_what_logging_keeps_of_a_handler_is_not_overwritten(make: Any, tmp_path: Path) -> None:
    handler = make(tmp_path)
    for name, value in vars(logging.Handler()).items():
        assert type(getattr(handler, name)) is type(value), name


def test_line_counts_parts_of_shards_and_the_time_left(run: Run) -> None:
    run.job(LogEvent.JOB_INFO, 0)
    run.job(LogEvent.JOB_INFO, 1)
    (run.folder / "0.log").write_text("08:15:00 small/0: 100 samples to draw\n")
    (run.folder / "1.log").write_text("08:15:10 small/1: 50 of 100 samples, 5.0 samples/s, …\n")
    assert run.line(after=10) == "sampled 0.5/4 shards, 5 samples/s 70"
    run.job(LogEvent.JOB_FINISHED, 0)
    assert run.line(after=15) == "sampled 1.5/4 shards, 10 samples/s 25"


def test_samples_of_an_earlier_run_are_done_but_no_speed(run: Run) -> None:
    run.job(LogEvent.JOB_INFO, 0)
    (run.folder / "0.log").write_text(
        "small/0: 100 samples to draw, 40 of them from an earlier run\n"
        "small/0: 60 of 100 samples, 2.0 samples/s, …\n"
    )
    assert run.line(after=10) == "sampled 0.6/4 shards, 2 samples/s 170"


def test_old_log_says_nothing_of_a_job(run: Run) -> None:
    run.job(LogEvent.JOB_INFO, 0, log="error: of last week\n")
    os.utime(run.folder / "0.log", (0, 0))
    job = run.terminal._jobs[0]
    assert job.sentence("SLURM status is OUT_OF_MEMORY") == (
        f"error: sample ({run.folder}/0.log) failed: SLURM status is OUT_OF_MEMORY"
    )


def test_files_in_a_storage_are_named_as_there_and_read_from_their_copies(run: Run) -> None:
    run.terminal._copy = lambda file: run.folder / file.removeprefix("s3://bucket/")
    stored = {"draws": "00000-00009"}
    known = {"rule_name": "sample", "wildcards": stored, "output": [], "rule_msg": None}
    known["input"] = ["s3://bucket/problems.jsonl (retrieve from storage)"]
    for jobid, log in [(0, "0.log"), (1, "of another machine.log")]:
        known["log"] = [f"s3://bucket/{log} (send to storage)"]
        run.says(LogEvent.JOB_INFO, jobid=jobid, job_id=jobid, **known)
    (run.folder / "0.log").write_text("small/0: 50 of 100 samples, 5.0 samples/s, …\n")
    assert run.line(after=10).startswith("sampled 0.5/4 shards, 5 samples/s")
    jobs = dict(run.terminal._jobs)
    assert jobs[1].sentence("it was lost") == (
        "error: sample (s3://bucket/of another machine.log) failed: it was lost"
    )
    (run.folder / "problems.jsonl").unlink()
    run.says(LogEvent.JOB_INFO, jobid=2, job_id=2, **known)
    for jobid in jobs:
        run.says(LogEvent.JOB_FINISHED, jobid=jobid, job_id=jobid, **known)
    assert run.line(after=15).startswith("sampled 2/4 shards")


def test_attempt_that_failed_before_a_good_one_is_no_error(run: Run) -> None:
    for jobid, attempts in [(0, ["lost", "good"]), (1, ["lost", "lost"]), (2, ["lost"])]:
        for attempt in attempts:
            run.job(LogEvent.JOB_INFO, jobid)
            event = LogEvent.JOB_FINISHED if attempt == "good" else LogEvent.JOB_ERROR
            run.job(event, jobid, log="error: node lost\n", rule_msg=None)
    run.terminal.close()
    shown = run.stream.getvalue()
    assert shown.endswith("\nerror: node lost (2 jobs)\n")
    assert shown.count("error:") == 1
