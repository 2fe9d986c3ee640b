"""What every PreferenceStore must do."""

import threading

import pytest

from shopkeeper.adapters.storage import SqlShopDatabase
from shopkeeper.domain.preferences import PreferenceVersion
from shopkeeper.errors import Refused
from shopkeeper.ports.stores import PreferenceStore
from tests.contracts.shop_values import NOON

FIRST = PreferenceVersion(1, NOON, "ann", (("ranking.diversity", 0.4), ("shop.name_zh", "檐下")))
SECOND = PreferenceVersion(2, NOON, "bob", (("privacy.event_days", 90),))


@pytest.fixture
def store(database: SqlShopDatabase) -> PreferenceStore:
    return database.preferences


def test_nothing_is_set_at_first(store: PreferenceStore) -> None:
    assert (store.newest(), store.get(1), store.history()) == (0, None, [])


def test_versions_come_back_as_they_were_added(store: PreferenceStore) -> None:
    store.add(FIRST)
    store.add(SECOND)
    assert store.newest() == 2
    assert (store.get(1), store.get(2)) == (FIRST, SECOND)
    assert store.history() == [SECOND, FIRST]
    assert store.history(limit=1) == [SECOND]


@pytest.mark.parametrize("number", [1, 3])
def test_a_version_that_is_not_the_next_is_refused(store: PreferenceStore, number: int) -> None:
    store.add(FIRST)
    with pytest.raises(Refused, match="changed meanwhile") as refused:
        store.add(PreferenceVersion(number, NOON, "bob"))
    assert refused.value.status == 409
    assert store.history() == [FIRST]


def test_of_many_that_write_the_same_version_at_once_one_lands(store: PreferenceStore) -> None:
    refused: list[Refused] = []

    def write(who: str) -> None:
        try:
            store.add(PreferenceVersion(1, NOON, who))
        except Refused as error:
            refused.append(error)

    threads = [threading.Thread(target=write, args=(f"w{number}",)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 3
    assert len(store.history()) == 1
