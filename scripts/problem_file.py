"""Write a benchmark of config.yaml as a problem file: what `sample` and `execute` read.

Every task is looked at first, so that none turns out to be unfit once its samples are drawn.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from passk import cli
from passk.benchmarks import load_benchmark, write_problem_file
from passk.judging import check_tasks
from passk.records import write_text


def problem_file(entry: dict[str, Any], output: Path) -> None:
    """Load the benchmark of a config entry, check it, and write it to ``output``."""
    benchmark = load_benchmark(entry)
    source = next(entry[key] for key in ("path", "url", "package", "generators") if key in entry)
    check_tasks(benchmark, source if isinstance(source, str) else "generators")
    write_text(output, write_problem_file(benchmark))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument(
        "--benchmark",
        required=True,
        metavar="YAML",
        help="the benchmark's entry, such as '{path: problems.jsonl}'",
    )
    parser.add_argument("--output", required=True, type=Path)
    arguments = parser.parse_args()
    entry = cli.mapping(arguments.benchmark, "--benchmark")
    cli.keep_apart([Path(entry["path"]) if "path" in entry else None], [arguments.output])
    problem_file(entry, arguments.output)


if __name__ == "__main__":
    cli.run(main)
