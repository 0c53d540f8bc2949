"""Say what a run will take before its first shard: tokens, FLOPs, time, money and disk.

What is counted, and how, stands at the top of ``passk/forecast.py``.
"""

from __future__ import annotations

import argparse
import logging
from pathlib import Path

from passk import cli
from passk.forecast import forecast_of
from passk.records import write_text

NEEDED = {
    "experiment": ("n_samples",),
    "model": ("label", "weights"),
    "benchmark": (),
    "sampling": ("temperature", "max_tokens", "shard_size"),
}


def main() -> None:
    """Bind the command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    for entry in NEEDED:
        parser.add_argument(
            f"--{entry}",
            required=True,
            metavar="YAML",
            help=f"the {entry}'s entry in config.yaml",
        )
    parser.add_argument(
        "--results", type=Path, default=Path("results"), help="where finished shards are looked for"
    )
    parser.add_argument("--output", required=True, type=Path)
    given = parser.parse_args()
    entries = [
        cli.mapping(getattr(given, entry), f"--{entry}", keys) for entry, keys in NEEDED.items()
    ]
    text = forecast_of(*entries, given.results).sentence
    logging.info("forecast: %s", text.strip())
    write_text(given.output, text)


if __name__ == "__main__":
    cli.run(main)
