"""How much each product is wanted now: orders that hold it, newer ones weighing more."""

import math
from collections.abc import Iterable
from datetime import datetime

from shopkeeper.domain.ids import ProductId
from shopkeeper.domain.order import Order

HALF_LIFE_DAYS = 30.0
"""An order of a month ago weighs half of one of today: a season moves the figure, a single day does not."""
_SECONDS_A_DAY = 86_400.0


def popularity(orders: Iterable[Order], now: datetime) -> dict[ProductId, float]:
    """Sum over orders of 2^(-age / HALF_LIFE_DAYS) per product, the age taken from the newest order (at most `now`): 1 = one order just placed.

    An order counts once per product, whatever the quantity (a reseller is one buyer); what came back whole does not count. The age is taken
    from the newest order so that a shop whose history ended long ago keeps its order of products instead of sinking to zero.
    """
    latest = now.timestamp()
    # Weights are relative to an anchor that follows the newest order seen, a day behind at most: one pass in any order, no overflow.
    anchor = newest = -math.inf
    sums: dict[ProductId, float] = {}
    for order in orders:
        placed = min(order.placed.timestamp(), latest)
        newest = max(newest, placed)
        if placed - anchor > _SECONDS_A_DAY:
            fade = _weight(placed - anchor)
            sums = {product: value * fade for product, value in sums.items()}
            anchor = placed
        weight = _weight(anchor - placed)
        for product in wanted_products(order):
            sums[product] = sums.get(product, 0.0) + weight
    final = _weight(newest - anchor) if sums else 1.0
    return {product: value * final for product, value in sums.items()}


def wanted_products(order: Order) -> list[ProductId]:
    """The distinct products of `order` that were not returned whole, in the order of its lines."""
    kept: dict[ProductId, int] = {}
    for line in order.lines:
        kept[line.product_id] = kept.get(line.product_id, 0) + line.quantity
    for back in order.returns:
        if back.product_id in kept:
            kept[back.product_id] -= back.quantity
    return [product for product, quantity in kept.items() if quantity > 0]


def _weight(age_s: float) -> float:
    return 2.0 ** (-age_s / (HALF_LIFE_DAYS * _SECONDS_A_DAY))
