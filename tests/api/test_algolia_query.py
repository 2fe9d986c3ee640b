"""Algolia's parameters, as its own client sends them, in our filter language."""

from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopkeeper.api.algolia_query import AlgoliaQuery, facet_condition, quoted, read_query
from shopkeeper.errors import BadInput
from shopkeeper.ranking.filters import Member, parse_filter


def read(**params: Any) -> AlgoliaQuery:
    return read_query({"indexName": "products", **params}, place="requests[0]", languages=("en",))


def test_what_the_helper_sends_for_refined_widgets() -> None:
    # captured from algoliasearch-helper 3.29 behind algoliasearch/lite 5.64
    asked = read(
        facetFilters=["color:red", ["brand:So ny", "brand:Bose"], ["categories.lvl1:Audio > Headphones"]],
        facets=["brand", "categories.lvl0", "categories.lvl1", "color"],
        highlightPostTag="__/ais-highlight__",
        highlightPreTag="__ais-highlight__",
        hitsPerPage=5,
        maxValuesPerFacet=10,
        numericFilters=["price>=10", "price<=99.5"],
        query="phone",
        page=2,
    )
    assert asked.filters == (
        '(color:"red") AND (brand:"So ny" OR brand:"Bose") AND (category:"Audio > Headphones") AND (price >= 10) AND (price <= 99.5)'
    )
    parse_filter(asked.filters)
    assert (asked.query, asked.limit, asked.offset, asked.page, asked.max_values) == ("phone", 5, 10, 2, 10)
    assert asked.facets == (
        ("brand", "brand", None),
        ("categories.lvl0", "category", 0),
        ("categories.lvl1", "category", 1),
        ("color", "color", None),
    )


def test_the_encoded_form_of_older_clients_means_the_same() -> None:
    params = urlencode({"query": "phone", "hitsPerPage": 5, "facets": '["brand","color"]', "facetFilters": '[["brand:A","brand:B"],"color:red"]'})
    asked = read(params=params)
    assert (asked.query, asked.limit) == ("phone", 5)
    assert [name for name, _, _ in asked.facets] == ["brand", "color"]
    assert asked.filters == '(brand:"A" OR brand:"B") AND (color:"red")'


def test_own_filters_are_bracketed_so_that_an_or_cannot_reach_the_facets() -> None:
    assert read(filters="brand:A OR brand:B", facetFilters=["color:red"]).filters == '(brand:A OR brand:B) AND (color:"red")'


@pytest.mark.parametrize(
    ("raw", "condition"),
    [
        ("brand:Sony", 'brand:"Sony"'),
        ("brand:-Sony", 'NOT brand:"Sony"'),
        ("-brand:Sony", 'NOT brand:"Sony"'),
        (r"delta:\-5", 'delta:"-5"'),
        ("_tags:sale", 'tag:"sale"'),
        ("screen size:6:1", '"screen size":"6:1"'),
        ('name:say "hi" \\', 'name:"say \\"hi\\" \\\\"'),
    ],
)
def test_facet_conditions(raw: str, condition: str) -> None:
    assert facet_condition(raw, place="facetFilters") == condition
    parse_filter(condition)


@pytest.mark.parametrize(
    ("numeric", "condition"),
    [(["price>=10"], "(price >= 10)"), (["price:10 TO 20"], "(price:10..20)"), ([["stock > 3", "rating=5"]], "(stock > 3 OR rating = 5)")],
)
def test_numeric_conditions(numeric: list, condition: str) -> None:
    assert read(numericFilters=numeric).filters == condition
    parse_filter(condition)


@given(st.text())
def test_a_quoted_value_is_one_value_whatever_it_holds(value: str) -> None:
    condition = parse_filter(f"brand:{quoted(value)}") if len(value) < 9_000 else None
    assert condition is None or condition == Member("brand", (value,))


@pytest.mark.parametrize(
    ("index", "sort", "lang"),
    [
        ("products", "relevance", "en"),
        ("products_price_asc", "price_asc", "en"),
        ("products_zh", "relevance", "zh"),
        ("products_zh_newest", "newest", "zh"),
        ("products_en_popularity", "popularity", "en"),
    ],
)
def test_the_index_name_chooses_order_and_language(index: str, sort: str, lang: str) -> None:
    asked = read_query({"indexName": index}, place="body", languages=("en",))
    assert (asked.sort, asked.lang) == (sort, lang)


def test_query_languages_choose_the_language() -> None:
    assert read(queryLanguages=["fr", "zh"]).lang == "zh"


@pytest.mark.parametrize(
    ("params", "field"),
    [
        ({"hitsPerPage": 100_000}, "requests[0].hitsPerPage"),
        ({"page": -1}, "requests[0].page"),
        ({"page": "two"}, "requests[0].page"),
        ({"query": 7}, "requests[0].query"),
        ({"query": "x" * 10_000}, "requests[0].query"),
        ({"facetFilters": ["brand"]}, "requests[0].facetFilters"),
        ({"facetFilters": [{"brand": "x"}]}, "requests[0].facetFilters"),
        ({"numericFilters": ["price"]}, "requests[0].numericFilters"),
        ({"params": 5}, "requests[0].params"),
    ],
)
def test_what_cannot_be_read_is_named(params: dict, field: str) -> None:
    with pytest.raises(BadInput) as refused:
        read(**params)
    assert refused.value.field == field
