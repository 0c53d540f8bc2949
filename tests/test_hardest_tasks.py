"""Which tasks are the hardest, what is said of them, and hostile texts in it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from conftest import PROBLEMS, ROOT

from passk.analyses.draws import REPEATED, joined, laid_out, readable, without_prompt
from passk.analyses.given import Given
from passk.analyses.hardest_tasks import page
from passk.analyses.hardest_tasks import table as hardest_tasks
from passk.analyses.hardest_tasks.table import LEAST, NEVER, Row, describe, excerpt, select
from passk.benchmarks import Benchmark, write_problem_file
from passk.benchmarks.human_eval import Problem
from passk.records import (
    Sample,
    UserError,
    Verdict,
    metadata_path,
    sha256_of,
    write_metadata,
    write_records,
)
from passk.tables import read_table

TASKS = tuple(Problem(**problem, index=i) for i, problem in enumerate(PROBLEMS))
BENCHMARK = Benchmark(TASKS, len(TASKS))


def verdict(task: str, draw: int, outcome: str, error: str | None = None) -> Verdict:
    return Verdict(task, draw, outcome, 0.1, error)


def described(
    problem: Problem, group: str, verdicts: list[Verdict], samples: list[Sample], answer: str
) -> Row:
    return describe(BENCHMARK, problem, group, joined(samples, verdicts)[problem.task_id], answer)


def test_never_solved_come_first_in_file_order_then_the_least_solved() -> None:
    passed = {"a": 3, "b": 0, "c": 1, "d": 0, "e": 2, "f": 0}
    found = [
        verdict(task, draw, "passed" if draw < count else "failed")
        for task, count in passed.items()
        for draw in range(4)
    ]
    assert select(found, list(passed), 2) == {"b": NEVER, "d": NEVER, "c": LEAST, "e": LEAST}
    assert list(select(found, list(passed), 2)) == ["b", "d", "c", "e"]


def test_outcomes_and_the_most_frequent_programs_are_told() -> None:
    problem = TASKS[0]
    ended = [
        ("    return 0", "failed", None),
        ("    return 0", "failed", None),
        ("    return y", "failed", "NameError"),
        ("    return x", "passed", None),
        ("    while 1: pass", "timeout", None),
        ("    return 0", "failed", None),
        ("    return y", "failed", "NameError"),
    ]
    verdicts = [verdict("Sum/0", i, o, e) for i, (_, o, e) in enumerate(ended)]
    samples = [Sample("Sum/0", i, text) for i, (text, *_) in enumerate(ended)]
    row = described(problem, LEAST, verdicts, samples, "verbatim")
    assert (row.n, row.passed, row.failed, row.timeout, row.crashed) == (7, 1, 5, 1, 0)
    assert row.errors == "wrong output 3; NameError 2; timeout 1"
    assert (row.passing, row.passing_count) == ("    return x", 1)
    assert (row.failing, row.failing_count, row.failing_ended) == (
        "    return 0",
        3,
        "wrong output",
    )
    assert (row.second, row.second_count, row.second_ended) == ("    return y", 2, "NameError")
    assert row.distinct_failing == 3
    assert 0 < row.low < 1 / 7 < row.high


def test_programs_are_counted_as_they_were_read() -> None:
    texts = ["```python\n    return 1\n```", "Sure!\n```\n    return 1\n```", "    return 2"]
    verdicts = [verdict("Sum/0", i, "failed") for i in range(3)]
    samples = [Sample("Sum/0", i, text) for i, text in enumerate(texts)]
    assert described(TASKS[0], NEVER, verdicts, samples, "markdown").failing_count == 2
    assert described(TASKS[0], NEVER, verdicts, samples, "verbatim").failing_count == 1


def test_what_would_act_is_spelled_out() -> None:
    assert readable("a\x1b[2J\u202eb\x00\ud800\tc\nd") == "a\\x1b[2J\\u202eb\\x00\\ud800\tc\nd"


def test_long_texts_are_cut_and_say_so() -> None:
    assert excerpt("x" * 5000) == "x" * 1200 + "\n[3,800 more characters]"
    lines = excerpt("a\n" * 100).split("\n")
    assert len(lines) == 41 and lines[-1] == "[120 more characters]"
    assert excerpt("short\n\n") == "short"


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, ROOT / "scripts/analyse.py", "hardest_tasks", "--labels", "M"]
    command += map(str, arguments)
    return subprocess.run(command, capture_output=True, text=True)


@pytest.fixture
def shards(tmp_path: Path) -> Path:
    """A problem file, and two shards of hostile samples with their verdicts."""
    (tmp_path / "problems.jsonl").write_text(write_problem_file(BENCHMARK))
    hostile = '</pre><script>alert(1)</script>"\ud83d\x07'
    for name, draws in (("a", (0, 1)), ("b", (2, 3))):
        keys = [(task.task_id, draw) for task in TASKS for draw in draws]
        write_records(
            tmp_path / f"{name}.jsonl.gz", [Sample(*key, hostile + str(key)) for key in keys]
        )
        write_records(
            tmp_path / f"{name}-v.jsonl.gz",
            [verdict(*key, "passed" if key == ("Sum/2", 3) else "crashed") for key in keys],
        )
    return tmp_path


def test_command_joins_shards_on_task_and_draw_whatever_their_order(shards: Path) -> None:
    given = ["--problems", shards / "problems.jsonl", "--answer", "verbatim"]
    for stem, samples, verdicts in (("one", "ab", "ab"), ("two", "ba", "ab")):
        files = [shards / f"{name}.jsonl.gz" for name in samples]
        judged = [shards / f"{name}-v.jsonl.gz" for name in verdicts]
        done = run(
            *given, "--samples", *files, "--verdicts", *judged, "--output", shards / f"{stem}.csv"
        )
        assert done.returncode == 0, done.stderr
    assert (shards / "one.csv").read_bytes() == (shards / "two.csv").read_bytes()
    table = read_table(shards / "one.csv", hardest_tasks.COLUMNS)
    assert list(table.task_id) == ["Sum/0", "Sum/1", "Sum/3", "Sum/2"]
    assert list(table.crashed) == [4, 4, 4, 3]
    assert "\\ud83d\\x07('Sum/2', 3)" in table.passing.iloc[3]
    text = page.paragraph(table)
    assert "Of the tasks that no draw solved, 3 are listed" in text
    assert "those solved least: 1 is listed, of whose draws 25.0 % passed" in text


@pytest.mark.parametrize(
    ("samples", "sentence"),
    [("a", "has a verdict and no sample"), ("aa", "duplicate draw 0 of Sum/0")],
)
def test_samples_of_other_draws_are_refused(shards: Path, samples: str, sentence: str) -> None:
    done = run(
        "--problems", shards / "problems.jsonl", "--answer", "verbatim",
        "--samples", *(shards / f"{name}.jsonl.gz" for name in samples),
        "--verdicts", *(shards / f"{name}-v.jsonl.gz" for name in "ab"),
        "--output", shards / "table.csv",
    )  # fmt: skip
    assert done.returncode == 2
    assert sentence in done.stderr.splitlines()[-1] and "Traceback" not in done.stderr


def test_samples_that_are_not_those_that_were_judged_are_refused(shards: Path) -> None:
    """By what is recorded of them, though the draws are the same."""
    samples = [shards / f"{name}.jsonl.gz" for name in "ab"]
    verdicts = [shards / f"{name}-v.jsonl.gz" for name in "ab"]
    for path, of in zip(verdicts, samples, strict=True):
        write_metadata(metadata_path(path), path, {"samples_sha256": sha256_of(of)})
    given = Given(
        problems=BENCHMARK, samples=samples, verdicts=[verdicts], settings=[None], answer="verbatim"
    )
    assert len(hardest_tasks.table(given)) == 4
    write_metadata(metadata_path(samples[0]), samples[0], {})
    assert len(hardest_tasks.table(given)) == 4
    write_records(samples[0], [Sample(task.task_id, n, "x") for task in TASKS for n in (0, 1)])
    with pytest.raises(UserError, match=r"not the file that .* describes"):
        hardest_tasks.table(given)
    metadata_path(samples[0]).unlink()
    with pytest.raises(UserError, match="are verdicts on other samples than those given"):
        hardest_tasks.table(given)


def test_programs_that_differ_by_blank_lines_alone_are_one() -> None:
    texts = [
        "    y = x\n    return y\n",
        "    y = x\n\n\n    return y",
        "\n    y = x  \r\n\r\n    return y\n\n",
        "    y = x\n    return  y\n",
    ]
    verdicts = [verdict("Sum/0", i, "failed") for i in range(4)]
    samples = [Sample("Sum/0", i, text) for i, text in enumerate(texts)]
    row = described(TASKS[0], NEVER, verdicts, samples, "verbatim")
    assert (row.failing, row.failing_count) == ("    y = x\n    return y", 3)
    assert (row.second_count, row.distinct_failing) == (1, 2)


def test_the_prompts_docstring_is_not_shown_again() -> None:
    said = "Add all the numbers of the list, and give their sum back."
    prompt = f'def add(xs):\n    """{said}\n    """\n'
    text = without_prompt(f"import math\n{prompt}    return sum(xs)\n", prompt)
    assert text == f'import math\ndef add(xs):\n    """{REPEATED}"""\n    return sum(xs)\n'
    assert without_prompt(f"{prompt}    return 1\n", prompt) == "    return 1\n"
    assert without_prompt('x = """Add."""', 'def f():\n    """Add."""\n') == 'x = """Add."""'
    assert laid_out("\n\n\na\n\n\n\nb  \n\n") == "a\n\nb"
