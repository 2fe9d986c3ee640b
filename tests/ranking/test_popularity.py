from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shopkeeper.domain.ids import OrderId, ProductId
from shopkeeper.domain.money import Currency, Money
from shopkeeper.domain.order import Order, OrderLine, Return
from shopkeeper.ranking.popularity import HALF_LIFE_DAYS, popularity

NOW = datetime(2026, 3, 1, tzinfo=UTC)
PRICE = Money(100, Currency("CNY"))


def order(number, days_ago, *products, quantity=1, returns=()):
    lines = tuple(OrderLine(ProductId(product), quantity, PRICE) for product in products)
    return Order(OrderId(str(number)), NOW - timedelta(days=days_ago), lines, returns=returns)


def test_an_order_of_a_half_life_ago_weighs_half():
    assert popularity([order(1, HALF_LIFE_DAYS, "old"), order(2, 0, "new")], NOW) == pytest.approx({"old": 0.5, "new": 1.0})


def test_quantity_does_not_count_and_a_product_counts_once_an_order():
    assert popularity([order(1, 0, "a", "a", quantity=500)], NOW) == {"a": 1.0}


def test_what_came_back_whole_does_not_count():
    back = (Return(ProductId("a"), 2, NOW), Return(ProductId("b"), 1, NOW))
    assert popularity([order(1, 0, "a", "b", quantity=2, returns=back)], NOW) == {"b": 1.0}


def test_a_history_that_ended_fifteen_years_ago_keeps_its_scale():
    days = 15 * 365
    assert popularity([order(1, days + HALF_LIFE_DAYS, "a"), order(2, days, "b")], NOW) == pytest.approx({"a": 0.5, "b": 1.0})


def test_an_order_from_the_future_counts_as_one_of_now():
    assert popularity([order(1, -400, "a"), order(2, 0, "b")], NOW) == pytest.approx({"a": 1.0, "b": 1.0})


def test_no_orders_give_no_popularity():
    assert popularity([], NOW) == {}


@settings(max_examples=40)
@given(st.lists(st.tuples(st.floats(0, 400), st.sampled_from("abc")), min_size=1, max_size=12), st.randoms(use_true_random=False))
def test_the_order_of_the_orders_does_not_matter(rows, random):
    orders = [order(number, days, product) for number, (days, product) in enumerate(rows)]
    shuffled = orders[:]
    random.shuffle(shuffled)
    assert popularity(shuffled, NOW) == pytest.approx(popularity(orders, NOW))
