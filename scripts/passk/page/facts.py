"""How the samples and verdicts came to be: what their ``.meta.json`` say, shard by shard.

What all shards share is said once; where shards differ (engine version, GPU, layers of the sandbox
held) every value is given with its number of shards. Times are left out: they are no property of
the result.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from passk.analyses.view import rounded
from passk.counts import read_counts
from passk.engines import engine_of
from passk.experiment import GIVEN, Experiment, Scoring
from passk.page import placed
from passk.records import OUTCOMES, UserError, described_by, metadata_path, read_metadata
from passk.words import agreeing, counted

SANDBOX = "Sandbox"


@dataclass(frozen=True, slots=True)
class Shards:
    """The metadata of one experiment's samples, and of its verdicts by scoring."""

    samples: tuple[dict[str, Any], ...]
    verdicts: dict[str, tuple[dict[str, Any], ...]]


def read_shards(experiment: Experiment, scorings: Sequence[Scoring], results: Path) -> Shards:
    """Read the metadata of all shards.

    :raises UserError: a file is missing or damaged.
    """

    def read(paths: Sequence[Path]) -> tuple[dict[str, Any], ...]:
        return tuple(_read(placed(path, results)) for path in paths)

    return Shards(
        read(experiment.samples("meta.json")),
        {scoring.name: read(experiment.verdicts(scoring, "meta.json")) for scoring in scorings},
    )


def _read(path: Path) -> dict[str, Any]:
    """Metadata, of the file beside them where that is there."""
    described = described_by(path)
    if described.exists():
        return read_metadata(path, described)
    try:
        metadata = json.loads(path.read_text())
    except FileNotFoundError as error:
        raise UserError(f"{path} is missing; run the same command again") from error
    except ValueError as error:
        raise UserError(f"{path} is damaged; delete it and its shard, and run again") from error
    if not isinstance(metadata, dict):
        raise UserError(f"{path} is damaged; delete it and its shard, and run again")
    return metadata


@dataclass(frozen=True, slots=True)
class GivenCounts:
    """What is known of counts that someone else made.

    ``draws`` of a task in words, ``source`` the tool that judged and the file in words.
    """

    tasks: int
    draws: str
    source: str
    facts: dict[str, list[str]]


def read_given(experiment: Experiment, results: Path) -> GivenCounts:
    """Read the counts of an experiment whose counts are given, and where they are from.

    :raises UserError: a file is missing or damaged.
    """
    path = placed(experiment.table("counts.csv", GIVEN), results)
    counts, metadata = read_counts(path), _read(metadata_path(path))
    given = metadata.get("given") or {}
    file = experiment.weights["path"]
    tool = " ".join(filter(None, (given.get("tool"), given.get("version"))))
    draws = sorted({count.n for count in counts})
    found = {
        "Counts": [file],
        "Counts, SHA-256": list(metadata["sources"].values()),
        "Judged by": [tool or "not recorded"],
        "Model, as the log names it": given.get("models", []),
        "Logs": [f"{name} ({digest})" for name, digest in given.get("sources", {}).items()],
        "Passed means": [given["passed"]] if "passed" in given else [],
    }
    return GivenCounts(
        len(counts),
        (f"{draws[0]:,} to " if len(draws) > 1 else "") + counted(draws[-1], "draw"),
        f"{tool}, by way of {file}" if tool else file,
        {name: values for name, values in found.items() if values},
    )


def facts(experiment: Experiment, shards: Shards) -> dict[str, list[str]]:
    """What is to be known of one experiment, by the fact's name; several where shards differ."""
    samples = shards.samples
    verdicts = [record for records in shards.verdicts.values() for record in records]
    weights, sampling = experiment.weights, experiment.sampling
    places = ("repository", "path", "file", "name")
    source = next((weights[place] for place in places if place in weights), "")
    found = {
        "Model": [source],
        "Revision": [weights["revision"]] if "revision" in weights else [],
        "From the package": [weights["package"]] if "package" in weights else [],
        "Endpoint": [weights["endpoint"]] if "endpoint" in weights else [],
        "Weights, SHA-256": _values(samples, "model_sha256"),
        "Tokenizer, SHA-256": _values(samples, "tokenizer_sha256"),
        "Chat template, SHA-256": _values(samples, "chat_template_sha256"),
        "Arithmetic": _told(
            " ".join(filter(None, (engine.get("dtype"), engine.get("quantization"))))
            for engine in _engines(samples)
        ),
        "Engine": _told(map(_engine, _engines(samples))),
        "Device": _told(engine.get("device") or "" for engine in _engines(samples)),
        "Problems, SHA-256": _values(samples, "benchmark_sha256"),
        "Prompt": [
            "a user message, in the model's chat template"
            if sampling["prompt"] == "chat"
            else "raw text to continue"
        ],
        "System prompt": _text(sampling, "system_prompt"),
        "Message around the problem": _text(sampling, "template"),
        "Beginning of each answer": _text(sampling, "prefill"),
        "Chat template's settings": _text(sampling, "chat_template_kwargs"),
        "Round of repair": _repair(samples, sampling),
        "Text that a round gives": _values(samples, "repair_template"),
        "Temperature": [_number(sampling["temperature"])],
        "Top-p": [_number(sampling["top_p"]) + (" (off)" if sampling["top_p"] == 1 else "")],
        "Top-k": _text(sampling, "top_k"),
        "Min-p": _text(sampling, "min_p"),
        "Repetition penalty": _text(sampling, "repetition_penalty"),
        "Longest completion": [_number(sampling["max_tokens"], ",", " tokens")],
        "Stop texts": [", ".join(map(repr, sampling["stop"]))] if sampling.get("stop") else [],
        "Seed": [str(sampling["seed"])],
        "Seed of a draw": _values(samples, "seed_rule"),
        "Shards": [f"{len(samples)} of {counted(sampling['shard_size'], 'draw')} of every task"],
        "Completion tokens": _tokens(samples),
        "Cut off at the limit": _truncated(samples, engine_of(weights).recorded),
        "Cut off within a thought": _unfinished(shards),
        SANDBOX: _told(_sandbox(record) for record in verdicts),
        "Limits a program": _told(_limits(record) for record in verdicts),
        "Python that judged": _values(verdicts, "python"),
    }
    return {name: values for name, values in found.items() if values}


