"""Search in the shape of Algolia's API, so that a front end built with InstantSearch goes on working: only its host and key change."""

from collections.abc import Callable
from typing import Any

import orjson
from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from shopkeeper.api.algolia_query import AlgoliaQuery, read_query
from shopkeeper.api.algolia_reply import facet_result, search_result
from shopkeeper.api.caller import Caller, Reader
from shopkeeper.api.context import context_of
from shopkeeper.api.replies import json_reply
from shopkeeper.api.routes.products import body_of
from shopkeeper.api.schemas.instantsearch import AlgoliaQueries, AlgoliaResult, AlgoliaResults
from shopkeeper.api.shopper import showing_of
from shopkeeper.errors import BadInput
from shopkeeper.search.request import SearchRequest

router = APIRouter(tags=["InstantSearch"])
MAX_QUERIES = 50
_AS_ONE = "NOT (NOT "
"""Set before all conditions: counts of a facet then hold with its own filter too, as Algolia's do. (Left to itself, search counts each facet without
its own filter; Algolia's helper asks for that with queries of their own.)"""

EXAMPLE = {"requests": [{"indexName": "products", "query": "headphones", "facets": ["brand"], "hitsPerPage": 20, "page": 0}]}


@router.post(
    "/1/indexes/*/queries",
    response_model=AlgoliaResults,
    openapi_extra=body_of(AlgoliaQueries, example=EXAMPLE),
    summary="Several searches (Algolia's shape)",
    operation_id="algoliaQueries",
)
async def queries(request: Request, caller: Reader) -> Response:
    """What `algoliasearch/lite` and instantsearch.js send. The key may come as `x-algolia-api-key`, in a field or in the address."""
    return await _answer(request, lambda body: {"results": _results(request, caller, body)})


@router.post(
    "/v1/instantsearch",
    response_model=AlgoliaResults,
    openapi_extra=body_of(AlgoliaQueries, example=EXAMPLE),
    summary="Several searches (InstantSearch shape)",
    operation_id="instantSearch",
)
async def instantsearch(request: Request, caller: Reader) -> Response:
    """The same under our own path, for a search client of one's own."""
    return await _answer(request, lambda body: {"results": _results(request, caller, body)})


@router.post(
    "/1/indexes/{index}/query",
    response_model=AlgoliaResult,
    openapi_extra={"requestBody": {"required": True, "content": {"application/json": {"schema": {"type": "object"}}}}},
    summary="One search (Algolia's shape)",
    operation_id="algoliaQuery",
)
async def query(request: Request, caller: Reader, index: str) -> Response:
    """One query of one index."""
    return await _answer(request, lambda body: _result(request, caller, {"indexName": index, **body}, "body"))


async def _answer(request: Request, work: Callable[[dict[str, Any]], dict[str, Any]]) -> Response:
    # The client sends JSON as text/plain, to spare its browser a preflight; so the body is read whatever it is called.
    raw = await request.body()
    return await run_in_threadpool(lambda: json_reply(work(_object(raw))))


def _object(raw: bytes) -> dict[str, Any]:
    try:
        body = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise BadInput(f"is not JSON: {error}", field="body") from None
    if not isinstance(body, dict):
        raise BadInput("is not a JSON object", field="body", value=str(body)[:80])
    return body


def _results(request: Request, caller: Caller, body: dict[str, Any]) -> list[dict[str, Any]]:
    asked = body.get("requests")
    if not isinstance(asked, list) or not 1 <= len(asked) <= MAX_QUERIES or not all(isinstance(one, dict) for one in asked):
        raise BadInput(f"is not a list of 1 to {MAX_QUERIES} queries", field="requests", value=str(asked)[:80])
    return [_result(request, caller, one, f"requests[{at}]") for at, one in enumerate(asked)]


def _result(request: Request, caller: Caller, raw: dict[str, Any], place: str) -> dict[str, Any]:
    asked = read_query(raw, place=place, languages=caller.shop.languages)
    if asked.facet_search is not None:
        named = read_query(
            raw | {"facets": [asked.facet_search], "maxValuesPerFacet": 1_000, "page": 0, "hitsPerPage": 0}, place=place, languages=(asked.lang,)
        )
        return facet_result(named, caller.shop.search.search(_request(caller, named)))
    if not asked.limit:  # for counts alone: nobody sees a list
        return search_result(asked, caller.shop.search.search(_request(caller, asked)))
    showing = showing_of(request, caller, visitor_id=asked.visitor, user_id=None, origin="instantsearch")
    page = caller.shop.online.search(_request(caller, asked), showing).reply
    context_of(request).meters.search(caller.shop.id, found=page.total > 0)
    return search_result(asked, page)


def _request(caller: Caller, asked: AlgoliaQuery) -> SearchRequest:
    return SearchRequest(
        query=asked.query,
        lang=asked.lang,
        filters=f"{_AS_ONE}({asked.filters}))" if asked.filters else "",
        shop_filters=caller.key.filters,
        facets=tuple(dict.fromkeys(ours for _, ours, _ in asked.facets)),
        sort=asked.sort,
        limit=max(1, asked.limit),  # a query for facets alone asks for no hits; its one hit is not sent
        offset=asked.offset,
    )
