"""Final answers through the workflow: recorded samples, two suites and two readings, every page."""

from __future__ import annotations

import csv
import importlib.util
from pathlib import Path

import pytest
from adding import command, write_lines
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
            "logprob": -1.0 - draw, "tokens": 10, "score": 0.9 if kind in "ra" else 0.2,
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
                    "answers": ["boxed"],
                    "analyses": [
                        "pass_at_k", "verifiers", "disagreements", "selection", "hardest_tasks",
                    ],
                }
            },
        }
    )  # fmt: skip
    return workflow


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as handle:
        return list(csv.DictReader(handle))


def test_answers_go_through_the_workflow(tmp_path: Path) -> None:
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
        row["quantity"]: float(row["value"])
        for row in rows(figures / "lenient-boxed/verifiers.csv")
        if not row["task_id"]
    }
    assert (verifiers["false_negatives"], verifiers["false_positives"]) == (2, 0)
    # Coverage against majority, which no reference decides: of the third task's answers three are
    # equally frequent, two of them right, and written otherwise.
    selected = {
        row["method"]: row
        for row in rows(figures / "lenient-boxed/selection.csv")
        if row["n"] == "8"
    }
    assert float(selected["oracle"]["pass_at_1"]) == 0.75
    assert float(selected["behaviour"]["pass_at_1"]) == pytest.approx((1 + 0 + 2 / 3 + 0) / 4)
    assert selected["behaviour"]["inputs"] == "final answers"
    # The scores know the right ones, and outvote the many that are wrong.
    assert float(selected["score"]["pass_at_1"]) == 0.75
    assert float(selected["score-weighted"]["pass_at_1"]) == 0.75
    hardest = {row["task_id"]: row for row in rows(figures / "exact-boxed/hardest_tasks.csv")}
    assert hardest["3"]["failing"] == "<script>7</script>"
    assert hardest["3"]["errors"] == "wrong output 6; unfinished thought 2"
    page = (figures / "report.html").read_text()
    assert "a majority of equal final answers takes a right one" in page
    assert "the highest score 75.0" in page
    assert "How an answer is read and judged" in page
    assert "<script>7" not in page
    single = (figures / "exact-boxed/samples/0002.html").read_text()
    assert "So it is $\\boxed{\\sqrt{8}}$." in single
    (differing,) = rows(figures / "lenient-boxed/disagreements.csv")
    assert differing == {
        "task_id": "2", "reference": "2\\sqrt{2}", "answer": "\\sqrt{8}", "weaker": "failed",
        "stronger": "passed", "draws": "2", "answers": "1",
    }  # fmt: skip


def test_answers_are_scored_without_figures(tmp_path: Path) -> None:
    workflow_of(tmp_path)
    score = ["scripts/score.py", "samples.jsonl", "--benchmark", "questions"]
    command(tmp_path, *score)
    command(tmp_path, *score, "--suite", "lenient", "--answer", "last_number")
    for folder, right in (("exact-boxed", 11), ("lenient-last_number", 9)):
        found = rows(tmp_path / f"samples.{folder}/counts.csv")
        assert sum(int(row["c"]) for row in found) == right
    said = command(tmp_path, *score, "--suite", "base", check=False)
    assert said == (
        "error: --suite base is not for benchmarks of kind answer; give one of exact, lenient\n"
    )
