"""The log of events: identities become numbers, contents are sealed under the shopper's key, and read back for whoever may learn from them."""

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from time import monotonic
from typing import Final

from shopkeeper.domain.event import Event
from shopkeeper.domain.ids import ShopperId
from shopkeeper.domain.shopper import Identity
from shopkeeper.errors import NotFound
from shopkeeper.events.documents import seal_content, unsealed_event
from shopkeeper.ports.events import EventStore, KeyVault, SealedEvent
from shopkeeper.ports.shoppers import ShopperStore
from shopkeeper.privacy.sealing import pseudonym, seal, seal_all, unseal

KEYS_KEPT: Final = 20_000
KEY_LASTS_S: Final = 2.0
"""How long another process may go on reading a shopper whose key was destroyed in this moment."""


@dataclass(frozen=True, slots=True)
class LoggedEvent:
    """An event as it is kept: `seq` is its number by arrival, `shopper` the identity's number."""

    seq: int
    shopper: ShopperId
    event: Event
    received: datetime


class EventLog:
    """Events of one shop. Safe to use from several threads; knows nothing of consent, which is asked before (`events.gate`)."""

    def __init__(self, store: EventStore, shoppers: ShopperStore, vault: KeyVault, *, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._shoppers = shoppers
        self._vault = vault
        self._clock = clock
        self._lock = threading.Lock()
        self._numbers: dict[Identity, tuple[float, ShopperId]] = {}
        self._keys: dict[ShopperId, tuple[float, bytes]] = {}
        self._pseudonym_key: bytes | None = None

    def numbers(self, identities: Iterable[Identity]) -> dict[Identity, ShopperId]:
        """The number of each identity; a new one is given one, and a key."""
        wanted = set(identities)
        known = self._remembered(wanted)
        if missing := [who for who in sorted(wanted, key=lambda who: (who.kind, who.value)) if who not in known]:
            pseudonyms = {who: pseudonym(self._shop_key(), who) for who in missing}
            given = self._shoppers.enlist(list(pseudonyms.values()), self._clock())
            known |= {who: given[name] for who, name in pseudonyms.items()}
            self._keep(self._numbers, {who: known[who] for who in missing})
        return known

    def known(self, identities: Iterable[Identity]) -> dict[Identity, ShopperId]:
        """The numbers of those identities that are known; unlike `numbers` it leaves no trace."""
        wanted = set(identities)
        known = self._remembered(wanted)
        if missing := {pseudonym(self._shop_key(), who): who for who in wanted if who not in known}:
            found = {missing[name]: number for name, number in self._shoppers.find(list(missing)).items()}
            self._keep(self._numbers, found)
            known |= found
        return known

    def find(self, who: Identity) -> ShopperId | None:
        """The number of `who`, None where nothing is known of them; unlike `numbers` it leaves no trace."""
        name = pseudonym(self._shop_key(), who)
        return self._shoppers.find([name]).get(name)

    def record(self, events: Sequence[Event]) -> list[bool]:
        """Keep the events, durable when this returns; for each, True if its id was new."""
        numbers = self.numbers(event.who for event in events)
        keys = self._living_keys(set(numbers.values()), make=True)
        if erased := [number for number in numbers.values() if number not in keys]:  # elsewhere, a moment ago: they begin anew
            self.forget_keys(erased)
            numbers = self.numbers(event.who for event in events)
            keys = self._living_keys(set(numbers.values()), make=True)
        received = self._clock()
        sealed = seal_all([(keys[numbers[event.who]], seal_content(event), event.id) for event in events])
        rows = [
            SealedEvent(event.id, numbers[event.who], event.name, event.occurred, received, content)
            for event, content in zip(events, sealed, strict=True)
        ]
        return self._store.append(rows)

    def of_shoppers(self, shoppers: Sequence[ShopperId], *, limit: int, since: datetime | None = None) -> list[LoggedEvent]:
        """The newest events of any of `shoppers`, newest first."""
        return list(self._opened(self._store.of_shoppers(shoppers, limit=limit, since=since)))

    def mark(self, shoppers: Sequence[ShopperId]) -> tuple[int, int]:
        """What changes whenever an event of `shoppers` comes or goes; costs a fraction of reading them."""
        return self._store.mark(shoppers)

    def after(self, seq: int, *, limit: int) -> list[LoggedEvent]:
        """The next events by arrival, oldest first; those of erased shoppers are passed over."""
        return list(self._opened(self._store.after(seq, limit=limit)))

    def latest(self, *, limit: int) -> list[SealedEvent]:
        """The newest events by arrival, newest first, as they are kept: their contents stay closed until somebody may `open` them."""
        return self._store.latest(limit=limit)

    def open(self, rows: Sequence[SealedEvent]) -> list[LoggedEvent]:
        """The events in `rows`, in order; those of erased shoppers are passed over."""
        return list(self._opened(rows))

    def newest(self) -> int:
        """The highest number of arrival."""
        return self._store.newest()

    def scan(self, *, since: datetime | None = None, until: datetime | None = None) -> Iterator[LoggedEvent]:
        """Events by `occurred` with `since` <= occurred < `until`, streamed; those of erased shoppers are passed over."""
        keys = self._vault.all()
        for row in self._store.scan(since=since, until=until):
            if (key := keys.get(row.shopper)) is not None:
                yield _open(row, key)

    def forget_keys(self, shoppers: Iterable[ShopperId]) -> None:
        """Drop what is held in memory of `shoppers`, whose keys were destroyed."""
        gone = set(shoppers)
        with self._lock:
            self._keys = {one: kept for one, kept in self._keys.items() if one not in gone}
            self._numbers = {who: kept for who, kept in self._numbers.items() if kept[1] not in gone}

    def seal_for(self, shopper: ShopperId, content: bytes, *, bound_to: str) -> bytes:
        """`content` sealed under the shopper's key; `NotFound` where the key was destroyed."""
        key = self._living_keys({shopper}, make=True).get(shopper)
        if key is None:
            raise NotFound("this shopper was erased", field="shopper")
        return seal(key, content, bound_to=bound_to)

    def unseal_of(self, sealed: Sequence[tuple[ShopperId, bytes, str]]) -> list[bytes]:
        """The contents of (shopper, sealed, bound to), in order; those of erased shoppers are passed over."""
        keys = self._living_keys({shopper for shopper, _, _ in sealed}, make=False)
        return [unseal(keys[shopper], content, bound_to=name) for shopper, content, name in sealed if shopper in keys]

    def _opened(self, rows: Sequence[SealedEvent]) -> Iterator[LoggedEvent]:
        keys = self._living_keys({row.shopper for row in rows}, make=False)
        return (_open(row, keys[row.shopper]) for row in rows if row.shopper in keys)

    def _remembered(self, wanted: set[Identity]) -> dict[Identity, ShopperId]:
        now = monotonic()
        with self._lock:
            kept = {who: self._numbers[who] for who in wanted if who in self._numbers}
        return {who: number for who, (until, number) in kept.items() if until > now}

    def _shop_key(self) -> bytes:
        if self._pseudonym_key is None:
            self._pseudonym_key = self._vault.pseudonym_key()
        return self._pseudonym_key

    def _living_keys(self, shoppers: set[ShopperId], *, make: bool) -> dict[ShopperId, bytes]:
        now = monotonic()
        with self._lock:
            kept = {one: self._keys[one] for one in shoppers if one in self._keys}
        keys = {one: key for one, (until, key) in kept.items() if until > now}
        if missing := sorted(shoppers - keys.keys()):
            fetched = self._vault.make(missing) if make else self._vault.get(missing)
            keys |= fetched
            self._keep(self._keys, fetched)
        return keys

    def _keep(self, memory: dict, fresh: Mapping) -> None:
        until = monotonic() + KEY_LASTS_S
        with self._lock:
            if len(memory) + len(fresh) > KEYS_KEPT:
                memory.clear()
            memory.update({name: (until, value) for name, value in fresh.items()})


def _open(row: SealedEvent, key: bytes) -> LoggedEvent:
    content = unseal(key, row.sealed, bound_to=row.id)
    event = unsealed_event(content, id_=row.id, name=row.name, occurred=row.occurred)
    return LoggedEvent(row.seq, row.shopper, event, row.received)
