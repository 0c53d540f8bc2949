"""An experiment of config.yaml: its shards, its files, the models it is compared with.

Everything follows from the raw mapping that config.yaml holds; no file is read. The workflow and
the report page ask here, so that both mean the same. Paths are relative to the workflow's folder:

    results/{model}/{benchmark}/{sampling}/samples/{draws}.jsonl.gz
                                          /verdicts/{suite}-{answer}/{draws}.jsonl.gz
                                          /observations/{answer}/{draws}.jsonl.gz
                                          /tested/{answer}/{tests}/{draws}.jsonl.gz
                                          /{suite}-{answer}/counts.csv, pass_at_k.csv
    figures/{experiment}/{suite}-{answer}/{analysis}.csv, .pdf, .svg, .png

Where a model's counts are given it has no samples and no verdicts, and one scoring: its tables lie
in results/{model}/{benchmark}/counts/given-counts/.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import groupby
from pathlib import Path
from typing import Any

from passk.analyses import ANALYSES, OPTIONAL, formats
from passk.benchmarks import KINDS, Kind
from passk.engines import engine_of
from passk.records import metadata_path
from passk.verifiers import VERIFIERS, VerifierInfo

DECIDES_SAMPLES = ("model", "benchmark", "sampling")


@dataclass(frozen=True, slots=True)
class Scoring:
    """One suite of tests and one reading of the completions: samples are scored by both."""

    suite: str
    answer: str

    @property
    def name(self) -> str:
        """Of its folders, and of its place on the page."""
        return f"{self.suite}-{self.answer}"


GIVEN = Scoring("given", "counts")
"""That of counts which someone else made of their verdicts."""


def learning_of(config: Mapping[str, Any], model: str) -> Mapping[str, Any] | None:
    """What a model was trained on, its entry under ``learning``; None of one that is given."""
    name = config["models"][model]["weights"].get("learned")
    return config["learning"][name] if name else None


def continued(config: Mapping[str, Any], model: str, sampling: str) -> tuple[str, str] | None:
    """Whose samples a round of repair continues: names of a model and of a sampling entry; None
    where the sampling is no round."""
    repair = config["sampling"][sampling].get("repair")
    return (repair.get("model", model), repair["of"]) if repair else None


@dataclass(frozen=True, eq=False)
class Experiment:
    """The experiment ``name`` of ``config``, a mapping as config.yaml has it.

    The config must have been checked (:func:`passk.config.check`).
    """

    name: str
    config: Mapping[str, Any] = field(repr=False)

    @property
    def entry(self) -> Mapping[str, Any]:
        """Its entry below ``experiments``."""
        return self.config["experiments"][self.name]

    @property
    def model(self) -> Mapping[str, Any]:
        """The entry of its model."""
        return self.config["models"][self.entry["model"]]

    @property
    def weights(self) -> Mapping[str, Any]:
        """What decides its model's samples."""
        return self.model["weights"]

    @property
    def given(self) -> bool:
        """Whether its counts are given: then nothing is sampled or judged for it."""
        return engine_of(self.weights).counts

    @property
    def sampling(self) -> Mapping[str, Any]:
        """The entry of its sampling settings."""
        return self.config["sampling"][self.entry["sampling"]]

    @property
    def benchmark(self) -> Mapping[str, Any]:
        """The entry of its benchmark."""
        return self.config["benchmarks"][self.entry["benchmark"]]

    @property
    def kind(self) -> Kind:
        """What is known of benchmarks of its kind."""
        return KINDS[self.benchmark.get("kind", "human_eval")]

    def verifier(self, suite: str) -> VerifierInfo:
        """What is known of that which judges by a suite."""
        return VERIFIERS[self.kind.suites[suite]]

    @property
    def verifiers(self) -> list[VerifierInfo]:
        """What judges its samples, suite by suite; nothing where counts are given."""
        return [] if self.given else [self.verifier(suite) for suite in self.entry["suites"]]

    @property
    def label(self) -> str:
        """The model's name on figures."""
        return self.model["label"]

    @property
    def k_values(self) -> list[int]:
        """The k that are asked for."""
        return self.entry["k_values"]

    @cached_property
    def sharing(self) -> tuple[Experiment, ...]:
        """The experiments on the same samples, this one among them."""
        mine = [self.entry.get(key) for key in DECIDES_SAMPLES]
        return tuple(
            Experiment(name, self.config)
            for name, entry in self.config["experiments"].items()
            if [entry.get(key) for key in DECIDES_SAMPLES] == mine
        )

    @property
    def all_k_values(self) -> list[int]:
        """The k that any experiment on these samples asks for."""
        return sorted({k for experiment in self.sharing for k in experiment.k_values})

    @cached_property
    def n_samples(self) -> int:
        """Draws of each task: the most that an experiment on these samples asks for."""
        return max(experiment.entry["n_samples"] for experiment in self.sharing)

    @property
    def effective(self) -> dict[str, Any]:
        """Its entry with the ``n_samples`` that are drawn."""
        if self.given:
            return dict(self.entry)
        return {**self.entry, "n_samples": self.n_samples}

    @cached_property
    def shards(self) -> list[str]:
        """The blocks of draws, such as ['00000-00099', '00100-00199']."""
        if self.given:
            return []
        size = self.sampling["shard_size"]
        return [f"{start:05d}-{start + size - 1:05d}" for start in range(0, self.n_samples, size)]

    @property
    def scorings(self) -> tuple[Scoring, ...]:
        """In the order of config.yaml; the first is the headline."""
        if self.given:
            return (GIVEN,)
        return tuple(
            Scoring(suite, answer)
            for suite in self.entry["suites"]
            for answer in self.entry["answers"]
        )

    @cached_property
    def folder(self) -> Path:
        """Of its samples, verdicts and tables."""
        names = [self.entry["model"], self.entry["benchmark"], self.entry.get("sampling", "counts")]
        return Path("results", *names)

    @property
    def figures(self) -> Path:
        """Of its page and of what is drawn."""
        return Path("figures", self.name)

    @property
    def problems(self) -> Path:
        """The tasks that were sampled."""
        return self.folder.parent / "problems.jsonl"

    @property
    def manifest(self) -> Path:
        """What its model's files are, and where."""
        return self.folder.parent.parent / "manifest.json"

    @property
    def rounds(self) -> list[tuple[str, str]]:
        """The model and the sampling entry of its samples, and of all that they continue."""
        found = [] if self.given else [(self.entry["model"], self.entry["sampling"])]
        while found and (before := continued(self.config, *found[-1])):
            found.append(before)
        return found

    @property
    def drawn_for_it(self) -> list[Path]:
        """Every shard of samples that it needs, those of earlier rounds among them."""
        folders = [
            Path("results", model, self.entry["benchmark"], sampling, "samples")
            for model, sampling in self.rounds
        ]
        return [folder / f"{shard}.jsonl.gz" for folder in folders for shard in self.shards]

    def samples(self, suffix: str = "jsonl.gz") -> list[Path]:
        """Every shard of samples, or with ``meta.json`` what describes it."""
        return self._shards("samples", suffix)

    def verdicts(self, scoring: Scoring, suffix: str = "jsonl.gz") -> list[Path]:
        """Every shard's verdicts under one scoring."""
        return self._shards(f"verdicts/{scoring.name}", suffix)

    def signatures(self, scoring: Scoring, suffix: str = "jsonl.gz") -> list[Path]:
        """Every shard's signatures; tests play no part in them."""
        return self._shards(f"observations/{scoring.answer}", suffix)

    def tested(self, scoring: Scoring, suffix: str = "jsonl.gz") -> list[Path]:
        """Which generated tests every shard's samples pass; nothing where there are none."""
        name = self.entry.get("tests")
        return self._shards(f"tested/{scoring.answer}/{name}", suffix) if name else []

    def table(self, file: str, scoring: Scoring) -> Path:
        """A table of one scoring, such as counts.csv; given counts are compared with any."""
        return self.folder / (GIVEN if self.given else scoring).name / file

    def _shards(self, folder: str, suffix: str) -> list[Path]:
        stem = self.folder / folder
        return [stem / f"{shard}.{suffix}" for shard in self.shards]

    @property
    def rival(self) -> Experiment | None:
        """The experiment that measures the line to beat; None where it is quoted or not there."""
        name = self.entry.get("baseline", {}).get("experiment")
        return Experiment(name, self.config) if name else None

    @property
    def tests(self) -> Experiment | None:
        """The experiment whose samples are tests that a model wrote; None where it names none."""
        name = self.entry.get("tests")
        return Experiment(name, self.config) if name else None

    @property
    def quoted(self) -> Mapping[str, Any] | None:
        """The line to beat as someone else has it: label, pass_at_1 and maybe tasks."""
        return None if self.rival else self.entry.get("baseline")

    @cached_property
    def compared(self) -> tuple[Experiment, ...]:
        """The experiments in one table: this one first, the rival, then those beside it."""
        names = [self.name, self.rival and self.rival.name, *self.entry.get("compare_with", [])]
        return tuple(
            self if name == self.name else Experiment(name, self.config)
            for name in dict.fromkeys(filter(None, names))
        )

    @cached_property
    def labels(self) -> list[str]:
        """Of the compared models, with the experiment's name where two of them are alike."""
        labels = [member.label for member in self.compared]
        return [
            f"{member.label} ({member.name})" if labels.count(member.label) > 1 else member.label
            for member in self.compared
        ]

    @property
    def sampled(self) -> dict[str, Experiment]:
        """By their labels, those of the compared that are sampled."""
        members = zip(self.labels, self.compared, strict=True)
        return {label: member for label, member in members if not member.given}

    @property
    def baseline_label(self) -> str | None:
        """The name of the line to beat in tables; None where there is none."""
        return self.labels[1] if self.rival else (self.quoted or {}).get("label")

    def published(self, suite: str) -> list[dict[str, Any]]:
        """What others published of a suite, under the labels that the models have here."""
        weakest = suite if self.given else next(iter(self.kind.suites))
        labels = {"model": self.labels[0], "baseline": self.baseline_label}
        return [
            {"model": labels[entry.get("of", "model")]}
            | {key: value for key, value in entry.items() if key not in ("of", "suite")}
            for entry in self.entry.get("published", [])
            if entry.get("suite", weakest) == suite
        ]

    def weaker(self, scoring: Scoring) -> Scoring | None:
        """The same samples under the next weaker suite that is asked for; None for the weakest."""
        if self.given:
            return None
        suites = [suite for suite in self.kind.suites if suite in self.entry["suites"]]
        place = suites.index(scoring.suite)
        return Scoring(suites[place - 1], scoring.answer) if place else None

    def analyses(self, scoring: Scoring) -> list[str]:
        """The names of what is made of one scoring: what is asked for and has all its parts."""
        asked = self.entry.get("analyses", ANALYSES)
        lacking = self._lacking(scoring).keys()
        return [
            name for name, parts in ANALYSES.items() if name in asked and not lacking & set(parts)
        ]

    def not_made(self, scoring: Scoring) -> dict[str, str]:
        """The analyses that the config names and that are made of no scoring: why not of this."""
        made = {name for one in self.scorings for name in self.analyses(one)}
        lacking = self._lacking(scoring)
        return {
            name: next(why for part, why in lacking.items() if part in ANALYSES[name])
            for name in ANALYSES
            if name in self.entry.get("analyses", []) and name not in made
        }

    def _lacking(self, scoring: Scoring) -> dict[str, str]:
        """The parts that one scoring does not have, and why."""
        lacking = {}
        if not self.published(scoring.suite):
            lacking["published_values"] = "no published value of this suite is named"
        if not self.given and scoring.answer != self.entry["answers"][0]:
            lacking["own_readings"] = "all readings are compared where the first one is shown"
        if self.weaker(scoring) is None:
            why = "no weaker suite judged the same samples"
            lacking |= dict.fromkeys(("weak_verdicts", "own_weak_verdicts"), why)
        if self.benchmark.get("kind") != "answer":
            lacking["own_signatures"] = "only a final answer is another task's by chance"
        # The kind's first verifier is the one that gives signatures.
        exact = VERIFIERS[next(iter(self.kind.suites.values()))].exact
        named = self.entry.get("analyses", [])
        if exact and not any("signatures" in ANALYSES[name] for name in named):
            lacking["signatures"] = "a checker finds a right one among any number"
        if self.given:
            why, has = "its counts are given, without samples", OF_COUNTS
            lacking |= {part: why for part in PARTS if part not in has}
        elif len(self.sampled) < len(self.compared):
            why, has = (
                "a compared model's counts are given, without samples",
                OF_COUNTS | OF_ITS_OWN,
            )
            lacking |= {part: why for part in PARTS if part not in has}
        return lacking

    def drawn(self, scoring: Scoring) -> list[Path]:
        """The tables and figures of one scoring, in the order of the page."""
        return [
            self.figures / scoring.name / f"{name}.{suffix}"
            for name in self.analyses(scoring)
            for suffix in formats(name)
        ]

    def single_samples(self, scoring: Scoring) -> Path:
        """The folder of the pages of its single samples."""
        return self.figures / scoring.name / "samples"

    @property
    def shown(self) -> list[Path]:
        """What the page shows, and the compared models' tables behind it with their metadata."""
        tables = [
            member.table(file, scoring)
            for scoring in self.scorings
            for member in self.compared
            for name in ("counts", "pass_at_k")
            for file in (f"{name}.csv", f"{name}.meta.json")
        ]
        return [file for scoring in self.scorings for file in self.drawn(scoring)] + tables

    @property
    def records_of_samples(self) -> list[Path]:
        """How the compared models' samples came to be, shard by shard."""
        return [file for member in self.compared for file in member.samples("meta.json")]

    @property
    def records_of_verdicts(self) -> list[Path]:
        """How the compared models' verdicts came to be, shard by shard."""
        return [
            file
            for member in self.compared
            for scoring in self.scorings
            for file in member.verdicts(scoring, "meta.json")
        ]

    @property
    def targets(self) -> list[Path]:
        """All that is made for it: what it is to cost and did cost, and what it shows."""
        asked = [one for one in (self, self.rival, self.tests) if one and not one.given]
        forecasts = [one.figures / "forecast.txt" for one in asked]
        texts = [self.figures / scoring.name / "pass_at_k.txt" for scoring in self.scorings]
        drawn = [file for scoring in self.scorings for file in self.drawn(scoring)]
        single = [] if self.given else [self.single_samples(one) for one in self.scorings]
        page = self.figures / "report.html"
        return [*forecasts, *self.costs, *texts, *drawn, *single, page]

    @property
    def costs(self) -> list[Path]:
        """What its samples took; nothing where none are drawn."""
        return [self.figures / "cost.csv"] if self.sampled else []

    def settings(self, scoring: Scoring) -> dict[str, Any]:
        """What every shard of one scoring must have been made with."""
        made_with = {"model": self.weights, "sampling": self.sampling}
        return made_with | {"suite": scoring.suite, "answer": scoring.answer}

    def described(self) -> dict[str, Any]:
        """The part of the config that makes this experiment again.

        Without prices, rates and what else changes no number: the page is made again with it.
        """
        named = {member.name: member for member in self._taught_by()}
        named |= {one.tests.name: one.tests for one in self.compared if one.tests}
        members = list(({one.name: one for one in self.compared} | named).values())
        rounds = [one for member in members for one in member.rounds]
        models = list(dict.fromkeys([member.entry["model"] for member in members]))
        models += [model for model in dict(rounds) if model not in models]
        learned = {}
        for model in models:  # which grows
            if entry := learning_of(self.config, model):
                learned[self.config["models"][model]["weights"]["learned"]] = entry
                models += [entry["base"]] if entry["base"] not in models else []
        found = {
            "models": {
                name: {key: self.config["models"][name][key] for key in ("label", "weights")}
                for name in models
            },
            "benchmarks": {member.entry["benchmark"]: member.benchmark for member in members},
            "sampling": {name: self.config["sampling"][name] for _, name in rounds},
            "experiments": {member.name: member.effective for member in members},
        }
        return found | ({"learning": learned} if learned else {})

    def _taught_by(self) -> list[Experiment]:
        """The experiments whose samples the compared models learned from, and those before them."""
        found: dict[str, Experiment] = {}
        waiting = [member.entry["model"] for member in self.compared]
        while waiting:
            entry = learning_of(self.config, waiting.pop())
            if entry and entry["experiment"] not in found:
                teacher = Experiment(entry["experiment"], self.config)
                found[teacher.name] = teacher
                waiting += [teacher.entry["model"], entry["base"]]
        return list(found.values())


