import json
import logging
import math
import subprocess
import sys
from itertools import pairwise

import pytest
from conftest import ROOT

import estimate
import print_pass_at_k
from passk.benchmarks import Benchmark, write_problem_file
from passk.benchmarks.human_eval import Problem
from passk.counts import read_counts
from passk.curve import Point, crossing, read_curve, table
from passk.records import (
    Sample,
    UserError,
    Verdict,
    metadata_path,
    sha256_of,
    write_metadata,
    write_records,
)

TASKS = ("HumanEval/0", "HumanEval/2", "HumanEval/10")
METADATA = {
    "format": 1,
    "samples": {
        "model": {"engine": "vllm", "repository": "some/model", "dtype": "bfloat16"},
        "model_sha256": "aa",
        "benchmark_sha256": "bb",
        "sampling": {"prompt": "chat", "temperature": 0.7, "stop": ["\n"]},
        "seed_rule": "one seed a draw",
        "chat_template_sha256": "cc",
        "engine": {"name": "vllm", "version": "1", "device": "A100", "dtype": "bfloat16"},
    },
    "benchmark_sha256": "bb",
    "suite": "base",
    "answer": "verbatim",
    "limits": {"cpu_seconds": 3},
    "sandbox": {"layers": ["seccomp"], "missing": []},
    "python": "3.11",
}


def passed(task, draw):
    """HumanEval/0 passes always, /2 every third draw, /10 never."""
    return {"HumanEval/0": True, "HumanEval/2": draw % 3 == 0, "HumanEval/10": False}[task]


def write_shard(folder, first, last, *, tasks=TASKS, name=None, without=()):
    path = folder / (name or f"{first:05d}-{last:05d}.jsonl.gz")
    verdicts = [
        Verdict(task, draw, "passed" if passed(task, draw) else "failed", 0.01)
        for draw in range(first, last + 1)
        for task in reversed(tasks)
        if (task, draw) not in without
    ]
    write_records(path, verdicts)
    return path


def describe(path, **changes):
    """Write the metadata beside a shard; ``samples__sampling__temperature=1`` changes one key."""
    metadata = json.loads(json.dumps(METADATA))
    for dotted, value in changes.items():
        *way, last = dotted.split("__")
        place = metadata
        for key in way:
            place = place[key]
        place[last] = value
    write_metadata(metadata_path(path), path, metadata)


@pytest.fixture
def shards(tmp_path):
    paths = [write_shard(tmp_path, first, first + 9) for first in (0, 10, 20)]
    for path in paths:
        describe(path)
    return paths


@pytest.fixture
def problems(tmp_path):
    path = tmp_path / "problems.jsonl"
    # An order that is neither natural nor the shards'.
    ids = ("HumanEval/2", "HumanEval/10", "HumanEval/0")
    tasks = tuple(Problem(task, "", "f", "", "", index) for index, task in enumerate(ids))
    path.write_text(write_problem_file(Benchmark(tasks, 3)))
    return path


@pytest.fixture
def run(monkeypatch, tmp_path):
    """Call estimate.py's main; the texts of counts.csv and pass_at_k.csv come back."""

    def call(*arguments, k_values=(1, 3, 10)):
        counts, curve = tmp_path / "out/counts.csv", tmp_path / "out/pass_at_k.csv"
        command = ["estimate.py", *map(str, arguments), "--k-values", *map(str, k_values)]
        command += ["--counts", str(counts), "--pass-at-k", str(curve)]
        monkeypatch.setattr(sys, "argv", command)
        estimate.main()
        return counts.read_text(), curve.read_text()

    return call


def test_counts_and_curve(run, shards):
    counts, curve = run("--verdicts", *shards)
    assert counts == "task_id,n,c\nHumanEval/0,30,30\nHumanEval/2,30,10\nHumanEval/10,30,0\n"
    header, *rows = curve.splitlines()
    assert header == "k,pass_at_k,tasks_low,tasks_high,draws_low,draws_high"
    assert [int(row.split(",")[0]) for row in rows] == list(range(1, 31))
    third = 1 - math.comb(20, 10) / math.comb(30, 10)
    assert float(rows[9].split(",")[1]) == pytest.approx((1 + third + 0) / 3, rel=1e-11)
    assert rows[14].count("nan") == 0
    assert rows[15].split(",")[4:] == ["nan", "nan"]


def test_order_of_the_shards_does_not_matter(run, shards):
    assert run("--verdicts", *shards) == run("--verdicts", *reversed(shards))


