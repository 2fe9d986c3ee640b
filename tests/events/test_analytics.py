"""Figures over the real logs, with a bot among the shoppers."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from shopkeeper.adapters.storage import SqlShopDatabase, migrate, open_shop_database
from shopkeeper.domain.event import Event, EventItem
from shopkeeper.domain.ids import EventId, ListId, ProductId, ShopId, ShopperId
from shopkeeper.domain.money import Currency, Money
from shopkeeper.domain.shopper import Identity
from shopkeeper.domain.shown_list import ShownList, Surface
from shopkeeper.events.analytics import ListAnalytics
from shopkeeper.events.attribution import CLICK_WINDOW, VIEW_WINDOW
from shopkeeper.events.log import EventLog
from shopkeeper.events.shown import ShownListLog
from tests.conftest import NOON

ANNA, PHONE, BOT = Identity("user", "anna"), Identity("visitor", "phone"), Identity("visitor", "bot")
DAY = timedelta(days=1)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[SqlShopDatabase]:
    migrate(f"sqlite:///{tmp_path}", ShopId("main"))
    with open_shop_database(f"sqlite:///{tmp_path}", ShopId("main")) as opened:
        yield opened


class Shop:
    """Both logs and the figures, at a clock that a test turns."""

    def __init__(self, database: SqlShopDatabase) -> None:
        self.now = NOON
        self.flagged: frozenset[ShopperId] = frozenset()
        self.events = EventLog(database.events, database.shoppers, database.vault, clock=lambda: self.now)
        self.lists = ShownListLog(database.lists, self.events, database.vault)
        self.figures = ListAnalytics(
            self.lists,
            self.events,
            database.shoppers,
            lambda: self.flagged,
            windows=lambda: (CLICK_WINDOW, VIEW_WINDOW),
            clock=lambda: self.now,
        )
        self._events = 0

    def show(self, name: str, items: str, *, who: Identity | None = ANNA, query: str = "", surface: Surface = "search", took: str = "9") -> None:
        products = tuple(ProductId(item) for item in items.split())
        shown = ShownList(ListId(name), NOON, surface, products, "p", (1.0,) * len(products), query=query, context=(("took_ms", took),))
        self.lists.add(shown, who)
        self.lists.flush()

    def do(self, name: str, product: str, *, who: Identity = ANNA, of: str | None = None, at: datetime = NOON + timedelta(minutes=5)) -> None:
        self._events += 1
        item = EventItem(ProductId(product), price=Money(250, Currency("CNY")))
        list_id = None if of is None else ListId(of)
        self.events.record([Event(EventId(f"e{self._events}"), name, at, who, (item,), list_id=list_id)])  # pyright: ignore[reportArgumentType]


@pytest.fixture
def shop(database: SqlShopDatabase) -> Shop:
    return Shop(database)


def test_searches_are_told_by_what_came_of_them(shop: Shop) -> None:
    shop.show("l1", "a b", query="Tea")
    shop.show("l2", "a", query="tea", took="350.5")
    shop.show("l3", "", query="zzz")
    for number in range(2):
        shop.show(f"l4{number}", "c", query="coffee")
    shop.show("l5", "c", surface="trending")
    shop.do("select_item", "b", of="l1")
    report = shop.figures.searches(NOON, NOON + DAY)
    assert [(one.query, one.figures.lists, one.figures.ctr) for one in report.top] == [("coffee", 2, 0.0), ("tea", 2, 0.5), ("zzz", 1, None)]
    assert [one.query for one in report.failing] == ["zzz"]
    assert [one.query for one in report.ignored] == ["coffee"]
    assert [(one.query, one.slowest_ms) for one in report.slow] == [("tea", 350.5)]
    assert report.no_result_rate == 0.2
    assert shop.figures.positions("search", NOON, NOON + DAY, places=2) == [(4, 0), (1, 1)]


def test_what_a_visitor_saw_and_the_signed_in_user_bought_is_one_story(shop: Shop, database: SqlShopDatabase) -> None:
    shop.show("l1", "a", who=PHONE, surface="recommended_for_you")
    shop.do("select_item", "a", who=PHONE, of="l1")
    numbers = shop.events.numbers([PHONE, ANNA])
    database.shoppers.merge(numbers[PHONE], numbers[ANNA], NOON)
    shop.do("purchase", "a", who=ANNA, at=NOON + 2 * DAY)
    rows = shop.figures.by("surface", NOON, NOON + DAY)
    assert rows["recommended_for_you"].revenue == {"CNY": 250}
    assert rows["recommended_for_you"].conversion == 1.0


def test_bots_are_in_no_figure_and_figures_may_be_a_minute_old(shop: Shop) -> None:
    shop.show("l1", "a", who=BOT, query="x")
    shop.show("l2", "a", query="y")
    shop.do("select_item", "a", who=BOT, of="l1")
    assert shop.figures.by("surface", NOON, NOON + DAY)["search"].lists == 2
    shop.flagged = frozenset({shop.events.numbers([BOT])[BOT]})
    assert shop.figures.by("surface", NOON, NOON + DAY)["search"].lists == 2
    shop.now += timedelta(minutes=1)
    found = shop.figures.by("surface", NOON, NOON + DAY)["search"]
    assert (found.lists, found.clicks) == (1, 0)


def test_what_came_of_one_list_is_what_the_whole_log_says_of_it(shop: Shop, database: SqlShopDatabase) -> None:
    shop.show("l1", "a b", who=PHONE, query="tea")
    shop.show("l2", "a c", who=ANNA, query="tea")
    shop.show("l3", "a", who=None, query="tea")
    numbers = shop.events.numbers([PHONE, ANNA])
    database.shoppers.merge(numbers[PHONE], numbers[ANNA], NOON)
    shop.do("select_item", "a", who=PHONE, of="l1")
    shop.do("add_to_cart", "a", who=ANNA, of="l2", at=NOON + timedelta(minutes=7))
    shop.do("purchase", "a", who=ANNA, at=NOON + timedelta(minutes=9))
    shop.do("select_item", "a", who=Identity("visitor", "unseen"), of="l3")
    whole = {one.logged.shown.id: one for one in shop.figures.joined(NOON, NOON + DAY).outcomes}
    for one in shop.lists.scan():
        assert shop.figures.came_of(one) == whole[one.shown.id]
    assert [len(whole[ListId(name)].clicks) for name in ("l1", "l2", "l3")] == [1, 1, 1]
    assert [len(whole[ListId(name)].purchases) for name in ("l1", "l2", "l3")] == [0, 1, 0]


def test_nothing_came_of_a_bots_list(shop: Shop) -> None:
    shop.show("l1", "a", who=BOT, query="x")
    shop.do("select_item", "a", who=BOT, of="l1")
    one = next(shop.lists.scan())
    assert len(shop.figures.came_of(one).clicks) == 1
    shop.flagged = frozenset({shop.events.numbers([BOT])[BOT]})
    assert shop.figures.came_of(one).clicks == []
