"""Programs are told from people, with evidence."""

import random
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from shopkeeper.adapters.storage import SqlShopDatabase, migrate, open_shop_database
from shopkeeper.domain.event import Event, EventItem, EventName
from shopkeeper.domain.ids import EventId, ProductId, ShopId
from shopkeeper.domain.shopper import Identity
from shopkeeper.events.log import EventLog
from shopkeeper.integrity.bots import is_program, suspect
from shopkeeper.integrity.service import BotWatch
from tests.conftest import NOON

CHROME = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"


def did(
    number: int, seconds: float, name: EventName = "view_item", *, who: str = "v", place: int | None = None, product: str = "", agent: str = CHROME
) -> Event:
    item = EventItem(ProductId(product or f"p{number}"), position=place)
    return Event(EventId(f"{who}{number}"), name, NOON + timedelta(seconds=seconds), Identity("visitor", who), (item,), agent=agent)


def person(seed: int, minutes: float = 20) -> list[Event]:
    """Somebody who looks around: pauses are log-normal with a median of nine seconds, and sometimes something goes into the cart."""
    dice = random.Random(seed)
    told, seconds = [], 0.0
    while seconds < minutes * 60:
        name: EventName = dice.choices(("view_item", "select_item", "search", "add_to_cart"), (5, 3, 1, 1))[0]
        told.append(did(len(told), seconds, name, place=dice.randrange(8)))
        seconds += dice.lognormvariate(2.2, 1.0)
    return told


class TestPeople:
    def test_people_are_not_suspected(self) -> None:
        assert [suspect(person(seed)) for seed in range(300)] == [None] * 300

    def test_a_page_that_sends_several_events_at_once_is_no_clock(self) -> None:
        assert suspect([did(n, 30.0 * (n // 5) * (1 + n % 3)) for n in range(60)]) is None

    def test_one_who_always_takes_the_first_is_impatient_not_a_program(self) -> None:
        dice = random.Random(1)
        assert suspect([did(n, n * 20 + dice.random() * 19, "select_item", place=0) for n in range(60)]) is None


class TestPrograms:
    @pytest.mark.parametrize(
        "agent",
        ["curl/8.5.0", "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", "python-requests/2.32", "HeadlessChrome/140"],
    )
    def test_what_calls_itself_a_program_is_one(self, agent: str) -> None:
        found = suspect([did(1, 0, agent=agent)])
        assert found is not None
        assert (found.rule, found.evidence) == ("agent", agent)
        assert not is_program(CHROME)
        assert not is_program("")

    def test_no_hand_is_so_fast(self) -> None:
        dice = random.Random(2)
        fast = [did(n, n * 0.5 + dice.random() * 0.4, "search") for n in range(100)]
        found = suspect(fast)
        assert found is not None
        assert found.rule == "rate"
        assert suspect(fast[:90]) is None

    def test_a_clock_is_not_a_person(self) -> None:
        found = suspect([did(n, n * 30 + 0.1 * (n % 2), "search") for n in range(25)])
        assert found is not None
        assert (found.rule, found.evidence) == ("pattern", "20 events 30.0 s apart")

    def test_clicks_that_are_always_at_one_place_are_a_pattern(self) -> None:
        dice = random.Random(3)
        found = suspect([did(n, n * 20 + dice.random() * 19, "select_item", place=4) for n in range(25)])
        assert found is not None
        assert found.evidence == "25 clicks, all at place 5"

    def test_a_catalogue_that_is_copied_is_a_pattern(self) -> None:
        dice = random.Random(4)
        seconds, told = 0.0, []
        for n in range(45):
            told.append(did(n, seconds))
            seconds += 0.2 + 1.7 * dice.random()
        found = suspect(told)
        assert found is not None
        assert (found.rule, found.evidence.split(",")[1]) == ("pattern", " nothing else")
        assert suspect([*told, did(99, 5, "search")]) is None


@pytest.fixture
def database(tmp_path: Path) -> Iterator[SqlShopDatabase]:
    migrate(f"sqlite:///{tmp_path}", ShopId("main"))
    with open_shop_database(f"sqlite:///{tmp_path}", ShopId("main")) as opened:
        yield opened


class TestWatch:
    def test_programs_are_flagged_as_their_events_come_and_people_are_not(self, database: SqlShopDatabase) -> None:
        log = EventLog(database.events, database.shoppers, database.vault, clock=lambda: NOON)
        watch = BotWatch(log, database.bots, clock=lambda: NOON + timedelta(minutes=1))
        dice = random.Random(5)
        fast = [did(n, n * 0.4 + 0.3 * dice.random(), "search", who="fast") for n in range(200)]
        log.record([did(1, 0, who="bot", agent="curl/8"), did(1, 0, who="person")])
        assert watch.look() == 1
        log.record(fast[:50])
        assert watch.look() == 0
        log.record(fast[50:100])
        assert watch.look() == 1
        assert watch.look() == 0
        bot, quick, somebody = (log.numbers([Identity("visitor", name)])[Identity("visitor", name)] for name in ("bot", "fast", "person"))
        assert watch.flagged() == {bot, quick}
        assert somebody not in watch.flagged()
        assert {flag.reason for flag in watch.flags()} == {"agent", "rate"}
        assert watch.lift(quick)
        log.record(fast[100:])
        assert watch.look() == 0
        assert watch.flagged() == {bot}
