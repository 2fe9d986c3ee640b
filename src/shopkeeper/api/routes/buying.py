"""Checkout, and orders after it: look, cancel, return, exchange; pack, send and receive."""

from typing import Annotated

from fastapi import APIRouter, Header, Query, Request
from starlette.responses import Response

from shopkeeper.api.buying import order_json, proposal_json, quote_json, shopper_or_shop, who_of
from shopkeeper.api.caller import Caller, Reader, Writer
from shopkeeper.api.context import context_of
from shopkeeper.api.replies import json_reply
from shopkeeper.api.routes.search import language
from shopkeeper.api.schemas.buying import (
    ActionOut,
    CancelIn,
    CartIn,
    CheckoutIn,
    ExchangeIn,
    PlacedOrderOut,
    PlacedOrdersOut,
    PromotionsOut,
    QuoteOut,
    ReceivedIn,
    ReturnIn,
    StatusIn,
    Who,
)
from shopkeeper.domain.ids import OrderId, VariantId
from shopkeeper.domain.placed_order import Address, PlacedOrder
from shopkeeper.errors import BadInput
from shopkeeper.orders.aftercare import Action, Cancel, ExchangePieces, ReturnPieces
from shopkeeper.orders.checkout import PlaceRequest
from shopkeeper.orders.promotion_documents import promotion_to_document

router = APIRouter(tags=["Buying"])

RequiredKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=200,
        description="Required: the same key gives the same order again, however often it is sent, for good.",
    ),
]


@router.get("/v1/promotions", response_model=PromotionsOut, summary="List running promotions", operation_id="listPromotions")
def list_promotions(caller: Reader) -> Response:
    """What holds now and needs no code. Codes are not listed: a shopper has them from the merchant."""
    return json_reply({"promotions": [promotion_to_document(one) for one in caller.shop.promotions.running()]})


@router.get("/v1/checkout", response_model=QuoteOut, summary="Quote the cart", operation_id="quoteCart")
def quote_cart(caller: Reader, asked: Annotated[CartIn, Query()]) -> Response:
    """What the cart costs with this delivery, and the `token` that agrees to it."""
    quote = caller.shop.checkout.quote(who_of(caller, asked), delivery=asked.delivery, country=asked.country)
    return json_reply(quote_json(quote, language(caller, asked.lang)))


@router.post("/v1/checkout", status_code=201, response_model=PlacedOrderOut, summary="Place the order", operation_id="placeOrder")
def place_order(request: Request, caller: Reader, asked: CheckoutIn, idempotency_key: RequiredKey = None) -> Response:
    """Order and pay (a demo payment: no money moves). All or nothing: at another price, or where a line is sold out, the answer is 409 with the
    new `quote`, nothing was ordered and nothing charged. A declined payment answers with the order as `cancelled`; the cart is as it was."""
    if idempotency_key is None:
        raise BadInput("is missing", field="Idempotency-Key", hint="Make a random one for each order, and send the same one when you repeat it.")
    lang = language(caller, asked.lang)
    address = Address(asked.address.recipient, asked.address.phone, asked.address.country, asked.address.street)
    placing = PlaceRequest(asked.quote_token, address, asked.delivery, asked.payment, lang)
    order = caller.shop.checkout.place(who_of(caller, asked), placing, key=idempotency_key)
    context_of(request).follower.wake()
    return json_reply(order_json(order, lang), status=201, headers={"Location": f"/v1/orders/{order.id}"})


@router.get("/v1/orders", response_model=PlacedOrdersOut, summary="List a shopper's orders", operation_id="listPlacedOrders")
def list_placed_orders(caller: Reader, asked: Annotated[Who, Query()]) -> Response:
    """The newest fifty orders that were placed here, newest first; without a shopper, with a secret key, those of all."""
    who = shopper_or_shop(caller, asked)
    found = caller.shop.database.placed.newest() if who is None else caller.shop.desk.of(who)
    return json_reply({"orders": [order_json(order, language(caller, None)) for order in found]})


@router.get("/v1/orders/{order_id}", response_model=PlacedOrderOut, summary="Get an order", operation_id="getPlacedOrder")
def get_placed_order(caller: Reader, order_id: str, asked: Annotated[Who, Query()]) -> Response:
    """An order that was placed here, for whoever placed it; a secret key may leave out whose it is."""
    return json_reply(order_json(caller.shop.desk.get(OrderId(order_id), shopper_or_shop(caller, asked)), language(caller, None)))


@router.post("/v1/orders/{order_id}/cancel", response_model=ActionOut, summary="Cancel an order", operation_id="cancelOrder")
def cancel_order(request: Request, caller: Reader, order_id: str, asked: CancelIn) -> Response:
    """First without `token`: what it would mean. Then with it: done, once. The shop's rules decide; a refusal (409) names rule and page."""
    return _act(request, caller, OrderId(order_id), Cancel(), asked)


@router.post("/v1/orders/{order_id}/returns", response_model=ActionOut, summary="Return pieces", operation_id="returnPieces")
def return_pieces(request: Request, caller: Reader, order_id: str, asked: ReturnIn) -> Response:
    """Send pieces of a line back for what was paid for them, their part of every discount taken off. In two steps, like cancelling."""
    return _act(request, caller, OrderId(order_id), ReturnPieces(asked.line, asked.quantity, asked.reason), asked)


@router.post("/v1/orders/{order_id}/exchanges", response_model=ActionOut, summary="Exchange pieces", operation_id="exchangePieces")
def exchange_pieces(request: Request, caller: Reader, order_id: str, asked: ExchangeIn) -> Response:
    """Send pieces back for as many of another version of the same product at the same price. In two steps, like cancelling."""
    return _act(request, caller, OrderId(order_id), ExchangePieces(asked.line, asked.quantity, VariantId(asked.to_variant), asked.reason), asked)


@router.post("/v1/orders/{order_id}/status", response_model=PlacedOrderOut, summary="Take an order one step on", operation_id="advanceOrder")
def advance_order(request: Request, caller: Writer, order_id: str, asked: StatusIn) -> Response:
    """For the shop: packed, shipped, delivered, or cancelled (which gives money and stock back). The same step again changes nothing."""
    return _order(request, caller, caller.shop.desk.advance(OrderId(order_id), asked.status, note=asked.note))


@router.post("/v1/orders/{order_id}/received", response_model=PlacedOrderOut, summary="Receive goods back", operation_id="receiveGoods")
def receive_goods(request: Request, caller: Writer, order_id: str, asked: ReceivedIn) -> Response:
    """For the shop: the goods of a return or exchange have arrived. The refund is paid, and unharmed pieces can be sold again."""
    return _order(request, caller, caller.shop.desk.receive(OrderId(order_id), asked.id))


def _act(request: Request, caller: Caller, id_: OrderId, action: Action, asked: CancelIn) -> Response:
    who, lang = shopper_or_shop(caller, asked), language(caller, None)
    if not asked.token:
        proposal = caller.shop.desk.propose(id_, action, who)
        return json_reply(proposal_json(proposal, caller.shop.desk.get(id_, who), lang))
    order = caller.shop.desk.confirm(id_, action, asked.token, who)
    context_of(request).follower.wake()
    return json_reply({"state": "done", "token": asked.token, "explanation": [], "order": order_json(order, lang)})


def _order(request: Request, caller: Caller, order: PlacedOrder) -> Response:
    context_of(request).follower.wake()
    return json_reply(order_json(order, language(caller, None)))
