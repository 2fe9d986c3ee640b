"""From a file to orders: our own JSON Lines order by order; mapped rows line by line, brought together although the file may scatter them."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, TypeAlias

import orjson

from shopkeeper.catalog.document_fields import money_of, money_text
from shopkeeper.catalog.feed import Feed, Part
from shopkeeper.catalog.groups import Groups
from shopkeeper.catalog.id_lines import IdLines
from shopkeeper.catalog.records import Record, open_records
from shopkeeper.catalog.report import Bad, bad_row, repeated
from shopkeeper.domain.ids import CustomerId, OrderId, ProductId, VariantId
from shopkeeper.domain.order import Order, OrderLine, Return
from shopkeeper.errors import BadInput
from shopkeeper.orders.derive import DerivedProducts
from shopkeeper.orders.documents import order_from_document
from shopkeeper.orders.lines import OrderRow, read_row
from shopkeeper.orders.order_map import OrderMap
from shopkeeper.ports.progress import Progress

OrderItem: TypeAlias = Order | Bad
_TOLD_EVERY: Final = 50_000


@dataclass(slots=True)
class RowTally:
    """Rows read so far, and those that rules dropped."""

    read: int
    dropped: Counter[str]


def read_orders(part: Part, encoding: str | None, tally: RowTally) -> Iterator[OrderItem]:
    """The orders of a file of our own JSON Lines; a second order of one id is rejected."""
    records = open_records(part, kind="jsonl", encoding=encoding)
    seen = IdLines()
    for record in records.rows:
        tally.read += 1
        try:
            if record.fault is not None:
                raise record.fault
            order = order_from_document(record.values)
        except BadInput as fault:
            yield bad_row(record.line, fault, row=record.raw, id=str(record.values.get("id", "")))
            continue
        before = seen.first(order.id, record.line)
        if before is None:
            yield order
        else:
            yield repeated(record.line, order.id, before)


def read_mapped_orders(
    feed: Feed, order_map: OrderMap, currency: str | None, tally: RowTally, derived: DerivedProducts | None, progress: Progress
) -> Iterator[OrderItem]:
    """The orders made of the lines of all parts; first come the rows that cannot be used, then the orders, as their ids first appeared."""
    with Groups() as groups:
        for part in feed.parts:
            shape = order_map.columns.file
            records = open_records(part, kind=shape.kind, encoding=shape.encoding, delimiter=shape.delimiter, root=shape.root)
            order_map.columns.check(records)
            for record in records.rows:
                tally.read += 1
                if tally.read % _TOLD_EVERY == 0:
                    progress.step("read", feed.meter.done, feed.meter.total)
                row = _row(record, order_map, currency)
                if isinstance(row, Bad):
                    yield row
                    continue
                if derived is not None:
                    derived.add(row)
                if row.dropped:
                    tally.dropped[row.dropped] += 1
                else:
                    groups.add(row.order_id, _packed(record.line, row))
        progress.step("read", feed.meter.total, feed.meter.total)
        for order_id, rows in groups.drain():
            yield from _order(order_id, rows)


def _row(record: Record, order_map: OrderMap, currency: str | None) -> OrderRow | Bad:
    try:
        if record.fault is not None:
            raise record.fault
        return read_row(record.values, order_map, currency)
    except BadInput as fault:
        raw = record.raw or orjson.dumps(dict(record.values), default=str).decode()
        return bad_row(record.line, fault, row=raw)


def _packed(line: int, row: OrderRow) -> list[Any]:
    price = money_text(row.price) if row.price is not None else None
    moment = row.placed.isoformat()
    return [line, moment, row.customer_id, row.country, row.product_id, row.variant_id, row.quantity, price, row.reason]


def _order(order_id: str, rows: list[list[Any]]) -> Iterator[OrderItem]:
    """The order of these rows; if it cannot be one, each of its rows is rejected, so that no line is lost uncounted."""
    lines: list[OrderLine] = []
    returns: list[Return] = []
    used: list[int] = []
    for line, moment, _, _, product_id, variant_id, quantity, price, reason in rows:
        try:
            if quantity < 0:
                returns.append(Return(ProductId(product_id), -quantity, datetime.fromisoformat(moment), reason))
            else:
                lines.append(OrderLine(ProductId(product_id), quantity, money_of(price), VariantId(variant_id) if variant_id else None))
            used.append(line)
        except BadInput as fault:
            yield bad_row(line, fault, id=order_id)
    if not used:
        return
    try:
        yield Order(
            id=OrderId(order_id),
            placed=datetime.fromisoformat(rows[0][1]),
            lines=tuple(lines),
            customer_id=next((CustomerId(row[2]) for row in rows if row[2]), None),
            country=next((row[3] for row in rows if row[3]), ""),
            returns=tuple(returns),
        )
    except BadInput as fault:
        for line in used:
            yield bad_row(line, fault, id=order_id)
