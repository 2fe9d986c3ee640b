"""Placed orders in tables: price, stock, coupon uses and history change in one transaction, under the catalogue's lock."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, cast

from sqlalchemy import ColumnElement, Connection, delete, false, func, insert, select, update

from shopkeeper.adapters.storage.carts import all_promotions, carts_of, write_cart
from shopkeeper.adapters.storage.engine import Connections
from shopkeeper.adapters.storage.orders import put_orders
from shopkeeper.adapters.storage.products import lock_revision, present
from shopkeeper.adapters.storage.rows import encode, findable, from_micros, pages, storable, to_micros
from shopkeeper.adapters.storage.schema import orders, placed_orders, promotion_uses, stock_moves
from shopkeeper.adapters.storage.stock import change_stock
from shopkeeper.adapters.storage.webhooks import post
from shopkeeper.catalog.documents import product_from_json
from shopkeeper.domain.cart import Cart
from shopkeeper.domain.ids import OrderId, ProductId, ShopperId
from shopkeeper.domain.placed_order import FINAL, Changed, OrderStatus, PlacedOrder, StockChange
from shopkeeper.domain.product import Product
from shopkeeper.errors import NotFound
from shopkeeper.orders.history import as_history
from shopkeeper.orders.placed_documents import placed_from_json, placed_to_json
from shopkeeper.ports.orders import Buyer, OrderQuery, PricingFacts, StockMove
from shopkeeper.webhooks.messages import order_changed, order_placed

Decide = Callable[[PlacedOrder, Mapping[ProductId, Product]], Changed]


class SqlPlacedOrderStore:
    """`ports.orders.PlacedOrderStore` on SQL."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def facts(self, buyer: Buyer, cart: Cart) -> PricingFacts:
        """What a price of `cart` depends on."""
        with self._connections.read(snapshot=True) as connection:
            return _facts(connection, buyer, cart)

    def place(self, buyer: Buyer, key: str, cart_of: ShopperId, decide: Callable[[PricingFacts], PlacedOrder]) -> PlacedOrder:
        """The order of this key, or a new one; see the port."""
        storable(key, field="Idempotency-Key")

        def work(connection: Connection) -> PlacedOrder:
            revision = lock_revision(connection)
            mine = placed_orders.c.shopper.in_(buyer.shoppers)
            if (there := connection.scalar(select(placed_orders.c.document).where(mine, placed_orders.c.key == key))) is not None:
                return placed_from_json(there)
            stored = next(iter(carts_of(connection, [cart_of])), Cart(cart_of))
            facts = _facts(connection, buyer, stored)
            order = decide(facts)
            row = _row(order) | {"told": 0, "untold": True}
            connection.execute(insert(placed_orders).values(row))
            taken = [StockChange(line.product_id, line.variant_id, order.market, -line.taken) for line in order.lines if line.taken]
            change_stock(connection, revision, facts.products, taken, order.id, order.placed)
            if order.promotions:
                used = [{"promotion_id": id_, "order_id": order.id, "shopper": order.shopper} for id_ in sorted(order.promotions)]
                connection.execute(insert(promotion_uses), used)
            put_orders(connection, [as_history(order)])
            write_cart(connection, replace(stored, lines=(), coupons=(), updated=order.placed))
            post(connection, order_placed(order))
            return order

        return self._connections.write(work)

    def change(self, id_: OrderId, decide: Decide) -> PlacedOrder:
        """The order after what `decide` makes of it; see the port."""

        def work(connection: Connection) -> PlacedOrder:
            revision = lock_revision(connection)
            order = _get(connection, id_)
            if order is None:
                raise NotFound(f"there is no order {id_!r}", field="order_id", value=id_)
            products = _products(connection, [line.product_id for line in order.lines])
            changed = decide(order, products)
            after = changed.order
            if after is order:
                return order
            more = len(after.steps) > len(order.steps)
            connection.execute(update(placed_orders).where(placed_orders.c.id == id_).values(_row(after) | ({"untold": True} if more else {})))
            change_stock(connection, revision, products, changed.stock, id_, after.steps[-1].at)
            if after.status == "cancelled":
                connection.execute(delete(promotion_uses).where(promotion_uses.c.order_id == id_))
            put_orders(connection, [as_history(after)])
            post(connection, order_changed(order, after))
            return after

        return self._connections.write(work)

    def get(self, id_: OrderId) -> PlacedOrder | None:
        """The order, or None."""
        with self._connections.read() as connection:
            return _get(connection, id_)

    def of_shoppers(self, shoppers: Sequence[ShopperId], *, limit: int = 50) -> list[PlacedOrder]:
        """The newest orders of any of `shoppers`, newest first."""
        return self._newest(placed_orders.c.shopper.in_(list(shoppers)), limit=limit) if shoppers else []

    def newest(self, *, limit: int = 50) -> list[PlacedOrder]:
        """The newest orders of all, newest first."""
        return self._newest(limit=limit)

    def find(self, query: OrderQuery) -> list[PlacedOrder]:
        """The orders that `query` asks for."""
        order = (placed_orders.c.placed, placed_orders.c.id) if query.oldest_first else (placed_orders.c.placed.desc(), placed_orders.c.id.desc())
        rows = select(placed_orders.c.document).where(*_wanted(query)).order_by(*order).limit(query.limit).offset(query.offset)
        with self._connections.read() as connection:
            return [placed_from_json(document) for document in connection.scalars(rows)]

    def count(self, query: OrderQuery) -> int:
        """How many orders `query` asks for."""
        with self._connections.read() as connection:
            return connection.scalar(select(func.count()).select_from(placed_orders).where(*_wanted(query))) or 0

    def tally(self) -> dict[OrderStatus, int]:
        """How many orders are in each status."""
        rows = select(placed_orders.c.status, func.count().label("many")).group_by(placed_orders.c.status)
        with self._connections.read() as connection:
            return {cast(OrderStatus, row.status): row.many for row in connection.execute(rows)}

    def _newest(self, *wanted: Any, limit: int) -> list[PlacedOrder]:
        rows = select(placed_orders.c.document).where(*wanted).order_by(placed_orders.c.placed.desc(), placed_orders.c.id.desc()).limit(limit)
        with self._connections.read() as connection:
            return [placed_from_json(document) for document in connection.scalars(rows)]

    def untold(self, *, limit: int = 100) -> list[tuple[PlacedOrder, int]]:
        """Orders with steps that were not told yet, oldest first, each with how many were."""
        rows = select(placed_orders.c.document, placed_orders.c.told).where(placed_orders.c.untold)
        with self._connections.read() as connection:
            found = connection.execute(rows.order_by(placed_orders.c.placed, placed_orders.c.id).limit(limit)).all()
        return [(placed_from_json(row.document), row.told) for row in found]

    def told(self, id_: OrderId, steps: int) -> None:
        """Note that the first `steps` steps were told."""

        def work(connection: Connection) -> None:
            order = _get(connection, id_, lock=True)
            if order is not None:
                values = {"told": steps, "untold": steps < len(order.steps)}
                connection.execute(update(placed_orders).where(placed_orders.c.id == id_, placed_orders.c.told < steps).values(values))

        self._connections.write(work)

    def unpaid(self, before: datetime) -> list[OrderId]:
        """Orders placed before that moment and still not paid."""
        rows = select(placed_orders.c.id).where(placed_orders.c.status == "placed", placed_orders.c.placed < to_micros(before))
        with self._connections.read() as connection:
            return [OrderId(id_) for id_ in connection.scalars(rows.order_by(placed_orders.c.placed, placed_orders.c.id))]

    def moves(self, product_id: ProductId) -> list[StockMove]:
        """The product's stock ledger, oldest first."""
        with self._connections.read() as connection:
            rows = connection.execute(select(stock_moves).where(stock_moves.c.product_id.in_(findable([product_id]))).order_by(stock_moves.c.seq))
            return [
                StockMove(from_micros(row.at), OrderId(row.order_id), ProductId(row.product_id), row.variant_id, row.market, row.pieces)
                for row in rows
            ]

    def detach(self, shoppers: Sequence[ShopperId]) -> int:
        """Take from the orders of `shoppers` who placed them; see the port."""

        def work(connection: Connection) -> int:
            lock_revision(connection)
            mine = select(placed_orders.c.document).where(placed_orders.c.shopper.in_(list(shoppers))).order_by(placed_orders.c.id)
            found = [placed_from_json(document) for document in connection.scalars(mine)]
            for order in found:
                bare = replace(order, who=None, shopper=None, address=None if order.status in FINAL else order.address)
                connection.execute(update(placed_orders).where(placed_orders.c.id == order.id).values(_row(bare)))
                if connection.scalar(select(orders.c.id).where(orders.c.id == order.id)) is not None:
                    put_orders(connection, [as_history(bare)])
            for page in pages(list(shoppers)):
                connection.execute(update(promotion_uses).where(promotion_uses.c.shopper.in_(page)).values(shopper=None))
            return len(found)

        return self._connections.write(work) if shoppers else 0


