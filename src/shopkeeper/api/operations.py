"""The operations of a product batch, from JSON to what the catalogue does. A faulty one is named by its place and never stops the others."""

from collections.abc import Iterator
from typing import Any, BinaryIO, Final

import orjson
from pydantic import ValidationError

from shopkeeper.api.problems import field_path
from shopkeeper.api.schemas.common import money
from shopkeeper.api.schemas.products import OfferPatchIn, PatchOperation
from shopkeeper.catalog.document_fields import refuse_unknown, text, under
from shopkeeper.catalog.documents import product_from_document
from shopkeeper.catalog.report import DeleteProduct, Operation, PatchOffer, PutProduct, rejected
from shopkeeper.domain.ids import ProductId, VariantId, check_id
from shopkeeper.domain.product import SALE_FIELDS, Market, OfferPatch
from shopkeeper.domain.task import Reject
from shopkeeper.errors import BadInput
from shopkeeper.kit.wordings import told

MAX_OPERATIONS: Final = 10_000
_MAX_ROW: Final = 10_000


def patch_of(product_id: ProductId, asked: OfferPatchIn) -> OfferPatch:
    """The partial update that was asked for; `BadInput` if it changes nothing."""
    patch = OfferPatch(
        product_id=product_id,
        variant_id=None if asked.variant_id is None else VariantId(asked.variant_id),
        market=Market(asked.market),
        price=None if asked.price is None else money(asked.price),
        stock=asked.stock,
        availability=asked.availability,
        **{name: _sale_value(asked, name) for name in SALE_FIELDS if name in asked.model_fields_set},
    )
    if not patch.changes():
        raise BadInput(told("changes_nothing"), field="body", hint=told("hint.patch_fields"))
    return patch


def _sale_value(asked: OfferPatchIn, name: str) -> Any:
    value = getattr(asked, name)
    return money(value) if name == "sale_price" and value is not None else value


def operation_of(raw: object) -> Operation:
    """The operation in a JSON object; `BadInput` names the field."""
    if not isinstance(raw, dict):
        raise BadInput(told("not_json_object"), field="operation", value=str(raw)[:80])
    document: dict[str, Any] = raw
    action = text(document, "action", default=None)
    if action == "put":
        refuse_unknown(document, frozenset(["action", "product"]))
        product = document.get("product")
        if not isinstance(product, dict):
            raise BadInput(told("not_product"), field="product", value=str(product)[:80])
        try:
            return PutProduct(product_from_document(product))
        except BadInput as fault:
            raise under("product", fault) from None
    if action == "patch":
        try:
            asked = PatchOperation.model_validate(document)
        except ValidationError as error:
            fault = error.errors()[0]
            detail = fault["msg"].removeprefix("Value error, ")
            raise BadInput(told("not_valid", detail=detail), field=field_path(fault["loc"]), value=str(fault.get("input"))[:80]) from None
        return PatchOffer(patch_of(ProductId(check_id(asked.id, field="id")), asked))
    if action == "delete":
        refuse_unknown(document, frozenset(["action", "id"]))
        return DeleteProduct(ProductId(check_id(text(document, "id", default=None), field="id")))
    raise BadInput(told("not_action", action=action), field="action", value=action[:80], hint=told("hint.actions"))


def read_operations(lines: BinaryIO) -> Iterator[tuple[int, Operation | Reject]]:
    """Each line of a spooled batch with its number (from 1), as an operation or as the reject that says what is wrong with it."""
    number = 0
    for line in lines:
        if not line.strip():
            continue
        number += 1
        try:
            yield number, operation_of(orjson.loads(line))
        except orjson.JSONDecodeError as error:
            yield number, rejected(number, BadInput(told("not_json", detail=str(error)), field="operation"), row=_row(line))
        except BadInput as fault:
            yield number, rejected(number, fault, row=_row(line), field="operation")


def batch_lines(body: bytes, *, field: str, lines: bool) -> bytes:
    """A batch's body as one JSON value a line; `BadInput` if it is no batch, is empty, or holds more than `MAX_OPERATIONS`.

    `lines`: the body is JSON Lines already, whose single lines are read later, so that one bad line costs only itself. Otherwise it is an object
    with the list under `field`.
    """
    if lines:
        kept = [line for line in body.splitlines() if line.strip()]
    else:
        try:
            document = orjson.loads(body)
        except orjson.JSONDecodeError as error:
            raise BadInput(told("not_json", detail=error), field="body") from None
        if not isinstance(document, dict) or not isinstance(document.get(field), list):
            raise BadInput(told("no_list", name=field), field=field, hint=told("hint.list", key=field))
        refuse_unknown(document, frozenset([field]))
        kept = [orjson.dumps(one) for one in document[field]]
    if not 1 <= len(kept) <= MAX_OPERATIONS:
        raise BadInput(told("batch_size", count=len(kept), limit=MAX_OPERATIONS), field=field, value=len(kept), hint=told("hint.batches"))
    return b"\n".join(kept) + b"\n"


def _row(line: bytes) -> str:
    return line[:_MAX_ROW].decode("utf-8", "replace").rstrip("\n")
