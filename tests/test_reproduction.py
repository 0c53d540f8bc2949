"""Published values against a run: verdicts in simulation, and what cannot be told."""

from __future__ import annotations

import math
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml
from conftest import ROOT

from passk.analyses.given import Given
from passk.analyses.reproduction import page
from passk.analyses.reproduction import table as reproduction
from passk.counts import ModelCounts, TaskCount, counts_csv
from passk.estimator import mean_pass_at_k, pass_table
from passk.published import Published, from_text
from passk.records import UserError
from passk.statistics.intervals import error_of_another_run, error_over_draws
from passk.tables import read_table


def model(label: str, n: int, passed: np.ndarray) -> ModelCounts:
    return ModelCounts(label, tuple(TaskCount(f"T/{i}", n, int(c)) for i, c in enumerate(passed)))


def verdict(own: ModelCounts, entry: Published) -> reproduction.Row:
    (row,) = reproduction.table(Given(counts=[own], published=[entry]))
    return row


@pytest.mark.parametrize(("samples", "k"), [(1, 1), (3, 2), (6, 2), (40, 2)])
def test_error_of_another_run_is_that_of_its_estimates(samples, k):
    """Against the variance of pass@k itself over many runs of ``samples`` draws."""
    rng = np.random.default_rng(samples)
    rates = rng.beta(1, 1, 30)
    by_count = pass_table([samples] * (samples + 1), range(samples + 1), [k])[:, 0]
    spread = by_count[rng.binomial(samples, rates, (20_000, 30))].mean(axis=1).std()
    n = np.full(30, 4_000)
    found = error_of_another_run(n, rng.binomial(n, rates), k, samples)
    # One task more is added to the variance, as variable as a task can be.
    assert spread * 0.99 < found < spread * 1.08


@pytest.mark.parametrize("k", [1, 3, 10])
def test_error_of_a_run_like_this_one_is_this_ones(k):
    n = np.full(12, 20)
    c = np.arange(12)
    same = error_of_another_run(n, c, k, 20)
    assert same == pytest.approx(error_over_draws(n, c, np.array([k]))[0], rel=1e-9)


@pytest.mark.parametrize(("n", "k", "samples"), [(100, 10, 100), (200, 1, 1), (100, 5, 20)])
def test_a_true_replicate_agrees_19_times_in_20(n, k, samples):
    rng = np.random.default_rng(k)
    rates, runs, agreed = rng.beta(0.5, 0.5, 100), 250, 0
    for _ in range(runs):
        theirs = mean_pass_at_k([samples] * 100, rng.binomial(samples, rates), [k])[0]
        entry = Published(round(float(theirs), 3), k, tasks=100, samples=samples)
        row = verdict(model("M", n, rng.binomial(n, rates)), entry)
        assert row.over == "draws"
        agreed += row.verdict == "agrees"
    assert 0.92 <= agreed / runs <= 0.995


def test_another_temperature_is_told_over_draws_and_hidden_over_tasks():
    rng = np.random.default_rng(3)
    own = model("M", 1000, rng.binomial(1000, rng.beta(0.8, 0.5, 164)))
    value = float(mean_pass_at_k(own.n, own.c, [100])[0]) - 0.02
    entry = {"value": value, "k": 100, "tasks": 164}
    assert verdict(own, Published(**entry, samples=1000)).verdict == "differs"
    hidden = verdict(own, Published(**entry))
    assert (hidden.verdict, hidden.over) == ("agrees", "tasks")


def test_at_k_equal_n_the_fallback_is_newcombes_interval_over_tasks():
    own = model("M", 1000, np.repeat([700, 0], [155, 9]))
    row = verdict(own, Published(0.951, 1000, tasks=164, samples=1000))
    assert (row.over, row.verdict) == ("tasks", "agrees")
    assert row.difference == pytest.approx(155 / 164 - 0.951)
    p, q, bounds = 155 / 164, 0.951, (row.published_low, row.published_high)
    low = p - q - math.hypot(p - row.tasks_low, bounds[1] - q)
    assert row.low == pytest.approx(low)
    assert math.isnan(row.draws_low)


def test_rounding_of_a_published_value_is_no_difference():
    own = model("M", 10_000, np.full(164, 10_000))
    assert verdict(own, Published(0.9995, 1, samples=10_000)).verdict == "agrees"
    assert verdict(own, Published(0.99, 1, samples=10_000)).verdict == "differs"


def test_what_was_not_measured_cannot_be_said():
    own = model("M", 10, np.arange(11))
    for entry in (Published(0.9, 11), Published(0.9, 1, model="GPT-4o", name="GPT-4o (May)")):
        row = verdict(own, entry)
        assert row.verdict == "cannot say" and row.over == "" and math.isnan(row.low)
    assert verdict(own, Published(0.9, 1, model="GPT-4o", name="GPT-4o (May)")).model.endswith(")")


