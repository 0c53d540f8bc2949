"""Whether a program prints what it must for each test's input.

The program runs whole, as ``__main__``, once a test and each time in a child of its own
(``sandbox``): the input is its standard input, what it prints is compared here, in the judge, and
no expected output ever enters a child that runs a candidate. The first test that it fails ends it.
It must end with status 0; the examples come first.

Outputs are equal where their tokens are: the bytes between ASCII white space. How lines are cut,
blanks at their ends and a last line break do not count. With ``ignore_case``, ``YES`` is ``yes``.
With ``tolerance`` t, two decimal numbers of which one has a point or an exponent are equal where
|a - b| <= t max(1, |b|), b being the expected one; whole numbers stay exact.

A ``checker`` decides instead where the problem names one: it is the author's own Python and defines
``check(input, output, expected)``, three texts, which returns True to accept. It runs in a child of
the same sandbox once the candidate's has ended; whatever else it does (False, an exception, an end
of its own choice, no end) refuses.

Not covered: programs in other languages, problems that talk with their judge (interactive), exit
statuses other than 0, what is printed on standard error, layouts in which blanks count, other than
by a checker.
"""

from __future__ import annotations

import json
import logging
import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from passk.benchmarks.stdin_stdout import Problem, Test
from passk.records import Sample, UserError, fingerprint
from passk.sandbox.limits import Limits
from passk.sandbox.pool import Pool, Tally
from passk.sandbox.protocol import Judgement, Reply
from passk.verifiers import VERIFIERS, Opening
from passk.verifiers.programs import Observing, Programs
from passk.verifiers.signatures import NOTHING, mark, with_examples

CHECKER_SECONDS = 10.0
LEAST_OUTPUT = 1 << 16  # bytes that every program may print
MOST_DIGITS = 400
RUBBISH = "qwzx-7.31e9"  # right for no task
WRONG, REFUSED = "wrong output", "refused by the checker"
_NUMBER = re.compile(
    rb"[+-]?(?:\d+(?P<point>\.\d*)?|(?P<bare>\.\d+))(?P<exponent>[eE][+-]?\d{1,4})?"
)
ACCEPTED = b"\nThe checker has returned True.\n"
_ASKED = f"""

def _asked():
    import json, sys
    case = json.loads(sys.stdin.buffer.read())
    try:
        right = check(case["input"], case["output"], case["expected"]) is True
    except SystemExit:
        right = False
    if right:
        sys.stdout.flush()
        sys.stdout.buffer.write({ACCEPTED!r})

_asked()
"""
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ProgramCase:
    """A task's tests as the sandbox sees them. ``names`` and ``tests``: what to call each."""

    task_id: str
    names: tuple[str, ...]
    tests: tuple[Test, ...]
    seconds: tuple[float, ...]
    memory_bytes: int | None
    tolerance: float | None
    ignore_case: bool
    checker: str
    entry_point: ClassVar[str] = ""
    epilogue: ClassVar[str] = ""
    digests: ClassVar[bool] = False
    overwritten: ClassVar[tuple[str, ...]] = ()
    quick: ClassVar[bool] = False
    keep_going: ClassVar[bool] = False
    prints: ClassVar[bool] = True

    @property
    def calls(self) -> tuple[bytes, ...]:
        """The first input."""
        return (self.tests[0].input.encode(),)

    def judge(self, replies: Sequence[Reply], calls: Sequence[bytes]) -> Judgement:
        """Judge the last reply; the others were judged before it. Never raises."""
        if not replies:
            return Judgement("unfinished", self.names[0], self.calls)
        place, last = len(replies) - 1, replies[-1]
        asked = False
        if self.checker:
            place, asked = divmod(place, 2)
        test, name = self.tests[place], self.names[place]
        if asked:
            if last.value is None or not last.value.endswith(ACCEPTED):
                reason = f": {last.exception}" if last.exception else ""
                return Judgement("failed", f"{name}: {REFUSED}{reason}")
        elif last.value is None:
            return Judgement("failed", f"{name}: {last.exception}")
        elif self.checker:
            try:
                about = {"input": test.input, "output": last.value.decode()}
            except UnicodeDecodeError:
                return Judgement("failed", f"{name}: {WRONG}")
            question = json.dumps(about | {"expected": test.output}).encode()
            return Judgement("unfinished", name, (question,), program=self.checker + _ASKED)
        elif not self.agrees(last.value, test.output.encode()):
            return Judgement("failed", f"{name}: {WRONG}")
        if place + 1 == len(self.tests):
            return Judgement("passed")
        following = self.tests[place + 1].input.encode()
        return Judgement("unfinished", self.names[place + 1], (following,))

    def agrees(self, output: bytes, expected: bytes) -> bool:
        """Whether the two have equal tokens."""
        if self.ignore_case:
            output, expected = output.lower(), expected.lower()
        found, wanted = output.split(), expected.split()
        if found == wanted:
            return True
        if self.tolerance is None or len(found) != len(wanted):
            return False
        return all(
            one == other or _is_close(one, other, self.tolerance)
            for one, other in zip(found, wanted, strict=True)
        )


