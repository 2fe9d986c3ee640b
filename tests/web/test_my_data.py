"""My data: a shopper sees, corrects, takes and erases what is known, with nothing but a browser that keeps cookies."""

from uuid import uuid4

import pytest

from shopkeeper.domain.event import Event, EventItem, EventName
from shopkeeper.domain.ids import EventId, ProductId
from shopkeeper.domain.shopper import Identity
from shopkeeper.web.visitor import VISITOR_COOKIE
from tests.web.conftest import Pages
from tests.web.markup import Page

EN = {"accept-language": "en"}


def my_data(pages: Pages) -> Page:
    answer = pages.http.get("/my-data", headers=EN)
    assert answer.status_code == 200, answer.text
    return Page(answer.text)


def said(page: Page) -> str:
    """What stands in the page's main part."""
    return page.one("main").text


def token(page: Page) -> str:
    return next(field.attributes["value"] for field in page.all("input", name="form_token"))


def send(pages: Pages, path: str, **fields: str):
    return pages.http.post(path, data={"form_token": token(my_data(pages)), **fields}, headers=EN)


def me(pages: Pages) -> Identity:
    return Identity("visitor", pages.http.cookies[VISITOR_COOKIE])


def does(pages: Pages, name: EventName, product: str, who: Identity | None = None) -> None:
    event = Event(EventId(uuid4().hex), name, pages.app.clock(), who or me(pages), (EventItem(ProductId(product)),))
    pages.demo.events.record([event])


def allow(pages: Pages) -> None:
    assert send(pages, "/my-data/consent", purpose="personalisation", to="on").status_code == 303


def test_who_was_never_met_is_told_so_and_gets_a_cookie_only_here(pages: Pages) -> None:
    assert VISITOR_COOKIE not in pages.http.get("/").cookies
    page = my_data(pages)
    assert "knows nothing of this browser" in said(page)
    assert pages.http.cookies[VISITOR_COOKIE]


def test_a_switch_is_kept_with_its_moment_and_can_be_turned_back(pages: Pages) -> None:
    allow(pages)
    page = my_data(pages)
    assert "You said so on" in said(page)
    assert pages.demo.shoppers.stance(me(pages)).allows("personalisation")
    send(pages, "/my-data/consent", purpose="personalisation", to="off")
    assert not pages.demo.shoppers.stance(me(pages)).allows("personalisation")


def test_the_profile_names_its_events_and_can_be_corrected(pages: Pages) -> None:
    allow(pages)
    does(pages, "view_item", "pot/1")
    page = my_data(pages)
    assert "Looked at" in said(page) and "Yixing teapot" in said(page) and "Cenhe" in said(page)
    assert send(pages, "/my-data/correct", facet="brand", key="cenhe", verdict="not_me").status_code == 303
    assert "You said that this is not you" in said(my_data(pages))
    profile = pages.demo.shoppers.profile(me(pages))
    assert profile is not None and profile.affinities("brand") == {}


def test_what_was_done_changes_the_home_page_at_once(pages: Pages) -> None:
    allow(pages)
    before = pages.http.get("/", headers=EN).text
    does(pages, "add_to_cart", "pot/1")
    assert "Because of what you looked at" not in before
    assert "Because of what you looked at" in pages.http.get("/", headers=EN).text


def test_everything_can_be_downloaded(pages: Pages) -> None:
    allow(pages)
    does(pages, "view_item", "pot/1")
    answer = pages.http.get("/my-data/export")
    assert "attachment" in answer.headers["content-disposition"]
    assert [event["items"][0]["product_id"] for event in answer.json()["events"]] == ["pot/1"]


@pytest.mark.parametrize("path", ["/my-data/consent", "/my-data/correct", "/my-data/erase", "/sign-out"])
def test_another_site_cannot_send_the_forms(pages: Pages, path: str) -> None:
    my_data(pages)
    assert pages.http.post(path, data={"form_token": "forged", "sure": "yes"}).status_code == 403
    assert pages.http.post(path, data={}).status_code == 403


