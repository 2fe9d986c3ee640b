"""One day of a shop over HTTP, on a SQLite file and on a PostgreSQL server, asked through two server processes' worth of app."""

import secrets
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from shopkeeper import bootstrap
from shopkeeper.api.app import create_app
from shopkeeper.settings import DatabaseSettings, Settings, ShopSettings
from tests.api.conftest import catalogue, orders
from tests.postgres import fresh_shop, postgres, postgres_url

__all__ = ["postgres", "postgres_url"]
ADDRESS = {"recipient": "李雷", "phone": "138 0000 0000", "country": "CN", "street": "静安区 1 号"}


class Day:
    """Two servers over one shop: what is written through `one` is asked for through `two`."""

    def __init__(self, one: TestClient, two: TestClient, headers: dict[str, str]) -> None:
        self._clients = {"one": one, "two": two}
        self._headers = headers

    def ask(self, server: str, method: str, path: str, body: object = None, **headers: str) -> Any:
        reply = self._clients[server].request(method, path, headers={**self._headers, **headers}, json=body)
        assert reply.status_code < 300, reply.text
        return reply.json() if reply.content else None


@pytest.fixture(params=["sqlite", "postgres"])
def day(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Day]:
    id_ = fresh_shop()
    url = request.getfixturevalue("postgres_url") if request.param == "postgres" else ""
    settings = Settings(home=tmp_path, shops={id_: ShopSettings(languages=("zh", "en"))}, database=DatabaseSettings(url=url))
    token = bootstrap.create_shop(settings, id_)
    with bootstrap.build(settings) as first, bootstrap.build(settings) as second:
        shop = first.shops[id_]
        shop.database.products.put(catalogue())
        shop.database.orders.put(orders())
        shop.jobs.index()
        shop.jobs.fit()
        with TestClient(create_app(first)) as one, TestClient(create_app(second)) as two:
            yield Day(one, two, {"Authorization": f"Bearer {token}"})


def test_a_shopper_looks_buys_returns_and_is_forgotten(day: Day, wait_for: Callable[..., Any]) -> None:
    found = day.ask("one", "POST", "/v1/search", {"q": "耳机", "visitor_id": "day-1"})
    assert "h-1" in {hit["id"] for hit in found["hits"]}

    seen = {"event_id": "day-view", "name": "view_item", "visitor_id": "day-1", "list_id": found["list"]["id"], "items": [{"product_id": "h-1"}]}
    assert day.ask("one", "POST", "/v1/events", {"events": [seen, seen]}) == {"accepted": 1, "duplicates": 1, "gated": 0, "rejected": []}
    assert day.ask("two", "POST", "/v1/events", seen)["duplicates"] == 1

    day.ask("one", "POST", "/v1/cart/items", {"visitor_id": "day-1", "product_id": "h-1", "quantity": 2})
    assert day.ask("two", "POST", "/v1/shoppers/merge", {"visitor_id": "day-1", "user_id": "lei"}) == {"changed": True}
    assert day.ask("one", "POST", "/v1/shoppers/merge", {"visitor_id": "day-1", "user_id": "lei"}) == {"changed": False}
    quote = day.ask("two", "GET", "/v1/checkout?user_id=lei&country=CN")
    assert quote["total"]["minor"] == 2 * 59_900
    wanted = {"user_id": "lei", "quote_token": quote["token"], "address": ADDRESS}
    order = day.ask("two", "POST", "/v1/checkout", wanted, **{"Idempotency-Key": "day order"})
    assert (order["status"], order["total"]["minor"]) == ("paid", 2 * 59_900)
    assert wait_for(lambda: "h-1" not in _recommended(day, "two")), "what was just bought is not recommended"

    path = f"/v1/orders/{order['id']}"
    for step in ("packed", "shipped", "delivered"):
        assert day.ask("one", "POST", f"{path}/status", {"status": step})["status"] == step
    proposal = day.ask("two", "POST", f"{path}/returns", {"line": 1, "quantity": 1, "reason": "changed_mind"})
    back = day.ask("one", "POST", f"{path}/returns", {"line": 1, "quantity": 1, "reason": "changed_mind", "token": proposal["token"]})
    assert back["state"] == "done"
    arrived = day.ask("two", "POST", f"{path}/received", {"id": back["order"]["returns"][0]["id"]})
    assert arrived["refunded"]["minor"] == 59_900

    told = day.ask("two", "GET", "/v1/shoppers/user/lei/export")
    assert {event["event_id"] for event in told["events"]} >= {"day-view"}
    certificate = day.ask("one", "DELETE", "/v1/shoppers/user/lei")
    assert certificate["id"]
    left = day.ask("two", "GET", "/v1/shoppers/user/lei/export")
    assert not left["events"]
    assert not left["orders"]


def _recommended(day: Day, server: str) -> set[str]:
    return {item["id"] for item in day.ask(server, "GET", "/v1/recommendations/recommended_for_you?user_id=lei&count=12")["items"]}


def test_a_price_that_one_server_writes_the_other_finds_within_a_second(day: Day, wait_for: Callable[..., Any]) -> None:
    day.ask("one", "PATCH", "/v1/products/h-3", {"price": "77 CNY"})

    def price() -> int:
        return day.ask("two", "POST", "/v1/search", {"q": "有线耳机"})["hits"][0]["price"]["minor"]

    assert wait_for(lambda: price() == 7_700)


def test_a_setting_that_one_server_keeps_the_other_obeys_within_a_second(day: Day, wait_for: Callable[..., Any]) -> None:
    day.ask("one", "PATCH", "/v1/settings", {"values": {"privacy.consent": "strict"}})

    def gated() -> int:
        event = {"event_id": secrets.token_hex(8), "name": "view_item", "visitor_id": "day-9", "items": [{"product_id": "h-1"}]}
        return day.ask("two", "POST", "/v1/events", event)["gated"]

    assert wait_for(lambda: gated() == 1, 2.0)
