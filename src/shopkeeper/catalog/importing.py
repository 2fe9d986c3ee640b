"""The way of an import: items from a reader -> duplicates out -> batches -> the store, or a comparison with it when nothing may be written."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from shopkeeper.catalog.feed import ByteMeter
from shopkeeper.catalog.id_lines import IdLines
from shopkeeper.catalog.market_currency import CurrencyWatch
from shopkeeper.catalog.rejects import RejectSink, rejected
from shopkeeper.catalog.report import Bad, Found, Gone, Item, RejectTally, repeated
from shopkeeper.domain.ids import ProductId
from shopkeeper.domain.money import Currency
from shopkeeper.domain.product import Market, Product
from shopkeeper.domain.task import Reject
from shopkeeper.errors import BadInput
from shopkeeper.kit.wordings import told
from shopkeeper.ports.progress import Progress
from shopkeeper.ports.stores import ProductStore, PutReport

BYTES_PER_ROW: Final = 300
"""A guess to size the table of ids; it grows if there are more."""
MAX_MISSING_SHARE: Final = 0.5


@dataclass(slots=True)
class Tally:
    """What happened so far."""

    seen: IdLines
    spoilt: IdLines = field(default_factory=IdLines)
    """Products that only bad rows named: they did not land, but they are not missing either."""
    rejects: RejectTally = field(default_factory=RejectTally)
    put: PutReport = PutReport()
    deleted: int = 0
    watch: CurrencyWatch = field(default_factory=lambda: CurrencyWatch({}))
    read: int = 0
    nameless: int = 0
    fault: Reject | None = None


@dataclass(frozen=True, slots=True)
class Target:
    """Where products go: `put` and `delete` of a store, or their rehearsal."""

    put: Callable[[Sequence[Product]], PutReport]
    delete: Callable[[Sequence[ProductId]], int]


def target_of(store: ProductStore, *, dry_run: bool) -> Target:
    """The store itself; with `dry_run` a rehearsal that reads and counts only."""
    if not dry_run:
        return Target(store.put, store.delete)

    def compare(products: Sequence[Product]) -> PutReport:
        stored = store.get([product.id for product in products])
        inserted = sum(product.id not in stored for product in products)
        unchanged = sum(stored.get(product.id) == product for product in products)
        return PutReport(inserted, len(products) - inserted - unchanged, unchanged)

    return Target(compare, lambda ids: len(store.get(ids)))


def run_import(
    items: Iterable[Item],
    target: Target,
    *,
    batch_size: int,
    meter: ByteMeter,
    progress: Progress,
    rejects: RejectSink,
    currencies: Mapping[Market, Currency],
) -> Tally:
    """Bring every good item to the target in batches; a fault that ends the reading is kept in the tally, after what came before it landed."""
    tally = Tally(IdLines(meter.total // BYTES_PER_ROW), watch=CurrencyWatch(currencies))
    products: list[tuple[int, Product]] = []
    gone: list[ProductId] = []

    def flush() -> None:
        if products:
            tally.put += target.put([product for _, product in products])
            tally.watch.look(products)
            products.clear()
        if gone:
            tally.deleted += target.delete(gone)
            gone.clear()

    told = -1
    for item in _until_fault(items, tally):
        tally.read += 1
        match _refuse_duplicate(item, tally.seen):
            case Found(line=line, product=product):
                products.append((line, product))
            case Gone(id=id):
                gone.append(id)
            case Bad(reject=reject, id=id):
                tally.rejects.add(reject)
                rejects(reject)
                if id:
                    tally.spoilt.first(id, reject.line)
                else:
                    tally.nameless += 1
        if len(products) + len(gone) >= batch_size:
            flush()
            if (share := meter.done * 200 // max(meter.total, 1)) != told:
                told = share
                progress.step("import", min(meter.done, meter.total), meter.total)  # a part may be read twice
    flush()
    progress.step("import", meter.total if tally.fault is None else min(meter.done, meter.total), meter.total)
    return tally


def _until_fault(items: Iterable[Item], tally: Tally) -> Iterator[Item]:
    try:
        yield from items
    except BadInput as fault:
        if tally.read == 0:
            raise  # nothing was understood: the caller's one clear error
        tally.fault = rejected(0, fault, field="source")


def _refuse_duplicate(item: Item, seen: IdLines) -> Item:
    if isinstance(item, Bad):
        return item
    id = item.product.id if isinstance(item, Found) else item.id
    before = seen.first(id, item.line)
    if before is None:
        return item
    return repeated(item.line, id, before, part=item.part)


def missing_ids(store: ProductStore, tally: Tally, *, force: bool) -> tuple[list[ProductId], str]:
    """(products of the shop that the feed did not name, why they may not be deleted: empty if they may)."""
    if tally.fault is not None:
        return [], told("not_to_the_end")
    if tally.nameless and not force:
        return [], told("nameless_rows", count=tally.nameless)
    missing, total = [], 0
    for change in store.changes():
        if change.product is not None:
            total += 1
            if change.id not in tally.seen and change.id not in tally.spoilt:
                missing.append(change.id)
    if len(missing) > total * MAX_MISSING_SHARE and not force:
        return [], told("more_than_half", count=len(missing), total=total)
    return missing, ""
