"""What follows from a config: shards, files, the line to beat, who is compared. No Snakemake."""

from __future__ import annotations

import json
import shlex
import subprocess
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from conftest import small_config

from passk.analyses import ANALYSES
from passk.experiment import (
    PARTS,
    Experiment,
    Scoring,
    asked,
    in_braces,
    part_options,
    records_of,
)

BASE, PLUS = Scoring("base", "verbatim"), Scoring("plus", "verbatim")


@pytest.fixture
def config() -> dict[str, Any]:
    return small_config()


def paper(config: dict[str, Any], **changed: Any) -> Experiment:
    config["experiments"]["paper"] |= changed
    return Experiment("paper", config)


def test_shards_are_blocks_of_draws(config: dict[str, Any]) -> None:
    experiment = paper(config)
    assert experiment.shards == ["00000-00001", "00002-00003", "00004-00005"]
    assert experiment.samples()[0] == Path("results/small/sums/plain/samples/00000-00001.jsonl.gz")
    assert experiment.verdicts(PLUS, "meta.json")[2] == Path(
        "results/small/sums/plain/verdicts/plus-verbatim/00004-00005.meta.json"
    )
    assert experiment.signatures(PLUS)[1].parent.name == "verbatim"
    assert experiment.table("counts.csv", BASE).parent.name == "base-verbatim"


def test_metadata_beside_all_files_of_an_analysis_are_known(config: dict[str, Any]) -> None:
    experiment = paper(config)
    parts = [part for part in ANALYSES["hardest_tasks"] if part in PARTS]
    assert records_of(experiment, BASE, parts) == [
        *experiment.samples("meta.json"),
        *experiment.verdicts(BASE, "meta.json"),
    ]
    assert records_of(experiment, BASE, ["counts", "curves", "counts", "cost"]) == [
        member.table(f"{table}.meta.json", BASE)
        for table in ("counts", "pass_at_k")
        for member in experiment.compared
    ]


def test_experiments_on_the_same_samples_take_the_larger_n(config: dict[str, Any]) -> None:
    config["experiments"]["longer"] = config["experiments"]["paper"] | {
        "n_samples": 10,
        "k_values": [8],
    }
    experiment = paper(config)
    assert experiment.n_samples == Experiment("longer", config).n_samples == 10
    assert len(experiment.shards) == 5
    assert experiment.all_k_values == [1, 2, 4, 8]
    assert Experiment("rival", config).n_samples == 4


def test_the_line_to_beat_is_measured_quoted_or_none(config: dict[str, Any]) -> None:
    measured = paper(config)
    assert (measured.rival.name, measured.quoted) == ("rival", None)
    assert measured.baseline_label == "Model large"
    quoted = paper(config, baseline={"label": "GPT-4o", "pass_at_1": 0.9})
    assert (quoted.rival, quoted.baseline_label) == (None, "GPT-4o")
    assert "--baseline-value 0.9" in " ".join(asked(quoted, BASE, "comparison"))
    rival = Experiment("rival", config)
    assert (rival.rival, rival.quoted, rival.baseline_label) == (None, None, None)


def test_compared_are_itself_its_rival_and_those_beside_it_once(config: dict[str, Any]) -> None:
    config["experiments"]["third"] = deepcopy(config["experiments"]["rival"])
    experiment = paper(config, compare_with=["third", "rival"])
    assert [member.name for member in experiment.compared] == ["paper", "rival", "third"]
    assert experiment.labels == ["Model small", "Model large (rival)", "Model large (third)"]


def test_tests_that_a_model_wrote_come_from_another_experiment(config: dict[str, Any]) -> None:
    assert not PARTS["tested"](paper(config), BASE)[0]
    config["experiments"]["asserts"] = deepcopy(config["experiments"]["rival"])
    experiment = paper(config, tests="asserts")
    assert experiment.tested(BASE)[0] == Path(
        "results/small/sums/plain/tested/verbatim/asserts/00000-00001.jsonl.gz"
    )
    assert "asserts" in experiment.described()["experiments"]
    assert Path("figures/asserts/forecast.txt") in experiment.targets
    files = {
        name: [str(file) for group in PARTS[name](experiment, BASE) for file in group]
        for name in ("verdicts", "signatures", "tested")
    }
    words = part_options(experiment, BASE, files)
    assert words.count("--tested") == len(experiment.compared)
    again = Experiment("paper", experiment.described())
    assert again.tested(BASE) == experiment.tested(BASE)


def test_published_values_come_under_the_labels_of_this_run(config: dict[str, Any]) -> None:
    values = [{"k": 1, "value": 0.5}, {"k": 1, "value": 0.6, "of": "baseline", "suite": "plus"}]
    experiment = paper(config, published=values)
    assert experiment.published("base") == [{"model": "Model small", "k": 1, "value": 0.5}]
    assert experiment.published("plus") == [{"model": "Model large", "k": 1, "value": 0.6}]


