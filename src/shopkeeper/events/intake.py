"""The intake: events of many senders at once are let through the gate and kept with one transaction, one fsync, for all that wait (group commit).

One thread per shop takes whatever waits, asks for identities, consents and keys once for all of it, appends it, and tells every sender. While it
waits for the disk the next group gathers, so the busier a shop is, the less each event costs.
"""

import threading
from collections import Counter, deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from shopkeeper.domain.event import Event
from shopkeeper.domain.ids import ShopperId
from shopkeeper.domain.shopper import Consent, Identity, Purpose
from shopkeeper.errors import Broken, ShopkeeperError, Unavailable
from shopkeeper.events.gate import IMPLIED, answers, granted
from shopkeeper.events.log import EventLog
from shopkeeper.ports.shoppers import ShopperStore

State = Literal["accepted", "duplicate", "gated"]
Ended = Literal["accepted", "duplicate", "gated", "refused"]
Source = Literal["browser", "server", "import", "shop"]
"""Which door events came through: a public key, a secret key, an imported file, or the shop's own pages and checkout."""
Outcome = list[State] | ShopkeeperError
"""What became of each event of one sending, or why none of it was kept."""

GROUP: Final = 2_000
"""Events a transaction: bounds how long one of a few must wait behind batches of a thousand."""
MOST_WAITING: Final = 50_000
FEW: Final = 4
GATHER_S: Final = 0.002
"""Where more than a `FEW` senders are about, a group waits this long for those that were just answered: otherwise they fall into two halves that take
turns, and each half pays for a transaction of its own (PostgreSQL's commit_delay and commit_siblings)."""


@dataclass(frozen=True, slots=True)
class _Sending:
    events: Sequence[Event]
    done: Callable[[Outcome], None]
    source: Source


