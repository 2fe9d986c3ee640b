"""The server's clock is put back, as a time server or a person does: nothing is lost, doubled, reordered or revived by it."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from shopkeeper import bootstrap
from shopkeeper.api.app import create_app
from shopkeeper.bootstrap import Shop
from shopkeeper.domain.experiment import Arm
from shopkeeper.domain.ids import ExperimentId, ListId, ProductId, ShopId
from shopkeeper.domain.shopper import Identity
from shopkeeper.domain.shown_list import ShownList
from shopkeeper.domain.texts import LocalizedText
from shopkeeper.events.sessions import sessions
from shopkeeper.settings import Settings, ShopSettings
from tests.api.conftest import catalogue
from tests.conftest import NOON

MAIN = ShopId("main")
ADDRESS = {"recipient": "李雷", "phone": "138 0000 0000", "country": "CN", "street": "静安区 1 号"}


@dataclass
class Clock:
    """A clock that somebody sets; it goes on a microsecond with every look."""

    now: datetime = NOON

    def __call__(self) -> datetime:
        self.now += timedelta(microseconds=1)
        return self.now

    def back(self, **by: float) -> None:
        self.now -= timedelta(**by)


@dataclass(frozen=True)
class Server:
    shop: Shop
    http: TestClient
    token: str
    clock: Clock
    settings: Settings

    def ask(self, method: str, path: str, body: object = None, token: str = "", **headers: str) -> Any:
        return self.http.request(method, path, headers={"Authorization": f"Bearer {token or self.token}", **headers}, json=body)

    def send(self, *ids: str, visitor: str = "v-clock", **more: Any) -> Any:
        """Send events without a timestamp: they happened now, by our clock."""
        events = [{"event_id": id_, "name": "view_item", "visitor_id": visitor, "items": [{"product_id": "h-1"}], **more} for id_ in ids]
        return self.ask("POST", "/v1/events", {"events": events}).json()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    settings = Settings(home=tmp_path, shops={"main": ShopSettings(languages=("zh", "en"))})
    token = bootstrap.create_shop(settings, MAIN)
    clock = Clock()
    with bootstrap.build(settings, clock=clock) as app:
        app.shop().database.products.put(catalogue())
        yield Server(app.shop(), TestClient(create_app(app)), token, clock, settings)


def test_events_keep_their_order_of_arrival_and_are_kept_once(server: Server) -> None:
    server.send("e1", "e2")
    server.clock.back(hours=3)
    assert server.send("e3", "e1", "e4") == {"accepted": 2, "duplicates": 1, "gated": 0, "rejected": []}
    arrived = server.shop.events.after(0, limit=99)
    assert [one.event.id for one in arrived] == ["e1", "e2", "e3", "e4"]
    assert server.shop.events.newest() == arrived[-1].seq
    assert [one.event.id for one in server.shop.events.scan()] == ["e3", "e4", "e1", "e2"], "a scan goes by when it happened"
    assert [[event.id for event in one.events] for one in sessions(one.event for one in arrived)] == [["e3", "e4"], ["e1", "e2"]]


def test_a_sender_whose_clock_is_right_is_told_that_ours_is_behind(server: Server) -> None:
    server.clock.back(hours=1)
    reply = server.ask("POST", "/v1/events", {"event_id": "x", "name": "search", "visitor_id": "v", "timestamp": NOON.isoformat()})
    assert reply.status_code == 422
    assert "ahead of ours; leave timestamp out" in reply.json()["detail"]
    assert server.send("x")["accepted"] == 1


def test_days_that_were_rolled_stay_rolled_and_no_event_is_lost_or_doubled(server: Server) -> None:
    for day in range(6):
        server.clock.now = NOON - timedelta(days=6 - day)
        server.send(f"day-{day}")
    server.clock.now = NOON
    assert server.shop.roll_events().events == 5
    server.clock.back(days=3)
    assert server.shop.roll_events().events == 0
    assert server.send("late", "day-1") == {"accepted": 1, "duplicates": 1, "gated": 0, "rejected": []}
    server.clock.now = NOON + timedelta(days=1)
    server.shop.roll_events()
    assert sorted(one.event.id for one in server.shop.events.scan()) == [*(f"day-{day}" for day in range(6)), "late"]


def test_a_refusal_after_the_clock_went_back_is_the_newest_answer(server: Server) -> None:
    def consent(**said: bool) -> Any:
        return server.ask("PUT", "/v1/shoppers/visitor/v-clock/consent", {"source": "banner", **said}).json()

    assert consent(personalisation=True)["personalisation"]
    server.clock.back(hours=2)
    assert not consent(personalisation=False)["personalisation"]
    assert consent(personalisation=True)["personalisation"]
    server.send("asked", visitor="v-banner", consent={"analytics": True, "personalisation": True})
    server.clock.back(hours=2)
    server.send("refused", visitor="v-banner", consent={"analytics": False, "personalisation": False})
    assert server.send("after", visitor="v-banner")["gated"] == 1
    server.clock.now = NOON + timedelta(days=1)
    assert server.send("next day", visitor="v-banner")["gated"] == 1


def test_work_is_done_in_the_order_in_which_it_was_accepted(server: Server) -> None:
    ids = []
    for price in ("1 CNY", "2 CNY", "3 CNY"):
        operation = {"action": "patch", "id": "h-1", "price": price}
        reply = server.ask("POST", "/v1/products/batch", {"operations": [operation]})
        assert reply.status_code == 202, reply.text
        ids.append(reply.json()["task_id"])
        server.clock.back(minutes=10)
    assert ids == sorted(ids)
    with server.http:  # only now the worker begins
        states = [_ended(server, id_) for id_ in ids]
        assert states == ["done"] * 3
        price = server.ask("GET", "/v1/products/h-1").json()["variants"][0]["offers"][0]["price"]
    assert price == "3.00 CNY"


def _ended(server: Server, id_: str) -> str:
    state = "queued"
    for _ in range(500):
        state = server.ask("GET", f"/v1/tasks/{id_}").json()["state"]
        if state in ("done", "failed"):
            break
        time.sleep(0.02)
    return state


def test_a_key_that_was_revoked_elsewhere_is_refused_at_once(server: Server) -> None:
    key, token = server.shop.keys.mint("front", "public")
    assert server.ask("GET", "/v1/search?q=x", token=token).status_code == 200
    with bootstrap.build(server.settings) as elsewhere:
        elsewhere.shop().keys.revoke(key.id)
    server.clock.back(hours=2)
    assert server.ask("GET", "/v1/search?q=x", token=token).status_code == 401


def test_an_experiment_gives_everybody_the_same_arm_and_counts_nothing_twice(server: Server) -> None:
    name, experiments = ExperimentId("dial"), server.shop.experiments
    arms = (Arm("control"), Arm("strong", settings=(("personalisation", "1.0"),)))
    experiments.create(name, name=LocalizedText("试验", "Trial"), surfaces=("search",), arms=arms, window_days=0.01)
    experiments.start(name)
    server.send("met")
    number = server.shop.events.find(Identity("visitor", "v-clock"))
    before = experiments.treatment("search", number)
    _show(server, "l-before", before.arm)
    server.clock.back(hours=5)
    assert experiments.treatment("search", number) == before
    _show(server, "l-behind", before.arm)
    stopped = experiments.stop(name)
    assert stopped.started is not None and stopped.stopped is not None and stopped.stopped >= stopped.started
    server.clock.now = NOON + timedelta(days=1)
    result = experiments.result(name)
    assert sum(arm.lists for arm in result.arms) == 0, "stopped in the moment in which it began, by the clock that counts"
    assert [arm.pending for arm in result.arms] == [0, 0]


def _show(server: Server, id_: str, arm: str) -> None:
    shown = ShownList(ListId(id_), server.clock(), "search", (ProductId("h-1"),), "relevance", (1.0,), arm=arm)
    server.shop.lists.add(shown, Identity("visitor", "v-clock"))
    server.shop.lists.flush()


def test_an_order_goes_on_and_is_not_released_as_unpaid(server: Server) -> None:
    server.ask("POST", "/v1/cart/items", {"visitor_id": "v-clock", "product_id": "h-1"})
    token = server.ask("GET", "/v1/checkout?visitor_id=v-clock&country=CN").json()["token"]
    wanted = {"visitor_id": "v-clock", "quote_token": token, "address": ADDRESS}
    order = server.ask("POST", "/v1/checkout", wanted, **{"Idempotency-Key": "once"}).json()
    server.clock.back(hours=4)
    again = server.ask("POST", "/v1/checkout", wanted, **{"Idempotency-Key": "once"}).json()
    assert again == order, "the same key is the same order, whatever the hour"
    for step in ("packed", "shipped", "delivered"):
        assert server.ask("POST", f"/v1/orders/{order['id']}/status", {"status": step}).json()["status"] == step
    assert server.shop.checkout.release_unpaid() == 0
    told = server.ask("GET", f"/v1/orders/{order['id']}").json()
    assert [step["name"] for step in told["steps"]] == ["placed", "paid", "packed", "shipped", "delivered"]
    proposal = server.ask("POST", f"/v1/orders/{order['id']}/returns", {"line": 1, "quantity": 1, "reason": "changed_mind"})
    assert proposal.status_code == 200, proposal.text
