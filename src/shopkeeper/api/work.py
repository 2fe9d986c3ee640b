"""What accepted work does, by kind: each function works one spool entry and says how it went."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from typing import Final

from shopkeeper.api.operations import read_operations
from shopkeeper.api.spool import Entry, Mark, Spool
from shopkeeper.bootstrap import Shop
from shopkeeper.catalog.rejects import reject_file, reject_line, rejected
from shopkeeper.catalog.report import ImportOptions, ImportReport, Operation, Outcome, PutProduct
from shopkeeper.domain.task import Reject
from shopkeeper.errors import NotFound
from shopkeeper.kit.wordings import told
from shopkeeper.ports.progress import Progress

CHUNK: Final = 500
"""Operations that land together: large enough for one transaction to be cheap, small enough that a crash repeats little."""

REJECTS: Final = "rejects.jsonl"
COLUMN_MAP: Final = "column_map"
"""The option that carries a column map's text."""

IMPORT_KINDS: Final = ("products", "reviews", "orders", "policies")


@dataclass(frozen=True, slots=True)
class Ended:
    """How a piece of work went. `faults` say why the file as a whole could not be used to its end."""

    counts: tuple[tuple[str, int], ...]
    faults: tuple[Reject, ...] = ()
    notices: tuple[Reject, ...] = ()


Work = Callable[[Shop, Spool, Entry, Progress], Ended]


def apply_product_batch(shop: Shop, spool: Spool, entry: Entry, progress: Progress) -> Ended:
    """Apply the operations in their order, a chunk at a time, going on after the last chunk that is marked as done."""
    mark = spool.mark(entry)
    counts: Counter[str] = Counter(mark.counts)
    watch = shop.catalog.currency_watch()
    rejects_path = entry.folder / REJECTS
    with entry.body.open("rb") as body, rejects_path.open("ab") as rejects:
        # A crash between writing rejects and setting the mark must not count them twice.
        rejects.truncate(mark.rejects_bytes)
        waiting = islice(read_operations(body), mark.done, None)
        done = mark.done
        while chunk := list(islice(waiting, CHUNK)):
            seen = watch.count
            watch.look((number, one.product) for number, one in chunk if isinstance(one, PutProduct))
            if watch.count > seen:
                counts["not_listed"] += watch.count - seen
            for reject in _apply(shop, chunk, counts):
                rejects.write(reject_line(reject))
            rejects.flush()
            done += len(chunk)
            spool.set_mark(entry, Mark(done, mark.begun, dict(counts), rejects.tell()))
            progress.step("operations", done, None)
    return Ended(tuple(sorted(counts.items())), notices=tuple(watch.first))


def _apply(shop: Shop, chunk: list[tuple[int, Operation | Reject]], counts: Counter[str]) -> Iterator[Reject]:
    good = [(number, one) for number, one in chunk if not isinstance(one, Reject)]
    report = shop.catalog.apply_batch([operation for _, operation in good])
    counts.update(outcome.state for outcome in report.outcomes)
    bad = [one for _, one in chunk if isinstance(one, Reject)]
    counts["rejected"] += len(bad) + report.failed
    failed = [_reject_of(outcome, good[outcome.index][0]) for outcome in report.outcomes if not outcome.ok]
    yield from sorted([*bad, *failed], key=lambda reject: reject.line)


def _reject_of(outcome: Outcome, number: int) -> Reject:
    if outcome.fault is None:
        return rejected(number, NotFound(told("no_offer_there"), field="id", value=outcome.id))
    return replace(outcome.fault, line=number, field=outcome.fault.field or "id", value=outcome.id)


def import_file(shop: Shop, spool: Spool, entry: Entry, progress: Progress) -> Ended:  # noqa: ARG001 - the signature of all work
    """Import an uploaded file. Importing the same rows again changes nothing, so after a crash it begins anew."""
    options = _import_options(entry, shop.currency)
    with reject_file(entry.folder / REJECTS) as rejects:
        if entry.options["kind"] == "orders":
            report = shop.orders.import_orders(entry.body, options, progress=progress, rejects=rejects)
        elif entry.options["kind"] == "reviews":
            report = shop.catalog.import_reviews(entry.body, options, progress=progress, rejects=rejects)
        elif entry.options["kind"] == "policies":
            report = shop.catalog.import_policies(entry.body, options, progress=progress, rejects=rejects)
        else:
            report = shop.catalog.import_products(entry.body, options, progress=progress, rejects=rejects)
    return _ended(report)


def _import_options(entry: Entry, currency: str) -> ImportOptions:
    given = entry.options
    column_map = None
    if COLUMN_MAP in given:
        column_map = entry.folder / "columns.toml"
        column_map.write_text(given[COLUMN_MAP], encoding="utf-8")
    return ImportOptions(
        column_map=column_map,
        format=given.get("format", "auto"),  # type: ignore[arg-type]  # checked against FormatName when it was accepted
        dry_run=given.get("dry_run") == "true",
        delete_missing=given.get("delete_missing") == "true",
        derive_products=given.get("derive_products") == "true",
        force=given.get("force") == "true",
        lang=given.get("lang"),  # type: ignore[arg-type]  # checked against Lang when it was accepted
        currency=given.get("currency") or currency,
    )


def _ended(report: ImportReport) -> Ended:
    return Ended(report.counts(), report.faults, tuple(report.first_not_listed))


WORK: Final[dict[str, Work]] = {
    "products.batch": apply_product_batch,
    "reviews.batch": import_file,
    "orders.batch": import_file,
    **{f"{kind}.import": import_file for kind in IMPORT_KINDS},
}
