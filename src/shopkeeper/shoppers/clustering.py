"""Clustering: k-means with seeded k-means++ starts (Arthur & Vassilvitskii, SODA 2007), k chosen by the silhouette (Rousseeuw 1987)."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

STARTS: Final = 12
"""Runs from different starts, of which the tightest is kept: one start alone is at the mercy of its first centres."""
ROUNDS: Final = 60
SILHOUETTE_SAMPLE: Final = 600
"""Points that the silhouette is taken over; it costs their square."""

Points = NDArray[np.float64]
Labels = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Clusters:
    """`labels[i]` is the cluster of point i, `centres` (k, dimensions); `silhouette` lies in [-1, 1], higher is better parted."""

    labels: Labels
    centres: Points
    silhouette: float


def k_means(points: Points, k: int, *, seed: int, starts: int = STARTS) -> tuple[Labels, Points]:
    """The tightest of `starts` runs: (labels, centres); clusters are numbered by size, the largest first."""
    rng = np.random.default_rng(seed)
    best: tuple[float, Labels, Points] | None = None
    for _ in range(starts):
        centres = _first_centres(points, k, rng)
        labels = _nearest(points, centres)
        for _ in range(ROUNDS):
            centres = _means(points, labels, centres)
            moved = _nearest(points, centres)
            if (moved == labels).all():
                break
            labels = moved
        spread = float(((points - centres[labels]) ** 2).sum())
        if best is None or spread < best[0] - 1e-12:
            best = spread, labels, centres
    assert best is not None
    order = np.argsort(-np.bincount(best[1], minlength=k), kind="stable")
    place = np.empty(k, np.int64)
    place[order] = np.arange(k)
    return place[best[1]], best[2][order]


def cluster(points: Points, *, seed: int, smallest: int = 2, largest: int = 12) -> Clusters:
    """The clusters for the k in `smallest` … `largest` with the highest silhouette; fewer where there are not as many different points."""
    most = min(largest, len(np.unique(points, axis=0)) - 1)
    found: Clusters | None = None
    for k in range(smallest, most + 1):
        labels, centres = k_means(points, k, seed=seed)
        value = silhouette(points, labels, seed=seed)
        if found is None or value > found.silhouette + 1e-9:
            found = Clusters(labels, centres, value)
    if found is None:
        return Clusters(np.zeros(len(points), np.int64), points[:1].copy(), 0.0)
    return found


def silhouette(points: Points, labels: Labels, *, seed: int) -> float:
    """The mean silhouette over at most `SILHOUETTE_SAMPLE` points; a point alone in its cluster counts 0."""
    if len(points) > SILHOUETTE_SAMPLE:
        chosen = np.sort(np.random.default_rng(seed).choice(len(points), SILHOUETTE_SAMPLE, replace=False))
        points, labels = points[chosen], labels[chosen]
    distances = np.sqrt(np.maximum(_squares(points, points), 0.0))
    inside = np.eye(int(labels.max()) + 1)[labels]
    counts = inside.sum(axis=0)
    sums = distances @ inside
    own = counts[labels]
    near = sums[np.arange(len(points)), labels] / np.maximum(own - 1, 1)
    means = sums / np.maximum(counts, 1)
    means[:, counts == 0] = np.inf
    means[np.arange(len(points)), labels] = np.inf
    far = means.min(axis=1)
    values = np.where((own > 1) & np.isfinite(far), (far - near) / np.maximum(np.maximum(far, near), 1e-12), 0.0)
    return float(values.mean())


def agreement(one: Labels, other: Labels) -> float:
    """The adjusted Rand index of two labellings (Hubert & Arabie 1985): 1 the same, about 0 by chance."""
    table = np.zeros((int(one.max()) + 1, int(other.max()) + 1))
    np.add.at(table, (one, other), 1)
    pairs, rows, columns = (float((counts * (counts - 1) / 2).sum()) for counts in (table, table.sum(axis=1), table.sum(axis=0)))
    expected = rows * columns / (len(one) * (len(one) - 1) / 2)
    most = (rows + columns) / 2
    return 1.0 if most == expected else (pairs - expected) / (most - expected)


def _first_centres(points: Points, k: int, rng: np.random.Generator) -> Points:
    """k-means++: each next centre is drawn with a chance in proportion to its squared distance from those that are there."""
    chosen = [points[int(rng.integers(len(points)))]]
    squares = _squares(points, chosen[0][None, :])[:, 0]
    for _ in range(k - 1):
        total = squares.sum()
        place = int(rng.choice(len(points), p=squares / total)) if total > 0 else int(rng.integers(len(points)))
        chosen.append(points[place])
        squares = np.minimum(squares, _squares(points, chosen[-1][None, :])[:, 0])
    return np.array(chosen)


def _means(points: Points, labels: Labels, before: Points) -> Points:
    """The mean of each cluster; an empty one keeps its centre."""
    inside = np.eye(len(before))[labels]
    counts = inside.sum(axis=0)
    return np.where(counts[:, None] > 0, (inside.T @ points) / np.maximum(counts, 1)[:, None], before)


def _nearest(points: Points, centres: Points) -> Labels:
    return _squares(points, centres).argmin(axis=1).astype(np.int64)


def _squares(points: Points, others: Points) -> Points:
    return np.maximum((points**2).sum(axis=1)[:, None] + (others**2).sum(axis=1)[None, :] - 2 * points @ others.T, 0.0)
