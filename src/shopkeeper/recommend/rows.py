"""Item-item weights as they are served: for each item a short row of the items it speaks for, memory-mapped out of the artifact."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from shopkeeper.recommend.tables import SparseTable, csr

ROW_LENGTH = 200
"""Weights kept of each item, the largest: measured to cost nothing against all of them (docs/decisions/0005)."""


@dataclass(frozen=True, slots=True)
class Rows:
    """Row i speaks for `columns[starts[i]:starts[i + 1]]` with `weights` (float16, largest first); `counts` is the evidence for each pair."""

    starts: NDArray[np.int64]
    columns: NDArray[np.int32]
    weights: NDArray[np.float16]
    counts: NDArray[np.int32]

    @property
    def size(self) -> int:
        """How many items there are."""
        return len(self.starts) - 1

    @property
    def nbytes(self) -> int:
        """Bytes on disk and, when every row has been touched, in memory."""
        return self.starts.nbytes + self.columns.nbytes + self.weights.nbytes + self.counts.nbytes

    def row(self, item: int) -> tuple[NDArray[np.int32], NDArray[np.float32], NDArray[np.int32]]:
        """(columns, weights, counts) of one item, largest weight first."""
        span = slice(self.starts[item], self.starts[item + 1])
        return self.columns[span], self.weights[span].astype(np.float32), self.counts[span]

    def gather(self, items: NDArray[np.integer]) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.float32]]:
        """(place in `items`, column, weight) of every entry in the rows of `items`, one array each."""
        starts = self.starts[items]
        lengths = self.starts[items + 1] - starts
        entries = np.repeat(starts - (np.cumsum(lengths) - lengths), lengths) + np.arange(lengths.sum())
        return np.repeat(np.arange(len(items)), lengths), self.columns[entries], self.weights[entries].astype(np.float32)

    def count(self, item: int, column: int) -> int:
        """The evidence for one pair; 0 where the row does not hold it."""
        columns, _, counts = self.row(item)
        found = np.flatnonzero(columns == column)
        return int(counts[found[0]]) if len(found) else 0

    def save(self, folder: Path, name: str) -> None:
        """Write the arrays as `<name>.<field>.npy`."""
        for field in self.__dataclass_fields__:
            np.save(folder / f"{name}.{field}.npy", getattr(self, field), allow_pickle=False)

    @classmethod
    def open(cls, folder: Path, name: str) -> "Rows":
        """Map what `save` wrote; nothing is read until a row is asked for."""
        return cls(*(np.load(folder / f"{name}.{field}.npy", mmap_mode="r", allow_pickle=False) for field in cls.__dataclass_fields__))


def rows_of(weights: SparseTable, evidence: SparseTable | None = None, *, length: int = ROW_LENGTH) -> Rows:
    """The `length` largest positive weights of each row, with `evidence` (items by items) looked up for each pair.

    Entries that tie with the first one cut are cut too: which of equals stays must not hang on an item's number.
    """
    table = csr(weights)
    size = table.shape[0]
    row = np.repeat(np.arange(size), np.diff(table.indptr))
    kept = table.data > 0
    row, column, weight = row[kept], table.indices[kept], table.data[kept]
    order = np.lexsort((-weight, row))
    row, column, weight = row[order], column[order], weight[order]
    lengths = np.bincount(row, minlength=size)
    place = np.arange(len(row)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    first_cut = np.zeros(size, dtype=weight.dtype)
    at_cut = place == length
    first_cut[row[at_cut]] = weight[at_cut]
    kept = (place < length) & (weight > first_cut[row])
    row, column, weight = row[kept], column[kept], weight[kept]
    counts = np.zeros(len(row), np.int32) if evidence is None else look_up(evidence, row, column)
    starts = np.concatenate([[0], np.cumsum(np.bincount(row, minlength=size), dtype=np.int64)])
    return Rows(starts, column.astype(np.int32), weight.astype(np.float16), counts)


def look_up(table: SparseTable, rows: NDArray[np.integer], columns: NDArray[np.integer]) -> NDArray[np.int32]:
    """`table[rows[i], columns[i]]` for each i, as whole numbers."""
    values = np.zeros(len(rows), dtype=np.int32)
    for start in range(0, len(rows), 1_000_000):
        span = slice(start, start + 1_000_000)
        values[span] = np.asarray(table[rows[span], columns[span]]).ravel()
    return values
