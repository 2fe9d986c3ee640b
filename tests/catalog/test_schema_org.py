"""schema.org JSON-LD."""

from pathlib import Path

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shopkeeper.domain.money import Currency, Money
from shopkeeper.domain.texts import LocalizedText
from tests.catalog.feeds import FakeShop, round_trip
from tests.catalog.strategies import words

LAMP = {
    "@context": "https://schema.org",
    "@type": "Product",
    "sku": "lamp",
    "name": "Lamp",
    "brand": {"@type": "Brand", "name": "Acme"},
    "image": ["https://s/1.jpg", {"@type": "ImageObject", "url": "https://s/2.jpg"}],
    "aggregateRating": {"ratingValue": "8", "bestRating": 10, "reviewCount": "12"},
    "additionalProperty": [{"@type": "PropertyValue", "name": "Power", "value": 40, "unitText": "W"}],
    "weight": {"@type": "QuantitativeValue", "value": 3},
    "offers": {"@type": "Offer", "price": "19.90", "priceCurrency": "EUR", "availability": "https://schema.org/InStock"},
}


def graph(*nodes: dict) -> bytes:
    return orjson.dumps({"@context": "https://schema.org", "@graph": nodes})


def test_a_product_alone_in_an_array_in_a_graph_in_a_page_or_on_a_line_is_the_same(tmp_path: Path) -> None:
    one = orjson.dumps(LAMP)
    page = b'<html><script>var x="<p>";</script>\n<script type="application/ld+json">' + one + b"</script></html>"
    other = orjson.dumps({"@context": "https://schema.org", "@type": "Organization", "name": "x"})
    found = []
    for content in (one, b"[" + one + b"]", graph(LAMP), page, one + b"\n" + other + b"\n", orjson.dumps(LAMP, option=orjson.OPT_INDENT_2)):
        shop = FakeShop(tmp_path)
        assert shop.load(content).format == "schema-org"
        found.append(shop.by_id())
    assert all(each == found[0] for each in found)
    product = found[0]["lamp"]
    assert (product.rating, product.rating_count) == (4.0, 12)
    assert product.attributes[0][0] == "Power" and product.attributes[0][1][0].key == "40 W"
    assert product.variants[0].extras == (("schema:weight", '{"@type":"QuantitativeValue","value":3}'),)


def test_a_product_group_has_its_variants_nested_or_pointing_to_it(shop: FakeShop) -> None:
    red = {"@type": "Product", "sku": "g-r", "name": "Cup", "color": "red", "offers": {"price": 10, "priceCurrency": "EUR"}}
    blue = {"@type": "Product", "sku": "g-b", "name": "Cup", "color": "blue", "offers": [{"price": 11, "priceCurrency": "EUR"}]}
    shop.load(
        graph(
            {"@type": "ProductGroup", "productGroupID": "G", "name": "Cup", "hasVariant": [red, blue]},
            red | {"sku": "h-r", "inProductGroupWithID": "H"},
            LAMP,
            blue | {"sku": "h-b", "isVariantOf": {"@type": "ProductGroup", "productGroupID": "H"}},
        )
    )
    ids = {id: [variant.id for variant in product.variants] for id, product in shop.by_id().items()}
    assert ids == {"G": ["g-r", "g-b"], "H": ["h-r", "h-b"], "lamp": ["lamp"]}


@pytest.mark.parametrize(
    ("offers", "price", "sale"),
    [
        ({"@type": "AggregateOffer", "lowPrice": "9.99", "highPrice": 19, "priceCurrency": "EUR"}, 999, None),
        ({"@type": "AggregateOffer", "offers": [{"price": 12, "priceCurrency": "EUR"}, {"price": 11, "priceCurrency": "EUR"}]}, 1100, None),
        ({"price": 10, "priceCurrency": "EUR", "priceSpecification": {"priceType": "https://schema.org/ListPrice", "price": 12}}, 1200, 1000),
        ({"priceSpecification": {"price": "7.50", "priceCurrency": "EUR"}}, 750, None),
    ],
)
def test_prices_are_found_wherever_the_vocabulary_puts_them(shop: FakeShop, offers: dict, price: int, sale: int | None) -> None:
    shop.load(graph(LAMP | {"offers": offers}))
    offer = shop.by_id()["lamp"].variants[0].offers[0]
    assert offer.price == Money(price, Currency("EUR"))
    assert offer.sale_price == (None if sale is None else Money(sale, Currency("EUR")))


def test_bad_nodes_cost_themselves(shop: FakeShop) -> None:
    content = b'[{"@context":"x","@type":"Product","sku":"a","name":"A"},\n{"@type":"Product","sku":"b","name"},\n'
    content += b'{"@type":"Product","sku":"c","name":"C","offers":{"price":"1,5","priceCurrency":"EUR"}},\n{"@type":"Product","sku":"d","name":"D"}]'
    shop.load(content)
    assert list(shop.by_id()) == ["a", "d"]
    assert [(line, field) for line, field, _ in shop.told()] == [(2, "row"), (3, "offers.price")]


def test_both_languages_come_back(tmp_path: Path) -> None:
    name = [{"@value": "灯", "@language": "zh-CN"}, {"@value": "Lamp", "@language": "en"}]
    shop = round_trip(tmp_path, graph(LAMP | {"name": name}), "schema-org")
    assert shop.by_id()["lamp"].title == LocalizedText("灯", "Lamp")


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.fixed_dictionaries(
            {"@type": st.just("Product"), "sku": st.sampled_from("abc"), "name": words},
            optional={
                "description": words,
                "brand": words,
                "category": st.lists(words, max_size=2),
                "color": words,
                "inProductGroupWithID": st.sampled_from("GH"),
                "keywords": words,
                "url": st.just("https://s/x"),
                "image": st.lists(st.sampled_from(("https://s/1", "https://s/2")), max_size=2),
                "offers": st.fixed_dictionaries(
                    {"price": st.sampled_from((1, 2.5, "3.00", "x")), "priceCurrency": st.just("EUR")}, optional={"inventoryLevel": st.integers(0, 9)}
                ),
                "releaseDate": st.just("2026-01-31"),
                "award": words,
                "material": st.none(),
            },
        ),
        min_size=1,
        max_size=5,
    )
)
def test_what_was_imported_comes_back(tmp_path_factory: pytest.TempPathFactory, nodes: list[dict]) -> None:
    round_trip(tmp_path_factory.mktemp("trip"), graph(*nodes), "schema-org")
