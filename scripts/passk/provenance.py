"""Were these shards of verdicts made alike, and as the configuration says?

Draws of different models, settings, tests or limits have no common pass rate, so they are never
counted together. What could differ without changing the question (engine version, GPU, layers of
the sandbox held) is allowed and tabulated in the log. Shards without metadata beside them, such as
verdicts that someone else made, can only be taken at their word.
"""

from __future__ import annotations

import json
import logging
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

from passk.records import (
    OUTCOMES,
    UserError,
    described_by,
    metadata_of,
    metadata_path,
    read_lines,
    read_metadata,
    read_samples,
    recorded,
    sha256_of,
)

log = logging.getLogger(__name__)

MUST_AGREE = (
    "samples.model",
    "samples.model_sha256",
    "samples.benchmark_sha256",
    "samples.sampling",
    "samples.seed_rule",
    "samples.chat_template_sha256",
    "samples.tokenizer_sha256",
    "samples.engine.dtype",
    "samples.engine.quantization",
    "benchmark_sha256",
    "suite",
    "answer",
    "limits",
)
MAY_DIFFER = (
    "samples.engine.name",
    "samples.engine.version",
    "samples.engine.torch",
    "samples.engine.transformers",
    "samples.engine.cuda",
    "samples.engine.device",
    "samples.engine.model_runner",
    "samples.engine.batch_invariant",
    "sandbox",
    "python",
)
# Where a key of the configuration's settings is found in a shard's metadata.
_SETTINGS = {
    "model": "samples.model",
    "sampling": "samples.sampling",
    "suite": "suite",
    "answer": "answer",
}


def check_shards(
    paths: Sequence[Path],
    *,
    require_metadata: bool = False,
    settings: dict[str, Any] | None = None,
    benchmark_sha256: str | None = None,
) -> list[dict[str, Any]]:
    """Check the metadata beside each shard: the file is the one described, and all agree.

    Returns the metadata, of each shard that has some.

    ``settings`` may have ``model`` (its weights mapping), ``sampling``, ``suite`` and ``answer``,
    which the shards must have been made with; ``benchmark_sha256`` likewise.

    :raises UserError: a shard cut short or replaced, without metadata where ``require_metadata``,
        made otherwise than another shard or than ``settings``.
    """
    described: list[tuple[Path, dict[str, Any]]] = []
    for path in paths:
        metadata = metadata_of(path)
        if metadata is None and require_metadata:
            metadata = read_metadata(metadata_path(path), path)
        if metadata is None:
            log.warning("%s has no metadata beside it: its settings are not checked", path)
        else:
            described.append((path, metadata))
    wanted = {_SETTINGS[key]: value for key, value in (settings or {}).items()}
    if benchmark_sha256 is not None:
        wanted["benchmark_sha256"] = benchmark_sha256
    for path, metadata in described:
        _refuse_others(path, metadata, wanted)
    for path, metadata in described[1:]:
        first_path, first = described[0]
        for key in MUST_AGREE:
            if difference := first_difference(key, _lookup(first, key), _lookup(metadata, key)):
                name, one, other = difference
                raise UserError(
                    f"{first_path} and {path} do not belong together: {name} is {one} in the "
                    f"first and {other} in the second; regenerate one of them"
                )
    for key in MAY_DIFFER:
        _report_differences(key, described)
    return [metadata for _, metadata in described]


def check_samples(path: Path, metadata: dict[str, Any], settings: dict[str, Any]) -> None:
    """Check the metadata of a shard of samples against the configuration's settings.

    ``settings`` may have ``model`` (its weights mapping) and ``sampling``.

    :raises UserError: the samples were drawn otherwise.
    """
    wanted = {key: settings[key] for key in ("model", "sampling") if key in settings}
    _refuse_others(path, metadata, wanted)


def check_on_samples(verdicts: Sequence[Path], sha256: Collection[str]) -> None:
    """Check that verdicts with metadata are on samples with one of these ``sha256``.

    :raises UserError: they are on others.
    """
    for path in verdicts:
        if (judged := recorded(path, "samples_sha256")) and judged not in sha256:
            raise UserError(
                f"{path} are verdicts on other samples than those given: give the samples that "
                "they were made from"
            )


