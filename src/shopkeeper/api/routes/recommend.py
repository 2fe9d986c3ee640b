"""Recommendations by placement."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from shopkeeper.api.caller import Caller, Reader
from shopkeeper.api.cards import card, list_json, whole
from shopkeeper.api.context import context_of
from shopkeeper.api.replies import json_reply
from shopkeeper.api.routes.search import language
from shopkeeper.api.schemas.recommend import RecommendIn, RecommendOut
from shopkeeper.api.shopper import showing_of
from shopkeeper.domain.ids import CustomerId, ProductId
from shopkeeper.domain.product import Market
from shopkeeper.errors import Refused
from shopkeeper.recommend.request import Placement, RecommendRequest

router = APIRouter(tags=["Recommendations"])


@router.get("/v1/recommendations/{placement}", response_model=RecommendOut, summary="Recommend products", operation_id="recommend")
def recommend(request: Request, caller: Reader, placement: Placement, asked: Annotated[RecommendIn, Query()]) -> Response:
    """A list for a placement. Hidden and sold-out products never appear; without a fitted model the list is by popularity."""
    return _recommend(request, caller, placement, asked)


@router.post("/v1/recommendations/{placement}", response_model=RecommendOut, summary="Recommend products (in a body)", operation_id="recommendByBody")
def recommend_by_body(request: Request, caller: Reader, placement: Placement, asked: RecommendIn) -> Response:
    """The same list, its conditions in a JSON body: for long carts and histories."""
    return _recommend(request, caller, placement, asked)


def _recommend(request: Request, caller: Caller, placement: Placement, asked: RecommendIn) -> Response:
    if asked.customer_id is not None and not caller.key.allows("secret"):
        raise Refused(
            "customer_id needs a secret key: what a customer bought would show in the list.",
            field="customer_id",
            hint="Ask from your server, or send the session's own products as `history`.",
        )
    lang, market = language(caller, asked.lang), Market(asked.market)
    answered = caller.shop.online.recommend(
        RecommendRequest(
            placement=placement,
            products=tuple(ProductId(one) for one in asked.products),
            history=tuple(ProductId(one) for one in asked.history),
            customer_id=None if asked.customer_id is None else CustomerId(asked.customer_id),
            count=asked.count,
            lang=lang,
            market=market,
            filters=asked.filters,
            shop_filters=caller.key.filters,
        ),
        showing_of(request, caller, visitor_id=asked.visitor_id, user_id=asked.user_id),
    )
    found = answered.reply
    now = context_of(request).clock()
    items = []
    for item in found.items:
        shown = card(item.product, item.price, buyable=True, lang=lang, market=market, now=now)
        shown["score"] = item.score
        shown["source"] = item.source
        shown["reason"] = {"zh": item.reason.zh, "en": item.reason.en}
        shown["product"] = whole(item.product) if asked.include else None
        items.append(shown)
    return json_reply({"placement": found.placement, "items": items, "list_id": answered.list_id, "list": list_json(found.shown)})
