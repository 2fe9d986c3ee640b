"""Frequently bought together: products that stand in one order more often than chance puts them there.

    lift_ij   = n_ij N / (n_i n_j)                         1 = as often as chance
    score_ij  = n_ij / (n_i + SHRINKAGE) * log2(1 + lift)   how often, times how tellingly

n: orders with i, j, both; N: all orders. The shrinkage keeps a pair that met twice from beating one that met two hundred times.
"""

import numpy as np

from shopkeeper.recommend.histories import Baskets
from shopkeeper.recommend.rows import Rows, rows_of
from shopkeeper.recommend.tables import SparseTable, csr

SHRINKAGE = 5.0
MIN_ORDERS = 2
"""Orders that must hold both: one order is an accident, and would show one shopper's basket to the others."""
MAX_BASKET = 200
"""Orders with more products are resellers' restocking lists; pairs in them say little and grow with the square."""
_ORDERS_AT_ONCE = 50_000


def orders_with_both(baskets: Baskets) -> SparseTable:
    """Items by items: in how many orders (of at most `MAX_BASKET` products) both stand; on the diagonal each item's orders."""
    size = len(baskets.ids)
    sizes = np.diff(baskets.offsets)
    total = csr((size, size), dtype=np.int32)
    for start in range(0, baskets.count, _ORDERS_AT_ONCE):
        stop = min(start + _ORDERS_AT_ONCE, baskets.count)
        span = slice(baskets.offsets[start], baskets.offsets[stop])
        row = np.repeat(np.arange(stop - start), sizes[start:stop])
        small = np.repeat(sizes[start:stop] <= MAX_BASKET, sizes[start:stop])
        items = baskets.items[span][small]
        table = csr((np.ones(len(items), np.int32), (row[small], items)), shape=(stop - start, size))
        total = total + table.T @ table
    return csr(total)


def basket_rows(both: SparseTable, orders: int) -> Rows:
    """Each item's best companions with how many orders hold both."""
    alone = both.diagonal().astype(np.float64)
    pairs = both.tocoo()
    kept = (pairs.row != pairs.col) & (pairs.data >= MIN_ORDERS)
    row, column, together = pairs.row[kept], pairs.col[kept], pairs.data[kept].astype(np.float64)
    lift = together * orders / (alone[row] * alone[column])
    score = np.where(lift > 1.0, together / (alone[row] + SHRINKAGE) * np.log2(1.0 + lift), 0.0)
    weights = csr((score, (row, column)), shape=both.shape)
    return rows_of(weights, both)
