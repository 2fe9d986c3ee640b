"""What a shop shows: the port that sessions are played against, and the shop as it was before it had anything that learns."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from math import log
from typing import Final, Literal, Protocol

from shopkeeper.domain.ids import ProductId
from shopkeeper.domain.product import Market
from shopkeeper.domain.texts import Lang
from shopkeeper.simulation.behaviour.queries import Query
from shopkeeper.simulation.behaviour.world import World
from shopkeeper.simulation.dice import Dice

Placement = Literal["trending", "recommended_for_you", "similar", "frequently_bought_together"]
LIST_LENGTH: Final = 12
SHUFFLED_SHARE: Final = 0.1
"""The share of the old shop's lists that stand in random order: from them position bias can be read without any model."""

LOOKED_AT: Final = 60
"""How many products, the most appealing, the old shop makes a list from."""


@dataclass(frozen=True, slots=True)
class Asking:
    """Who asks for a list, when, and what they have looked at or bought lately (oldest first)."""

    lang: Lang
    market: Market
    moment: datetime
    history: tuple[ProductId, ...] = ()


@dataclass(frozen=True, slots=True)
class Shown:
    """A list as it was shown, best first; empty where nothing was found."""

    list_id: str
    products: tuple[ProductId, ...]


class Shelves(Protocol):
    """The lists of a shop. `session` plays against this: the old shop below, a fake in tests, a running server over HTTP."""

    def search(self, query: Query, asking: Asking) -> Shown:
        """What the shop finds for a query."""
        ...

    def category(self, key: str, asking: Asking) -> Shown:
        """The category page of a second-level category."""
        ...

    def recommend(self, placement: Placement, beside: Sequence[ProductId], asking: Asking) -> Shown:
        """The list of a placement, `beside` these products."""
        ...


class OldShop:
    """The demo shop's past: lists by what sells, roughly; the same for everybody. Typos are found only now and then.

    `shuffled` holds the ids of the lists that stood in random order; `dice` decides, so one old shop serves one shopper.
    """

    def __init__(self, world: World, popular: Mapping[str, Sequence[ProductId]], dice: Dice, *, name: str) -> None:
        self._world = world
        self._popular = popular
        self._dice = dice
        self._name = name
        self._count = 0
        self.shuffled: list[str] = []

    def search(self, query: Query, asking: Asking) -> Shown:
        """Products of the type that was meant, those with the named colour or brand first; a typo finds nothing two times in three."""
        if query.typo and self._dice.chance(0.67):
            return self._list((), asking)
        found = self._ranked(self._popular[f"type:{query.kind}"])
        if query.picky:
            found.sort(key=lambda product: -query.fits(self._world.wares[product].product))
        return self._list(found, asking)

    def category(self, key: str, asking: Asking) -> Shown:
        """The shelf's products by what sells."""
        return self._list(self._ranked(self._popular[f"shelf:{key}"]), asking)

    def recommend(self, placement: Placement, beside: Sequence[ProductId], asking: Asking) -> Shown:
        """Trending for everybody, the type's others beside a product, and what the merchant put together by hand."""
        wares, market = self._world.wares, asking.market
        match placement:
            case "similar":
                others = [one for one in self._popular[f"type:{wares[beside[0]].kind.key}"] if one != beside[0]]
                return self._list(self._ranked(others), asking)
            case "frequently_bought_together":
                return self._list([mate for mate, _ in self._world.mates(beside[0], market)], asking)
            case _:
                return self._list(self._ranked(self._popular["all"]), asking)

    def _ranked(self, products: Sequence[ProductId]) -> list[ProductId]:
        """A draw without replacement, by appeal (Efraimidis & Spirakis 2006): a product of twice the appeal of another stands before it in two
        lists of three."""
        wares, throw = self._world.wares, self._dice.throw
        return sorted(products[:LOOKED_AT], key=lambda product: log(1.0 - throw()) / wares[product].appeal, reverse=True)

    def _list(self, products: Sequence[ProductId], asking: Asking) -> Shown:
        self._count += 1
        list_id = f"l-{self._name}-{self._count}"
        here = (one for one in products if self._world.on_shelf(one, asking.market, asking.moment))
        kept = list(islice(here, LIST_LENGTH))
        if len(kept) > 3 and self._dice.chance(SHUFFLED_SHARE):
            kept = self._dice.shuffled(kept)
            self.shuffled.append(list_id)
        return Shown(list_id, tuple(kept))


def popular_lists(world: World) -> dict[str, tuple[ProductId, ...]]:
    """What the old shop's lists are cut from: everything (`all`), each type (`type:mug`), each shelf (`shelf:tableware`), by appeal."""
    lists: dict[str, list[ProductId]] = {"all": []}
    for ware in sorted(world.wares.values(), key=lambda one: (-one.appeal, one.product.id)):
        shelf = f"shelf:{ware.kind.shelf}"
        for name in ("all", f"type:{ware.kind.key}", shelf):
            lists.setdefault(name, []).append(ware.product.id)
    return {name: tuple(products) for name, products in lists.items()}
