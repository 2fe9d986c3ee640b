"""What every ReviewStore must do."""

from dataclasses import replace
from datetime import timedelta

import pytest

from shopkeeper.adapters.storage import SqlShopDatabase
from shopkeeper.domain.ids import ProductId
from shopkeeper.domain.review import Review
from shopkeeper.domain.texts import Lang
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


def test_a_products_reviews_are_chosen_by_stars_and_ordered_for_a_reader(store: ReviewStore) -> None:
    def rated(id_: str, rating: float | None, *, lang: Lang | None = None, text: str = "Good") -> Review:
        return replace(review(id_, text=text), rating=rating, lang=lang)

    store.put([rated("a", 5, lang="en"), rated("b", 2, lang="zh"), rated("c", 4.5), rated("d", 5, text=""), rated("e", None, lang="zh")])
    mug = ProductId("mug")
    assert store.stars_of_product(mug) == {5: 3, 2: 1, None: 1}
    assert [one.id for one in store.of_product(mug, stars=5)] == ["d", "c", "a"]
    assert [one.id for one in store.of_product(mug, order="lowest")] == ["b", "d", "c", "a", "e"]
    assert [one.id for one in store.of_product(mug, order="highest", reader="zh")] == ["c", "a", "d", "b", "e"]
    assert [one.id for one in store.of_product(mug, reader="zh")] == ["e", "c", "b", "a", "d"]
    assert [one.id for one in store.of_product(mug, reader="zh", limit=2, offset=1)] == ["c", "b"]
    assert store.stars_of_product(ProductId("mug\x00")) == store.stars_of_product(ProductId("none")) == {}


def test_all_reviews_come_once_by_id_over_many_pages(store: ReviewStore) -> None:
    written = [review(f"{n:04d}", text=f"Review {n}\x00") for n in range(1_201)]
    store.put(written[::-1])
    assert list(store.scan()) == written


def test_a_review_may_move_to_another_product(store: ReviewStore) -> None:
    store.put([review("1")])
    store.put([review("1", item="cup")])
    assert store.of_product(ProductId("mug")) == []
    assert store.of_product(ProductId("cup")) == [review("1", item="cup")]
