"""What one request reads: columns and text indexes that fit each other, whatever happens meanwhile."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from shopkeeper.domain.ids import Revision
from shopkeeper.ports.lexical import Group, LexicalIndex, Matches
from shopkeeper.ranking.columns import CatalogColumns
from shopkeeper.search.spelling import Spelling
from shopkeeper.search.suggest import Suggester


@dataclass(frozen=True, slots=True)
class View:
    """A state of the catalogue. `texts` lie behind each other: row numbers of the second begin where the first ends, as in `columns`."""

    version: str
    revision: Revision
    columns: CatalogColumns
    texts: tuple[LexicalIndex, ...]
    spelling: Spelling
    suggester: Suggester

    @property
    def documents(self) -> int:
        """Rows in all text indexes."""
        return sum(text.documents for text in self.texts)

    def frequencies(self, terms: Sequence[str]) -> dict[str, int]:
        """In how many rows each term stands."""
        counts = [text.frequencies(terms) for text in self.texts]
        return {term: sum(column) for term, *column in zip(terms, *counts, strict=True)}

    def idf(self, terms: Sequence[str]) -> dict[str, float]:
        """The BM25 weight of each term: as the first index has it, so that what is written later moves no score of what was there (pages by cursor
        stay in step); over all indexes for terms that the first does not know.
        """
        if not self.texts:
            return dict.fromkeys(terms, 0.0)
        first = dict(zip(terms, self.texts[0].frequencies(terms), strict=True))
        later = self.frequencies([term for term, count in first.items() if count == 0])
        known, everything = self.texts[0].documents, self.documents
        return {term: _idf(known, count) if count else _idf(everything, later[term]) for term, count in first.items()}

    def search(self, groups: Sequence[Group], *, least: int) -> Matches:
        """Search all indexes as one."""
        terms = list(dict.fromkeys(term for group in groups for alternative in group.alternatives for term in alternative.terms))
        idf: Mapping[str, float] | None = self.idf(terms) if len(self.texts) > 1 else None
        found: list[Matches] = []
        offset = 0
        for text in self.texts:
            matches = text.search(groups, least=least, idf=idf)
            found.append(Matches(matches.rows + np.int32(offset), matches.scores))
            offset += text.documents
        if len(found) == 1:
            return found[0]
        if not found:
            return Matches(np.empty(0, np.int32), np.empty(0, np.float32))
        return Matches(*(np.concatenate([getattr(m, name) for m in found]) for name in ("rows", "scores")))

    def terms_of(self, row: int) -> dict[str, float]:
        """The weighted terms of a row."""
        for text in self.texts:
            if row < text.documents:
                return text.terms_of(row)
            row -= text.documents
        return {}


def _idf(documents: int, frequency: int) -> float:
    return float(np.log1p((documents - frequency + 0.5) / (frequency + 0.5)))