def test_counts_come_in_the_order_of_the_problem_file(run, shards, problems):
    for path in shards:
        metadata_path(path).unlink()
    counts, _ = run("--verdicts", *shards, "--problems", problems, "--n-samples", 30)
    assert [line.split(",")[0] for line in counts.splitlines()[1:]] == [
        "HumanEval/2",
        "HumanEval/10",
        "HumanEval/0",
    ]


def test_counts_in_gives_the_same_curve(run, shards, tmp_path):
    counts, curve = run("--verdicts", *shards)
    given = tmp_path / "given.csv"
    given.write_text(counts)
    assert run("--counts-in", given) == (counts, curve)


def test_an_asked_k_beyond_n_is_a_row_of_nan(run, shards):
    _, curve = run("--verdicts", *shards, k_values=(1, 31, 1000))
    assert curve.splitlines()[-2:] == ["31" + ",nan" * 5, "1000" + ",nan" * 5]


def test_the_task_with_fewest_draws_ends_the_grid(run, tmp_path):
    given = tmp_path / "given.csv"
    given.write_text("task_id,n,c\na,10,1\nb,4,1\n")
    _, curve = run("--counts-in", given, k_values=(1, 7))
    assert [line.split(",")[0] for line in curve.splitlines()[1:]] == ["1", "2", "3", "4", "7"]
    assert curve.splitlines()[-1] == "7" + ",nan" * 5


def test_half_of_the_draws_is_on_the_grid(run, tmp_path):
    given = tmp_path / "given.csv"
    given.write_text("task_id,n,c\na,1000,1\n")
    _, curve = run("--counts-in", given)
    points = {line.split(",")[0]: line for line in curve.splitlines()}
    assert "nan" not in points["500"]


def test_a_draw_in_two_shards_is_refused(run, shards, tmp_path):
    twice = write_shard(tmp_path, 5, 5, name="more.jsonl.gz", tasks=("HumanEval/2",))
    with pytest.raises(UserError, match=r"duplicate draw 5 of HumanEval/2 in .*more.* and .*00000"):
        run("--verdicts", *shards, twice)
    with pytest.raises(UserError, match="duplicate draw"):
        run("--verdicts", shards[0], shards[0])


def test_a_missing_draw_is_refused_with_its_shard(run, shards, tmp_path):
    holed = write_shard(tmp_path, 10, 19, without=[("HumanEval/10", 17), ("HumanEval/10", 18)])
    describe(holed)
    message = r"00010-00019\.jsonl\.gz has no verdict for draw 17 of HumanEval/10 \(and 1 more"
    with pytest.raises(UserError, match=message):
        run("--verdicts", *shards, "--n-samples", 30)
    assert run("--verdicts", *shards)[0].endswith("HumanEval/10,28,0\n")


def test_a_missing_shard_is_refused(run, shards):
    with pytest.raises(UserError, match="no verdict for draw 10 of HumanEval/0"):
        run("--verdicts", shards[0], shards[2], "--n-samples", 30)
    with pytest.raises(UserError, match="no verdict for draw 20 of HumanEval/0"):
        run("--verdicts", *shards[:2], "--n-samples", 30)


def test_a_draw_beyond_those_asked_for_is_refused(run, shards):
    with pytest.raises(UserError, match=r"00020-00029.* has draw 20 .*beyond the 20 asked for"):
        run("--verdicts", *shards, "--n-samples", 20)


@pytest.mark.parametrize("draw", [-1, 10**12])
def test_a_number_that_is_no_draw_is_refused(run, tmp_path, draw):
    path = tmp_path / "v.jsonl"
    verdict = {"task_id": "a", "draw": draw, "outcome": "passed", "cpu_seconds": 0}
    path.write_text(json.dumps(verdict) + "\n")
    with pytest.raises(UserError, match=f"{draw} is not a draw number of a"):
        run("--verdicts", path)


def test_a_task_without_verdicts_and_a_foreign_task_are_refused(run, problems, tmp_path):
    path = write_shard(tmp_path, 0, 3, tasks=TASKS[:2])
    with pytest.raises(UserError, match="HumanEval/10 has no verdict"):
        run("--verdicts", path, "--problems", problems)
    problems.write_text(problems.read_text().replace("HumanEval/2", "HumanEval/3"))
    with pytest.raises(UserError, match="unknown task 'HumanEval/2'"):
        run("--verdicts", path, "--problems", problems)


