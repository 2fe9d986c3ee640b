"""Live play: visits follow from what the shop shows, and the shop is told what was done."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

import pytest

from shopkeeper.domain.ids import ProductId
from shopkeeper.domain.product import Market
from shopkeeper.domain.texts import Lang
from shopkeeper.simulation.behaviour.shelves import Placement, Shown
from shopkeeper.simulation.player import LiveSession, live_sessions
from shopkeeper.simulation.shop import Cast, demo_cast
from tests.simulation.conftest import NOW


@pytest.fixture(scope="module")
def cast() -> Cast:
    return demo_cast(now=NOW, size=160)


class FakeShop:
    """An in-memory shop: search by substring of the title, category by key, everything ranked by `rank`; keeps what it was sent."""

    def __init__(self, cast: Cast, rank: Mapping[ProductId, float] | None = None) -> None:
        self.sent: list[Mapping[str, Any]] = []
        self.asked: Counter[str] = Counter()
        self._wares = cast.world.wares
        self._products = sorted((product.id for product in cast.products), key=lambda one: (-(rank or {}).get(one, 0.0), one))
        self._lists = 0

    def search(self, query: str, *, lang: Lang, market: Market, limit: int) -> Shown:
        words = query.lower().replace("元以内", "").split()
        return self._list(
            "search", (one for one in self._products if any(w in self._wares[one].product.title.get(lang).lower() for w in words)), limit
        )

    def category(self, key: str, *, lang: Lang, market: Market, limit: int) -> Shown:
        return self._list("category", (one for one in self._products if self._wares[one].kind.shelf == key), limit)

    def recommend(
        self, placement: Placement, *, products: Sequence[ProductId], history: Sequence[ProductId], lang: Lang, market: Market, limit: int
    ) -> Shown:
        return self._list(placement, (one for one in self._products if one not in products), limit)

    def send(self, events: Sequence[Mapping[str, Any]]) -> None:
        self.sent += events

    def _list(self, name: str, products: Iterator[ProductId], limit: int) -> Shown:
        self.asked[name] += 1
        self._lists += 1
        return Shown(f"list-{self._lists}", tuple(islice(products, limit)))


def minutes(count: int) -> Iterator[datetime]:
    return (NOW + timedelta(minutes=number) for number in range(count))


def played(cast: Cast, shop: FakeShop, count: int, **options: Any) -> list[LiveSession]:
    return list(live_sessions(cast, shop, seed=3, moments=minutes(count), **options))


def test_a_visit_begins_at_every_moment_and_its_events_are_sent(cast: Cast):
    shop = FakeShop(cast)
    sessions = played(cast, shop, 120)
    assert len(sessions) == 120
    assert [document for session in sessions for document in session.documents] == shop.sent
    assert all(session.deeds[0].occurred == NOW + timedelta(minutes=number) for number, session in enumerate(sessions) if session.deeds)
    assert len({document["event_id"] for document in shop.sent}) == len(shop.sent) > 500
    assert shop.asked["search"] > 20 and shop.asked["category"] > 10 and shop.asked["trending"] > 10


def test_clicks_are_on_what_was_shown_where_it_was_shown(cast: Cast):
    shop = FakeShop(cast)
    played(cast, shop, 150, shoppers=cast.customers)
    shown = {document["list_id"]: document["items"] for document in shop.sent if document["name"] == "view_item_list"}
    clicks = [document for document in shop.sent if document["name"] == "select_item"]
    assert len(clicks) > 60
    for click in clicks:
        item = click["items"][0]
        assert shown[click["list_id"]][item["position"]]["product_id"] == item["product_id"]


def test_the_same_shop_gets_the_same_visits_and_another_seed_others(cast: Cast):
    once, again, other = FakeShop(cast), FakeShop(cast), FakeShop(cast)
    played(cast, once, 40)
    played(cast, again, 40)
    list(live_sessions(cast, other, seed=4, moments=minutes(40)))
    assert once.sent == again.sent != other.sent


def test_a_shop_that_shows_what_people_like_sells_more_than_one_that_shows_the_opposite(cast: Cast):
    appeal = {id_: ware.appeal for id_, ware in cast.world.wares.items()}
    good, bad = FakeShop(cast, appeal), FakeShop(cast, {id_: -value for id_, value in appeal.items()})
    for shop in (good, bad):
        played(cast, shop, 400, shoppers=cast.customers)
    bought = [sum(document["name"] == "purchase" for document in shop.sent) for shop in (good, bad)]
    assert bought[0] > 1.2 * bought[1] > 0


def test_products_that_the_player_does_not_know_are_passed_over_but_keep_their_place(cast: Cast):
    class Merchant(FakeShop):
        def _list(self, name: str, products: Iterator[ProductId], limit: int) -> Shown:
            shown = super()._list(name, products, limit)
            return Shown(shown.list_id, (ProductId("brand-new"), *shown.products[:-1]))

    shop = Merchant(cast)
    played(cast, shop, 150, shoppers=cast.customers)
    clicks = [document["items"][0] for document in shop.sent if document["name"] == "select_item"]
    assert clicks and all(item["product_id"] != "brand-new" and item["position"] > 0 for item in clicks)


def test_an_empty_shop_is_left_without_a_sale(cast: Cast):
    class Empty(FakeShop):
        def _list(self, name: str, products: Iterator[ProductId], limit: int) -> Shown:
            return super()._list(name, iter(()), limit)

    shop = Empty(cast)
    played(cast, shop, 60, shoppers=cast.customers)
    assert {document["name"] for document in shop.sent} <= {"search", "view_promotion", "select_promotion"}


def test_bots_come_too_and_a_ring_does_not(cast: Cast):
    shop = FakeShop(cast)
    bots = tuple(one for one in cast.people if one.adversary)
    sessions = played(cast, shop, 60, shoppers=bots)
    assert {session.shopper.adversary for session in sessions} == {"crawler", "agent", "clicker"}
    assert len({document["event_id"] for document in shop.sent}) == len(shop.sent)


def test_what_was_meant_by_a_query_is_known_by_its_list(cast: Cast):
    sessions = played(cast, FakeShop(cast), 80, shoppers=cast.customers)
    searches = [(deed, session) for session in sessions for deed in session.deeds if deed.name == "search"]
    assert searches and all(session.asked[deed.list_id].text == deed.query for deed, session in searches)
