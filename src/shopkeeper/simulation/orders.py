"""Orders: 120 days of buying by shoppers who follow their tastes, come back for what is used up, and buy things together."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from shopkeeper.domain.ids import OrderId, ProductId, VariantId
from shopkeeper.domain.order import Order, OrderLine, Return
from shopkeeper.domain.product import DEFAULT_MARKET, Market, Variant
from shopkeeper.simulation.catalogue.offers import US
from shopkeeper.simulation.dice import Dice
from shopkeeper.simulation.shoppers import Shopper, Taste, assortment, taste
from shopkeeper.simulation.wares import Ware

DAYS: Final = 120
MATE_IN_BASKET: Final = 0.45
"""The chance that something that goes with the first thing is in the same basket."""
MATE_LATER: Final = 0.25
BUY_AGAIN: Final = 0.45
MORE_BY_TASTE: Final = 0.35

_WEEKDAYS: Final = (0.9, 0.85, 0.85, 0.95, 1.1, 1.35, 1.25)
_HOURS: Final = (3, 1, 1, 1, 1, 2, 4, 6, 8, 10, 11, 11, 12, 10, 9, 9, 9, 9, 10, 13, 16, 17, 14, 8)
_REASONS: Final = ("changed_mind", "not_as_described", "damaged", "arrived_late")


@dataclass(frozen=True, slots=True)
class _Visit:
    placed: datetime
    shopper: Shopper
    basket: tuple[ProductId, ...]
    number: int


def orders(shoppers: Sequence[Shopper], wares: Mapping[ProductId, Ware], *, seed: int, now: datetime) -> tuple[Order, ...]:
    """Return the orders of the `DAYS` before `now`, oldest first, every shopper with at least one."""
    sold = {market: assortment(wares, market) for market in (DEFAULT_MARKET, US)}
    visits = [visit for shopper in shoppers for visit in _visits(shopper, wares, taste(shopper, sold[shopper.market]), seed, now)]
    visits.sort(key=lambda visit: (visit.placed, visit.shopper.id))
    return tuple(_order(place, visit, wares, seed, now) for place, visit in enumerate(visits))


def _visits(shopper: Shopper, wares: Mapping[ProductId, Ware], likes: Taste, seed: int, now: datetime) -> Iterator[_Visit]:
    dice = Dice(seed, "visits", shopper.id)
    owned: dict[ProductId, datetime] = {}
    moments = sorted(_moment(now, dice) for _ in range(1 + dice.poisson(shopper.orders_expected)))
    for number, placed in enumerate(moments):
        basket = _basket(shopper.market, wares, likes, owned, placed, dice)
        if basket:
            owned.update(dict.fromkeys(basket, placed))
            yield _Visit(placed, shopper, basket, number)


def _moment(now: datetime, dice: Dice) -> datetime:
    """A moment of the period: rather lately than long ago, rather at the weekend, rather in the evening (local clocks are taken as UTC+8)."""
    while True:
        day = now - timedelta(days=1 + int(DAYS * dice.throw() ** 1.25))
        if dice.chance(_WEEKDAYS[day.weekday()] / 1.35):
            break
    running = [sum(_HOURS[: hour + 1]) for hour in range(24)]
    hour = (dice.pick_by(range(24), running) - 8) % 24
    return day.replace(hour=hour, minute=dice.below(60), second=dice.below(60), microsecond=0)


def _basket(
    market: Market, wares: Mapping[ProductId, Ware], likes: Taste, owned: Mapping[ProductId, datetime], placed: datetime, dice: Dice
) -> tuple[ProductId, ...]:
    basket = dict.fromkeys(_empty(owned, wares, placed, dice))
    if not basket:
        first = _mate(dice.pick(list(owned)), market, wares, dice) if owned and dice.chance(MATE_LATER) else None
        basket[likes.pick(dice) if first is None else first] = None
    for bought in list(basket):
        if dice.chance(MATE_IN_BASKET) and (mate := _mate(bought, market, wares, dice)) is not None:
            basket[mate] = None
    for _ in range(dice.poisson(MORE_BY_TASTE)):
        basket[likes.pick(dice)] = None
    return tuple(product for product in basket if _known(wares[product], placed))


def _known(ware: Ware, placed: datetime) -> bool:
    return ware.product.created is None or ware.product.created <= placed


def _empty(owned: Mapping[ProductId, datetime], wares: Mapping[ProductId, Ware], placed: datetime, dice: Dice) -> list[ProductId]:
    """What has been used up since it was bought and is bought again now."""
    due = []
    for product, bought in owned.items():
        days = wares[product].kind.used_up_days
        if days and (placed - bought).days >= 0.7 * days and dice.chance(BUY_AGAIN):
            due.append(product)
    return due[:2]


def _mate(product: ProductId, market: Market, wares: Mapping[ProductId, Ware], dice: Dice) -> ProductId | None:
    mates = [(mate, weight) for mate, weight in wares[product].mates if next(wares[mate].product.offers(market), None) is not None]
    if not mates:
        return None
    running = [sum(weight for _, weight in mates[: i + 1]) for i in range(len(mates))]
    return dice.pick_by([mate for mate, _ in mates], running)


def _order(place: int, visit: _Visit, wares: Mapping[ProductId, Ware], seed: int, now: datetime) -> Order:
    dice = Dice(seed, "order", visit.shopper.id, visit.number)
    lines = tuple(_line(wares[product], visit, dice) for product in visit.basket)
    order = Order(id=OrderId(f"o-{place + 1:06d}"), placed=visit.placed, lines=lines, customer_id=visit.shopper.id, country=visit.shopper.country)
    back = tuple(_returns(order, wares, now, dice))
    return replace(order, returns=back) if back else order


def _line(ware: Ware, visit: _Visit, dice: Dice) -> OrderLine:
    sold = [variant for variant in ware.product.variants if variant.offer(visit.shopper.market) is not None]
    variant = _variant(sold, dice)
    offer = variant.offer(visit.shopper.market)
    assert offer is not None  # `sold` holds only variants of this market
    quantity = 2 if dice.chance(0.12 if ware.kind.used_up_days else 0.05) else 1
    return OrderLine(ware.product.id, quantity, offer.price_at(visit.placed), VariantId(variant.id))


def _variant(sold: Sequence[Variant], dice: Dice) -> Variant:
    """Rather one of the first (the main colour), and of sizes rather a middle one: the better of two throws."""
    first, second = dice.below(len(sold)), dice.below(len(sold))
    return sold[min(first, second)]


def _returns(order: Order, wares: Mapping[ProductId, Ware], now: datetime, dice: Dice) -> Iterator[Return]:
    for line in order.lines:
        ware = wares[line.product_id]
        returned = order.placed + timedelta(days=4 + dice.below(12), hours=dice.below(12))
        if dice.chance(min(0.5, ware.kind.returned * (1.6 if ware.quality < -0.7 else 0.9))) and returned < now:
            reason = "size" if ware.kind.sizes and dice.chance(0.6) else dice.pick(_REASONS)
            yield Return(line.product_id, 1, returned, reason)
