"""Write the pages of single samples: a list of tasks, and for each task its programs.

They stand alone, without a server: `FOLDER/index.html`. What a model wrote is hostile text: it is
escaped, and characters that act instead of being read are spelled out.
"""

from __future__ import annotations

import argparse
from functools import partial
from itertools import chain
from pathlib import Path

from passk import cli
from passk.benchmarks import ANSWERS, read_problem_file
from passk.page.samples import joined, pages
from passk.provenance import check_shards
from passk.records import read_samples, read_verdicts, write_text


def main() -> None:
    """Bind the command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--problems", type=Path, required=True, metavar="JSONL")
    parser.add_argument("--samples", type=Path, nargs="+", required=True, metavar="FILE")
    parser.add_argument(
        "--verdicts", type=Path, nargs="+", required=True, metavar="FILE", help="on these samples"
    )
    parser.add_argument(
        "--answer", choices=ANSWERS, required=True, help="how the completions were read"
    )
    parser.add_argument(
        "--settings",
        metavar="YAML",
        help="model, sampling, suite, answer that the verdicts must have been made with",
    )
    parser.add_argument("--title", required=True, help="of what these samples are")
    parser.add_argument("--output", type=Path, required=True, metavar="FOLDER")
    args = parser.parse_args()
    settings = cli.mapping(args.settings, "--settings") if args.settings else None
    benchmark = read_problem_file(args.problems)
    check_shards(
        args.verdicts,
        require_metadata=settings is not None,
        settings=settings,
        benchmark_sha256=benchmark.sha256,
    )
    draws = joined(
        chain.from_iterable(map(read_samples, args.samples)),
        chain.from_iterable(map(read_verdicts, args.verdicts)),
    )
    extract = partial(benchmark.extract, answer=args.answer)
    for name, text in pages(args.title, benchmark.problems, draws, extract):
        write_text(args.output / name, text)


if __name__ == "__main__":
    cli.run(main)
