"""What the tests share: where things are, and a small experiment that runs the real workflow."""

from __future__ import annotations

import fcntl
import json
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

# Before numpy is loaded: OpenBLAS's threads wait in busy loops, which takes a loaded machine ten
# times the work.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

ROOT = Path(__file__).resolve().parent.parent
TORCH_PYTHON = ROOT / "resources/envs/transformers/bin/python"
# `make gpu-day` names the one for GPUs.
VLLM_ENVIRONMENT = os.environ.get("VLLM_ENVIRONMENT", "vllm-cpu")
VLLM_PYTHON = ROOT / "resources/envs" / VLLM_ENVIRONMENT / "bin/python"
# What a clone holds; results and environments stay behind.
SOURCES = ["Snakefile", "config.yaml", "rules", "scripts", "envs", "profiles", "docs", "Makefile"]


@pytest.fixture
def torch_python() -> Path:
    """The interpreter that has torch and transformers."""
    if not TORCH_PYTHON.exists():
        pytest.skip("the transformers environment is not built: run `make test`, which builds it")
    return TORCH_PYTHON


@dataclass(frozen=True)
class Workflow:
    """A folder with a copy of the workflow, and its own config.yaml."""

    folder: Path

    def snakemake(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run snakemake there; its output and errors come back together."""
        command = [sys.executable, "-m", "snakemake", "--cores", "2", *arguments]
        done = subprocess.run(
            command,
            cwd=self.folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env={**os.environ, "HF_HUB_OFFLINE": "1"},
        )
        assert not check or done.returncode == 0, done.stdout[-4000:]
        return done

    def planned(self, *arguments: str) -> Counter[str]:
        """How many jobs of each rule a run would start."""
        output = self.snakemake("-n", *arguments).stdout
        table = output.split("Job stats:")[-1] if "Job stats:" in output else ""
        jobs = re.findall(r"^([a-z_]+) +(\d+)$", table, re.MULTILINE)
        return Counter({name: int(count) for name, count in jobs if name != "total"})

    def edit(self, file: str, old: str, new: str) -> None:
        """Replace ``old``, which must be there, in one of the folder's files."""
        path = self.folder / file
        text = path.read_text()
        assert old in text, f"{old!r} is not in {file}"
        path.write_text(text.replace(old, new))

    def write_config(self, config: dict[str, Any]) -> None:
        (self.folder / "config.yaml").write_text(yaml.safe_dump(config, sort_keys=False))

    def config(self) -> dict[str, Any]:
        return yaml.safe_load((self.folder / "config.yaml").read_text())


def ask_only(config: dict[str, Any], experiments: dict[str, Any]) -> None:
    """Give ``config`` these experiments in place of its own, and nothing that learned."""
    config["experiments"] = experiments
    config.pop("learning", None)
    for name, model in list(config["models"].items()):
        if "learned" in model["weights"]:
            del config["models"][name]


def copy_workflow(folder: Path) -> Workflow:
    """Copy the sources of the workflow into ``folder``; the demo's models and the environments
    are linked."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in SOURCES:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy2(source, folder / name)
    (folder / "resources").mkdir(exist_ok=True)
    for name in ("demo", "envs"):
        if (ROOT / "resources" / name).exists():
            (folder / "resources" / name).symlink_to(ROOT / "resources" / name)
    return Workflow(folder)


PROBLEMS = [
    {
        "task_id": f"Sum/{number}",
        "prompt": f"def add{number}(x):\n",
        "entry_point": f"add{number}",
        "canonical_solution": f"    return x + {number}\n",
        "test": f"def check(candidate):\n    assert candidate(1) == {1 + number}\n",
    }
    for number in range(4)
]


def recorded_lines(passing: dict[int, int], draws: int = 12) -> str:
    """Samples of PROBLEMS: the first ``passing[i]`` draws of task i are right, the rest wrong."""
    lines = []
    for number, problem in enumerate(PROBLEMS):
        for draw in range(draws):
            right = draw < passing[number]
            body = problem["canonical_solution"] if right else f"    return -{draw}\n"
            lines.append({"task_id": problem["task_id"], "draw": draw, "completion": body})
    return "".join(json.dumps(line) + "\n" for line in lines)


# What a test asks for that looks at no analysis: one of a model, one of two.
FEW_ANALYSES = ["pass_at_k", "comparison"]


def small_config(analyses: list[str] | None = None) -> dict[str, Any]:
    """Two models whose samples are recorded, on four tasks; all analyses, or those."""
    sampling = {"prompt": "completion", "temperature": 1.0, "top_p": 1.0, "max_tokens": 64}
    ask = {"benchmark": "sums", "sampling": "plain", "suites": ["base"], "answers": ["verbatim"]}
    if analyses is not None:
        ask["analyses"] = analyses
    return {
        "models": {
            name: {"label": f"Model {name}", "weights": {"engine": "recorded", "path": path}}
            for name, path in [("small", "small.jsonl"), ("large", "large.jsonl")]
        },
        "benchmarks": {"sums": {"path": "problems.jsonl"}},
        "sampling": {"plain": {**sampling, "seed": 0, "shard_size": 2}},
        "experiments": {
            "paper": {"model": "small", "n_samples": 6, "k_values": [1, 2, 4], **ask}
            | {"baseline": {"experiment": "rival"}},
            "rival": {"model": "large", "n_samples": 4, "k_values": [1, 2], **ask},
        },
    }


def small_workflow(folder: Path) -> Workflow:
    workflow = copy_workflow(folder)
    workflow.write_config(small_config())
    (folder / "problems.jsonl").write_text("".join(json.dumps(p) + "\n" for p in PROBLEMS))
    (folder / "small.jsonl").write_text(recorded_lines({0: 12, 1: 3, 2: 1, 3: 0}))
    (folder / "large.jsonl").write_text(recorded_lines({0: 12, 1: 6, 2: 6, 3: 1}))
    return workflow


def made_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], object]) -> Path:
    """The folder ``name`` of this session, which the first who asks for it makes.

    pytest-xdist's workers, whose folders lie beside one another, share it. Not to be changed.
    """
    shared = factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent
    folder, done = shared / name, shared / f"{name}.done"
    with (shared / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            shutil.rmtree(folder, ignore_errors=True)  # what a worker left that failed
            make(folder)
            done.touch()
    return folder


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Workflow:
    """The small experiment, run to its end. Not to be changed: take ``workflow`` for that."""
    return Workflow(
        made_once(tmp_path_factory, "finished", lambda folder: small_workflow(folder).snakemake())
    )


@pytest.fixture
def workflow(finished: Workflow, tmp_path: Path) -> Workflow:
    """A copy of the finished small experiment, with its times and Snakemake's records."""
    folder = tmp_path / "workflow"
    shutil.copytree(finished.folder, folder, symlinks=True)
    return Workflow(folder)
