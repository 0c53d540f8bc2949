"""Judge every sample and write whether it is right.

Samples are JSON lines with ``task_id`` and ``completion`` (and ``draw``, else numbered per task);
verdicts are JSON lines with ``task_id, draw, outcome, cpu_seconds, error``, and beside them a
``.meta.json``. Programs run in a sandbox; what is safe and what is not: see
``passk/sandbox/pool.py``.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from passk import cli, judging
from passk.benchmarks import SUITES
from passk.formats import read_samples
from passk.judging import Judging
from passk.records import OUTCOMES, Verdict


def execute(opened: Judging, verdicts: Path) -> None:
    """Write the verdicts on the samples and what describes them.

    :raises UserError: as the verifier does.
    """
    outcomes: Counter[str] = Counter()
    cpu_seconds = 0.0

    def counted() -> Iterator[Verdict]:
        nonlocal cpu_seconds
        for verdict in opened.verifier.verdicts(read_samples(opened.samples)):
            outcomes[verdict.outcome] += 1
            cpu_seconds += verdict.cpu_seconds
            yield verdict

    def about() -> dict[str, Any]:
        return {
            "suite": opened.suite,
            "outcomes": {outcome: outcomes[outcome] for outcome in OUTCOMES},
            "cpu_seconds": round(cpu_seconds, 3),
        }

    opened.write(verdicts, counted(), about)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument(
        "--suite", choices=SUITES, help=f"the tests that judge (default: {SUITES[0]})"
    )
    judging.run(parser, "verdicts", "executing these samples", execute)


if __name__ == "__main__":
    cli.run(main)
