"""Batch bodies and their operations."""

from io import BytesIO

import orjson
import pytest

from shopkeeper.api.operations import MAX_OPERATIONS, batch_lines, operation_of, read_operations
from shopkeeper.catalog.report import DeleteProduct, PatchOffer, PutProduct
from shopkeeper.domain.ids import ProductId, VariantId
from shopkeeper.domain.money import Currency, Money
from shopkeeper.domain.product import Market, OfferPatch
from shopkeeper.domain.task import Reject
from shopkeeper.errors import BadInput

PRODUCT = {"id": "p", "title": {"en": "P"}, "variants": [{"id": "p"}]}


def test_the_three_operations() -> None:
    put = operation_of({"action": "put", "product": PRODUCT})
    assert isinstance(put, PutProduct)
    assert put.product.id == "p"
    patch = operation_of({"action": "patch", "id": "p", "variant_id": "v", "market": "cn", "price": "9.90 CNY", "stock": 0})
    assert patch == PatchOffer(OfferPatch(ProductId("p"), VariantId("v"), Market("cn"), price=Money(990, Currency("CNY")), stock=0))
    end = operation_of({"action": "patch", "id": "p", "sale_price": None})
    assert end == PatchOffer(OfferPatch(ProductId("p"), sale_price=None))
    assert operation_of({"action": "delete", "id": "p"}) == DeleteProduct(ProductId("p"))


@pytest.mark.parametrize(
    ("raw", "field"),
    [
        (7, "operation"),
        ({}, "action"),
        ({"action": "drop"}, "action"),
        ({"action": "delete"}, "id"),
        ({"action": "delete", "id": ""}, "id"),
        ({"action": "delete", "id": "p", "now": True}, "now"),
        ({"action": "patch", "id": "p"}, "body"),
        ({"action": "patch", "id": "p", "stock": -1}, "stock"),
        ({"action": "patch", "id": "p", "stock": "3"}, "stock"),
        ({"action": "patch", "id": "p", "price": "12,50 EUR"}, "price"),
        ({"action": "patch", "id": "p", "price": {"minor": 1.5, "currency": "EUR"}}, "price.minor"),
        ({"action": "put"}, "product"),
        ({"action": "put", "product": PRODUCT | {"title": {}}}, "product.title"),
        ({"action": "put", "product": PRODUCT | {"colour": "red"}}, "product.colour"),
        ({"action": "put", "product": PRODUCT | {"variants": [{"id": "p", "offers": [{"price": "-3 EUR"}]}]}}, "product.variants[0].offers[0].price"),
    ],
)
def test_a_faulty_operation_is_named_by_its_field(raw: object, field: str) -> None:
    with pytest.raises(BadInput) as refused:
        operation_of(raw)
    assert refused.value.field == field


def test_a_bad_line_costs_only_itself() -> None:
    good = orjson.dumps({"action": "delete", "id": "p"})
    read = list(read_operations(BytesIO(b"\n".join([good, b"{broken", b"", good]))))
    assert [number for number, _ in read] == [1, 2, 3]
    assert isinstance(read[1][1], Reject)
    assert read[1][1].row == "{broken"
    assert read[2][1] == DeleteProduct(ProductId("p"))


@pytest.mark.parametrize("lines", [True, False])
@pytest.mark.parametrize("count", [0, MAX_OPERATIONS + 1])
def test_a_batch_is_neither_empty_nor_endless(count: int, lines: bool) -> None:
    body = b"{}\n" * count if lines else orjson.dumps({"operations": [{}] * count})
    with pytest.raises(BadInput, match=f"holds {count}; 1 to 10000"):
        batch_lines(body, field="operations", lines=lines)


@pytest.mark.parametrize("body", [b"", b"[", b"[]", b"{}", b'{"operations": 3}', b'{"operations": [{}], "force": 1}', b"\xff\xfe"])
def test_what_is_no_batch_is_refused(body: bytes) -> None:
    with pytest.raises(BadInput):
        batch_lines(body, field="operations", lines=False)


def test_both_forms_of_a_batch_become_the_same_lines() -> None:
    one, two = {"action": "delete", "id": "a"}, {"action": "delete", "id": "b"}
    as_json = batch_lines(orjson.dumps({"operations": [one, two]}), field="operations", lines=False)
    as_lines = batch_lines(orjson.dumps(one) + b"\r\n\n" + orjson.dumps(two), field="operations", lines=True)
    assert as_json == as_lines
