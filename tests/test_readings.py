"""What became of the samples: why nothing was read, refusals, fences, what a reading decides."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from collections import Counter
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from conftest import PROBLEMS, ROOT, small_config

from passk.analyses.readings import figure, page
from passk.analyses.readings.table import (
    COLUMNS,
    MOST_LANGUAGES,
    NO_FENCE,
    OTHERS,
    UNNAMED,
    Tally,
    rows,
)
from passk.benchmarks import (
    KINDS,
    UNFINISHED,
    Benchmark,
    answer,
    chat,
    find_benchmark,
    write_problem_file,
)
from passk.benchmarks.extraction import Reader, failure, program
from passk.benchmarks.human_eval import Problem
from passk.benchmarks.proof import read_theorem
from passk.experiment import PARTS, Experiment, Scoring, asked, part_options
from passk.figures import style
from passk.records import Sample, Verdict, write_records
from passk.statistics.intervals import of_paired_differences
from passk.tables import read_table, table_text

PROMPT = 'def solve(xs):\n    """Add them."""\n'
TASK = Problem("t/0", PROMPT, "solve", "    return sum(xs)\n", "", 0)
RIGHT = "```python\ndef solve(xs):\n    return sum(xs)\n```"
REFUSALS = (
    "I'm sorry, but I can't help with that.",
    "I\u2019m sorry, but I cannot assist with this request.",
    "Sorry, I can't provide that.",
    "I cannot fulfill this request.",
    "I am unable to write code for you.",
    "Unfortunately, I am not able to complete the function.",
    "As an AI language model, I cannot execute or write programs.",
    "**I apologize, but I won't be able to do this; I will not write it.**",
    "<think>They want malware. I should refuse.</think>\n\nI can't help with that.",
)
ANSWERS = (
    RIGHT,
    f"I'm sorry, but I can't help with running it. Here it is:\n{RIGHT}",
    "I can't see a closed form, so the answer is 5.",
    "I am not able to say more than this: \\boxed{5}",
    "Sorry for the confusion. The answer is 5.",
    "The function cannot be completed as I can't write to disk.",
    "    # sorry, I can't help\n    return 1\n",
    "<think>I'm sorry, but I can't help with that.</think>The answer is 5.",
    "I can't solve this without more thought. " + "So let us think. " * 60,
    "",
)


@pytest.mark.parametrize(
    ("completion", "verbatim", "markdown"),
    [
        ("    return sum(xs)\n", "", ""),
        (RIGHT, "syntax", ""),
        ("We add up all numbers of the list.", "syntax", "no_code"),
        ("Note: use a loop\nExample: one", "syntax", "no_code"),
        ("```javascript\nfunction solve(xs) { return 0 }\n```", "syntax", "no_code"),
        ("```python\ndef total(xs):\n    return sum(xs)\n```", "syntax", "no_definition"),
        ("```python\nimport math\nprint(math.pi)\n```", "syntax", "no_definition"),
        ("```python\ndef solve(xs):\n    pass\n```", "syntax", "no_definition"),
        ("    pass\n", "no_definition", "no_definition"),
        ("    total = 0\n    for x in xs:\n        tot", "", ""),
        ("    total = 0\n    for x in (xs", "syntax", "syntax"),
        (
            "class Solution:\n    def solve(self, xs):\n        return 0\n",
            "no_definition",
            "no_definition",
        ),
        ("```python\ndef solve(xs):\n    return sum(xs\n```", "syntax", "syntax"),
        ("```python\ndef solve(xs):\n    x = [1,\n", "syntax", "syntax"),
        ("```python\nimport math\ndef solve(xs):\n    retrun (xs\n```", "syntax", "syntax"),
        ("```python\n(((\n```", "syntax", "syntax"),
        ("    pass\nreturn 1\n", "syntax", ""),
        ("<think>Let us see: it is", "syntax", "unfinished"),
        (f"<think>Hm.</think>\n{RIGHT}", "syntax", ""),
        ("    return '\0'\n", "syntax", "syntax"),
    ],
)
def test_why_no_function_was_read(completion: str, verbatim: str, markdown: str) -> None:
    assert failure(TASK, completion, "verbatim") == verbatim
    assert failure(TASK, completion, "markdown") == markdown
    if markdown == "":
        assert program(TASK, completion, "markdown") != PROMPT + completion or not verbatim


def test_what_is_read_has_no_failure_and_what_has_one_was_not_read() -> None:
    """Of 231 chat answers of all styles: the reading and its reason never contradict each other."""
    benchmark = find_benchmark("humaneval", ROOT / "config.yaml")
    problems = {problem.task_id: problem for problem in benchmark.problems}
    found = Counter()
    for line in (ROOT / "tests/answers.jsonl").read_text().splitlines():
        row = json.loads(line)
        problem, completion = problems[row["task_id"]], row["completion"]
        why = benchmark.failure(problem, completion, "markdown")
        read = benchmark.extract(problem, completion, "markdown")
        found[why] += 1
        assert not (why and row["expected"] == "passed"), row["name"]
        if why:
            assert read == (UNFINISHED if why == "unfinished" else problem.prompt + completion)
        else:
            assert Reader().parsed(read) is not None, row["name"]
    assert found[""] > 200 and found.total() - found[""] > 5


def test_an_answer_that_is_too_long_says_so_and_is_not_parsed() -> None:
    text = "x = 1\n" * 50_000
    assert failure(TASK, text, "markdown") == "too_long"
    assert failure(TASK, text, "verbatim") == "", "it is judged as it came"


def test_another_reading_is_refused() -> None:
    with pytest.raises(ValueError, match="neither verbatim nor markdown"):
        failure(TASK, RIGHT, "boxed")


@pytest.mark.parametrize("levels", [997, 1000, 1500])
@pytest.mark.parametrize(
    "text",
    [
        "    raise a{attributes}\n",
        "    raise {minus}x\n",
        "```python\n    y = 1\n    return {lambdas}0\n```",
        "```python\ndef solve(xs):\n    return {lambdas}zz\n```\n```python\nzz = {lambdas}0\n```",
    ],
)
def test_deep_programs_are_read_or_not_but_end_nothing(text: str, levels: int) -> None:
    """The first two ended the judge of a shard by RecursionError."""
    depth = {"attributes": ".b" * levels, "minus": "-" * levels, "lambdas": "lambda:" * levels}
    completion = text.format(**depth)
    for reading in ("verbatim", "markdown"):
        assert program(TASK, completion, reading)
        assert failure(TASK, completion, reading) in ("", *KINDS["human_eval"].failures)


def question(text: str = "1 + 1?") -> answer.Question:
    return answer.Question("q", text, "2", 0)


@pytest.mark.parametrize(
    ("kind", "task", "completion", "reading", "found"),
    [
        ("answer", question(), "It is \\boxed{2}.", "boxed", ""),
        ("answer", question(), "It is 2.", "boxed", "no_answer"),
        ("answer", question(), "It is two.", "last_number", "no_answer"),
        ("answer", question(), "<think>It is \\boxed{2}", "boxed", "unfinished"),
        ("stdin_stdout", None, "print(1)\n", "verbatim", ""),
        ("stdin_stdout", None, "just words", "verbatim", "syntax"),
        ("stdin_stdout", None, "words", "verbatim", "no_code"),
        ("stdin_stdout", None, "```python\nprint(1)\n```", "markdown", ""),
        ("stdin_stdout", None, "```python\nprint(1\n```", "markdown", "syntax"),
        ("stdin_stdout", None, "It prints one.", "markdown", "no_code"),
        ("stdin_stdout", None, "<think>print(1)", "markdown", "unfinished"),
        ("stdin_stdout", None, "x = 1\n" * 50_000 + "(", "markdown", "too_long"),
        ("reasoning_gym", None, "<answer>4</answer>", "tagged", ""),
        ("reasoning_gym", None, "4", "tagged", "no_answer"),
        ("reasoning_gym", None, "<think>4", "last_line", "unfinished"),
        ("theorem", None, "anything", "verbatim", ""),
    ],
)
def test_every_kind_names_its_own_failures(
    kind: str, task: Any, completion: str, reading: str, found: str
) -> None:
    assert Benchmark((), 0, kind).failure(task, completion, reading) == found
    assert found in ("", *KINDS[kind].failures)


def test_a_proof_that_is_not_there_says_why() -> None:
    line = {"task_id": "p", "language": "coq", "statement": "Theorem p : True."}
    task = read_theorem(line, 0, "line 1")
    benchmark = Benchmark((task,), 1, "proof")
    assert benchmark.failure(task, "```coq\nProof. exact I. Qed.\n```", "markdown") == ""
    assert benchmark.failure(task, "<think>exact I", "markdown") == "unfinished"
    assert benchmark.failure(task, "<|im_end|>", "markdown") == "no_proof"
    assert benchmark.failure(task, "x" * 200_001, "markdown") == "too_long"


def test_a_kind_that_explains_nothing_has_passed_and_unpassed_only(monkeypatch) -> None:
    row = SimpleNamespace(fenced=False, failures={}, explains="")
    monkeypatch.setitem(KINDS, "plain", row)
    tally = Tally(Benchmark((TASK,), 1, "plain"), ["whole"])
    tally.add(Sample("t/0", 0, "anything"), [False])
    found = {row.name: row.samples for row in rows(tally) if row.group == "outcome"}
    assert found == {"passed": 0, "unpassed": 1, "refusal": 0, "empty": 0}


@pytest.mark.parametrize("text", REFUSALS)
def test_a_refusal_is_seen(text: str) -> None:
    assert chat.refuses(text)


@pytest.mark.parametrize("text", ANSWERS)
def test_an_answer_is_no_refusal(text: str) -> None:
    assert not chat.refuses(text)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("no fence at all", None),
        ("```python\nx\n```", "python"),
        ("```Py\nx\n```", "python"),
        ("~~~python3\nx\n~~~", "python"),
        ("```\nx\n```", ""),
        ("```js\nx\n```\n```python\nx\n```", "js"),
        ("```" + "a" * 5000 + "\nx\n```", "a" * 20),
    ],
)
def test_the_first_fence_names_its_language(text: str, language: str | None) -> None:
    assert chat.fence_language(text) == language


@pytest.mark.parametrize("text", ["```" * 400_000, "~~~\n" * 100_000, "I'm sorry " * 100_000])
def test_megabytes_are_looked_at_in_no_time(text: str) -> None:
    tally = Tally(Benchmark((TASK,), 1), ["verbatim"])
    tally.add(Sample("t/0", 0, text), [False])
    assert [row.samples for row in rows(tally) if row.name == "all"] == [1]


TASKS = tuple(Problem(**problem, index=i) for i, problem in enumerate(PROBLEMS))


def fenced(task: Problem) -> str:
    return f"```python\n{task.prompt}{task.canonical_solution}```"


def tally(ends: str | None = "stop") -> Tally:
    """Two tasks of four draws: bodies that both readings pass, fences that one does, the rest."""
    found = Tally(Benchmark(TASKS[:2], 4), ["verbatim", "markdown"])
    one, two = TASKS[:2]
    drawn = [
        (one, one.canonical_solution, "stop", (True, True)),
        (one, fenced(one), "stop", (False, True)),
        (one, "```python\ndef ", "length", (False, False)),
        (one, REFUSALS[0], "stop", (False, False)),
        (two, fenced(two), "stop", (False, True)),
        (two, "", "stop", (False, False)),
        (two, "It adds them.", "length", (False, False)),
        (two, "    return None\n", "stop", (False, False)),
    ]
    for draw, (task, text, ended, passed) in enumerate(drawn):
        found.add(Sample(task.task_id, draw, text, ended if ends else None), passed)
    return found


def as_table(tally: Tally) -> pd.DataFrame:
    return pd.DataFrame(rows(tally), columns=[*COLUMNS])


def outcome(table: pd.DataFrame, reading: str) -> dict[str, int]:
    own = table[(table.group == "outcome") & (table.reading == reading) & (table.samples > 0)]
    return dict(zip(own.name, own.samples.astype(int), strict=True))


def test_every_sample_is_counted_once_under_each_reading() -> None:
    table = as_table(tally())
    assert outcome(table, "markdown") == {
        "passed": 3, "unpassed": 1, "no_code": 1, "syntax": 1, "refusal": 1, "empty": 1
    }  # fmt: skip
    assert outcome(table, "verbatim") == {
        "passed": 1, "unpassed": 1, "syntax": 4, "refusal": 1, "empty": 1
    }  # fmt: skip
    sums = table[table.group == "outcome"].groupby("reading")[["samples", "value"]].sum()
    assert (sums.samples == 8).all() and np.allclose(sums.value, 1)
    of_all = table[table.group == "samples"].set_index("name").samples
    assert dict(of_all) == {"all": 8, "empty": 1, "cut": 2, "unknown": 0, "refusal": 1}
    fences = table[table.group == "fence"].set_index("name").samples
    assert dict(fences) == {"no fence": 5, "python": 3}


def test_how_many_of_each_were_cut_off_is_told() -> None:
    table = as_table(tally())
    cut = table[table.group == "outcome"].set_index(["reading", "name"]).cut
    assert cut["markdown", "syntax"] == 1 and cut["markdown", "no_code"] == 1
    assert cut["markdown", "passed"] == 0 and cut["verbatim", "syntax"] == 2


def test_where_no_end_is_recorded_nothing_is_said_to_be_whole() -> None:
    table = as_table(tally(ends=None))
    of_all = table[table.group == "samples"].set_index("name")
    assert of_all.samples["unknown"] == 8
    assert math.isnan(of_all.samples["cut"]) and math.isnan(of_all.value["cut"])
    assert table[table.group == "outcome"].cut.isna().all()
    text = page.paragraph(table)
    assert "how many were cut off at the limit of tokens is not recorded" in text
    assert "them cut off" not in text


def test_pass_at_1_of_the_readings_is_compared_task_by_task() -> None:
    table = as_table(tally())
    passes = table[(table.group == "pass@1")].set_index(["reading", "name"]).value
    assert passes["verbatim", ""] == 1 / 8 and passes["markdown", ""] == 3 / 8
    assert passes["", "any"] == 3 / 8 and passes["", "all"] == 1 / 8
    (row,) = table[(table.group == "difference") & (table.reading == "markdown")].itertuples()
    own, other = np.array([[0.5], [0.25]]), np.array([[0.25], [0.0]])
    low, high = of_paired_differences(own, other)
    assert (row.against, row.value) == ("verbatim", 0.25)
    assert (row.low, row.high) == (low[0], high[0])
    (decided,) = table[table.group == "decided"].value
    assert decided == pytest.approx(2 / 3)


def test_tasks_that_one_reading_alone_solves_are_named() -> None:
    table = as_table(tally())
    only = table[table.group == "only"].set_index(["reading", "against"])
    assert only.samples["markdown", "verbatim"] == 2 and only.tasks["markdown", "verbatim"] == 1
    assert only.samples["verbatim", "markdown"] == 0 and only.tasks["verbatim", "markdown"] == 0
    assert list(table[table.group == "task"].name) == [TASKS[1].task_id]


def test_one_reading_alone_decides_nothing_and_is_told() -> None:
    found = Tally(Benchmark(TASKS[:1], 4), ["markdown"])
    found.add(Sample(TASKS[0].task_id, 0, fenced(TASKS[0]), "stop"), [True])
    table = as_table(found)
    assert not {"difference", "decided", "only"} & {*table.group}
    assert "every sample has an answer" in page.paragraph(table)


def test_a_sample_that_passes_was_read_whatever_the_reading_says() -> None:
    found = Tally(Benchmark(TASKS[:1], 4), ["markdown"])
    found.add(Sample(TASKS[0].task_id, 0, REFUSALS[0], "stop"), [True])
    table = as_table(found)
    assert outcome(table, "markdown") == {"passed": 1}
    assert table[(table.group == "samples") & (table.name == "refusal")].samples.item() == 0


def test_rare_languages_are_put_together() -> None:
    found = Tally(Benchmark(TASKS[:1], 4), ["markdown"])
    for draw in range(60):
        text = f"```{'abcdefghijklmno'[draw % 15]}\nx\n```" if draw % 2 else "```\n```"
        found.add(Sample(TASKS[0].task_id, draw, text), [False])
    table = as_table(found)
    fences = table[table.group == "fence"]
    assert len(fences) == MOST_LANGUAGES + 2 and fences.samples.sum() == 60
    assert {UNNAMED, OTHERS} < {*fences.name} and NO_FENCE not in {*fences.name}


def test_the_page_says_what_the_table_does() -> None:
    table = as_table(tally())
    text = page.paragraph(table)
    assert "Of 8 samples, 1 is empty, 2 were cut off at the limit of tokens, and 1 refuses." in text
    assert "the reading decides 66.7 % of pass@1" in text
    assert "+25.0 points (" in text and " over tasks)" in text
    assert "most often: does not parse (4, 2 of them cut off)" in text
    assert f"Only markdown solves 1 task that verbatim does not: {TASKS[1].task_id}." in text
    assert "The first fence names python in 37.5 %; 62.5 % have no fence." in text
    found = page.view(table, {})
    cells = {row[0]: row[1:] for row in found.rows}
    assert found.header == ("", "verbatim", "markdown")
    assert cells["pass@1, %"] == ("12.5", "37.5")
    assert cells["less verbatim, points"] == ("", "+25.0")
    assert cells["tasks new to verbatim"] == ("", "1")
    assert cells["not read"] == ("6", "4")
    assert cells["\N{MIDDLE DOT} does not parse"] == ("4", "1")


def test_the_figure_has_a_bar_for_each_reading_and_its_message_above() -> None:
    with style.look():
        drawn = figure.draw(as_table(tally()), "M")
        drawn.draw_without_rendering()
    (axes,) = drawn.axes
    assert [text.get_text() for text in axes.get_yticklabels()] == ["verbatim", "markdown"]
    message = figure.title(as_table(tally()), "M")
    assert message == "pass@1: verbatim 12.5 %, markdown 37.5 %."
    ends = {round(bar.get_x() + bar.get_width(), 6) for bar in axes.patches}
    assert max(ends) == 100


def run(folder: Path, *more: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, ROOT / "scripts/analyse.py", "readings", "--labels", "M"]
    command += ["--problems", "p.jsonl", "--samples", "a.jsonl.gz", "b.jsonl.gz"]
    command += ["--output", "out.csv", *map(str, more)]
    return subprocess.run(command, capture_output=True, text=True, cwd=folder)


@pytest.fixture
def shards(tmp_path: Path) -> Path:
    """Two shards of samples, and their verdicts under two readings."""
    (tmp_path / "p.jsonl").write_text(write_problem_file(Benchmark(TASKS, len(TASKS))))
    for name, draws in (("a", (0, 1)), ("b", (2, 3))):
        keys = [(task, draw) for task in TASKS for draw in draws]
        texts = [Sample(task.task_id, draw, fenced(task) + "\ud83d\x07") for task, draw in keys]
        write_records(tmp_path / f"{name}.jsonl.gz", texts)
        for reading, ended in (("v", "failed"), ("m", "passed")):
            verdicts = [Verdict(task.task_id, draw, ended, 0.1) for task, draw in keys]
            write_records(tmp_path / f"{reading}{name}.jsonl.gz", verdicts)
    return tmp_path


BOTH = ("--readings", "va.jsonl.gz", "vb.jsonl.gz", "--readings", "ma.jsonl.gz", "mb.jsonl.gz")
ONE = [*BOTH[:3], "--answers", "verbatim"]


def test_command_reads_shards_under_each_reading(shards: Path) -> None:
    done = run(shards, *BOTH, "--answers", "verbatim", "markdown")
    assert done.returncode == 0, done.stderr
    table = read_table(shards / "out.csv", COLUMNS)
    assert outcome(table, "verbatim") == {"syntax": 16}
    assert outcome(table, "markdown") == {"passed": 16}
    assert table_text(COLUMNS, table.itertuples(index=False)) == (shards / "out.csv").read_text()


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ([*BOTH, "--answers", "markdown"], "--readings is needed once for each of --answers"),
        ([*BOTH, "--answers", "markdown", "markdown"], "each answer once"),
        ([*ONE, "--settings", "{}", "--settings", "{}"], "--settings is needed once"),
        (ONE[:2] + ONE[3:], "draw 2 of Sum/0 has a sample and no verdict"),
        ([*ONE[:2], *ONE[1:]], "duplicate draw 0 of Sum/0"),
    ],
)
def test_what_does_not_belong_together_is_refused(
    shards: Path, given: list[str], sentence: str
) -> None:
    done = run(shards, *given)
    assert done.returncode == 2 and sentence in done.stderr.splitlines()[-1]
    assert not (shards / "out.csv").exists()


def test_verdicts_of_more_draws_than_samples_are_refused(shards: Path) -> None:
    (shards / "b.jsonl.gz").write_bytes(b"")
    done = run(shards, *ONE)
    assert "draw 2 of Sum/0 has a verdict and no sample" in done.stderr.splitlines()[-1]


def test_readings_are_compared_once_for_each_suite() -> None:
    config = small_config()
    entry = config["experiments"]["paper"]
    entry |= {"suites": ["base", "plus"], "answers": ["verbatim", "markdown"]}
    experiment = Experiment("paper", config)
    first, second = Scoring("base", "verbatim"), Scoring("base", "markdown")
    assert "readings" in experiment.analyses(first)
    assert "readings" in experiment.analyses(Scoring("plus", "verbatim"))
    assert "readings" not in experiment.analyses(second)
    files = PARTS["own_readings"](experiment, first)
    assert files == [experiment.verdicts(first), experiment.verdicts(second)]
    words = part_options(experiment, first, {"own_readings": [str(f) for g in files for f in g]})
    assert words.count("--readings") == 2
    options = asked(experiment, first, "readings")
    assert options[:2] == ["--labels", "Model small"]
    assert options[-3:] == ["--answers", "verbatim", "markdown"]
    assert options.count("--settings") == 2 and '"answer": "markdown"' in options[5]
