"""BM25F over memory-mapped postings: for each term the rows it stands in and, ready made, what it adds to each row's score.

    score(q, d) = Σ over terms t of q:  idf(t) · f · (k1 + 1) / (f + k1 · (1 − b + b · length(d) / mean length))
    f = Σ over fields: weight · occurrences of t in d's field

BM25F: Robertson, Zaragoza, Taylor 2004 ("Simple BM25 extension to multiple weighted fields"); idf = ln(1 + (N − n + ½) / (n + ½)) as in
Lucene. All but the idf is a number per (term, row) that is computed when the index is built; a query is then a few array additions, whose
cost grows with the rows that hold its terms: all matches are at hand for filters, facets and sorting, and nothing crosses from another
runtime hit by hit.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from shopkeeper.errors import Broken
from shopkeeper.language.mapped import map_array
from shopkeeper.language.sorted_texts import SortedTexts
from shopkeeper.ports.lexical import Alternative, Group, LexicalDocument, LexicalIndex, Matches, TextField
from shopkeeper.ports.progress import Progress, Silent

K1: Final = 1.2
B: Final = 0.5
"""Titles of products differ less in length than web pages: ½ ranked better than the customary ¾ on the chorus queries kept for choosing."""
_CHUNK_TOKENS: Final = 2_000_000
"""Occurrences gathered before they are summed up by (term, row): bounds the memory of a build."""
_ARRAYS: Final = ("starts", "rows", "impacts", "row_starts", "row_terms", "term_bytes", "term_starts")


@dataclass(frozen=True, slots=True)
class _Arrays:
    """CSR by term (`starts`, `rows`, `impacts`) and the terms of each row (`row_starts`, `row_terms`), for "more like this"."""

    starts: npt.NDArray[np.int64]
    rows: npt.NDArray[np.int32]
    impacts: npt.NDArray[np.float16]
    row_starts: npt.NDArray[np.int64]
    row_terms: npt.NDArray[np.int32]
    term_bytes: npt.NDArray[np.uint8]
    term_starts: npt.NDArray[np.int64]


class PostingsIndex:
    """An open index."""

    def __init__(self, arrays: _Arrays, documents: int, mean_length: float) -> None:
        self._arrays = arrays
        self._dictionary = SortedTexts(arrays.term_bytes, arrays.term_starts)
        self._documents = documents
        self.mean_length = mean_length

    @property
    def documents(self) -> int:
        """How many documents it holds."""
        return self._documents

    def frequencies(self, terms: Sequence[str]) -> list[int]:
        """In how many documents each term stands."""
        return [len(self._postings(term)[0]) for term in terms]

    def terms_of(self, row: int) -> dict[str, float]:
        """The terms of `row`, each with its part of a BM25 score before the idf."""
        arrays = self._arrays
        numbers = arrays.row_terms[int(arrays.row_starts[row]) : int(arrays.row_starts[row + 1])]
        found: dict[str, float] = {}
        for number in numbers.tolist():
            start, end = int(arrays.starts[number]), int(arrays.starts[number + 1])
            at = start + int(np.searchsorted(arrays.rows[start:end], row))
            found[self._dictionary[number].decode()] = float(arrays.impacts[at])
        return found

    def vocabulary(self, prefix: str = "") -> Iterator[tuple[str, int]]:
        """The terms that begin with `prefix`, in code-point order, with document frequencies."""
        first, end = self._dictionary.with_prefix(prefix)
        counts = np.diff(self._arrays.starts[first : end + 1])
        for number, count in zip(range(first, end), counts.tolist(), strict=True):
            yield self._dictionary[number].decode(), count

    def search(self, groups: Sequence[Group], *, least: int = 0, idf: Mapping[str, float] | None = None) -> Matches:
        """Score all rows by the groups; see the port."""
        scores = np.zeros(self._documents, dtype=np.float32)
        met = np.zeros(self._documents, dtype=np.uint8)
        for group in groups:
            rows, gained = self._of_group(group, idf or {})
            # rows are unique, so plain indexing adds up right
            scores[rows] += np.float32(group.weight) * gained
            if group.required:
                met[rows] += 1
        rows = np.flatnonzero((met >= least) & (scores > 0)).astype(np.int32)
        return Matches(rows, scores[rows])

    def _of_group(self, group: Group, idf: Mapping[str, float]) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.float32]]:
        found = [self._of_alternative(alternative, idf) for alternative in group.alternatives]
        found = [pair for pair in found if len(pair[0])]
        if not found:
            return np.empty(0, np.int32), np.empty(0, np.float32)
        if len(found) == 1:
            return found[0]
        best = np.zeros(self._documents, dtype=np.float32)
        for rows, gained in found:
            best[rows] = np.maximum(best[rows], gained)
        # of booleans: of floats it takes ten times as long
        rows = np.flatnonzero(best > 0).astype(np.int32)
        return rows, best[rows]

    def _of_alternative(self, alternative: Alternative, idf: Mapping[str, float]) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.float32]]:
        postings = [(term, *self._postings(term)) for term in dict.fromkeys(alternative.terms)]
        postings.sort(key=lambda entry: len(entry[1]))
        if not postings:
            return np.empty(0, np.int32), np.empty(0, np.float32)
        rows, gained = np.empty(0, np.int32), np.empty(0, np.float32)
        for at, (term, term_rows, impacts) in enumerate(postings):
            weight = np.float32(alternative.weight * (idf[term] if term in idf else self._idf(len(term_rows))))
            if at == 0:
                rows, gained = np.asarray(term_rows), impacts.astype(np.float32) * weight
            else:
                places = np.minimum(np.searchsorted(term_rows, rows), max(0, len(term_rows) - 1))
                both = term_rows[places] == rows if len(term_rows) else np.zeros(len(rows), dtype=bool)
                rows, gained = rows[both], gained[both] + impacts[places[both]].astype(np.float32) * weight
        return rows, gained

    def _postings(self, term: str) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.float16]]:
        number = self._dictionary.number(term)
        if number < 0:
            return np.empty(0, np.int32), np.empty(0, np.float16)
        start, end = int(self._arrays.starts[number]), int(self._arrays.starts[number + 1])
        return self._arrays.rows[start:end], self._arrays.impacts[start:end]

    def _idf(self, frequency: int) -> float:
        return float(np.log1p((self._documents - frequency + 0.5) / (frequency + 0.5)))


class PostingsIndexes:
    """Builds and opens PostingsIndex; `name` changes with the layout of its files."""

    name = "postings.v1"

    def build(self, documents: Iterable[LexicalDocument], folder: Path, *, fields: Sequence[TextField], progress: Progress) -> Mapping[str, object]:
        """Write one `.npy` file per array and `postings.json`."""
        arrays, count, mean_length = _invert(documents, fields, None, progress)
        for name in _ARRAYS:
            np.save(folder / f"{name}.npy", getattr(arrays, name))
        meta = {"documents": count, "mean_length": mean_length}
        (folder / "postings.json").write_text(json.dumps(meta), encoding="utf-8")
        return {"documents": count, "terms": len(arrays.starts) - 1, "postings": len(arrays.rows)}

    def open(self, folder: Path) -> PostingsIndex:
        """Map the arrays of `folder`."""
        try:
            meta = json.loads((folder / "postings.json").read_text(encoding="utf-8"))
            arrays = _Arrays(*(map_array(folder / f"{name}.npy") for name in _ARRAYS))
            index = PostingsIndex(arrays, meta["documents"], meta["mean_length"])
        except (OSError, ValueError, KeyError) as error:
            raise Broken(
                f"the text index in {folder.name} cannot be read ({error})", hint="Run `shopkeeper train search` to build it anew."
            ) from error
        if int(arrays.starts[-1]) != len(arrays.rows) or len(arrays.rows) != len(arrays.impacts):
            raise Broken(f"the text index in {folder.name} is not whole", hint="Run `shopkeeper train search` to build it anew.")
        return index

    def in_memory(self, documents: Sequence[LexicalDocument], *, fields: Sequence[TextField], like: LexicalIndex | None = None) -> PostingsIndex:
        """Return an index in memory, document lengths measured against the mean of `like`."""
        mean_length = like.mean_length if isinstance(like, PostingsIndex) and like.documents else None
        arrays, count, mean_length = _invert(documents, fields, mean_length, Silent())
        return PostingsIndex(arrays, count, mean_length)


def _invert(
    documents: Iterable[LexicalDocument], fields: Sequence[TextField], mean_length: float | None, progress: Progress
) -> tuple[_Arrays, int, float]:
    """Return the arrays of the index, the number of documents and the mean length."""
    numbers: dict[str, int] = {}
    lengths: list[float] = []
    gathered = _Gathered()
    for row, document in enumerate(documents):
        length = 0.0
        for field in fields:
            terms = document.get(field.name)
            if terms:
                gathered.add(row, [numbers.setdefault(term, len(numbers)) for term in terms], field.weight)
                length += field.weight * len(terms) if field.counts else 0.0
        lengths.append(length)
        if row % 2_000 == 1_999:
            progress.step("index", row + 1, None)
    term, row, frequency = gathered.summed()
    order = sorted(numbers, key=str.encode)
    rank = np.empty(len(numbers), dtype=np.int64)
    rank[[numbers[text] for text in order]] = np.arange(len(order))
    term = rank[term]
    by_term = np.lexsort((row, term))
    term, row, frequency = term[by_term], row[by_term], frequency[by_term]
    measured = np.asarray(lengths, dtype=np.float32)
    mean = mean_length or float(measured.mean() if len(measured) else 0.0) or 1.0
    norm = K1 * (1 - B + B * measured[row] / mean)
    by_row = np.lexsort((term, row))
    term_bytes, term_starts = SortedTexts.arrays_of(order)
    arrays = _Arrays(
        starts=_offsets(term, len(order)),
        rows=row.astype(np.int32),
        impacts=(frequency * (K1 + 1) / (frequency + norm)).astype(np.float16),
        row_starts=_offsets(row, len(lengths)),
        row_terms=term[by_row].astype(np.int32),
        term_bytes=term_bytes,
        term_starts=term_starts,
    )
    return arrays, len(lengths), mean


def _offsets(group: np.ndarray, groups: int) -> npt.NDArray[np.int64]:
    """Where each group starts in an array sorted by group, and the end."""
    return np.concatenate(([0], np.cumsum(np.bincount(group, minlength=groups)))).astype(np.int64)


class _Gathered:
    """Occurrences (term, row, weight), summed up by (term, row) whenever there are many."""

    def __init__(self) -> None:
        self._terms: list[int] = []
        self._rows: list[npt.NDArray[np.int64]] = []
        self._weights: list[npt.NDArray[np.float32]] = []
        self._done: list[tuple[np.ndarray, np.ndarray, np.ndarray]] = []

    def add(self, row: int, terms: list[int], weight: float) -> None:
        """Add the terms of one field."""
        self._terms.extend(terms)
        self._rows.append(np.full(len(terms), row, dtype=np.int64))
        self._weights.append(np.full(len(terms), weight, dtype=np.float32))
        if len(self._terms) >= _CHUNK_TOKENS:
            self._sum_up()

    def _sum_up(self) -> None:
        if not self._terms:
            return
        term = np.asarray(self._terms, dtype=np.int64)
        key = (np.concatenate(self._rows) << 32) | term
        unique, place = np.unique(key, return_inverse=True)
        weight = np.bincount(place, weights=np.concatenate(self._weights)).astype(np.float32)
        self._done.append((unique & 0xFFFFFFFF, unique >> 32, weight))
        self._terms, self._rows, self._weights = [], [], []

    def summed(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """All (term, row, weight), each (term, row) once: documents come in order, and a chunk ends between fields only."""
        self._sum_up()
        if not self._done:
            return np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.float32)
        term, row, weight = (np.concatenate(parts) for parts in zip(*self._done, strict=True))
        key = (row << 32) | term
        unique, place = np.unique(key, return_inverse=True)
        return unique & 0xFFFFFFFF, unique >> 32, np.bincount(place, weights=weight).astype(np.float32)
