"""Sessions by pause and by name; the order of arrival does not matter."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from shopkeeper.domain.event import Event
from shopkeeper.domain.ids import EventId, SessionId
from shopkeeper.domain.shopper import Identity
from shopkeeper.events.sessions import sessions
from tests.conftest import NOON


def at(minute: int, session: str | None = None) -> Event:
    named = None if session is None else SessionId(session)
    return Event(EventId(f"e{minute}-{session}"), "search", NOON + timedelta(minutes=minute), Identity("visitor", "v"), session_id=named)


def minutes(events: list[Event]) -> list[list[int]]:
    return [[int((one.occurred - NOON).total_seconds() // 60) for one in session.events] for session in sessions(events)]


def test_half_an_hour_without_an_event_ends_a_session() -> None:
    assert minutes([at(0), at(29), at(58), at(88), at(90)]) == [[0, 29, 58], [88, 90]]


def test_a_session_that_the_sender_named_goes_on_through_any_pause() -> None:
    assert minutes([at(0, "a"), at(5, "b"), at(500, "a"), at(6)]) == [[0, 500], [5], [6]]


def test_a_late_event_joins_two_sessions() -> None:
    assert minutes([at(0), at(40)]) == [[0], [40]]
    assert minutes([at(0), at(40), at(20)]) == [[0, 20, 40]]


TOLD = st.lists(st.tuples(st.integers(0, 600), st.sampled_from([None, "a", "b"])), unique=True)


@given(TOLD.flatmap(lambda told: st.tuples(st.just(told), st.permutations(told))))
def test_any_order_of_arrival_gives_the_sessions_of_the_sorted_events(orders: tuple[list, list]) -> None:
    told, shuffled = ([at(*one) for one in some] for some in orders)
    found = sessions(shuffled)
    assert found == sessions(sorted(told, key=lambda event: event.occurred))
    assert sorted(one.id for session in found for one in session.events) == sorted(one.id for one in told)
