"""The live events: who sees what of them, what is found among them, and that a long log costs no more than a short one."""

import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from shopkeeper.domain.account import Role
from shopkeeper.domain.event import Event, EventItem, EventName
from shopkeeper.domain.ids import EventId, ListId, ProductId
from shopkeeper.domain.money import Currency, Money
from shopkeeper.domain.shopper import Identity
from shopkeeper.domain.shown_list import ShownList
from tests.conftest import NOON
from tests.web.conftest import Pages, installed
from tests.web.markup import Page

ANNA, PHONE = Identity("user", "anna@example.org"), Identity("visitor", "phone")
CNY = Currency("CNY")


@pytest.fixture(scope="module")
def lively(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pages]:
    """An installation of its own, in which four events came: of Anna and of a visitor who was her."""
    with installed(tmp_path_factory.mktemp("events")) as made:
        shop = made.demo
        shop.lists.add(ShownList(ListId("l-known"), NOON, "search", (ProductId("cup-01"),), "p", (1.0,), query="cup"), PHONE)
        shop.lists.flush()
        shop.intake.keep([event(1, "search", PHONE, query="cup"), event(2, "select_item", PHONE, product="cup-01", of="l-known")], source="browser")
        shop.intake.keep(
            [event(3, "add_to_cart", ANNA, product="pot/1", of="l-forged"), event(4, "view_item", ANNA, product="gone")], source="server"
        )
        shop.intake.keep([event(5, "view_item", Identity("visitor", "no"), product="gone", consent=frozenset())], source="browser")
        shop.intake.refuse(3, source="browser")
        numbers = shop.events.numbers([PHONE, ANNA])
        shop.database.shoppers.merge(numbers[PHONE], numbers[ANNA], NOON)
        yield made


def event(
    number: int, name: EventName, who: Identity, *, product: str = "", query: str = "", of: str = "", consent: frozenset | None = None
) -> Event:
    items = (EventItem(ProductId(product), quantity=2, price=Money(1_250, CNY)),) if product else ()
    moment = NOON - timedelta(seconds=5)
    return Event(EventId(f"e-{number}"), name, moment, who, items, query=query, list_id=ListId(of) if of else None, consent=consent)


def as_(pages: Pages, role: Role, shop: str = "demo") -> None:
    at = pages.app.shop(shop)
    account, _ = at.accounts.invite(f"{role}-{len(at.accounts.all())}@shop.example", role)
    pages.http.cookies.clear()
    pages.http.cookies.set("console_session", f"{shop}.{at.sessions.begin('account', account.id)}", path="/console")


def look(pages: Pages, **asked: str) -> Page:
    answer = pages.http.get("/console/events", params=asked, headers={"accept-language": "en"})
    assert answer.status_code == 200
    return Page(answer.text)


def text(page: Page) -> str:
    return " ".join(page.one("main").text.split())


def figures(page: Page) -> dict[str, str]:
    """What each figure says, by its label."""
    lines = [
        [one.text for one in page.all("span") if one.parent is item]
        for item in page.all("li")
        if item.parent and "figures" in item.parent.attributes.get("class", "")
    ]
    return {line[0]: f"{line[1]}: {line[2]}" for line in lines}


def rows(page: Page) -> list[str]:
    cells = page.all("td")
    return [" ".join(" ".join(cell.text.split()) for cell in cells if cell.parent is row) for row in page.all("tr")][1:]


def test_the_newest_comes_first_with_who_as_a_number_only(lively: Pages):
    as_(lively, "manager")
    page = look(lively)
    anna = lively.demo.events.numbers([ANNA])[ANNA]
    told = rows(page)
    assert [f"#{anna}" in row for row in told] == [True] * 4  # the visitor is the person whom they were merged into
    assert ["Looked at" in told[0], "Put into the cart" in told[1], "Chose" in told[2], "Searched" in told[3]] == [True] * 4
    assert "Yixing teapot 2 pieces, ¥25.00 l-forged unknown" in told[1] and "Porcelain cup no. 1" in told[2] and "l-known" in told[2]
    assert "gone not in the catalogue" in told[0] and "“cup”" in told[3]
    assert "anna@example.org" not in text(page)
    assert page.texts("p", class_="answer") == ["4 events came in within five minutes, from one shopper."]


