"""What every ReviewStore must do."""

from datetime import timedelta

import pytest

from shopkeeper.adapters.storage import SqlShopDatabase
from shopkeeper.domain.ids import ProductId
from shopkeeper.ports.stores import PutReport, ReviewStore
from tests.contracts.shop_values import NOON, review


@pytest.fixture
def store(database: SqlShopDatabase) -> ReviewStore:
    return database.reviews


def test_new_changed_and_equal_reviews_are_told_apart(store: ReviewStore) -> None:
    assert store.put([]) == PutReport()
    assert store.put([review("1"), review("2")]) == PutReport(inserted=2)
    assert store.put([review("1"), review("2", text="太好了 🍵"), review("3")]) == PutReport(inserted=1, updated=1, unchanged=1)
    assert store.count() == 3


def test_what_a_put_would_do_is_told_without_doing_it(store: ReviewStore) -> None:
    store.put([review("1"), review("2")])
    assert store.compare([review("1"), review("2", text="太好了"), review("3")]) == PutReport(inserted=1, updated=1, unchanged=1)
    assert store.count() == 2


def test_a_products_newest_reviews_come_first(store: ReviewStore) -> None:
    store.put([review(str(n), written=NOON + timedelta(days=n)) for n in range(5)])
    store.put([review("other", item="cup")])
    assert [found.id for found in store.of_product(ProductId("mug"), limit=2)] == ["4", "3"]
    assert store.of_product(ProductId("unknown")) == []
    assert store.of_product(ProductId("mug\x00")) == []


def test_all_reviews_come_once_by_id_over_many_pages(store: ReviewStore) -> None:
    written = [review(f"{n:04d}", text=f"Review {n}\x00") for n in range(1_201)]
    store.put(written[::-1])
    assert list(store.scan()) == written


def test_a_review_may_move_to_another_product(store: ReviewStore) -> None:
    store.put([review("1")])
    store.put([review("1", item="cup")])
    assert store.of_product(ProductId("mug")) == []
    assert store.of_product(ProductId("cup")) == [review("1", item="cup")]
