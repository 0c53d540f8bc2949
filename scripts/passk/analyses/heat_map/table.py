"""Every task's success rate under every compared model: where the models differ, task by task.

A task's rate is c / n. Tasks are sorted by their mean rate over the models, easiest first, so that
a model that merely is weaker shows a border further left, and one that is different shows holes.
The mean over models serves for sorting only; it estimates nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import get_type_hints

import numpy as np

from passk.analyses.given import Given


@dataclass(frozen=True, slots=True)
class Row:
    """One task under one model; ``rank`` counts from 1, the easiest task, over all models."""

    rank: int
    task_id: str
    model: str
    n: int
    c: int
    rate: float


COLUMNS = get_type_hints(Row)


def table(given: Given) -> list[Row]:
    """One row a task and model, easiest task first; equal means keep the benchmark's order."""
    rates = np.array([model.c / model.n for model in given.counts])
    order = np.argsort(-rates.mean(axis=0), kind="stable")
    return [
        Row(
            rank,
            model.counts[task].task_id,
            model.label,
            model.counts[task].n,
            model.counts[task].c,
            float(model.counts[task].c / model.counts[task].n),
        )
        for rank, task in enumerate(order.tolist(), start=1)
        for model in given.counts
    ]


def short_names(task_ids: Sequence[str]) -> list[str]:
    """The ids without what all of them begin with up to a ``/``: HumanEval/33 is 33."""
    heads = {task.rpartition("/")[0] for task in task_ids}
    return [task.rpartition("/")[2] for task in task_ids] if len(heads) == 1 else list(task_ids)
