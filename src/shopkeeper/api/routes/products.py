"""The catalogue: read, write, patch, delete, and batches of those."""

from collections.abc import Mapping
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request
from pydantic import Field
from starlette.responses import Response

from shopkeeper.api.body_limit import is_lines
from shopkeeper.api.caller import Caller, Reader, Writer
from shopkeeper.api.cards import whole
from shopkeeper.api.context import context_of
from shopkeeper.api.cursors import cursor, position_of
from shopkeeper.api.idempotency import IdempotencyKey
from shopkeeper.api.operations import batch_lines, patch_of
from shopkeeper.api.replies import document_reply, json_reply, reader_lang
from shopkeeper.api.schemas.common import MarketName, Strict
from shopkeeper.api.schemas.products import (
    PRODUCT_EXAMPLE,
    ListingOut,
    OfferPatchIn,
    ProductBatch,
    ProductDocument,
    ProductList,
    Written,
    listing_json,
)
from shopkeeper.api.schemas.tasks import Accepted
from shopkeeper.api.visibility import visible
from shopkeeper.api.writing import write
from shopkeeper.catalog.document_fields import load_object
from shopkeeper.catalog.documents import product_from_document, product_to_json
from shopkeeper.domain.ids import ProductId, Revision, check_id
from shopkeeper.domain.product import Market, Product
from shopkeeper.errors import BadInput, NotFound
from shopkeeper.ranking.listing import listing_of

router = APIRouter(tags=["Products"])

MAX_PAGE: Final = 500
_MAX_LOOKS: Final = 20
"""Chunks of the catalogue that one request walks at most when its key's filter hides most products; the cursor leads on."""


class ListIn(Strict):
    """A page of the catalogue."""

    limit: int = Field(default=100, ge=1, le=MAX_PAGE)
    cursor: str = Field(default="", max_length=200)


def body_of(model: type, *, alone: str = "", example: object = None, lines: bool = False) -> dict[str, Any]:
    """The documentation of a body that a route reads by itself; `alone` names the model of one thing, where that may be sent too."""
    schema: dict[str, Any] = {"$ref": f"#/components/schemas/{model.__name__}"}
    if alone:
        schema = {"anyOf": [{"$ref": f"#/components/schemas/{alone}"}, schema]}
    content: dict[str, Any] = {"application/json": {"schema": schema}}
    if example is not None:
        content["application/json"]["example"] = example
    if lines:
        content["application/x-ndjson"] = {"schema": {"type": "string", "description": "One JSON object a line."}}
    return {"requestBody": {"required": True, "content": content}}


@router.get("/v1/products", response_model=ProductList, summary="List products", operation_id="listProducts")
def list_products(request: Request, caller: Reader, asked: Annotated[ListIn, Query()]) -> Response:
    """The catalogue in the order of its changes, page by page: a product that changes meanwhile comes again, none is missed. A page may be short."""
    of = f"products of {caller.shop.id} for {caller.key.filters!r} {caller.key.allows('secret')}"
    since, shown, more = Revision(position_of(asked.cursor, of=of)), [], True
    now = context_of(request).clock()
    for _ in range(_MAX_LOOKS):
        changes = list(caller.shop.database.products.changes(since, limit=asked.limit - len(shown)))
        more = len(changes) == asked.limit - len(shown)
        if changes:
            since = changes[-1].revision
            shown.extend(visible([change.product for change in changes if change.product is not None], caller.key, now=now))
        if not more or len(shown) >= asked.limit:
            break
    return json_reply({"products": [whole(product) for product in shown], "next_cursor": cursor(of, since) if more else ""})


@router.get("/v1/products/{product_id:path}/listing", response_model=ListingOut, summary="Why is it not listed?", operation_id="getListing")
def get_listing(request: Request, caller: Writer, product_id: str, market: MarketName = "default") -> Response:
    """Whether shoppers can find the product in a market, and every reason why not; reasons are in the language of Accept-Language (zh or en)."""
    found = listing_of(
        ProductId(product_id),
        caller.shop.database.products,
        caller.shop.search.columns(),
        now=context_of(request).clock(),
        market=Market(market),
        key_filter=caller.key.filters,
    )
    if any(one.reason == "unknown" for one in found.reasons):
        raise _none(product_id)
    return json_reply(listing_json(product_id, found, reader_lang(request)))


