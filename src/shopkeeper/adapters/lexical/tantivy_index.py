"""Tantivy behind `ports.lexical`: one text field per field, BM25 in each, the fields' scores added up by weight.

    score(q, d) = Σ over terms t of q:  idf(t) · Σ over fields: weight · f · (k1 + 1) / (f + k1 · (1 − b + b · length(d) / mean length))
    f = occurrences of t in d's field, lengths likewise by field; k1 = 1.2, b = 0.75 (fixed in tantivy)

idf = ln(1 + (N − n + ½) / (n + ½)) as in Lucene, where n counts documents whatever the field: every term query carries a boost that puts this idf, or
the caller's, in the place of tantivy's own, which is by field and would make a common word precious wherever it is out of place.

Where this differs from what the port describes: each field saturates and is measured by itself (this is not BM25F), so a field that does not count
towards the length of a document still has its own length, and tantivy keeps lengths in 256 steps. All matches of a query cross from Rust one Python
tuple at a time, about a microsecond each.

The files are written once and mapped when they are opened. Tantivy takes a lock file in the folder while it opens: the folder must be writable.
"""

import json
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
from tantivy import Document, Index, Occur, Order, Query, Schema, SchemaBuilder, Searcher

from shopkeeper.errors import Broken
from shopkeeper.ports.lexical import Alternative, Group, LexicalDocument, LexicalIndex, Matches, TextField
from shopkeeper.ports.progress import Progress

_ROW: Final = "row"
_ALL: Final = "all"
"""Every term of a document once, whatever its field: for document frequencies, the vocabulary and (stored) the terms of a row."""
_FIELD: Final = "in_"
"""Before the caller's field names, so that they cannot be one of the two above."""
_META: Final = "fields.json"
_PADDING: Final = "\x00"
_PADDING_DOCUMENTS: Final = 100
"""At least so many, because a mean over few documents comes in coarse steps."""
_HEAP_BYTES: Final = 512 * 2**20
"""What the writer may hold before it starts another segment; a catalogue of 100,000 products stays below."""
_SMALL_HEAP_BYTES: Final = 64 * 2**20


@dataclass(frozen=True, slots=True)
class _Field:
    """A text field as it was built: `mean_length` in terms per document."""

    name: str
    weight: float
    mean_length: float


