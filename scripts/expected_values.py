"""Run the reference solutions of HumanEval+, or of a suite in its format, on its inputs, once, and
write what they return."""

from __future__ import annotations

import argparse
from pathlib import Path

from passk import cli
from passk.verifiers.inputs_and_outputs import expected_values, find_tests


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--plus",
        required=True,
        metavar="YAML",
        help="the benchmark's plus entry: '{url: ..., sha256: ...}', or path instead of url",
    )
    parser.add_argument(
        "--tests", required=True, type=Path, help="where the file behind a url is or goes"
    )
    parser.add_argument("--output", required=True, type=Path, help=".jsonl.gz to write")
    arguments = parser.parse_args()
    plus = cli.mapping(arguments.plus, "--plus", ("sha256",))
    tests = find_tests(plus, arguments.tests)
    expected_values(tests, plus["sha256"], arguments.output)


if __name__ == "__main__":
    cli.run(main)
