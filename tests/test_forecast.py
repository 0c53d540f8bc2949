"""The forecast: arithmetic that a reader can redo."""

from __future__ import annotations

import yaml
from conftest import ROOT

import forecast

CONFIG = yaml.safe_load((ROOT / "config.yaml").read_text())
PAPER = CONFIG["models"]["llama-3.1-8b-instruct"]


def test_paper_costs_tokens_over_rate() -> None:
    text = forecast.forecast(PAPER, CONFIG["sampling"]["published"], tasks=164, n=1000)
    assert "164,000 samples in 10 shards" in text
    assert "24.6 M tokens" in text
    hours = 164_000 * 150 / 4000 / 3600
    assert f"{hours:.3g} GPU-hours" in text
    assert f"${hours * PAPER['price_per_gpu_hour']:.2f}" in text


def test_replica_of_several_gpus_costs_them_all() -> None:
    sampling = CONFIG["sampling"]["published"]
    four = forecast.forecast({**PAPER, "gpus": 4}, sampling, tasks=164, n=1000)
    assert f"{4 * 164_000 * 150 / 4000 / 3600:.3g} GPU-hours" in four


def test_sample_is_no_longer_than_max_tokens() -> None:
    sampling = {**CONFIG["sampling"]["published"], "max_tokens": 10}
    assert "(10 a sample)" in forecast.forecast(PAPER, sampling, tasks=1, n=100)


def test_no_price_is_no_dollars() -> None:
    model = {key: value for key, value in PAPER.items() if key != "price_per_gpu_hour"}
    text = forecast.forecast(model, CONFIG["sampling"]["published"], tasks=164, n=1000)
    assert "$" not in text


def test_recorded_samples_cost_nothing() -> None:
    model = {"label": "Mine", "weights": {"engine": "recorded", "path": "s.jsonl"}}
    assert "read from s.jsonl" in forecast.forecast(model, {"shard_size": 2}, tasks=2, n=4)
