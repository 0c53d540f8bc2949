"""What a run will take, said before its first shard: tokens, FLOPs, time, money and disk.

The time is `samples x tokens a sample / tokens a second`, nothing more: it leaves out loading the
model, the prompt's tokens and a shard's long tail. Tokens a sample and tokens a second come from
the model's shards that are finished with the same settings, whatever the benchmark; without such
shards from the model's entry, or a guess. The text says which. FLOPs are given where the
shape of the weights is known (``passk/cost.py`` defines them). Prices come from the model's entry.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from passk.benchmarks import Benchmark, load_benchmark
from passk.cost import (
    Prices,
    Shape,
    completion_flops,
    in_units,
    prompt_flops,
    shape_of_manifest,
)
from passk.engines import check_weights, engine_of
from passk.words import counted

TOKENS_PER_SAMPLE = 150  # about what HumanEval's answers take; `tokens_per_sample` overrides it
BYTES_PER_TOKEN = 1.5  # of a shard on disk, compressed, with its verdicts
CHARACTERS_PER_TOKEN = 4  # of a prompt that no tokenizer has seen yet
IRRELEVANT = ("seed", "shard_size")  # to how long samples are and how fast they come


@dataclass(frozen=True, slots=True)
class Measured:
    """What finished shards say: tokens a sample, tokens a second and replica, on which devices."""

    shards: int
    tokens_per_sample: float
    tokens_per_second: float
    devices: str


@dataclass(frozen=True, slots=True)
class Forecast:
    """What is still to be drawn: in a sentence, and in a few words for a list."""

    sentence: str
    short: str


def forecast(
    model: Mapping[str, Any],
    sampling: Mapping[str, Any],
    tasks: int,
    n: int,
    finished: int = 0,
    measured: Measured | None = None,
    shape: Shape | None = None,
    prompt_tokens: float = math.nan,
) -> Forecast:
    """What ``n`` samples of each of ``tasks`` tasks, ``finished`` shards of which exist, will take.

    ``model`` is a model's entry in config.yaml, ``sampling`` a sampling entry. ``prompt_tokens``
    are those of a mean prompt.
    """
    engine, label = engine_of(model["weights"]), model["label"]
    size = sampling["shard_size"]
    shards = n // size - finished
    samples = tasks * size * shards
    if engine.recorded:
        read = f"{tasks * n:,} samples are read from {model['weights']['path']}"
        return Forecast(f"{label}: {read}.\n", "read from a file")
    if shards <= 0:
        return Forecast(f"{label}: all {tasks * n:,} samples are drawn already.\n", "nothing")
    a_sample = model.get("tokens_per_sample", TOKENS_PER_SAMPLE)
    a_sample = min(a_sample, sampling["max_tokens"] or a_sample)
    rate = model.get("tokens_per_second")
    each, speed = f"{a_sample:g} a sample", f"{rate:,g} tokens/s" if rate else ""
    if measured:
        a_sample = measured.tokens_per_sample
        each = f"{a_sample:.3g} a sample, as in {_count(measured.shards)}"
        if measured.tokens_per_second > 0:
            rate = measured.tokens_per_second
            speed = f"the {rate:,.0f} tokens/s that were measured ({measured.devices})"
    tokens = samples * a_sample
    there = f" besides the {finished} finished ones" if finished else ""
    words = [
        f"{label}: {samples:,} samples in {counted(shards, 'shard')}{there}, about "
        f"{tokens / 1e6:,.3g} M tokens ({each}) and {tokens * BYTES_PER_TOKEN / 1e6:,.3g} MB on "
        "disk"
    ]
    short = [f"{tokens / 1e6:,.3g} M tokens"]
    given = prompt_tokens + (a_sample if "repair" in sampling else 0)  # the last program with it
    if shape and prompt_tokens > 0:
        flops = samples * completion_flops(shape, given, a_sample)
        prompts = samples if "repair" in sampling else tasks * shards  # a prompt a draw, or shared
        flops += prompts * prompt_flops(shape, given)
        words.append(f"about {in_units(flops, 'FLOP')}")
    gpus = engine.gpus_of(model)
    hours = tokens / rate / 3600 if rate else math.nan
    if rate:
        kind = "GPU-hours" if gpus else "hours" if engine.remote else "hours of one core"
        short.append(f"{hours * max(gpus, 1):.3g} {kind}")
        words.append(f"about {short[-1]} at {speed}")
    prices = Prices.of(model)
    asked = prices.of_tokens(samples * given, tokens)
    if not math.isnan(asked):
        short.append(f"${asked:,.2f}")
        words.append(f"about {short[-1]} (`price_per_million_tokens` in config.yaml)")
    elif rate and gpus and not math.isnan(prices.gpu_hour):
        short.append(f"${hours * gpus * prices.gpu_hour:,.2f}")
        words.append(
            f"about {short[-1]} at ${prices.gpu_hour:g} a GPU-hour "
            "(`price_per_gpu_hour` in config.yaml)"
        )
    elif engine.remote:
        words.append(
            "its price is the endpoint's: look it up before you start, and set "
            "`price_per_million_tokens` to have it in this forecast"
        )
    if sampling["temperature"] == 0 and n > 1:
        words.append(
            "which with `temperature: 0` are one answer to each task, so that pass@k is pass@1 at "
            "every k (raise the temperature)"
        )
    if "repair" in sampling:
        words.append(
            f"a round of repair: fewer where draws of {sampling['repair']['of']}, which are not in "
            "this forecast, pass the examples of their prompt"
        )
    return Forecast(", ".join(words) + ".\n", ", ".join(short))


def _count(shards: int) -> str:
    return f"{shards} finished shards" if shards > 1 else "a finished shard"


def alike(metadata: Mapping[str, Any], weights: Any, sampling: Mapping[str, Any]) -> bool:
    """Whether a shard is of these weights and settings, whatever its seed and size."""
    settings = metadata.get("sampling")
    if metadata.get("model") != weights or not isinstance(settings, Mapping):
        return False
    return all(
        settings.get(key) == sampling.get(key)
        for key in {*settings, *sampling}
        if key not in IRRELEVANT
    )


def finished_shards(
    folder: Path, weights: Any, sampling: Mapping[str, Any]
) -> dict[Path, dict[str, Any]]:
    """The metadata of a model's finished shards that are :func:`alike`; damaged ones do not count.

    ``folder`` is ``results/{model}``.
    """
    found = {}
    for path in sorted(folder.glob("*/*/samples/*.meta.json")):
        try:
            metadata = json.loads(path.read_text())
        except (OSError, ValueError):
            continue
        if isinstance(metadata, dict) and alike(metadata, weights, sampling):
            found[path] = metadata
    return found


def measure(shards: Sequence[Mapping[str, Any]]) -> Measured | None:
    """What finished shards say; None if there are none, or their tokens were not counted."""
    try:
        samples = sum(s["tasks"] * (s["draws"][1] - s["draws"][0] + 1) for s in shards)
        tokens = sum(s["completion_tokens"] for s in shards)
        seconds = sum(s["engine_seconds"] for s in shards)
        devices = sorted({str(s["engine"]["device"] or s["engine"]["name"]) for s in shards})
    except (KeyError, TypeError):
        return None
    if not samples or not tokens:
        return None
    rate = tokens / seconds if seconds else math.nan
    return Measured(len(shards), tokens / samples, rate, "; ".join(devices))


def mean_prompt(
    benchmark: Benchmark, sampling: Mapping[str, Any], shards: Sequence[Mapping[str, Any]]
) -> float:
    """Tokens of a mean prompt: measured in shards of this very benchmark, or else guessed."""
    for shard in shards:
        drawn = shard["tasks"] * (shard["draws"][1] - shard["draws"][0] + 1)
        if shard.get("benchmark_sha256") == benchmark.sha256 and shard.get("prompt_tokens"):
            return shard["prompt_tokens"] / drawn
    characters = sum(len(problem.prompt) for problem in benchmark.problems)
    mean = characters / len(benchmark.problems) + len(sampling.get("system_prompt", ""))
    return mean / CHARACTERS_PER_TOKEN


def known_shape(folder: Path, weights: Mapping[str, Any]) -> Shape | None:
    """The model's shape, from the manifest in ``results/{model}`` or a local ``path``."""
    try:
        return shape_of_manifest(json.loads((folder / "manifest.json").read_text()))
    except (OSError, ValueError, TypeError, AttributeError):
        return shape_of_manifest({"path": weights.get("path")})


def forecast_of(
    experiment: Mapping[str, Any],
    model: Mapping[str, Any],
    benchmark: Mapping[str, Any],
    sampling: Mapping[str, Any],
    results: Path = Path("results"),
) -> Forecast:
    """What an experiment is to take, from its entry in config.yaml and those that it names.

    Finished shards are looked for below ``results``.

    :raises UserError: a benchmark that cannot be loaded, or weights that name no engine.
    """
    check_weights(model["weights"], "--model's weights")
    loaded = load_benchmark(dict(benchmark))
    folder = results / str(experiment.get("model"))
    shards = finished_shards(folder, model["weights"], sampling)
    own = folder / str(experiment.get("benchmark")) / str(experiment.get("sampling")) / "samples"
    return forecast(
        model,
        sampling,
        len(loaded.problems),
        experiment["n_samples"],
        finished=sum(path.parent == own for path in shards),
        measured=measure(list(shards.values())),
        shape=known_shape(folder, model["weights"]),
        prompt_tokens=mean_prompt(loaded, sampling, list(shards.values())),
    )
