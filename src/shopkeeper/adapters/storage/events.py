"""Events and shown lists in tables, their contents sealed by who wrote them."""

import heapq
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any, Final, TypeVar, cast

from sqlalchemy import Connection, Row, Select, Table, delete, func, insert, select, text, tuple_
from sqlalchemy.dialects import postgresql, sqlite

from shopkeeper.adapters.storage.engine import Connections
from shopkeeper.adapters.storage.rows import PAGE, findable, from_micros, pages, storable, to_micros
from shopkeeper.adapters.storage.schema import event_segments, events, shown_lists
from shopkeeper.adapters.storage.segments import Segment, SegmentFolder
from shopkeeper.domain.event import EventName
from shopkeeper.domain.ids import EventId, ListId, ShopperId
from shopkeeper.errors import Broken
from shopkeeper.ports.events import ListQuery, SealedEvent, SealedList

Read = TypeVar("Read")
_SCAN_PAGE: Final = 2_000
_DAY: Final = 86_400_000_000
_LONG_AGO: Final = -(2**62)
SEGMENT_ROWS: Final = 200_000
"""Events in one file: bounds the memory of rolling (about 100 MB); a busier day becomes several files."""

_APPEND_TURN: Final = text("SELECT pg_advisory_xact_lock(hashtextextended(current_schema(), 2))")


