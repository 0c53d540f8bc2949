"""Run every sample's program in a sandbox and write whether it passed its task's tests.

Samples are JSON lines with ``task_id`` and ``completion`` (and ``draw``, else numbered per task);
verdicts are JSON lines with ``task_id, draw, outcome, cpu_seconds, error``, and beside them a
``.meta.json``. What is safe and what is not: see ``passk/sandbox/pool.py``.
"""

from __future__ import annotations

import argparse
import logging
import math
import platform
import signal
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from passk import cli
from passk.benchmarks.extraction import ANSWERS, program
from passk.benchmarks.human_eval import Benchmark, find_benchmark
from passk.locks import only_writer_of
from passk.provenance import check_samples
from passk.records import (
    OUTCOMES,
    Sample,
    UserError,
    Verdict,
    metadata_path,
    read_metadata,
    read_samples,
    sha256_of,
    write_metadata,
    write_records,
)
from passk.sandbox.limits import Limits
from passk.sandbox.pool import Judge, Tally
from passk.verifiers.assertions import BASE, Suite
from passk.verifiers.inputs_and_outputs import MIN_SECONDS, PROGRAM_SECONDS, find_suite, read_suite

KEPT_OF_SAMPLES = (
    "model",
    "model_sha256",
    "benchmark_sha256",
    "draws",
    "sampling",
    "seed_rule",
    "chat_template_sha256",
    "tokenizer_sha256",
    "engine",
    "drawn_by",
)
LEAST_MEMORY_MB = 64
log = logging.getLogger("execute")


def execute(
    benchmark: Benchmark,
    suite: Suite,
    answer: str,
    samples: Path,
    verdicts: Path,
    workers: int,
    limits: Limits,
    require_sandbox: bool,
    settings: dict[str, Any] | None = None,
) -> Tally:
    """Judge the samples of a file; write their verdicts and what describes them, atomically.

    ``settings`` may have the ``model`` and ``sampling`` that samples with metadata must be of.

    :raises UserError: samples that are damaged, doubled, of unknown tasks, not those that their
        metadata describe or not of the ``settings``; a sandbox that cannot start or, where it is
        required, is not whole.
    """
    origin = origin_of(samples, benchmark, settings)
    problems = {problem.task_id: problem for problem in benchmark.problems}
    total, tasks = survey(samples, problems)
    cases = {task: suite.case(problems[task]) for task in tasks}
    name = f"{samples.name.removesuffix('.gz').removesuffix('.jsonl')}: "
    started = time.monotonic()
    with Judge(cases, workers, limits, require_sandbox) as judge:
        if judge.missing:
            log.warning("%sthe sandbox lacks %s on this host", name, ", ".join(judge.missing))
        tally = Tally(total, name)

        def text(sample: Sample) -> str:
            return program(problems[sample.task_id], sample.completion, answer)

        judged: Iterator[Verdict] = judge.verdicts(read_samples(samples), text, tally)
        write_records(verdicts, judged)
        layers, missing = judge.layers, judge.missing
    wall = time.monotonic() - started
    metadata: dict[str, Any] = {
        "format": 1,
        "samples_sha256": sha256_of(samples),
        "samples": origin,
        "benchmark_sha256": benchmark.sha256,
        "suite": suite.name,
        **suite.about,
        "answer": answer,
        "sandbox": {"layers": list(layers), "missing": list(missing)},
        "limits": asdict(limits),
        "python": platform.python_version(),
        "outcomes": {outcome: tally.outcomes[outcome] for outcome in OUTCOMES},
        "distinct_programs": tally.distinct,
        "cpu_seconds": round(tally.cpu_seconds, 3),
        "wall_seconds": round(wall, 3),
    }
    write_metadata(metadata_path(verdicts), verdicts, metadata)
    log.info("%s", tally.line())
    return tally


