"""The text of products that are newer than the published index: small indexes in memory, merged as they grow."""

from dataclasses import dataclass

from shopkeeper.domain.product import Product
from shopkeeper.ports.lexical import LexicalDocument, LexicalIndex, LexicalIndexes
from shopkeeper.search.fields import FIELDS, lexical_document


@dataclass(frozen=True, slots=True)
class _Run:
    documents: list[LexicalDocument]
    index: LexicalIndex


class FreshText:
    """An append-only text index; row i is the i-th product that was added.

    Runs of documents are merged when two neighbours are of similar size (a log-structured merge), so that a stream of single updates costs
    log(n) re-inversions of each document instead of n.
    """

    def __init__(self, lexical: LexicalIndexes, base: LexicalIndex | None) -> None:
        self._lexical = lexical
        self._base = base
        self._runs: list[_Run] = []

    def add(self, products: list[Product]) -> None:
        """Add the texts of `products`, in order."""
        if not products:
            return
        documents = [lexical_document(product) for product in products]
        while self._runs and 2 * len(documents) >= len(self._runs[-1].documents):
            documents = self._runs.pop().documents + documents
        self._runs.append(_Run(documents, self._lexical.in_memory(documents, fields=FIELDS, like=self._base)))

    def indexes(self) -> list[LexicalIndex]:
        """The present indexes; the rows of each follow on those of the one before."""
        return [run.index for run in self._runs]
