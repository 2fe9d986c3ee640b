"""Feeds as bytes, and shops that they are imported into: what the tests of the import share."""

import io
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from shopkeeper.catalog.report import FormatName, ImportOptions, ImportReport
from shopkeeper.catalog.service import CatalogService
from shopkeeper.domain.product import Product
from shopkeeper.domain.task import Reject
from tests.catalog.fakes import FakePolicies, FakeProducts, FakeReviews
from tests.conftest import NOON


@dataclass
class FakeShop:
    """A catalogue over fakes; `rejects` are those of the last import."""

    folder: Path
    products: FakeProducts = field(default_factory=FakeProducts)
    reviews: FakeReviews = field(default_factory=FakeReviews)
    policies: FakePolicies = field(default_factory=FakePolicies)
    rejects: list[Reject] = field(default_factory=list)

    @property
    def service(self) -> CatalogService:
        return CatalogService(self.products, self.reviews, self.policies, clock=lambda: NOON)

    def feed(self, content: str | bytes, name: str = "feed.dat") -> Path:
        path = self.folder / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def load(self, content: str | bytes, options: ImportOptions = ImportOptions(), name: str = "feed.dat") -> ImportReport:
        self.rejects.clear()
        return self.service.import_products(self.feed(content, name), options, rejects=self.rejects.append)

    def written(self, format: FormatName) -> bytes:
        out = io.BytesIO()
        self.service.export_products(out, format)
        return out.getvalue()

    def by_id(self) -> dict[str, Product]:
        return {product.id: product for product in self.products.all}

    def told(self) -> list[tuple[int, str, str]]:
        """(line, field, value) of each reject."""
        return [(reject.line, reject.field, reject.value) for reject in self.rejects]


def round_trip(folder: Path, content: str | bytes, format: FormatName, options: ImportOptions = ImportOptions()) -> FakeShop:
    """Import, export, import again into a fresh shop: both must hold the same products. Returns the first shop."""
    first, second = FakeShop(folder), FakeShop(folder)
    first.load(content, options)
    report = second.load(first.written(format), options)
    assert not report.rejected, report.first_rejects
    assert second.by_id() == first.by_id()
    return first


def same_import(folder: Path, content: str | bytes, *variants: Callable[[bytes], bytes], options: ImportOptions = ImportOptions()) -> None:
    """Every variant of the bytes must import to the same products."""
    plain = FakeShop(folder)
    raw = content.encode() if isinstance(content, str) else content
    plain.load(raw, options)
    for variant in variants:
        other = FakeShop(folder)
        other.load(variant(raw), options)
        assert other.by_id() == plain.by_id()
