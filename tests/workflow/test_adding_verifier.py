"""A verifier is one file and one row: it compares the final number of a completion."""

from __future__ import annotations

import json
from pathlib import Path

from adding import command, write_lines
from conftest import PROBLEMS, copy_workflow

MODULE = '''\
"""Whether the last number of a completion is the task's."""

import re

from passk.records import Verdict
from passk.verifiers import Signature


def number(text):
    found = re.findall(r"-?\\d+", text)
    return found[-1] if found else ""


class FinalNumber:
    def __init__(self, opening):
        self._opening = opening
        self.about = {"tolerance": opening.options["tolerance"]}

    def verdicts(self, samples):
        for sample in samples:
            wanted = number(self._opening.problems[sample.task_id].canonical_solution)
            right = number(self._opening.answer(sample)) == wanted
            outcome, error = ("passed", None) if right else ("failed", "AssertionError")
            yield Verdict(sample.task_id, sample.draw, outcome, 0.0, error)

    def signatures(self, samples):
        for sample in samples:
            mark = number(self._opening.answer(sample))
            yield Signature(sample.task_id, sample.draw, "ran", (mark,), mark, None)
'''
ROW = """
    "final_number": VerifierInfo(
        opens="passk.verifiers.final_number:FinalNumber",
        options={"tolerance": Option("how far off", float, 0.5, -1, "0 or more")},
    ),
"""


def test_a_verifier_is_one_file_and_one_row(tmp_path: Path) -> None:
    workflow = copy_workflow(tmp_path)
    package = "scripts/passk/verifiers"
    (tmp_path / package / "final_number.py").write_text(MODULE)
    table = "VERIFIERS: dict[str, VerifierInfo] = {"
    workflow.edit(f"{package}/__init__.py", table, table + ROW)
    # A benchmark's kind says which verifiers may judge it.
    first = 'suites={"base": "assertions"'
    workflow.edit(
        "scripts/passk/benchmarks/__init__.py", first, f'{first}, "number": "final_number"'
    )
    write_lines(tmp_path / "problems.jsonl", PROBLEMS)
    samples = [
        {"task_id": problem["task_id"], "draw": draw, "completion": f"    return x + {draw}\n"}
        for problem in PROBLEMS
        for draw in range(4)
    ]
    write_lines(tmp_path / "samples.jsonl", samples)
    here = ["--benchmark", "problems.jsonl", "--samples", "samples.jsonl"]
    judge = ["scripts/execute.py", "--suite", "number", *here, "--verdicts", "v.jsonl.gz"]

    command(tmp_path, *judge, "--tolerance", "0.25")
    metadata = json.loads((tmp_path / "v.meta.json").read_text())
    assert (metadata["suite"], metadata["tolerance"]) == ("number", 0.25)
    assert metadata["outcomes"] == {"passed": 4, "failed": 12, "timeout": 0, "crashed": 0}
    assert {"samples_sha256", "benchmark_sha256", "answer", "wall_seconds"} <= set(metadata)
    assert metadata["cpu_seconds"] == 0
    assert command(tmp_path, *judge, "--tolerance", "-2", check=False) == (
        "error: --tolerance must be 0 or more\n"
    )
    curve = command(
        tmp_path, "scripts/estimate.py", "--verdicts", "v.jsonl.gz", "--k-values", "1", "4",
        "--counts", "counts.csv", "--pass-at-k", "curve.csv",
    )  # fmt: skip
    assert (tmp_path / "curve.csv").exists(), curve

    # Its answers are what majority voting counts, once it is the first of the kind's suites.
    workflow.edit(
        "scripts/passk/benchmarks/__init__.py",
        f'{first}, "number": "final_number"',
        'suites={"number": "final_number", "base": "assertions"',
    )
    command(tmp_path, "scripts/observe.py", *here, "--observations", "o.jsonl")
    marks = [json.loads(line)["outputs"] for line in (tmp_path / "o.jsonl").open()]
    assert marks == [[str(draw)] for _ in PROBLEMS for draw in range(4)]