def test_a_rival_that_was_measured_is_compared_under_its_own_label():
    models = [model("M", 10, np.arange(11)), model("GPT-4o", 10, np.full(11, 9))]
    entry = Published(0.9, 1, model="GPT-4o", name="GPT-4o x")
    (row,) = reproduction.table(Given(counts=models, published=[entry]))
    assert (row.value, row.verdict, row.model) == (pytest.approx(0.9), "agrees", "GPT-4o x")


def test_context_is_listed_and_compared_with_nothing():
    row = verdict(model("M", 10, np.arange(11)), Published(0.5, quantity="coverage", name="X"))
    assert (row.verdict, row.k, row.model, row.quantity) == ("not comparable", 0, "X", "coverage")


def test_paragraph_says_what_each_verdict_means():
    own = model("M", 10, np.arange(11))
    given = [Published(0.5, 1, samples=10, by="A"), Published(0.2, 10), Published(0.9, 11)]
    rows = reproduction.table(Given(counts=[own], published=given))
    table = pd.DataFrame(rows, columns=[*reproduction.COLUMNS])
    text = page.paragraph(table)
    for words in ("pass@1 (A): 50.0 %", "over draws), agrees", "over tasks), differs", "1 more is"):
        assert words in text
    assert "nothing to check" in page.paragraph(table[:0])
    assert "None of the 1 published" in page.paragraph(table[2:])


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("k: 3", "neither K=P"),
        ("10=high", "neither K=P"),
        ("10=1.2", "not between 0 and 1"),
        ("10=nan", "not between 0 and 1"),
        ("0=0.5", "1 or more"),
        ("{k: 1}", "needs 'value'"),
        ("{value: 0.5}", "give k of a pass@k"),
        ("{value: 0.5, k: 1, quantity: x}", "give k of a pass@k"),
        ("{value: 0.5, k: one}", "k must be a whole number, got 'one'"),
        ("{value: 0.5, k: 1, page: 3}", "unknown key 'page'"),
        ("{value: ", "is not YAML"),
    ],
)
def test_a_bad_entry_is_one_sentence(text, sentence):
    with pytest.raises(UserError, match="--published") as error:
        from_text(text)
    assert sentence in str(error.value)


def test_short_and_long_entries_are_read_alike():
    assert from_text("100=0.905") == from_text("{k: 100, value: 0.905}") == Published(0.905, 100)


def test_every_published_value_of_the_configuration_has_its_source():
    config = yaml.safe_load((ROOT / "config.yaml").read_text())
    entries = config["experiments"]["paper"]["published"]
    assert {(entry["k"], entry["value"]) for entry in entries if "k" in entry} >= {
        (100, 0.905), (1000, 0.951), (1, 0.902), (1, 0.91), (1, 0.726), (1, 0.695)
    }  # fmt: skip
    assert all(entry["source"] and entry["url"] and entry["by"] for entry in entries)


def run(script: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, ROOT / "scripts" / script, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True)


@pytest.mark.parametrize("published", [[], ["1=0.4", "{k: 40, value: 0.9, by: nan}", "7=0.5"]])
def test_command_writes_the_same_table_twice(tmp_path: Path, published: list) -> None:
    counts = [TaskCount(f"T/{i}", 12 + i, i) for i in range(13)]
    (tmp_path / "counts.csv").write_text(counts_csv(counts))
    given = ["--counts", tmp_path / "counts.csv", "--labels", "M, small", "--published", *published]
    for stem in ("one", "two"):
        table = tmp_path / f"{stem}.csv"
        done = run("analyse.py", "reproduction", *given, "--output", table)
        assert done.returncode == 0, done.stderr
    assert (tmp_path / "one.csv").read_bytes() == (tmp_path / "two.csv").read_bytes()
    found = read_table(tmp_path / "one.csv", reproduction.COLUMNS, may_be_empty=True)
    assert list(found.k) == [1, 40, 7][: len(published)]
    assert page.paragraph(found)


def test_ten_thousand_draws_and_tasks_at_both_ends_are_no_trouble():
    rng = np.random.default_rng(0)
    passed = np.array([*rng.binomial(10_000, rng.beta(0.2, 0.8, 160)), 0, 0, 10_000, 10_000])
    own = model("M", 10_000, passed)
    entries = [Published(0.5, k, samples=10_000) for k in (1, 100, 5_000, 5_001, 10_000)]
    rows = reproduction.table(Given(counts=[own], published=entries))
    assert [row.over for row in rows] == ["draws", "draws", "draws", "tasks", "tasks"]
    assert all(row.verdict in ("agrees", "differs") for row in rows)
