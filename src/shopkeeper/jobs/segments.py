"""Segments: every consenting person's figures and profile -> the shop's rules and a seeded clustering -> stored memberships.

A rule is written in the language of filters (`ranking.filters`), over these names:

    recency_days  events  views  carts  orders  spent        figures; `spent` in whole units of the currency
    category:"A"  brand:B  price_band:50-100  language:zh    the person is drawn to it: an affinity of `LIKES` or more
"""

from collections import defaultdict, deque
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import numpy as np

from shopkeeper.domain.event import Event
from shopkeeper.domain.ids import ShopperId
from shopkeeper.domain.money import exponent_of
from shopkeeper.domain.segment import Segment, SegmentId
from shopkeeper.domain.texts import LocalizedText
from shopkeeper.errors import BadInput
from shopkeeper.events.log import EventLog
from shopkeeper.ports.progress import Progress, Silent
from shopkeeper.ports.shoppers import SegmentStore, ShopperStore
from shopkeeper.ranking.filters import And, Between, Compare, Everything, Filter, Flag, Member, Not, Or, parse_filter
from shopkeeper.shoppers.clustering import Clusters, cluster
from shopkeeper.shoppers.profile import BRAND, CATEGORY, LANGUAGE, PRICE_BAND, ProductFacts, Profile, profile_of
from shopkeeper.shoppers.service import PROFILE_EVENTS, ShopperService

LIKES: Final = 0.5
"""The affinity from which on a rule calls somebody drawn to something."""
SHARPNESS: Final = 2.0
"""Shares of categories are raised to this power before clustering: what somebody mostly buys tells them apart, the odd gift does not."""
LARGEST_K: Final = 16
SEED: Final = 7
FEWEST: Final = 30
"""Persons from which on a clustering says anything."""
_SECOND_TRAIT: Final = 0.4
_FIGURES: Final = frozenset({"recency_days", "events", "views", "carts", "orders", "spent"})
_FACETS: Final = frozenset({CATEGORY, BRAND, PRICE_BAND, LANGUAGE})
_PATH: Final = " > "


@dataclass(frozen=True, slots=True)
class SegmentRule:
    """A segment that a person wrote."""

    id: SegmentId
    name: LocalizedText
    rule: str


DEFAULT_RULES: Final = (
    SegmentRule(SegmentId("loyal"), LocalizedText(zh="老顾客", en="Loyal customers"), "orders >= 3 AND recency_days <= 60"),
    SegmentRule(SegmentId("lapsed"), LocalizedText(zh="久未光顾", en="Not seen lately"), "orders >= 1 AND recency_days > 60"),
    SegmentRule(SegmentId("browsing"), LocalizedText(zh="只看未买", en="Looking, not buying"), "views >= 10 AND orders = 0"),
    SegmentRule(SegmentId("new"), LocalizedText(zh="首次购买", en="First order"), "orders = 1 AND recency_days <= 30"),
)


@dataclass(frozen=True, slots=True)
class PersonFigures:
    """One person as rules and the clustering see them."""

    shopper: ShopperId
    figures: Mapping[str, float]
    profile: Profile


def check_rule(text: str) -> Filter:
    """The rule as a tree; `BadInput` names what it cannot be about."""
    tree = parse_filter(text, field="rule")
    _check(tree)
    return tree


def _check(tree: Filter) -> None:
    match tree:
        case And(parts) | Or(parts):
            for part in parts:
                _check(part)
        case Not(part):
            _check(part)
        case Compare(name, _, _) | Between(name, _, _) if name in _FIGURES:
            pass
        case Member(name, _) if name in _FACETS:
            pass
        case Everything():
            raise BadInput("is empty", field="rule", value="", hint="Write it like: orders >= 3 AND recency_days <= 60")
        case Compare(name, _, _) | Between(name, _, _) | Member(name, _) | Flag(name, _):
            known = ", ".join(sorted(_FIGURES)) + "; and with a value: " + ", ".join(sorted(_FACETS))
            raise BadInput(f"{name!r} is not a figure or trait of shoppers", field="rule", value=name, hint=f"Known: {known}.")


def meets(person: PersonFigures, tree: Filter) -> bool:
    """True if the rule holds for the person."""
    match tree:
        case And(parts):
            return all(meets(person, part) for part in parts)
        case Or(parts):
            return any(meets(person, part) for part in parts)
        case Not(part):
            return not meets(person, part)
        case Compare(name, operator, number):
            value = person.figures[name]
            return {
                "<": value < number, "<=": value <= number, ">": value > number, ">=": value >= number, "=": value == number, "!=": value != number,
            }[operator]  # fmt: skip
        case Between(name, low, high):
            return low <= person.figures[name] <= high
        case Member(name, values):
            wanted = {value.casefold() for value in values}
            return any(
                line.affinity >= LIKES and wanted & {line.key.casefold(), line.label.zh.casefold(), line.label.en.casefold()}
                for line in person.profile.lines
                if line.facet == name and line.verdict != "not_me"
            )
        case _:
            return False


def figures_of(events: Sequence[Event], now: datetime) -> dict[str, float]:
    """What a person did, as numbers; `events` newest first."""
    bought = [event for event in events if event.name == "purchase"]
    prices = [(item.price, item.quantity) for event in bought for item in event.items]
    return {
        "recency_days": (now - events[0].occurred).total_seconds() / 86_400 if events else float("inf"),
        "events": float(len(events)),
        "views": float(sum(event.name == "view_item" for event in events)),
        "carts": float(sum(event.name == "add_to_cart" for event in events)),
        "orders": float(len({event.order_id or event.id for event in bought})),
        "spent": sum(price.minor * count / 10 ** exponent_of(price.currency) for price, count in prices if price is not None),
    }


