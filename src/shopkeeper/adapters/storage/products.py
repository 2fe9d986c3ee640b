"""The catalogue in tables: documents with a revision each, read as a stream of changes."""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from sqlalchemy import Connection, Row, bindparam, select, update

from shopkeeper.adapters.storage.engine import Connections
from shopkeeper.adapters.storage.offers import patched, same_text
from shopkeeper.adapters.storage.rows import PAGE, encode, findable, pages, upsert
from shopkeeper.adapters.storage.schema import counters, products
from shopkeeper.catalog.documents import product_from_json, product_to_json
from shopkeeper.domain.ids import ProductId, Revision
from shopkeeper.domain.product import OfferPatch, Product
from shopkeeper.ports.stores import ProductChange, PutReport

PAGE_BYTES: Final = 8_000_000
"""Documents that `changes` holds in memory at once (one larger document is read alone)."""
CATALOG: Final = "catalog"

REVISE = (
    update(products)
    .where(products.c.id == bindparam("row_id"))
    .values({name: bindparam(f"new_{name}") for name in ("revision", "digest", "size", "document")})
)


class SqlProductStore:
    """`ports.stores.ProductStore` on SQL."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def put(self, products: Sequence[Product]) -> PutReport:
        """Insert or replace whole products; see the port."""
        encoded = [(product, *encode(product_to_json, product, named=f"product {product.id}")) for product in products]
        return self._connections.write(lambda connection: _put(connection, encoded)) if encoded else PutReport()

    def patch(self, patches: Sequence[OfferPatch]) -> list[ProductId]:
        """Apply partial price and stock updates; see the port. `BadInput` (a patch in another currency) leaves all as it was."""
        wanted: dict[ProductId, list[OfferPatch]] = {}
        for patch in patches:
            wanted.setdefault(patch.product_id, []).append(patch)
        return self._connections.write(lambda connection: _patch(connection, wanted)) if wanted else []

    def delete(self, ids: Sequence[ProductId]) -> int:
        """Turn products into tombstones; see the port."""
        return self._connections.write(lambda connection: _delete(connection, ids)) if ids else 0

    def get(self, ids: Sequence[ProductId]) -> dict[ProductId, Product]:
        """The products among `ids` that exist, in the order of `ids`."""
        with self._connections.read() as connection:
            documents = {row.id: row.document for row in present(connection, ids)}
        return {id_: product_from_json(documents[id_]) for id_ in ids if id_ in documents}

    def deleted(self, ids: Sequence[ProductId]) -> list[ProductId]:
        """Those among `ids` that were there once and are tombstones now."""
        with self._connections.read() as connection:
            pages_of = pages(findable(ids))
            gone = {id_ for page in pages_of for id_ in connection.scalars(select(products.c.id).where(products.c.id.in_(page), products.c.deleted))}
        return [id_ for id_ in ids if id_ in gone]

    def changes(self, since: Revision = Revision(0), *, limit: int | None = None) -> Iterator[ProductChange]:
        """Products whose revision is above `since`, tombstones too, in the order of revision.

        Each page is a short transaction, so a slow reader holds nothing up. A product that changes meanwhile moves to the end and is met there.
        """
        left = limit
        last: int = since
        while left is None or left > 0:
            with self._connections.read() as connection:
                page, upto = _changes_page(connection, last, PAGE if left is None else min(PAGE, left))
            if upto == last:
                return
            for row in page:
                product = None if row.deleted else product_from_json(row.document)
                yield ProductChange(ProductId(row.id), Revision(row.revision), Revision(row.text_revision), product)
            last = upto
            left = None if left is None else left - len(page)

    def revision(self) -> Revision:
        """The newest revision; 0 for an empty shop."""
        with self._connections.read() as connection:
            return Revision(connection.scalar(select(counters.c.value).where(counters.c.name == CATALOG)) or 0)


def lock_revision(connection: Connection) -> int:
    """The newest revision, its row locked until the transaction ends: whoever writes next takes the next numbers and commits after us."""
    value = connection.scalar(select(counters.c.value).where(counters.c.name == CATALOG).with_for_update())
    assert value is not None, "the first migration makes the row"
    return value


def set_revision(connection: Connection, value: int) -> None:
    connection.execute(update(counters).where(counters.c.name == CATALOG).values(value=value))


def present(connection: Connection, ids: Sequence[str]) -> Iterator[Row[Any, Any, Any]]:
    """Rows (id, revision, document) of those among `ids` that are there and not deleted."""
    columns = select(products.c.id, products.c.revision, products.c.document)
    for page in pages(findable(ids)):
        yield from connection.execute(columns.where(products.c.id.in_(page), ~products.c.deleted))


def _put(connection: Connection, encoded: Sequence[tuple[Product, str, str, int]]) -> PutReport:
    revision = lock_revision(connection)
    stored: dict[str, tuple[str, int]] = {}
    columns = select(products.c.id, products.c.digest, products.c.text_revision).where(~products.c.deleted)
    for page in pages(sorted({product.id for product, *_ in encoded})):
        stored.update({row.id: (row.digest, row.text_revision) for row in connection.execute(columns.where(products.c.id.in_(page)))})
    digests = {id_: digest for id_, (digest, _) in stored.items()}
    inserted = updated = unchanged = 0
    changed: dict[str, tuple[Product, str, str, int]] = {}
    for item in encoded:  # as if each were put after the one before it
        id_, digest = item[0].id, item[2]
        before = digests.get(id_)
        if before == digest:
            unchanged += 1
            continue
        inserted, updated = (inserted + 1, updated) if before is None else (inserted, updated + 1)
        digests[id_] = digest
        changed[id_] = item
    changed = {id_: item for id_, item in changed.items() if id_ not in stored or stored[id_][0] != item[2]}
    if not changed:
        return PutReport(inserted, updated, unchanged)
    before = present(connection, [id_ for id_ in changed if id_ in stored])
    texts_kept = {row.id for row in before if same_text(row.document, changed[row.id][1])}
    rows = []
    for id_, (_, document, digest, size) in changed.items():
        revision += 1
        text_revision = stored[id_][1] if id_ in texts_kept else revision
        rows.append(
            {"id": id_, "revision": revision, "text_revision": text_revision, "deleted": False, "digest": digest, "size": size, "document": document}
        )
    upsert(connection, products, rows)
    set_revision(connection, revision)
    return PutReport(inserted, updated, unchanged)


def _patch(connection: Connection, wanted: dict[ProductId, list[OfferPatch]]) -> list[ProductId]:
    revision = lock_revision(connection)
    found: set[str] = set()
    rows = []
    for row in list(present(connection, list(wanted))):
        before = product_from_json(row.document)
        after, complete = patched(before, wanted[row.id])
        if complete:
            found.add(row.id)
        if after == before:
            continue
        revision += 1
        document, digest, size = encode(product_to_json, after, named=f"product {row.id}")
        rows.append({"row_id": row.id, "new_revision": revision, "new_digest": digest, "new_size": size, "new_document": document})
    if rows:
        connection.execute(REVISE, rows)
        set_revision(connection, revision)
    return [id_ for id_ in wanted if id_ not in found]


def _delete(connection: Connection, ids: Sequence[ProductId]) -> int:
    revision = lock_revision(connection)
    rows = []
    for row in present(connection, ids):
        revision += 1
        rows.append({"id": row.id, "revision": revision, "text_revision": revision, "deleted": True, "digest": "", "size": 0, "document": None})
    if rows:
        upsert(connection, products, rows)
        set_revision(connection, revision)
    return len(rows)


def _changes_page(connection: Connection, since: int, limit: int) -> tuple[Sequence[Row[Any]], int]:
    """The next changes, at most `limit` of them and at most about `PAGE_BYTES` of documents, and the revision up to which they reach.

    That revision is `since` at the end of the stream. A product that moved on between the two statements is missing here and stands further on.
    """
    heads = connection.execute(
        select(products.c.revision, products.c.size).where(products.c.revision > since).order_by(products.c.revision).limit(limit)
    ).all()
    size, last = 0, since
    for head in heads:
        size += head.size
        if size > PAGE_BYTES and last > since:
            break
        last = head.revision
    page = select(products).where(products.c.revision.between(since + 1, last)).order_by(products.c.revision)
    return (connection.execute(page).all() if last > since else []), last
