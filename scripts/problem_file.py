"""Write a benchmark of config.yaml as a problem file: what `sample` and `execute` read.

Every task is looked at first, so that none turns out to be unfit once its samples are drawn.
"""

from __future__ import annotations

import argparse
import importlib.util
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from pkgutil import resolve_name
from typing import Any

from passk import cli
from passk.benchmarks import KINDS, Benchmark, load_benchmark, write_problem_file
from passk.records import UserError, write_text
from passk.verifiers import VERIFIERS

SECONDS = 60  # of CPU for one task's own solution and test
SHOWN = 20


class _Endless(BaseException):
    """Not an Exception, which a test may catch."""


def problem_file(entry: dict[str, Any], output: Path) -> None:
    """Load the benchmark of a config entry, check it, and write it to ``output``."""
    benchmark = load_benchmark(entry)
    source = next(entry[key] for key in ("path", "url", "package", "generators") if key in entry)
    check_tasks(benchmark, source if isinstance(source, str) else "generators")
    write_text(output, write_problem_file(benchmark))


def check_tasks(benchmark: Benchmark, source: str) -> None:
    """Check that each of its kind's suites can judge every task, as far as their verifiers check.

    :raises UserError: what is wrong with each that one cannot.
    """
    faults: dict[str, str] = {}
    for suite, verifier in KINDS[benchmark.kind].suites.items():
        info = VERIFIERS[verifier]
        if info.needs and importlib.util.find_spec(info.needs) is None:
            raise UserError(
                f"the suite {suite} needs the package {info.needs.replace('_', '-')}, which is not "
                "installed; run `make setup`"
            )
        for task in benchmark.problems if info.checks else ():
            sentence = f"the canonical solution of {task.task_id} does not end its test"
            try:
                with at_most(SECONDS, sentence):
                    resolve_name(info.checks)(task)
            except UserError as error:
                faults.setdefault(task.task_id, str(error))
    if faults:
        sentences = list(dict.fromkeys(faults.values()))
        left = len(sentences) - SHOWN
        more = [f"and {left} more"] if left > 0 else []
        raise UserError(
            f"{source}: {len(faults)} of {len(benchmark.problems)} tasks cannot be judged; correct "
            f"them: {'; '.join([*sentences[:SHOWN], *more])}"
        )


@contextmanager
def at_most(seconds: int, sentence: str) -> Iterator[None]:
    """Raise ``UserError(sentence)`` once the block has taken so many seconds of CPU."""

    def end(*_: object) -> None:
        raise _Endless

    before = signal.signal(signal.SIGVTALRM, end)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    except _Endless:
        raise UserError(sentence) from None
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


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
