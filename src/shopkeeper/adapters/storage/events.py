"""Events and shown lists in tables, their contents sealed by who wrote them."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any, Final, TypeVar

from sqlalchemy import Connection, Row, Select, Table, delete, func, insert, select, tuple_
from sqlalchemy.dialects import postgresql, sqlite

from shopkeeper.adapters.storage.engine import Connections
from shopkeeper.adapters.storage.rows import PAGE, findable, from_micros, pages, storable, to_micros
from shopkeeper.adapters.storage.schema import events, shown_lists
from shopkeeper.domain.event import EventName
from shopkeeper.domain.ids import EventId, ListId, ShopperId
from shopkeeper.ports.events import SealedEvent, SealedList

Read = TypeVar("Read")
_SCAN_PAGE: Final = 2_000


class SqlEventStore:
    """`ports.events.EventStore` on SQL."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def append(self, events: Sequence[SealedEvent]) -> list[bool]:
        """Store those whose id is new; see the port."""
        rows = [_event_row(event) for event in events]
        return self._connections.write(lambda connection: _append_events(connection, rows)) if rows else []

    def of_shoppers(self, shoppers: Sequence[ShopperId], *, limit: int, since: datetime | None = None) -> list[SealedEvent]:
        """The newest events of any of `shoppers`, newest first."""
        if not shoppers or limit < 1:
            return []
        newest = select(events).where(events.c.shopper.in_(list(shoppers))).order_by(events.c.occurred.desc(), events.c.id.desc()).limit(limit)
        if since is not None:
            newest = newest.where(events.c.occurred >= to_micros(since))
        with self._connections.read() as connection:
            return [_event(row) for row in connection.execute(newest)]

    def mark(self, shoppers: Sequence[ShopperId]) -> tuple[int, int]:
        """(highest number of arrival, how many) over the events of `shoppers`; answered from the index alone."""
        counted = select(func.max(events.c.seq), func.count()).where(events.c.shopper.in_(list(shoppers)))
        with self._connections.read() as connection:
            newest, count = connection.execute(counted).one()
        return newest or 0, count

    def scan(self, *, since: datetime | None = None, until: datetime | None = None) -> Iterator[SealedEvent]:
        """Events by `occurred` (then id); each page is a short transaction, so a slow reader holds nothing up."""
        return _scan(self._connections, events, "occurred", _event, since=since, until=until)

    def after(self, seq: int, *, limit: int) -> list[SealedEvent]:
        """The next events by arrival, oldest first."""
        with self._connections.read() as connection:
            return [_event(row) for row in connection.execute(select(events).where(events.c.seq > seq).order_by(events.c.seq).limit(limit))]

    def newest(self) -> int:
        """The highest number of arrival."""
        with self._connections.read() as connection:
            return connection.scalar(select(func.max(events.c.seq))) or 0

    def forget(self, shoppers: Sequence[ShopperId]) -> int:
        """Remove the events of `shoppers`; returns how many went."""
        return _forget(self._connections, events, shoppers)


