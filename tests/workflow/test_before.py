"""Results of the state before the package was divided into its present folders.

`results_before.tar.gz` holds what commit 03bd7bb made of conftest's small experiment (`results/`,
Snakemake's records, and what it was made from).
"""

from __future__ import annotations

import tarfile
from pathlib import Path

import pytest
from conftest import Workflow, copy_workflow

ARCHIVE = Path(__file__).with_name("results_before.tar.gz")
TABLES = [
    f"results/{model}/sums/plain/base-verbatim/{table}.csv"
    for model in ("small", "large")
    for table in ("counts", "pass_at_k")
]


@pytest.fixture
def before(tmp_path: Path) -> Workflow:
    workflow = copy_workflow(tmp_path)
    with tarfile.open(ARCHIVE) as archive:
        archive.extractall(tmp_path, filter="data")
    return workflow


def test_nothing_is_sampled_again(before: Workflow) -> None:
    plan = before.planned()
    stays = ("sample", "problem_file", "download_model", "environment")
    assert not set(stays) & set(plan)
    assert plan["execute"] == 5  # its code moved


def test_tables_are_the_same_bytes(before: Workflow) -> None:
    old = {table: (before.folder / table).read_bytes() for table in TABLES}
    samples = sorted(before.folder.glob("results/*/*/*/samples/*"))
    made = [(path.stat().st_ino, path.stat().st_mtime_ns) for path in samples]
    assert len(samples) == 10
    before.snakemake(*TABLES)
    assert {table: (before.folder / table).read_bytes() for table in TABLES} == old
    assert [(path.stat().st_ino, path.stat().st_mtime_ns) for path in samples] == made
