"""The console's pages about people and selling in a real Chromium: no serious accessibility fault, nothing cut off, nothing that needs a script."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser
from playwright.sync_api import Page as Window

from shopkeeper.orders.aftercare import ReturnPieces
from tests.web.conftest import Pages, installed
from tests.web.test_browser import address
from tests.web.test_console_health import look
from tests.web.test_console_orders import ANN, RULES, buy, deliver

__all__ = ["address", "look"]
pytestmark = pytest.mark.browser
INSIDE = {
    "orders": "/console/orders",
    "orders-none": "/console/orders?q=zzzz",
    "order": "/console/orders/back",
    "order-paid": "/console/orders/paid",
    "order-past": "/console/orders/o-3",
}


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pages]:
    with installed(tmp_path_factory.mktemp("selling-health")) as made:
        made.demo.rules.write(RULES)
        yield made


@pytest.fixture(scope="module")
def names(installation: Pages) -> dict[str, str]:
    """What stands for what in the addresses: an order on its way back, one that was paid; and the cookie of an owner's session."""
    shop = installation.demo
    back, paid = buy(installation), buy(installation, "cup-03", 1)
    deliver(installation, back)
    asked = ReturnPieces(1, 1, "changed_mind")
    shop.desk.confirm(back.id, asked, shop.desk.propose(back.id, asked, ANN).token, ANN)
    owner, _ = shop.accounts.invite("owner@shop.example", "owner")
    return {"back": back.id, "paid": paid.id, "cookie": f"demo.{shop.sessions.begin('account', owner.id)}"}


def enter(window: Window, address: str, names: dict[str, str]) -> None:
    window.context.add_cookies([{"name": "console_session", "value": names["cookie"], "url": f"{address}/console"}])


def test_no_page_has_a_serious_fault_or_is_cut_off(look: tuple[str, Window], address: str, names: dict[str, str]):
    named, window = look
    enter(window, address, names)
    shots = os.environ.get("SHOPKEEPER_SHOTS")
    faults: list[str] = []
    for name, path in INSIDE.items():
        last = path.rpartition("/")[2]
        window.goto(address + path.removesuffix(last) + names.get(last, last))
        found = Axe().run(window).response["violations"]
        faults += [f"{named} {name}: {one['id']} {one['nodes'][0]['html'][:120]}" for one in found if one["impact"] in ("serious", "critical")]
        if window.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
            faults.append(f"{named} {name}: wider than the window")
        if shots:
            window.screenshot(path=str(Path(shots) / f"{name}-{named}.png"), full_page=True)
    assert faults == []


def test_without_scripts_an_order_is_packed_and_cancelled(installation: Pages, chromium: Browser, address: str, names: dict[str, str]):
    order = buy(installation)
    with chromium.new_context(locale="en-US", java_script_enabled=False) as context:
        window = context.new_page()
        enter(window, address, names)
        window.goto(f"{address}/console/orders")
        window.click(f"tbody a:has-text('{order.id}')")
        window.fill("#note-packed", "box 7")
        window.click("button:has-text('Packed')")
        assert "Done." in window.inner_text(".notice-good")
        window.click("button:has-text('Cancel the order')")
        assert "paid back to the shopper" in window.inner_text("main")
        window.click("main button:has-text('Cancel the order')")
        assert installation.demo.desk.get(order.id).status == "cancelled"
