"""Text → terms: the one reading that products, queries and highlighting share.

A normalised text is a row of chunks: quantities (`256 gb`), codes and Latin words (`wh-1000xm4`), runs of Han, runs of other letters. Each chunk
has terms with their places:

    iPhone15手机壳    iphone15, iphone, 15   手机, 壳   (and below them ·手 ·机)
    WH-1000XM4        wh1000xm4, wh1000, wh1000xm, 1000xm4, …, wh, 1000, xm, 4
    500毫升           500ml, 500, 毫升
"""

import re
from collections.abc import Iterator, Sequence, Set
from functools import lru_cache
from typing import Final, Literal, NamedTuple

from shopkeeper.language.script import normalise, normalise_with_offsets
from shopkeeper.language.segment import CROSSING, PART, Piece, han_pieces, han_terms, letters_of, may_hold
from shopkeeper.language.stem import fold_plural, stem
from shopkeeper.language.units import QUANTITY, quantity_terms

ChunkKind = Literal["quantity", "code", "han", "letters"]

MOST_PIECES_JOINED: Final = 6
"""A code of more pieces than this is found whole, by its pieces and by its hyphen parts, not by every stretch."""
LONGEST_TERM: Final = 60
STEM: Final = "^"
SHORTEST_STEMMED: Final = 3

_CHUNK = re.compile(
    rf"(?P<quantity>{QUANTITY.pattern})"
    r"|(?P<code>[a-z0-9]+(?:(?:[-_&'’]|(?<=\d)\.(?=\d)|(?<=[a-z])\.(?=[a-z]))[a-z0-9]+)*)"
    r"|(?P<han>[\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003134f]+)"
    r"|(?P<letters>[^\W\d_a-z\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003134f]+)"
)
_PIECE = re.compile(r"\d+(?:\.\d+)*|[a-z]+")


class Chunk(NamedTuple):
    """A stretch of normalised text at [start, end)."""

    kind: ChunkKind
    text: str
    start: int
    number: str = ""
    unit: str = ""


class Terms(NamedTuple):
    """The terms of a text for the index: `words` in full weight, `parts` and `crossings` of Han words below.

    `pairs` are neighbouring Latin words written as one (`smart watch` may be asked for as smartwatch); `length` counts the words as read.
    """

    words: list[str]
    parts: list[str]
    crossings: list[str]
    pairs: list[str]
    length: int


def chunks(normalised: str) -> Iterator[Chunk]:
    """Yield the chunks of a normalised text in order."""
    return map(_chunk, _CHUNK.finditer(normalised))


def _chunk(match: re.Match[str]) -> Chunk:
    if match["quantity"] is not None:
        return Chunk("quantity", match["quantity"], match.start(), match["number"], match["unit"] or match["measure"])
    # lastgroup is the outer named group of the branch that matched
    return Chunk(match.lastgroup, match.group(), match.start())  # pyright: ignore[reportArgumentType]


@lru_cache(maxsize=100_000)
def code_pieces(code: str) -> tuple[Piece, ...]:
    """Return the smallest pieces of a Latin word or code: split at marks and between letters and digits, plurals folded.

    >>> [term for term, _, _ in code_pieces("wh-1000xm4")], [term for term, _, _ in code_pieces("t-shirts")]
    (['wh', '1000', 'xm', '4'], ['t', 'shirt'])
    """
    code = code[:-2] + "  " if code.endswith(("'s", "’s")) else code
    return tuple((fold_plural(match.group())[:LONGEST_TERM], match.start(), match.end()) for match in _PIECE.finditer(code))


@lru_cache(maxsize=100_000)
def code_terms(code: str) -> tuple[Piece, ...]:
    """Return all terms of a Latin word or code: its pieces and the stretches of neighbouring pieces, joined; the whole one first."""
    pieces = code_pieces(code)
    if len(pieces) <= 1:
        return (*pieces, *((way, start, end) for term, start, end in pieces for way in stems(term)))
    count = len(pieces)
    whole = _joined(pieces, 0, count)
    if count > MOST_PIECES_JOINED:
        return (whole, *_hyphen_parts(code, pieces), *pieces)
    stretches = [_joined(pieces, start, end) for start in range(count) for end in range(start + 2, count + 1) if end - start < count]
    return (whole, *stretches, *pieces)


def stems(word: str) -> tuple[str, ...]:
    """Return the marked stem of a Latin word where it differs from the word; a term apart, so that it can weigh less.

    >>> stems("running"), stems("run")
    (('^run',), ())
    """
    if len(word) <= SHORTEST_STEMMED or not word.isalpha() or (root := stem(word)) == word:
        return ()
    return (STEM + root,)


def _joined(pieces: tuple[Piece, ...], start: int, end: int) -> Piece:
    term = "".join(term for term, _, _ in pieces[start:end])[:LONGEST_TERM]
    return term, pieces[start][1], pieces[end - 1][2]


