"""Finds programs as their events come in, a batch at a time, and says who is flagged."""

import threading
from collections import defaultdict, deque
from collections.abc import Callable
from datetime import datetime, timedelta
from time import monotonic
from typing import Final

from shopkeeper.domain.event import Event
from shopkeeper.domain.ids import ShopperId
from shopkeeper.events.log import EventLog
from shopkeeper.integrity.bots import suspect
from shopkeeper.ports.shoppers import BotFlag, BotStore

READ_AT_ONCE: Final = 5_000
REMEMBERED: Final = 400
"""Of each shopper, so many of the newest events: more than any rule looks at."""
FORGOTTEN_AFTER: Final = timedelta(hours=1)
STALE_AFTER_S: Final = 2.0


class BotWatch:
    """Reads the log on from where it stopped. One per process; a flag that another process set is seen within two seconds."""

    def __init__(self, events: EventLog, store: BotStore, *, clock: Callable[[], datetime]) -> None:
        self._events = events
        self._store = store
        self._clock = clock
        self._lock = threading.Lock()
        self._seq: int | None = None
        self._recent: dict[ShopperId, deque[Event]] = defaultdict(lambda: deque(maxlen=REMEMBERED))
        self._flagged: tuple[float, frozenset[ShopperId]] = (-1.0, frozenset())

    def look(self) -> int:
        """Judge everybody of whom something came since the last look (at the first, within the last hour); returns how many are newly flagged."""
        with self._lock:
            touched: set[ShopperId] = set()
            if self._seq is None:
                self._seq = self._events.newest()
                for one in self._events.scan(since=self._clock() - FORGOTTEN_AFTER):
                    self._recent[one.shopper].append(one.event)
                    touched.add(one.shopper)
            while batch := self._events.after(self._seq, limit=READ_AT_ONCE):
                for one in batch:
                    self._recent[one.shopper].append(one.event)
                    touched.add(one.shopper)
                self._seq = batch[-1].seq
            found = [(shopper, suspicion) for shopper in sorted(touched) if (suspicion := suspect(self._recent[shopper])) is not None]
            self._forget()
        now = self._clock()
        new = self._store.flag([BotFlag(shopper, now, suspicion.rule, suspicion.evidence) for shopper, suspicion in found]) if found else 0
        if new:
            self._flagged = (-1.0, frozenset())
        return new

    def flagged(self) -> frozenset[ShopperId]:
        """Who is taken for a program now."""
        until, found = self._flagged
        if monotonic() >= until:
            found = self._store.flagged()
            self._flagged = (monotonic() + STALE_AFTER_S, found)
        return found

    def flags(self, *, limit: int = 100) -> list[BotFlag]:
        """The newest flags with their evidence."""
        return self._store.all(limit=limit)

    def lift(self, shopper: ShopperId) -> bool:
        """Say that this is no program; False if it is not flagged."""
        lifted = self._store.lift(shopper, self._clock())
        self._flagged = (-1.0, frozenset())
        return lifted

    def _forget(self) -> None:
        oldest = self._clock() - FORGOTTEN_AFTER
        self._recent = defaultdict(
            lambda: deque(maxlen=REMEMBERED), {one: told for one, told in self._recent.items() if told and told[-1].occurred >= oldest}
        )
