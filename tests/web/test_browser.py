"""The pages in a real Chromium: the search field by keyboard, narrow screens, and nothing that the content policy has to stop."""

import threading
import time
from collections.abc import Iterator

import pytest
import uvicorn
from playwright.sync_api import Browser, BrowserContext, Route

from shopkeeper.web.app import pages as pages_of
from tests.web.conftest import Pages
from tests.web.test_sign_in_limit import refuse

pytestmark = pytest.mark.browser
EVERY_PAGE = [
    "/",
    "/cart",
    "/orders",
    "/search?q=cup",
    "/search?q=zzzzqq",
    "/c/tea",
    "/b/cenhe",
    "/p/pot%2F1",
    "/policies/returns",
    "/console/sign-in",
]


@pytest.fixture(scope="module")
def address(installation: Pages) -> Iterator[str]:
    """The pages on a port of their own."""
    server = uvicorn.Server(uvicorn.Config(pages_of(installation.app, refuse), port=0, log_config=None, lifespan="off", ws="none"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    until = time.monotonic() + 10
    while not server.started:
        assert time.monotonic() < until
        time.sleep(0.02)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join(timeout=10)


def context(chromium: Browser, width: int, *, script: bool = True) -> BrowserContext:
    made = chromium.new_context(viewport={"width": width, "height": 844}, locale="en-US", java_script_enabled=script)
    made.route("https://cdn.example/**", lambda route: route.abort())
    return made


def test_the_search_field_is_a_combobox_that_the_keyboard_drives(chromium: Browser, address: str):
    with context(chromium, 1280) as browser:
        page = browser.new_page()
        page.goto(address)
        field = page.get_by_role("combobox")
        field.focus()
        page.keyboard.type("tea", delay=20)
        options = page.get_by_role("option")
        options.first.wait_for()
        assert field.get_attribute("aria-expanded") == "true"
        page.keyboard.press("ArrowDown")
        assert field.get_attribute("aria-activedescendant") == options.first.get_attribute("id")
        assert options.first.get_attribute("aria-selected") == "true"
        assert field.input_value() == options.first.get_attribute("data-text")
        page.keyboard.press("ArrowUp")
        assert field.input_value() == "tea"
        page.keyboard.press("Escape")
        assert field.get_attribute("aria-expanded") == "false"
        page.keyboard.press("ArrowDown")
        options.first.wait_for()
        page.keyboard.press("ArrowDown")
        chosen = options.first.get_attribute("data-href")
        with page.expect_navigation():
            page.keyboard.press("Enter")
        assert chosen and page.url.endswith(chosen)


def test_suggestions_that_come_late_do_not_open_a_list_that_was_closed(chromium: Browser, address: str):
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    with context(chromium, 1280) as browser:
        page = browser.new_page()
        page.goto(address)
        field = page.get_by_role("combobox")
        field.focus()
        page.keyboard.type("te", delay=20)
        page.get_by_role("option").first.wait_for()
        page.route("**/suggest?q=tea", hold)
        with page.expect_request("**/suggest?q=tea"):
            page.keyboard.type("a")
        page.keyboard.press("Escape")
        page.wait_for_timeout(50)
        for route in held:
            route.continue_()
        page.wait_for_timeout(300)
        assert field.get_attribute("aria-expanded") == "false"
        assert field.input_value() == "tea"


def test_no_page_is_wider_than_a_small_phone_or_breaks_its_own_policy(chromium: Browser, address: str):
    complaints: list[str] = []
    with context(chromium, 320) as browser:
        page = browser.new_page()
        page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        for path in EVERY_PAGE:
            page.goto(address + path)
            assert page.evaluate("document.documentElement.scrollWidth") <= 320, path
    assert [one for one in complaints if "ERR_FAILED" not in one] == []


def test_filters_open_as_a_sheet_on_a_phone_without_javascript(chromium: Browser, address: str):
    with context(chromium, 390, script=False) as browser:
        page = browser.new_page()
        page.goto(f"{address}/search?q=cup")
        assert not page.locator("#filters").is_visible()
        page.get_by_role("button", name="Filters").click()
        page.locator("#filters").get_by_role("link", name="blue").click()
        assert page.url.endswith("/search?q=cup&f.colour=blue")
        page.get_by_role("link", name="Colour: blue").click()
        assert page.url.endswith("/search?q=cup")


def test_what_is_touched_is_large_enough_to_hit(chromium: Browser, address: str):
    with context(chromium, 390) as browser:
        page = browser.new_page()
        small = """() => [...document.querySelectorAll("main, header, footer")]
            .flatMap((part) => [...part.querySelectorAll("a, button, input:not([type=hidden]), select")])
            .filter((one) => one.checkVisibility() && !one.closest(".prose, .facts, .card"))
            .map((one) => [one.getBoundingClientRect().height, one.outerHTML.slice(0, 90)])
            .filter(([height]) => height > 0 && height < 43.5)"""
        for path in EVERY_PAGE:
            page.goto(address + path)
            assert page.evaluate(small) == [], path
