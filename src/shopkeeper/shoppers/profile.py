"""Profile 用户画像: what a shopper is drawn to, from what they did; each line with the events that it was made from.

    weight(line) = sum over events e of WEIGHTS[e.name] * 2^(-age(e) / HALF_LIFE) over the products of e that have the line's value

Affinities lie in [-1, 1]: a line's weight over the largest in its facet. Pure: events and facts about products go in, lines come out.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, TypeAlias

from shopkeeper.domain.event import Event, EventName
from shopkeeper.domain.ids import EventId, ProductId
from shopkeeper.domain.shopper import Correction, Verdict
from shopkeeper.domain.texts import LocalizedText

HALF_LIFE: Final = timedelta(days=30)
"""After a month an event counts half: taste in departments and brands holds for weeks, what somebody wants this minute is the fold-in's to know."""

WEIGHTS: Final[Mapping[EventName, float]] = {
    "view_item": 1.0,
    "select_item": 1.5,
    "share": 2.0,
    "review": 2.0,
    "add_to_wishlist": 3.0,
    "add_to_cart": 4.0,
    "begin_checkout": 5.0,
    "purchase": 8.0,
    "remove_from_cart": -2.0,
    "refund": -6.0,
    "not_interested": -8.0,
}
"""What each event says of its products, in views: the costlier the act, the more. A dislike takes back as much as a purchase says."""
RATE_WEIGHT: Final = 3.0
"""A rating's weight per star above (or below) three."""

LINES_PER_FACET: Final = 12
EVENTS_PER_LINE: Final = 10
"""Newest events that a line names; `count` tells how many there are."""
LESS: Final = 0.3
MORE: Final = 2.0
"""What "less of this" and "more of this" do to a line's weight."""

_FACTORS: Final[Mapping[Verdict, float]] = {"less": LESS, "more": MORE, "not_me": 0.0, "as_found": 1.0}
_HALF_LIFE_S: Final = HALF_LIFE.total_seconds()

CATEGORY: Final = "category"
BRAND: Final = "brand"
PRICE_BAND: Final = "price_band"
LANGUAGE: Final = "language"
ATTRIBUTE: Final = "attribute:"
_LANGUAGES: Final = {"zh": LocalizedText(zh="中文", en="Chinese"), "en": LocalizedText(zh="英文", en="English")}


@dataclass(frozen=True, slots=True)
class Fact:
    """One value of a product that a profile may be about: `facet` is category, brand, price_band or `attribute:<name>`."""

    facet: str
    key: str
    label: LocalizedText


Facts: TypeAlias = Mapping[ProductId, Sequence[Fact]]
ProductFacts: TypeAlias = Callable[[Sequence[ProductId]], Facts]


@dataclass(frozen=True, slots=True)
class Moment:
    """An event behind a line."""

    event_id: EventId
    name: EventName
    at: datetime
    product_id: ProductId | None


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that a shopper is drawn to (affinity above 0) or away from; `moments` are the newest of the `count` events behind it."""

    facet: str
    key: str
    label: LocalizedText
    affinity: float
    weight: float
    count: int
    moments: tuple[Moment, ...]
    verdict: Verdict = "as_found"


@dataclass(frozen=True, slots=True)
class Profile:
    """The lines of one person, facet by facet, strongest first; `events` is how many were looked at, `since` the oldest of them."""

    lines: tuple[Line, ...]
    events: int
    since: datetime | None

    def affinities(self, facet: str) -> dict[str, float]:
        """The affinity of each key of `facet`; what the shopper called "not me" is not among them."""
        return {line.key: line.affinity for line in self.lines if line.facet == facet and line.verdict != "not_me"}


def weight_of(event: Event) -> float:
    """What the event says of its products, before its age is counted."""
    if event.name == "rate":
        return 0.0 if event.rating is None else RATE_WEIGHT * (event.rating - 3.0)
    return WEIGHTS.get(event.name, 0.0)


def profile_of(events: Sequence[Event], facts: Facts, *, now: datetime, corrections: Iterable[Correction] = ()) -> Profile:
    """The profile that `events` (newest first) and the shopper's own `corrections` make; a product that `facts` do not know says nothing."""
    by_product: dict[ProductId, _Sum] = {}
    lines: dict[tuple[str, str], _Sum] = {}
    for place, event in enumerate(events):
        faded = 0.5 ** (max((now - event.occurred).total_seconds(), 0.0) / _HALF_LIFE_S)
        if event.lang is not None:
            lines.setdefault((LANGUAGE, event.lang), _Sum(_LANGUAGES[event.lang])).add(faded, 1 << place)
        if weight := weight_of(event) * faded:
            for product in {item.product_id for item in event.items}:
                by_product.setdefault(product, _Sum(LocalizedText())).add(weight, 1 << place)
    for product, said in by_product.items():
        for fact in facts.get(product, ()):
            lines.setdefault((fact.facet, fact.key), _Sum(fact.label)).add(said.weight, said.places)
    told: dict[tuple[str, str], Verdict] = {(one.facet, one.key): one.verdict for one in sorted(corrections, key=lambda one: one.at)}
    since = min((event.occurred for event in events), default=None)
    return Profile(tuple(_ranked(lines, told, events)), len(events), since)


class _Sum:
    """What was added up for one line: its weight, and the places of its events as the bits of one number (sets of 500 would cost the most of all)."""

    __slots__ = ("label", "places", "weight")

    def __init__(self, label: LocalizedText) -> None:
        self.label = label
        self.weight = 0.0
        self.places = 0

    def add(self, weight: float, places: int) -> None:
        self.weight += weight
        self.places |= places

    def newest(self) -> Iterable[int]:
        """The first `EVENTS_PER_LINE` places, lowest first."""
        rest = self.places
        for _ in range(EVENTS_PER_LINE):
            if not rest:
                return
            lowest = rest & -rest
            yield lowest.bit_length() - 1
            rest ^= lowest


def _ranked(sums: Mapping[tuple[str, str], _Sum], told: Mapping[tuple[str, str], Verdict], events: Sequence[Event]) -> Iterable[Line]:
    """Facet by facet the strongest lines, as corrected; a line that the shopper corrected is always among them."""
    facets: defaultdict[str, list[tuple[float, str, _Sum, Verdict]]] = defaultdict(list)
    for (facet, key), found in sums.items():
        verdict = told.get((facet, key), "as_found")
        facets[facet].append((found.weight * _FACTORS[verdict], key, found, verdict))
    moments: dict[int, Moment] = {}
    for facet in sorted(facets, key=_place):
        entries = sorted(facets[facet], key=lambda entry: (-abs(entry[0]), entry[1]))
        highest = abs(entries[0][0]) or 1.0
        for place, (weight, key, found, verdict) in enumerate(entries):
            if place < LINES_PER_FACET or verdict != "as_found":
                behind = tuple(moments[at] if at in moments else moments.setdefault(at, _moment(events[at])) for at in found.newest())
                yield Line(facet, key, found.label, round(weight / highest, 6), weight, found.places.bit_count(), behind, verdict)


def _moment(event: Event) -> Moment:
    return Moment(event.id, event.name, event.occurred, event.items[0].product_id if event.items else None)


def _place(facet: str) -> tuple[int, str]:
    order = (CATEGORY, BRAND, PRICE_BAND)
    return (order.index(facet) if facet in order else 9 if facet == LANGUAGE else 5, facet)
