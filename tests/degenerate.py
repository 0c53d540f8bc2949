"""Counts that leave something undefined, and all that an analysis may be made from of them.

Verdicts, samples and signatures are written for the counts, so that an analysis which reads them
meets the same degenerate results as one that reads the counts.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from passk.analyses.given import Given
from passk.baseline import Baseline
from passk.benchmarks import Benchmark
from passk.benchmarks.human_eval import Problem
from passk.cost import Cost, Prices, Shape, Spent
from passk.counts import ModelCounts, TaskCount
from passk.curve import curve_csv, read_curve
from passk.estimation import estimate_curve
from passk.published import Published
from passk.records import Sample, Verdict, write_records
from passk.verifiers import Signature

QUOTED = Baseline.quoted("GPT", 0.902, 164)


def model(label: str, n: int | Sequence[int], c: Sequence[int]) -> ModelCounts:
    """The counts of a model; ``n`` of every task where it is one number."""
    n = np.broadcast_to(n, len(c))
    pairs = enumerate(zip(n, c, strict=True))
    return ModelCounts(label, tuple(TaskCount(f"t/{i}", int(a), int(b)) for i, (a, b) in pairs))


def _one(tasks: int, value: int, rest: int = 0) -> list[int]:
    return [value] + [rest] * (tasks - 1)


def cases(tasks: int, draws: int) -> dict[str, tuple[Sequence[int], Sequence[int]]]:
    """``n`` and ``c`` of each kind of degenerate counts, of that many tasks and draws of each."""
    rng = np.random.default_rng(tasks)
    unequal = rng.integers(1, draws + 1, tasks)
    n = [draws] * tasks
    return {
        "none passed": (n, [0] * tasks),
        "all passed": (n, n),
        "one pass": (n, _one(tasks, 1)),
        "one failure": (n, _one(tasks, draws - 1, draws)),
        "one task solved": (n, _one(tasks, draws)),
        "one task unsolved": (n, _one(tasks, 0, draws)),
        "all alike": (n, [draws // 2] * tasks),
        "one draw, none passed": ([1] * tasks, [0] * tasks),
        "one draw, all passed": ([1] * tasks, [1] * tasks),
        "one draw, one passed": ([1] * tasks, _one(tasks, 1)),
        "two draws": ([2] * tasks, rng.integers(0, 3, tasks)),
        "n differs, none passed": (unequal, [0] * tasks),
        "n differs, all passed": (unequal, unequal),
        "n differs": (unequal, rng.integers(0, unequal + 1)),
    }


class World:
    """What the workflow would have of compared models; files are written when first asked for."""

    def __init__(self, folder: Path, models: Sequence[ModelCounts]) -> None:
        self.folder, self.models = folder, models

    def given(self, parts: Sequence[str], k_values: Sequence[int], rival: bool) -> Given:
        """The ``parts`` of an analysis; the line to beat is measured (``rival``) or quoted."""
        found = {}
        for part in parts:
            name = part.removeprefix("own_")
            own = part.startswith("own_")
            value = getattr(self, name)
            if name in ("samples", "published", "published_values", "problems"):
                found[name.removesuffix("_values")] = value
            else:
                found[name] = value[:1] if own else value
        return Given(
            labels=[one.label for one in self.models],
            k_values=k_values,
            quoted=None if rival else QUOTED,
            rival=self.models[1].label if rival else None,
            settings=[None] * (1 if "own_readings" in parts else len(self.models)),
            answer="verbatim",
            answers=["verbatim"],
            **found,
        )

    k_grid = ()

    @property
    def counts(self) -> list[ModelCounts]:
        return list(self.models)

    @property
    def curves(self) -> list:
        found = []
        for one in self.models:
            path = self.folder / "curve.csv"
            path.write_text(curve_csv(estimate_curve(one.counts, [1, 10, 100])))
            found.append(read_curve(path))
        return found

    @property
    def cost(self) -> list[Cost]:
        shape = Shape(1_000, 900, 100, 2, 16, 8, 4_000)
        found = []
        for one in self.models:
            drawn = int(one.n.sum())
            spent = Spent(
                samples=drawn, prompt_tokens=30 * drawn, completion_tokens=20 * drawn,
                prompt_tokens_computed=drawn, flops=math.nan, flops_unshared=math.nan,
                engine_seconds=1.0, wall_seconds=2.0, gpu_seconds=2.0, core_seconds=math.nan,
                usd=math.nan,
            )  # fmt: skip
            found.append(Cost("vllm", "float32", None, shape, Prices(), {"0-0": spent}))
        return found

    @property
    def published(self) -> list[Published]:
        return [
            Published(0.5, 1, tasks=164, samples=10),
            Published(0.9, 10),
            Published(1.0, 1, tasks=164),
            Published(0.0, 1, tasks=164, samples=1),
            Published(0.4, quantity="coverage"),
        ]

    published_values = published

    @property
    def problems(self) -> Benchmark:
        tasks = tuple(
            Problem(one.task_id, "def f():\n", "f", "    return 1\n", "", i)
            for i, one in enumerate(self.models[0].counts)
        )
        return Benchmark(tasks, len(tasks))

    @property
    def samples(self) -> list[Path]:
        path = self.folder / "samples.jsonl"
        write_records(
            path,
            (
                Sample(task, draw, f"    return {int(right)}\n")
                for task, draw, right in _draws(self.models[0])
            ),
        )
        return [path]

    @property
    def verdicts(self) -> list[list[Path]]:
        return self._verdicts("base")

    strong_verdicts = readings = verdicts

    @property
    def weak_verdicts(self) -> list[list[Path]]:
        return self._verdicts("weak")

    def _verdicts(self, name: str) -> list[list[Path]]:
        found = []
        for number, one in enumerate(self.models):
            path = self.folder / f"{name}{number}.jsonl"
            write_records(
                path,
                (
                    Verdict(task, draw, "passed" if right else "failed", 0.1, None)
                    for task, draw, right in _draws(one)
                ),
            )
            found.append([path])
        return found

    @property
    def signatures(self) -> list[list[Path]]:
        return self._signatures("signatures", "1", "!E")

    @property
    def tested(self) -> list[list[Path]]:
        return self._signatures("tested", "+", "-")

    def _signatures(self, name: str, of_right: str, of_wrong: str) -> list[list[Path]]:
        found = []
        for number, one in enumerate(self.models):
            path = self.folder / f"{name}{number}.jsonl"
            write_records(
                path,
                (
                    Signature(
                        task, draw, "ran", (of_right if right else of_wrong,), str(right), None
                    )
                    for task, draw, right in _draws(one)
                ),
            )
            found.append([path])
        return found


def _draws(model: ModelCounts) -> Iterator[tuple[str, int, bool]]:
    for one in model.counts:
        for draw in range(one.n):
            yield one.task_id, draw, draw < one.c
