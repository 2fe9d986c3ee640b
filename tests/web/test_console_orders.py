"""The console's orders: which wait for the shop, what the rules allow, and steps that no second click does twice."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest

from shopkeeper.domain.account import Role
from shopkeeper.domain.audit import AuditQuery
from shopkeeper.domain.ids import OrderId, ProductId
from shopkeeper.domain.placed_order import Address, PlacedOrder
from shopkeeper.domain.shopper import Identity
from shopkeeper.orders.aftercare import ReturnPieces
from shopkeeper.orders.checkout import PlaceRequest
from tests.web.conftest import Pages, installed
from tests.web.markup import Page

EN = {"accept-language": "en"}
ANN = Identity("user", "ann")
HOME = Address("李雷", "138 0000 0000", "CN", "静安区 1 号\n上海")
RULES = """
[[delivery]]
id = "standard"
name = { zh = "标准快递", en = "Standard" }
price = "8.00 CNY"
[policies]
returns = "returns"
[returns]
days = 15
"""


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pages]:
    with installed(tmp_path_factory.mktemp("console-orders")) as made:
        made.demo.rules.write(RULES)
        yield made


@pytest.fixture
def staff(pages: Pages) -> Callable[[Role], None]:
    def signed_in(role: Role) -> None:
        account, _ = pages.demo.accounts.invite(f"{role}-{len(pages.demo.accounts.all())}@shop.example", role)
        pages.http.cookies.clear()
        pages.http.cookies.set("console_session", f"demo.{pages.demo.sessions.begin('account', account.id)}", path="/console")

    return signed_in


def buy(pages: Pages, product: str = "cup-01", quantity: int = 2) -> PlacedOrder:
    shop = pages.demo
    shop.carts.add(ANN, ProductId(product), quantity=quantity)
    token = shop.checkout.quote(ANN, country="CN").token
    return shop.checkout.place(ANN, PlaceRequest(token, HOME), key=f"k-{shop.clock().timestamp()}")


def deliver(pages: Pages, order: PlacedOrder) -> None:
    for status in ("packed", "shipped", "delivered"):
        pages.demo.desk.advance(order.id, status)


def look(pages: Pages, address: str) -> Page:
    answer = pages.http.get(address, headers=EN)
    assert answer.status_code == 200, answer.text
    page = Page(answer.text)
    assert page.faults == []
    return page


def send(pages: Pages, page: Page, button_of: str, **fields: str):
    """The form of the page with that button, sent with what it carries."""
    button = next(one for one in page.all("button") if one.attributes.get("value") == button_of)
    form = button.parent
    assert form is not None and form.tag == "form"
    carried = {one.attributes["name"]: one.attributes["value"] for one in page.all("input", type="hidden") if one.parent is form}
    return pages.http.post(form.attributes["action"], data={**carried, "do": button_of, **fields}, headers=EN)


def agree(pages: Pages, answer):
    """The page that asks again, agreed to."""
    assert answer.status_code == 200, answer.text
    page = Page(answer.text)
    form = page.one("form", class_="stack-wide")
    carried = {one.attributes["name"]: one.attributes["value"] for one in page.all("input", type="hidden") if one.parent is form}
    return pages.http.post(form.attributes["action"], data=carried, headers=EN)


def numbers(page: Page) -> list[str]:
    return [one.text for one in page.all("a") if "/console/orders/" in one.attributes.get("href", "") and "tbody" in one.inside]


def recorded(pages: Pages, what: str, order: PlacedOrder) -> list[dict[str, str]]:
    entries = pages.demo.audit.find(AuditQuery(what=what))
    return [{one.name: one.after for one in entry.changes} for entry in entries if entry.target == order.id]


class TestTheList:
    def test_what_waits_is_said_and_found_by_status_and_number(self, pages: Pages, staff) -> None:
        staff("support")
        waiting, sent = buy(pages), buy(pages)
        pages.demo.desk.advance(sent.id, "packed")
        pages.demo.desk.advance(sent.id, "shipped")
        page = look(pages, "/console/orders")
        assert "to be packed" in page.texts("p", class_="answer")[0]
        assert numbers(page)[:2] == [sent.id, waiting.id]
        assert sent.id in numbers(look(pages, "/console/orders?status=shipped"))
        assert waiting.id not in numbers(look(pages, "/console/orders?status=shipped"))
        typed = waiting.id.replace("-", "").lower()[:9]
        assert numbers(look(pages, f"/console/orders?q={typed}")) == [waiting.id]
        assert numbers(look(pages, "/console/orders?sort=placed"))[-1] == sent.id

    def test_an_order_from_the_shops_earlier_life_is_found_by_its_number(self, pages: Pages, staff) -> None:
        staff("support")
        assert numbers(look(pages, "/console/orders?q=o-3")) == ["o-3"]
        page = look(pages, "/console/orders/o-3")
        assert "brought in from elsewhere" in page.texts("p", class_="answer")[0]
        assert "Yixing teapot" in " ".join(page.texts("td"))
        assert page.all("button", name="do") == []

    def test_nobody_is_said_plainly(self, pages: Pages, staff) -> None:
        staff("support")
        assert "No order answers this" in " ".join(look(pages, "/console/orders?q=zzzz").texts("p"))
        assert pages.http.get("/console/orders/none").status_code == 404

    def test_all_of_them_go_into_a_spreadsheet(self, pages: Pages, staff) -> None:
        staff("support")
        order = buy(pages)
        lines = pages.http.get("/console/orders?format=csv", headers=EN).text.splitlines()
        assert len(lines) == 1 + sum(pages.demo.database.placed.tally().values())
        assert any(line.startswith(order.id) and "68.00 CNY" not in line for line in lines)

    def test_the_search_over_everything_leads_to_the_order(self, pages: Pages, staff) -> None:
        staff("support")
        order = buy(pages)
        page = look(pages, f"/console/find?q={order.id.replace('-', '').lower()}")
        assert f"/console/orders/{order.id}" in [one.attributes["href"] for one in page.all("a")]


class TestOneOrder:
    def test_it_says_how_its_price_came_about_and_what_the_rules_allow(self, pages: Pages, staff) -> None:
        staff("support")
        order = buy(pages)
        said = " ".join(look(pages, f"/console/orders/{order.id}").one("main").text.split())
        assert "Goods, discounts, delivery: ¥22.00 + ¥8.00 = ¥30.00, tax included." in said
        assert "Judged by version 1" in said and "Cancel Until it is packed" in said
        deliver(pages, order)
        said = " ".join(look(pages, f"/console/orders/{order.id}").one("main").text.split())
        day = pages.demo.clock() + timedelta(days=15)
        assert f"return without a reason Until {day.day} {day:%B %Y}." in said

    def test_a_step_is_taken_once_however_often_the_button_is_pressed(self, pages: Pages, staff) -> None:
        staff("support")
        order = buy(pages)
        page = look(pages, f"/console/orders/{order.id}")
        for _ in range(2):
            assert send(pages, page, "packed", note="box 7").status_code == 303
        after = pages.demo.desk.get(order.id)
        assert [step.name for step in after.steps] == ["placed", "paid", "packed"]
        assert after.steps[-1].by == "shop" and after.steps[-1].note == "box 7"
        assert recorded(pages, "order.advance", order) == [{"status": "packed", "note": "box 7"}]

    def test_what_was_confirmed_on_an_older_page_is_not_done(self, pages: Pages, staff) -> None:
        staff("support")
        order = buy(pages)
        page = look(pages, f"/console/orders/{order.id}")
        asked = send(pages, page, "cancelled")
        pages.demo.desk.advance(order.id, "packed")
        answer = agree(pages, asked)
        assert answer.status_code == 409 and "Nothing was done" in answer.text
        assert pages.demo.desk.get(order.id).status == "packed"
        assert send(pages, page, "packed").status_code == 409

    def test_cancelling_is_asked_again_gives_the_money_and_the_pieces_back(self, pages: Pages, staff) -> None:
        staff("support")
        order = buy(pages)
        asked = send(pages, look(pages, f"/console/orders/{order.id}"), "cancelled")
        assert "¥30.00 is paid back" in asked.text and "2 pieces go back into stock" in asked.text
        assert pages.demo.desk.get(order.id).status == "paid"
        for _ in range(2):
            assert agree(pages, asked).status_code == 303
        after = pages.demo.desk.get(order.id)
        assert (after.status, after.refunded.minor, len(after.steps)) == ("cancelled", 3_000, 3)
        assert recorded(pages, "order.advance", order) == [{"status": "cancelled", "refund": "30.00 CNY"}]

    def test_goods_that_came_back_are_noted_once_and_paid_back(self, pages: Pages, staff) -> None:
        staff("support")
        order = buy(pages)
        deliver(pages, order)
        asked_for = ReturnPieces(1, 1, "changed_mind")
        pages.demo.desk.confirm(order.id, asked_for, pages.demo.desk.propose(order.id, asked_for, ANN).token, ANN)
        assert numbers(look(pages, "/console/orders?status=coming_back")) == [order.id]
        asked = send(pages, look(pages, f"/console/orders/{order.id}"), "receive")
        assert "¥11.00 is paid back" in asked.text
        for _ in range(2):
            assert agree(pages, asked).status_code == 303
        after = pages.demo.desk.get(order.id)
        assert after.refunded.minor == 1_100 and not after.coming_back
        assert recorded(pages, "order.receive", order) == [{"back": f"{order.id}-R1", "refund": "11.00 CNY"}]
        assert numbers(look(pages, "/console/orders?status=coming_back")) == []

    def test_who_may_only_look_has_no_buttons(self, pages: Pages, staff) -> None:
        staff("manager")
        order = buy(pages)
        page = look(pages, f"/console/orders/{order.id}")
        assert page.all("button", name="do") == []
        assert "You may see orders" in page.one("main").text

    def test_something_else_than_a_step_is_refused(self, pages: Pages, staff) -> None:
        staff("owner")
        order = buy(pages)
        page = look(pages, f"/console/orders/{order.id}")
        assert send(pages, page, "packed", do="flown").status_code == 422
        assert send(pages, page, "packed", do="delivered").status_code == 409
        assert send(pages, page, "packed", do="receive", token="", back="none").status_code == 404
        assert pages.demo.desk.get(OrderId(order.id)).status == "paid"
