"""Roll the events of past days out of the database into files, and drop from the files whoever was erased since."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from shopkeeper.ports.events import EventStore, KeyVault
from shopkeeper.ports.progress import Progress, Silent

KEPT: Final = timedelta(days=1)
"""The whole days before today that stay in the database: late events and followers find them there."""

_EVER: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Rolled:
    """How many events went into files, and how many of erased shoppers went out of them."""

    events: int
    dropped: int


def roll_events(store: EventStore, vault: KeyVault, *, now: datetime, progress: Progress = Silent()) -> Rolled:
    """Roll every day that ended a day ago or more; doing it again changes nothing."""
    before = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0) - KEPT
    events = 0
    while rolled := store.roll(before):
        events += rolled
        progress.step("events", events, None)
    erased = vault.destroyed_since(_EVER)
    return Rolled(events, store.compact(erased) if erased else 0)
