"""Chinese words by rjieba (Jieba's dictionary and hidden Markov model), in the two forms that search needs.

For the index: words and the dictionary's words inside them (农业发展银行 holds 农业), and below them, apart, every shorter piece of a word
(花 of 鲜花) and the pairs that cross a word's edge (和服 of 产品和服务): the first are found with a low weight, the second only where
nothing else is.
"""

from collections.abc import Sequence, Set
from functools import lru_cache
from typing import Final, TypeAlias

from shopkeeper.language.script import is_han

LONGEST_PART: Final = 3
LONGEST_WORD: Final = 12
"""A longer "word" is a segmentation accident; its inner pieces beyond this are not listed."""

PART: Final = "·"
CROSSING: Final = "~"

Piece: TypeAlias = tuple[str, int, int]
"""(term, start, end): a term and where it stands. A plain tuple: hundreds of thousands are remembered, and the garbage collector takes no notice of
those; as named tuples they made it stop the process for a tenth of a second and more."""

HanTerms: TypeAlias = tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...], int]
"""(words, parts, crossings, number of words of the cut); the words come with the dictionary's words inside them."""


@lru_cache(maxsize=20_000)
def han_terms(run: str) -> HanTerms:
    """Return what a run of Han characters is indexed under."""
    words: list[str] = []
    parts: list[str] = []
    crossings: list[str] = []
    at = 0
    cut = _cut(run)
    for word in cut:
        more_words, more_parts = _terms_inside(word)
        words += more_words
        parts += more_parts
        if at:
            crossings.append(CROSSING + run[at - 1 : at + 1])
        at += len(word)
    return tuple(words), tuple(parts), tuple(crossings), len(cut)


def han_pieces(run: str) -> list[Piece]:
    """Return the same terms of a run of Han characters with their places in it."""
    pieces: list[Piece] = []
    at = 0
    for word in _cut(run):
        pieces += [(term, at + start, at + end) for inside in _inside(word) for term, start, end in inside]
        if at:
            pieces.append((CROSSING + run[at - 1 : at + 1], at - 1, at + 1))
        at += len(word)
    return pieces


@lru_cache(maxsize=100)
def letters_of(terms: Set[str]) -> tuple[str, ...]:
    """Return the Han characters of each of `terms` that has any, for `may_hold`."""
    return tuple(bare for bare in (term.lstrip(PART + CROSSING) for term in terms) if bare and is_han(bare[0]))


def may_hold(run: str, letters: Sequence[str]) -> bool:
    """False if none of the terms with these `letters` (see `letters_of`) can stand in `run`, in whatever form: much cheaper than to cut it."""
    return any(all(letter in run for letter in term) for term in letters)


def _cut(run: str) -> list[str]:
    import rjieba

    return rjieba.cut(run)


@lru_cache(maxsize=50_000)
def _inside(word: str) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
    """The words in a word of the cut, itself first, and its parts, with their places in it. The words of a catalogue come again and again."""
    import rjieba

    size = len(word)
    inner = {inside for inside in rjieba.cut_for_search(word) if inside != word} if size > 2 else set()
    words: list[Piece] = [(word, 0, size)]
    parts: list[Piece] = []
    for length in range(1, min(LONGEST_WORD, size) + 1):
        if length > LONGEST_PART and not inner:
            break
        for start in range(size - length + 1):
            text = word[start : start + length]
            if text == word:
                continue
            if text in inner:
                words.append((text, start, start + length))
            elif length <= LONGEST_PART:
                parts.append((PART + text, start, start + length))
    if _folded_pair(word):
        parts.append((PART + word[0] + word[2], 0, size))
    return tuple(words), tuple(parts)


@lru_cache(maxsize=50_000)
def _terms_inside(word: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    words, parts = _inside(word)
    return tuple(term for term, _, _ in words), tuple(term for term, _, _ in parts)


def _folded_pair(word: str) -> bool:
    """True if a word of three folds two into one: 婴幼儿 is 婴儿 and 幼儿, 中老年 is 中年 and 老年."""
    if len(word) != 3:
        return False
    import rjieba

    return rjieba.has_word(word[0] + word[2]) and rjieba.has_word(word[1:])


@lru_cache(maxsize=10_000)
def query_words(run: str) -> tuple[str, ...]:
    """Return the words of a run of Han characters as a query: cut once, nothing twice."""
    return tuple(_cut(run))
