"""Run HumanEval+'s reference solutions on its inputs, once, and write what they return."""

from __future__ import annotations

import argparse
from pathlib import Path

from passk import cli
from passk.plus import expected_values, fetch


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--plus",
        required=True,
        metavar="YAML",
        help="the benchmark's plus entry: '{url: ..., sha256: ...}'",
    )
    parser.add_argument(
        "--tests", required=True, type=Path, help="HumanEval+'s file; fetched if it is not there"
    )
    parser.add_argument("--output", required=True, type=Path, help=".jsonl.gz to write")
    arguments = parser.parse_args()
    plus = cli.mapping(arguments.plus, "--plus", ("url", "sha256"))
    fetch(plus["url"], plus["sha256"], arguments.tests)
    expected_values(arguments.tests, plus["sha256"], arguments.output)


if __name__ == "__main__":
    cli.run(main)
