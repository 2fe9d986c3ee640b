"""The same port over tantivy (https://github.com/quickwit-oss/tantivy): one text field for each of ours, terms cut at white space.

A row's score is the sum over fields of boost · BM25 (tantivy knows no BM25F); `idf` from the caller is not used. Rows are
a fast field. Compact on disk and quick for the best few; all matches cross into Python hit by hit, which is
why it is not the default (docs/decisions/0004).
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

import numpy as np
import tantivy

from shopkeeper.errors import Broken
from shopkeeper.ports.lexical import Alternative, Group, LexicalDocument, LexicalIndex, Matches, TextField
from shopkeeper.ports.progress import Progress, Silent

_HEAP_BYTES: Final = 512_000_000
"""One segment holds what fits; more is merged before the index is closed."""
_SMALL_HEAP_BYTES: Final = 20_000_000
_ROW: Final = "row"


class TantivyIndex:
    """An open index."""

    def __init__(self, index: tantivy.Index, fields: Sequence[TextField]) -> None:
        self._schema = index.schema
        self._fields = tuple(fields)
        index.reload()
        self._searcher = index.searcher()

    @property
    def documents(self) -> int:
        """How many documents it holds."""
        return self._searcher.num_docs

    def frequencies(self, terms: Sequence[str]) -> list[int]:
        """In how many documents each term stands, whatever the field."""
        # the package's stubs leave out `count`
        found = (getattr(self._searcher.search(self._term(term), limit=1), "count", 0) for term in terms)
        return [int(count or 0) for count in found]

    def terms_of(self, row: int) -> dict[str, float]:
        """The terms of the fields that make a document longer, each with its weight times its square root of occurrences."""
        hits = self._searcher.search(tantivy.Query.term_query(self._schema, _ROW, row), limit=1).hits
        counts: dict[str, float] = {}
        for _, address in hits:
            stored = json.loads(self._searcher.doc(address)["terms"][0])
            for field in self._fields:
                for term in stored.get(field.name, ()):
                    counts[term] = counts.get(term, 0.0) + field.weight
        return {term: weight**0.5 for term, weight in counts.items()}

    def vocabulary(self, prefix: str = "") -> Iterator[tuple[str, int]]:
        """The terms that begin with `prefix`, in code-point order; the frequency is that of the field in which it is highest."""
        counts: dict[str, int] = {}
        for field in self._fields:
            for term, count in self._searcher.terms_with_prefix(field.name, prefix):
                counts[term] = max(count, counts.get(term, 0))
        yield from sorted(counts.items(), key=lambda entry: entry[0].encode())

    def search(self, groups: Sequence[Group], *, least: int = 0, idf: Mapping[str, float] | None = None) -> Matches:  # noqa: ARG002
        """Return all rows that meet the groups; see the port."""
        if not groups or not self.documents:
            return Matches(np.empty(0, np.int32), np.empty(0, np.float32))
        required = [(tantivy.Occur.Should, self._group(group)) for group in groups if group.required]
        others = [(tantivy.Occur.Should, self._group(group)) for group in groups if not group.required]
        if least and required:
            query = tantivy.Query.boolean_query(
                [(tantivy.Occur.Must, tantivy.Query.boolean_query(required, minimum_number_should_match=least)), *others]
            )
        else:
            query = tantivy.Query.boolean_query([*required, *others])
        hits = self._searcher.search(query, limit=self.documents, count=False).hits
        rows = np.array(self._searcher.fast_field_values(_ROW, [address for _, address in hits]), dtype=np.int32)
        scores = np.array([score for score, _ in hits], dtype=np.float32)
        order = np.argsort(rows)
        return Matches(rows[order], scores[order])

    def _group(self, group: Group) -> tantivy.Query:
        ways = [self._alternative(alternative) for alternative in group.alternatives]
        query = ways[0] if len(ways) == 1 else tantivy.Query.disjunction_max_query(ways)
        return tantivy.Query.boost_query(query, group.weight)

    def _alternative(self, alternative: Alternative) -> tantivy.Query:
        terms = [(tantivy.Occur.Must, self._term(term)) for term in dict.fromkeys(alternative.terms)]
        return tantivy.Query.boost_query(tantivy.Query.boolean_query(terms), alternative.weight)

    def _term(self, term: str) -> tantivy.Query:
        return tantivy.Query.boolean_query(
            [
                (tantivy.Occur.Should, tantivy.Query.boost_query(tantivy.Query.term_query(self._schema, field.name, term, "freq"), field.weight))
                for field in self._fields
            ]
        )


class TantivyIndexes:
    """Builds and opens TantivyIndex; `name` changes with the layout of its files."""

    name = "tantivy.v1"

    def build(self, documents: Iterable[LexicalDocument], folder: Path, *, fields: Sequence[TextField], progress: Progress) -> Mapping[str, object]:
        """Write tantivy's files and `fields.json`."""
        index = tantivy.Index(_schema(fields), path=str(folder))
        count = _write(index, documents, fields, _HEAP_BYTES, progress)
        described = [[field.name, field.weight, field.counts] for field in fields]
        (folder / "fields.json").write_text(json.dumps(described), encoding="utf-8")
        for lock in folder.glob(".tantivy-*.lock"):
            lock.unlink()
        return {"documents": count}

    def open(self, folder: Path) -> TantivyIndex:
        """Open what `build` wrote."""
        try:
            fields = [TextField(*described) for described in json.loads((folder / "fields.json").read_text(encoding="utf-8"))]
            return TantivyIndex(tantivy.Index.open(str(folder)), fields)
        except (OSError, ValueError, TypeError) as error:
            raise Broken(
                f"the text index in {folder.name} cannot be read ({error})", hint="Run `shopkeeper train search` to build it anew."
            ) from error

    def in_memory(
        self,
        documents: Sequence[LexicalDocument],
        *,
        fields: Sequence[TextField],
        like: LexicalIndex | None = None,  # noqa: ARG002
    ) -> TantivyIndex:
        """Return an index in memory; lengths are compared within it."""
        index = tantivy.Index(_schema(fields))
        _write(index, documents, fields, _SMALL_HEAP_BYTES, Silent())
        return TantivyIndex(index, fields)


def _schema(fields: Sequence[TextField]) -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_unsigned_field(_ROW, indexed=True, fast=True)
    builder.add_text_field("terms", stored=True, tokenizer_name="raw", index_option="basic")
    for field in fields:
        builder.add_text_field(field.name, tokenizer_name="whitespace", index_option="freq")
    return builder.build()


def _write(index: tantivy.Index, documents: Iterable[LexicalDocument], fields: Sequence[TextField], heap: int, progress: Progress) -> int:
    writer = index.writer(heap_size=heap, num_threads=1)
    telling = [field.name for field in fields if field.counts]
    row = -1
    for row, document in enumerate(documents):
        added = tantivy.Document()
        added.add_unsigned(_ROW, row)
        added.add_text("terms", json.dumps({name: list(document.get(name, ())) for name in telling}, ensure_ascii=False))
        for field in fields:
            if terms := document.get(field.name):
                added.add_text(field.name, " ".join(terms))
        writer.add_document(added)
        if row % 2_000 == 1_999:
            progress.step("index", row + 1, None)
    writer.commit()
    writer.wait_merging_threads()
    return row + 1
