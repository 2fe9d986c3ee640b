"""The browser snippet in a real browser: what is clicked arrives, once, and nothing does before the shopper agreed."""

import gzip
import re
import time
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from playwright.sync_api import Browser

from shopkeeper.web import assets
from tests.journeys.conftest import RunningShop

LISTING = """<!doctype html><html lang="zh"><title>shop</title>
<ul data-sk-list="l-42"><li data-sk-product="mug" data-sk-position="3"><b>杯</b></li></ul><a href="/other.html">on</a>
<script src="{shop}/shopkeeper-events.js" data-key="{key}" {options}></script></html>"""


class _Silent(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def front(running_shop: RunningShop, tmp_path: Path) -> Iterator[Callable[[str], str]]:
    """Makes a page of another origin with the snippet in it; returns its address."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Silent, directory=str(tmp_path))) as server:
        origin = f"http://127.0.0.1:{server.server_port}"
        key = re.search(r"sk_\S+", running_shop.cli("keys", "add", "page", "--origin", origin).replace("\n", ""))
        assert key is not None
        thread = Thread(target=server.serve_forever)
        thread.start()

        def page(options: str = "") -> str:
            (tmp_path / "page.html").write_text(LISTING.format(shop=running_shop.url, key=key[0], options=options), encoding="utf-8")
            (tmp_path / "other.html").write_text("<!doctype html><title>other</title>")
            return f"{origin}/page.html"

        yield page
        server.shutdown()
        thread.join()


def counted(shop: RunningShop, state: str) -> float:
    import urllib.request

    text = urllib.request.urlopen(f"{shop.url}/metrics").read().decode()
    found = re.search(rf'shopkeeper_events_total{{shop="\w+",state="{state}"}} (\S+)', text)
    return float(found[1]) if found else 0.0


def until(shop: RunningShop, state: str, count: float) -> None:
    for _ in range(100):
        if counted(shop, state) >= count:
            return
        time.sleep(0.05)
    raise AssertionError(f"{counted(shop, state)} {state}, not {count}")


def test_the_snippet_weighs_less_than_3_kilobytes() -> None:
    assert len(gzip.compress((assets.FOLDER / "shopkeeper-events.js").read_bytes(), 9)) <= 3_000


@pytest.mark.browser
def test_a_click_in_a_list_arrives_once_even_where_the_network_failed_first(
    running_shop: RunningShop, chromium: Browser, front: Callable[[str], str]
) -> None:
    page = chromium.new_context().new_page()
    before = counted(running_shop, "accepted")
    page.goto(front(""))
    page.context.set_offline(True)
    page.click("b")
    page.wait_for_timeout(400)
    waiting = page.evaluate("sessionStorage.getItem('shopkeeper.queue')")
    assert '"name":"select_item"' in waiting and '"list_id":"l-42"' in waiting and '"position":3' in waiting and '"lang":"zh"' in waiting
    page.context.set_offline(False)
    until(running_shop, "accepted", before + 1)
    page.wait_for_function("sessionStorage.getItem('shopkeeper.queue') === '[]'")
    assert counted(running_shop, "accepted") == before + 1
    page.close()


@pytest.mark.browser
def test_what_waits_when_the_page_goes_is_sent_by_beacon(running_shop: RunningShop, chromium: Browser, front: Callable[[str], str]) -> None:
    page = chromium.new_page()
    before = counted(running_shop, "accepted")
    page.goto(front(""))
    page.evaluate("shopkeeper.track('search', {query: '杯子'}); location.href = '/other.html'")
    until(running_shop, "accepted", before + 1)
    page.close()


@pytest.mark.browser
def test_a_strict_page_stores_and_sends_nothing_before_consent(running_shop: RunningShop, chromium: Browser, front: Callable[[str], str]) -> None:
    page = chromium.new_context().new_page()
    before = counted(running_shop, "accepted")
    page.goto(front("data-strict"))
    page.click("b")
    assert page.evaluate("[localStorage.length, sessionStorage.length]") == [0, 0]
    page.evaluate("shopkeeper.consent({analytics: true})")
    page.click("b")
    until(running_shop, "accepted", before + 1)
    page.evaluate("shopkeeper.consent({})")
    until(running_shop, "gated", 1)
    page.click("b")
    page.wait_for_timeout(400)
    assert counted(running_shop, "accepted") == before + 1
    page.close()
