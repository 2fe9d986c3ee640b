"""Conditions said in words: what to leave out (不要酒精), what it may cost (under $50), what comes first (最便宜).

Each is read off the query by a pattern and can be taken back by itself: `without(condition)` is the query as it would be without those words.
An amount counts as a price only in the currency of the market (or, where the words leave no doubt, without one): `50 inch` and, in a shop that
sells in dollars, `£50` stay words. Sizes and other quantities are words too.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Final, Literal

from shopkeeper.language.script import is_han, normalise_with_offsets
from shopkeeper.language.segment import query_words
from shopkeeper.search.request import Condition, Sort

_AMOUNT: Final = r"\d{1,9}(?:,\d{3})*(?:\.\d{1,2})?"
_SIGNS: Final = r"[$€£¥]"
_NAMES: Final = r"元|块钱|块|rmb|cny|人民币|美元|usd|dollars?|bucks|euros?|eur|pounds?|gbp|yen|jpy|日元"
_CURRENCIES: Final = {
    "$": frozenset({"USD", "CAD", "AUD", "NZD", "SGD", "HKD", "TWD", "MXN"}),
    "¥": frozenset({"CNY", "JPY"}),
    "€": frozenset({"EUR"}),
    "£": frozenset({"GBP"}),
    "元": frozenset({"CNY", "TWD", "HKD"}),
    "cny": frozenset({"CNY"}),
    "usd": frozenset({"USD"}),
    "jpy": frozenset({"JPY"}),
}
_SAME: Final = {
    "块": "元", "块钱": "元", "rmb": "cny", "人民币": "cny", "美元": "usd", "dollar": "$", "dollars": "$", "bucks": "$", "euro": "€", "euros": "€",
    "eur": "€", "pound": "£", "pounds": "£", "gbp": "£", "yen": "jpy", "日元": "jpy",
}  # fmt: skip


def _money(name: str) -> str:
    return rf"(?P<{name}_sign>{_SIGNS})?\s?(?P<{name}>{_AMOUNT})\s?(?P<{name}_name>{_NAMES})?"


_PRICES: Final = (
    re.compile(rf"(?<![a-z0-9.\-]){_money('low')}\s?(?:-|~|到|至)\s?{_money('high')}(?![a-z0-9])(?:之间)?(?:的)?"),
    re.compile(rf"\bbetween {_money('low')} and {_money('high')}(?![a-z0-9])"),
    re.compile(rf"(?<![a-z0-9.\-]){_money('high')}\s?(?:以内|以下|之内|之下|内)(?:的)?"),
    re.compile(rf"(?<![a-z0-9.\-]){_money('low')}\s?(?:以上|起)(?:的)?"),
    re.compile(rf"(?:不超过|不高于|低于|少于|预算)\s?{_money('high')}(?:以内|以下|左右)?(?:的)?"),
    re.compile(rf"(?:不低于|高于|超过)\s?{_money('low')}(?:的)?"),
    re.compile(rf"\b(?:under|below|less than|cheaper than|up to|at most|no more than)\s{_money('high')}(?![a-z0-9.])"),
    re.compile(rf"\b(?:over|above|more than|at least)\s{_money('low')}(?![a-z0-9.])"),
)
_NO_DOUBT: Final = re.compile(r"以内|之内|under|below|up to|at most|预算")
"""Words after or before a bare number that say a limit, in a query that ends there or goes on in Chinese."""

_SORTS: Final[tuple[tuple[Sort, re.Pattern[str]], ...]] = (
    ("price_asc", re.compile(r"最便宜|价格最低|最低价|\b(?:the )?(?:cheapest|least expensive|lowest[ -]priced?)\b")),
    ("price_desc", re.compile(r"最贵|价格最高|\b(?:the )?(?:most expensive|highest[ -]priced?)\b")),
    ("popularity", re.compile(r"销量最高|最热销|最畅销|卖得最好|\b(?:the )?(?:best[ -]?sell(?:ing|ers?)|most popular)\b")),
    ("rating", re.compile(r"评分最高|评价最好|好评最多|\b(?:the )?(?:best|top|highest)[ -]rated\b")),
    ("newest", re.compile(r"最新上架|最新款|最新的|\b(?:the )?newest\b")),
)
_WITHOUT_HAN: Final = re.compile(r"(?:不想要|不要|别要|不含有|不含|不带|不加|除了)\s?(?P<what>[\u4e00-\u9fff]+|[a-z][a-z0-9]*)")
_WITHOUT_LATIN: Final = re.compile(
    r"(?:\b(?:without|with no|excluding|except for|except|but not) (?:any |the |an |a )?|(?:^|(?<=\s))-)"
    r"(?P<what>[a-z][a-z0-9]*(?: (?:or|and|nor) (?!with)[a-z][a-z0-9]*)*|[\u4e00-\u9fff]+)"
)
_JOINING: Final = re.compile(r" (?:or|and|nor) ")
_LONGEST_WITHOUT: Final = 4
"""Han characters up to the end of a clause that are one thing to leave out (入耳式); of more, the first word is (酒精 of 酒精爽肤水)."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A query with its conditions: `rest` is what is left to look for."""

    query: str
    rest: str
    conditions: tuple[Condition, ...]

    @property
    def without(self) -> tuple[str, ...]:
        """The words to leave out."""
        return tuple(condition.value for condition in self.conditions if condition.kind == "without")

    @property
    def low(self) -> Decimal | None:
        """The least price, in whole units."""
        return max((condition.low for condition in self.conditions if condition.low is not None), default=None)

    @property
    def high(self) -> Decimal | None:
        """The highest price, in whole units."""
        return min((condition.high for condition in self.conditions if condition.high is not None), default=None)

    @property
    def sort(self) -> Sort | None:
        """The order that was asked for."""
        return next((condition.sort for condition in self.conditions if condition.sort is not None), None)


