"""The canonical JSON documents of products, reviews and policies."""

from datetime import UTC, datetime
from typing import Any

import orjson
import pytest
from hypothesis import given, settings

from shopkeeper.catalog.document_fields import money_of, money_text
from shopkeeper.catalog.documents import policy_from_json, policy_to_json, product_from_json, product_to_json, review_from_json, review_to_json
from shopkeeper.domain.ids import CustomerId, PolicyId, ProductId, ReviewId
from shopkeeper.domain.money import Currency, Money
from shopkeeper.domain.policy import Policy
from shopkeeper.domain.product import Product
from shopkeeper.domain.review import Review
from shopkeeper.errors import BadInput
from tests.catalog.strategies import products

SMALL: dict[str, Any] = {"id": "p", "title": {"en": "Cup"}, "variants": [{"id": "p", "offers": [{"price": "9.90 EUR"}]}]}


@settings(max_examples=30, deadline=None)
@given(products())
def test_a_product_is_what_its_document_says(product: Product) -> None:
    document = product_to_json(product)
    assert product_from_json(document) == product
    assert product_to_json(product_from_json(document)) == document


def test_a_document_leaves_defaults_out() -> None:
    assert orjson.loads(product_to_json(product_from_json(orjson.dumps(SMALL)))) == SMALL


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"titel": {"en": "Cup"}}, "titel"),
        ({"title": "Cup"}, "title"),
        ({"title": {"fr": "Tasse"}}, "title"),
        ({"title": {"en": 3}}, "title.en"),
        ({"tags": "red"}, "tags"),
        ({"tags": ["red", 3]}, "tags[1]"),
        ({"status": "gone"}, "status"),
        ({"rating": "4"}, "rating"),
        ({"rating_count": 1.5}, "rating_count"),
        ({"created": "2026-01-31"}, "created"),
        ({"created": "0001-01-01T00:00:00+14:00"}, "created"),
        ({"attributes": ["red"]}, "attributes"),
        ({"attributes": {"colour": "red"}}, "attributes.colour"),
        ({"brand": {"key": "a", "name": "A"}}, "brand.name"),
        ({"extras": [["a"]]}, "extras"),
        ({"variants": {}}, "variants"),
        ({"variants": [{"id": "p", "offers": [{"price": 9.9}]}]}, "variants[0].offers[0].price"),
        ({"variants": [{"id": "p", "offers": [{"price": "9,90 EUR"}]}]}, "variants[0].offers[0].price"),
        ({"variants": [{"id": "p", "offers": [{"price": "9.900 EUR"}]}]}, "variants[0].offers[0].price"),
        ({"variants": [{"id": "p", "offers": [{"price": "9" * 5000 + " EUR"}]}]}, "variants[0].offers[0].price"),
        ({"variants": [{"id": "p", "offers": [{}]}]}, "variants[0].offers[0].price"),
        ({"variants": [{"id": "p", "offers": [{"price": "9.90 EUR", "stock": "3"}]}]}, "variants[0].offers[0].stock"),
        ({"variants": [{"id": "p"}, {"id": "q", "gtin": 3}]}, "variants[1].gtin"),
    ],
)
def test_a_fault_is_named_by_its_path(change: dict[str, Any], field: str) -> None:
    with pytest.raises(BadInput) as caught:
        product_from_json(orjson.dumps(SMALL | change))
    assert caught.value.field == field


def test_a_near_name_is_suggested() -> None:
    with pytest.raises(BadInput, match="Did you mean 'title'"):
        product_from_json(orjson.dumps(SMALL | {"titel": {}}))


@pytest.mark.parametrize("raw", ["", "[]", "{", "null", '"x"', b"\xff{}"])
def test_what_is_no_object_is_refused(raw: bytes | str) -> None:
    with pytest.raises(BadInput):
        product_from_json(raw)


@pytest.mark.parametrize(
    ("written", "money"),
    [
        ("12.50 EUR", Money(1250, Currency("EUR"))),
        ("12.5 EUR", Money(1250, Currency("EUR"))),
        ("12 EUR", Money(1200, Currency("EUR"))),
        ("1200 JPY", Money(1200, Currency("JPY"))),
        ("1.234 KWD", Money(1234, Currency("KWD"))),
    ],
)
def test_a_price_is_read_exactly(written: str, money: Money) -> None:
    assert money_of(written) == money
    assert money_of(money_text(money)) == money


def test_a_review_and_a_policy_are_what_their_documents_say() -> None:
    moment = datetime(2026, 3, 1, 8, tzinfo=UTC)
    review = Review(ReviewId("r"), ProductId("p"), "很好", moment, 4.5, "好", "zh", CustomerId("c"), True)
    plain = Review(ReviewId("r"), ProductId("p"), "fine", moment)
    policy = Policy(PolicyId("returns"), "zh", "退货", "# 退货\n七天", "faq")
    assert [review_from_json(review_to_json(each)) for each in (review, plain)] == [review, plain]
    assert policy_from_json(policy_to_json(policy)) == policy


def test_a_review_without_its_moment_is_refused() -> None:
    with pytest.raises(BadInput, match="missing"):
        review_from_json(b'{"id":"r","product_id":"p","text":"fine"}')
