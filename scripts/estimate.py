"""Estimate pass@k, with intervals, from verdicts or from counts.

Writes the counts (task_id, n, c) and the curve (k, pass_at_k, tasks_low, tasks_high, draws_low,
draws_high) at the k asked for and on a dense grid up to the smallest number of draws that a task
has. A k beyond that is a row of NaN.

Both files are byte-identical for the same verdicts, whatever the order of the shards. Beside each a
``.meta.json`` holds its sha256 and those of the files that were counted.
"""

from __future__ import annotations

import argparse
import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from passk import cli
from passk.benchmarks import read_problem_file
from passk.counts import TaskCount, count_verdicts, read_counts
from passk.estimation import estimate
from passk.locks import only_writer_of
from passk.provenance import check_judged, check_shards
from passk.records import Snapshot, UserError, metadata_of, sha256_of

log = logging.getLogger("estimate")


def read_shards(
    verdicts: Sequence[Path],
    problems: Path | None,
    n_samples: int | None,
    settings: dict[str, Any] | None,
    require_metadata: bool,
) -> tuple[list[TaskCount], Mapping[Path, str]]:
    """Check the shards against each other and against what is asked for, and count them.

    Returns the counts and the sha256 of what was counted.

    :raises UserError: they do not belong together, are not as asked for, or not of the samples
        that lie beside them.
    """
    snapshot = Snapshot(verdicts)
    benchmark = read_problem_file(problems) if problems else None
    check_shards(
        verdicts,
        require_metadata=require_metadata,
        settings=settings,
        benchmark_sha256=benchmark.sha256 if benchmark else None,
    )
    for path in verdicts:
        check_judged(path)
    tasks = [problem.task_id for problem in benchmark.problems] if benchmark else None
    return count_verdicts(verdicts, tasks, n_samples, snapshot), snapshot.sha256


def of_tasks(counts: Sequence[TaskCount], problems: Path, path: Path) -> list[TaskCount]:
    """The counts read from ``path``, in the order of the problem file's tasks.

    :raises UserError: they are not of exactly its tasks.
    """
    found = {count.task_id: count for count in counts}
    tasks = [problem.task_id for problem in read_problem_file(problems).problems]
    for name, strange in (
        ("has counts of", found.keys() - {*tasks}),
        ("lacks", {*tasks} - found.keys()),
    ):
        if strange:
            more = f" and {len(strange) - 1} more" if len(strange) > 1 else ""
            raise UserError(
                f"{path} {name} {min(strange)}{more}: it is not of the benchmark's {len(tasks)} "
                "tasks; give counts of each of them, or name another benchmark"
            )
    return [found[task] for task in tasks]


def provenance_of(counts: Path) -> dict[str, Any] | None:
    """What counts_from.py wrote beside its counts: which tool judged, and its files."""
    return (metadata_of(counts) or {}).get("given")


def _settings(text: str) -> dict[str, Any]:
    try:
        settings = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise argparse.ArgumentTypeError("not YAML") from error
    known = {"model", "sampling", "suite", "answer"}
    if not isinstance(settings, dict) or not settings.keys() <= known:
        raise argparse.ArgumentTypeError(f"must be a mapping with keys out of {sorted(known)}")
    return settings


def main() -> None:
    """Bind the command line."""
    parser = argparse.ArgumentParser(
        description="Estimate pass@k, with intervals, from verdicts or from counts.",
        epilog="Example: estimate.py --verdicts V.jsonl.gz --k-values 1 10 100 "
        "--counts counts.csv --pass-at-k pass_at_k.csv",
    )
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--verdicts", type=Path, nargs="+", metavar="FILE", help="all the shards")
    source.add_argument("--counts-in", type=Path, metavar="CSV", help="columns task_id, n, c")
    parser.add_argument("--k-values", type=int, nargs="+", required=True, metavar="K")
    parser.add_argument("--counts", type=Path, metavar="CSV", help="where to write the counts")
    parser.add_argument("--pass-at-k", type=Path, required=True, metavar="CSV", help="the curve")
    checks = parser.add_argument_group("checks of the verdicts")
    checks.add_argument(
        "--problems", type=Path, metavar="JSONL", help="every task of this file must be there"
    )
    checks.add_argument(
        "--n-samples", type=int, metavar="N", help="every task must have exactly draws 0..N-1"
    )
    checks.add_argument(
        "--settings",
        type=_settings,
        metavar="YAML",
        help="model, sampling, suite, answer that the shards must have been made with",
    )
    checks.add_argument(
        "--require-metadata", action="store_true", help="a shard without metadata is an error"
    )
    args = parser.parse_args()
    if args.verdicts and args.counts is None:
        parser.error("--verdicts needs --counts")
    checked = args.n_samples or args.settings or args.require_metadata
    if checked and not args.verdicts:
        parser.error(
            "--counts-in is checked by --problems only; the other checks are of --verdicts"
        )
    cli.guard(args, "counts", "pass_at_k")
    with only_writer_of(args.pass_at_k, "estimating this"):
        if args.verdicts:
            counts, sources = read_shards(
                args.verdicts, args.problems, args.n_samples, args.settings, args.require_metadata
            )
        else:
            counts = read_counts(args.counts_in)
            if args.problems:
                counts = of_tasks(counts, args.problems, args.counts_in)
            sources = {args.counts_in: sha256_of(args.counts_in)}
        given = provenance_of(args.counts_in) if args.counts_in else None
        written = (args.counts, args.pass_at_k)
        for line in estimate(counts, args.k_values, sources, *written, given):
            log.info("%s", line)


if __name__ == "__main__":
    cli.run(main)
