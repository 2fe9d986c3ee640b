"""The player's HTTP client against a small real server: what it asks, how it reads the answers, what it says when they are no good."""

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import islice
from typing import Any

import pytest

from shopkeeper.domain.ids import ProductId
from shopkeeper.domain.product import DEFAULT_MARKET
from shopkeeper.errors import BadInput, Refused, Unavailable
from shopkeeper.jobs.live import EVENTS_AT_ONCE, HttpShop, paced
from shopkeeper.simulation.behaviour.shelves import Shown

NOON = datetime(2026, 3, 14, 12, 0, tzinfo=UTC)


class Server(ThreadingHTTPServer):
    """Answers with `answer`, keeps what it was asked."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked: list[tuple[str, dict[str, Any], str]] = []
        self.answer: tuple[int, dict[str, Any]] = (200, {})
        self.hang_up_first = False


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        server = self.server
        assert isinstance(server, Server)
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if server.hang_up_first:
            server.hang_up_first = False
            self.close_connection = True
            return
        server.asked.append((self.path, body, self.headers["Authorization"]))
        status, answer = server.answer
        payload = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(payload)))
        self.end_headers()
        self.wfile.write(payload)

    def log_message(self, format: str, *args: object) -> None: ...


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as running:
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield running
        running.shutdown()
        thread.join()


@pytest.fixture
def shop(server: Server) -> Iterator[HttpShop]:
    client = HttpShop(f"http://127.0.0.1:{server.server_address[1]}", "sk_demo_x")
    yield client
    client.close()


def test_a_search_asks_in_the_shoppers_language_and_reads_ids_and_list(server: Server, shop: HttpShop):
    server.answer = (200, {"hits": [{"id": "a"}, {"id": "b"}], "list": {"id": "l-1", "policy": "x"}})
    assert shop.search("茶壶", lang="zh", market=DEFAULT_MARKET, limit=12) == Shown("l-1", (ProductId("a"), ProductId("b")))
    asked = {"q": "茶壶", "lang": "zh", "market": "default", "limit": 12}
    assert server.asked == [("/v1/search", asked, "Bearer sk_demo_x")]


def test_a_category_page_is_a_search_for_nothing_with_a_filter(server: Server, shop: HttpShop):
    server.answer = (200, {"hits": [], "list": {"id": "l-2"}})
    assert shop.category("tableware", lang="en", market=DEFAULT_MARKET, limit=12) == Shown("l-2", ())
    assert server.asked[0][1]["filters"] == 'category:"tableware" AND in_stock'


def test_a_recommendation_sends_what_it_stands_beside_and_what_was_looked_at(server: Server, shop: HttpShop):
    server.answer = (200, {"items": [{"id": "a"}], "list": {"id": "l-3"}})
    here, seen = [ProductId("p")], [ProductId("q"), ProductId("r")]
    assert shop.recommend("similar", products=here, history=seen, lang="en", market=DEFAULT_MARKET, limit=6) == Shown("l-3", (ProductId("a"),))
    path, asked, _ = server.asked[0]
    assert path == "/v1/recommendations/similar"
    assert asked == {"products": ["p"], "history": ["q", "r"], "lang": "en", "market": "default", "count": 6}


def test_events_go_in_batches(server: Server, shop: HttpShop):
    server.answer = (202, {})
    shop.send([{"event_id": str(number)} for number in range(EVENTS_AT_ONCE + 3)])
    assert [(path, len(body["events"])) for path, body, _ in server.asked] == [("/v1/events", EVENTS_AT_ONCE), ("/v1/events", 3)]


def test_a_connection_that_was_closed_meanwhile_is_opened_anew(server: Server, shop: HttpShop):
    server.answer = (202, {})
    shop.send([{"event_id": "1"}])
    server.hang_up_first = True
    shop.send([{"event_id": "2"}])
    assert [body["events"][0]["event_id"] for _, body, _ in server.asked] == ["1", "2"]


@pytest.mark.parametrize(("status", "kind"), [(401, Refused), (403, Refused), (422, BadInput), (404, BadInput), (500, Unavailable)])
def test_an_answer_that_is_no_success_is_told_with_its_path(server: Server, shop: HttpShop, status: int, kind: type[Exception]):
    server.answer = (status, {"detail": "no"})
    with pytest.raises(kind, match=f"/v1/events answered {status}"):
        shop.send([{"event_id": "1"}])


def test_nobody_at_the_other_end_is_said_with_what_to_do(server: Server):
    port = server.server_address[1]
    server.server_close()
    with pytest.raises(Unavailable, match="shopkeeper demo"):
        HttpShop(f"http://127.0.0.1:{port}", "k", timeout_s=1.0).send([{"event_id": "1"}])


@pytest.mark.parametrize("url", ["https://127.0.0.1", "127.0.0.1:8000", "http://"])
def test_an_address_that_is_not_plain_http_is_refused(url: str):
    with pytest.raises(BadInput, match="not an http address"):
        HttpShop(url, "k")


class Clock:
    """A clock that stands still unless somebody sleeps or works."""

    def __init__(self) -> None:
        self.now = NOON
        self.slept: list[float] = []

    def __call__(self) -> datetime:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += timedelta(seconds=seconds)


def test_visits_are_paced_evenly_and_end_after_their_number():
    clock = Clock()
    assert list(paced(per_minute=30.0, clock=clock, sleep=clock.sleep, visits=3)) == [NOON, NOON + timedelta(seconds=2), NOON + timedelta(seconds=4)]
    assert clock.slept == [2.0, 2.0], "no waiting after the last"


def test_a_slow_server_gets_fewer_visits_not_a_pile():
    clock = Clock()
    moments = []
    for moment in islice(paced(per_minute=60.0, clock=clock, sleep=clock.sleep), 3):
        moments.append(moment)
        clock.now += timedelta(seconds=5)  # the visit takes longer than the pace allows
    assert clock.slept == [0.0, 0.0]
    assert moments[2] - moments[0] == timedelta(seconds=10)


def test_a_pace_of_nothing_is_refused():
    with pytest.raises(BadInput, match="out of range"):
        next(paced(per_minute=0.0, clock=lambda: NOON, sleep=lambda _: None))
