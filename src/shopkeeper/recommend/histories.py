"""Histories: who bought what in which order, as arrays.

A shopper's history is a row of steps, oldest first; a step is what was bought at one time (an order's lines, or one item of a sequence).
Items are numbers into `ids`; nothing downstream may depend on which number an item has.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Self

import numpy as np
from numpy.typing import NDArray

from shopkeeper.domain.ids import ProductId
from shopkeeper.domain.order import Order
from shopkeeper.ranking.popularity import wanted_products
from shopkeeper.recommend.tables import SparseTable, csr

MAX_HISTORY = 1_000
"""Items of one shopper that count, the newest: a reseller with 5,000 products would else weigh 25 million pairs and speak for everybody."""


@dataclass(frozen=True, slots=True)
class Histories:
    """Shoppers' items in the order of time: `items[offsets[u]:offsets[u + 1]]` is shopper u's, `steps` (same shape) counts up from 0 in each."""

    ids: tuple[ProductId, ...]
    items: NDArray[np.int32]
    steps: NDArray[np.int32]
    offsets: NDArray[np.int64]

    @property
    def shoppers(self) -> int:
        """How many shoppers there are."""
        return len(self.offsets) - 1

    @property
    def shopper_of(self) -> NDArray[np.int64]:
        """The shopper of each entry."""
        return np.repeat(np.arange(self.shoppers), np.diff(self.offsets))

    @property
    def ages(self) -> NDArray[np.int32]:
        """Steps from each entry to its shopper's last one (0 = the last)."""
        last = self.steps[self.offsets[1:] - 1] if len(self.items) else np.zeros(0, np.int32)
        return np.repeat(last, np.diff(self.offsets)) - self.steps

    @classmethod
    def from_sequences(cls, ids: Sequence[ProductId], sequences: Sequence[NDArray[np.int32]]) -> Self:
        """Each sequence is a shopper, each item a step of its own; empty sequences are left out."""
        kept = [sequence[-MAX_HISTORY:] for sequence in sequences if len(sequence)]
        lengths = np.array([len(sequence) for sequence in kept], dtype=np.int64)
        return cls(
            tuple(ids),
            np.concatenate(kept).astype(np.int32) if kept else np.zeros(0, np.int32),
            np.concatenate([np.arange(n, dtype=np.int32) for n in lengths]) if kept else np.zeros(0, np.int32),
            np.concatenate([[0], np.cumsum(lengths)]),
        )

    def history(self, shopper: int) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """(items, steps) of one shopper, oldest first."""
        span = slice(self.offsets[shopper], self.offsets[shopper + 1])
        return self.items[span], self.steps[span]

    def only(self, shoppers: Iterable[int]) -> Self:
        """The histories of `shoppers` alone, over the same items."""
        chosen = [self.history(shopper) for shopper in shoppers]
        lengths = [len(items) for items, _ in chosen]
        return type(self)(
            self.ids,
            np.concatenate([items for items, _ in chosen]) if chosen else np.zeros(0, np.int32),
            np.concatenate([steps for _, steps in chosen]) if chosen else np.zeros(0, np.int32),
            np.concatenate([[0], np.cumsum(lengths, dtype=np.int64)]),
        )

    def bought(self) -> SparseTable:
        """Shoppers by items, 1 where the shopper has the item at least once."""
        shape = (self.shoppers, len(self.ids))
        table = csr((np.ones(len(self.items), np.int64), (self.shopper_of, self.items)), shape=shape)
        table.data[:] = 1
        return table


