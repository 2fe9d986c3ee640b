"""Those who do not come to buy: crawlers, programs that say so, clickers, and rings that push a product."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from shopkeeper.domain.ids import OrderId, ProductId
from shopkeeper.domain.product import DEFAULT_MARKET
from shopkeeper.simulation.behaviour.devices import devices, program
from shopkeeper.simulation.behaviour.queries import query_for
from shopkeeper.simulation.behaviour.records import Deed, DeedItem, DeedName
from shopkeeper.simulation.behaviour.session import Device
from shopkeeper.simulation.behaviour.shelves import LIST_LENGTH
from shopkeeper.simulation.behaviour.world import World
from shopkeeper.simulation.dice import Dice
from shopkeeper.simulation.shoppers import Shopper

RING_DAYS: Final = 5
"""A ring does its work within this many days."""
RING_WEEKS: Final = 11
"""How far back the first ring may have begun."""
RING_BUYS: Final = 0.6


@dataclass(frozen=True, slots=True)
class Push:
    """What one member of a ring does: which product it pushes, when it comes, whether it buys, so that its review counts as verified."""

    shopper: Shopper
    product: ProductId
    starts: datetime
    buys: bool


class _Walk:
    """Deeds of one adversary's session, each `gap_s` seconds after the one before."""

    def __init__(self, shopper: Shopper, device: Device, session_id: str, starts: datetime, gap_s: float) -> None:
        self.deeds: list[Deed] = []
        self._gap = timedelta(seconds=gap_s)
        self._moment = starts
        self._like = Deed(
            event_id="",
            name="view_item",
            occurred=starts,
            visitor_id=device.visitor_id,
            session_id=session_id,
            lang=shopper.lang,
            agent=device.agent,
            consent=device.consent,
        )

    def do(self, name: DeedName, **said: Any) -> None:
        event_id = f"e-{self._like.session_id}-{len(self.deeds) + 1}"
        self.deeds.append(replace(self._like, name=name, occurred=self._moment, event_id=event_id, **said))
        self._moment += self._gap

    def list_id(self) -> str:
        """The id of the next list that is shown."""
        return f"l{self._like.session_id[1:]}-{len(self.deeds) + 1}"

    def view(self, product: ProductId) -> None:
        self.do("view_item", items=(DeedItem(product),))

    def see(self, list_id: str, products: Sequence[ProductId]) -> None:
        self.do("view_item_list", list_id=list_id, items=tuple(DeedItem(one, position=place) for place, one in enumerate(products)))


def bot_deeds(bot: Shopper, world: World, lists: Mapping[str, Sequence[ProductId]], *, seed: int) -> Iterator[Deed]:
    """Yield what a bot does in the 120 days: three sessions of its kind."""
    dice, device = Dice(seed, "bot", bot.id), program(bot, seed)
    for number in range(3):
        starts = (world.now - timedelta(days=2 + dice.below(100), hours=dice.below(24))).replace(minute=dice.below(60), second=dice.below(60))
        walk = _Walk(bot, device, f"s-{bot.id[2:]}-{number + 1}", starts, {"crawler": 0.4, "agent": 3.0, "clicker": 7.0}[bot.adversary])
        match bot.adversary:
            case "crawler":
                _crawl(walk, lists, dice)
            case "agent":
                _fetch(walk, lists, dice)
            case _:
                _click(walk, bot, world, lists)
        yield from walk.deeds


def _crawl(walk: _Walk, lists: Mapping[str, Sequence[ProductId]], dice: Dice) -> None:
    """Shelf by shelf, every product, several pages a second."""
    shelves = sorted(name for name in lists if name.startswith("shelf:"))
    first = dice.below(len(shelves))
    for name in (shelves[first:] + shelves[:first])[:4]:
        walk.see(walk.list_id(), lists[name][:LIST_LENGTH])
        for product in lists[name][:40]:
            walk.view(product)


def _fetch(walk: _Walk, lists: Mapping[str, Sequence[ProductId]], dice: Dice) -> None:
    """Product pages in no order, one every three seconds."""
    for _ in range(40 + dice.below(40)):
        walk.view(dice.pick(lists["all"]))


def _click(walk: _Walk, bot: Shopper, world: World, lists: Mapping[str, Sequence[ProductId]]) -> None:
    """The same query, the same product, every seven seconds: somebody is meant to pay for these clicks, or a product to climb."""
    target = Dice(0, "target", bot.id).pick(lists["all"])
    ware = world.wares[target]
    query = query_for(ware, bot.lang, Dice(0, "words", bot.id)).correct
    others = [one for one in lists[f"type:{ware.kind.key}"] if one != target][: LIST_LENGTH - 1]
    shown = [*others[:4], target, *others[4:]]
    place = shown.index(target)
    for _ in range(20):
        list_id = walk.list_id()
        walk.do("search", query=query, list_id=list_id)
        walk.see(list_id, shown)
        walk.do("select_item", items=(DeedItem(target, position=place),), list_id=list_id)
        walk.do("view_item", items=(DeedItem(target),), list_id=list_id)


def pushes(members: Sequence[Shopper], world: World, *, seed: int) -> tuple[Push, ...]:
    """Return what each member of a ring does. A ring pushes one product that does not sell, within `RING_DAYS` of each other."""
    earliest = world.now - timedelta(days=RING_WEEKS * 7)
    there = [ware for ware in world.wares.values() if world.on_shelf(ware.product.id, DEFAULT_MARKET, earliest)]
    unloved = sorted(there, key=lambda ware: (ware.appeal, ware.product.id))
    weak = [ware.product.id for ware in unloved[: max(1, len(unloved) // 4)]]
    if not weak:
        return ()
    found: list[Push] = []
    for member in members:
        plan, own = Dice(seed, "ring", member.ring), Dice(seed, "member", member.id)
        product = plan.pick(weak)
        first = earliest + timedelta(days=plan.below(RING_WEEKS * 7 - RING_DAYS - 6))
        starts = (first + timedelta(minutes=own.below(RING_DAYS * 1440))).replace(microsecond=0)
        found.append(Push(member, product, starts, own.chance(RING_BUYS) and world.on_shelf(product, DEFAULT_MARKET, starts)))
    return tuple(found)


def push_deeds(push: Push, world: World, *, seed: int) -> Iterator[Deed]:
    """Yield the member's visit: straight to the product, twice, and out again with it or without."""
    device = devices(push.shopper, seed)[0]
    walk = _Walk(push.shopper, device, f"s-{push.shopper.id[2:]}-1", push.starts, 9.0)
    walk.view(push.product)
    walk.view(push.product)
    pieces = world.on_sale(push.product, DEFAULT_MARKET, push.starts)
    if push.buys and pieces:
        piece = pieces[0]
        items = (DeedItem(push.product, piece.variant.id, price=world.price(push.product, piece.offer, push.starts)),)
        walk.do("add_to_cart", items=items)
        walk.do("begin_checkout", items=items)
        walk.do("purchase", items=items, order_id=OrderId(f"o-{push.shopper.id}"), user_id=push.shopper.id)
    yield from walk.deeds
