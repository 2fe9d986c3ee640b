"""Each page of the console in a real Chromium, zh and en, light and dark, wide and narrow: no serious accessibility fault, nothing cut off."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from shopkeeper.access.audit import Actor
from shopkeeper.domain.experiment import Arm
from shopkeeper.domain.ids import TaskId
from shopkeeper.domain.task import Reject, Task
from tests.conftest import NOON
from tests.web.conftest import Pages
from tests.web.test_browser import address
from tests.web.trying import AS_IT_IS, PERSONAL, kept, take_part

__all__ = ["address"]
pytestmark = pytest.mark.browser

INSIDE = {
    "overview": "/console",
    "catalogue": "/console/catalogue",
    "catalogue-sheet": "/console/catalogue?open=hidden",
    "catalogue-none": "/console/catalogue?q=zzzz",
    "imports": "/console/imports",
    "import": "/console/imports/shown",
    "events": "/console/events",
    "settings": "/console/settings",
    "settings-history": "/console/settings/history",
    "accounts": "/console/accounts",
    "accounts-sheet": "/console/accounts?open=ann",
    "account": "/console/account",
    "audit": "/console/audit",
    "find": "/console/find?q=cup",
    "experiments": "/console/experiments",
    "experiment-new": "/console/experiments/new",
    "experiment-new-arms": "/console/experiments/new?surface=search&surface=similar&arms=3",
    "experiment": "/console/experiments/health",
    "experiment-lopsided": "/console/experiments/health-lopsided",
    "experiment-draft": "/console/experiments/health-draft",
    "experiment-start": "/console/experiments/health-draft/start",
    "experiment-stop": "/console/experiments/health/stop",
    "problem": "/console/imports/none",
}
OUTSIDE = {"sign-in": "/console/sign-in", "set-up": "set-up", "set-up-over": "/console/set-up?code=x"}
MOST_BYTES = 100_000


@pytest.fixture(scope="module")
def cast(installation: Pages) -> dict[str, str]:
    """An owner with a session, an account to open, a finished import, a change of settings; returns the session's cookie and a set-up code."""
    shop = installation.demo
    known = {account.name: account for account in shop.accounts.all()}
    owner = known.get("owner@shop.example") or shop.accounts.invite("owner@shop.example", "owner")[0]
    ann, code = shop.accounts.invite("anneliese.brandstetter@a-rather-long-domain.example", "analyst")
    shop.preferences.change({"ranking.diversity": 0.35, "privacy.consent": "strict"}, who=owner.name)
    shop.audit.record(
        Actor(owner.name, "req-1", "10.0.0.1"), "settings.change", "version 1", before={"ranking.diversity": 0.2}, after={"ranking.diversity": 0.35}
    )
    shop.audit.record(Actor(owner.name, "req-2", "10.0.0.1"), "account.invite", ann.name, after={"role": "analyst"})
    three = (AS_IT_IS, PERSONAL, Arm("c", settings=(("personalisation", "0"),)))
    for name, lost in (("health", 0.0), ("health-lopsided", 0.5)):
        take_part(shop, kept(shop, name, arms=three), {"a": 0.3, "b": 0.5, "c": 0.3}, shoppers=500, share_lost=lost)
    kept(shop, "health-draft", state="draft")
    rejects = tuple(Reject(line, "price", "12,5o CNY", "is not a price", "row") for line in range(3, 9))
    shop.database.tasks.save(
        Task(
            TaskId("shown"),
            "products.import",
            "spring-collection.xml",
            "done",
            NOON,
            NOON,
            (("read", 60), ("inserted", 54), ("rejected", 6)),
            rejects,
        )
    )
    return {"cookie": f"demo.{shop.sessions.begin('account', owner.id)}", "ann": ann.id, "code": code}


@pytest.fixture(params=[f"{lang}-{scheme}-{width}" for lang in ("zh", "en") for scheme in ("light", "dark") for width in (1280, 390)])
def look(request: pytest.FixtureRequest, chromium: Browser) -> Iterator[tuple[str, Page]]:
    lang, scheme, width = request.param.split("-")
    with chromium.new_context(
        viewport={"width": int(width), "height": 800 if width == "1280" else 844},
        locale="zh-CN" if lang == "zh" else "en-US",
        color_scheme=scheme,
    ) as context:
        context.route("https://cdn.example/**", lambda route: route.abort())
        yield request.param, context.new_page()


