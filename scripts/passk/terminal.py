"""What a person sees of a run: one line of progress for the whole, and in the end what went wrong.

This handler of Snakemake's own logger takes the place of the one that writes to the terminal. A
logger plugin would have to be a package, installed wherever a profile names it; this comes with the
Snakefile and works with plain ``snakemake``. What jobs write stays in their log files. A dry run,
``-p`` and ``--verbose`` show what Snakemake shows, and the errors after it; ``--logger`` shows what
that logger does.

It does not follow jobs whose log files are on no common file system. A file in a storage is named
as it is there, and read from its copy on this machine while there is one.
"""

from __future__ import annotations

import difflib
import logging
import re
import shutil
import sys
import threading
import time
from collections import Counter, deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from snakemake.settings.enums import Quietness
from snakemake.shell import shell
from snakemake_interface_logger_plugins.common import LogEvent

from passk.words import counted

TERMINAL_SECONDS = 2.0  # between two states of the line; jobs log every ten
FILE_SECONDS = 60.0  # between two lines where this is no terminal
RATE_SECONDS = 120.0  # samples a second are those of the last two minutes
CLOCKS_SECONDS = 60.0  # that a file server's clock may be behind
TAIL = 4096  # characters of a log in which its last line of progress is looked for

# What each job's command line begins with, as Snakemake's own does; braces are doubled for it. A
# log decides nothing: where its disk is full, tee passes on what it reads, and that it failed is no
# failure of the job.
SHELL = 'set -euo pipefail; tee() {{ command tee "$@" || [[ $1 == *.log ]]; }}; '

# The rules whose jobs are shards.
STAGES = {"sample": "sampled", "sample_round": "repaired", "execute": "executed"}
TOLD_AT_ONCE = "forecast"  # what these rules write is for people
TOLD_AT_THE_END = ("print_cost", "print_pass_at_k", "experiments")

# Of Snakemake's messages without an event, what is news; .snakemake/log has them all.
NEWS = re.compile("Nothing to be done|Will exit after|Creating conda environment|Trying to restart")
AGAIN = "stopped; run the same command again to resume"
STOPPED = ("Terminating processes", "Will exit after")
# What it says of a failed job, or of all of them, besides LogEvent.JOB_ERROR.
REPEATED = re.compile(
    "Cannot restore .*: no backup found"  # of an output that a failed job was to make
    "|RuleException:\nCalledProcessError|Exiting because a job execution failed"
    "|WorkflowError:\nAt least one job did not complete"
)
# What a record adds to the name of a file in a storage.
STORED = re.compile(r" \((?:retrieve from|send to) storage\)$")
Copy = Callable[[str], Path]


@dataclass
class Job:
    """A job that has started. ``copy`` says where this machine has a file that the job names."""

    rule: str
    logs: list[str]
    output: list[str]
    copy: Copy = Path
    told: str = ""  # at the end of the run
    samples: int = 0  # of its shard
    drawn_before: int = 0  # of these, by an earlier run
    started: float = field(default_factory=time.time)

    @classmethod
    def of(cls, record: logging.LogRecord, copy: Copy) -> Job:
        return cls(record.rule_name, _names(record.log), _names(record.output), copy)

    def text(self) -> str:
        """Its log; nothing where there is none, or one of an earlier run."""
        try:
            log = self.copy(self.logs[0])
            if log.stat().st_mtime > self.started - CLOCKS_SECONDS:
                return log.read_text(errors="replace")
        except (OSError, IndexError):
            pass
        return ""

    def made(self) -> str:
        """What it wrote for people."""
        return self.copy(self.output[0]).read_text().rstrip()

    def drawn(self) -> int:
        """Samples that are done, by the last line of progress in its log."""
        text = self.text()[-TAIL:]
        if before := re.search(r", ([\d,]+) of them from an earlier run", text):
            self.drawn_before = _number(before[1])
        done = re.findall(r"(\d[\d,]*)(?: of \d[\d,]*)? samples, ", text)
        return min(_number(done[-1]), self.samples) if done else self.drawn_before

    def sentence(self, message: str | None) -> str:
        """Why it failed: its own words, or else what the executor or its last line says."""
        lines = self.text().strip().splitlines()
        own = [line for line in lines if line.startswith("error: ")]
        if own:
            return own[-1]
        why = (message or "").strip().partition("\n")[0] or (lines[-1].strip() if lines else "")
        return f"error: {self.name()} failed{': ' if why else ''}{why}"

    def name(self) -> str:
        return f"{self.rule} ({self.logs[0]})" if self.logs else self.rule


