"""The consent gate: what a shopper agreed to decides, before anything is kept, whether an event may be kept at all.

The event's own answer goes first, then the newest that is on record, then the shop's default. An answer itself is always kept, a refusal too: one
that was not remembered could not be respected. What an order needs is kept with the order and asks nobody.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from shopkeeper.domain.event import Event
from shopkeeper.domain.shopper import PURPOSES, Consent, Purpose

IMPLIED: Final[frozenset[Purpose]] = frozenset({"analytics", "personalisation"})
"""What counts as agreed to where nobody has said anything, unless the shop says otherwise; to be written to, one has to ask."""

SOURCE: Final = "event"


def granted(event: Event, stored: Sequence[Consent], *, implied: frozenset[Purpose]) -> frozenset[Purpose]:
    """What whoever did `event` agrees to; `stored` are the newest answers on record, `implied` what the shop takes as agreed to in silence."""
    if event.consent is not None:
        return event.consent
    said = {one.purpose: one.granted for one in stored}
    return frozenset(purpose for purpose in PURPOSES if said.get(purpose, purpose in implied))


def answers(event: Event, stored: Sequence[Consent], *, now: datetime) -> tuple[Consent, ...]:
    """The answers in `event` that change what is on record: they differ from an older one, or from none.

    An answer counts from the moment at which it was given, so an event that comes late never overrides a newer answer. Where the newest answer lies
    ahead of `now`, the clock was put back since: then which of the two is newer cannot be told, and a refusal holds.
    """
    if event.consent is None:
        return ()
    said = {one.purpose: one for one in stored}
    at = min(event.occurred, now)
    found: list[Consent] = []
    for purpose in PURPOSES:
        granted, before = purpose in event.consent, said.get(purpose)
        if before is None or (before.granted != granted and before.at < at):
            found.append(Consent(purpose, granted, at, SOURCE))
        elif before.granted and not granted and before.at > now:
            found.append(Consent(purpose, granted, before.at + timedelta(microseconds=1), SOURCE))
    return tuple(found)
