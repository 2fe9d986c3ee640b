from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shopkeeper.domain.ids import ProductId, VariantId, shop_id
from shopkeeper.domain.money import Currency, Money
from shopkeeper.domain.product import Market, Offer, Product, Variant
from shopkeeper.domain.texts import Label, LocalizedText
from shopkeeper.errors import BadInput

NOW = datetime(2026, 3, 14, tzinfo=UTC)
DAY = timedelta(days=1)


def yuan(amount: int) -> Money:
    return Money(amount * 100, Currency("CNY"))


def mug(*offers: Offer, **changed: Any) -> Product:
    variants = tuple(Variant(id=VariantId(f"mug-{n}"), offers=(offer,)) for n, offer in enumerate(offers or (Offer(price=yuan(30)),)))
    return replace(Product(id=ProductId("mug"), title=LocalizedText(en="Mug"), variants=variants), **changed)


def test_the_sale_price_holds_from_its_start_until_its_end() -> None:
    offer = Offer(price=yuan(30), sale_price=yuan(20), sale_starts=NOW, sale_ends=NOW + DAY)
    assert offer.price_at(NOW - DAY) == yuan(30)
    assert offer.price_at(NOW) == yuan(20)
    assert offer.price_at(NOW + DAY) == yuan(30)


@pytest.mark.parametrize(
    ("availability", "stock", "buyable"),
    [
        ("in_stock", None, True),
        ("in_stock", 3, True),
        ("in_stock", 0, False),
        ("out_of_stock", 3, False),
        ("preorder", 0, True),
        ("backorder", None, True),
    ],
)
def test_an_offer_is_buyable_if_an_order_may_be_placed_now(availability: Any, stock: int | None, buyable: bool) -> None:
    assert Offer(price=yuan(30), availability=availability, stock=stock).buyable is buyable


def test_the_lowest_price_is_that_of_a_variant_that_can_be_bought() -> None:
    product = mug(Offer(price=yuan(10), stock=0), Offer(price=yuan(30), stock=1), Offer(price=yuan(40)))
    assert product.lowest_price(NOW) == yuan(30)


def test_a_sold_out_product_still_has_a_price() -> None:
    assert mug(Offer(price=yuan(10), stock=0)).lowest_price(NOW) == yuan(10)


def test_a_product_that_is_not_sold_in_a_market_has_no_price_there() -> None:
    assert mug().lowest_price(NOW, Market("us")) is None
    assert not mug().buyable(Market("us"))


def test_a_hidden_product_cannot_be_bought() -> None:
    assert mug().buyable()
    assert not mug(status="hidden").buyable()


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"title": LocalizedText()}, "title"),
        ({"variants": ()}, "variants"),
        ({"title": LocalizedText(zh="杯" * 1001)}, "title.zh"),
        ({"description": LocalizedText(en="x" * 100_001)}, "description.en"),
        ({"id": ProductId(" mug")}, "id"),
        ({"id": ProductId("m\nug")}, "id"),
        ({"id": ProductId("")}, "id"),
        ({"rating": 5.1}, "rating"),
        ({"rating": float("nan")}, "rating"),
        ({"rating_count": -1}, "rating_count"),
        ({"variants": (Variant(id=VariantId("a")), Variant(id=VariantId("a")))}, "variants"),
        ({"attributes": (("colour", (Label("red"),)), ("colour", ()))}, "attributes"),
    ],
)
def test_a_product_that_cannot_be_right_is_refused_naming_the_field(changed: dict[str, Any], named: str) -> None:
    with pytest.raises(BadInput) as refused:
        mug(**changed)
    assert refused.value.field == named


def test_an_offer_checks_itself() -> None:
    faults: tuple[dict[str, Any], ...] = (
        {"stock": -1},
        {"sale_price": Money(1, Currency("USD"))},
        {"sale_starts": datetime(2026, 1, 1)},
        {"sale_starts": NOW, "sale_ends": NOW - DAY},
    )
    for wrong in faults:
        with pytest.raises(BadInput):
            Offer(price=yuan(30), **wrong)


def test_a_variant_has_one_offer_per_market() -> None:
    with pytest.raises(BadInput, match="one market"):
        Variant(id=VariantId("a"), offers=(Offer(price=yuan(1)), Offer(price=yuan(2))))


def test_a_text_is_shown_in_another_language_rather_than_not_at_all() -> None:
    assert LocalizedText(zh="杯子").get("en") == "杯子"
    assert Label("red", LocalizedText(zh="红色")).shown("en") == "红色"
    assert Label("red").shown("zh") == "red"


@pytest.mark.parametrize("raw", ["", "Tea", "tea_house", "1tea", "t" * 32, "茶", "../x"])
def test_a_shop_id_is_kept_plain_because_it_names_folders_and_schemas(raw: str) -> None:
    with pytest.raises(BadInput, match="shop"):
        shop_id(raw)
