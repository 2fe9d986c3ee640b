"""What every TaskStore must do."""

from dataclasses import replace
from datetime import timedelta

import pytest

from shopkeeper.adapters.storage import SqlShopDatabase
from shopkeeper.domain.ids import TaskId
from shopkeeper.domain.task import Reject, Task
from shopkeeper.ports.stores import TaskStore
from tests.contracts.shop_values import NOON

QUEUED = Task(TaskId("t1"), "import products", "feed.xml", "queued", NOON)


@pytest.fixture
def store(database: SqlShopDatabase) -> TaskStore:
    return database.tasks


def test_a_task_is_replaced_as_it_gets_on(store: TaskStore) -> None:
    reject = Reject(12, "price", "12,50 EUR\x00", "is not a price", row="<item>…</item>")
    done = replace(QUEUED, state="done", finished=NOON + timedelta(seconds=1), counts=(("inserted", 12), ("rejected", 1)), rejects=(reject,))
    assert store.get(QUEUED.id) is None
    store.save(QUEUED)
    assert store.get(QUEUED.id) == QUEUED
    store.save(done)
    assert store.get(QUEUED.id) == done


def test_the_newest_tasks_come_first(store: TaskStore) -> None:
    for n in range(5):
        store.save(replace(QUEUED, id=TaskId(f"t{n}"), created=NOON + timedelta(minutes=n)))
    assert [task.id for task in store.recent(limit=3)] == ["t4", "t3", "t2"]


def test_an_id_with_a_nul_is_nobodys_task(store: TaskStore) -> None:
    assert store.get(TaskId("t\x00")) is None
    assert store.get(TaskId("\ud83d")) is None