def test_no_page_has_a_serious_fault_or_is_cut_off(look: tuple[str, Page], address: str, cast: dict[str, str]):
    named, page = look
    shots = os.environ.get("SHOPKEEPER_SHOTS")
    faults: list[str] = []
    for name, path in (OUTSIDE | INSIDE).items():
        if name == "overview":
            page.context.add_cookies([{"name": "console_session", "value": cast["cookie"], "url": f"{address}/console"}])
        where = f"/console/set-up?code={cast['code']}" if path == "set-up" else path.replace("open=ann", f"open={cast['ann']}")
        page.goto(address + where)
        found = Axe().run(page).response["violations"]
        faults += [
            f"{named} {name}: {fault['id']} {fault['nodes'][0]['html'][:120]} ({fault['nodes'][0].get('failureSummary', '')[:160]})"
            for fault in found
            if fault["impact"] in ("serious", "critical")
        ]
        if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
            faults.append(f"{named} {name}: wider than the window")
        if shots:
            page.screenshot(path=str(Path(shots) / f"{name}-{named}.png"), full_page=True)
    assert faults == []


def test_the_first_page_is_light(chromium: Browser, address: str, cast: dict[str, str]):
    with chromium.new_context(locale="zh-CN") as context:
        sizes: dict[str, int] = {}
        for path in ("/console/sign-in", "/console"):
            page = context.new_page()
            page.on("response", lambda answer, path=path: sizes.__setitem__(path, sizes.get(path, 0) + len(answer.body())))
            page.goto(address + path)
            page.wait_for_load_state("networkidle")
            page.close()
            context.add_cookies([{"name": "console_session", "value": cast["cookie"], "url": f"{address}/console"}])
    assert all(0 < size <= MOST_BYTES for size in sizes.values()), sizes


def test_the_keyboard_alone_reaches_search_rows_and_sheet(chromium: Browser, address: str, cast: dict[str, str]):
    with chromium.new_context(locale="en-US") as context:
        context.add_cookies([{"name": "console_session", "value": cast["cookie"], "url": f"{address}/console"}])
        page = context.new_page()
        page.goto(f"{address}/console/catalogue")
        page.keyboard.press("Control+k")
        assert page.evaluate("document.activeElement.id") == "find"
        rows = page.locator("table[data-rows] tbody a")
        rows.first.focus()
        page.keyboard.press("ArrowDown")
        second = page.evaluate("document.activeElement.textContent")
        assert second == rows.nth(1).inner_text()
        page.keyboard.press("Enter")
        page.wait_for_selector("#sheet")
        assert page.locator("#sheet h2").inner_text() == second
        assert page.evaluate("document.activeElement.id") == "sheet"


def test_without_scripts_one_signs_in_sorts_filters_saves_and_leaves(installation: Pages, chromium: Browser, address: str):
    _, code = installation.demo.accounts.invite("noscript@shop.example", "owner")
    with chromium.new_context(locale="en-US", java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(f"{address}/console/set-up?code={code}")
        page.fill("#password", "three plain words")
        page.fill("#again", "three plain words")
        page.click("button[type=submit]")
        assert page.url == f"{address}/console"
        page.goto(f"{address}/console/catalogue")
        page.click("thead a:has-text('Price')")
        prices = page.locator("tbody tr td:nth-child(3)").all_inner_texts()
        assert prices[:3] == ["¥149.00", "¥66.00", "¥65.00"]  # the teapot's sale, then the dearest cups
        page.select_option("select[name=state]", "hidden")
        page.click(".table-filters button")
        assert page.locator("tbody tr").count() == 1
        page.goto(f"{address}/console/settings")
        page.fill("[name='orders.return_days']", "30")
        page.click("form.settings button[type=submit]")
        assert "Saved." in page.locator(".notice-good").inner_text()
        assert installation.demo.preferences.current().orders.return_days == 30
        page.click("header button:has-text('Sign out')")
        assert page.url.startswith(f"{address}/console/sign-in")
