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
    - The runner: a fork server or a worker that dies is replaced; no program ends or blocks a run.
    - Faults of the host (``host``): time in which the judge does not run is nobody's; what the
      session, the disk or the memory may have decided is run again alone, and where it lacks again
      the run stops and says what.
    - The cost: equal programs run once; programs that can reach nothing outside themselves
      (``purity``) share a child; a program is ended at its first wrong output, an endless loop
      as soon as it is seen to be one (``endless``; ``loops="full"`` lets it run to its limit).

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
import signal
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any

from passk import processes
from passk.progress import Progress
from passk.records import OUTCOMES, Sample, UserError, Verdict
from passk.sandbox import host, isolation
from passk.sandbox.limits import Limits
from passk.sandbox.protocol import Case
from passk.sandbox.readable import find_readable
from passk.sandbox.runner import ALL_LAYERS, Result, Runner
from passk.sandbox.scratch import claim, remove

AHEAD = 64  # programs that a worker holds: enough to fill the next child while one runs
MOST_AHEAD = 10_000  # samples taken before those that shall run alone have their turn
MOST_AGAIN = 1000  # of those before no more samples are taken
MOST_DEATHS = 3  # of workers in a row, before one is ready or on one program alone
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

    :raises UserError: the sandbox cannot start, the host or this session has less than a program
        may use, or ``require_sandbox`` and a fence is missing.
    """

    def __init__(
        self,
        cases: Mapping[str, Case],
        workers: int = 1,
        limits: Limits | None = None,
        require_sandbox: bool = False,
        without: Sequence[str] = (),
        isolate: str = "company",
        loops: str = "early",
    ) -> None:
        self.cases = dict(cases)
        self.limits = limits or Limits()
        self.without = tuple(without)
        self.isolate = isolate
        self.loops = loops
        host.check_session(self.limits)
        self.scratch, lock = claim(self.limits, workers)
        self._lock: int | None = lock
        self._guard: tuple[int, int] | None = None
        self.layers: tuple[str, ...] = ()
        self.workers: list[_Worker] = []
        self._started = 0
        try:
            self._guard = _start_guard(self.scratch)
            self._readable = find_readable()
            self.workers = [self._start_worker() for _ in range(workers)]
            for place in range(workers):
                self._welcome(place)
            if require_sandbox and self.missing:
                raise UserError(
                    f"this host lacks {', '.join(self.missing)}, and the sandbox is required to be "
                    "whole; run on another host, or without --require-sandbox"
                )
        except BaseException as error:
            self.close()
            if isinstance(error, OSError) and error.errno in host.SHARED:
                raise UserError(host.lack_of(error)) from error
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
        again: list[tuple[int, str, str]] = []  # not believed; run alone once nothing else runs
        since = 0  # samples taken since there are such
        texts: dict[int, tuple[str, str]] = {}  # of the programs in flight
        shared: dict[Any, Any] = {}  # equal verdicts are one object
        exhausted = False
        while True:
            patience = None  # wait for results, unless more samples can be taken at once
            for _ in range(TAKEN_AT_ONCE):
                worker = self._free()
                enough = since >= MOST_AHEAD or len(again) >= MOST_AGAIN
                if exhausted or worker is None or enough or len(order) >= MOST_WAITING:
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
                    if result is None or result.again:
                        again.append((key, task_id, text))
                    else:
                        yield from self._settle(key, result, pending, done, shared, tally)
                continue
            for key, task_id, text in again:
                result = self._run_alone(key, task_id, text)
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
        if self._lock is not None:
            remove(self.scratch)  # where the guard could not
            os.close(self._lock)
            self._lock = None

    def _start_worker(self) -> _Worker:
        ours, theirs = multiprocessing.Pipe()
        context = multiprocessing.get_context("fork")
        others = [worker.connection for worker in self.workers] + [ours]
        process = context.Process(
            target=_work,
            args=(
                theirs, others, os.getpid(), self.cases, self.limits,
                self.scratch / str(self._started), self._readable, self.without, self.isolate,
                self.loops,
            ),
            daemon=True,
        )  # fmt: skip
        process.start()
        theirs.close()
        self._started += 1
        return _Worker(ours, process)

    def _welcome(self, place: int) -> None:
        """Wait until the worker at ``place`` is ready, or another in its stead."""
        for _ in range(MOST_DEATHS):
            hello = self._receive(self.workers[place])
            if hello is not None:
                self.layers = hello.layers
                return
            self._replace(place)
        raise UserError(
            f"a worker of the judge was ended {MOST_DEATHS} times before it was ready: see what "
            f"ends processes on this machine, {host.AGAIN}"
        )

    def _replace(self, place: int) -> None:
        """Start another worker instead of one that was ended from outside.

        :raises RuntimeError: it has ended by itself: a fault of this package.
        """
        worker = self.workers[place]
        worker.connection.close()
        worker.process.join()
        if worker.process.exitcode >= 0:
            raise RuntimeError("a worker of the judge has died; see its traceback above")
        log.warning("a worker of the judge was ended by signal %d", -worker.process.exitcode)
        self.workers[place] = self._start_worker()

    def _free(self) -> _Worker | None:
        worker = min(self.workers, key=lambda one: len(one.held))
        return worker if len(worker.held) < AHEAD else None

    def _send(
        self, worker: _Worker, key: int, task_id: str, text: str, alone: bool = False
    ) -> None:
        worker.held.add(key)
        with suppress(BrokenPipeError, ConnectionResetError):  # _collect hears of its end
            worker.connection.send((key, task_id, text, alone))

    def _receive(self, worker: _Worker) -> Any:
        """The next message of a worker; None where it has ended."""
        try:
            message = worker.connection.recv()
        except (EOFError, OSError):
            return None
        if isinstance(message, UserError):
            raise message
        return message

    def _collect(
        self, workers: list[_Worker], patience: float | None = None
    ) -> list[tuple[int, Result | None]]:
        """Results by key; None for what a worker held that has ended, which has a successor."""
        found: list[tuple[int, Result | None]] = []
        by_connection = {worker.connection: worker for worker in workers}
        for connection in wait(list(by_connection), patience):
            worker = by_connection[connection]
            batch = self._receive(worker)
            if batch is None:
                batch = [(key, None) for key in worker.held]
                place = self.workers.index(worker)
                self._replace(place)
                self._welcome(place)
            worker.held.difference_update(key for key, _ in batch)
            found += batch
        return found

    def _run_alone(self, key: int, task_id: str, text: str) -> Result:
        """Run a program while nothing else runs.

        :raises UserError: the host lacks something that it may use, or ends the worker each time.
        """
        kills = processes.oom_kills()
        for _ in range(MOST_DEATHS):
            worker = self.workers[0]
            self._send(worker, key, task_id, text, alone=True)
            ((_, result),) = self._collect([worker])
            if result is not None and not (result.again and result.outcome == "crashed"):
                return result
        if result is not None:
            return result  # ended each time: as the program does it
        if processes.oom_kills() > kills:
            raise UserError(host.lack_of_memory(self.limits))
        if "seccomp" in self.layers:
            raise UserError(
                f"a worker of the judge was ended {MOST_DEATHS} times while it ran one program of "
                f"{task_id} alone: see what ends processes on this machine, {host.AGAIN}"
            )
        return Result("crashed", 0.0)  # nothing kept the program from doing it

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
    loops: str,
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
        runner = Runner(limits, scratch, readable, without, isolate, loops)
        connection.send(_Hello(runner.layers))
        while True:
            while connection.poll(0 if runner.pending else None):
                key, task_id, text, alone = connection.recv()
                runner.submit(key, cases[task_id], text, alone)
            finished = runner.results(connection.fileno())
            if finished:
                connection.send(finished)
    except (EOFError, BrokenPipeError, ConnectionResetError):
        pass  # the judge has closed: the run is over
    except UserError as error:
        with suppress(OSError):
            connection.send(error)
    except OSError as error:
        if error.errno not in host.SHARED:
            raise
        with suppress(OSError):
            connection.send(UserError(host.lack_of(error)))
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
            remove(scratch)
            if not scratch.exists():
                break
            time.sleep(0.1)
    finally:
        os._exit(0)
