"""Verifiers that run programs: each sample's program runs in the sandbox on its task's case."""

from __future__ import annotations

import logging
import marshal
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

from passk.benchmarks import UNFINISHED
from passk.records import Sample, Verdict, fingerprint
from passk.sandbox import canonical
from passk.sandbox.limits import Limits
from passk.sandbox.pool import Pool, Tally
from passk.sandbox.protocol import Case
from passk.verifiers import Opening, Signature, feedback, generated_tests, signatures
from passk.verifiers.answers import count_unfinished
from passk.verifiers.examples import read_examples
from passk.verifiers.feedback import Feedback
from passk.verifiers.generated_inputs import COUNT, SOURCES, generate
from passk.verifiers.generated_tests import GeneratedTests

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Observing:
    """The cases that programs are observed on, a task each, under ``limits``; ``seen``: the tasks
    whose case has an input; ``about``: what the metadata say of the inputs.

    ``examples``: how many examples of the prompt come first among a task's inputs and are compared
    with their results; ``shared``: the tasks whose tests make the call of an example, too.
    """

    cases: Mapping[str, Case]
    seen: Collection[str]
    limits: Limits
    about: Mapping[str, Any]
    examples: Mapping[str, int]
    shared: Collection[str]


def of_generated_inputs(
    problems: Mapping[str, Any], case: Callable[[Any], Case] | None = None
) -> Observing:
    """The examples of the prompts of functions and inputs made from the prompts.

    ``case`` makes the case of a task's tests, which are only asked which calls they share.
    """
    inputs = {task: generate(problem) for task, problem in problems.items()}
    examples = {task: read_examples(problem) for task, problem in problems.items()}
    cases = {}
    for task, problem in problems.items():
        calls = dict.fromkeys([one.call for one in examples[task]])
        calls |= dict.fromkeys(inputs[task].calls)
        first = tuple(calls)[:COUNT]
        cases[task] = signatures.SignatureCase(task, problem.entry_point, first, examples[task])
    shown = {task: found for task, found in examples.items() if found}
    shared = [
        task
        for task, found in shown.items()
        if case and set(map(_form, case(problems[task]).calls)) & {_form(one.call) for one in found}
    ]
    sources = Counter(one.source for one in inputs.values())
    calls = {task: [call.hex() for call in one.calls] for task, one in cases.items()}
    results = {task: [one.form for one in found] for task, found in shown.items()}
    about = {
        "count": COUNT,
        "sources": {source: sources[source] for source in SOURCES},
        "sha256": fingerprint([calls, results]),
    }
    limits = Limits.of(signatures.CPU_SECONDS, Limits().memory_bytes)
    counts = {task: len(found) for task, found in examples.items()}
    return Observing(cases, cases, limits, about, counts, shared)


def _form(call: bytes) -> bytes:
    """What equal calls share: ``f([1])`` and ``f([1.0])`` are equal."""
    arguments, options = marshal.loads(call)
    return canonical.form((arguments, options))


