"""What every AuditStore must do."""

from dataclasses import replace
from datetime import timedelta

import pytest

from shopkeeper.adapters.storage import SqlShopDatabase
from shopkeeper.domain.audit import AuditEntry, AuditQuery, Change
from shopkeeper.errors import ShopkeeperError
from shopkeeper.ports.stores import AuditStore
from tests.contracts.shop_values import NOON

FIRST = AuditEntry("e1", NOON, "ann", "settings.change", "settings 1", (Change("ranking.diversity", "0.2", "0.4"),), "req-1", "10.0.0.1")
SECOND = AuditEntry("e2", NOON + timedelta(hours=1), "key k1", "key.mint", "front")
THIRD = AuditEntry("e3", NOON + timedelta(hours=1), "ann", "import.upload", "feed.xml")


@pytest.fixture
def store(database: SqlShopDatabase) -> AuditStore:
    for entry in (FIRST, SECOND, THIRD):
        database.audit.add(entry)
    return database.audit


def test_entries_come_back_whole_newest_first(store: AuditStore) -> None:
    assert store.find(AuditQuery()) == [THIRD, SECOND, FIRST]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        (AuditQuery(who="ann"), ["e3", "e1"]),
        (AuditQuery(what="key.mint"), ["e2"]),
        (AuditQuery(since=NOON + timedelta(hours=1)), ["e3", "e2"]),
        (AuditQuery(until=NOON + timedelta(hours=1)), ["e1"]),
        (AuditQuery(limit=2), ["e3", "e2"]),
        (AuditQuery(after="e3"), ["e2", "e1"]),
        (AuditQuery(after="e2", who="ann"), ["e1"]),
        (AuditQuery(after="no such"), []),
        (AuditQuery(who="a\x00"), []),
    ],
)
def test_a_query_narrows_and_pages(store: AuditStore, query: AuditQuery, found: list[str]) -> None:
    assert [entry.id for entry in store.find(query)] == found


def test_an_entry_cannot_be_written_over(store: AuditStore) -> None:
    with pytest.raises(ShopkeeperError):
        store.add(replace(FIRST, who="somebody else"))
    assert store.find(AuditQuery(until=NOON + timedelta(seconds=1))) == [FIRST]


def test_only_what_is_old_is_forgotten(store: AuditStore) -> None:
    assert store.forget(NOON + timedelta(hours=1)) == 1
    assert store.find(AuditQuery()) == [THIRD, SECOND]