class TantivyIndex:
    """An open index."""

    def __init__(self, index: Index, documents: int, fields: Sequence[_Field]) -> None:
        self._schema: Schema = index.schema
        self._searcher: Searcher = index.searcher()
        self._documents = documents
        self._rows = _row_map(self._searcher)
        self.fields = tuple(fields)

    @property
    def documents(self) -> int:
        """How many documents it holds."""
        return self._documents

    def held(self) -> int:
        """How many documents its files hold, having looked into the dictionary of every field. Raises ValueError for damaged files."""
        for field in self.fields:
            self._searcher.doc_freq(_FIELD + field.name, "")
        self._searcher.doc_freq(_ALL, "")
        self._searcher.doc_freq(_ROW, 0)
        return self._searcher.num_docs

    def frequencies(self, terms: Sequence[str]) -> list[int]:
        """In how many documents each term stands."""
        return [self._searcher.doc_freq(_ALL, term) for term in terms]

    def terms_of(self, row: int) -> dict[str, float]:
        """The terms of `row`, each with its part of a score before the idf."""
        here = Query.term_query(self._schema, _ROW, row)
        address = self._searcher.search(here, limit=1, count=False).hits[0][1]
        found: dict[str, float] = {}
        for term in str(self._searcher.doc(address).get_first(_ALL) or "").split():
            # the row has to match and adds nothing: what is left is the term's score there
            only_here = Query.boolean_query([(Occur.Must, Query.const_score_query(here, 0.0)), (Occur.Should, self._of_term(term, 1.0))])
            found[term] = self._searcher.search(only_here, limit=1, count=False).hits[0][0]
        return found

    def vocabulary(self, prefix: str = "") -> Iterator[tuple[str, int]]:
        """The terms that begin with `prefix`, in code-point order, with document frequencies."""
        yield from sorted(self._searcher.terms_with_prefix(_ALL, prefix))

    def search(self, groups: Sequence[Group], *, least: int = 0, idf: Mapping[str, float] | None = None) -> Matches:
        """Score all rows by the groups; see the port."""
        given = idf or {}
        asked = [query for group in groups if group.required and (query := self._of_group(group, given)) is not None]
        extra = [query for group in groups if not group.required and (query := self._of_group(group, given)) is not None]
        if least > len(asked) or not (asked or extra):
            return Matches(np.empty(0, np.int32), np.empty(0, np.float32))
        clauses = [(Occur.Should, query) for query in extra]
        if 0 < least < len(asked):
            clauses.append((Occur.Must, Query.boolean_query([(Occur.Should, query) for query in asked], minimum_number_should_match=least)))
        else:
            clauses.extend((Occur.Must if least else Occur.Should, query) for query in asked)
        scores = self._scores(Query.boolean_query(clauses))
        rows = np.flatnonzero(scores > 0).astype(np.int32)
        return Matches(rows, scores[rows])

    def _scores(self, query: Query) -> npt.NDArray[np.float32]:
        """The score of every row; 0 where the query does not match."""
        hits = self._searcher.search(query, limit=max(1, self._searcher.num_docs), count=False).hits
        docs = np.fromiter([address.doc for _, address in hits], np.int64, len(hits))
        if self._rows is not None:
            docs = self._rows[np.fromiter([address.segment_ord for _, address in hits], np.int64, len(hits)), docs]
        # padding has places behind the last row, and is never found
        scores = np.zeros(self._documents, dtype=np.float32)
        scores[docs] = np.fromiter([score for score, _ in hits], np.float32, len(hits))
        return scores

    def _of_group(self, group: Group, idf: Mapping[str, float]) -> Query | None:
        """A query that scores the best alternative; None where none can match."""
        ways = [query for alternative in group.alternatives if (query := self._of_alternative(alternative, group.weight, idf)) is not None]
        return Query.disjunction_max_query(ways) if len(ways) > 1 else ways[0] if ways else None

    def _of_alternative(self, alternative: Alternative, weight: float, idf: Mapping[str, float]) -> Query | None:
        terms = list(dict.fromkeys(alternative.terms))
        counts = self.frequencies(terms)
        if not terms or not all(counts):
            return None
        weights = [
            weight * alternative.weight * (idf[term] if term in idf else _idf(self._documents, n)) for term, n in zip(terms, counts, strict=True)
        ]
        queries = [self._of_term(term, w) for term, w in zip(terms, weights, strict=True)]
        return Query.boolean_query([(Occur.Must, query) for query in queries]) if len(queries) > 1 else queries[0]

    def _of_term(self, term: str, weight: float) -> Query:
        """A query for `term`, one that stands somewhere, in whatever field, that counts `weight` instead of tantivy's idf."""
        ways: list[Query] = []
        for field in self.fields:
            name = _FIELD + field.name
            if count := self._searcher.doc_freq(name, term):
                boost = weight * field.weight / _tantivy_idf(self._searcher.num_docs, count)
                ways.append(Query.boost_query(Query.term_query(self._schema, name, term, "freq"), boost))
        return Query.boolean_query([(Occur.Should, way) for way in ways]) if len(ways) > 1 else ways[0]


class TantivyIndexes:
    """Builds and opens TantivyIndex; `name` changes with the layout of its fields."""

    name = "tantivy.v1"

    def build(self, documents: Iterable[LexicalDocument], folder: Path, *, fields: Sequence[TextField], progress: Progress) -> Mapping[str, object]:
        """Write tantivy's files and `fields.json`, which says what the fields weigh."""
        index = Index(_schema(fields), path=str(folder))
        index.config_reader("manual")
        lengths = _write(index, documents, fields, _HEAP_BYTES, progress)
        built = [_Field(field.name, field.weight, length) for field, length in zip(fields, lengths.means(), strict=True)]
        about = {"documents": lengths.documents, "fields": [{"name": f.name, "weight": f.weight, "mean_length": f.mean_length} for f in built]}
        (folder / _META).write_text(json.dumps(about), encoding="utf-8")
        opened = TantivyIndex(index, lengths.documents, built)
        return {"documents": lengths.documents, "terms": sum(1 for _ in opened.vocabulary()), "segments": index.searcher().num_segments}

    def open(self, folder: Path) -> TantivyIndex:
        """Map the files of `folder`."""
        try:
            about = json.loads((folder / _META).read_text(encoding="utf-8"))
            index = Index.open(str(folder))
            # an artifact does not change: no thread has to watch it
            index.config_reader("manual")
            opened = TantivyIndex(index, about["documents"], [_Field(**field) for field in about["fields"]])
            held = opened.held()
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise _unreadable(folder, error) from error
        except BaseException as error:
            # pyo3 lets a panic of Rust through as a BaseException whose class it does not export
            if type(error).__name__ == "PanicException":
                raise _unreadable(folder, error) from error
            raise
        if held != opened.documents:
            raise _unreadable(folder, f"it holds {held} documents instead of {opened.documents}")
        return opened

    def in_memory(self, documents: Sequence[LexicalDocument], *, fields: Sequence[TextField], like: LexicalIndex | None = None) -> TantivyIndex:
        """Return an index in memory; its documents are padded so that its mean lengths are those of `like`."""
        index = Index(_schema(fields))
        index.config_reader("manual")
        means = [field.mean_length for field in like.fields] if isinstance(like, TantivyIndex) and like.documents else None
        lengths = _write(index, documents, fields, _SMALL_HEAP_BYTES, None, means)
        return TantivyIndex(index, len(documents), [_Field(f.name, f.weight, m) for f, m in zip(fields, means or lengths.means(), strict=True)])


