"""`bench latency`: search and recommendations over synthetic catalogues of 10k, 30k and 100k products, in process.

Rows by slice: `plain` (24 hits), `filters+facets` (a filter and all facets), `broad+facets` (words that three products in ten hold, all facets),
`suggest`, `similar`: p50/p95/p99 in milliseconds, and `mean_cpu_ms`, the processor's time of a call, which a busy machine moves less; `freshness`:
seconds from a committed price change or a new product to its being found, without a call to `refresh` (the way in which a change by another process
comes in); `cost`: seconds and memory of the build, index bytes, memory of the opened index beyond the process without it.
`recommend …`: the placements, with five orders to a product. Each step runs in a process of its own. No data set is needed.

Options: `sizes` (other numbers of products, by commas), `parts` (`search`, `recommend` or both, by a comma).
"""

import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any, Final

from shopkeeper.domain.ids import ProductId
from shopkeeper.domain.money import Currency, Money
from shopkeeper.domain.product import OfferPatch, Product
from shopkeeper.domain.texts import Lang
from shopkeeper.errors import BadInput, Broken
from shopkeeper.evaluation import latency_recommend, search_peers
from shopkeeper.evaluation.importing import peak_rss_mb
from shopkeeper.evaluation.latency_recommend import OpenServedShop
from shopkeeper.evaluation.processes import in_new_process
from shopkeeper.evaluation.report import BenchOutcome, BenchRequest, Row
from shopkeeper.evaluation.synthetic import Catalogue
from shopkeeper.evaluation.timings import ASKED, WARM_UP, Figures, percentiles, resident_mb
from shopkeeper.search.request import SearchRequest
from shopkeeper.search.service import SearchService

OURS: Final = "shopkeeper"
SIZES: Final = (10_000, 30_000, 100_000)
PARTS: Final = ("search", "recommend")
SMALLEST: Final = 1_000
PUT_AT_A_TIME: Final = 2_000
CHANGES_TRIED: Final = 10
LONGEST_WAIT_S: Final = 20.0


def run(request: BenchRequest, *, open_shop: OpenServedShop, ablations: Mapping[str, OpenServedShop]) -> BenchOutcome:
    """Measure each size; with `peers`, the peers and `ablations` (our search on another text index) on the largest."""
    sizes, parts = _sizes(request), _parts(request)
    rows: list[Row] = []
    for size in sizes:
        with tempfile.TemporaryDirectory(prefix="shopkeeper-latency-") as folder:
            measured = _of_shop(size, Path(folder), open_shop, parts)
        rows += [Row(OURS, "ours", f"synthetic-{size}", name, ASKED, figures) for name, figures in measured.items()]
    if request.peers and "search" in parts:
        rows += _others(sizes[-1], ablations)
    notes = ["Peers return 24 ids; ours returns whole products with highlights and, where the slice says so, facets over all matches."]
    return BenchOutcome(OURS, rows, notes)


def _of_shop(size: int, folder: Path, open_shop: OpenServedShop, parts: Sequence[str]) -> Figures:
    built = in_new_process(_build, size, folder, open_shop)
    measured: Figures = {}
    if "search" in parts:
        measured |= in_new_process(_measure, size, folder, open_shop)
        measured["cost"] |= built
    if "recommend" in parts:
        fitted = in_new_process(latency_recommend.fit, size, folder, open_shop)
        measured |= in_new_process(latency_recommend.measure, size, folder, open_shop)
        measured["recommend cost"] |= fitted
    return measured


def _others(size: int, ablations: Mapping[str, OpenServedShop]) -> list[Row]:
    rows: list[Row] = []
    for name in search_peers.PEERS:
        peer = in_new_process(_measure_peer, name, size)
        rows += [Row(name, "peer", f"synthetic-{size}", slice_name, ASKED, figures) for slice_name, figures in peer.items()]
    for name, open_shop in ablations.items():
        with tempfile.TemporaryDirectory(prefix="shopkeeper-latency-") as folder:
            figures = _of_shop(size, Path(folder), open_shop, ("search",))
        rows += [Row(name, "ablation", f"synthetic-{size}", slice_name, ASKED, metrics) for slice_name, metrics in figures.items()]
    return rows


def _parts(request: BenchRequest) -> list[str]:
    named = request.options.get("parts", ",".join(PARTS)).split(",")
    if unknown := [part for part in named if part not in PARTS]:
        raise BadInput(f"there is no part {unknown[0]!r}", field="parts", value=unknown[0], hint=f"Known: {', '.join(PARTS)}.")
    return named


