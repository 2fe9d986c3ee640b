"""An order history in proportion to a synthetic catalogue: tastes, favourites by Zipf's law, a year of orders. Nothing in it means anything."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

import numpy as np
import numpy.typing as npt

from shopkeeper.domain.ids import CustomerId, OrderId, ProductId
from shopkeeper.domain.money import Currency, Money
from shopkeeper.domain.order import Order, OrderLine

ORDERS_PER_PRODUCT: Final = 5
SHOPPERS_PER_PRODUCT: Final = 1.5
TASTE: Final = 200
"""Products that shoppers of one taste choose among, mostly."""
STRAYS: Final = 0.2
"""Share of what is bought that is chosen from the whole catalogue."""
DAYS: Final = 365
ENDS: Final = datetime(2026, 1, 1, tzinfo=UTC)
_PRICE: Final = Money(1_999, Currency("CNY"))
_AT_ONCE: Final = 10_000


@dataclass(frozen=True, slots=True)
class Purchases:
    """The orders for `size` products named `sku-0000000` and so on, the same for the same seed."""

    size: int
    seed: int = 0

    @property
    def shoppers(self) -> int:
        """How many shoppers there are."""
        return max(1, int(self.size * SHOPPERS_PER_PRODUCT))

    @property
    def count(self) -> int:
        """How many orders there are."""
        return self.size * ORDERS_PER_PRODUCT

    def customer(self, number: int) -> CustomerId:
        """The id of shopper `number`; any number names one."""
        return CustomerId(f"c-{number % self.shoppers:07d}")

    def orders(self) -> Iterator[Order]:
        """Yield the orders, oldest first: one to four products each."""
        rng = np.random.default_rng(self.seed)
        taste_of = rng.integers(0, max(1, self.size // TASTE), self.shoppers)
        step = timedelta(days=DAYS) / self.count
        for start in range(0, self.count, _AT_ONCE):
            shoppers = rng.integers(0, self.shoppers, min(_AT_ONCE, self.count - start))
            sizes = rng.integers(1, 5, len(shoppers))
            items = self._items(np.repeat(taste_of[shoppers], sizes), rng)
            ends = np.cumsum(sizes)
            for place, (shopper, size, end) in enumerate(zip(shoppers.tolist(), sizes.tolist(), ends.tolist(), strict=True)):
                lines = tuple(OrderLine(ProductId(f"sku-{item:07d}"), 1, _PRICE) for item in dict.fromkeys(items[end - size : end].tolist()))
                number = start + place
                yield Order(OrderId(f"o-{number:08d}"), ENDS - timedelta(days=DAYS) + step * number, lines, self.customer(shopper))

    def _items(self, tastes: npt.NDArray[np.int64], rng: np.random.Generator) -> npt.NDArray[np.int64]:
        """A product for each entry: a favourite of the taste, or a stray."""
        span = min(TASTE, self.size)
        favourite = tastes * span + _ranks(span, len(tastes), rng)
        # strays, too, have favourites; spread over the tastes by a step that shares no factor with most sizes
        stray = _ranks(self.size, len(tastes), rng) * 7_919
        return np.where(rng.random(len(tastes)) < STRAYS, stray, favourite) % self.size


def _ranks(count: int, drawn: int, rng: np.random.Generator) -> npt.NDArray[np.int64]:
    """Ranks below `count` with probability in proportion to 1 / (rank + 2), by inverting the continuous law."""
    return np.minimum((2 * ((count + 2) / 2) ** rng.random(drawn) - 2).astype(np.int64), count - 1)
