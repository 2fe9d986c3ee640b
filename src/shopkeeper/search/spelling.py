"""Mending a Latin word that the catalogue does not know: the nearest word that it knows.

Never for Chinese (one character off is another word), for codes and numbers, or for words under four letters. Distance: optimal string alignment
(Damerau 1964: insert, delete, replace, swap two neighbours), one for short words, two from eight letters on.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

import numpy as np
import numpy.typing as npt

from shopkeeper.language.mapped import map_array

SHORTEST: Final = 4
LONGEST: Final = 24
TWO_ERRORS_FROM: Final = 8
_WORD: Final = re.compile(rf"[a-z]{{{SHORTEST},{LONGEST}}}")
_A: Final = ord("a")


@dataclass(frozen=True, slots=True)
class Spelling:
    """The catalogue's Latin words, grouped by length: `letters` holds them one after the other, `first` where each length begins."""

    letters: npt.NDArray[np.uint8]
    counts: npt.NDArray[np.int32]
    first: npt.NDArray[np.int64]
    """For each length 0 … LONGEST+1: how many words are shorter."""

    @classmethod
    def empty(cls) -> Self:
        """A catalogue that knows no words."""
        return cls.of(())

    @classmethod
    def of(cls, vocabulary: Iterable[tuple[str, int]]) -> Self:
        """Return the spelling of (term, document frequency) pairs; terms that are no Latin words are passed over."""
        words = sorted(((len(term), term, count) for term, count in vocabulary if _WORD.fullmatch(term)))
        lengths = np.array([length for length, _, _ in words], dtype=np.int64)
        first = np.searchsorted(lengths, np.arange(LONGEST + 2))
        letters = np.frombuffer("".join(term for _, term, _ in words).encode(), dtype=np.uint8)
        return cls(letters, np.array([count for _, _, count in words], dtype=np.int32), first.astype(np.int64))

    def save(self, folder: Path) -> None:
        """Write the arrays into `folder` (made here)."""
        folder.mkdir()
        for name in ("letters", "counts", "first"):
            np.save(folder / f"{name}.npy", getattr(self, name))

    @classmethod
    def open(cls, folder: Path) -> Self:
        """Map what `save` wrote."""
        return cls(*(map_array(folder / f"{name}.npy") for name in ("letters", "counts", "first")))

    def correct(self, word: str) -> str | None:
        """Return the known word nearest to `word` (the more frequent of equals, same first letter before others), None where none is near."""
        return self._nearest(word, least=0)

    def neighbour(self, word: str) -> str | None:
        """Return the known word nearest to `word` that is another word, None where none is near."""
        return self._nearest(word, least=1)

    def _nearest(self, word: str, *, least: int) -> str | None:
        if not _WORD.fullmatch(word):
            return None
        allowed = 1 if len(word) < TWO_ERRORS_FROM else 2
        best: tuple[float, str] | None = None
        for length in range(max(SHORTEST, len(word) - allowed), min(LONGEST, len(word) + allowed) + 1):
            table, counts = self._of_length(length)
            near = _with_similar_letters(table, word, allowed)
            if not len(near):
                continue
            distance = alignment_distances(table[near], word)
            # one error more outweighs any frequency; another first letter counts as three quarters of an error
            cost = distance + 0.75 * (table[near, 0] != ord(word[0])) - 0.01 * np.log1p(counts[near])
            cost[(distance > allowed) | (distance < least)] = np.inf
            place = int(cost.argmin())
            if np.isfinite(cost[place]) and (best is None or cost[place] < best[0]):
                best = float(cost[place]), bytes(table[near[place]]).decode()
        return None if best is None else best[1]

    def _of_length(self, length: int) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int32]]:
        start, end = int(self.first[length]), int(self.first[length + 1])
        shorter = self.first[: length + 1]
        offset = int((np.diff(shorter, prepend=0)[1:] * np.arange(length)).sum()) if length else 0
        return self.letters[offset : offset + (end - start) * length].reshape(end - start, length), self.counts[start:end]


def _with_similar_letters(table: npt.NDArray[np.uint8], word: str, allowed: int) -> npt.NDArray[np.intp]:
    """The rows whose set of letters differs from that of `word` by at most 2·allowed: no nearer word is lost, most others are."""
    sets = np.bitwise_or.reduce(np.left_shift(np.uint32(1), (table - _A).astype(np.uint32)), axis=1) if len(table) else np.empty(0, np.uint32)
    wanted = np.uint32(0)
    for letter in word:
        wanted |= np.uint32(1 << (ord(letter) - _A))
    return np.flatnonzero(np.bitwise_count(sets ^ wanted) <= 2 * allowed)


def alignment_distances(table: npt.NDArray[np.uint8], word: str) -> npt.NDArray[np.float64]:
    """Return the optimal string alignment distance of each row of `table` (ASCII letters, all of one length) to `word`."""
    rows, length = table.shape
    letters = np.frombuffer(word.encode(), dtype=np.uint8)
    previous2 = np.zeros((length + 1, rows), dtype=np.int16)
    previous = np.repeat(np.arange(length + 1, dtype=np.int16)[:, None], rows, axis=1)
    for i, letter in enumerate(letters, 1):
        current = np.empty_like(previous)
        current[0] = i
        for j in range(1, length + 1):
            differs = (table[:, j - 1] != letter).astype(np.int16)
            cell = np.minimum(np.minimum(previous[j] + 1, current[j - 1] + 1), previous[j - 1] + differs)
            if i > 1 and j > 1:
                swapped = (table[:, j - 1] == letters[i - 2]) & (table[:, j - 2] == letter)
                cell = np.where(swapped, np.minimum(cell, previous2[j - 2] + 1), cell)
            current[j] = cell
        previous2, previous = previous, current
    return previous[length].astype(np.float64)
