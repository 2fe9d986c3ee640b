"""Which rows answer a query: those with all its words; if none, across the edges of words; if none, with fewer words, and it says so."""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt

from shopkeeper.ports.lexical import Group, Matches
from shopkeeper.search.understand import Understanding, Word, joined, last_resort, understand
from shopkeeper.search.view import View

Bools = npt.NDArray[np.bool_]

KEPT_SHARE: Final = 0.4
"""Of a query's weight (idf), the share that a relaxed query must still hold; below it nothing is found rather than something else."""


@dataclass(frozen=True, slots=True)
class Found:
    """Rows with scores; `groups` are what was looked for; `understood` says how the query was read where that differs from what was typed."""

    rows: npt.NDArray[np.int32]
    scores: npt.NDArray[np.float32]
    understood: str
    groups: tuple[Group, ...] = ()

    @property
    def terms(self) -> frozenset[str]:
        """Every term that may have matched, for highlighting."""
        return frozenset(term for group in self.groups for alternative in group.alternatives for term in alternative.terms)

    def among(self, rows: npt.NDArray[np.int32]) -> Bools:
        """Which of the found rows are among `rows`."""
        return np.isin(self.rows, rows)

    def only(self, kept: Bools) -> "Found":
        """The found rows that `kept` is true for."""
        return replace(self, rows=self.rows[kept], scores=self.scores[kept])


def rows_with(view: View, word: str) -> npt.NDArray[np.int32]:
    """Return the rows that have `word` (one that a query leaves out), as a word or a piece of one; never a mended or a dropped word."""
    groups = understand(word, view.frequencies, lambda _: None).groups
    return view.search(groups, least=max(1, _required(groups))).rows


def retrieve(view: View, query: Understanding, universe: Bools) -> Found:
    """Return the rows of `universe` that answer `query`."""
    groups = query.groups
    found = _within(view.search(groups, least=_required(groups)), universe)
    corrected = query.text if query.corrected else ""
    if len(found.rows):
        return Found(found.rows, found.scores, corrected, groups)
    if query.han_runs:
        wide = _across_edges(query)
        found = _within(view.search(wide, least=_required(wide)), universe)
        if len(found.rows):
            return Found(found.rows, found.scores, corrected, wide)
    return _fewer_words(view, query, universe)


def _required(groups: tuple[Group, ...]) -> int:
    return sum(group.required for group in groups)


def _within(matches: Matches, universe: Bools) -> Matches:
    kept = universe[matches.rows]
    return Matches(matches.rows[kept], matches.scores[kept])


def _across_edges(query: Understanding) -> tuple[Group, ...]:
    """The query with each run of Han characters taken letter by letter."""
    others = [group for word in query.words if not any(word.text in run for run in query.han_runs) for group in word.groups]
    return (*others, *(group for run in query.han_runs for group in last_resort(run)))


def _fewer_words(view: View, query: Understanding, universe: Bools) -> Found:
    """Keep the words that the best partial match meets, if they say enough."""
    nothing = Found(np.empty(0, np.int32), np.empty(0, np.float32), query.text if query.corrected else "")
    words = [word for word in query.words if any(group.required for group in word.groups)]
    if len(words) < 2:
        return nothing
    weights = _weights(view, words)
    met = [_rows_meeting(view, word) for word in words]
    total = np.zeros(len(universe), dtype=np.float32)
    for rows, weight in zip(met, weights, strict=True):
        total[rows] += weight
    total[~universe] = 0
    best = float(total.max(initial=0.0))
    if best <= 0 or best < KEPT_SHARE * sum(weights):
        return nothing
    row = int(total.argmax())
    kept = [word for word, rows in zip(words, met, strict=True) if row in rows]
    reduced = Understanding(tuple(kept), query.bonus, query.han_runs)
    matches = _within(view.search(reduced.groups, least=_required(reduced.groups)), universe)
    return Found(matches.rows, matches.scores, joined([word.text for word in kept]), reduced.groups)


def _rows_meeting(view: View, word: Word) -> npt.NDArray[np.int32]:
    return view.search(word.groups, least=max(1, _required(word.groups))).rows


def _weights(view: View, words: list[Word]) -> list[float]:
    """How much each word says: the idf of its rarest term; an unknown word counts as the rarest there could be."""
    weights: list[float] = []
    for word in words:
        terms = [term for group in word.groups for alternative in group.alternatives for term in alternative.terms]
        weights.append(max(view.idf(terms).values(), default=0.0))
    return weights
