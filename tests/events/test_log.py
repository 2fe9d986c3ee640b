"""The log keeps what was sent, sealed, and cannot read it any more once the shopper's key is gone."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from shopkeeper.adapters.storage import SqlShopDatabase, migrate, open_shop_database
from shopkeeper.domain.event import Event, EventItem
from shopkeeper.domain.ids import EventId, ListId, ProductId, SessionId, ShopId
from shopkeeper.domain.money import Currency, Money
from shopkeeper.domain.shopper import Identity
from shopkeeper.events.log import EventLog
from tests.conftest import NOON

ANNA, PHONE = Identity("user", "anna@example.org"), Identity("visitor", "v-1")


@pytest.fixture
def database(tmp_path: Path) -> Iterator[SqlShopDatabase]:
    migrate(f"sqlite:///{tmp_path}", ShopId("main"))
    with open_shop_database(f"sqlite:///{tmp_path}", ShopId("main")) as opened:
        yield opened


@pytest.fixture
def log(database: SqlShopDatabase) -> EventLog:
    return EventLog(database.events, database.shoppers, database.vault, clock=lambda: NOON)


def viewed(number: int, who: Identity = ANNA) -> Event:
    return Event(
        EventId(f"e{number}"),
        "view_item",
        NOON + timedelta(seconds=number),
        who,
        items=(EventItem(ProductId("pot"), price=Money(3900, Currency("EUR")), position=2),),
        session_id=SessionId("s"),
        query="绿茶 teapot",
        list_id=ListId("l1"),
        lang="zh",
        agent="Mozilla/5.0",
        consent=frozenset({"analytics"}),
    )


def test_what_is_read_is_what_was_recorded(log: EventLog) -> None:
    events = [viewed(1), viewed(2, PHONE), viewed(3)]
    assert log.record(events) == [True, True, True]
    assert log.record(events[:1]) == [False]
    assert [one.event for one in log.scan()] == events
    anna = log.find(ANNA)
    assert anna is not None
    assert [one.event for one in log.of_shoppers([anna], limit=9)] == [events[2], events[0]]


def test_nothing_personal_stands_in_the_file(log: EventLog, database: SqlShopDatabase, tmp_path: Path) -> None:
    log.record([viewed(1)])
    database.close()
    stored = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    for said in ("anna@example.org", "teapot", "绿茶", "Mozilla", "pot"):
        assert said.encode() not in stored


def test_without_the_key_the_events_are_gone_even_where_their_rows_remain(log: EventLog, database: SqlShopDatabase) -> None:
    log.record([viewed(1), viewed(2, PHONE)])
    anna = log.numbers([ANNA])[ANNA]
    database.vault.destroy([anna], NOON)
    log.forget_keys([anna])
    assert [one.event.id for one in log.scan()] == ["e2"]
    assert [one.event.id for one in log.after(0, limit=9)] == ["e2"]
    assert log.of_shoppers([anna], limit=9) == []


def test_one_who_was_erased_elsewhere_begins_anew(log: EventLog, database: SqlShopDatabase) -> None:
    log.record([viewed(1)])
    anna = log.numbers([ANNA])[ANNA]
    database.vault.destroy([anna], NOON)  # as another process would: this log still remembers the number
    database.shoppers.erase([anna], NOON)
    with log._lock:
        log._keys.clear()
    assert log.record([viewed(2)]) == [True]
    assert [one.event.id for one in log.scan()] == ["e2"]
    assert log.numbers([ANNA])[ANNA] != anna
