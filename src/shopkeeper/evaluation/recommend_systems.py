"""The systems that `bench recommend` compares: ours as it is served, its parts, and the peers that everybody knows."""

import time
from collections.abc import Callable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from shopkeeper.domain.ids import ProductId
from shopkeeper.evaluation.datasets.sequences import Sequence32
from shopkeeper.evaluation.next_item import System
from shopkeeper.evaluation.report import Role
from shopkeeper.recommend.ease import dense_ease
from shopkeeper.recommend.fit import solve
from shopkeeper.recommend.fold_in import NEXT_DECAY_STEPS, NEXT_SHARE, TOGETHER_DECAY_STEPS, ItemWeights, score
from shopkeeper.recommend.gram import Gram, gram_of
from shopkeeper.recommend.histories import Histories
from shopkeeper.recommend.ridge import DENSE_LIMIT, SUPPORT
from shopkeeper.recommend.rows import ROW_LENGTH, Rows, rows_of
from shopkeeper.recommend.tables import SparseTable, csr
from shopkeeper.recommend.transitions import dense_transitions

OURS = "shopkeeper"
NEIGHBOURS = 100
"""Neighbours of an item or a shopper in the kNN peers."""
_MEGABYTE = 1e6


def histories_of(items: Sequence[str], sequences: Sequence[Sequence32]) -> Histories:
    """Sequences in the form that the product fits on."""
    return Histories.from_sequences([ProductId(item) for item in items], list(sequences))


def ours(histories: Histories) -> tuple[System, Gram, ItemWeights]:
    """The product's own path: sums, rows, fold-in of one shopper at a time."""
    began, cpu = time.perf_counter(), time.process_time()
    gram = gram_of(histories)
    weights = solve(gram)
    facts = {
        "fit_seconds": time.perf_counter() - began,
        "fit_cpu_seconds": time.process_time() - cpu,
        "model_mb": weights_mb(weights.together, weights.following),
    }
    return System(OURS, "ours", lambda batch: np.stack([fold_in(weights, history) for history in batch]), facts, batch=1), gram, weights


def fold_in(weights: ItemWeights, history: Sequence32) -> NDArray[np.float64]:
    """The product's scores for a sequence in which each item is a step."""
    return score(weights, history, np.arange(len(history))[::-1])


def parts(weights: ItemWeights) -> list[System]:
    """Each half alone, as served."""
    nothing = rows_of(csr((weights.together.size, weights.together.size), dtype=np.float32))
    return [
        _served_part("items together only", ItemWeights(weights.together, nothing), weights.together),
        _served_part("items next only", ItemWeights(nothing, weights.following), weights.following),
    ]


def _served_part(name: str, weights: ItemWeights, rows: Rows) -> System:
    return System(name, "ablation", lambda batch: np.stack([fold_in(weights, history) for history in batch]), {"model_mb": weights_mb(rows)})


