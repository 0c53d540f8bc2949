"""A kind of benchmark is one file and one row: tasks in words, in a file of its own format, that
want a whole program; its tests are judged by a verifier that is there."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

from adding import command, write_lines
from conftest import copy_workflow

MODULE = '''\
"""Tasks in words, with a list of asserts."""

from dataclasses import dataclass

from passk.benchmarks import text_field


@dataclass(frozen=True, slots=True)
class WordedTask:
    task_id: str
    prompt: str
    entry_point: str
    canonical_solution: str
    test: str
    index: int


def read_task(record, index, where):
    texts = {
        name: text_field(record, name, where, "worded")
        for name in ("prompt", "entry_point", "canonical_solution")
    }
    if "asserts" not in record:  # a line that problem_file.py wrote
        return WordedTask(record["task_id"], **texts, test=record["test"], index=index)
    test = "def check(candidate):\\n" + "".join(f"    {line}\\n" for line in record["asserts"])
    return WordedTask(f"Worded/{index}", **texts, test=test, index=index)


def extract(task, completion, answer):
    return completion if answer == "whole" else completion.partition("CODE:\\n")[2]
'''
ROW = """
    "worded": Kind(
        reads="passk.benchmarks.worded:read_task",
        suites={"base": "assertions"},
        answers=("whole", "after_code"),
        extracts="passk.benchmarks.worded:extract",
    ),
"""
TASKS = [
    {
        "prompt": f"# Write add{n}, which adds {n}.\n",
        "entry_point": f"add{n}",
        "canonical_solution": f"def add{n}(x):\n    return x + {n}\n",
        "asserts": [f"assert candidate(1) == {1 + n}", f"assert candidate(5) == {5 + n}"],
    }
    for n in range(3)
]


def test_a_kind_of_benchmark_is_one_file_and_one_row(tmp_path: Path) -> None:
    workflow = copy_workflow(tmp_path)
    (tmp_path / "scripts/passk/benchmarks/worded.py").write_text(MODULE)
    table = "KINDS: dict[str, Kind] = {"
    workflow.edit("scripts/passk/benchmarks/__init__.py", table, table + ROW)
    write_lines(tmp_path / "worded.jsonl", TASKS)
    entry = {"kind": "worded", "path": "worded.jsonl"}
    (tmp_path / "config.yaml").write_text(json.dumps({"benchmarks": {"sums": entry}}))
    samples = [
        {"task_id": f"Worded/{n}", "draw": d, "completion": f"def add{n}(x):\n    return x + {d}"}
        for n in range(3)
        for d in range(3)
    ]
    write_lines(tmp_path / "samples.jsonl", samples)
    write_lines(tmp_path / "few.jsonl", samples[:6])

    command(
        tmp_path, "scripts/problem_file.py", "--benchmark", json.dumps(entry | {"first": 2}),
        "--output", "problems.jsonl",
    )  # fmt: skip
    line = json.loads((tmp_path / "problems.jsonl").read_text().splitlines()[1])
    assert (line["task_id"], line["kind"], line["size"], line["tasks"]) == (
        "Worded/1", "worded", 3, 2,
    )  # fmt: skip
    judge = ["scripts/execute.py", "--verdicts", "v.jsonl.gz", "--benchmark"]
    said = command(tmp_path, *judge, "problems.jsonl", "--samples", "samples.jsonl", check=False)
    assert "a sample of 'Worded/2', an unknown task" in said
    for benchmark in ("sums", "problems.jsonl"):  # by the entry's kind, and by the file's own
        command(tmp_path, *judge, benchmark, "--samples", "few.jsonl")
        with gzip.open(tmp_path / "v.jsonl.gz") as handle:
            outcomes = [json.loads(line)["outcome"] for line in handle]
        assert outcomes == ["passed", "failed", "failed", "failed", "passed", "failed"]
    metadata = json.loads((tmp_path / "v.meta.json").read_text())
    assert (metadata["suite"], metadata["answer"]) == ("base", "whole")
    for option, value, known in (
        ("suite", "plus", "base"),
        ("answer", "markdown", "whole, after_code"),
    ):
        said = command(
            tmp_path, *judge, "sums", "--samples", "few.jsonl", f"--{option}", value, check=False
        )
        assert said == (
            f"error: --{option} {value} is not for benchmarks of kind worded; give one of {known}\n"
        )
    command(
        tmp_path, "scripts/estimate.py", "--verdicts", "v.jsonl.gz", "--k-values", "1", "3",
        "--problems", "problems.jsonl", "--counts", "counts.csv", "--pass-at-k", "curve.csv",
    )  # fmt: skip
    rows = [row.split(",")[:3] for row in (tmp_path / "counts.csv").read_text().splitlines()]
    assert rows == [["task_id", "n", "c"], ["Worded/0", "3", "1"], ["Worded/1", "3", "1"]]
