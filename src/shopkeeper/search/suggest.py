"""Completing what is being typed: queries, brands, categories and products whose name has a word that begins with it."""

import json
import re
from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from heapq import nsmallest
from pathlib import Path
from typing import Final, Self

import numpy as np
import numpy.typing as npt

from shopkeeper.domain.product import Product
from shopkeeper.domain.texts import Label
from shopkeeper.language.analyse import chunks
from shopkeeper.language.mapped import map_array
from shopkeeper.language.script import fold_name
from shopkeeper.language.segment import query_words
from shopkeeper.language.sorted_texts import SortedTexts
from shopkeeper.ranking.segment import path_key
from shopkeeper.search.understand import STOP_WORDS

KINDS: Final = ("query", "brand", "category", "product")
QUERY, BRAND, CATEGORY, PRODUCT = range(4)
MOST_STARTS: Final = 5
"""Places in a name from which it can be completed; later words of a long title are rarely how anyone begins."""
LONGEST_KEY: Final = 40
LEAST_TITLES: Final = 3
"""Titles that must share a phrase before it is suggested as a query."""
MOST_PHRASES: Final = 50_000
LONGEST_PHRASE: Final = 30
_TELLING: Final = re.compile(r"[a-z'-]{3,}")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A completion before it is checked against what is on offer: `text` of a query or the facet key it stands for.

    `row` is the product's, or that of one product which the query finds; −1 for a facet value.
    """

    kind: int
    text: str
    row: int
    weight: float


class Suggester:
    """Completions by prefix. `keys` are folded names from each of their words on; `entry_of` says whose they are."""

    def __init__(
        self,
        keys: SortedTexts,
        entry_of: npt.NDArray[np.int32],
        kinds: npt.NDArray[np.uint8],
        rows: npt.NDArray[np.int32],
        weights: npt.NDArray[np.float32],
        texts: SortedTexts,
    ) -> None:
        self._keys = keys
        self._entry_of = entry_of
        self._kinds = kinds
        self._rows = rows
        self._weights = weights
        self._texts = texts

    @classmethod
    def empty(cls) -> Self:
        """One that completes nothing."""
        return cls._from_arrays(*_arrays([]))

    @classmethod
    def _from_arrays(cls, *arrays: np.ndarray) -> Self:
        content, starts, entry_of, kinds, rows, weights, text_content, text_starts = arrays
        return cls(SortedTexts(content, starts), entry_of, kinds, rows, weights, SortedTexts(text_content, text_starts))

    @classmethod
    def open(cls, folder: Path) -> Self:
        """Map what `SuggestionBuilder.save` wrote."""
        names = json.loads((folder / "arrays.json").read_text(encoding="utf-8"))
        return cls._from_arrays(*(map_array(folder / f"{name}.npy") for name in names))

    def candidates(self, prefix: str, limit: int) -> list[Candidate]:
        """Return up to `limit` completions of each kind of the folded `prefix`, the weightiest of a kind first."""
        first, end = self._keys.with_prefix(prefix)
        entries = self._entry_of[first:end]
        kinds = self._kinds[entries]
        found: list[Candidate] = []
        for kind in range(len(KINDS)):
            of_kind = entries[kinds == kind]
            # an entry may stand there once for each of its words; so many are taken that enough different ones remain
            most = limit * MOST_STARTS
            if len(of_kind) > most:
                of_kind = of_kind[np.argpartition(-self._weights[of_kind], most)[:most]]
            best = sorted(set(of_kind.tolist()), key=lambda entry: (-float(self._weights[entry]), entry))[:limit]
            found += [Candidate(kind, self._texts[entry].decode(), int(self._rows[entry]), float(self._weights[entry])) for entry in best]
        return found


@dataclass(frozen=True, slots=True)
class _Entry:
    kind: int
    text: str
    row: int
    weight: float
    names: tuple[str, ...]


class SuggestionBuilder:
    """Collects names while the catalogue passes by."""

    def __init__(self) -> None:
        self._products: list[_Entry] = []
        self._labels: dict[tuple[int, str], tuple[set[str], float]] = {}
        self._phrases: dict[str, int] = {}
        """Each phrase's place in the two arrays: how many titles hold it, and the row of the first."""
        self._titles = array("i")
        self._first = array("i")

    def add(self, row: int, product: Product, popularity: float) -> None:
        """Take in the names of one product."""
        weight = 1.0 + popularity
        titles = tuple(dict.fromkeys(wording for _, wording in product.title))
        self._products.append(_Entry(PRODUCT, "", row, weight, titles))
        if product.brand is not None:
            self._label(BRAND, product.brand.key, product.brand, weight)
        for path in product.categories:
            for depth in range(1, len(path) + 1):
                self._label(CATEGORY, path_key([label.key for label in path[:depth]]), path[depth - 1], weight)
        for phrase in set().union(*map(_phrases, titles)):
            place = self._phrases.setdefault(phrase, len(self._phrases))
            if place == len(self._titles):
                self._titles.append(0)
                self._first.append(row)
            self._titles[place] += 1

    def _label(self, kind: int, key: str, label: Label, weight: float) -> None:
        names, total = self._labels.get((kind, key), (set(), 0.0))
        names.update(wording for _, wording in label.names)
        if not label.names:
            names.add(label.key)
        self._labels[kind, key] = (names, total + weight)

    def save(self, folder: Path) -> None:
        """Write the completions into `folder` (made here)."""
        labels = [_Entry(kind, key, -1, weight, tuple(sorted(names))) for (kind, key), (names, weight) in self._labels.items()]
        shared = ((phrase, self._titles[place]) for phrase, place in self._phrases.items() if self._titles[place] >= LEAST_TITLES)
        # equals by name: a catalogue gives the same suggestions each time it is indexed
        common = nsmallest(MOST_PHRASES, shared, key=lambda found: (-found[1], found[0]))
        taken = {fold_name(name) for entry in labels for name in entry.names}
        queries = [
            _Entry(QUERY, phrase, self._first[self._phrases[phrase]], float(count), (phrase,)) for phrase, count in common if phrase not in taken
        ]
        folder.mkdir()
        names = ("keys", "key_starts", "entry_of", "kinds", "rows", "weights", "texts", "text_starts")
        for name, values in zip(names, _arrays([*queries, *labels, *self._products]), strict=True):
            np.save(folder / f"{name}.npy", values)
        (folder / "arrays.json").write_text(json.dumps(names), encoding="utf-8")


