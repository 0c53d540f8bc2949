"""Finished samples stay: whatever Snakemake thinks, unless weights, sampling or problems changed.

A shard stays where its files keep inode and bytes through a run. Most of this is in
`make test-faults`.
"""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Workflow, made_once, small_workflow

from passk.engines.finished import difference
from passk.redraw import command, sentences
from passk.terminal import SHELL

SMALL = "results/small/sums/plain"
COUNTS = f"{SMALL}/base-verbatim/counts.csv"
DAY = 86400


@pytest.fixture(scope="module")
def counted(tmp_path_factory: pytest.TempPathFactory) -> Workflow:
    """The small model's samples, verdicts and tables, and no more."""
    return Workflow(
        made_once(
            tmp_path_factory, "counted", lambda folder: small_workflow(folder).snakemake(COUNTS)
        )
    )


@pytest.fixture
def workflow(counted: Workflow, tmp_path: Path) -> Workflow:
    shutil.copytree(counted.folder, tmp_path / "workflow", symlinks=True)
    return Workflow(tmp_path / "workflow")


def shards(workflow: Workflow) -> dict[str, tuple[int, bytes]]:
    """Inode and bytes of every file of samples of the small model."""
    files = (workflow.folder / SMALL / "samples").iterdir()
    files = sorted(file for file in files if file.suffix != ".partial")
    return {file.name: (file.stat().st_ino, file.read_bytes()) for file in files}


def without_manifest(workflow: Workflow) -> None:
    """As where the models were moved, and the manifest deleted to have it made again."""
    (workflow.folder / "results/small/manifest.json").unlink()
    config = workflow.config()
    config["experiments"]["paper"]["n_samples"] = 8
    workflow.write_config(config)


def copied_without_records_and_times(workflow: Workflow) -> None:
    shutil.rmtree(workflow.folder / ".snakemake")
    files = [path for path in workflow.folder.rglob("*") if path.is_file()]
    for age, path in enumerate(sorted(files, key=lambda path: path.name)):
        os.utime(path, (1e9 + age, 1e9 + age))
    (workflow.folder / "problems.jsonl").touch()


def with_weights_elsewhere(workflow: Workflow) -> None:
    (workflow.folder / "moved").mkdir()
    (workflow.folder / "small.jsonl").rename(workflow.folder / "moved/small.jsonl")
    config = workflow.config()
    config["models"]["small"]["weights"]["path"] = "moved/small.jsonl"
    workflow.write_config(config)


def killed_before_it_was_recorded(workflow: Workflow) -> None:
    for record in (workflow.folder / ".snakemake/metadata").rglob("*"):
        if record.is_file():
            content = json.loads(record.read_text())
            record.write_text(json.dumps(content | {"params": ["'something else'"]}))


@pytest.mark.parametrize(
    "moved",
    [
        copied_without_records_and_times,
        pytest.param(without_manifest, marks=pytest.mark.faults),
        pytest.param(with_weights_elsewhere, marks=pytest.mark.faults),
        pytest.param(killed_before_it_was_recorded, marks=pytest.mark.faults),
    ],
)
def test_shards_stay_where_nothing_changed_that_decides_them(
    moved: Callable[[Workflow], None], workflow: Workflow
) -> None:
    before = shards(workflow)
    moved(workflow)
    done = workflow.snakemake(COUNTS)
    assert "3 finished shards will stay" in done.stdout
    assert f"snakemake --cores 2 {COUNTS} -R sample. " in done.stdout
    after = shards(workflow)
    samples = [name for name in before if "meta" not in name]
    assert [after[name] for name in samples] == [before[name] for name in samples]
    if moved is not with_weights_elsewhere:  # which the metadata name
        assert {name: after[name] for name in before} == before
    assert workflow.planned(COUNTS) == {}


@pytest.mark.faults
@pytest.mark.parametrize(
    "asked", [["-R", "sample"], ["-R", f"./{SMALL}/samples/00000-00001.jsonl.gz"]]
)
def test_who_asks_for_it_draws_finished_shards_again(asked: list[str], workflow: Workflow) -> None:
    before = shards(workflow)
    shutil.rmtree(workflow.folder / "logs")
    done = workflow.snakemake(COUNTS, *asked)
    number = 3 if "sample" in asked else 1
    assert f"{number} finished shard" in done.stdout
    after = shards(workflow)
    logs = [log.read_text() for log in (workflow.folder / "logs/sample").rglob("*.log")]
    assert len(logs) == number
    assert all("8 samples to draw" in log for log in logs)
    bytes_of = {name: content for name, (_, content) in after.items() if "meta" not in name}
    assert bytes_of == {name: before[name][1] for name in bytes_of}


