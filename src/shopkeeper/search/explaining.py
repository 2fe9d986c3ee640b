"""Why a hit stands where it does: what each word adds in each field, what popularity and availability add or take, and one sentence that says it.

The words' amounts are those of the text index, asked word by word. BM25F adds the fields up before it weighs them; an amount is shared out over the
fields by weight · occurrences, which is each field's part of that sum.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from shopkeeper.domain.product import Market, Product
from shopkeeper.domain.texts import LocalizedText
from shopkeeper.language.analyse import CROSSING, PART, STEM, index_terms
from shopkeeper.ports.lexical import Group
from shopkeeper.search.fields import FIELDS, PAIRED, field_texts
from shopkeeper.search.request import Explanation, Part, Sort
from shopkeeper.search.sorting import boosts
from shopkeeper.search.view import View

_WEIGHTS: Final = {field.name: field.weight for field in FIELDS}
_FIELD_WORDS: Final = {
    "title": ("标题", "title"),
    "description": ("描述", "description"),
    "brand": ("品牌", "brand"),
    "category": ("分类", "category"),
    "attributes": ("规格", "details"),
    "codes": ("编号", "product code"),
}
_ORDERS: Final[dict[Sort, tuple[str, str]]] = {
    "price_asc": ("按价格从低到高排列", "Listed by price, lowest first"),
    "price_desc": ("按价格从高到低排列", "Listed by price, highest first"),
    "newest": ("按上架时间排列", "Listed by date, newest first"),
    "popularity": ("按受欢迎程度排列", "Listed by popularity"),
    "rating": ("按评分排列", "Listed by rating"),
}
_WORDS_SAID: Final = 4


def amounts_by_group(view: View, groups: Sequence[Group], rows: npt.NDArray[np.int32]) -> npt.NDArray[np.float64]:
    """What each group (one line each) adds to the text score of each of `rows`."""
    table = np.zeros((len(groups), len(rows)))
    for at, group in enumerate(groups):
        matches = view.search((group,), least=0)
        if len(matches.rows):
            places = np.minimum(np.searchsorted(matches.rows, rows), len(matches.rows) - 1)
            table[at] = np.where(matches.rows[places] == rows, matches.scores[places], 0.0)
    return table


def explain(
    view: View, groups: Sequence[Group], rows: npt.NDArray[np.int32], products: Sequence[Product], *, sort: Sort, market: Market
) -> list[Explanation]:
    """Return for each of `products` (of `rows`) the parts of its relevance score, and the sentence."""
    table = amounts_by_group(view, groups, rows)
    popularity, availability = boosts(view.columns, rows, market)
    explained = []
    for at, product in enumerate(products):
        parts = _word_parts(product, groups, table[:, at]) if groups else [Part("base", 1.0)]
        text = sum(part.amount for part in parts)
        if gained := text * float(popularity[at]):
            parts.append(Part("popularity", gained))
        if lost := text * (1 + float(popularity[at])) * (float(availability[at]) - 1):
            parts.append(Part("availability", lost))
        explained.append(Explanation(tuple(parts), _sentence(parts, sort)))
    return explained


def _word_parts(product: Product, groups: Sequence[Group], amounts: npt.NDArray[np.float64]) -> list[Part]:
    found = [(field, _terms(field, text)) for field, text in field_texts(product)]
    parts: dict[tuple[str, str], float] = {}
    for group, amount in zip(groups, amounts.tolist(), strict=True):
        if not amount:
            continue
        wanted = {term for alternative in group.alternatives for term in alternative.terms}
        shares: dict[str, float] = {}
        for field, terms in found:
            if times := sum(term in wanted for term in terms):
                shares[field] = shares.get(field, 0.0) + _WEIGHTS[field] * times
        # a text that changed this moment may no longer hold the word: the amount stands without a field
        for field, share in (shares or {"": 1.0}).items():
            key = (_shown(group), field)
            parts[key] = parts.get(key, 0.0) + amount * share / (sum(shares.values()) or 1.0)
    return [Part("word", amount, word, field) for (word, field), amount in parts.items()]


def _terms(field: str, text: str) -> list[str]:
    terms = index_terms(text, paired=field in PAIRED)
    return [*terms.words, *terms.parts, *terms.crossings, *terms.pairs]


def _shown(group: Group) -> str:
    return " ".join(term.lstrip(PART + CROSSING + STEM) for term in group.alternatives[0].terms)


def _sentence(parts: Sequence[Part], sort: Sort) -> LocalizedText:
    """The words with the field in which each counts most, then what raised or lowered the hit in an order by relevance."""
    best: dict[str, Part] = {}
    for part in parts:
        if part.kind == "word" and part.field and (part.word not in best or part.amount > best[part.word].amount):
            best[part.word] = part
    by_field: dict[str, list[str]] = {}
    for part in sorted(best.values(), key=lambda part: -part.amount)[:_WORDS_SAID]:
        by_field.setdefault(part.field, []).append(part.word)
    zh, en = ([_ORDERS[sort][0]], [_ORDERS[sort][1]]) if sort in _ORDERS else ([], [])
    if by_field:
        zh.append("，".join(f"{_FIELD_WORDS[field][0]}含" + "".join(f"“{word}”" for word in words) for field, words in by_field.items()))
        en.append("has " + " and ".join(f"{', '.join(f'“{w}”' for w in words)} in its {_FIELD_WORDS[field][1]}" for field, words in by_field.items()))
    if sort == "relevance" and any(part.kind == "popularity" for part in parts):
        zh.append("受欢迎，略微靠前")
        en.append("raised a little because shoppers buy it")
    if sort == "relevance" and any(part.kind == "availability" for part in parts):
        zh.append("目前无法购买，排得靠后")
        en.append("lowered because it cannot be bought now")
    if not en:
        zh, en = ["没有搜索词可比较"], ["no words to compare"]
    line = "; ".join(en)
    return LocalizedText(zh="；".join(zh) + "。", en=line[0].upper() + line[1:] + ".")
