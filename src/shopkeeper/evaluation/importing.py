"""`bench import`: real catalogues and order histories brought into a new shop, indexed and searched, each in a process of its own.

Metrics: `seconds` (import, index and first search), `import_seconds`, `index_seconds`, `rows_per_second` of the import, `cpu_seconds` and
`peak_rss_mb` of the process, `read`, `kept`, `rejected`, `dropped_<reason>` (rows of the file), `inserted` (products or orders),
`searchable` (1 if a product of the file is found by its title). The peer `parse-only` reads the same file and keeps nothing.

With the option `rows`, a made-up catalogue of so many products in our JSON Lines is imported too (data set `synthetic`, the slice says how many):
the import alone, for what it takes in time and memory.
"""

import resource
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol

from shopkeeper.catalog.documents import product_to_json
from shopkeeper.catalog.report import ImportOptions, ImportReport
from shopkeeper.catalog.service import CatalogService
from shopkeeper.domain.product import Product
from shopkeeper.errors import BadInput, Broken
from shopkeeper.evaluation.datasets import chorus, online_retail
from shopkeeper.evaluation.processes import in_new_process
from shopkeeper.evaluation.report import BenchOutcome, BenchRequest, Row
from shopkeeper.evaluation.synthetic import Catalogue
from shopkeeper.orders.service import OrderHistory
from shopkeeper.ports.stores import ShopDatabase
from shopkeeper.search.request import SearchPage, SearchRequest

OURS: Final = "shopkeeper"
ROWS: Final = "rows"
"""The option of the request that asks for a made-up catalogue."""
_TITLE_WORDS: Final = 6


class Searching(Protocol):
    """What the bench needs of a search service."""

    def search(self, request: SearchRequest) -> SearchPage: ...


class BenchShop(Protocol):
    """A new, empty shop: what `open_shop(folder)` gives."""

    @property
    def catalog(self) -> CatalogService: ...
    @property
    def orders(self) -> OrderHistory: ...
    @property
    def database(self) -> ShopDatabase: ...
    @property
    def search(self) -> Searching: ...

    def reindex(self) -> object:
        """Build the search index and serve it."""
        ...


OpenShop = Callable[[Path], BenchShop]
"""Opens a shop in an empty folder. A function of a module (it is called in another process, which finds it by name)."""


@dataclass(frozen=True, slots=True)
class _Job:
    """One data set: how it is told, imported, and merely parsed."""

    name: str
    found: Callable[[Path], bool]
    bring_in: Callable[[BenchShop, Path], ImportReport]
    parse_only: Callable[[Path], int]


def _import_chorus(shop: BenchShop, folder: Path) -> ImportReport:
    return shop.catalog.import_products(folder, ImportOptions(column_map=chorus.MAP))


def _import_online_retail(shop: BenchShop, folder: Path) -> ImportReport:
    return shop.orders.import_orders(folder, ImportOptions(column_map=online_retail.MAP, derive_products=True))


JOBS: Final = (
    _Job("chorus", chorus.is_chorus, _import_chorus, chorus.parse_only),
    _Job("online_retail", online_retail.is_online_retail, _import_online_retail, online_retail.parse_only),
)


def run(request: BenchRequest, *, open_shop: OpenShop) -> BenchOutcome:
    """Import every recognised data set of the request into a shop of its own. `BadInput` for a path that holds none."""
    rows: list[Row] = []
    if count := int(request.options.get(ROWS, 0)):
        measured = in_new_process(_measure_synthetic, count, open_shop)
        rows.append(Row(OURS, "ours", "synthetic", f"{count} rows", count, measured))
    for folder in request.data:
        found = list(recognised(folder))
        if not found:
            raise BadInput(f"{str(folder)!r} holds neither chorus nor online_retail", field="--data", value=str(folder))
        for job, place in found:
            rows.append(_row(job, OURS, "ours", in_new_process(_measure_import, job.name, place, open_shop)))
            if request.peers:
                rows.append(_row(job, "parse-only", "peer", in_new_process(_measure_parse, job.name, place)))
    notes = ["Each row was measured in a fresh process; peak_rss_mb is that process's."]
    return BenchOutcome(OURS, rows, notes)


