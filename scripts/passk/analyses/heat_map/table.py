"""Every task's success rate under every compared model: where the models differ, task by task.

A task's rate is c / n. Tasks are sorted by their mean rate over the models, easiest first, so that
a model that merely is weaker shows a border further left, and one that is different shows holes.
The mean over models serves for sorting only; it estimates nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
import pandas as pd

from passk.compared import Compared


@dataclass(frozen=True, slots=True)
class Row:
    """One task under one model; ``rank`` counts from 1, the easiest task, over all models."""

    rank: int
    task_id: str
    model: str
    n: int
    c: int
    rate: float


_TYPES = {"str": str, "int": int, "float": float}
COLUMNS = {field.name: _TYPES[field.type] for field in fields(Row)}


def heat_map(models: Sequence[Compared]) -> list[Row]:
    """One row a task and model, easiest task first; equal means keep the benchmark's order."""
    rates = np.array([model.c / model.n for model in models])
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
        for model in models
    ]


def short_names(task_ids: Sequence[str]) -> list[str]:
    """The ids without what all of them begin with up to a ``/``: HumanEval/33 is 33."""
    heads = {task.rpartition("/")[0] for task in task_ids}
    return [task.rpartition("/")[2] for task in task_ids] if len(heads) == 1 else list(task_ids)


def paragraph(table: pd.DataFrame) -> str:
    """What the table says, for the report; ``table`` has :data:`COLUMNS`, the own model first."""
    labels = list(dict.fromkeys(table.model))
    passed = table.pivot(index="task_id", columns="model", values="c")[labels] > 0
    tasks = len(passed)
    text = []
    for label in labels:
        n = table.n[table.model == label]
        draws = f"{n.min():,}" if n.min() == n.max() else f"{n.min():,} to {n.max():,}"
        text.append(
            f"{label} solved {passed[label].sum()} of {tasks} tasks at least once in {draws} draws "
            "each."
        )
    if len(labels) > 1:
        own, none = labels[0], int((~passed.any(axis=1)).sum())
        only = int((passed[own] & ~passed[labels[1:]].any(axis=1)).sum())
        missed = int((~passed[own] & passed[labels[1:]].any(axis=1)).sum())
        text.append(
            f"No model solved {none} of them; {own} alone solved {only}, and {missed} were solved "
            f"by another model but not by {own}."
        )
    text.append(
        "More draws find more, so these counts describe the draws that were made and compare "
        "models only where they have the same number; a task that no draw solved may still have a "
        "small rate."
    )
    return " ".join(text)
