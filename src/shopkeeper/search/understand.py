"""A query as typed → groups of terms, one per word, with the ways in which each word may be met."""

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from shopkeeper.errors import BadInput
from shopkeeper.language.analyse import CROSSING, PART, SHORTEST_STEMMED, STEM, Chunk, chunks, code_pieces, code_terms, pair_terms, stems
from shopkeeper.language.script import normalise
from shopkeeper.language.segment import LONGEST_PART, query_words
from shopkeeper.language.stem import stem
from shopkeeper.language.units import quantity_terms
from shopkeeper.ports.lexical import Alternative, Group
from shopkeeper.search.request import MAX_QUERY

Frequencies = Callable[[Sequence[str]], dict[str, int]]
Correct = Callable[[str], str | None]

MAX_WORDS: Final = 60
"""Words beyond this are left aside: a pasted paragraph is searched by its beginning."""

LONGEST_PIECE: Final = 12
"""Characters of the longest known piece that is looked for in an unknown word: keeps the cost of a pasted run of characters linear."""

PART_WEIGHT: Final = 0.5
PIECES_WEIGHT: Final = 0.9
ADJACENT_WEIGHT: Final = 0.3
STEM_WEIGHT: Final = 0.6

STOP_WORDS: Final = frozenset(
    [
        "a",
        "an",
        "and",
        "are",
        "at",
        "be",
        "by",
        "can",
        "for",
        "from",
        "has",
        "have",
        "i",
        "in",
        "is",
        "it",
        "me",
        "my",
        "of",
        "on",
        "or",
        "our",
        "that",
        "the",
        "their",
        "this",
        "to",
        "was",
        "we",
        "what",
        "which",
        "will",
        "with",
        "you",
        "your",
        "的",
        "了",
        "和",
        "与",
        "及",
        "或",
        "是",
        "在",
        "有",
        "给",
        "我",
        "你",
        "把",
        "被",
        "也",
        "都",
        "就",
        "吗",
        "呢",
        "吧",
        "啊",
        "想",
        "要",
        "想要",
        "买",
        "我要",
        "一个",
        "一款",
        "一件",
        "哪个",
        "什么",
        "怎么",
        "请问",
        "那种",
        "这种",
        "适合",
        "用的",
    ]
)
"""Words that say nothing about a product: they may add to a score, and are not asked for."""


@dataclass(frozen=True, slots=True)
class Word:
    """One word of the query: `text` as it is shown, `groups` that stand for it (several where it had to be taken apart)."""

    text: str
    groups: tuple[Group, ...]
    asked: str = ""
    """What was typed, where `text` is a correction."""


@dataclass(frozen=True, slots=True)
class Understanding:
    """A query read against the present catalogue. `han_runs` are its runs of Chinese characters, for the last resort."""

    words: tuple[Word, ...]
    bonus: tuple[Group, ...]
    han_runs: tuple[str, ...]

    @property
    def groups(self) -> tuple[Group, ...]:
        """All groups, what only adds to the score last."""
        return (*(group for word in self.words for group in word.groups), *self.bonus)

    @property
    def corrected(self) -> bool:
        """True if a word was corrected."""
        return any(word.asked for word in self.words)

    @property
    def text(self) -> str:
        """The query as it is searched."""
        return joined([word.text for word in self.words])


def check_query(query: str) -> str:
    """Return the query if it is of a sensible length; else `BadInput`."""
    if len(query) > MAX_QUERY:
        raise BadInput(f"has {len(query)} characters; at most {MAX_QUERY} are searched", field="query", value=query[:80], hint="Shorten the query.")
    return query


def understand(query: str, frequencies: Frequencies, correct: Correct) -> Understanding:
    """Return what `query` asks for, given which terms the catalogue knows (`frequencies`) and how unknown Latin words may be mended (`correct`)."""
    words: list[Word] = []
    bonus: list[Group] = []
    runs: list[str] = []
    before: Chunk | None = None
    for chunk in chunks(normalise(query)):
        if len(words) >= MAX_WORDS:
            break
        match chunk.kind:
            case "han":
                runs.append(chunk.text)
                cut = query_words(chunk.text)
                words.extend(_han_word(word, frequencies) for word in cut)
                bonus.extend(_adjacent(cut))
            case "quantity":
                words.append(_quantity(chunk, frequencies))
            case "code":
                word = _code(chunk.text, frequencies, correct)
                if before is not None and (pair := pair_terms(before.text, chunk.text)):
                    words[-1], word = _written_as_one(words[-1], word, pair[0], frequencies)
                    bonus.append(Group((Alternative(pair),), weight=ADJACENT_WEIGHT, required=False))
                words.append(word)
            case _:
                words.append(Word(chunk.text, (Group((Alternative((chunk.text,)),)),)))
        before = chunk if chunk.kind == "code" else None
    if words and not any(group.required for word in words for group in word.groups):
        # nothing but small words: then they are what is asked for
        words = [Word(word.text, tuple(Group(group.alternatives) for group in word.groups)) for word in words]
    return Understanding(tuple(words), tuple(bonus), tuple(runs))


