"""What the workflow itself takes: CPU time of each step's jobs, of Snakemake, and of planning.

Jobs: the tests' small experiment (two models, recorded samples, every analysis), where judging
takes next to nothing: what is left is Python's start, imports, computing, drawing and Snakemake. A
job's time is that of all its processes, as its shell counts it; Snakemake's is the rest of the run.

Planning: a dry run of several models at a large n on two suites, once as it is and once under a
profiler, whose shares are taken of the first one's time: it slows down both sides. `package` is
what runs in this package's functions and those of Snakefile and rules/, with what they call of
Python and of other packages (from above: own modules that own imports load count twice);
`snakemake` is the rest, its start included.

Many jobs: with ``--small-jobs 3000`` so many of the small experiment's jobs that sample and judge
run to their end, which takes half an hour on two cores.

Medians over ``--runs``. On a loaded machine CPU time itself is up to three times as much: compare
what was measured in turns. Not covered: sampling, clusters, wall time.
"""

from __future__ import annotations

import argparse
import logging
import math
import os
import pstats
import re
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "scripts"))
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "workflow"))

from conftest import FEW_ANALYSES, Workflow, copy_workflow, recorded_lines, small_workflow
from test_scale import large_config

from passk import cli
from passk.records import UserError, write_text
from passk.tables import table_text

COLUMNS = ("part", "what", "jobs", "cpu_seconds")
SNAKEMAKE = "snakemake"
log = logging.getLogger("bench")

# Stands before the real one on PATH. `times` prints what this shell took, then what all took that
# it has waited for: the real one with its job. The job's command is before them.
BASH = """#!{bash}
{bash} "$@"
code=$?
{{ echo "${{@: -1}}" | tr '\\n' ' '; echo; times; }} > {folder}/$$-$RANDOM.times
exit $code
"""


def cpu_seconds_of(run: Callable[[], object]) -> float:
    """CPU seconds of the processes that ``run`` starts and waits for, and of theirs."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    run()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def seconds(times: str) -> float:
    """The sum of what bash's `times` prints, such as 0m1.234s 0m0.100s."""
    found = re.findall(r"(\d+)m([\d.]+)s", times)
    return sum(60 * int(minutes) + float(rest) for minutes, rest in found)


def step_of(command: str) -> str:
    """The script of a job's command; where it is of a table or a figure, with the analysis."""
    scripts = re.findall(r"python scripts/(\w+)\.py(?: (\w+))?", command)
    script, name = scripts[-1] if scripts else ("other", "")
    return f"{script} {name}" if script in ("analyse", "plot") else script


def jobs_of(workflow: Workflow) -> dict[str, list[float]]:
    """CPU seconds of each job of a run to its end by its step, and of Snakemake."""
    folder = workflow.folder.parent / f"{workflow.folder.name}-times"
    tools = folder / "tools"
    tools.mkdir(parents=True)
    path, real = os.environ["PATH"], shutil.which("bash")
    (tools / "bash").write_text(BASH.format(bash=real, folder=folder))
    (tools / "bash").chmod(0o755)
    os.environ["PATH"] = f"{tools}{os.pathsep}{path}"
    try:
        whole = cpu_seconds_of(workflow.snakemake)
    finally:
        os.environ["PATH"] = path
    jobs: dict[str, list[float]] = defaultdict(list)
    for file in folder.glob("*.times"):
        command, *times = file.read_text().splitlines()
        jobs[step_of(command)].append(seconds(" ".join(times)))
    jobs[SNAKEMAKE] = [whole - sum(map(sum, jobs.values()))]
    return jobs