def test_shards_of_another_version_of_the_benchmark_are_refused(run, shards, problems):
    with pytest.raises(UserError, match='benchmark_sha256 = "bb", but the configuration says'):
        run("--verdicts", *shards, "--problems", problems)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"samples__sampling__temperature": 1.0}, r"samples\.sampling\.temperature is 0\.7 in .*"),
        ({"samples__sampling__top_k": 5}, r"samples\.sampling\.top_k is not set in .* 5 in "),
        ({"samples__model__dtype": "float16"}, r"samples\.model\.dtype"),
        ({"samples__model_sha256": "zz"}, r"samples\.model_sha256"),
        ({"samples__engine__dtype": "float16"}, r"samples\.engine\.dtype"),
        ({"samples__engine__quantization": "fp8"}, r"samples\.engine\.quantization"),
        ({"samples__model__revision": "0e9e"}, r"samples\.model\.revision is not set in"),
        ({"samples__model__quantization": "fp8"}, r"samples\.model\.quantization is not set in"),
        ({"samples__chat_template_sha256": "zz"}, r"samples\.chat_template_sha256"),
        ({"samples__tokenizer_sha256": "zz"}, r"samples\.tokenizer_sha256"),
        ({"samples__seed_rule": "another"}, r"samples\.seed_rule"),
        ({"samples__sampling__prompt": "completion"}, r"samples\.sampling\.prompt"),
        ({"samples": None}, r"samples\.model is .* and null in"),
        ({"suite": "plus"}, 'suite is "base" in'),
        ({"answer": "markdown"}, "answer is"),
        ({"limits__cpu_seconds": 5}, r"limits\.cpu_seconds is 3 in the first and 5"),
    ],
)
def test_shards_made_differently_are_refused(run, shards, change, message):
    describe(shards[2], **change)
    with pytest.raises(UserError, match=f"do not belong together: {message}"):
        run("--verdicts", *shards)


def test_another_gpu_or_sandbox_is_tabulated_and_allowed(run, shards, caplog):
    describe(shards[1], samples__engine__device="H100", sandbox__missing=["landlock"])
    with caplog.at_level(logging.WARNING):
        run("--verdicts", *shards)
    assert "samples.engine.device differs" in caplog.text
    assert '"A100": 2 shards, the first is 00000-00009' in caplog.text
    assert '"H100": 1 shards, the first is 00010-00019' in caplog.text
    assert "sandbox differs" in caplog.text


def test_shard_of_two_gpus_and_versions_is_tabulated_and_allowed(run, shards, caplog):
    engine = METADATA["samples"]["engine"]
    parts = [
        {"engine": {**engine, "device": device, "version": version}, "samples": 15}
        for device, version in (("H200", "1"), ("A100", "2"))
    ]
    describe(shards[1], samples__drawn_by=parts)
    with caplog.at_level(logging.WARNING):
        run("--verdicts", *shards)
    assert '"A100" and "H200": 1 shards, the first is 00010-00019' in caplog.text
    assert '"1" and "2": 1 shards' in caplog.text


def test_settings_other_than_the_configurations_are_refused(run, shards):
    same = {key: METADATA["samples"][key] for key in ("model", "sampling")}
    same |= {"suite": "base", "answer": "verbatim"}
    run("--verdicts", *shards, "--settings", json.dumps(same))
    other = same | {"sampling": {**same["sampling"], "temperature": 0.8}}
    message = (
        r"00000-00009.* samples\.sampling\.temperature = 0\.7, but the configuration says 0\.8"
    )
    with pytest.raises(UserError, match=message):
        run("--verdicts", *shards, "--settings", json.dumps(other))


def test_a_shard_without_metadata_is_refused_where_it_is_required(run, shards, caplog):
    metadata_path(shards[1]).unlink()
    run("--verdicts", *shards)
    assert "00010-00019.jsonl.gz has no metadata" in caplog.text
    with pytest.raises(UserError, match=r"00010-00019\.meta\.json is missing"):
        run("--verdicts", *shards, "--require-metadata")


def test_a_shard_that_was_replaced_is_refused(run, shards, tmp_path):
    write_shard(tmp_path, 10, 19, without=[("HumanEval/2", 12)])
    with pytest.raises(UserError, match="its sha256 differs"):
        run("--verdicts", *shards)