def _arrays(entries: Iterable[_Entry]) -> tuple[np.ndarray, ...]:
    entries = list(entries)
    keyed: list[tuple[bytes, int]] = []
    for number, entry in enumerate(entries):
        keyed += [(key.encode(), number) for key in dict.fromkeys(key for name in entry.names for key in name_starts(name))]
    keyed.sort()
    content, starts = SortedTexts.arrays_of([key for key, _ in keyed])
    texts, text_starts = SortedTexts.arrays_of([entry.text.encode() for entry in entries])
    return (
        content,
        starts,
        np.array([number for _, number in keyed], dtype=np.int32),
        np.array([entry.kind for entry in entries], dtype=np.uint8),
        np.array([entry.row for entry in entries], dtype=np.int32),
        np.array([entry.weight for entry in entries], dtype=np.float32),
        texts,
        text_starts,
    )


def name_starts(name: str) -> list[str]:
    """Return a folded name from each of its words on: `sony wh-1000`, `wh-1000`; a Chinese one from each word of its segmentation."""
    folded = fold_name(name)
    starts = [0]
    for chunk in chunks(folded):
        starts.append(chunk.start)
        if chunk.kind == "han":
            at = chunk.start
            for word in query_words(chunk.text):
                starts.append(at)
                at += len(word)
    return [folded[start : start + LONGEST_KEY] for start in dict.fromkeys(starts[: 3 * MOST_STARTS])][:MOST_STARTS]


def _phrases(title: str) -> set[str]:
    """Two or three neighbouring words of a title, folded: what may be worth asking for. No numbers, no single letters."""
    folded = fold_name(title)
    found: set[str] = set()
    run: list[tuple[int, int]] = []
    for start, end in _telling_words(folded):
        if run and start - run[-1][1] > 1:
            run = []
        run = [*run[-2:], (start, end)]
        for place in run[:-1]:
            if end - place[0] <= LONGEST_PHRASE:
                found.add(folded[place[0] : end])
    return found


def _telling_words(folded: str) -> Iterator[tuple[int, int]]:
    """The places of words that say something; what lies between them breaks a phrase."""
    for chunk in chunks(folded):
        if chunk.kind == "han":
            at = chunk.start
            for word in query_words(chunk.text):
                yield at, at + len(word)
                at += len(word)
        elif chunk.kind == "code" and _TELLING.fullmatch(chunk.text) and chunk.text not in STOP_WORDS:
            yield chunk.start, chunk.start + len(chunk.text)
