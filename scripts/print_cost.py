"""Print what an experiment took, and write it down shard by shard.

Sampling comes from each model's cost.json. Execution comes from the metadata of the verdicts: its
core-seconds are those of the programs alone, each distinct one run once, and not of the judge.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Mapping, Sequence
from dataclasses import astuple, replace
from pathlib import Path
from typing import Any

from passk import cli
from passk.cost import SPENT, Cost, Spent, in_units, read_cost, read_record, total
from passk.provenance import check_verdicts_record
from passk.records import UserError, write_text
from passk.tables import table_text

COLUMNS = ("model", "step", "judgement", "draws", *SPENT)
NEEDED = ("suite", "answer", "samples", "outcomes", "cpu_seconds", "wall_seconds")
NOTHING = Spent(0, *[math.nan] * (len(SPENT) - 1))
Row = tuple[str, str, str, str, Spent]


def executions(path: Path) -> dict[str, Any]:
    """The metadata of a shard of verdicts, checked against them.

    :raises UserError: see :func:`passk.provenance.check_verdicts_record`.
    """
    record = read_record(path, NEEDED)
    check_verdicts_record(path, record)
    return record


def executed(metadata: Mapping[str, Any]) -> Spent:
    """What judging one shard took."""
    return replace(
        NOTHING,
        samples=sum(metadata["outcomes"].values()),
        wall_seconds=metadata["wall_seconds"],
        core_seconds=metadata["cpu_seconds"],
    )


def rows_of(label: str, cost: Cost, verdicts: Sequence[Mapping[str, Any]]) -> list[Row]:
    """Sampling and each judgement, shard by shard, and all shards together (``draws`` is all)."""
    steps: dict[tuple[str, str], dict[str, Spent]] = {("sampling", ""): dict(cost.shards)}
    for metadata in verdicts:
        first, last = metadata["samples"]["draws"]
        judgement = f"{metadata['suite']}-{metadata['answer']}"
        steps.setdefault(("execution", judgement), {})[f"{first:05d}-{last:05d}"] = executed(
            metadata
        )
    return [
        (label, step, judgement, draws, part)
        for (step, judgement), parts in steps.items()
        for draws, part in [*parts.items(), ("all", total(list(parts.values())))]
    ]


def printed(rows: Sequence[Row], costs: Mapping[str, Cost]) -> list[str]:
    """The lines of a small table of what each model's samples took, all shards together."""
    head = ("", "samples", "prompt", "completion tokens", "FLOP", "GPU-s", "core-s", "US$")
    cells = [head]
    for label, step, judgement, draws, part in rows:
        if draws != "all":
            continue
        sampling = step == "sampling"
        cells.append(
            (
                f"{label}, {step}{f' {judgement}' if judgement else ''}",
                f"{part.samples:,}",
                in_units(part.prompt_tokens, "") if sampling else "",
                in_units(part.completion_tokens, "") if sampling else "",
                in_units(part.flops, "") if sampling else "",
                _seconds(part.gpu_seconds) if sampling else "",
                _seconds(part.core_seconds),
                _dollars(part.usd) if sampling else "",
            )
        )
    widths = [max(len(row[column]) for row in cells) for column in range(len(head))]
    lines = [
        "  ".join(
            [
                row[0].ljust(widths[0]),
                *(c.rjust(w) for c, w in zip(row[1:], widths[1:], strict=True)),
            ]
        ).rstrip()
        for row in cells
    ]
    return lines + [
        f"{label}: {in_units(cost.weights_bytes, 'B')} of weights and "
        f"{in_units(cost.kv_bytes_per_sequence, 'B')} of keys and values a sequence"
        for label, cost in costs.items()
        if not math.isnan(cost.weights_bytes)
    ]


def _seconds(value: float) -> str:
    return "-" if math.isnan(value) else f"{value:,.1f}" if value < 1000 else f"{value:,.0f}"


def _dollars(value: float) -> str:
    return "-" if math.isnan(value) else f"{value:,.2f}"


def main() -> None:
    """Bind the command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument(
        "--cost", type=Path, nargs="+", required=True, metavar="JSON", help="what cost.py wrote"
    )
    parser.add_argument(
        "--labels", nargs="+", required=True, metavar="TEXT", help="the models' names, in order"
    )
    parser.add_argument(
        "--verdicts", type=Path, nargs="*", default=[], metavar="JSON",
        help="metadata of verdicts, below the folder of their model's cost.json",
    )  # fmt: skip
    parser.add_argument("--output", type=Path, required=True, metavar="CSV")
    args = parser.parse_args()
    cli.guard(args, "output")
    if len(set(args.labels)) != len(args.labels):
        raise UserError("two models have the same label; give each a name of its own")
    if len(args.cost) != len(args.labels):
        raise UserError(
            f"--cost has {len(args.cost)} files and --labels {len(args.labels)} names; give one "
            "name each"
        )
    costs = [read_cost(path) for path in args.cost]
    rows = []
    for label, path, cost in zip(args.labels, args.cost, costs, strict=True):
        below = [verdict for verdict in args.verdicts if verdict.is_relative_to(path.parent)]
        rows += rows_of(label, cost, list(map(executions, below)))
    write_text(args.output, table_text(COLUMNS, ([*row[:4], *astuple(row[4])] for row in rows)))
    print("\n".join(printed(rows, dict(zip(args.labels, costs, strict=True)))))


if __name__ == "__main__":
    cli.run(main)
