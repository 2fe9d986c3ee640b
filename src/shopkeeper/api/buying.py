"""Carts, quotes and placed orders as they are sent (`schemas.buying`), and whose they are."""

from typing import Any

from shopkeeper.api.caller import Caller
from shopkeeper.api.schemas.buying import Who
from shopkeeper.api.schemas.common import money_json
from shopkeeper.catalog.document_fields import moment_text
from shopkeeper.domain.cart import Cart
from shopkeeper.domain.placed_order import PlacedOrder, Step
from shopkeeper.domain.quote import DeliveryQuote, LineDiscount, Quote, QuoteLine
from shopkeeper.domain.shopper import Identity
from shopkeeper.domain.texts import Lang, LocalizedText
from shopkeeper.errors import BadInput, Refused, ShopkeeperError
from shopkeeper.orders.desk import Proposal
from shopkeeper.orders.explain import explain_coupon, explain_delivery, explain_line, explain_total
from shopkeeper.orders.refusals import QuoteRefused, RuleRefused


def who_of(caller: Caller, asked: Who) -> Identity:
    """Whose cart or order is meant; a user's only with a secret key."""
    if asked.user_id is not None:
        if not caller.key.allows("secret"):
            raise Refused("user_id needs a secret key: it opens a user's cart and orders.", field="user_id", hint="Ask from your server.")
        return Identity("user", asked.user_id)
    if asked.visitor_id is None:
        raise BadInput("is missing", field="visitor_id", hint="Send visitor_id, or user_id with a secret key.")
    return Identity("visitor", asked.visitor_id)


def shopper_or_shop(caller: Caller, asked: Who) -> Identity | None:
    """The same, or None where a secret key asks in the shop's own name."""
    if asked.visitor_id is None and asked.user_id is None and caller.key.allows("secret"):
        return None
    return who_of(caller, asked)


def cart_json(cart: Cart, quote: Quote, lang: Lang) -> dict[str, Any]:
    """The fields of `CartOut`."""
    return {"version": cart.version, "pieces": cart.pieces, "quote": quote_json(quote, lang)}


def quote_json(quote: Quote, lang: Lang) -> dict[str, Any]:
    """The fields of `QuoteOut`."""
    return {
        "token": quote.token,
        "buyable": quote.buyable,
        "lines": [_line(line, lang) for line in quote.lines],
        "discounts": [_discount(part) for part in quote.discounts],
        "coupons": [{"code": one.code, "state": one.state, "explanation": _told(explain_coupon(one))} for one in quote.coupons],
        "delivery": None if quote.delivery is None else _delivery(quote.delivery),
        "deliveries": [_delivery(one) for one in quote.deliveries],
        "goods": money_json(quote.goods),
        "discount": money_json(quote.discount),
        "total": money_json(quote.total),
        "explanation": _told(explain_total(quote)),
    }


def order_json(order: PlacedOrder, lang: Lang) -> dict[str, Any]:
    """The fields of `PlacedOrderOut`."""
    address = order.address
    return {
        "id": order.id,
        "placed": moment_text(order.placed),
        "status": order.status,
        "lines": [
            {
                "number": line.number,
                "product_id": line.product_id,
                "variant_id": line.variant_id,
                "title": line.title.get(lang),
                "options": [option.get(lang) for option in line.options],
                "quantity": line.quantity,
                "returned": line.returned,
                "unit_price": money_json(line.unit_price),
                "discounts": [_discount(part) for part in line.discounts],
                "paid": money_json(line.paid),
                "replaces": line.replaces,
            }
            for line in order.lines
        ],
        "delivery": order.delivery,
        "delivery_paid": money_json(order.delivery_paid),
        "total": money_json(order.total),
        "refunded": money_json(order.refunded),
        "payment": order.payment,
        "country": order.country,
        "address": None
        if address is None
        else {"recipient": address.recipient, "phone": address.phone, "country": address.country, "street": address.street},
        "steps": [_step(step) for step in order.steps],
        "returns": [
            {
                "id": one.id,
                "line": one.line,
                "quantity": one.quantity,
                "reason": one.reason,
                "asked": moment_text(one.asked),
                "postage": one.postage,
                "refund": money_json(one.refund),
                "received": None if one.received is None else moment_text(one.received),
            }
            for one in order.returns
        ],
        "exchanges": [
            {
                "id": one.id,
                "line": one.line,
                "quantity": one.quantity,
                "new_line": one.new_line,
                "reason": one.reason,
                "asked": moment_text(one.asked),
                "postage": one.postage,
                "received": None if one.received is None else moment_text(one.received),
            }
            for one in order.exchanges
        ],
    }


def proposal_json(proposal: Proposal, order: PlacedOrder, lang: Lang) -> dict[str, Any]:
    """The fields of `ActionOut` for something that is still to be confirmed."""
    return {
        "state": "proposed",
        "token": proposal.token,
        "refund": money_json(proposal.refund),
        "postage": proposal.postage,
        "policy_id": proposal.policy,
        "explanation": [_told(one) for one in proposal.told()],
        "order": order_json(order, lang),
    }


def refusal_json(error: ShopkeeperError) -> dict[str, Any]:
    """What a problem document says beyond its common fields, so that a caller can act on it."""
    if isinstance(error, RuleRefused):
        return {"rule": error.rule, "policy_id": error.policy, "told": _told(error.told)}
    if isinstance(error, QuoteRefused):
        return {"quote": quote_json(error.quote, "zh")}
    return {}


def _line(line: QuoteLine, lang: Lang) -> dict[str, Any]:
    return {
        "product_id": line.product_id,
        "variant_id": line.variant_id,
        "title": line.title.get(lang),
        "options": [option.get(lang) for option in line.options],
        "quantity": line.quantity,
        "list_price": money_json(line.list_price),
        "unit_price": money_json(line.unit_price),
        "price_seen": money_json(line.price_seen),
        "discounts": [_discount(part) for part in line.discounts],
        "paid": money_json(line.paid),
        "fault": line.fault,
        "available": line.available,
        "explanation": [_told(one) for one in explain_line(line)],
    }


def _delivery(one: DeliveryQuote) -> dict[str, Any]:
    return {
        "id": one.id,
        "name": _told(one.name),
        "fee": money_json(one.fee),
        "paid": money_json(one.paid),
        "days": list(one.days),
        "explanation": _told(explain_delivery(one)),
    }


def _discount(part: LineDiscount) -> dict[str, Any]:
    return {"promotion_id": part.promotion_id, "name": _told(part.name), "amount": money_json(part.amount)}


def _step(step: Step) -> dict[str, Any]:
    return {"name": step.name, "at": moment_text(step.at), "by": step.by, "note": step.note, "refund": money_json(step.refund)}


def _told(text: LocalizedText) -> dict[str, str]:
    return {"zh": text.get("zh"), "en": text.get("en")}
