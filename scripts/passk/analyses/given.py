"""What an analysis is made from: what ``analyse.py`` read, or a test made up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from passk.baseline import Baseline
from passk.benchmarks import Benchmark
from passk.cost import Cost
from passk.counts import ModelCounts
from passk.curve import Point
from passk.published import Published

Shards = Sequence[Path]


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """The parts of :data:`passk.analyses.ANALYSES`, each for all compared models, the own first.

    Those that an analysis is not made from are empty. Shards are paths, since each is read on its
    own: together they may be larger than memory.

    :ivar labels: the models' names; each is another.
    :ivar k_values: the k asked for, ascending.
    :ivar k_grid: the k at which laws are fitted, ascending; none leaves them to the analysis.
    :ivar quoted: the line to beat where someone else measured it.
    :ivar rival: where it was measured here, the label of its model.
    :ivar published: what others measured; those of the own model have its label or none.
    :ivar settings: what each model's shards must have been made with; None where that is not asked.
    :ivar answer: how the verdicts read a completion.
    :ivar readings: the own model's verdicts under each of the ``answers``, to which ``settings``
        belong.
    """

    labels: Sequence[str] = ()
    k_values: Sequence[int] = (1,)
    k_grid: Sequence[int] = ()
    quoted: Baseline | None = None
    rival: str | None = None
    curves: Sequence[Sequence[Point]] = ()
    counts: Sequence[ModelCounts] = ()
    cost: Sequence[Cost] = ()
    published: Sequence[Published] = ()
    problems: Benchmark | None = None
    samples: Shards = ()
    verdicts: Sequence[Shards] = ()
    signatures: Sequence[Shards] = ()
    tested: Sequence[Shards] = ()
    weak_verdicts: Sequence[Shards] = ()
    strong_verdicts: Sequence[Shards] = ()
    settings: Sequence[Mapping[str, Any] | None] = ()
    answer: str = ""
    readings: Sequence[Shards] = ()
    answers: Sequence[str] = ()
