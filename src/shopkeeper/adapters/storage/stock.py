"""Counted stock in the catalogue's documents, changed within an order's transaction under the catalogue's lock."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection, insert

from shopkeeper.adapters.storage.products import REVISE, set_revision
from shopkeeper.adapters.storage.rows import encode, to_micros
from shopkeeper.adapters.storage.schema import stock_moves
from shopkeeper.catalog.documents import product_to_json
from shopkeeper.domain.ids import OrderId, ProductId
from shopkeeper.domain.placed_order import StockChange
from shopkeeper.domain.product import Product
from shopkeeper.errors import Unavailable


def change_stock(
    connection: Connection, revision: int, products: Mapping[ProductId, Product], changes: Sequence[StockChange], order: OrderId, at: datetime
) -> None:
    """Write `changes` into the `products` that were read under the lock of `revision`, and into the ledger.

    Pieces come back only where the product still counts them. Raises `Unavailable` rather than let a stock fall below zero; a decision that looked
    at the same products cannot want that.
    """
    changed: dict[ProductId, Product] = {}
    moves = []
    for change in changes:
        product = changed.get(change.product_id) or products.get(change.product_id)
        after = None if product is None else _moved(product, change)
        if after is None:
            if change.pieces < 0:
                raise Unavailable(f"The stock of {change.product_id!r} is not what was read.", field="lines", hint="Try again.")
            continue
        changed[change.product_id] = after
        moves.append(
            {
                "at": to_micros(at),
                "order_id": order,
                "product_id": change.product_id,
                "variant_id": change.variant_id,
                "market": change.market,
                "pieces": change.pieces,
            }
        )
    rows = []
    for id_ in sorted(changed):
        revision += 1
        document, digest, size = encode(product_to_json, changed[id_], named=f"product {id_}")
        rows.append({"row_id": id_, "new_revision": revision, "new_digest": digest, "new_size": size, "new_document": document})
    if rows:
        connection.execute(REVISE, rows)
        set_revision(connection, revision)
        connection.execute(insert(stock_moves), moves)


def _moved(product: Product, change: StockChange) -> Product | None:
    """The product with the version's stock changed; None where it is not counted there, or would fall below zero."""
    for variant in product.variants:
        offer = variant.offer(change.market) if variant.id == change.variant_id else None
        if offer is None or offer.stock is None:
            continue
        if offer.stock + change.pieces < 0:
            return None
        offers = tuple(replace(one, stock=offer.stock + change.pieces) if one is offer else one for one in variant.offers)
        return replace(product, variants=tuple(replace(one, offers=offers) if one is variant else one for one in product.variants))
    return None
