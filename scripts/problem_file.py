"""Write a benchmark of config.yaml as a problem file: what `sample` and `execute` read."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from passk import cli
from passk.benchmarks import load_benchmark, write_problem_file
from passk.records import write_text


def problem_file(entry: dict[str, Any], output: Path) -> None:
    """Load the benchmark of a config entry, check it, and write it to ``output``."""
    write_text(output, write_problem_file(load_benchmark(entry)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--benchmark",
        required=True,
        metavar="YAML",
        help="the benchmark's entry, such as '{path: problems.jsonl}'",
    )
    parser.add_argument("--output", required=True, type=Path)
    arguments = parser.parse_args()
    problem_file(cli.mapping(arguments.benchmark, "--benchmark"), arguments.output)


if __name__ == "__main__":
    cli.run(main)
