"""The import of small things (reviews, pages): rows from a reader -> repeats out -> batches -> a store, or a comparison with it."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Protocol, TypeAlias, TypeVar

from shopkeeper.catalog.feed import Feed
from shopkeeper.catalog.id_lines import IdLines
from shopkeeper.catalog.rejects import RejectSink, rejected
from shopkeeper.catalog.report import Bad, ImportOptions, ImportReport, RejectTally, repeated
from shopkeeper.errors import BadInput
from shopkeeper.ports.progress import Progress
from shopkeeper.ports.stores import PutReport

Row = TypeVar("Row")
RowOrBad: TypeAlias = tuple[int, Row] | Bad
Kept_contra = TypeVar("Kept_contra", contravariant=True)


class RowStore(Protocol[Kept_contra]):
    """Where rows go: a store of reviews or of pages."""

    def put(self, rows: Sequence[Kept_contra], /) -> PutReport: ...
    def compare(self, rows: Sequence[Kept_contra], /) -> PutReport: ...


def without_repeats(items: Iterable[RowOrBad[Row]], *, key: Callable[[Row], str]) -> Iterator[RowOrBad[Row]]:
    """The items; a row whose key was there before is rejected, naming the line of the first."""
    seen = IdLines()
    for item in items:
        if isinstance(item, Bad):
            yield item
            continue
        line, row = item
        before = seen.first(key(row), line)
        if before is None:
            yield item
        else:
            yield repeated(line, key(row), before)


def import_rows(
    items: Iterable[RowOrBad[Row]],
    store: RowStore[Row],
    *,
    feed: Feed,
    kind: str,
    options: ImportOptions,
    progress: Progress,
    rejects: RejectSink,
    clock: Callable[[], datetime],
) -> ImportReport:
    """Bring the good rows to the store in batches. With `dry_run` nothing is written: they are compared with what is stored."""
    started = clock()
    tally, done, ended, read = RejectTally(), PutReport(), None, 0
    batch: list[Row] = []
    put = store.compare if options.dry_run else store.put

    def flush() -> PutReport:
        report = put(batch) if batch else PutReport()
        batch.clear()
        progress.step(kind, min(feed.meter.done, feed.meter.total), feed.meter.total)  # a part may be read twice
        return report

    try:
        for item in items:
            read += 1
            if isinstance(item, Bad):
                tally.add(item.reject)
                rejects(item.reject)
                continue
            batch.append(item[1])
            if len(batch) >= options.batch_size:
                done += flush()
    except BadInput as fault:
        if read == 0:
            raise
        ended = rejected(0, fault, field="source")
    done += flush()
    return ImportReport(
        source=feed.source,
        format=kind,
        dry_run=options.dry_run,
        read=read,
        inserted=done.inserted,
        updated=done.updated,
        unchanged=done.unchanged,
        rejected=dict(tally.counts.most_common()),
        first_rejects=tuple(tally.first),
        examples=tally.examples,
        seconds=(clock() - started).total_seconds(),
        bytes_read=feed.meter.done,
        fault=ended,
    )