@dataclass
class Stage:
    """The shards that one rule makes."""

    verb: str
    shards: int
    finished: int = 0
    samples: int = 0  # of the finished shards
    drawn_before: int = 0  # of these, by an earlier run
    running: dict[int, Job] = field(default_factory=dict)
    measured: deque[tuple[float, int]] = field(default_factory=deque)  # when, samples of this run

    def start(self, jobid: int, job: Job, record: logging.LogRecord) -> None:
        first, last = map(int, record.wildcards["draws"].split("-"))
        problems = next(file for file in _names(record.input) if file.endswith("problems.jsonl"))
        # Without a copy here (the job runs elsewhere) shards are counted, and no samples.
        with suppress(FileNotFoundError):
            job.samples = (last - first + 1) * job.copy(problems).read_bytes().count(b"\n")
        self.running[jobid] = job
        if not self.measured:
            self.measured.append((time.monotonic(), 0))

    def finish(self, jobid: int) -> None:
        job = self.running.pop(jobid)
        job.drawn()
        self.finished += 1
        self.samples += job.samples
        self.drawn_before += job.drawn_before

    def line(self, now: float) -> tuple[str, float]:
        """The shards done and samples a second, in words; the seconds left, 0 if unknown."""
        jobs = list(self.running.values())
        drawn = [job.drawn() for job in jobs]
        done = self.finished + sum(
            part / job.samples for part, job in zip(drawn, jobs, strict=True) if part
        )
        text = f"{self.verb} {done:.{1 if any(drawn) else 0}f}/{self.shards} shards"
        before = self.drawn_before + sum(job.drawn_before for job in jobs)
        self.measured.append((now, self.samples + sum(drawn) - before))
        while now - self.measured[0][0] > RATE_SECONDS and len(self.measured) > 2:
            self.measured.popleft()
        (since, fewer), (_, more) = self.measured[0], self.measured[-1]
        if not jobs or more <= fewer:
            return text, 0.0
        rate = (more - fewer) / (now - since)
        size = (self.samples + sum(job.samples for job in jobs)) / (self.finished + len(jobs))
        return f"{text}, {rate:,.0f} samples/s", (self.shards - done) * size / rate


