"""Search over HTTP: what comes back, what a key may see, and what bad input gets."""

import pytest

from shopkeeper.api.schemas.search import SearchOut, SuggestOut
from tests.api.conftest import Installation


def ids(reply) -> list[str]:
    assert reply.status_code == 200, reply.text
    return [hit["id"] for hit in reply.json()["hits"]]


def test_a_search_answers_in_the_language_of_the_request(shop: Installation) -> None:
    reply = shop.get("/v1/search", params={"q": "降噪耳机", "lang": "zh"})
    found = SearchOut.model_validate(reply.json())
    first = found.hits[0]
    assert (first.id, first.title, first.price and first.price.minor) == ("h-1", "降噪耳机", 59_900)
    assert first.categories[0][0].label == "音响"
    assert "<mark>" in first.highlights["title"]
    assert shop.get("/v1/search", params={"q": "降噪耳机", "lang": "en"}).json()["hits"][0]["title"] == "Noise-cancelling headphones"


def test_the_language_of_the_query_is_the_default_and_else_the_shops_first(shop: Installation) -> None:
    assert shop.get("/v1/search?q=speaker").json()["hits"][0]["title"].endswith("speaker")
    assert shop.get("/v1/search?q=音箱").json()["hits"][0]["title"].endswith("音箱")
    assert shop.get("/v1/search").json()["hits"][0]["title"] == shop.get("/v1/search?lang=zh").json()["hits"][0]["title"]


def test_a_body_and_an_address_ask_the_same(shop: Installation) -> None:
    asked = {"q": "headphones", "lang": "en", "filters": "price < 400", "facets": ["brand"], "sort": "price_asc", "limit": 3}
    by_body = shop.call("POST", "/v1/search", json=asked).json()
    by_address = shop.get("/v1/search", params=asked).json()
    for reply in (by_body, by_address):
        del reply["took_ms"], reply["list"], reply["list_id"]
    assert by_body == by_address
    prices = [hit["price"]["minor"] for hit in by_body["hits"]]
    assert prices == sorted(prices)
    assert max(prices) < 40_000


def test_facets_count_what_was_found(shop: Installation) -> None:
    reply = shop.get("/v1/search", params={"q": "headphones", "lang": "en", "facets": "brand,category"}).json()
    facets = {facet["name"]: {value["key"]: value["count"] for value in facet["values"]} for facet in reply["facets"]}
    assert facets["brand"]["Bose"] == 2
    assert facets["category"]["Audio > Headphones"] == reply["total"]


def test_pages_go_on_by_cursor_without_a_gap_or_a_repeat(shop: Installation) -> None:
    asked = {"q": "headphones", "lang": "en", "limit": 2}
    whole = ids(shop.get("/v1/search", params=asked | {"limit": 50}))
    seen, cursor = [], ""
    while True:
        page = shop.get("/v1/search", params=asked | {"cursor": cursor}).json()
        seen += [hit["id"] for hit in page["hits"]]
        cursor = page["next_cursor"]
        if not cursor:
            break
    assert seen == whole


def test_a_cursor_of_another_query_is_refused_by_name(shop: Installation) -> None:
    cursor = shop.get("/v1/search?q=headphones&lang=en&limit=1").json()["next_cursor"]
    reply = shop.get("/v1/search", params={"q": "cable", "lang": "en", "limit": 1, "cursor": cursor})
    assert reply.status_code == 422
    assert reply.json()["errors"][0]["field"] == "cursor"


def test_the_whole_document_comes_only_when_it_is_asked_for(shop: Installation) -> None:
    lean = shop.get("/v1/search?q=microphone&lang=en&limit=1").json()["hits"][0]
    full = shop.get("/v1/search?q=microphone&lang=en&limit=1&include=product").json()["hits"][0]
    assert lean["product"] is None
    assert full["product"] == shop.get(f"/v1/products/{full['id']}").json()


