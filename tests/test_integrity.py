"""Files that lost their end and kept their time: verify.py names them and what makes them again."""

from __future__ import annotations

import gzip
import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT, Workflow

from passk.integrity import verify
from passk.records import sha256_of, write_metadata

PLAIN = "results/small/sums/plain"
DRAWN = "figures/paper/base-verbatim"


def cut(path: Path, at: float = 0.6) -> None:
    """Keep the first part of a file, and its time."""
    times = path.stat()
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * at)])
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))


def run_verify(workflow: Workflow) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, ROOT / "scripts/verify.py"],
        cwd=workflow.folder,
        capture_output=True,
        text=True,
    )


def test_finished_run_is_whole_and_every_file_is_looked_at(finished: Workflow) -> None:
    done = run_verify(finished)
    assert (done.returncode, done.stderr) == (0, "")
    assert "all files are intact" in done.stdout
    data = [*finished.folder.glob("results/*/sums/plain/**/*.jsonl.gz")]
    assert verify(finished.folder).files > len(data) + len(list(finished.folder.glob(f"{DRAWN}/*")))


@pytest.mark.parametrize(
    "file",
    [
        f"{PLAIN}/samples/00002-00003.jsonl.gz",
        f"{PLAIN}/samples/00002-00003.meta.json",
        f"{PLAIN}/verdicts/base-verbatim/00002-00003.jsonl.gz",
        f"{PLAIN}/verdicts/base-verbatim/00002-00003.meta.json",
        f"{PLAIN}/base-verbatim/counts.csv",
        f"{PLAIN}/base-verbatim/pass_at_k.csv",
        f"{PLAIN}/base-verbatim/pass_at_k.meta.json",
        "results/small/sums/problems.jsonl",
        "results/small/manifest.json",
        "small.jsonl",
        f"{DRAWN}/pass_at_k.png",
        f"{DRAWN}/pass_at_k.pdf",
        f"{DRAWN}/pass_at_k.svg",
        f"{DRAWN}/success_rates.csv",
    ],
)
def test_cut_file_is_named(workflow: Workflow, file: str) -> None:
    cut(workflow.folder / file)
    before = sorted((p, p.stat().st_mtime_ns) for p in workflow.folder.rglob("*"))
    report = verify(workflow.folder)
    assert [str(f.path.relative_to(workflow.folder)) for f in report.findings] == [file]
    assert sorted((p, p.stat().st_mtime_ns) for p in workflow.folder.rglob("*")) == before


def test_lost_lines_are_found_by_what_snakemake_recorded_of_the_reader(workflow: Workflow) -> None:
    drawn = workflow.folder / DRAWN
    record = next(
        path
        for path in (workflow.folder / ".snakemake/metadata").rglob("*")
        if path.is_file() and "plot.py success_rates" in json.loads(path.read_text())["shellcmd"]
    )
    content = json.loads(record.read_text())
    table = drawn / "pass_at_k.csv"  # as if it had been drawn from this one
    content["input_checksums"] = {f"{DRAWN}/pass_at_k.csv": f"sha256:{sha256_of(table)}"}
    record.write_text(json.dumps(content))
    assert verify(workflow.folder).findings == []
    times = table.stat()
    table.write_text("".join(table.read_text().splitlines(keepends=True)[:-1]))
    os.utime(table, ns=(times.st_atime_ns, times.st_mtime_ns))
    assert [finding.path for finding in verify(workflow.folder).findings] == [table]
    os.utime(table)  # changed since, which Snakemake sees by itself
    assert verify(workflow.folder).findings == []


def test_missing_and_orphaned_files_are_named(workflow: Workflow) -> None:
    (workflow.folder / PLAIN / "samples/00000-00001.jsonl.gz").unlink()
    (workflow.folder / PLAIN / "verdicts/base-verbatim/00002-00003.meta.json").unlink()
    found = [f.path.name for f in verify(workflow.folder).findings]
    assert found == ["00000-00001.meta.json", "00002-00003.jsonl.gz"]


def test_verdicts_of_other_samples_are_named(workflow: Workflow) -> None:
    """A shard and its metadata that agree, but of which there are no verdicts."""
    samples = workflow.folder / PLAIN / "samples"
    for suffix in ("jsonl.gz", "meta.json"):
        (samples / f"00000-00001.{suffix}").write_bytes(
            (samples / f"00002-00003.{suffix}").read_bytes()
        )
    (finding,) = verify(workflow.folder).findings
    assert finding.path == workflow.folder / PLAIN / "verdicts/base-verbatim/00000-00001.jsonl.gz"
    assert "another version of results/small/sums/plain/samples/00000-00001.jsonl.gz" in finding.why


@pytest.mark.faults
@pytest.mark.long
def test_its_advice_makes_the_same_tables_again(workflow: Workflow) -> None:
    files = [
        f"{PLAIN}/samples/00002-00003.jsonl.gz",
        f"{PLAIN}/base-verbatim/counts.csv",
        f"{DRAWN}/success_rates.csv",
    ]
    whole = {file: (workflow.folder / file).read_bytes() for file in files}
    for file in files:
        cut(workflow.folder / file)
    done = run_verify(workflow)
    assert done.returncode == 1
    remove, make = [shlex.split(line) for line in done.stdout.splitlines() if line.startswith("  ")]
    assert (remove[0], make[:3]) == ("rm", ["snakemake", "--cores", "all"])
    subprocess.run(remove, cwd=workflow.folder, check=True)
    workflow.snakemake(*make[3:])
    workflow.snakemake()
    assert run_verify(workflow).returncode == 0
    assert {file: (workflow.folder / file).read_bytes() for file in files} == whole


def test_nothing_to_check_is_an_error(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, ROOT / "scripts/verify.py"], cwd=tmp_path, capture_output=True, text=True
    )
    assert done.returncode == 2
    assert "run the workflow first" in done.stderr


def test_unfinished_shards_are_told_apart_from_those_that_nobody_asks_for(tmp_path: Path) -> None:
    samples = tmp_path / PLAIN / "samples"
    samples.mkdir(parents=True)
    for draws in ("00000-00001", "00002-00003", "00004-00005"):
        (samples / f"{draws}.jsonl.gz.partial").touch()
    (tmp_path / "figures").mkdir()
    (tmp_path / "figures/a.txt").write_text("x\n")
    (tmp_path / "resources/plus").mkdir(parents=True)
    with gzip.open(tmp_path / "resources/plus/a.jsonl.gz", "wb") as handle:
        handle.write(b"{}\n")
    asked = {Path(PLAIN, "samples/00000-00001.jsonl.gz")}
    unfinished, strange = verify(tmp_path, asked=asked).notes[-2:]
    assert unfinished == "1 shard is unfinished: the same command resumes them"
    assert strange.startswith("2 unfinished shards are no longer asked for; to remove: rm ")
    assert strange.endswith(f"{PLAIN}/samples/00004-00005.jsonl.gz.partial")


def test_deleted_verdicts_are_named_with_what_makes_them_again(tmp_path: Path) -> None:
    tables = tmp_path / PLAIN / "base-verbatim"
    tables.mkdir(parents=True)
    verdicts = f"{PLAIN}/verdicts/base-verbatim/00000-00001.jsonl.gz"
    (tables / "counts.csv").write_text("task_id,n,c\nT/0,1,1\n")
    about = {"format": 1, "sources": {verdicts: "0" * 64}}
    write_metadata(tables / "counts.meta.json", tables / "counts.csv", about)
    report = verify(tmp_path)
    assert report.findings == []
    assert any(note.endswith(f"snakemake --cores all {verdicts}") for note in report.notes)
