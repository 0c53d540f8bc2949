"""A large run on paper: cases that can be worked out by hand, and the jobs of the real workflow."""

from __future__ import annotations

import re
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from copy import deepcopy
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT, Workflow, copy_workflow

from passk.simulation import (
    LOCAL,
    Executor,
    Experiment,
    Job,
    Rates,
    is_local,
    jobs_of,
    run,
    summary,
)

PLAIN = Executor("plain", 0.0, polled=False, bounded=True, in_flight=10**9)
SLURM = Executor("slurm", 10.0, polled=True, bounded=True, in_flight=10**9)
SMALL = Experiment(models=1, tasks=10, n_samples=200, shard_size=100, suites=("base",), readings=1)
# A shard takes 100 s to sample; nothing else takes any time worth speaking of.
HUNDRED = Rates(
    tokens_per_second=1000.0,
    tokens_per_sample=90.0,
    load_seconds=10.0,
    base_cpu_seconds=0.01,
    observe_cpu_seconds=0.02,
    verdicts_per_second=1e9,
    draw_seconds=1.0,
)
# What a run of many models does once for each, or once: left out of the simulation.
ONCE = [
    "all", "paper", "forecast", "download_model", "environment", "problem_file", "expected_values",
    "cost", "print_cost", "report_page",
]  # fmt: skip


def ended(jobs: Sequence[Job], kind: str) -> list[float]:
    return sorted(job.ended for job in jobs if job.kind == kind)


def test_stages_follow_each_other_on_one_device_and_core() -> None:
    jobs = run(jobs_of(SMALL, HUNDRED, execute_cores=1), gpus=1, cores=1, executor=PLAIN)
    # 1000 samples a shard: sampled for 10 + 90 s, observed for 1 + 20, executed for 1 + 10. The
    # second shard was in the queue before the first one's programs.
    assert ended(jobs, "sample") == pytest.approx([100, 200])
    assert ended(jobs, "observe") == pytest.approx([221, 253])
    assert ended(jobs, "execute") == pytest.approx([232, 264])
    assert ended(jobs, "estimate") == pytest.approx([265])


def test_two_devices_sample_two_shards_at_once() -> None:
    jobs = run(jobs_of(SMALL, HUNDRED, execute_cores=1), gpus=2, cores=4, executor=PLAIN)
    assert ended(jobs, "sample") == pytest.approx([100, 100])
    assert ended(jobs, "execute") == pytest.approx([111, 111])
    assert ended(jobs, "observe") == pytest.approx([121, 121])
    assert ended(jobs, "estimate") == pytest.approx([112])
    # 21 tables and figures of 0.3 + 1 s; selection waits for the observations.
    draws = ended(jobs, "draw")
    assert draws[:-1] == pytest.approx([113.3] * 20)
    assert draws[-1] == pytest.approx(122.3)


def test_workers_share_the_programs_of_a_shard() -> None:
    jobs = run(jobs_of(SMALL, HUNDRED, execute_cores=4), gpus=2, cores=16, executor=PLAIN)
    assert ended(jobs, "execute") == pytest.approx([100 + 1 + 10 / 4] * 2)


def test_slurm_notices_an_end_at_the_next_poll() -> None:
    jobs = run(jobs_of(SMALL, HUNDRED, execute_cores=1), gpus=2, cores=4, executor=SLURM)
    # Submitted at 0.2 and 0.4 s, started 10 s later. Polls at 40, then 50 s later, 60, ...
    assert ended(jobs, "sample") == pytest.approx([110.2, 110.4])
    seen = 40 + 50 + 60
    ready = {job.ready for job in jobs if job.kind in ("execute", "observe")}
    assert ready == {seen}
    # Submitted one each 0.2 s, in whatever order.
    assert min(ended(jobs, "execute")) >= seen + 0.2 + 10 + 11
    assert max(ended(jobs, "execute")) <= seen + 4 * 0.2 + 10 + 11


def test_bound_leaves_a_device_idle_until_its_job_is_seen_to_have_ended() -> None:
    four = Experiment(1, 10, 400, 100, ("base",), 1)
    bounded = Executor("slurm", 10.0, polled=True, bounded=True, in_flight=10**9)
    queued = Executor("slurm", 10.0, polled=True, bounded=False, in_flight=10**9)
    waits, goes_on = (
        ended(run(jobs_of(four, HUNDRED, 1), gpus=2, cores=8, executor=executor), "sample")
        for executor in (bounded, queued)
    )
    assert goes_on == pytest.approx([110.2, 110.4, 220.2, 220.4])
    assert waits[2] > 150 + 110


def test_no_more_jobs_are_in_flight_than_allowed() -> None:
    one = Executor("slurm", 0.0, polled=True, bounded=False, in_flight=1)
    jobs = run(jobs_of(SMALL, HUNDRED, 1), gpus=2, cores=4, executor=one)
    held = sorted((job.begun, job.ended) for job in jobs if not is_local(job))
    assert all(first[1] <= then[0] for first, then in pairwise(held))


