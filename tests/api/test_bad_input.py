"""What shops, browsers, programs and clocks send that is wrong, and the clear answer to each.

Single bad fields stand in `test_events`, a cart of a million pieces in `test_buying`, guessed keys in `tests/web/test_sign_in_limit`, the cookie of
somebody erased in `tests/web/test_my_data`, clocks that go back in `test_clock`, a full disk and an absent database in `test_outages`.
"""

import itertools
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from shopkeeper import bootstrap
from shopkeeper.access.rate_limit import RateLimiter
from shopkeeper.api.app import create_app
from shopkeeper.api.routes.events import PER_VISITOR_A_MINUTE
from shopkeeper.bootstrap import Shop
from shopkeeper.domain.ids import ListId, ProductId
from shopkeeper.domain.shopper import Identity
from shopkeeper.domain.shown_list import ShownList
from shopkeeper.settings import DatabaseSettings, Settings, ShopSettings
from tests.api.conftest import Installation, catalogue
from tests.postgres import fresh_shop, postgres, postgres_url

__all__ = ["postgres", "postgres_url"]
_numbers = itertools.count()


def event(**changed: Any) -> dict[str, Any]:
    return {"event_id": f"bad-{next(_numbers)}", "name": "view_item", "visitor_id": "v-bad", "items": [{"product_id": "h-1"}]} | changed


def showed(shop: Installation, visitor: str) -> ListId:
    """The id of a list of one product, h-1, that the visitor saw a moment ago."""
    id_ = ListId(f"l-bad-{next(_numbers)}")
    shown = ShownList(id_, shop.app.clock() - timedelta(seconds=1), "search", (ProductId("h-1"),), "relevance", (1.0,))
    shop.demo.lists.add(shown, Identity("visitor", visitor))
    shop.demo.lists.flush()
    return id_


class TestAnEventWithoutAnId:
    def test_that_comes_alone_is_refused_by_that_field(self, shop: Installation) -> None:
        sent = event()
        del sent["event_id"]
        reply = shop.post("/v1/events", shop.public, json=sent)
        assert (reply.status_code, reply.headers["content-type"]) == (422, "application/problem+json")
        assert reply.json()["errors"][0]["field"] == "event_id"

    def test_that_comes_with_others_is_named_and_costs_them_nothing(self, shop: Installation) -> None:
        good, bad = event(visitor_id="v-with-one-bad"), event()
        del bad["event_id"]
        told = shop.post("/v1/events", shop.public, json={"events": [bad, good]}).json()
        assert told["accepted"] == 1
        assert [(row["index"], row["kind"], row["field"]) for row in told["rejected"]] == [(0, "bad-input", "event_id")]


class TestAKeyThatIsNotThisShops:
    @pytest.mark.parametrize("key", ["", "nonsense", "sk_demo_0000deadbeef", "sk_nowhere_0000deadbeef"])
    def test_opens_nothing(self, shop: Installation, key: str) -> None:
        reply = shop.http.post("/v1/events", json=event(), headers={"Authorization": f"Bearer {key}"})
        assert (reply.status_code, reply.headers["content-type"]) == (401, "application/problem+json")

    def test_sees_and_counts_nothing_of_the_first_shop(self, shop: Installation) -> None:
        """Both shops sit in one process; what one key writes, the other shop's key can neither read nor erase."""
        shop.post("/v1/events", shop.other, json=event(visitor_id="v-of-the-other"))
        assert shop.get("/v1/shoppers/visitor/v-of-the-other/export", shop.secret).json()["events"] == []
        assert shop.call("DELETE", "/v1/shoppers/visitor/v-of-the-other", shop.secret).status_code == 404
        assert len(shop.get("/v1/shoppers/visitor/v-of-the-other/export", shop.other).json()["events"]) == 1


class TestAForgedListId:
    def test_is_kept_counted_and_changes_no_lists_figures(self, shop: Installation) -> None:
        began = shop.app.clock() - timedelta(minutes=1)
        real, first = showed(shop, "v-forger"), "h-1"
        before = shop.demo.analytics.joined(began, shop.app.clock())
        clicked = [
            event(name="select_item", visitor_id="v-forger", list_id="l-nobody-made-this"),
            event(name="select_item", visitor_id="v-forger", list_id=real, items=[{"product_id": "never-stood-in-it"}]),
            event(name="select_item", visitor_id="v-somebody-else", list_id=real, items=[{"product_id": first}]),
        ]
        assert shop.post("/v1/events", shop.public, json={"events": clicked}).json()["accepted"] == 3
        after = shop.demo.analytics.joined(began, shop.app.clock())
        assert (after.unknown - before.unknown, after.elsewhere - before.elsewhere, after.others - before.others) == (1, 1, 1)
        (outcome,) = [one for one in after.outcomes if one.logged.shown.id == real]
        assert outcome.clicks == []


