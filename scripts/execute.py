"""Judge every sample and write whether it is right.

Samples are JSON lines with ``task_id`` and ``completion`` (and ``draw``, else numbered per task);
verdicts are JSON lines with ``task_id, draw, outcome, cpu_seconds, error``, and beside them a
``.meta.json``. Programs run in a sandbox; what is safe and what is not: see
``passk/sandbox/pool.py``.
"""

from __future__ import annotations

import argparse

from passk import cli, judging
from passk.benchmarks import SUITES
from passk.judging import execute


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument(
        "--suite", choices=SUITES, help=f"the tests that judge (default: {SUITES[0]})"
    )
    judging.run(parser, "verdicts", "executing these samples", execute)


if __name__ == "__main__":
    cli.run(main)
