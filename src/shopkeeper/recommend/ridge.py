"""Ridge regression in closed form, two ways: over all items at once, or for each target over its strongest neighbours alone.

    dense_ridge:       W = (A + l2 I)^-1 C                    n x n, float32: 4 n^2 bytes and about n^3 / 3 multiplications
    neighbour_ridge:   w_j = (A_SS + l2 I)^-1 C_Sj,  S = the `support` items that predict j best alone, by C_ij^2 / (A_ii + l2)

The second is the first with all other weights of column j held at zero (SLIM with a fixed support: Ning and Karypis, ICDM 2011, "fsSLIM").
It needs memory for n * support weights only, and on sparse purchase data it ranks better: few numbers are estimated from few facts
(figures in docs/decisions/0005).
"""

import numpy as np
from numpy.typing import NDArray

from shopkeeper.errors import Broken, Refused
from shopkeeper.ports.progress import Progress, Silent
from shopkeeper.recommend.tables import SparseTable, csc, csr, lapack

SUPPORT = 100
"""Neighbours that may have a weight for a target."""
DENSE_LIMIT = 20_000
"""Items up to which the dense form is offered: 1.6 GB for one matrix in float32."""
_COLUMNS_AT_ONCE = 512
_TELL_EVERY = 500
_SEARCH_COST = 2
"""Entries that are read in the time that one is searched for (measured)."""


def neighbour_ridge(
    gram: SparseTable, targets: SparseTable, *, l2: float, support: int = SUPPORT, progress: Progress = Silent(), name: str = "ridge"
) -> SparseTable:
    """Weights W (from item, to item): column j of `targets` predicted from its `support` best neighbours; an item never predicts itself."""
    by_target = csc(targets)
    gather = _Gather(_sorted(gram))
    size = gram.shape[0]
    alone = gram.diagonal() + l2
    found: list[tuple[NDArray[np.int32], NDArray[np.float32]]] = []
    for target in range(size):
        if target % _TELL_EVERY == 0:
            progress.step(name, target, size)
        span = slice(by_target.indptr[target], by_target.indptr[target + 1])
        chosen, facts = _strongest(by_target.indices[span], by_target.data[span], target, alone, support)
        found.append((chosen, _solve(gather.block(chosen), facts, l2).astype(np.float32)))
    progress.step(name, size, size)
    lengths = [len(chosen) for chosen, _ in found]
    columns = csc(
        (
            np.concatenate([weights for _, weights in found] or [np.zeros(0, np.float32)]),
            np.concatenate([chosen for chosen, _ in found] or [np.zeros(0, np.int32)]),
            np.concatenate([[0], np.cumsum(lengths, dtype=np.int64)]),
        ),
        shape=(size, size),
    )
    return csr(columns)


def _strongest(
    items: NDArray[np.int32], facts: NDArray[np.float64], target: int, alone: NDArray[np.float64], support: int
) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
    """The `support` best entries by what each explains alone, without the target itself.

    Equals at the cut are left out together, so that which of them stays does not hang on an item's number; where all are equal (a first
    order that holds everything), all stay.
    """
    other = items != target
    items, facts = items[other], facts[other]
    if len(items) <= support:
        return items, facts
    explained = facts * facts / alone[items]
    first_cut = np.partition(explained, len(explained) - support - 1)[len(explained) - support - 1]
    above = explained > first_cut
    return (items[above], facts[above]) if above.any() else (items, facts)


def _solve(block: NDArray[np.float64], facts: NDArray[np.float64], l2: float) -> NDArray[np.float64]:
    if len(facts) == 0:
        return facts
    block[np.diag_indices(len(block))] += l2
    _, weights, failed = lapack().dposv(block, facts, lower=1, overwrite_a=1)
    if failed:
        raise Broken("the Gram matrix is not positive definite", field="gram", value=int(failed), hint="Refit from the orders.")
    return weights


def _sorted(table: SparseTable) -> SparseTable:
    """The table with each row's columns in order, each once."""
    table = csr(table)
    table.sum_duplicates()
    return table


