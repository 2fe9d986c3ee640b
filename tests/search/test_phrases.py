"""Quoted words must stand next to each other in a field, in a published index and in what no index holds yet."""

from collections.abc import Callable

import pytest

from shopkeeper.domain.ids import ProductId, VariantId
from shopkeeper.domain.product import Product, Variant
from shopkeeper.domain.texts import LocalizedText
from shopkeeper.search.nearby import read_quotes
from tests.search.conftest import SmallShop


def _product(name: str, zh: str, en: str, description: str = "") -> Product:
    return Product(ProductId(name), LocalizedText(zh, en), (Variant(VariantId(name)),), description=LocalizedText(en=description))


SHELF = (
    _product("near", "主动降噪耳机", "Noise cancelling headphones"),
    _product("apart", "耳机 主动降噪", "Cancelling of noise, headphones"),
    _product("across", "降噪。耳机收纳盒", "A case against noise. Cancelling is not refunded"),
    _product("told", "头戴式", "Headset", "It has good Noise-Cancelling."),
)


@pytest.fixture(params=["indexed", "fresh"])
def shop(request: pytest.FixtureRequest, small_shop: Callable[..., SmallShop]) -> SmallShop:
    return small_shop(SHELF, indexed=request.param == "indexed")


@pytest.mark.parametrize("query", ['"noise cancelling"', "“noise cancelling”", "「noise cancelling」"])
def test_quoted_english_words_stand_side_by_side(shop: SmallShop, query: str) -> None:
    assert sorted(shop.ids(query)) == ["near", "told"]


@pytest.mark.parametrize("query", ["“降噪耳机”", "「降噪耳机」", '"降噪耳机"'])
def test_quoted_chinese_words_stand_side_by_side(shop: SmallShop, query: str) -> None:
    assert shop.ids(query) == ["near"]


def test_words_outside_the_quotes_may_stand_anywhere(shop: SmallShop) -> None:
    assert shop.ids('headphones "noise cancelling"') == ["near"]


@pytest.mark.parametrize("query", ['"noise cancelling', "noise cancelling”", "“noise cancelling"])
def test_a_quote_that_is_not_closed_is_plain_text(shop: SmallShop, query: str) -> None:
    assert sorted(shop.ids(query)) == ["across", "apart", "near", "told"]


def test_a_phrase_of_no_words_asks_for_nothing() -> None:
    assert read_quotes('lamp "!!" desk').phrases == ()
