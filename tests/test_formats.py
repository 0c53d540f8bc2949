"""The files that people bring: the same samples in every format are the same samples."""

from __future__ import annotations

import gzip
import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from pkgutil import resolve_name
from typing import Any

import pytest
from conftest import PROBLEMS, ROOT

import download_model
from passk.benchmarks.human_eval import Problem
from passk.engines import Request, open_engine
from passk.formats import FORMATS, Source, read_samples
from passk.formats.harnesses import HARNESSES
from passk.records import UserError

TASKS = {p["task_id"]: Problem(**p, index=i) for i, p in enumerate(PROBLEMS)}
DRAWS = 3
# What the model wrote, by task and draw; each differs, so that none can stand for another.
BODIES = {(t, d): f"    return x + {d}\n" for t in TASKS for d in range(DRAWS)}


def json_lines(*records: Any) -> str:
    return "".join(json.dumps(record) + "\n" for record in records)


def program(task: str, draw: int) -> str:
    return TASKS[task].prompt + BODIES[task, draw]


def human_eval(path: Path) -> Path:
    lines = [{"task_id": t, "completion": text} for (t, _), text in BODIES.items()]
    path.write_text(json_lines(*lines))
    return path


def evalplus(path: Path) -> Path:
    path.write_text(json_lines(*({"task_id": t, "solution": program(t, d)} for t, d in BODIES)))
    return path


def evalplus_folder(path: Path) -> Path:
    for task, draw in BODIES:
        file = path / task.replace("/", "_") / f"{draw}.py"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(program(task, draw))
    return path


def bigcode(path: Path) -> Path:
    path.write_text(json.dumps([[program(t, d) for d in range(DRAWS)] for t in TASKS]))
    return path


def lm_eval(path: Path, filters: tuple[str, ...] = ("create_test",)) -> Path:
    lines = [
        {
            "doc_id": task.index,
            "doc": {"task_id": t, "prompt": task.prompt},
            "resps": [[BODIES[t, d] for d in range(DRAWS)]],
            "filtered_resps": [["# filtered"] * DRAWS],
            "filter": name,
        }
        for t, task in TASKS.items()
        for name in filters
    ]
    path.write_text(json_lines(*lines))
    return path


WRITERS = [human_eval, evalplus, evalplus_folder, bigcode, lm_eval]


def source(path: Path, filter: str | None = None) -> Source:
    return Source(path, TASKS, len(TASKS), filter)


def read(path: Path, filter: str | None = None) -> dict[tuple[str, int], str]:
    return {(s.task_id, s.draw): s.completion for s in read_samples(source(path, filter))}


def packed(path: Path) -> Path:
    path.write_bytes(gzip.compress(path.read_bytes()))
    return path


@pytest.mark.parametrize("write", WRITERS)
def test_same_samples_in_every_format_packed_or_not(
    write: Callable[[Path], Path], tmp_path: Path
) -> None:
    path = write(tmp_path / "samples")
    assert read(path) == BODIES
    if path.is_file():
        assert read(packed(path)) == BODIES


@pytest.mark.parametrize("write", WRITERS)
def test_both_doors_read_the_same(write: Callable[[Path], Path], tmp_path: Path) -> None:
    path = write(tmp_path / "samples")
    weights = {"engine": "recorded", "path": str(path)}
    engine = open_engine(weights, {}, download_model.describe(weights), len(TASKS))
    requests = [Request(task, 0, DRAWS - 1) for task in TASKS.values()]
    drawn = [sample for batch in engine.sample(requests) for sample in batch.samples]
    assert {(s.task_id, s.draw): s.completion for s in drawn} == BODIES

    (tmp_path / "problems.jsonl").write_text(json_lines(*PROBLEMS))
    done = execute(tmp_path, path)
    assert done.returncode == 0, done.stderr
    verdicts = (tmp_path / "verdicts.jsonl").read_text().splitlines()
    passed = [v for v in map(json.loads, verdicts) if v["outcome"] == "passed"]
    # Task i adds i: that is the draw which passes its test.
    assert {(v["task_id"], v["draw"]) for v in passed} == {(f"Sum/{i}", i) for i in range(DRAWS)}


def execute(folder: Path, samples: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(ROOT / "scripts/execute.py"), "--samples", str(samples)]
    command += ["--benchmark", "problems.jsonl", "--verdicts", "verdicts.jsonl", *options]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True)


