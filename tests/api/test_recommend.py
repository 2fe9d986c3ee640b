"""Recommendations over HTTP."""

import pytest

from shopkeeper.api.schemas.recommend import RecommendOut
from shopkeeper.recommend.request import PLACEMENTS
from tests.api.conftest import Installation


def read(reply) -> RecommendOut:
    assert reply.status_code == 200, reply.text
    return RecommendOut.model_validate(reply.json())


@pytest.mark.parametrize("placement", PLACEMENTS)
def test_every_placement_answers_with_reasons_in_both_languages(shop: Installation, placement: str) -> None:
    found = read(shop.get(f"/v1/recommendations/{placement}", params={"products": "h-1", "lang": "en"}))
    assert found.placement == placement
    assert found.items
    assert all(item.reason.zh and item.reason.en and item.source for item in found.items)
    assert "h-1" not in [item.id for item in found.items]
    assert {"h-4", "h-6"}.isdisjoint(item.id for item in found.items), "never sold out, never hidden"


def test_what_is_bought_together_comes_first(shop: Installation) -> None:
    assert read(shop.get("/v1/recommendations/frequently_bought_together?products=h-1")).items[0].id == "c-1"


def test_a_body_and_an_address_ask_the_same(shop: Installation) -> None:
    asked = {"products": ["h-1"], "history": ["s-1", "s-2"], "count": 4, "lang": "en", "filters": "price < 400"}
    by_body = shop.call("POST", "/v1/recommendations/similar", json=asked)
    by_address = shop.get("/v1/recommendations/similar", params=asked)
    assert read(by_body).items == read(by_address).items
    assert all(item.price and item.price.minor < 40_000 for item in read(by_body).items)


def test_a_keys_filter_narrows_recommendations(shop: Installation) -> None:
    found = read(shop.get("/v1/recommendations/trending?count=50", shop.narrowed))
    assert {"h-1", "h-5", "s-2"}.isdisjoint(item.id for item in found.items)


def test_what_a_customer_bought_is_not_shown_to_a_public_key(shop: Installation) -> None:
    path = "/v1/recommendations/recommended_for_you?customer_id=c-1"
    refused = shop.get(path)
    assert refused.status_code == 403
    assert refused.json()["errors"][0]["field"] == "customer_id"
    assert read(shop.get(path, shop.secret)).items


def test_a_shop_without_a_model_or_orders_still_answers(shop: Installation) -> None:
    assert read(shop.get("/v1/recommendations/trending", shop.other)).items == []


@pytest.mark.parametrize(
    ("path", "status", "field"),
    [
        ("similar?products=nowhere", 404, "products"),
        ("psychic", 422, "placement"),
        ("trending?count=0", 422, "count"),
        ("trending?count=101", 422, "count"),
        ("trending?filters=price<", 422, "filters"),
        ("trending?lang=fr", 422, "lang"),
        ("trending?user=x", 422, "user"),
    ],
)
def test_what_cannot_be_used_is_named(shop: Installation, path: str, status: int, field: str) -> None:
    reply = shop.get(f"/v1/recommendations/{path}")
    assert reply.status_code == status
    assert reply.json()["errors"][0]["field"] == field
