"""Search, suggestions, more like this."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from shopkeeper.api.caller import Caller, Reader
from shopkeeper.api.cards import card, list_json, whole
from shopkeeper.api.context import context_of
from shopkeeper.api.replies import json_reply
from shopkeeper.api.schemas.search import SearchIn, SearchOut, SimilarIn, SuggestIn, SuggestOut
from shopkeeper.api.shopper import showing_of
from shopkeeper.domain.ids import ProductId
from shopkeeper.domain.product import Market
from shopkeeper.domain.texts import Lang
from shopkeeper.language.script import detect_language
from shopkeeper.search.request import Condition, Explanation, Facet, Personal, SearchPage, SearchRequest

router = APIRouter(tags=["Search"])


@router.get("/v1/search", response_model=SearchOut, summary="Search products", operation_id="search")
def search(request: Request, caller: Reader, asked: Annotated[SearchIn, Query()]) -> Response:
    """Full-text search in Chinese and English with filters, facets, sorting and pages."""
    return _search(request, caller, asked)


@router.post("/v1/search", response_model=SearchOut, summary="Search products (in a body)", operation_id="searchByBody")
def search_by_body(request: Request, caller: Reader, asked: SearchIn) -> Response:
    """The same search, its conditions in a JSON body: for filters that are too long for an address."""
    return _search(request, caller, asked)


@router.get("/v1/suggest", response_model=SuggestOut, summary="Complete a query", operation_id="suggest")
def suggest(request: Request, caller: Reader, asked: Annotated[SuggestIn, Query()]) -> Response:
    """Completions of a prefix: queries that find something, categories, brands, products."""
    answered = caller.shop.online.suggest(
        asked.q,
        showing_of(request, caller, visitor_id=asked.visitor_id, user_id=asked.user_id),
        lang=language(caller, asked.lang, asked.q),
        market=Market(asked.market),
        shop_filters=caller.key.filters,
        limit=asked.limit,
    )
    told = [{"text": one.text, "kind": one.kind, "highlighted": one.highlighted, "product_id": one.product_id or None} for one in answered.reply]
    return json_reply({"suggestions": told, "list_id": answered.list_id})


@router.get("/v1/products/{product_id:path}/similar", response_model=SearchOut, summary="Find products like one", operation_id="similarProducts")
def similar(request: Request, caller: Reader, product_id: str, asked: Annotated[SimilarIn, Query()]) -> Response:
    """More like this: by the product's words, not by what shoppers did (see recommendations for that)."""
    lang = language(caller, asked.lang)
    showing = showing_of(request, caller, visitor_id=asked.visitor_id, user_id=asked.user_id)
    answered = caller.shop.online.similar(
        ProductId(product_id), showing, lang=lang, market=Market(asked.market), limit=asked.limit, shop_filters=caller.key.filters
    )
    return _page(request, answered.reply, lang, Market(asked.market), whole_products=bool(asked.include))


def language(caller: Caller, lang: Lang | None, query: str = "") -> Lang:
    """The language that was asked for, else that of the query where the shop speaks it, else the shop's first."""
    if lang is not None:
        return lang
    spoken = detect_language(query)
    return spoken if spoken in caller.shop.languages else caller.shop.languages[0]


def _search(request: Request, caller: Caller, asked: SearchIn) -> Response:
    lang = language(caller, asked.lang, asked.q)
    answered = caller.shop.online.search(
        SearchRequest(
            query=asked.q,
            lang=lang,
            market=Market(asked.market),
            filters=asked.filters,
            shop_filters=caller.key.filters,
            facets=tuple(asked.facets),
            sort=asked.sort,
            limit=asked.limit,
            offset=asked.offset,
            cursor=asked.cursor,
            explain=asked.explain,
            personalisation=asked.personalisation,
        ),
        showing_of(request, caller, visitor_id=asked.visitor_id, user_id=asked.user_id),
    )
    page = answered.reply
    context_of(request).meters.search(caller.shop.id, found=page.total > 0)
    return _page(request, page, lang, Market(asked.market), whole_products=bool(asked.include))


def _page(request: Request, page: SearchPage, lang: Lang, market: Market, *, whole_products: bool) -> Response:
    now = context_of(request).clock()
    hits = []
    for hit in page.hits:
        shown = card(hit.product, hit.price, buyable=hit.buyable, lang=lang, market=market, now=now)
        shown["score"] = hit.score
        shown["highlights"] = dict(hit.highlights)
        shown["explanation"] = _explanation(hit.explanation, lang) if hit.explanation is not None else None
        shown["personal"] = None if hit.personal is None else _personal(hit.personal)
        shown["product"] = whole(hit.product) if whole_products else None
        hits.append(shown)
    return json_reply(
        {
            "hits": hits,
            "total": page.total,
            "facets": [_facet(facet) for facet in page.facets],
            "next_cursor": page.next_cursor,
            "previous_cursor": page.previous_cursor,
            "understood": page.understood,
            "conditions": [_condition(condition) for condition in page.conditions],
            "list_id": page.shown.id,
            "list": list_json(page.shown),
            "took_ms": round(page.seconds * 1e3, 2),
        }
    )


def _explanation(explanation: Explanation, lang: Lang) -> dict[str, object]:
    parts = [{"kind": part.kind, "amount": part.amount, "word": part.word, "field": part.field} for part in explanation.parts]
    return {"parts": parts, "reason": explanation.reason.get(lang), "reasons": dict(explanation.reason)}


def _condition(condition: Condition) -> dict[str, object]:
    low, high = (float(bound) if bound is not None else None for bound in (condition.low, condition.high))
    return {
        "kind": condition.kind,
        "typed": condition.typed,
        "remaining": condition.remaining,
        "value": condition.value,
        "low": low,
        "high": high,
        "sort": condition.sort,
    }


def _personal(personal: Personal) -> dict[str, object]:
    return {"share": round(personal.share, 4), "zh": personal.reason.zh, "en": personal.reason.en}


def _facet(facet: Facet) -> dict[str, object]:
    values = [{"key": value.key, "label": value.label, "count": value.count} for value in facet.values]
    return {"name": facet.name, "values": values, "low": facet.low, "high": facet.high}
