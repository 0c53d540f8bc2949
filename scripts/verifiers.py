"""Tabulate what imperfect tests do to repeated sampling, from two suites' verdicts of the same
samples."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import astuple
from pathlib import Path
from typing import Any

from passk import cli, compared
from passk.analyses.verifiers import table as verifiers
from passk.provenance import check_shards
from passk.records import UserError, metadata_path, read_metadata, write_text
from passk.tables import table_text


def check_pair(
    base: Sequence[Path],
    plus: Sequence[Path],
    settings: dict[str, Any] | None,
    require_metadata: bool,
) -> None:
    """Check the metadata of both suites' shards: made as ``settings`` say, of the same samples.

    :raises UserError: as :func:`passk.provenance.check_shards`, and where the samples differ.
    """
    samples = []
    for suite, paths in (("base", base), ("plus", plus)):
        wanted = None if settings is None else {**settings, "suite": suite}
        check_shards(paths, require_metadata=require_metadata, settings=wanted)
        with_metadata = [path for path in paths if metadata_path(path).exists()]
        samples.append(
            {read_metadata(metadata_path(path), path)["samples_sha256"] for path in with_metadata}
        )
    if all(samples) and samples[0] != samples[1]:
        raise UserError(
            f"{base[0]} and {plus[0]} are not verdicts of the same samples; give both suites' "
            "verdicts of the same shards"
        )


def main() -> None:
    """Bind the command line."""
    parser = argparse.ArgumentParser(
        description="Tabulate what imperfect tests do to repeated sampling.",
        epilog="Example: verifiers.py --labels Mine --base base.jsonl.gz --plus plus.jsonl.gz "
        "--k-values 1 10 100 --output verifiers.csv",
    )
    parser.add_argument("--labels", nargs="+", required=True, metavar="TEXT", help="the models")
    for suite in ("base", "plus"):
        parser.add_argument(
            f"--{suite}", type=Path, nargs="+", action="append", required=True, metavar="FILE",
            help=f"all shards' verdicts of the suite {suite}; once for each model",
        )  # fmt: skip
    parser.add_argument(
        "--settings", action="append", metavar="YAML",
        help="model, sampling and answer that the shards must have been made with; once for each "
        "model (without it shards need no metadata)",
    )  # fmt: skip
    parser.add_argument("--k-values", type=int, nargs="+", required=True, metavar="K")
    parser.add_argument(
        "--costs", type=float, nargs="+", default=verifiers.COSTS, metavar="C",
        help="of a wrong answer, where a right one is worth 1",
    )  # fmt: skip
    parser.add_argument("--output", type=Path, required=True, metavar="CSV", help="the table")
    args = parser.parse_args()
    groups = [args.base, args.plus] + ([args.settings] if args.settings else [])
    if any(len(group) != len(args.labels) for group in groups):
        raise UserError("give --base, --plus and --settings once for each of --labels, or none")
    if any(not 0 <= cost < float("inf") for cost in args.costs):
        raise UserError("--costs must be numbers, 0 or more")
    k_values = compared.check_k_values(args.k_values)
    settings = [cli.mapping(text, "--settings") for text in args.settings or []]
    rows = []
    for place, label in enumerate(args.labels):
        base, plus = args.base[place], args.plus[place]
        check_pair(base, plus, settings[place] if settings else None, bool(settings))
        tasks = verifiers.read_agreement(base, plus)
        rows += verifiers.verifiers(label, tasks, k_values, sorted(set(args.costs)))
    write_text(args.output, table_text([*verifiers.COLUMNS], map(astuple, rows)))


if __name__ == "__main__":
    cli.run(main)