class SqlEventStore:
    """`ports.events.EventStore` on SQL: the last days in the table, those before in segments (none without a folder for them)."""

    def __init__(self, connections: Connections, segments: SegmentFolder | None = None) -> None:
        self._connections = connections
        self._segments = segments

    def append(self, events: Sequence[SealedEvent]) -> list[bool]:
        """Store those whose id is new; see the port."""
        rows = [_event_row(event) for event in events]
        return self._connections.write(lambda connection: self._append(connection, rows)) if rows else []

    def of_shoppers(self, shoppers: Sequence[ShopperId], *, limit: int, since: datetime | None = None) -> list[SealedEvent]:
        """The newest events of any of `shoppers`, newest first."""
        if not shoppers or limit < 1:
            return []
        newest = select(events).where(events.c.shopper.in_(list(shoppers))).order_by(events.c.occurred.desc(), events.c.id.desc()).limit(limit)
        if since is not None:
            newest = newest.where(events.c.occurred >= to_micros(since))
        with self._connections.read(snapshot=True) as connection:
            found = [_event(row) for row in connection.execute(newest)]
            segments = self._known(connection)
        return self._with_rolled(found, segments, set(shoppers), limit, _LONG_AGO if since is None else to_micros(since))

    def mark(self, shoppers: Sequence[ShopperId]) -> tuple[int, int]:
        """(highest number of arrival, how many) over the events of `shoppers`; answered from the index alone."""
        counted = select(func.max(events.c.seq), func.count()).where(events.c.shopper.in_(list(shoppers)))
        with self._connections.read() as connection:
            newest, count = connection.execute(counted).one()
        return newest or 0, count

    def scan(self, *, since: datetime | None = None, until: datetime | None = None) -> Iterator[SealedEvent]:
        """Events by `occurred` (then id); each page is a short transaction, so a slow reader holds nothing up.

        A day that is rolled meanwhile moves from the table to a segment: the scan then goes on there, after the last event that it gave.
        """
        last = None if since is None else (to_micros(since), "")  # no id is empty
        end = None if until is None else to_micros(until)
        while True:
            with self._connections.read() as connection:
                segments = self._known(connection)
            streams = [self._table(last, end, segments), *self._rolled(segments, last, end)]
            try:
                for event in heapq.merge(*streams, key=_place):
                    yield event
                    last = _place(event)
            except _RolledMeanwhile:
                continue
            return

    def after(self, seq: int, *, limit: int) -> list[SealedEvent]:
        """The next events by arrival, oldest first, of those that are in the table."""
        with self._connections.read() as connection:
            return [_event(row) for row in connection.execute(select(events).where(events.c.seq > seq).order_by(events.c.seq).limit(limit))]

    def latest(self, *, limit: int) -> list[SealedEvent]:
        """The newest events by arrival, newest first, of those that are in the table."""
        with self._connections.read() as connection:
            return [_event(row) for row in connection.execute(select(events).order_by(events.c.seq.desc()).limit(limit))]

    def newest(self) -> int:
        """The highest number of arrival."""
        with self._connections.read() as connection:
            in_table = connection.scalar(select(func.max(events.c.seq))) or 0
            return max(in_table, connection.scalar(select(func.max(event_segments.c.newest))) or 0)

    def forget(self, shoppers: Sequence[ShopperId]) -> int:
        """Remove the events of `shoppers` from the table; returns how many went. In segments they are unreadable, and go with `compact`."""
        return _forget(self._connections, events, shoppers)

    def roll(self, before: datetime) -> int:
        """Move the next events of one day before `before`, at most `SEGMENT_ROWS`, into a segment; returns how many (0 = none left).

        The segment is on disk before one transaction names it and deletes the rows: killed at any moment, each event is in one place.
        """
        folder = self._folder()
        with self._connections.read(snapshot=True) as connection:
            first = connection.scalar(select(func.min(events.c.occurred)).where(events.c.occurred < to_micros(before)))
            if first is None:
                folder.sweep(self._known(connection))
                return 0
            day_end = min(first - first % _DAY + _DAY, to_micros(before))
            of_day = select(events).where(events.c.occurred < day_end).order_by(events.c.occurred, events.c.id).limit(SEGMENT_ROWS)
            rolled = [_event(row) for row in connection.execute(of_day)]
        segment = folder.write(rolled)

        def work(connection: Connection) -> int:
            gone = sum(
                connection.execute(delete(events).where(events.c.seq.in_(page))).rowcount for page in pages([event.seq for event in rolled], PAGE)
            )
            if gone != len(rolled):  # some were erased, or rolled by another process, meanwhile
                raise _RolledMeanwhile
            connection.execute(insert(event_segments), _segment_row(segment))
            return gone

        try:
            return self._connections.write(work)
        except _RolledMeanwhile:
            return self.roll(before)

    def compact(self, erased: Sequence[ShopperId]) -> int:
        """Write segments anew without the events of `erased`; returns how many events went for good."""
        folder = self._folder()
        wanted = set(erased)
        gone = 0
        with self._connections.read() as connection:
            segments = self._known(connection)
        for segment in segments:
            if wanted and folder.of_shoppers(segment, wanted, since=_LONG_AGO, limit=1):
                kept = [event for event in folder.read(segment) if event.shopper not in wanted]
                fresh = folder.write(kept) if kept else None
                self._connections.write(lambda connection, old=segment, new=fresh: _replace_segment(connection, old, new))
                gone += segment.rows - len(kept)
        return gone

    def check(self) -> None:
        """Raise `Broken` if a segment is missing or damaged."""
        with self._connections.read() as connection:
            segments = self._known(connection)
        for segment in segments:
            self._folder().check(segment)

    def _append(self, connection: Connection, rows: Sequence[dict[str, Any]]) -> list[bool]:
        if connection.dialect.name == "postgresql":  # one replica after the other: numbers become visible in their order, and no id comes twice
            connection.execute(_APPEND_TURN)
        ids = [row["id"] for row in rows]
        seen = set(_present(connection, events, ids))
        if self._segments is not None and (segments := self._known(connection)):
            seen |= self._segments.present(segments, ids)
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

    def _folder(self) -> SegmentFolder:
        if self._segments is None:
            raise Broken("this database was opened without a folder for rolled events")
        return self._segments

    def _known(self, connection: Connection) -> list[Segment]:
        if self._segments is None:
            return []
        return [_segment(row) for row in connection.execute(select(event_segments).order_by(event_segments.c.first, event_segments.c.name))]

    def _table(self, last: tuple[int, str] | None, end: int | None, segments: list[Segment]) -> Iterator[SealedEvent]:
        place = tuple_(events.c.occurred, events.c.id)
        rows: Select[Any] = select(events).order_by(events.c.occurred, events.c.id).limit(_SCAN_PAGE)
        rows = rows if end is None else rows.where(events.c.occurred < end)
        while True:
            with self._connections.read(snapshot=True) as connection:
                if self._known(connection) != segments:
                    raise _RolledMeanwhile
                found = [_event(row) for row in connection.execute(rows if last is None else rows.where(place > last))]
            yield from found
            if len(found) < _SCAN_PAGE:
                return
            last = _place(found[-1])

    def _rolled(self, segments: Sequence[Segment], last: tuple[int, str] | None, end: int | None) -> list[Iterator[SealedEvent]]:
        """Streams that hold one row group each: segments that do not overlap in time are read one after the other."""
        lanes: list[list[Segment]] = []
        for segment in segments:
            if (end is not None and segment.first >= end) or (last is not None and segment.last < last[0]):
                continue
            free = next((lane for lane in lanes if lane[-1].last < segment.first), None)
            if free is None:
                lanes.append([segment])
            else:
                free.append(segment)
        folder = self._segments

        def read(lane: list[Segment]) -> Iterator[SealedEvent]:
            for segment in lane:
                yield from cast(SegmentFolder, folder).read(segment, since=last, until=end)

        return [read(lane) for lane in lanes]

    def _with_rolled(
        self, found: list[SealedEvent], segments: Sequence[Segment], shoppers: set[ShopperId], limit: int, since: int
    ) -> list[SealedEvent]:
        for segment in sorted(segments, key=lambda one: one.last, reverse=True):
            if segment.last < since or (len(found) >= limit and segment.last < _place(found[limit - 1])[0]):
                break
            found += cast(SegmentFolder, self._segments).of_shoppers(segment, shoppers, since=since, limit=limit)
            found = sorted(found, key=_place, reverse=True)[:limit]
        return found


