"""Write what every sample answers where no test tells: the signature that equal answers share.

A program's signature is what it does on inputs made from its task's prompt
(``passk/verifiers/signatures.py``), in the sandbox that judges, with the same limits but for the
CPU time. Samples are checked, and refused, as ``execute.py`` does. With ``--tests`` it is which of
the asserts in other samples it passes (``passk/verifiers/generated_tests.py``).
"""

from __future__ import annotations

import argparse
import logging
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from passk import cli, judging
from passk.benchmarks import KINDS
from passk.formats import Source, read_samples
from passk.judging import Judging, origin_of
from passk.records import Sample, UserError
from passk.verifiers import VERIFIERS
from passk.verifiers.generated_tests import GeneratedTests, read_tests


def observe(opened: Judging, observations: Path) -> None:
    """Write the signatures of the samples and what describes them.

    :raises UserError: as the verifier does; as :func:`tests_of`.
    """
    if files := opened.given.get("tests"):
        signatures: Iterable = opened.verifier.tested(opened.read(), tests_of(opened, files))
    else:
        signatures = opened.verifier.signatures(opened.read())
    opened.write(observations, signatures, dict)


def tests_of(opened: Judging, files: Sequence[Path]) -> GeneratedTests:
    """The tests in files of samples.

    :raises UserError: a kind of benchmark whose answers no test calls; files that are damaged, of
        another benchmark, or in which no test is.
    """
    benchmark = opened.benchmark
    if not VERIFIERS[KINDS[benchmark.kind].suites[opened.suite]].calls:
        raise UserError(
            f"--tests is for functions, and answers of kind {benchmark.kind} are none; leave it out"
        )
    problems = {problem.task_id: problem for problem in benchmark.problems}

    def samples() -> Iterator[Sample]:
        for file in files:
            origin_of(file, benchmark)
            yield from read_samples(Source(file, problems, benchmark.size))

    tests = read_tests(problems, samples())
    if not tests.tests:
        raise UserError(
            f"no completion in {files[0]} has an assert that can be read, as assert f(1) == 2 can; "
            "give samples of a prompt that asks for asserts"
        )
    without = len(opened.sampled) - len(set(opened.sampled) & set(tests.tests))
    if without:
        logging.warning("%d of %d tasks have no generated test", without, len(opened.sampled))
    return tests


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument(
        "--tests",
        type=Path,
        nargs="+",
        metavar="FILE",
        help="samples in which a model wrote asserts: say which of them each sample passes",
    )
    options = ("workers", "require_sandbox", "isolate", "loops")
    judging.run(parser, "observations", "observing these samples", observe, options)


if __name__ == "__main__":
    cli.run(main)
