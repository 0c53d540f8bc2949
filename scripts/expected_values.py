"""Make the file of expected values that a verifier needs beforehand: run the reference solutions of
a benchmark's tests on their inputs, once, and write what they return."""

from __future__ import annotations

import argparse
from pathlib import Path
from pkgutil import resolve_name

from passk import cli
from passk.verifiers import VERIFIERS


def main() -> None:
    prepares = {name: row.prepares for name, row in VERIFIERS.items() if row.prepares}
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--verifier", choices=prepares, default=next(iter(prepares)), help="(default: %(default)s)"
    )
    parser.add_argument(
        "--entry",
        required=True,
        metavar="YAML",
        help="the benchmark's tests: '{url: ..., sha256: ...}', or path instead of url",
    )
    parser.add_argument(
        "--tests", required=True, type=Path, help="where the file behind a url is or goes"
    )
    parser.add_argument("--output", required=True, type=Path, help=".jsonl.gz to write")
    given = parser.parse_args()
    cli.guard(given, "output")
    entry = cli.mapping(given.entry, "--entry", ("sha256",))
    resolve_name(prepares[given.verifier])(entry, given.tests, given.output)


if __name__ == "__main__":
    cli.run(main)
