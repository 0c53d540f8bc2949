"""Reasoning Gym through the workflow: tasks are made, recorded samples judged, the page drawn."""

from __future__ import annotations

import csv
import importlib.util
import json
from pathlib import Path

import pytest
from adding import write_lines
from conftest import copy_workflow, small_config

from passk.benchmarks import make_benchmark

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("reasoning_gym") is None,
    reason="the package reasoning-gym is not installed: make test-reasoning-gym",
)
GENERATORS = {"chain_sum": {"size": 2}, "countdown": {"size": 2, "seed": 3}}
RIGHT = {"chain_sum/0": 4, "chain_sum/1": 0, "countdown/0": 1, "countdown/1": 6}
HOSTILE = ("__import__('os').kill(1, 9)", "[" * 5000, "nan")


def test_from_generators_to_the_page(tmp_path: Path) -> None:
    workflow = copy_workflow(tmp_path)
    made = make_benchmark(GENERATORS, "reasoning_gym").problems
    samples = [
        {
            "task_id": problem.task_id,
            "draw": draw,
            "completion": f"Let me see.\n<answer>{problem.answer}</answer>"
            if draw < RIGHT[problem.task_id]
            else f"<think>{problem.answer}</think><answer>{HOSTILE[draw % 3]}</answer>",
        }
        for problem in made
        for draw in range(6)
    ]
    write_lines(tmp_path / "small.jsonl", samples)
    config = small_config()
    experiment = config["experiments"]["paper"]
    del experiment["baseline"], config["experiments"]["rival"], config["models"]["large"]
    experiment["analyses"] = ["pass_at_k", "selection", "success_rates", "hardest_tasks"]
    experiment |= {"benchmark": "puzzles", "suites": ["score"], "answers": ["tagged"]}
    config["benchmarks"] = {"puzzles": {"kind": "reasoning_gym", "generators": GENERATORS}}
    workflow.write_config(config)

    workflow.snakemake("paper")

    folder = tmp_path / "results/small/puzzles"
    with (folder / "plain/score-tagged/counts.csv").open() as handle:
        counts = {row["task_id"]: (int(row["n"]), int(row["c"])) for row in csv.DictReader(handle)}
    assert counts == {task: (6, right) for task, right in RIGHT.items()}
    shard = folder / "plain/verdicts/score-tagged/00000-00001.meta.json"
    metadata = json.loads(shard.read_text())
    assert metadata["suite"] == "score" and metadata["library"].startswith("reasoning-gym ")
    page = (tmp_path / "figures/paper/report.html").read_text()
    assert "countdown/1" in page and "score" in page
    assert (tmp_path / "figures/paper/score-tagged/selection.csv").exists()
    assert "Nothing to be done" in workflow.snakemake("paper").stdout

    wrong = {"chain_sum": {"size": 2, "config": {"terms": 4}}}
    config["benchmarks"]["puzzles"]["generators"] = wrong
    workflow.write_config(config)
    failed = workflow.snakemake("paper", check=False)
    assert failed.returncode and "config.terms: unknown key" in failed.stdout
