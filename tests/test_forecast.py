"""The forecast: arithmetic that a reader can redo."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import ROOT

from passk import forecast
from passk.benchmarks import load_benchmark
from passk.cost import completion_flops, in_units, prompt_flops, shape_of

CONFIG = yaml.safe_load((ROOT / "config.yaml").read_text())
PAPER = CONFIG["models"]["llama-3.1-8b-instruct"]


def sentence(*given: Any, **named: Any) -> str:
    return forecast.forecast(*given, **named).sentence


def test_paper_costs_tokens_over_rate() -> None:
    text = sentence(PAPER, CONFIG["sampling"]["published"], tasks=164, n=1000)
    assert "164,000 samples in 10 shards" in text
    assert "24.6 M tokens" in text
    hours = 164_000 * 150 / 4000 / 3600
    assert f"{hours:.3g} GPU-hours" in text
    assert f"${hours * PAPER['price_per_gpu_hour']:.2f}" in text


def test_replica_of_several_gpus_costs_them_all() -> None:
    sampling = CONFIG["sampling"]["published"]
    four = sentence({**PAPER, "gpus_per_replica": 4}, sampling, tasks=164, n=1000)
    assert f"{4 * 164_000 * 150 / 4000 / 3600:.3g} GPU-hours" in four


def test_sample_is_no_longer_than_max_tokens() -> None:
    sampling = {**CONFIG["sampling"]["published"], "max_tokens": 10}
    assert "(10 a sample)" in sentence(PAPER, sampling, tasks=1, n=100)


def test_no_price_is_no_dollars() -> None:
    model = {key: value for key, value in PAPER.items() if key != "price_per_gpu_hour"}
    text = sentence(model, CONFIG["sampling"]["published"], tasks=164, n=1000)
    assert "$" not in text


def test_recorded_samples_cost_nothing() -> None:
    model = {"label": "Mine", "weights": {"engine": "recorded", "path": "s.jsonl"}}
    assert "read from s.jsonl" in sentence(model, {"shard_size": 2}, tasks=2, n=4)


SMOKE = {**CONFIG["sampling"]["published"], "shard_size": 50}


def shard(**changes: Any) -> dict[str, Any]:
    """The metadata of a finished shard: 20 tasks, 50 draws, 120 tokens a sample in 30 s."""
    return {
        "model": PAPER["weights"], "sampling": SMOKE, "tasks": 20, "draws": [0, 49],
        "prompt_tokens": 1000 * 250, "completion_tokens": 1000 * 120, "engine_seconds": 30.0,
        "engine": {"name": "vllm", "device": "1 x NVIDIA H200"}, "benchmark_sha256": "b", **changes,
    }  # fmt: skip


def test_finished_shards_of_any_benchmark_replace_the_guesses() -> None:
    measured = forecast.measure([shard(), shard(draws=[50, 99])])
    text = sentence(PAPER, CONFIG["sampling"]["published"], 164, 1000, measured=measured)
    assert "(120 a sample, as in 2 finished shards)" in text
    assert f"{164_000 * 120 / 4000 / 3600:.3g} GPU-hours" in text
    assert "the 4,000 tokens/s that were measured (1 x NVIDIA H200)" in text


def test_finished_shards_of_the_experiment_are_not_to_be_drawn() -> None:
    sampling = CONFIG["sampling"]["published"]
    text = sentence(PAPER, sampling, tasks=164, n=1000, finished=4)
    assert "98,400 samples in 6 shards besides the 4 finished ones" in text
    text = sentence(PAPER, sampling, tasks=164, n=1000, finished=9)
    assert "16,400 samples in 1 shard besides" in text
    assert "drawn already" in sentence(PAPER, sampling, tasks=164, n=1000, finished=10)


@pytest.mark.parametrize(
    ("changes", "counts"),
    [
        ({}, True),
        ({"sampling": {**SMOKE, "seed": 3, "shard_size": 10}}, True),
        ({"sampling": {**SMOKE, "temperature": 0.2}}, False),
        ({"sampling": {**SMOKE, "stop": ["x"]}}, False),
        ({"model": {**PAPER["weights"], "dtype": "float16"}}, False),
        ({"sampling": None}, False),
    ],
)
def test_only_shards_of_the_same_settings_are_believed(
    tmp_path: Path, changes: dict[str, Any], counts: bool
) -> None:
    folder = tmp_path / "humaneval-20/published-50/samples"
    folder.mkdir(parents=True)
    (folder / "00000-00049.meta.json").write_text(json.dumps(shard(**changes)))
    (folder / "00050-00099.meta.json").write_text("{ damaged")
    (folder / "00100-00149.meta.json").write_text("[]")
    found = forecast.finished_shards(tmp_path, PAPER["weights"], CONFIG["sampling"]["published"])
    assert len(found) == counts


def test_tokens_that_were_not_counted_measure_nothing() -> None:
    assert forecast.measure([]) is None
    assert forecast.measure([shard(completion_tokens=None)]) is None


def test_flops_are_told_where_the_shape_is_known() -> None:
    shape = shape_of(ROOT / "resources/demo/small")
    assert shape is not None
    text = sentence(
        PAPER, CONFIG["sampling"]["published"], 164, 1000, shape=shape, prompt_tokens=200
    )
    flops = 1640 * prompt_flops(shape, 200) + 164_000 * completion_flops(shape, 200, 150)
    assert f"about {in_units(flops, 'FLOP')}" in text
    assert "FLOP" not in sentence(PAPER, CONFIG["sampling"]["published"], 164, 1000)


def test_endpoint_is_paid_by_the_token() -> None:
    model = {"label": "GPT", "weights": {"engine": "openai"}}
    sampling = CONFIG["sampling"]["published"]
    assert "look it up" in sentence(model, sampling, 164, 100, prompt_tokens=200)
    model["price_per_million_tokens"] = {"prompt": 2.5, "completion": 10}
    text = sentence(model, sampling, 164, 100, prompt_tokens=200)
    assert f"${16_400 * (200 * 2.5 + 150 * 10) / 1e6:.2f}" in text
    assert "look it up" not in text


def test_prompt_is_measured_where_a_shard_of_the_benchmark_is_there() -> None:
    benchmark = load_benchmark({"path": str(ROOT / "resources/demo/problems.jsonl")})
    guess = forecast.mean_prompt(benchmark, {}, [shard()])
    mean = sum(len(p.prompt) for p in benchmark.problems) / len(benchmark.problems)
    assert guess == pytest.approx(mean / 4)
    found = forecast.mean_prompt(benchmark, {}, [shard(benchmark_sha256=benchmark.sha256)])
    assert found == 250