@router.get("/v1/products/{product_id:path}", response_model=ProductDocument, summary="Get a product", operation_id="getProduct")
def get_product(request: Request, caller: Reader, product_id: str) -> Response:
    """The product's whole document."""
    return document_reply(product_to_json(_product(request, caller, product_id)))


@router.put(
    "/v1/products/{product_id:path}",
    response_model=Written,
    responses={201: {"model": Written, "description": "The product is new."}},
    openapi_extra=body_of(ProductDocument, example=PRODUCT_EXAMPLE),
    summary="Put a product",
    operation_id="putProduct",
)
async def put_product(request: Request, caller: Writer, product_id: str, idempotency_key: IdempotencyKey = None) -> Response:
    """Insert or replace a whole product; it can be found within a second. One that is equal to what is stored stays untouched."""

    def work(body: bytes) -> Response:
        document = load_object(body, what="body")
        if document.setdefault("id", product_id) != product_id:
            raise BadInput("is not the id in the address", field="id", value=str(document["id"])[:80], hint="Send the same id, or none.")
        report = caller.shop.catalog.put([product_from_document(document)])
        result = "inserted" if report.inserted else "updated" if report.updated else "unchanged"
        return json_reply({"id": product_id, "result": result}, status=201 if report.inserted else 200)

    return await write(request, caller, idempotency_key, work)


@router.patch("/v1/products/{product_id:path}", response_model=Written, summary="Patch price and stock", operation_id="patchProduct")
async def patch_product(request: Request, caller: Writer, product_id: str, asked: OfferPatchIn, idempotency_key: IdempotencyKey = None) -> Response:
    """Change price, sale, stock or availability, of one variant or of all; what is not named stays, `"sale_price": null` ends a sale.

    Never touches the text index.
    """

    def work(_: bytes) -> Response:
        patch = patch_of(ProductId(check_id(product_id, field="product_id")), asked)
        if caller.shop.catalog.patch([patch]):
            _stored(caller, product_id)
            raise NotFound(
                f"product {product_id!r} has no such offer", field="variant_id", value=asked.variant_id, hint=f"Market asked for: {asked.market!r}."
            )
        return json_reply({"id": product_id, "result": "updated"})

    return await write(request, caller, idempotency_key, work)


@router.delete("/v1/products/{product_id:path}", status_code=204, summary="Delete a product", operation_id="deleteProduct")
async def delete_product(request: Request, caller: Writer, product_id: str, idempotency_key: IdempotencyKey = None) -> Response:
    """Turn the product into a tombstone: it leaves search, lists and recommendations within a second."""

    def work(_: bytes) -> Response:
        if not caller.shop.catalog.delete([ProductId(product_id)]):
            raise _none(product_id)
        return Response(status_code=204)

    return await write(request, caller, idempotency_key, work)


@router.post(
    "/v1/products/batch",
    status_code=202,
    response_model=Accepted,
    openapi_extra=body_of(ProductBatch, lines=True),
    summary="Write many products",
    operation_id="writeProducts",
)
async def write_products(request: Request, caller: Writer, idempotency_key: IdempotencyKey = None) -> Response:
    """Up to 10,000 operations, as JSON or as JSON Lines. Durable before the 202; ask the task for the report. A faulty operation stops no other."""

    def work(body: bytes) -> Response:
        kept = batch_lines(body, field="operations", lines=is_lines(request.headers.get("content-type", "")))
        return accepted(request, caller, "products.batch", kept)

    return await write(request, caller, idempotency_key, work)


def accepted(request: Request, caller: Caller, kind: str, lines: bytes, options: Mapping[str, str] | None = None) -> Response:
    """The 202 for lines that now lie on disk."""
    task = context_of(request).batches.accept(
        caller.shop, kind, f"api key {caller.key.id}", lambda out: out.write(lines), suffix=".jsonl", options=options
    )
    return json_reply({"task_id": task.id, "state": task.state}, status=202, headers={"Location": f"/v1/tasks/{task.id}"})


def _product(request: Request, caller: Caller, product_id: str) -> Product:
    found = visible([_stored(caller, product_id)], caller.key, now=context_of(request).clock())
    if not found:
        raise _none(product_id)
    return found[0]


def _stored(caller: Caller, product_id: str) -> Product:
    stored = caller.shop.database.products.get([ProductId(product_id)])
    if not stored:
        raise _none(product_id)
    return stored[ProductId(product_id)]


def _none(product_id: str) -> NotFound:
    return NotFound(f"there is no product {product_id!r}", field="product_id", value=product_id)
