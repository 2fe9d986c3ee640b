"""What every page tells the browser, and what happens where our own code fails."""

from typing import NoReturn

import pytest
from starlette.testclient import TestClient

from shopkeeper.errors import Unavailable
from shopkeeper.web.app import pages as pages_of
from shopkeeper.web.storefront.cards import only_marks
from tests.web.conftest import HOSTILE, Pages
from tests.web.markup import Page


@pytest.mark.parametrize("address", ["/", "/search?q=cup", "/p/pot%2F1", "/policies/returns", "/console/sign-in", "/nowhere", "/suggest?q=cup"])
def test_every_page_forbids_what_it_does_not_need(pages: Pages, address: str):
    headers = pages.http.get(address).headers
    policy = dict(part.split(" ", 1) for part in headers["content-security-policy"].split("; "))
    assert policy["default-src"] == policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["form-action"] == "'self'"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "strict-origin-when-cross-origin"


@pytest.mark.parametrize("parameter", ["q", "f.brand", "low", "sort", "cursor", "page", "f.<b>"])
@pytest.mark.parametrize("hostile", [HOSTILE, '"><img src=x onerror=alert(1)>', "{{ 7 * 7 }}", "javascript:alert(1)"])
def test_nothing_that_an_address_says_becomes_markup(pages: Pages, parameter: str, hostile: str):
    answer = pages.http.get("/search", params={parameter: hostile})
    assert answer.status_code in (200, 422)
    assert HOSTILE not in answer.text and "<img src=x" not in answer.text and "49" not in Page(answer.text).one("h1").text
    assert not any(one.attributes.get("href", "").startswith("javascript:") for one in Page(answer.text).all("a"))


def test_a_policy_may_hold_markdown_but_no_markup(pages: Pages):
    answer = pages.http.get("/policies/returns", headers={"accept-language": "en"})
    page = Page(answer.text)
    assert page.texts("strong") == ["14 days"]
    assert page.texts("h1") == ["Returns"]
    assert "<script>alert" not in answer.text
    assert not any("javascript" in one.attributes.get("href", "") for one in page.all("a"))


def test_a_policy_that_is_written_in_the_other_language_says_so(pages: Pages):
    page = Page(pages.http.get("/policies/delivery", headers={"accept-language": "en"}).text)
    assert page.one("html").attributes["lang"] == "en"
    assert page.one("article").attributes["lang"] == "zh-Hans"


@pytest.mark.parametrize(
    ("highlighted", "shown"),
    [
        ("a <mark>b</mark> c", "a <mark>b</mark> c"),
        ("<mark>a</mark><script>x</script>", "<mark>a</mark>&lt;script&gt;x&lt;/script&gt;"),
        ("a &amp; b &lt;mark&gt;", "a &amp; b &lt;mark&gt;"),
        ('<mark onload="x">a</mark>', "&lt;mark onload=&#34;x&#34;&gt;a</mark>"),
    ],
)
def test_of_a_highlight_only_the_marks_are_markup(highlighted: str, shown: str):
    assert only_marks(highlighted) == shown


def failing(pages: Pages, monkeypatch: pytest.MonkeyPatch, error: Exception) -> TestClient:
    def fail(*_: object, **__: object) -> NoReturn:
        raise error

    monkeypatch.setattr(type(pages.demo.search), "search", fail)
    return TestClient(pages_of(pages.app, fail), headers={"accept-language": "zh"})


def test_a_fault_of_ours_is_owned_up_to_and_gives_nothing_away(pages: Pages, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture):
    answer = failing(pages, monkeypatch, RuntimeError("secret detail")).get("/search?q=cup")
    assert answer.status_code == 500
    assert "我们这边出了故障" in answer.text
    assert "secret detail" not in answer.text and "Traceback" not in answer.text
    assert "secret detail" in caplog.text
    assert "content-security-policy" in answer.headers


def test_a_part_that_does_not_answer_is_told_apart_from_a_fault(pages: Pages, monkeypatch: pytest.MonkeyPatch):
    answer = failing(pages, monkeypatch, Unavailable("the database is locked")).get("/search?q=cup")
    assert answer.status_code == 503
    assert "店铺暂时无法响应" in answer.text


def test_home_stands_without_its_recommendations(pages: Pages, monkeypatch: pytest.MonkeyPatch):
    def fail(*_: object) -> None:
        raise Unavailable("no model")

    monkeypatch.setattr(type(pages.demo.recommend), "recommend", fail)
    answer = pages.http.get("/", headers={"accept-language": "en"})
    assert answer.status_code == 200
    assert Page(answer.text).texts("h2") == ["Categories"]
