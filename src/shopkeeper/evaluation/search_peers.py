"""Other full-text engines over the same texts: what a shop would have without us."""

import re
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from shopkeeper.domain.product import Product
from shopkeeper.domain.texts import Label

Rank = Callable[[Sequence[Product], Sequence[str], int], dict[str, list[str]]]
"""(products, queries, limit) → ids for each query, best first."""

_WORD: Final = re.compile(r"\w+")


def texts_of(product: Product) -> tuple[str, str, str, str]:
    """Title, description, brand and attribute values of a product, in all its languages."""

    def shown(label: Label) -> str:
        return " ".join(wording for _, wording in label.names) or label.key

    return (
        " ".join(wording for _, wording in product.title),
        " ".join(wording for _, wording in product.description),
        "" if product.brand is None else shown(product.brand),
        " ".join(shown(label) for _, labels in product.attributes for label in labels),
    )


def rank_by_bm25s(products: Sequence[Product], queries: Sequence[str], limit: int) -> dict[str, list[str]]:
    """bm25s (Lu 2024, https://arxiv.org/abs/2407.03618) with its own tokenizer, English stop words and Snowball stems; title twice."""
    import bm25s
    import Stemmer

    stemmer = Stemmer.Stemmer("english")
    corpus = [" ".join((title, title, description, brand, attributes)) for title, description, brand, attributes in map(texts_of, products)]
    index = bm25s.BM25()
    index.index(bm25s.tokenize(corpus, stopwords="en", stemmer=stemmer, show_progress=False), show_progress=False)
    ranked: dict[str, list[str]] = {}
    for query in queries:
        tokens = bm25s.tokenize([query], stopwords="en", stemmer=stemmer, show_progress=False)
        found, scores = index.retrieve(tokens, k=min(limit, len(products)), show_progress=False)
        ranked[query] = [products[int(row)].id for row, score in zip(found[0], scores[0], strict=True) if score > 0]
    return ranked


def rank_by_fts5(products: Sequence[Product], queries: Sequence[str], limit: int) -> dict[str, list[str]]:
    """SQLite FTS5 (https://www.sqlite.org/fts5.html) with the porter tokenizer; any word may match, bm25() with the title twice."""
    ranked: dict[str, list[str]] = {}
    with fts5_index(products) as connection:
        for query in queries:
            if wanted := fts5_query(query):
                rows = connection.execute(FTS5_SELECT, (wanted, limit))
                ranked[query] = [products[row].id for (row,) in rows]
    return ranked


FTS5_SELECT: Final = "SELECT rowid FROM t WHERE t MATCH ? ORDER BY bm25(t, 2.0, 1.0, 1.0, 1.0) LIMIT ?"


def fts5_index(products: Sequence[Product]) -> sqlite3.Connection:
    """Return a database in memory whose table `t` holds the texts, by row."""
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE VIRTUAL TABLE t USING fts5(title, description, brand, attributes, tokenize='porter unicode61')")
    rows = ((row, *texts_of(product)) for row, product in enumerate(products))
    connection.executemany("INSERT INTO t(rowid, title, description, brand, attributes) VALUES (?, ?, ?, ?, ?)", rows)
    connection.commit()
    return connection


def fts5_query(query: str) -> str:
    """Return the query's words for FTS5, each in quotes, any of them."""
    return " OR ".join(f'"{word}"' for word in _WORD.findall(query))


PEERS: Final[Mapping[str, Rank]] = {"bm25s": rank_by_bm25s, "sqlite_fts5": rank_by_fts5}