def test_what_was_kept_out_is_counted_by_its_door(lively: Pages):
    as_(lively, "owner")
    page = look(lively)
    assert figures(page) == {
        "Kept": "4: browsers 2, servers 2",
        "Sent again": "0: since the server started",
        "Without consent": "1: browsers 1",
        "Refused": "3: browsers 3",
        "Of unknown lists": "1: of the newest 4 events",
    }


@pytest.mark.parametrize(
    ("asked", "found"),
    [({"name": "search"}, ["e-1"]), ({"product": "pot/1"}, ["e-3"]), ({"product": "none"}, []), ({"name": "search", "product": "pot/1"}, [])],
)
def test_a_filter_finds_among_the_newest(lively: Pages, asked: dict[str, str], found: list[str]):
    as_(lively, "manager")
    csv = lively.http.get("/console/events", params=asked | {"format": "csv"}).text
    assert [line.rpartition(",")[2] for line in csv.split()[1:] if ",e-" in line] == found
    page = look(lively, **asked)
    assert len(rows(page)) == len(found)
    if not found:
        assert "None of the newest 1,000 events is one of these." in text(page)


def test_a_filter_by_shopper_follows_the_person(lively: Pages):
    as_(lively, "manager")
    anna = lively.demo.events.numbers([ANNA])[ANNA]
    assert len(rows(look(lively, who=f"#{anna}"))) == 4
    assert rows(look(lively, who="#99")) == []


def test_whoever_may_not_see_shoppers_sees_that_something_came_and_nothing_of_it(lively: Pages):
    as_(lively, "analyst")
    page = look(lively)
    assert [" ".join(row.split()[1:-2]) for row in rows(page)] == ["Looked at", "Put into the cart", "Chose", "Searched"]
    assert all(word not in text(page) for word in ("pot/1", "teapot", "“cup”", "l-known", "#1", "anna"))
    csv = lively.http.get("/console/events", params={"format": "csv", "product": "pot/1"}).text
    assert "pot/1" not in csv and csv.splitlines()[0].lstrip("\ufeff") == "when,what,lag"
    as_(lively, "support")
    assert lively.http.get("/console/events").status_code == 403


def test_it_moves_unless_it_was_stopped_and_needs_no_script(lively: Pages):
    as_(lively, "manager")
    moving = lively.http.get("/console/events?name=search").text
    assert 'hx-get="/console/events?name=search"' in moving and "every 3s" in moving and "http-equiv" not in moving
    assert any(one.attributes["href"] == "/console/events?name=search&live=off" for one in Page(moving).all("a"))
    still = lively.http.get("/console/events?name=search&live=off").text
    assert "hx-get" not in still and "htmx" not in still


def test_a_shop_without_events_says_how_they_come(lively: Pages):
    as_(lively, "owner", "empty")
    page = look(lively)
    assert "No event has come in yesterday or today." in text(page) and "Send events from a shop" in text(page) and rows(page) == []


def test_ten_thousand_events_are_looked_at_as_fast_as_a_thousand(tmp_path: Path):
    with installed(tmp_path) as busy:
        sent = [event(number, "select_item", Identity("visitor", f"v-{number % 500}"), product=f"cup-{number % 57:02d}") for number in range(10_000)]
        busy.demo.intake.keep(sent)
        as_(busy, "manager")
        took, page = [], look(busy)
        for _ in range(3):
            begun = time.perf_counter()
            page = look(busy)
            took.append(time.perf_counter() - begun)
        assert len(rows(page)) == 50 and "1,000+ events" in text(page)
        assert min(took) < 0.5
