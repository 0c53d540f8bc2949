"""Put the parts together: template, style sheet, and a limit to the page's size."""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import yaml
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from passk.page import facts, views
from passk.page.caveats import limits
from passk.page.claim import Claim, claim
from passk.page.experiment import Experiment, Judgement
from passk.page.sections import Section, sections
from passk.tables import read_table

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
MOST_BYTES = 3_000_000
SUITES = {"base": "the benchmark's own tests", "plus": "the stronger tests"}
ANSWERS = {"verbatim": "read verbatim", "markdown": "read as markdown"}


@dataclass(frozen=True, slots=True)
class Part:
    """All that is said of one judgement."""

    judgement: Judgement
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


def page(experiment: Experiment, figures: Path, results: Path, origin: Origin) -> str:
    """The page as HTML. Figures of the later judgements are linked where they would not fit.

    :raises UserError: a file that it needs is missing or damaged.
    """
    captions = ROOT / "docs" / "report"
    judgements = experiment.judgements
    shards = {
        member.name: facts.read_shards(member, judgements, results) for member in experiment.members
    }
    parts = [
        Part(
            judgement,
            f"{SUITES[judgement.suite]}, {ANSWERS[judgement.answer]}",
            claim(experiment, judgement, figures, results),
            {
                member.label: facts.outcomes(shards[member.name], judgement)
                for member in experiment.members
            },
            tuple(sections(experiment, judgement, figures, results, captions)),
        )
        for judgement in judgements
    ]
    values: dict[str, Any] = {
        "experiment": experiment,
        "facts": _facts(experiment, shards),
        "limits": limits(experiment, results),
        "tasks": _tasks(shards[experiment.own.name]),
        "on_gpus": any(
            member.model["weights"]["engine"] == "vllm" for member in experiment.members
        ),
        "cost": _cost(figures / "cost.csv"),
        "origin": origin,
    }
    while True:
        html = _template().render(**values, parts=parts)
        if len(html.encode()) <= MOST_BYTES or not _largest_later(parts):
            return html
        parts = _without(parts, *_largest_later(parts)[0])


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
    return re.sub(r"(?<=\d) (?=[%M]\b|%)|(?<=\bk) (?==)|(?<=\bk =) ", "\N{NO-BREAK SPACE}", text)


def _template() -> Any:
    environment = Environment(
        loader=FileSystemLoader(HERE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["typeset"] = typeset
    environment.globals["style"] = Markup((HERE / "report.css").read_text())
    return environment.get_template("report.html.j2")


def _facts(
    experiment: Experiment, shards: dict[str, facts.Shards]
) -> list[tuple[str, list[list[str]]]]:
    """Each fact with its values, member by member; one value for all where they agree."""
    found = [facts.facts(member, shards[member.name]) for member in experiment.members]
    names = dict.fromkeys(name for known in found for name in known)
    rows = []
    for name in names:
        values = [known.get(name, []) for known in found]
        rows.append((name, values[:1] if all(value == values[0] for value in values) else values))
    return rows


def _cost(path: Path) -> views.Table | None:
    return views.cost(read_table(path, views.COST)) if path.exists() else None


def _tasks(shards: facts.Shards) -> int | None:
    return shards.samples[0].get("tasks")


def _largest_later(parts: list[Part]) -> list[tuple[int, int]]:
    """The places of the pictures that may go, the largest of the last judgement first."""
    places = [
        (-number, -len(section.picture.uri), number, index)
        for number, part in enumerate(parts)
        for index, section in enumerate(part.sections)
        if section.picture and section.picture.uri and (number or section.name != "pass_at_k")
    ]
    return [place[2:] for place in sorted(places)]


def _without(parts: list[Part], number: int, index: int) -> list[Part]:
    part = parts[number]
    section = part.sections[index]
    shown = replace(section, picture=replace(section.picture, uri=""))
    kept = (*part.sections[:index], shown, *part.sections[index + 1 :])
    return [*parts[:number], replace(part, sections=kept), *parts[number + 1 :]]
