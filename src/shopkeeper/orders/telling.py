"""Purchases and refunds on their way into the log of events: only of shoppers who agreed to being counted. The order itself needs no consent."""

from collections.abc import Sequence

from shopkeeper.domain.event import Event
from shopkeeper.events.log import EventLog
from shopkeeper.ports.shoppers import ShopperStore


class ConsentedLog:
    """The log, behind what the shop has on record of each shopper's consent to `analytics`."""

    def __init__(self, log: EventLog, shoppers: ShopperStore) -> None:
        self._log = log
        self._shoppers = shoppers

    def record(self, events: Sequence[Event]) -> int:
        """Keep the events of those who agreed; returns how many were kept now."""
        allowed = [event for event in events if self._agreed(event)]
        return sum(self._log.record(allowed)) if allowed else 0

    def _agreed(self, event: Event) -> bool:
        number = self._log.find(event.who)
        if number is None:
            return False
        answers = [
            one for given in self._shoppers.consents(self._shoppers.person(number).all).values() for one in given if one.purpose == "analytics"
        ]
        return bool(answers) and max(answers, key=lambda one: one.at).granted
