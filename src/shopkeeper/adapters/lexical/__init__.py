"""Full-text indexes behind `ports.lexical`: `postings` is the one that is served; `tantivy_index` is loaded by whoever asks for it."""

from shopkeeper.adapters.lexical.postings import PostingsIndexes

__all__ = ["PostingsIndexes"]
