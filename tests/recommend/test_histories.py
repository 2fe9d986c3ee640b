from datetime import UTC, datetime, timedelta

import numpy as np

from shopkeeper.domain.ids import CustomerId, OrderId, ProductId
from shopkeeper.domain.money import Currency, Money
from shopkeeper.domain.order import Order, OrderLine, Return
from shopkeeper.recommend import histories
from shopkeeper.recommend.histories import Histories, baskets_of

DAY = datetime(2026, 3, 1, tzinfo=UTC)
PRICE = Money(100, Currency("CNY"))


def order(number, day, customer, *products, returns=()):
    lines = tuple(OrderLine(ProductId(product), 1, PRICE) for product in products)
    return Order(OrderId(str(number)), DAY + timedelta(days=day), lines, CustomerId(customer) if customer else None, returns=returns)


def named(made, shopper):
    items, steps = made.history(shopper)
    return [(made.ids[item], int(step)) for item, step in zip(items, steps, strict=True)]


class TestBaskets:
    def test_a_customers_orders_are_the_steps_of_one_history(self):
        made = baskets_of([order(1, 0, "ann", "a", "b"), order(2, 1, "bob", "c"), order(3, 2, "ann", "d")]).histories()
        assert [named(made, shopper) for shopper in range(made.shoppers)] == [[("a", 0), ("b", 0), ("d", 1)], [("c", 0)]]
        assert made.ages.tolist() == [1, 1, 0, 0]

    def test_a_product_that_is_bought_again_stands_where_it_was_bought_last(self):
        made = baskets_of([order(1, 0, "ann", "a", "b"), order(2, 1, "ann", "a")]).histories()
        assert named(made, 0) == [("b", 0), ("a", 1)]

    def test_guests_have_baskets_but_no_history(self):
        baskets = baskets_of([order(1, 0, None, "a", "b")])
        assert baskets.count == 1
        assert baskets.histories().shoppers == 0

    def test_what_came_back_whole_was_not_bought(self):
        back = (Return(ProductId("a"), 1, DAY),)
        assert baskets_of([order(1, 0, "ann", "a", "b", returns=back)]).ids == ("b",)
        assert baskets_of([order(1, 0, "ann", "a", returns=back)]).count == 0

    def test_orders_that_come_out_of_time_are_put_in_time(self):
        baskets = baskets_of([order(2, 5, "ann", "late"), order(1, 0, "ann", "early")])
        assert named(baskets.histories(), 0) == [("early", 0), ("late", 1)]

    def test_no_orders_are_no_shoppers(self):
        baskets = baskets_of([])
        assert (baskets.count, baskets.histories().shoppers) == (0, 0)

    def test_only_the_newest_items_of_a_reseller_count(self, monkeypatch):
        monkeypatch.setattr(histories, "MAX_HISTORY", 2)
        made = baskets_of([order(1, 0, "ann", "a"), order(2, 1, "ann", "b"), order(3, 2, "ann", "c"), order(4, 3, "bob", "a")]).histories()
        assert [named(made, shopper) for shopper in range(2)] == [[("b", 0), ("c", 1)], [("a", 0)]]


class TestSequences:
    def test_each_item_is_a_step(self):
        made = Histories.from_sequences([ProductId("a"), ProductId("b")], [np.array([1, 0], np.int32), np.array([], np.int32)])
        assert made.shoppers == 1
        assert named(made, 0) == [("b", 0), ("a", 1)]

    def test_only_keeps_the_chosen_shoppers(self):
        made = Histories.from_sequences([ProductId("a"), ProductId("b")], [np.array([1, 0], np.int32), np.array([0], np.int32)])
        assert named(made.only([1]), 0) == [("a", 0)]

    def test_bought_counts_a_repeated_item_once(self):
        made = Histories.from_sequences([ProductId("a"), ProductId("b")], [np.array([0, 1, 0], np.int32)])
        assert made.bought().toarray().tolist() == [[1, 1]]
