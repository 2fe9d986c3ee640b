"""What every PolicyStore must do."""

import pytest

from shopkeeper.adapters.storage import SqlShopDatabase
from shopkeeper.ports.stores import PolicyStore, PutReport
from tests.contracts.shop_values import policy


@pytest.fixture
def store(database: SqlShopDatabase) -> PolicyStore:
    return database.policies


def test_a_page_is_told_apart_by_id_and_language(store: PolicyStore) -> None:
    assert store.put([]) == PutReport()
    assert store.put([policy("returns", "zh", body="七天无理由退货。"), policy("returns", "en")]) == PutReport(inserted=2)
    assert store.put([policy("returns", "zh", body="十四天。"), policy("returns", "en"), policy("faq")]) == PutReport(1, 1, 1)
    assert [(page.id, page.lang, page.body) for page in store.all()] == [
        ("faq", "en", "Within 14 days."),
        ("returns", "en", "Within 14 days."),
        ("returns", "zh", "十四天。"),
    ]


def test_what_a_put_would_do_is_told_without_doing_it(store: PolicyStore) -> None:
    store.put([policy("returns", "en")])
    assert store.compare([policy("returns", "en"), policy("returns", "zh")]) == PutReport(inserted=1, unchanged=1)
    assert len(store.all()) == 1


def test_a_long_page_comes_back(store: PolicyStore) -> None:
    page = policy("terms", body="条款\x00\n" * 100_000)
    store.put([page])
    assert store.all() == [page]