class _RolledMeanwhile(Exception):
    """What was to be read or moved has moved."""


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

    def find(self, query: ListQuery) -> list[SealedList]:
        """The lists that are wanted, newest first."""
        if query.limit <= 0:
            return []
        table = shown_lists.c
        wanted = select(shown_lists).order_by(table.shown.desc(), table.id.desc()).limit(query.limit)
        if query.surface:
            wanted = wanted.where(table.surface == query.surface)
        if query.since is not None:
            wanted = wanted.where(table.shown >= to_micros(query.since))
        if query.until is not None:
            wanted = wanted.where(table.shown < to_micros(query.until))
        if query.after is not None:
            shown, last = query.after
            wanted = wanted.where(tuple_(table.shown, table.id) < tuple_(to_micros(shown), last))
        with self._connections.read() as connection:
            if query.shoppers is None:
                return [_list(row) for row in connection.execute(wanted)]
            found: list[SealedList] = []
            for page in pages(query.shoppers, PAGE):
                found += [_list(row) for row in connection.execute(wanted.where(table.shopper.in_(page)))]
        return sorted(found, key=lambda one: (one.shown, one.id), reverse=True)[: query.limit]

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


def _segment_row(segment: Segment) -> dict[str, Any]:
    return asdict(segment) | {"created": to_micros(datetime.now(UTC))}


def _segment(row: Row[Any]) -> Segment:
    return Segment(row.name, row.first, row.last, row.newest, row._mapping["rows"], row.sha256)


def _replace_segment(connection: Connection, old: Segment, new: Segment | None) -> None:
    connection.execute(delete(event_segments).where(event_segments.c.name == old.name))
    if new is not None:
        connection.execute(insert(event_segments), _segment_row(new))


def _place(event: SealedEvent) -> tuple[int, str]:
    return to_micros(event.occurred), event.id


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
