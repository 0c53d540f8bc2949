"""Samples that someone already has, as if they were drawn now.

Which formats are read stands in :mod:`passk.formats`. Nothing here checks how the samples were
drawn: that pass@k means anything for them is the caller's claim.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from passk.engines import Batch, Request
from passk.engines.weights import checked_path
from passk.formats import Source, read_samples
from passk.records import Sample, UserError


class RecordedEngine:
    seed_rule = "recorded"

    def __init__(
        self,
        weights: dict[str, Any],
        sampling: dict[str, Any],
        manifest: dict[str, Any],
        size: int,
        threads: int = 1,
    ) -> None:
        self._path = checked_path(manifest)
        self._filter = weights.get("filter")
        self._first = weights.get("first_draw", 0)
        self._size = size

    def describe(self) -> dict[str, Any]:
        unknown = ("version", "torch", "transformers", "cuda", "device", "dtype", "quantization")
        return {"name": "recorded", **dict.fromkeys(unknown)}

    def identity(self) -> dict[str, str | None]:
        return {"chat_template_sha256": None, "tokenizer_sha256": None}

    def sample(self, requests: Sequence[Request]) -> Iterator[Batch]:
        problems = {request.problem.task_id: request.problem for request in requests}
        found: dict[str, dict[int, Sample]] = {task_id: {} for task_id in problems}
        counts = dict.fromkeys(problems, 0)
        whole = {request.problem.index for request in requests} == set(range(self._size))
        for sample in read_samples(Source(self._path, problems, self._size, self._filter)):
            if sample.task_id in problems:
                draw = sample.draw - self._first
                found[sample.task_id][draw] = replace(sample, draw=draw)
                counts[sample.task_id] += 1
            elif whole:
                raise UserError(
                    f"{self._path}: unknown task {sample.task_id!r}: these samples belong to "
                    "another benchmark; choose the one that they were drawn for"
                )
        for request in requests:
            task_id = request.problem.task_id
            missing = next((d for d in request.draws if d not in found[task_id]), None)
            if missing is not None:
                raise UserError(
                    f"draw {missing + self._first} of {task_id} is missing from {self._path}, "
                    + self._why(found, counts[task_id])
                )
        for request in requests:
            draws = found[request.problem.task_id]
            yield Batch([draws[d] for d in request.draws], None)

    def _why(self, found: Mapping[str, Collection[int]], count: int) -> str:
        """What is wrong with the file: other draws than are asked for, or too few."""
        there = [draws for draws in found.values() if draws]
        first = {min(draws) + self._first for draws in there}
        if len(first) == 1 and min(first) > self._first:
            return f"its draws begin at {min(first)}: set 'first_draw' to that beside 'path'"
        last = max((max(draws) + self._first for draws in there), default=self._first)
        if last < self._first:
            return f"its draws end at {last}: lower 'first_draw' beside 'path'"
        return f"which has {count} samples of that task; lower 'n_samples', or record more"
