"""A journey in a real browser: somebody buys something, on a phone in Chinese without a script, on a desk in English, and sends a part back."""

import json
import re
import urllib.request
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.conftest import RunningShop

PHONE = {"viewport": {"width": 390, "height": 844}, "locale": "zh-CN", "java_script_enabled": False}
DESK = {"viewport": {"width": 1280, "height": 800}, "locale": "en-US"}
WORDS = {
    "zh": {
        "add": "加入购物车",
        "checkout": "去结算",
        "demo": "不会真的扣款",
        "thanks": "谢谢，订单已提交",
        "way": "已付款",
        "back": "店里收到后退",
    },
    "en": {
        "add": "Add to cart",
        "checkout": "Go to checkout",
        "demo": "No money moves",
        "thanks": "Thank you. The order is placed",
        "way": "Paid",
        "back": "when it arrives",
    },
}


def api(shop: RunningShop, method: str, path: str, body: Any = None) -> Any:
    headers = {"Authorization": f"Bearer {shop.admin_key}", "Content-Type": "application/json"}
    asked = urllib.request.Request(shop.url + path, json.dumps(body).encode() if body is not None else None, headers, method=method)
    with urllib.request.urlopen(asked, timeout=10) as answer:
        return json.load(answer)


def stocked(shop: RunningShop) -> tuple[str, str]:
    """The address of a version with many pieces, and its product's id."""
    for product in api(shop, "GET", "/v1/products?limit=160")["products"]:
        for variant in product["variants"]:
            if any(offer.get("market", "default") == "default" and (offer.get("stock") or 0) > 5 for offer in variant["offers"]):
                return f"/p/{product['id']}?variant={variant['id']}", product["id"]
    raise AssertionError("nothing is in stock")


def fits(page: Page) -> None:
    """Nothing on the page is wider than the window."""
    width = page.viewport_size["width"] if page.viewport_size else 0
    assert page.evaluate("document.documentElement.scrollWidth") <= width, page.url


@pytest.mark.browser
@pytest.mark.parametrize(("lang", "device"), [("zh", PHONE), ("en", DESK)])
def test_somebody_buys_something_and_sends_a_part_back(running_shop: RunningShop, chromium: Browser, lang: str, device: dict[str, Any]) -> None:
    words, (address, product_id) = WORDS[lang], stocked(running_shop)
    context = chromium.new_context(**device)
    page = context.new_page()
    page.goto(running_shop.url + address)
    page.locator("input[name=quantity]").fill("2")
    page.get_by_role("button", name=words["add"]).click()
    page.wait_for_url("**/cart")
    expect(page.locator(".cart-count")).to_have_text("2")
    fits(page)
    page.get_by_role("link", name=words["checkout"]).click()
    expect(page.locator("main")).to_contain_text(words["demo"])
    fits(page)
    page.locator("#recipient").fill("李雷")
    page.locator("#phone").fill("138 0000 0000")
    page.locator("#street").fill("上海市静安区 1 号")
    page.locator("button[form=place]").click()
    page.wait_for_url(re.compile(r"/orders/[0-9A-Z-]{19}"))
    expect(page.locator("main")).to_contain_text(words["thanks"])
    expect(page.locator(".stages")).to_contain_text(words["way"])
    expect(page.locator(".cart-count")).to_have_count(0)
    fits(page)
    number = page.url.split("/orders/")[1].partition("?")[0]
    assert api(running_shop, "GET", f"/v1/orders/{number}")["lines"][0]["product_id"] == product_id
    for status in ("packed", "shipped", "delivered"):
        api(running_shop, "POST", f"/v1/orders/{number}/status", {"status": status})
    page.goto(f"{running_shop.url}/orders/{number}")
    page.locator("details.action summary").first.click()
    page.locator("form[action$='/return'] button").click()
    fits(page)
    page.locator(".confirm-form button").click()
    expect(page.locator(".back-list")).to_contain_text(words["back"])
    fits(page)
    page.goto(f"{running_shop.url}/orders")
    expect(page.locator("main")).to_contain_text(number)
    context.close()
