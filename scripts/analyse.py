"""Compute the table of one analysis: what passk.analyses declares, from counts, verdicts and more.

Each analysis takes the files that it is made from, those of several models in the order of
--labels, the experiment's own model first.
"""

from __future__ import annotations

import argparse
import importlib
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

# Read when numpy is loaded. The matrices of the analyses are small, and OpenBLAS's threads wait for
# one another in busy loops: on a machine with other work that took ten times the work itself.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from passk import baseline, cli
from passk.analyses import ANALYSES, OPTIONAL
from passk.analyses.given import Given
from passk.benchmarks import ANSWERS, read_problem_file
from passk.cost import read_cost
from passk.counts import read_models
from passk.curve import read_curve
from passk.published import from_text
from passk.records import UserError, write_text
from passk.tables import table_text

TABLES = {
    "curves": ("CSV", "pass@k of each model, as estimate.py wrote it"),
    "counts": ("CSV", "task_id, n, c of each model"),
    "cost": ("JSON", "what cost.py wrote of each model"),
}
SHARDS = {
    "verdicts": "all shards' verdicts",
    "signatures": "what observe.py wrote of the same shards",
    "tested": "what observe.py --tests wrote of the same shards, where there is any",
    "weak_verdicts": "all shards' verdicts of the weaker suite",
    "strong_verdicts": "all shards' verdicts of the stronger suite",
}


def option(part: str) -> str:
    """The option by which a part is given."""
    return f"--{part.replace('_', '-')}"


def add_options(parser: argparse.ArgumentParser, parts: Sequence[str]) -> None:
    """Add the options of an analysis that is made from ``parts``, named without ``own_``."""
    parser.add_argument("--labels", nargs="+", required=True, metavar="TEXT", help="the models")
    parser.add_argument("--output", type=Path, required=True, metavar="CSV", help="the table")
    parser.add_argument("--k-values", type=int, nargs="+", default=[1], metavar="K")
    baseline.add_arguments(parser)
    several = {"type": Path, "nargs": "+", "required": True}
    for part in parts:
        if part in TABLES:
            kind, text = TABLES[part]
            parser.add_argument(option(part), action="append", metavar=kind, help=text, **several)
        elif part in SHARDS:
            text = f"{SHARDS[part]}; once for each model"
            how = {"type": Path, "nargs": "*"} if part in OPTIONAL else several
            parser.add_argument(option(part), action="append", metavar="FILE", help=text, **how)
    if "samples" in parts:
        parser.add_argument("--samples", metavar="FILE", help="the first model's", **several)
    if "readings" in parts:
        text = "all shards' verdicts under one reading; once for each of --answers"
        parser.add_argument("--readings", action="append", metavar="FILE", help=text, **several)
        parser.add_argument("--answers", choices=ANSWERS, nargs="+", required=True)
    elif "samples" in parts:
        parser.add_argument("--answer", choices=ANSWERS, required=True)
    if "problems" in parts:
        parser.add_argument("--problems", type=Path, required=True, metavar="JSONL")
    if {*SHARDS, "readings"} & set(parts):
        parser.add_argument(
            "--settings", action="append", metavar="YAML",
            help="model, sampling, suite and answer that the shards must have been made with; once "
            "for each list of them (without it shards need no metadata)",
        )  # fmt: skip
    if "k_grid" in parts:
        parser.add_argument(
            "--k-grid", type=int, nargs="+", default=[], metavar="K",
            help="the k at which laws are fitted (40 up to the draws, evenly on the log scale, if "
            "not given)",
        )  # fmt: skip
    if {"published", "published_values"} & set(parts):
        parser.add_argument(
            "--published", nargs="*", default=[], metavar="ENTRY",
            help="each K=P, or a YAML mapping with value and k (or quantity), and model, name, "
            "tasks, samples, by, source, url, differs",
        )  # fmt: skip