def used(jobs: Sequence[Job], device: str) -> float:
    """The most devices of a kind that were held at the same time."""
    changes = []
    for job in jobs:
        size = getattr(job, device)
        changes += [(job.begun, 1, size), (job.ended, 0, -size)]
    most = now = 0
    for _, _, change in sorted(changes):
        now += change
        most = max(most, now)
    return most


@pytest.mark.parametrize("executor", [SLURM, LOCAL, PLAIN])
@pytest.mark.parametrize(("gpus", "cores"), [(3, 5), (10, 64)])
def test_nothing_is_lost_or_held_twice(executor: Executor, gpus: int, cores: int) -> None:
    experiment = Experiment(2, 164, 1000, 100, ("base", "plus"), 2)
    dag = jobs_of(experiment, Rates(), execute_cores=2)
    jobs = run(dag, gpus, cores, executor)
    assert all(job.waits_for == 0 and job.ended > job.begun >= job.ready for job in jobs)
    for place, followers in dag[1].items():
        assert all(jobs[place].ended <= jobs[follower].ready for follower in followers)
    assert used(jobs, "gpus") == gpus
    assert used(jobs, "cores") <= cores
    # Whatever the executor, the same work is done.
    work = sum(job.work for job in jobs if job.kind == "sample")
    tokens = 2 * 164 * 1000 * Rates().tokens_per_sample
    assert work == pytest.approx(20 * Rates().load_seconds + tokens / Rates().tokens_per_second)
    rows = {row[0]: row[1:] for row in summary(jobs, gpus)}
    assert [rows[kind][0] for kind in ("sample", "observe", "execute")] == [20, 40, 80]
    assert rows["sample"][2] == pytest.approx(work / 3600)
    assert rows["sample"][6] <= 1


def test_job_that_asks_for_more_than_there_is_is_refused() -> None:
    with pytest.raises(ValueError, match="more GPUs or cores"):
        run(jobs_of(SMALL, HUNDRED, execute_cores=8), gpus=1, cores=4, executor=PLAIN)


def large_config(config: dict[str, Any], models: int, n_samples: int, size: int) -> dict[str, Any]:
    """The paper's experiment for several models on both suites, all compared with the first."""
    model, paper = config["models"]["llama-3.1-8b-instruct"], config["experiments"]["paper"]
    names = [f"llama-3.1-8b-instruct-{number}" for number in range(models)]
    labels = ["paper", *(f"paper-{number}" for number in range(1, models))]
    asked = {"n_samples": n_samples, "k_values": [1, n_samples], "suites": ["base", "plus"]}
    asked |= {"answers": ["verbatim"]}
    config = deepcopy(config)
    config["models"] = {name: deepcopy(model) | {"label": name} for name in names}
    config["sampling"]["published"]["shard_size"] = size
    config["experiments"] = {
        label: deepcopy(paper) | {"model": name} | asked
        for label, name in zip(labels, names, strict=True)
    }
    config["experiments"]["paper"]["compare_with"] = labels[1:]
    return config


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> tuple[Workflow, list[str]]:
    """Two models at n = 10,000 in shards of 200, and the names of their experiments."""
    workflow = copy_workflow(tmp_path_factory.mktemp("large"))
    workflow.write_config(large_config(workflow.config(), models=2, n_samples=10_000, size=200))
    return workflow, ["paper", "paper-1"]


def test_jobs_are_those_of_the_workflow(large: tuple[Workflow, list[str]]) -> None:
    workflow, targets = large
    plan = workflow.planned(*targets)
    experiment = Experiment(2, 164, 10_000, 200, ("base", "plus"), 1)
    simulated = Counter(job.kind for job in jobs_of(experiment, Rates(), execute_cores=1)[0])
    for stage in ("sample", "observe", "execute", "estimate"):
        assert simulated[stage] == plan.pop(stage)
    drawn = sum(count for rule, count in plan.items() if rule not in ONCE)
    assert simulated["draw"] == drawn


def test_no_command_is_longer_than_linux_takes(large: tuple[Workflow, list[str]]) -> None:
    """A rule's command is one argument of bash's."""
    workflow, targets = large
    output = workflow.snakemake("-n", "-p", *targets).stdout
    commands = re.findall(r"python scripts/.*", output)
    assert len(commands) > 300
    # Five models of twice as many shards make ten times as long a list.
    assert max(map(len, commands)) < 2**17 / 10


def test_command_line_writes_a_row_a_stage(tmp_path: Path) -> None:
    table = tmp_path / "table.csv"
    command = [sys.executable, ROOT / "scripts/simulate.py", "--gpus", "2", "--models", "1"]
    command += ["--n-samples", "1000", "--shard-sizes", "100", "--output", table]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    lines = table.read_text().splitlines()
    assert done.stdout.splitlines() == lines
    assert len(lines) == 1 + 3 * 5
    command[command.index("100")] = "300"
    refused = subprocess.run(command, capture_output=True, text=True)
    assert refused.returncode != 0
    assert "no multiple of the shard size 300" in refused.stderr
