"""The samples of a real model that are shipped: whole, and those that their metadata describe."""

from collections import Counter

import yaml
from conftest import ROOT

from passk.records import metadata_path, read_metadata, read_samples

SAMPLES = ROOT / "resources/laptop/samples.jsonl.gz"


def test_shipped_samples_are_those_that_were_drawn() -> None:
    about = read_metadata(metadata_path(SAMPLES), SAMPLES)  # checks the sha256
    samples = list(read_samples(SAMPLES))
    draws = range(about["draws"][0], about["draws"][1] + 1)
    assert Counter(sample.draw for sample in samples) == dict.fromkeys(draws, about["tasks"])
    assert sum(sample.tokens for sample in samples) == about["completion_tokens"]
    assert sum(sample.finish_reason == "length" for sample in samples) == about["truncated"]


def test_experiment_on_them_asks_for_what_they_are() -> None:
    config = yaml.safe_load((ROOT / "config.yaml").read_text())
    drawn, whole = (config["experiments"][name] for name in ("laptop-drawn", "laptop"))
    about = read_metadata(metadata_path(SAMPLES), SAMPLES)
    assert drawn["n_samples"] == about["draws"][1] + 1
    assert drawn["sampling"] == whole["sampling"]
    assert config["sampling"][drawn["sampling"]] == about["sampling"]
    assert config["models"][whole["model"]]["weights"] == about["model"]
