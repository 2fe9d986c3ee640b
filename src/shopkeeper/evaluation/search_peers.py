"""Other full-text engines over the same texts: what a shop would have without us."""

import re
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from shopkeeper.domain.product import Product
from shopkeeper.domain.texts import Label

Ask = Callable[[str, int], list[str]]
"""(query, limit) → ids, best first."""

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


def open_bm25s(products: Sequence[Product]) -> Ask:
    """bm25s (Lu 2024, https://arxiv.org/abs/2407.03618) with its own tokenizer, English stop words and Snowball stems; title twice."""
    import bm25s
    import Stemmer

    stemmer = Stemmer.Stemmer("english")
    corpus = [" ".join((title, title, description, brand, attributes)) for title, description, brand, attributes in map(texts_of, products)]
    index = bm25s.BM25()
    index.index(bm25s.tokenize(corpus, stopwords="en", stemmer=stemmer, show_progress=False), show_progress=False)

    def ask(query: str, limit: int) -> list[str]:
        tokens = bm25s.tokenize([query], stopwords="en", stemmer=stemmer, show_progress=False)
        found, scores = index.retrieve(tokens, k=min(limit, len(products)), show_progress=False)
        return [products[int(row)].id for row, score in zip(found[0], scores[0], strict=True) if score > 0]

    return ask


def open_fts5(products: Sequence[Product]) -> Ask:
    """SQLite FTS5 (https://www.sqlite.org/fts5.html) with the porter tokenizer; any word may match, bm25() with the title twice."""
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE VIRTUAL TABLE t USING fts5(title, description, brand, attributes, tokenize='porter unicode61')")
    rows = ((row, *texts_of(product)) for row, product in enumerate(products))
    connection.executemany("INSERT INTO t(rowid, title, description, brand, attributes) VALUES (?, ?, ?, ?, ?)", rows)
    connection.commit()
    select = "SELECT rowid FROM t WHERE t MATCH ? ORDER BY bm25(t, 2.0, 1.0, 1.0, 1.0) LIMIT ?"

    def ask(query: str, limit: int) -> list[str]:
        wanted = " OR ".join(f'"{word}"' for word in _WORD.findall(query))
        return [products[row].id for (row,) in connection.execute(select, (wanted, limit))] if wanted else []

    return ask


PEERS: Final[Mapping[str, Callable[[Sequence[Product]], Ask]]] = {"bm25s": open_bm25s, "sqlite_fts5": open_fts5}
"""What opens each peer over products."""
