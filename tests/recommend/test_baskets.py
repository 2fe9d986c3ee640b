import math
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from shopkeeper.domain.ids import ProductId
from shopkeeper.recommend import baskets as baskets_module
from shopkeeper.recommend.baskets import SHRINKAGE, basket_rows, orders_with_both
from shopkeeper.recommend.histories import Baskets
from shopkeeper.recommend.trends import trends_of

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def baskets(*orders, days=None):
    """Orders as strings of one-letter products."""
    letters = sorted({letter for order in orders for letter in order})
    items = np.array([letters.index(letter) for order in orders for letter in order], dtype=np.int32)
    offsets = np.concatenate([[0], np.cumsum([len(order) for order in orders], dtype=np.int64)])
    placed = np.array([NOW.timestamp() / 86_400 - day for day in (days or [0] * len(orders))])
    return Baskets(tuple(ProductId(letter) for letter in letters), items, offsets, np.full(len(orders), -1, np.int32), placed)


class TestTogether:
    def test_orders_with_both_are_counted(self):
        both = orders_with_both(baskets("ab", "ab", "ac", "b")).toarray()
        assert both.tolist() == [[3, 2, 1], [2, 3, 0], [1, 0, 1]]

    def test_the_score_is_share_times_telling_lift(self):
        made = baskets("ab", "ab", "ac", "c", "c", "c")
        columns, weights, counts = basket_rows(orders_with_both(made), made.count).row(0)
        # a: 3 orders, b: 2, both: 2 of 6: lift 2
        assert columns.tolist() == [1]
        assert weights[0] == pytest.approx(2 / (3 + SHRINKAGE) * math.log2(1 + 2), rel=1e-3)
        assert counts.tolist() == [2]

    def test_a_pair_that_met_once_is_nobodys_business(self):
        made = baskets("ab", "c", "c")
        assert basket_rows(orders_with_both(made), made.count).row(0)[0].tolist() == []

    def test_a_pair_that_meets_as_often_as_chance_is_no_pair(self):
        made = baskets("ab", "ab", "ab")
        assert basket_rows(orders_with_both(made), made.count).row(0)[0].tolist() == []

    def test_restocking_lists_are_passed_over(self, monkeypatch):
        monkeypatch.setattr(baskets_module, "MAX_BASKET", 3)
        assert orders_with_both(baskets("abcd", "ab")).toarray()[0].tolist() == [1, 1, 0, 0]

    def test_many_orders_in_parts_give_the_same_counts(self, monkeypatch):
        made = baskets("ab", "abc", "c", "bc", "ab")
        whole = orders_with_both(made).toarray()
        monkeypatch.setattr(baskets_module, "_ORDERS_AT_ONCE", 2)
        assert (orders_with_both(made).toarray() == whole).all()


class TestTrends:
    def test_orders_are_counted_by_week_and_quarter(self):
        trends = trends_of(baskets("a", "a", "a", "ab", days=[100, 80, 8, 0]), NOW)
        assert (trends.orders_recent[0], trends.orders_season[0], trends.orders_ever[0]) == (1, 3, 4)
        assert trends.popular[1] == 1.0

    def test_a_week_old_order_trends_half(self):
        assert trends_of(baskets("a", "b", days=[7, 0]), NOW).trend.tolist() == pytest.approx([0.5, 1.0])

    def test_the_clock_of_a_shop_that_paused_stops_at_its_last_order(self):
        trends = trends_of(baskets("a", days=[400]), NOW)
        assert trends.until == NOW - timedelta(days=400)
        assert trends.orders_recent.tolist() == [1]

    def test_an_order_from_the_future_counts_as_now(self):
        trends = trends_of(baskets("a", days=[-50]), NOW)
        assert (trends.until, trends.trend.tolist()) == (NOW, [1.0])

    def test_no_orders_have_no_trends(self):
        assert trends_of(baskets(), NOW).popular.tolist() == []
