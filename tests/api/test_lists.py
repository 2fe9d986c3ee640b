"""Lists over HTTP: each has an id that events join to, is logged for whom it may be, and under the arm that was drawn."""

import itertools
from typing import Any

import pytest

from shopkeeper.domain.ids import ListId
from shopkeeper.domain.shopper import Identity
from shopkeeper.events.shown import LoggedList
from tests.api.conftest import Installation

PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148"
_numbers = itertools.count()


def visitor() -> str:
    return f"list-visitor-{next(_numbers)}"


def logged(shop: Installation, list_id: str) -> LoggedList:
    shop.demo.lists.flush()
    return shop.demo.lists.get([ListId(list_id)])[ListId(list_id)]


def number(shop: Installation, name: str) -> int | None:
    return shop.demo.events.find(Identity("visitor", name))


def agree(shop: Installation, name: str, *, analytics: bool) -> None:
    answers = {"analytics": analytics, "personalisation": analytics}
    assert shop.call("PUT", f"/v1/shoppers/visitor/{name}/consent", shop.public, json=answers).status_code == 200


def test_a_search_is_logged_as_it_was_shown(shop: Installation) -> None:
    name = visitor()
    asked = {"q": "headphones", "lang": "en", "filters": "price < 400", "visitor_id": name}
    reply = shop.get("/v1/search", params=asked, headers={"User-Agent": PHONE}).json()
    one = logged(shop, reply["list_id"])
    assert reply["list"]["id"] == reply["list_id"]
    assert (one.shown.surface, one.shown.query, one.shown.policy, one.shown.arm) == ("search", "headphones", "lexical.v1", "default")
    assert list(one.shown.items) == [hit["id"] for hit in reply["hits"]] != []
    assert one.shown.propensity == (1.0,) * len(reply["hits"])
    told = dict(one.shown.context)
    assert (told["origin"], told["lang"], told["device"], told["filters"], told["total"]) == (
        "api",
        "en",
        "phone",
        "price < 400",
        str(reply["total"]),
    )
    assert float(told["took_ms"]) >= 0
    assert one.shopper == number(shop, name) is not None


@pytest.mark.parametrize(
    ("path", "surface", "items"),
    [
        ("/v1/search", "category", "hits"),
        ("/v1/products/h-1/similar", "similar", "hits"),
        ("/v1/recommendations/trending", "trending", "items"),
        ("/v1/recommendations/recommended_for_you", "recommended_for_you", "items"),
    ],
)
def test_every_list_of_products_is_logged_with_its_surface(shop: Installation, path: str, surface: str, items: str) -> None:
    reply = shop.get(path, params={"visitor_id": visitor()}).json()
    one = logged(shop, reply["list_id"])
    assert one.shown.surface == surface
    assert list(one.shown.items) == [item["id"] for item in reply[items]] != []


def test_suggestions_are_logged_in_their_places(shop: Installation) -> None:
    reply = shop.get("/v1/suggest", params={"q": "head", "lang": "en"}).json()
    one = logged(shop, reply["list_id"])
    assert (one.shown.surface, one.shown.query, one.shopper) == ("suggest", "head", None)
    assert list(one.shown.items) == [line["product_id"] or f"{line['kind']}:{line['text']}" for line in reply["suggestions"]] != []
    empty = shop.get("/v1/suggest", params={"q": " "}).json()
    shop.demo.lists.flush()
    assert shop.demo.lists.get([ListId(empty["list_id"])]) == {}


def test_the_instantsearch_query_id_is_the_list_id(shop: Installation) -> None:
    name = visitor()
    body = {"requests": [{"indexName": "products", "query": "cable", "userToken": name}, {"indexName": "products", "hitsPerPage": 0}]}
    first, counts = shop.call("POST", "/1/indexes/*/queries", shop.public, json=body).json()["results"]
    one = logged(shop, first["queryID"])
    assert (one.shown.query, dict(one.shown.context)["origin"], one.shopper) == ("cable", "instantsearch", number(shop, name))
    assert list(one.shown.items) == [hit["objectID"] for hit in first["hits"]]
    assert shop.demo.lists.get([ListId(counts["queryID"])]) == {}


def test_without_consent_a_list_is_logged_without_its_shopper(shop: Installation) -> None:
    name = visitor()
    agree(shop, name, analytics=False)
    reply: dict[str, Any] = shop.get("/v1/search", params={"q": "cable", "visitor_id": name}).json()
    assert number(shop, name) is not None
    assert logged(shop, reply["list_id"]).shopper is None


def test_a_program_is_marked_and_a_servers_own_agent_is_not(shop: Installation) -> None:
    asked = {"q": "cable", "visitor_id": visitor()}
    for key, agent, mark in ((shop.public, "Googlebot/2.1", "agent"), (shop.public, PHONE, None), (shop.secret, "python-requests/2.32", None)):
        reply = shop.get("/v1/search", key, params=asked, headers={"User-Agent": agent}).json()
        assert dict(logged(shop, reply["list_id"]).shown.context).get("bot") == mark
