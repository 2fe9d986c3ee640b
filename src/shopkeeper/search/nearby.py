"""What the text indexes cannot answer is read off the products: words side by side (“降噪耳机”), and words that are only denied (不含酒精)."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from shopkeeper.domain.ids import ProductId
from shopkeeper.domain.product import Product
from shopkeeper.language.analyse import chunks, code_pieces
from shopkeeper.language.script import normalise
from shopkeeper.language.units import quantity_terms
from shopkeeper.ports.stores import ProductStore
from shopkeeper.search.fields import field_texts
from shopkeeper.search.view import View

_QUOTED: Final = re.compile(r'"([^"“”]+)"|“([^“”"]+)[”"]|”([^“”]+)”|「([^「」]+)」|『([^『』]+)』|«([^«»]+)»|＂([^＂]+)＂')
_BREAK: Final = "\0"
_BREAKS: Final = frozenset(".,;:!?/|()[]{}<>，。；：！？、（）【】《》·•")
_READ_AT_ONCE: Final = 500
MOST_READ: Final = 1_000
"""Products that one query may have read: beyond, the phrase's words are so common that the best of them must do."""
_TELLING: Final = 3
"""Letters that a word keeps when its plural is folded."""
_DENIED: Final = (
    r"(?:不含有?|不添加|不加|不带|不是|未添加|没有|零|0|无|非|免)\s?{word}"
    r"|\b(?:without|no|zero|free of|free from|non)[ -](?:any |added )?{word}|{word}[ -]free\b"
)
"""How a product says that something is not in it."""


@dataclass(frozen=True, slots=True)
class Quoted:
    """A query with its phrases: `plain` is the query without the marks, `phrases` are what stood between them, where it is more than one word."""

    plain: str
    phrases: tuple[str, ...]


def read_quotes(query: str) -> Quoted:
    """Return the query with its quoted phrases; a mark that is not closed is left as it is."""
    phrases = [next(filter(None, match.groups())) for match in _QUOTED.finditer(query)]
    tokens = tuple(phrase for phrase in phrases if len(_tokens(phrase)) > 1)
    if not phrases:
        return Quoted(query, ())
    return Quoted(" ".join(_QUOTED.sub(lambda match: f" {next(filter(None, match.groups()))} ", query).split()), tokens)


def with_phrases(
    view: View, products: ProductStore, rows: npt.NDArray[np.int32], scores: npt.NDArray[np.float32], phrases: Sequence[str]
) -> npt.NDArray[np.bool_]:
    """True for the rows whose product has each phrase in one of its fields, word by word; of the `MOST_READ` best rows, the others are left out."""
    wanted = [_tokens(phrase) for phrase in phrases]
    best = np.lexsort((rows, -scores))[:MOST_READ]
    held = np.zeros(len(rows), dtype=bool)
    held[best] = _those(view, products, rows[best], lambda product: _has_all(product, wanted))
    return held


def with_word_in_earnest(view: View, products: ProductStore, rows: npt.NDArray[np.int32], word: str) -> npt.NDArray[np.bool_]:
    """True for the rows whose product has more of `word` than a denial: 不含酒精 does not make a lotion one with 酒精.

    Beyond `MOST_READ` rows every one counts as having it.
    """
    plain = normalise(word)
    denied = re.compile(_DENIED.replace("{word}", re.escape(plain) + ("s?" if plain.isascii() else "")))

    def denies(product: Product) -> bool:
        texts = [normalise(text) for _, text in field_texts(product)]
        said = [text for text in texts if denied.search(text)]
        return bool(said) and not any(plain in denied.sub(" ", text) for text in texts)

    held = np.ones(len(rows), dtype=bool)
    held[:MOST_READ] = ~_those(view, products, rows[:MOST_READ], denies)
    return held


def _those(view: View, products: ProductStore, rows: npt.NDArray[np.int32], holds: Callable[[Product], bool]) -> npt.NDArray[np.bool_]:
    held = np.zeros(len(rows), dtype=bool)
    for start in range(0, len(rows), _READ_AT_ONCE):
        ids: list[ProductId] = [view.columns.id(row) for row in rows[start : start + _READ_AT_ONCE].tolist()]
        found = products.get(ids)
        for at, identity in enumerate(ids, start):
            product = found.get(identity)
            held[at] = product is not None and holds(product)
    return held


def _has_all(product: Product, wanted: Iterable[tuple[str, ...]]) -> bool:
    texts = [normalise(text) for _, text in field_texts(product)]
    return all(any(_may_hold(text, phrase) and _holds(text, phrase) for text in texts) for phrase in wanted)


def _may_hold(text: str, phrase: tuple[str, ...]) -> bool:
    """False where a text cannot hold the phrase: most are passed over without being cut into words."""
    return all(token[:_TELLING] in text for token in phrase if not token[0].isdigit())


def _holds(text: str, phrase: tuple[str, ...]) -> bool:
    mark = "\n"
    return f"{mark}{mark.join(phrase)}{mark}" in f"{mark}{mark.join(_walk(text))}{mark}"


def _tokens(text: str) -> tuple[str, ...]:
    """The text word by word, Chinese character by character; a break where a sentence or clause ends."""
    return tuple(_walk(normalise(text)))


def _walk(text: str) -> Iterator[str]:
    end = 0
    for chunk in chunks(text):
        if end and not _BREAKS.isdisjoint(text[end : chunk.start]):
            yield _BREAK
        end = chunk.start + len(chunk.text)
        match chunk.kind:
            case "han":
                yield from chunk.text
            case "code":
                yield from (term for term, _, _ in code_pieces(chunk.text))
            case "quantity":
                yield quantity_terms(chunk.number, chunk.unit)[0]
            case _:
                yield chunk.text
