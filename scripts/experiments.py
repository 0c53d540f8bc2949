"""List the experiments of config.yaml: what each asks, how far it is, and what is still to come.

A shard counts as done when its samples, or its verdicts under every scoring, are there. What is to
come is the forecast of ``passk/forecast.py``.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from passk import cli, config
from passk.experiment import Experiment, in_braces
from passk.forecast import forecast_of
from passk.records import UserError

HEADER = ("experiment", "model", "benchmark", "n", "sampled", "judged", "still to sample", "page")


def row(experiment: Experiment, reasons: dict[str, list[str]]) -> tuple[str, ...]:
    """The cells of one experiment. ``reasons`` gets why it is not known what is to come, and the
    names of the experiments of which it is not."""
    verdicts = [file for scoring in experiment.scorings for file in experiment.verdicts(scoring)]
    page = experiment.figures / "report.html"
    return (
        experiment.name,
        experiment.label,
        experiment.entry["benchmark"],
        "-" if experiment.given else f"{experiment.n_samples:,}",
        _share(experiment.samples()),
        _share(verdicts),
        _to_come(experiment, reasons),
        str(page) if page.exists() else "-",
    )


def _to_come(experiment: Experiment, reasons: dict[str, list[str]]) -> str:
    """What is still to sample, in a few words."""
    if experiment.given:
        return "nothing: its counts are given"
    entries = (
        experiment.effective, experiment.model, experiment.benchmark, experiment.sampling
    )  # fmt: skip
    try:
        return forecast_of(*entries).short
    except UserError as error:
        reasons.setdefault(str(error), []).append(experiment.name)
        return "not known: see below"


def _share(files: list[Path]) -> str:
    """How many of the shards are there; a dash where there are to be none."""
    if not files:
        return "-"
    return f"{sum(file.exists() for file in files)}/{len(files)}"


def missing(experiment: Experiment) -> list[str]:
    """What to run for shards that were deleted after the page was made from them: it stands, so
    that the experiment's own command makes none of them again."""
    scored = [file for scoring in experiment.scorings for file in experiment.verdicts(scoring)]
    gone = [str(file) for file in [*experiment.samples(), *scored] if not file.exists()]
    if not gone or not (experiment.figures / "report.html").exists():
        return []
    return [
        f"{experiment.name}: {len(gone)} of the shards behind its page are missing; to make them "
        f"again: snakemake --cores all {' '.join(in_braces(gone))}"
    ]


def listing(found: Mapping[str, Any]) -> str:
    """A table of all experiments, one a line, and what is missing behind their pages."""
    experiments = [Experiment(name, found) for name in found["experiments"]]
    reasons: dict[str, list[str]] = {}
    rows = [HEADER, *(row(one, reasons) for one in experiments)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(one, widths, strict=True)).rstrip()
        for one in rows
    ]
    lines += [f"{', '.join(names)}: {reason}" for reason, names in reasons.items()]
    return "\n".join([*lines, *(line for one in experiments for line in missing(one))])


def main() -> None:
    """Bind the command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--config", metavar="YAML", help="instead of what config.yaml holds")
    given = parser.parse_args().config
    found = cli.mapping(given, "--config") if given else config.read(Path("config.yaml"))
    try:
        config.check(found)
    except UserError as error:
        raise UserError(f"config.yaml: {error}") from error
    print(listing(found))


if __name__ == "__main__":
    cli.run(main)
