"""Chinese words by rjieba (Jieba's dictionary and hidden Markov model), in the two forms that search needs.

For the index: words and the dictionary's words inside them (农业发展银行 holds 农业), and below them, apart, every shorter piece of a word
(花 of 鲜花) and the pairs that cross a word's edge (和服 of 产品和服务): the first are found with a low weight, the second only where
nothing else is.
"""

from functools import lru_cache
from typing import Final, NamedTuple

LONGEST_PART: Final = 3
LONGEST_WORD: Final = 12
"""A longer "word" is a segmentation accident; its inner pieces beyond this are not listed."""

PART: Final = "·"
CROSSING: Final = "~"


class Piece(NamedTuple):
    """A term at [start, end) of the text it was cut from."""

    term: str
    start: int
    end: int


class HanPieces(NamedTuple):
    """What a run of Han characters is indexed under. `words` of the cut come with the dictionary's words inside them."""

    words: tuple[Piece, ...]
    parts: tuple[Piece, ...]
    crossings: tuple[Piece, ...]
    length: int
    word_terms: tuple[str, ...]
    part_terms: tuple[str, ...]
    crossing_terms: tuple[str, ...]


@lru_cache(maxsize=100_000)
def index_pieces(run: str) -> HanPieces:
    """Return the pieces of a run of Han characters."""
    import rjieba

    words: list[Piece] = []
    parts: list[Piece] = []
    crossings: list[Piece] = []
    at = 0
    cut = rjieba.cut(run)
    for word in cut:
        end = at + len(word)
        inner = {inside for inside in rjieba.cut_for_search(word) if inside != word} if len(word) > 2 else set()
        words.append(Piece(word, at, end))
        longest = min(LONGEST_WORD, len(word))
        for size in range(1, longest + 1):
            for start in range(len(word) - size + 1):
                text = word[start : start + size]
                if text == word:
                    continue
                piece = Piece(text, at + start, at + start + size)
                if text in inner:
                    words.append(piece)
                elif size <= LONGEST_PART:
                    parts.append(piece._replace(term=PART + text))
        if _folded_pair(word):
            parts.append(Piece(PART + word[0] + word[2], at, end))
        if at:
            crossings.append(Piece(CROSSING + run[at - 1 : at + 1], at - 1, at + 1))
        at = end
    texts = (tuple(piece.term for piece in pieces) for pieces in (words, parts, crossings))
    return HanPieces(tuple(words), tuple(parts), tuple(crossings), len(cut), *texts)


def _folded_pair(word: str) -> bool:
    """True if a word of three folds two into one: 婴幼儿 is 婴儿 and 幼儿, 中老年 is 中年 and 老年."""
    if len(word) != 3:
        return False
    import rjieba

    return rjieba.has_word(word[0] + word[2]) and rjieba.has_word(word[1:])


@lru_cache(maxsize=10_000)
def query_words(run: str) -> tuple[str, ...]:
    """Return the words of a run of Han characters as a query: cut once, nothing twice."""
    import rjieba

    return tuple(rjieba.cut(run))
