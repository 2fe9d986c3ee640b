"""What a User-Agent says of the device."""

import pytest

from shopkeeper.online.showing import Showing, device_of

IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.0 Mobile/15E148 Safari/604.1"
PIXEL = "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Mobile Safari/537.36"
GALAXY_TAB = "Mozilla/5.0 (Linux; Android 13; SM-X906C) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Safari/537.36"
IPAD = "Mozilla/5.0 (iPad; CPU OS 16_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0"


@pytest.mark.parametrize(
    ("agent", "device"),
    [(IPHONE, "phone"), (PIXEL, "phone"), (GALAXY_TAB, "tablet"), (IPAD, "tablet"), (FIREFOX, "desktop"), ("Googlebot/2.1", ""), ("", "")],
)
def test_the_device_is_read_from_the_agent(agent: str, device: str) -> None:
    assert device_of(agent) == device


def test_nobody_is_counted_and_drawn_as_nobody() -> None:
    nobody = Showing(agent=IPHONE)
    assert (nobody.who, nobody.counted, nobody.person, nobody.device) == (None, None, None, "phone")
    assert nobody.on("home") == Showing(agent=IPHONE, page="home")
