"""Which products a key may see: a public key none that are hidden, and every key only those that its fixed filter holds for."""

from collections.abc import Sequence
from datetime import datetime

from shopkeeper.domain.api_key import ApiKey
from shopkeeper.domain.product import DEFAULT_MARKET, Market, Product
from shopkeeper.ranking.columns import columns_of
from shopkeeper.ranking.filters import parse_filter


def visible(products: Sequence[Product], key: ApiKey, *, now: datetime, market: Market = DEFAULT_MARKET) -> list[Product]:
    """Those of `products` that the key may see, in their order."""
    shown = [product for product in products if product.status == "active" or key.allows("secret")]
    if not key.filters or not shown:
        return shown
    columns = columns_of(shown, now)
    mask = columns.mask(parse_filter(key.filters), market)
    return [product for product, row in zip(shown, columns.rows(product.id for product in shown), strict=True) if mask[row]]
