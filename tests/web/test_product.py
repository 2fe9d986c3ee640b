"""The product page."""

import json
from datetime import timedelta

import pytest

from shopkeeper.domain.ids import ProductId, ReviewId
from shopkeeper.domain.review import Review
from tests.conftest import NOON
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
    assert "出水利落" in page.all("article", class_="review")[0].text  # in the reader's language first


def reviewed(pages: Pages) -> str:
    """A product with 17 reviews: 9 of five stars, 5 of two, two of stars alone, one without stars."""
    product = ProductId("cup-07")
    stars = [5] * 9 + [2] * 5
    told = [Review(ReviewId(f"v-{n:02d}"), product, f"Words {n}", NOON - timedelta(days=n), rating, lang="en") for n, rating in enumerate(stars)]
    bare = [Review(ReviewId(f"v-9{n}"), product, "", NOON, rating) for n, rating in enumerate((4.5, 1))]
    plain = Review(ReviewId("v-99"), product, "No stars", NOON - timedelta(days=99), lang="zh", verified=True)
    pages.demo.database.reviews.put([*told, *bare, plain])
    return "/p/cup-07"


def test_the_stars_are_counted_and_each_leads_to_its_own_reviews(pages: Pages):
    page = read(pages, reviewed(pages))
    assert page.texts("td", class_="figure") == ["10", "0", "0", "5", "1"]  # four and a half are five
    assert page.texts("caption") == ["16 reviews with stars"]
    two = next(one for one in page.all("a", class_="star-link") if "2 stars" in one.text)
    chosen = read(pages, two.attributes["href"].partition("#")[0])
    assert two.attributes["href"].endswith("?stars=2#reviews")
    assert chosen.all("article", class_="review")[0].text.split()[-2:] == ["Words", "9"]
    assert len(chosen.all("article", class_="review")) == 5
    back = next(one for one in chosen.all("a", class_="star-link") if "2 stars" in one.text)
    assert (back.attributes["aria-current"], back.attributes["href"]) == ("true", "/p/cup-07#reviews")
    assert any("5 reviews with 2 stars" in text for text in chosen.texts("p", role="status"))


def test_the_pages_of_reviews_show_each_once_those_with_words_first(pages: Pages):
    address, shown = f"{reviewed(pages)}?variant=cup-07&order=lowest", []
    while address:
        page = read(pages, address)
        shown += [" ".join(one.text.split()[-2:]) for one in page.all("article", class_="review")]
        onward = [one for one in page.all("a", class_="button") if "Next page" in one.text]
        address = onward[0].attributes["href"].partition("#")[0] if onward else ""
        assert not onward or "variant=cup-07" in address
    assert len(shown) == 17
    assert shown[1:6] == [f"Words {n}" for n in range(9, 14)]
    assert shown[6] == "Words 0" and shown[-1] == "No stars"  # what has no stars comes last in an order by stars


@pytest.mark.parametrize("query", ["stars=9", "stars=%F0", "reviews=0", "reviews=-1", "reviews=99999999999", "order=drop", "reviews=٣"])
def test_a_wrong_choice_of_reviews_shows_the_page_all_the_same(pages: Pages, query: str):
    assert len(read(pages, f"{POT}?{query}").all("article", class_="review")) == 2


def test_stars_that_nobody_gave_are_said_to_be_nobodys(pages: Pages):
    page = read(pages, f"{POT}?stars=2")
    assert page.all("article", class_="review") == []
    assert any("0 reviews with 2 stars" in text for text in page.texts("p", role="status"))
    assert [one.text for one in page.all("a", class_="star-link")] == ["5 stars", "3 stars"]


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
