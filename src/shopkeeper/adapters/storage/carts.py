"""Carts, promotions and the shop's rules in tables."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from shopkeeper.adapters.storage.engine import Connections
from shopkeeper.adapters.storage.rows import compare_documents, encode, findable, pages, put_documents, storable, stored_digests, to_micros
from shopkeeper.adapters.storage.schema import carts, promotions, rules
from shopkeeper.domain.cart import Cart
from shopkeeper.domain.ids import PromotionId, ShopperId
from shopkeeper.domain.promotion import Promotion
from shopkeeper.orders.cart_documents import cart_from_json, cart_to_json
from shopkeeper.orders.promotion_documents import promotion_from_json, promotion_to_json
from shopkeeper.ports.orders import CartMoved
from shopkeeper.ports.put_report import PutReport


class SqlCartStore:
    """`ports.orders.CartStore` on SQL."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def of(self, shoppers: Sequence[ShopperId]) -> list[Cart]:
        """The carts of those that have one, in order of number."""
        with self._connections.read() as connection:
            return carts_of(connection, shoppers)

    def save(self, cart: Cart, *, gone: Sequence[Cart] = ()) -> Cart:
        """Keep the cart as the next version; see the port."""

        def work(connection: Connection) -> Cart:
            for one in sorted(gone, key=lambda one: one.shopper):
                there = delete(carts).where(carts.c.shopper == one.shopper, carts.c.version == one.version)
                if connection.execute(there).rowcount != 1:
                    raise CartMoved
            return write_cart(connection, cart)

        return self._connections.write(work)

    def forget(self, shoppers: Sequence[ShopperId]) -> int:
        """Remove the carts of `shoppers`."""

        def work(connection: Connection) -> int:
            return sum(connection.execute(delete(carts).where(carts.c.shopper.in_(page))).rowcount for page in pages(list(shoppers)))

        return self._connections.write(work) if shoppers else 0


def carts_of(connection: Connection, shoppers: Sequence[ShopperId]) -> list[Cart]:
    """The carts of those that have one, in order of number."""
    found = connection.execute(select(carts).where(carts.c.shopper.in_(list(shoppers))).order_by(carts.c.shopper))
    return [cart_from_json(row.document, shopper=ShopperId(row.shopper), version=row.version) for row in found]


def write_cart(connection: Connection, cart: Cart) -> Cart:
    """Write the cart as the version after its own; `CartMoved` where the stored one is another."""
    document, _, _ = encode(cart_to_json, cart, named="cart")
    row: dict[str, Any] = {"shopper": cart.shopper, "version": cart.version + 1, "document": document}
    statement: Any
    if cart.version:
        statement = update(carts).where(carts.c.shopper == cart.shopper, carts.c.version == cart.version).values(row)
    else:
        fresh = sqlite.insert(carts) if connection.dialect.name == "sqlite" else postgresql.insert(carts)
        statement = fresh.values(row).on_conflict_do_nothing(index_elements=["shopper"])
    if connection.execute(statement.returning(carts.c.shopper)).one_or_none() is None:
        raise CartMoved
    return cart_from_json(document, shopper=cart.shopper, version=cart.version + 1)


class SqlPromotionStore:
    """`ports.orders.PromotionStore` on SQL."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def put(self, promotions: Sequence[Promotion]) -> PutReport:
        """Insert or replace by id."""
        rows = [_promotion_row(promotion) for promotion in promotions]
        return self._connections.write(lambda connection: _put_promotions(connection, rows)) if rows else PutReport()

    def compare(self, promotions: Sequence[Promotion]) -> PutReport:
        """What `put` would do; writes nothing."""
        rows = [_promotion_row(promotion) for promotion in promotions]
        with self._connections.read() as connection:
            return compare_documents(rows, _stored_promotions(connection, rows), _row_id)[0]

    def all(self) -> list[Promotion]:
        """Every promotion, by id."""
        with self._connections.read() as connection:
            return all_promotions(connection)

    def delete(self, ids: Sequence[PromotionId]) -> int:
        """Remove; returns how many there were."""
        gone = findable(ids)
        if not gone:
            return 0
        return self._connections.write(lambda connection: connection.execute(delete(promotions).where(promotions.c.id.in_(gone))).rowcount)


def _promotion_row(promotion: Promotion) -> dict[str, Any]:
    document, digest, _ = encode(promotion_to_json, promotion, named=f"promotion {promotion.id}")
    return {"id": storable(promotion.id, field="id"), "digest": digest, "document": document}


def _put_promotions(connection: Connection, rows: Sequence[dict[str, Any]]) -> PutReport:
    return put_documents(connection, promotions, rows, _stored_promotions(connection, rows), _row_id)


def _stored_promotions(connection: Connection, rows: Sequence[dict[str, Any]]) -> dict[str, str]:
    return stored_digests(connection, promotions, (row["id"] for row in rows))


def _row_id(row: dict[str, Any]) -> str:
    return row["id"]


def all_promotions(connection: Connection) -> list[Promotion]:
    """Every promotion, by id."""
    return [promotion_from_json(document) for document in connection.scalars(select(promotions.c.document).order_by(promotions.c.id))]


class SqlRulesStore:
    """`ports.orders.RulesStore` on SQL."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def newest(self) -> tuple[int, bytes] | None:
        """The number and document of the newest version."""
        with self._connections.read() as connection:
            row = connection.execute(select(rules.c.version, rules.c.document).order_by(rules.c.version.desc()).limit(1)).one_or_none()
        return None if row is None else (row.version, row.document.encode())

    def get(self, version: int) -> bytes | None:
        """The document of a version."""
        with self._connections.read() as connection:
            document = connection.scalar(select(rules.c.document).where(rules.c.version == version))
        return None if document is None else document.encode()

    def add(self, document: bytes, at: datetime) -> int:
        """Keep a new version, unless it is the newest one again; returns its number."""
        text = storable(document.decode(), field="rules")

        def work(connection: Connection) -> int:
            if connection.dialect.name == "postgresql":
                connection.exec_driver_sql("LOCK TABLE rules IN SHARE ROW EXCLUSIVE MODE")
            last = connection.scalar(select(func.max(rules.c.version))) or 0
            if last and connection.scalar(select(rules.c.document).where(rules.c.version == last)) == text:
                return last
            connection.execute(insert(rules).values(version=last + 1, at=to_micros(at), document=text))
            return last + 1

        return self._connections.write(work)
