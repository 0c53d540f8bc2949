"""HumanEval+ (EvalPlus): the same samples, judged on some 760 inputs a task.

The data hold inputs and a reference solution a task, no outputs. :func:`expected_values` runs the
references once; :class:`PlusCase` then judges as EvalPlus 0.3.1 does. Equality is Python's ``==``;
where that fails and the task has a tolerance, types and lengths must agree and ``numpy.allclose``
decides (rtol 1e-7; atol the task's, or 1e-6 from the first input on whose expected value is a float
or a sequence of floats, in the base inputs and in the plus inputs each); ``find_zero`` passes where
its polynomial is within the tolerance of 0. A program passes where all of its base and plus inputs
do. An input may take ``max(1 s, 4 x the reference's time)``, a program 60 s.

A task without any tolerance gets digests of results, so that 150 MB of them cost little; the others
send values. Neither the expected values nor their digests ever meet a candidate.

Unlike EvalPlus
    - Times are CPU time, read from outside, not wall time; base and plus inputs share one process.
    - The polynomial of ``find_zero`` is the input's, not what the candidate made of it, and its
      passing counts (in 0.3.1 it does not: even the reference solution fails).
    - Results are compared by value: what a candidate's own ``__eq__`` says does not count.
    - Programs that need packages outside the standard library fail; memory is 1 GiB, not 4.

Not covered: MBPP+, whose oracles and inputs are of other kinds.
"""

from __future__ import annotations

import base64
import gzip
import json
import logging
import marshal
import math
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from typing import Any, ClassVar

from passk import cli
from passk.benchmarks import find_config, read_config
from passk.benchmarks.human_eval import Problem
from passk.downloads import check_content, fetch
from passk.records import UserError, read_lines, replace_atomically
from passk.sandbox import canonical, wire
from passk.sandbox.limits import Limits
from passk.sandbox.protocol import Judgement, Reply, marshal_call
from passk.verifiers import Opening
from passk.verifiers.assertions import QUICK_SECONDS, raised_by, told
from passk.verifiers.programs import Programs

FORMAT = 2
TIME_FACTOR = 4.0  # EvalPlus's gt_time_limit_factor and EVALPLUS_TIMEOUT_PER_TASK
PROGRAM_SECONDS = 60.0
RELATIVE, ABSOLUTE = 1e-7, 1e-6
NOTED_SECONDS = 0.1  # shorter times of the reference never decide a limit
log = logging.getLogger("execute")


@dataclass(frozen=True, slots=True)
class PlusCase:
    """A task of HumanEval+ as the sandbox sees it.

    A tuple has one element a call, base inputs first. ``expected``: digests where ``digests``, else
    encoded values; ``tolerances``: absolute, 0 for ``==`` alone; ``seconds``: CPU time.
    """

    task_id: str
    entry_point: str
    calls: tuple[bytes, ...]
    digests: bool
    expected: tuple[bytes, ...]
    tolerances: tuple[float, ...]
    seconds: tuple[float, ...]
    quick: bool = False
    epilogue: ClassVar[str] = ""
    overwritten: ClassVar[tuple[str, ...]] = ()
    keep_going: ClassVar[bool] = False
    prints: ClassVar[bool] = False
    memory_bytes: ClassVar[int | None] = None

    def judge(self, replies: Sequence[Reply], calls: Sequence[bytes]) -> Judgement:
        """Compare the replies with the expected values. Never raises."""
        values = tuple([reply.value for reply in replies])
        if values == self.expected[: len(values)] and self.entry_point != "find_zero":
            return Judgement("passed" if len(values) == len(self.calls) else "unfinished")
        for place, reply in enumerate(replies):
            if place == len(self.calls):  # one more than it was asked for
                return Judgement("failed", "Exception")
            if reply.value is None:
                return Judgement("failed", _raised(reply))
            if self.digests:
                right = reply.value == self.expected[place]
            else:
                try:
                    right = self._agrees(place, reply.value)
                except Exception:  # such as text where a number is due; EvalPlus fails it, too
                    right = False
            if not right:
                return Judgement("failed", "AssertionError")
        return Judgement("passed" if len(replies) == len(self.calls) else "unfinished")

    def _agrees(self, place: int, reply: bytes) -> bool:
        tolerance = self.tolerances[place]
        if self.entry_point == "find_zero":
            ((coefficients,), _) = marshal.loads(self.calls[place])
            return abs(polynomial(coefficients, wire.decode(reply))) <= tolerance
        if reply == self.expected[place]:
            return True
        out, wanted = wire.decode(reply), wire.decode(self.expected[place])
        if out == wanted:
            return True
        if tolerance == 0 or type(out) is not type(wanted):
            return False
        if isinstance(wanted, (list, tuple)) and len(out) != len(wanted):
            return False
        return _all_close(out, wanted, tolerance)