def test_a_keys_filter_narrows_every_read(shop: Installation) -> None:
    everything = ids(shop.get("/v1/search?limit=50"))
    assert "h-5" in everything
    assert "h-1" in everything
    narrowed = ids(shop.get("/v1/search?limit=50", shop.narrowed))
    assert {"h-5", "h-1", "s-2"}.isdisjoint(narrowed)
    assert ids(shop.get("/v1/search?limit=50&filters=tag:b2b", shop.narrowed)) == []
    assert ids(shop.get("/v1/search?limit=50&filters=price < 9999 OR tag:b2b", shop.narrowed)) == narrowed
    assert "h-5" not in [hit["id"] for hit in shop.get("/v1/products/h-3/similar?limit=50", shop.narrowed).json()["hits"]]
    assert "h-5" not in [one["product_id"] for one in shop.get("/v1/suggest?q=whole&lang=en", shop.narrowed).json()["suggestions"]]


def test_a_hidden_product_is_never_found(shop: Installation) -> None:
    assert "h-6" not in ids(shop.get("/v1/search?limit=50", shop.secret))


def test_more_like_this(shop: Installation) -> None:
    found = ids(shop.get("/v1/products/h-1/similar?lang=en"))
    assert found[0] in ("h-2", "h-3", "h-5")
    assert "h-1" not in found
    assert ids(shop.get("/v1/products/m/1/similar?lang=en"))[0] == "m-2"


def test_more_like_nothing_is_not_found(shop: Installation) -> None:
    assert shop.get("/v1/products/nowhere/similar").status_code == 404


def test_suggestions_complete_what_is_typed(shop: Installation) -> None:
    reply = shop.get("/v1/suggest?q=micro&lang=en")
    found = SuggestOut.model_validate(reply.json()).suggestions
    assert any("micro" in one.text.lower() for one in found)


@pytest.mark.parametrize(
    "query",
    [
        "!!!???...,,,",
        "'; DROP TABLE products; --",
        '" OR 1=1',
        "<script>alert(1)</script>",
        "%00%ff",
        "\x00\x01",
        "AND OR NOT (",
        "brand:",
        "🎧🎧🎧",
        "*",
        "  ",
        "a" * 1_000,
        "耳" * 1_000,
    ],
)
def test_no_query_breaks_the_search_or_comes_back_as_markup(shop: Installation, query: str) -> None:
    for path in ("/v1/search", "/v1/suggest"):
        reply = shop.get(path, params={"q": query})
        assert reply.status_code == 200, reply.text
        assert "<script>" not in str([hit["highlights"] for hit in reply.json().get("hits", [])])
    assert shop.get("/v1/products/h-1").status_code == 200


def test_a_query_of_10_kb_is_refused_with_its_field(shop: Installation) -> None:
    for reply in (shop.get("/v1/search", params={"q": "耳机 " * 3_000}), shop.call("POST", "/v1/search", json={"q": "x" * 10_000})):
        assert reply.status_code == 422
        fault = reply.json()["errors"][0]
        assert fault["field"] == "q"
        assert len(fault["value"]) <= 200


def test_200_filters_are_answered_and_more_are_refused(shop: Installation) -> None:
    def conditions(count: int) -> str:
        return " OR ".join(f"brand:b{at}" for at in range(count - 1)) + " OR brand:Bose"

    assert ids(shop.call("POST", "/v1/search", json={"filters": conditions(200), "limit": 50})) == ids(
        shop.get("/v1/search?filters=brand:Bose&limit=50")
    )
    reply = shop.call("POST", "/v1/search", json={"filters": conditions(201)})
    assert reply.status_code == 422
    assert "200 conditions" in reply.json()["detail"]


@pytest.mark.parametrize(
    ("params", "field"),
    [
        ({"filters": "price <"}, "filters"),
        ({"filters": "(brand:Bose"}, "filters"),
        ({"sort": "cheapest"}, "sort"),
        ({"limit": "0"}, "limit"),
        ({"limit": "100000"}, "limit"),
        ({"limit": "ten"}, "limit"),
        ({"lang": "de"}, "lang"),
        ({"market": "mars"}, "market"),
        ({"cursor": "hello"}, "cursor"),
        ({"limt": "5"}, "limt"),
    ],
)
def test_what_cannot_be_used_is_named(shop: Installation, params: dict, field: str) -> None:
    reply = shop.get("/v1/search", params={"q": "x", **params})
    assert reply.status_code == 422
    assert reply.headers["content-type"] == "application/problem+json"
    assert reply.json()["errors"][0]["field"] == field