def test_part_of_a_benchmark_reads_what_is_of_its_tasks(tmp_path: Path) -> None:
    """bigcode's lists belong to tasks by their place in the whole benchmark."""
    first = dict(list(TASKS.items())[:2])
    expected = {key: text for key, text in BODIES.items() if key[0] in first}
    for count in (2, 4):
        lists = [[program(t, d) for d in range(DRAWS)] for t in list(TASKS)[:count]]
        path = tmp_path / "generations.json"
        path.write_text(json.dumps(lists))
        samples = read_samples(Source(path, first, len(TASKS)))
        assert {(s.task_id, s.draw): s.completion for s in samples} == expected


def test_one_filter_of_several_must_be_chosen(tmp_path: Path) -> None:
    path = lm_eval(tmp_path / "samples.jsonl", ("create_test", "none"))
    assert read(path, "none") == BODIES
    with pytest.raises(UserError, match="filters create_test, none; choose one with --filter"):
        read(path)
    with pytest.raises(UserError, match="no filter 'x'; --filter takes one of create_test, none"):
        read(path, "x")


TASK, BODY = "Sum/0", "    return x\n"
RIGHT = {"task_id": TASK, "completion": BODY}
RESPONSE = {"doc": {"task_id": TASK}, "resps": [[BODY]], "filter": "none"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "has no samples"),
        ("\n \n", "has no samples"),
        ("hello\n", "line 1 is not JSON"),
        ("12\n", "line 1 is not a JSON object"),
        ('{"task_id": \n', "line 1 is not JSON"),
        (json_lines({"task_id": TASK}), "has none of 'completion', 'solution', 'resps'"),
        (json_lines({**RIGHT, "solution": BODY}), "has both 'completion' and 'solution'"),
        (json_lines(PROBLEMS[0]), "is a problem file, which holds no samples"),
        (
            json_lines({"task_id": TASK, "draw": 0, "outcome": "passed", "cpu_seconds": 0.1}),
            "is a file of this package's verdicts",
        ),
        (json_lines({"task_id": TASK, "solution": 3}), "line 1 needs strings"),
        (json_lines(RESPONSE, RESPONSE), "draw 0 of Sum/0 is there twice"),
        (json_lines({**RESPONSE, "doc": {"question": "?"}}), "its 'doc' has no 'task_id'"),
        (json_lines({**RESPONSE, "resps": [[[-1.5, False]]]}), "one list of generated texts"),
        (json_lines({**RESPONSE, "resps": [["a"], ["b"]]}), "one list of generated texts"),
        (json.dumps([["a"]] * 3), "has the programs of 3 tasks and the benchmark 4"),
        (json.dumps([["a"]] * 5), "has the programs of 5 tasks and the benchmark 4"),
        (json.dumps([RIGHT]), "one JSON list, but not one of lists of programs"),
        ('[["a"], ["b"', "is not JSON: the file is cut short"),
        ("[" * 200_000, "is not JSON"),
    ],
)
def test_wrong_files_are_named_as_what_they_are(text: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / "samples"
    path.write_text(text)
    for _ in range(2):
        with pytest.raises(UserError, match=said):
            read(path)
        packed(path)


def test_folders_are_named_as_what_they_are(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="has no folders such as HumanEval_0"):
        read(tmp_path)
    path = evalplus_folder(tmp_path / "folder")
    shutil.copy(path / "Sum_0/1.py", path / "Sum_0/01.py")
    with pytest.raises(UserError, match="draw 1 of Sum/0 is there twice"):
        read(path)
    (path / "Sum_0/01.py").rename(path / "Sum_0/best.py")
    with pytest.raises(UserError, match=r"best\.py is not named after a draw"):
        read(path)


def test_verdicts_say_which_folder_they_are_on(tmp_path: Path) -> None:
    (tmp_path / "problems.jsonl").write_text(json_lines(*PROBLEMS))
    path = evalplus_folder(tmp_path / "folder")
    recorded = set()
    for _ in range(2):
        assert execute(tmp_path, path).returncode == 0
        metadata = json.loads((tmp_path / "verdicts.meta.json").read_text())
        recorded.add(metadata["samples_sha256"])
        (path / "Sum_0/0.py").write_text("")
    assert len(recorded) == 2


def test_samples_of_other_tasks_are_refused_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "problems.jsonl").write_text(json_lines(*PROBLEMS[:2]))
    for write in (human_eval, evalplus, evalplus_folder, lm_eval):
        done = execute(tmp_path, write(tmp_path / write.__name__))
        assert done.returncode == 2
        assert "unknown task" in done.stderr.splitlines()[-1]
        assert done.stderr.splitlines()[-1].startswith("error: ")


def test_rows_name_readers_and_harnesses_that_are_there() -> None:
    for one in FORMATS:
        assert not one.samples or callable(resolve_name(one.samples)), one
    assert {one.harness for one in FORMATS} - {""} == set(HARNESSES)
