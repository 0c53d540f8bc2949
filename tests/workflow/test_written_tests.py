"""Tests that a model wrote, through the workflow: recorded asserts choose among programs."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from adding import write_lines
from conftest import copy_workflow

PROMPT = 'def twice(x):\n    """Twice a number."""\n'
BODIES = ["2 * x", "x + x", "x * x", "x * x", "None", "(", "[0][x]", "x*x"]
GOOD = "assert twice(3) == 6\nassert twice(5) == 10, 'm'\nassert twice(2) == 4"
WRONG = "assert twice(3) == 9\nassert twice(4) == 16"
# Of each task: right tests; those of the wrong majority; none that can be read; hostile and right.
TESTS = [
    [GOOD, " twice(7) == 14\n"],
    [WRONG, WRONG],
    ["no idea", "assert twice(y) == 1"],
    ["assert twice(" + "[" * 5000, GOOD],
]


@pytest.mark.slow
def test_tests_of_another_experiment_choose(tmp_path: Path) -> None:
    workflow = copy_workflow(tmp_path)
    tasks = [f"Twice/{number}" for number in range(len(TESTS))]
    check = "def check(candidate):\n    assert candidate(3) == 6\n"
    about = {"prompt": PROMPT, "entry_point": "twice", "test": check}
    about["canonical_solution"] = "    return 2 * x\n"
    write_lines(tmp_path / "problems.jsonl", [{"task_id": task, **about} for task in tasks])
    programs = [f"    return {body}\n" for body in BODIES]
    for name, texts in (("samples", [programs] * 4), ("asserts", TESTS)):
        lines = [
            {"task_id": task, "draw": draw, "completion": text, "score": 1 - draw / 8}
            for task, found in zip(tasks, texts, strict=True)
            for draw, text in enumerate(found)
        ]
        write_lines(tmp_path / f"{name}.jsonl", lines)
    sampling = {
        "prompt": "completion", "temperature": 1.0, "top_p": 1.0, "max_tokens": 64, "seed": 0,
    }  # fmt: skip
    asks = {"template": "{prompt}    pass\n\nassert ", "shard_size": 1}
    common = {"benchmark": "twice", "suites": ["base"], "answers": ["verbatim"]}
    common |= {"k_values": [1], "analyses": ["selection"]}
    workflow.write_config(
        {
            "models": {
                name: {"label": name, "weights": {"engine": "recorded", "path": f"{name}.jsonl"}}
                for name in ("samples", "asserts")
            },
            "benchmarks": {"twice": {"path": "problems.jsonl"}},
            "sampling": {"plain": sampling | {"shard_size": 4}, "asks": sampling | asks},
            "experiments": {
                "mine": common
                | {"model": "samples", "sampling": "plain", "n_samples": 8, "tests": "written"},
                "written": common | {"model": "asserts", "sampling": "asks", "n_samples": 2},
            },
        }
    )
    workflow.snakemake("mine")
    with (tmp_path / "figures/mine/base-verbatim/selection.csv").open(newline="") as handle:
        found = {
            row["method"]: float(row["pass_at_1"])
            for row in csv.DictReader(handle)
            if row["n"] == "8"
        }
    # Without tests any of the five that return something is taken, of which two are right.
    assert found["dual"] == pytest.approx((1 + 0 + 2 / 5 + 1) / 4)
    assert (found["behaviour"], found["score"]) == (0, 1)
    page = (tmp_path / "figures/mine/report.html").read_text()
    assert "the largest agreement with tests that a model wrote 60.0" in page
    folder = tmp_path / "results/samples/twice/plain/tested/verbatim/written"
    metadata = [json.loads(path.read_text()) for path in sorted(folder.glob("*.meta.json"))]
    assert [one["tests"]["count"] for one in metadata] == [9, 9]
    assert not (tmp_path / "results/asserts/twice/asks/verdicts").exists()
