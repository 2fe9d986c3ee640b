"""Bootstrap intervals over cases (queries, shoppers): how far a mean would move if other cases had come.

Percentile bootstrap (Efron and Tibshirani 1993, ch. 13): 95 %, 1,000 resamples, seed 0. The same number of cases gives the same resamples,
so figures of one run can be compared. Cases whose figure is `nan` (no answer exists) are left out.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

RESAMPLES = 1_000
LEVEL = 0.95
SEED = 0
_CELLS_AT_ONCE = 8_000_000
"""Resample counts held at a time: 64 MB, whatever the number of cases."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean over `n` cases with its interval; all `nan` where there is no case."""

    mean: float
    low: float
    high: float
    n: int

    @property
    def interval(self) -> tuple[float, float]:
        """The lower and the upper bound."""
        return self.low, self.high


def resampled_means(values: ArrayLike, *, resamples: int = RESAMPLES, seed: int = SEED) -> NDArray[np.float64]:
    """Means of `resamples` draws with replacement: shape (resamples,) for (n,) values, (resamples, m) for (n, m): the same draws for each column."""
    table = np.asarray(values, dtype=np.float64)
    n = table.shape[0]
    columns = table.reshape(n, -1)
    rng = np.random.default_rng(seed)
    means = np.empty((resamples, columns.shape[1]))
    at_once = max(1, _CELLS_AT_ONCE // max(n, 1))
    for start in range(0, resamples, at_once):
        stop = min(start + at_once, resamples)
        drawn = rng.integers(0, n, size=(stop - start, n))
        drawn += np.arange(stop - start)[:, None] * n
        counts = np.bincount(drawn.ravel(), minlength=(stop - start) * n).reshape(stop - start, n)
        means[start:stop] = counts @ columns / n
    return means.reshape(resamples, *table.shape[1:])


def bootstrap(values: ArrayLike, *, level: float = LEVEL, resamples: int = RESAMPLES, seed: int = SEED) -> Estimate:
    """The mean of `values` (one figure a case) with its interval."""
    figures = np.asarray(values, dtype=np.float64)
    figures = figures[~np.isnan(figures)]
    if figures.size == 0:
        return Estimate(np.nan, np.nan, np.nan, 0)
    low, high = np.quantile(resampled_means(figures, resamples=resamples, seed=seed), [(1 - level) / 2, (1 + level) / 2])
    return Estimate(float(figures.mean()), float(low), float(high), int(figures.size))


def paired_bootstrap(ours: ArrayLike, peer: ArrayLike, *, level: float = LEVEL, resamples: int = RESAMPLES, seed: int = SEED) -> Estimate:
    """The mean of ours - peer on the same cases with its interval; `low > 0` is what "better" means in this project."""
    a, b = np.asarray(ours, dtype=np.float64), np.asarray(peer, dtype=np.float64)
    if a.shape != b.shape:
        raise ValueError(f"paired figures must belong to the same cases: {a.shape} against {b.shape}")
    return bootstrap(a - b, level=level, resamples=resamples, seed=seed)
