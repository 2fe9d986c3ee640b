from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from shopkeeper.domain.ids import CustomerId, OrderId, ProductId
from shopkeeper.domain.money import Currency, Money
from shopkeeper.domain.order import Order, OrderLine
from shopkeeper.evaluation import gate
from shopkeeper.evaluation.gate import judge_recommender
from shopkeeper.evaluation.time_split import popularity_of_days, score_cases, split_at
from shopkeeper.recommend.fit import fit_recommend_artifact
from shopkeeper.recommend.histories import baskets_of, day_of

NOW = datetime(2026, 3, 1, tzinfo=UTC)
PRICE = Money(100, Currency("CNY"))


def order(number, day, customer, *products):
    lines = tuple(OrderLine(ProductId(str(product)), 1, PRICE) for product in products)
    return Order(OrderId(f"{number:06}"), NOW + timedelta(days=day - 100), lines, CustomerId(customer) if customer else None)


def tastes(customers=90, orders=5, seed=1):
    """Each customer stays in one of six families of eight products; popularity over all knows nothing of that."""
    rng = np.random.default_rng(seed)
    made = []
    for customer in range(customers):
        family = customer % 6
        unseen = list(rng.permutation(8))
        for number in range(orders):
            products = [f"{family}-{unseen.pop()}" for _ in range(1 if number else 2)]
            made.append(order(len(made), float(rng.uniform(number * 20, number * 20 + 20)), f"c{customer}", *products))
    return sorted(made, key=lambda order: order.placed)


class TestSplit:
    def test_the_first_order_after_the_split_is_the_target_without_what_was_owned(self):
        baskets = baskets_of([order(1, 1, "ann", "a", "b"), order(2, 9, "ann", "b", "c"), order(3, 10, "ann", "d")])
        split = split_at(baskets, day_of(NOW + timedelta(days=5 - 100)))
        assert [(case.orders, case.targets) for case in split.cases] == [((("a", "b"),), frozenset("c"))]
        assert set(split.before.ids) == {"a", "b"}

    def test_guests_newcomers_and_mere_repeaters_are_no_cases(self):
        baskets = baskets_of([order(1, 1, "ann", "a"), order(2, 9, None, "b"), order(3, 9, "new", "b"), order(4, 9, "ann", "a")])
        assert split_at(baskets, day_of(NOW + timedelta(days=5 - 100))).cases == ()

    def test_recent_popularity_counts_recent_orders(self):
        baskets = baskets_of([order(1, 1, "ann", "old"), order(2, 1, "bob", "old"), order(3, 30, "cat", "new"), order(4, 50, "ann", "new")])
        split = split_at(baskets, day_of(NOW + timedelta(days=40 - 100)))
        scored = score_cases("recent", "peer", popularity_of_days(split.before, 7), split.cases)
        assert [list(shown) for shown in scored.lists] == [["new"]]
        assert scored.figures["recall@10"].tolist() == [1.0]


class TestVerdict:
    def test_a_model_that_knows_tastes_may_be_published(self):
        verdict = judge_recommender(tastes, now=NOW)
        figures = {(system, metric): value for system, metric, value in verdict.figures}
        assert verdict.publish
        assert figures["fitted", "ndcg@10"] > 2 * figures["popularity of 30 days", "ndcg@10"]
        assert "may be published" in verdict.sentence

    def test_a_model_that_is_surely_worse_is_refused(self, monkeypatch):
        monkeypatch.setattr(gate, "served", lambda _model: lambda _case: [])
        verdict = judge_recommender(tastes, now=NOW)
        assert not verdict.publish
        assert "surely worse" in verdict.sentence

    @pytest.mark.parametrize("orders", [[], [order(1, 1, "ann", "a")]])
    def test_too_few_customers_are_no_judgement(self, orders):
        verdict = judge_recommender(lambda: orders, now=NOW)
        assert verdict.publish
        assert verdict.figures == ()
        assert "Not judged" in verdict.sentence

    def test_the_serving_model_is_compared_on_orders_that_came_after_its_fit(self, tmp_path):
        orders = tastes()
        cut = [order for order in orders if order.placed < NOW - timedelta(days=40)]
        fit_recommend_artifact(cut, tmp_path, now=NOW)
        verdict = judge_recommender(lambda: orders, now=NOW, serving=tmp_path)
        figures = {(system, metric): value for system, metric, value in verdict.figures}
        assert figures["serving now", "ndcg@10"] == pytest.approx(figures["fitted", "ndcg@10"])

    def test_a_serving_model_that_saw_the_later_orders_takes_no_part(self, tmp_path):
        orders = tastes()
        fit_recommend_artifact(orders, tmp_path, now=NOW)
        verdict = judge_recommender(lambda: orders, now=NOW, serving=tmp_path)
        assert "serving now" not in {system for system, _, _ in verdict.figures}