def is_floats(value: Any) -> bool:
    """Whether EvalPlus compares with a tolerance: a float, or a list or tuple of floats alone."""
    if isinstance(value, (list, tuple)) and value:
        return all(isinstance(item, float) for item in value)
    return isinstance(value, float)


def polynomial(coefficients: Sequence[float], x: float) -> float:
    """The polynomial's value at ``x``; the first coefficient is the constant."""
    return sum(coefficient * math.pow(x, power) for power, coefficient in enumerate(coefficients))


def _all_close(out: Any, wanted: Any, atol: float) -> bool:
    import numpy

    with numpy.errstate(all="ignore"):
        if numpy.shape(out) != numpy.shape(wanted):
            return False  # allclose would broadcast, and call an empty result close to anything
        return bool(numpy.allclose(out, wanted, rtol=RELATIVE, atol=atol))


def _raised(reply: Reply) -> str:
    try:
        reply.result()
    except BaseException as error:
        return wire.exception_name(error)
    return "Exception"


def find_tests(entry: dict[str, Any], fetched: Path, root: Path = Path()) -> Path:
    """The file of the tests of a benchmark: their ``path``, which starts at ``root``, or else
    ``fetched``, which is downloaded from their ``url`` unless it is there.

    :raises UserError: neither of the two, a missing file, otherwise as :func:`fetch`.
    """
    if "path" not in entry:
        cli.need(entry, "a benchmark's tests without 'path'", ("url",))
        fetch(entry["url"], entry["sha256"], fetched)
        return fetched
    path = root / entry["path"]
    if not path.is_file():
        raise UserError(f"{path} is no file; check the 'path' of the benchmark's tests")
    check_content(path.read_bytes(), entry["sha256"], str(path))
    return path


def expected_values(tests: Path, sha256: str, output: Path) -> None:
    """Run every reference solution on its inputs and write what :class:`ExpectedValues` reads.

    ``tests`` is the release's file, ``sha256`` that of its content, which is written down. About
    15 s of CPU time. The references are trusted: they run in this process.

    :raises UserError: a damaged file or a reference that fails.
    """
    with replace_atomically(output) as raw, gzip.GzipFile("", "wb", 6, raw, mtime=0) as out:
        out.write(json.dumps({"format": FORMAT, "tests_sha256": sha256}).encode() + b"\n")
        for number, task in read_lines(tests):
            out.write(json.dumps(_line(task, f"{tests} line {number}")).encode() + b"\n")


def _line(task: dict[str, Any], where: str) -> dict[str, Any]:
    found: list[dict[str, Any]] = []
    error = raised_by(lambda: found.append(_expected(task)))
    if error is not None:
        raise UserError(
            f"{where}: the reference solution cannot be run ({told(error)}); is this HumanEval+'s "
            "file?"
        ) from error
    return found[0]


def _expected(task: dict[str, Any]) -> dict[str, Any]:
    inputs = [*task["base_input"], *task["plus_input"]]
    scope: dict[str, Any] = {}
    exec(compile(task["prompt"] + task["canonical_solution"], task["task_id"], "exec"), scope)
    function = scope[task["entry_point"]]
    digests, values, seconds, tolerances = [], [], {}, []
    begun = time.process_time()
    for place, given in enumerate(inputs):
        (arguments, _) = marshal.loads(marshal_call(tuple(given), {}))
        started = time.process_time()
        result = function(*arguments)
        taken = time.process_time() - started
        if taken >= NOTED_SECONDS:
            seconds[place] = round(taken, 2)
        if marshal.loads(marshal.dumps(result, 2)) != result:
            raise ValueError("a result that does not equal its copy")
        previous = tolerances[-1] if place not in (0, len(task["base_input"])) else task["atol"]
        tolerances.append(previous or (ABSOLUTE if is_floats(result) else 0))
        digests.append(canonical.digest(result))
        values.append(wire.encode(result).decode() if _is_small(result) else None)
    line = {
        "task_id": task["task_id"],
        "entry_point": task["entry_point"],
        "inputs": inputs,
        "seconds": seconds,
        "quick": time.process_time() - begun < QUICK_SECONDS,
    }
    if not any(tolerances):
        return line | {"digests": base64.b64encode(b"".join(digests)).decode()}
    if None in values:
        raise ValueError("a result too large to compare with a tolerance")
    return line | {"values": values, "tolerances": tolerances}


def _is_small(result: Any) -> bool:
    return len(marshal.dumps(result, 2)) < 10_000