def _quantity(chunk: Chunk, frequencies: Frequencies) -> Word:
    canonical = quantity_terms(chunk.number, chunk.unit)
    number = chunk.number.replace(",", "")
    alternatives = [Alternative((term,)) for term in canonical]
    if not any(frequencies(canonical).values()) and chunk.unit.isalpha():
        alternatives.append(Alternative((number, chunk.unit), PIECES_WEIGHT))
    return Word(chunk.text, (Group(tuple(alternatives)),))


def _code(code: str, frequencies: Frequencies, correct: Correct) -> Word:
    pieces = [term for term, _, _ in code_pieces(code)]
    if len(pieces) == 1:
        term = pieces[0]
        if term in STOP_WORDS or code in STOP_WORDS:
            return Word(code, (Group((Alternative((term,)),), weight=0.3, required=False),))
        counts = frequencies([term, CROSSING + term, *stems(term)])
        # as typed first: the s of `wireles` is no plural
        if not any(counts.values()) and (mended := correct(code) or correct(term)) is not None:
            return Word(mended, (Group((Alternative((mended,)),)),), asked=code)
        return Word(code, (Group((Alternative((term,)), Alternative((CROSSING + term,)), *_other_forms(term))),))
    whole = code_terms(code)[0][0]
    return Word(code, (Group((Alternative((whole,)), Alternative(tuple(pieces), PIECES_WEIGHT))),))


def _other_forms(term: str) -> list[Alternative]:
    """Words of the same stem: `charging` is met by charged, charges and charge."""
    if len(term) <= SHORTEST_STEMMED or not term.isalpha():
        return []
    root = stem(term)
    forms = [STEM + root] if root == term else [STEM + root, root]
    return [Alternative((form,), STEM_WEIGHT) for form in forms]


def _written_as_one(left: Word, right: Word, pair: str, frequencies: Frequencies) -> tuple[Word, Word]:
    """`smart watch` is also met by smartwatch, if the catalogue writes it so: each half then stands for half of it."""
    one = Alternative((pair.removeprefix(CROSSING),), PART_WEIGHT)
    if not any(frequencies(one.terms).values()) or not all(word.groups[0].required for word in (left, right)):
        return left, right
    return _with(left, one), _with(right, one)


def _with(word: Word, alternative: Alternative) -> Word:
    group = word.groups[0]
    return replace(word, groups=(replace(group, alternatives=(*group.alternatives, alternative)), *word.groups[1:]))


def _han_word(word: str, frequencies: Frequencies) -> Word:
    if word in STOP_WORDS:
        return Word(word, (Group((Alternative((word,)),), weight=0.3, required=False),))
    ways = _ways(word)
    if any(frequencies([term for way in ways for term in way.terms]).values()):
        pieces = _known_pieces(word, frequencies) if len(word) > 3 else []
        if len(pieces) > 1 and all(len(piece) > 1 for piece in pieces):
            ways.append(Alternative(tuple(pieces), PART_WEIGHT))
        return Word(word, (Group(tuple(ways)),))
    pieces = _known_pieces(word, frequencies, whole=False)
    return Word(word, tuple(Group(tuple(_ways(piece))) for piece in pieces or [word]))


def _ways(word: str) -> list[Alternative]:
    """As a word, and as a piece of a longer word."""
    ways = [Alternative((word,))]
    if len(word) <= LONGEST_PART:
        ways.append(Alternative((PART + word,), PART_WEIGHT))
    return ways


def _known_pieces(word: str, frequencies: Frequencies, *, whole: bool = False) -> list[str]:
    """The fewest pieces that `word` falls into such that the catalogue knows each; empty where there is no such way."""
    size = len(word)
    longest = LONGEST_PIECE if whole else min(LONGEST_PIECE, size - 1)
    spans = {(i, j): word[i:j] for i in range(size) for j in range(i + 1, min(i + longest, size) + 1)}
    asked = list({term for text in spans.values() for term in (text, PART + text)})
    counts = frequencies(asked)
    fewest: list[list[str] | None] = [[]] + [None] * size
    for end in range(1, size + 1):
        for start in range(max(0, end - longest), end):
            before = fewest[start]
            text = spans.get((start, end))
            if before is None or text is None or not (counts[text] or counts[PART + text]):
                continue
            best = fewest[end]
            if best is None or len(before) + 1 < len(best):
                fewest[end] = [*before, text]
    return fewest[size] or []


def _adjacent(cut: Sequence[str]) -> list[Group]:
    """Words that follow each other in the query may well do so in the product: a small bonus for the pair at the seam."""
    seams = (CROSSING + left[-1] + right[0] for left, right in itertools.pairwise(cut))
    return [Group((Alternative((seam,)),), weight=ADJACENT_WEIGHT, required=False) for seam in seams]


def last_resort(run: str) -> tuple[Group, ...]:
    """Groups that find `run` as it stands, across the edges of words: every pair of neighbours must be there."""
    pairs = [run[at : at + 2] for at in range(len(run) - 1)] or [run]
    return tuple(Group(tuple(Alternative((mark + pair,), weight) for mark, weight in (("", 1.0), (PART, 0.5), (CROSSING, 0.5)))) for pair in pairs)


def joined(words: Sequence[str]) -> str:
    """Words as one line: Latin ones with a space between, Chinese ones without."""
    line = ""
    for word in words:
        space = line and (line[-1].isascii() or word[:1].isascii())
        line += (" " if space else "") + word
    return line
