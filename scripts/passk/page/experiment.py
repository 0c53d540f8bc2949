"""What an experiment asked for, and where its files are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from passk import cli


@dataclass(frozen=True, slots=True)
class Judgement:
    """One suite of tests and one reading of the completions; a folder of tables and figures."""

    suite: str
    answer: str

    @property
    def name(self) -> str:
        """Of its folders, and of its place on the page."""
        return f"{self.suite}-{self.answer}"


@dataclass(frozen=True, slots=True)
class Member:
    """One compared experiment: its label, its entry in config.yaml, and the entries it names."""

    label: str
    name: str
    entry: Mapping[str, Any]
    model: Mapping[str, Any]
    sampling: Mapping[str, Any]

    def folder(self, results: Path) -> Path:
        """Of its samples, verdicts and tables."""
        return results / self.entry["model"] / self.entry["benchmark"] / self.entry["sampling"]

    @property
    def shards(self) -> list[str]:
        """The names of its shards, as 00000-00099."""
        size = self.sampling["shard_size"]
        starts = range(0, self.entry["n_samples"], size)
        return [f"{start:05d}-{start + size - 1:05d}" for start in starts]


@dataclass(frozen=True, slots=True)
class Experiment:
    """What is shown: the experiment, and the others beside it, itself first."""

    name: str
    members: tuple[Member, ...]
    benchmark: Mapping[str, Any]
    analyses: tuple[str, ...]

    @property
    def own(self) -> Member:
        """The experiment itself."""
        return self.members[0]

    @property
    def judgements(self) -> list[Judgement]:
        """In the order of config.yaml; the first is the headline."""
        entry = self.own.entry
        return [
            Judgement(suite, answer) for suite in entry["suites"] for answer in entry["answers"]
        ]


def from_settings(settings: Mapping[str, Any]) -> Experiment:
    """Read what the rule gives: ``name``, ``members``, ``benchmark`` and ``analyses``.

    :raises UserError: a part is missing.
    """
    option = "--settings"
    cli.need(settings, option, ("name", "members", "benchmark", "analyses"))
    members = []
    for member in settings["members"]:
        cli.need(member, f"{option} members", ("label", "name", "entry", "model", "sampling"))
        members.append(Member(**{key: member[key] for key in Member.__slots__}))
    return Experiment(
        settings["name"], tuple(members), settings["benchmark"], tuple(settings["analyses"])
    )
