"""List the answers on which two suites differ, by what was read out of the samples.

A line each distinct answer to a task: the right one, what was read, both outcomes, how many draws.
"""

from __future__ import annotations

import argparse
import logging
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from passk import cli
from passk.analyses.draws import excerpt, joined
from passk.benchmarks import ANSWERS, Benchmark, find_benchmark
from passk.formats import Source, read_samples
from passk.records import Snapshot, UserError, read_verdicts, recorded, write_text
from passk.tables import table_text

COLUMNS = ("task_id", "reference", "answer", "weaker", "stronger", "draws")
MOST_CHARACTERS = 500


def disagreements(
    benchmark: Benchmark,
    samples: Sequence[Path],
    weaker: Sequence[Path],
    stronger: Sequence[Path],
    answer: str,
) -> list[tuple[str, str, str, str, str, int]]:
    """The rows, in the benchmark's order; of a task the most frequent first.

    :raises UserError: samples and verdicts that are not of the same draws.
    """
    snapshot = Snapshot([*samples, *weaker, *stronger])
    tasks = {problem.task_id: problem for problem in benchmark.problems}

    def draws(verdicts: Sequence[Path]) -> Iterator:
        sources = ((path, Source(path, tasks, benchmark.size)) for path in samples)
        return joined(
            (
                one
                for path, source in sources
                for one in snapshot.read(path, lambda _, d, s=source: read_samples(s, d))
            ),
            (one for path in verdicts for one in snapshot.read(path, read_verdicts)),
        )

    one, other = draws(weaker), draws(stronger)
    rows = []
    for task, problem in tasks.items():
        found: Counter[tuple[str, str, str]] = Counter()
        for first, second in zip(one.get(task, ()), other.get(task, ()), strict=True):
            if (first.outcome == "passed") != (second.outcome == "passed"):
                text = benchmark.extract(problem, first.completion, answer)
                found[excerpt(text, MOST_CHARACTERS), first.outcome, second.outcome] += 1
        reference = getattr(problem, "answer", "")
        rows += [(task, reference, *key, count) for key, count in found.most_common()]
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--benchmark", required=True, help="name in config.yaml, or a problem file")
    parser.add_argument("--samples", type=Path, nargs="+", required=True, metavar="FILE")
    parser.add_argument("--weaker", type=Path, nargs="+", required=True, metavar="VERDICTS")
    parser.add_argument("--stronger", type=Path, nargs="+", required=True, metavar="VERDICTS")
    parser.add_argument("--answer", choices=ANSWERS, help="(default: as the verdicts' were read)")
    parser.add_argument("--output", type=Path, required=True, help="CSV of the differences")
    given = parser.parse_args()
    cli.guard(given, "output")
    ways = {recorded(path, "answer") or given.answer for path in [*given.weaker, *given.stronger]}
    if len(ways | ({given.answer} if given.answer else set())) != 1 or None in ways:
        raise UserError(
            "the verdicts are not on completions that were read in one known way; give verdicts of "
            "one reading, and --answer where their metadata do not name it"
        )
    rows = disagreements(
        find_benchmark(given.benchmark), given.samples, given.weaker, given.stronger, ways.pop()
    )
    write_text(given.output, table_text(COLUMNS, rows))
    total = sum(row[-1] for row in rows)
    logging.info("the suites differ on %d samples, %d distinct answers", total, len(rows))


if __name__ == "__main__":
    cli.run(main)