def test_an_analysis_is_made_where_all_its_parts_are(config: dict[str, Any]) -> None:
    every = set(ANALYSES) - {"chance"}  # of final answers
    assert set(paper(config).analyses(BASE)) == every - {
        "reproduction",
        "verifiers",
        "disagreements",
    }
    both = paper(config, suites=["plus", "base"], published=[{"k": 1, "value": 0.5}])
    assert set(both.analyses(BASE)) == every - {"verifiers", "disagreements"}
    assert set(both.analyses(PLUS)) == every - {"reproduction"}
    assert both.weaker(PLUS) == BASE
    assert both.weaker(BASE) is None
    config["benchmarks"]["paper"] = {"kind": "answer", "path": "questions.jsonl"}
    config["experiments"]["paper"]["benchmark"] = "paper"
    answers = paper(config, suites=["exact"], answers=["boxed"], baseline={"label": "It"})
    assert "chance" in answers.analyses(Scoring("exact", "boxed"))
    words = " ".join(asked(answers, Scoring("exact", "boxed"), "chance"))
    assert f"--k-values {' '.join(map(str, answers.k_values))}" in words


def test_analyses_asked_for_are_the_only_ones_and_keep_the_order_of_the_page(
    config: dict[str, Any],
) -> None:
    experiment = paper(config, analyses=["comparison", "pass_at_k", "verifiers"])
    assert experiment.analyses(BASE) == ["pass_at_k", "comparison"]
    shown = {path.name for path in experiment.drawn(BASE)}
    assert shown == {
        f"{name}.{suffix}"
        for name in ("pass_at_k", "comparison")
        for suffix in ("csv", "pdf", "svg", "png", "md")
    }


def test_what_is_described_makes_the_same_experiment(config: dict[str, Any]) -> None:
    config["experiments"]["longer"] = config["experiments"]["paper"] | {"n_samples": 10}
    config["models"]["small"]["price_per_gpu_hour"] = 1.0
    experiment = paper(config)
    again = Experiment("paper", json.loads(json.dumps(experiment.described())))
    for what in ("shards", "labels", "scorings", "shown", "targets", "records_of_verdicts"):
        assert getattr(again, what) == getattr(experiment, what), what
    assert "price" not in json.dumps(again.config)


def test_every_part_has_files_or_comes_from_what_was_published() -> None:
    named = {part for parts in ANALYSES.values() for part in parts}
    assert named - {"published", "published_values", "k_grid"} == set(PARTS)


@pytest.mark.parametrize("analysis", ANALYSES)
def test_options_of_an_analysis_hold_each_of_its_files_once(
    analysis: str, config: dict[str, Any]
) -> None:
    experiment = paper(config, suites=["base", "plus"])
    parts = [part for part in ANALYSES[analysis] if part in PARTS]
    files = {
        part: [str(file) for group in PARTS[part](experiment, PLUS) for file in group]
        for part in parts
    }
    words = part_options(experiment, PLUS, files)
    expanded = subprocess.run(
        ["bash", "-c", f"printf '%s\\n' {' '.join(words)}"],
        check=True, capture_output=True, text=True,
    ).stdout.split()  # fmt: skip
    given = [word for word in expanded if not word.startswith("--")]
    assert given == [file for part in parts for file in files[part]]
    for part in parts:
        option = f"--{part.removeprefix('own_').replace('_', '-')}"
        each = part in ("verdicts", "signatures", "weak_verdicts", "strong_verdicts")
        assert expanded.count(option) == (2 if each else 0 if part == "tested" else 1)


def test_the_k_of_a_fit_are_asked_of_the_laws_alone(config: dict[str, Any]) -> None:
    config["experiments"]["paper"]["k_grid"] = [1, 4, 6]
    experiment = Experiment("paper", config)
    made = [name for name in ANALYSES if name not in ("verifiers", "disagreements")]
    words = {name: asked(experiment, BASE, name) for name in made}
    assert "--k-grid 1 4 6" in " ".join(words["scaling_laws"])
    assert [name for name in words if "--k-grid" in words[name]] == ["scaling_laws"]


def test_an_analysis_of_one_model_asks_nothing_of_the_others(config: dict[str, Any]) -> None:
    config["experiments"]["third"] = deepcopy(config["experiments"]["rival"])
    experiment = paper(config, compare_with=["third"])
    assert asked(experiment, BASE, "success_rates") == ["--labels", "Model small"]
    assert "Model large" not in " ".join(asked(experiment, BASE, "hardest_tasks"))
    curve = asked(experiment, BASE, "pass_at_k")
    assert curve[:3] == ["--labels", "Model small", "Model large (rival)"]
    assert "Model large (third)" not in curve


def test_one_shard_a_model_still_has_an_option_for_each_model(config: dict[str, Any]) -> None:
    config["sampling"]["plain"]["shard_size"] = 6
    config["experiments"]["rival"]["n_samples"] = 6
    experiment = paper(config)
    files = [str(file) for group in PARTS["verdicts"](experiment, BASE) for file in group]
    words = part_options(experiment, BASE, {"verdicts": files})
    assert words == ["--verdicts", files[0], "--verdicts", files[1]]


def test_braces_stand_for_the_same_files_in_the_same_order() -> None:
    files = ["a/1-2.jsonl.gz", "a/3-4.jsonl.gz", "b/1-2.jsonl.gz", "b/1-2.meta.json", "c.csv"]
    words = in_braces(files)
    assert words == ["a/{1-2,3-4}.jsonl.gz", "b/1-2.jsonl.gz", "b/1-2.meta.json", "c.csv"]
    shell = subprocess.run(
        ["bash", "-c", f"echo {' '.join(words)}"], check=True, capture_output=True, text=True
    )
    assert shlex.split(shell.stdout) == files