def check_judged(verdicts: Path) -> None:
    """Check that verdicts in a results folder are of the samples that lie there now.

    Verdicts elsewhere, or without metadata beside them, are taken at their word.

    :raises UserError: they are of other samples.
    """
    samples = verdicts.parent.parent.parent / "samples" / verdicts.name
    if verdicts.parent.parent.name != "verdicts" or not samples.exists():
        return
    judged = recorded(verdicts, "samples_sha256")
    if judged and judged != (recorded(samples, "sha256") or sha256_of(samples)):
        raise UserError(
            f"{verdicts} was made from other samples than {samples} (their sha256 differs): delete "
            f"{verdicts} and run again"
        )


def check_samples_record(path: Path, record: Mapping[str, Any]) -> None:
    """Check what a shard's metadata, read from ``path``, say of the samples beside them.

    Metadata without samples beside them are taken at their word.

    :raises UserError: they describe another file, or were edited.
    """
    samples = described_by(path)
    if not samples.exists():
        return
    read_metadata(path, samples)
    tasks, draws, tokens, truncated = set(), set(), 0, 0
    for sample in read_samples(samples):
        tasks.add(sample.task_id)
        draws.add(sample.draw)
        known = tokens is not None and sample.tokens is not None
        tokens = tokens + sample.tokens if known else None
        truncated += sample.finish_reason == "length"
    found = {"tasks": len(tasks), "draws": [min(draws, default=0), max(draws, default=0)]}
    carried = record["repair"]["carried_tokens"] if record.get("repair") else 0
    known = tokens is not None and carried is not None
    found |= {"truncated": truncated} | ({"completion_tokens": tokens - carried} if known else {})
    _check_contents(path, samples, record, found)


def check_verdicts_record(path: Path, record: Mapping[str, Any]) -> None:
    """As :func:`check_samples_record`, of verdicts: how many samples ended in each outcome."""
    verdicts = described_by(path)
    if not verdicts.exists():
        return
    read_metadata(path, verdicts)
    found = Counter(verdict["outcome"] for _, verdict in read_lines(verdicts))
    _check_contents(path, verdicts, record, {"outcomes": {one: found[one] for one in OUTCOMES}})


def _check_contents(
    path: Path, described: Path, metadata: Mapping[str, Any], found: dict[str, Any]
) -> None:
    for key, value in found.items():
        if key in metadata and metadata[key] != value:
            raise UserError(
                f"{path} was edited: its {key!r} is {_shown(metadata[key])}, but {described} has "
                f"{_shown(value)}: put that back"
            )


def _refuse_others(path: Path, metadata: dict[str, Any], wanted: dict[str, Any]) -> None:
    for key, value in wanted.items():
        if difference := first_difference(key, _lookup(metadata, key), value):
            name, recorded, configured = difference
            raise UserError(
                f"{path} was made with {name} = {recorded}, but the configuration says "
                f"{configured}: regenerate that shard, or restore the setting"
            )


def _report_differences(key: str, described: list[tuple[Path, dict[str, Any]]]) -> None:
    groups: dict[str, list[str]] = {}
    for path, metadata in described:
        groups.setdefault(_values(metadata, key), []).append(path.name)
    if len(groups) > 1:
        log.warning("%s differs between shards, which are counted together:", key)
        for value, names in groups.items():
            log.warning("  %s: %d shards, the first is %s", value, len(names), names[0])


def _values(metadata: dict[str, Any], key: str) -> str:
    """The value at a dotted key as text; several where several engines drew the shard."""
    parts = _lookup(metadata, "samples.drawn_by") or []
    if key.startswith("samples.engine.") and len(parts) > 1:
        name = key.removeprefix("samples.engine.")
        return " and ".join(sorted({_shown(part["engine"].get(name)) for part in parts}))
    return _shown(_lookup(metadata, key))


def _lookup(metadata: dict[str, Any], dotted: str) -> Any:
    """The value at a dotted key; None where any part of the way is missing."""
    value: Any = metadata
    for key in dotted.split("."):
        value = value.get(key) if isinstance(value, dict) else None
    return value


def first_difference(key: str, one: Any, other: Any) -> tuple[str, str, str] | None:
    """The dotted key, and both values as text, of the first difference; None where equal.

    ``key`` is that of the two values.
    """
    if isinstance(one, dict) and isinstance(other, dict):
        for name in sorted(one.keys() | other.keys()):
            if (name in one) != (name in other):
                return f"{key}.{name}", _present(one, name), _present(other, name)
            if found := first_difference(f"{key}.{name}", one[name], other[name]):
                return found
        return None
    return None if one == other else (key, _shown(one), _shown(other))


def _present(mapping: dict[str, Any], name: str) -> str:
    return _shown(mapping[name]) if name in mapping else "not set"


def _shown(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, sort_keys=True)
    return text if len(text) <= 200 else text[:200] + " …"
