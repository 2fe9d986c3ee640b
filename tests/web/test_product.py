"""The product page."""

import json

import pytest

from tests.web.conftest import HOSTILE, Pages
from tests.web.markup import Page
from tests.web.test_storefront import read

POT = "/p/pot%2F1"


def test_the_page_shows_what_can_be_bought_first(pages: Pages):
    page = read(pages, POT)
    assert page.texts("h1") == ["Yixing teapot"]
    assert page.texts("p", class_="stock") == ["Only 3 left"]
    assert page.texts("p", class_="buy-price") == ["¥199.00"]


def test_a_variant_is_chosen_by_a_link_on_the_same_page(pages: Pages):
    black = next(one for one in read(pages, POT).all("a", class_="option-value") if one.text == "ink black")
    page = read(pages, black.attributes["href"])
    assert [one.text for one in page.all("a", class_="option-value", aria_current="true")] == ["ink black", "small"]
    assert page.texts("p", class_="buy-price") == ["Now¥149.00 Before¥199.00 −25%"]
    assert "Sale price until 17 March 2026" in page.texts("p")
    assert page.texts("p", class_="stock") == ["In stock"]


def test_a_sold_out_variant_is_offered_and_says_so(pages: Pages):
    large = next(one for one in read(pages, POT).all("a", class_="option-value") if one.text.startswith("large"))
    assert "sold-out" in large.attributes["class"] and "Sold out" in large.text
    assert read(pages, large.attributes["href"]).texts("p", class_="stock") == ["Sold out for now"]


def test_an_unknown_variant_shows_the_product_all_the_same(pages: Pages):
    assert read(pages, f"{POT}?variant=none").texts("h1") == ["Yixing teapot"]


def test_pictures_are_named_and_only_of_harmless_addresses(pages: Pages):
    images = [one for one in read(pages, POT).all("img") if "Yixing" in one.attributes["alt"]]
    assert [(one.attributes["src"], one.attributes["alt"]) for one in images] == [
        ("/media/pot.svg", "Yixing teapot, picture 1 of 2"),
        ("https://cdn.example/pot-2.jpg", "Yixing teapot, picture 2 of 2"),
    ]


def test_the_html_of_a_feed_is_read_as_text(pages: Pages):
    page = read(pages, POT)
    assert page.texts("p")[-1] is not None
    assert {"Made by hand & fired once.", "alert(1)", "Holds 200 ml."} <= set(page.texts("p"))


def test_facts_lead_to_the_products_that_share_them(pages: Pages):
    page = read(pages, "/p/cup-03")
    colour = next(one for one in page.all("a") if one.text == "blue")
    assert colour.attributes["href"] == "/search?f.colour=blue"
    assert "19 products" in read(pages, colour.attributes["href"]).texts("p", class_="muted")


def test_reviews_come_with_their_stars_their_day_and_their_language(pages: Pages):
    page = read(pages, POT, "zh")
    assert "2026年3月12日 · 已购买" in page.texts("span", class_="muted")
    assert [one.attributes.get("lang") for one in page.all("p") if "出水利落" in one.text] == ["zh-Hans"]
    assert page.texts("td", class_="figure") == ["1", "0", "1", "0", "0"]


def test_lists_beside_it_say_why_they_are_there(pages: Pages):
    page = read(pages, POT)
    assert page.texts("h2") == ["Facts", "Often bought together with this", "Similar to this", "Reviews"]
    together = page.one("section", aria_labelledby="row-frequently-bought-together")
    assert "Porcelain cup no. 1" in together.text
    assert POT not in together.text


def test_the_shops_own_page_is_one_click_away(pages: Pages):
    assert read(pages, POT).one("a", href="https://shop.example/pot-1").text.startswith("Buy in the shop")


@pytest.mark.parametrize("address", ["/p/hostile", "/search?q=cup&sort=price_asc", "/", POT])
def test_texts_of_a_feed_or_a_review_never_become_markup(pages: Pages, address: str):
    answer = pages.http.get(address, headers={"accept-language": "en"})
    assert HOSTILE not in answer.text
    assert "<img src=x" not in answer.text
    page = Page(answer.text)
    assert page.all("b") == []
    assert all("src" in one.attributes or one.attributes.get("type") == "application/ld+json" for one in page.all("script"))


def test_what_search_engines_read_is_json_that_cannot_end_its_element(pages: Pages):
    script = read(pages, "/p/hostile").one("script", type="application/ld+json")
    assert json.loads(script.text)["name"] == f"Cup {HOSTILE}"
    assert "<" not in script.text