def _of_each(files: Callable[[Experiment, Scoring], Iterable[Path]]) -> Callable[..., Any]:
    return lambda experiment, scoring: [list(files(e, scoring)) for e in experiment.compared]


PARTS: dict[str, Callable[[Experiment, Scoring], list[list[Path]]]] = {
    "curves": lambda experiment, scoring: [
        [e.table("pass_at_k.csv", scoring)] for e in (experiment, experiment.rival) if e
    ],
    "counts": _of_each(lambda e, scoring: [e.table("counts.csv", scoring)]),
    "own_counts": lambda experiment, scoring: [[experiment.table("counts.csv", scoring)]],
    "cost": _of_each(lambda e, _: [e.folder / "cost.json"]),
    "verdicts": _of_each(Experiment.verdicts),
    "own_verdicts": lambda experiment, scoring: [experiment.verdicts(scoring)],
    "signatures": _of_each(Experiment.signatures),
    "own_signatures": lambda experiment, scoring: [experiment.signatures(scoring)],
    "tested": _of_each(Experiment.tested),
    "strong_verdicts": _of_each(Experiment.verdicts),
    "weak_verdicts": lambda experiment, scoring: [
        e.verdicts(experiment.weaker(scoring)) for e in experiment.compared
    ],
    "own_weak_verdicts": lambda experiment, scoring: [
        experiment.verdicts(experiment.weaker(scoring))
    ],
    "own_samples": lambda experiment, _: [experiment.samples()],
    "own_readings": lambda experiment, scoring: [
        experiment.verdicts(Scoring(scoring.suite, answer))
        for answer in experiment.entry["answers"]
    ],
    "problems": lambda experiment, _: [[experiment.problems]],
}
"""The files of each part that an analysis is made from, a list for each model.

What others published is in the config.
"""
OF_COUNTS = frozenset({"curves", "counts", "own_counts"})
OF_ITS_OWN = frozenset(
    name for name in PARTS if name == "problems" or name.startswith("own_")
).difference(OF_COUNTS)
WITHOUT_METADATA = ("cost", "problems")


