"""`bench latency` on small catalogues, in processes of its own, on the engines that are served."""

from collections import Counter
from datetime import timedelta
from itertools import pairwise

import pytest

from shopkeeper.bootstrap.measuring import benches
from shopkeeper.errors import BadInput
from shopkeeper.evaluation.report import BenchRequest
from shopkeeper.evaluation.synthetic_orders import DAYS, ENDS, Purchases

PLACEMENTS = {"similar", "frequently_bought_together", "recommended_for_you", "recommended_for_you+filter", "trending"}


def bench(**options: str):
    return benches()["latency"](BenchRequest(data=[], options=options))


def test_every_placement_is_measured_after_a_fit_by_the_products_own_job() -> None:
    outcome = bench(sizes="1000", parts="recommend")
    rows = {row.slice.removeprefix("recommend "): row.metrics for row in outcome.rows}
    assert set(rows) == {*PLACEMENTS, "cost"}
    assert all(0 < rows[name]["p50_ms"] <= rows[name]["p95_ms"] <= rows[name]["p99_ms"] for name in PLACEMENTS)
    assert rows["cost"]["orders"] == 5_000
    assert rows["cost"]["model_bytes"] > 100_000
    assert rows["cost"]["fit_peak_rss_mb"] > 50


@pytest.mark.parametrize(("name", "value"), [("sizes", "many"), ("sizes", "10"), ("parts", "search,reviews")])
def test_what_cannot_be_measured_is_refused(name: str, value: str) -> None:
    with pytest.raises(BadInput) as refused:
        bench(**{name: value})
    assert refused.value.field == name


class TestPurchases:
    def test_the_history_is_the_same_each_time_in_order_of_time_and_in_proportion(self) -> None:
        orders = list(Purchases(400).orders())
        assert orders == list(Purchases(400).orders())
        assert len(orders) == 2_000
        assert all(one.placed < next_one.placed for one, next_one in pairwise(orders))
        assert orders[0].placed == ENDS - timedelta(days=DAYS)
        assert len({order.customer_id for order in orders}) > 500
        assert all(1 <= len(order.lines) <= 4 for order in orders)

    def test_what_one_shopper_buys_is_mostly_of_one_taste(self) -> None:
        by_customer: dict[object, Counter[int]] = {}
        for order in Purchases(1_000).orders():
            by_customer.setdefault(order.customer_id, Counter()).update(int(line.product_id[4:]) // 200 for line in order.lines)
        shares = [max(tastes.values()) / tastes.total() for tastes in by_customer.values() if tastes.total() >= 5]
        assert sum(shares) / len(shares) > 0.75
