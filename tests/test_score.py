"""One command from samples to a score: `score.py`, and `passk score` where it is installed."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib
import venv
from pathlib import Path

import pytest
import yaml
from conftest import PROBLEMS, ROOT, recorded_lines

from passk.benchmarks.human_eval import human_eval_file
from passk.code import code
from passk.counts import read_counts
from passk.curve import read_curve
from passk.records import read_lines, read_verdicts

NAMES = ("verdicts.jsonl.gz", "counts.csv", "pass_at_k.csv")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "problems.jsonl").write_text("".join(json.dumps(p) + "\n" for p in PROBLEMS))
    (tmp_path / "mine.jsonl").write_text(recorded_lines({0: 12, 1: 6, 2: 1, 3: 0}))
    return tmp_path


def score(folder: Path, *options: str, benchmark: str = "problems.jsonl"):
    command = [sys.executable, str(ROOT / "scripts/score.py"), *options, "--benchmark", benchmark]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True)


def last_line(done: subprocess.CompletedProcess[str]) -> str:
    assert done.returncode == 2, done.stdout
    assert "Traceback" not in done.stderr
    return done.stderr.splitlines()[-1]


def test_score_prints_what_execute_and_estimate_write(folder: Path) -> None:
    done = score(folder, "mine.jsonl")
    assert done.returncode == 0, done.stderr
    results = folder / "mine.base-verbatim"
    assert {(c.task_id, c.n, c.c) for c in read_counts(results / "counts.csv")} == {
        ("Sum/0", 12, 12), ("Sum/1", 12, 6), ("Sum/2", 12, 1), ("Sum/3", 12, 0)
    }  # fmt: skip
    assert sum(1 for _ in read_verdicts(results / "verdicts.jsonl.gz")) == 48
    curve = {point.k: point for point in read_curve(results / "pass_at_k.csv")}
    for k in (1, 10, 12):
        point = curve[k]
        shown = rf"^ +{k} +{100 * point.pass_at_k:.1f} +{100 * point.tasks_low:.1f} to "
        assert re.search(shown, done.stdout, re.MULTILINE), done.stdout
    assert f"{100 * curve[1].draws_low:.1f} to {100 * curve[1].draws_high:.1f}" in done.stdout
    for name in NAMES:
        metadata = name.replace(".jsonl.gz", "").replace(".csv", "") + ".meta.json"
        assert (results / metadata).exists()


def test_tasks_without_a_sample_are_never_passed_over_in_silence(folder: Path) -> None:
    lines = (folder / "mine.jsonl").read_text().splitlines(keepends=True)
    (folder / "mine.jsonl").write_text("".join(lines[12:14] + lines[24:25]))  # of tasks 1 and 2
    said = last_line(score(folder, "mine.jsonl"))
    assert "has no sample of 2 of the 4 tasks (the first is Sum/0)" in said
    assert "--partial" in said
    assert "k must be 1 or more" in last_line(score(folder, "mine.jsonl", "--k-values", "0"))
    assert not (folder / "mine.base-verbatim").exists()
    done = score(folder, "mine.jsonl", "--partial")
    assert done.returncode == 0, done.stderr
    assert "2 of its tasks have no sample and are left out" in done.stdout
    assert "2 tasks, 1 to 2 draws each" in done.stdout


def test_score_replaces_its_own_results_and_nothing_else(folder: Path) -> None:
    results = folder / "mine.base-verbatim"
    for _ in range(2):
        assert score(folder, "mine.jsonl").returncode == 0
    for name in NAMES:
        kept = (results / name).read_bytes()
        (results / name).write_text("someone's notes")
        assert "not as this package wrote it" in last_line(score(folder, "mine.jsonl"))
        assert (results / name).read_text() == "someone's notes"
        (results / name).write_bytes(kept)
    (folder / "verdicts.jsonl.gz").write_bytes((folder / "mine.jsonl").read_bytes())
    said = last_line(score(folder, "verdicts.jsonl.gz", "--output", "."))
    assert "is the file of the samples" in said
    assert (folder / "verdicts.jsonl.gz").read_bytes() == (folder / "mine.jsonl").read_bytes()


def test_humaneval_is_the_default_benchmark(folder: Path) -> None:
    (folder / "mine.jsonl").write_text('{"task_id": "HumanEval/0", "completion": "    pass"}\n')
    command = [sys.executable, str(ROOT / "scripts/score.py"), "mine.jsonl"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    assert "has no sample of 163 of the 164 tasks (the first is HumanEval/1)" in last_line(done)


def test_passk_runs_every_command_line(tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "scripts")}

    def passk(*words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "passk", *words]
        return subprocess.run(
            command, cwd=tmp_path, env=environment, capture_output=True, text=True
        )

    listed = re.findall(r"^  ([\w-]+)  +\w", passk().stdout, re.MULTILINE)
    assert {name.replace("-", "_") for name in listed} == {
        path.stem for path in (ROOT / "scripts").glob("*.py")
    }
    assert passk("print-pass-at-k", "--help").stdout.startswith("usage: passk print-pass-at-k")
    assert "passk has no command 'scoer'" in last_line(passk("scoer"))
    assert "does not exist" in last_line(passk("score", "none.jsonl"))


def test_installed_commands_need_no_workflow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    included = project["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]
    for source, target in included.items():
        assert (ROOT / source).exists(), source
        if source.endswith(".py"):
            assert target == f"passk/commands/{Path(source).name}"
            for file in code(Path(source).name):
                assert not re.search(r"(import|from) snakemake", Path(file).read_text()), file
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    assert project["project"]["version"] == citation["version"]


@pytest.mark.slow
def test_installed_package_scores_outside_the_checkout(tmp_path: Path) -> None:
    """From a wheel, in an environment that has the dependencies and nothing of this checkout."""
    pip = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", tmp_path]
    subprocess.run([*pip, ROOT], check=True)
    (wheel,) = tmp_path.glob("*.whl")
    venv.create(tmp_path / "venv", with_pip=False, symlinks=True)
    (site,) = (tmp_path / "venv").glob("lib/python*/site-packages")
    dependencies = Path(pytest.__file__).parents[1]
    (site / "dependencies.pth").write_text(f"{dependencies}\n")
    python = tmp_path / "venv/bin/python"
    install = [python, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", wheel]
    subprocess.run(install, check=True)

    samples = tmp_path / "mine.jsonl"
    every = [record for _, record in read_lines(human_eval_file())]
    samples.write_text(
        "".join(
            json.dumps({"task_id": r["task_id"], "completion": text}) + "\n"
            for r in every[:5]
            for text in (r["canonical_solution"], "    return None\n")
        )
    )
    command = [tmp_path / "venv/bin/passk", "score", "mine.jsonl", "--partial"]
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert re.search(r"^ +1 +50\.0 .*\n +2 +100\.0 ", done.stdout, re.MULTILINE), done.stdout
    metadata = json.loads((tmp_path / "mine.base-verbatim/verdicts.meta.json").read_text())
    assert "seccomp" in " ".join(metadata["sandbox"]["layers"])
    figure = [tmp_path / "venv/bin/passk", "analyse", "pass_at_k", "--labels", "Mine"]
    figure += ["--curves", "mine.base-verbatim/pass_at_k.csv", "--output", "curve.csv"]
    plot = [tmp_path / "venv/bin/passk", "plot", "pass_at_k", "--table", "curve.csv"]
    for one in (figure, [*plot, "--output", "curve"]):
        subprocess.run(one, cwd=tmp_path, env=environment, check=True)
    assert (tmp_path / "curve.svg").exists()


def test_tasks_are_checked_where_no_workflow_has_done_it(tmp_path: Path) -> None:
    good = {"task_id": "a", "prompt": "p", "tests": [{"input": "1", "output": "2"}]}
    (tmp_path / "config.yaml").write_text(
        "benchmarks: {mine: {kind: stdin_stdout, path: tasks.jsonl}}\n"
    )
    sample = {"task_id": "a", "completion": "print(2)"}
    (tmp_path / "mine.jsonl").write_text(json.dumps(sample) + "\n")

    def scored(**changes: str) -> subprocess.CompletedProcess[str]:
        (tmp_path / "tasks.jsonl").write_text(json.dumps({**good, **changes}) + "\n")
        return score(tmp_path, "mine.jsonl", benchmark="mine")

    assert "100.0" in scored().stdout
    lenient = scored(checker="def check(*_): return True")
    assert "the checker of a accepts an empty output" in last_line(lenient)
    assert "the solution of a does not pass its tests" in last_line(scored(solution="print(3)"))
