"""The part of `bench latency` about recommendations: every placement over a synthetic order history, fitted by the product's own job."""

import time
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from typing import Final, Protocol

from shopkeeper.domain.ids import ProductId
from shopkeeper.evaluation.importing import BenchShop, peak_rss_mb
from shopkeeper.evaluation.synthetic_orders import Purchases
from shopkeeper.evaluation.timings import Figures, percentiles, resident_mb
from shopkeeper.recommend.request import Placement, RecommendRequest
from shopkeeper.recommend.service import RecommendService
from shopkeeper.search.service import SearchService

NARROW: Final = "price:100..3000 AND attribute-1:[value-1, value-2, value-3]"
PUT_AT_A_TIME: Final = 5_000


class ServedShop(BenchShop, Protocol):
    """A shop with the services that answer requests."""

    @property
    def search(self) -> SearchService: ...
    @property
    def recommend(self) -> RecommendService: ...

    def refit(self) -> object:
        """Fit the recommender and serve it."""
        ...


OpenServedShop = Callable[[Path], ServedShop]
"""Opens a shop in a folder, a new one or what is there. A function of a module (it is called in another process, which finds it by name)."""


def fit(size: int, folder: Path, open_shop: OpenServedShop) -> dict[str, float]:
    """Put the orders and run the job; seconds, the processor's seconds, and the most memory that this process ever held."""
    shop = open_shop(folder)
    purchases = Purchases(size)
    orders = purchases.orders()
    while batch := list(islice(orders, PUT_AT_A_TIME)):
        shop.database.orders.put(batch)
    began, cpu = time.perf_counter(), time.process_time()
    shop.refit()
    seconds, cpu = time.perf_counter() - began, time.process_time() - cpu
    model = sum(path.stat().st_size for path in folder.rglob("artifacts/recommend/**/*") if path.is_file())
    return {
        "orders": float(purchases.count),
        "shoppers": float(purchases.shoppers),
        "fit_seconds": seconds,
        "fit_cpu_seconds": cpu,
        "fit_peak_rss_mb": peak_rss_mb(),
        "model_bytes": float(model),
    }


def measure(size: int, folder: Path, open_shop: OpenServedShop) -> Figures:
    """Percentiles of each placement, asked as a shop's page asks: by product, by customer."""
    shop = open_shop(folder)
    shop.search.refresh()
    before = resident_mb()
    shop.recommend.refresh()
    purchases = Purchases(size)

    def ask(placement: Placement, *, beside: bool = False, known: bool = False, filters: str = "") -> Callable[[int], object]:
        def asked(number: int) -> object:
            products = (ProductId(f"sku-{number * 31 % size:07d}"),) if beside else ()
            customer = purchases.customer(number * 17) if known else None
            return shop.recommend.recommend(RecommendRequest(placement, products, customer_id=customer, filters=filters))

        return asked

    slices = {
        "similar": ask("similar", beside=True),
        "frequently_bought_together": ask("frequently_bought_together", beside=True),
        "recommended_for_you": ask("recommended_for_you", known=True),
        "recommended_for_you+filter": ask("recommended_for_you", known=True, filters=NARROW),
        "trending": ask("trending"),
    }
    figures = {f"recommend {name}": percentiles(asked) for name, asked in slices.items()}
    figures["recommend cost"] = {"resident_mb": resident_mb() - before}
    return figures
