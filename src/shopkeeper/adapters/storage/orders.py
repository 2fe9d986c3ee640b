"""Orders in a table, streamed by the moment at which they were placed."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection, func, select, tuple_

from shopkeeper.adapters.storage.engine import Connections
from shopkeeper.adapters.storage.rows import (
    PAGE,
    Row,
    compare_documents,
    encode,
    findable,
    put_documents,
    storable,
    stored_digests,
    to_micros,
    upsert,
)
from shopkeeper.adapters.storage.schema import orders
from shopkeeper.domain.ids import MAX_ID_LENGTH, CustomerId, OrderId
from shopkeeper.domain.order import Order
from shopkeeper.errors import BadInput
from shopkeeper.kit.wordings import told
from shopkeeper.orders.documents import order_from_json, order_to_json
from shopkeeper.ports.stores import PutReport


class SqlOrderStore:
    """`ports.stores.OrderStore` on SQL."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def put(self, orders: Sequence[Order]) -> PutReport:
        """Insert or replace whole orders by id."""
        rows = [_row(order) for order in orders]
        return self._connections.write(lambda connection: _put(connection, rows)) if rows else PutReport()

    def compare(self, orders: Sequence[Order]) -> PutReport:
        """What `put` would do; writes nothing."""
        rows = [_row(order) for order in orders]
        with self._connections.read() as connection:
            return compare_documents(rows, _stored(connection, rows), _id)[0]

    def scan(self, *, since: datetime | None = None) -> Iterator[Order]:
        """Orders placed at `since` or later, in the order of `placed` (then id); each page is a short transaction."""
        place = tuple_(orders.c.placed, orders.c.id)
        columns = select(orders.c.placed, orders.c.id, orders.c.document).order_by(orders.c.placed, orders.c.id).limit(PAGE)
        page = columns if since is None else columns.where(orders.c.placed >= to_micros(since))
        while True:
            with self._connections.read() as connection:
                rows = connection.execute(page).all()
            for row in rows:
                yield order_from_json(row.document)
            if len(rows) < PAGE:
                return
            page = columns.where(place > tuple_(rows[-1].placed, rows[-1].id))

    def get(self, order_id: OrderId) -> Order | None:
        """The order, or None."""
        if not findable([order_id]):
            return None
        with self._connections.read() as connection:
            document = connection.scalar(select(orders.c.document).where(orders.c.id == order_id))
        return None if document is None else order_from_json(document)

    def of_customer(self, customer_id: CustomerId, *, limit: int = 50) -> list[Order]:
        """The customer's newest orders, newest first."""
        newest = select(orders.c.document).where(orders.c.customer_id == _customer(customer_id))
        with self._connections.read() as connection:
            documents = connection.scalars(newest.order_by(orders.c.placed.desc(), orders.c.id.desc()).limit(limit)).all()
        return [order_from_json(document) for document in documents]

    def detach(self, customer_id: CustomerId) -> int:
        """Make the customer's orders those of a guest, nothing of the id left; returns how many there were."""

        def work(connection: Connection) -> int:
            mine = select(orders.c.document).where(orders.c.customer_id == _customer(customer_id))
            rows = [_row(replace(order_from_json(document), customer_id=None)) for document in connection.scalars(mine)]
            upsert(connection, orders, sorted(rows, key=lambda row: row["id"]))
            return len(rows)

        return self._connections.erase(work)

    def count(self) -> int:
        """How many orders there are."""
        with self._connections.read() as connection:
            return connection.scalar(select(func.count()).select_from(orders)) or 0


def _row(order: Order) -> Row:
    document, digest, _ = encode(order_to_json, order, named=f"order {order.id}")
    customer = None if order.customer_id is None else _customer(order.customer_id)
    return {"id": order.id, "placed": to_micros(order.placed), "customer_id": customer, "digest": digest, "document": document}


def _customer(id_: CustomerId) -> str:
    if len(id_) > MAX_ID_LENGTH:  # an index of PostgreSQL takes 2,700 bytes a row
        raise BadInput(told("too_many_characters_allowed", count=len(id_), limit=MAX_ID_LENGTH), field="customer_id", value=id_[:80])
    return storable(id_, field="customer_id")


def _put(connection: Connection, rows: Sequence[Row]) -> PutReport:
    return put_documents(connection, orders, rows, _stored(connection, rows), _id)


def _stored(connection: Connection, rows: Sequence[Row]) -> dict[str, str]:
    return stored_digests(connection, orders, (row["id"] for row in rows))


def _id(row: Row) -> str:
    return row["id"]


def put_orders(connection: Connection, placed: Sequence[Order]) -> None:
    """Insert or replace orders within a transaction that is under way."""
    _put(connection, [_row(order) for order in placed])
