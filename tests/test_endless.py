"""Only a loop that never ends is called endless: programs by hand, and thousands at random.

They run in an interpreter loaded as the fork server is. A program that was called endless runs once
more without any calls in it, a good deal longer than it took to be found out, and must not end.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from passk.benchmarks import read_problem_file
from passk.benchmarks.human_eval import human_eval_file
from passk.records import Sample, Verdict
from passk.sandbox import wire
from passk.sandbox.limits import Limits
from passk.sandbox.pool import Pool, Tally
from passk.sandbox.readable import interpreter
from passk.verifiers.assertions import check_case

HERE = Path(__file__).parent / "endless"
PROBLEMS = {p.task_id: p for p in read_problem_file(human_eval_file()).problems}
# Reads [[program, ...], patience, check]; seconds of CPU for the trial and for the run without.
JUDGE = """
import json, signal, sys, types
sys.path.insert(0, sys.argv[1])
import forkserver, company, endless, purity
sys.path.pop(0)

class Out(BaseException):
    pass

def leave(*_):
    raise Out

endless.os = types.SimpleNamespace(_exit=leave)
endless._QUIET, endless._EVERY = 0.0, 1
signal.signal(signal.SIGVTALRM, leave)

def ends(code, scope, seconds):
    try:
        signal.setitimer(signal.ITIMER_VIRTUAL, seconds, 0.01)
        exec(code, scope)
        scope["entry"](4)
        scope["entry"](5)
    except Out:
        return False
    except Exception:
        return True
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    return True

def judge(program, patience, check):
    code = compile(program, "<candidate>", "exec", dont_inherit=True)
    if not purity.is_tame(code):
        return "untame"
    found = []
    watched = endless.watch(program, lambda: found.append(True), company.in_use)
    if watched is None:
        return "not plain"
    ended = ends(watched[0], dict(watched[1]), patience)
    if not found:
        return "ended" if ended else "unknown"
    return "WRONG" if ends(code, {}, check) else "endless"

programs, patience, check = json.load(sys.stdin)
sys.stdout = open("/dev/null", "w")
answers = [judge(one, patience, check) for one in programs]
print(json.dumps(answers), file=sys.__stdout__)
"""


def judged(programs: list[str], patience: float, check: float, python: str = "") -> list[str]:
    command = [python or interpreter(), "-s", "-S", "-P", "-B", "-W", "ignore", "-c", JUDGE]
    answer = subprocess.run(
        [*command, str(Path(wire.__file__).parent)],
        input=json.dumps([programs, patience, check]),
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONHASHSEED": "0"},
    )
    return json.loads(answer.stdout)


def read(name: str) -> dict[str, str]:
    parts = re.split(r"^# (.*)\n", (HERE / f"{name}.py").read_text(), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def test_no_loop_that_ends_is_called_endless():
    programs = read("ends")
    found = dict(zip(programs, judged(list(programs.values()), 0.05, 0.0), strict=True))
    assert len(found) > 50
    assert {name for name, answer in found.items() if answer in ("endless", "WRONG")} == set()


def test_each_loop_that_repeats_is_called_endless():
    programs = read("never")
    found = dict(zip(programs, judged(list(programs.values()), 0.5, 0.02), strict=True))
    assert {name: answer for name, answer in found.items() if answer != "endless"} == {}


def compare_generated(seeds: range, patience: float, check: float) -> list[str]:
    sys.path.insert(0, str(HERE))
    try:
        from generated import program
    finally:
        sys.path.pop(0)
    programs = [program(seed) for seed in seeds]
    answers = judged(programs, patience, check)
    wrong = [seed for seed, answer in zip(seeds, answers, strict=True) if answer == "WRONG"]
    assert wrong == []
    return answers


def test_generated_loops_that_end_are_not_called_endless():
    answers = compare_generated(range(250), 0.02, 0.06)
    assert answers.count("endless") > 15 and answers.count("ended") > 100


@pytest.mark.slow
def test_many_more_generated_loops_that_end_are_not_called_endless():
    answers = compare_generated(range(10_000, 11_500), 0.1, 0.5)
    assert answers.count("endless") > 75 and answers.count("ended") > 560


def test_what_grows_and_is_read_or_fills_memory_is_left_to_the_limit():
    bodies = (
        "x += 1\n        if x * x % 7 == 9: break",
        "x += 1\n        n = str(x) != '-9'",
        "x += 1\n        l[:x]\n        n = [x]",
        "x += n\n        f = lambda: x",
        "x *= 3",
        "s += 'a'",
        "l.append(1)",
    )
    start = "def entry(n):\n    x, s, l = 1, '', [1]\n    while n:\n        "
    assert judged([start + body for body in bodies], 0.03, 0.0) == ["unknown"] * len(bodies)


def verdict(body: str, task: str = "HumanEval/53", **options) -> Verdict:
    case, problem = check_case(PROBLEMS[task]), PROBLEMS[task]
    with Pool({task: case}, limits=options.pop("limits", None), **options) as pool:
        samples = [Sample(task, 0, body)]
        (found,) = pool.verdicts(samples, lambda s: problem.prompt + s.completion, Tally(None))
    return found


@pytest.mark.parametrize("isolate", ["company", "each"])
def test_an_endless_loop_is_a_time_out_long_before_its_limit(isolate: str):
    found = verdict("    while True: y = x\n", isolate=isolate)
    assert (found.outcome, found.error) == ("timeout", None) and found.cpu_seconds < 1


def test_full_loops_run_to_the_limit():
    limits = Limits(cpu_seconds=0.3)
    found = verdict("    while True: y = x\n", loops="full", limits=limits)
    assert found.outcome == "timeout" and found.cpu_seconds > 0.2


def test_the_trial_takes_nothing_of_the_time_of_a_program_that_ends():
    body = """
    import math
    n = 0
    while n < 10 ** 8 and math.sqrt(n) < {0}: n += 1
    return x + y
"""
    limits = Limits(cpu_seconds=0.5)
    for most in (1400, 1000, 700, 500, 300, 100):  # on any machine one of them takes that long
        found = verdict(body.format(most), limits=limits)
        plain = verdict(body.format(most), limits=limits, loops="full")
        assert found.outcome == plain.outcome or max(found.cpu_seconds, plain.cpu_seconds) > 0.4
        assert found.outcome == "timeout" or found.cpu_seconds < 2 * plain.cpu_seconds + 0.1


def test_a_wrong_result_before_an_endless_loop_is_a_failure():
    body = "    while x == 5: pass\n    return x - y\n"
    assert verdict(body).outcome == verdict(body, loops="full").outcome == "failed"


def test_programs_beyond_the_gate_are_never_called_endless():
    body = "    import os\n    while True: y = x\n"
    limits = Limits(cpu_seconds=0.3)
    found = verdict(body, limits=limits)
    assert found.outcome == "timeout" and found.cpu_seconds > 0.2
