"""Lists are kept behind the answer, sealed, and lost for good with the key."""

import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from shopkeeper.adapters.storage import SqlShopDatabase, migrate, open_shop_database
from shopkeeper.domain.ids import ListId, ProductId, ShopId
from shopkeeper.domain.shopper import Identity
from shopkeeper.domain.shown_list import ShownList
from shopkeeper.errors import Unavailable
from shopkeeper.events import shown as shown_module
from shopkeeper.events.log import EventLog
from shopkeeper.events.shown import LoggedList, ShownListLog
from shopkeeper.ports.events import ListQuery
from tests.conftest import NOON

ANNA = Identity("user", "anna")


@pytest.fixture
def database(tmp_path: Path) -> Iterator[SqlShopDatabase]:
    migrate(f"sqlite:///{tmp_path}", ShopId("main"))
    with open_shop_database(f"sqlite:///{tmp_path}", ShopId("main")) as opened:
        yield opened


@pytest.fixture
def log(database: SqlShopDatabase) -> ShownListLog:
    events = EventLog(database.events, database.shoppers, database.vault, clock=lambda: NOON)
    return ShownListLog(database.lists, events, database.vault)


def a_list(number: int, *, query: str = "绿茶 teapot") -> ShownList:
    items = (ProductId("pot"), ProductId("杯"))
    moment = NOON + timedelta(seconds=number)
    return ShownList(ListId(f"l{number}"), moment, "search", items, "lexical.v1", (0.25, 1.0), "personal", query, (("total", "2"),))


def test_what_is_read_is_what_was_shown(log: ShownListLog) -> None:
    log.add(a_list(1), ANNA)
    log.add(a_list(2))
    log.add(a_list(1), ANNA)
    assert log.flush() == 2
    anna, nobody = log.scan()
    assert (anna.shown, nobody) == (a_list(1), LoggedList(None, a_list(2)))
    assert anna.shopper is not None
    assert log.get([ListId("l1"), ListId("none")]) == {"l1": anna}


def test_a_thread_writes_within_a_second(log: ShownListLog, database: SqlShopDatabase) -> None:
    log.start()
    began = time.monotonic()
    log.add(a_list(1), ANNA)
    while not database.lists.get([ListId("l1")]) and time.monotonic() - began < 5:
        time.sleep(0.01)
    assert time.monotonic() - began < 1
    log.add(a_list(2))
    log.stop()
    assert set(database.lists.get([ListId("l1"), ListId("l2")])) == {"l1", "l2"}


def test_with_the_key_the_lists_are_gone_and_queries_are_in_no_file(log: ShownListLog, database: SqlShopDatabase, tmp_path: Path) -> None:
    for number, who in enumerate((ANNA, None)):
        log.add(a_list(number), who)
    log.flush()
    first = next(log.scan())
    assert first.shopper is not None
    database.vault.destroy([first.shopper], NOON)
    assert [one.shown.id for one in log.scan()] == ["l1"]
    assert log.get([ListId("l0")]) == {}
    database.close()
    assert not any(b"teapot" in path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())


def test_a_database_that_does_not_answer_costs_nothing_but_the_oldest(
    log: ShownListLog, database: SqlShopDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shown_module, "MOST_WAITING", 3)
    taking = database.lists.append

    def away(_: object) -> int:
        raise Unavailable("the database is away")

    monkeypatch.setattr(database.lists, "append", away)
    for number in range(3):
        log.add(a_list(number))
    with pytest.raises(Unavailable):
        log.flush()
    log.add(a_list(3))
    monkeypatch.setattr(database.lists, "append", taking)
    log.flush()
    assert ([one.shown.id for one in log.scan()], log.dropped) == (["l1", "l2", "l3"], 1)


def test_the_newest_are_found_past_those_of_the_erased(log: ShownListLog, database: SqlShopDatabase) -> None:
    for number in range(4):
        log.add(a_list(number), ANNA if number == 2 else Identity("visitor", f"v{number}"))
    log.flush()
    anna = next(one for one in log.scan() if one.shown.id == "l2").shopper
    assert anna is not None
    assert [one.shown.id for one in log.find(ListQuery(limit=2))] == ["l3", "l2"]
    assert [one.shown.id for one in log.find(ListQuery(shoppers=(anna,)))] == ["l2"]
    database.vault.destroy([anna], NOON)  # the rows themselves go a moment later
    assert [one.shown.id for one in log.find(ListQuery(limit=2))] == ["l3", "l1"]
    assert [one.shown.id for one in log.find(ListQuery(limit=9))] == ["l3", "l1", "l0"]
