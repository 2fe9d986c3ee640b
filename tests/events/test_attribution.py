"""What came of a list, by hand-known stories."""

from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from shopkeeper.domain.event import Event, EventItem, EventName
from shopkeeper.domain.ids import EventId, ListId, ProductId, ShopperId
from shopkeeper.domain.money import Currency, Money
from shopkeeper.domain.shopper import Identity
from shopkeeper.domain.shown_list import ShownList, Surface
from shopkeeper.events.attribution import Joined, ListFigures, by_position, figures, grouped, join
from shopkeeper.events.log import LoggedEvent
from shopkeeper.events.shown import LoggedList
from tests.conftest import NOON

PHONE, ANNA, BERT = ShopperId(1), ShopperId(2), ShopperId(3)
PERSONS = {PHONE: ANNA, ANNA: ANNA, BERT: BERT}


def at(minutes: float) -> datetime:
    return NOON + timedelta(minutes=minutes)


def shown(name: str, items: str, *, who: ShopperId | None = ANNA, minutes: float = 0, surface: Surface = "search", query: str = "") -> LoggedList:
    products = tuple(ProductId(item) for item in items.split())
    return LoggedList(who, ShownList(ListId(name), at(minutes), surface, products, "p", (1.0,) * len(products), query=query))


def did(
    number: int, name: EventName, items: str, *, who: ShopperId = ANNA, minutes: float = 1, of: str | None = None, minor: int | None = None
) -> LoggedEvent:
    price = None if minor is None else Money(minor, Currency("CNY"))
    parts = tuple(EventItem(ProductId(item), quantity=2, price=price) for item in items.split())
    list_id = None if of is None else ListId(of)
    return LoggedEvent(number, who, Event(EventId(f"e{number}"), name, at(minutes), Identity("user", str(who)), parts, list_id=list_id), NOON)


def outcome_of(joined: Joined, name: str):
    return next(outcome for outcome in joined.outcomes if outcome.logged.shown.id == name)


class TestClicks:
    def test_a_click_counts_once_at_its_place(self) -> None:
        joined = join([shown("l", "a b c")], [did(1, "select_item", "b", of="l"), did(2, "view_item", "b", of="l", minutes=2)], PERSONS)
        assert [(click.product, click.position, click.at) for click in outcome_of(joined, "l").clicks] == [("b", 1, at(1))]

    def test_a_click_after_signing_in_belongs_to_the_list_that_the_visitor_saw(self) -> None:
        joined = join([shown("l", "a", who=PHONE)], [did(1, "select_item", "a", who=ANNA, of="l")], PERSONS)
        assert len(outcome_of(joined, "l").clicks) == 1

    def test_forged_lists_change_nothing_and_are_counted(self) -> None:
        events = [
            did(1, "select_item", "a", of="no such list"),
            did(2, "select_item", "z", of="l"),
            did(3, "select_item", "a", who=BERT, of="l"),
        ]
        joined = join([shown("l", "a")], events, PERSONS)
        assert (joined.unknown, joined.elsewhere, joined.others) == (1, 1, 1)
        assert not outcome_of(joined, "l").clicks

    def test_what_bots_saw_and_did_counts_nowhere(self) -> None:
        joined = join(
            [shown("l", "a"), shown("m", "a", who=BERT)], [did(1, "select_item", "a", who=BERT, of="m")], PERSONS, flagged=frozenset({BERT})
        )
        assert [outcome.logged.shown.id for outcome in joined.outcomes] == ["l"]
        assert joined.unknown == 0


class TestPurchases:
    def test_the_last_click_gets_the_purchase(self) -> None:
        lists = [shown("first", "a"), shown("second", "b a", minutes=5), shown("later", "a", minutes=8)]
        events = [
            did(1, "select_item", "a", of="first"),
            did(2, "select_item", "a", of="second", minutes=6),
            did(3, "purchase", "a", minutes=9, minor=500),
        ]
        joined = join(lists, events, PERSONS)
        bought = outcome_of(joined, "second").purchases
        assert [(one.how, one.position, one.quantity, one.revenue) for one in bought] == [("last_click", 1, 2, Money(1_000, Currency("CNY")))]
        assert not outcome_of(joined, "first").purchases
        assert not outcome_of(joined, "later").purchases

    def test_without_a_click_the_last_list_that_showed_it_gets_it_as_view_through(self) -> None:
        joined = join([shown("old", "a"), shown("new", "a", minutes=5)], [did(1, "purchase", "a", minutes=9, minor=500)], PERSONS)
        assert [one.how for one in outcome_of(joined, "new").purchases] == ["view_through"]

    def test_windows_end(self) -> None:
        day = 24 * 60
        clicked = [did(1, "select_item", "a", of="l"), did(2, "purchase", "a", minutes=1 + 7 * day)]
        assert [one.how for one in outcome_of(join([shown("l", "a")], clicked, PERSONS), "l").purchases] == ["last_click"]
        clicked[1] = did(2, "purchase", "a", minutes=2 + 7 * day)
        assert not outcome_of(join([shown("l", "a")], clicked, PERSONS), "l").purchases

    def test_what_was_bought_before_it_was_shown_is_nobodys(self) -> None:
        assert not outcome_of(join([shown("l", "a", minutes=5)], [did(1, "purchase", "a", minutes=1)], PERSONS), "l").purchases


def test_figures_are_what_one_counts_by_hand() -> None:
    lists = [
        shown("l1", "a b", query="Tea"),
        shown("l2", "a", minutes=1, query=" tea "),
        shown("l3", "", minutes=2, query="zzz"),
        shown("l4", "b c", who=None),
    ]
    events = [
        did(1, "select_item", "b", of="l1", minutes=1),
        did(2, "add_to_cart", "b", of="l1", minutes=2),
        did(3, "purchase", "b a", minutes=3, minor=100),
    ]
    joined = join(lists, events, PERSONS)
    groups = {query: figures(outcomes) for query, outcomes in grouped(joined.outcomes, "query").items()}
    assert groups["tea"] == ListFigures(2, 0, 3, 1, 1, 1, 1, 1, {"CNY": 200}, {"CNY": 200})
    assert (groups["tea"].ctr, groups["tea"].conversion, groups["zzz"].ctr) == (0.5, 0.5, None)
    assert by_position(joined.outcomes, places=3) == [(3, 0), (2, 1), (0, 0)]


@given(st.permutations(range(6)))
def test_the_order_in_which_events_arrive_is_irrelevant(order: list[int]) -> None:
    lists = [shown("l1", "a b"), shown("l2", "b a", minutes=3)]
    events = [
        did(0, "select_item", "a", of="l1", minutes=1),
        did(1, "select_item", "b", of="l1", minutes=2),
        did(2, "select_item", "a", of="l2", minutes=4),
        did(3, "add_to_cart", "a", of="l2", minutes=5),
        did(4, "purchase", "a", minutes=6, minor=10),
        did(5, "purchase", "b", minutes=7, minor=10),
    ]
    assert join(lists, [events[number] for number in order], PERSONS) == join(lists, events, PERSONS)
