"""What came of a list: clicks, carts and purchases joined to the lists that shoppers saw.

Two attributions, each named wherever a figure stands:
*last click*: a bought product counts for the last list that the person clicked it in, within the click window;
*view-through*: a product bought without such a click counts for the last list that showed it to the person, within the (shorter) view window.
Both follow what advertising calls by these names; the windows are parameters, because they are a choice and not a truth. A purchase counts once.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Literal

from shopkeeper.domain.event import Event, EventName
from shopkeeper.domain.ids import ProductId, ShopperId
from shopkeeper.domain.money import Money
from shopkeeper.domain.shown_list import BOT
from shopkeeper.events.log import LoggedEvent
from shopkeeper.events.shown import LoggedList

Attribution = Literal["last_click", "view_through"]

CLICK_WINDOW: Final = timedelta(days=7)
VIEW_WINDOW: Final = timedelta(days=1)
CLICKS: Final[frozenset[EventName]] = frozenset({"select_item", "view_item", "add_to_cart", "add_to_wishlist"})
"""Any of these that names a list is a click in it: a shop that sends no `select_item` still says where the shopper came from."""


@dataclass(frozen=True, slots=True)
class Click:
    """A product of the list was chosen; `position` is its place in the list (0 first)."""

    product: ProductId
    position: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Purchase:
    """Pieces of a product of the list that were bought; `revenue` None where the event named no price."""

    product: ProductId
    position: int
    quantity: int
    revenue: Money | None
    how: Attribution
    at: datetime


@dataclass(slots=True)
class ListOutcome:
    """A list with all that came of it. `person` is the one whom its shopper is part of; each product is clicked and carted at most once a list."""

    logged: LoggedList
    person: ShopperId | None
    clicks: list[Click] = field(default_factory=list)
    carts: list[Click] = field(default_factory=list)
    purchases: list[Purchase] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Joined:
    """Outcomes in the order of the lists. `unknown` events name a list that is not among them, `elsewhere` a product that did not stand in theirs,
    `others` a list that somebody else saw: all three are counted and change nothing."""

    outcomes: tuple[ListOutcome, ...]
    unknown: int
    elsewhere: int
    others: int


def join(
    lists: Iterable[LoggedList],
    events: Iterable[LoggedEvent],
    persons: Mapping[ShopperId, ShopperId],
    *,
    flagged: frozenset[ShopperId] = frozenset(),
    click_window: timedelta = CLICK_WINDOW,
    view_window: timedelta = VIEW_WINDOW,
) -> Joined:
    """Join `events` (any order) to `lists`. `persons` says for an identity whose it is (itself where it is missing); what persons in `flagged` saw
    and did counts nowhere, nor does a list that was marked as asked for by a program."""
    outcomes = [ListOutcome(one, None if one.shopper is None else persons.get(one.shopper, one.shopper)) for one in lists]
    outcomes = [outcome for outcome in outcomes if outcome.person not in flagged and (BOT, "agent") not in outcome.logged.shown.context]
    by_id = {outcome.logged.shown.id: outcome for outcome in outcomes}
    seen = _seen(outcomes)
    clicked: dict[tuple[ShopperId, ProductId], list[tuple[datetime, ListOutcome]]] = defaultdict(list)
    unknown = elsewhere = others = 0
    told = sorted(events, key=lambda one: (one.event.occurred, one.event.id))
    for one in told:
        person = persons.get(one.shopper, one.shopper)
        if person in flagged:
            continue
        if one.event.list_id is not None and one.event.name in CLICKS:
            outcome = by_id.get(one.event.list_id)
            if outcome is None:
                unknown += 1
            elif outcome.person is not None and outcome.person != person:
                others += 1
            else:
                elsewhere += _click(outcome, one.event, person, clicked)
        if one.event.name == "purchase":
            _attribute(one.event, person, clicked, seen, click_window, view_window)
    return Joined(tuple(outcomes), unknown, elsewhere, others)


def _seen(outcomes: Sequence[ListOutcome]) -> dict[tuple[ShopperId, ProductId], list[tuple[datetime, ListOutcome]]]:
    """For each person and product the lists that showed it, by time."""
    seen: dict[tuple[ShopperId, ProductId], list[tuple[datetime, ListOutcome]]] = defaultdict(list)
    for outcome in sorted(outcomes, key=lambda outcome: outcome.logged.shown.shown):
        if outcome.person is not None:
            for product in outcome.logged.shown.items:
                seen[outcome.person, product].append((outcome.logged.shown.shown, outcome))
    return seen


def _click(
    outcome: ListOutcome, event: Event, person: ShopperId, clicked: dict[tuple[ShopperId, ProductId], list[tuple[datetime, ListOutcome]]]
) -> int:
    """Note the event's items in its list; returns how many do not stand in it."""
    places = {product: place for place, product in enumerate(outcome.logged.shown.items)}
    strangers = 0
    for item in event.items:
        position = places.get(item.product_id)
        if position is None:
            strangers += 1
            continue
        click = Click(item.product_id, position, event.occurred)
        clicked[person, item.product_id].append((event.occurred, outcome))
        if all(before.product != item.product_id for before in outcome.clicks):
            outcome.clicks.append(click)
        if event.name == "add_to_cart" and all(before.product != item.product_id for before in outcome.carts):
            outcome.carts.append(click)
    return strangers


