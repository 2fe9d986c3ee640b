"""Live play: shoppers who go on shopping in a shop that runs, given the lists that it really shows.

The same visits as in the history (`behaviour.session`), against a `ShopClient` instead of the old shop: what is clicked follows from what is
shown, so better lists sell more, and the shop can learn from what it showed.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import count
from typing import Any, Protocol

from shopkeeper.domain.ids import ProductId
from shopkeeper.domain.product import Market
from shopkeeper.domain.texts import Lang
from shopkeeper.simulation.behaviour.adversaries import bot_deeds
from shopkeeper.simulation.behaviour.choice import Mind
from shopkeeper.simulation.behaviour.devices import devices
from shopkeeper.simulation.behaviour.queries import Query
from shopkeeper.simulation.behaviour.records import Deed, event_document
from shopkeeper.simulation.behaviour.session import Memory, Visit
from shopkeeper.simulation.behaviour.shelves import LIST_LENGTH, Asking, Placement, Shown, popular_lists
from shopkeeper.simulation.dice import Dice
from shopkeeper.simulation.shop import Cast
from shopkeeper.simulation.shoppers import Shopper


class ShopClient(Protocol):
    """A shop that runs, as its own pages would ask it. Every list comes with the id that feedback joins to."""

    def search(self, query: str, *, lang: Lang, market: Market, limit: int) -> Shown:
        """What the shop finds for what was typed."""
        ...

    def category(self, key: str, *, lang: Lang, market: Market, limit: int) -> Shown:
        """A category page."""
        ...

    def recommend(
        self, placement: Placement, *, products: Sequence[ProductId], history: Sequence[ProductId], lang: Lang, market: Market, limit: int
    ) -> Shown:
        """The list of a placement, beside `products`, for somebody who looked at `history` (oldest first)."""
        ...

    def send(self, events: Sequence[Mapping[str, Any]]) -> None:
        """Hand over what was done, as event documents."""
        ...


class _Live:
    """A running shop's lists as the shelves of a visit. Products that the player does not know (the merchant added them) are passed over,
    but keep their place: a later one does not move up."""

    def __init__(self, client: ShopClient) -> None:
        self._client = client

    def search(self, query: Query, asking: Asking) -> Shown:
        return self._client.search(query.text, lang=asking.lang, market=asking.market, limit=LIST_LENGTH)

    def category(self, key: str, asking: Asking) -> Shown:
        return self._client.category(key, lang=asking.lang, market=asking.market, limit=LIST_LENGTH)

    def recommend(self, placement: Placement, beside: Sequence[ProductId], asking: Asking) -> Shown:
        return self._client.recommend(placement, products=beside, history=asking.history, lang=asking.lang, market=asking.market, limit=LIST_LENGTH)


@dataclass(frozen=True, slots=True)
class LiveSession:
    """One visit to the running shop: who came, what was done, and what was meant by each query (by the list that answered it)."""

    shopper: Shopper
    deeds: tuple[Deed, ...]
    asked: Mapping[str, Query] = field(default_factory=dict[str, Query])

    @property
    def documents(self) -> list[dict[str, Any]]:
        """The deeds as the event documents that were sent."""
        return [event_document(deed) for deed in self.deeds]


def live_sessions(
    cast: Cast, client: ShopClient, *, seed: int, moments: Iterator[datetime], shoppers: Sequence[Shopper] | None = None
) -> Iterator[LiveSession]:
    """Yield one visit after another, each begun at the next of `moments` and its events sent when it is over; ends when `moments` do.

    `shoppers` are those who may come (all customers and bots of the cast by default). Which one comes is drawn by how often they come; they
    remember their cart and what they looked at. The same cast, seed, moments and answers of the shop give the same visits.
    """
    people = tuple(cast.people if shoppers is None else shoppers)
    people = tuple(one for one in people if one.adversary != "ring")  # a ring's work is done in the past
    running = list[float]()
    for one in people:
        running.append(one.sessions_expected + (running[-1] if running else 0.0))
    memories: dict[str, Memory] = {}
    shelves = _Live(client)
    lists = popular_lists(cast.world)
    for number, moment in zip(count(1), moments, strict=False):
        dice = Dice(seed, "live", number)
        shopper = dice.pick_by(people, running)
        name = f"s-live-{seed}-{moment:%y%m%d%H%M%S}-{number}"
        if shopper.adversary:
            session = LiveSession(shopper, _bot_walk(shopper, cast, lists, moment, name, seed))
        else:
            memory = memories.setdefault(shopper.id, Memory())
            device = dice.pick(devices(shopper, cast.seed))
            visit = Visit(Mind(shopper, cast.world), memory, shelves, device, session_id=name, starts=moment, dice=dice)
            visit.play()
            session = LiveSession(shopper, tuple(visit.deeds), visit.asked)
        if session.deeds:
            client.send(session.documents)
        yield session


def _bot_walk(bot: Shopper, cast: Cast, lists: Mapping[str, Sequence[ProductId]], moment: datetime, name: str, seed: int) -> tuple[Deed, ...]:
    """One of the bot's walks of the past, moved to `moment`: bots do not care what is shown to them."""
    deeds = list(bot_deeds(bot, cast.world, lists, seed=cast.seed + seed))
    first = [deed for deed in deeds if deed.session_id == deeds[0].session_id]
    return tuple(
        replace(deed, event_id=f"e-{name[2:]}-{place}", session_id=name, occurred=moment + (deed.occurred - first[0].occurred), list_id="")
        for place, deed in enumerate(first, start=1)
    )