def _repair(samples: Sequence[dict[str, Any]], sampling: dict[str, Any]) -> list[str]:
    """What a round continues, and what became of its chains; nothing where the samples are none."""
    repair, counts = sampling.get("repair"), [one["repair"] for one in samples if "repair" in one]
    if not repair or not counts:
        return []
    words = {
        "drawn": "drawn again",
        "passed": "carried over, as they pass the examples of their prompt",
        "without_examples": "carried over, as their prompt has no example",
        "too_long": "carried over, as the text leaves no room in the context",
    }
    sums = {name: sum(one[name] for one in counts) for name in words}
    known = [f"{sums[name]:,} {text}" for name, text in words.items() if sums[name]]
    told = repair.get("feedback", "first_failing_example").replace("_", " ")
    of = repair["of"] + (f" of {repair['model']}" if "model" in repair else "")
    return [f"continues {of} (feedback: {told}); {'; '.join(known)}"]


def _number(value: float | None, how: str = "g", unit: str = "") -> str:
    return "not set (the engine's own)" if value is None else f"{value:{how}}{unit}"


def _text(sampling: dict[str, Any], key: str) -> list[str]:
    value = sampling.get(key)
    return [] if value is None else [value if isinstance(value, str) else json.dumps(value)]


def outcomes(shards: Shards, scoring: Scoring) -> dict[str, int]:
    """How many samples ended in each outcome."""
    total: Counter[str] = Counter()
    for record in shards.verdicts[scoring.name]:
        total.update({name: record["outcomes"].get(name, 0) for name in OUTCOMES})
    return {name: total[name] for name in OUTCOMES}


def _engines(samples: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    return [record.get("engine") or {} for record in samples]


def _engine(engine: dict[str, Any]) -> str:
    words = [" ".join(filter(None, (engine.get("name"), engine.get("version"))))]
    words += [
        f"{package} {engine[package]}"
        for package in ("torch", "transformers", "cuda")
        if engine.get(package) and package != engine.get("name")
    ]
    return ", ".join(filter(None, words))


def _sandbox(record: dict[str, Any]) -> str:
    sandbox = record.get("sandbox")
    if not sandbox:  # nothing was run
        return ""
    held = "held: " + (", ".join(sandbox.get("layers", [])) or "none")
    missing = sandbox.get("missing", [])
    return held + ("; missing on that machine: " + ", ".join(missing) if missing else "")


def _limits(record: dict[str, Any]) -> str:
    limits = record.get("limits") or {}
    words = []
    if "cpu_seconds" in limits:
        words.append(f"{limits['cpu_seconds']:g} s of CPU time")
    if "memory_bytes" in limits:
        words.append(f"{limits['memory_bytes'] / 2**20:,.0f} MiB of memory")
    if "characters" in limits:
        words.append(f"{limits['characters']:,} characters, nested {limits['depth']:,} deep")
    return ", ".join(words)


def _tokens(samples: Sequence[dict[str, Any]]) -> list[str]:
    counts = [record.get("completion_tokens") for record in samples]
    return [f"{sum(counts):,}"] if counts and None not in counts else []


def _truncated(samples: Sequence[dict[str, Any]], recorded: bool) -> list[str]:
    """How many completions reached the limit; nothing where their source may not have said it."""
    cut = [record.get("truncated") for record in samples]
    drawn = [
        record.get("tasks", 0) * (record["draws"][1] - record["draws"][0] + 1)
        for record in samples
        if record.get("draws")
    ]
    if None in cut or not sum(drawn) or (recorded and not any(cut)):
        return []
    share = rounded(100 * sum(cut) / sum(drawn))
    return [f"{sum(cut):,} of {counted(sum(drawn), 'completion')} ({share} %)"]


def _unfinished(shards: Shards) -> list[str]:
    """Of the reading that knows thoughts; every suite counts the same samples."""
    counts = [sum(one.get("unfinished", 0) for one in found) for found in shards.verdicts.values()]
    most = max(counts, default=0)
    if not most:
        return []
    return [f"{agreeing(most, 'completion has', 'completions have')} no answer and count as failed"]


def _values(records: Iterable[dict[str, Any]], key: str) -> list[str]:
    return _told("" if record.get(key) is None else str(record[key]) for record in records)


def _told(values: Iterable[str]) -> list[str]:
    """Each value once, with its number of shards where there is more than one."""
    counts = Counter(values)
    if len(counts) == 1:
        return [value for value in counts if value]
    return [
        f"{value or 'not recorded'} ({count} of {counts.total()} shards)"
        for value, count in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    ]
