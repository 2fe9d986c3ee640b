"""Events over HTTP: what is kept, for whom, and what each kind of bad event is told."""

import asyncio
import itertools
import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import orjson
import pytest

from shopkeeper.access.rate_limit import RateLimiter
from shopkeeper.api.routes.events import PER_VISITOR_A_MINUTE
from shopkeeper.domain.event import Event
from shopkeeper.domain.ids import EventId
from shopkeeper.domain.shopper import Identity
from shopkeeper.errors import BadInput, Unavailable
from shopkeeper.events.documents import event_from_document
from tests.api.conftest import ORIGIN, Installation

_numbers = itertools.count()


def event(**changed: Any) -> dict[str, Any]:
    number = next(_numbers)
    return {"event_id": f"api-{number}", "name": "view_item", "visitor_id": f"v-{number}", "items": [{"product_id": "h-1"}]} | changed


def kept(shop: Installation, who: Identity) -> list[Event]:
    """What is kept of `who`, newest first."""
    number = shop.demo.events.find(who)
    return [] if number is None else [one.event for one in shop.demo.events.of_shoppers([number], limit=100)]


def visitor(sent: dict[str, Any]) -> Identity:
    return Identity("visitor", sent["visitor_id"])


def send(shop: Installation, body: Any, key: str | None = None, **options: Any) -> Any:
    return shop.post("/v1/events", key or shop.public, json=body, **options)


class TestOneEvent:
    def test_is_kept_before_the_202(self, shop: Installation) -> None:
        sent = event(query="耳机", list_id="l-nobody-ever-showed", items=[{"product_id": "h-1", "price": "599.00 CNY", "position": 3}])
        reply = send(shop, sent, headers={"User-Agent": "Mozilla/5.0 (test)"})
        assert reply.status_code == 202
        assert reply.json() == {"accepted": 1, "duplicates": 0, "gated": 0, "rejected": []}
        (found,) = kept(shop, visitor(sent))
        assert (found.query, found.list_id, found.agent) == ("耳机", "l-nobody-ever-showed", "Mozilla/5.0 (test)")
        assert (str(found.items[0].price), found.items[0].position) == ("599.00 CNY", 3)

    def test_is_kept_once_however_often_it_is_sent(self, shop: Installation) -> None:
        sent = event()
        assert [send(shop, sent).json()["accepted"] for _ in range(3)] == [1, 0, 0]
        assert send(shop, {"events": [sent, sent]}).json()["duplicates"] == 2
        assert len(kept(shop, visitor(sent))) == 1

    @pytest.mark.parametrize(
        ("changed", "field", "said"),
        [
            ({"event_id": ""}, "event_id", "empty"),
            ({"name": "clicked"}, "name", "Known: view_item"),
            ({"timestamp": "1970-01-01T00:00:00Z"}, "timestamp", "400 days"),
            ({"timestamp": "2096-01-01T00:00:00Z"}, "timestamp", "future"),
            ({"timestamp": "yesterday"}, "timestamp", "not a moment"),
            ({"items": [{"product_id": "h-1"}] * 10_000}, "items", "10000 items"),
            ({"items": [{"product_id": "h-1", "price": "NaN CNY"}]}, "items[0].price", "NaN"),
            ({"visitor_id": None}, "visitor_id", "missing"),
            ({"visitor_id": "a\x00b"}, "visitor_id", "control"),
            ({"visitors_id": "v"}, "visitors_id", "Did you mean 'visitor_id'"),
            ({"consent": {"analytics": "yes"}}, "consent.analytics", "true or false"),
            ({"rating": 9}, "rating", "between 1 and 5"),
        ],
    )
    def test_that_is_bad_is_a_422_that_names_the_field(self, shop: Installation, changed: dict[str, Any], field: str, said: str) -> None:
        reply = send(shop, event(**changed))
        assert reply.status_code == 422
        assert reply.json()["errors"][0]["field"] == field
        assert said in reply.json()["detail"]

    def test_with_a_nan_is_no_json(self, shop: Installation) -> None:
        body = json.dumps(event(rating=float("nan")))
        reply = shop.post("/v1/events", shop.public, content=body, headers={"Content-Type": "application/json"})
        assert (reply.status_code, reply.json()["errors"][0]["field"]) == (422, "body")

    def test_may_be_a_little_ahead_or_a_year_late(self, shop: Installation) -> None:
        now = shop.app.clock()
        for moment in (now + timedelta(minutes=9), now - timedelta(days=399)):
            assert send(shop, event(timestamp=moment.isoformat())).json()["accepted"] == 1


class TestWhoDidIt:
    def test_a_public_key_cannot_speak_for_a_user(self, shop: Installation) -> None:
        reply = send(shop, event(visitor_id=None, user_id="anna"))
        assert (reply.status_code, reply.json()["errors"][0]["field"]) == (422, "user_id")
        assert "secret key" in reply.json()["detail"]

    def test_with_both_ids_a_public_key_records_for_the_visitor_and_a_secret_one_for_the_user(self, shop: Installation) -> None:
        both = event(user_id="bert-of-events")
        send(shop, both)
        assert len(kept(shop, visitor(both))) == 1
        assert kept(shop, Identity("user", "bert-of-events")) == []
        send(shop, both | {"event_id": "by-the-server"}, shop.secret)
        assert [one.id for one in kept(shop, Identity("user", "bert-of-events"))] == ["by-the-server"]

    def test_another_shops_key_writes_into_that_shop_alone(self, shop: Installation) -> None:
        sent = event()
        assert send(shop, sent, shop.other).status_code == 202
        assert kept(shop, visitor(sent)) == []
        assert len(list(shop.app.shops["other"].events.scan())) >= 1  # pyright: ignore[reportArgumentType]


