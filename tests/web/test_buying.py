"""Cart, checkout and orders as pages, without a script, in both languages."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from shopkeeper.domain.ids import OrderId, ProductId, PromotionId
from shopkeeper.domain.money import Currency, Money
from shopkeeper.domain.product import Offer, OfferPatch
from shopkeeper.domain.promotion import Promotion
from shopkeeper.domain.texts import Label, LocalizedText
from tests.web.conftest import Pages, cup, installed
from tests.web.markup import Page

EN = {"accept-language": "en"}
MUG = "/p/mug?variant=mug-s"
ADDRESS = {"recipient": "李雷", "phone": "138 0000 0000", "street": "静安区 1 号\n上海"}


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pages]:
    with installed(tmp_path_factory.mktemp("buying")) as made:
        yield made


@pytest.fixture
def shop(pages: Pages) -> Iterator[Pages]:
    """The demo shop with a mug in two sizes, five of each."""
    one = cup(3)
    sizes = [
        replace(one.variants[0], id=f"mug-{size}", options=(("size", Label(size)),), offers=(Offer(Money(3_000, Currency("CNY")), stock=5),))
        for size in "sl"
    ]
    pages.demo.database.products.put([replace(one, id=ProductId("mug"), title=LocalizedText("马克杯", "Mug"), variants=tuple(sizes))])
    yield pages
    pages.demo.database.products.delete([ProductId("mug")])


def send(shop: Pages, page: Page, action: str, **fields: str):
    """The form of `page` with that action, sent with what it carries along and `fields`."""
    form = next(one for one in page.all("form", method="post") if one.attributes["action"] == action)
    carried = {one.attributes["name"]: one.attributes["value"] for one in page.all("input", type="hidden") if one.parent is form}
    return shop.http.post(action, data={**carried, **fields}, headers=EN)


def look(shop: Pages, address: str) -> Page:
    answer = shop.http.get(address, headers=EN)
    assert answer.status_code == 200, answer.text
    return Page(answer.text)


def bought(shop: Pages, quantity: str = "2") -> str:
    """The address of an order of small mugs."""
    assert send(shop, look(shop, MUG), "/cart/add", quantity=quantity).status_code == 303
    answer = send(shop, look(shop, "/checkout"), "/checkout", payment="demo", **ADDRESS)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"].partition("?")[0]


def test_a_product_goes_into_the_cart_and_the_header_counts_it(shop: Pages):
    answer = send(shop, look(shop, MUG), "/cart/add", quantity="2")
    assert (answer.status_code, answer.headers["location"]) == (303, "/cart")
    page = look(shop, "/cart")
    assert page.texts("p", class_="bought-name") == ["Mug"]
    assert page.one("a", class_="cart-link").attributes["aria-label"] == "Cart, 2 pieces"
    assert page.texts("td", class_="figure") == ["¥60.00", "¥0.00", "¥60.00"]


def test_the_cookie_is_the_browsers_own_and_no_script_reads_it(shop: Pages):
    said = shop.http.get(MUG).headers.get_list("set-cookie")
    mine = next(one for one in said if one.startswith("visitor="))
    assert "HttpOnly" in mine and "SameSite=lax" in mine
    assert not any(one.startswith("visitor=") for one in shop.http.get("/").headers.get_list("set-cookie"))


def test_a_form_of_another_browser_or_site_is_refused(shop: Pages):
    page = look(shop, MUG)
    token = page.all("input", name="form_token")[0].attributes["value"]
    shop.http.cookies.clear()
    for data in ({"form_token": token}, {}):
        answer = shop.http.post("/cart/add", data={"product": "mug", "variant": "mug-s", **data})
        assert answer.status_code == 403
    shop.http.get(MUG)
    assert shop.http.post("/cart/add", data={"product": "mug", "variant": "mug-s", "form_token": token}).status_code == 403


@pytest.mark.parametrize(
    ("quantity", "words"),
    [
        ("1000000", "Use a whole number from 1 to 999"),
        ("x", "Use a whole number"),
        ("-1", "Use a whole number"),
        ("6", "There are not that many left"),
    ],
)
def test_what_cannot_be_added_is_told_in_words(shop: Pages, quantity: str, words: str):
    answer = send(shop, look(shop, MUG), "/cart/add", quantity=quantity)
    assert answer.status_code in (409, 422)
    assert words in Page(answer.text).one("p", role="alert").text


def test_a_line_changes_goes_and_a_code_is_explained(shop: Pages):
    send(shop, look(shop, MUG), "/cart/add", quantity="2")
    assert send(shop, look(shop, "/cart"), "/cart/change", quantity="5").status_code == 303
    assert look(shop, "/cart").one("input", name="quantity").attributes["value"] == "5"
    send(shop, look(shop, "/cart"), "/cart/coupon", code="nosuch")
    page = look(shop, "/cart")
    assert "There is no such code; check the spelling." in page.one("form", class_="code").text
    send(shop, page, "/cart/coupon", remove="NOSUCH")
    send(shop, look(shop, "/cart"), "/cart/change", remove="yes")
    assert "Your cart is empty." in look(shop, "/cart").one("main").text


def test_a_promotion_stands_with_its_name_in_both_languages(shop: Pages):
    off = Promotion(PromotionId("autumn"), LocalizedText("秋季九折", "Autumn, 10 % off"), "percentage", basis_points=1_000)
    shop.demo.database.promotions.put([off])
    send(shop, look(shop, MUG), "/cart/add", quantity="2")
    assert "Autumn, 10 % off: saves ¥6.00" in look(shop, "/cart").one("main").text
    assert "秋季九折：省 ¥6.00" in shop.http.get("/cart", headers={"accept-language": "zh"}).text
    shop.demo.database.promotions.delete([PromotionId("autumn")])


def test_an_order_is_placed_once_however_often_the_form_is_sent(shop: Pages):
    send(shop, look(shop, MUG), "/cart/add", quantity="1")
    page = look(shop, "/checkout")
    assert "This is a demo. No money moves" in page.one("main").text
    answers = [send(shop, page, "/checkout", payment="demo", **ADDRESS) for _ in range(2)]
    assert answers[0].headers["location"] == answers[1].headers["location"]
    order = look(shop, answers[0].headers["location"])
    assert "Thank you. The order is placed" in order.one("p", role="status").text
    assert "静安区 1 号" in order.one("main").text
    assert len(look(shop, "/orders").all("a", class_="order-card")) == 1


def test_an_address_that_is_missing_is_asked_for_and_what_was_typed_stays(shop: Pages):
    send(shop, look(shop, MUG), "/cart/add")
    answer = send(shop, look(shop, "/checkout"), "/checkout", payment="demo", recipient="李雷", phone="call me", street="x")
    page = Page(answer.text)
    assert answer.status_code == 422
    assert page.one("input", id="recipient").attributes["value"] == "李雷"
    assert page.one("input", id="phone").attributes["aria-invalid"] == "true"


def test_a_price_that_changed_is_shown_and_has_to_be_agreed_to(shop: Pages):
    send(shop, look(shop, MUG), "/cart/add", quantity="1")
    page = look(shop, "/checkout")
    shop.demo.database.products.patch([OfferPatch(ProductId("mug"), price=Money(3_500, Currency("CNY")))])
    answer = send(shop, page, "/checkout", payment="demo", **ADDRESS)
    shown = Page(answer.text)
    assert answer.status_code == 409
    assert "The price has changed. Nothing was ordered and nothing charged." in shown.all("p", role="alert")[0].text
    assert "Price changed: ¥30.00 when you added it, now ¥35.00." in shown.one("main").text
    assert send(shop, shown, "/checkout", payment="demo", **ADDRESS).status_code == 303


def test_what_sold_out_meanwhile_is_marked_and_nothing_is_ordered(shop: Pages):
    send(shop, look(shop, MUG), "/cart/add", quantity="2")
    page = look(shop, "/checkout")
    shop.demo.database.products.patch([OfferPatch(ProductId("mug"), stock=1)])
    answer = send(shop, page, "/checkout", payment="demo", **ADDRESS)
    assert answer.status_code == 409 and "Only 1 left; take fewer." in answer.text
    assert shop.http.get("/checkout").headers["location"] == "/cart"
    assert "Change the marked lines first" in look(shop, "/cart").one("main").text


def test_a_declined_payment_says_so_and_keeps_the_cart(shop: Pages):
    send(shop, look(shop, MUG), "/cart/add", quantity="2")
    answer = send(shop, look(shop, "/checkout"), "/checkout", payment="demo-declined", **ADDRESS)
    assert answer.status_code == 402 and "The payment was declined." in answer.text
    assert look(shop, "/cart").one("input", name="quantity").attributes["value"] == "2"


def test_an_order_is_cancelled_in_two_steps(shop: Pages):
    address = bought(shop)
    asked = send(shop, look(shop, address), f"{address}/cancel")
    page = Page(asked.text)
    assert asked.status_code == 200 and "¥60.00 is paid back the way you paid, as soon as you confirm." in page.one("main").text
    done = send(shop, page, f"{address}/cancel")
    assert done.status_code == 303
    order = look(shop, done.headers["location"])
    assert "Cancelled" in order.one("ol", class_="stages").text and "¥60.00" in order.one("main").text
    again = send(shop, page, f"{address}/cancel")
    assert again.status_code == 303


def test_pieces_come_back_under_the_rules_and_the_rule_is_named(shop: Pages):
    address = bought(shop)
    id_ = OrderId(address.removeprefix("/orders/"))
    for status in ("packed", "shipped", "delivered"):
        shop.demo.desk.advance(id_, status)
    page = look(shop, address)
    asked = send(shop, page, f"{address}/return", line="1", quantity="1", reason="faulty")
    assert "We pay the postage back." in asked.text
    done = send(shop, Page(asked.text), f"{address}/return")
    assert "¥30.00 when it arrives at the shop" in look(shop, done.headers["location"]).one("ul", class_="back-list").text
    swap = page.one("option", value="1:mug-l")
    assert swap.text == "Mug: s → l"
    asked = send(shop, look(shop, address), f"{address}/exchange", swap="1:mug-l", quantity="1", reason="wrong_size")
    assert send(shop, Page(asked.text), f"{address}/exchange").status_code == 303
    refused = send(shop, look(shop, address), f"{address}/return", line="2", quantity="9", reason="faulty")
    assert refused.status_code == 409 and "There are not that many pieces left" in refused.text


def test_an_order_is_nobody_elses(shop: Pages):
    address = bought(shop)
    shop.http.cookies.clear()
    assert shop.http.get(address).status_code == 404
    assert "There are no orders from this browser yet." in look(shop, "/orders").one("main").text


def test_what_is_sold_out_has_no_form(pages: Pages):
    assert look(pages, "/p/cup-05").all("form", action="/cart/add") == []