@dataclass(frozen=True, slots=True)
class _Span:
    start: int
    end: int
    kind: Literal["without", "price", "sort"]
    values: tuple[str, ...] = ()
    low: Decimal | None = None
    high: Decimal | None = None
    sort: Sort | None = None


def read_conditions(query: str, currency: str | None) -> Reading:
    """Return `query` with the conditions that it says; `currency` is the market's (None where nothing has a price)."""
    text, offsets = normalise_with_offsets(query)
    taken: list[_Span] = []
    for span in (*(_prices(text, currency) if currency else ()), *_sorts(text), *_left_out(text)):
        if all(span.end <= other.start or span.start >= other.end for other in taken):
            taken.append(span)
    taken.sort(key=lambda span: span.start)
    places = [(offsets[span.start], offsets[span.end], span) for span in taken]
    conditions = tuple(
        Condition(span.kind, query[start:end].strip(), _without_stretch(query, start, end), value, span.low, span.high, span.sort)
        for start, end, span in places
        for value in span.values or ("",)
    )
    return Reading(query, _rest(query, [(start, end) for start, end, _ in places]) if taken else query, conditions)


def _rest(query: str, stretches: list[tuple[int, int]]) -> str:
    edges = [0, *(edge for stretch in stretches for edge in stretch), len(query)]
    kept = [query[start:end] for at, (start, end) in enumerate(pairwise(edges)) if at % 2 == 0]
    return " ".join(" ".join(kept).replace("，", " ").split())


def _without_stretch(query: str, start: int, end: int) -> str:
    return " ".join(f"{query[:start]} {query[end:]}".split())


def _prices(text: str, currency: str) -> Iterator[_Span]:
    for pattern in _PRICES:
        for match in pattern.finditer(text):
            found = match.groupdict()
            marks = [mark for name in ("low", "high") for mark in (found.get(f"{name}_sign"), found.get(f"{name}_name")) if mark]
            if any(currency not in _CURRENCIES[_SAME.get(mark, mark)] for mark in marks):
                continue
            if not marks and not (_NO_DOUBT.search(match.group()) and _nothing_counted(text[match.end() :])):
                continue
            low, high = (Decimal(found[name].replace(",", "")) if found.get(name) else None for name in ("low", "high"))
            if low is not None and high is not None and low > high:
                low, high = high, low
            yield _Span(match.start(), match.end(), "price", low=low, high=high)


def _nothing_counted(following: str) -> bool:
    """True where what follows a bare number cannot be its unit: nothing, or Chinese."""
    following = following.strip()
    return not following or is_han(following[0])


def _sorts(text: str) -> Iterator[_Span]:
    for sort, pattern in _SORTS:
        if (match := pattern.search(text)) is not None:
            end = match.end() + (text[match.end() : match.end() + 1] == "的")
            yield _Span(match.start(), end, "sort", sort=sort)
            return


def _left_out(text: str) -> Iterator[_Span]:
    for pattern in (_WITHOUT_HAN, _WITHOUT_LATIN):
        for match in pattern.finditer(text):
            what, end = match["what"], match.end()
            if is_han(what[0]):
                word = _first_thing(what)
                end = match.start("what") + len(word)
                end += text[end : end + 1] == "的"
                values = (word,)
            else:
                values = tuple(_JOINING.split(what))
            yield _Span(match.start(), end, "without", values)


def _first_thing(run: str) -> str:
    """What is left out, of a run of Han characters: up to 的, the whole of a short one, else its first word."""
    clause = run.split("的", maxsplit=1)[0]
    if clause and (len(clause) < len(run) or len(clause) <= _LONGEST_WITHOUT):
        return clause
    return query_words(run)[0]
