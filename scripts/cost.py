"""Sum up what a model's samples took: tokens, FLOPs, memory, device time and US$.

It reads the metadata of the shards, checked against the samples beside them. What is counted, and
how, stands at the top of ``passk/cost.py``.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from passk import cli
from passk.cost import Prices, cost_of, cost_text, read_cost, read_record
from passk.provenance import check_samples_record
from passk.records import UserError, write_text

NEEDED = ("draws", "tasks", "engine", "prompt_tokens", "completion_tokens")


def main() -> None:
    """Bind the command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument(
        "--metadata", type=Path, nargs="+", required=True, metavar="JSON", help="of each shard"
    )
    parser.add_argument("--manifest", type=Path, required=True, metavar="JSON", help="the model's")
    parser.add_argument(
        "--prices",
        default="{}",
        metavar="YAML",
        help="`price_per_gpu_hour` and `price_per_million_tokens` of the model's entry",
    )
    parser.add_argument(
        "--before", type=Path, metavar="JSON", help="of the rounds of repair before this one"
    )
    parser.add_argument("--output", type=Path, required=True, metavar="JSON")
    arguments = parser.parse_args()
    cli.guard(arguments, "output")
    shards = [read_record(path, NEEDED) for path in arguments.metadata]
    for path, shard in zip(arguments.metadata, shards, strict=True):
        check_samples_record(path, shard)
    if any("repair" in shard for shard in shards) != bool(arguments.before):
        raise UserError("--before belongs to the metadata of a round of repair; give both or none")
    manifest = read_record(arguments.manifest, ("path",))
    prices = Prices.of(cli.mapping(arguments.prices, "--prices"))
    before = read_cost(arguments.before) if arguments.before else None
    write_text(arguments.output, cost_text(cost_of(shards, manifest, prices, before)))


if __name__ == "__main__":
    cli.run(main)
