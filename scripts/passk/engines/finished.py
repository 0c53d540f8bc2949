"""Finished shards of samples: what costs most, so no more than what it must is drawn again.

Snakemake plans by times and by records of its own. Both are lost when results are copied, a model's
manifest is deleted or a clock jumps. A shard's own metadata say what it was drawn from: where that
is what is asked, the shard stays as it is, whatever Snakemake thinks. Where a model lies is not
asked, but which files it is of; nor is the package's version, which the metadata record.

To draw finished shards again on purpose: ``snakemake -R sample``. See passk/redraw.py.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from passk.benchmarks import Benchmark, read_problem_file
from passk.engines import ENGINES, engine_of
from passk.provenance import first_difference
from passk.records import FORMAT, UserError, metadata_path, recorded


def asked(
    weights: Mapping[str, Any],
    sampling: Mapping[str, Any],
    manifest: Mapping[str, Any] | None,
    benchmark: Benchmark | None,
    draws: range,
    made_from: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """What decides a shard's samples and is known before its engine is open, as its metadata.

    Without what depends on a manifest or a benchmark that is still to be made (None).
    ``made_from``: of a round of repair, the sha256 of what it continues.
    """
    found: dict[str, Any] = {"format": FORMAT, "model": weights}
    if manifest is not None:
        found["model_sha256"] = manifest.get("sha256")
    if benchmark is not None:
        found["benchmark_sha256"] = benchmark.sha256
        found["tasks"] = len(benchmark.problems)
    found |= {"draws": [draws.start, draws.stop - 1], "sampling": sampling}
    return found | ({"made_from": dict(made_from)} if made_from else {})


def difference(metadata: Mapping[str, Any], wanted: Mapping[str, Any]) -> str | None:
    """In what a shard with these metadata is another than asked; None where it is the same."""
    for key, value in wanted.items():
        found = metadata.get(key)
        if key == "model":
            found, value = _without_place(found), _without_place(value)
        if other := first_difference(key, found, value):
            name, one, another = other
            return f"{name} was {one} and is {another}"
    return None


def _without_place(weights: Any) -> Any:
    """``weights`` without where their files lie, which the sha256 of the files stands for."""
    if not isinstance(weights, Mapping) or weights.get("engine") not in list(ENGINES):
        return weights
    info = engine_of(weights)
    places = () if info.remote else {key for keys in info.found_by for key in keys}
    return {key: value for key, value in weights.items() if key not in places}


def is_there(samples: Path) -> bool:
    """Whether a shard was finished: its metadata are written last."""
    return samples.exists() and metadata_path(samples).exists()


def why_drawn(
    samples: Path,
    weights: Mapping[str, Any],
    sampling: Mapping[str, Any],
    manifest: Path,
    problems: Path,
    draws: range,
    sources: Mapping[str, Path] | None = None,
) -> str | None:
    """Why a job has to draw the shard at ``samples``; None where it is finished and stays.

    ``sources``: of a round of repair, the files that it continues, by the names of their sha256.
    By the shard's metadata alone. Where they or what they are held against is damaged, nothing is
    drawn, either: the job, which looks at the samples too, says so.
    """
    if not is_there(samples):
        return "it is not there"
    try:
        metadata = json.loads(metadata_path(samples).read_text())
        known, benchmark = _made(_read_manifest, manifest), _made(read_problem_file, problems)
        made_from = {key: recorded(path, "sha256") for key, path in (sources or {}).items()}
        if None in made_from.values():  # still to be made; the same bytes may come of it
            made_from = {}
        return difference(metadata, asked(weights, sampling, known, benchmark, draws, made_from))
    except (ValueError, AttributeError, UserError):
        return None


def _read_manifest(path: Path) -> dict[str, Any]:
    return json.loads(path.read_text())


def _made(read: Callable[[Path], Any], path: Path) -> Any:
    """What ``read`` finds at ``path``; None where it is still to be made."""
    return _read_once(read, path, path.stat().st_mtime_ns) if path.exists() else None


# All shards of a run need the same files; a job of the run may make them anew.
@lru_cache
def _read_once(read: Callable[[Path], Any], path: Path, _modified: int) -> Any:
    return read(path)
