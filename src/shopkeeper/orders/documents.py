"""Orders as canonical JSON documents: what the store keeps, and the lines of our own JSON Lines format."""

from dataclasses import fields
from typing import Any, Final

import orjson

from shopkeeper.catalog.document_fields import (
    Document,
    each,
    load_object,
    moment,
    moment_text,
    money,
    money_text,
    refuse_unknown,
    text,
    whole,
)
from shopkeeper.domain.ids import CustomerId, OrderId, ProductId, VariantId
from shopkeeper.domain.order import Order, OrderLine, Return
from shopkeeper.errors import BadInput
from shopkeeper.kit.wordings import told

ORDER_KEYS: Final = frozenset(field.name for field in fields(Order))
_LINE_KEYS: Final = frozenset(field.name for field in fields(OrderLine))
_RETURN_KEYS: Final = frozenset(field.name for field in fields(Return))


def order_to_json(order: Order) -> bytes:
    """The order's document."""
    document: dict[str, Any] = {"id": order.id, "placed": moment_text(order.placed)}
    if order.customer_id is not None:
        document["customer_id"] = order.customer_id
    if order.country:
        document["country"] = order.country
    if order.lines:
        document["lines"] = [_line_out(line) for line in order.lines]
    if order.returns:
        document["returns"] = [_return_out(returned) for returned in order.returns]
    return orjson.dumps(document)


def order_from_json(raw: bytes | str) -> Order:
    """The order in a document; `BadInput` names the field (a path such as `lines[0].unit_price`) that cannot be read."""
    return order_from_document(load_object(raw, what="order"))


def order_from_document(document: Document) -> Order:
    """The order in a JSON object; see `order_from_json`."""
    refuse_unknown(document, ORDER_KEYS)
    placed = moment(document, "placed")
    if placed is None:
        raise BadInput(told("missing"), field="placed", hint=told("hint.moment"))
    customer = text(document, "customer_id")
    return Order(
        id=OrderId(text(document, "id")),
        placed=placed,
        lines=each(document, "lines", _line_in),
        customer_id=CustomerId(customer) if customer else None,
        country=text(document, "country"),
        returns=each(document, "returns", _return_in),
    )


def _line_out(line: OrderLine) -> dict[str, Any]:
    document: dict[str, Any] = {"product_id": line.product_id}
    if line.variant_id is not None:
        document["variant_id"] = line.variant_id
    document["quantity"] = line.quantity
    document["unit_price"] = money_text(line.unit_price)
    return document


def _return_out(returned: Return) -> dict[str, Any]:
    document = {"product_id": returned.product_id, "quantity": returned.quantity, "returned": moment_text(returned.returned)}
    if returned.reason:
        document["reason"] = returned.reason
    return document


def _line_in(document: dict[str, Any]) -> OrderLine:
    refuse_unknown(document, _LINE_KEYS)
    price = money(document, "unit_price")
    if price is None:
        raise BadInput(told("missing"), field="unit_price", hint=told("hint.price"))
    variant = text(document, "variant_id")
    return OrderLine(ProductId(text(document, "product_id")), _pieces(document), price, VariantId(variant) if variant else None)


def _return_in(document: dict[str, Any]) -> Return:
    refuse_unknown(document, _RETURN_KEYS)
    returned = moment(document, "returned")
    if returned is None:
        raise BadInput(told("missing"), field="returned", hint=told("hint.moment"))
    return Return(ProductId(text(document, "product_id")), _pieces(document), returned, text(document, "reason"))


def _pieces(document: dict[str, Any]) -> int:
    quantity = whole(document, "quantity")
    if quantity is None:
        raise BadInput(told("missing"), field="quantity")
    return quantity
