"""What may be shown: the present state of the catalogue and the request's filters, as masks over its columns."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from shopkeeper.domain.ids import ProductId
from shopkeeper.domain.product import Product
from shopkeeper.ranking.columns import CatalogColumns
from shopkeeper.ranking.filters import Everything, Filter, Member, Or, both, parse_filter
from shopkeeper.recommend.candidates import Candidate
from shopkeeper.recommend.request import RecommendRequest

_SORT_COST = 4
"""Sorting an allowed product costs about as much as passing over this many of the order."""


@dataclass(frozen=True, slots=True)
class Servable:
    """The rows of the catalogue that this request may show, and the products that it must not repeat."""

    columns: CatalogColumns
    allowed: NDArray[np.bool_]
    excluded: frozenset[ProductId]

    def only(self, candidates: Iterable[Candidate]) -> Iterator[Candidate]:
        """The candidates that may be shown, each product once, in order; reads no further ahead than it must."""
        seen: set[ProductId] = set(self.excluded)
        for candidate in candidates:
            if candidate.id not in seen:
                seen.add(candidate.id)
                if self.allows(candidate.id):
                    yield candidate

    def within(self, condition: Filter, request: RecommendRequest) -> "Servable":
        """The same, narrowed to products for which `condition` holds."""
        return Servable(self.columns, self.allowed & self.columns.mask(condition, request.market), self.excluded)

    def ranked(self, order: Sequence[ProductId], figures: Mapping[ProductId, float]) -> Iterator[ProductId]:
        """The products that may be shown in the order of `order`, which is by `figures`, highest first.

        Where few may be shown, they are sorted instead of the whole order being read for them.
        """
        few = np.flatnonzero(self.allowed) if self._allows_few(len(order)) else None
        if few is None:
            candidates: Iterable[ProductId] = order
        else:
            held = [product for product in map(self.columns.id, few.tolist()) if figures.get(product, 0.0) > 0]
            candidates = sorted(held, key=lambda product: -figures[product])
        return (product for product in candidates if product not in self.excluded and self.allows(product))

    def _allows_few(self, ordered: int) -> bool:
        return int(np.count_nonzero(self.allowed)) * _SORT_COST < ordered

    def allows(self, product: ProductId) -> bool:
        """True if the product's present row may be shown."""
        row = self.columns.row(product)
        return row is not None and bool(self.allowed[row])

    def newest(self, count: int) -> list[ProductId]:
        """The `count` products that came last (by their own date, else by when they were imported)."""
        rows = np.flatnonzero(self.allowed)
        created = self.columns.created()[rows]
        wanted = min(len(rows), count + len(self.excluded))
        order = np.lexsort((rows, created))[::-1][:wanted]
        return [product for product in (self.columns.id(int(rows[place])) for place in order) if product not in self.excluded][:count]


def servable(request: RecommendRequest, columns: CatalogColumns, excluded: Collection[ProductId]) -> Servable:
    """What `request` may show; raises `BadInput` for a filter that cannot be read or a market that the shop does not know."""
    market = columns.check_market(request.market)
    wanted = both(parse_filter(request.filters), parse_filter(request.shop_filters, field="shop_filters"))
    allowed = columns.servable(market)
    if not isinstance(wanted, Everything):
        allowed = allowed & columns.mask(wanted, market)
    return Servable(columns, allowed, frozenset(excluded))


def same_category(products: Iterable[Product]) -> Filter | None:
    """The filter for the main categories of `products`; None where none has one."""
    paths = [" > ".join(label.key for label in product.categories[0]) for product in islice(products, 20) if product.categories]
    conditions = tuple(Member("category", (path,)) for path in dict.fromkeys(paths))
    return Or(conditions) if len(conditions) > 1 else (conditions[0] if conditions else None)
