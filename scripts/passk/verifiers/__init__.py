"""How a sample is judged: one file a verifier.

A verifier is opened on a file of samples (:class:`Opening`) by the function that its row in
:data:`VERIFIERS` names. Which verifiers may judge a benchmark is said by the ``suites`` of its kind
(``passk.benchmarks.KINDS``).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from passk.benchmarks import Task
from passk.records import Sample, Verdict


@dataclass(frozen=True, slots=True)
class Signature:
    """What one sample answered, whatever is right: equal answers have equal signatures.

    ``outcome`` is ``ran``, or how it ended before it had an answer: ``failed``, ``timeout`` or
    ``crashed``. ``outputs`` are the marks of the answer, one by one: of a program a digest for each
    generated input as far as it came, ``!`` and the name of an exception, or ``?`` for what is no
    comparable data. ``text`` is a digest of the normalised text of the answer; ``logprob`` the mean
    log-probability of the sample's tokens (nats), None where not recorded. ``examples`` says
    whether the program passes the examples of its task's prompt, None where it shows none;
    ``score`` is the sample's own.
    """

    task_id: str
    draw: int
    outcome: str
    outputs: tuple[str, ...]
    text: str
    logprob: float | None
    examples: bool | None = None
    score: float | None = None


class Verifier(Protocol):
    """Judges samples. Both methods yield one record a sample, in the order of the samples."""

    about: Mapping[str, Any]
    """How it judged: goes into the metadata once the records have been taken."""

    def verdicts(self, samples: Iterable[Sample]) -> Iterator[Verdict]:
        """Whether each sample is right."""
        ...

    def signatures(self, samples: Iterable[Sample]) -> Iterator[Signature]:
        """What each sample answered: majority voting and selection count these."""
        ...


@dataclass(frozen=True, slots=True)
class Opening:
    """What a verifier is opened with.

    ``named`` is the benchmark as the command line names it, ``problems`` those of its tasks that
    have samples, ``extract(problem, completion)`` an answer's text. ``total`` samples come, of
    ``label``, for the log. ``options`` has a value for each of the verifier's options.
    """

    named: str
    suite: str
    problems: Mapping[str, Task]
    extract: Callable[[Any, str], str]
    total: int | None
    label: str
    options: Mapping[str, Any]

    def answer(self, sample: Sample) -> str:
        """The text of a sample's answer."""
        return self.extract(self.problems[sample.task_id], sample.completion)


@dataclass(frozen=True, slots=True)
class Option:
    """An option of the command lines, as one verifier means it. ``type`` bool is a switch.

    A number must be finite and greater than ``above``; ``must`` says so in words. A text must be
    one of ``choices``, where there are some.
    """

    help: str
    type: type
    default: Any = None
    above: float = -math.inf
    must: str = ""
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class VerifierInfo:
    """What the rest of the package knows of a verifier. Plain data: a ``module:function`` is
    imported only when it is used.

    :ivar opens: function of an :class:`Opening`; returns a :class:`Verifier`.
    :ivar options: by their names, as ``memory_mb`` for ``--memory-mb``; the others are ignored.
    :ivar prepares: function of the benchmark's entry under the suite's name, the path of its
        downloaded file and the path to write; makes the file that the option ``expected`` takes.
        Empty where nothing needs to be made first.
    :ivar audited_by: the verifier that believes what this one does not, for ``audit.py``.
    :ivar needs: the package that it imports, where that is not one of the rest's.
    :ivar checks: function of a task that raises ``UserError`` where it cannot be judged by this
        verifier; asked of every task before anything is sampled.
    :ivar words: what judges, as the page says it.
    :ivar runs_programs: what a model wrote is run, in the sandbox.
    :ivar calls: programs are functions, so that tests which a model wrote can call them.
    :ivar exact: nothing passes that is not right, as a proof checker has it and tests do not; so
        signatures are asked for only where an experiment names what is made of them.
    """

    opens: str
    options: Mapping[str, Option] = field(default_factory=dict)
    prepares: str = ""
    audited_by: str = ""
    checks: str = ""
    needs: str = ""
    words: str = "the benchmark's own tests"
    exact: bool = False
    runs_programs: bool = False
    calls: bool = False