def _unreadable(folder: Path, why: object) -> Broken:
    return Broken(f"the text index in {folder.name} cannot be read ({why})", hint="Run `shopkeeper train search` to build it anew.")


def _schema(fields: Sequence[TextField]) -> Schema:
    builder = SchemaBuilder()
    builder.add_integer_field(_ROW, indexed=True, fast=True)
    builder.add_text_field(_ALL, stored=True, tokenizer_name="whitespace", index_option="basic")
    for field in fields:
        builder.add_text_field(_FIELD + field.name, tokenizer_name="whitespace", index_option="freq")
    return builder.build()


class _Lengths:
    """Documents so far, and the terms that each field of them holds."""

    def __init__(self, fields: int) -> None:
        self.documents = 0
        self.totals = [0] * fields

    def means(self) -> list[float]:
        """Terms per document by field."""
        return [total / max(1, self.documents) for total in self.totals]


def _write(
    index: Index,
    documents: Iterable[LexicalDocument],
    fields: Sequence[TextField],
    heap_bytes: int,
    progress: Progress | None,
    mean_lengths: Sequence[float] | None = None,
) -> _Lengths:
    """Write `documents` by one thread, so that they keep their order."""
    lengths = _Lengths(len(fields))
    writer = index.writer(heap_size=heap_bytes, num_threads=1)
    for document in documents:
        entry = Document()
        entry.add_integer(_ROW, lengths.documents)
        seen: dict[str, None] = {}
        for number, field in enumerate(fields):
            terms = document.get(field.name)
            if terms:
                entry.add_text(_FIELD + field.name, " ".join(terms))
                seen.update(dict.fromkeys(terms))
                lengths.totals[number] += len(terms)
        entry.add_text(_ALL, " ".join(seen))
        writer.add_document(entry)
        lengths.documents += 1
        if progress is not None and lengths.documents % 2_000 == 0:
            progress.step("index", lengths.documents, None)
    if mean_lengths is not None:
        for row, entry in enumerate(_padding(lengths, fields, mean_lengths), lengths.documents):
            entry.add_integer(_ROW, row)
            writer.add_document(entry)
    writer.commit()
    writer.wait_merging_threads()
    index.reload()
    return lengths


def _padding(lengths: _Lengths, fields: Sequence[TextField], wanted: Sequence[float]) -> Iterator[Document]:
    """Documents that nothing finds and that bring the mean length of every field to `wanted`: one with words, as many empty ones as that takes."""
    least = max((math.ceil(total / mean) for total, mean in zip(lengths.totals, wanted, strict=True) if mean), default=0)
    documents = max(least, lengths.documents + _PADDING_DOCUMENTS)
    filler = Document()
    for field, total, mean in zip(fields, lengths.totals, wanted, strict=True):
        filler.add_text(_FIELD + field.name, " ".join([_PADDING] * max(0, round(mean * documents) - total)))
    yield filler
    for _ in range(documents - lengths.documents - 1):
        yield Document()


def _row_map(searcher: Searcher) -> npt.NDArray[np.int64] | None:
    """The row of each document by segment and number therein; None where there is one segment and it is in order of rows."""
    hits = searcher.search(Query.all_query(), limit=max(1, searcher.num_docs), count=False, order_by_field=_ROW, order=Order.Asc).hits
    docs = [address.doc for _, address in hits]
    if searcher.num_segments <= 1 and all(row == doc for (row, _), doc in zip(hits, docs, strict=True)):
        return None
    rows = np.full((searcher.num_segments, max(docs) + 1), -1, dtype=np.int64)
    for (row, address), doc in zip(hits, docs, strict=True):
        rows[address.segment_ord, doc] = row
    return rows


def _idf(documents: int, frequency: int) -> float:
    return math.log1p((documents - frequency + 0.5) / (frequency + 0.5))


def _tantivy_idf(documents: int, frequency: int) -> float:
    """The same in tantivy's single precision, which says something else of a term that stands in nearly every document."""
    share = np.float32(documents - frequency + 0.5) / np.float32(frequency + 0.5)
    return float(max(np.log(np.float32(1) + share), np.float32(1e-7)))
