"""What follows where fewer products answer a query than a ranking must hold: weaker matches, tier by tier, every tier below the one before.

Any of the words; then the words loosened (pieces of Chinese words, parts of codes, words one error away even if the catalogue knows what was typed);
then products like the best ones; then the rest by popularity. Searches do not fill: who looks for two words is not shown a thousand products with
one of them. Whoever must hand in a ranking of a fixed length does.
"""

from collections.abc import Iterator
from typing import Final

import numpy as np
import numpy.typing as npt

from shopkeeper.language.analyse import CROSSING, PART, code_pieces
from shopkeeper.language.script import is_han
from shopkeeper.ports.lexical import Alternative, Group
from shopkeeper.search.retrieve import Found
from shopkeeper.search.similar import similar_rows
from shopkeeper.search.understand import Understanding
from shopkeeper.search.view import View

Bools = npt.NDArray[np.bool_]
Tier = tuple[npt.NDArray[np.int32], npt.NDArray[np.float32]]

STEP: Final = 0.5
"""The best of a tier scores this share of the least of the tier before: less than popularity and availability together can bridge."""
EXAMPLES: Final = 3
"""Of the best products so far, how many are followed by products like them."""


def fill(view: View, query: Understanding, universe: Bools, found: Found, count: int) -> Found:
    """Return `found`, and below it weaker matches of `universe` until there are `count` (fewer only where the universe is smaller)."""
    free = universe.copy()
    free[found.rows] = False
    rows, scores = found.rows, found.scores
    for tier in _tiers(view, query, universe, found):
        missing = count - len(rows)
        if missing <= 0:
            break
        kept = free[tier[0]]
        more, gained = tier[0][kept], tier[1][kept]
        order = np.lexsort((more, -gained))[:missing]
        if not len(order):
            continue
        more, gained = more[order], gained[order]
        free[more] = False
        floor = STEP * float(scores.min()) if len(scores) else 1.0
        rows = np.concatenate([rows, more])
        scores = np.concatenate([scores, (gained * np.float32(floor / gained.max())).astype(np.float32)])
    return Found(rows, scores, found.understood, found.groups)


def _tiers(view: View, query: Understanding, universe: Bools, found: Found) -> Iterator[Tier]:
    any_word = view.search(query.groups, least=0)
    yield any_word.rows, any_word.scores
    loose = view.search(tuple(_loosened(query, view)), least=0)
    yield loose.rows, loose.scores
    best = found if len(found.rows) else Found(any_word.rows[universe[any_word.rows]], any_word.scores[universe[any_word.rows]], "")
    for row in best.rows[np.lexsort((best.rows, -best.scores))[:EXAMPLES]].tolist():
        yield similar_rows(view, row, universe, len(universe))
    rest = np.flatnonzero(universe).astype(np.int32)
    yield rest, (1 + view.columns.popularity()[rest]).astype(np.float32)


def _loosened(query: Understanding, view: View) -> Iterator[Group]:
    """Groups for what the words are made of, and for their nearest neighbours in the catalogue."""
    for word in query.words:
        if not any(group.required for group in word.groups):
            continue
        if is_han(word.text[0]):
            for char in word.text:
                yield Group((Alternative((char,)), Alternative((PART + char,), 0.5)), required=False)
            for at in range(len(word.text) - 1):
                pair = word.text[at : at + 2]
                yield Group((Alternative((pair,)), Alternative((PART + pair,)), Alternative((CROSSING + pair,))), required=False)
            continue
        for term, _, _ in code_pieces(word.text):
            yield Group((Alternative((term,)),), required=False)
            if (near := view.spelling.neighbour(term)) is not None:
                yield Group((Alternative((near,)),), required=False)
