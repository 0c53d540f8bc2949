"""Verdicts on samples: whether the program that a model wrote passes its task's tests.

A verdict cannot be forged, because what decides it never meets the candidate. The judge records the
calls that a task's test makes; a child of a separate, fenced process runs the candidate on them and
sends the results back as plain data; the judge runs the original test on those (``verifiers``,
``sandbox``). A candidate can only claim values, and claiming the right ones for inputs that it is
given is solving the task.

Covered
    - Forged passes: exit codes, lying ``__eq__``, tampering with builtins, frames, the test or the
      harness, written or repeated frames, answers read from disk or memory.
    - The host: no network, no new process, no signal to another, no write outside a scratch folder
      that is emptied after each program, no shared memory, no reading beyond the standard library
      nor, where the host allows mounts (layer ``own root``), knowing which other files there are;
      bounded CPU, memory, descriptors, files, output. Nothing outlives its program, nor the judge.
    - Honest programs under load: limits are CPU time, read from outside; sleeping is counted apart
      and does not hold a worker up; a time-out that was still making progress is run again alone.
    - The runner: a fork server that dies is replaced; no program ends or blocks a run.
    - The cost: equal programs run once; programs that can reach nothing outside themselves
      (``purity``) share a child; a program is ended at its first wrong output.

Not covered
    - A fault of the kernel, its filters or CPython's JSON parser in the judge; side channels
      (of programs that share a child: ``company``; ``isolate="each"`` gives each its own).
    - The tests and canonical solutions are trusted: they run in the judge's own process.
    - Where the host allows no mounts, ``stat`` tells existence, size and times of its files.
    - Without Landlock files of this user can be read (answers included) and none written; without
      seccomp network and processes are open. What a host lacks is named in the log and metadata.
    - Programs that need packages outside the standard library fail as where those are missing.
    - What a program may learn from the time that things take.
"""

from __future__ import annotations

import hashlib
import logging
import multiprocessing
import os
import secrets
import shutil
import signal
import tempfile
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any

from passk.progress import Progress
from passk.records import OUTCOMES, Sample, UserError, Verdict
from passk.sandbox import isolation
from passk.sandbox.limits import Limits
from passk.sandbox.protocol import Case
from passk.sandbox.readable import find_readable
from passk.sandbox.runner import ALL_LAYERS, Result, Runner
from passk.sandbox.scratch import wipe

AHEAD = 64  # programs that a worker holds: enough to fill the next child while one runs
MOST_AHEAD = 10_000  # samples taken before those that shall run alone have their turn
TAKEN_AT_ONCE = 1000  # samples between two looks at what the workers have sent
MOST_WAITING = 100_000  # verdicts, some 40 MB, that wait for an earlier sample's
log = logging.getLogger("execute")


