"""Where a large run's time goes, on paper: the workflow's jobs on so many GPUs and cores.

A discrete-event simulation. The jobs are those that the rules make, for every model: `sample` a
shard, `execute` it under each suite and reading, `observe` it under each reading, `estimate` each
judgement, and `draw` its tables and figures, which is done where snakemake runs. Their durations
are rates times sizes, so nothing is sampled. A greedy scheduler submits what is ready; what it
submitted starts in that order as devices come free.

On SLURM a job costs what its nested snakemakes take to start, and its end is noticed at the next
poll, whose pauses are those of the plugin: 40 s, then 10 s more each time that nothing has ended,
up to 180 s. Until then nothing that waits for it is submitted, and with `--resources gpu=N` its
GPU stays claimed.

Not in it: what runs once a model (downloads, costs, the page), failures, queues shared with other
users, file systems, durations that vary.
"""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count


@dataclass(frozen=True, slots=True)
class Rates:
    """Seconds and rates. Each field says where its default comes from."""

    tokens_per_second: float = 4000.0  # of one A100-40GB with an 8 B model: published
    tokens_per_sample: float = 150.0  # HumanEval's answers: the forecast's number
    load_seconds: float = 90.0  # until the engine samples: assumed
    base_cpu_seconds: float = 0.0171  # a sample, 0.5 % endless loops among them: README
    plus_cpu_seconds: float = 0.082  # plus 67 ms for HumanEval+'s inputs: its own solutions
    observe_cpu_seconds: float = 0.024  # 1.4 times an execution's, as in the demo
    verdicts_per_second: float = 116_000.0  # read, on one core: docs/scale.md
    draw_seconds: float = 2.2  # the demo's tables and figures, on average


@dataclass(frozen=True, slots=True)
class Executor:
    """How jobs are started. ``bounded``: `--resources gpu=N` is given, N all GPUs."""

    name: str
    start_seconds: float
    polled: bool
    bounded: bool
    in_flight: int


LOCAL = Executor("local", 0.3, polled=False, bounded=True, in_flight=10**9)
# Tables, figures and the printed lines of one judgement; those that compare two suites come with
# the second one.
DRAWN, DRAWN_OF_TWO = 21, 2
FIRST_PAUSE, MORE_PAUSE, LONGEST_PAUSE = 40.0, 10.0, 180.0
SUBMIT_SECONDS = 0.2


@dataclass(frozen=True, slots=True)
class Experiment:
    """The experiments to be run, one for each model, all alike."""

    models: int
    tasks: int
    n_samples: int
    shard_size: int
    suites: tuple[str, ...]
    readings: int


@dataclass(slots=True)
class Job:
    """``work``: seconds beside what it costs to start it. The times are filled in by the run.

    One without GPU and core is done where snakemake runs.
    """

    kind: str
    gpus: int
    cores: int
    work: float
    waits_for: int = 0
    ready: float = 0.0
    begun: float = 0.0
    ended: float = 0.0


Dag = tuple[list[Job], dict[int, list[int]]]


def is_local(job: Job) -> bool:
    """Whether it is done where snakemake runs, on no GPU or core of those that are counted."""
    return not job.gpus and not job.cores


def jobs_of(experiment: Experiment, rates: Rates, execute_cores: int) -> Dag:
    """The jobs, and for each the places of those that wait for it."""
    jobs: list[Job] = []
    followers: dict[int, list[int]] = {}

    def add(kind: str, gpus: int, cores: int, work: float, after: Sequence[int]) -> int:
        place = len(jobs)
        jobs.append(Job(kind, gpus, cores, work, len(after)))
        for before in after:
            followers.setdefault(before, []).append(place)
        return place

    size = experiment.tasks * experiment.shard_size
    sampling = rates.load_seconds + size * rates.tokens_per_sample / rates.tokens_per_second
    cpu = {"base": rates.base_cpu_seconds, "plus": rates.plus_cpu_seconds}
    total = experiment.tasks * experiment.n_samples
    for _ in range(experiment.models):
        shards = experiment.n_samples // experiment.shard_size
        samples = [add("sample", 1, 1, sampling, []) for _ in range(shards)]
        for _ in range(experiment.readings):
            observing = 1.0 + size * rates.observe_cpu_seconds / execute_cores
            observed = [add("observe", 0, execute_cores, observing, [s]) for s in samples]
            for suite in experiment.suites:
                judging = 1.0 + size * cpu[suite] / execute_cores
                verdicts = [add("execute", 0, execute_cores, judging, [s]) for s in samples]
                counted = 1.0 + total / rates.verdicts_per_second
                tables = add("estimate", 0, 1, counted, verdicts)
                two = suite == "plus" and "base" in experiment.suites
                for number in range(DRAWN + two * DRAWN_OF_TWO):
                    # The first of them is `selection`, which needs the observations, too.
                    after = [tables] if number else [tables, *observed]
                    add("draw", 0, 0, rates.draw_seconds, after)
    return jobs, followers


