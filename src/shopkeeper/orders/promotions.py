"""PromotionList: the shop's promotions, brought in from JSON Lines and shown while they run."""

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

from shopkeeper.catalog.feed import Part, open_feed
from shopkeeper.catalog.records import open_records
from shopkeeper.catalog.rejects import RejectSink, ignore
from shopkeeper.catalog.report import ImportOptions, ImportReport, bad_row
from shopkeeper.catalog.row_import import RowOrBad, import_rows, without_repeats
from shopkeeper.domain.promotion import Promotion
from shopkeeper.errors import BadInput
from shopkeeper.orders.promotion_documents import promotion_from_document
from shopkeeper.ports.orders import PromotionStore
from shopkeeper.ports.progress import Progress, Silent


class PromotionList:
    """The promotions of one shop."""

    def __init__(self, store: PromotionStore, *, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._clock = clock

    def running(self) -> list[Promotion]:
        """Those that run now and need no code, by id: what a shop window may say. Codes are told to whom the merchant tells them."""
        now = self._clock()
        return [promotion for promotion in self._store.all() if promotion.running(now) and not promotion.code]

    def every(self) -> list[Promotion]:
        """All of them, by id."""
        return self._store.all()

    def import_promotions(
        self, source: Path, options: ImportOptions = ImportOptions(), *, progress: Progress = Silent(), rejects: RejectSink = ignore
    ) -> ImportReport:
        """Bring promotions from JSON Lines into the shop, one a line; good rows land, bad rows are told with line, field and reason."""
        feed = open_feed(source)
        items = (item for part in feed.parts for item in _read(part, options.encoding))
        rows = without_repeats(items, key=lambda promotion: promotion.id)
        return import_rows(rows, self._store, feed=feed, kind="promotions", options=options, progress=progress, rejects=rejects, clock=self._clock)


def _read(part: Part, encoding: str | None) -> Iterator[RowOrBad[Promotion]]:
    for record in open_records(part, kind="jsonl", encoding=encoding).rows:
        try:
            if record.fault is not None:
                raise record.fault
            yield record.line, promotion_from_document(record.values)
        except BadInput as fault:
            yield bad_row(record.line, fault, row=record.raw, id=str(record.values.get("id", "")))
