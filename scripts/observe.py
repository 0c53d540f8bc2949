"""Run every sample's program on inputs made from its task's prompt, and write what it did.

No test decides anything here: the outputs only show which samples behave alike
(``passk/verifiers/signatures.py``). The sandbox is the one that judges, with the same limits but
for the CPU time, and equal programs run once; samples are checked, and refused, as ``execute.py``
does.
"""

from __future__ import annotations

import argparse
import logging
import platform
import signal
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from execute import origin_of, survey
from passk import cli
from passk.benchmarks.extraction import ANSWERS, program
from passk.benchmarks.human_eval import Benchmark, find_benchmark
from passk.locks import only_writer_of
from passk.records import (
    Sample,
    UserError,
    fingerprint,
    metadata_path,
    read_samples,
    sha256_of,
    write_metadata,
    write_records,
)
from passk.sandbox.limits import Limits
from passk.sandbox.pool import Judge, Tally
from passk.verifiers import signatures as behaviour
from passk.verifiers.generated_inputs import COUNT, SOURCES, generate
from passk.verifiers.signatures import BehaviourCase, Observation

log = logging.getLogger("observe")


def observe(
    benchmark: Benchmark,
    answer: str,
    samples: Path,
    observations: Path,
    workers: int,
    require_sandbox: bool = False,
    settings: dict[str, Any] | None = None,
) -> None:
    """Observe the samples of a file; write that and what describes it, atomically.

    :raises UserError: as :func:`execute.execute`.
    """
    origin = origin_of(samples, benchmark, settings)
    problems = {problem.task_id: problem for problem in benchmark.problems}
    total, tasks = survey(samples, problems)
    inputs = {task: generate(problems[task]) for task in tasks}
    cases = {
        task: BehaviourCase(task, problems[task].entry_point, inputs[task].calls) for task in tasks
    }
    limits = Limits.of(behaviour.CPU_SECONDS, Limits().memory_bytes)
    beside: dict[tuple[str, int], tuple[str, float | None]] = {}

    def text(sample: Sample) -> str:
        source = program(problems[sample.task_id], sample.completion, answer)
        known = sample.logprob is not None and sample.tokens
        logprob = sample.logprob / sample.tokens if known else None
        beside[sample.task_id, sample.draw] = behaviour.text_digest(source), logprob
        return source

    started = time.monotonic()
    name = f"{samples.name.removesuffix('.gz').removesuffix('.jsonl')}: "
    with Judge(cases, workers, limits, require_sandbox) as judge:
        if judge.missing:
            log.warning("%sthe sandbox lacks %s on this host", name, ", ".join(judge.missing))
        tally = Tally(total, name)

        def records() -> Iterator[Observation]:
            for verdict in judge.verdicts(read_samples(samples), text, tally):
                task, draw = verdict.task_id, verdict.draw
                outcome, outputs = behaviour.observed(verdict.outcome, verdict.error)
                yield Observation(task, draw, outcome, outputs, *beside.pop((task, draw)))

        write_records(observations, records())
        layers, missing = judge.layers, judge.missing
    sources = Counter(one.source for one in inputs.values())
    metadata = {
        "format": 1,
        "samples_sha256": sha256_of(samples),
        "samples": origin,
        "benchmark_sha256": benchmark.sha256,
        "answer": answer,
        "inputs": {
            "count": COUNT,
            "sources": {source: sources[source] for source in SOURCES},
            "sha256": fingerprint(
                {task: [call.hex() for call in inputs[task].calls] for task in tasks}
            ),
        },
        "sandbox": {"layers": list(layers), "missing": list(missing)},
        "limits": asdict(limits),
        "python": platform.python_version(),
        "distinct_programs": tally.distinct,
        "cpu_seconds": round(tally.cpu_seconds, 3),
        "wall_seconds": round(time.monotonic() - started, 3),
    }
    write_metadata(metadata_path(observations), observations, metadata)
    log.info("%s%d samples observed, %d distinct programs", name, total, tally.distinct)


def main() -> None:
    """Bind the command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--benchmark", required=True, help="name in config.yaml, or a problem file")
    parser.add_argument(
        "--answer", choices=ANSWERS, default="verbatim", help="how a completion becomes a program"
    )
    parser.add_argument("--samples", type=Path, required=True, help=".jsonl or .jsonl.gz")
    parser.add_argument("--observations", type=Path, required=True, help=".jsonl.gz to write")
    parser.add_argument("--workers", type=int, default=1, help="programs that run at a time")
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
    with only_writer_of(given.observations, "observing these samples"):
        observe(
            find_benchmark(given.benchmark),
            given.answer,
            given.samples,
            given.observations,
            given.workers,
            given.require_sandbox,
            cli.mapping(given.settings, "--settings"),
        )


if __name__ == "__main__":
    cli.run(main)
