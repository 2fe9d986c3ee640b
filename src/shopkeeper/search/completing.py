"""Suggestions as they are shown: completions that lead to something on offer now, in the shopper's language."""

from collections.abc import Mapping
from html import escape

import numpy as np

from shopkeeper.domain.product import Market
from shopkeeper.domain.texts import Lang
from shopkeeper.language.script import fold_name, normalise_with_offsets
from shopkeeper.ports.stores import ProductStore
from shopkeeper.search.narrowing import narrow
from shopkeeper.search.request import Suggestion
from shopkeeper.search.suggest import BRAND, CATEGORY, KINDS, PRODUCT, QUERY, Candidate
from shopkeeper.search.understand import understand
from shopkeeper.search.view import View

SPARE = 4
"""Candidates looked at for each that is wanted: some are sold out of the catalogue by now."""


def complete(
    view: View,
    prefix: str,
    products: ProductStore,
    *,
    lang: Lang,
    market: Market,
    shop_filters: str,
    limit: int,
    likes: Mapping[str, Mapping[str, float]] | None = None,
) -> list[Suggestion]:
    """Return up to `limit` suggestions: categories and brands by what they hold, then queries, then products.

    `likes` holds a shopper's affinity to keys of `category` and `brand`: what they are drawn to comes first among its kind.
    """
    folded = fold_name(prefix)
    if not folded or limit == 0:
        return []
    columns = view.columns
    on_offer = narrow(columns, "", shop_filters, market).all_of
    candidates = view.suggester.candidates(folded, SPARE * limit)
    found: dict[int, list[Suggestion]] = {kind: [] for kind in range(len(KINDS))}
    for kind, facet in ((CATEGORY, "category"), (BRAND, "brand")):
        of_kind = [candidate for candidate in candidates if candidate.kind == kind]
        counts = _counts(view, facet, on_offer) if of_kind else np.empty(0)
        for candidate in _liked_first(of_kind, facet, view, (likes or {}).get(facet, {})):
            code = next(iter(columns.tables[facet].find(candidate.text)), None) if facet in columns.tables else None
            if code is not None and counts[code] and len(found[kind]) < limit:
                shown, key = columns.tables[facet].label(code).shown(lang), columns.tables[facet].keys[code]
                found[kind].append(Suggestion(shown, KINDS[kind], mark_prefix(shown, folded), key=key))
    rows = [c.row for c in candidates if c.kind == PRODUCT and on_offer[c.row]][:limit]
    got = products.get([columns.id(row) for row in rows])
    for product in got.values():
        title = product.title.get(lang)
        found[PRODUCT].append(Suggestion(title, "product", mark_prefix(title, folded), product.id))
    for candidate in (c for c in candidates if c.kind == QUERY):
        if len(found[QUERY]) < limit and (on_offer[candidate.row] or _finds(view, candidate, on_offer)):
            found[QUERY].append(Suggestion(candidate.text, "query", mark_prefix(candidate.text, folded)))
    return _mixed(found, limit)


def _liked_first(candidates: list[Candidate], facet: str, view: View, likes: Mapping[str, float]) -> list[Candidate]:
    """The candidates, those that the shopper is drawn to first, those that they turned from last, the rest in their order."""
    table = view.columns.tables.get(facet)
    if not likes or table is None:
        return candidates
    return sorted(candidates, key=lambda one: -max((likes.get(table.keys[code], 0.0) for code in table.find(one.text)), default=0.0))


def _mixed(found: dict[int, list[Suggestion]], limit: int) -> list[Suggestion]:
    """A share for each kind, queries first; what one kind leaves free goes to the others."""
    order = (QUERY, CATEGORY, BRAND, PRODUCT)
    share = max(1, limit // 4)
    taken = {kind: found[kind][:share] for kind in order}
    for kind in order:
        free = limit - sum(map(len, taken.values()))
        taken[kind] = found[kind][: len(taken[kind]) + max(0, free)]
    return [suggestion for kind in order for suggestion in taken[kind]][:limit]


def _counts(view: View, facet: str, on_offer: np.ndarray) -> np.ndarray:
    table = view.columns.tables.get(facet)
    counts = np.zeros(0 if table is None else len(table), dtype=np.int64)
    for offset, rows, codes in view.columns.pairs(facet):
        if len(rows):
            counts += np.bincount(codes[on_offer[rows + offset]], minlength=len(counts))[: len(counts)]
    return counts


def _finds(view: View, candidate: Candidate, on_offer: np.ndarray) -> bool:
    query = understand(candidate.text, view.frequencies, view.spelling.correct)
    groups = query.groups
    return bool(on_offer[view.search(groups, least=sum(group.required for group in groups)).rows].any())


def mark_prefix(text: str, folded: str) -> str:
    """Return `text` as safe HTML with the first place where it reads like `folded` in <mark>."""
    normalised, offsets = normalise_with_offsets(text)
    at = normalised.find(folded)
    if at < 0:
        return escape(text)
    start, end = offsets[at], offsets[min(at + len(folded), len(offsets) - 1)]
    return f"{escape(text[:start])}<mark>{escape(text[start:end])}</mark>{escape(text[end:])}"