@pytest.mark.faults
def test_shard_of_other_settings_is_named_and_never_given_back(workflow: Workflow) -> None:
    config = workflow.config()
    config["sampling"]["plain"]["temperature"] = 0.5
    workflow.write_config(config)
    recording = workflow.folder / "small.jsonl"
    whole = recording.read_text()
    recording.write_text("")
    done = workflow.snakemake(COUNTS, "--keep-going", check=False)
    assert done.returncode != 0
    said = "3 finished shards will be drawn again: "
    assert said in done.stdout
    assert "sampling.temperature was 1.0 and is 0.5" in done.stdout.split(said)[1]
    assert "no backup" not in done.stdout
    assert shards(workflow) == {}
    recording.write_text(whole)
    assert "finished shard" not in workflow.snakemake(COUNTS).stdout
    for metadata in (workflow.folder / SMALL / "samples").glob("*.json"):
        assert json.loads(metadata.read_text())["sampling"]["temperature"] == 0.5


def test_dry_run_removes_nothing(workflow: Workflow) -> None:
    before = shards(workflow)
    done = workflow.snakemake("-n", COUNTS, "-R", "sample")
    assert "3 finished shards will be drawn again" in done.stdout
    assert shards(workflow) == before


@pytest.mark.faults
def test_finished_shards_of_a_gpu_model_need_no_gpu(workflow: Workflow) -> None:
    """As on the laptop that results were copied to."""
    config = workflow.config()
    weights = {"engine": "vllm", "path": "model"}
    config["models"]["small"]["weights"] = weights
    workflow.write_config(config)
    manifest = workflow.folder / "results/small/manifest.json"
    for file in (workflow.folder / SMALL / "samples").glob("*.json"):
        file.write_text(json.dumps(json.loads(file.read_text()) | {"model": weights}))
    shutil.rmtree(workflow.folder / ".snakemake")
    (workflow.folder / "results/small/sums/problems.jsonl").touch()
    before = shards(workflow)
    manifest.touch()
    os.utime(manifest)
    assert workflow.planned(COUNTS)["sample"] == 3
    workflow.snakemake(COUNTS, "--resources", "gpu=0")
    assert shards(workflow) == before


@pytest.mark.faults
def test_damaged_shard_is_neither_taken_for_finished_nor_removed(workflow: Workflow) -> None:
    samples = workflow.folder / SMALL / "samples"
    for file in (samples / "00000-00001.jsonl.gz", samples / "00002-00003.meta.json"):
        file.write_bytes(file.read_bytes()[:-9])
    without_manifest(workflow)
    before = shards(workflow)
    done = workflow.snakemake(COUNTS, "--keep-going", check=False)
    assert done.returncode != 0
    assert "its sha256 differs): it was cut short or replaced; delete both" in done.stdout
    assert "00002-00003.meta.json is damaged: delete it" in done.stdout
    assert {name: shards(workflow)[name] for name in before} == before


@pytest.mark.faults
def test_two_checkouts_that_share_results_end_the_same(counted: Workflow, tmp_path: Path) -> None:
    """Through a link, at the same time: what one removes under the other, a second try makes."""
    checkouts = [small_workflow(tmp_path / name) for name in ("one", "other")]
    (tmp_path / "shared").mkdir()
    for checkout in checkouts:
        (checkout.folder / "results").symlink_to(tmp_path / "shared")
    command = [sys.executable, "-m", "snakemake", "--cores", "1", "--keep-going", COUNTS]
    running = [subprocess.Popen(command, cwd=checkout.folder) for checkout in checkouts]
    for process in running:
        process.wait(timeout=300)
    for checkout in checkouts:
        checkout.snakemake(COUNTS)
        assert checkout.planned(COUNTS) == {}
    assert (tmp_path / "one" / COUNTS).read_bytes() == (counted.folder / COUNTS).read_bytes()
    bytes_of = {
        name: content for name, (_, content) in shards(counted).items() if "meta" not in name
    }
    assert bytes_of == {name: shards(checkouts[0])[name][1] for name in bytes_of}
    left = [
        path
        for path in (tmp_path / "shared").rglob("*")
        if re.search(r"(tmp|lock|partial)$", path.name)
    ]
    assert left == []


@pytest.mark.faults
def test_large_shards_that_lost_their_times_run_nothing_again(tmp_path: Path) -> None:
    workflow = small_workflow(tmp_path)
    noise = random.Random(0)
    lines = map(json.loads, (tmp_path / "small.jsonl").read_text().splitlines())
    with (tmp_path / "small.jsonl").open("w") as handle:
        for line in lines:
            line["completion"] += f"# {noise.randbytes(200_000).hex()}\n"
            handle.write(json.dumps(line) + "\n")
    workflow.snakemake(COUNTS)
    files = sorted(path for path in (tmp_path / "results").rglob("*") if path.is_file())
    assert max(path.stat().st_size for path in files) > 1_000_000
    for age, path in enumerate(reversed(files)):
        os.utime(path, (1e9 + age, 1e9 + age))
    assert workflow.planned(COUNTS) == {}


