"""Say what a run will take before its first shard: tokens, time, money and disk.

The time is `samples x tokens a sample / tokens a second`, nothing more: it leaves out loading the
model, the prompt's tokens and a shard's long tail. Prices and rates come from the model's entry.
"""

from __future__ import annotations

import argparse
import logging
from pathlib import Path
from typing import Any

from passk import cli
from passk.engines import check_weights
from passk.problems import load_benchmark
from passk.records import write_text

TOKENS_PER_SAMPLE = 150  # about what HumanEval's answers take; `tokens_per_sample` overrides it
BYTES_PER_TOKEN = 1.5  # of a shard on disk, compressed, with its verdicts


def forecast(model: dict[str, Any], sampling: dict[str, Any], tasks: int, n: int) -> str:
    """One sentence on ``n`` samples of each of ``tasks`` tasks.

    ``model`` is a model's entry in config.yaml, ``sampling`` a sampling entry.
    """
    engine = model["weights"]["engine"]
    samples = tasks * n
    if engine == "recorded":
        return f"{model['label']}: {samples:,} samples are read from {model['weights']['path']}.\n"
    a_sample = min(model.get("tokens_per_sample", TOKENS_PER_SAMPLE), sampling["max_tokens"])
    tokens = samples * a_sample
    shards = n // sampling["shard_size"]
    words = [
        f"{model['label']}: {samples:,} samples in {shards} shards, about {tokens / 1e6:,.3g} M "
        f"tokens ({a_sample:g} a sample) and {tokens * BYTES_PER_TOKEN / 1e6:,.3g} MB on disk"
    ]
    rate = model.get("tokens_per_second")
    if rate:
        gpus = model.get("gpus", 1) if engine == "vllm" else 0
        hours = tokens / rate / 3600
        kind = "GPU-hours" if gpus else "hours of one core" if engine == "transformers" else "hours"
        words.append(f"about {hours * max(gpus, 1):.3g} {kind} at {rate:,g} tokens/s")
        price = model.get("price_per_gpu_hour")
        if gpus and price is not None:
            words.append(
                f"about ${hours * gpus * price:,.2f} at ${price:g} a GPU-hour "
                "(`price_per_gpu_hour` in config.yaml)"
            )
    elif engine == "openai":
        words.append("its price is the endpoint's: look it up before you go on")
    return ", ".join(words) + ".\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    for entry in ("experiment", "model", "benchmark", "sampling"):
        parser.add_argument(
            f"--{entry}",
            required=True,
            metavar="YAML",
            help=f"the {entry}'s entry in config.yaml",
        )
    parser.add_argument("--output", required=True, type=Path)
    arguments = parser.parse_args()
    experiment = cli.mapping(arguments.experiment, "--experiment", ("n_samples",))
    model = cli.mapping(arguments.model, "--model", ("label", "weights"))
    check_weights(model["weights"], "--model's weights")
    sampling = cli.mapping(arguments.sampling, "--sampling", ("max_tokens", "shard_size"))
    benchmark = load_benchmark(cli.mapping(arguments.benchmark, "--benchmark"))
    text = forecast(model, sampling, len(benchmark.problems), experiment["n_samples"])
    logging.info("forecast: %s", text.strip())
    write_text(arguments.output, text)


if __name__ == "__main__":
    cli.run(main)
