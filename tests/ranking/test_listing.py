"""Why a product is not listed: each reason, and several at once."""

import pytest

from shopkeeper.domain.ids import ProductId, VariantId
from shopkeeper.domain.money import Currency, Money
from shopkeeper.domain.product import Market, Offer, Product, Variant
from shopkeeper.domain.texts import Label, LocalizedText
from shopkeeper.kit.wordings import say
from shopkeeper.ranking.columns import columns_of
from shopkeeper.ranking.listing import Listing, listing_of
from tests.catalog.fakes import FakeProducts
from tests.conftest import NOON

US = Market("us")


def product(id: str, *offers: Offer, **rest) -> Product:
    return Product(ProductId(id), LocalizedText(en=id), (Variant(VariantId(id), offers=offers),), **rest)


def offer(amount: int, currency: str = "CNY", market: str = "default", **rest) -> Offer:
    return Offer(Money(amount, Currency(currency)), Market(market), **rest)


STORED = [
    product("fine", offer(100), brand=Label("acme")),
    product("euro", offer(100, "EUR")),
    product("sold-out", offer(100, stock=0)),
    product("hidden", offer(100), status="hidden"),
    product("abroad", offer(100, "USD", "us")),
    product("unpriced"),
    product("many", offer(100, "EUR", stock=0), status="hidden"),
    product("two", offer(100), offer(90, "USD", "us")),
]


@pytest.fixture(scope="module")
def shop() -> FakeProducts:
    store = FakeProducts()
    store.put(STORED)
    store.put([product("gone", offer(100)), product("new", offer(100))])
    store.delete([ProductId("gone")])
    return store


def asked(shop: FakeProducts, id: str, **options) -> Listing:
    return listing_of(ProductId(id), shop, columns_of(STORED, NOON), now=NOON, **options)


@pytest.mark.parametrize(
    ("id", "reasons", "searchable"),
    [
        ("fine", [], True),
        ("euro", ["other_currency"], False),
        ("sold-out", ["sold_out"], True),
        ("hidden", ["hidden"], False),
        ("abroad", ["no_offer"], False),
        ("unpriced", ["sold_out"], True),
        ("many", ["hidden", "other_currency"], False),
        ("gone", ["deleted"], False),
        ("never", ["unknown"], False),
        ("new", ["not_indexed"], False),
    ],
)
def test_each_reason_is_found_and_agrees_with_what_search_lists(shop: FakeProducts, id: str, reasons: list[str], searchable: bool) -> None:
    found = asked(shop, id)
    assert [one.reason for one in found.reasons] == reasons
    assert (found.searchable, found.recommended) == (searchable, not reasons)
    columns = columns_of(STORED, NOON)
    row = columns.row(ProductId(id))
    assert (row is not None and bool(columns.listed()[row])) == searchable
    assert (row is not None and bool(columns.servable()[row])) == found.recommended


def test_the_market_and_the_filter_of_the_key_count(shop: FakeProducts) -> None:
    assert [one.reason for one in asked(shop, "fine", market=US).reasons] == ["no_offer"]
    assert asked(shop, "two", market=US).recommended
    assert asked(shop, "fine", key_filter="brand:acme").recommended
    (reason,) = asked(shop, "two", key_filter="brand:acme").reasons
    assert reason.reason == "key_filter"
    assert say(reason.told.code, reason.told.values, "zh") == "被密钥的固定筛选条件排除：brand:acme"


def test_the_sentence_names_both_currencies(shop: FakeProducts) -> None:
    (reason,) = asked(shop, "euro").reasons
    assert reason.told == "its price is in EUR while market 'default' sells in CNY"
