"""Orders: the purchases of the history, with what came back; and the stock that they leave."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from shopkeeper.domain.ids import CustomerId, ProductId, VariantId
from shopkeeper.domain.order import Order, OrderLine, Return
from shopkeeper.domain.product import Market
from shopkeeper.simulation.behaviour.records import Deed
from shopkeeper.simulation.behaviour.world import World
from shopkeeper.simulation.dice import Dice
from shopkeeper.simulation.shoppers import Shopper
from shopkeeper.simulation.wares import Ware

_REASONS: Final = ("changed_mind", "not_as_described", "damaged", "arrived_late")


def orders(
    deeds: Sequence[Deed], shoppers: Mapping[CustomerId, Shopper], wares: Mapping[ProductId, Ware], *, seed: int, now: datetime
) -> tuple[Order, ...]:
    """Return the orders that the purchases among `deeds` are, oldest first: same ids, products, variants, quantities and prices."""
    return tuple(_order(deed, shoppers, wares, seed, now) for deed in deeds if deed.name == "purchase")


def _order(deed: Deed, shoppers: Mapping[CustomerId, Shopper], wares: Mapping[ProductId, Ware], seed: int, now: datetime) -> Order:
    assert deed.order_id is not None  # every purchase has one
    customer = shoppers[CustomerId(deed.user_id)]
    lines = tuple(OrderLine(item.product_id, item.quantity, item.price, item.variant_id) for item in deed.items if item.price is not None)
    order = Order(id=deed.order_id, placed=deed.occurred, lines=lines, customer_id=customer.id, country=customer.country)
    if customer.family == "adversarial":
        return order
    back = tuple(_returns(order, wares, now, Dice(seed, "order", deed.session_id)))
    return replace(order, returns=back) if back else order


def _returns(order: Order, wares: Mapping[ProductId, Ware], now: datetime, dice: Dice) -> Iterator[Return]:
    for line in order.lines:
        ware = wares[line.product_id]
        returned = order.placed + timedelta(days=4 + dice.below(12), hours=dice.below(12))
        if dice.chance(min(0.5, ware.kind.returned * (1.6 if ware.quality < -0.7 else 0.9))) and returned < now:
            reason = "size" if ware.kind.sizes and dice.chance(0.6) else dice.pick(_REASONS)
            yield Return(line.product_id, 1, returned, reason)


def opening_stock(orders: Sequence[Order], shoppers: Mapping[CustomerId, Shopper], world: World) -> dict[tuple[VariantId, Market], int]:
    """What lay in the warehouse before the first order: what is there now, and what was sold since. What came back is not put back on sale."""
    stock = {
        (variant.id, offer.market): offer.stock or 0 for ware in world.wares.values() for variant in ware.product.variants for offer in variant.offers
    }
    sold = Counter[tuple[VariantId, Market]]()
    for order in orders:
        market = shoppers[order.customer_id].market if order.customer_id is not None else None
        for line in order.lines:
            if market is not None and line.variant_id is not None:
                sold[line.variant_id, market] += line.quantity
    return {place: count + sold[place] for place, count in stock.items()}