def recognised(folder: Path) -> Iterator[tuple[_Job, Path]]:
    """The data sets in the folder, or in folders directly below it."""
    for place in (folder, *(sorted(path for path in folder.iterdir() if path.is_dir()) if folder.is_dir() else ())):
        for job in JOBS:
            if job.found(place):
                yield job, place


def _row(job: _Job, system: str, role: Any, metrics: dict[str, float]) -> Row:
    return Row(system, role, job.name, "all", int(metrics["read"]), metrics)


def _job(name: str) -> _Job:
    return next(job for job in JOBS if job.name == name)


def _measure_import(name: str, folder: Path, open_shop: OpenShop) -> dict[str, float]:
    with tempfile.TemporaryDirectory(prefix="shopkeeper-import-") as home:
        shop = open_shop(Path(home))
        began = time.perf_counter()
        report = _job(name).bring_in(shop, folder)
        imported = time.perf_counter()
        if report.error:
            raise Broken(f"the import of {name} ended early: {report.error}")
        shop.reindex()
        indexed = time.perf_counter()
        searchable = _is_found(shop)
        ended = time.perf_counter()
        _close(shop)
    return {
        "seconds": ended - began,
        "import_seconds": imported - began,
        "index_seconds": indexed - imported,
        "rows_per_second": report.read / (imported - began),
        "cpu_seconds": time.process_time(),
        "peak_rss_mb": peak_rss_mb(),
        "read": float(report.read),
        "kept": float(report.kept),
        "rejected": float(report.rejects),
        "inserted": float(report.inserted),
        "searchable": float(searchable),
        **{f"dropped_{reason}": float(count) for reason, count in report.dropped.items()},
    }


def write_synthetic(path: Path, count: int) -> None:
    """Write the JSON Lines of `count` made-up products."""
    with path.open("wb") as out:
        for product in Catalogue(count).products():
            out.write(product_to_json(product) + b"\n")


def _measure_synthetic(count: int, open_shop: OpenShop) -> dict[str, float]:
    with tempfile.TemporaryDirectory(prefix="shopkeeper-import-") as home:
        feed = Path(home) / "products.jsonl"
        in_new_process(write_synthetic, feed, count)  # so that making it is not measured
        shop = open_shop(Path(home) / "shop")
        began, worked = time.perf_counter(), time.process_time()
        report = shop.catalog.import_products(feed, ImportOptions())
        seconds = time.perf_counter() - began
        _close(shop)
        if report.inserted != count:
            raise Broken(f"{report.inserted} of {count} made-up products landed: {report.error or dict(report.rejected)}")
        return {
            "import_seconds": seconds,
            "rows_per_second": count / seconds,
            "cpu_seconds": time.process_time() - worked,
            "peak_rss_mb": peak_rss_mb(),
            "file_mb": feed.stat().st_size / 1e6,
            "inserted": float(report.inserted),
        }


def _measure_parse(name: str, folder: Path) -> dict[str, float]:
    began = time.perf_counter()
    count = _job(name).parse_only(folder)
    seconds = time.perf_counter() - began
    return {
        "seconds": seconds,
        "rows_per_second": count / seconds,
        "cpu_seconds": time.process_time(),
        "peak_rss_mb": peak_rss_mb(),
        "read": float(count),
    }


def _is_found(shop: BenchShop) -> bool:
    """True if the product that was stored first is found by the first words of its title."""
    product = next((change.product for change in shop.database.products.changes(limit=1) if change.product is not None), None)
    if product is None:
        return False
    words = " ".join(_title(product).split()[:_TITLE_WORDS])
    return any(hit.product.id == product.id for hit in shop.search.search(SearchRequest(query=words, lang="en", limit=50)).hits)


def _title(product: Product) -> str:
    return product.title.get("en")


def _close(shop: BenchShop) -> None:
    close = getattr(shop, "close", None)
    if close is not None:
        close()


def peak_rss_mb() -> float:
    """The most memory that this process held at once, in MB (10^6 bytes).

    Linux's VmHWM, since what getrusage tells of a process begins with its parent's.
    """
    try:
        for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024 / 1e6
    except OSError:
        pass
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6
