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
NUMERIC = ("price", "rating")
Rows = npt.NDArray[np.int32]


def facet_names(columns: CatalogColumns, asked: Sequence[str]) -> list[str]:
    """Return the facets to count: those asked for, "*" standing for the most common ones. An unknown name counts nothing."""
    if "*" not in asked:
        return list(dict.fromkeys(asked))
    common = [name for name in columns.common_facets() if name not in ("brand", "category")][:MOST_FACETS]
    return list(dict.fromkeys(("category", "brand", "price", "rating", *common, *(name for name in asked if name != "*"))))


def count_facet(columns: CatalogColumns, name: str, rows: Rows, *, market: Market, lang: Lang) -> Facet:
    """Return the facet `name` over `rows`, which ascend; prices in whole units."""
    if name in NUMERIC:
        return _range(columns, name, rows, market)
    table = columns.tables.get(name)
    if table is None:
        return Facet(name)
    # a value that comes in this moment has a code that `table` may not have had yet
    counts = np.bincount(columns.codes_of(name, rows), minlength=len(table))[: len(table)]
    some = np.flatnonzero(counts)
    order = some[np.lexsort((some, -counts[some]))][:MOST_VALUES]
    values = tuple(FacetValue(table.keys[code], table.names[code].get(lang) or table.keys[code], int(counts[code])) for code in order.tolist())
    return Facet(name, values)


def _range(columns: CatalogColumns, name: str, rows: Rows, market: Market) -> Facet:
    if name == "price":
        values = columns.price_minor(market)[rows]
        values = values[values >= 0] / columns.minor_per_unit(market)
    else:
        values = columns.rating()[rows]
        values = values[~np.isnan(values)]
    return Facet(name, low=float(values.min()), high=float(values.max())) if len(values) else Facet(name)
