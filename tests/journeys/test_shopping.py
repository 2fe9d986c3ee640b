"""Two journeys in a real browser: a shopper finds something in Chinese on a phone; a merchant brings in a feed and reads its rejects."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.journeys.conftest import RunningShop

FEED = (
    "id\ttitle\tdescription\tlink\timage_link\tprice\tavailability\tbrand\n"
    "journey-1\tJourney kettle\tBoils water.\thttps://shop.example/k\thttps://shop.example/k.jpg\t39.00 CNY\tin_stock\tAarde\n"
    "journey-2\tJourney lid\tCovers the kettle.\thttps://shop.example/l\thttps://shop.example/l.jpg\t-3 CNY\tin_stock\tAarde\n"
)


@pytest.mark.browser
def test_a_shopper_finds_something_in_chinese_on_a_phone(running_shop: RunningShop, chromium: Browser) -> None:
    context = chromium.new_context(viewport={"width": 390, "height": 844}, locale="zh-CN", java_script_enabled=False)
    page = context.new_page()
    page.goto(running_shop.url)
    expect(page.locator("html")).to_have_attribute("lang", re.compile("^zh"))
    page.get_by_role("searchbox").or_(page.locator("input[name=q]")).first.fill("茶")
    page.keyboard.press("Enter")
    results = page.locator("main a[href*='/p/']")
    expect(results.first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    results.first.click()
    expect(page.locator("h1")).to_be_visible()
    expect(page.locator("main")).to_contain_text("¥")
    context.close()


@pytest.mark.browser
def test_a_merchant_brings_in_a_feed_and_reads_its_rejects(running_shop: RunningShop, chromium: Browser, tmp_path: Path) -> None:
    feed = tmp_path / "journey.tsv"
    feed.write_text(FEED, encoding="utf-8")
    context = chromium.new_context(locale="en-US")
    page = context.new_page()
    page.goto(f"{running_shop.url}/console")
    page.locator("details.by-key summary").click()
    page.locator("input#key").fill(running_shop.admin_key)
    page.keyboard.press("Enter")
    page.wait_for_url("**/console")
    page.goto(f"{running_shop.url}/console/imports")
    page.locator("input[type=file]").set_input_files(feed)
    page.locator("form:has(input[type=file]) button[type=submit]").click()
    expect(page.locator("main")).to_contain_text("-3 CNY", timeout=15_000)
    expect(page.locator("main")).to_contain_text("journey.tsv")
    page.goto(f"{running_shop.url}/search?q=journey+kettle")
    expect(page.locator("main a[href*='/p/journey-1']").first).to_be_visible()
    context.close()
