"""Resamples of the tasks: how many times each is taken, the same for every model compared."""

from __future__ import annotations

import numpy as np

SEED = 0


def task_weights(tasks: int, resamples: int, seed: int = SEED) -> np.ndarray:
    """How many times each task is in each bootstrap resample, shape (resamples, tasks).

    Two models on the same tasks that are given the same weights are resampled in pairs.
    """
    rng = np.random.default_rng(seed)
    return rng.multinomial(tasks, np.full(tasks, 1 / tasks), resamples).astype(float)


def percentiles(values: np.ndarray, level: float = 0.95) -> tuple[float, float]:
    """The middle ``level`` of resampled values, shape (resamples,), which may be ``inf``.

    Each end is one of the values, so none is made up between a number and ``inf``. NaN where one
    of them is.
    """
    if np.isnan(values).any():
        return float("nan"), float("nan")
    ends = (1 - level) / 2, (1 + level) / 2
    low, high = (
        float(np.quantile(values, end, method=method))
        for end, method in zip(ends, ("lower", "higher"), strict=True)
    )
    return low, high