class EventIntake:
    """The one way in for the events of a shop. Safe to use from several threads; its own thread starts with the first event."""

    def __init__(
        self, log: EventLog, shoppers: ShopperStore, *, clock: Callable[[], datetime], implied: Callable[[], frozenset[Purpose]] = lambda: IMPLIED
    ) -> None:
        self._log = log
        self._shoppers = shoppers
        self._clock = clock
        self._implied = implied
        self._waiting: deque[_Sending] = deque()
        self._events_waiting = 0
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self._closed = False
        self._before = self._around = 0  # sendings in the group before, and in it and the one before it: about as many senders there are
        self._counts: Counter[tuple[Source, State]] = Counter()  # the intake's own thread alone writes it
        self._refused: Counter[Source] = Counter()

    def send(self, events: Sequence[Event], done: Callable[[Outcome], None], *, source: Source = "server") -> None:
        """Have `events` kept; `done` is called from the intake's thread with their outcome, once they are durable. It must not block.

        `Unavailable` at once where too many wait already, or after `close`.
        """
        with self._changed:
            if self._closed:
                raise Unavailable("No events are taken any more: the shop is being closed.")
            if self._events_waiting + len(events) > MOST_WAITING:
                raise Unavailable(f"{self._events_waiting:,} events wait to be kept already.", hint="Send them again in a few seconds.")
            self._waiting.append(_Sending(events, done, source))
            self._events_waiting += len(events)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="event-intake", daemon=True)
                self._thread.start()
            if len(self._waiting) == 1 or len(self._waiting) >= self._around:  # to wake it for each would cost more than the sending
                self._changed.notify()

    def keep(self, events: Sequence[Event], *, source: Source = "shop") -> list[State]:
        """Have `events` kept and wait for it; what became of each. Raises what kept them from being kept."""
        outcomes: list[Outcome] = []
        ended = threading.Event()

        def done(outcome: Outcome) -> None:
            outcomes.append(outcome)
            ended.set()

        self.send(events, done, source=source)
        ended.wait()
        if isinstance(outcomes[0], ShopkeeperError):
            raise outcomes[0]
        return outcomes[0]

    def refuse(self, events: int, *, source: Source) -> None:
        """Count events that were turned away at the door because they could not be read or came too fast; nothing of them is kept."""
        with self._changed:
            self._refused[source] += events

    def counts(self) -> Mapping[tuple[Source, Ended], int]:
        """How many events of each source ended in each state since this process began; of those that were gated nothing else is known."""
        with self._changed:
            counts: dict[tuple[Source, Ended], int] = {**self._counts}
            counts.update({(source, "refused"): count for source, count in self._refused.items()})
            return counts

    def close(self) -> None:
        """Keep what waits, then end."""
        with self._changed:
            self._closed = True
            self._changed.notify()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        while group := self._next_group():
            self._settle(group)

    def _next_group(self) -> list[_Sending]:
        with self._changed:
            while not self._waiting and not self._closed:
                self._changed.wait()
            if self._around > FEW:
                self._changed.wait_for(lambda: len(self._waiting) >= self._around or self._closed, timeout=GATHER_S)
            group: list[_Sending] = []
            size = 0
            while self._waiting and (not group or size + len(self._waiting[0].events) <= GROUP):
                group.append(self._waiting.popleft())
                size += len(group[-1].events)
            self._events_waiting -= size
            self._around, self._before = len(group) + self._before, len(group)
            return group

    def _settle(self, group: Sequence[_Sending]) -> None:
        """Keep the group and tell its senders. What only one sending of it is to blame for must not cost the others theirs."""
        outcome = self._outcome([event for sending in group for event in sending.events])
        if isinstance(outcome, ShopkeeperError) and not isinstance(outcome, Unavailable) and len(group) > 1:
            for sending in group:
                self._tell(sending, self._outcome(sending.events))
            return
        if isinstance(outcome, ShopkeeperError):
            for sending in group:
                self._tell(sending, outcome)
            return
        start = 0
        for sending in group:
            end = start + len(sending.events)
            self._tell(sending, outcome[start:end])
            start = end

    def _tell(self, sending: _Sending, outcome: Outcome) -> None:
        if not isinstance(outcome, ShopkeeperError):
            self._counts.update((sending.source, state) for state in outcome)
        sending.done(outcome)

    def _outcome(self, events: Sequence[Event]) -> Outcome:
        try:
            return self._keep(events)
        except ShopkeeperError as error:
            return error
        except Exception as error:  # the thread works for everybody: it must outlive whatever one group does to it
            return Broken(f"the events could not be kept: {type(error).__name__}: {error}", hint="Please report this as a bug.")

    def _keep(self, events: Sequence[Event]) -> list[State]:
        allowed = self._through_gate(events)
        kept = [event for event, may in zip(events, allowed, strict=True) if may]
        new = iter(self._log.record(kept) if kept else [])
        return [("accepted" if next(new) else "duplicate") if may else "gated" for may in allowed]

    def _through_gate(self, events: Sequence[Event]) -> list[bool]:
        """For each event whether it may be kept; records the answers that change what is on record."""
        known = self._log.known({event.who for event in events})
        stored = self._shoppers.consents(list(known.values()))
        on_record = {who: stored.get(number, ()) for who, number in known.items()}
        now = self._clock()
        changed: dict[Identity, list[Consent]] = {}
        allowed: list[bool] = []
        for event in events:
            said = on_record.get(event.who, ())
            allowed.append("analytics" in granted(event, said, implied=self._implied()))
            if fresh := answers(event, said, now=now):
                changed.setdefault(event.who, []).extend(fresh)
                newest = {one.purpose: one for one in (*said, *fresh)}
                on_record[event.who] = tuple(newest.values())
        if changed:
            numbers = self._log.numbers(changed)
            given: dict[ShopperId, list[Consent]] = {numbers[who]: fresh for who, fresh in changed.items()}
            self._shoppers.consent_many(given)
        return allowed
