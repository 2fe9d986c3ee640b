"""Live events: what shoppers do, as it comes in; what was kept out, and why. It reads a bounded tail of the log, however long that is.

Whoever may not see shoppers learns that something came and when, from the rows alone: their contents stay sealed.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from shopkeeper.domain.event import EVENT_NAMES, Event
from shopkeeper.domain.ids import ListId, ProductId, ShopperId
from shopkeeper.domain.money import Money
from shopkeeper.events.log import LoggedEvent
from shopkeeper.ports.events import SealedEvent
from shopkeeper.web.console.contexts import Figure
from shopkeeper.web.console.desk import Desk
from shopkeeper.web.console.seen_contexts import EventsContext
from shopkeeper.web.console.tables import PAGE_SIZE, Asked, Cell, Cells, Column, Field, csv_answer, table

LOOKED: Final = 1_000
"""Newest events that a look goes through: a filter finds what is among them, which the page says."""
MOVING_S: Final = 3
LATELY: Final = timedelta(minutes=5)
SOURCES: Final = ("browser", "server", "shop", "import")
STATES: Final = ("accepted", "duplicate", "gated", "refused")
_SHORT: Final = 12
_LATE: Final = timedelta(minutes=1)
"""An event that took longer from the shopper to us is marked."""


def events(at: Desk, request: Request) -> Response:
    """`GET /console/events?name=&who=&product=&live=off`, also `format=csv`."""
    opened = at.may("see_shoppers")
    head = _columns(at, opened=opened)
    asked = Asked.of(request, head, at.url("console_events"))
    rows = at.shop.events.latest(limit=LOOKED)
    persons = at.shop.database.shoppers.persons(sorted({row.shopper for row in rows})) if opened else {}
    cells = _opened(at, rows, persons, asked) if opened else _closed(at, rows, asked)
    if asked.csv:
        return csv_answer("events", head, cells)
    moving = 0 if asked.value("live") == "off" else MOVING_S
    filtered = any(asked.value(name) for name in ("name", "who", "product"))
    part = len(rows) == LOOKED and filtered
    shown = table(
        asked,
        head,
        cells[:PAGE_SIZE],
        caption=str(at.t("events.caption")),
        empty=str(at.t("events.none_found" if filtered and rows else "events.none", n=LOOKED)),
        total=min(len(cells), PAGE_SIZE),
        fields=_fields(at, asked, opened=opened),
        state="partial" if part and cells else "full",
        message=str(at.t("events.partial", n=LOOKED)) if part and cells else "",
    )
    context = EventsContext(
        t=at.t,
        url=at.url,
        fmt=at.fmt,
        frame=at.frame(str(at.t("rail.console_events")), place="console_events", live=bool(moving)),
        answer=_answer(at, rows, persons, opened=opened),
        figures=_figures(at, rows, opened=opened),
        moving=moving,
        looked=at.fmt.clock(at.now),
        again=asked(),
        toggle=asked(live="off" if moving else ""),
        explanation=str(at.t("events.closed")) if not opened else "",
        table=shown,
    )
    return at.page("console/events.html", context)


def _columns(at: Desk, *, opened: bool) -> tuple[Column, ...]:
    t = at.t

    def column(key: str, *, shown: bool = True, number: bool = False) -> Column:
        return Column(key, str(t(f"events.{key}")), number=number, sortable=False, shown=shown)

    plain = (column("when"), column("what"))
    if not opened:
        return (*plain, column("lag", number=True))
    return (
        *plain,
        column("who"),
        column("product"),
        column("about"),
        column("list"),
        column("lag", number=True, shown=False),
        column("session", shown=False),
        column("agent", shown=False),
        column("id", shown=False),
    )


def _fields(at: Desk, asked: Asked, *, opened: bool) -> tuple[Field, ...]:
    t = at.t
    names = (("", str(t("events.any"))), *((name, str(t(f"event.{name}"))) for name in EVENT_NAMES))
    what = Field("name", str(t("events.what")), asked.value("name"), names, "select")
    if not opened:
        return (what,)
    return (what, Field("who", str(t("events.who")), asked.value("who")), Field("product", str(t("events.product_id")), asked.value("product")))


def _answer(at: Desk, rows: Sequence[SealedEvent], persons: Mapping[ShopperId, ShopperId], *, opened: bool) -> str:
    if not rows:
        return str(at.t("events.answer_none"))
    late = [row for row in rows if at.now - row.received < LATELY]
    if not late:
        return str(at.t("events.answer_quiet", when=at.fmt.minute(rows[0].received)))
    more = "+" if len(late) == LOOKED else ""
    if not opened:
        return str(at.t("events.answer_closed", n=len(late), count=at.fmt.number(len(late)) + more))
    who = len({persons.get(row.shopper, row.shopper) for row in late})
    return str(at.t("events.answer", n=len(late), count=at.fmt.number(len(late)) + more, who=at.t("events.shoppers", n=who)))


def _figures(at: Desk, rows: Sequence[SealedEvent], *, opened: bool) -> tuple[Figure, ...]:
    """What became of everything that came since the server was started, by the door that it came through; and lists that nobody knows."""
    counts = at.shop.intake.counts()
    figures = []
    for state in STATES:
        by_source = {source: counts.get((source, state), 0) for source in SOURCES}
        told = [str(at.t(f"event_source.{source}")) + f" {at.fmt.number(count)}" for source, count in by_source.items() if count]
        note = str(at.t("list.comma")).join(told) or str(at.t("events.since_start"))
        figures.append(Figure(str(at.t(f"events.{state}")), at.fmt.number(sum(by_source.values())), note, ""))
    if opened:
        named = [one.event.list_id for one in at.shop.events.open(rows) if one.event.list_id is not None]
        known = at.shop.lists.known(sorted(set(named)))
        unknown = sum(name not in known for name in named)
        figures.append(Figure(str(at.t("events.unknown_lists")), at.fmt.number(unknown), str(at.t("events.of_latest", n=len(rows))), ""))
    return tuple(figures)


def _closed(at: Desk, rows: Sequence[SealedEvent], asked: Asked) -> list[Cells]:
    name = asked.value("name")
    return [_moments(at, row.name, row.occurred, row.received) for row in rows if not name or row.name == name]


def _opened(at: Desk, rows: Sequence[SealedEvent], persons: Mapping[ShopperId, ShopperId], asked: Asked) -> list[Cells]:
    name, who, product = asked.value("name"), asked.value("who").removeprefix("#"), asked.value("product")
    rows = [row for row in rows if (not name or row.name == name) and (not who or str(persons.get(row.shopper, row.shopper)) == who)]
    if not product and not asked.csv:
        rows = rows[:PAGE_SIZE]
    found = [one for one in at.shop.events.open(rows) if not product or any(item.product_id == product for item in one.event.items)]
    shown = found if asked.csv else found[:PAGE_SIZE]
    wanted = {one.event.items[0].product_id for one in shown if one.event.items}
    titles = {id_: one.title.get(at.lang) for id_, one in at.shop.database.products.get(sorted(wanted)).items()}
    known = at.shop.lists.known(sorted({one.event.list_id for one in shown if one.event.list_id is not None}))
    return [_cells(at, one, persons.get(one.shopper, one.shopper), titles, known, asked) for one in shown]


def _moments(at: Desk, name: str, occurred: datetime, received: datetime) -> dict[str, Cell]:
    lag = received - occurred
    late = str(at.t("events.late")) if lag > _LATE else ""
    return {
        "when": Cell(at.fmt.clock(received), note=at.fmt.day(received) if received.date() != at.now.date() else "", order=received.isoformat()),
        "what": Cell(str(at.t(f"event.{name}")), order=name),
        "lag": Cell(at.fmt.seconds(max(0.0, lag.total_seconds())), note=late, order=lag.total_seconds()),
    }


def _cells(at: Desk, one: LoggedEvent, person: ShopperId, titles: Mapping[ProductId, str], known: frozenset[ListId], asked: Asked) -> Cells:
    event = one.event
    first = event.items[0].product_id if event.items else None
    return {
        **_moments(at, event.name, event.occurred, one.received),
        "who": Cell(f"#{person}", asked(who=str(person)), order=person),
        "product": _product(at, event, titles, first),
        "about": Cell(_about(at, event)),
        "list": _list(at, event.list_id, known),
        "session": Cell(event.session_id or ""),
        "agent": Cell(event.agent),
        "id": Cell(event.id),
    }


def _product(at: Desk, event: Event, titles: Mapping[ProductId, str], first: ProductId | None) -> Cell:
    if first is None:
        return Cell("")
    more = str(at.t("events.more_products", n=len(event.items) - 1)) if len(event.items) > 1 else ""
    href = at.url("console_catalogue", query=[("open", first)], anchor="sheet") if first in titles else ""
    return Cell(titles.get(first, first), href, note=more if first in titles else str(at.t("events.unknown_product")), order=first)


def _list(at: Desk, list_id: ListId | None, known: frozenset[ListId]) -> Cell:
    if list_id is None:
        return Cell("")
    short = list_id if len(list_id) <= _SHORT else f"{list_id[:_SHORT]}…"
    return Cell(short, note="" if list_id in known else str(at.t("events.unknown_list")), order=list_id)


def _about(at: Desk, event: Event) -> str:
    """What was typed, paid or rated, whichever the event tells."""
    if event.query:
        return str(at.t("events.query", query=event.query))
    if event.rating is not None:
        return str(at.t("events.rating", rating=f"{event.rating:g}"))
    if event.name in ("purchase", "refund", "add_to_cart") and event.items:
        return _worth(at, event)
    return event.promotion_id


def _worth(at: Desk, event: Event) -> str:
    """Pieces and what they cost; the pieces alone where no price was told."""
    pieces = sum(item.quantity for item in event.items)
    prices = [item.price for item in event.items if item.price is not None]
    told = str(at.t("events.pieces", n=pieces))
    if not prices or len({price.currency for price in prices}) > 1:
        return told
    total = sum(item.price.minor * item.quantity for item in event.items if item.price is not None)
    return f"{told}{at.t('list.comma')}{at.fmt.money(Money(total, prices[0].currency))}"
