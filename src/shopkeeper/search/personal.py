"""Personal order: what the shopper is drawn to moves hits of near-equal relevance; relevance leads."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from shopkeeper.domain.product import Market
from shopkeeper.domain.texts import LocalizedText
from shopkeeper.ranking.columns import CatalogColumns
from shopkeeper.ranking.facts import BAND_EDGES, band_key, band_label, price_bands
from shopkeeper.search.request import Personal
from shopkeeper.shoppers.profile import BRAND, CATEGORY, PRICE_BAND, Profile

PERSONAL_SHARE: Final = 0.25
"""The most that a profile adds to (or takes from) a hit's relevance, as a share of it. (1 − .25) / (1 + .25) = .6: below 60 % of another hit's
relevance none ever overtakes it."""
PARTS: Final[Mapping[str, float]] = {CATEGORY: 0.5, BRAND: 0.3, PRICE_BAND: 0.2}
"""How much of that each facet may say; they sum to 1."""
_NAMED: Final = 2
_WORDS: Final = {
    CATEGORY: LocalizedText(zh="您常看的分类“{name}”", en="the category “{name}”"),
    BRAND: LocalizedText(zh="您常看的品牌“{name}”", en="the brand “{name}”"),
    PRICE_BAND: LocalizedText(zh="您常选的价位 {name}", en="the price range {name}"),
}


@dataclass(frozen=True, slots=True)
class Taste:
    """A profile over the columns: `shares[row]` is what it adds to the relevance of each row, `parts` the same by facet."""

    shares: npt.NDArray[np.float64]
    parts: Mapping[str, npt.NDArray[np.float64]]
    likes: Mapping[str, Mapping[str, float]]
    market: Market

    def told(self, columns: CatalogColumns, row: int) -> Personal | None:
        """Why the row stands where it stands; None where the profile says nothing of it."""
        share = float(self.shares[row])
        if abs(share) < 1e-6:
            return None
        parts = sorted(((float(values[row]), facet) for facet, values in self.parts.items()), reverse=share > 0)
        names = [_WORDS[facet] for part, facet in parts[:_NAMED] if part * share > 0]
        shown = [self._name(columns, facet, row) for part, facet in parts[:_NAMED] if part * share > 0]
        zh = "、".join(words.zh.format(name=name.get("zh")) for words, name in zip(names, shown, strict=True))
        en = " and ".join(words.en.format(name=name.get("en")) for words, name in zip(names, shown, strict=True))
        if share > 0:
            return Personal(share, LocalizedText(zh=f"符合{zh}", en=f"Fits {en} you often look at"))
        return Personal(share, LocalizedText(zh=f"您对{zh.replace('您常看的', '').replace('您常选的', '')}兴趣不大", en=f"You care less for {en}"))

    def _name(self, columns: CatalogColumns, facet: str, row: int) -> LocalizedText:
        """The row's value of `facet` that says the most."""
        if facet == PRICE_BAND:
            band = int(price_bands(columns, np.array([row]), self.market)[0])
            return band_label(band, columns.currency(self.market) or "")
        table = columns.tables[facet]
        mine = [int(code) for offset, rows, codes in columns.pairs(facet) for code in codes[_span(rows, row - offset)]]
        best = max(mine, key=lambda code: (abs(self.likes[facet].get(table.keys[code], 0.0)), len(table.keys[code])))
        label = table.label(best)
        return LocalizedText(zh=label.shown("zh").split(" > ")[-1], en=label.shown("en").split(" > ")[-1])


def taste_of(columns: CatalogColumns, profile: Profile, market: Market, *, strength: float) -> Taste | None:
    """The profile over the rows of `columns`, at `strength` (0 to 1) of `PERSONAL_SHARE`; None where it says nothing of any."""
    likes = {facet: found for facet in PARTS if (found := profile.affinities(facet))}
    parts = {facet: strength * PERSONAL_SHARE * PARTS[facet] * _affinities(columns, facet, found, market) for facet, found in likes.items()}
    if not parts:
        return None
    return Taste(np.sum(list(parts.values()), axis=0), parts, likes, market)


def _affinities(columns: CatalogColumns, facet: str, likes: Mapping[str, float], market: Market) -> npt.NDArray[np.float64]:
    """The affinity of each row: that of its value, or the mean over its values (the steps of a category's path)."""
    if facet == PRICE_BAND:
        by_band = np.array([likes.get(band_key(band), 0.0) for band in range(len(BAND_EDGES) + 1)] + [0.0])
        return by_band[price_bands(columns, np.arange(columns.size), market)]  # −1, not sold, is the last
    total = np.zeros(columns.size)
    table = columns.tables.get(facet)
    if table is None:
        return total
    by_code = np.zeros(len(table))
    for key, affinity in likes.items():
        for code in table.find(key):
            by_code[code] = affinity
    for offset, rows, codes in columns.pairs(facet):
        size = columns.size - offset
        counts = np.bincount(rows, minlength=size)[:size]
        sums = np.bincount(rows, weights=by_code[codes], minlength=size)[:size]
        total[offset : offset + size] += np.divide(sums, counts, out=np.zeros(size), where=counts > 0)
    return total


def _span(rows: npt.NDArray[np.int32], row: int) -> slice:
    return slice(int(np.searchsorted(rows, row, side="left")), int(np.searchsorted(rows, row, side="right")))