def _hyphen_parts(code: str, pieces: tuple[Piece, ...]) -> Iterator[Piece]:
    """The stretches of a long code between its marks."""
    start = 0
    for at in range(1, len(pieces) + 1):
        marked = at == len(pieces) or pieces[at][1] > pieces[at - 1][2] or not code[pieces[at][1] - 1].isalnum()
        if marked:
            if at - start > 1:
                yield _joined(pieces, start, at)
            start = at


@lru_cache(maxsize=50_000)
def _quantity_pieces(text: str, number: str, unit: str) -> tuple[Piece, ...]:
    """The canonical terms first, then the number and the unit as they stand."""
    inside = len(text) - len(unit)
    canonical: list[Piece] = [(term, 0, len(text)) for term in quantity_terms(number, unit)]
    plain: list[Piece] = [(number.replace(",", ""), 0, len(number))]
    if unit.isalpha():
        plain.append((unit, inside, len(text)))
    return tuple({piece[0]: piece for piece in (*plain, *canonical)}.values())


def _pieces(chunk: Chunk) -> Sequence[Piece]:
    match chunk.kind:
        case "quantity":
            return _quantity_pieces(chunk.text, chunk.number, chunk.unit)
        case "code":
            return code_terms(chunk.text)
        case "han":
            return han_pieces(chunk.text)
        case _:
            return ((chunk.text[:LONGEST_TERM], 0, len(chunk.text)),)


@lru_cache(maxsize=100_000)
def _code_words(code: str) -> tuple[str, ...]:
    return tuple(term for term, _, _ in code_terms(code))


@lru_cache(maxsize=50_000)
def _quantity_words(text: str, number: str, unit: str) -> tuple[str, ...]:
    return tuple(term for term, _, _ in _quantity_pieces(text, number, unit))


def index_terms(text: str, *, paired: bool = True) -> Terms:
    """Return the terms under which `text` is found; `paired` False leaves `pairs` empty (in a long text they would outnumber the words)."""
    words: list[str] = []
    parts: list[str] = []
    crossings: list[str] = []
    pairs: list[str] = []
    length = 0
    # the loop of a whole catalogue's import: no Chunk is made, what a chunk gives is remembered
    left, left_end = "", -1
    for match in _CHUNK.finditer(normalise(text)):
        kind = match.lastgroup
        if kind == "code":
            code = match.group()
            words.extend(_code_words(code))
            if paired and match.start() == left_end + 1 and left:
                pairs.extend(pair_terms(left, code))
            left, left_end = code, match.end()
            length += 1
        elif kind == "han":
            more_words, more_parts, more_crossings, read = han_terms(match.group())
            words.extend(more_words)
            parts.extend(more_parts)
            crossings.extend(more_crossings)
            length += read
        elif kind == "quantity":
            words.extend(_quantity_words(match.group(), match["number"], match["unit"] or match["measure"]))
            length += 1
        else:
            words.append(match.group()[:LONGEST_TERM])
            length += 1
    return Terms(words, parts, crossings, pairs, length)


@lru_cache(maxsize=100_000)
def pair_terms(left: str, right: str) -> tuple[str, ...]:
    """Return two neighbouring Latin words as one term; nothing for codes and numbers.

    >>> pair_terms("smart", "watches")
    ('~smartwatch',)
    """
    one, two = code_pieces(left), code_pieces(right)
    if len(one) == 1 and len(two) == 1 and one[0][0].isalpha() and two[0][0].isalpha():
        return (CROSSING + one[0][0] + two[0][0],)
    return ()


def places_of(text: str, wanted: Set[str]) -> list[tuple[int, int]]:
    """Return where in the original `text` the terms of `wanted` stand, as (start, end), in the order of their starts."""
    normalised, offsets = normalise_with_offsets(text)
    letters = letters_of(frozenset(wanted))
    found: list[tuple[int, int]] = []
    for match in _CHUNK.finditer(normalised):
        if not _may_hold(match, wanted, letters):
            continue
        for term, start, end in _pieces(_chunk(match)):
            if term in wanted:
                found.append((offsets[match.start() + start], _end(offsets, match.start() + end - 1)))
    return sorted(found)


def _may_hold(match: re.Match[str], wanted: Set[str], letters: Sequence[str]) -> bool:
    """False if a chunk holds no term of `wanted`: most chunks of a text do not, and need not be taken apart."""
    match match.lastgroup:
        case "code":
            return not wanted.isdisjoint(_code_words(match.group()))
        case "han":
            return may_hold(match.group(), letters)
        case "quantity":
            return not wanted.isdisjoint(_quantity_words(match.group(), match["number"], match["unit"] or match["measure"]))
        case _:
            return match.group()[:LONGEST_TERM] in wanted


def _end(offsets: Sequence[int], last: int) -> int:
    """The end in the original of the character that became normalised character `last` (one character may have become several)."""
    following = last + 1
    while following < len(offsets) - 1 and offsets[following] == offsets[last]:
        following += 1
    return offsets[following]


__all__ = [
    "CROSSING",
    "PART",
    "STEM",
    "Chunk",
    "Piece",
    "Terms",
    "chunks",
    "code_pieces",
    "code_terms",
    "index_terms",
    "pair_terms",
    "places_of",
    "stems",
]
