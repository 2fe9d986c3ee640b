"""The log of shown lists: one packed, sealed row per list, written behind the answer within a second, and read back for whoever learns from it.

A list that is lost with the process costs a figure, not a promise: the answer never waits for it. What cannot be kept is counted.
"""

import threading
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final, cast

import orjson

from shopkeeper.domain.ids import ListId, ProductId, ShopperId
from shopkeeper.domain.shopper import Identity
from shopkeeper.domain.shown_list import ShownList, Surface
from shopkeeper.errors import ShopkeeperError
from shopkeeper.events.log import EventLog
from shopkeeper.ports.events import KeyVault, ListQuery, ListStore, SealedList
from shopkeeper.privacy.sealing import seal, unseal

WRITE_EVERY_S: Final = 0.25
MOST_WAITING: Final = 20_000
"""Lists that wait while the database does not take them; then the oldest are dropped and counted. About 20 MB."""
WRITTEN_AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True)
class LoggedList:
    """A shown list as it is kept; `shopper` None = shown to nobody that we may know."""

    shopper: ShopperId | None
    shown: ShownList


class ShownListLog:
    """Shown lists of one shop. `add` never blocks and never fails; a thread writes while the log is `start`ed, `flush` writes at once."""

    def __init__(self, store: ListStore, events: EventLog, vault: KeyVault) -> None:
        self._store = store
        self._events = events
        self._vault = vault
        self._waiting: deque[tuple[ShownList, Identity | None]] = deque()
        self._lock = threading.Lock()
        self._writing = threading.Lock()
        self._woken = threading.Event()
        self._stopping = False
        self._thread: threading.Thread | None = None
        self.dropped = 0

    def add(self, shown: ShownList, who: Identity | None = None) -> None:
        """Take the list in; `who` saw it, None where that must not be known."""
        with self._lock:
            self._waiting.append((shown, who))
            if len(self._waiting) > MOST_WAITING:
                self._waiting.popleft()
                self.dropped += 1
            many = len(self._waiting) >= WRITTEN_AT_ONCE
        if many:
            self._woken.set()

    def start(self) -> None:
        """Begin to write what comes in, a quarter of a second behind."""
        self._thread = threading.Thread(target=self._run, name="shown lists", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Write what waits, and return once that is done or has failed."""
        self._stopping = True
        self._woken.set()
        if self._thread is not None:
            self._thread.join()
        self._try()

    def flush(self) -> int:
        """Write all that waits; returns how many lists were new. Raises `Unavailable` where the database does not take them: they go on waiting."""
        written = 0
        with self._writing:
            while batch := self._next():
                try:
                    written += self._store.append(self._sealed(batch))
                except ShopkeeperError:
                    with self._lock:
                        self._waiting.extendleft(reversed(batch))
                    raise
        return written

    def get(self, ids: Sequence[ListId]) -> dict[ListId, LoggedList]:
        """The lists among `ids` that are kept and can be read."""
        rows = self._store.get(ids)
        keys = self._vault.get([row.shopper for row in rows.values() if row.shopper is not None])
        opened = ((id_, self._open(row, keys)) for id_, row in rows.items())
        return {id_: one for id_, one in opened if one is not None}

    def known(self, ids: Sequence[ListId]) -> frozenset[ListId]:
        """Those among `ids` that are kept; nothing is opened."""
        return frozenset(self._store.get(ids))

    def find(self, query: ListQuery) -> list[LoggedList]:
        """The lists that are wanted, newest first; those of erased shoppers are passed over."""
        found: list[LoggedList] = []
        while missing := query.limit - len(found):
            rows = self._store.find(replace(query, limit=missing))
            keys = self._vault.get(sorted({row.shopper for row in rows if row.shopper is not None}))
            found += [one for row in rows if (one := self._open(row, keys)) is not None]
            if len(rows) < missing:
                break
            query = replace(query, after=(rows[-1].shown, rows[-1].id))
        return found

    def scan(self, *, since: datetime | None = None, until: datetime | None = None) -> Iterator[LoggedList]:
        """Lists with `since` <= shown < `until` in the order of `shown`, streamed; those of erased shoppers are passed over."""
        keys = self._vault.all()
        for row in self._store.scan(since=since, until=until):
            if (one := self._open(row, keys)) is not None:
                yield one

    def of_shoppers(self, shoppers: Sequence[ShopperId]) -> list[LoggedList]:
        """What `shoppers` were shown, those that still waited to be written included, oldest first. Raises `Unavailable`."""
        self.flush()
        keys = self._vault.get(shoppers)
        opened = (self._open(row, keys) for row in self._store.of_shoppers(shoppers))
        return [one for one in opened if one is not None]

    def _run(self) -> None:
        while not self._stopping:
            self._woken.wait(WRITE_EVERY_S)
            self._woken.clear()
            self._try()

    def _try(self) -> None:
        try:
            self.flush()
        except ShopkeeperError:  # they wait for the next turn
            return

    def _next(self) -> list[tuple[ShownList, Identity | None]]:
        with self._lock:
            return [self._waiting.popleft() for _ in range(min(WRITTEN_AT_ONCE, len(self._waiting)))]

    def _sealed(self, batch: Sequence[tuple[ShownList, Identity | None]]) -> list[SealedList]:
        numbers = self._events.numbers(who for _, who in batch if who is not None)
        keys = self._vault.make(sorted(set(numbers.values())))
        rows: list[SealedList] = []
        for shown, who in batch:
            number = None if who is None else numbers[who]
            key = self._vault.pseudonym_key() if number is None else keys.get(number)
            if key is not None:  # erased in this moment: then there is nothing to remember
                rows.append(SealedList(shown.id, number, shown.surface, shown.shown, seal(key, _packed(shown), bound_to=shown.id)))
        return rows

    def _open(self, row: SealedList, keys: dict[ShopperId, bytes]) -> LoggedList | None:
        key = self._vault.pseudonym_key() if row.shopper is None else keys.get(row.shopper)
        if key is None:
            return None
        return LoggedList(row.shopper, _unpacked(unseal(key, row.sealed, bound_to=row.id), row))


def _packed(shown: ShownList) -> bytes:
    """The list but for its row's columns; propensities only where not every place was fixed."""
    propensity = shown.propensity if any(p != 1 for p in shown.propensity) else ()
    return orjson.dumps([shown.items, shown.policy, propensity, shown.arm, shown.query, shown.context])


def _unpacked(content: bytes, row: SealedList) -> ShownList:
    items, policy, propensity, arm, query, context = cast(list[Any], orjson.loads(content))
    return ShownList(
        id=row.id,
        shown=row.shown,
        surface=cast(Surface, row.surface),
        items=tuple(ProductId(item) for item in items),
        policy=policy,
        propensity=tuple(propensity) if propensity else (1.0,) * len(items),
        arm=arm,
        query=query,
        context=tuple((name, value) for name, value in context),
    )
