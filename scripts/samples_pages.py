"""Write the pages of single samples: a list of tasks, and for each task its programs.

They stand alone, without a server: `FOLDER/index.html`. What a model wrote is hostile text: it is
escaped, and characters that act instead of being read are spelled out.
"""

from __future__ import annotations

import argparse
import logging
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from passk import cli
from passk.analyses.draws import joined
from passk.benchmarks import ANSWERS, find_benchmark
from passk.formats import Source, read_samples
from passk.page.samples import pages
from passk.provenance import check_on_samples, check_shards
from passk.records import (
    Sample,
    Snapshot,
    UserError,
    metadata_of,
    read_verdicts,
    recorded,
    write_text,
)
from passk.words import counted


def main() -> None:
    """Bind the command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument(
        "--problems", required=True, help="a problem file, or a benchmark's name in config.yaml"
    )
    parser.add_argument("--samples", type=Path, nargs="+", required=True, metavar="FILE")
    parser.add_argument(
        "--verdicts", type=Path, nargs="+", required=True, metavar="FILE", help="on these samples"
    )
    parser.add_argument(
        "--answer",
        choices=ANSWERS,
        help="how the completions were read (default: as the verdicts' metadata say)",
    )
    parser.add_argument(
        "--settings",
        metavar="YAML",
        help="model, sampling, suite, answer that the verdicts must have been made with",
    )
    parser.add_argument("--title", required=True, help="of what these samples are")
    parser.add_argument("--report", metavar="HREF", help="the page that they belong to")
    parser.add_argument("--output", type=Path, required=True, metavar="FOLDER")
    args = parser.parse_args()
    settings = cli.mapping(args.settings, "--settings") if args.settings else None
    benchmark = find_benchmark(args.problems)
    answer = answer_of(args.verdicts, args.answer)
    snapshot = Snapshot([*args.samples, *args.verdicts])
    for path in args.samples:
        metadata_of(path)
    check_shards(
        args.verdicts,
        require_metadata=settings is not None,
        settings=settings,
        benchmark_sha256=benchmark.sha256,
    )
    tasks = {problem.task_id: problem for problem in benchmark.problems}

    def samples(path: Path, digest: Any) -> Iterator[Sample]:
        return read_samples(Source(path, tasks, benchmark.size), digest)

    draws = joined(
        (one for path in args.samples for one in snapshot.read(path, samples)),
        (one for path in args.verdicts for one in snapshot.read(path, read_verdicts)),
    )
    check_on_samples(args.verdicts, {snapshot.sha256[path] for path in args.samples})
    extract = partial(benchmark.extract, answer=answer)
    for name, text in pages(args.title, benchmark.problems, draws, extract, args.report):
        write_text(args.output / name, text)
    logging.info("%s: open %s", counted(len(draws), "task"), args.output / "index.html")


def answer_of(verdicts: Sequence[Path], given: str | None) -> str:
    """How the completions were read for these verdicts.

    :raises UserError: in several ways, in another than the one ``given``, or it is not known.
    """
    known = {answer for path in verdicts if (answer := recorded(path, "answer"))}
    ways = known | ({given} if given else set())
    if len(ways) > 1:
        raise UserError(
            f"the verdicts are on completions read as {' and '.join(sorted(known))}, not as "
            f"{given or 'one of them'}; give --answer as their metadata say, and verdicts of one"
        )
    if not ways:
        raise UserError("the verdicts do not say how the completions were read; give --answer")
    return ways.pop()


if __name__ == "__main__":
    cli.run(main)