class _Gather:
    """Dense square blocks out of a symmetric sparse table, for changing sets of items.

    Short rows are read through; where the rows are long (a shop in which everything was once bought with everything) the wanted entries are
    searched for instead, so that a block costs at most about size^2 log(entries).
    """

    def __init__(self, table: SparseTable) -> None:
        self._table = table
        self._place = np.full(table.shape[0], -1, dtype=np.int64)
        self._keys: NDArray[np.int64] | None = None

    def block(self, chosen: NDArray[np.int32]) -> NDArray[np.float64]:
        """`table[chosen][:, chosen]`; its lower triangle at least is filled, in Fortran order."""
        size = len(chosen)
        lengths = self._table.indptr[chosen + 1] - self._table.indptr[chosen]
        return self._searched(chosen) if lengths.sum() > _SEARCH_COST * size * size else self._read(chosen, lengths)

    def _read(self, chosen: NDArray[np.int32], lengths: NDArray[np.integer]) -> NDArray[np.float64]:
        size = len(chosen)
        entries = np.repeat(self._table.indptr[chosen] - (np.cumsum(lengths) - lengths), lengths) + np.arange(lengths.sum())
        self._place[chosen] = np.arange(size)
        columns = self._place[self._table.indices[entries]]
        self._place[chosen] = -1
        inside = columns >= 0
        dense = np.zeros(size * size)
        dense[np.repeat(np.arange(size), lengths)[inside] * size + columns[inside]] = self._table.data[entries[inside]]
        return dense.reshape(size, size).T

    def _searched(self, chosen: NDArray[np.int32]) -> NDArray[np.float64]:
        keys = self._entry_keys()
        size = len(chosen)
        lower = np.tril_indices(size)
        wanted = chosen[lower[0]].astype(np.int64) * self._table.shape[0] + chosen[lower[1]]
        found = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
        dense = np.zeros((size, size), order="F")
        dense[lower] = np.where(keys[found] == wanted, self._table.data[found], 0.0)
        return dense

    def _entry_keys(self) -> NDArray[np.int64]:
        """One ascending number for each entry, made at the first search: most catalogues never need it."""
        keys = self._keys
        if keys is None:
            size = self._table.shape[0]
            rows = np.repeat(np.arange(size, dtype=np.int64), np.diff(self._table.indptr))
            keys = self._keys = rows * size + self._table.indices
        return keys


def dense_ridge(gram: SparseTable, targets: SparseTable, *, l2: float) -> NDArray[np.float32]:
    """(gram + l2 I)^-1 targets, all items, float32; `Refused` past `DENSE_LIMIT` items."""
    factor = _factor(gram, l2)
    weights = np.empty(targets.shape, dtype=np.float32, order="F")
    by_target = csc(targets)
    for start in range(0, targets.shape[1], _COLUMNS_AT_ONCE):
        stop = min(start + _COLUMNS_AT_ONCE, targets.shape[1])
        facts = np.asfortranarray(by_target[:, start:stop].toarray(), dtype=np.float32)
        weights[:, start:stop], _ = lapack().spotrs(factor, facts, lower=1, overwrite_b=1)
    return weights


def dense_inverse(gram: SparseTable, *, l2: float) -> NDArray[np.float32]:
    """(gram + l2 I)^-1, all items, float32, in the memory of one matrix; `Refused` past `DENSE_LIMIT` items."""
    inverse, _ = lapack().spotri(_factor(gram, l2), lower=1, overwrite_c=1)
    size = len(inverse)
    for start in range(0, size, _COLUMNS_AT_ONCE):
        stop = min(start + _COLUMNS_AT_ONCE, size)
        corner = np.tril(inverse[start:stop, start:stop])
        inverse[start:stop, start:stop] = corner + np.tril(corner, -1).T
        inverse[start:stop, stop:] = inverse[stop:, start:stop].T
    return inverse


def _factor(gram: SparseTable, l2: float) -> NDArray[np.float32]:
    size = gram.shape[0]
    if size > DENSE_LIMIT:
        raise Refused(
            f"{size:,} items are too many for the dense form (at most {DENSE_LIMIT:,})", field="items", value=size, hint="Use the neighbour form."
        )
    table = csr(gram, dtype=np.float32).toarray(order="F")
    table[np.diag_indices(size)] += np.float32(l2)
    factor, failed = lapack().spotrf(table, lower=1, overwrite_a=1, clean=0)
    if failed:
        raise Broken("the Gram matrix is not positive definite", field="gram", value=int(failed), hint="Refit from the orders.")
    return factor
