"""One spelling for texts that read the same: full-width = half-width, traditional = simplified, capital = small, é = e.

The map works character by character, so that every character of the result knows where it stood in the original (for highlighting).
Phrase-wise conversion (OpenCC's 乾坤 exceptions) would read a little better and lose that; queries and products
go the same way, so nothing is missed.
"""

import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from typing import Final, Literal

Script = Literal["han", "latin", "digit", "kana", "other", "space"]

_HAN_RANGES: Final = ((0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x3134F))
_SAMPLE_FOR_LANGUAGE: Final = 2_000


def is_han(char: str) -> bool:
    """True for a Chinese character."""
    code = ord(char)
    return any(low <= code <= high for low, high in _HAN_RANGES)


@lru_cache(maxsize=1)
def _simplified() -> dict[int, str]:
    """Return traditional → simplified for the single characters that OpenCC's `t2s` turns into another single character."""
    from opencc import OpenCC

    converter = OpenCC("t2s")
    traditional = [chr(code) for low, high in _HAN_RANGES[:2] for code in range(low, high + 1)]
    # one call for all: a line feed keeps OpenCC from reading neighbours as a phrase
    converted = converter.convert("\n".join(traditional)).split("\n")
    simpler = {old: new for old, new in zip(traditional, converted, strict=True) if old != new and len(new) == 1}
    # a few go by a variant (藴 → 蘊 → 蕴)
    return {ord(old): simpler.get(new, new) for old, new in simpler.items()}


@lru_cache(maxsize=65_536)
def _fold_char(char: str) -> str:
    """Return what one character stands for: NFKC, small letters, no accents on Latin letters, simplified Han."""
    folded = unicodedata.normalize("NFKC", char).lower()
    if not folded.isascii():
        stripped = unicodedata.normalize("NFD", folded)
        if stripped[:1].isascii():
            folded = unicodedata.normalize("NFC", "".join(part for part in stripped if not unicodedata.combining(part)))
        folded = folded.translate(_simplified())
    return " " if folded.isspace() or unicodedata.category(char) in ("Cc", "Cf", "Zl", "Zp") else folded


@lru_cache(maxsize=65_536)
def _fold_lone_char(char: str) -> str:
    """The same, and nothing for an accent that stands apart from its letter."""
    return "" if unicodedata.combining(char) else _fold_char(char)


def normalise(text: str) -> str:
    """Return `text` folded character by character; white space and control characters become single spaces in place.

    >>> normalise("連衣裙 １２８ＧＢ Café")
    '连衣裙 128gb cafe'
    """
    if text.isascii():
        return text.lower() if text.isprintable() else "".join(map(_fold_char, text))
    return "".join(map(_fold_char, unicodedata.normalize("NFC", text)))


def normalise_with_offsets(text: str) -> tuple[str, Sequence[int]]:
    """Return the folded text and, for each of its characters and the end, the index in `text` that it came from."""
    if text.isascii():
        return normalise(text), range(len(text) + 1)
    pieces = list(map(_fold_lone_char, text))
    sizes = list(map(len, pieces))
    if min(sizes) == max(sizes) == 1:
        return "".join(pieces), range(len(text) + 1)
    offsets: list[int] = []
    for at, size in enumerate(sizes):
        offsets.extend([at] * size)
    offsets.append(len(text))
    return "".join(pieces), offsets


def script_of(char: str) -> Script:
    """The script of a folded character; marks and symbols are `other`."""
    if char.isspace():
        return "space"
    if is_han(char):
        return "han"
    if "぀" <= char <= "ヿ":
        return "kana"
    if char.isdecimal():
        return "digit"
    return "latin" if char.isalpha() else "other"


def detect_language(text: str) -> Literal["zh", "en"] | None:
    """`zh` where a fifth or more of the letters are Han (a Chinese title is full of model names), `en` else, None without letters."""
    sample = text[:_SAMPLE_FOR_LANGUAGE]
    han = sum(1 for char in sample if is_han(char))
    letters = sum(1 for char in sample if char.isalpha()) - han
    if han == 0:
        return "en" if letters else None
    # a Han character carries about as much as three Latin letters
    return "zh" if 3 * han >= 0.2 * (letters + 3 * han) else "en"


def fold_name(name: str) -> str:
    """Return a name as it is compared: folded, inner white space single, none outside."""
    return " ".join(normalise(name).split())