def test_a_shard_cut_short_is_refused(run, tmp_path):
    path = write_shard(tmp_path, 0, 99)
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(UserError, match="cut short or damaged"):
        run("--verdicts", path)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("task_id,n\na,1\n", "no column 'c'"),
        ("task_id,n,c\na,1,2\n", "line 2: c must lie between"),
        ("task_id,n,c\na,0,0\n", "line 2: c must lie between"),
        ("task_id,n,c\na,ten,2\n", "line 2: n must be a whole number, got 'ten'"),
        ("task_id,n,c\na,3,2\na,3,2\n", "line 3: duplicate task a"),
        ("task_id,n,c\n", "has no rows"),
        ("task_id,n,c\na,1000000000000000,3\n", "line 2: n must be at most 10,000,000"),
        ("task_id,n,c\na,100000000000000000000000,3\n", "number in the column 'n' is too large"),
    ],
)
def test_counts_that_cannot_be_are_refused(run, tmp_path, text, message):
    path = tmp_path / "given.csv"
    path.write_text(text)
    with pytest.raises(UserError, match=message):
        run("--counts-in", path)


def test_task_ids_with_commas_and_quotes_come_back(run, tmp_path):
    given = tmp_path / "given.csv"
    given.write_text('task_id,n,c\n"a,""b""",3,1\n')
    counts, _ = run("--counts-in", given)
    assert counts == given.read_text()
    assert read_counts(given)[0].task_id == 'a,"b"'


def test_k_below_one_is_refused(run, shards):
    with pytest.raises(UserError, match="k must be 1 or more, got 0"):
        run("--verdicts", *shards, k_values=(1, 0))


def test_nothing_is_written_when_shards_are_refused(run, shards, tmp_path):
    with pytest.raises(UserError):
        run("--verdicts", shards[0], shards[0])
    assert not list((tmp_path / "out").rglob("*"))


@pytest.mark.parametrize(
    ("name", "read"), [("counts.csv", read_counts), ("pass_at_k.csv", read_curve)]
)
def test_table_that_lost_a_line_is_refused_by_its_readers(run, shards, tmp_path, name, read):
    run("--verdicts", *shards)
    table = tmp_path / "out" / name
    assert read(table)
    table.write_text("".join(table.read_text().splitlines(keepends=True)[:-1]))
    with pytest.raises(UserError, match=f"{name} is not the file .*delete both and run again"):
        read(table)


def test_an_error_is_one_sentence_and_exit_code_2(tmp_path):
    command = [sys.executable, ROOT / "scripts/estimate.py", "--verdicts", tmp_path / "none.gz"]
    command += ["--k-values", "1", "--counts", tmp_path / "c", "--pass-at-k", tmp_path / "p"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1].startswith("error: ")
    assert "Traceback" not in done.stderr


def test_the_log_ends_with_the_table(run, shards, caplog):
    with caplog.at_level(logging.INFO):
        run("--verdicts", *shards, k_values=(1, 20))
    lines = [record.getMessage() for record in caplog.records]
    assert lines[-5] == "3 tasks, 30 draws each, 1 never solved"
    assert " ".join(lines[-4].split()) == "k pass@k 95 % over tasks 95 % over draws"
    assert lines[-3].split()[:2] == ["1", "44.4"]
    assert lines[-2].split()[-1] == "-"
    assert (
        lines[-1].strip()
        == "-: an interval over draws needs 2k draws of every task; the fewest are 30"
    )


def test_table_is_aligned_and_marks_what_is_unknown():
    points = [Point(1, 0.5, 0.4, 0.6, 0.45, 0.55), Point(1000, 0.951, 0.907, 0.975)]
    lines = table(points, [1, 1000, 5000])
    assert [line.split() for line in lines[1:4]] == [
        ["1", "50.0", "40.0", "to", "60.0", "45.0", "to", "55.0"],
        ["1,000", "95.1", "90.7", "to", "97.5", "-"],
        ["5,000", "-", "-", "-"],
    ]
    assert len({len(line) for line in lines[:4]}) == 1
    assert lines[4:] == [
        "-: pass@k needs k draws of every task; the fewest are 1,000",
        "-: an interval over draws needs 2k draws of every task; the fewest are 1,000",
    ]
    assert len(table(points, [1])) == 2, "nothing is explained where nothing is missing"


