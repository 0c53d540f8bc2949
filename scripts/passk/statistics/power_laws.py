"""Power laws fitted to a curve of pass@k by least squares.

Two papers fit one and the same law, pass@k = exp(-A k^-B), and write and fit it differently:

*Exponentiated power law* (Brown et al. 2024, Large Language Monkeys, arXiv:2407.21787, equations 2
and 3, appendix C.1): pass@k = exp(a k^b) with a < 0 and b < 0, by least squares in pass@k itself at
40 values of k, spaced evenly on a logarithmic scale, duplicates removed.

*Power law* (Schaeffer et al. 2025, How do large language monkeys get their power (laws)?,
arXiv:2502.17578, sections 2 and 5): -log(pass@k) = a k^-b with a > 0 and b > 0, by linear least
squares of the logarithm of both sides. pass@k is the mean over tasks *before* the logarithm.

These fits describe the k that they were given. Their residuals are not independent (every k comes
from the same draws), so no error is derived from them; intervals come from resampling tasks.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import scipy

FIT_POINTS = 40
ERROR_POINTS = 100
# Values of pass@k closer to 1 than this are 1 in double precision, and have no logarithm of -log.
_SMALLEST = 1e-15
# A curve that varies by less is the same at every k, but for rounding.
_SAME = 1e-12


@dataclass(frozen=True, slots=True)
class PowerLaw:
    """pass@k = exp(a k^b), in the signs of Brown et al.; NaN where it is not determined."""

    a: float
    b: float

    def pass_at_k(self, k: np.ndarray) -> np.ndarray:
        """The law's pass@k, of the shape of ``k``."""
        if self.a == 0:  # pass@k is 1 throughout, whatever b is
            return np.ones(np.shape(k))
        return np.exp(self.a * np.asarray(k, dtype=float) ** self.b)


UNDETERMINED = PowerLaw(math.nan, math.nan)


def spaced(largest: int, points: int) -> np.ndarray:
    """Whole numbers from 1 to ``largest``, spaced evenly on a logarithmic scale, rounded down.

    Small numbers come several times.
    """
    values = np.logspace(0, math.log10(largest), points) * (1 + 1e-12)
    return np.clip(values.astype(int), 1, largest)


def fit_grid(largest: int) -> np.ndarray:
    """The k at which Brown et al. (2024, appendix C.1) fit: 40, without duplicates; ascending."""
    return np.unique(spaced(largest, FIT_POINTS))


def error_grid(largest: int) -> np.ndarray:
    """The k at which they tell the error of a fit (figure 5): 100, evenly on the log scale."""
    return spaced(largest, ERROR_POINTS)


def fit_power_law(k: np.ndarray, fails: np.ndarray) -> PowerLaw:
    """The law of Schaeffer et al., by least squares in log-log space; b is returned negative.

    ``k`` and ``fails`` = 1 - pass@k have shape (ks,). Points where pass@k is 0 or 1 have no
    logarithm and are left out, as infinite ones are there. With fewer than two points left the law
    is :data:`UNDETERMINED`, or pass@k = 1 if it is 1 throughout. Where pass@k is the same at every
    k, b is 0.
    """
    k, fails = np.asarray(k, dtype=float), np.asarray(fails, dtype=float)
    if not len(k):
        return UNDETERMINED
    if np.all(fails < _SMALLEST):
        return PowerLaw(0.0, math.nan)
    use = (fails >= _SMALLEST) & (fails <= 1 - _SMALLEST)
    if np.count_nonzero(use) < 2:
        return UNDETERMINED
    if np.ptp(fails) < _SAME:
        return PowerLaw(float(np.log1p(-fails[0])), 0.0)
    x, y = np.log(k[use]), np.log(-np.log1p(-fails[use]))
    slope = np.sum((x - x.mean()) * (y - y.mean())) / np.sum((x - x.mean()) ** 2)
    return PowerLaw(-float(np.exp(y.mean() - slope * x.mean())), float(slope))


def fit_exponentiated_power_law(
    k: np.ndarray, fails: np.ndarray, *, logarithmic: bool = False
) -> PowerLaw:
    """The law of Brown et al., by least squares in pass@k, or with ``logarithmic`` in log pass@k.

    ``k`` and ``fails`` = 1 - pass@k have shape (ks,). :data:`UNDETERMINED` with fewer than two k or
    where pass@k is 0 (it then is at every k); pass@k = 1 throughout is a = 0, b NaN.
    """
    k, fails = np.asarray(k, dtype=float), np.asarray(fails, dtype=float)
    start = fit_power_law(k, fails)
    if math.isnan(start.b) or start.b == 0:
        return start
    # The start is close; in log(-a) both parameters are unbounded and of the same size.
    log_k, passes = np.log(k), 1 - fails
    target = np.log(passes) if logarithmic else passes

    def log_passes(x: np.ndarray) -> np.ndarray:
        return -np.exp(np.minimum(x[0] + x[1] * log_k, 100))

    def residuals(x: np.ndarray) -> np.ndarray:
        logarithm = log_passes(x)
        return (logarithm if logarithmic else np.exp(logarithm)) - target

    def slopes(x: np.ndarray) -> np.ndarray:
        logarithm = log_passes(x)
        factor = logarithm if logarithmic else logarithm * np.exp(logarithm)
        return np.column_stack([factor, factor * log_k])

    # MINPACK's Levenberg-Marquardt, which is what scipy's curve_fit runs.
    found = scipy.optimize.least_squares(
        residuals, [math.log(-start.a), start.b], jac=slopes, method="lm", xtol=1e-12, ftol=1e-12
    )
    return PowerLaw(-math.exp(found.x[0]), float(found.x[1]))


def errors(predicted: np.ndarray, passes: np.ndarray) -> tuple[float, float]:
    """Mean and standard deviation (ddof 0) of the absolute error, as Brown et al. tell them."""
    absolute = np.abs(predicted - passes)
    return float(absolute.mean()), float(absolute.std())