def read(args: argparse.Namespace, parts: Sequence[str]) -> Given:
    """Read what the command line names.

    :raises UserError: a file that cannot be read, not one for each label, a label twice, k < 1.
    """
    labels = args.labels
    if len(set(labels)) != len(labels):
        twice = next(label for label in labels if labels.count(label) > 1)
        raise UserError(f"the label {twice!r} is given twice; give each model a name of its own")
    if min(args.k_values) < 1:
        raise UserError(f"k must be 1 or more, got {min(args.k_values)}")
    if "k_grid" in parts and args.k_grid and (len(set(args.k_grid)) < 2 or min(args.k_grid) < 1):
        raise UserError(
            f"--k-grid needs two different k or more, each at least 1, got {min(args.k_grid)}"
        )
    quoted, rival = baseline.from_arguments(args), None
    if quoted is None and args.baseline_label is not None:
        rival = args.baseline_label
        if rival not in labels:
            raise UserError(
                f"--baseline-label {rival!r} is none of --labels; give its --baseline-value"
            )
    found: dict[str, Any] = {}
    for part in parts:
        if part in TABLES:
            paths = [path for group in getattr(args, part) for path in group]
            _one_for_each(option(part), "files", len(paths), labels)
            if part == "counts":
                found[part] = read_models(paths, labels)
            else:
                found[part] = list(map(read_curve if part == "curves" else read_cost, paths))
        elif part in SHARDS:
            groups = getattr(args, part) or [[] for _ in labels]
            if len(groups) == 1 and len(groups[0]) == len(labels):
                groups = [[path] for path in groups[0]]
            _one_for_each(option(part), "lists of files", len(groups), labels)
            found[part] = groups
            texts = args.settings or [None] * len(labels)
            _one_for_each("--settings", "mappings", len(texts), labels)
            found["settings"] = [text and cli.mapping(text, "--settings") for text in texts]
        elif part == "samples":
            found |= {"samples": args.samples, "answer": getattr(args, "answer", "")}
        elif part == "k_grid":
            found[part] = sorted(set(args.k_grid))
        elif part == "readings":
            found |= _readings(args)
        elif part == "problems":
            found[part] = read_problem_file(args.problems)
        else:
            found["published"] = [from_text(text) for text in args.published]
    return Given(
        labels=labels, k_values=sorted(set(args.k_values)), quoted=quoted, rival=rival, **found
    )


def _readings(args: argparse.Namespace) -> dict[str, Any]:
    """The verdicts under each reading, and what they must have been made with."""
    answers = args.answers
    texts = args.settings or [None] * len(answers)
    for option, found in (("--readings", args.readings), ("--settings", texts)):
        if len(found) != len(answers) or len({*answers}) != len(answers):
            raise UserError(f"{option} is needed once for each of --answers, and each answer once")
    settings = [text and cli.mapping(text, "--settings") for text in texts]
    return {"readings": args.readings, "answers": answers, "settings": settings}


def _one_for_each(option: str, what: str, number: int, labels: Sequence[str]) -> None:
    if number != len(labels):
        raise UserError(
            f"{option} has {number} {what} and --labels {len(labels)} names; give one for each"
        )


def main() -> None:
    """Bind the command line."""
    parser = argparse.ArgumentParser(
        description="Compute the table of one analysis.",
        epilog="Example: analyse.py comparison --counts small.csv large.csv --labels Small Large "
        "--k-values 1 10 100 --output comparison.csv",
    )
    names = parser.add_subparsers(dest="analysis", required=True, metavar="NAME")
    parts_of = {
        name: [part.removeprefix("own_") for part in parts] for name, parts in ANALYSES.items()
    }
    for name, parts in parts_of.items():
        made_from = ", ".join(parts).replace("_", " ")
        one = names.add_parser(name, help=f"from {made_from}", allow_abbrev=False)
        add_options(one, parts)
    args = parser.parse_args()
    cli.guard(args, "output")
    module = importlib.import_module(f"passk.analyses.{args.analysis}.table")
    rows = module.table(read(args, parts_of[args.analysis]))
    write_text(args.output, table_text(module.COLUMNS, rows))


if __name__ == "__main__":
    cli.run(main)
