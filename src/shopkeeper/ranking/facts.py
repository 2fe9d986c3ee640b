"""What a profile may be about, read from the columns: category, brand, price band and attributes of products."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from shopkeeper.domain.ids import ProductId
from shopkeeper.domain.product import DEFAULT_MARKET, Market
from shopkeeper.domain.texts import LocalizedText
from shopkeeper.ranking.columns import CatalogColumns
from shopkeeper.shoppers.profile import ATTRIBUTE, BRAND, CATEGORY, PRICE_BAND, Fact, Facts

BAND_EDGES: Final = np.array([step * 10**power for power in range(7) for step in (1, 2, 5)], dtype=np.float64)
"""Where price bands begin, in whole units of currency: 1, 2, 5, 10, … Each is about twice the one before, as people tell cheap from dear."""
_NOT_TASTE: Final = frozenset({"tag"})


def facts_of(columns: CatalogColumns, products: Sequence[ProductId], market: Market = DEFAULT_MARKET) -> Facts:
    """The facts of those among `products` that exist; a category counts with each step of its path."""
    known = [(int(row), product) for product, row in zip(products, columns.rows(products).tolist(), strict=True) if row >= 0]
    known.sort()
    rows = np.array([row for row, _ in known], dtype=np.int64)
    found: dict[ProductId, list[Fact]] = {product: [] for _, product in known}
    for name, table in columns.tables.items():
        if name in _NOT_TASTE:
            continue
        facet = name if name in (CATEGORY, BRAND) else ATTRIBUTE + name
        made: dict[int, Fact] = {}
        for offset, pair_rows, codes in columns.pairs(name):
            first, last = (np.searchsorted(pair_rows, rows - offset, side=side).tolist() for side in ("left", "right"))
            for (_, product), start, stop in zip(known, first, last, strict=True):
                for code in codes[start:stop].tolist():
                    if code not in made:
                        label = table.label(code)
                        made[code] = Fact(facet, label.key, label.names or LocalizedText(en=label.key))
                    found[product].append(made[code])
    currency = columns.currency(market) or ""
    bands = price_bands(columns, rows, market).tolist()
    for (_, product), band in zip(known, bands, strict=True):
        if band >= 0:
            found[product].append(Fact(PRICE_BAND, band_key(band), band_label(band, currency)))
    return found


def price_bands(columns: CatalogColumns, rows: npt.NDArray[np.integer], market: Market) -> npt.NDArray[np.int64]:
    """The number of the price band of each of `rows`, −1 where the product is not sold in `market`."""
    minor = columns.price_minor(market)[rows]
    bands = np.searchsorted(BAND_EDGES, minor / columns.minor_per_unit(market), side="right")
    return np.where(minor < 0, -1, bands)


def band_key(band: int) -> str:
    """How a band is called: `50-100`, `0-1`, `5000000-`."""
    low = 0 if band == 0 else int(BAND_EDGES[band - 1])
    return f"{low}-" if band == len(BAND_EDGES) else f"{low}-{int(BAND_EDGES[band])}"


def band_label(band: int, currency: str) -> LocalizedText:
    """The band as people read it."""
    low, _, high = band_key(band).partition("-")
    if not high:
        return LocalizedText(zh=f"{int(low):,} {currency}以上", en=f"{int(low):,} {currency} and more")
    return LocalizedText(zh=f"{int(low):,}–{int(high):,} {currency}", en=f"{int(low):,}–{int(high):,} {currency}")
