"""Score samples: judge them, count, and print pass@k with both intervals.

Written to a folder beside the samples, ``NAME.SUITE-ANSWER/``: the verdicts, the counts and the
curve, as execute.py and estimate.py write them. Programs run in a sandbox; what is safe and what is
not: see ``passk/sandbox/pool.py``.
"""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from passk import cli, judging
from passk.benchmarks import SUITES
from passk.counts import count_verdicts
from passk.estimation import estimate
from passk.judging import Judging
from passk.locks import only_writer_of
from passk.records import Snapshot, UserError, metadata_path, read_metadata

OUTPUTS = ("verdicts.jsonl.gz", "counts.csv", "pass_at_k.csv")


def score(given: dict[str, Any]) -> list[str]:
    """Judge the samples, write what follows from them, and return the lines to print.

    :raises UserError: some k < 1; tasks without a sample unless ``given["partial"]``; a file in
        the way; what :func:`passk.judging.open_judging` raises.
    """
    if min(given["k_values"] or [1]) < 1:
        raise UserError(f"k must be 1 or more, got {min(given['k_values'])}")
    opened = judging.open_judging(given)
    tasks = [p.task_id for p in opened.benchmark.problems if p.task_id in set(opened.sampled)]
    missing = len(opened.benchmark.problems) - len(tasks)
    if missing and not given["partial"]:
        raise UserError(_incomplete(opened, tasks))
    folder = given["output"] or folder_of(opened)
    verdicts, counts_to, curve_to = (folder / name for name in OUTPUTS)
    for path in (verdicts, counts_to, curve_to):
        refuse_to_replace(path, opened.samples.path)
    with only_writer_of(verdicts, "scoring these samples"):
        judging.execute(opened, verdicts)
        snapshot = Snapshot([verdicts])
        counts = count_verdicts([verdicts], tasks, snapshot=snapshot)
        k_values = given["k_values"] or usual_k_values(min(count.n for count in counts))
        table = estimate(counts, k_values, snapshot.sha256, counts_to, curve_to)
    return [
        f"{given['benchmark']}, {opened.suite}, {opened.answer}: pass@k in per cent",
        *([f"{missing} of its tasks have no sample and are left out"] if missing else []),
        *table,
        f"verdicts, counts and the curve are in {folder}",
    ]


def folder_of(opened: Judging) -> Path:
    """Where the results of these samples go: beside them."""
    path = opened.samples.path
    stem = path.name.removesuffix(".gz").removesuffix(".jsonl").removesuffix(".json")
    return path.with_name(f"{stem}.{opened.suite}-{opened.answer}")


def refuse_to_replace(path: Path, samples: Path) -> None:
    """Refuse to write over the samples, and over a file that this package did not write.

    :raises UserError: it is one of them.
    """
    if path.resolve() == samples.resolve():
        raise UserError(f"{path} is the file of the samples; give another folder with --output")
    if path.exists():
        try:
            read_metadata(metadata_path(path), path)
        except UserError as error:
            raise UserError(
                f"{path} is there already, but not as this package wrote it; move it away, or give "
                "another folder with --output"
            ) from error


def usual_k_values(n: int) -> list[int]:
    """1, 10, 100, … as far as n allows, and n itself."""
    return sorted({*(10**power for power in range(len(str(n)))), n})


def _incomplete(opened: Judging, tasks: Sequence[str]) -> str:
    every = opened.benchmark.problems
    first = next(problem.task_id for problem in every if problem.task_id not in opened.sampled)
    return (
        f"{opened.samples.path} has no sample of {len(every) - len(tasks)} of the {len(every)} "
        f"tasks (the first is {first}), so that its pass@k would not be the benchmark's; give the "
        "samples of all tasks, or --partial for the score of those that have some"
    )


def main() -> None:
    """Bind the command line."""
    parser = argparse.ArgumentParser(
        description="Judge samples and print pass@k with 95 % intervals over tasks and over draws.",
        epilog="Example: score.py samples.jsonl --workers 8",
    )
    parser.add_argument(
        "samples",
        type=Path,
        metavar="SAMPLES",
        help="as human-eval, EvalPlus (or its folder), bigcode's harness or LM-eval write them",
    )
    parser.add_argument(
        "--benchmark",
        default="humaneval",
        help="name in config.yaml, or a problem file (default: humaneval)",
    )
    parser.add_argument("--suite", choices=SUITES, help=f"the tests (default: {SUITES[0]})")
    parser.add_argument(
        "--k-values", type=int, nargs="+", metavar="K", help="(default: 1, 10, 100, … and n)"
    )
    parser.add_argument(
        "--partial", action="store_true", help="score the tasks that have samples, not all"
    )
    parser.add_argument(
        "--output", type=Path, metavar="FOLDER", help="(default: beside the samples)"
    )
    judging.add_reading(parser)
    judging.add_options(parser)
    given = vars(parser.parse_args())
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # leave no half-written file
    print("\n".join(score(given)))


if __name__ == "__main__":
    cli.run(main)
