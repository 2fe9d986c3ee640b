"""Full-text indexes behind `ports.lexical`."""

from shopkeeper.adapters.lexical.postings import PostingsIndexes

TantivyIndexes = PostingsIndexes

__all__ = ["PostingsIndexes", "TantivyIndexes"]
