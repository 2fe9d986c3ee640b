"""BM25F over memory-mapped postings: for each term the rows it stands in and, ready made, what it adds to each row's score.

    score(q, d) = Σ over terms t of q:  idf(t) · f · (k1 + 1) / (f + k1 · (1 − b + b · length(d) / mean length))
    f = Σ over fields: weight · occurrences of t in d's field

BM25F: Robertson, Zaragoza, Taylor 2004 ("Simple BM25 extension to multiple weighted fields"); idf = ln(1 + (N − n + ½) / (n + ½)) as in
Lucene. All but the idf is a number per (term, row) that is computed when the index is built; a query is then a few array additions, whose
cost grows with the rows that hold its terms: all matches are at hand for filters, facets and sorting, and nothing crosses from another
runtime hit by hit.
"""

import json
import tempfile
from array import array
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
_CHUNK_TOKENS: Final = 1_000_000
"""Occurrences gathered before they are summed up by (term, row) and put aside: bounds the memory of a build."""
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
        with tempfile.TemporaryDirectory(prefix="runs-", dir=folder) as spill:
            arrays, count, mean_length = _invert(documents, fields, None, progress, Path(spill))
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
    documents: Iterable[LexicalDocument], fields: Sequence[TextField], mean_length: float | None, progress: Progress, spill: Path | None = None
) -> tuple[_Arrays, int, float]:
    """Return the arrays of the index, the number of documents and the mean length; `spill` is a folder to keep what is gathered in meanwhile."""
    numbers = _Numbers()
    lengths: list[float] = []
    runs = _Runs([field.weight for field in fields], spill)
    for row, document in enumerate(documents):
        length = 0.0
        for place, field in enumerate(fields):
            terms = document.get(field.name)
            if terms:
                runs.add(row, place, list(map(numbers.__getitem__, terms)))
                length += field.weight * len(terms) if field.counts else 0.0
        lengths.append(length)
        runs.end_document()
        if row % 2_000 == 1_999:
            progress.step("index", row + 1, None)
    runs.end()
    order = sorted((term.encode(), number) for term, number in numbers.items())
    del numbers
    rank = np.empty(len(order), dtype=np.int32)
    rank[np.fromiter((number for _, number in order), np.int64, len(order))] = np.arange(len(order), dtype=np.int32)
    term_bytes, term_starts = SortedTexts.arrays_of([term for term, _ in order])
    del order
    measured = np.asarray(lengths, dtype=np.float32)
    mean = mean_length or float(measured.mean() if len(measured) else 0.0) or 1.0
    arrays = _assembled(runs, rank, K1 * (1 - B + B * measured / mean), term_bytes, term_starts)
    return arrays, len(lengths), mean


def _assembled(
    runs: "_Runs", rank: npt.NDArray[np.int32], norm: npt.NDArray[np.floating], term_bytes: npt.NDArray[np.uint8], term_starts: npt.NDArray[np.int64]
) -> _Arrays:
    """Put the runs together, by term and by row: each run holds later rows than the one before, so its entries go behind those of the same term."""
    terms, documents = len(rank), len(norm)
    of_term, of_row = np.zeros(terms, dtype=np.int64), np.zeros(documents, dtype=np.int64)
    for run in runs:
        of_term += np.bincount(rank[run["term"]], minlength=terms)
        of_row += np.bincount(run["row"], minlength=documents)
    starts, row_starts = (np.concatenate(([0], np.cumsum(sizes))).astype(np.int64) for sizes in (of_term, of_row))
    postings = int(starts[-1])
    rows, row_terms = np.empty(postings, dtype=np.int32), np.empty(postings, dtype=np.int32)
    impacts = np.empty(postings, dtype=np.float16)
    free, done = starts[:-1].copy(), 0
    for run in runs:
        term, row, frequency = rank[run["term"]], run["row"], run["frequency"]
        by_row = np.lexsort((term, row))
        row_terms[done : done + len(run)] = term[by_row]
        done += len(run)
        by_term = np.lexsort((row, term))
        term, row, frequency = term[by_term], row[by_term], frequency[by_term]
        sizes = np.bincount(term, minlength=terms)
        places = np.arange(len(run)) + np.repeat(free - (np.cumsum(sizes) - sizes), sizes)
        rows[places] = row
        impacts[places] = frequency * (K1 + 1) / (frequency + norm[row])
        free += sizes
    return _Arrays(starts, rows, impacts, row_starts, row_terms, term_bytes, term_starts)


class _Numbers(dict[str, int]):
    """Terms by the order in which they were met first."""

    def __missing__(self, term: str) -> int:
        self[term] = number = len(self)
        return number


_POSTING: Final = np.dtype([("term", np.int32), ("row", np.int32), ("frequency", np.float32)])


class _Runs:
    """Occurrences summed up by (term, row), a run of documents at a time; iterated over, the runs in order. In files where `spill` is given."""

    def __init__(self, weights: Sequence[float], spill: Path | None) -> None:
        self._weights = np.array(weights, dtype=np.float64)
        self._spill = spill
        self._runs: list[np.ndarray | Path] = []
        self._begin()

    def _begin(self) -> None:
        self._terms = array("i")
        self._rows = array("i")
        self._places = array("b")
        self._sizes = array("i")

    def add(self, row: int, place: int, terms: list[int]) -> None:
        """Add the terms of the field that is number `place`."""
        self._terms.extend(terms)
        self._rows.append(row)
        self._places.append(place)
        self._sizes.append(len(terms))

    def end_document(self) -> None:
        """A run may end here."""
        if len(self._terms) >= _CHUNK_TOKENS:
            self.end()

    def end(self) -> None:
        """End the run."""
        if not self._terms:
            return
        sizes = np.array(self._sizes)
        key = (np.repeat(np.array(self._rows, dtype=np.int64), sizes) << 32) | np.array(self._terms, dtype=np.int64)
        weights = np.repeat(self._weights[np.array(self._places)], sizes)
        unique, place = np.unique(key, return_inverse=True)
        run = np.empty(len(unique), dtype=_POSTING)
        run["term"], run["row"], run["frequency"] = unique & 0xFFFFFFFF, unique >> 32, np.bincount(place, weights=weights)
        if self._spill is None:
            self._runs.append(run)
        else:
            path = self._spill / f"run-{len(self._runs)}.npy"
            np.save(path, run)
            self._runs.append(path)
        self._begin()

    def __iter__(self) -> Iterator[np.ndarray]:
        for run in self._runs:
            yield run if isinstance(run, np.ndarray) else np.load(run)
