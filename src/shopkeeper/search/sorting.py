"""The order of the matches, as one number per row: higher comes first."""

from typing import Final

import numpy as np
import numpy.typing as npt

from shopkeeper.domain.product import Market
from shopkeeper.ranking.columns import CatalogColumns
from shopkeeper.search.request import Sort

POPULARITY_WEIGHT: Final = 0.1
"""The most that popularity adds to a relevance score, as a share of it: enough to part near-ties, not to turn relevance over."""
UNBUYABLE_WEIGHT: Final = 0.6
"""What cannot be bought now is worth less, and still found when it is what was asked for."""


def sort_keys(
    columns: CatalogColumns, rows: npt.NDArray[np.int32], scores: npt.NDArray[np.float32], sort: Sort, market: Market
) -> npt.NDArray[np.float64]:
    """Return the sort key of each of `rows`; those without a value (price, date, rating) come last whatever the direction."""
    match sort:
        case "relevance":
            return relevance(columns, rows, scores, market)
        case "price_asc" | "price_desc":
            price = columns.price_minor(market)[rows].astype(np.float64)
            return np.where(price < 0, -np.inf, -price if sort == "price_asc" else price)
        case "newest":
            return columns.created()[rows].astype(np.float64)
        case "popularity":
            return columns.popularity()[rows].astype(np.float64)
        case "rating":
            return bayesian_rating(columns.rating()[rows], columns.rating_count()[rows])


def relevance(columns: CatalogColumns, rows: npt.NDArray[np.int32], scores: npt.NDArray[np.float32], market: Market) -> npt.NDArray[np.float64]:
    """Text score, raised a little by popularity, lowered where nothing can be bought."""
    popularity, availability = boosts(columns, rows, market)
    return scores.astype(np.float64) * (1 + popularity) * availability


def boosts(columns: CatalogColumns, rows: npt.NDArray[np.int32], market: Market) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """What popularity adds to each row's text score, as a share of it, and the factor for what can or cannot be bought."""
    popularity = columns.popularity()
    highest = float(popularity.max(initial=0.0))
    raised = POPULARITY_WEIGHT * np.log1p(popularity[rows]) / np.log1p(highest) if highest > 0 else np.zeros(len(rows))
    return raised.astype(np.float64), np.where(columns.buyable(market)[rows], 1.0, UNBUYABLE_WEIGHT)


def bayesian_rating(rating: npt.NDArray[np.float32], count: npt.NDArray[np.int32]) -> npt.NDArray[np.float64]:
    """Rating drawn towards the middle by ten imagined ratings of 3: one 5.0 does not outrank two hundred of 4.8. No rating is −∞."""
    known = ~np.isnan(rating)
    drawn = (np.where(known, rating, 0).astype(np.float64) * count + 30.0) / (count + 10.0)
    return np.where(known, drawn, -np.inf)


def best_first(keys: npt.NDArray[np.float64], scores: npt.NDArray[np.float32], rows: npt.NDArray[np.int32], count: int) -> npt.NDArray[np.intp]:
    """Return the places of the `count` best, in order: by key, then score, then row, so that the order is the same every time."""
    if count >= len(keys):
        chosen = np.arange(len(keys))
    else:
        bar = np.partition(keys, len(keys) - count)[len(keys) - count]
        chosen = np.flatnonzero(keys >= bar)
    order = np.lexsort((rows[chosen], -scores[chosen], -keys[chosen]))
    return chosen[order][:count]