class TestConsent:
    def test_without_it_nothing_of_the_event_is_kept_but_the_refusal_is(self, shop: Installation) -> None:
        sent = event(consent={"analytics": False})
        assert send(shop, sent).json()["gated"] == 1
        assert kept(shop, visitor(sent)) == []
        assert send(shop, event(visitor_id=sent["visitor_id"])).json()["gated"] == 1

    def test_given_later_it_opens_the_gate(self, shop: Installation) -> None:
        refused = event(consent={"analytics": False})
        send(shop, refused)
        assert send(shop, event(visitor_id=refused["visitor_id"], consent={"analytics": True})).json()["accepted"] == 1
        assert send(shop, event(visitor_id=refused["visitor_id"])).json()["accepted"] == 1


class TestBatches:
    def test_one_bad_row_is_named_and_the_rest_lands(self, shop: Installation) -> None:
        rows = [event(), event(name="clicked"), event(), "no event", event(consent={})]
        reply = send(shop, {"events": rows})
        assert reply.status_code == 202
        told = reply.json()
        assert (told["accepted"], told["gated"]) == (2, 1)
        assert [(row["index"], row["field"]) for row in told["rejected"]] == [(1, "name"), (3, "event")]
        assert told["rejected"][0]["value"] == "clicked"

    def test_may_be_json_lines_of_which_one_is_no_json(self, shop: Installation) -> None:
        body = b"\n".join([orjson.dumps(event()), b"{", orjson.dumps(event()), b""])
        reply = shop.post("/v1/events", shop.public, content=body, headers={"Content-Type": "application/x-ndjson"})
        assert (reply.json()["accepted"], [row["index"] for row in reply.json()["rejected"]]) == (2, [1])

    def test_hold_a_thousand_and_no_more(self, shop: Installation) -> None:
        assert send(shop, {"events": [event() for _ in range(1_000)]}).json()["accepted"] == 1_000
        for rows in ([], [event()] * 1_001):
            assert send(shop, {"events": rows}).status_code == 422
        assert send(shop, {"events": {}}).json()["errors"][0]["field"] == "events"


class TestBrowsers:
    def test_a_beacon_carries_its_key_in_the_query_and_its_json_as_text(self, shop: Installation) -> None:
        sent = event()
        headers = {"Content-Type": "text/plain;charset=UTF-8", "Origin": ORIGIN}
        reply = shop.http.post(f"/v1/events?key={shop.public}", content=orjson.dumps(sent), headers=headers)
        assert (reply.status_code, reply.headers["access-control-allow-origin"]) == (202, ORIGIN)
        assert len(kept(shop, visitor(sent))) == 1

    def test_a_key_that_may_write_is_not_taken_from_an_address(self, shop: Installation) -> None:
        assert shop.http.post(f"/v1/events?key={shop.secret}", json=event()).status_code == 403

    def test_one_visitors_flood_is_capped_and_counted(self, shop: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
        state = shop.http.app.state  # type: ignore[attr-defined]
        monkeypatch.setitem(state._state, "api", replace(state.api, visitors=RateLimiter(lambda: 0.0)))
        flood = [event(visitor_id="v-flood") for _ in range(PER_VISITOR_A_MINUTE + 50)]
        told = send(shop, {"events": flood}).json()
        assert told["accepted"] == PER_VISITOR_A_MINUTE
        assert {row["kind"] for row in told["rejected"]} == {"rate-limited"}
        alone = send(shop, event(visitor_id="v-flood"))
        assert (alone.status_code, "retry-after" in alone.headers) == (429, True)
        assert (
            'shopkeeper_events_total{shop="demo",state="capped"} 51.0'
            in shop.http.get("/metrics", headers={"Authorization": f"Bearer {shop.secret}"}).text
        )


def test_a_database_that_does_not_answer_is_a_503_to_try_again(shop: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(_: object) -> list[bool]:
        raise Unavailable("The database does not answer.")

    sent = event()
    with monkeypatch.context() as broken:
        broken.setattr(shop.demo.events, "record", gone)
        reply = send(shop, sent)
    assert (reply.status_code, reply.headers["retry-after"]) == (503, "2")
    assert send(shop, sent).json()["accepted"] == 1


def test_what_one_sender_is_to_blame_for_costs_no_other_theirs(shop: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    """Thirty senders share a group; one's event poisons it."""
    context = shop.http.app.state.api  # type: ignore[attr-defined]
    record = shop.demo.events.record

    def poisoned(events: list[Event]) -> list[bool]:
        if any(one.id == "poison" for one in events):
            raise BadInput("cannot be stored", field="event_id")
        return record(events)

    monkeypatch.setattr(shop.demo.events, "record", poisoned)
    sent = [event_from_document(event(timestamp=shop.app.clock().isoformat())) for _ in range(30)]
    poison = Event(EventId("poison"), "search", shop.app.clock(), Identity("visitor", "v-poison"))

    async def together() -> list[Any]:
        waiting = [context.deliveries.keep(shop.demo.intake, [one]) for one in [*sent[:15], poison, *sent[15:]]]
        return await asyncio.gather(*waiting, return_exceptions=True)

    outcomes = asyncio.run(together())
    assert isinstance(outcomes.pop(15), BadInput)
    assert outcomes == [["accepted"]] * 30
