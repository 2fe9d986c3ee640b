"""Events of past days in files: read as if they were in the table, there once whenever the process is killed, gone when erased."""

import multiprocessing
import random
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from multiprocessing.synchronize import Event
from pathlib import Path

import pytest

from shopkeeper.adapters.storage import SqlShopDatabase, open_shop_database
from shopkeeper.adapters.storage import events as events_module
from shopkeeper.domain.ids import EventId, ShopId, ShopperId
from shopkeeper.errors import Broken
from shopkeeper.jobs.roll_events import Rolled, roll_events
from shopkeeper.ports.events import SealedEvent
from tests.contracts.conftest import Home

NOW = datetime(2026, 3, 14, 12, 0, tzinfo=UTC)


def event(number: int, *, days_ago: float, shopper: int = 1) -> SealedEvent:
    return SealedEvent(EventId(f"e{number}"), ShopperId(shopper), "search", NOW - timedelta(days=days_ago), NOW, b"x%d" % number)


@pytest.fixture
def rolling(home: Home, tmp_path: Path) -> Iterator[SqlShopDatabase]:
    home.migrated()
    with open_shop_database(home.url, home.shop, segments=tmp_path / "events") as database:
        yield database


def roll(database: SqlShopDatabase) -> Rolled:
    return roll_events(database.events, database.vault, now=NOW)


def in_table(database: SqlShopDatabase) -> set[str]:
    return {one.id for one in database.events.after(0, limit=10_000)}


SAMPLE = [event(n, days_ago=n % 9 + n / 1000, shopper=n % 4 + 1) for n in range(400)]


def test_what_is_rolled_is_read_as_before(rolling: SqlShopDatabase) -> None:
    rolling.events.append(SAMPLE)
    store = rolling.events
    since, until = NOW - timedelta(days=6.2), NOW - timedelta(days=0.2)
    before = list(store.scan()), list(store.scan(since=since, until=until)), store.of_shoppers([ShopperId(2), ShopperId(3)], limit=90), store.newest()
    older = sum(one.occurred < NOW.replace(hour=0) - timedelta(days=1) for one in SAMPLE)
    assert roll(rolling) == Rolled(older, 0)
    assert len(in_table(rolling)) == 400 - older
    after = list(store.scan()), list(store.scan(since=since, until=until)), store.of_shoppers([ShopperId(2), ShopperId(3)], limit=90), store.newest()
    assert after == before
    assert roll(rolling) == Rolled(0, 0)
    store.check()


def test_a_day_of_several_files_and_a_late_batch_are_read_in_order(rolling: SqlShopDatabase, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events_module, "SEGMENT_ROWS", 7)
    rolling.events.append(SAMPLE[::2])
    roll(rolling)
    rolling.events.append(SAMPLE[1::2])
    roll(rolling)
    assert [one.id for one in rolling.events.scan()] == [one.id for one in sorted(SAMPLE, key=lambda one: (one.occurred, one.id))]


def test_an_event_of_a_rolled_day_that_is_sent_again_is_known(rolling: SqlShopDatabase) -> None:
    rolling.events.append(SAMPLE)
    roll(rolling)
    again = SealedEvent(SAMPLE[8].id, ShopperId(9), "search", NOW, NOW, b"again")
    assert rolling.events.append([again, event(7777, days_ago=5), again]) == [False, True, False]
    assert len(list(rolling.events.scan())) == 401


def test_a_scan_goes_on_where_its_day_was_rolled_to(rolling: SqlShopDatabase, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events_module, "_SCAN_PAGE", 10)
    rolling.events.append(SAMPLE)
    scan = rolling.events.scan()
    seen = [next(scan).id for _ in range(25)]
    roll(rolling)
    seen += [one.id for one in scan]
    assert seen == [one.id for one in sorted(SAMPLE, key=lambda one: (one.occurred, one.id))]


def test_the_erased_go_out_of_the_files(rolling: SqlShopDatabase) -> None:
    rolling.events.append(SAMPLE)
    rolling.vault.make([ShopperId(n) for n in range(1, 5)])
    roll(rolling)
    rolling.vault.destroy([ShopperId(2)], NOW)
    rolling.events.forget([ShopperId(2)])
    dropped = roll(rolling).dropped
    assert dropped > 0
    assert {one.shopper for one in rolling.events.scan()} == {1, 3, 4}
    assert len(list(rolling.events.scan())) == 300
    assert roll(rolling).dropped == 0


def test_a_damaged_file_is_told(rolling: SqlShopDatabase, tmp_path: Path) -> None:
    rolling.events.append(SAMPLE)
    roll(rolling)
    file = next((tmp_path / "events").glob("2*/events.parquet"))
    file.write_bytes(file.read_bytes()[:-1])
    with pytest.raises(Broken, match="damaged"):
        rolling.events.check()


def _roll_for_ever(url: str, shop: str, folder: Path, begun: Event) -> None:
    events_module.SEGMENT_ROWS = 20  # pyright: ignore[reportConstantRedefinition, reportAttributeAccessIssue]
    with open_shop_database(url, ShopId(shop), segments=folder) as database:
        begun.set()
        while True:
            roll(database)


@pytest.mark.parametrize("home", ["sqlite"], indirect=True)
def test_killed_at_any_moment_each_event_is_in_one_place(home: Home, tmp_path: Path) -> None:
    home.migrated()
    chance = random.Random(0)
    spawning = multiprocessing.get_context("spawn")
    folder = tmp_path / "events"
    sent: list[SealedEvent] = []
    for turn in range(5):
        fresh = [event(1000 * turn + n, days_ago=2 + n % 50, shopper=n % 3 + 1) for n in range(300)]
        sent += fresh
        with open_shop_database(home.url, home.shop, segments=folder) as database:
            database.events.append(fresh)
        begun = spawning.Event()
        process = spawning.Process(target=_roll_for_ever, args=(home.url, home.shop, folder, begun))
        process.start()
        assert begun.wait(60)
        time.sleep(chance.uniform(0.02, 0.4))
        process.kill()
        process.join()
        with open_shop_database(home.url, home.shop, segments=folder) as database:
            assert [one.id for one in database.events.scan()] == [one.id for one in sorted(sent, key=lambda one: (one.occurred, one.id))]
            assert not any(database.events.append(sent))
    assert any(folder.glob("2*"))
