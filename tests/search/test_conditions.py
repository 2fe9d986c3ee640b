"""Conditions said in words, as the hand-written cases have them, and what they do to a search."""

import tomllib
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from shopkeeper.domain.ids import ProductId, VariantId
from shopkeeper.domain.money import Currency, Money
from shopkeeper.domain.product import Offer, Product, Variant
from shopkeeper.domain.texts import LocalizedText
from shopkeeper.language.script import detect_language
from shopkeeper.search.conditions import read_conditions
from tests.search.conftest import SmallShop

CASES = tomllib.loads((Path(__file__).parent / "condition_cases.toml").read_text(encoding="utf-8"))["cases"]


def _priced(name: str, minor: int) -> Variant:
    return Variant(VariantId(name), offers=(Offer(Money(minor, Currency("CNY"))),))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["query"])
def test_a_condition_said_in_words_is_understood(case: dict) -> None:
    currency = case.get("currency", "CNY" if detect_language(case["query"]) == "zh" else "USD")
    read = read_conditions(case["query"], currency)
    assert read.rest == case["rest"]
    assert list(read.without) == case.get("without", [])
    assert (read.low, read.high) == tuple(Decimal(str(case[end])) if end in case else None for end in ("low", "high"))
    assert read.sort == case.get("sort")


def test_there_are_forty_cases_and_a_third_is_locked() -> None:
    assert len(CASES) >= 40
    assert 3 * sum(case.get("locked", False) for case in CASES) >= len(CASES)


def test_a_shop_without_prices_takes_no_amount_for_a_price() -> None:
    assert read_conditions("headphones under $50", None).rest == "headphones under $50"


def test_each_condition_knows_the_query_without_it() -> None:
    read = read_conditions("耳机 不要入耳式 300元以内", "CNY")
    assert [condition.remaining for condition in read.conditions] == ["耳机 300元以内", "耳机 不要入耳式"]


LOTIONS = (
    Product(ProductId("plain"), LocalizedText("保湿爽肤水", "Toner"), (_priced("plain", 9_900),)),
    Product(ProductId("strong"), LocalizedText("酒精爽肤水", "Toner with alcohol"), (_priced("strong", 4_900),)),
    Product(ProductId("mild"), LocalizedText("温和爽肤水，不含酒精", "Mild toner, alcohol-free"), (_priced("mild", 19_900),)),
)


@pytest.fixture(params=["indexed", "fresh"])
def shop(request: pytest.FixtureRequest, small_shop: Callable[..., SmallShop]) -> SmallShop:
    return small_shop(LOTIONS, indexed=request.param == "indexed")


@pytest.mark.parametrize("query", ["爽肤水 不要酒精", "toner without alcohol"])
def test_what_is_left_out_is_not_found_and_what_denies_it_is(shop: SmallShop, query: str) -> None:
    assert sorted(shop.ids(query)) == ["mild", "plain"]


@pytest.mark.parametrize(("query", "found"), [("100元以内的爽肤水", ["plain", "strong"]), ("toner over ¥50", ["mild", "plain"])])
def test_a_price_in_words_narrows_in_the_currency_of_the_shop(shop: SmallShop, query: str, found: list[str]) -> None:
    assert sorted(shop.ids(query)) == found


@pytest.mark.parametrize("query", ["最便宜的爽肤水", "cheapest toner"])
def test_an_order_in_words_is_followed_unless_another_was_chosen(shop: SmallShop, query: str) -> None:
    assert shop.ids(query) == ["strong", "plain", "mild"]
    assert shop.ids(query, sort="price_desc") == ["mild", "plain", "strong"]


def test_the_page_says_what_was_understood(shop: SmallShop) -> None:
    (condition,) = shop.ask("爽肤水 100元以内").conditions
    assert (condition.kind, condition.typed, condition.remaining, condition.high) == ("price", "100元以内", "爽肤水", Decimal(100))