class TestErasure:
    def test_forgetting_needs_a_yes_and_ends_with_the_certificate(self, pages: Pages) -> None:
        allow(pages)
        does(pages, "view_item", "pot/1")
        who = me(pages)
        assert send(pages, "/my-data/erase").headers["location"].startswith("/my-data?")
        assert pages.demo.events.find(who) is not None
        answer = send(pages, "/my-data/erase", sure="yes")
        assert answer.status_code == 303
        assert pages.demo.events.find(who) is None
        page = Page(pages.http.get(answer.headers["location"], headers=EN).text)
        assert page.texts("h1") == ["You are forgotten"]
        assert "shopkeeper certificate er-" in said(page) and who.value not in said(page)
        assert VISITOR_COOKIE not in pages.http.cookies

    def test_the_cookie_of_an_erased_visitor_begins_anew(self, pages: Pages) -> None:
        allow(pages)
        does(pages, "view_item", "pot/1")
        old = pages.http.cookies[VISITOR_COOKIE]
        pages.demo.erasure.erase(me(pages))
        assert "knows nothing of this browser" in said(my_data(pages))
        assert pages.http.get("/").status_code == 200
        assert pages.http.cookies[VISITOR_COOKIE] == old

    def test_nothing_known_is_said_plainly(self, pages: Pages) -> None:
        answer = send(pages, "/my-data/erase", sure="yes")
        assert answer.headers["location"] == "/my-data/erased/none"
        assert "nothing to delete" in pages.http.get(answer.headers["location"], headers=EN).text

    def test_a_certificate_that_does_not_exist_is_not_found(self, pages: Pages) -> None:
        assert pages.http.get("/my-data/erased/er-none").status_code == 404


class TestSignIn:
    def link(self, pages: Pages, user: str) -> str:
        secret = pages.demo.keys.mint("backend", "secret")[1]
        answer = pages.http.post("/v1/shoppers/sign-in", json={"user_id": user}, headers={"Authorization": f"Bearer {secret}"})
        assert answer.status_code == 200, answer.text
        return answer.json()["path"]

    def test_a_link_of_the_shop_signs_in_and_takes_the_history_along(self, pages: Pages) -> None:
        user = f"u-{uuid4().hex[:8]}"
        allow(pages)
        does(pages, "view_item", "pot/1")
        visitor = me(pages)
        assert pages.http.get(self.link(pages, user)).headers["location"] == "/my-data"
        page = my_data(pages)
        assert f"signed in as {user}" in said(page) and "Yixing teapot" in said(page)
        assert pages.demo.shoppers.person(visitor) == pages.demo.shoppers.person(Identity("user", user))
        # the next device
        pages.http.cookies.clear()
        pages.http.get(self.link(pages, user))
        assert "Yixing teapot" in said(my_data(pages))

    def test_after_signing_out_the_next_one_is_somebody_else(self, pages: Pages) -> None:
        first, second = f"u-{uuid4().hex[:8]}", f"u-{uuid4().hex[:8]}"
        my_data(pages)
        pages.http.get(self.link(pages, first))
        assert send(pages, "/sign-out").status_code == 303
        assert "not signed in" in said(my_data(pages)) or "knows nothing" in said(my_data(pages))
        pages.http.get(self.link(pages, second))
        assert pages.demo.shoppers.person(Identity("user", first)) != pages.demo.shoppers.person(Identity("user", second))

    def test_a_browser_that_is_somebody_elses_gets_a_new_visitor(self, pages: Pages) -> None:
        first, second = f"u-{uuid4().hex[:8]}", f"u-{uuid4().hex[:8]}"
        my_data(pages)
        pages.http.get(self.link(pages, first))
        pages.http.get(self.link(pages, second))
        assert f"signed in as {second}" in said(my_data(pages))
        assert pages.demo.shoppers.person(me(pages)) != pages.demo.shoppers.person(Identity("user", first))

    def test_the_session_of_an_erased_user_is_over(self, pages: Pages) -> None:
        user = f"u-{uuid4().hex[:8]}"
        my_data(pages)
        pages.http.get(self.link(pages, user))
        pages.demo.erasure.erase(Identity("user", user))
        page = my_data(pages)
        assert user not in said(page)
        assert "knows nothing of this browser" in said(page)

    @pytest.mark.parametrize("token", ["x", "a.b", "eyJ9.AAAA", "é.ü"])
    def test_a_forged_link_is_refused(self, pages: Pages, token: str) -> None:
        answer = pages.http.get("/sign-in", params={"token": token}, headers=EN)
        assert answer.status_code == 401 and "not valid or too old" in answer.text

    def test_a_link_for_one_shop_opens_no_other(self, pages: Pages) -> None:
        assert pages.http.get("/s/other" + self.link(pages, "anna")).status_code == 401

    def test_a_shop_that_is_no_demo_has_no_demo_sign_in(self, pages: Pages) -> None:
        assert not pages.demo.demo
        assert send(pages, "/sign-in", name="Anna").status_code == 404
        assert "own pages" in pages.http.get("/sign-in", headers=EN).text
