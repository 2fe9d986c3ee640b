"""When it is tried again, and where it may be sent."""

from datetime import timedelta

import pytest

from shopkeeper.errors import BadInput
from shopkeeper.webhooks.retry import next_due, wait_after
from shopkeeper.webhooks.url import checked_url, is_public
from tests.conftest import NOON

SECOND = timedelta(seconds=1)


def test_waits_grow_fourfold_up_to_six_hours_and_are_spread_by_a_fifth() -> None:
    assert [wait_after(n, dice=0.5) / SECOND for n in range(1, 10)] == [5, 20, 80, 320, 1280, 5120, 20480, 21600, 21600]
    assert (wait_after(1, dice=0.0), wait_after(1, dice=1.0)) == (4 * SECOND, 6 * SECOND)
    assert wait_after(10_000, dice=0.5) == timedelta(hours=6)


def test_a_message_is_tried_for_a_day_and_last_at_its_end() -> None:
    now, tried = NOON, 1
    while (due := next_due(NOON, now, tried, dice=0.5)) is not None:
        now, tried = due, tried + 1
    assert now == NOON + timedelta(days=1)
    assert tried == 11


def test_the_receivers_wish_to_wait_is_followed_up_to_six_hours() -> None:
    assert next_due(NOON, NOON, 1, dice=0.5, asked=60 * SECOND) == NOON + 60 * SECOND
    assert next_due(NOON, NOON, 3, dice=0.5, asked=SECOND) == NOON + 80 * SECOND
    assert next_due(NOON, NOON, 1, dice=0.5, asked=timedelta(days=30)) == NOON + timedelta(hours=6)


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"])
def test_public_addresses(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1", "255.255.255.255"),
        *("::1", "::", "fe80::1%eth0", "fc00::1", "ff02::1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "64:ff9b::a00:1", "2002:a00:1::"),
        "nonsense",
    ],
)
def test_addresses_of_ones_own_network_in_every_disguise(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("url", ["https://shop.example/hooks?x=1", "http://shop.example:8080", "https://[2606:4700::1111]/", "https://8.8.8.8/"])
def test_addresses_that_may_be_used(url: str) -> None:
    assert checked_url(url, private=False) == url


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("ftp://shop.example/", "http"),
        ("file:///etc/passwd", "http"),
        ("shop.example", "http"),
        ("https://", "http"),
        ("https://user:word@shop.example/", "password"),
        ("https://shop.example/#top", "fragment"),
        ("https://shop.example/a b", "character"),
        ("https://shop.example/\r\nX-Injected: 1", "character"),
        ("https://商店.example/", "character"),
        ("https://shop.example:99999/", "not an address"),
        ("https://shop.example:0/", "port"),
        ("https://[::1", "not an address"),
        ("https://localhost/", "public"),
        ("https://LOCALHOST./", "public"),
        ("https://db.internal/", "public"),
        ("https://database/", "public"),
        ("http://127.0.0.1:8000/", "public"),
        ("http://127.1/", "public"),
        ("http://2130706433/", "public"),
        ("http://0x7f.0.0.1/", "public"),
        ("http://[::ffff:127.0.0.1]/", "public"),
        ("http://169.254.169.254/latest/meta-data", "public"),
        ("https://shop.example/" + "x" * 2_000, "characters"),
    ],
)
def test_addresses_that_may_not(url: str, why: str) -> None:
    with pytest.raises(BadInput, match=why):
        checked_url(url, private=False)


def test_ones_own_network_where_it_is_allowed() -> None:
    for url in ("http://127.0.0.1:8000/", "http://localhost/", "http://erp/"):
        assert checked_url(url, private=True) == url
