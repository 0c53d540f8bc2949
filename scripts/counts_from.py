"""Make counts of what another harness judged: Inspect, LM-eval, NeMo-Skills, EvalPlus, SWE-bench.

The counts (task_id, n, c) are what estimate.py --counts-in, the analyses and ``engine: counts``
take. Beside them a ``.meta.json`` holds the tool, its version and the model where the files say
them, what a pass is, and the files' sha256.
"""

from __future__ import annotations

import argparse
import logging
from pathlib import Path

from passk import cli
from passk.counts import counts_csv
from passk.formats.harnesses import HARNESSES, Choice, count
from passk.locks import only_writer_of
from passk.records import FORMAT, metadata_path, sha256_of, write_metadata, write_text

log = logging.getLogger("counts_from")


def counts_from(paths: list[Path], harness: str, choice: Choice, output: Path) -> None:
    """Count the verdicts in ``paths`` and write the counts with what describes them.

    :raises UserError: as :func:`passk.formats.harnesses.count`.
    """
    counts, about = count(paths, harness, choice)
    score = " or ".join(sorted(about.scores))
    passed = score if choice.threshold is None else f"{score} >= {choice.threshold:g}"
    given = {
        "tool": HARNESSES[harness].tool,
        "version": " and ".join(sorted(filter(None, about.versions))) or None,
        "models": sorted(filter(None, about.models)),
        "passed": passed,
        "errors": about.errors,
        "sources": {str(path): sha256_of(path) for path in paths},
    }
    with only_writer_of(output, "making these counts"):
        write_text(output, counts_csv(counts))
        write_metadata(metadata_path(output), output, {"format": FORMAT, "given": given})
    log.info("%d tasks, %d draws each; a pass is %s", len(counts), counts[0].n, passed)
    if about.errors:
        log.info("%d draws ended in an error or without an answer: they failed", about.errors)


def main() -> None:
    """Bind the command line."""
    parser = argparse.ArgumentParser(
        description="Make counts (task_id, n, c) of what another harness judged.",
        epilog="Example: counts_from.py --format swebench --counts agent.csv agent.run-*.json",
    )
    parser.add_argument("logs", type=Path, nargs="+", metavar="LOG", help="files of one model")
    parser.add_argument("--format", choices=HARNESSES, required=True, help="the tool that judged")
    parser.add_argument("--counts", type=Path, required=True, metavar="CSV", help="to write")
    parser.add_argument(
        "--score",
        metavar="NAME",
        help="Inspect's scorer, LM-eval's metric, EvalPlus's base or plus, NeMo-Skills's key",
    )
    parser.add_argument("--filter", metavar="NAME", help="which of LM-eval's filters")
    parser.add_argument(
        "--threshold", type=float, metavar="X", help="a score of X or more is a pass"
    )
    args = parser.parse_args()
    cli.guard(args, "counts")
    choice = Choice(args.score, args.filter, args.threshold)
    counts_from(args.logs, args.format, choice, args.counts)


if __name__ == "__main__":
    cli.run(main)
