"""Products told from order lines, for shops that have a history but no catalogue at hand.

A product's title is its most frequent non-empty description, its price the newest one above zero that was paid.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from shopkeeper.catalog.language_of import localized_text
from shopkeeper.domain.ids import ProductId, VariantId
from shopkeeper.domain.money import Money
from shopkeeper.domain.product import DEFAULT_MARKET, MAX_TITLE, Market, Offer, Product, Variant
from shopkeeper.domain.texts import Lang
from shopkeeper.orders.lines import NOT_A_PRODUCT, OrderRow

DERIVED: Final = ("orders:derived", "true")
"""The mark of a product that was told from orders: a later import may replace it, but never one that came from a catalogue."""


@dataclass(slots=True)
class _Known:
    first: datetime
    titles: Counter[str] = field(default_factory=Counter)
    price: Money | None = None
    priced: datetime | None = None


class DerivedProducts:
    """Collects what order lines say of their products: a title count and a price each."""

    def __init__(self) -> None:
        self._known: dict[str, _Known] = {}

    def add(self, row: OrderRow) -> None:
        """Note one line; lines that a rule dropped still tell a description, unless they are no products."""
        if row.dropped == NOT_A_PRODUCT:
            return
        known = self._known.get(row.product_id)
        if known is None:
            known = self._known[row.product_id] = _Known(row.placed)
        known.first = min(known.first, row.placed)
        if row.title:
            known.titles[row.title] += 1
        if row.price is not None and row.price.minor > 0 and (known.priced is None or row.placed >= known.priced):
            known.price, known.priced = row.price, row.placed

    def products(self, *, lang: Lang | None = None, market: Market = DEFAULT_MARKET) -> Iterator[Product]:
        """The products that have a price, in the order in which they first appeared; without a description the id is the title."""
        for id, known in self._known.items():
            if known.price is None:
                continue
            title = max(known.titles, key=lambda title: known.titles[title], default=id)
            yield Product(
                id=ProductId(id),
                title=localized_text(title[:MAX_TITLE], lang),
                variants=(Variant(VariantId(id), offers=(Offer(known.price, market),)),),
                created=known.first,
                extras=(DERIVED,),
            )
