"""Programs that read and print, from recorded samples to the page."""

from __future__ import annotations

import csv
import gzip
import json
from pathlib import Path

from adding import command, write_lines
from conftest import Workflow, copy_workflow
from stdin_problems import PROBLEMS, STYLES, program

FEW = PROBLEMS[:4]


def prepared(folder: Path) -> Workflow:
    workflow = copy_workflow(folder)
    write_lines(folder / "p.jsonl", [one.record() for one in FEW])
    samples = [
        {
            "task_id": one.name,
            "draw": draw,
            "completion": "It reads, then prints.\n```python\n"
            + program(one.right if draw < 3 * row else one.wrong, list(STYLES)[draw])
            + "```",
        }
        for row, one in enumerate(FEW)
        for draw in range(6)
    ]
    write_lines(folder / "s.jsonl", samples)
    sampling = {"prompt": "chat", "temperature": 1.0, "top_p": 1.0, "max_tokens": 64}
    workflow.write_config(
        {
            "models": {"m": {"label": "M", "weights": {"engine": "recorded", "path": "s.jsonl"}}},
            "benchmarks": {"programs": {"kind": "stdin_stdout", "path": "p.jsonl"}},
            "sampling": {"plain": {**sampling, "seed": 0, "shard_size": 6}},
            "experiments": {
                "e": {
                    "model": "m", "benchmark": "programs", "sampling": "plain", "n_samples": 6,
                    "k_values": [1, 2], "suites": ["tests"], "answers": ["markdown"],
                    "analyses": ["pass_at_k", "selection", "hardest_tasks"],
                }
            },
        }
    )  # fmt: skip
    return workflow


def test_chain_from_samples_to_the_page(tmp_path: Path) -> None:
    workflow = prepared(tmp_path)
    workflow.snakemake()
    (counts,) = tmp_path.glob("results/**/counts.csv")
    rows = list(csv.DictReader(counts.open()))
    assert {row["task_id"]: int(row["c"]) for row in rows} == {
        one.name: min(6, 3 * row) for row, one in enumerate(FEW)
    }
    figures = tmp_path / "figures/e"
    page = (figures / "report.html").read_text()
    assert "example 1: wrong output" in page or "test 1: wrong output" in page
    (hardest,) = figures.rglob("hardest_tasks.csv")
    first = next(csv.DictReader(hardest.open()))
    assert first["task_id"] == "add" and "wrong output" in first["errors"]
    (selected,) = figures.rglob("selection.csv")
    behaviour = [row for row in csv.DictReader(selected.open()) if row["method"] == "behaviour"]
    assert behaviour and "examples of 4 tasks" in behaviour[0]["inputs"]
    assert list(figures.rglob("samples/**/0001.html")) or list(figures.rglob("0001.html"))


def test_command_line_judges_a_file_of_samples(tmp_path: Path) -> None:
    scripts = Path(__file__).resolve().parents[2] / "scripts"
    write_lines(tmp_path / "p.jsonl", [one.record() for one in PROBLEMS[:2]])
    entry = json.dumps({"kind": "stdin_stdout", "path": str(tmp_path / "p.jsonl")})
    command(tmp_path, str(scripts / "problem_file.py"), "--benchmark", entry, "--output", "q.jsonl")
    samples = [
        {"task_id": one.name, "draw": draw, "completion": f"```python\n{program(body)}```"}
        for one in PROBLEMS[:2]
        for draw, body in enumerate((one.right, one.wrong))
    ]
    write_lines(tmp_path / "s.jsonl", samples)
    judge = [str(scripts / "execute.py"), "--benchmark", "q.jsonl", "--samples", "s.jsonl"]
    command(tmp_path, *judge, "--answer", "markdown", "--verdicts", "v.jsonl.gz")
    with gzip.open(tmp_path / "v.jsonl.gz") as handle:
        outcomes = [json.loads(line)["outcome"] for line in handle]
    assert outcomes == ["passed", "failed"] * 2
    metadata = json.loads((tmp_path / "v.meta.json").read_text())
    assert (metadata["suite"], metadata["sandbox"]["isolate"]) == ("tests", "each")
