"""Counts of the values that the matches have."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from shopkeeper.domain.product import Market
from shopkeeper.domain.texts import Lang
from shopkeeper.ranking.columns import CatalogColumns
from shopkeeper.search.request import Facet, FacetValue

MOST_VALUES = 50
MOST_FACETS = 16
"""Facets that "*" counts: the ones that most products have."""
FEW = 20
"""Below one match in so many values, looking matches up is cheaper than passing over all values."""
NUMERIC = ("price", "rating")
Bools = npt.NDArray[np.bool_]


def facet_names(columns: CatalogColumns, asked: Sequence[str]) -> list[str]:
    """Return the facets to count: those asked for, "*" standing for the most common ones. An unknown name counts nothing."""
    if "*" not in asked:
        return list(dict.fromkeys(asked))
    common = [name for name in columns.common_facets() if name not in ("brand", "category")][:MOST_FACETS]
    return list(dict.fromkeys(("category", "brand", "price", "rating", *common, *(name for name in asked if name != "*"))))


def count_facet(columns: CatalogColumns, name: str, matching: Bools, *, market: Market, lang: Lang) -> Facet:
    """Return the facet `name` over the rows that are True in `matching`; prices in whole units."""
    if name in NUMERIC:
        return _range(columns, name, matching, market)
    table = columns.tables.get(name)
    if table is None:
        return Facet(name)
    counts = np.zeros(len(table), dtype=np.int64)
    for offset, rows, codes in columns.pairs(name):
        counts += np.bincount(_codes_of(rows, codes, matching[offset:]), minlength=len(counts))[: len(counts)]
    some = np.flatnonzero(counts)
    order = some[np.lexsort((some, -counts[some]))][:MOST_VALUES]
    values = tuple(FacetValue(table.keys[code], table.names[code].get(lang) or table.keys[code], int(counts[code])) for code in order.tolist())
    return Facet(name, values)


def _codes_of(rows: npt.NDArray[np.int32], codes: npt.NDArray[np.int32], matching: Bools) -> npt.NDArray[np.int32]:
    """The codes of the rows that match. Where few do, they are looked up one by one: `rows` is sorted."""
    if np.count_nonzero(matching) * FEW > len(rows):
        return codes[matching[rows]]
    wanted = np.flatnonzero(matching).astype(np.int32)
    first, end = np.searchsorted(rows, wanted, "left"), np.searchsorted(rows, wanted, "right")
    sizes = end - first
    places = np.repeat(first - np.concatenate(([0], np.cumsum(sizes)[:-1])), sizes) + np.arange(sizes.sum()) if len(wanted) else first
    return codes[places]


def _range(columns: CatalogColumns, name: str, matching: Bools, market: Market) -> Facet:
    if name == "price":
        values = columns.price_minor(market)[matching]
        values = values[values >= 0] / columns.minor_per_unit(market)
    else:
        values = columns.rating()[matching]
        values = values[~np.isnan(values)]
    return Facet(name, low=float(values.min()), high=float(values.max())) if len(values) else Facet(name)
