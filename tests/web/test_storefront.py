"""The shopper's pages, through HTTP, as a browser without JavaScript sees them."""

import pytest

from tests.web.conftest import Pages, cup
from tests.web.markup import Page

EVERY_PAGE = [
    "/",
    "/search",
    "/search?q=cup",
    "/search?q=zzzzqq",
    "/c/tea/cups",
    "/b/cenhe",
    "/p/pot%2F1",
    "/p/hostile",
    "/policies",
    "/policies/returns",
    "/nowhere",
    "/s/empty/",
]


def read(pages: Pages, address: str, lang: str = "en", **options) -> Page:
    answer = pages.http.get(address, headers={"accept-language": lang}, **options)
    assert answer.status_code == 200, answer.text[:500]
    return Page(answer.text)


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("address", EVERY_PAGE)
def test_every_page_is_well_formed_light_and_readable_aloud(pages: Pages, address: str, lang: str):
    answer = pages.http.get(address, headers={"accept-language": lang})
    page = Page(answer.text)
    assert page.faults == []
    assert len(answer.content) <= 100_000
    assert page.one("html").attributes["lang"] == {"zh": "zh-Hans", "en": "en"}[lang]
    assert len(page.all("main")) == len(page.all("h1")) == 1
    assert page.all("a", class_="skip")[0].attributes["href"] == "#content" == f"#{page.one('main').attributes['id']}"
    assert all("alt" in image.attributes for image in page.all("img"))
    assert page.one("title").text.strip()
    ids = [one.attributes["id"] for one in page.elements if "id" in one.attributes]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("address", EVERY_PAGE)
def test_every_field_has_a_label(pages: Pages, address: str):
    page = Page(pages.http.get(address).text)
    labelled = {one.attributes.get("for") for one in page.all("label")}
    for control in [*page.all("input"), *page.all("select")]:
        hidden = control.attributes.get("type") == "hidden"
        assert hidden or control.attributes.get("id") in labelled or "label" in control.inside


@pytest.mark.parametrize("address", EVERY_PAGE)
def test_every_link_within_a_page_has_a_target(pages: Pages, address: str):
    page = Page(pages.http.get(address).text)
    ids = {one.attributes.get("id") for one in page.elements}
    targets = [one.attributes["href"][1:] for one in page.all("a") if one.attributes.get("href", "").startswith("#")]
    assert [target for target in targets if target not in ids] == []


def test_home_begins_with_the_search_field_and_counts_what_is_there(pages: Pages):
    page = read(pages, "/")
    assert page.texts("h1") == ["What are you looking for?"]
    assert page.one("form", role="search").attributes["action"] == "/search"
    assert "59 products in this shop." in page.texts("p", class_="muted")
    assert page.texts("h2") == ["Popular this week", "Categories"]


def test_home_leads_into_the_largest_categories_with_a_picture(pages: Pages):
    tile = read(pages, "/").all("a", class_="tile")[0]
    assert tile.attributes["href"] == "/c/tea"
    assert " ".join(tile.text.split()) == "Tea & coffee 59 products"


def test_home_in_chinese_says_it_in_chinese(pages: Pages):
    page = read(pages, "/", "zh")
    assert page.texts("h2") == ["本周热门", "商品分类"]
    assert "紫砂茶壶" in page.texts("span", class_="card-name")


def test_a_shop_without_products_says_so_and_stands(pages: Pages):
    page = read(pages, "/s/empty/")
    assert "The shop is being set up; there is nothing to find yet." in page.texts("p", class_="muted")
    assert page.texts("h2") == []
    assert page.one("a", class_="wordmark").attributes["href"] == "/s/empty/"


def test_nothing_is_called_popular_that_nobody_bought(pages: Pages):
    pages.other.catalog.put([cup(1), cup(2)])
    pages.other.search.refresh()
    row = read(pages, "/s/other/").texts("h2")[0]
    assert row == "From this shop"


def test_search_keeps_the_query_and_says_how_much_was_found(pages: Pages):
    page = read(pages, "/search?q=teapot")
    assert page.one("input", type="search").attributes["value"] == "teapot"
    assert page.texts("h1") == ["teapot"]
    assert page.texts("span", class_="card-name") == ["Yixing teapot"]


def test_a_facet_value_is_a_link_that_narrows_and_its_chip_a_link_that_widens(pages: Pages):
    page = read(pages, "/search?q=cup")
    blue = next(one for one in page.all("a", class_="choice") if "blue" in one.text)
    narrowed = read(pages, blue.attributes["href"])
    chip = narrowed.one("a", class_="chip")
    assert " ".join(chip.text.split()).startswith("Colour: blue")
    assert chip.attributes["href"] == "/search?q=cup"
    assert "19 products" in narrowed.texts("p", class_="muted")


