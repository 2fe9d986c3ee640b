"""Full-text indexes behind `ports.lexical`."""

from shopkeeper.adapters.lexical.postings import PostingsIndexes
from shopkeeper.adapters.lexical.tantivy_index import TantivyIndexes

__all__ = ["PostingsIndexes", "TantivyIndexes"]
