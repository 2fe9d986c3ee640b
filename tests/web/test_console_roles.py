"""Each route of the console asks for its permission, and each role is refused what it is not granted."""

from collections.abc import Callable

import pytest
from starlette.routing import Route
from starlette.testclient import TestClient

from shopkeeper.access.permissions import GRANTED
from shopkeeper.domain.account import ROLES, Role
from shopkeeper.domain.audit import AuditQuery
from shopkeeper.web.app import pages as pages_of
from shopkeeper.web.console.routes import FORMS, PAGES
from tests.web.conftest import Pages
from tests.web.markup import Page
from tests.web.test_console import form_of
from tests.web.test_sign_in_limit import refuse

PASSWORD = "three plain words"
AT_THE_DOOR = {("GET", "/console/sign-in"), ("POST", "/console/sign-in"), ("GET", "/console/set-up"), ("POST", "/console/set-up")}
SignIn = Callable[[Role], None]


def at(path: str) -> str:
    return "/console" + path.replace("{form:str}", "csv").replace(":path}", "}").format(id="none", name="none")


@pytest.fixture
def staff(pages: Pages) -> SignIn:
    """Puts a session of somebody with the role into the client."""

    def signed_in(role: Role) -> None:
        account, _ = pages.demo.accounts.invite(f"{role}-{len(pages.demo.accounts.all())}@shop.example", role)
        pages.http.cookies.clear()
        pages.http.cookies.set("console_session", f"demo.{pages.demo.sessions.begin('account', account.id)}", path="/console")

    return signed_in


def test_every_route_is_in_the_table_or_at_the_door(installation: Pages):
    served = {
        (method, route.path)
        for route in pages_of(installation.app, refuse).routes
        if isinstance(route, Route) and route.path.startswith("/console")
        for method in (route.methods or set()) - {"HEAD"}
    }
    declared = {("GET", f"/console{page.path}") for page in PAGES} | {("POST", f"/console{form.path}") for form in FORMS}
    assert served == declared | AT_THE_DOOR
    known = {permission for granted in GRANTED.values() for permission in granted}
    assert all(route.needs in known for route in (*PAGES, *FORMS))


@pytest.mark.parametrize("role", ROLES)
def test_a_role_opens_what_it_is_granted_and_nothing_else(pages: Pages, staff: SignIn, role: Role):
    staff(role)
    for page in PAGES:
        answer = pages.http.get(at(page.path), headers={"accept-language": "en"})
        if page.needs in GRANTED[role]:
            assert answer.status_code in (200, 303, 404), f"{role} {page.path}"
        else:
            assert answer.status_code == 403 and "Your role does not open this page" in answer.text, f"{role} {page.path}"


@pytest.mark.parametrize("role", ROLES)
def test_a_role_sends_what_it_is_granted_and_nothing_without_a_token(pages: Pages, staff: SignIn, role: Role):
    staff(role)
    for form in FORMS:
        answer = pages.http.post(at(form.path), data={"form_token": "x" * 43}, headers={"accept-language": "en"})
        assert answer.status_code == 403
        said = "The form was open for too long" if form.needs in GRANTED[role] else "Your role does not open this page"
        assert said in answer.text, f"{role} {form.path}"


SEEN = ["Live events"]


@pytest.mark.parametrize(
    ("role", "rail"),
    [
        ("support", ["Catalogue", "Orders", "Storefront"]),
        ("owner", ["Overview", "Catalogue", "Imports", "Orders", *SEEN, "Experiments", "Settings", "Accounts", "Who changed what?", "Storefront"]),
        ("manager", ["Overview", "Catalogue", "Imports", "Orders", *SEEN, "Experiments", "Settings", "Who changed what?", "Storefront"]),
        ("analyst", ["Overview", "Catalogue", *SEEN, "Experiments", "Settings", "Who changed what?", "Storefront"]),
    ],
)
def test_the_rail_shows_what_the_role_opens(pages: Pages, staff: SignIn, role: Role, rail: list[str]):
    staff(role)
    page = Page(pages.http.get("/console/account", headers={"accept-language": "en"}).text)
    assert [" ".join(one.text.split()) for one in page.all("a") if "nav" in one.inside] == rail


def test_whoever_may_not_see_reports_is_led_on(pages: Pages, staff: SignIn):
    staff("support")
    assert pages.http.get("/console").headers["location"] == "/console/catalogue"


def test_an_analyst_finds_no_order(pages: Pages, staff: SignIn):
    staff("analyst")
    assert "o-1" not in "".join(Page(pages.http.get("/console/find", params={"q": "o-1"}).text).texts("li"))
    staff("support")
    assert any("o-1" in text for text in Page(pages.http.get("/console/find", params={"q": "o-1"}).text).texts("li"))


