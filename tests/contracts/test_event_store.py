"""Events and shown lists are kept once, in order, and forgotten when told, on every database."""

from datetime import UTC, datetime, timedelta

import pytest

from shopkeeper.adapters.storage import SqlShopDatabase
from shopkeeper.domain.ids import EventId, ListId, ShopperId
from shopkeeper.errors import BadInput
from shopkeeper.ports.events import ListQuery, SealedEvent, SealedList

T0 = datetime(2026, 3, 14, 12, 0, tzinfo=UTC)


def event(number: int, *, shopper: int = 1, minutes: int = 0, sealed: bytes = b"x") -> SealedEvent:
    return SealedEvent(EventId(f"e{number}"), ShopperId(shopper), "view_item", T0 + timedelta(minutes=minutes), T0, sealed)


class TestAppend:
    def test_an_event_is_kept_once_whoever_repeats_it(self, database: SqlShopDatabase) -> None:
        assert database.events.append([event(1), event(2), event(1, sealed=b"other")]) == [True, True, False]
        assert database.events.append([event(2), event(3)]) == [False, True]
        kept = database.events.after(0, limit=10)
        assert [(one.id, one.sealed) for one in kept] == [("e1", b"x"), ("e2", b"x"), ("e3", b"x")]
        assert [one.seq for one in kept] == sorted(one.seq for one in kept)
        assert database.events.newest() == kept[-1].seq

    def test_more_than_a_statement_takes_are_appended_at_once(self, database: SqlShopDatabase) -> None:
        assert all(database.events.append([event(number) for number in range(1_203)]))
        assert len(database.events.after(0, limit=2_000)) == 1_203

    def test_an_id_that_no_database_can_keep_is_refused_and_nothing_lands(self, database: SqlShopDatabase) -> None:
        with pytest.raises(BadInput, match="NUL"):
            database.events.append([event(1), SealedEvent(EventId("a\0b"), ShopperId(1), "search", T0, T0, b"")])
        assert database.events.newest() == 0


class TestReading:
    def test_of_shoppers_gives_the_newest_first(self, database: SqlShopDatabase) -> None:
        database.events.append([event(1, minutes=5), event(2, minutes=1, shopper=2), event(3, minutes=9, shopper=3), event(4, minutes=2)])
        newest = database.events.of_shoppers([ShopperId(1), ShopperId(2)], limit=2)
        assert [one.id for one in newest] == ["e1", "e4"]
        assert [one.id for one in database.events.of_shoppers([ShopperId(1)], limit=9, since=T0 + timedelta(minutes=3))] == ["e1"]
        assert database.events.of_shoppers([], limit=9) == []

    def test_latest_goes_by_arrival_newest_first(self, database: SqlShopDatabase) -> None:
        assert database.events.latest(limit=9) == []
        database.events.append([event(1, minutes=5), event(2, minutes=1)])
        database.events.append([event(3, minutes=3)])
        assert [one.id for one in database.events.latest(limit=2)] == ["e3", "e2"]

    def test_scan_goes_by_when_it_happened_not_by_when_it_came(self, database: SqlShopDatabase) -> None:
        database.events.append([event(1, minutes=5), event(2, minutes=1), event(3, minutes=5), event(4, minutes=7)])
        assert [one.id for one in database.events.scan()] == ["e2", "e1", "e3", "e4"]
        within = database.events.scan(since=T0 + timedelta(minutes=5), until=T0 + timedelta(minutes=7))
        assert [one.id for one in within] == ["e1", "e3"]

    def test_scan_passes_over_page_borders_within_one_moment(self, database: SqlShopDatabase) -> None:
        database.events.append([event(number) for number in range(4_321)])
        assert len({one.id for one in database.events.scan()}) == 4_321


def test_forgetting_a_shopper_leaves_the_others(database: SqlShopDatabase) -> None:
    database.events.append([event(1), event(2, shopper=2), event(3)])
    database.lists.append([SealedList(ListId("l1"), ShopperId(1), "search", T0, b""), SealedList(ListId("l2"), None, "search", T0, b"")])
    assert database.events.forget([ShopperId(1)]) == 2
    assert database.lists.forget([ShopperId(1)]) == 1
    assert [one.id for one in database.events.scan()] == ["e2"]
    assert [one.id for one in database.lists.scan()] == ["l2"]


def test_a_list_is_kept_once_and_found_by_its_id(database: SqlShopDatabase) -> None:
    one = SealedList(ListId("l1"), ShopperId(7), "trending", T0, b"packed")
    assert database.lists.append([one, one]) == 1
    assert database.lists.append([one]) == 0
    assert database.lists.get([ListId("l1"), ListId("none")]) == {"l1": one}


class TestFindingLists:
    @pytest.fixture(autouse=True)
    def five(self, database: SqlShopDatabase) -> None:
        rows = [("a", 1, "search", 0), ("b", 2, "trending", 1), ("c", None, "search", 1), ("d", 1, "search", 1), ("e", 3, "trending", 2)]
        database.lists.append(
            [
                SealedList(ListId(id_), None if shopper is None else ShopperId(shopper), surface, T0 + timedelta(minutes=minutes), b"")
                for id_, shopper, surface, minutes in rows
            ]
        )

    def found(self, database: SqlShopDatabase, query: ListQuery) -> str:
        return "".join(one.id for one in database.lists.find(query))

    def test_the_newest_come_first_and_no_more_than_asked_for(self, database: SqlShopDatabase) -> None:
        assert self.found(database, ListQuery()) == "edcba"
        assert self.found(database, ListQuery(limit=2)) == "ed"
        assert self.found(database, ListQuery(limit=0)) == ""

    def test_they_are_narrowed_by_surface_shopper_and_time(self, database: SqlShopDatabase) -> None:
        assert self.found(database, ListQuery(surface="search")) == "dca"
        assert self.found(database, ListQuery(shoppers=(ShopperId(1), ShopperId(3)))) == "eda"
        assert self.found(database, ListQuery(shoppers=())) == ""
        assert self.found(database, ListQuery(since=T0 + timedelta(minutes=1), until=T0 + timedelta(minutes=2))) == "dcb"
        assert self.found(database, ListQuery(surface="trending", shoppers=(ShopperId(2), ShopperId(1)))) == "b"

    def test_a_page_goes_on_where_the_one_before_ended_though_that_list_is_gone(self, database: SqlShopDatabase) -> None:
        assert self.found(database, ListQuery(after=(T0 + timedelta(minutes=1), ListId("c")))) == "ba"
        database.lists.forget([ShopperId(1)])
        assert self.found(database, ListQuery(after=(T0 + timedelta(minutes=1), ListId("d")))) == "cb"

    def test_more_shoppers_than_a_statement_takes_are_found_together(self, database: SqlShopDatabase) -> None:
        many = tuple(ShopperId(number) for number in range(2, 1_500))
        assert self.found(database, ListQuery(shoppers=(*many, ShopperId(1)), limit=3)) == "edb"
