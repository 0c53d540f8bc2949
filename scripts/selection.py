"""Tabulate how often the sample that one would take without tests is right."""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Sequence
from dataclasses import astuple
from pathlib import Path
from typing import Any

from passk import cli, compared
from passk.analyses.selection import table as selection
from passk.provenance import check_shards
from passk.records import UserError, metadata_path, read_metadata, write_text
from passk.tables import table_text

NAMES = {
    "examples": "examples",
    "annotations": "annotated types",
    "names": "parameter names",
}


def check_pair(
    verdicts: Sequence[Path], observations: Sequence[Path], settings: dict[str, Any] | None
) -> str:
    """Check the metadata of both: made as ``settings`` say, of the same samples and inputs.

    Returns what the inputs were made from, as a text that is empty where nothing says it.
    Without ``settings`` files need no metadata.

    :raises UserError: as :func:`passk.provenance.check_shards`, and where samples or inputs differ.
    """
    required = settings is not None
    check_shards(verdicts, require_metadata=required, settings=settings)
    described = [
        [
            read_metadata(metadata_path(path), path)
            for path in paths
            if required or metadata_path(path).exists()
        ]
        for paths in (verdicts, observations)
    ]
    judged, observed = (
        [(one["samples_sha256"], one["answer"]) for one in group] for group in described
    )
    if judged and observed and set(judged) != set(observed):
        raise UserError(
            f"{verdicts[0]} and {observations[0]} are not of the same samples, read alike; give "
            "the verdicts and the observations of the same shards"
        )
    inputs = [one.get("inputs") for one in described[1]]
    if None in inputs:
        raise UserError(f"{observations[inputs.index(None)]} has no observations; see observe.py")
    if len({one["sha256"] for one in inputs}) > 1:
        raise UserError(
            f"the shards of {observations[0].parent} were not observed on the same inputs of the "
            "same tasks; observe all of them again"
        )
    sources = Counter(inputs[0]["sources"]) if inputs else Counter()
    return ", ".join(f"{NAMES[name]} of {tasks} tasks" for name, tasks in sources.items() if tasks)


def main() -> None:
    """Bind the command line."""
    parser = argparse.ArgumentParser(
        description="Tabulate how often the sample that one would take without tests is right.",
        epilog="Example: selection.py --labels Mine --verdicts verdicts.jsonl.gz --observations "
        "observations.jsonl.gz --k-values 1 10 100 --output selection.csv",
    )
    parser.add_argument("--labels", nargs="+", required=True, metavar="TEXT", help="the models")
    for kind in ("verdicts", "observations"):
        parser.add_argument(
            f"--{kind}", type=Path, nargs="+", action="append", required=True, metavar="FILE",
            help=f"{kind} of all shards; once for each model",
        )  # fmt: skip
    parser.add_argument(
        "--settings", action="append", metavar="YAML",
        help="model, sampling, suite and answer that the shards must have been made with; once "
        "for each model (without it shards need no metadata)",
    )  # fmt: skip
    parser.add_argument("--k-values", type=int, nargs="+", required=True, metavar="K")
    parser.add_argument("--output", type=Path, required=True, metavar="CSV", help="the table")
    args = parser.parse_args()
    groups = [args.verdicts, args.observations] + ([args.settings] if args.settings else [])
    if any(len(group) != len(args.labels) for group in groups):
        raise UserError(
            "give --verdicts, --observations and --settings once for each of --labels, or no "
            "--settings at all"
        )
    k_values = compared.check_k_values(args.k_values)
    settings = [cli.mapping(text, "--settings") for text in args.settings or []]
    rows = []
    for place, label in enumerate(args.labels):
        pair = args.verdicts[place], args.observations[place]
        inputs = check_pair(*pair, settings[place] if settings else None)
        rows += selection.selection(label, selection.read_task_samples(*pair), k_values, inputs)
    write_text(args.output, table_text([*selection.COLUMNS], map(astuple, rows)))


if __name__ == "__main__":
    cli.run(main)