def test_crossing_is_the_smallest_k_that_reaches_the_value():
    points = [Point(k, k / 100) for k in (1, 2, 3, 10, 20)]
    assert crossing(points, 0.005) == 1
    assert crossing(points, 0.02) == 2
    assert crossing(points, 0.021) == 3
    assert crossing(points, 0.075) == 8
    assert crossing(points, 0.2) == 20
    assert crossing(points, 0.21) is None
    assert crossing([*points, Point(30, math.nan)], 0.21) is None


@pytest.mark.parametrize("rival", ["large", "small"])
def test_printed_table_names_the_crossing(monkeypatch, capsys, tmp_path, rival):
    table = tmp_path / "pass_at_k.csv"
    table.write_text(
        "series,k,pass_at_k,tasks_low,tasks_high,draws_low,draws_high\n"
        "small,1,0.3,0.2,0.4,nan,nan\nsmall,2,0.4,0.3,0.5,nan,nan\nsmall,3,0.5,0.4,0.6,nan,nan\n"
        "marked,1,0.3,0.2,0.4,nan,nan\nmarked,2,0.4,0.3,0.5,nan,nan\n"
        f"{rival},1,0.41,nan,nan,nan,nan\ncrossing,3,0.41,nan,nan,nan,nan\n"
    )
    monkeypatch.setattr(sys, "argv", ["print_pass_at_k.py", "--table", str(table)])
    print_pass_at_k.main()
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "small: pass@k in per cent"
    assert lines[-1].strip() == f"{rival} has 41.0 at k = 1; small reaches it at k = 3"
    assert lines[2].split() == ["1", "30.0", "20.0", "to", "40.0", "-"]


def test_the_curve_of_a_file_is_read_back(run, shards, tmp_path):
    run("--verdicts", *shards)
    points = read_curve(tmp_path / "out/pass_at_k.csv")
    assert all(a.k < b.k and a.pass_at_k <= b.pass_at_k for a, b in pairwise(points))
    with pytest.raises(UserError, match="does not exist"):
        read_curve(tmp_path / "none.csv")


@pytest.fixture
def results(tmp_path):
    """A shard of verdicts and one of samples, as they lie in a results folder."""
    folder = tmp_path / "results/model/benchmark/sampling"
    samples = folder / "samples/00000-00009.jsonl.gz"
    draws = [Sample(task, draw, "") for task in TASKS for draw in range(10)]
    write_records(samples, draws)
    write_metadata(metadata_path(samples), samples, {})
    verdicts = write_shard(folder, 0, 9, name="verdicts/base-verbatim/00000-00009.jsonl.gz")
    describe(verdicts, samples_sha256=sha256_of(samples))
    return samples, verdicts


@pytest.mark.parametrize("metadata", ["whole", "none", "damaged"])
def test_verdicts_on_other_samples_than_those_beside_them_are_refused(run, results, metadata):
    samples, verdicts = results
    run("--verdicts", verdicts)
    write_records(samples, [Sample(task, draw, "x") for task in TASKS for draw in range(10)])
    write_metadata(metadata_path(samples), samples, {})
    if metadata == "none":
        metadata_path(samples).unlink()
    elif metadata == "damaged":
        metadata_path(samples).write_text("{")
    with pytest.raises(UserError, match=r"was made from other samples than .*: delete .* again"):
        run("--verdicts", verdicts)
    samples.unlink()  # where they are not there, as in an archive of verdicts, nothing is asked
    run("--verdicts", verdicts)


@pytest.mark.parametrize("moment", ["checked", "counted"])
def test_shard_that_is_replaced_meanwhile_is_not_counted(
    run, results, moment, tmp_path, monkeypatch
):
    """Neither after its metadata were checked, nor before its sha256 is written down."""
    _, verdicts = results
    before = sha256_of(verdicts)

    def replace():
        write_records(verdicts, [Verdict(task, 0, "passed", 0.0) for task in TASKS])
        describe(verdicts, samples_sha256="other")

    name = {"checked": "check_shards", "counted": "count_verdicts"}[moment]
    real = getattr(estimate, name)

    def then_replace(*given, **more):
        found = real(*given, **more)
        replace()
        return found

    monkeypatch.setattr(estimate, name, then_replace)
    monkeypatch.setattr(estimate, "check_judged", lambda _: None)
    if moment == "checked":
        with pytest.raises(UserError, match="was replaced while it was read"):
            run("--verdicts", verdicts)
        assert not (tmp_path / "out/counts.csv").exists()
    else:
        run("--verdicts", verdicts)
        written = json.loads((tmp_path / "out/counts.meta.json").read_text())
        assert written["sources"] == {str(verdicts): before}
