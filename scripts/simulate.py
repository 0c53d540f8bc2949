"""Say where the time of a large run would go, before there is one: a simulation of its jobs.

Five models at n = 10,000 on HumanEval and HumanEval+ unless told otherwise: on SLURM with and
without `--resources gpu=N`, and on one machine. Nothing is sampled: rates times sizes
(passk/simulation.py).
"""

from __future__ import annotations

import argparse
from pathlib import Path

from passk import cli
from passk.records import UserError, write_text
from passk.simulation import COLUMNS, LOCAL, Executor, Experiment, Rates, jobs_of, run, summary
from passk.tables import table_text

TASKS = 164


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--gpus", type=int, nargs="+", default=[10, 100])
    parser.add_argument("--cores", type=int, default=128, help="of the cluster (default: 128)")
    parser.add_argument("--models", type=int, default=5)
    parser.add_argument("--n-samples", type=int, default=10_000)
    parser.add_argument("--shard-sizes", type=int, nargs="+", default=[100, 500, 1000])
    parser.add_argument("--suites", nargs="+", choices=("base", "plus"), default=["base", "plus"])
    parser.add_argument("--readings", type=int, choices=(1, 2), default=1, help="of each sample")
    parser.add_argument("--execute-cores", type=int, default=1, help="workers of an execute job")
    parser.add_argument(
        "--start-seconds", type=float, default=12.0, help="that a SLURM job takes to start its rule"
    )
    parser.add_argument("--jobs", type=int, default=200, help="in flight on SLURM (its `jobs`)")
    parser.add_argument("--output", type=Path, required=True, metavar="CSV")
    given = parser.parse_args()
    executors = [
        Executor("slurm", given.start_seconds, True, False, given.jobs),
        Executor("slurm gpu=N", given.start_seconds, True, True, given.jobs),
        LOCAL,
    ]
    rows = []
    for gpus in given.gpus:
        for size in given.shard_sizes:
            if given.n_samples % size:
                raise UserError(f"n = {given.n_samples} is no multiple of the shard size {size}")
            for executor in executors:
                experiment = Experiment(
                    given.models, TASKS, given.n_samples, size, tuple(given.suites), given.readings
                )
                dag = jobs_of(experiment, Rates(), given.execute_cores)
                done = run(dag, gpus, given.cores, executor)
                about = (executor.name, gpus, given.cores, size, given.execute_cores)
                rows += [(*about, *row) for row in summary(done, gpus)]
    text = table_text(COLUMNS, rows)
    write_text(given.output, text)
    print(text, end="")


if __name__ == "__main__":
    cli.run(main)