def records_of(experiment: Experiment, scoring: Scoring, parts: Iterable[str]) -> list[Path]:
    """The metadata beside the files of these parts, where they have any; each once."""
    files = [
        metadata_path(file)
        for part in parts
        if part not in WITHOUT_METADATA
        for group in PARTS[part](experiment, scoring)
        for file in group
    ]
    return list(dict.fromkeys(files))


def asked(experiment: Experiment, scoring: Scoring, analysis: str) -> list[str]:
    """What an analysis is asked beside its files, as the options of analyse.py."""
    parts = ANALYSES[analysis]
    files = [part for part in parts if part in PARTS and part != "own_readings"]
    models = max(len(PARTS[part](experiment, scoring)) for part in files)
    words = ["--labels", *experiment.labels[:models]]
    if "verdicts" in " ".join(parts):
        for member in experiment.compared[:models]:
            words += ["--settings", json.dumps(member.settings(scoring))]
    if "own_readings" in parts:
        answers = experiment.entry["answers"]
        for answer in answers:
            settings = experiment.settings(Scoring(scoring.suite, answer))
            words += ["--settings", json.dumps(settings)]
        return [*words, "--answers", *answers]
    if "own_samples" in parts:
        words += ["--answer", scoring.answer]
    if "own_signatures" in parts:
        return [*words, "--k-values", *map(str, experiment.k_values)]
    if any(part.startswith("own_") for part in parts):
        return words
    words += ["--k-values", *map(str, experiment.k_values)]
    if "k_grid" in parts and (grid := experiment.entry.get("k_grid")):
        words += ["--k-grid", *map(str, grid)]
    if experiment.baseline_label:
        words += ["--baseline-label", experiment.baseline_label]
    if quoted := experiment.quoted:
        words += ["--baseline-value", str(quoted["pass_at_1"])]
        words += ["--baseline-tasks", str(quoted["tasks"])] if "tasks" in quoted else []
    published = experiment.published(scoring.suite)
    if published and {"published", "published_values"} & set(parts):
        words += ["--published", *map(json.dumps, published)]
    return words


