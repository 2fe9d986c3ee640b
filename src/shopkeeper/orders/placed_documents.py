"""Placed orders as the JSON documents that the store keeps. Amounts are minor units of the order's one currency."""

from datetime import datetime
from typing import Any, cast

import orjson

from shopkeeper.catalog.document_fields import moment_text
from shopkeeper.domain.ids import OrderId, ProductId, PromotionId, ShopperId, VariantId
from shopkeeper.domain.money import Currency, Money
from shopkeeper.domain.placed_order import Address, Exchange, OrderReturn, PlacedLine, PlacedOrder, Step
from shopkeeper.domain.product import Market
from shopkeeper.domain.quote import LineDiscount
from shopkeeper.domain.shopper import Identity
from shopkeeper.domain.texts import LocalizedText


def placed_to_json(order: PlacedOrder) -> bytes:
    """The order's document."""
    document: dict[str, Any] = {
        "id": order.id,
        "placed": moment_text(order.placed),
        "who": None if order.who is None else [order.who.kind, order.who.value],
        "shopper": order.shopper,
        "currency": order.currency,
        "lines": [_line_out(line) for line in order.lines],
        "delivery": [order.delivery, dict(order.delivery_name), order.delivery_paid.minor],
        "total": order.total.minor,
        "payment": order.payment,
        "rules": order.rules,
        "key": order.key,
        "asked": order.asked,
        "address": None if order.address is None else [order.address.recipient, order.address.phone, order.address.country, order.address.street],
        "country": order.country,
        "market": order.market,
        "lang": order.lang,
        "promotions": order.promotions,
        "status": order.status,
        "steps": [_step_out(step) for step in order.steps],
        "returns": [
            [one.id, one.line, one.quantity, one.reason, moment_text(one.asked), one.postage, one.refund.minor, _maybe(one.received)]
            for one in order.returns
        ],
        "exchanges": [
            [one.id, one.line, one.quantity, one.new_line, one.reason, moment_text(one.asked), one.postage, one.restock, _maybe(one.received)]
            for one in order.exchanges
        ],
        "version": order.version,
    }
    return orjson.dumps(document)


def placed_from_json(raw: bytes | str) -> PlacedOrder:
    """The order in a document that `placed_to_json` wrote."""
    document: dict[str, Any] = orjson.loads(raw)
    currency = Currency(document["currency"])

    def money(minor: int) -> Money:
        return Money(minor, currency)

    delivery, delivery_name, delivery_paid = document["delivery"]
    return PlacedOrder(
        id=OrderId(document["id"]),
        placed=datetime.fromisoformat(document["placed"]),
        who=None if document["who"] is None else Identity(*document["who"]),
        shopper=None if document["shopper"] is None else ShopperId(document["shopper"]),
        currency=currency,
        lines=tuple(_line_in(line, currency) for line in document["lines"]),
        delivery=delivery,
        delivery_name=LocalizedText.of(delivery_name),
        delivery_paid=money(delivery_paid),
        total=money(document["total"]),
        payment=document["payment"],
        rules=document["rules"],
        key=document["key"],
        asked=document["asked"],
        address=None if document["address"] is None else Address(*document["address"]),
        country=document["country"],
        market=Market(document["market"]),
        lang=document["lang"],
        promotions=tuple(PromotionId(id_) for id_ in document["promotions"]),
        status=document["status"],
        steps=tuple(_step_in(step, currency) for step in document["steps"]),
        returns=tuple(
            OrderReturn(id_, line, quantity, reason, datetime.fromisoformat(asked), postage, money(refund), _moment(received))
            for id_, line, quantity, reason, asked, postage, refund, received in document["returns"]
        ),
        exchanges=tuple(
            Exchange(id_, line, quantity, new_line, reason, datetime.fromisoformat(asked), postage, restock, _moment(received))
            for id_, line, quantity, new_line, reason, asked, postage, restock, received in document["exchanges"]
        ),
        version=document["version"],
    )


def _line_out(line: PlacedLine) -> dict[str, Any]:
    return {
        "number": line.number,
        "product_id": line.product_id,
        "variant_id": line.variant_id,
        "title": dict(line.title),
        "options": [dict(option) for option in line.options],
        "categories": line.categories,
        "quantity": line.quantity,
        "unit_price": line.unit_price.minor,
        "discounts": [[part.promotion_id, dict(part.name), part.amount.minor] for part in line.discounts],
        "paid": line.paid.minor,
        "taken": line.taken,
        "returned": line.returned,
        "settled": line.settled,
        "replaces": line.replaces,
    }


def _line_in(document: dict[str, Any], currency: Currency) -> PlacedLine:
    return PlacedLine(
        number=document["number"],
        product_id=ProductId(document["product_id"]),
        variant_id=VariantId(document["variant_id"]),
        title=LocalizedText.of(document["title"]),
        options=tuple(LocalizedText.of(option) for option in document["options"]),
        categories=tuple(document["categories"]),
        quantity=document["quantity"],
        unit_price=Money(document["unit_price"], currency),
        discounts=tuple(LineDiscount(PromotionId(id_), LocalizedText.of(name), Money(minor, currency)) for id_, name, minor in document["discounts"]),
        paid=Money(document["paid"], currency),
        taken=document["taken"],
        returned=document["returned"],
        settled=document["settled"],
        replaces=document["replaces"],
    )


def _step_out(step: Step) -> list[Any]:
    return [step.name, moment_text(step.at), step.by, step.key, step.note, None if step.refund is None else step.refund.minor]


def _step_in(row: list[Any], currency: Currency) -> Step:
    name, at, by, key, note, refund = row
    return Step(name, datetime.fromisoformat(at), by, key, note, None if refund is None else Money(cast(int, refund), currency))


def _maybe(moment: datetime | None) -> str | None:
    return None if moment is None else moment_text(moment)


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
