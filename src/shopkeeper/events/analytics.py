"""What came of the lists of a stretch of time, as figures: per surface, query, position; read once a minute at most."""

import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from shopkeeper.domain.ids import ShopperId
from shopkeeper.events.attribution import Joined, ListFigures, ListOutcome, by_position, figures, grouped, join
from shopkeeper.events.log import EventLog
from shopkeeper.events.shown import LoggedList, ShownListLog
from shopkeeper.ports.events import ListQuery
from shopkeeper.ports.shoppers import ShopperStore

KEPT_FOR: Final = timedelta(minutes=1)
MOST_DAYS: Final = timedelta(days=92)
MOST_OF_ONE: Final = 10_000
"""Events, and lists, of one person that are looked through for a single list: nobody but a program comes near it."""
SLOW_MS: Final = 200.0
"""A search above this is told of: a fifth of a second is where waiting begins to be noticed."""


@dataclass(frozen=True, slots=True)
class QueryFigures:
    """A query with its figures; `slowest_ms` None where no search of it told how long it took."""

    query: str
    figures: ListFigures
    slowest_ms: float | None


@dataclass(frozen=True, slots=True)
class SearchReport:
    """Searches of a stretch of time. `top` by how often; `failing` found nothing, `ignored` found something that nobody clicked; `slow` ones."""

    whole: ListFigures
    top: tuple[QueryFigures, ...]
    failing: tuple[QueryFigures, ...]
    ignored: tuple[QueryFigures, ...]
    slow: tuple[QueryFigures, ...]

    @property
    def no_result_rate(self) -> float | None:
        """Searches that found nothing, of all; None without any."""
        return self.whole.empty / self.whole.lists if self.whole.lists else None


class ListAnalytics:
    """Figures over the logs of one shop. What bots saw and did is left out; `windows` says how long clicks and views are credited."""

    def __init__(
        self,
        lists: ShownListLog,
        events: EventLog,
        shoppers: ShopperStore,
        flagged: Callable[[], frozenset[ShopperId]],
        *,
        windows: Callable[[], tuple[timedelta, timedelta]],
        clock: Callable[[], datetime],
    ) -> None:
        self._lists = lists
        self._events = events
        self._shoppers = shoppers
        self._flagged = flagged
        self._windows = windows
        self._clock = clock
        self._lock = threading.Lock()
        self._kept: dict[tuple[datetime, datetime], tuple[datetime, Joined]] = {}

    def joined(self, since: datetime, until: datetime) -> Joined:
        """Lists shown in the stretch with what came of them up to now (later purchases count for earlier lists)."""
        now = self._clock()
        key = (max(since, until - MOST_DAYS), until)
        with self._lock:
            kept = self._kept.get(key)
        if kept is not None and timedelta(0) <= now - kept[0] < KEPT_FOR:
            return kept[1]
        found = self._join(*key)
        with self._lock:
            self._kept = {one: value for one, value in self._kept.items() if now - value[0] < KEPT_FOR} | {key: (now, found)}
        return found

    def outcomes(self, since: datetime, until: datetime) -> Iterable[ListOutcome]:
        """The outcomes alone, as experiments read them; never older than this call."""
        return self._join(since, until).outcomes

    def came_of(self, one: LoggedList) -> ListOutcome:
        """What came of a single list up to now, by what its person did (whoever named it, where it was shown to nobody known); nothing of a bot's."""
        click_window, view_window = self._windows()
        if one.shopper is None:
            until = one.shown.shown + click_window
            told = {event.shopper for event in self._events.scan(since=one.shown.shown, until=until) if event.event.list_id == one.shown.id}
        else:
            told = {one.shopper}
        everybody = tuple(sorted({number for shopper in told for number in self._shoppers.person(shopper).all}))
        events = self._events.of_shoppers(everybody, limit=MOST_OF_ONE, since=one.shown.shown)
        others = self._lists.find(ListQuery(shoppers=everybody, limit=MOST_OF_ONE))
        lists = [one, *(other for other in others if other.shown.id != one.shown.id)]
        persons = self._shoppers.persons(everybody)
        joined = join(lists, events, persons, flagged=self._bots(persons), click_window=click_window, view_window=view_window)
        return next((outcome for outcome in joined.outcomes if outcome.logged is one), ListOutcome(one, None))

    def by(self, key: str, since: datetime, until: datetime) -> dict[str, ListFigures]:
        """Figures by "surface", "policy" or "arm", the most shown first."""
        groups = {name: figures(outcomes) for name, outcomes in grouped(self.joined(since, until).outcomes, key).items()}
        return dict(sorted(groups.items(), key=lambda pair: (-pair[1].lists, pair[0])))

    def positions(self, surface: str, since: datetime, until: datetime, *, places: int = 24) -> list[tuple[int, int]]:
        """For each place of the surface's lists: how often something stood there, and how often it was clicked."""
        return by_position((one for one in self.joined(since, until).outcomes if one.logged.shown.surface == surface), places=places)

    def searches(self, since: datetime, until: datetime, *, most: int = 20) -> SearchReport:
        """What was searched for; each table holds at most `most` queries."""
        outcomes = [one for one in self.joined(since, until).outcomes if one.logged.shown.surface == "search" and one.logged.shown.query.strip()]
        queries = [_query(query, group) for query, group in grouped(outcomes, "query").items()]
        queries.sort(key=lambda one: (-one.figures.lists, one.query))
        slow = sorted((one for one in queries if (one.slowest_ms or 0) > SLOW_MS), key=lambda one: (-(one.slowest_ms or 0), one.query))
        return SearchReport(
            figures(outcomes),
            tuple(queries[:most]),
            tuple(one for one in queries if one.figures.empty == one.figures.lists)[:most],
            tuple(one for one in queries if one.figures.empty < one.figures.lists and not one.figures.clicked and one.figures.lists > 1)[:most],
            tuple(slow[:most]),
        )

    def _join(self, since: datetime, until: datetime) -> Joined:
        lists = list(self._lists.scan(since=since, until=until))
        events = list(self._events.scan(since=since))
        identities = sorted({one.shopper for one in events} | {one.shopper for one in lists if one.shopper is not None})
        persons = self._shoppers.persons(identities)
        click_window, view_window = self._windows()
        return join(lists, events, persons, flagged=self._bots(persons), click_window=click_window, view_window=view_window)

    def _bots(self, persons: Mapping[ShopperId, ShopperId]) -> frozenset[ShopperId]:
        """Those who are flagged, and the persons whom they are part of."""
        flagged = self._flagged()
        return flagged | {persons.get(one, one) for one in flagged}


def _query(query: str, outcomes: list[ListOutcome]) -> QueryFigures:
    times = [float(took) for one in outcomes if (took := dict(one.logged.shown.context).get("took_ms")) is not None]
    return QueryFigures(query, figures(outcomes), max(times, default=None))
