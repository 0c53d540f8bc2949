"""Final answers through the workflow: recorded samples, two suites and two readings, every page."""

from __future__ import annotations

import csv
import importlib.util
import json
from pathlib import Path

import pytest
from adding import write_lines
from conftest import Workflow, copy_workflow

QUESTIONS = [
    ("How many legs have six spiders?", "They have 6 * 8 = 48 legs.\n#### 48", "48"),
    ("What is three quarters of 2?", "3/4 * 2 = 1.5\n#### 1.5", "\\frac{3}{2}"),
    ("What is the square root of 8?", "#### 2\\sqrt{2}", "2\\sqrt{2}"),
    ("What is a prime between 24 and 28?", "#### none", "none"),
]
# Of each question: right draws, draws that only algebra finds right, equal wrong answers, none.
DRAWS = ["rrrrrrww", "rrrwwwww", "raarwwx0", "wwwwwx00"]
ALGEBRA = ["2^4*3", "\\frac{6}{2^2}", "\\sqrt{8}", "none"]

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("math_verify") is None,
    reason="math-verify is not installed; run `make setup`",
)


def completion(question: int, kind: str, draw: int) -> str:
    wrong = "<script>7</script>" if question == 3 else str(70 + question)
    answer = {"r": QUESTIONS[question][2], "a": ALGEBRA[question], "w": wrong, "x": f"{draw}0"}
    if kind == "0":
        return "<think> Let me see, 5"
    return f"<think>Perhaps \\boxed{{1}}.</think>So it is $\\boxed{{{answer[kind]}}}$."


def workflow_of(folder: Path) -> Workflow:
    workflow = copy_workflow(folder)
    write_lines(
        folder / "questions.jsonl",
        [{"question": question, "answer": answer} for question, answer, _ in QUESTIONS],
    )
    samples = [
        {
            "task_id": str(question), "draw": draw, "completion": completion(question, kind, draw),
            "logprob": -1.0 - draw, "tokens": 10,
        }
        for question, kinds in enumerate(DRAWS)
        for draw, kind in enumerate(kinds)
    ]  # fmt: skip
    write_lines(folder / "samples.jsonl", samples)
    workflow.write_config(
        {
            "models": {
                "mine": {
                    "label": "Mine",
                    "weights": {"engine": "recorded", "path": "samples.jsonl"},
                }
            },
            "benchmarks": {"questions": {"kind": "answer", "path": "questions.jsonl"}},
            "sampling": {
                "as-recorded": {
                    "prompt": "chat", "temperature": 1.0, "top_p": 1.0, "max_tokens": 64,
                    "template": "{prompt}\n\nPut the final answer in \\boxed{}.", "seed": 0,
                    "shard_size": 4,
                }
            },
            "experiments": {
                "mine": {
                    "model": "mine", "benchmark": "questions", "sampling": "as-recorded",
                    "n_samples": 8, "k_values": [1, 2, 8], "suites": ["exact", "lenient"],
                    "answers": ["boxed", "last_number"],
                }
            },
        }
    )  # fmt: skip
    return workflow


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as handle:
        return list(csv.DictReader(handle))


def test_answers_go_through_every_analysis(tmp_path: Path) -> None:
    workflow = workflow_of(tmp_path)
    workflow.snakemake("mine")
    results = tmp_path / "results/mine/questions/as-recorded"
    counts = {
        scoring: [int(row["c"]) for row in rows(results / scoring / "counts.csv")]
        for scoring in ("exact-boxed", "lenient-boxed")
    }
    assert counts == {"exact-boxed": [6, 3, 2, 0], "lenient-boxed": [6, 3, 4, 0]}
    figures = tmp_path / "figures/mine"
    # How much of coverage is the checker's kindness.
    verifiers = {
        (row["quantity"], row["k"]): float(row["value"])
        for row in rows(figures / "lenient-boxed/verifiers.csv")
        if not row["task_id"]
    }
    assert verifiers["false_negatives", ""] == 2
    assert verifiers["false_positives", ""] == 0
    # Coverage against majority, which no reference decides.
    selected = {
        row["method"]: row
        for row in rows(figures / "lenient-boxed/selection.csv")
        if row["n"] == "8"
    }
    assert float(selected["oracle"]["pass_at_1"]) == 0.75
    assert float(selected["behaviour"]["pass_at_1"]) == pytest.approx((1 + 0 + 2 / 3 * 0 + 0) / 4)
    assert selected["behaviour"]["inputs"] == "final answers"
    hardest = rows(figures / "exact-boxed/hardest_tasks.csv")
    (unsolved,) = (row for row in hardest if row["task_id"] == "3")
    assert "<script>" in unsolved["failing"]
    assert "unfinished thought 2" in unsolved["errors"]
    page = (figures / "report.html").read_text()
    assert "a majority of equal final answers takes a right one" in page
    assert "<script>7" not in page
    single = (figures / "exact-boxed/samples/0002.html").read_text()
    assert "\\sqrt{8}" in single
    differing = rows(figures / "lenient-boxed/disagreements.csv")
    assert [(row["task_id"], row["weaker"], row["stronger"]) for row in differing] == [
        ("2", "failed", "passed")
    ]
    assert differing[0]["answer"] == "\\sqrt{8}"
    assert differing[0]["draws"] == "2"
