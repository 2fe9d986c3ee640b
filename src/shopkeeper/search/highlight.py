"""Which words of a text matched: HTML with <mark>, everything else escaped."""

from collections.abc import Set
from html import escape
from typing import Final

from shopkeeper.language.analyse import places_of

SNIPPET: Final = 200
"""Characters of a description that are shown around the first match."""
_SEARCHED: Final = 2_000


def highlight(text: str, terms: Set[str]) -> str:
    """Return `text` as safe HTML with the places of `terms` in <mark>."""
    return _marked(text, _spans(text, terms))


def snippet(text: str, terms: Set[str]) -> str:
    """Return the stretch of a long text around its first match, highlighted; empty where nothing matched."""
    text = text[:_SEARCHED]
    spans = _spans(text, terms)
    if not spans:
        return ""
    start = max(0, spans[0][0] - SNIPPET // 4)
    if start and (space := text.rfind(" ", start - 20, spans[0][0])) > 0:
        start = space + 1
    end = min(len(text), start + SNIPPET)
    inside = [(a - start, min(b, end) - start) for a, b in spans if a < end]
    return ("…" if start else "") + _marked(text[start:end], inside) + ("…" if end < len(text) else "")


def _spans(text: str, terms: Set[str]) -> list[tuple[int, int]]:
    """The places of `terms`, joined where they touch."""
    places = places_of(text, terms)
    spans: list[tuple[int, int]] = []
    for start, end in places:
        if spans and start <= spans[-1][1]:
            spans[-1] = (spans[-1][0], max(spans[-1][1], end))
        else:
            spans.append((start, end))
    return spans


def _marked(text: str, spans: list[tuple[int, int]]) -> str:
    pieces: list[str] = []
    at = 0
    for start, end in spans:
        pieces += [escape(text[at:start]), "<mark>", escape(text[start:end]), "</mark>"]
        at = end
    return "".join(pieces) + escape(text[at:])