class Programs:
    """A :class:`passk.verifiers.Verifier`. ``case`` makes a task's case, ``tests`` says of which
    tests.

    Signatures are of the inputs that ``observes`` gives, by default generated ones, in the same
    sandbox: no test decides them. Samples of a task that it gives no case have the one mark
    ``signatures.NO_VALUE``.
    """

    def __init__(
        self,
        opening: Opening,
        case: Callable[[Any], Case],
        limits: Limits,
        tests: Mapping[str, Any] | None = None,
        observes: Callable[[Mapping[str, Any]], Observing] | None = None,
    ) -> None:
        self._opening = opening
        self._case = case
        self._limits = limits
        self._observes = observes or partial(of_generated_inputs, case=case)
        self.about = dict(tests or {})

    def verdicts(self, samples: Iterable[Sample]) -> Iterator[Verdict]:
        """As the verifier's.

        :raises UserError: a test that cannot be judged; a sandbox that cannot start or, where it
            is required, is not whole.
        """
        cases = {task: self._case(problem) for task, problem in self._opening.problems.items()}
        unfinished = 0

        def program(sample: Sample) -> str:
            nonlocal unfinished
            text = self._opening.answer(sample)
            unfinished += text == UNFINISHED
            return text

        yield from self._run(samples, cases, self._limits, program)
        count_unfinished(self.about, self._opening.label, unfinished)

    def signatures(self, samples: Iterable[Sample]) -> Iterator[Signature]:
        """As the verifier's.

        :raises UserError: a sandbox that cannot start or, where it is required, is not whole.
        """
        observing = self._observes(self._opening.problems)
        beside: dict[tuple[str, int], tuple[str, float | None, float | None]] = {}

        def program(sample: Sample) -> str:
            text = self._opening.answer(sample)
            known = sample.logprob is not None and sample.tokens
            logprob = sample.logprob / sample.tokens if known else None
            about = signatures.text_digest(text), logprob, sample.score
            beside[sample.task_id, sample.draw] = about
            return text

        for verdict in self._run(samples, observing.cases, observing.limits, program):
            task, draw = verdict.task_id, verdict.draw
            outcome, outputs = signatures.observed(verdict.outcome, verdict.error)
            examples = signatures.passes_examples(
                observing.examples[task], verdict.outcome, verdict.error
            )
            if task not in observing.seen:
                outputs = (signatures.NO_VALUE,)
            text, logprob, score = beside.pop((task, draw))
            yield Signature(task, draw, outcome, outputs, text, logprob, examples, score)
        examples = {
            "tasks": sum(map(bool, observing.examples.values())),
            "count": sum(observing.examples.values()),
            "shared": sorted(observing.shared),
        }
        self.about["inputs"] = {**observing.about, "examples": examples}

    def tested(self, samples: Iterable[Sample], tests: GeneratedTests) -> Iterator[Signature]:
        """Which tests that a model wrote each sample passes, instead of its marks.

        :raises UserError: a sandbox that cannot start or, where it is required, is not whole.
        """
        problems = self._opening.problems
        limits = Limits.of(generated_tests.CPU_SECONDS, Limits().memory_bytes)
        for verdict in self._run(samples, tests.cases(problems), limits, self._opening.answer):
            task, draw, outcome = verdict.task_id, verdict.draw, verdict.outcome
            marks = tests.marks(task, outcome, verdict.error)
            outcome = signatures.RAN if outcome == "passed" else outcome
            yield Signature(task, draw, outcome, marks, "", None)
        self.about["tests"] = tests.about

    def feedback(self, samples: Iterable[Sample]) -> Iterator[Feedback]:
        """What the examples of its prompt say of each sample, instead of a verdict.

        :raises UserError: a sandbox that cannot start or, where it is required, is not whole.
        """
        problems = self._opening.problems
        cases = {task: feedback.case(problem) for task, problem in problems.items()}
        limits = Limits.of(feedback.CPU_SECONDS, Limits().memory_bytes)
        for verdict in self._run(samples, cases, limits, self._opening.answer):
            yield cases[verdict.task_id].feedback(verdict)
        forms = {task: [one.form for one in case.examples] for task, case in sorted(cases.items())}
        self.about["examples"] = {
            "tasks": sum(map(bool, forms.values())),
            "count": sum(map(len, forms.values())),
            "sha256": fingerprint(forms),
        }

    def _run(
        self,
        samples: Iterable[Sample],
        cases: Mapping[str, Case],
        limits: Limits,
        program: Callable[[Sample], str],
    ) -> Iterator[Verdict]:
        options, label = self._opening.options, self._opening.label
        started = time.monotonic()
        shared = {"isolate": options.get("isolate", "each"), "loops": options.get("loops", "full")}
        with Pool(cases, options["workers"], limits, options["require_sandbox"], **shared) as pool:
            if pool.missing:
                missing = ", ".join(pool.missing)
                log.warning("%sthe sandbox lacks %s on this host", label, missing)
            tally = Tally(self._opening.total, label)
            yield from pool.verdicts(samples, program, tally)
            sandbox = {"layers": list(pool.layers), "missing": list(pool.missing)}
            sandbox |= shared
        self.about |= {
            "sandbox": sandbox,
            "limits": asdict(limits),
            "distinct_programs": tally.distinct,
            "cpu_seconds": round(tally.cpu_seconds, 3),
            "wall_seconds": round(time.monotonic() - started, 3),
        }
        log.info("%s", tally.line())