_SANDBOX = {
    "workers": Option("programs that run at a time", int, 1, 0, "1 or more"),
    "timeout": Option("CPU seconds of a program", float, 3.0, 0, "a number of seconds above 0"),
    "memory_mb": Option(
        "memory of a program", int, 1024, 63, "64 or more: Python itself takes some"
    ),
    "require_sandbox": Option("refuse to run where a fence is missing", bool, False),
    "isolate": Option(
        "programs that share a process: plain computations keep company, or each has its own",
        str,
        "company",
        choices=("company", "each"),
    ),
    "loops": Option(
        "endless loops: ended early, as soon as their state is seen to repeat, or after the full "
        "time; both are time-outs",
        str,
        "early",
        choices=("early", "full"),
    ),
}

VERIFIERS: dict[str, VerifierInfo] = {
    "assertions": VerifierInfo(
        opens="passk.verifiers.assertions:open_verifier",
        options=_SANDBOX,
        audited_by="in_process",
        checks="passk.verifiers.assertions:check_case",
        runs_programs=True,
        calls=True,
    ),
    "inputs_and_outputs": VerifierInfo(
        opens="passk.verifiers.inputs_and_outputs:open_verifier",
        options=_SANDBOX
        | {
            "timeout": Option(
                "CPU seconds of each input, at least", float, 1.0, 0, "a number of seconds above 0"
            ),
            "expected": Option("expected values, unless made once below resources,", Path),
        },
        prepares="passk.verifiers.inputs_and_outputs:prepare",
        words="the stronger tests",
        runs_programs=True,
    ),
    "in_process": VerifierInfo(
        opens="passk.verifiers.in_process:open_verifier", options=_SANDBOX, runs_programs=True
    ),
    "stdin_stdout": VerifierInfo(
        opens="passk.verifiers.stdin_stdout:open_verifier",
        options={name: what for name, what in _SANDBOX.items() if name not in ("isolate", "loops")}
        | {
            "timeout": Option(
                "CPU seconds of each test whose problem has no time_limit",
                float,
                3.0,
                0,
                "a number of seconds above 0",
            ),
        },
        checks="passk.verifiers.stdin_stdout:check_problem",
        runs_programs=True,
    ),
    "exact_answer": VerifierInfo(
        opens="passk.verifiers.final_answer:FinalAnswers",
        checks="passk.verifiers.final_answer:check_exact",
        words="equal as written",
    ),
    "lenient_answer": VerifierInfo(
        opens="passk.verifiers.final_answer:Lenient",
        options={
            "timeout": Option(
                "CPU seconds of one comparison", float, 5.0, 0, "a number of seconds above 0"
            ),
            "memory_mb": Option("memory of one comparison", int, 1024, 63, "64 or more"),
        },
        checks="passk.verifiers.final_answer:check_lenient",
        needs="math_verify",
        words="equal by computer algebra",
    ),
    "reasoning_gym": VerifierInfo(
        opens="passk.verifiers.reasoning_gym:Reasoning",
        options={
            "timeout": Option(
                "CPU seconds of an answer's scorer", float, 10.0, 0, "a number of seconds above 0"
            ),
            "memory_mb": Option("memory of a scorer", int, 1024, 63, "64 or more"),
        },
        checks="passk.verifiers.reasoning_gym:check_puzzle",
        words="the generator's own score",
    ),
    "proof_checker": VerifierInfo(
        opens="passk.verifiers.proof:Proofs",
        options={
            "workers": Option("proofs that are checked at a time", int, 1, 0, "1 or more"),
            "timeout": Option(
                "CPU seconds of a checker", float, 30.0, 0, "a number of seconds above 0"
            ),
            "memory_mb": Option(
                "memory of a checker, without files", int, 4096, 255, "256 or more"
            ),
            "require_sandbox": _SANDBOX["require_sandbox"],
            "checker": Option(
                "the command of the checker of proofs, if not the language's own", str
            ),
        },
        checks="passk.verifiers.proof:check_theorem",
        words="a checker of proofs",
        exact=True,
    ),
    "proof_term": VerifierInfo(
        opens="passk.verifiers.proof_term:ProofTerms",
        checks="passk.verifiers.proof_term:check_theorem",
        words="a checker of proofs",
        exact=True,
    ),
}
"""The verifiers: a row here and a file of its own is all that one needs."""
