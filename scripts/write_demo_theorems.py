"""Write the demo's theorems: held-out statements of the demo's family, each with a proof.

Theorems are drawn from the same generator as those that the prover is trained on, and only shapes
that are held out from it (see ``passk/benchmarks/demo_theorems.py``); each statement comes once,
and few of a shape. They are in the order of the steps of their proofs.

Not covered: how hard a theorem is. A proof of fewer steps than the one that was drawn may exist.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from pathlib import Path
from random import Random

from passk import cli
from passk.benchmarks.demo_theorems import (
    DrawnTheorem,
    Formula,
    body,
    draw,
    is_held_out,
    prompt,
    shape,
)
from passk.records import write_text

SEED = 1
TASKS_OF_STEPS = {(3, 4): 12, (5, 6): 36, (7, 8): 36, (9, 12): 36}
"""How many theorems there are with proofs of so many steps, from the first to the last."""
OF_A_SHAPE = 6
"""At most so many of one shape."""


def theorems(seed: int = SEED) -> list[DrawnTheorem]:
    """The benchmark's theorems, by number of steps."""
    rng = Random(seed)
    wanted = dict(TASKS_OF_STEPS)
    shapes: Counter[str] = Counter()
    found: dict[Formula, DrawnTheorem] = {}
    while any(wanted.values()):
        theorem = draw(rng)
        band = next((band for band in wanted if band[0] <= theorem.steps <= band[1]), None)
        if not wanted.get(band) or not is_held_out(theorem.formula):
            continue
        if theorem.formula not in found and shapes[shape(theorem.formula)] < OF_A_SHAPE:
            shapes[shape(theorem.formula)] += 1
            wanted[band] -= 1
            found[theorem.formula] = theorem
    return sorted(found.values(), key=lambda theorem: theorem.steps)


def benchmark_text(found: list[DrawnTheorem]) -> str:
    """The text of a problem file of kind theorem: one task a line."""
    lines = (
        {"task_id": f"Theorem/{number}", "prompt": prompt(theorem), "proof": body(theorem)}
        for number, theorem in enumerate(found)
    )
    return "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)


def main() -> None:
    """Bind the command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--output", type=Path, required=True, help="problem file to write (JSONL)")
    args = parser.parse_args()
    write_text(args.output, benchmark_text(theorems()))


if __name__ == "__main__":
    cli.run(main)
