"""Benchmarks: HumanEval by hash, files in its format, parts that keep their place."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from conftest import PROBLEMS, ROOT

from passk.benchmarks import find_benchmark, load_benchmark, read_problem_file, write_problem_file
from passk.records import UserError
from passk.verifiers.inputs_and_outputs import find_expected


@pytest.fixture
def problem_file(tmp_path: Path) -> Path:
    path = tmp_path / "problems.jsonl"
    path.write_text("".join(json.dumps(problem) + "\n" for problem in PROBLEMS))
    return path


def test_humaneval_is_the_file_of_164_tasks_that_the_config_pins() -> None:
    benchmark = find_benchmark("humaneval", ROOT / "config.yaml")
    assert benchmark.size == len(benchmark.problems) == 164
    assert benchmark.problems[163].task_id == "HumanEval/163"


@pytest.mark.parametrize(
    ("name", "sha256"),
    [
        ("humaneval", "10171acf3fabd614b6547ca18c7ded408a79e2ea2b21141d548f2b63303e0963"),
        ("humaneval-20", "705fdcf352af2eb0c1deec3d296887c8783b72ba8e03c5cd3766f1c2130c7cc7"),
        ("demo", "c9651aac567dd0eb27fa4ae1eff5f7c24810360448016bb12b1a66f8028bf307"),
        ("demo-few", "77df2e79d042c45566b48ae4fd7b42936b6e13e8f41e874782656b7aeb0ed729"),
    ],
)
def test_shards_of_earlier_releases_are_of_these_benchmarks(name: str, sha256: str) -> None:
    """Another sha256 would refuse every sample that was ever drawn."""
    assert find_benchmark(name, ROOT / "config.yaml").sha256 == sha256


def test_problem_file_of_human_eval_says_no_kind(problem_file: Path) -> None:
    """Its lines are what earlier releases wrote."""
    (first, *_) = write_problem_file(read_problem_file(problem_file)).splitlines()
    assert first == json.dumps({**PROBLEMS[0], "index": 0, "size": 4, "tasks": 4})


def test_kind_that_is_not_there_is_a_clear_error(problem_file: Path) -> None:
    sentence = "there is no kind of benchmark 'chess'; the kinds are human_eval"
    with pytest.raises(UserError, match=sentence):
        load_benchmark({"path": str(problem_file), "kind": "chess"})
    lines = write_problem_file(read_problem_file(problem_file)).splitlines()
    records = [{**json.loads(line), "kind": "chess"} for line in lines]
    problem_file.write_text("".join(json.dumps(record) + "\n" for record in records))
    with pytest.raises(UserError, match=sentence):
        read_problem_file(problem_file)


def test_part_of_a_benchmark_keeps_its_place_in_the_whole(tmp_path: Path) -> None:
    config = yaml.safe_load((ROOT / "config.yaml").read_text())["benchmarks"]
    part = load_benchmark(config["humaneval-20"])
    assert (len(part.problems), part.size, part.problems[19].index) == (20, 164, 19)
    (tmp_path / "part.jsonl").write_text(write_problem_file(part))
    assert read_problem_file(tmp_path / "part.jsonl") == part


def test_problem_file_comes_back_as_written(problem_file: Path, tmp_path: Path) -> None:
    benchmark = read_problem_file(problem_file)
    (tmp_path / "again.jsonl").write_text(write_problem_file(benchmark))
    assert read_problem_file(tmp_path / "again.jsonl") == benchmark
    assert read_problem_file(tmp_path / "again.jsonl").sha256 == benchmark.sha256


def test_file_that_lost_its_last_lines_is_refused(problem_file: Path, tmp_path: Path) -> None:
    text = write_problem_file(read_problem_file(problem_file))
    lines = text.splitlines(keepends=True)
    (tmp_path / "cut.jsonl").write_text("".join(lines[:-1]))
    with pytest.raises(UserError, match=r"cut.jsonl holds 3 of 4 tasks: .*delete it and run"):
        read_problem_file(tmp_path / "cut.jsonl")


def test_sha256_changes_with_the_content(problem_file: Path) -> None:
    before = read_problem_file(problem_file).sha256
    problem_file.write_text(problem_file.read_text().replace("add3", "plus3"))
    assert read_problem_file(problem_file).sha256 != before


def test_other_file_than_the_pinned_one_is_refused(problem_file: Path) -> None:
    with pytest.raises(UserError, match="sha256"):
        load_benchmark({"path": str(problem_file), "sha256": "0" * 64})


def test_name_or_path(problem_file: Path) -> None:
    config = problem_file.parent / "config.yaml"
    config.write_text("benchmarks: {sums: {path: problems.jsonl, first: 2}}\n")
    assert len(find_benchmark("sums", config).problems) == 2
    assert len(find_benchmark(str(problem_file), config).problems) == 4
    with pytest.raises(UserError, match="neither a benchmark"):
        find_benchmark("products", config)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("benchmarks: {", "config.yaml is not YAML"),
        ("\udcff", "config.yaml is not YAML"),
        ("[1]", "config.yaml must be a mapping"),
        ("benchmarks: [sums]", "'benchmarks' in .*config.yaml must be a mapping"),
        ("benchmarks: {sums: problems.jsonl}", "the benchmark 'sums' in .* must be a mapping"),
        ("benchmarks: {sums: {first: 2}}", "needs 'path' or 'url' or 'package'"),
        ("models: {}", "neither a benchmark"),
        ("benchmarks:", "neither a benchmark"),
    ],
)
def test_damaged_config_is_a_clear_error(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "config.yaml").write_bytes(text.encode(errors="surrogateescape"))
    with pytest.raises(UserError, match=said):
        find_benchmark("sums", tmp_path / "config.yaml")
    if said != "needs 'path' or 'url' or 'package'":
        with pytest.raises(UserError, match=said.replace("neither a", "needs a")):
            find_expected("sums", "plus", tmp_path / "config.yaml")


def test_names_are_known_in_any_folder_unless_its_config_says_otherwise(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert len(find_benchmark("humaneval-20").problems) == 20
    assert find_benchmark("demo") == read_problem_file(ROOT / "resources/demo/problems.jsonl")
    (tmp_path / "config.yaml").write_text("benchmarks: {own: {path: problems.jsonl}}\n")
    with pytest.raises(UserError, match="is neither a benchmark in config"):
        find_benchmark("humaneval-20")


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ('"task_id": "Sum/1"', '"task_id": "Sum/0"', "the task_id 'Sum/0' twice"),
        ('"entry_point": "add1", ', "", "entry_point"),
        ('"prompt": "def add1', '"prompts": "def add1', "prompt"),
    ],
)
def test_wrong_problem_file_is_a_clear_error(
    problem_file: Path, old: str, new: str, sentence: str
) -> None:
    text = problem_file.read_text()
    assert old in text
    problem_file.write_text(text.replace(old, new))
    with pytest.raises(UserError, match=sentence):
        read_problem_file(problem_file)


def test_empty_file_and_too_large_part_are_errors(problem_file: Path, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="more tasks"):
        load_benchmark({"path": str(problem_file), "first": 5})
    (tmp_path / "empty.jsonl").write_text("")
    with pytest.raises(UserError, match="no tasks"):
        read_problem_file(tmp_path / "empty.jsonl")
