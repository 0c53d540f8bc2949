"""1 - pass@k on logarithmic axes: what :mod:`passk.analyses.pass_at_k.table` has, and two laws.

Each law is fitted to the curve by least squares, as in :mod:`passk.analyses.scaling_laws.table`, at
those k of the curve that are next to the 40 of Brown et al. 2024; how well it fits is told there.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, replace
from typing import get_type_hints

import numpy as np

from passk.analyses.given import Given
from passk.analyses.pass_at_k import table as pass_at_k
from passk.statistics.power_laws import fit_exponentiated_power_law, fit_grid, fit_power_law


@dataclass(frozen=True, slots=True)
class Row(pass_at_k.Row):
    """As there, and on the model's own curve the laws' pass@k; NaN on other rows."""

    exponentiated_power_law: float = math.nan
    power_law: float = math.nan


COLUMNS = get_type_hints(Row)
LAWS = ("exponentiated_power_law", "power_law")


def table(given: Given) -> list[Row]:
    """The rows of pass@k, with the laws beside the curve.

    :raises UserError: as :func:`passk.analyses.pass_at_k.table.table`.
    """
    rows = [Row(**asdict(row)) for row in pass_at_k.table(given)]
    points = [point for point in given.curves[0] if not math.isnan(point.pass_at_k)]
    k = np.array([point.k for point in points])
    fails = 1 - np.array([point.pass_at_k for point in points])
    used = np.unique([np.abs(k - one).argmin() for one in fit_grid(int(k.max()))])
    laws = (fit(k[used], fails[used]) for fit in (fit_exponentiated_power_law, fit_power_law))
    fitted = zip(*(law.pass_at_k(k).tolist() for law in laws), strict=True)
    curve = zip(rows[: len(points)], fitted, strict=True)
    own = [replace(row, exponentiated_power_law=one, power_law=two) for row, (one, two) in curve]
    return own + rows[len(points) :]
