"""Events and shown lists as they are kept: sealed under the shopper's own key, so that destroying the key forgets them everywhere."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from shopkeeper.domain.event import EventName
from shopkeeper.domain.ids import EventId, ListId, ShopperId


@dataclass(frozen=True, slots=True)
class SealedEvent:
    """An event as a row. `sealed` holds all of it that the columns do not say; `seq` is its number in the order of arrival (0 = not stored yet)."""

    id: EventId
    shopper: ShopperId
    name: EventName
    occurred: datetime
    received: datetime
    sealed: bytes
    seq: int = 0


@dataclass(frozen=True, slots=True)
class SealedList:
    """A shown list as one packed row; `shopper` None = shown to nobody that we may know."""

    id: ListId
    shopper: ShopperId | None
    surface: str
    shown: datetime
    sealed: bytes


@dataclass(frozen=True, slots=True)
class ListQuery:
    """Which shown lists are wanted: of `surface` (empty = any), shown to any of `shoppers` (None = anybody, known or not), from `since` on and before
    `until`, and older than the place `after`, where the page before ended."""

    surface: str = ""
    shoppers: tuple[ShopperId, ...] | None = None
    since: datetime | None = None
    until: datetime | None = None
    after: tuple[datetime, ListId] | None = None
    limit: int = 100


class EventStore(Protocol):
    """Events, each id once."""

    def append(self, events: Sequence[SealedEvent]) -> list[bool]:
        """Store those whose id is new, durable when this returns; for each event, True if it was new (a repetition within the call counts once)."""
        ...

    def of_shoppers(self, shoppers: Sequence[ShopperId], *, limit: int, since: datetime | None = None) -> list[SealedEvent]:
        """The newest events of any of `shoppers` by `occurred` (then id), newest first."""
        ...

    def mark(self, shoppers: Sequence[ShopperId]) -> tuple[int, int]:
        """(highest number of arrival, how many) over the events of `shoppers`: equal marks mean that nothing came or went."""
        ...

    def scan(self, *, since: datetime | None = None, until: datetime | None = None) -> Iterator[SealedEvent]:
        """Events with `since` <= occurred < `until` in the order of `occurred` (then id), streamed."""
        ...

    def after(self, seq: int, *, limit: int) -> list[SealedEvent]:
        """The next events by arrival, oldest first: what a follower or the live page reads. Rolled ones are passed over."""
        ...

    def latest(self, *, limit: int) -> list[SealedEvent]:
        """The newest events by arrival, newest first. Rolled ones are passed over: what came today and yesterday is there."""
        ...

    def newest(self) -> int:
        """The highest number of arrival; 0 where nothing ever came."""
        ...

    def forget(self, shoppers: Sequence[ShopperId]) -> int:
        """Remove the events of `shoppers`; returns how many went. Rolled ones go with `compact`; without their keys nobody can read them."""
        ...

    def roll(self, before: datetime) -> int:
        """Move the next events of one day before `before` into an immutable file; returns how many, 0 when none is left. Atomic."""
        ...

    def compact(self, erased: Sequence[ShopperId]) -> int:
        """Write the files anew that hold events of `erased`, without them; returns how many went."""
        ...


class ListStore(Protocol):
    """Shown lists, each id once."""

    def append(self, lists: Sequence[SealedList]) -> int:
        """Store those whose id is new; returns how many."""
        ...

    def get(self, ids: Sequence[ListId]) -> dict[ListId, SealedList]:
        """The lists among `ids` that exist."""
        ...

    def scan(self, *, since: datetime | None = None, until: datetime | None = None) -> Iterator[SealedList]:
        """Lists with `since` <= shown < `until` in the order of `shown` (then id), streamed."""
        ...

    def find(self, query: ListQuery) -> list[SealedList]:
        """The lists that are wanted, newest first (then by id, the highest first)."""
        ...

    def of_shoppers(self, shoppers: Sequence[ShopperId]) -> list[SealedList]:
        """Every list that was shown to any of `shoppers`, oldest first."""
        ...

    def forget(self, shoppers: Sequence[ShopperId]) -> int:
        """Remove the lists of `shoppers`; returns how many went."""
        ...


class KeyVault(Protocol):
    """One 32-byte key per shopper, kept apart from everything that is sealed under them, and from backups."""

    def pseudonym_key(self) -> bytes:
        """The shop's own key (32 bytes) under which identities become pseudonyms; made at the first call."""
        ...

    def make(self, shoppers: Sequence[ShopperId]) -> dict[ShopperId, bytes]:
        """The keys of `shoppers`, made where there is none yet, durable when this returns. One that was destroyed is never made again."""
        ...

    def get(self, shoppers: Sequence[ShopperId]) -> dict[ShopperId, bytes]:
        """The keys of those among `shoppers` that have one."""
        ...

    def all(self) -> dict[ShopperId, bytes]:
        """Every key; for jobs that read everything."""
        ...

    def destroy(self, shoppers: Sequence[ShopperId], at: datetime) -> int:
        """Overwrite and remove the keys, for good; returns how many there were. What was sealed under them cannot be read by anybody any more."""
        ...

    def destroyed_since(self, moment: datetime) -> list[ShopperId]:
        """Whose keys were destroyed at `moment` or later, by number: what a restored backup must forget again."""
        ...