def test_a_second_value_of_a_facet_is_still_offered_and_adds_products(pages: Pages):
    page = read(pages, "/search?q=porcelain&f.colour=blue")
    white = next(one for one in page.all("a", class_="choice") if "white" in one.text)
    assert "38" in white.text
    both = read(pages, white.attributes["href"])
    assert "57 products" in both.texts("p", class_="muted")


def test_the_price_form_works_without_javascript_and_keeps_the_rest(pages: Pages):
    page = read(pages, "/search?q=porcelain&f.colour=blue&sort=price_desc")
    form = page.one("form", class_="price-form")
    carried = {(one.attributes["name"], one.attributes["value"]) for one in page.all("input", type="hidden") if "form" in one.inside}
    assert {("q", "porcelain"), ("f.colour", "blue"), ("sort", "price_desc")} <= carried
    narrowed = read(pages, form.attributes["action"] + "?q=porcelain&f.colour=blue&sort=price_desc&low=10&high=16")
    assert narrowed.texts("span", class_="card-name") == ["Porcelain cup no. 6", "Porcelain cup no. 3", "Porcelain cup no. 0"]
    assert any("Price ¥10.00 – ¥16.00" in text for text in narrowed.texts("a", class_="chip"))


def test_only_what_is_in_stock(pages: Pages):
    page = read(pages, "/search?q=porcelain")
    stock = next(one for one in page.all("a", class_="choice") if "In stock only" in one.text)
    assert "56" in stock.text
    assert "56 products" in read(pages, stock.attributes["href"]).texts("p", class_="muted")


def test_results_are_ordered_as_the_form_says(pages: Pages):
    page = read(pages, "/search?q=porcelain&sort=price_desc")
    assert page.texts("span", class_="card-name")[0] == "Porcelain cup no. 56"
    chosen = [one.attributes["value"] for one in page.all("option") if "selected" in one.attributes]
    assert chosen == ["price_desc"]


def test_pages_follow_each_other_by_cursor_until_everything_was_shown(pages: Pages):
    address, seen, ranges = "/search?q=porcelain&sort=price_asc", [], []
    while address:
        page = read(pages, address)
        seen += page.texts("span", class_="card-name")
        ranges.append(" ".join(page.texts("nav", aria_label="Pages of results")).replace("page", "page ").split())
        following = page.all("a", rel="next")
        address = following[0].attributes["href"] if following else ""
    assert seen == [f"Porcelain cup no. {number}" for number in range(57)]
    assert [next(part for part in one if "–" in part) for one in ranges] == ["1–24", "25–48", "49–57"]


def test_an_empty_result_says_what_was_tried_and_offers_ways_on(pages: Pages):
    page = read(pages, "/search?q=zzzzqq+teapotx&f.brand=cenhe&low=100000")
    assert page.texts("h1") == ["Nothing found for “zzzzqq teapotx”"]
    ways = page.all("ul", class_="ways")
    assert "Everything in the shop" in ways[0].text
    assert "Tea & coffee" in ways[0].text
    assert page.texts("h2")[-1] == "Popular this week"


def test_a_category_page_has_its_name_its_place_and_what_lies_below(pages: Pages):
    page = read(pages, "/c/tea")
    assert page.texts("h1") == ["Tea & coffee"]
    assert [one.attributes["href"] for one in page.all("a", class_="tile")] == ["/c/tea/cups", "/c/tea/pots"]
    below = read(pages, "/c/tea/pots", "zh")
    assert below.texts("h1") == ["茶壶"]
    assert below.texts("ol", class_="crumbs") == ["首页茶与咖啡茶壶"]
    assert below.texts("span", class_="card-name") == ["紫砂茶壶"]


def test_a_brand_page_has_its_name_its_place_and_its_products_alone(pages: Pages):
    page = read(pages, "/b/cenhe")
    assert page.texts("h1") == ["Cenhe"]
    assert page.texts("ol", class_="crumbs") == ["HomeCenhe"]
    assert "29 products" in page.texts("p", class_="muted")  # 28 cups with an odd number, and the teapot
    assert page.one("link", rel="canonical").attributes["href"] == "/b/cenhe"
    assert page.all("meta", name="robots") == []
    assert read(pages, "/b/cenhe", "zh").texts("h1") == ["岑禾"]


def test_a_brand_page_is_narrowed_within_itself(pages: Pages):
    blue = next(one for one in read(pages, "/b/cenhe").all("a", class_="choice") if "blue" in one.text)
    assert blue.attributes["href"] == "/b/cenhe?f.colour=blue"
    narrowed = read(pages, blue.attributes["href"])
    assert narrowed.texts("h1") == ["Cenhe"]
    assert "9 products" in narrowed.texts("p", class_="muted")  # cups 3, 9, 15 … 51
    assert narrowed.one("meta", name="robots").attributes["content"] == "noindex"
    assert narrowed.one("form", class_="sort").attributes["action"] == "/b/cenhe"