def _row(order: PlacedOrder) -> dict[str, Any]:
    document, _, _ = encode(placed_to_json, order, named=f"order {order.id}")
    return {
        "id": storable(order.id, field="order_id"),
        "shopper": order.shopper,
        "key": storable(order.key, field="Idempotency-Key"),
        "placed": to_micros(order.placed),
        "status": order.status,
        "coming_back": order.coming_back,
        "document": document,
    }


def _wanted(query: OrderQuery) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = []
    if query.statuses:
        wanted.append(placed_orders.c.status.in_(query.statuses))
    if query.number:  # a range, which the primary key serves in both databases; no number goes on with the last character that there is
        known = findable([query.number])
        wanted += [placed_orders.c.id >= known[0], placed_orders.c.id <= known[0] + "\U0010ffff"] if known else [false()]
    if query.coming_back:
        wanted.append(placed_orders.c.coming_back)
    return wanted


def _get(connection: Connection, id_: OrderId, *, lock: bool = False) -> PlacedOrder | None:
    if not findable([id_]):
        return None
    wanted = select(placed_orders.c.document).where(placed_orders.c.id == id_)
    document = connection.scalar(wanted.with_for_update() if lock else wanted)
    return None if document is None else placed_from_json(document)


def _products(connection: Connection, ids: Sequence[ProductId]) -> dict[ProductId, Product]:
    return {ProductId(row.id): product_from_json(row.document) for row in present(connection, ids)}


def _facts(connection: Connection, buyer: Buyer, cart: Cart) -> PricingFacts:
    shoppers = list(buyer.shoppers)
    used = func.count().label("used")
    by_all = select(promotion_uses.c.promotion_id, used).group_by(promotion_uses.c.promotion_id)
    totals = {row.promotion_id: row.used for row in connection.execute(by_all)}
    mine = {row.promotion_id: row.used for row in connection.execute(by_all.where(promotion_uses.c.shopper.in_(shoppers)))}
    earlier = select(placed_orders.c.id).where(placed_orders.c.shopper.in_(shoppers), placed_orders.c.status != "cancelled").limit(1)
    known = connection.scalar(earlier)
    if known is None and buyer.customer is not None:
        known = connection.scalar(select(orders.c.id).where(orders.c.customer_id.in_(findable([buyer.customer]))).limit(1))
    return PricingFacts(
        cart=cart,
        products=_products(connection, [line.product_id for line in cart.lines]),
        promotions=all_promotions(connection),
        uses={id_: (total, mine.get(id_, 0)) for id_, total in totals.items()},
        first_order=known is None,
    )