class TestAFloodOfOneProgram:
    @pytest.fixture
    def flooded(self, shop: Installation, monkeypatch: pytest.MonkeyPatch) -> str:
        """A program that sees a list and clicks in it as fast as it can, by the hundred."""
        state = shop.http.app.state  # type: ignore[attr-defined]
        monkeypatch.setitem(state._state, "api", replace(state.api, visitors=RateLimiter(lambda: 0.0)))
        who = f"v-flood-{next(_numbers)}"
        click = {"name": "select_item", "visitor_id": who, "list_id": showed(shop, who)}
        sent = shop.post("/v1/events", shop.public, json={"events": [event(**click) for _ in range(PER_VISITOR_A_MINUTE + 100)]}).json()
        assert (sent["accepted"], len(sent["rejected"])) == (PER_VISITOR_A_MINUTE, 100)
        return who

    def test_is_held_to_a_rate_that_says_when_to_come_back_and_nobody_else_is(self, shop: Installation, flooded: str) -> None:
        reply = shop.post("/v1/events", shop.public, json=event(visitor_id=flooded))
        assert (reply.status_code, reply.json()["errors"][0]["field"]) == (429, "visitor_id")
        assert int(reply.headers["retry-after"]) >= 1
        assert shop.post("/v1/events", shop.public, json=event(visitor_id="v-quiet")).status_code == 202

    def test_is_flagged_with_the_evidence_and_left_out_of_every_figure_until_a_person_lifts_it(self, shop: Installation, flooded: str) -> None:
        number = shop.demo.events.find(Identity("visitor", flooded))
        assert number is not None
        began = shop.app.clock() - timedelta(minutes=1)

        def clicked() -> bool:
            outcomes = shop.demo.analytics.outcomes(began, shop.app.clock())
            return any(one.person == number and one.clicks for one in outcomes)

        shop.demo.bots.look()
        flag = next(one for one in shop.demo.bots.flags() if one.shopper == number)
        assert flag.reason == "rate"
        assert "events in" in flag.evidence
        assert not clicked()
        assert shop.demo.bots.lift(number)
        assert clicked()


@dataclass(frozen=True)
class Shared:
    """A shop of its own that several requests hit at one moment."""

    shop: Shop
    http: TestClient
    token: str

    def ask(self, method: str, path: str, body: object = None) -> Any:
        return self.http.request(method, path, headers={"Authorization": f"Bearer {self.token}"}, json=body)


@pytest.fixture(params=["sqlite", "postgres"])
def shared(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Shared]:
    id_ = fresh_shop()
    url = request.getfixturevalue("postgres_url") if request.param == "postgres" else ""
    settings = Settings(home=tmp_path, shops={id_: ShopSettings()}, database=DatabaseSettings(url=url))
    token = bootstrap.create_shop(settings, id_)
    with bootstrap.build(settings) as app:
        app.shop(id_).database.products.put(catalogue())
        with TestClient(create_app(app)) as http:
            yield Shared(app.shop(id_), http, token)


def together(*calls: Callable[[], Any]) -> list[Any]:
    """The answers of `calls`, all begun at one moment, in order."""
    barrier = threading.Barrier(len(calls))

    def begin(call: Callable[[], Any]) -> Any:
        barrier.wait()
        return call()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(begin, calls))


class TestMergingAtOneMoment:
    def test_visitors_who_become_one_user_lose_nothing(self, shared: Shared) -> None:
        visitors = [f"v-{number}" for number in range(6)]
        for number, visitor in enumerate(visitors):
            assert shared.ask("POST", "/v1/events", event(visitor_id=visitor)).status_code == 202
            chosen = {"product_id": catalogue()[number % 3].id, "quantity": number + 1 - number % 3}
            assert shared.ask("POST", "/v1/cart/items", {"visitor_id": visitor, **chosen}).status_code == 200
        answers = together(*(lambda who=who: shared.ask("POST", "/v1/shoppers/merge", {"visitor_id": who, "user_id": "hui"}) for who in visitors))
        assert [answer.json() for answer in answers] == [{"changed": True}] * 6
        told = shared.ask("GET", "/v1/shoppers/user/hui/export").json()
        assert {(one["kind"], one["value"]) for one in told["identities"]} == {("user", "hui"), *(("visitor", who) for who in visitors)}
        assert len(told["events"]) == 6
        cart = shared.ask("GET", "/v1/cart?user_id=hui").json()
        assert cart["pieces"] == 4 * 3, "of each product the larger of the two quantities, 1 and 4"

    def test_a_visitor_whom_two_users_claim_goes_to_one_of_them_and_the_other_is_told(self, shared: Shared) -> None:
        for turn in range(5):
            visitor = f"v-claimed-{turn}"
            assert shared.ask("POST", "/v1/events", event(visitor_id=visitor)).status_code == 202
            users = [f"u-{turn}-{name}" for name in ("ann", "ben")]
            answers = together(
                *(lambda u=user, v=visitor: shared.ask("POST", "/v1/shoppers/merge", {"visitor_id": v, "user_id": u}) for user in users)
            )
            assert sorted(answer.status_code for answer in answers) == [200, 409]
            held = [len(shared.ask("GET", f"/v1/shoppers/user/{user}/export").json()["events"]) for user in users]
            assert held == [1 if answer.status_code == 200 else 0 for answer in answers]

    def test_the_same_merge_from_many_devices_changes_something_once(self, shared: Shared) -> None:
        shared.ask("POST", "/v1/events", event(visitor_id="v-same"))
        answers = together(*(lambda: shared.ask("POST", "/v1/shoppers/merge", {"visitor_id": "v-same", "user_id": "same"}) for _ in range(6)))
        assert sorted(answer.json()["changed"] for answer in answers) == [False] * 5 + [True]
