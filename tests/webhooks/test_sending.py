"""Each message arrives at least once, with the same id, whatever the receiver or the machine does meanwhile."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from shopkeeper.adapters.storage import SqlShopDatabase, migrate, open_shop_database
from shopkeeper.domain.ids import ShopId
from shopkeeper.domain.webhook import WebhookEndpoint
from shopkeeper.errors import BadInput, NotFound, Refused
from shopkeeper.ports.webhooks import Answer
from shopkeeper.webhooks import WebhookSender, WebhookService
from shopkeeper.webhooks.messages import message
from shopkeeper.webhooks.signing import verify
from tests.conftest import NOON

URL = "https://shop.example/hooks"


class Killed(BaseException):
    """The process is gone."""


@dataclass
class Road:
    """A courier that answers as it is told, in turn, and the last way from then on."""

    answers: Sequence[Answer | type[BaseException]] = field(default_factory=lambda: [Answer(204)])
    sent: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        self.sent.append((dict(headers), body))
        answer, self.answers = self.answers[0], self.answers[1:] or self.answers
        if isinstance(answer, type):
            raise answer
        return answer

    def ids(self) -> list[str]:
        return [headers["webhook-id"] for headers, _ in self.sent]


class Office:
    """The webhooks of a shop, at a time that the test sets."""

    def __init__(self, database: SqlShopDatabase) -> None:
        self.database, self.now, self.road = database, NOON, Road()
        self.service = WebhookService(database.webhooks, database.vault.pseudonym_key, private=False, clock=self.clock)
        self.sender = self.another("one")

    def clock(self) -> datetime:
        return self.now

    def another(self, holder: str) -> WebhookSender:
        return WebhookSender(self.database.webhooks, self.service, self.road, clock=self.clock, dice=lambda: 0.5, holder=holder)

    def say(self, number: int = 1) -> str:
        said = replace(message("order.placed", self.now, {"order_id": f"o{number}"}), id=f"msg_{number}")
        assert self.database.webhooks.post(said) == 1
        return said.id

    def round(self, sender: WebhookSender | None = None) -> int:
        postman = sender or self.sender
        return sum(postman.serve(endpoint) for endpoint in postman.to_serve())

    def endpoint(self) -> WebhookEndpoint:
        return self.service.all()[0]


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    shop = ShopId("demo")
    migrate(f"sqlite:///{tmp_path}", shop)
    with open_shop_database(f"sqlite:///{tmp_path}", shop) as database:
        yield Office(database)


@pytest.fixture
def secret(office: Office) -> str:
    return office.service.add(URL, ["order.placed", "product.changed"])[1]


def test_a_message_is_sent_signed_and_once(office: Office, secret: str) -> None:
    id_ = office.say()
    assert office.round() == 1
    assert office.round() == 0
    ((headers, body),) = office.road.sent
    assert verify(secret, headers, body, now=NOON) == id_
    assert body == b'{"type":"order.placed","timestamp":"2026-03-14T12:00:00Z","data":{"order_id":"o1"}}'
    found = office.service.delivery(office.endpoint().id, id_)
    assert (found.state, found.due, [one.status for one in found.attempts]) == ("delivered", None, [204])


@pytest.mark.parametrize("failure", [Answer(500, "oh"), Answer(0, "no answer within 10 s"), Answer(302), Answer(404), Answer(429)])
def test_whatever_is_no_success_is_tried_again_later_with_the_same_id(office: Office, secret: str, failure: Answer) -> None:
    office.road.answers = [failure, failure, Answer(200)]
    id_ = office.say()
    assert office.round() == 1
    office.now += timedelta(seconds=4)
    assert office.round() == 0, "five seconds must pass"
    office.now += timedelta(seconds=1)
    assert office.round() == 1
    office.now += timedelta(seconds=20)
    assert office.round() == 1
    assert office.road.ids() == [id_] * 3
    assert verify(secret, *office.road.sent[-1], now=office.now) == id_, "each attempt is signed at its own time"
    found = office.service.delivery(office.endpoint().id, id_)
    assert (found.state, [one.status for one in found.attempts]) == ("delivered", [failure.status, failure.status, 200])


def test_a_message_that_is_refused_for_a_day_is_given_up_and_can_be_sent_again(office: Office, secret: str) -> None:
    office.road.answers = [Answer(500, "never")]
    id_, endpoint = office.say(), office.endpoint().id
    while (due := office.service.delivery(endpoint, id_).due) is not None:
        office.now = due
        assert office.round() == 1
    assert office.now == NOON + timedelta(days=1)
    assert len(office.road.sent) == 11
    assert office.service.delivery(endpoint, id_).state == "failed"
    office.road.answers = [Answer(204)]
    assert office.service.redeliver(endpoint, id_).state == "waiting"
    assert office.round() == 1
    assert office.service.delivery(endpoint, id_).state == "delivered"
    assert office.road.ids() == [id_] * 12


def test_a_message_that_fails_does_not_hold_up_those_after_it(office: Office, secret: str) -> None:
    office.road.answers = [Answer(500), Answer(204)]
    ids = [office.say(number) for number in range(3)]
    assert office.round() == 3
    assert [office.service.delivery(office.endpoint().id, id_).state for id_ in ids] == ["waiting", "delivered", "delivered"]


def test_an_endpoint_that_fails_three_times_in_a_row_rests_for_a_minute(office: Office, secret: str) -> None:
    office.road.answers = [Answer(0)] * 3 + [Answer(204)]
    for number in range(10):
        office.say(number)
    assert office.round() == 3
    office.now += timedelta(seconds=59)
    assert office.round() == 0
    office.now += timedelta(seconds=1)
    assert office.round() == 10
    assert set(office.road.ids()) == {f"msg_{number}" for number in range(10)}


def test_an_endpoint_that_takes_nothing_for_three_days_is_disabled_until_somebody_enables_it(office: Office, secret: str) -> None:
    office.road.answers = [Answer(503)]
    for hour in range(0, 24 * 3 + 1, 6):
        office.now = NOON + timedelta(hours=hour)
        if office.endpoint().enabled:
            office.say(hour)
            office.round()
    found = office.endpoint()
    assert (found.disabled, found.disabled_reason) == (NOON + timedelta(days=3), "nothing arrived for 3 days")
    assert office.round() == 0
    with pytest.raises(Refused, match="disabled"):
        office.service.ping(found.id)
    office.road.answers = [Answer(204)]
    assert office.service.change(found.id, enabled=True).failing_since is None
    assert office.round() > 0
    assert office.service.deliveries(found.id, state="delivered")


def test_one_success_ends_a_row_of_failures(office: Office, secret: str) -> None:
    office.road.answers = [Answer(500), Answer(200)]
    office.say()
    office.round()
    assert office.endpoint().failing_since == NOON
    office.now += timedelta(seconds=5)
    office.round()
    assert office.endpoint().failing_since is None


def test_gone_means_never_again(office: Office, secret: str) -> None:
    office.road.answers = [Answer(410)]
    id_ = office.say()
    office.round()
    assert office.endpoint().disabled_reason == "it answered 410 Gone"
    assert office.service.delivery(office.endpoint().id, id_).state == "failed"


def test_retry_after_is_followed(office: Office, secret: str) -> None:
    office.road.answers = [Answer(429, retry_after_s=120.0), Answer(204)]
    id_ = office.say()
    office.round()
    assert office.service.delivery(office.endpoint().id, id_).due == NOON + timedelta(seconds=120)


def test_a_process_that_dies_before_it_sends_leaves_the_message_to_the_next(office: Office, secret: str) -> None:
    office.road.answers = [Killed, Answer(204)]
    id_ = office.say()
    with pytest.raises(Killed):
        office.round()
    assert office.round(office.another("two")) == 1
    assert office.road.ids() == [id_] * 2


def test_a_process_that_dies_after_the_receivers_answer_sends_it_again_with_the_same_id(
    office: Office, secret: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    id_ = office.say()
    with monkeypatch.context() as dying:
        dying.setattr(type(office.database.webhooks), "record", _die)
        dying.setattr(type(office.database.webhooks), "release", lambda *_: None)  # nothing runs in a process that is gone
        with pytest.raises(Killed):
            office.round()
    other = office.another("two")
    assert office.round(other) == 0, "the dead one's lease holds"
    office.now += timedelta(seconds=15)
    assert office.round(other) == 1
    assert office.road.ids() == [id_] * 2
    assert office.service.delivery(office.endpoint().id, id_).state == "delivered"


def _die(*_: object) -> None:
    raise Killed


def test_two_senders_never_serve_one_endpoint_at_once(office: Office, secret: str) -> None:
    other, seen = office.another("two"), []
    answer = office.road.post

    def and_meanwhile(url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        seen.append((other.to_serve(), other.serve(office.endpoint().id)))
        return answer(url, headers, body)

    office.road.post = and_meanwhile  # type: ignore[method-assign]
    for number in range(2):
        office.say(number)
    assert office.round() == 2
    assert seen == [([], 0), ([], 0)]


def test_a_server_that_stops_leaves_the_rest_for_later(office: Office, secret: str) -> None:
    for number in range(3):
        office.say(number)
    turns: Iterator[bool] = iter([False, True])
    assert office.sender.serve(office.endpoint().id, stopping=lambda: next(turns)) == 1
    assert office.round() == 2


def test_for_a_day_after_a_new_secret_both_sign(office: Office, secret: str) -> None:
    _, new = office.service.rotate(office.endpoint().id)
    office.say(1)
    office.round()
    headers, body = office.road.sent[-1]
    assert verify(secret, headers, body, now=office.now) == verify(new, headers, body, now=office.now)
    office.now += timedelta(days=1)
    office.say(2)
    office.round()
    headers, body = office.road.sent[-1]
    assert verify(new, headers, body, now=office.now)
    with pytest.raises(Refused):
        verify(secret, headers, body, now=office.now)


def test_an_endpoint_whose_secret_cannot_be_read_is_disabled_with_the_reason(office: Office, secret: str) -> None:
    office.database.webhooks.change(office.endpoint().id, lambda found: replace(found, secret=b"x" * 60))
    office.say()
    office.round()
    assert "make a new one" in office.endpoint().disabled_reason
    assert office.road.sent == []


def test_no_secret_lies_open_in_the_database(office: Office, secret: str, tmp_path: Path) -> None:
    office.service.rotate(office.endpoint().id)
    for file in tmp_path.rglob("*.db*"):
        assert secret.removeprefix("whsec_").encode() not in file.read_bytes()
    assert secret not in repr(office.endpoint())


@pytest.mark.parametrize(
    ("act", "kind"),
    [
        (lambda service: service.add("http://10.0.0.1/", ["order.placed"]), BadInput),
        (lambda service: service.add(URL, []), BadInput),
        (lambda service: service.add(URL, ["order.eaten"]), BadInput),
        (lambda service: service.add(URL, ["order.placed"], description="x" * 201), BadInput),
        (lambda service: service.change(service.all()[0].id, url="http://localhost/"), BadInput),
        (lambda service: service.get("nobody"), NotFound),
        (lambda service: service.delete("nobody"), NotFound),
        (lambda service: service.ping("nobody"), NotFound),
        (lambda service: service.redeliver(service.all()[0].id, "msg_no"), NotFound),
        (lambda service: service.deliveries("nobody"), NotFound),
    ],
)
def test_what_cannot_be_is_refused(office: Office, secret: str, act: Callable[[WebhookService], object], kind: type[Exception]) -> None:
    with pytest.raises(kind):
        act(office.service)
