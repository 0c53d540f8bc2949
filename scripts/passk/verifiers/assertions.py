"""HumanEval's own tests, a ``check(candidate)`` with asserts, as calls for the sandbox.

:class:`CheckCase` runs the check once with the canonical solution while the calls are recorded, and
again for every candidate with a stand-in that verifies each call and returns the reply. Expected
outputs thus never leave the judge's process.

A test may draw random inputs (the seed is fixed), call the entry point by its own name, call
helpers of the prompt (the judge's own copies), catch exceptions or call with arguments that depend
on earlier results (the calls are then asked for again, as the test now makes them).

Covered: every one of HumanEval's tests. Not covered, and refused when the case is made: calls with
arguments that are no plain data, tests that look at what the candidate did to its arguments, and
tests that a function which does nothing passes. A task's own code may raise anything; one that ends
the process without raising (``os._exit``) is not caught.
"""

from __future__ import annotations

import ast
import marshal
import random
import signal
import textwrap
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from passk.benchmarks.human_eval import Problem, assigned_names, valid_python
from passk.records import UserError
from passk.sandbox import wire
from passk.sandbox.limits import Limits
from passk.sandbox.protocol import Judgement, Reply, marshal_call
from passk.verifiers import Opening
from passk.verifiers.programs import Programs

SEED = 0
QUICK_SECONDS = 0.004
STUBS = tuple(Reply(wire.encode(value)) for value in (object(), None))
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGVTALRM)


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

    def _check(self, candidate: Callable[..., Any] | None = None) -> None:
        scope: dict[str, Any] = {}
        exec(self.code, scope)
        if candidate:
            scope[self.entry_point] = candidate
        if self.random:
            random.seed(SEED)
        scope["check"](scope[self.entry_point])

    def recorded(self) -> CheckCase:
        """This case with the calls that its test makes of the canonical solution.

        :raises UserError: there is none, there is no test, it fails the test, or nothing does.
        """
        scope: dict[str, Any] = {}
        error = raised_by(lambda: exec(self.code, scope))
        if error is not None:
            raise UserError(
                f"the prompt, canonical solution and test of {self.task_id} cannot be run "
                f"({told(error)})"
            ) from error
        for name, what in ((self.entry_point, "its entry point"), ("check", "check(candidate)")):
            if not callable(scope.get(name)):
                raise UserError(f"{self.task_id} does not define {what}, a function {name!r}")
        canonical = scope[self.entry_point]
        calls: list[bytes] = []
        replies: list[Reply] = []

        def recorder(*args: Any, **kwargs: Any) -> Any:
            try:
                calls.append(marshal_call(args, kwargs))
            except ValueError:
                kinds = ", ".join(type(one).__name__ for one in (*args, *kwargs.values()))
                raise UserError(
                    f"the test of {self.task_id} calls {self.entry_point}({kinds}), but arguments "
                    "must be plain data: None, numbers, text, lists, tuples, dicts and sets"
                ) from None
            state = random.getstate() if self.random else None
            try:
                result = canonical(*args, **kwargs)
            except BaseException as error:
                replies.append(Reply(exception=wire.exception_name(error)))
                raise
            finally:
                if state is not None:
                    random.setstate(state)
            replies.append(Reply(wire.encode(result)))
            return replies[-1].result()  # of an iterator, nothing else is left

        begun = time.process_time()
        error = raised_by(lambda: self._check(recorder))
        quick = time.process_time() - begun < QUICK_SECONDS
        if isinstance(error, UserError):
            raise error
        if error is not None and (alone := raised_by(self._check)) is not None:
            sentence = (
                f"the canonical solution of {self.task_id} fails its test: one of the two is wrong"
                if isinstance(alone, AssertionError)
                else f"the test of {self.task_id} cannot be run with its canonical solution "
                f"({told(alone)})"
            )
            raise UserError(sentence) from alone
        case = replace(self, calls=tuple(calls), quick=quick)
        verdict = case.judge(replies, case.calls)
        if verdict.state != "passed":
            raise UserError(
                f"the test of {self.task_id} cannot be judged from outside: it looks at more than "
                f"what calls return ({verdict.state}, {verdict.error})"
            )
        if all(case.judge([stub] * len(calls), case.calls).state == "passed" for stub in STUBS):
            raise UserError(
                f"the test of {self.task_id} passes a function that does nothing; it has to assert "
                "what its calls return"
            )
        return case


def raised_by(run: Callable[[], object]) -> BaseException | None:
    """What ``run``, code of a task's author, raises, be it ``SystemExit``.

    What a signal's handler raises in it, as for Ctrl-C or a time limit, is raised.
    """
    by_signal: list[BaseException] = []

    def noting(handler: Callable[..., Any]) -> Callable[..., Any]:
        def note(*about: Any) -> None:
            try:
                handler(*about)
            except BaseException as error:
                by_signal.append(error)
                raise

        return note

    handlers = {}
    if threading.current_thread() is threading.main_thread():  # nowhere else does a handler run
        handlers = {number: signal.getsignal(number) for number in _SIGNALS}
        handlers = {number: one for number, one in handlers.items() if callable(one)}
    raised = None
    try:
        for number, handler in handlers.items():
            signal.signal(number, noting(handler))
        run()
    except BaseException as error:
        raised = error
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
    if by_signal:
        raise by_signal[0]
    return raised


def told(error: BaseException) -> str:
    """The kind and text of an exception, on a line."""
    try:
        text = f": {error}".rstrip(": ")
    except BaseException:  # of its own __str__
        text = ""
    return textwrap.shorten(type(error).__name__ + text, 300)


def check_case(problem: Problem) -> CheckCase:
    """The case of ``problem``'s own test.

    :raises UserError: a test that does not run, or that cannot be judged from outside.
    """
    name = problem.task_id
    with valid_python(f"'test' of {name}"):
        test = ast.parse(problem.test)
    for node in _statements(test):
        if isinstance(node, ast.Assert) and isinstance(node.test, ast.Tuple) and node.test.elts:
            raise UserError(
                f"the test of {name} asserts a tuple, which never fails; remove its parentheses"
            )
    solution = problem.prompt + problem.canonical_solution
    with valid_python(f"'prompt' with 'canonical_solution' of {name}"):
        tree = ast.parse(f"{solution}\n{problem.test}\n")
        for node in _statements(tree):
            if isinstance(node, ast.Assert):
                # It only speaks once a test has failed, and some call the candidate for that.
                node.msg = None
        code = compile(tree, f"<{name}>", "exec", dont_inherit=True)
        defined = assigned_names(solution)
    if "check" in defined:
        raise UserError(
            f"the solution of {name} defines check, which is what its test is called: give the "
            "function another name, or leave the task out"
        )
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


def _statements(tree: ast.Module) -> Iterator[ast.AST]:
    """All of them, which are few; not their expressions."""
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        yield node
        for name in ("body", "orelse", "finalbody", "handlers", "cases"):
            below = getattr(node, name, None)
            if isinstance(below, list):
                waiting += below


def open_verifier(opening: Opening) -> Programs:
    """The verifier of these tests; options as in ``passk.verifiers.VERIFIERS``."""
    options = opening.options
    return Programs(opening, check_case, Limits.of(options["timeout"], options["memory_mb"] << 20))
