"""Carts as the JSON documents that the store keeps."""

from datetime import datetime
from typing import Any

import orjson

from shopkeeper.catalog.document_fields import moment_text, money_of, money_text
from shopkeeper.domain.cart import Cart, CartLine
from shopkeeper.domain.ids import ProductId, ShopperId, VariantId
from shopkeeper.domain.product import Market


def cart_to_json(cart: Cart) -> bytes:
    """The cart's document; shopper and version are columns of their own."""
    return orjson.dumps(
        {
            "market": cart.market,
            "lines": [[line.product_id, line.variant_id, line.quantity, money_text(line.price_seen), moment_text(line.added)] for line in cart.lines],
            "coupons": cart.coupons,
            "updated": None if cart.updated is None else moment_text(cart.updated),
        }
    )


def cart_from_json(raw: bytes | str, *, shopper: ShopperId, version: int) -> Cart:
    """The cart in a document that `cart_to_json` wrote."""
    document: dict[str, Any] = orjson.loads(raw)
    lines = tuple(
        CartLine(ProductId(product), VariantId(variant), quantity, money_of(price), datetime.fromisoformat(added))
        for product, variant, quantity, price, added in document["lines"]
    )
    updated = document["updated"]
    return Cart(
        shopper, lines, tuple(document["coupons"]), Market(document["market"]), version, None if updated is None else datetime.fromisoformat(updated)
    )
