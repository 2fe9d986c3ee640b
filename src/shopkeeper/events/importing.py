"""The import of a shop's past: events from a file, and orders as the purchases that they were."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Final

import orjson

from shopkeeper.catalog.feed import Feed, open_feed
from shopkeeper.catalog.records import Record, open_records
from shopkeeper.catalog.rejects import RejectSink, ignore
from shopkeeper.catalog.report import Bad, ImportOptions, ImportReport, bad_row
from shopkeeper.catalog.row_import import RowOrBad, import_rows
from shopkeeper.domain.event import MAX_EVENT_ITEMS, Event, EventItem
from shopkeeper.domain.ids import MAX_ID_LENGTH, EventId
from shopkeeper.domain.order import Order
from shopkeeper.domain.shopper import Identity
from shopkeeper.errors import BadInput
from shopkeeper.events.event_map import EventMap, load_event_map, mapped_event
from shopkeeper.events.intake import GROUP, EventIntake
from shopkeeper.events.receive import Sender, check_moment, received_event
from shopkeeper.ports.progress import Progress, Silent
from shopkeeper.ports.stores import PutReport

NO_CONSENT: Final = "the shopper has not agreed to being counted"
_TRUSTED: Final = Sender(trusted=True)


class EventHistory:
    """Brings a shop's past events in, by the same gate and the same log as those that happen now."""

    def __init__(self, intake: EventIntake, *, clock: Callable[[], datetime]) -> None:
        self._intake = intake
        self._clock = clock

    def import_events(
        self, source: Path, options: ImportOptions = ImportOptions(), *, progress: Progress = Silent(), rejects: RejectSink = ignore
    ) -> ImportReport:
        """Bring the events of a file in: JSON Lines as the API takes them, or any table with a column map. Importing it again changes nothing.

        However old an event is, it is taken; `unchanged` counts events that were there. With `dry_run` nothing is written and each counts as new.
        """
        event_map = load_event_map(options.column_map) if options.column_map is not None else None
        feed = open_feed(source, event_map.columns.file.files if event_map is not None else "")
        kept = _Kept(self._intake)
        report = import_rows(
            self._rows(feed, event_map, options, self._clock()),
            kept,
            feed=feed,
            kind="events",
            options=replace(options, batch_size=GROUP),
            progress=progress,
            rejects=rejects,
            clock=self._clock,
        )
        return replace(report, dropped={NO_CONSENT: kept.gated}) if kept.gated else report

    def keep_purchases(self, orders: Iterable[Order]) -> None:
        """Keep orders as purchases (see `purchase_of`); those of guests are nobody's and stay orders alone."""
        batch = [event for order in orders if (event := purchase_of(order)) is not None]
        for start in range(0, len(batch), GROUP):
            self._intake.keep(batch[start : start + GROUP], source="import")

    def _rows(self, feed: Feed, event_map: EventMap | None, options: ImportOptions, now: datetime) -> Iterator[RowOrBad[Event]]:
        for part in feed.parts:
            if event_map is None:
                records = open_records(part, kind="jsonl", encoding=options.encoding)
            else:
                shape = event_map.columns.file
                records = open_records(part, kind=shape.kind, encoding=shape.encoding or options.encoding, delimiter=shape.delimiter, root=shape.root)
                event_map.columns.check(records)
            for record in records.rows:
                yield _read(record, event_map, options.currency, now)


class _Kept:
    """Where imported events go: through the gate into the log; `gated` counts those that it kept out."""

    def __init__(self, intake: EventIntake) -> None:
        self._intake = intake
        self.gated = 0

    def put(self, events: Sequence[Event], /) -> PutReport:
        """Keep the events."""
        states = self._intake.keep(list(events), source="import")
        self.gated += states.count("gated")
        return PutReport(inserted=states.count("accepted"), unchanged=states.count("duplicate"))

    def compare(self, events: Sequence[Event], /) -> PutReport:
        """A rehearsal counts every event as new: whether it may be kept is asked when it is."""
        return PutReport(inserted=len(events))


def purchase_of(order: Order) -> Event | None:
    """The order as a `purchase`, None for a guest's. Its id is made of the order's, so that it is one event however often it comes."""
    if order.customer_id is None or not order.lines:
        return None
    items = tuple(EventItem(line.product_id, line.variant_id, line.quantity, line.unit_price) for line in order.lines[:MAX_EVENT_ITEMS])
    name = EventId(f"order:{order.id}"[:MAX_ID_LENGTH])
    try:
        return Event(name, "purchase", order.placed, Identity("user", order.customer_id), items=items, order_id=order.id)
    except BadInput:  # a customer whose id no account could have: the order stays an order
        return None


def _read(record: Record, event_map: EventMap | None, currency: str | None, now: datetime) -> RowOrBad[Event]:
    try:
        if record.fault is not None:
            raise record.fault
        if event_map is None:
            return record.line, received_event(record.values, _TRUSTED, now=now, oldest=None)
        event = mapped_event(record.values, event_map, currency)
        check_moment(event.occurred, now, None)
        return record.line, event
    except BadInput as fault:
        raw = record.raw or orjson.dumps(dict(record.values), default=str).decode()
        found: Bad = bad_row(record.line, fault, row=raw, id=str(record.values.get("event_id", "")))
        return found
