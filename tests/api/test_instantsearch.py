"""Algolia's multi-query: what InstantSearch's widgets read must be there, under their names."""

from typing import Any
from urllib.parse import urlencode

import orjson
import pytest

from shopkeeper.api.schemas.instantsearch import AlgoliaResults
from tests.api.conftest import ORIGIN, Installation

QUERIES = "/1/indexes/*/queries"


def ask(shop: Installation, *requests: dict, path: str = QUERIES) -> list[dict[str, Any]]:
    reply = shop.call("POST", path, json={"requests": list(requests)})
    assert reply.status_code == 200, reply.text
    AlgoliaResults.model_validate(reply.json())
    return reply.json()["results"]


def query(**params: Any) -> dict[str, Any]:
    return {"indexName": "products_en", **params}


def test_a_page_of_hits(shop: Installation) -> None:
    (result,) = ask(shop, query(query="headphones", hitsPerPage=2, page=1))
    assert (result["page"], result["hitsPerPage"], len(result["hits"]), result["query"], result["index"]) == (1, 2, 2, "headphones", "products_en")
    assert result["nbPages"] == -(-result["nbHits"] // 2)
    assert result["processingTimeMS"] >= 1
    first = ask(shop, query(query="headphones", hitsPerPage=2, page=0))[0]
    assert {hit["objectID"] for hit in first["hits"]}.isdisjoint(hit["objectID"] for hit in result["hits"])


def test_a_hit_is_a_flat_record_with_prices_in_whole_units(shop: Installation) -> None:
    (result,) = ask(shop, query(query="noise-cancelling", hitsPerPage=1))
    hit = result["hits"][0]
    assert (hit["objectID"], hit["title"], hit["price"], hit["currency"], hit["brand"]) == (
        "h-1",
        "Noise-cancelling headphones",
        599.0,
        "CNY",
        "Sonido",
    )
    assert hit["categories"] == {"lvl0": ["Audio"], "lvl1": ["Audio > Headphones"]}
    assert hit["colour"] == ["red"]


def test_highlights_use_the_tags_of_the_client_and_are_escaped_once(shop: Installation) -> None:
    tags = {"highlightPreTag": "__ais-highlight__", "highlightPostTag": "__/ais-highlight__"}
    (result,) = ask(shop, query(query="wireless", **tags))
    shown = result["hits"][0]["_highlightResult"]["title"]
    assert shown["value"] == "__ais-highlight__Wireless__/ais-highlight__ headphones"
    assert (shown["matchLevel"], shown["matchedWords"]) == ("full", ["Wireless"])
    (plain,) = ask(shop, query(query="wireless"))
    assert plain["hits"][0]["_highlightResult"]["title"]["value"] == "<em>Wireless</em> headphones"
    assert result["hits"][0]["_highlightResult"]["brand"]["matchLevel"] == "none"


def test_a_title_with_markup_stays_text(shop: Installation, wait_for) -> None:
    body = {"title": {"en": 'Okapi <b>"bold"</b> & co'}, "variants": [{"id": "v"}]}
    shop.call("PUT", "/v1/products/is-markup", shop.secret, json=body)
    assert wait_for(lambda: ask(shop, query(query="okapi"))[0]["nbHits"] == 1)
    tags = {"highlightPreTag": "__ais-highlight__", "highlightPostTag": "__/ais-highlight__"}

    def title(**options: str) -> str:
        return ask(shop, query(query="okapi", **options))[0]["hits"][0]["_highlightResult"]["title"]["value"]

    assert title() == "<em>Okapi</em> &lt;b&gt;&quot;bold&quot;&lt;/b&gt; &amp; co"
    assert title(**tags) == '__ais-highlight__Okapi__/ais-highlight__ <b>"bold"</b> & co'
    shop.call("DELETE", "/v1/products/is-markup", shop.secret)


def test_disjunctive_facets_as_the_helper_asks_for_them(shop: Installation) -> None:
    refined, others = ask(
        shop,
        query(query="headphones", facets=["brand", "categories.lvl0"], facetFilters=[["brand:Bose"]], hitsPerPage=5),
        query(query="headphones", facets="brand", hitsPerPage=0, page=0),
    )
    assert {hit["brand"] for hit in refined["hits"]} == {"Bose"}
    assert refined["facets"]["brand"] == {"Bose": refined["nbHits"]}, "counted with its own filter: the other query is there for the rest"
    assert refined["facets"]["categories.lvl0"] == {"Audio": refined["nbHits"]}
    assert others["hits"] == []
    assert others["facets"]["brand"]["Bose"] == refined["nbHits"]
    assert others["facets"]["brand"]["Sonido"] >= 2


def test_levels_of_a_category_path(shop: Installation) -> None:
    (result,) = ask(shop, query(facets=["categories.lvl0", "categories.lvl1"], facetFilters=["categories.lvl1:Audio > Cables"]))
    assert {hit["objectID"] for hit in result["hits"]} == {"c-1", "c-2"}
    assert result["facets"]["categories.lvl1"]["Audio > Cables"] == 2


def test_price_ranges_and_their_ends(shop: Installation) -> None:
    (result,) = ask(shop, query(query="headphones", facets=["price"], numericFilters=["price>=99", "price<=300"]))
    assert {hit["price"] for hit in result["hits"]} == {99.0, 299.0}
    assert result["facets_stats"]["price"].keys() == {"min", "max"}


def test_values_by_their_shown_name_are_found_in_that_language(shop: Installation) -> None:
    (result,) = ask(shop, {"indexName": "products_zh", "facets": ["colour"], "query": ""})
    assert result["facets"]["colour"] == {"红色": 2}
    (refined,) = ask(shop, {"indexName": "products_zh", "facetFilters": ["colour:红色"]})
    assert {hit["objectID"] for hit in refined["hits"]} == {"h-1", "h-2"}


def test_the_index_name_sorts(shop: Installation) -> None:
    (result,) = ask(shop, {"indexName": "products_en_price_desc", "query": "speaker"})
    prices = [hit["price"] for hit in result["hits"]]
    assert prices == sorted(prices, reverse=True)


def test_searching_in_the_values_of_a_facet(shop: Installation) -> None:
    (result,) = ask(shop, query(type="facet", facet="brand", facetQuery="bo", maxFacetHits=5))
    assert result["facetHits"][0]["value"] == "Bose"
    assert result["facetHits"][0]["highlighted"] == "<em>Bo</em>se"
    assert all("bo" in hit["value"].lower() for hit in result["facetHits"])


def test_only_the_attributes_that_are_asked_for_come(shop: Installation) -> None:
    (result,) = ask(shop, query(query="headphones", attributesToRetrieve=["title"], hitsPerPage=1))
    assert result["hits"][0].keys() == {"objectID", "title", "_highlightResult"}


def test_the_browser_client_sends_text_with_its_key_in_the_address(shop: Installation) -> None:
    body = orjson.dumps({"requests": [{"indexName": "products_en", "params": urlencode({"query": "speaker", "hitsPerPage": 3})}]})
    address = f"{QUERIES}?{urlencode({'x-algolia-api-key': shop.public, 'x-algolia-application-id': 'shopkeeper', 'x-algolia-agent': 'lite'})}"
    reply = shop.http.post(address, content=body, headers={"Content-Type": "text/plain", "Origin": ORIGIN})
    assert reply.status_code == 200
    assert reply.headers["access-control-allow-origin"] == ORIGIN
    assert reply.json()["results"][0]["nbHits"] == 2


def test_a_key_in_the_address_opens_nothing_else(shop: Installation) -> None:
    assert shop.http.get(f"/v1/search?x-algolia-api-key={shop.public}").status_code == 401


def test_our_own_path_and_the_single_query_answer_alike(shop: Installation) -> None:
    (ours,) = ask(shop, query(query="speaker"), path="/v1/instantsearch")
    single = shop.call("POST", "/1/indexes/products_en/query", json={"params": "query=speaker"}).json()
    assert [hit["objectID"] for hit in ours["hits"]] == [hit["objectID"] for hit in single["hits"]]


def test_a_keys_filter_holds_here_too(shop: Installation) -> None:
    reply = shop.call("POST", QUERIES, shop.narrowed, json={"requests": [query(hitsPerPage=100)]})
    assert {"h-1", "h-5"}.isdisjoint(hit["objectID"] for hit in reply.json()["results"][0]["hits"])


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "requests"),
        ({"requests": []}, "requests"),
        ({"requests": [7]}, "requests"),
        ({"requests": [{}] * 51}, "requests"),
        ({"requests": [{"indexName": "p"}, {"indexName": "p", "hitsPerPage": "many"}]}, "requests[1].hitsPerPage"),
        ({"requests": [{"indexName": "p", "filters": "brand:"}]}, "filters"),
    ],
)
def test_what_cannot_be_used_is_named_where_algolias_clients_look(shop: Installation, body: dict, field: str) -> None:
    reply = shop.call("POST", QUERIES, json=body)
    assert reply.status_code == 422
    assert reply.json()["errors"][0]["field"] == field
    assert reply.json()["message"] == reply.json()["detail"]