def in_braces(files: Iterable[str]) -> list[str]:
    """Shards as bash's braces write them: ``folder/{00000-00099,00100-00199}.jsonl.gz``.

    A command line is one argument of bash's, and Linux takes none of 128 kB: some 1,400 names.
    """

    def place(file: str) -> tuple[str, str]:
        folder, slash, name = file.rpartition("/")
        return folder + slash, name.partition(".")[2]

    words = []
    for (folder, suffix), group in groupby(files, place):
        blocks = [file.rpartition("/")[2].removesuffix(f".{suffix}") for file in group]
        one = blocks[0] if len(blocks) == 1 else f"{{{','.join(blocks)}}}"
        words.append(f"{folder}{one}.{suffix}")
    return words


def part_options(
    experiment: Experiment, scoring: Scoring, files: Mapping[str, Iterable[str]]
) -> list[str]:
    """The ``files`` of each part as options of analyse.py, which bash shall expand.

    One file a model stands behind one option; shards stand behind an option for each model.
    """
    words = []
    for name, given in files.items():
        left = iter(given)
        groups = [[next(left) for _ in group] for group in PARTS[name](experiment, scoring)]
        if name in OPTIONAL and not any(groups):
            continue
        if name in ("curves", "counts", "cost"):
            groups = [[file for group in groups for file in group]]
        option = f"--{name.removeprefix('own_').replace('_', '-')}"
        words += [word for group in groups for word in (option, *in_braces(group))]
    return words
