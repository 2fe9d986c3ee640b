"""Prices that can be told by hand."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from shopkeeper.domain.ids import ProductId
from shopkeeper.domain.product import Product
from shopkeeper.domain.promotion import Conditions, Promotion
from shopkeeper.domain.quote import Quote
from shopkeeper.orders.allocate import allocate
from shopkeeper.orders.explain import explain_coupon, explain_delivery, explain_line, explain_total
from shopkeeper.orders.pricing import Shopping, quote
from tests.orders.goods import NOON, cart, line, promotion, rules, ware, yuan

CUP, TEA, POT = ware("cup", 30), ware("tea", 50, category="tea", brand="cenhe"), ware("pot", 100, stock=2)
SHOP = {product.id: product for product in (CUP, TEA, POT)}


def priced(*lines: Any, promotions: tuple[Promotion, ...] = (), products: dict[ProductId, Product] = SHOP, coupons: Any = (), **more: Any) -> Quote:
    return quote(cart(*lines, coupons=coupons), products, Shopping(promotions, rules(), "CNY", **more), now=NOON)


class TestAllocate:
    def test_the_units_left_go_to_the_largest_remainders(self) -> None:
        assert allocate(10, [6, 3, 2]) == [5, 3, 2]  # 5.45, 2.73, 1.82: two units left, to .82 and .73
        assert allocate(1, [1, 1]) == [1, 0]

    def test_nothing_is_split_into_nothing(self) -> None:
        assert allocate(0, [3, 4]) == [0, 0]
        assert allocate(5, [0, 0]) == [0, 0]
        assert allocate(5, []) == []


class TestWithoutPromotions:
    def test_a_cart_costs_its_lines_and_the_cheapest_delivery(self) -> None:
        found = priced(line("cup", 2, 30))
        assert (found.goods, found.discount, found.total) == (yuan(60), yuan(0), yuan(68))
        assert found.delivery is not None and found.delivery.id == "standard"
        assert [one.id for one in found.deliveries] == ["standard", "express"]

    def test_delivery_is_free_from_its_limit_on(self) -> None:
        assert priced(line("pot", 1, 100)).total == yuan(100)

    def test_delivery_goes_where_it_goes(self) -> None:
        found = priced(line("cup", 1, 30), country="US")
        assert [one.id for one in found.deliveries] == ["express"]
        assert found.total == yuan(50)

    def test_an_empty_cart_costs_nothing(self) -> None:
        found = priced()
        assert (found.total, found.delivery, found.buyable) == (yuan(0), None, False)

    def test_a_sale_price_counts_while_the_sale_runs(self) -> None:
        on_sale = ware("cup", 30, sale_price=yuan(20), sale_ends=NOON + timedelta(hours=1))
        assert priced(line("cup", 1, 30), products={on_sale.id: on_sale}).goods == yuan(20)
        over = ware("cup", 30, sale_price=yuan(20), sale_ends=NOON)
        assert priced(line("cup", 1, 20), products={over.id: over}).goods == yuan(30)

    def test_a_changed_price_is_told_with_both(self) -> None:
        told = explain_line(priced(line("cup", 1, 25)).lines[0])
        assert [one.en for one in told] == ["Price changed: ¥25.00 when you added it, now ¥30.00."]
        assert [one.zh for one in told] == ["价格有变：放入购物车时 ¥25.00，现在 ¥30.00。"]

    @pytest.mark.parametrize(
        ("product", "wanted", "fault", "available"),
        [
            (None, 1, "gone", 0),
            (replace(CUP, status="hidden"), 1, "gone", 0),
            (replace(CUP, variants=(replace(CUP.variants[0], offers=()),)), 1, "not_sold", 0),
            (ware("cup", 30, stock=0), 1, "sold_out", 0),
            (ware("cup", 30, stock=3), 4, "too_many", 3),
            (ware("cup", 30, stock=3), 3, None, 3),
            (ware("cup", 30, stock=0, availability="preorder"), 4, None, None),
        ],
    )
    def test_a_line_that_cannot_be_bought_says_why_and_costs_nothing(self, product: Any, wanted: int, fault: Any, available: Any) -> None:
        found = priced(line("cup", wanted, 30), products={} if product is None else {CUP.id: product})
        assert (found.lines[0].fault, found.lines[0].available, found.buyable) == (fault, available, fault is None)
        assert found.goods == (yuan(0) if fault else yuan(30 * wanted))
        assert bool(explain_line(found.lines[0])) is bool(fault)


class TestPromotions:
    def test_a_percentage_is_rounded_down_and_split_over_the_lines(self) -> None:
        third = promotion("third", "percentage", basis_points=3_333)
        found = priced(line("cup", 1, 30), line("tea", 1, 50), promotions=(third,))
        assert found.discount.minor == 2_666  # 8000 · .3333 = 2666.4
        assert [part.amount.minor for one in found.lines for part in one.discounts] == [1_000, 1_666]  # 999.75 and 1666.25

    def test_an_amount_is_never_more_than_what_it_is_for(self) -> None:
        off = promotion("off", "amount_off", amount=yuan(80), conditions=Conditions(categories=("tea",)))
        found = priced(line("cup", 1, 30), line("tea", 1, 50), promotions=(off,))
        assert [one.paid for one in found.lines] == [yuan(30), yuan(0)]

    def test_of_each_group_the_cheapest_pieces_are_given(self) -> None:
        two_for_one = promotion("three", "buy_x_get_y", basis_points=10_000, buy=2, get=1)
        found = priced(line("cup", 2, 30), line("tea", 1, 50), line("pot", 1, 100), promotions=(two_for_one,))
        assert [one.paid for one in found.lines] == [yuan(30), yuan(50), yuan(100)]  # 100 50 [30] 30

    def test_the_second_at_half_price(self) -> None:
        half = promotion("half", "buy_x_get_y", basis_points=5_000, buy=1, get=1)
        assert priced(line("cup", 3, 30), promotions=(half,)).discount == yuan(15)

    def test_combinable_ones_work_on_what_is_left_pieces_first_then_percent_then_amount(self) -> None:
        both = (promotion("a", "amount_off", amount=yuan(10)), promotion("b", "percentage", basis_points=1_000))
        assert priced(line("cup", 2, 30), promotions=both).discount == yuan(16)  # 60 − 6 = 54, − 10

    def test_an_exclusive_one_holds_alone_and_only_if_it_is_better(self) -> None:
        small = promotion("small", "percentage", basis_points=1_000)
        better = promotion("big", "percentage", basis_points=2_000, stacking="exclusive")
        worse = promotion("tiny", "percentage", basis_points=500, stacking="exclusive")
        found = priced(line("cup", 2, 30), promotions=(small, better, worse))
        assert [(part.promotion_id, part.amount) for part in found.discounts] == [("big", yuan(12))]
        assert priced(line("cup", 2, 30), promotions=(small, worse)).discount == yuan(6)

    def test_free_shipping_takes_the_fee_off_and_says_so(self) -> None:
        found = priced(line("cup", 1, 30), promotions=(promotion("free", "free_shipping"),))
        assert found.total == yuan(30)
        assert found.delivery is not None and explain_delivery(found.delivery).en == "Standard: ¥8.00, free with Offer free"

    def test_a_discount_does_not_take_free_delivery_away(self) -> None:
        off = promotion("off", "amount_off", amount=yuan(50))
        assert priced(line("pot", 1, 100), promotions=(off,)).total == yuan(50)

    def test_a_brand_a_product_and_a_path_of_categories_can_be_meant(self) -> None:
        for conditions in (Conditions(brands=("cenhe",)), Conditions(products=(TEA.id,)), Conditions(categories=("home > tea",))):
            found = priced(
                line("cup", 1, 30), line("tea", 1, 50), promotions=(promotion("x", "percentage", basis_points=1_000, conditions=conditions),)
            )
            assert [one.paid for one in found.lines] == [yuan(30), yuan(45)]

    def test_the_sum_is_told_as_a_sum(self) -> None:
        found = priced(line("cup", 2, 30), promotions=(promotion("x", "percentage", basis_points=1_000),))
        assert explain_total(found).en == "Goods, discounts, delivery: ¥60.00 − ¥6.00 + ¥8.00 = ¥62.00, tax included."


WELCOME = promotion("welcome", "amount_off", amount=yuan(5), code="WELCOME", conditions=Conditions(first_order=True, min_spend=yuan(40)))


class TestCoupons:
    @pytest.mark.parametrize(
        ("change", "more", "state"),
        [
            ({}, {}, "applied"),
            ({}, {"first_order": False}, "first_order"),
            ({"min_spend": yuan(80)}, {}, "min_spend"),
            ({"starts": NOON + timedelta(seconds=1)}, {}, "not_yet"),
            ({"ends": NOON}, {}, "over"),
            ({"categories": ("garden",), "min_spend": None}, {}, "nothing_fits"),
            ({"total": 3}, {"uses": {"welcome": (3, 0)}}, "used_up"),
            ({"total": 4, "per_shopper": 1}, {"uses": {"welcome": (3, 1)}}, "used_by_you"),
        ],
    )
    def test_what_came_of_a_code_is_told(self, change: Any, more: Any, state: str) -> None:
        coupon = replace(WELCOME, conditions=replace(WELCOME.conditions, **change))
        found = priced(line("cup", 2, 30), promotions=(coupon,), coupons=("WELCOME",), **more)
        assert found.coupons[0].state == state
        assert found.discount == (yuan(5) if state == "applied" else yuan(0))
        assert explain_coupon(found.coupons[0]).zh and explain_coupon(found.coupons[0]).en

    def test_what_is_still_missing_is_told(self) -> None:
        coupon = replace(WELCOME, conditions=Conditions(min_spend=yuan(80)))
        found = priced(line("cup", 2, 30), promotions=(coupon,), coupons=("WELCOME", "NOSUCH"))
        assert [(one.state, one.need) for one in found.coupons] == [("min_spend", yuan(20)), ("unknown", None)]

    def test_a_code_does_nothing_untyped(self) -> None:
        assert priced(line("cup", 2, 30), promotions=(WELCOME,)).discount == yuan(0)

    def test_a_code_that_would_save_less_is_kept_for_another_day(self) -> None:
        better = promotion("better", "percentage", basis_points=5_000, stacking="exclusive")
        found = priced(line("cup", 2, 30), promotions=(WELCOME, better), coupons=("WELCOME",))
        assert (found.coupons[0].state, found.discount) == ("not_better", yuan(30))

    def test_a_code_that_changes_nothing_is_not_used(self) -> None:
        free = promotion("free", "free_shipping", code="FREE")
        assert priced(line("pot", 1, 100), promotions=(free,), coupons=("FREE",)).coupons[0].state == "not_better"


class TestToken:
    def test_it_is_the_same_for_the_same_price_whatever_the_order_of_lines(self) -> None:
        one, other = priced(line("cup", 1, 30), line("tea", 1, 50)), priced(line("tea", 1, 50), line("cup", 1, 30))
        assert one.token == other.token

    def test_it_changes_with_price_quantity_delivery_and_promotion(self) -> None:
        dearer = {**SHOP, CUP.id: ware("cup", 31)}
        found = [
            priced(line("cup", 1, 30)),
            priced(line("cup", 2, 30)),
            priced(line("cup", 1, 30), delivery="express"),
            priced(line("cup", 1, 30), products=dearer),
            priced(line("cup", 1, 30), promotions=(promotion("x", "percentage", basis_points=100),)),
        ]
        assert len({one.token for one in found}) == 5
