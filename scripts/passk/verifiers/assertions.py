"""HumanEval's own tests, a ``check(candidate)`` with asserts, as calls for the sandbox.

:class:`CheckCase` runs the check once with the canonical solution while the calls are recorded, and
again for every candidate with a stand-in that verifies each call and returns the reply. Expected
outputs thus never leave the judge's process.

A test may draw random inputs (the seed is fixed), call the entry point by its own name, call
helpers of the prompt (the judge's own copies), catch exceptions or call with arguments that depend
on earlier results (the calls are then asked for again, as the test now makes them).

Covered: every one of HumanEval's tests. Not covered, and refused when the case is made: calls with
arguments that are no plain data, and tests that look at what the candidate did to its arguments.
"""

from __future__ import annotations

import ast
import marshal
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from passk.benchmarks.human_eval import Problem
from passk.records import UserError
from passk.sandbox import wire
from passk.sandbox.limits import Limits
from passk.sandbox.protocol import Judgement, Reply, marshal_call
from passk.verifiers import Opening
from passk.verifiers.programs import Programs

SEED = 0
QUICK_SECONDS = 0.004


class _Unfinished(BaseException):
    pass


class _Diverged(BaseException):
    def __init__(self, calls: list[bytes], keep_going: bool = False) -> None:
        self.calls = tuple(calls)
        self.keep_going = keep_going


@dataclass(frozen=True, slots=True)
class CheckCase:
    """A task whose test is a ``check(candidate)``. ``code``: prompt, canonical solution, test."""

    task_id: str
    entry_point: str
    code: Any
    epilogue: str
    random: bool
    calls: tuple[bytes, ...] = ()
    quick: bool = False
    digests: ClassVar[bool] = False
    seconds: ClassVar[tuple[float, ...]] = ()
    overwritten: ClassVar[tuple[str, ...]] = ("check",)
    keep_going: ClassVar[bool] = False
    prints: ClassVar[bool] = False
    memory_bytes: ClassVar[int | None] = None

    def judge(self, replies: Sequence[Reply], calls: Sequence[bytes]) -> Judgement:
        """Run the check on the replies to ``calls``. Never raises."""
        made: list[bytes] = []

        def stand_in(*args: Any, **kwargs: Any) -> Any:
            place = len(made)
            try:
                call = marshal_call(args, kwargs)
            except ValueError:
                raise TypeError("a call with arguments that are no plain data") from None
            made.append(call)
            if place >= len(calls) or (
                call != calls[place] and (args, kwargs) != marshal.loads(calls[place])
            ):
                raise _Diverged(made)
            if place >= len(replies):
                if replies and replies[-1].exception is not None:
                    raise _Diverged(list(calls), keep_going=True)
                raise _Unfinished
            return replies[place].result()

        try:
            self._check(stand_in)
        except _Unfinished:
            return Judgement("unfinished")
        except _Diverged as diverged:
            return Judgement("diverged", calls=diverged.calls, keep_going=diverged.keep_going)
        except BaseException as error:
            return Judgement("failed", wire.exception_name(error))
        return Judgement("passed")

    def _check(self, candidate: Callable[..., Any]) -> None:
        scope: dict[str, Any] = {}
        exec(self.code, scope)
        scope[self.entry_point] = candidate
        if self.random:
            random.seed(SEED)
        scope["check"](candidate)

    def recorded(self) -> CheckCase:
        """This case with the calls that its test makes of the canonical solution.

        :raises UserError: there is none, there is no test, or it fails the test.
        """
        scope: dict[str, Any] = {}
        try:
            exec(self.code, scope)
        except Exception as error:
            raise UserError(
                f"the prompt, canonical solution and test of {self.task_id} cannot be run "
                f"({type(error).__name__}: {error})"
            ) from error
        for name, what in ((self.entry_point, "its entry point"), ("check", "check(candidate)")):
            if not callable(scope.get(name)):
                raise UserError(f"{self.task_id} does not define {what}, a function {name!r}")
        canonical = scope[self.entry_point]
        calls: list[bytes] = []
        replies: list[Reply] = []

        def recorder(*args: Any, **kwargs: Any) -> Any:
            calls.append(marshal_call(args, kwargs))
            state = random.getstate() if self.random else None
            try:
                result = canonical(*args, **kwargs)
            except Exception as error:
                replies.append(Reply(exception=wire.exception_name(error)))
                raise
            finally:
                if state is not None:
                    random.setstate(state)
            replies.append(Reply(wire.encode(result)))
            return result

        begun = time.process_time()
        try:
            self._check(recorder)
        except AssertionError as error:
            raise UserError(
                f"the canonical solution of {self.task_id} fails its test: one of the two is wrong"
            ) from error
        except Exception as error:
            raise UserError(
                f"the test of {self.task_id} cannot be run with its canonical solution "
                f"({type(error).__name__}: {error})"
            ) from error
        quick = time.process_time() - begun < QUICK_SECONDS
        case = replace(self, calls=tuple(calls), quick=quick)
        verdict = case.judge(replies, case.calls)
        if verdict.state != "passed":
            raise UserError(
                f"the test of {self.task_id} cannot be judged from outside: it looks at more than "
                f"what calls return ({verdict.state}, {verdict.error})"
            )
        return case


def check_case(problem: Problem) -> CheckCase:
    """The case of ``problem``'s own test.

    :raises UserError: a test that does not run, or that cannot be judged from outside.
    """
    source = f"{problem.prompt}{problem.canonical_solution}\n{problem.test}\n"
    try:
        code = compile(_without_messages(source), f"<{problem.task_id}>", "exec", dont_inherit=True)
    except SyntaxError as error:
        raise UserError(
            f"{problem.task_id} of the benchmark is not valid Python: {error}"
        ) from None
    # What follows a program in the reference's text decides how its last line is read.
    lead = problem.test[: len(problem.test) - len(problem.test.lstrip())]
    case = CheckCase(
        problem.task_id,
        problem.entry_point,
        code,
        "\n" + lead[: lead.rfind("\n") + 1],
        "random" in problem.test,
    )
    return case.recorded()


def _without_messages(source: str) -> ast.Module:
    """Drop the messages of asserts: they only speak once a test has failed, and some call the
    candidate for that."""
    tree = ast.parse(source)
    waiting: list[ast.AST] = [tree]
    while waiting:  # over statements alone, which are few
        node = waiting.pop()
        if isinstance(node, ast.Assert):
            node.msg = None
        for name in ("body", "orelse", "finalbody", "handlers", "cases"):
            below = getattr(node, name, None)
            if isinstance(below, list):
                waiting += below
    return tree


def open_verifier(opening: Opening) -> Programs:
    """The verifier of these tests; options as in ``passk.verifiers.VERIFIERS``."""
    options = opening.options
    return Programs(opening, check_case, Limits.of(options["timeout"], options["memory_mb"] << 20))
