"""What others learn from a placed order: the `Order` that recommendations are fitted on, and the events that the log keeps."""

from datetime import datetime

from shopkeeper.domain.event import Event, EventItem, EventName
from shopkeeper.domain.ids import EventId
from shopkeeper.domain.money import Money
from shopkeeper.domain.order import Order, OrderLine, Return
from shopkeeper.domain.placed_order import PlacedLine, PlacedOrder, Step


def as_history(order: PlacedOrder) -> Order:
    """The order as it was bought, each piece at what was paid for it (rounded down to whole minor units); what came back, or was cancelled, as
    returns. Pieces of an exchange count once, as the version that was kept."""
    lines = tuple(OrderLine(line.product_id, line.quantity, _piece_price(line, order), line.variant_id) for line in order.lines if line.quantity)
    return Order(order.id, order.placed, lines, order.customer_id, order.country, _returns(order))


def _piece_price(line: PlacedLine, order: PlacedOrder) -> Money:
    return Money(line.paid.minor // line.quantity, order.currency)


def _returns(order: PlacedOrder) -> tuple[Return, ...]:
    gone = order.moment("cancelled")
    if gone is not None:
        return tuple(Return(line.product_id, line.quantity, gone, "cancelled") for line in order.lines)
    product_of = {line.number: line.product_id for line in order.lines}
    return tuple(
        Return(product_of[back.line], back.quantity, received, back.reason) for back in order.returns if (received := back.received) is not None
    )


def event_of(order: PlacedOrder, number: int) -> Event | None:
    """The event of the order's step `number` (0 first): `purchase` when it was paid, `refund` when money went back; None for any other step, and
    for an order whose shopper was erased. Its id follows from order and step, so telling it twice keeps it once."""
    step = order.steps[number]
    if order.who is None:
        return None
    if step.name == "paid":
        items = tuple(_item(line, line.quantity, order) for line in order.lines if line.replaces is None and line.quantity)
        return _event(order, number, "purchase", items, step.at) if items else None
    if step.refund is not None and step.refund.minor:
        return _event(order, number, "refund", _refunded(order, step), step.at)
    return None


def _refunded(order: PlacedOrder, step: Step) -> tuple[EventItem, ...]:
    back = next((one for one in order.returns if one.id == step.note), None)
    if back is None:
        return tuple(_item(line, line.quantity, order) for line in order.lines if line.quantity)
    line = order.line(back.line)
    return () if line is None else (_item(line, back.quantity, order),)


def _item(line: PlacedLine, quantity: int, order: PlacedOrder) -> EventItem:
    price = _piece_price(line, order) if line.quantity else line.unit_price
    return EventItem(line.product_id, line.variant_id, quantity, price)


def _event(order: PlacedOrder, number: int, name: EventName, items: tuple[EventItem, ...], at: datetime) -> Event:
    assert order.who is not None, "asked before"
    return Event(EventId(f"order:{order.id}:{number}"), name, at, order.who, items, order_id=order.id, lang=order.lang)
