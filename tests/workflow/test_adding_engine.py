"""A new engine is one file and one row: its samples are drawn, described and forecast."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from conftest import PROBLEMS, Workflow, copy_workflow

from passk.records import metadata_path, read_metadata, read_samples

MODULE = '''
"""Samples that are one text each, with the draw's number in it."""

from passk.engines import Batch
from passk.records import Sample


class ParrotEngine:
    seed_rule = "none: it says what it was told"

    def __init__(self, weights, sampling, manifest, size, threads=1):
        self._text = weights["text"]

    def describe(self):
        unknown = ("version", "torch", "transformers", "cuda", "device", "dtype", "quantization")
        return {"name": "parrot", **dict.fromkeys(unknown)}

    def identity(self):
        return {"chat_template_sha256": None, "tokenizer_sha256": None}

    def sample(self, requests):
        for request in requests:
            task = request.problem.task_id
            yield Batch(
                [Sample(task, d, f"    {self._text} + {d}\\n", "stop", 3) for d in request.draws], 6
            )
'''
ROW = """    "parrot": EngineInfo(
        opens="passk.engines.parrot:ParrotEngine",
        environment="main",
        keys={"text": Key("What it says.")},
        found_by=(("text",),),
        block=2,
    ),
"""
WEIGHTS = {"engine": "parrot", "text": "return x"}
SAMPLING = {"prompt": "completion", "temperature": 1.0, "top_p": 1.0, "max_tokens": 8, "seed": None}


@pytest.fixture
def extended(tmp_path: Path) -> Workflow:
    """A copy of the sources with an engine of its own."""
    workflow = copy_workflow(tmp_path / "workflow")
    (workflow.folder / "scripts/passk/engines/parrot.py").write_text(MODULE)
    declared = "ENGINES: dict[str, EngineInfo] = {\n"
    workflow.edit("scripts/passk/engines/__init__.py", declared, declared + ROW)
    problems = "".join(json.dumps(problem) + "\n" for problem in PROBLEMS)
    (workflow.folder / "benchmark.jsonl").write_text(problems)
    return workflow


def run(
    workflow: Workflow, script: str, options: dict[str, Any]
) -> subprocess.CompletedProcess[str]:
    words = []
    for option, value in options.items():
        words += [f"--{option}", json.dumps(value) if isinstance(value, dict) else str(value)]
    return subprocess.run(
        [sys.executable, f"scripts/{script}", *words],
        cwd=workflow.folder,
        capture_output=True,
        text=True,
    )


def test_engine_of_one_file_and_one_row_draws_a_shard(extended: Workflow) -> None:
    samples = extended.folder / "results/m/sums/plain/samples/00000-00003.jsonl.gz"
    shard = {
        "weights": WEIGHTS, "sampling": SAMPLING, "problems": "problems.jsonl",
        "manifest": "manifest.json", "draws": "00000-00003", "samples": samples,
    }  # fmt: skip
    benchmark = {"path": "benchmark.jsonl"}
    for script, options in {
        "problem_file.py": {"benchmark": benchmark, "output": "problems.jsonl"},
        "download_model.py": {"weights": WEIGHTS, "manifest": "manifest.json"},
        "sample.py": shard,
    }.items():
        done = run(extended, script, options)
        assert done.returncode == 0, done.stderr
    texts = {(s.task_id, s.draw): s.completion for s in read_samples(samples)}
    assert texts == {(p["task_id"], d): f"    return x + {d}\n" for p in PROBLEMS for d in range(4)}
    metadata = read_metadata(metadata_path(samples), samples)
    manifest = json.loads((extended.folder / "manifest.json").read_text())
    assert (metadata["model"], metadata["engine"]["name"]) == (WEIGHTS, "parrot")
    assert metadata["model_sha256"] == manifest["sha256"]
    assert (metadata["completion_tokens"], metadata["prompt_tokens"]) == (48, 24)

    shards = sorted(samples.parent.glob("*.meta.json"))
    cost = {"metadata": shards[0], "manifest": "manifest.json", "output": "cost.json"}
    done = run(extended, "cost.py", cost)
    assert done.returncode == 0, done.stderr

    done = run(extended, "sample.py", {**shard, "draws": "00000-00002"})
    assert (done.returncode, "must be a multiple of 2" in done.stderr) == (2, True), done.stderr


def test_its_forecast_needs_nothing_else(extended: Workflow) -> None:
    entries = {
        "experiment": {"model": "m", "benchmark": "sums", "sampling": "plain", "n_samples": 4},
        "model": {"label": "Parrot", "weights": WEIGHTS, "tokens_per_second": 1000},
        "benchmark": {"path": "benchmark.jsonl"},
        "sampling": {**SAMPLING, "shard_size": 2},
    }
    done = run(extended, "forecast.py", {**entries, "output": "forecast.txt"})
    assert done.returncode == 0, done.stderr
    text = (extended.folder / "forecast.txt").read_text()
    assert text.startswith("Parrot: 16 samples in 2 shards")
    assert "hours of one core" in text
    entries["model"]["weights"] = {"engine": "parrot"}
    done = run(extended, "forecast.py", {**entries, "output": "forecast.txt"})
    assert done.stderr.strip() == "error: --model's weights with engine parrot needs 'text'"