def test_a_product_leads_to_its_brand_and_a_brands_key_may_hold_anything(pages: Pages):
    assert read(pages, "/p/cup-01").one("p", class_="eyebrow").text == "Cenhe"
    link = next(one for one in read(pages, "/p/hostile").all("a") if one.attributes["href"].startswith("/b/"))
    assert read(pages, link.attributes["href"]).texts("h1") == ['"><b>brand']


@pytest.mark.parametrize(("typed", "page"), [("cenh", "/b/cenhe"), ("pots", "/c/tea/pots")])
def test_a_suggested_brand_or_category_leads_to_its_own_page(pages: Pages, typed: str, page: str):
    assert page in [line.attributes["data-href"] for line in read(pages, f"/suggest?q={typed}").all("li", role="option")]


@pytest.mark.parametrize(
    "address", ["/b/nothing", "/c/nothing", "/p/none", "/p/hidden", "/policies/none", "/nowhere", "/static/none.css", "/s/none/", "/search/more"]
)
def test_what_is_not_there_is_said_plainly(pages: Pages, address: str):
    answer = pages.http.get(address, headers={"accept-language": "zh"})
    assert answer.status_code == 404
    assert "没有这个页面" in answer.text


def test_a_cursor_of_another_search_is_answered_with_a_way_on(pages: Pages):
    following = read(pages, "/search?q=porcelain").one("a", rel="next").attributes["href"]
    answer = pages.http.get(following.replace("q=porcelain", "q=teapot"), headers={"accept-language": "en"})
    assert answer.status_code == 422
    assert "belongs to another search" in answer.text


@pytest.mark.parametrize("query", ["%FF%FE", "😀" * 300, "'; DROP TABLE products; --", "((((", '"', "\u0000", "NOT AND OR", "price<3"])
def test_any_query_gets_a_page(pages: Pages, query: str):
    assert pages.http.get("/search", params={"q": query}).status_code == 200


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_a_page_can_only_be_read(pages: Pages, method: str):
    assert getattr(pages.http, method)("/search").status_code == 405


def test_the_api_keeps_its_own_addresses_and_answers(pages: Pages):
    answer = pages.http.get("/v1/nowhere", headers={"authorization": f"Bearer {pages.public}"})
    assert answer.status_code == 404
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert pages.http.get("/health").status_code == 200
    assert pages.http.get("/v1").headers["content-type"].startswith("application/problem+json")


def test_suggestions_are_lines_of_a_list_box_that_lead_somewhere(pages: Pages):
    page = read(pages, "/suggest?q=tea")
    lines = page.all("li", role="option")
    assert lines and all(one.attributes["data-href"].startswith("/") for one in lines)
    assert read(pages, lines[0].attributes["data-href"]).all("h1")


def test_no_suggestions_for_nothing(pages: Pages):
    assert read(pages, "/suggest?q=").all("li") == []


def test_conditions_in_words_are_chips_that_can_be_taken_back(pages: Pages):
    page = pages.http.get("/search?q=茶杯 20元以内 不要蓝色", headers={"accept-language": "zh"})
    assert "不含蓝色" in page.text
    assert "q=%E8%8C%B6%E6%9D%AF+%E4%B8%8D%E8%A6%81%E8%93%9D%E8%89%B2" in page.text


def test_an_order_in_words_stands_in_the_form_and_all_conditions_go_at_once(pages: Pages):
    page = read(pages, "/search?q=cheapest porcelain without blue")
    assert page.one("option", selected="").attributes["value"] == "price_asc"
    assert page.one("a", class_="quiet-link", rel=None).attributes["href"] == "/search?q=porcelain"


def test_a_result_says_why_it_is_there_without_javascript(pages: Pages):
    page = pages.http.get("/search?q=porcelain", headers={"accept-language": "en"})
    assert "<summary>Why here?</summary>" in page.text
    assert "Has “porcelain” in its title" in page.text
    assert "card-why" not in pages.http.get("/search").text


def test_the_second_page_leads_back_to_the_first(pages: Pages):
    second = read(pages, "/search?q=porcelain&sort=price_asc").one("a", rel="next").attributes["href"]
    third = read(pages, second).one("a", rel="next").attributes["href"]
    back = read(pages, third).one("a", rel="prev").attributes["href"]
    assert read(pages, back).texts("span", class_="card-name") == read(pages, second).texts("span", class_="card-name")
