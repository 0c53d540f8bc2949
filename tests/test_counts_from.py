"""Verdicts of other harnesses as counts.

The logs in tests/harnesses/ were written by the harnesses' own packages (its write_logs.py), but
for NeMo-Skills's and EvalPlus's, which are made here: the one is no package, the other fetches its
problems. `make test-harnesses` writes the logs anew, and reads them.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT

import estimate
from counts_from import counts_from
from passk.counts import read_counts
from passk.formats import Source, read_samples, recognise
from passk.formats.harnesses import HARNESSES, Choice
from passk.records import UserError, metadata_path, read_metadata, sha256_of

LOGS = Path(__file__).with_name("harnesses")
HARNESSES_PYTHON = ROOT / "resources/envs/harnesses/bin/python"
# Draws that are right, of questions 0 to 3, as write_logs.py has them.
PASSED = [2, 1, 1, 0]


def lm_eval_runs(logs: Path = LOGS) -> list[Path]:
    return [file for run in ("run-0", "run-1") for file in (logs / "lm_eval" / run).glob("*.jsonl")]


def swebench_reports(logs: Path = LOGS) -> list[Path]:
    return sorted((logs / "swebench").glob("*.json"))


def nemo_skills_runs(folder: Path, key: str = "symbolic_correct", **more: Any) -> list[Path]:
    paths = []
    for draw in (0, 1):
        lines = [
            {"id": q, "problem": f"{q}+{q}?", "generation": "…", key: passed > draw, **more}
            for q, passed in enumerate(PASSED)
        ]
        paths.append(folder / f"output-rs{draw}.jsonl")
        paths[-1].write_text("".join(json.dumps(line) + "\n" for line in lines))
    return paths


def evalplus_results(folder: Path) -> list[Path]:
    """Question 0 fails the further inputs once, and the base inputs never."""
    results = {
        f"HumanEval/{q}": [
            {
                "task_id": f"HumanEval/{q}",
                "solution": "…",
                "base_status": "pass" if passed > draw else "fail",
                "plus_status": "fail" if (q, draw) == (0, 1) else "pass",
            }
            for draw in (0, 1)
        ]
        for q, passed in enumerate(PASSED)
    }
    path = folder / "mine_eval_results.json"
    path.write_text(json.dumps({"date": "today", "hash": "fe5", "eval": results}))
    return [path]


def counted(tmp_path: Path, harness: str, paths: list[Path], **choice: Any) -> list[int]:
    output = tmp_path / "counts.csv"
    counts_from(paths, harness, Choice(**choice), output)
    counts = read_counts(output)
    assert {count.n for count in counts} == {2}
    return [count.c for count in sorted(counts, key=lambda count: count.task_id)]


def given(tmp_path: Path) -> dict[str, Any]:
    path = tmp_path / "counts.csv"
    return read_metadata(metadata_path(path), path)["given"]


def test_lm_eval_runs_are_draws(tmp_path: Path) -> None:
    runs = lm_eval_runs()
    assert counted(tmp_path, "lm-eval", runs, filter="number") == PASSED
    about = given(tmp_path)
    assert (about["tool"], about["models"]) == ("LM-eval", ["mock-7b"])
    assert about["version"].startswith("0.4.")
    assert about["sources"] == {str(run): sha256_of(run) for run in runs}
    # Without the filter that takes the number out of it no answer is the number.
    assert counted(tmp_path, "lm-eval", runs, filter="none") == [0, 0, 0, 0]


def test_swebench_reports_are_draws_and_nothing_that_was_tried_is_missing(tmp_path: Path) -> None:
    assert counted(tmp_path, "swebench", swebench_reports()) == PASSED
    assert given(tmp_path)["errors"] == 2  # an empty patch, then an error
    assert "never-tried" in swebench_reports()[0].read_text()
    assert "never-tried" not in (tmp_path / "counts.csv").read_text()


@pytest.mark.parametrize("key", ["symbolic_correct", "is_correct"])
def test_nemo_skills_runs_are_draws(key: str, tmp_path: Path) -> None:
    assert counted(tmp_path, "nemo-skills", nemo_skills_runs(tmp_path, key)) == PASSED


@pytest.mark.parametrize(
    ("judgement", "passed"),
    [
        ("Reasoning: same.\nJudgement: Yes", 2),
        ("**Judgement**: yes.", 2),
        ("Judgement: No", 0),
        ("I cannot say.", 0),
    ],
)
def test_nemo_skills_judge_must_say_yes(judgement: str, passed: int, tmp_path: Path) -> None:
    runs = nemo_skills_runs(tmp_path, judgement=judgement)
    assert counted(tmp_path, "nemo-skills", runs, score="judgement") == [passed] * 4
    with pytest.raises(
        UserError, match=r"several .symbolic_correct, judgement.; choose one with --score"
    ):
        counted(tmp_path, "nemo-skills", runs)


def test_evalplus_plus_is_all_of_the_tests(tmp_path: Path) -> None:
    results = evalplus_results(tmp_path)
    assert counted(tmp_path, "evalplus", results, score="base") == PASSED
    assert counted(tmp_path, "evalplus", results, score="plus") == [1, 1, 1, 0]
    with pytest.raises(UserError, match="choose one with --score"):
        counted(tmp_path, "evalplus", results)


def test_counts_go_on_to_the_estimate_with_where_they_are_from(tmp_path: Path) -> None:
    counted(tmp_path, "swebench", swebench_reports())
    out = tmp_path / "out"
    command = [sys.executable, estimate.__file__, "--counts-in", tmp_path / "counts.csv"]
    command += ["--k-values", "1", "--counts", out / "counts.csv", "--pass-at-k", out / "curve.csv"]
    subprocess.run(command, check=True)
    metadata = read_metadata(out / "counts.meta.json", out / "counts.csv")
    assert metadata["given"] == given(tmp_path)


def test_partial_scores_need_a_threshold(tmp_path: Path) -> None:
    runs = nemo_skills_runs(tmp_path)
    for run in runs:
        run.write_text(run.read_text().replace("true", "0.5"))
    with pytest.raises(UserError, match=r"the score 0\.5 is neither 0 nor 1; say with --threshold"):
        counted(tmp_path, "nemo-skills", runs)
    assert counted(tmp_path, "nemo-skills", runs, threshold=0.5) == PASSED
    assert counted(tmp_path, "nemo-skills", runs, threshold=0.6) == [0, 0, 0, 0]
    assert given(tmp_path)["passed"] == "symbolic_correct >= 0.6"


def without_last_line(path: Path) -> None:
    path.write_text("".join(path.read_text().splitlines(keepends=True)[:-1]))


def first_line_twice(path: Path) -> None:
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join([*lines, lines[0]]))


def other_problem(path: Path) -> None:
    path.write_text(path.read_text().replace("2+2?", "2*2?"))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (other_problem, r"output-rs.\.jsonl line 3: 2 is another problem than before"),
        (without_last_line, r"output-rs1.jsonl has no verdict on draw 0 of 3, which others have"),
        (first_line_twice, r"output-rs1.jsonl: draw 0 of 0 is there twice"),
    ],
)
def test_unequal_runs_are_refused_by_name(change: Any, said: str, tmp_path: Path) -> None:
    runs = nemo_skills_runs(tmp_path)
    change(runs[1])
    for paths in (runs, runs[::-1]):
        with pytest.raises(UserError, match=said):
            counted(tmp_path, "nemo-skills", paths)
    assert not (tmp_path / "counts.csv").exists()


def test_several_answers_with_one_score_are_no_draws(tmp_path: Path) -> None:
    (log,) = (LOGS / "lm_eval/repeats").glob("*.jsonl")
    with pytest.raises(UserError, match="gave 3 answers one score together"):
        counted(tmp_path, "lm-eval", [log], filter="number")


def test_lm_eval_of_another_model_or_without_a_filter_is_refused(tmp_path: Path) -> None:
    shutil.copytree(LOGS / "lm_eval", tmp_path / "lm_eval")
    runs = lm_eval_runs(tmp_path)
    with pytest.raises(UserError, match=r"number, none.; choose one with --filter"):
        counted(tmp_path, "lm-eval", runs)
    (results,) = (tmp_path / "lm_eval/run-1").glob("results*.json")
    results.write_text(results.read_text().replace('"mock-7b"', '"mock-70b"'))
    with pytest.raises(UserError, match=r"several models .mock-70b, mock-7b."):
        counted(tmp_path, "lm-eval", runs, filter="number")


def test_files_at_the_wrong_door_are_named_as_what_they_are(tmp_path: Path) -> None:
    files = {
        "swebench": swebench_reports()[0],
        "lm-eval": lm_eval_runs()[0],
        "evalplus": evalplus_results(tmp_path)[0],
        "nemo-skills": nemo_skills_runs(tmp_path)[0],
        "inspect": LOGS / "inspect/inspect.eval",
    }
    assert set(files) == set(HARNESSES)
    for harness, path in files.items():
        assert [one.harness for one in recognise(path)] == [harness]
        for other in set(files) - {harness}:
            with pytest.raises(UserError, match=f"give --format {harness}"):
                counted(tmp_path, other, [path])
        if harness != "lm-eval":
            with pytest.raises(UserError, match=f"counts_from.py --format {harness}"):
                list(read_samples(Source(path, {}, 0)))


def test_inspect_is_needed_for_its_logs(tmp_path: Path) -> None:
    command = [sys.executable, ROOT / "scripts/counts_from.py", "--format", "inspect"]
    command += ["--counts", tmp_path / "counts.csv", LOGS / "inspect/inspect.eval"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 2
    assert "pip install inspect-ai" in done.stderr.splitlines()[-1]


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The logs as today's packages write them."""
    if not HARNESSES_PYTHON.exists():
        pytest.skip("the harnesses are not installed: run `make test-harnesses`, which does that")
    folder = tmp_path_factory.mktemp("harnesses")
    subprocess.run([HARNESSES_PYTHON, LOGS / "write_logs.py", folder], check=True)
    return folder


