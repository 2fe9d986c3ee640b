"""More like this: products that share the words that tell this one from the others."""

from typing import Final

import numpy as np
import numpy.typing as npt

from shopkeeper.language.analyse import CROSSING, PART, STEM
from shopkeeper.ports.lexical import Alternative, Group
from shopkeeper.search.view import View

MOST_TERMS: Final = 25
"""Terms of the product that are searched with, after Lucene's MoreLikeThis: the ones with the largest tf·idf."""


def similar_rows(view: View, row: int, universe: npt.NDArray[np.bool_], limit: int) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.float32]]:
    """Return up to `limit` rows of `universe` like `row`, best first, with scores as shares of what the product itself would score."""
    weights = {term: weight for term, weight in view.terms_of(row).items() if not term.startswith((PART, CROSSING, STEM))}
    idf = view.idf(list(weights))
    telling = sorted(weights, key=lambda term: (-weights[term] * idf[term], term))[:MOST_TERMS]
    groups = [Group((Alternative((term,)),), weight=weights[term], required=False) for term in telling]
    if not groups:
        return np.empty(0, np.int32), np.empty(0, np.float32)
    matches = view.search(groups, least=0)
    own = sum(weights[term] ** 2 * idf[term] for term in telling)
    kept = universe[matches.rows] & (matches.rows != row)
    rows, scores = matches.rows[kept], np.minimum(matches.scores[kept] / max(own, 1e-9), 1.0)
    order = np.lexsort((rows, -scores))[:limit]
    return rows[order], scores[order].astype(np.float32)
