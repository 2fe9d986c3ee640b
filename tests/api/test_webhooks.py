"""Webhooks over HTTP, with the real postman and a real receiver."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import pytest
from starlette.testclient import TestClient

from shopkeeper import bootstrap
from shopkeeper.api.app import create_app
from shopkeeper.api.schemas.webhooks import WebhookDelivery, WebhookDeliveryList, WebhookList, WebhookOut, WebhookWithSecret
from shopkeeper.settings import WebhookSettings
from shopkeeper.webhooks.signing import verify
from tests.api.conftest import DEMO, Installation, make_settings
from tests.webhooks.receiver import Receiver, receiving


class Desk:
    """An installation that may send to this machine."""

    def __init__(self, http: TestClient, token: str) -> None:
        self.http, self.token = http, token

    def ask(self, method: str, path: str, status: int = 200, **options: Any) -> Any:
        reply = self.http.request(method, path, headers={"X-API-Key": self.token}, **options)
        assert reply.status_code == status, reply.text
        return reply.json() if reply.content else None


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    settings = make_settings(tmp_path).model_copy(update={"webhooks": WebhookSettings(private_addresses=True, timeout_s=2)})
    settings = settings.model_copy(update={"shops": {"demo": settings.shops["demo"]}})
    token = bootstrap.create_shop(settings, DEMO)
    with bootstrap.build(settings) as app, TestClient(create_app(app)) as http:
        yield Desk(http, token)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving(Receiver()) as opened:
        yield opened


def test_what_changes_in_the_shop_arrives_signed_within_a_second_or_so(desk: Desk, receiver: Receiver, wait_for: Callable) -> None:
    events = ["product.changed", "batch.finished"]
    made = WebhookWithSecret.model_validate(desk.ask("POST", "/v1/webhooks", 201, json={"url": receiver.url, "events": events}))
    mug = {"id": "mug", "title": {"en": "Mug"}, "variants": [{"id": "mug", "offers": [{"price": "9 CNY"}]}]}
    desk.ask("POST", "/v1/products/batch", 202, json={"operations": [{"action": "put", "product": mug}]})
    wait_for(lambda: len(receiver.came) == 2, 5)
    told = {}
    for headers, body in receiver.came:
        assert verify(made.secret, headers, body, now=datetime.now(UTC)) == headers["webhook-id"]
        assert headers["content-type"] == "application/json"
        told[orjson.loads(body)["type"]] = orjson.loads(body)["data"]
    assert told["product.changed"]["changed"] == ["mug"]
    assert told["batch.finished"]["counts"] == {"inserted": 1, "rejected": 0}

    def all_there() -> list[WebhookDelivery]:
        listed = WebhookDeliveryList.model_validate(desk.ask("GET", f"/v1/webhooks/{made.id}/deliveries?state=delivered")).deliveries
        return listed if len(listed) == 2 else []

    assert {one.message_id for one in wait_for(all_there)} == set(receiver.ids())


def test_a_trial_arrives_and_can_be_sent_again_under_its_id(desk: Desk, receiver: Receiver, wait_for: Callable) -> None:
    made = desk.ask("POST", "/v1/webhooks", 201, json={"url": receiver.url, "events": ["order.placed"], "description": "ERP"})
    waiting = WebhookDelivery.model_validate(desk.ask("POST", f"/v1/webhooks/{made['id']}/ping", 202))
    assert (waiting.type, waiting.state, waiting.body["data"]) == ("webhook.ping", "waiting", {"endpoint_id": made["id"]})
    path = f"/v1/webhooks/{made['id']}/deliveries"
    wait_for(lambda: desk.ask("GET", path)["deliveries"][0]["state"] == "delivered", 5)
    desk.ask("POST", f"{path}/{waiting.message_id}/redeliver", 202)
    assert wait_for(lambda: receiver.ids() == [waiting.message_id] * 2, 5)
    assert wait_for(lambda: len(desk.ask("GET", path)["deliveries"][0]["attempts"]) == 2, 5)


def test_a_slow_receiver_holds_up_no_other(desk: Desk, receiver: Receiver, wait_for: Callable) -> None:
    with receiving(Receiver(delay_s=1.5)) as slow:
        ids = [desk.ask("POST", "/v1/webhooks", 201, json={"url": one.url, "events": ["order.placed"]})["id"] for one in (slow, receiver)]
        for _ in range(3):
            desk.ask("POST", f"/v1/webhooks/{ids[0]}/ping", 202)
        wait_for(lambda: slow.came, 5)
        desk.ask("POST", f"/v1/webhooks/{ids[1]}/ping", 202)
        assert wait_for(lambda: receiver.came, 1.4)


def test_deliveries_are_paged(desk: Desk, receiver: Receiver) -> None:
    made = desk.ask("POST", "/v1/webhooks", 201, json={"url": receiver.url, "events": ["order.placed"]})
    sent = [desk.ask("POST", f"/v1/webhooks/{made['id']}/ping", 202)["message_id"] for _ in range(3)]
    seen, cursor = [], ""
    while cursor is not None:
        page = desk.ask("GET", f"/v1/webhooks/{made['id']}/deliveries?limit=2&cursor={cursor}")
        seen += [one["message_id"] for one in page["deliveries"]]
        cursor = page["next_cursor"]
    assert seen == sent[::-1]
    desk.ask("GET", f"/v1/webhooks/{made['id']}/deliveries?cursor=msg_no", 404)


def test_an_endpoint_is_changed_stopped_renewed_and_deleted_and_the_log_says_so(desk: Desk, receiver: Receiver) -> None:
    made = desk.ask("POST", "/v1/webhooks", 201, json={"url": receiver.url, "events": ["order.placed"]})
    path = f"/v1/webhooks/{made['id']}"
    changed = WebhookOut.model_validate(desk.ask("PATCH", path, json={"events": ["shopper.erased"], "enabled": False}))
    assert (changed.events, changed.enabled, changed.disabled_reason, changed.url) == (["shopper.erased"], False, "by hand", receiver.url)
    desk.ask("POST", f"{path}/ping", 409)
    assert desk.ask("PATCH", path, json={"enabled": True})["enabled"]
    renewed = desk.ask("POST", f"{path}/rotate")
    assert renewed["secret"].startswith("whsec_")
    assert renewed["secret"] != made["secret"]
    listed = WebhookList.model_validate(desk.ask("GET", "/v1/webhooks"))
    assert [one.id for one in listed.webhooks] == [made["id"]]
    assert "secret" not in desk.ask("GET", path)
    desk.ask("DELETE", path, 204)
    desk.ask("GET", path, 404)


def test_only_an_admin_may(shop: Installation) -> None:
    for key in (shop.secret, shop.public):
        assert shop.get("/v1/webhooks", key).status_code == 403
        assert shop.post("/v1/webhooks", key, json={"url": "https://shop.example/", "events": ["order.placed"]}).status_code == 403


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"url": "http://169.254.169.254/", "events": ["order.placed"]}, "url"),
        ({"url": "http://127.0.0.1:8000/", "events": ["order.placed"]}, "url"),
        ({"url": "https://shop.example/", "events": []}, "events"),
        ({"url": "https://shop.example/", "events": ["order.eaten"]}, "events[0]"),
        ({"url": "https://shop.example/", "events": ["order.placed"], "secret": "mine"}, "secret"),
    ],
)
def test_what_cannot_be_an_endpoint_is_named(shop: Installation, body: dict[str, object], field: str) -> None:
    reply = shop.post("/v1/webhooks", shop.admin, json=body)
    assert reply.status_code == 422
    assert reply.json()["errors"][0]["field"] == field
