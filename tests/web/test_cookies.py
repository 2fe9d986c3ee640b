"""What the storefront remembers: the language and the last products looked at, in the shopper's own browser, until told to forget."""

from http.cookies import SimpleCookie

from shopkeeper.domain.ids import ProductId
from shopkeeper.web.site import MAX_VIEWED, write_viewed
from tests.web.conftest import Pages
from tests.web.markup import Page


def look_at(pages: Pages, *ids: str) -> None:
    for id in ids:
        assert pages.http.get(f"/p/{id}").status_code == 200


def test_the_language_is_that_of_the_browser_until_another_is_chosen(pages: Pages):
    assert Page(pages.http.get("/", headers={"accept-language": "fr, en;q=0.7, zh;q=0.3"}).text).one("html").attributes["lang"] == "en"
    answer = pages.http.get("/language?to=zh&back=/search%3Fq%3Dcup")
    assert (answer.status_code, answer.headers["location"]) == (303, "/search?q=cup")
    assert Page(pages.http.get("/", headers={"accept-language": "en"}).text).one("html").attributes["lang"] == "zh-Hans"


def test_a_browser_that_wants_neither_gets_the_shops_first_language(pages: Pages):
    assert Page(pages.http.get("/", headers={"accept-language": "fr"}).text).one("html").attributes["lang"] == "zh-Hans"


def test_a_language_that_does_not_exist_is_not_remembered(pages: Pages):
    assert "set-cookie" not in pages.http.get("/language?to=xx").headers


def test_the_language_switch_never_leads_to_another_site(pages: Pages):
    assert pages.http.get("/language?to=en&back=//evil.example").headers["location"] == "/"


def test_what_was_looked_at_makes_a_row_that_says_so_and_can_be_cleared(pages: Pages):
    look_at(pages, "pot%2F1")
    page = Page(pages.http.get("/", headers={"accept-language": "en"}).text)
    assert page.texts("h2")[0] == "Because of what you looked at"
    section = page.one("section", aria_labelledby="row-recommended-for-you")
    assert "Forget what I looked at" in section.text and "Yixing teapot" in section.text
    answer = pages.http.post("/viewed/clear", data={"back": "/"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert "viewed_demo" not in pages.http.cookies
    assert "Because of what you looked at" not in pages.http.get("/", headers={"accept-language": "en"}).text


def test_the_newest_ten_are_kept_each_once(pages: Pages):
    look_at(pages, *(f"cup-{number:02d}" for number in range(12)), "cup-05")
    kept = pages.http.cookies["viewed_demo"].strip('"').split(":")
    assert len(kept) == MAX_VIEWED
    assert kept[-2:] == ["cup-11", "cup-05"]
    assert kept.count("cup-05") == 1


def test_the_cookies_are_out_of_reach_of_scripts_and_of_other_sites(pages: Pages):
    for address in ("/p/cup-01", "/language?to=en"):
        header = pages.http.get(address).headers["set-cookie"].lower()
        assert "httponly" in header and "samesite=lax" in header and "path=/" in header


def test_a_cookie_full_of_nonsense_does_no_harm(pages: Pages):
    answer = pages.http.get("/", headers={"cookie": "viewed_demo=%FF%00:::%3Cscript%3E:none; lang=<script>"})
    assert answer.status_code == 200
    assert "<script>" not in answer.text


def test_very_long_ids_drop_the_oldest_rather_than_break_the_cookie():
    value = write_viewed([ProductId("茶" * 100 + str(number)) for number in range(10)])
    assert len(value) <= 2_500
    assert value.endswith("9")
    assert SimpleCookie({"viewed": value})["viewed"].value == value


def test_pages_are_for_this_shopper_alone(pages: Pages):
    headers = pages.http.get("/").headers
    assert headers["cache-control"] == "private, no-cache"
    assert "Cookie" in headers["vary"] and "Accept-Language" in headers["vary"]
