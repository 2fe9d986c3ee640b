"""What every OrderStore must do."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from shopkeeper.adapters.storage import SqlShopDatabase
from shopkeeper.domain.ids import CustomerId, OrderId, ProductId
from shopkeeper.domain.order import Order, Return
from shopkeeper.errors import BadInput
from shopkeeper.ports.stores import OrderStore, PutReport
from tests.contracts.shop_values import NOON, order

HOUR = timedelta(hours=1)
ANN = CustomerId("ann")


@pytest.fixture
def store(database: SqlShopDatabase) -> OrderStore:
    return database.orders


def test_an_order_comes_back_with_its_returns_and_to_the_microsecond(store: OrderStore) -> None:
    placed = datetime(2026, 3, 14, 20, 0, 0, 1, tzinfo=timezone(timedelta(hours=8)))
    back = Return(ProductId("mug"), 1, NOON + HOUR, reason="碎了 💔\x00")
    mine = replace(order("1", placed=placed, customer="ann"), country="CN", returns=(back,))
    store.put([mine])
    assert list(store.scan()) == [mine]


def test_new_changed_and_equal_orders_are_told_apart(store: OrderStore) -> None:
    assert store.put([]) == PutReport()
    assert store.put([order("1"), order("2")]) == PutReport(inserted=2)
    assert store.put([order("1"), order("2", customer="ann"), order("3")]) == PutReport(inserted=1, updated=1, unchanged=1)
    assert store.count() == 3


def test_what_a_put_would_do_is_told_without_doing_it(store: OrderStore) -> None:
    store.put([order("1"), order("2")])
    asked = [order("1"), order("2", customer="ann"), order("3"), order("3", customer="ann")]
    assert store.compare(asked) == PutReport(inserted=1, updated=2, unchanged=1)
    assert (store.count(), next(iter(store.scan())).customer_id) == (2, None)
    assert store.put(asked) == PutReport(inserted=1, updated=2, unchanged=1)


def test_the_last_of_two_orders_with_one_id_stays(store: OrderStore) -> None:
    assert store.put([order("1"), order("1", customer="ann"), order("1", customer="ann")]) == PutReport(1, 1, 1)
    assert [found.customer_id for found in store.scan()] == ["ann"]


def test_orders_are_scanned_by_moment_then_by_code_point_of_the_id(store: OrderStore) -> None:
    ids = ["b", "B", "a", "_", "é", "商", "10", "9", "💔"]
    store.put([order("late", placed=NOON + HOUR), *(order(id_) for id_ in ids), order("early", placed=NOON - HOUR)])
    assert [found.id for found in store.scan()] == ["early", *sorted(ids), "late"]


def test_a_scan_begins_with_the_orders_placed_at_since(store: OrderStore) -> None:
    store.put([order(str(n), placed=NOON + n * HOUR) for n in range(5)])
    assert [found.id for found in store.scan(since=NOON + 3 * HOUR)] == ["3", "4"]
    assert [found.id for found in store.scan(since=NOON + 3 * HOUR + timedelta(microseconds=1))] == ["4"]


def test_a_scan_goes_over_many_pages_though_all_were_placed_at_one_moment(store: OrderStore) -> None:
    store.put([order(f"{n:05d}") for n in range(1_703)])
    assert [found.id for found in store.scan()] == [f"{n:05d}" for n in range(1_703)]


def test_a_scan_that_is_left_half_read_holds_nothing_up(store: OrderStore) -> None:
    store.put([order(f"{n}") for n in range(600)])
    next(store.scan())
    assert store.put([order("1", customer="ann")]) == PutReport(updated=1)


def test_a_customers_newest_orders_come_first(store: OrderStore) -> None:
    store.put([order(str(n), placed=NOON + n * HOUR, customer="ann") for n in range(5)])
    store.put([order("9", customer="bob"), order("guest")])
    assert [found.id for found in store.of_customer(ANN, limit=3)] == ["4", "3", "2"]
    assert store.of_customer(CustomerId("nobody")) == []


def test_moments_before_1970_and_far_ahead_are_kept(store: OrderStore) -> None:
    old, far = datetime(1901, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)
    store.put([order("far", placed=far), order("old", placed=old)])
    assert [found.placed for found in store.scan()] == [old, far]


def test_a_nul_in_a_customers_id_is_refused_by_name_on_every_database(store: OrderStore) -> None:
    with pytest.raises(BadInput, match="customer_id: has a NUL character"):
        store.put([order("fine"), order("1", customer="a\x00b")])
    with pytest.raises(BadInput, match="customer_id"):
        store.of_customer(CustomerId("a\x00b"))
    assert store.count() == 0


def test_half_a_surrogate_pair_is_refused_by_name(store: OrderStore) -> None:
    broken = Order(OrderId("1"), NOON, (), returns=(Return(ProductId("mug"), 1, NOON, reason="\ud83d"),))
    with pytest.raises(BadInput, match="order 1"):
        store.put([broken])


def test_a_customers_id_that_is_too_long_to_be_looked_up_is_refused_by_name(store: OrderStore) -> None:
    with pytest.raises(BadInput, match="customer_id: has 5000 characters"):
        store.put([order("1", customer="商" * 5_000)])
    assert store.put([order("1", customer="商" * 200)]) == PutReport(inserted=1)


def test_an_order_is_found_by_its_id_and_by_nothing_else(store: OrderStore) -> None:
    store.put([order("1")])
    assert store.get(OrderId("1")) == order("1")
    assert store.get(OrderId("2")) is None
    assert store.get(OrderId("1\x00")) is None
