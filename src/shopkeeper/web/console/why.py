"""Why shoppers do not see a product: the one place of the console that asks. Each reason is a key of the words under `why`."""

from datetime import datetime
from typing import TYPE_CHECKING, Final

from shopkeeper.domain.product import Market, Product
from shopkeeper.ranking.listing import Reason, listing_of_product

if TYPE_CHECKING:
    from shopkeeper.bootstrap import Shop

_KEYS: Final[dict[Reason, str]] = {
    "hidden": "hidden",
    "no_offer": "not_sold_here",
    "other_currency": "other_currency",
    "sold_out": "sold_out",
    "not_indexed": "not_indexed",
}


def why_not_shown(shop: "Shop", product: Product, market: Market, *, now: datetime) -> tuple[str, ...]:
    """The reasons that hold, the one that has to be mended first first; empty where shoppers find the product and can buy it."""
    listing = listing_of_product(product, shop.search.columns(), now=now, market=market)
    return tuple(_KEYS[one.reason] for one in listing.reasons if one.reason in _KEYS)
