"""OrderHistory: a shop's past orders, brought in from files."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from pathlib import Path

from shopkeeper.catalog.feed import Feed, open_feed
from shopkeeper.catalog.rejects import RejectSink, ignore, rejected
from shopkeeper.catalog.report import Bad, ImportOptions, ImportReport, RejectTally
from shopkeeper.domain.order import Order
from shopkeeper.domain.product import Product
from shopkeeper.errors import BadInput
from shopkeeper.kit.wordings import told
from shopkeeper.orders.derive import DERIVED, DerivedProducts
from shopkeeper.orders.order_map import OrderMap, load_order_map
from shopkeeper.orders.reading import OrderItem, RowTally, read_mapped_orders, read_orders
from shopkeeper.ports.progress import Progress, Silent
from shopkeeper.ports.stores import OrderStore, ProductStore, PutReport


class OrderHistory:
    """The order history of one shop; `products` is needed only where order lines are to tell what the shop sells."""

    def __init__(self, orders: OrderStore, products: ProductStore | None = None, *, clock: Callable[[], datetime]) -> None:
        self._orders = orders
        self._products = products
        self._clock = clock

    def import_orders(
        self,
        source: Path,
        options: ImportOptions = ImportOptions(),
        *,
        progress: Progress = Silent(),
        rejects: RejectSink = ignore,
        stored: Callable[[Sequence[Order]], None] | None = None,
    ) -> ImportReport:
        """Bring the orders of a file into the shop; `read` counts rows (lines of orders), `inserted` and the like count orders.

        Without a column map the file must be our own JSON Lines of orders.

        `stored` is told each batch of orders once it is in the store, whether it changed anything or not.
        With `dry_run` nothing is written; the orders are compared with the stored ones, and the report says what would happen.
        Raises `BadInput` if the file as a whole cannot be used; a fault later on ends the import with `error` in the report.
        """
        started = self._clock()
        order_map = load_order_map(options.column_map) if options.column_map is not None else None
        feed = open_feed(source, order_map.columns.file.files if order_map is not None else "")
        rows = RowTally(0, Counter())
        derived = DerivedProducts() if options.derive_products else None
        items = self._items(feed, order_map, options, rows, derived, progress)
        tally, put, ended = RejectTally(), PutReport(), None
        batch: list[Order] = []
        try:
            for item in items:
                if isinstance(item, Bad):
                    tally.add(item.reject)
                    rejects(item.reject)
                    continue
                batch.append(item)
                if len(batch) >= options.batch_size:
                    put += self._put(batch, options, stored)
                    progress.step("orders", put.inserted + put.updated + put.unchanged, None)
                    batch = []
        except BadInput as fault:
            if rows.read == 0:
                raise
            ended = rejected(0, fault, field="source")
        if batch:
            put += self._put(batch, options, stored)
        progress.step("orders", put.inserted + put.updated + put.unchanged, put.inserted + put.updated + put.unchanged)
        if derived is not None:
            self._put_products(derived, options, progress)
        return ImportReport(
            source=feed.source,
            format="mapped" if order_map is not None else "jsonl",
            dry_run=options.dry_run,
            read=rows.read,
            inserted=put.inserted,
            updated=put.updated,
            unchanged=put.unchanged,
            rejected=dict(tally.counts.most_common()),
            dropped=dict(rows.dropped.most_common()),
            first_rejects=tuple(tally.first),
            examples=tally.examples,
            seconds=(self._clock() - started).total_seconds(),
            bytes_read=feed.meter.done,
            fault=ended,
        )

    def _items(
        self, feed: Feed, order_map: OrderMap | None, options: ImportOptions, rows: RowTally, derived: DerivedProducts | None, progress: Progress
    ) -> Iterator[OrderItem]:
        if derived is not None and self._products is None:
            raise BadInput(told("no_catalogue"), field="derive_products", value=True)
        if order_map is not None:
            return read_mapped_orders(feed, order_map, options.currency, rows, derived, progress)
        if derived is not None:
            raise BadInput(told("map_without_title"), field="derive_products", value=True, hint=told("hint.give_map"))
        return (item for part in feed.parts for item in read_orders(part, options.encoding, rows))

    def _put(self, orders: list[Order], options: ImportOptions, stored: Callable[[Sequence[Order]], None] | None) -> PutReport:
        if options.dry_run:
            return self._orders.compare(orders)
        report = self._orders.put(orders)
        if stored is not None:
            stored(orders)
        return report

    def _put_products(self, derived: DerivedProducts, options: ImportOptions, progress: Progress) -> None:
        if self._products is None or options.dry_run:
            return
        products = list(derived.products(lang=options.lang, market=options.market))
        for start in range(0, len(products), options.batch_size):
            batch = products[start : start + options.batch_size]
            stored = self._products.get([product.id for product in batch])
            self._products.put([product for product in batch if _replaceable(stored.get(product.id))])
            progress.step("products", start + len(batch), len(products))


def _replaceable(stored: Product | None) -> bool:
    return stored is None or DERIVED in stored.extras
