"""Full-text retrieval over terms that are already cut, folded and weighted: which rows match, and how well.

An index numbers its documents 0 … n−1 in the order in which they were given (rows), is immutable once built, and answers with *all* matching rows
as arrays, so that filters, facets and sorting go on with the catalogue's columns.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeAlias

import numpy as np
import numpy.typing as npt

from shopkeeper.ports.progress import Progress


@dataclass(frozen=True, slots=True)
class TextField:
    """A field of every document: an occurrence there counts `weight`; `counts` says whether its terms make the document longer."""

    name: str
    weight: float
    counts: bool = True


LexicalDocument: TypeAlias = Mapping[str, Sequence[str]]
"""The terms of one document by field name. A field that is absent is empty; a term contains no white space."""


@dataclass(frozen=True, slots=True)
class Alternative:
    """One way to meet a group: all of `terms` stand in the document; its score counts `weight`."""

    terms: tuple[str, ...]
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Group:
    """One word of a query with the ways to meet it; the best one scores. A group that is not `required` only adds to the score."""

    alternatives: tuple[Alternative, ...]
    weight: float = 1.0
    required: bool = True


@dataclass(frozen=True, slots=True)
class Matches:
    """Rows (ascending) that meet at least one group, with scores > 0."""

    rows: npt.NDArray[np.int32]
    scores: npt.NDArray[np.float32]


class LexicalIndex(Protocol):
    """An open index. Safe for several threads at once."""

    @property
    def documents(self) -> int:
        """How many documents (rows) it holds."""
        ...

    def frequencies(self, terms: Sequence[str]) -> list[int]:
        """In how many documents each term stands (0 for an unknown one)."""
        ...

    def terms_of(self, row: int) -> dict[str, float]:
        """The terms of a document with their weights, for "more like this"; may leave out terms that stand in that document alone."""
        ...

    def vocabulary(self, prefix: str = "") -> Iterable[tuple[str, int]]:
        """The terms that begin with `prefix`, in code-point order, with their document frequencies."""
        ...

    def search(self, groups: Sequence[Group], *, least: int = 0, idf: Mapping[str, float] | None = None) -> Matches:
        """Return the rows that meet at least `least` of the required groups (and at least one group at all).

        `idf` gives the weight of terms where the caller knows better than this index (one of several over one catalogue).
        """
        ...


class LexicalIndexes(Protocol):
    """Builds and opens indexes of one kind. `name` is written into artifacts: `open` is only asked for what the same engine built."""

    @property
    def name(self) -> str: ...

    def build(self, documents: Iterable[LexicalDocument], folder: Path, *, fields: Sequence[TextField], progress: Progress) -> Mapping[str, object]:
        """Write an index of `documents` into the empty `folder`; returns facts (documents, terms, bytes)."""
        ...

    def open(self, folder: Path) -> LexicalIndex:
        """Open what `build` wrote. Raises `Broken` if it cannot be read."""
        ...

    def in_memory(self, documents: Sequence[LexicalDocument], *, fields: Sequence[TextField], like: LexicalIndex | None = None) -> LexicalIndex:
        """Return a small index in memory, its lengths compared with those of `like`, the index that it complements."""
        ...