@dataclass(frozen=True, slots=True)
class Baskets:
    """Orders as arrays: `items[offsets[b]:offsets[b + 1]]` are the distinct products of order b; orders in the order of time.

    `shoppers[b]` is the customer's number or -1 for a guest; `days[b]` when it was placed, in days since 1970 (UTC).
    """

    ids: tuple[ProductId, ...]
    items: NDArray[np.int32]
    offsets: NDArray[np.int64]
    shoppers: NDArray[np.int32]
    days: NDArray[np.float64]

    @property
    def count(self) -> int:
        """How many orders there are."""
        return len(self.offsets) - 1

    @property
    def basket_of(self) -> NDArray[np.int64]:
        """The order of each entry."""
        return np.repeat(np.arange(self.count), np.diff(self.offsets))

    def histories(self) -> Histories:
        """The customers' histories: a step is an order; a product that is bought again counts where it was bought last. Guests have none."""
        basket = self.basket_of
        shopper = self.shoppers[basket]
        known = np.flatnonzero(shopper >= 0)
        # newest entry of each (shopper, item): orders are in the order of time, so the last occurrence wins
        order = np.lexsort((known, self.items[known], shopper[known]))
        sorted_entries = known[order]
        pair = np.stack([shopper[sorted_entries], self.items[sorted_entries]])
        last = np.ones(len(sorted_entries), bool)
        last[:-1] = (pair[:, 1:] != pair[:, :-1]).any(axis=0)
        entries = sorted_entries[last]
        entries = entries[np.lexsort((entries, shopper[entries]))]
        return _by_shopper(self.ids, shopper[entries], self.items[entries], basket[entries])


def _by_shopper(ids: tuple[ProductId, ...], shopper: NDArray[np.int32], items: NDArray[np.int32], basket: NDArray[np.int64]) -> Histories:
    """Entries sorted by shopper, then time, cut to each shopper's newest `MAX_HISTORY`."""
    if len(shopper) == 0:
        return Histories(ids, np.zeros(0, np.int32), np.zeros(0, np.int32), np.zeros(1, np.int64))
    ends = np.append(np.flatnonzero(np.diff(shopper)) + 1, len(shopper))
    lengths = np.diff(ends, prepend=0)
    from_end = np.repeat(ends, lengths) - 1 - np.arange(len(shopper))
    kept = from_end < MAX_HISTORY
    shopper, items, basket = shopper[kept], items[kept], basket[kept]
    lengths = np.minimum(lengths, MAX_HISTORY)
    offsets = np.concatenate([[0], np.cumsum(lengths)])
    new_step = np.ones(len(shopper), np.int64)
    new_step[1:] = (basket[1:] != basket[:-1]) | (shopper[1:] != shopper[:-1])
    counted = np.cumsum(new_step)
    steps = counted - np.repeat(counted[offsets[:-1]], lengths)
    return Histories(ids, items, steps.astype(np.int32), offsets)


def baskets_of(orders: Iterable[Order]) -> Baskets:
    """Orders (in the order of `placed`) as arrays; a product that came back whole counts as not bought, an order of nothing is left out."""
    numbers: dict[ProductId, int] = {}
    customers: dict[str, int] = {}
    items: list[int] = []
    offsets = [0]
    shoppers: list[int] = []
    days: list[float] = []
    for order in orders:
        kept = wanted_products(order)
        if not kept:
            continue
        items.extend(numbers.setdefault(product, len(numbers)) for product in kept)
        offsets.append(len(items))
        shoppers.append(-1 if order.customer_id is None else customers.setdefault(order.customer_id, len(customers)))
        days.append(day_of(order.placed))
    in_time = np.argsort(np.array(days), kind="stable")
    built = Baskets(
        tuple(numbers),
        np.array(items, dtype=np.int32),
        np.array(offsets, dtype=np.int64),
        np.array(shoppers, dtype=np.int32),
        np.array(days, dtype=np.float64),
    )
    return built if (in_time == np.arange(len(days))).all() else _reordered(built, in_time)


def day_of(moment: datetime) -> float:
    """Days since 1970-01-01 UTC."""
    return moment.timestamp() / 86_400


def _reordered(baskets: Baskets, order: NDArray[np.intp]) -> Baskets:
    spans = [baskets.items[baskets.offsets[b] : baskets.offsets[b + 1]] for b in order]
    return Baskets(
        baskets.ids,
        np.concatenate(spans),
        np.concatenate([[0], np.cumsum([len(span) for span in spans], dtype=np.int64)]),
        baskets.shoppers[order],
        baskets.days[order],
    )
