"""Tabulate the hardest tasks: their outcomes, and excerpts of what the model wrote."""

from __future__ import annotations

import argparse
import logging
from collections.abc import Sequence
from dataclasses import astuple
from itertools import chain
from pathlib import Path

from passk import cli
from passk.analyses.hardest_tasks import table as hardest_tasks
from passk.benchmarks import ANSWERS, Benchmark, read_problem_file
from passk.records import Sample, UserError, Verdict, read_samples, read_verdicts, write_text
from passk.tables import table_text

log = logging.getLogger("hardest_tasks")


def rows(
    benchmark: Benchmark, samples: Sequence[Path], verdicts: Sequence[Path], answer: str, most: int
) -> list[hardest_tasks.Row]:
    """One row a task, the never solved first; only these tasks' samples are held in memory.

    :raises UserError: damaged files, or samples and verdicts that are not of the same draws.
    """
    problems = {problem.task_id: problem for problem in benchmark.problems}
    every = chain.from_iterable(map(read_verdicts, verdicts))
    groups = hardest_tasks.select(every, list(problems), most)
    drawn: dict[str, dict[int, Sample]] = {task: {} for task in groups}
    judged: dict[str, dict[int, Verdict]] = {task: {} for task in groups}
    for found, paths, read in ((drawn, samples, read_samples), (judged, verdicts, read_verdicts)):
        for record in chain.from_iterable(map(read, paths)):
            if record.task_id in groups:
                if record.draw in found[record.task_id]:
                    raise UserError(
                        f"draw {record.draw} of {record.task_id} is there twice: "
                        "give each shard once"
                    )
                found[record.task_id][record.draw] = record
    return [
        hardest_tasks.describe(problems[task], group, judged[task], drawn[task], answer)
        for task, group in groups.items()
    ]


def main() -> None:
    """Bind the command line."""
    parser = argparse.ArgumentParser(
        description="Tabulate the hardest tasks with their outcomes and excerpts of samples.",
        epilog="Example: hardest_tasks.py --problems problems.jsonl --samples s.jsonl.gz "
        "--verdicts v.jsonl.gz --answer verbatim --output hardest_tasks.csv",
    )
    parser.add_argument("--problems", type=Path, required=True, metavar="JSONL")
    parser.add_argument("--samples", type=Path, nargs="+", required=True, metavar="FILE")
    parser.add_argument(
        "--verdicts", type=Path, nargs="+", required=True, metavar="FILE", help="of these samples"
    )
    parser.add_argument(
        "--answer", choices=ANSWERS, required=True, help="how the verdicts read a completion"
    )
    parser.add_argument(
        "--most", type=int, default=8, metavar="TASKS", help="of each group (%(default)s)"
    )
    parser.add_argument("--output", type=Path, required=True, metavar="CSV")
    args = parser.parse_args()
    if args.most < 1:
        parser.error("--most must be 1 or more")
    found = rows(
        read_problem_file(args.problems), args.samples, args.verdicts, args.answer, args.most
    )
    write_text(args.output, table_text([*hardest_tasks.COLUMNS], map(astuple, found)))


if __name__ == "__main__":
    cli.run(main)