@pytest.mark.faults
def test_clock_that_is_set_back_in_a_run_costs_no_shard(tmp_path: Path) -> None:
    workflow = small_workflow(tmp_path)
    command = [sys.executable, "-m", "snakemake", "--cores", "1", COUNTS]
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, text=True) as run:
        logs = tmp_path / "logs" / SMALL.replace("results", "sample")
        while not (logs.exists() and any(logs.iterdir())):
            assert run.poll() is None
            time.sleep(0.01)
        for file in ("manifest.json", "environment.txt", "sums/problems.jsonl"):
            path = tmp_path / "results/small" / file
            os.utime(path, (time.time() + DAY, time.time() + DAY))
    assert run.returncode == 0
    assert any("was of a time to come" in log.read_text() for log in logs.iterdir())
    assert len(shards(workflow)) == 6


@pytest.mark.faults
def test_clock_that_was_set_back_costs_no_shard(workflow: Workflow) -> None:
    shutil.rmtree(workflow.folder / SMALL / "base-verbatim")
    for file in (workflow.folder / SMALL).rglob("00004-00005.*"):
        file.unlink()
    made = [file for file in (workflow.folder / "results").rglob("*") if file.is_file()]
    for file in [*made, workflow.folder / "small.jsonl", workflow.folder / "scripts/execute.py"]:
        os.utime(file, (time.time() + DAY, time.time() + DAY))
    before = shards(workflow)
    done = workflow.snakemake(COUNTS)
    assert re.search(r"^\d+ files were of a time to come", done.stdout, re.MULTILINE)
    assert {name: shards(workflow)[name] for name in before} == before
    assert workflow.planned(COUNTS) == {}


@pytest.mark.parametrize(
    ("command", "code"),
    [
        ("echo drawn 2>&1 | tee full.log", 0),
        ("( echo drawn; exit 3 ) 2>&1 | tee full.log", 3),
        ("( false; echo drawn ) 2>&1 | tee full.log", 1),
        ("echo drawn | tee none/a.log", 0),
        ("( echo drawn | tee full.csv ) 2>&1 | tee full.log", 1),
    ],
)
def test_log_that_cannot_be_written_decides_nothing(
    command: str, code: int, tmp_path: Path
) -> None:
    for name in ("full.log", "full.csv"):
        (tmp_path / name).symlink_to("/dev/full")
    prefix = SHELL.format()
    done = subprocess.run(
        ["bash", "-c", prefix + command], cwd=tmp_path, stdout=subprocess.PIPE, text=True
    )
    assert done.returncode == code
    assert ("drawn" in done.stdout) == ("false" not in command)


WEIGHTS = {"engine": "vllm", "repository": "a/b", "revision": "0" * 40}
ASKED = {
    "format": 1,
    "model": WEIGHTS,
    "model_sha256": "ab",
    "draws": [0, 1],
    "sampling": {"seed": 0},
}


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({}, None),
        ({"seed_rule": "another", "engine": {"version": "1"}}, None),
        ({"model": {"engine": "vllm", "path": "/elsewhere"}}, None),
        ({"model": WEIGHTS | {"dtype": "float32"}}, 'model.dtype was "float32" and is not set'),
        ({"model_sha256": "cd"}, 'model_sha256 was "cd" and is "ab"'),
        ({"sampling": {"seed": 1}}, "sampling.seed was 1 and is 0"),
        ({"draws": [0, 2]}, "draws was [0, 2] and is [0, 1]"),
        ({"format": 2}, "format was 2 and is 1"),
        ({"model": {"engine": "gone"}}, 'model.engine was "gone" and is "vllm"'),
        ({"model": None}, 'model was null and is {"engine": "vllm"}'),
    ],
)
def test_only_what_decides_samples_tells_shards_apart(changed: dict, said: str | None) -> None:
    assert difference({**ASKED, **changed}, ASKED) == said


def test_endpoint_that_moved_is_another_model() -> None:
    here = {"engine": "openai", "endpoint": "http://a/v1", "name": "m"}
    there = here | {"endpoint": "http://b/v1"}
    assert difference({"model": here}, {"model": there})


def test_what_is_said_of_finished_shards() -> None:
    assert sentences({}, "snakemake") == []
    stay, again = sentences({"a": None, "b": "x was 1 and is 2", "c": "y"}, "snakemake demo")
    assert stay.startswith("1 finished shard will stay: ")
    assert "snakemake demo -R sample" in stay
    assert stay.endswith("snakemake demo --touch")
    assert again == "2 finished shards will be drawn again: b, for one: x was 1 and is 2"
    assert command(["--cores", "all", "-n", "my demo"]) == "snakemake --cores all 'my demo'"