SHAPES = ((SUPPORT, 50), (SUPPORT, None), (SUPPORT // 2, ROW_LENGTH), (2 * SUPPORT, ROW_LENGTH))
"""Neighbours and row lengths beside the served ones; None = whole rows."""


def shapes(gram: Gram) -> Iterator[System]:
    """The served form with other numbers of neighbours and other lengths of rows."""
    for support, length in SHAPES:
        began = time.process_time()
        weights = solve(gram, support=support, length=len(gram.ids) if length is None else length)
        told = "whole rows" if length is None else f"rows of {length}"
        yield _sparse(f"neighbours {support}, {told}", weights, time.process_time() - began)


def _sparse(name: str, weights: ItemWeights, fit_cpu_seconds: float) -> System:
    facts = {"fit_cpu_seconds": fit_cpu_seconds, "model_mb": weights_mb(weights.together, weights.following)}
    return System(name, "ablation", lambda batch: np.stack([fold_in(weights, history) for history in batch]), facts)


def weights_mb(*tables: Rows) -> float:
    """What scoring reads: columns and weights, without the counts that reasons quote."""
    return sum(rows.columns.nbytes + rows.weights.nbytes for rows in tables) / _MEGABYTE


def dense(gram: Gram) -> Iterator[System]:
    """The same two models over all pairs, nothing left out, then cut to rows; nothing where the catalogue is too large for it."""
    size = len(gram.ids)
    if size > DENSE_LIMIT:
        return
    began = time.process_time()
    together = dense_ease(gram.together)
    following = dense_transitions(gram.past, gram.follows)
    seconds = time.process_time() - began
    facts = {"fit_cpu_seconds": seconds, "model_mb": (together.nbytes + following.nbytes) / _MEGABYTE}

    def scores(batch: Sequence[Sequence32]) -> NDArray[np.floating]:
        return (1 - NEXT_SHARE) * (decayed(batch, size, TOGETHER_DECAY_STEPS) @ together) + NEXT_SHARE * (
            decayed(batch, size, NEXT_DECAY_STEPS) @ following
        )

    yield System("dense, all pairs", "ablation", scores, facts)
    for length in (ROW_LENGTH, 50):
        cut = ItemWeights(*(rows_of(_largest(table, length + 1), length=length) for table in (together, following)))
        yield _sparse(f"dense, cut to rows of {length}", cut, seconds)


def _largest(table: NDArray[np.float32], count: int) -> SparseTable:
    """Each row's `count` largest entries, one row at a time: all pairs as a sparse table would be four times as large."""
    size = len(table)
    kept = min(count, size)
    columns = np.empty((size, kept), dtype=np.int64)
    for row, weights in enumerate(table):
        columns[row] = np.argpartition(weights, size - kept)[size - kept :]
    rows = np.repeat(np.arange(size), kept)
    return csr((table[rows, columns.ravel()], (rows, columns.ravel())), shape=(size, size))


def decayed(batch: Sequence[Sequence32], size: int, tau: float) -> SparseTable:
    """Histories by items with weight exp(-age / tau); the latest mention of an item counts."""
    rows, columns, values = [], [], []
    for row, history in enumerate(batch):
        latest = dict(zip(history.tolist(), np.exp(-np.arange(len(history))[::-1] / tau).tolist(), strict=True))
        rows += [row] * len(latest)
        columns += list(latest)
        values += list(latest.values())
    return csr((np.array(values, np.float32), (rows, columns)), (len(batch), size))


def peers(histories: Histories) -> list[System]:
    """Popularity, item-kNN, user-kNN and what follows the last item."""
    bought = histories.bought().astype(np.float32)
    return [
        _fitted("popularity", lambda: popularity(bought)),
        _fitted("item-knn", lambda: item_knn(bought)),
        _fitted("user-knn", lambda: user_knn(bought)),
        _fitted("last-item", lambda: last_item(histories)),
    ]


def _fitted(name: str, fit: Callable[[], Callable[[Sequence[Sequence32]], NDArray[np.floating]]], role: Role = "peer") -> System:
    began = time.perf_counter()
    scorer = fit()
    return System(name, role, scorer, {"fit_seconds": time.perf_counter() - began})


def popularity(bought: SparseTable) -> Callable[[Sequence[Sequence32]], NDArray[np.floating]]:
    """Items by how many shoppers have them."""
    counts = np.asarray(bought.sum(axis=0), dtype=np.float64).ravel()
    return lambda batch: np.tile(counts, (len(batch), 1))


def item_knn(bought: SparseTable) -> Callable[[Sequence[Sequence32]], NDArray[np.floating]]:
    """Cosine of items over shoppers, the `NEIGHBOURS` nearest of each (Sarwar et al., WWW 2001), summed over the recency-weighted history."""
    norms = np.sqrt(np.maximum(np.asarray(bought.sum(axis=0)).ravel(), 1.0))
    scaled = csr(bought.multiply(1.0 / norms[None, :]))
    near = csr(scaled.T @ scaled)
    near.setdiag(0.0)
    near.eliminate_zeros()
    near = _strongest_of_rows(near, NEIGHBOURS)
    size = bought.shape[1]
    return lambda batch: (decayed(batch, size, TOGETHER_DECAY_STEPS) @ near).toarray()


def user_knn(bought: SparseTable) -> Callable[[Sequence[Sequence32]], NDArray[np.floating]]:
    """What the `NEIGHBOURS` shoppers with the nearest baskets (cosine) have, weighted by nearness (Resnick et al., CSCW 1994)."""
    norms = np.sqrt(np.maximum(np.asarray(bought.sum(axis=1)).ravel(), 1.0))
    scaled = csr(bought.multiply(1.0 / norms[:, None]))
    size = bought.shape[1]

    def scores(batch: Sequence[Sequence32]) -> NDArray[np.floating]:
        asked = decayed(batch, size, np.inf)
        near = _strongest_of_rows(csr(asked @ scaled.T), NEIGHBOURS)
        return (near @ bought).toarray()

    return scores


def last_item(histories: Histories) -> Callable[[Sequence[Sequence32]], NDArray[np.floating]]:
    """How often each item came right after the last one, over all shoppers (a first-order Markov chain)."""
    within = np.ones(max(len(histories.items) - 1, 0), bool)
    ends = histories.offsets[1:-1] - 1
    within[ends[ends < len(within)]] = False
    before, after = histories.items[:-1][within], histories.items[1:][within]
    size = len(histories.ids)
    counts = csr((np.ones(len(before), np.float32), (before, after)), (size, size))
    return lambda batch: counts[[int(history[-1]) for history in batch]].toarray()


def _strongest_of_rows(table: SparseTable, count: int) -> SparseTable:
    """Each row's `count` largest entries."""
    rows = np.repeat(np.arange(table.shape[0]), np.diff(table.indptr))
    order = np.lexsort((-table.data, rows))
    lengths = np.diff(table.indptr)
    place = np.arange(len(order)) - np.repeat(table.indptr[:-1], lengths)
    kept = order[place < count]
    return csr((table.data[kept], (rows[kept], table.indices[kept])), table.shape)
