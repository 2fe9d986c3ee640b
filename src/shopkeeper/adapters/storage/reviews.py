"""Reviews in a table."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Connection, case, func, select

from shopkeeper.adapters.storage.engine import Connections
from shopkeeper.adapters.storage.rows import PAGE, Row, compare_documents, encode, findable, put_documents, stored_digests, to_micros, upsert
from shopkeeper.adapters.storage.schema import reviews
from shopkeeper.catalog.documents import review_from_json, review_to_json
from shopkeeper.domain.ids import CustomerId, ProductId
from shopkeeper.domain.review import Review
from shopkeeper.domain.texts import Lang
from shopkeeper.ports.stores import PutReport, ReviewOrder


class SqlReviewStore:
    """`ports.stores.ReviewStore` on SQL."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def put(self, reviews: Sequence[Review]) -> PutReport:
        """Insert or replace reviews by id."""
        rows = [_row(review) for review in reviews]
        return self._connections.write(lambda connection: _put(connection, rows)) if rows else PutReport()

    def compare(self, reviews: Sequence[Review]) -> PutReport:
        """What `put` would do; writes nothing."""
        rows = [_row(review) for review in reviews]
        with self._connections.read() as connection:
            return compare_documents(rows, _stored(connection, rows), _id)[0]

    def of_product(
        self,
        product_id: ProductId,
        *,
        limit: int = 20,
        offset: int = 0,
        stars: int | None = None,
        order: ReviewOrder = "newest",
        reader: Lang | None = None,
    ) -> list[Review]:
        """The product's reviews, the newest first; see `ports.stores.ReviewStore`."""
        if not findable([product_id]):
            return []
        found = select(reviews.c.document).where(reviews.c.product_id == product_id)
        if stars is not None:
            found = found.where(reviews.c.stars == stars)
        found = found.order_by(*_order(order, reader)).limit(limit).offset(offset)
        with self._connections.read() as connection:
            documents = connection.scalars(found).all()
        return [review_from_json(document) for document in documents]

    def stars_of_product(self, product_id: ProductId) -> dict[int | None, int]:
        """How many of the product's reviews gave each whole number of stars."""
        if not findable([product_id]):
            return {}
        counted = select(reviews.c.stars, func.count().label("reviews")).where(reviews.c.product_id == product_id).group_by(reviews.c.stars)
        with self._connections.read() as connection:
            return {row.stars: row.reviews for row in connection.execute(counted)}

    def of_customer(self, customer_id: CustomerId) -> list[Review]:
        """The customer's reviews, by id."""
        with self._connections.read() as connection:
            return _of_customer(connection, customer_id)

    def detach(self, customer_id: CustomerId) -> int:
        """Keep the customer's reviews without their name, nothing of the id left; returns how many there were."""

        def work(connection: Connection) -> int:
            rows = [_row(replace(review, customer_id=None)) for review in _of_customer(connection, customer_id)]
            upsert(connection, reviews, rows)
            return len(rows)

        return self._connections.erase(work)

    def scan(self) -> Iterator[Review]:
        """All reviews by id; each page is a short transaction."""
        columns = select(reviews.c.id, reviews.c.document).order_by(reviews.c.id).limit(PAGE)
        page = columns
        while True:
            with self._connections.read() as connection:
                rows = connection.execute(page).all()
            for row in rows:
                yield review_from_json(row.document)
            if len(rows) < PAGE:
                return
            page = columns.where(reviews.c.id > rows[-1].id)

    def count(self) -> int:
        """How many reviews there are."""
        with self._connections.read() as connection:
            return connection.scalar(select(func.count()).select_from(reviews)) or 0


def _row(review: Review) -> Row:
    document, digest, _ = encode(review_to_json, review, named=f"review {review.id}")
    return {
        "id": review.id,
        "product_id": review.product_id,
        "written": to_micros(review.written),
        "stars": review.stars,
        "lang": review.lang,
        "told": review.told,
        "digest": digest,
        "document": document,
    }


def _order(order: ReviewOrder, reader: Lang | None) -> list[ColumnElement[Any]]:
    """The sort keys; what is equal in all of them is ordered by day, then id."""
    keys: list[ColumnElement[Any]] = []
    if order != "newest":
        keys += [reviews.c.stars.is_(None), reviews.c.stars.desc() if order == "highest" else reviews.c.stars]
    if reader is not None:
        keys += [reviews.c.told.desc(), case((reviews.c.lang != reader, 1), else_=0)]
    return [*keys, reviews.c.written.desc(), reviews.c.id.desc()]


def _put(connection: Connection, rows: Sequence[Row]) -> PutReport:
    return put_documents(connection, reviews, rows, _stored(connection, rows), _id)


def _stored(connection: Connection, rows: Sequence[Row]) -> dict[str, str]:
    return stored_digests(connection, reviews, (row["id"] for row in rows))


def _id(row: Row) -> str:
    return row["id"]


def _of_customer(connection: Connection, customer_id: CustomerId) -> list[Review]:
    """Reviews by who wrote them; no index holds the name, so the documents that mention it anywhere are read and looked into."""
    mentioned = select(reviews.c.document).where(reviews.c.document.contains(orjson.dumps(customer_id).decode(), autoescape=True))
    found = map(review_from_json, connection.scalars(mentioned.order_by(reviews.c.id)))
    return [review for review in found if review.customer_id == customer_id]
