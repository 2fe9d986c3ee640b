"""Simulated shoppers in a shop that really runs: its search, its categories and its recommendations are what they choose from."""

from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any

from shopkeeper.cli.demo import what_it_was_made_from
from shopkeeper.jobs.live import HttpShop
from shopkeeper.simulation.player import live_sessions
from shopkeeper.simulation.shop import demo_cast
from tests.journeys.conftest import RunningShop


class Recorded(HttpShop):
    """Keeps the events instead of sending them."""

    def __init__(self, url: str, key: str) -> None:
        super().__init__(url, key)
        self.events: list[Mapping[str, Any]] = []

    def send(self, events: Sequence[Mapping[str, Any]]) -> None:
        self.events += events


def test_shoppers_find_what_they_look_for_in_the_shop_that_runs_and_buy(running_shop: RunningShop) -> None:
    made, key = what_it_was_made_from(running_shop.folder)
    cast, now = demo_cast(**made), datetime.now(UTC)
    with closing(Recorded(running_shop.url, key)) as client:
        sessions = list(live_sessions(cast, client, seed=5, moments=(now + timedelta(seconds=n) for n in range(80)), shoppers=cast.customers))
    assert len(sessions) == 80
    done = Counter(event["name"] for event in client.events)
    assert done["view_item_list"] > 80 and done["search"] > 20 and done["select_item"] > 40 and done["purchase"] > 5
    shown = {event["list_id"]: event["items"] for event in client.events if event["name"] == "view_item_list"}
    known = {product.id for product in cast.products}
    assert all(item["product_id"] in known for items in shown.values() for item in items)
    found = [event["list_id"] in shown for event in client.events if event["name"] == "search"]
    assert sum(found) > 0.7 * len(found), "most queries find something"