def vectors_of(persons: Sequence[PersonFigures]) -> tuple[np.ndarray, list[tuple[str, LocalizedText]]]:
    """(persons by departments, the departments): what each is drawn to among the top categories, sharpened, of length 1 (or 0)."""
    names: dict[str, LocalizedText] = {}
    for person in persons:
        names.update({line.key: line.label for line in person.profile.lines if line.facet == CATEGORY and _PATH not in line.key})
    columns = {key: place for place, key in enumerate(sorted(names))}
    points = np.zeros((len(persons), len(columns)))
    for row, person in enumerate(persons):
        for line in person.profile.lines:
            if line.facet == CATEGORY and line.key in columns and line.affinity > 0 and line.verdict != "not_me":
                points[row, columns[line.key]] = line.affinity
    points = points**SHARPNESS
    lengths = np.linalg.norm(points, axis=1, keepdims=True)
    return np.divide(points, lengths, out=np.zeros_like(points), where=lengths > 0), [(key, names[key]) for key in columns]


class SegmentJob:
    """Computes the segments of one shop anew."""

    def __init__(
        self,
        log: EventLog,
        store: ShopperStore,
        service: ShopperService,
        segments: SegmentStore,
        facts: ProductFacts,
        *,
        clock: Callable[[], datetime],
    ) -> None:
        self._log = log
        self._store = store
        self._service = service
        self._segments = segments
        self._facts = facts
        self._clock = clock

    def run(
        self, *, rules: Sequence[SegmentRule] = DEFAULT_RULES, flagged: Collection[ShopperId] = (), progress: Progress = Silent()
    ) -> list[Segment]:
        """Compute, store and return the segments; `flagged` (bots) are left out, and so is whoever did not agree to personalisation."""
        trees = [(rule, check_rule(rule.rule)) for rule in rules]
        now = self._clock()
        persons = self._persons(frozenset(flagged), now, progress)
        members: dict[SegmentId, list[ShopperId]] = {}
        made: list[Segment] = []
        for rule, tree in trees:
            members[rule.id] = [person.shopper for person in persons if meets(person, tree)]
            made.append(Segment(rule.id, "rule", rule.name, now, rule=rule.rule))
        made += self._clustered(persons, now, members)
        self._segments.replace(made, members)
        return self._segments.all()

    def _persons(self, flagged: frozenset[ShopperId], now: datetime, progress: Progress) -> list[PersonFigures]:
        did: defaultdict[ShopperId, deque[Event]] = defaultdict(lambda: deque(maxlen=PROFILE_EVENTS))
        for number, one in enumerate(self._log.scan()):
            did[one.shopper].appendleft(one.event)
            if number % 10_000 == 0:
                progress.step("events read", number, None)
        roots = self._store.persons(list(did))
        bots = {roots.get(number, number) for number in flagged}
        together: defaultdict[ShopperId, list[Event]] = defaultdict(list)
        for identity, events in did.items():
            if roots[identity] not in bots:
                together[roots[identity]] += events
        found = []
        for number, (shopper, events) in enumerate(sorted(together.items())):
            person = self._store.person(shopper)
            if self._service.allows(person, "personalisation"):
                newest = sorted(events, key=lambda event: (event.occurred, event.id), reverse=True)[:PROFILE_EVENTS]
                products = list(dict.fromkeys(item.product_id for event in newest for item in event.items))
                profile = profile_of(newest, self._facts(products), now=now, corrections=self._service.corrections(person))
                found.append(PersonFigures(shopper, figures_of(newest, now), profile))
            progress.step("profiles", number + 1, len(together))
        return found

    def _clustered(self, persons: Sequence[PersonFigures], now: datetime, members: dict[SegmentId, list[ShopperId]]) -> list[Segment]:
        points, names = vectors_of(persons)
        drawn = np.flatnonzero(points.any(axis=1)) if len(persons) else np.zeros(0, np.int64)
        if len(drawn) < FEWEST:
            return []
        clusters = cluster(points[drawn], seed=SEED, largest=LARGEST_K)
        made = []
        for number in range(len(clusters.centres)):
            traits = top_traits(clusters, number, names)
            id_ = SegmentId(f"cluster-{number + 1}")
            members[id_] = [persons[int(place)].shopper for place in drawn[clusters.labels == number]]
            shares = tuple((CATEGORY, key, round(share, 4)) for key, _, share in traits)
            made.append(Segment(id_, "cluster", cluster_name([label for _, label, _ in traits]), now, traits=shares))
        return made


def top_traits(clusters: Clusters, number: int, names: Sequence[tuple[str, LocalizedText]]) -> list[tuple[str, LocalizedText, float]]:
    """What tells the cluster: its strongest department, and the second where it weighs nearly as much."""
    centre = clusters.centres[number]
    order = np.argsort(-centre, kind="stable")[:2]
    told = [(*names[int(place)], float(centre[place])) for place in order if centre[place] > 0]
    return [one for one in told if one[2] >= _SECOND_TRAIT * told[0][2]]


def cluster_name(labels: Sequence[LocalizedText]) -> LocalizedText:
    """The cluster as people call it."""
    zh, en = [label.get("zh") for label in labels], [label.get("en") for label in labels]
    return LocalizedText(zh=f"偏爱{'与'.join(zh)}", en=f"Drawn to {' and '.join(en)}")