class Terminal(logging.Handler):
    """Shows a run where ``plain``, Snakemake's handler, writes; ``targets`` are its experiments.
    ``copy``: see :class:`Job`."""

    def __init__(
        self, plain: logging.StreamHandler, settings: Any, targets: list[str], copy: Copy = Path
    ) -> None:
        super().__init__()
        self._copy = copy
        self.details = settings.dryrun or settings.verbose or settings.printshellcmds
        self._plain, self._targets = plain, targets
        self._tty = plain.can_color_tty() and not self.details  # and no "dumb" one
        self._silent = bool({Quietness.ALL, Quietness.PROGRESS} & set(settings.quiet or ()))
        self._began = time.monotonic()
        self._executing = self._stopped = False
        self._jobs: dict[int, Job] = {}
        self._finished: list[Job] = []
        self._errors: dict[int | str, str] = {}
        self._stages: dict[str, Stage] = {}
        self._total = 0
        self._over = threading.Event()

    def emit(self, record: logging.LogRecord) -> None:
        message = record.getMessage()
        if message.startswith("Assuming unrestricted shared filesystem"):
            return
        try:
            shown = self._take(record, message)
        except Exception:  # a fault here must hide nothing
            shown = True
        if shown or self.details or not self._executing:
            self._wipe()
            self._plain.handle(record)

    def _take(self, record: logging.LogRecord, message: str) -> bool:
        """Note what ``record`` says; whether it is to be shown in Snakemake's words."""
        match getattr(record, "event", None):
            case LogEvent.WORKFLOW_STARTED:
                self._executing = True  # and not --report, --unlock, …
            case LogEvent.RUN_INFO if not self.details:
                self._plan(dict(record.stats))
            case LogEvent.JOB_INFO:
                job = self._jobs[record.jobid] = Job.of(record, self._copy)
                if job.rule in self._stages:
                    self._stages[job.rule].start(record.jobid, job, record)
            case LogEvent.JOB_FINISHED:
                self._finish(record.job_id)
            case LogEvent.JOB_ERROR:
                self._fail(record)
            case LogEvent.ERROR if record.exception == "MissingRuleException":
                name = re.search(r"No rule to produce (\S+)", message)[1]
                near = difflib.get_close_matches(name, self._targets, n=1)
                known = f"did you mean {near[0]}? The" if near else "the"
                known += f" experiments are {', '.join(self._targets)}"
                self._errors[name] = f"error: no target {name!r}; {known}"
            case LogEvent.ERROR if record.exception == "MissingInputException":
                rule = re.search(r"Missing input files for rule (\w+)", message)[1]
                files = re.search(r"affected files:\s*(.*)", message, re.DOTALL)[1].split()
                self._errors[rule] = (
                    f"error: {rule} needs {', '.join(files)}, which is not there and which no rule "
                    "makes; put it there, or correct its path"
                )
            case None | LogEvent.ERROR:
                self._stopped |= message.startswith(STOPPED)
                if record.levelno < logging.WARNING:
                    return bool(NEWS.match(message))
                return not REPEATED.match(message)
        return False

    def _plan(self, stats: dict[str, int]) -> None:
        self._total = stats.pop("total")
        self._stages = {
            rule: Stage(verb, stats[rule]) for rule, verb in STAGES.items() if rule in stats
        }
        shards = [
            f"{counted(stage.shards, 'shard')} to {rule}" for rule, stage in self._stages.items()
        ]
        self._print(", ".join([counted(self._total, "job"), *shards]))
        threading.Thread(target=self._tick, daemon=True).start()

    def _finish(self, jobid: int) -> None:
        job = self._jobs.pop(jobid)
        self._errors.pop(jobid, None)  # of an attempt before
        self._finished.append(job)
        if job.rule in self._stages:
            self._stages[job.rule].finish(jobid)
        if job.rule == TOLD_AT_ONCE and not self.details:
            self._print(job.made())
        if job.rule in TOLD_AT_THE_END:  # when the copy of a file in a storage is gone
            job.told = job.text().rstrip() or job.made()

    def _fail(self, record: logging.LogRecord) -> None:
        job = self._jobs.pop(record.jobid, None) or Job.of(record, self._copy)
        self._errors[record.jobid] = job.sentence(record.rule_msg)
        if job.rule in self._stages:
            self._stages[job.rule].running.pop(record.jobid, None)
        if not self.details and not self._stopped:
            self._print(f"failed: {job.name()}")

    def _tick(self) -> None:
        while not self._over.wait(TERMINAL_SECONDS if self._tty else FILE_SECONDS):
            with self.lock:
                if self._over.is_set():
                    return
                line = self._line(time.monotonic())
                if self._tty:
                    self._write(f"\r\x1b[K{line[: shutil.get_terminal_size().columns - 1]}")
                else:
                    self._print(line)

    def _line(self, now: float) -> str:
        stages = [stage.line(now) for stage in self._stages.values()]
        left = max([seconds for _, seconds in stages], default=0.0)
        shards = sum(stage.shards for stage in self._stages.values())
        done = len(self._finished) - sum(stage.finished for stage in self._stages.values())
        texts = [text for text, _ in stages] + [f"other jobs {done}/{self._total - shards}"]
        texts += [f"{_duration(left)} left"] if left else []
        return f"{_duration(now - self._began)}: {'; '.join(texts)}"

    def _wipe(self) -> None:
        if self._tty:
            self._write("\r\x1b[K")

    def _print(self, text: str) -> None:
        self._wipe()
        self._write(text + "\n")

    def _write(self, text: str) -> None:
        if not self._silent:
            self._plain.stream.write(text)
            self._plain.flush()

    def close(self) -> None:
        """Say what the run made, or why it did not. Snakemake closes handlers last of all."""
        with self.lock:
            if not self._over.is_set():
                self._over.set()
                self._wipe()
                self._conclude()
        super().close()

    def _conclude(self) -> None:
        if self._stopped:
            self._print(AGAIN)
        elif self._errors:
            self._silent = False
            for sentence, jobs in Counter(self._errors.values()).items():
                self._print(f"{sentence} ({jobs} jobs)" if jobs > 1 else sentence)
        elif self._total and len(self._finished) == self._total:
            for job in sorted(self._finished, key=lambda job: job.rule):
                if job.told:
                    self._print(job.told)
            files = [file for job in self._finished for file in job.output]
            pages = ", ".join(file for file in files if file.endswith(".html"))
            took = _duration(time.monotonic() - self._began)
            self._print(
                f"{counted(self._total, 'job')} done in {took}{': ' if pages else ''}{pages}"
            )


def _names(files: list[str]) -> list[str]:
    return [STORED.sub("", file) for file in files]


def _number(text: str) -> int:
    return int(text.replace(",", ""))


def _duration(seconds: float) -> str:
    if seconds < 100:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 6000 else f"{seconds / 3600:.1f} h"


def _excepthook(kind: type[BaseException], error: BaseException, trace: Any) -> None:
    """After Ctrl-C before the first job, which Snakemake does not catch."""
    if issubclass(kind, KeyboardInterrupt):
        print(AGAIN, file=sys.stderr)
    else:
        sys.__excepthook__(kind, error, trace)


def show(workflow: Any, targets: list[str]) -> None:
    """Show the run of ``workflow`` in this way, if this is the process that a person started."""
    logger = workflow.logger_manager.logger
    plain = next((one for one in logger.handlers if one.name == "DefaultStreamHandler"), None)
    shell.prefix(SHELL)
    if plain is None or not workflow.is_main_process:
        return
    storage = workflow.storage_registry.default_storage_provider
    copy = (lambda file: storage.object(file).local_path()) if storage else Path
    terminal = Terminal(plain, workflow.output_settings, targets, copy)
    logger.removeHandler(plain)
    logger.addHandler(terminal)
    sys.excepthook = _excepthook
    if not terminal.details:
        # What a job pipes into its log goes on to there.
        shell.prefix(f"{SHELL}exec > /dev/null; ")
