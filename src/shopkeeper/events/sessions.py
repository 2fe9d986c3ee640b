"""Sessions: a shopper's events cut into visits, by the sender's own `session_id` or, without one, by pauses.

A pause of half an hour ends a session, as in GA4 (support.google.com/analytics/answer/9191807). Pure: late events only need the cut to be made anew.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from shopkeeper.domain.event import Event
from shopkeeper.domain.ids import SessionId

PAUSE: Final = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Session:
    """One visit: its events by time (then id). `id` is the sender's, None where pauses cut it."""

    id: SessionId | None
    events: tuple[Event, ...]

    @property
    def begun(self) -> datetime:
        """When its first event happened."""
        return self.events[0].occurred

    @property
    def ended(self) -> datetime:
        """When its last event happened."""
        return self.events[-1].occurred


def sessions(events: Iterable[Event], *, pause: timedelta = PAUSE) -> list[Session]:
    """The sessions of one shopper's `events`, which may come in any order; in the order in which they began.

    Events with a `session_id` belong together however long they pause. Those without are cut where `pause` or more passed between two of them.
    """
    in_order = sorted(events, key=lambda event: (event.occurred, event.id))
    named: dict[SessionId, list[Event]] = {}
    cut: list[list[Event]] = []
    for event in in_order:
        if event.session_id is not None:
            named.setdefault(event.session_id, []).append(event)
        elif cut and event.occurred - cut[-1][-1].occurred < pause:
            cut[-1].append(event)
        else:
            cut.append([event])
    found = [Session(id_, tuple(one)) for id_, one in named.items()] + [Session(None, tuple(one)) for one in cut]
    return sorted(found, key=lambda session: (session.begun, session.events[0].id))
