"""The samples of a real model that are shipped: whole, and those that their metadata describe."""

from collections import Counter

import pytest
import yaml
from conftest import ROOT

from passk.records import metadata_path, read_metadata, read_samples

SHIPPED = {
    "laptop-drawn": "laptop", "one-gpu-drawn": "one-gpu", "one-gpu-drawn-95": "one-gpu",
    "laptop-cool-drawn": "laptop-cool", "laptop-continued-drawn": "laptop-continued",
    "laptop-mathematics-drawn": "laptop-mathematics",
}  # fmt: skip
"""An experiment on samples as they were drawn, and the one that drew them."""
CONFIG = yaml.safe_load((ROOT / "config.yaml").read_text())


@pytest.mark.parametrize("drawn", SHIPPED)
def test_shipped_samples_are_those_that_were_drawn(drawn: str) -> None:
    path = ROOT / CONFIG["models"][CONFIG["experiments"][drawn]["model"]]["weights"]["path"]
    about = read_metadata(metadata_path(path), path)  # checks the sha256
    samples = list(read_samples(path))
    draws = range(about["draws"][0], about["draws"][1] + 1)
    assert Counter(sample.draw for sample in samples) == dict.fromkeys(draws, about["tasks"])
    assert len({(sample.task_id, sample.draw) for sample in samples}) == len(samples)
    assert sum(sample.tokens for sample in samples) == about["completion_tokens"]
    assert sum(sample.finish_reason == "length" for sample in samples) == about["truncated"]


@pytest.mark.parametrize(("drawn", "by"), SHIPPED.items())
def test_experiments_on_them_ask_for_what_they_are(drawn: str, by: str) -> None:
    experiment, whole = CONFIG["experiments"][drawn], CONFIG["experiments"][by]
    weights = CONFIG["models"][experiment["model"]]["weights"]
    about = read_metadata(metadata_path(ROOT / weights["path"]), ROOT / weights["path"])
    first = weights.get("first_draw", 0)
    assert [first, first + experiment["n_samples"] - 1] == about["draws"]
    assert about["draws"][1] < whole["n_samples"]
    assert CONFIG["benchmarks"][experiment["benchmark"]].get("first", 164) == about["tasks"]
    assert experiment["sampling"] == whole["sampling"]
    assert CONFIG["sampling"][experiment["sampling"]] == about["sampling"]
    assert CONFIG["models"][whole["model"]]["weights"] == about["model"]
