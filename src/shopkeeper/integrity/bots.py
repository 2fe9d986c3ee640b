"""Programs among the shoppers: by what they call themselves, by how fast they are, and by patterns that people do not show.

Three rules, each with its evidence in words, so that a merchant can judge and lift a flag. Whoever is flagged is left out of every learner and every
figure; nothing is refused, so that a person who was mistaken for a program notices nothing. Thresholds lie where people do not reach: a fast reader
opens a product every two or three seconds for a minute, not for ten.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise
from statistics import fmean, pstdev
from typing import Final, Literal

from shopkeeper.domain.event import Event

Rule = Literal["agent", "rate", "pattern"]

PROGRAMS: Final = re.compile(
    r"bot\b|bot/|crawl|spider|slurp|headless|phantomjs|selenium|puppeteer|playwright|curl/|wget/|python-requests|python-urllib|aiohttp|httpx|"
    r"okhttp/|go-http-client|java/|libwww|scrapy|axios/|node-fetch|facebookexternalhit|lighthouse",
    re.IGNORECASE,
)
"""What programs write into User-Agent; the common ones say so themselves (RFC 9110, 10.1.5, asks them to)."""

FAST_WINDOW: Final = timedelta(minutes=1)
FAST_EVENTS: Final = 90
"""Events in a minute that no hand makes: three in two seconds, kept up for the whole minute."""
LONG_WINDOW: Final = timedelta(minutes=10)
LONG_EVENTS: Final = 300
"""The same over ten minutes, where a person pauses: one every two seconds."""
REGULAR_GAPS: Final = 20
REGULAR_SPREAD: Final = 0.1
"""Gaps whose standard deviation is below a tenth of their mean are a clock's; people's is near or above the mean."""
SAME_PLACE: Final = 25
"""Clicks in lists, all at one position below the first: people look for products, not for a place."""
ONLY_CLICKS: Final = 40
"""Clicks on different products without one search, cart or purchase, each within two seconds of the one before: a catalogue being copied."""
_CLICKED: Final = frozenset({"select_item", "view_item"})
_MEANT: Final = frozenset({"search", "add_to_cart", "add_to_wishlist", "begin_checkout", "purchase", "rate", "review"})


@dataclass(frozen=True, slots=True)
class Suspicion:
    """A rule that a shopper met, and what was seen."""

    rule: Rule
    evidence: str


def suspect(events: Sequence[Event]) -> Suspicion | None:
    """The first rule that one shopper's `events` (any order) meet, None for a person."""
    told = sorted(events, key=lambda event: (event.occurred, event.id))
    return _by_agent(told) or _by_rate(told) or _by_pattern(told)


def is_program(agent: str) -> bool:
    """True if the User-Agent names a program; an empty one says nothing."""
    return PROGRAMS.search(agent) is not None


def _by_agent(told: Sequence[Event]) -> Suspicion | None:
    agent = next((event.agent for event in told if is_program(event.agent)), None)
    return None if agent is None else Suspicion("agent", agent[:120])


def _by_rate(told: Sequence[Event]) -> Suspicion | None:
    for window, most in ((FAST_WINDOW, FAST_EVENTS), (LONG_WINDOW, LONG_EVENTS)):
        for first, last in zip(told, told[most:], strict=False):
            if last.occurred - first.occurred < window:
                return Suspicion("rate", f"{most + 1} events in {(last.occurred - first.occurred).total_seconds():.0f} s")
    return None


def _by_pattern(told: Sequence[Event]) -> Suspicion | None:
    return _like_a_clock(told) or _always_one_place(told) or _copying(told)


def _like_a_clock(told: Sequence[Event]) -> Suspicion | None:
    """A run of gaps of one length. Gaps of nothing (a page that sends several events at once) are no gaps."""
    gaps = [gap for one, two in pairwise(told) if (gap := (two.occurred - one.occurred).total_seconds()) > 0]
    for start in range(0, len(gaps) - REGULAR_GAPS + 1, REGULAR_GAPS // 2):
        run = gaps[start : start + REGULAR_GAPS]
        mean = fmean(run)
        if pstdev(run) < REGULAR_SPREAD * mean:
            return Suspicion("pattern", f"{REGULAR_GAPS} events {mean:.1f} s apart")
    return None


def _always_one_place(told: Sequence[Event]) -> Suspicion | None:
    places = [event.items[0].position for event in told if event.name == "select_item" and event.items and event.items[0].position is not None]
    if len(places) < SAME_PLACE:
        return None
    place, count = Counter(places).most_common(1)[0]
    if place > 0 and count == len(places):
        return Suspicion("pattern", f"{count} clicks, all at place {place + 1}")
    return None


def _copying(told: Sequence[Event]) -> Suspicion | None:
    if any(event.name in _MEANT for event in told):
        return None
    run: list[Event] = []
    for event in told:
        if event.name not in _CLICKED or not event.items:
            continue
        if run and event.occurred - run[-1].occurred > timedelta(seconds=2):
            run = []
        run.append(event)
        products = {one.items[0].product_id for one in run}
        if len(products) >= ONLY_CLICKS:
            return Suspicion(
                "pattern", f"{len(products)} products opened within {(run[-1].occurred - run[0].occurred).total_seconds():.0f} s, nothing else"
            )
    return None