def many_workflow(folder: Path, jobs: int) -> Workflow:
    """The small experiment with so many draws that ``jobs`` jobs sample and judge them."""
    workflow, size = small_workflow(folder), 2
    config, draws = workflow.config(), size * math.ceil(jobs / 4)
    for experiment in config["experiments"].values():
        experiment |= {"n_samples": draws, "k_values": [1, draws], "analyses": FEW_ANALYSES}
    workflow.write_config(config)
    for number, name in enumerate(("small", "large")):
        lines = recorded_lines({0: draws, 1: draws // 2, 2: 1 + number, 3: number}, draws)
        (workflow.folder / f"{name}.jsonl").write_text(lines)
    return workflow


def planning_of(folder: Path, models: int, n_samples: int, size: int) -> tuple[int, float, float]:
    """The jobs that a dry run plans, CPU seconds of it, and this package's share of them."""
    workflow = copy_workflow(folder / "large")
    config = large_config(workflow.config(), models, n_samples, size)
    workflow.write_config(config)
    targets, profile = list(config["experiments"]), folder / "profile"
    planned: list[int] = []

    def plan(*tracer: str) -> float:
        command = [sys.executable, *tracer, "-m", "snakemake", "-n", *targets]
        given = {"cwd": workflow.folder, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
        return cpu_seconds_of(
            lambda: planned.append(total(subprocess.run(command, check=True, text=True, **given)))
        )

    taken = plan()
    plan("-m", "cProfile", "-o", str(profile))
    return planned[0], taken, own_share(pstats.Stats(str(profile)), workflow)


def total(done: subprocess.CompletedProcess[str]) -> int:
    """The number of jobs that a dry run says in its table."""
    return int(re.findall(r"^total +(\d+)$", done.stdout, re.MULTILINE)[-1])


def own_share(profile: pstats.Stats, workflow: Workflow) -> float:
    """The share of a profile that is this package's, with what its functions call themselves."""

    def is_own(function: tuple[str, int, str]) -> bool:
        return function[0].startswith(f"{workflow.folder}{os.sep}")

    own = 0.0
    for function, (_, _, alone, _, callers) in profile.stats.items():
        if is_own(function):
            own += alone
        elif "snakemake" not in function[0]:
            own += sum(times[3] for caller, times in callers.items() if is_own(caller))
    return own / profile.total_tt


def main() -> None:
    """Bind the command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--models", type=int, default=5)
    parser.add_argument("--n-samples", type=int, default=10_000)
    parser.add_argument("--shard-size", type=int, default=100)
    parser.add_argument("--small-jobs", type=int, default=0, metavar="N")
    parser.add_argument("--output", type=Path, default=Path("results/bench/workflow.csv"))
    given = parser.parse_args()
    if given.models < 1 or min(given.runs, given.small_jobs) < 0:
        raise UserError("--models must be 1 or more, --runs and --small-jobs 0 or more")
    if given.shard_size < 1 or given.n_samples < 1 or given.n_samples % given.shard_size:
        raise UserError("--n-samples must be a multiple of --shard-size, both 1 or more")
    found: dict[tuple[str, str, int], list[float]] = defaultdict(list)
    for _ in range(given.runs):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name).resolve()
            jobs = jobs_of(small_workflow(folder / "small"))
            asked = given.models, given.n_samples, given.shard_size
            planned, taken, share = planning_of(folder, *asked)
        for step, times in jobs.items():
            found["jobs", step, len(times)].append(sum(times))
        found["jobs", "all", sum(map(len, jobs.values())) - 1].append(sum(map(sum, jobs.values())))
        found["planning", "package", planned].append(taken * share)
        found["planning", SNAKEMAKE, planned].append(taken * (1 - share))
    if given.small_jobs:
        with tempfile.TemporaryDirectory() as name:
            workflow = many_workflow(Path(name).resolve() / "many", given.small_jobs)
            start = time.monotonic()
            jobs = jobs_of(workflow)
            log.info("many jobs: %.0f s", time.monotonic() - start)
        for step, times in jobs.items():
            found["many jobs", step, len(times)].append(sum(times))
    rows = [(*what, statistics.median(times)) for what, times in found.items()]
    rows.sort(key=lambda row: (row[0], -row[3]))
    for part, what, number, taken in rows:
        log.info("%-8s %-24s %5d jobs: %7.2f s CPU", part, what, number, taken)
    write_text(given.output, table_text(COLUMNS, rows))


if __name__ == "__main__":
    cli.run(main)
