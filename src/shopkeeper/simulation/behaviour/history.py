"""The shop's past: 120 days of visits, played against the old shop and put in the order of time."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from shopkeeper.domain.ids import OrderId, ProductId
from shopkeeper.simulation.behaviour.adversaries import Push, bot_deeds, push_deeds, pushes
from shopkeeper.simulation.behaviour.choice import Mind
from shopkeeper.simulation.behaviour.devices import devices
from shopkeeper.simulation.behaviour.queries import Query
from shopkeeper.simulation.behaviour.records import Deed
from shopkeeper.simulation.behaviour.session import Memory, Visit
from shopkeeper.simulation.behaviour.shelves import OldShop, popular_lists
from shopkeeper.simulation.behaviour.world import World
from shopkeeper.simulation.dice import Dice
from shopkeeper.simulation.shoppers import Shopper

DAYS: Final = 120

_WEEKDAYS: Final = (0.9, 0.85, 0.85, 0.95, 1.1, 1.35, 1.25)
_HOURS: Final = (3, 1, 1, 1, 1, 2, 4, 6, 8, 10, 11, 11, 12, 10, 9, 9, 9, 9, 10, 13, 16, 17, 14, 8)
_RUNNING_HOURS: Final = tuple(sum(_HOURS[: hour + 1]) for hour in range(24))


@dataclass(frozen=True, slots=True)
class History:
    """What was done, oldest first, with what only the simulator knows: the queries by the list that answered them, the lists that stood in
    random order, and who pushed what."""

    deeds: tuple[Deed, ...]
    asked: Mapping[str, Query]
    shuffled: frozenset[str]
    pushes: tuple[Push, ...]


def history(people: Sequence[Shopper], world: World, *, seed: int) -> History:
    """Return the visits of the `DAYS` before the world's now. Orders are numbered in the order of time."""
    deeds: list[Deed] = []
    asked: dict[str, Query] = {}
    shuffled: list[str] = []
    lists = popular_lists(world)
    for shopper in people:
        if shopper.family == "adversarial":
            continue
        for visit, shop in _visits(shopper, world, lists, seed):
            deeds += visit.deeds
            asked |= visit.asked
            shuffled += shop.shuffled
    pushed = pushes([shopper for shopper in people if shopper.adversary == "ring"], world, seed=seed)
    for push in pushed:
        deeds += push_deeds(push, world, seed=seed)
    for shopper in people:
        if shopper.adversary not in ("", "ring"):
            deeds += bot_deeds(shopper, world, lists, seed=seed)
    deeds.sort(key=lambda deed: (deed.occurred, deed.visitor_id))
    return History(tuple(_numbered(deeds)), asked, frozenset(shuffled), pushed)


def _visits(shopper: Shopper, world: World, lists: Mapping[str, Sequence[ProductId]], seed: int) -> Iterator[tuple[Visit, OldShop]]:
    """Yield each visit of a shopper, played to its end, with the shop that it was played against."""
    dice, memory, mind = Dice(seed, "visits", shopper.id), Memory(), Mind(shopper, world)
    own = devices(shopper, seed)
    starts = sorted(_moment(world.now, dice) for _ in range(1 + dice.poisson(shopper.sessions_expected)))
    for number, moment in enumerate(starts):
        name = f"{shopper.id[2:]}-{number + 1}"
        shop = OldShop(world, lists, dice, name=name)
        visit = Visit(mind, memory, shop, dice.pick(own), session_id=f"s-{name}", starts=moment, dice=dice)
        visit.play()
        yield visit, shop


def _numbered(deeds: Sequence[Deed]) -> list[Deed]:
    """The deeds with orders called o-000001, o-000002 … in the order in which they were placed."""
    numbers: dict[str, OrderId] = {}
    for deed in deeds:
        if deed.name == "purchase" and deed.order_id is not None:
            numbers[deed.order_id] = OrderId(f"o-{len(numbers) + 1:06d}")
    return [deed if deed.order_id is None else replace(deed, order_id=numbers[deed.order_id]) for deed in deeds]


def _moment(now: datetime, dice: Dice) -> datetime:
    """A moment of the period: rather lately than long ago, rather at the weekend, rather in the evening (local clocks are taken as UTC+8)."""
    while True:
        day = now - timedelta(days=1 + int(DAYS * dice.throw() ** 1.25))
        if dice.chance(_WEEKDAYS[day.weekday()] / 1.35):
            break
    hour = (dice.pick_by(range(24), _RUNNING_HOURS) - 8) % 24
    return day.replace(hour=hour, minute=dice.below(60), second=dice.below(60), microsecond=0)