class ExpectedValues:
    """A file of expected values. ``about`` it: the tests' sha256 and ``min_seconds``, the CPU time
    that every input may take.

    :raises UserError: no such file, a damaged one, or one of another format.
    """

    def __init__(self, path: Path, min_seconds: float) -> None:
        self._path = path
        self._cases: dict[str, PlusCase] = {}
        try:
            for number, record in read_lines(path):
                if number == 1:
                    if record["format"] != FORMAT:
                        raise ValueError("another format")
                    sha256 = record["tests_sha256"]
                else:
                    self._cases[record["task_id"]] = _case(record, min_seconds)
        except (KeyError, TypeError, ValueError) as error:
            raise UserError(
                f"{path} is not a file of expected values of this version; delete it, and the next "
                "run computes it again"
            ) from error
        if not self._cases:
            raise UserError(f"{path} has no tasks; delete it, and the next run computes it again")
        self.about = {"tests_sha256": sha256, "input_seconds": min_seconds}

    def case(self, problem: Problem) -> PlusCase:
        """The case of a problem.

        :raises UserError: the file does not have it.
        """
        found = self._cases.get(problem.task_id)
        if found is None or found.entry_point != problem.entry_point:
            raise UserError(
                f"{self._path} has no task {problem.task_id} with {problem.entry_point}(): it is "
                "of another benchmark"
            )
        return found


def _case(record: dict[str, Any], min_seconds: float) -> PlusCase:
    calls = tuple(marshal_call(tuple(given), {}) for given in record["inputs"])
    digests = "digests" in record
    if digests:
        packed, size = base64.b64decode(record["digests"]), canonical.DIGEST_BYTES
        expected = tuple(packed[place : place + size] for place in range(0, len(packed), size))
        tolerances = (0.0,) * len(calls)
    else:
        expected = tuple(text.encode() for text in record["values"])
        tolerances = tuple(record["tolerances"])
    if not len(expected) == len(tolerances) == len(calls):
        raise ValueError("an expected value for each input is needed")
    times = [TIME_FACTOR * record["seconds"].get(str(place), 0.0) for place in range(len(calls))]
    # A reply may arrive with that of a later call, so a call may take what one after it may.
    seconds = tuple(accumulate(reversed(times), max, initial=min_seconds))[:0:-1]
    task_id, entry_point, quick = record["task_id"], record["entry_point"], record["quick"]
    return PlusCase(task_id, entry_point, calls, digests, expected, tolerances, seconds, quick)


def find_expected(name: str, suite: str, config: Path | None = None) -> Path:
    """The file of expected values of a benchmark in ``config``, fetched and computed unless there.

    The benchmark's entry has the tests under the name of the ``suite``. All is kept below
    ``resources/<suite>`` in the folder of ``config``, by default that of :func:`find_config`.

    :raises UserError: a benchmark without such tests; otherwise as :func:`fetch` does.
    """
    config = config or find_config()
    entry = read_config(config).get(name, {}).get(suite)
    if entry is None:
        raise UserError(
            f"the suite {suite!r} needs a benchmark of {config} that has {suite!r}, which {name!r} "
            "is not, or --expected with a file of expected values"
        )
    cli.need(entry, f"{suite!r} of the benchmark {name!r} in {config}", ("sha256",))
    folder = config.parent / "resources" / suite
    expected = folder / f"{name}.expected.jsonl.gz"
    if not expected.exists() or _tests_of(expected) != entry["sha256"]:
        tests = find_tests(entry, folder / f"{name}.jsonl.gz", config.parent)
        log.info("running the reference solutions of %r once (HumanEval+'s: about 15 s)", suite)
        expected_values(tests, entry["sha256"], expected)
    return expected


def _tests_of(expected: Path) -> Any:
    return next((record.get("tests_sha256") for _, record in read_lines(expected)), None)


def prepare(entry: dict[str, Any], fetched: Path, output: Path) -> None:
    """Make the file that ``--expected`` takes, from the tests that a benchmark's entry names.

    :raises UserError: as :func:`find_tests` and :func:`expected_values`.
    """
    expected_values(find_tests(entry, fetched), entry["sha256"], output)


def open_verifier(opening: Opening) -> Programs:
    """The verifier of these tests; options as in ``passk.verifiers.VERIFIERS``.

    :raises UserError: as :func:`find_expected` and :class:`ExpectedValues`.
    """
    options = opening.options
    path = options["expected"] or find_expected(opening.named, opening.suite)
    expected = ExpectedValues(path, options["timeout"])
    limits = Limits(cpu_seconds=PROGRAM_SECONDS, memory_bytes=options["memory_mb"] << 20)
    return Programs(opening, expected.case, limits, expected.about)
