"""A message is carried once, within its time, and only to where it may go."""

import socket
import time
from collections.abc import Iterator

import pytest

from shopkeeper.adapters.notify import HttpCourier
from shopkeeper.ports.webhooks import Answer
from tests.webhooks.receiver import Receiver, receiving


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving(Receiver()) as opened:
        yield opened


def posted(url: str, *, timeout_s: float = 5.0, private: bool = True) -> Answer:
    return HttpCourier(timeout_s=timeout_s, private=private).post(url, {"webhook-id": "m1"}, b'{"a": 1}')


def test_the_receiver_gets_the_body_and_the_headers(receiver: Receiver) -> None:
    answer = posted(receiver.url)
    assert (answer.status, answer.detail) == (204, "")
    ((headers, body),) = receiver.came
    assert body == b'{"a": 1}'
    assert receiver.path == "/hooks?shop=1"
    assert headers["webhook-id"] == "m1"
    assert headers["host"] == receiver.url.split("/")[2]


def test_a_refusal_is_told_with_the_beginning_of_its_body(receiver: Receiver) -> None:
    receiver.answer, receiver.body = lambda _: (503, {"retry-after": "7"}), b"we\tare closed\x00 " + b"x" * 100_000
    answer = posted(receiver.url)
    assert (answer.status, answer.retry_after_s) == (503, 7.0)
    assert answer.detail.startswith("we are closed")
    assert len(answer.detail) <= 200


def test_redirects_are_not_followed(receiver: Receiver) -> None:
    receiver.answer = lambda _: (302, {"location": "http://169.254.169.254/"})
    answer = posted(receiver.url)
    assert (answer.status, len(receiver.came)) == (302, 1)
    assert "redirects to http://169.254.169.254/" in answer.detail


def test_a_private_address_is_not_even_connected_to(receiver: Receiver) -> None:
    answer = posted(receiver.url, private=False)
    assert answer.status == 0
    assert "not a public host" in answer.detail
    assert receiver.came == []


def test_a_public_name_that_leads_inside_is_not_connected_to(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    port = int(receiver.url.split(":")[2].partition("/")[0])
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("8.8.8.8", port)), (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
    answer = posted(f"http://shop.example:{port}/", private=False)
    assert answer == Answer(0, "shop.example leads to 127.0.0.1, which is not a public address", answer.took_ms)
    assert receiver.came == []


def test_the_connection_goes_to_the_address_that_was_checked(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    port = int(receiver.url.split(":")[2].partition("/")[0])
    asked: list[str] = []

    def look_up(host: str, *_: object, **__: object) -> list[object]:
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    assert posted(f"http://shop.example:{port}/").status == 204
    assert asked == ["shop.example"], "a second look-up might lead elsewhere"
    assert receiver.came[0][0]["host"] == f"shop.example:{port}"


def test_nobody_there_is_told() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        answer = posted(f"http://127.0.0.1:{taken.getsockname()[1]}/")
    assert answer.status == 0
    assert "refused" in answer.detail.lower()


@pytest.mark.parametrize("way", ["silent", "dripping", "hangs up"])
def test_a_receiver_that_never_ends_is_left_in_time(receiver: Receiver, way: str) -> None:
    receiver.delay_s, receiver.drip = (1.5 if way == "silent" else 0.0), way == "dripping"
    if way == "hangs up":
        receiver.answer = lambda _: (0, {})
    began = time.monotonic()
    answer = posted(receiver.url, timeout_s=0.3)
    assert answer.status == 0
    assert answer.detail
    assert time.monotonic() - began < 1.0
    assert ("within" in answer.detail) == (way != "hangs up")


def test_a_certificate_that_is_not_trusted_is_refused(receiver: Receiver) -> None:
    answer = posted(receiver.url.replace("http:", "https:"))
    assert answer.status == 0
    assert receiver.came == []
