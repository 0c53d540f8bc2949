"""The audit: what fools a harness that shares its process is listed, and nothing else."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from pathlib import Path

import pytest

from passk.benchmarks.human_eval import human_eval_file
from passk.records import Verdict, metadata_path
from passk.verifiers.in_process import AGREE, FORGERY, LIMIT, STRICTER, explain, is_chosen

SCRIPTS = Path(__file__).parent.parent / "scripts"
LIAR = "    class Liar:\n        def __eq__(self, other): return True\n    return Liar()\n"
CATCHES = "    return -1\ndef check(candidate): pass\n"
BODIES = {
    "right": "    return x + y\n",
    "wrong": "    return x - y\n",
    "no Python": "    return (\n",
    "endless": "    while True: pass\n",
    "liar": LIAR,
    "leaves": "    import os\n    os._exit(0)\n",
    "redefines check": CATCHES,
}


def run(script: str, *options: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(SCRIPTS / script), "--benchmark", str(human_eval_file())]
    return subprocess.run([*command, *map(str, options)], capture_output=True, text=True)


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Samples and their verdicts."""
    folder = tmp_path_factory.mktemp("audit")
    samples, verdicts = folder / "samples.jsonl", folder / "verdicts.jsonl.gz"
    lines = [{"task_id": "HumanEval/53", "completion": body} for body in BODIES.values()]
    samples.write_text("".join(json.dumps(line) + "\n" for line in lines))
    done = run("execute.py", "--samples", samples, "--verdicts", verdicts)
    assert done.returncode == 0, done.stderr
    return samples, verdicts


def audit(samples: Path, verdicts: Path, *options: object) -> subprocess.CompletedProcess[str]:
    return run("audit.py", "--samples", samples, "--verdicts", verdicts, *options)


def test_program_that_fools_a_harness_in_its_process_is_a_suspected_forgery(
    judged: tuple[Path, Path], tmp_path: Path
) -> None:
    output = tmp_path / "audit.csv"
    done = audit(*judged, "--output", output)
    assert done.returncode == 0, done.stderr
    with output.open() as handle:
        rows = list(csv.DictReader(handle))
    assert [list(BODIES)[int(row["draw"])] for row in rows] == ["liar"]
    assert rows[0]["explanation"] == FORGERY
    assert (rows[0]["verdict"], rows[0]["reference"]) == ("failed", "passed")
    assert "7 samples: 6 agree; 1 suspected forgery" in done.stderr
    assert "judged with --isolate company" in done.stderr


def test_share_is_seeded_and_a_part() -> None:
    def chosen(share: float, seed: int) -> set[int]:
        return {draw for draw in range(2000) if is_chosen("HumanEval/53", draw, share, seed)}

    assert chosen(1.0, 0) == set(range(2000))
    assert 400 < len(chosen(0.25, 0)) < 600
    assert chosen(0.25, 0) == chosen(0.25, 0) < chosen(0.5, 0)
    assert chosen(0.25, 0) != chosen(0.25, 1)


def test_only_the_share_is_run(judged: tuple[Path, Path], tmp_path: Path) -> None:
    seed = next(n for n in range(100) if is_chosen("HumanEval/53", 4, 0.5, n))
    done = audit(*judged, "--share", 0.5, "--seed", seed, "--output", tmp_path / "audit.csv")
    count = sum(is_chosen("HumanEval/53", draw, 0.5, seed) for draw in range(len(BODIES)))
    assert 0 < count < len(BODIES)
    assert f"{count} samples:" in done.stderr and "1 suspected forgery" in done.stderr


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--share", "0"), "--share must be"),
        (("--answer", "markdown"), "--answer verbatim"),
        (("--workers", "0"), "--workers must be"),
    ],
)
def test_bad_options_are_one_sentence(
    judged: tuple[Path, Path], tmp_path: Path, options: tuple[str, ...], said: str
) -> None:
    done = audit(*judged, *options, "--output", tmp_path / "audit.csv")
    assert done.returncode == 2 and said in done.stderr and len(done.stderr.splitlines()) == 1
    assert not (tmp_path / "audit.csv").exists()


def test_verdicts_that_nothing_audits_are_refused(
    judged: tuple[Path, Path], tmp_path: Path
) -> None:
    samples, verdicts = judged
    copy = tmp_path / verdicts.name
    copy.write_bytes(verdicts.read_bytes())
    for suite in ("plus", "own"):
        metadata = json.loads(metadata_path(verdicts).read_text()) | {"suite": suite}
        metadata_path(copy).write_text(json.dumps(metadata))
        done = audit(samples, copy, "--output", tmp_path / "audit.csv")
        assert done.returncode == 2 and f"suite '{suite}', which no other" in done.stderr


def test_verdicts_of_other_samples_are_refused(judged: tuple[Path, Path], tmp_path: Path) -> None:
    samples, verdicts = judged
    lines = samples.read_text().splitlines(keepends=True)
    changed = lines[0].replace('"completion": "', '"completion": "#')
    for part, said in (
        (lines[:-1], "lacks samples"),
        ([changed, *lines[1:]], "lacks samples"),
        ([*lines, lines[0]], "has no verdict"),
    ):
        other = tmp_path / "samples.jsonl"
        other.write_text("".join(part))
        done = audit(other, verdicts, "--output", tmp_path / "audit.csv")
        assert done.returncode == 2 and said in done.stderr, done.stderr


@pytest.mark.parametrize(
    ("judge", "reference", "explanation"),
    [
        ("passed", "passed", AGREE),
        ("failed", "timeout", AGREE),
        ("failed", "passed", FORGERY),
        ("crashed", "passed", FORGERY),
        ("timeout", "passed", LIMIT),
        ("passed", "timeout", LIMIT),
        ("passed", "failed", STRICTER),
    ],
)
def test_differences_are_explained(judge: str, reference: str, explanation: str) -> None:
    one, other = (Verdict("t", 0, outcome, 0.1) for outcome in (judge, reference))
    assert explain(one, other) == explanation