class TestTheDoor:
    @pytest.fixture
    def door(self, installation: Pages) -> TestClient:
        return TestClient(pages_of(installation.app, refuse), follow_redirects=False, headers={"accept-language": "en"})

    def enter(self, door: TestClient, name: str, password: str):
        fields = {"name": name, "password": password, "shop": "demo", "form_token": form_of(door.get("/console/sign-in"))}
        return door.post("/console/sign-in", data=fields)

    def invited(self, installation: Pages, door: TestClient, name: str) -> None:
        _, code = installation.demo.accounts.invite(name, "owner")
        form = form_of(door.get("/console/set-up", params={"code": code}))
        answer = door.post("/console/set-up", data={"code": code, "password": PASSWORD, "again": PASSWORD, "form_token": form})
        assert answer.status_code == 303, answer.text
        assert door.get("/console/set-up", params={"code": code}).status_code == 403  # once

    def test_a_link_sets_a_password_and_signs_in_and_the_password_does_so_again(self, installation: Pages, door: TestClient):
        self.invited(installation, door, "ann@door.example")
        assert door.get("/console").status_code == 200
        door.cookies.clear()
        assert self.enter(door, "ANN@door.example", PASSWORD).status_code == 303
        assert "ann@door.example" in door.get("/console").text

    def test_wrong_name_and_wrong_password_are_answered_alike(self, installation: Pages, door: TestClient):
        self.invited(installation, door, "bob@door.example")
        door.cookies.clear()
        answers = [self.enter(door, name, "wrong password") for name in ("bob@door.example", "nobody@door.example")]
        assert [answer.status_code for answer in answers] == [401, 401]
        assert [Page(answer.text).texts("p", class_="notice")[0] for answer in answers] == [
            "Name and password do not belong together, or the account may not sign in. Check both and try again."
        ] * 2

    def test_a_new_session_has_a_new_token_and_ends_the_one_before(self, installation: Pages, door: TestClient):
        self.invited(installation, door, "cat@door.example")
        first = door.cookies["console_session"]
        other = TestClient(pages_of(installation.app, refuse), follow_redirects=False, cookies={"console_session": first})
        nonce = door.get("/nowhere")
        assert nonce.status_code == 404
        door.cookies.delete("console_session")
        self.enter(door, "cat@door.example", PASSWORD)
        assert door.cookies["console_session"] != first
        assert other.get("/console").status_code == 200
        token = form_of(door.get("/console/account"))
        assert door.post("/console/account/sign-out-everywhere", data={"form_token": token}).status_code == 303
        assert other.get("/console").status_code == 303  # the other browser is out too

    def test_signing_out_ends_the_session_on_the_server(self, installation: Pages, door: TestClient):
        self.invited(installation, door, "dan@door.example")
        kept = door.cookies["console_session"]
        door.post("/console/sign-out", data={"form_token": form_of(door.get("/console"))})
        copied = TestClient(pages_of(installation.app, refuse), follow_redirects=False, cookies={"console_session": kept})
        assert copied.get("/console").status_code == 303

    def test_over_https_the_cookie_never_leaves_it(self, installation: Pages):
        door = TestClient(pages_of(installation.app, refuse), base_url="https://shop.example", follow_redirects=False)
        _, code = installation.demo.accounts.invite("eve@door.example", "owner")
        form = form_of(door.get("/console/set-up", params={"code": code}))
        answer = door.post("/console/set-up", data={"code": code, "password": PASSWORD, "again": PASSWORD, "form_token": form})
        session = next(one for one in answer.headers.get_list("set-cookie") if one.startswith("console_session"))
        assert all(word in session for word in ("HttpOnly", "Secure", "SameSite=lax", "Path=/console", "Max-Age=43200"))


class TestWhatIsWrittenDown:
    def test_a_change_of_settings_and_its_undo(self, pages: Pages, staff: SignIn):
        staff("manager")
        page = Page(pages.http.get("/console/settings").text)
        fields = {one.attributes["name"]: one.attributes.get("value", "") for one in page.all("input") if one.attributes.get("name") != "q"}
        fields |= {"ranking.diversity": "0.9", "privacy.consent": "strict", "shop.languages": ""}
        assert pages.http.post("/console/settings", data=fields | {"ranking.diversity": "7"}).status_code == 422
        before = pages.demo.preferences.current()
        assert pages.http.post("/console/settings", data=fields).status_code == 303
        assert pages.demo.preferences.current().ranking.diversity == 0.9
        assert pages.http.post("/console/settings", data=fields | {"ranking.diversity": "0.8"}).status_code == 409  # an old form
        undo = {"form_token": fields["form_token"], "version": str(before.version)}
        assert pages.http.post("/console/settings/restore", data=undo).status_code == 303
        assert pages.demo.preferences.current().ranking == before.ranking
        back, change = pages.demo.audit.find(AuditQuery(what="settings.change", limit=2))
        assert change.who.startswith("manager-") and "ranking.diversity" in {one.name for one in change.changes}
        assert {(one.before, one.after) for one in back.changes if one.name == "ranking.diversity"} == {("0.9", str(before.ranking.diversity))}

    def test_an_invitation_shows_its_link_once_and_the_log_does_not_hold_it(self, pages: Pages, staff: SignIn):
        staff("owner")
        token = form_of(pages.http.get("/console/accounts"))
        answer = pages.http.post("/console/accounts", data={"form_token": token, "name": "new@shop.example", "role": "support"})
        link = Page(answer.text).texts("code", class_="link-text")[0]
        assert "/console/set-up?code=setup_demo_" in link
        assert link not in pages.http.get("/console/accounts").text
        csv = pages.http.get("/console/audit", params={"format": "csv", "what": "account.invite"}).text
        assert "new@shop.example" in csv and "role: – → support" in csv and link.rpartition("_")[2] not in csv
