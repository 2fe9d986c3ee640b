"""The gate: the event's answer, else the record, else the shop's default."""

from datetime import timedelta

import pytest

from shopkeeper.domain.event import Event
from shopkeeper.domain.ids import EventId
from shopkeeper.domain.shopper import Consent, Identity, Purpose
from shopkeeper.events.gate import IMPLIED, answers, granted
from tests.conftest import NOON

HOUR = timedelta(hours=1)
NOTHING: frozenset[Purpose] = frozenset()


def event(consent: frozenset[Purpose] | None, hours: int = 0) -> Event:
    return Event(EventId("e"), "search", NOON + hours * HOUR, Identity("visitor", "v"), consent=consent)


@pytest.mark.parametrize(
    ("said", "stored", "implied", "expected"),
    [
        (None, [], IMPLIED, {"analytics", "personalisation"}),
        (None, [], NOTHING, set()),
        (None, [Consent("analytics", False, NOON)], IMPLIED, {"personalisation"}),
        (None, [Consent("marketing", True, NOON)], NOTHING, {"marketing"}),
        (frozenset({"analytics"}), [Consent("analytics", False, NOON)], NOTHING, {"analytics"}),
        (NOTHING, [Consent("analytics", True, NOON)], IMPLIED, set()),
    ],
)
def test_the_events_answer_goes_before_the_record_and_the_record_before_the_default(said, stored, implied, expected) -> None:
    assert granted(event(said), stored, implied=implied) == expected


def test_only_what_changes_is_recorded_and_a_late_answer_never_overrides_a_newer_one() -> None:
    now = NOON + 9 * HOUR
    stored = [Consent(purpose, True, NOON) for purpose in ("analytics", "personalisation", "marketing")]
    agreed: frozenset[Purpose] = frozenset({"analytics", "personalisation", "marketing"})
    assert answers(event(None), stored, now=now) == ()
    assert answers(event(agreed, 1), stored, now=now) == ()
    assert [one.purpose for one in answers(event(frozenset({"analytics", "personalisation"}), 1), stored, now=now)] == ["marketing"]
    assert answers(event(NOTHING, -1), stored, now=now) == ()
    assert len(answers(event(NOTHING), [], now=now)) == 3


def test_an_answer_of_a_clock_that_is_ahead_counts_from_now() -> None:
    assert {one.at for one in answers(event(NOTHING, 1), [], now=NOON)} == {NOON}
