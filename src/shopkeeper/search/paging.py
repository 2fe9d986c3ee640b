"""Which of the matches stand on the page that is asked for, and the cursors of the pages before and after it."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from shopkeeper.search.cursor import Place, write_cursor
from shopkeeper.search.request import SearchRequest
from shopkeeper.search.sorting import best_first


@dataclass(frozen=True, slots=True)
class Page:
    """Places (among the matches) of a page's hits, in order; `first` is how many matches come before it."""

    places: npt.NDArray[np.intp]
    first: int
    next_cursor: str
    previous_cursor: str


@dataclass(frozen=True, slots=True)
class Ordered:
    """The matches of a search with their sort keys, in index `version`."""

    version: str
    keys: npt.NDArray[np.float64]
    scores: npt.NDArray[np.float32]
    rows: npt.NDArray[np.int32]

    def best(self, among: npt.NDArray[np.intp], count: int) -> npt.NDArray[np.intp]:
        """The `count` best of the matches at `among`, in order."""
        return among[best_first(self.keys[among], self.scores[among], self.rows[among], count)]

    def behind(self, place: Place) -> npt.NDArray[np.bool_]:
        """True for what comes after `place` in the order of `best_first`."""
        score = np.float32(place.score)
        tied = (self.keys == place.key) & ((self.scores < score) | ((self.scores == score) & (self.rows > place.row)))
        return (self.keys < place.key) | tied

    def is_at(self, place: Place) -> npt.NDArray[np.bool_]:
        """True for the hit of `place` itself."""
        return (self.keys == place.key) & (self.scores == np.float32(place.score)) & (self.rows == place.row)

    def place(self, at: np.intp, seen: int, *, back: bool = False) -> Place:
        """The place of the match at `at`."""
        return Place(self.version, seen, float(self.keys[at]), float(self.scores[at]), int(self.rows[at]), back)


def page_of(matches: Ordered, request: SearchRequest, place: Place | None) -> Page:
    """Return the page that `request` asks for: behind `place`, before it, or from the request's offset on."""
    everything = np.arange(len(matches.rows))
    if place is None or place.version != matches.version:
        first = request.offset if place is None else max(0, place.seen - request.limit) if place.back else place.seen
        chosen = matches.best(everything, first + request.limit)[first:]
        behind = len(everything) - first - len(chosen)
    elif place.back:
        ahead = np.flatnonzero(~(matches.behind(place) | matches.is_at(place)))
        # fewer than a page lie before it: then this is the first page, and a whole one
        chosen = matches.best(ahead, len(ahead))[-request.limit :] if len(ahead) >= request.limit > 0 else matches.best(everything, request.limit)
        first = max(0, len(ahead) - request.limit)
        behind = len(everything) - first - len(chosen)
    else:
        following = np.flatnonzero(matches.behind(place))
        chosen = matches.best(following, request.limit)
        first, behind = place.seen, len(following) - len(chosen)
    if not len(chosen):
        return Page(chosen, first, "", "")
    after = write_cursor(request, matches.place(chosen[-1], first + len(chosen))) if behind > 0 else ""
    before = write_cursor(request, matches.place(chosen[0], first, back=True)) if first > 0 else ""
    return Page(chosen, first, after, before)