def origin_of(
    samples: Path, benchmark: Benchmark, settings: dict[str, Any] | None = None
) -> dict[str, Any] | None:
    """What the samples' own metadata say of where they come from; None without metadata.

    :raises UserError: they were drawn for another benchmark, or otherwise than ``settings`` say.
    """
    if not metadata_path(samples).exists():
        return None
    metadata = read_metadata(metadata_path(samples), samples)
    recorded = metadata.get("benchmark_sha256")
    if recorded and recorded != benchmark.sha256:
        raise UserError(
            f"{samples} was drawn for another benchmark than the one given (its sha256 differs); "
            "give the benchmark that the samples were drawn for"
        )
    check_samples(samples, metadata, settings or {})
    return {name: metadata.get(name) for name in KEPT_OF_SAMPLES}


def survey(samples: Path, problems: dict[str, Any]) -> tuple[int, list[str]]:
    """Read all samples once, before anything runs: how many there are and of which tasks.

    :raises UserError: none, or one of an unknown task.
    """
    total = 0
    tasks: dict[str, None] = {}
    for sample in read_samples(samples):
        if sample.task_id not in problems:
            raise UserError(
                f"{samples} has a sample of {sample.task_id!r}, which is no task of the benchmark; "
                "give the benchmark that the samples were drawn for"
            )
        tasks[sample.task_id] = None
        total += 1
    if not total:
        raise UserError(f"{samples} has no samples; it must hold one JSON object a line")
    return total, list(tasks)


def main() -> None:
    defaults = Limits()
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--benchmark", required=True, help="name in config.yaml, or a problem file")
    parser.add_argument(
        "--suite", choices=("base", "plus"), default="base", help="HumanEval's tests or HumanEval+"
    )
    parser.add_argument(
        "--expected",
        type=Path,
        help="expected values of --suite plus (default: made once below resources/plus)",
    )
    parser.add_argument(
        "--answer", choices=ANSWERS, default="verbatim", help="how a completion becomes a program"
    )
    parser.add_argument("--samples", type=Path, required=True, help=".jsonl or .jsonl.gz")
    parser.add_argument("--verdicts", type=Path, required=True, help=".jsonl.gz to write")
    parser.add_argument("--workers", type=int, default=1, help="programs that run at a time")
    parser.add_argument(
        "--timeout",
        type=float,
        help=f"CPU seconds of a program (default {defaults.cpu_seconds:g}); with --suite plus of "
        f"each input, at least (default {MIN_SECONDS:g})",
    )
    parser.add_argument(
        "--memory-mb", type=int, default=defaults.memory_bytes >> 20, help="memory of a program"
    )
    parser.add_argument(
        "--require-sandbox", action="store_true", help="refuse to run where a fence is missing"
    )
    parser.add_argument(
        "--settings",
        default="{}",
        metavar="YAML",
        help="`model` (its weights) and `sampling` that the samples must have been drawn with",
    )
    given = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # leave no half-written file
    if given.workers < 1:
        raise UserError("--workers must be 1 or more")
    if given.timeout is not None and not 0 < given.timeout < math.inf:
        raise UserError("--timeout must be a number of seconds above 0")
    if given.memory_mb < LEAST_MEMORY_MB:
        raise UserError(f"--memory-mb must be {LEAST_MEMORY_MB} or more: Python itself takes some")
    memory = given.memory_mb << 20
    if given.suite == "plus":
        least = MIN_SECONDS if given.timeout is None else given.timeout
        suite = (
            read_suite(given.expected, least)
            if given.expected
            else find_suite(given.benchmark, least)
        )
        limits = Limits(cpu_seconds=PROGRAM_SECONDS, memory_bytes=memory)
    else:
        suite = BASE
        seconds = defaults.cpu_seconds if given.timeout is None else given.timeout
        limits = Limits.of(seconds, memory)
    with only_writer_of(given.verdicts, "executing these samples"):
        execute(
            find_benchmark(given.benchmark),
            suite,
            given.answer,
            given.samples,
            given.verdicts,
            given.workers,
            limits,
            given.require_sandbox,
            cli.mapping(given.settings, "--settings"),
        )


if __name__ == "__main__":
    cli.run(main)