class Tally:
    """What a run has counted so far; it logs its progress.

    ``total`` is the number of samples, None where not known; ``name`` is put before each line.
    """

    def __init__(
        self, total: int | None, name: str = "", clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.outcomes: Counter[str] = Counter()
        self.distinct = 0
        self.cpu_seconds = 0.0
        self._progress = Progress("samples", total, name, log=log, clock=clock)

    def add(self, verdict: Verdict) -> None:
        self.outcomes[verdict.outcome] += 1
        self._progress.update(self.outcomes.total(), self._shown)

    def line(self) -> str:
        """Samples so far, their rate, the time left, and the outcomes."""
        return self._progress.line(self.outcomes.total(), self._shown)

    def _shown(self, _: float) -> str:
        return ", ".join(f"{name} {self.outcomes[name]:,}" for name in OUTCOMES)


@dataclass(frozen=True, slots=True)
class _Hello:
    layers: tuple[str, ...]


class _Worker:
    """A process that owns one runner, as the dispatcher sees it."""

    def __init__(self, connection: Connection, process: Any) -> None:
        self.connection = connection
        self.process = process
        self.held: set[int] = set()


class Pool:
    """Workers that judge programs of the given cases. A context manager.

    :raises UserError: the sandbox cannot start, or ``require_sandbox`` and a fence is missing.
    """

    def __init__(
        self,
        cases: Mapping[str, Case],
        workers: int = 1,
        limits: Limits | None = None,
        require_sandbox: bool = False,
        without: Sequence[str] = (),
        isolate: str = "company",
    ) -> None:
        self.cases = dict(cases)
        self.limits = limits or Limits()
        self.without = tuple(without)
        self.isolate = isolate
        self.scratch = Path(tempfile.mkdtemp(prefix="passk-"))
        self.layers: tuple[str, ...] = ()
        self.workers: list[_Worker] = []
        self._guard = _start_guard(self.scratch)
        try:
            readable = find_readable()
            for number in range(workers):
                self._start_worker(number, readable)
            for worker in self.workers:
                self.layers = self._receive(worker).layers
            if require_sandbox and self.missing:
                raise UserError(
                    f"this host lacks {', '.join(self.missing)}, and the sandbox is required to be "
                    "whole; run on another host, or without --require-sandbox"
                )
        except BaseException:
            self.close()
            raise

    @property
    def missing(self) -> tuple[str, ...]:
        """The fences that this host does not have."""
        return tuple(layer for layer in ALL_LAYERS if layer not in self.layers)

    def __enter__(self) -> Pool:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def verdicts(
        self, samples: Iterable[Sample], program: Callable[[Sample], str], tally: Tally
    ) -> Iterator[Verdict]:
        """Yield one verdict a sample, in the order of ``samples``.

        Samples are taken as workers come free; equal programs of a task run once. What is kept is
        a short hash and a verdict for each distinct program, never a program, and at most
        :data:`MOST_WAITING` verdicts that wait for an earlier sample's. ``tally`` counts them as
        they are reached. Each (task, draw) must be there once.
        """
        order: deque[tuple[str, int]] = deque()
        reached: dict[tuple[str, int], Verdict] = {}
        for verdict in self._reached(iter(samples), order, program, tally):
            reached[verdict.task_id, verdict.draw] = verdict
            while order and order[0] in reached:
                yield reached.pop(order.popleft())
        if order:
            raise ValueError(f"draw {order[0][1]} of {order[0][0]} was there twice")

    def _reached(
        self,
        source: Iterator[Sample],
        order: deque[tuple[str, int]],
        program: Callable[[Sample], str],
        tally: Tally,
    ) -> Iterator[Verdict]:
        """Yield the verdicts as they are reached; ``order`` gets what is taken of ``source``."""
        secret = secrets.token_bytes(16)
        done: dict[int, tuple[str, float, str | None]] = {}
        pending: dict[int, list[tuple[str, int]]] = {}
        again: list[tuple[int, str, str]] = []  # borderline; run alone once nothing else runs
        since = 0  # samples taken since there are such
        texts: dict[int, tuple[str, str]] = {}  # of the programs in flight
        shared: dict[Any, Any] = {}  # equal verdicts are one object
        exhausted = False
        while True:
            patience = None  # wait for results, unless more samples can be taken at once
            for _ in range(TAKEN_AT_ONCE):
                worker = self._free()
                if exhausted or worker is None or since >= MOST_AHEAD or len(order) >= MOST_WAITING:
                    break
                sample = next(source, None)
                if sample is None:
                    exhausted = True
                    continue
                order.append((sample.task_id, sample.draw))
                since += bool(again)
                text = program(sample)
                key = _key(secret, sample.task_id, text)
                if key in done:
                    yield _verdict(sample.task_id, sample.draw, done[key], tally)
                elif key in pending:
                    pending[key].append((sample.task_id, sample.draw))
                else:
                    pending[key] = [(sample.task_id, sample.draw)]
                    texts[key] = (sample.task_id, text)
                    self._send(worker, key, sample.task_id, text)
            else:
                patience = 0.0
            busy = [worker for worker in self.workers if worker.held]
            if busy:
                for key, result in self._collect(busy, patience):
                    task_id, text = texts.pop(key)
                    if result.borderline and len(again) < 1000:
                        again.append((key, task_id, text))
                    else:
                        yield from self._settle(key, result, pending, done, shared, tally)
                continue
            for key, task_id, text in again:
                self._send(self.workers[0], key, task_id, text)
                ((_, result),) = self._collect([self.workers[0]])
                yield from self._settle(key, result, pending, done, shared, tally)
            if exhausted or order:  # all that was taken is settled: what is left was there twice
                break
            again.clear()
            since = 0

    def close(self) -> None:
        """End all workers and remove the scratch folder."""
        for worker in self.workers:
            worker.connection.close()
        for worker in self.workers:
            worker.process.join(5)
            if worker.process.is_alive():
                worker.process.kill()
                worker.process.join()
        self.workers.clear()
        if self._guard is not None:
            pid, handle = self._guard
            os.close(handle)
            with suppress(ChildProcessError):
                os.waitpid(pid, 0)
            self._guard = None

    def _start_worker(self, number: int, readable: dict[str, list[str]]) -> None:
        ours, theirs = multiprocessing.Pipe()
        context = multiprocessing.get_context("fork")
        others = [worker.connection for worker in self.workers] + [ours]
        process = context.Process(
            target=_work,
            args=(
                theirs, others, os.getpid(), self.cases, self.limits,
                self.scratch / str(number), readable, self.without, self.isolate,
            ),
            daemon=True,
        )  # fmt: skip
        process.start()
        theirs.close()
        self.workers.append(_Worker(ours, process))

    def _free(self) -> _Worker | None:
        worker = min(self.workers, key=lambda one: len(one.held))
        return worker if len(worker.held) < AHEAD else None

    def _send(self, worker: _Worker, key: int, task_id: str, text: str) -> None:
        worker.held.add(key)
        try:
            worker.connection.send((key, task_id, text))
        except (BrokenPipeError, ConnectionResetError):
            raise RuntimeError("a worker of the judge has died; see its traceback above") from None

    def _receive(self, worker: _Worker) -> Any:
        try:
            message = worker.connection.recv()
        except (EOFError, ConnectionResetError):
            raise RuntimeError("a worker of the judge has died; see its traceback above") from None
        if isinstance(message, UserError):
            raise message
        return message

    def _collect(
        self, workers: list[_Worker], patience: float | None = None
    ) -> list[tuple[int, Result]]:
        found: list[tuple[int, Result]] = []
        by_connection = {worker.connection: worker for worker in workers}
        for connection in wait(list(by_connection), patience):
            worker = by_connection[connection]
            batch = self._receive(worker)
            worker.held.difference_update(key for key, _ in batch)
            found += batch
        return found

    def _settle(
        self,
        key: int,
        result: Result,
        pending: dict[int, list[tuple[str, int]]],
        done: dict[int, tuple[str, float, str | None]],
        shared: dict[Any, Any],
        tally: Tally,
    ) -> Iterator[Verdict]:
        what = (result.outcome, result.cpu_seconds, result.error)
        done[key] = shared.setdefault(what, what)
        tally.distinct += 1
        tally.cpu_seconds += result.cpu_seconds
        for task_id, draw in pending.pop(key):
            yield _verdict(task_id, draw, what, tally)


def _key(secret: bytes, task_id: str, text: str) -> int:
    digest = hashlib.blake2b(
        f"{task_id}\0{text}".encode("utf-8", "surrogatepass"), digest_size=8, key=secret
    )
    return int.from_bytes(digest.digest(), "little")


def _verdict(task_id: str, draw: int, what: tuple[str, float, str | None], tally: Tally) -> Verdict:
    verdict = Verdict(task_id, draw, *what)
    tally.add(verdict)
    return verdict


def _work(
    connection: Connection,
    others: list[Connection],
    parent: int,
    cases: dict[str, Case],
    limits: Limits,
    scratch: Path,
    readable: dict[str, list[str]],
    without: tuple[str, ...],
    isolate: str,
) -> None:
    """A worker's life: take programs, let its runner run them, send results back."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    isolation.set_parent_death_signal(signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)
    isolation.hide_memory()
    for other in others:
        other.close()
    runner = None
    try:
        scratch.mkdir()
        runner = Runner(limits, scratch, readable, without, isolate)
        connection.send(_Hello(runner.layers))
        while True:
            while connection.poll(0 if runner.pending else None):
                key, task_id, text = connection.recv()
                runner.submit(key, cases[task_id], text)
            finished = runner.results(connection.fileno())
            if finished:
                connection.send(finished)
    except (EOFError, BrokenPipeError, ConnectionResetError):
        pass  # the judge has closed: the run is over
    except UserError as error:
        with suppress(OSError):
            connection.send(error)
    finally:
        if runner is not None:
            runner.close()


def _start_guard(scratch: Path) -> tuple[int, int]:
    """Fork a process that removes ``scratch`` when this one and its workers are gone, even killed.

    It waits for the end of a pipe whose other end they all hold.
    """
    reading, writing = os.pipe()
    os.set_inheritable(writing, False)
    pid = os.fork()
    if pid:
        os.close(reading)
        return pid, writing
    try:
        os.setsid()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        os.dup2(reading, 0)
        null = os.open(os.devnull, os.O_RDWR)
        os.dup2(null, 1)
        os.dup2(null, 2)
        os.closerange(3, 1 << 16)
        os.read(0, 1)
        for _ in range(50):  # children are killed with their parents, but not at one instant
            with suppress(OSError):
                for folder in scratch.iterdir():
                    for slot in folder.iterdir():
                        wipe(slot)
            shutil.rmtree(scratch, ignore_errors=True)
            if not scratch.exists():
                break
            time.sleep(0.1)
    finally:
        os._exit(0)
