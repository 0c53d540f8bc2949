"""pass@k of a benchmark from the counts of its tasks, written with what describes it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from passk.counts import TaskCount, counts_csv
from passk.curve import Point, curve_csv, table
from passk.estimator import k_grid, mean_pass_at_k
from passk.records import FORMAT, UserError, metadata_path, write_metadata, write_text
from passk.statistics.intervals import over_draws, over_tasks
from passk.words import counted


def estimate_curve(counts: Sequence[TaskCount], k_values: Sequence[int]) -> list[Point]:
    """pass@k with both intervals at ``k_values`` and on the dense grid, ascending in k.

    :raises UserError: some k < 1.
    """
    if min(k_values) < 1:
        raise UserError(f"k must be 1 or more, got {min(k_values)}")
    n, c = [count.n for count in counts], [count.c for count in counts]
    smallest = min(n)
    k = sorted({*k_values, *k_grid(smallest), max(1, smallest // 2)})
    columns = (mean_pass_at_k(n, c, k), *over_tasks(n, c, k), *over_draws(n, c, k))
    return [Point(*row) for row in zip(k, *(column.tolist() for column in columns), strict=True)]


def estimate(
    counts: Sequence[TaskCount],
    k_values: Sequence[int],
    sources: Mapping[Path, str],
    counts_to: Path | None,
    curve_to: Path,
    given: Mapping[str, Any] | None = None,
) -> list[str]:
    """Estimate, write both files with their metadata, and return the table to show.

    ``sources``: the files that were counted and their sha256, which the metadata repeat.
    The counts are of complete sampling, as those that passk.counts has read are.
    ``given``: where counts are from that are not of this package's verdicts, where that is known.
    """
    curve = estimate_curve(counts, k_values)
    about = {"format": FORMAT, "sources": {str(path): sha256 for path, sha256 in sources.items()}}
    if given:
        about["given"] = given
    if counts_to:
        write_text(counts_to, counts_csv(counts, complete=True))
        write_metadata(metadata_path(counts_to), counts_to, about)
    write_text(curve_to, curve_csv(curve))
    about["k_values"] = sorted(set(k_values))
    write_metadata(metadata_path(curve_to), curve_to, about)
    unsolved = sum(count.c == 0 for count in counts)
    return [
        f"{counted(len(counts), 'task')}, {_draws(counts)} each, {unsolved} never solved",
        *(f"  {line}" for line in table(curve, sorted(set(k_values)))),
    ]


def _draws(counts: Sequence[TaskCount]) -> str:
    low, high = min(count.n for count in counts), max(count.n for count in counts)
    return counted(low, "draw") if low == high else f"{low:,} to {counted(high, 'draw')}"