@pytest.mark.harnesses
def test_logs_that_the_packages_write_now_are_read_alike(written: Path, tmp_path: Path) -> None:
    assert counted(tmp_path, "lm-eval", lm_eval_runs(written), filter="number") == PASSED
    assert counted(tmp_path, "swebench", swebench_reports(written)) == PASSED


@pytest.mark.harnesses
@pytest.mark.parametrize("fresh", [True, False])
def test_inspect_reads_its_logs_by_epochs(fresh: bool, written: Path, tmp_path: Path) -> None:
    log = (written if fresh else LOGS) / "inspect/inspect.eval"

    def run(*options: str) -> subprocess.CompletedProcess[str]:
        command = [HARNESSES_PYTHON, ROOT / "scripts/counts_from.py", "--format", "inspect"]
        command += ["--counts", tmp_path / "counts.csv", log, *options]
        return subprocess.run(command, capture_output=True, text=True)

    done = run("--score", "match")
    assert done.returncode == 0, done.stderr
    assert [count.c for count in read_counts(tmp_path / "counts.csv")] == PASSED
    about = given(tmp_path)
    assert (about["tool"], about["models"]) == ("Inspect", ["mockllm/mock-7b"])
    assert about["version"].startswith("0.3.")
    assert "several (half, match); choose one with --score" in run().stderr
    assert "the score 0.5 is neither 0 nor 1" in run("--score", "half").stderr
    assert run("--score", "half", "--threshold", "0.5").returncode == 0
    assert [count.c for count in read_counts(tmp_path / "counts.csv")] == PASSED
