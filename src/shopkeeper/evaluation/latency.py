"""`bench latency`: search, suggestions and "more like this" over synthetic catalogues of 10k, 30k and 100k products, in process.

Rows by slice: `plain` (24 hits), `filters+facets` (a filter and all facets), `broad+facets` (words that three products in ten hold, all facets),
`suggest`, `similar`: p50/p95/p99 in milliseconds; `freshness`: seconds from a committed price change or a new product to its being found, without a
call to `refresh` (the way in which a change by another process comes in); `cost`: build seconds, index bytes, memory of the opened index beyond the
process without it. Each size is built in one process and measured in another. No data set is needed.
"""

import os
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any, Final

import numpy as np

from shopkeeper.domain.ids import ProductId
from shopkeeper.domain.money import Currency, Money
from shopkeeper.domain.product import OfferPatch, Product
from shopkeeper.domain.texts import Lang
from shopkeeper.errors import BadInput, Broken
from shopkeeper.evaluation import search_peers
from shopkeeper.evaluation.importing import OpenShop
from shopkeeper.evaluation.processes import in_new_process
from shopkeeper.evaluation.report import BenchOutcome, BenchRequest, Row
from shopkeeper.evaluation.synthetic import Catalogue
from shopkeeper.search.request import SearchRequest
from shopkeeper.search.service import SearchService

OURS: Final = "shopkeeper"
SIZES: Final = (10_000, 30_000, 100_000)
ASKED: Final = 300
WARM_UP: Final = 20
PUT_AT_A_TIME: Final = 2_000
CHANGES_TRIED: Final = 10
LONGEST_WAIT_S: Final = 20.0

Figures = dict[str, dict[str, float]]
"""Slice → metrics."""


def run(request: BenchRequest, *, open_shop: OpenShop) -> BenchOutcome:
    """Measure each size (option `sizes`: other numbers of products, by commas), peers on the largest."""
    sizes = _sizes(request)
    rows: list[Row] = []
    for size in sizes:
        with tempfile.TemporaryDirectory(prefix="shopkeeper-latency-") as folder:
            built = in_new_process(_build, size, Path(folder), open_shop)
            measured = in_new_process(_measure, size, Path(folder), open_shop)
        measured["cost"] |= built
        rows += [Row(OURS, "ours", f"synthetic-{size}", name, ASKED, figures) for name, figures in measured.items()]
    if request.peers:
        for name in search_peers.PEERS:
            peer = in_new_process(_measure_peer, name, sizes[-1])
            rows += [Row(name, "peer", f"synthetic-{sizes[-1]}", slice_name, ASKED, figures) for slice_name, figures in peer.items()]
    notes = ["Peers return 24 ids; ours returns whole products with highlights and, where the slice says so, facets over all matches."]
    return BenchOutcome(OURS, rows, notes)


def _sizes(request: BenchRequest) -> list[int]:
    named = request.options.get("sizes")
    if named is None:
        return list(SIZES)
    try:
        return sorted(int(size) for size in named.split(","))
    except ValueError:
        raise BadInput(f"{named!r} is no list of numbers", field="sizes", value=named) from None


def _build(size: int, folder: Path, open_shop: OpenShop) -> dict[str, float]:
    shop = open_shop(folder)
    products = Catalogue(size).products()
    while batch := list(islice(products, PUT_AT_A_TIME)):
        shop.database.products.put(batch)
    began = time.perf_counter()
    shop.reindex()
    seconds = time.perf_counter() - began
    index = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file() and "artifacts" in path.parts)
    return {"build_seconds": seconds, "index_bytes": float(index)}


def _measure(size: int, folder: Path, open_shop: OpenShop) -> Figures:
    catalogue = Catalogue(size)
    shop = open_shop(folder)
    search: SearchService = shop.search  # pyright: ignore[reportAssignmentType]  # what open_shop gives is a whole shop
    before = _resident_mb()
    search.refresh()
    queries = catalogue.queries(ASKED + WARM_UP)
    figures: Figures = {}
    for name, ask in _slices(catalogue, search, queries).items():
        for number in range(WARM_UP):
            ask(number)
        figures[name] = _percentiles(_timed(ask, number) for number in range(WARM_UP, WARM_UP + ASKED))
    figures["cost"] = {"resident_mb": _resident_mb() - before}
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


def _timed(ask: Callable[[int], object], number: int) -> float:
    began = time.perf_counter()
    ask(number)
    return time.perf_counter() - began


def _percentiles(seconds: Iterator[float]) -> dict[str, float]:
    milliseconds = np.array(list(seconds)) * 1000
    p50, p95, p99 = np.percentile(milliseconds, (50, 95, 99))
    return {"p50_ms": float(p50), "p95_ms": float(p95), "p99_ms": float(p99)}


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
    for number in range(WARM_UP):
        ask(queries[number], 24)
    return {
        "plain": _percentiles(_timed(lambda n: ask(queries[n], 24), number) for number in range(WARM_UP, WARM_UP + ASKED)),
        "broad+facets": _percentiles(_timed(lambda n: ask(broad[n % 2], 24), number) for number in range(ASKED)),
        "cost": {"build_seconds": built},
    }


def _resident_mb() -> float:
    """Memory of this process that is in use now, mapped files included, in MB (10^6 bytes)."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6
