"""The way of an order: placed → paid → packed → shipped → delivered, or cancelled. Pure; each step is kept with its moment and who took it."""

from dataclasses import replace
from datetime import datetime
from typing import Final

from shopkeeper.domain.placed_order import By, Changed, OrderStatus, PlacedOrder, Step, StockChange
from shopkeeper.errors import Refused

NEXT: Final[dict[OrderStatus, tuple[OrderStatus, ...]]] = {
    "placed": ("paid", "cancelled"),
    "paid": ("packed", "cancelled"),
    "packed": ("shipped", "cancelled"),
    "shipped": ("delivered",),
    "delivered": (),
    "cancelled": (),
}
"""What may follow. Whether a *shopper* may cancel is the shop's rule (`aftercare`), within this."""


def advanced(order: PlacedOrder, to: OrderStatus, *, by: By, at: datetime, key: str = "", note: str = "") -> Changed:
    """The order one step on; the same order where it is there already. Cancelling gives the pieces and the money back."""
    if order.status == to:
        return Changed(order)
    if to not in NEXT[order.status]:
        allowed = ", ".join(NEXT[order.status]) or "nothing"
        raise Refused(f"The order is {order.status}; after that comes {allowed}.", status=409, field="status", value=to)
    if to == "cancelled":
        return cancelled(order, by=by, at=at, key=key, note=note)
    return Changed(_forgetting(replace(order, status=to, steps=(*order.steps, Step(to, at, by, key, note)), version=order.version + 1)))


def cancelled(order: PlacedOrder, *, by: By, at: datetime, key: str = "", note: str = "") -> Changed:
    """The order cancelled: counted pieces go back, and what was paid is paid back."""
    paid = order.moment("paid") is not None
    refund = order.total - order.refunded if paid else None
    step = Step("cancelled", at, by, key, note, refund)
    back = tuple(StockChange(line.product_id, line.variant_id, order.market, line.taken) for line in order.lines if line.taken)
    lines = tuple(replace(line, taken=0, returned=line.quantity, settled=line.paid.minor if paid else 0) for line in order.lines)
    return Changed(_forgetting(replace(order, status="cancelled", lines=lines, steps=(*order.steps, step), version=order.version + 1)), back)


def _forgetting(order: PlacedOrder) -> PlacedOrder:
    """Without the address, if its shopper was erased and nothing is left to deliver."""
    return replace(order, address=None) if order.shopper is None and order.status in ("delivered", "cancelled") else order
