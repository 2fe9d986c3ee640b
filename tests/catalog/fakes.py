"""Stores that keep everything in dicts: small real classes, so that tests of the import need no database."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from shopkeeper.domain.ids import CustomerId, OrderId, ProductId, Revision
from shopkeeper.domain.order import Order
from shopkeeper.domain.policy import Policy
from shopkeeper.domain.product import OfferPatch, Product
from shopkeeper.domain.review import Review
from shopkeeper.domain.texts import Lang
from shopkeeper.ports.stores import ProductChange, PutReport, ReviewOrder


class FakeProducts:
    """A ProductStore in a dict; `writes` counts the calls that could write."""

    def __init__(self) -> None:
        self.rows: dict[ProductId, tuple[Revision, Product | None]] = {}
        self.writes = 0
        self._revision = Revision(0)

    def _next(self) -> Revision:
        self._revision = Revision(self._revision + 1)
        return self._revision

    def put(self, products: Sequence[Product]) -> PutReport:
        self.writes += 1
        report = PutReport()
        for product in products:
            before = self.rows.get(product.id)
            if before is not None and before[1] == product:
                report += PutReport(unchanged=1)
                continue
            report += PutReport(updated=1) if before is not None and before[1] is not None else PutReport(inserted=1)
            self.rows[product.id] = (self._next(), product)
        return report

    def patch(self, patches: Sequence[OfferPatch]) -> list[ProductId]:
        self.writes += 1
        missing = []
        for patch in patches:
            product = self.rows.get(patch.product_id, (0, None))[1]
            if product is None or not any(v.offer(patch.market) and patch.variant_id in (None, v.id) for v in product.variants):
                missing.append(patch.product_id)
                continue
            changes: dict[str, Any] = patch.changes()
            variants = tuple(
                replace(
                    variant,
                    offers=tuple(replace(offer, **changes) if offer.market == patch.market else offer for offer in variant.offers),
                )
                if patch.variant_id in (None, variant.id)
                else variant
                for variant in product.variants
            )
            self.rows[product.id] = (self._next(), replace(product, variants=variants))
        return missing

    def delete(self, ids: Sequence[ProductId]) -> int:
        self.writes += 1
        there = [id for id in ids if self.rows.get(id, (0, None))[1] is not None]
        for id in there:
            self.rows[id] = (self._next(), None)
        return len(there)

    def get(self, ids: Sequence[ProductId]) -> dict[ProductId, Product]:
        return {id: product for id in ids if (product := self.rows.get(id, (0, None))[1]) is not None}

    def deleted(self, ids: Sequence[ProductId]) -> list[ProductId]:
        return [id for id in ids if id in self.rows and self.rows[id][1] is None]

    def changes(self, since: Revision = Revision(0), *, limit: int | None = None) -> Iterator[ProductChange]:
        rows = sorted((revision, id, product) for id, (revision, product) in self.rows.items() if revision > since)
        for revision, id, product in rows[:limit]:
            yield ProductChange(id, revision, revision, product)

    def revision(self) -> Revision:
        return self._revision

    @property
    def all(self) -> list[Product]:
        """The products that are there, in the order in which they were last written."""
        return [change.product for change in self.changes() if change.product is not None]


class FakeReviews:
    """A ReviewStore in a dict."""

    def __init__(self) -> None:
        self.rows: dict[str, Review] = {}

    def put(self, reviews: Sequence[Review]) -> PutReport:
        return _put(self.rows, [(review.id, review) for review in reviews])

    def compare(self, reviews: Sequence[Review]) -> PutReport:
        return _put(dict(self.rows), [(review.id, review) for review in reviews])

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
        found = [r for r in self.rows.values() if r.product_id == product_id and stars in (None, r.stars)]
        found.sort(key=lambda r: (r.written, r.id), reverse=True)
        if reader is not None:
            found.sort(key=lambda r: (not r.told, r.lang not in (reader, None)))
        if order != "newest":
            found.sort(key=lambda r: (r.stars is None, (r.stars or 0) * (-1 if order == "highest" else 1)))
        return found[offset : offset + limit]

    def stars_of_product(self, product_id: ProductId) -> dict[int | None, int]:
        return dict(Counter(r.stars for r in self.rows.values() if r.product_id == product_id))

    def of_customer(self, customer_id: CustomerId) -> list[Review]:
        return [review for _, review in sorted(self.rows.items()) if review.customer_id == customer_id]

    def detach(self, customer_id: CustomerId) -> int:
        mine = self.of_customer(customer_id)
        self.rows.update({review.id: replace(review, customer_id=None) for review in mine})
        return len(mine)

    def scan(self) -> Iterator[Review]:
        yield from (self.rows[id] for id in sorted(self.rows))

    def count(self) -> int:
        return len(self.rows)


class FakePolicies:
    """A PolicyStore in a dict."""

    def __init__(self) -> None:
        self.rows: dict[tuple[str, str], Policy] = {}

    def put(self, policies: Sequence[Policy]) -> PutReport:
        return _put(self.rows, [((policy.id, policy.lang), policy) for policy in policies])

    def compare(self, policies: Sequence[Policy]) -> PutReport:
        return _put(dict(self.rows), [((policy.id, policy.lang), policy) for policy in policies])

    def all(self) -> list[Policy]:
        return [self.rows[key] for key in sorted(self.rows)]


class FakeOrders:
    """An OrderStore in a dict."""

    def __init__(self) -> None:
        self.rows: dict[str, Order] = {}

    def put(self, orders: Sequence[Order]) -> PutReport:
        return _put(self.rows, [(order.id, order) for order in orders])

    def compare(self, orders: Sequence[Order]) -> PutReport:
        return _put(dict(self.rows), [(order.id, order) for order in orders])

    def scan(self, *, since: datetime | None = None) -> Iterator[Order]:
        for order in sorted(self.rows.values(), key=lambda order: (order.placed, order.id)):
            if since is None or order.placed >= since:
                yield order

    def get(self, order_id: OrderId) -> Order | None:
        return self.rows.get(order_id)

    def of_customer(self, customer_id: CustomerId, *, limit: int = 50) -> list[Order]:
        return [order for order in reversed(list(self.scan())) if order.customer_id == customer_id][:limit]

    def detach(self, customer_id: CustomerId) -> int:
        mine = [order for order in self.rows.values() if order.customer_id == customer_id]
        self.rows.update({order.id: replace(order, customer_id=None) for order in mine})
        return len(mine)

    def count(self) -> int:
        return len(self.rows)


def _put(rows, pairs) -> PutReport:
    report = PutReport()
    for key, value in pairs:
        report += PutReport(unchanged=1) if rows.get(key) == value else PutReport(updated=1) if key in rows else PutReport(inserted=1)
        rows[key] = value
    return report