def run(dag: Dag, gpus: int, cores: int, executor: Executor) -> list[Job]:
    """Run the jobs on ``gpus`` and ``cores``; they come back with their times, from 0.

    :raises ValueError: a job that asks for more than there is.
    """
    jobs, followers = dag
    if any(job.gpus > gpus or job.cores > cores for job in jobs):
        raise ValueError("a job asks for more GPUs or cores than there are")
    order = count()
    ready = deque(place for place, job in enumerate(jobs) if not job.waits_for)
    queued: list[int] = []
    events: list[tuple[float, int, str, int]] = []
    unseen: list[int] = []  # jobs that have ended, which the next poll notices
    free = [gpus, cores]
    claimed, submitted, submitting, pause, noticed = 0, 0, 0.0, FIRST_PAUSE, 0
    if executor.polled:
        heapq.heappush(events, (pause, next(order), "poll", -1))

    def submit(now: float) -> None:
        nonlocal claimed, submitted, submitting
        for _ in range(len(ready)):
            place = ready.popleft()
            if is_local(jobs[place]):
                jobs[place].begun = now
                end = now + LOCAL.start_seconds + jobs[place].work
                heapq.heappush(events, (end, next(order), "end", place))
                continue
            over = executor.bounded and claimed + jobs[place].gpus > gpus
            if submitted >= executor.in_flight or over:
                ready.append(place)  # a job without a GPU may go on before it
                continue
            claimed, submitted = claimed + jobs[place].gpus, submitted + 1
            submitting = max(submitting, now) + (SUBMIT_SECONDS if executor.polled else 0.0)
            heapq.heappush(events, (submitting, next(order), "queue", place))

    def begin(now: float) -> None:
        for place in list(queued):
            job = jobs[place]
            if job.gpus <= free[0] and job.cores <= free[1]:
                queued.remove(place)
                free[0], free[1] = free[0] - job.gpus, free[1] - job.cores
                job.begun = now
                end = now + executor.start_seconds + job.work
                heapq.heappush(events, (end, next(order), "end", place))
            elif not free[0] and not free[1]:
                break

    def notice(place: int, now: float) -> None:
        nonlocal claimed, submitted, noticed
        noticed += 1
        if not is_local(jobs[place]):
            claimed, submitted = claimed - jobs[place].gpus, submitted - 1
        for follower in followers.get(place, []):
            jobs[follower].waits_for -= 1
            if not jobs[follower].waits_for:
                jobs[follower].ready = now
                ready.append(follower)

    submit(0.0)
    while noticed < len(jobs):
        now, _, what, place = heapq.heappop(events)
        if what == "queue":
            queued.append(place)
        elif what == "end":
            job = jobs[place]
            job.ended = now
            free[0], free[1] = free[0] + job.gpus, free[1] + job.cores
            if executor.polled and not is_local(job):
                unseen.append(place)
            else:
                notice(place, now)
                submit(now)
        else:
            pause = FIRST_PAUSE if unseen else min(pause + MORE_PAUSE, LONGEST_PAUSE)
            for seen in unseen:
                notice(seen, now)
            unseen.clear()
            submit(now)
            heapq.heappush(events, (now + pause, next(order), "poll", -1))
        begin(now)
    return jobs


COLUMNS = (
    "executor", "gpus", "cores", "shard_size", "execute_cores", "stage", "jobs", "device_hours",
    "work_hours", "start_share", "wait_hours_mean", "done_hours", "gpu_busy",
)  # fmt: skip


def summary(
    jobs: Sequence[Job], gpus: int
) -> Iterator[tuple[str, int, float, float, float, float, float, float]]:
    """A row for each stage: name, jobs, device-hours held (GPUs of `sample`, cores of the others),
    of them worked, the share that starting took, hours from ready to begun (mean), the hour when
    the last ended, and the share of the GPUs' time to that hour that they sampled."""

    def devices(job: Job) -> int:
        return job.gpus or job.cores or 1

    for stage in dict.fromkeys(job.kind for job in jobs):
        mine = [job for job in jobs if job.kind == stage]
        held = sum((job.ended - job.begun) * devices(job) for job in mine) / 3600
        worked = sum(job.work * devices(job) for job in mine) / 3600
        waited = sum(job.begun - job.ready for job in mine) / len(mine) / 3600
        done = max(job.ended for job in mine) / 3600
        sampled = sum(job.work * job.gpus for job in mine) / 3600
        busy = sampled / (gpus * done) if sampled else float("nan")
        yield stage, len(mine), held, worked, 1 - worked / held, waited, done, busy