class SqlListStore:
    """`ports.events.ListStore` on SQL."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def append(self, lists: Sequence[SealedList]) -> int:
        """Store those whose id is new; returns how many."""
        rows = [
            {
                "id": storable(one.id, field="list_id"),
                "shopper": one.shopper,
                "surface": one.surface,
                "shown": to_micros(one.shown),
                "sealed": one.sealed,
            }
            for one in lists
        ]
        if not rows:
            return 0

        def work(connection: Connection) -> int:
            there = set(_present(connection, shown_lists, [row["id"] for row in rows]))
            fresh = {row["id"]: row for row in rows if row["id"] not in there}
            if fresh:
                connection.execute(_insert_new(connection, shown_lists), [fresh[id_] for id_ in sorted(fresh)])
            return len(fresh)

        return self._connections.write(work)

    def get(self, ids: Sequence[ListId]) -> dict[ListId, SealedList]:
        """The lists among `ids` that exist."""
        found: dict[ListId, SealedList] = {}
        with self._connections.read() as connection:
            for page in pages(findable(ids)):
                for row in connection.execute(select(shown_lists).where(shown_lists.c.id.in_(page))):
                    found[ListId(row.id)] = _list(row)
        return found

    def scan(self, *, since: datetime | None = None, until: datetime | None = None) -> Iterator[SealedList]:
        """Lists by `shown` (then id), streamed."""
        return _scan(self._connections, shown_lists, "shown", _list, since=since, until=until)

    def of_shoppers(self, shoppers: Sequence[ShopperId]) -> list[SealedList]:
        """Every list that was shown to any of `shoppers`, oldest first."""
        found: list[SealedList] = []
        with self._connections.read() as connection:
            for page in pages(list(shoppers), PAGE):
                found += [_list(row) for row in connection.execute(select(shown_lists).where(shown_lists.c.shopper.in_(page)))]
        return sorted(found, key=lambda one: (one.shown, one.id))

    def forget(self, shoppers: Sequence[ShopperId]) -> int:
        """Remove the lists of `shoppers`; returns how many went."""
        return _forget(self._connections, shown_lists, shoppers)


def _event_row(event: SealedEvent) -> dict[str, Any]:
    return {
        "id": storable(event.id, field="event_id"),
        "shopper": event.shopper,
        "name": event.name,
        "occurred": to_micros(event.occurred),
        "received": to_micros(event.received),
        "sealed": event.sealed,
    }


def _append_events(connection: Connection, rows: Sequence[dict[str, Any]]) -> list[bool]:
    seen = set(_present(connection, events, [row["id"] for row in rows]))
    new: list[bool] = []
    fresh: list[dict[str, Any]] = []
    for row in rows:
        new.append(row["id"] not in seen)
        if new[-1]:
            seen.add(row["id"])
            fresh.append(row)
    if fresh:
        connection.execute(insert(events), fresh)
    return new


def _present(connection: Connection, table: Table, ids: Sequence[str]) -> Iterator[str]:
    for page in pages(ids):
        yield from connection.scalars(select(table.c.id).where(table.c.id.in_(page)))


def _insert_new(connection: Connection, table: Table) -> Any:
    statement = sqlite.insert(table) if connection.dialect.name == "sqlite" else postgresql.insert(table)
    return statement.on_conflict_do_nothing(index_elements=list(table.primary_key.columns))


def _scan(
    connections: Connections,
    table: Table,
    moment: str,
    read: Callable[[Row[Any]], Read],
    *,
    since: datetime | None,
    until: datetime | None,
) -> Iterator[Read]:
    place = tuple_(table.c[moment], table.c.id)
    rows: Select[Any] = select(table).order_by(table.c[moment], table.c.id).limit(_SCAN_PAGE)
    if until is not None:
        rows = rows.where(table.c[moment] < to_micros(until))
    page = rows if since is None else rows.where(table.c[moment] >= to_micros(since))
    while True:
        with connections.read() as connection:
            found = connection.execute(page).all()
        for row in found:
            yield read(row)
        if len(found) < _SCAN_PAGE:
            return
        last = found[-1]._mapping
        page = rows.where(place > (last[moment], last["id"]))


def _forget(connections: Connections, table: Table, shoppers: Sequence[ShopperId]) -> int:
    def work(connection: Connection) -> int:
        return sum(connection.execute(delete(table).where(table.c.shopper.in_(page))).rowcount for page in pages(list(shoppers), PAGE))

    return connections.erase(work) if shoppers else 0


def _event(row: Row[Any]) -> SealedEvent:
    name: EventName = row.name
    moments = from_micros(row.occurred), from_micros(row.received)
    return SealedEvent(EventId(row.id), ShopperId(row.shopper), name, *moments, bytes(row.sealed), row.seq)


def _list(row: Row[Any]) -> SealedList:
    shopper = None if row.shopper is None else ShopperId(row.shopper)
    return SealedList(ListId(row.id), shopper, row.surface, from_micros(row.shown), bytes(row.sealed))
