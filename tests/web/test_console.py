"""Signing in to the console, what a session may do, and the overview."""

import pytest

from shopkeeper.web.console.routes import PAGES
from shopkeeper.web.console.session import form_token, token_holds
from tests.web.conftest import Pages
from tests.web.markup import Page

SECRET, OTHER_SECRET = b"s" * 32, b"t" * 32


def form_of(answer) -> str:
    return Page(answer.text).all("input", name="form_token")[0].attributes["value"]


def try_key(pages: Pages, key: str, *, back: str = "", address: str = "10.0.0.1", token: str | None = None):
    door = pages.http.get("/console/sign-in", params={"back": back} if back else {})
    fields = {"key": key, "form_token": form_of(door) if token is None else token, "back": back}
    return pages.http.post("/console/sign-in", data=fields)


def sign_in(pages: Pages, key: str | None = None) -> None:
    answer = try_key(pages, key or pages.admin)
    assert answer.status_code == 303, answer.text


ADDRESSES = ["/console" + page.path.replace("{form:str}", "csv").replace(":path}", "}").format(id="x", name="x") for page in PAGES]


@pytest.mark.parametrize("address", ADDRESSES)
def test_without_a_session_the_console_leads_to_its_door_and_back(pages: Pages, address: str):
    answer = pages.http.get(address)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/console/sign-in?back=%2Fconsole")


def test_an_admin_key_opens_the_console_of_its_own_shop(pages: Pages):
    sign_in(pages)
    page = Page(pages.http.get("/console", headers={"accept-language": "en"}).text)
    assert page.texts("h1") == ["How is the shop doing today?"]
    assert "Under the Eaves" in page.one("a", class_="wordmark").text
    pages.http.cookies.clear()
    sign_in(pages, pages.other_admin)
    assert "Other shop" in pages.http.get("/console").text


def test_signing_in_leads_back_to_where_one_wanted_to_go_and_nowhere_else(pages: Pages):
    assert try_key(pages, pages.admin, back="/console/imports").headers["location"] == "/console/imports"
    pages.http.cookies.clear()
    assert try_key(pages, pages.admin, back="https://evil.example").headers["location"] == "/console"


@pytest.mark.parametrize("which", ["public", "garbage", "other shop's id", "empty"])
def test_any_other_key_is_refused_in_the_same_words(pages: Pages, which: str):
    key = {
        "public": pages.public,
        "garbage": "sk_demo_0123456789abcdef_" + "0" * 64,
        "other shop's id": pages.admin.replace("_demo_", "_other_"),
        "empty": "",
    }[which]
    answer = try_key(pages, key)
    assert answer.status_code in (401, 429)
    assert "console_session" not in pages.http.cookies
    assert key not in answer.text or not key


def test_the_session_cookie_holds_no_key_and_is_out_of_reach_of_scripts(pages: Pages):
    header = try_key(pages, pages.admin).headers["set-cookie"].lower()
    assert "httponly" in header and "samesite=lax" in header and "path=/console" in header
    assert pages.admin.rpartition("_")[2] not in header


def test_a_form_without_its_token_is_refused(pages: Pages):
    assert try_key(pages, pages.admin, token="x" * 43).status_code == 403
    sign_in(pages)
    assert pages.http.post("/console/sign-out", data={"form_token": "x"}).status_code == 403
    assert pages.http.get("/console").status_code == 200


def test_signing_out_ends_the_session(pages: Pages):
    sign_in(pages)
    answer = pages.http.post("/console/sign-out", data={"form_token": form_of(pages.http.get("/console"))})
    assert answer.status_code == 303
    assert pages.http.get("/console").status_code == 303


def test_a_revoked_key_ends_its_sessions_at_once(pages: Pages):
    key, text = pages.demo.keys.mint("leaver", "admin")
    sign_in(pages, text)
    pages.demo.keys.revoke(key.id)
    assert pages.http.get("/console").status_code == 303


def test_the_console_in_chinese(pages: Pages):
    sign_in(pages)
    page = Page(pages.http.get("/console", headers={"accept-language": "zh"}).text)
    assert page.texts("h1") == ["今天店里怎么样？"]
    assert page.faults == []


def test_the_overview_counts_what_is_there_and_leads_to_what_is_missing(pages: Pages):
    sign_in(pages)
    page = Page(pages.http.get("/console", headers={"accept-language": "en"}).text)
    assert page.texts("p", class_="answer") == ["¥100.00 from 4 orders so far today (UTC), more than ¥0.00 by this hour last Saturday."]
    assert page.texts("span", class_="figure-value") == ["¥100.00", "4", "¥25.00", "59", "58", "30", "2", "2"]
    assert len(page.all("li", class_="step-done")) == len(page.all("li", class_="step")) == 7
    pages.http.cookies.clear()
    sign_in(pages, pages.other_admin)
    fresh = Page(pages.http.get("/console", headers={"accept-language": "en"}).text)
    assert "shopkeeper import orders FILE" in fresh.texts("code")


def test_no_cache_keeps_a_page_of_the_console(pages: Pages):
    sign_in(pages)
    assert pages.http.get("/console").headers["cache-control"] == "no-store"


def test_a_page_of_the_console_that_does_not_exist_is_said_plainly(pages: Pages):
    sign_in(pages)
    answer = pages.http.get("/console/imports/none", headers={"accept-language": "en"})
    assert answer.status_code == 404
    assert "This page does not exist" in answer.text and "Sign out" in answer.text


def test_a_token_belongs_to_one_session_and_one_purpose():
    token = form_token(SECRET, "nonce")
    assert token_holds(SECRET, "nonce", token)
    assert not token_holds(SECRET, "other", token)
    assert not token_holds(OTHER_SECRET, "nonce", token)
    assert not token_holds(SECRET, "", form_token(SECRET, ""))
