"""Put the parts together: template and style sheet."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from passk.analyses.view import View, amount, number, of_columns
from passk.engines import engine_of
from passk.experiment import GIVEN, Experiment, Scoring
from passk.page import facts
from passk.page.caveats import limits
from passk.page.claim import Claim, claim
from passk.page.sections import ANALYSES, Section, sections
from passk.tables import read_table
from passk.words import counted

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
READ = {
    "verbatim": "read verbatim",
    "boxed": "the last box",
    "gsm8k": "behind ####",
    "last_number": "the last number",
    "tagged": "the last <answer>",
    "last_line": "the last line",
}
# Types of the columns of cost.csv.
COST = {
    **dict.fromkeys(("model", "step", "judgement", "draws"), str),
    **dict.fromkeys(("samples", "completion_tokens", "flops", "gpu_seconds"), float),
    **dict.fromkeys(("core_seconds", "usd"), float),
}


@dataclass(frozen=True, slots=True)
class Part:
    """All that is said of one scoring."""

    scoring: Scoring
    title: str
    claim: Claim
    outcomes: dict[str, dict[str, int]]
    sections: tuple[Section, ...]


@dataclass(frozen=True, slots=True)
class Origin:
    """The package that drew the page; the commit is empty where there is no repository."""

    title: str
    version: str
    commit: str


def page(
    experiment: Experiment,
    figures: Path,
    results: Path,
    origin: Origin,
    configfiles: Sequence[str] = (),
) -> str:
    """The page as HTML. ``configfiles``: what the run was given besides config.yaml.

    :raises UserError: a file that it needs is missing or damaged.
    """
    members = list(zip(experiment.labels, experiment.compared, strict=True))
    scorings = experiment.scorings
    sampled = experiment.sampled.items()
    shards = {label: facts.read_shards(member, scorings, results) for label, member in sampled}
    given = {label: facts.read_given(member, results) for label, member in members if member.given}
    parts = [
        Part(
            scoring,
            title_of(experiment, scoring),
            claim(experiment, scoring, figures, results),
            {label: facts.outcomes(found, scoring) for label, found in shards.items()},
            tuple(sections(experiment, scoring, figures, results)),
        )
        for scoring in scorings
    ]
    return template("report.html.j2").render(
        experiment=experiment,
        parts=parts,
        given=given,
        facts=_facts(
            [
                given[label].facts if member.given else facts.facts(member, shards[label])
                for label, member in members
            ]
        ),
        limits=limits(experiment, results),
        tasks=(
            given[experiment.labels[0]].tasks
            if experiment.given
            else shards[experiment.labels[0]].samples[0].get("tasks")
        ),
        on_gpus=any(engine_of(member.weights).gpus for _, member in members),
        cost=_cost(figures / "cost.csv") if experiment.sampled else None,
        origin=origin,
        configfiles=configfiles,
    )


def title_of(experiment: Experiment, scoring: Scoring) -> str:
    if scoring == GIVEN:
        return "from given counts"
    read = READ.get(scoring.answer, f"read as {scoring.answer}")
    return f"{experiment.verifier(scoring.suite).words}, {read}"


def origin() -> Origin:
    """This package's name and version, and its commit where it is a repository."""
    citation = ROOT / "CITATION.cff"
    known = yaml.safe_load(citation.read_text()) if citation.exists() else {}
    return Origin(known.get("title", "hundred-llamas"), known.get("version", ""), _commit())


def _commit() -> str:
    if not (ROOT / ".git").exists():
        return ""
    try:
        command = [
            "git",
            "-C",
            str(ROOT),
            "describe",
            "--always",
            "--abbrev=40",
            "--dirty=, changed",
        ]
        done = subprocess.run(command, capture_output=True, text=True, timeout=30)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


def typeset(text: str) -> str:
    """A minus for a hyphen before a number; no line break between a number and its unit."""
    text = re.sub(r"(?<![\w.)-])-(?=\d)", "\N{MINUS SIGN}", text)
    breaks = r"(?<=\d) (?=[%M]\b|%)|(?<=\b[kK]) (?==)|(?<=\b[kK] =) "
    return re.sub(breaks, "\N{NO-BREAK SPACE}", text)


@cache
def template(name: str) -> Any:
    """A template of this folder or of the analyses', which escapes what it is given."""
    environment = Environment(
        loader=FileSystemLoader([HERE, ANALYSES]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"typeset": typeset, "counted": counted}
    environment.globals["style"] = Markup((HERE / "report.css").read_text())
    return environment.get_template(name)


def _facts(found: list[dict[str, list[str]]]) -> list[tuple[str, list[list[str]]]]:
    """Each fact with its values, model by model; one value for all where they agree."""
    names = dict.fromkeys(name for known in found for name in known)
    rows = []
    for name in names:
        values = [known.get(name, []) for known in found]
        rows.append((name, values[:1] if all(value == values[0] for value in values) else values))
    return rows


def _cost(path: Path) -> View:
    """What sampling and execution took, all shards together."""
    table = read_table(path, COST)
    return of_columns(
        table[table.draws == "all"],
        [
            ("Model", False, lambda row: row.model),
            ("Step", False, lambda row: " ".join(filter(None, (row.step, row.judgement)))),
            ("Samples", True, lambda row: number(row.samples)),
            ("Tokens", True, lambda row: number(row.completion_tokens)),
            ("Computation", True, lambda row: amount(row.flops, "FLOP")),
            ("GPU-seconds", True, lambda row: number(round(row.gpu_seconds, 1))),
            ("Core-seconds", True, lambda row: number(round(row.core_seconds, 1))),
            ("US$", True, lambda row: number(row.usd)),
        ],
    )
