"""CatalogService: a shop's products, reviews and policies, brought in, changed and given back."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from shopkeeper.catalog.batch import apply_batch
from shopkeeper.catalog.feed import open_feed
from shopkeeper.catalog.importing import missing_ids, run_import, target_of
from shopkeeper.catalog.market_currency import CurrencyWatch, stored_currencies
from shopkeeper.catalog.normalise import clean_product
from shopkeeper.catalog.policy_pages import read_policies
from shopkeeper.catalog.reading import read_feed
from shopkeeper.catalog.rejects import RejectSink, ignore
from shopkeeper.catalog.report import Bad, BatchReport, FormatName, ImportOptions, ImportReport, Operation
from shopkeeper.catalog.review_rows import read_reviews
from shopkeeper.catalog.row_import import import_rows, without_repeats
from shopkeeper.catalog.sources.formats import FORMATS
from shopkeeper.catalog.sources.source import WriteOptions
from shopkeeper.domain.ids import ProductId
from shopkeeper.domain.product import DEFAULT_MARKET, Market, OfferPatch, Product
from shopkeeper.domain.texts import Lang
from shopkeeper.errors import BadInput
from shopkeeper.kit.wordings import told
from shopkeeper.ports.progress import Progress, Silent
from shopkeeper.ports.stores import PolicyStore, ProductStore, PutReport, ReviewStore


class CatalogService:
    """The catalogue of one shop."""

    def __init__(self, products: ProductStore, reviews: ReviewStore, policies: PolicyStore, *, clock: Callable[[], datetime]) -> None:
        self._products = products
        self._reviews = reviews
        self._policies = policies
        self._clock = clock

    def import_products(
        self, source: Path, options: ImportOptions = ImportOptions(), *, progress: Progress = Silent(), rejects: RejectSink = ignore
    ) -> ImportReport:
        """Bring the products of a feed into the shop.

        Good rows land, bad rows go to `rejects`; a second import of the same file changes nothing. Raises `BadInput` if the file as a whole
        cannot be used (unknown format, missing column); a fault later on ends the import with `error` in the report.
        """
        started = self._clock()
        read = read_feed(source, options)
        feed = read.feed
        target = target_of(self._products, dry_run=options.dry_run)
        tally = run_import(
            read.items,
            target,
            batch_size=options.batch_size,
            meter=feed.meter,
            progress=progress,
            rejects=rejects,
            currencies=stored_currencies(self._products),
        )
        deleted, not_deleted = tally.deleted, ""
        if options.delete_missing:
            missing, not_deleted = missing_ids(self._products, tally, force=options.force)
            deleted += self._delete_in_batches(missing, options)
        return ImportReport(
            source=feed.source,
            format=read.format,
            encoding=read.encoding,
            dry_run=options.dry_run,
            read=tally.read,
            inserted=tally.put.inserted,
            updated=tally.put.updated,
            unchanged=tally.put.unchanged,
            deleted=deleted,
            rejected=dict(tally.rejects.counts.most_common()),
            first_rejects=tuple(tally.rejects.first),
            examples=tally.rejects.examples,
            seconds=(self._clock() - started).total_seconds(),
            bytes_read=feed.meter.done,
            fault=tally.fault,
            not_deleted=not_deleted,
            not_listed=tally.watch.count,
            first_not_listed=tuple(tally.watch.first),
        )

    def _delete_in_batches(self, ids: Sequence[ProductId], options: ImportOptions) -> int:
        if options.dry_run:
            return len(ids)
        size = options.batch_size
        return sum(self._products.delete(ids[start : start + size]) for start in range(0, len(ids), size))

    def import_reviews(
        self, source: Path, options: ImportOptions = ImportOptions(), *, progress: Progress = Silent(), rejects: RejectSink = ignore
    ) -> ImportReport:
        """Bring reviews from JSON Lines, CSV or any table with a column map into the shop; a review whose id comes twice counts once."""
        feed = open_feed(source)
        items = (
            item for part in feed.parts for item in read_reviews(part, column_map=options.column_map, encoding=options.encoding, lang=options.lang)
        )
        rows = without_repeats(items, key=lambda review: review.id)
        return import_rows(rows, self._reviews, feed=feed, kind="reviews", options=options, progress=progress, rejects=rejects, clock=self._clock)

    def import_policies(
        self, source: Path, options: ImportOptions = ImportOptions(), *, progress: Progress = Silent(), rejects: RejectSink = ignore
    ) -> ImportReport:
        """Bring policies from a Markdown file or a folder of them into the shop."""
        feed = open_feed(source)
        items = (item if isinstance(item, Bad) else (0, item) for item in read_policies(feed, lang=options.lang, encoding=options.encoding))
        rows = without_repeats(items, key=lambda page: f"{page.id} ({page.lang})")
        return import_rows(rows, self._policies, feed=feed, kind="policies", options=options, progress=progress, rejects=rejects, clock=self._clock)

    def export_products(self, out: BinaryIO, format: FormatName, *, lang: Lang = "en", market: Market = DEFAULT_MARKET) -> int:
        """Write every product in `format`; returns how many. What a format cannot hold is listed in docs/reference/formats.md.

        A format of one language is written in `lang` (another language where a wording is missing), one of one price list for `market`.
        """
        write = FORMATS[format].write
        if write is None:
            raise BadInput(told("not_written", format=format), field="format", value=format)
        count = 0

        def products() -> Iterator[Product]:
            nonlocal count
            count = 0
            for change in self._products.changes():
                if change.product is not None:
                    count += 1
                    yield change.product

        write(products, out, WriteOptions(lang, market))
        return count

    def put(self, products: Sequence[Product]) -> PutReport:
        """Insert or replace whole products, all or none; control characters in their texts are dropped first."""
        return self._products.put([clean_product(product) for product in products])

    def patch(self, patches: Sequence[OfferPatch]) -> list[ProductId]:
        """Apply partial price and stock updates; returns the ids that were not found."""
        return self._products.patch(patches)

    def delete(self, ids: Sequence[ProductId]) -> int:
        """Turn products into tombstones; returns how many were there."""
        return self._products.delete(ids)

    def currency_watch(self) -> CurrencyWatch:
        """Follows writes to this shop and notes products that no list will show, for their price is not in their market's currency."""
        return CurrencyWatch(stored_currencies(self._products))

    def apply_batch(self, operations: Iterable[Operation]) -> BatchReport:
        """Apply writes in their order; one that fails does not stop the rest, and each has its outcome in the report."""
        return apply_batch(self._products, operations)
