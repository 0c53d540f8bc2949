"""One seed for every draw of every task, so that a draw is the same sample in any shard.

The seed of a draw is ``(seed · T + index) · 100000 + draw`` with T tasks in the whole benchmark
and ``index`` the task's place in it. vLLM gives child i of a request ``parent seed + i``, so draws
must be neighbours, and the tasks must be far apart: with ``seed + index · STRIDE + draw`` the
replicates seed 0 and seed 1 would share all but one of their samples.
"""

from __future__ import annotations

from passk.records import UserError

STRIDE = 100_000
RULE = "(seed * tasks + index) * 100000 + draw"


def draw_seed(seed: int, size: int, index: int, draw: int) -> int:
    """The seed of one draw, below 2^32: torch's CPU generator ignores higher bits.

    ``size`` is the number of tasks in the whole benchmark, ``index`` the task's place in it.

    :raises UserError: the seed would reach 2^32, or the draw the stride.
    """
    if not 0 <= draw < STRIDE:
        raise UserError(f"draw {draw} is out of range: draws are numbered 0 to {STRIDE - 1}")
    value = (seed * size + index) * STRIDE + draw
    if value >= 2**32:
        largest = (2**32 // STRIDE - size) // size
        raise UserError(
            f"'seed: {seed}' is too large for a benchmark of {size} tasks: it may be at most "
            f"{max(largest, 0)}"
        )
    return value