def _sizes(request: BenchRequest) -> list[int]:
    named = request.options.get("sizes")
    if named is None:
        return list(SIZES)
    try:
        sizes = sorted(int(size) for size in named.split(","))
    except ValueError:
        raise BadInput(f"{named!r} is no list of numbers", field="sizes", value=named) from None
    if sizes[0] < SMALLEST:
        raise BadInput(f"{sizes[0]} products are too few", field="sizes", value=sizes[0], hint=f"Name {SMALLEST} or more.")
    return sizes


def _build(size: int, folder: Path, open_shop: OpenServedShop) -> dict[str, float]:
    shop = open_shop(folder)
    products = Catalogue(size).products()
    while batch := list(islice(products, PUT_AT_A_TIME)):
        shop.database.products.put(batch)
    began, cpu = time.perf_counter(), time.process_time()
    shop.reindex()
    seconds, cpu = time.perf_counter() - began, time.process_time() - cpu
    index = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file() and "artifacts" in path.parts)
    return {"build_seconds": seconds, "build_cpu_seconds": cpu, "build_peak_rss_mb": peak_rss_mb(), "index_bytes": float(index)}


def _measure(size: int, folder: Path, open_shop: OpenServedShop) -> Figures:
    catalogue = Catalogue(size)
    shop = open_shop(folder)
    search = shop.search
    before = resident_mb()
    search.refresh()
    queries = catalogue.queries(ASKED + WARM_UP)
    figures: Figures = {}
    for name, ask in _slices(catalogue, search, queries).items():
        figures[name] = percentiles(ask)
    figures["cost"] = {"resident_mb": resident_mb() - before}
    figures["freshness"] = _freshness(shop.database.products, search, catalogue)
    return figures


def _slices(catalogue: Catalogue, search: SearchService, queries: Sequence[str]) -> dict[str, Callable[[int], object]]:
    broad = catalogue.broad_queries()

    def request(query: str, number: int, **options: Any) -> SearchRequest:
        lang: Lang = "zh" if number % 2 else "en"
        return SearchRequest(query=query, lang=lang, **options)

    def suggest(number: int) -> object:
        return search.suggest(queries[number][: 1 + number % 4], lang="zh" if number % 2 else "en")

    narrow = "price:100..3000 AND in_stock AND attribute-1:[value-1, value-2, value-3]"
    return {
        "plain": lambda n: search.search(request(queries[n], n)),
        "filters+facets": lambda n: search.search(request(queries[n], n, filters=narrow, facets=("*",))),
        "broad+facets": lambda n: search.search(request(broad[n % 2], n, facets=("*",))),
        "suggest": suggest,
        "similar": lambda n: search.similar(ProductId(f"sku-{n * 31 % catalogue.size:07d}"), lang="en"),
    }


def _freshness(products: Any, search: SearchService, catalogue: Catalogue) -> dict[str, float]:
    """The longest of several waits for a price change and for a new product."""
    prices: list[float] = []
    texts: list[float] = []
    template = next(iter(Catalogue(1).products()))
    for number in range(CHANGES_TRIED):
        identity = ProductId(f"sku-{number * 97 % catalogue.size:07d}")
        minor = 990_000_000 + number
        products.patch([OfferPatch(identity, price=Money(minor, Currency("CNY")), sale_price=Money(minor, Currency("CNY")))])
        prices.append(_until(search, SearchRequest(filters=f"price = {minor / 100:.2f}", limit=1)))
        products.put([_renamed(template, f"new-{number}", f"zzfreshword{number}")])
        texts.append(_until(search, SearchRequest(query=f"zzfreshword{number}", limit=1)))
    return {"price_visible_seconds": max(prices), "product_visible_seconds": max(texts)}


def _renamed(product: Product, identity: str, title: str) -> Product:
    return replace(product, id=ProductId(identity), title=replace(product.title, en=title))


def _until(search: SearchService, request: SearchRequest) -> float:
    began = time.perf_counter()
    while not search.search(request).hits:
        if time.perf_counter() - began > LONGEST_WAIT_S:
            raise Broken(f"{request.query or request.filters!r} was not found within {LONGEST_WAIT_S:.0f} s")
        time.sleep(0.01)
    return time.perf_counter() - began


def _measure_peer(name: str, size: int) -> Figures:
    catalogue = Catalogue(size)
    products = list(catalogue.products())
    queries = catalogue.queries(ASKED + WARM_UP)
    began = time.perf_counter()
    ask = search_peers.PEERS[name](products)
    built = time.perf_counter() - began
    broad = catalogue.broad_queries()
    return {
        "plain": percentiles(lambda n: ask(queries[n], 24)),
        "broad+facets": percentiles(lambda n: ask(broad[n % 2], 24)),
        "cost": {"build_seconds": built},
    }