def _is_close(found: bytes, wanted: bytes, tolerance: float) -> bool:
    if max(len(found), len(wanted)) > MOST_DIGITS:
        return False
    one, other = _NUMBER.fullmatch(found), _NUMBER.fullmatch(wanted)
    if not one or not other or not (any(one.groups()) or any(other.groups())):
        return False
    a, b = float(found), float(wanted)
    if not (math.isfinite(a) and math.isfinite(b)):
        return False
    return abs(a - b) <= tolerance * max(1.0, abs(b))


@dataclass(frozen=True, slots=True)
class ExampleCase:
    """A task's examples: it observes and never fails a value.

    ``agrees`` compares an output with that of an example, the bytes in ``outputs``; these are none
    where only a checker could say.
    """

    task_id: str
    inputs: tuple[bytes, ...]
    seconds: tuple[float, ...]
    memory_bytes: int | None
    outputs: tuple[bytes, ...]
    agrees: Callable[[bytes, bytes], bool]
    entry_point: ClassVar[str] = ""
    epilogue: ClassVar[str] = ""
    digests: ClassVar[bool] = False
    overwritten: ClassVar[tuple[str, ...]] = ()
    quick: ClassVar[bool] = False
    keep_going: ClassVar[bool] = True
    prints: ClassVar[bool] = True

    @property
    def calls(self) -> tuple[bytes, ...]:
        """The first input; an empty one where there is none, and what it gives is not looked at."""
        return self.inputs[:1] or (b"",)

    def judge(self, replies: Sequence[Reply], calls: Sequence[bytes]) -> Judgement:
        """Hand on the marks of the replies: of tokens, so that the layout does not count."""
        agreed = (
            reply.value is not None and self.agrees(reply.value, output)
            for reply, output in zip(replies, self.outputs, strict=False)
        )
        seen = with_examples(agreed, " ".join(map(_mark, replies))) or None
        if len(replies) >= len(self.inputs):
            return Judgement("passed", seen)
        return Judgement("unfinished", seen, (self.inputs[len(replies)],))


def _mark(reply: Reply) -> str:
    if reply.value is None:
        return mark(reply)
    text = b" ".join(reply.value.split()).decode("latin-1")
    if not text:
        return NOTHING
    return mark(Reply(json.dumps(text).encode()))


def example_cases(
    problems: Mapping[str, Problem], limits: Limits, memory_mb: int | None = None
) -> Observing:
    """What is observed where no test tells: what programs print on the examples' inputs. The tests'
    own inputs are not for selection."""
    cases = {}
    for task, problem in problems.items():
        inputs = tuple(one.input.encode() for one in problem.public_tests)
        seconds = (problem.time_limit or limits.cpu_seconds,) * len(inputs)
        known = () if problem.checker else problem.public_tests
        cases[task] = ExampleCase(
            task,
            inputs,
            seconds,
            _memory(problem, memory_mb),
            tuple(one.output.encode() for one in known),
            case_of(problem, limits.cpu_seconds).agrees,
        )
    seen = {task for task, problem in problems.items() if problem.public_tests}
    if len(seen) < len(problems):
        log.warning(
            "%d of %d tasks have no public_tests: nothing tells their samples apart but their "
            "text, as the tests' own inputs are not for selection",
            len(problems) - len(seen),
            len(problems),
        )
    calls = {
        task: [call.hex() for call in case.inputs + case.outputs] for task, case in cases.items()
    }
    about = {
        "count": max((len(case.inputs) for case in cases.values()), default=0),
        "sources": {"examples": len(seen)},
        "sha256": fingerprint(calls),
    }
    examples = {task: len(case.outputs) for task, case in cases.items()}
    # An example is the first of its task's tests.
    return Observing(cases, seen, limits, about, examples, [t for t, n in examples.items() if n])


def _memory(problem: Problem, memory_mb: int | None) -> int | None:
    own = problem.memory_mb or memory_mb
    return own and own << 20


def case_of(problem: Problem, seconds: float, memory_mb: int | None = None) -> ProgramCase:
    """The case of a problem's examples and tests; ``seconds`` of CPU and ``memory_mb`` where it has
    no limits of its own."""
    own = set(problem.public_tests)
    rest = [(f"test {i}", one) for i, one in enumerate(problem.tests, 1) if one not in own]
    every = [(f"example {i}", one) for i, one in enumerate(problem.public_tests, 1)] + rest
    limit = problem.time_limit or seconds
    return ProgramCase(
        problem.task_id,
        tuple(name for name, _ in every),
        tuple(test for _, test in every),
        ((limit, CHECKER_SECONDS) if problem.checker else (limit,)) * len(every),
        _memory(problem, memory_mb),
        problem.tolerance,
        problem.ignore_case,
        problem.checker,
    )


