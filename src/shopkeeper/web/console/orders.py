"""The orders: which of them wait for the shop, by status, by number, newest first."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final, cast, get_args

from starlette.requests import Request
from starlette.responses import Response

from shopkeeper.domain.ids import OrderId
from shopkeeper.domain.order import Order
from shopkeeper.domain.placed_order import OrderStatus, PlacedOrder
from shopkeeper.orders.checkout import folded_number
from shopkeeper.orders.explain import STATUS_WORDS
from shopkeeper.ports.orders import OrderQuery
from shopkeeper.web.console.contexts import TaskState
from shopkeeper.web.console.desk import Desk
from shopkeeper.web.console.order_contexts import OrderListContext
from shopkeeper.web.console.tables import PAGE_SIZE, Asked, Cell, Cells, Column, Field, csv_answer, table
from shopkeeper.web.order_parts import TONES

ICONS: Final[dict[OrderStatus, str]] = {
    "placed": "clock", "paid": "circle", "packed": "parcel", "shipped": "parcel", "delivered": "check", "cancelled": "close",
}  # fmt: skip
COMING_BACK: Final = "coming_back"
_EXPORTED_AT_ONCE: Final = 500


def orders(at: Desk, request: Request) -> Response:
    """`GET /console/orders?q=&status=&sort=`, also `format=csv`."""
    head = _columns(at)
    asked = Asked.of(request, head, at.url("console_orders"), default="-placed")
    query = _query(asked)
    if asked.csv:
        return csv_answer("orders", head, (_cells(at, order) for order in _everything(at, query)))
    store = at.shop.database.placed
    rows = [_cells(at, order) for order in store.find(query)]
    total = store.count(query)
    if not rows and (past := _brought_in(at, asked.value("q"))) is not None:
        rows, total = [_past_cells(at, past)], 1
    context = OrderListContext(
        t=at.t,
        url=at.url,
        fmt=at.fmt,
        frame=at.frame(str(at.t("rail.console_orders")), place="console_orders"),
        answer=_answer(at),
        table=table(
            asked,
            head,
            rows,
            caption=str(at.t("order_list.caption")),
            empty=str(at.t("order_list.none_found" if asked.value("q") or asked.value("status") else "order_list.none")),
            total=total,
            fields=_fields(at, asked),
        ),
    )
    return at.page("console/orders.html", context)


def _query(asked: Asked) -> OrderQuery:
    status = asked.value("status")
    return OrderQuery(
        statuses=(cast(OrderStatus, status),) if status in get_args(OrderStatus) else (),
        number=folded_number(asked.value("q")),
        coming_back=status == COMING_BACK,
        oldest_first=asked.sort == "placed" and not asked.descending,
        limit=PAGE_SIZE,
        offset=(asked.page - 1) * PAGE_SIZE,
    )


def _everything(at: Desk, query: OrderQuery) -> Iterator[PlacedOrder]:
    offset = 0
    while page := at.shop.database.placed.find(replace(query, limit=_EXPORTED_AT_ONCE, offset=offset)):
        yield from page
        offset += len(page)


def _brought_in(at: Desk, number: str) -> Order | None:
    """The order of exactly that number from the shop's earlier life."""
    return at.shop.database.orders.get(OrderId(number)) if number else None


def _columns(at: Desk) -> tuple[Column, ...]:
    t = at.t
    return (
        Column("number", str(t("order_list.number")), sortable=False),
        Column("placed", str(t("order_list.placed"))),
        Column("state", str(t("order_list.state")), sortable=False),
        Column("shopper", str(t("order_list.shopper")), sortable=False),
        Column("pieces", str(t("order_list.pieces")), number=True, sortable=False),
        Column("total", str(t("order_list.total")), number=True, sortable=False),
        Column("country", str(t("order_list.country")), sortable=False, shown=False),
        Column("payment", str(t("order_list.payment")), sortable=False, shown=False),
    )


def _fields(at: Desk, asked: Asked) -> tuple[Field, ...]:
    states = tuple((status, STATUS_WORDS[status].get(at.lang)) for status in get_args(OrderStatus))
    choices = (("", str(at.t("order_list.any"))), *states, (COMING_BACK, str(at.t("order_list.coming_back"))))
    return (
        Field("q", str(at.t("order_list.number")), asked.value("q"), kind="search"),
        Field("status", str(at.t("order_list.state")), asked.value("status"), choices, "select"),
    )


def _answer(at: Desk) -> str:
    store, t = at.shop.database.placed, at.t
    tally = store.tally()
    if not tally:
        past = at.shop.database.orders.count()
        return str(t("order_list.answer_past", n=past) if past else t("order_list.answer_none"))
    waits = [str(t(f"order_list.wait_{status}", n=tally[status])) for status in ("placed", "paid", "packed") if tally.get(status)]
    back = store.count(OrderQuery(coming_back=True))
    waits += [str(t("order_list.wait_back", n=back))] if back else []
    if not waits:
        return str(t("order_list.answer_quiet", n=sum(tally.values())))
    return str(t("order_list.answer", n=sum(tally.values()), waits=str(t("list.comma")).join(waits)))


def status_state(order: PlacedOrder, at: Desk) -> TaskState:
    """How the order stands, with what is on its way back."""
    words = STATUS_WORDS[order.status].get(at.lang)
    if order.coming_back:
        return TaskState(str(at.t("list.comma")).join((words, str(at.t("order_list.coming_back")))), "warn", "back")
    return TaskState(words, TONES[order.status], ICONS[order.status])


def _cells(at: Desk, order: PlacedOrder) -> Cells:
    state = status_state(order, at)
    pieces = sum(line.quantity for line in order.lines)
    return {
        "number": Cell(order.id, at.url("console_order", id=order.id)),
        "placed": Cell(at.fmt.minute(order.placed), order=order.placed.isoformat()),
        "state": Cell(state.words, tone=state.tone, icon=state.icon, order=order.status),
        "shopper": Cell(shopper_words(order, at)),
        "pieces": Cell(at.fmt.number(pieces), order=pieces),
        "total": Cell(at.fmt.money(order.total), order=str(order.total)),
        "country": Cell(order.country),
        "payment": Cell(str(at.t(f"payment.{order.payment}")), order=order.payment),
    }


def shopper_words(order: PlacedOrder, at: Desk) -> str:
    """Who placed it: an account by its id, a browser as a guest; nobody (any more) where the shopper was erased."""
    if order.who is None:
        return str(at.t("order_list.erased"))
    return order.who.value if order.who.kind == "user" else str(at.t("order_list.guest"))


def _past_cells(at: Desk, order: Order) -> Cells:
    pieces = sum(line.quantity for line in order.lines)
    minor = sum(line.unit_price.minor * line.quantity for line in order.lines)
    total = replace(order.lines[0].unit_price, minor=minor) if order.lines else None
    return {
        "number": Cell(order.id, at.url("console_order", id=order.id)),
        "placed": Cell(at.fmt.minute(order.placed), order=order.placed.isoformat()),
        "state": Cell(str(at.t("order_list.brought_in")), tone="info", icon="import"),
        "shopper": Cell(order.customer_id or str(at.t("order_list.guest"))),
        "pieces": Cell(at.fmt.number(pieces), order=pieces),
        "total": Cell("–" if total is None else at.fmt.money(total), order="" if total is None else str(total)),
        "country": Cell(order.country),
        "payment": Cell(""),
    }