def _attribute(
    event: Event,
    person: ShopperId,
    clicked: Mapping[tuple[ShopperId, ProductId], list[tuple[datetime, ListOutcome]]],
    seen: Mapping[tuple[ShopperId, ProductId], list[tuple[datetime, ListOutcome]]],
    click_window: timedelta,
    view_window: timedelta,
) -> None:
    for item in event.items:
        ways: tuple[tuple[Attribution, Mapping[tuple[ShopperId, ProductId], list[tuple[datetime, ListOutcome]]], timedelta], ...] = (
            ("last_click", clicked, click_window),
            ("view_through", seen, view_window),
        )
        for how, moments, window in ways:
            outcome = _last(moments.get((person, item.product_id), ()), event.occurred, window)
            if outcome is not None:
                revenue = None if item.price is None else Money(item.price.minor * item.quantity, item.price.currency)
                position = outcome.logged.shown.items.index(item.product_id)
                outcome.purchases.append(Purchase(item.product_id, position, item.quantity, revenue, how, event.occurred))
                break


def _last(moments: Sequence[tuple[datetime, ListOutcome]], at: datetime, window: timedelta) -> ListOutcome | None:
    """The newest of `moments` (by time) at or before `at` and within `window` of it."""
    before = bisect_right(moments, at, key=lambda moment: moment[0])
    if before and at - moments[before - 1][0] <= window:
        return moments[before - 1][1]
    return None


@dataclass(frozen=True, slots=True)
class ListFigures:
    """What a group of lists came to. `clicked`, `carted`, `bought` are lists of which at least one product was; money is in minor units by currency.

    `ctr` and `conversion` are shares of lists, None where there are none; `revenue` is by last click, `view_through` by the other attribution.
    """

    lists: int = 0
    empty: int = 0
    items: int = 0
    clicks: int = 0
    clicked: int = 0
    carted: int = 0
    bought: int = 0
    bought_after_view: int = 0
    revenue: Mapping[str, int] = field(default_factory=dict)
    view_through: Mapping[str, int] = field(default_factory=dict)

    @property
    def ctr(self) -> float | None:
        """Lists with a click, of all lists that showed something."""
        return self.clicked / (self.lists - self.empty) if self.lists > self.empty else None

    @property
    def conversion(self) -> float | None:
        """Lists with a purchase by last click, of all lists that showed something."""
        return self.bought / (self.lists - self.empty) if self.lists > self.empty else None


def figures(outcomes: Iterable[ListOutcome]) -> ListFigures:
    """The figures of a group of lists."""
    count: dict[str, int] = defaultdict(int)
    revenue: dict[Attribution, dict[str, int]] = {"last_click": defaultdict(int), "view_through": defaultdict(int)}
    for outcome in outcomes:
        ways = {purchase.how for purchase in outcome.purchases}
        count["lists"] += 1
        count["empty"] += not outcome.logged.shown.items
        count["items"] += len(outcome.logged.shown.items)
        count["clicks"] += len(outcome.clicks)
        count["clicked"] += bool(outcome.clicks)
        count["carted"] += bool(outcome.carts)
        count["bought"] += "last_click" in ways
        count["bought_after_view"] += "view_through" in ways
        for purchase in outcome.purchases:
            if purchase.revenue is not None:
                revenue[purchase.how][purchase.revenue.currency] += purchase.revenue.minor
    return ListFigures(**count, revenue=dict(revenue["last_click"]), view_through=dict(revenue["view_through"]))


def by_position(outcomes: Iterable[ListOutcome], *, places: int = 24) -> list[tuple[int, int]]:
    """For each of the first `places` positions: (lists that showed something there, lists in which it was clicked)."""
    shown = [0] * places
    clicked = [0] * places
    for outcome in outcomes:
        for place in range(min(places, len(outcome.logged.shown.items))):
            shown[place] += 1
        for click in outcome.clicks:
            if click.position < places:
                clicked[click.position] += 1
    return list(zip(shown, clicked, strict=True))


def grouped(outcomes: Iterable[ListOutcome], key: str) -> dict[str, list[ListOutcome]]:
    """Outcomes by `key`: "surface", "query" (folded to lower case, searches only), "policy" or "arm"."""
    groups: dict[str, list[ListOutcome]] = defaultdict(list)
    for outcome in outcomes:
        shown = outcome.logged.shown
        if key == "query":
            if shown.surface == "search" and shown.query.strip():
                groups[" ".join(shown.query.lower().split())].append(outcome)
        else:
            groups[getattr(shown, key)].append(outcome)
    return dict(groups)
