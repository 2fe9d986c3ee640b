"""From the intake's thread back to the requests that wait in the event loop: many outcomes with one wake-up."""

import asyncio
import contextlib
import threading
from collections.abc import Sequence
from functools import partial

from shopkeeper.domain.event import Event
from shopkeeper.errors import ShopkeeperError
from shopkeeper.events.intake import EventIntake, Outcome, Source, State


class Deliveries:
    """One per event loop."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._ended: list[tuple[asyncio.Future[Outcome], Outcome]] = []

    async def keep(self, intake: EventIntake, events: Sequence[Event], *, source: Source = "server") -> list[State]:
        """What became of each event, once they are durable; raises what kept them from being kept. Who goes away meanwhile loses only the answer."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Outcome] = loop.create_future()
        intake.send(events, partial(self._end, loop, future), source=source)
        outcome = await future
        if isinstance(outcome, ShopkeeperError):
            raise outcome
        return outcome

    def _end(self, loop: asyncio.AbstractEventLoop, future: asyncio.Future[Outcome], outcome: Outcome) -> None:
        with self._lock:
            self._ended.append((future, outcome))
            first = len(self._ended) == 1
        if first:
            with contextlib.suppress(RuntimeError):  # the loop has ended, and nobody waits any more
                loop.call_soon_threadsafe(self._hand_out)

    def _hand_out(self) -> None:
        with self._lock:
            ended, self._ended = self._ended, []
        for future, outcome in ended:
            if not future.done():
                future.set_result(outcome)
