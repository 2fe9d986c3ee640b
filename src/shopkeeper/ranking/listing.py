"""Why a product is not in the shop's lists: one question, every reason that holds, so that "why did this product vanish" has an answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias

from shopkeeper.domain.ids import ProductId
from shopkeeper.domain.product import DEFAULT_MARKET, Market, Product
from shopkeeper.kit.wordings import Told, told
from shopkeeper.ports.stores import ProductStore
from shopkeeper.ranking.columns import CatalogColumns, columns_of
from shopkeeper.ranking.filters import parse_filter

Reason: TypeAlias = Literal["unknown", "deleted", "hidden", "no_offer", "other_currency", "sold_out", "not_indexed", "key_filter"]


@dataclass(frozen=True, slots=True)
class Unlisted:
    """One reason, with its sentence."""

    reason: Reason
    told: Told


@dataclass(frozen=True, slots=True)
class Listing:
    """How a product stands in a market: `searchable` in search and category pages, `recommended` where only what can be bought is shown."""

    reasons: tuple[Unlisted, ...]

    @property
    def searchable(self) -> bool:
        """True unless a reason keeps it out of search; what is sold out is still found."""
        return all(one.reason == "sold_out" for one in self.reasons)

    @property
    def recommended(self) -> bool:
        """True if nothing keeps it out of any list."""
        return not self.reasons


def listing_of(
    id: ProductId, products: ProductStore, columns: CatalogColumns, *, now: datetime, market: Market = DEFAULT_MARKET, key_filter: str = ""
) -> Listing:
    """How the product stands in `market` for a key with `key_filter`; `columns` are those that search serves."""
    product = products.get([id]).get(id)
    if product is None:
        gone = bool(products.deleted([id]))
        return Listing((Unlisted("deleted", told("unlisted.deleted")) if gone else Unlisted("unknown", told("unlisted.unknown")),))
    return listing_of_product(product, columns, now=now, market=market, key_filter=key_filter)


def listing_of_product(product: Product, columns: CatalogColumns, *, now: datetime, market: Market = DEFAULT_MARKET, key_filter: str = "") -> Listing:
    """The same of a product that is at hand."""
    found: list[Unlisted] = []
    if product.status == "hidden":
        found.append(Unlisted("hidden", told("unlisted.hidden")))
    found += _of_offers(product, columns, market)
    if columns.row(product.id) is None:
        found.append(Unlisted("not_indexed", told("unlisted.not_indexed")))
    if key_filter and not _passes(product, key_filter, market, now):
        found.append(Unlisted("key_filter", told("unlisted.key_filter", filter=key_filter)))
    return Listing(tuple(found))


def _of_offers(product: Product, columns: CatalogColumns, market: Market) -> Sequence[Unlisted]:
    offers = list(product.offers(market))
    if not offers:
        sold = sorted({offer.market for variant in product.variants for offer in variant.offers})
        if not sold:
            return [Unlisted("sold_out", told("unlisted.unpriced"))]  # a catalogue without prices is shown, but nothing in it can be bought
        return [Unlisted("no_offer", told("unlisted.no_offer", market=market, markets=", ".join(sold)))]
    currency = columns.currency(market)
    priced = [offer for offer in offers if currency is None or offer.price.currency == currency]
    if not priced:
        other = offers[0].price.currency
        return [Unlisted("other_currency", told("unlisted.other_currency", currency=other, market=market, market_currency=currency))]
    return [] if any(offer.buyable for offer in priced) else [Unlisted("sold_out", told("unlisted.sold_out"))]


def _passes(product: Product, key_filter: str, market: Market, now: datetime) -> bool:
    columns = columns_of([product], now)
    row = columns.row(product.id)
    return row is not None and bool(columns.mask(parse_filter(key_filter, field="filters"), market)[row])
