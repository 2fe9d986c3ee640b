"""How many orders held each product lately: what `trending` ranks by and what its reasons quote."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from shopkeeper.ranking.popularity import HALF_LIFE_DAYS
from shopkeeper.recommend.histories import Baskets

TREND_HALF_LIFE_DAYS = 7.0
RECENT_DAYS = 7
SEASON_DAYS = 90


@dataclass(frozen=True, slots=True)
class Trends:
    """Per item: decayed orders (half-life a week and a month) and plain counts of the last 7 and 90 days before `until`."""

    until: datetime
    trend: NDArray[np.float32]
    popular: NDArray[np.float32]
    orders_recent: NDArray[np.int32]
    orders_season: NDArray[np.int32]
    orders_ever: NDArray[np.int32]

    def save(self, folder: Path) -> None:
        """Write the columns (`until` goes into the artifact's own description)."""
        for field in _COLUMNS:
            np.save(folder / f"trends.{field}.npy", getattr(self, field), allow_pickle=False)

    @classmethod
    def open(cls, folder: Path, until: datetime) -> "Trends":
        """Map what `save` wrote."""
        return cls(until, *(np.load(folder / f"trends.{field}.npy", mmap_mode="r", allow_pickle=False) for field in _COLUMNS))


_COLUMNS = tuple(field for field in Trends.__dataclass_fields__ if field != "until")


def trends_of(baskets: Baskets, now: datetime) -> Trends:
    """The figures as of the newest order, or `now` if that is earlier (an order dated in the future counts as placed now)."""
    size = len(baskets.ids)
    latest = now.timestamp() / 86_400
    until = min(float(baskets.days[-1]), latest) if baskets.count else latest
    age = np.maximum(until - baskets.days, 0.0)[baskets.basket_of]

    def summed(weights: NDArray[np.float64]) -> NDArray[np.floating]:
        return np.bincount(baskets.items, weights=weights, minlength=size).astype(np.float64)

    return Trends(
        datetime.fromtimestamp(0, UTC) + timedelta(days=until),
        summed(2.0 ** (-age / TREND_HALF_LIFE_DAYS)).astype(np.float32),
        summed(2.0 ** (-age / HALF_LIFE_DAYS)).astype(np.float32),
        summed((age < RECENT_DAYS).astype(float)).astype(np.int32),
        summed((age < SEASON_DAYS).astype(float)).astype(np.int32),
        summed(np.ones_like(age)).astype(np.int32),
    )