def limits_of(problems: Sequence[Problem], seconds: float, memory_mb: int) -> Limits:
    """The limits that hold for all; what a problem has less of is its case's."""
    longest = max(one.time_limit or seconds for one in problems)
    if any(one.checker for one in problems):
        longest = max(longest, CHECKER_SECONDS)
    memory = max([memory_mb, *(one.memory_mb or 0 for one in problems)])
    outputs = (len(t.output) for one in problems for t in (*one.tests, *one.public_tests))
    limits = Limits.of(longest, memory << 20)
    return replace(limits, reply_bytes=LEAST_OUTPUT + 8 * max(outputs, default=0))


def check_problem(problem: Problem) -> None:
    """Check that a problem can be judged: some program passes, and not one that does nothing; its
    solution does; its checker accepts what is expected and neither nothing nor rubbish.

    :raises UserError: what is wrong with it.
    """
    options = {name: what.default for name, what in VERIFIERS["stdin_stdout"].options.items()}
    case = case_of(problem, options["timeout"])
    if problem.checker:
        try:
            compile(problem.checker, "checker", "exec", dont_inherit=True)
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            reason = str(error) or "it is nested too deeply"
            raise UserError(f"the checker of {problem.task_id} is no Python: {reason}") from None
    else:
        _check_outputs(case)
    programs = {}
    if problem.solution:
        programs["solution"] = problem.solution
    if problem.checker:
        programs["checker"] = _printing([test.output for test in case.tests], case)
        if any(test.output.strip() for test in case.tests):
            programs["nothing"] = "pass\n"
        programs["rubbish"] = f"print({RUBBISH!r})\n"
    if not programs:
        return
    limits = limits_of([problem], options["timeout"], options["memory_mb"])
    seconds = tuple(max(one, CHECKER_SECONDS) for one in case.seconds)
    printed = f"{problem.task_id} outputs"  # these programs are the judge's own
    cases = {
        problem.task_id: case,
        printed: replace(case, memory_bytes=None, seconds=seconds),
    }
    samples = [
        Sample(problem.task_id if name == "solution" else printed, i, text)
        for i, (name, text) in enumerate(programs.items())
    ]
    with Pool(cases, 1, limits) as pool:
        found = pool.verdicts(samples, lambda sample: sample.completion, Tally(None))
        verdicts = dict(zip(programs, found, strict=True))
    for name, verdict in verdicts.items():
        ended = f"{verdict.outcome}, {verdict.error}"
        if name in ("nothing", "rubbish") and verdict.outcome == "passed":
            what = "an empty output" if name == "nothing" else f"the output {RUBBISH!r}"
            raise UserError(f"the checker of {problem.task_id} accepts {what}")
        if name == "solution" and verdict.outcome != "passed":
            raise UserError(
                f"the solution of {problem.task_id} does not pass its tests ({ended}): one of the "
                "two is wrong"
            )
        if name == "checker" and verdict.outcome != "passed":
            raise UserError(
                f"the checker of {problem.task_id} refuses an expected output ({ended}); it must "
                "define check(input, output, expected), which returns True to accept"
            )


def _check_outputs(case: ProgramCase) -> None:
    """Refuse tests that no program passes, and those that one passes which does nothing."""
    outputs: dict[str, str] = {}
    for test in case.tests:
        output = outputs.setdefault(test.input, test.output)
        if not case.agrees(output.encode(), test.output.encode()):
            raise UserError(
                f"the input {test.input[:40]!r} of {case.task_id} stands there with two outputs; "
                "where several are right, a 'checker' has to say so"
            )
    if not any(test.output.strip() for test in case.tests):
        raise UserError(
            f"no test of {case.task_id} expects any output, so that a program that does nothing "
            "passes"
        )


def _printing(outputs: Sequence[str], case: ProgramCase) -> str:
    """A program that prints the expected output of each input: the author's own data, tried on the
    author's own checker."""
    table = {test.input: output for test, output in zip(case.tests, outputs, strict=True)}
    return f"import sys\nsys.stdout.write({table!r}[sys.stdin.buffer.read().decode()])\n"


def open_verifier(opening: Opening) -> Programs:
    """The verifier of these tests; options as in ``passk.verifiers.VERIFIERS``."""
    options, problems = opening.options, opening.problems
    seconds = options["timeout"]
    limits = limits_of(list(problems.values()), seconds, options["memory_mb"])

    def case(problem: Problem) -> ProgramCase:
        return case_of(problem, seconds, options["memory_mb"])

    def observes(found: Mapping[str, Any]) -> Observing:
        return example_cases(found, limits, options["memory_mb"])

    return Programs(opening, case, limits, {"test_seconds": seconds}, observes)
