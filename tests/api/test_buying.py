"""Cart, checkout and orders over HTTP."""

from collections.abc import Iterator
from typing import Any

import pytest

from shopkeeper.api.schemas.buying import ActionOut, CartOut, PlacedOrderOut, PlacedOrdersOut, PromotionsOut, QuoteOut
from shopkeeper.domain.ids import ProductId, PromotionId
from shopkeeper.domain.product import OfferPatch
from shopkeeper.domain.shopper import Identity
from tests.api.conftest import Installation, product
from tests.orders.goods import promotion, yuan

ADDRESS = {"recipient": "李雷", "phone": "138 0000 0000", "country": "CN", "street": "静安区 1 号"}


@pytest.fixture
def goods(shop: Installation) -> Iterator[None]:
    """Two products of these tests' own, stocked anew for each."""
    shop.demo.database.products.put([product("buy-1", "茶杯", "Cup", 3_000, stock=5), product("buy-2", "茶叶", "Tea", 5_000, stock=2)])
    yield
    shop.demo.database.products.delete([ProductId("buy-1"), ProductId("buy-2")])


def add(shop: Installation, who: str, id: str = "buy-1", **more: Any) -> Any:
    return shop.call("POST", "/v1/cart/items", json={"visitor_id": who, "product_id": id, **more})


def order(shop: Installation, who: str, *, key: str | None = None, **more: Any) -> Any:
    token = more.pop("token", None) or QuoteOut.model_validate(shop.get(f"/v1/checkout?visitor_id={who}&country=CN").json()).token
    body = {"visitor_id": who, "quote_token": token, "address": ADDRESS, **more}
    return shop.call("POST", "/v1/checkout", json=body, headers={"Idempotency-Key": key or f"key of {who}"})


def test_a_cart_grows_changes_and_empties(shop: Installation, goods: None) -> None:
    added = CartOut.model_validate(add(shop, "api-a", quantity=2).json())
    assert (added.pieces, added.version, added.quote.total.minor) == (2, 1, 6_000)
    changed = shop.call("PATCH", "/v1/cart/items", json={"visitor_id": "api-a", "product_id": "buy-1", "variant_id": "buy-1", "quantity": 1})
    assert CartOut.model_validate(changed.json()).pieces == 1
    gone = shop.call("DELETE", "/v1/cart/items?visitor_id=api-a&product_id=buy-1&variant_id=buy-1")
    assert CartOut.model_validate(gone.json()).quote.lines == []
    assert CartOut.model_validate(shop.get("/v1/cart?visitor_id=api-a").json()).version == 3


def test_a_repeated_request_adds_once(shop: Installation, goods: None) -> None:
    body = {"visitor_id": "api-b", "product_id": "buy-1"}
    for _ in range(2):
        shop.call("POST", "/v1/cart/items", json=body, headers={"Idempotency-Key": "add once"})
    assert shop.get("/v1/cart?visitor_id=api-b").json()["pieces"] == 1


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({"product_id": "buy-1", "quantity": 1_000_000}, 422, "quantity"),
        ({"product_id": "buy-1", "quantity": 6}, 409, "quantity"),
        ({"product_id": "nowhere"}, 404, "product_id"),
        ({"product_id": "h-6"}, 404, "product_id"),
        ({"product_id": "h-4"}, 409, "variant_id"),
        ({"product_id": "buy-1", "version": 9}, 409, "version"),
        ({"product_id": "buy-1", "user_id": "u-1"}, 403, "user_id"),
        ({"product_id": "buy-1", "visitor_id": None}, 422, "visitor_id"),
        ({"product_id": "buy-1", "colour": "red"}, 422, "colour"),
    ],
)
def test_what_cannot_be_added_is_told_by_its_field(shop: Installation, goods: None, body: dict[str, Any], status: int, field: str) -> None:
    reply = shop.call("POST", "/v1/cart/items", json={"visitor_id": "api-c", **body})
    assert (reply.status_code, reply.json()["errors"][0]["field"]) == (status, field)
    assert reply.headers["content-type"] == "application/problem+json"


def test_a_keys_filter_holds_for_the_cart_too(shop: Installation) -> None:
    reply = shop.call("POST", "/v1/cart/items", shop.narrowed, json={"visitor_id": "api-d", "product_id": "h-1"})
    assert reply.status_code == 404


def test_an_order_is_placed_once_read_by_its_shopper_alone_and_seen_by_search_and_history(shop: Installation, goods: None, wait_for: Any) -> None:
    add(shop, "api-e", quantity=2)
    reply = order(shop, "api-e")
    placed = PlacedOrderOut.model_validate(reply.json())
    assert (reply.status_code, placed.status, placed.total.minor, placed.payment) == (201, "paid", 6_000, "demo")
    path = reply.headers["location"]
    assert shop.get(f"{path}?visitor_id=api-e").json() == reply.json()
    assert shop.get(f"{path}?visitor_id=api-x").status_code == 404
    assert shop.get(path).status_code == 422
    assert shop.get(path, shop.secret).json() == reply.json()
    assert [one.id for one in PlacedOrdersOut.model_validate(shop.get("/v1/orders?visitor_id=api-e").json()).orders] == [placed.id]
    assert placed.id in [one["id"] for one in shop.get("/v1/orders", shop.secret).json()["orders"]]
    assert placed.id in [one.id for one in shop.demo.database.orders.scan()]
    stock = shop.demo.database.products.get([ProductId("buy-1")])[ProductId("buy-1")].variants[0].offers[0].stock
    assert stock == 3


def test_the_same_key_gives_the_same_order_and_another_request_is_refused(shop: Installation, goods: None) -> None:
    add(shop, "api-f")
    token = shop.get("/v1/checkout?visitor_id=api-f&country=CN").json()["token"]
    first = order(shop, "api-f", token=token)
    assert order(shop, "api-f", token=token).json() == first.json()
    other = order(shop, "api-f", token="another")
    assert (other.status_code, other.json()["errors"][0]["field"]) == (422, "Idempotency-Key")


def test_without_a_key_nothing_is_ordered(shop: Installation, goods: None) -> None:
    reply = shop.call("POST", "/v1/checkout", json={"visitor_id": "api-g", "quote_token": "x", "address": ADDRESS})
    assert (reply.status_code, reply.json()["errors"][0]["field"]) == (422, "Idempotency-Key")


def test_a_changed_price_comes_back_with_the_new_quote(shop: Installation, goods: None) -> None:
    add(shop, "api-h")
    token = shop.get("/v1/checkout?visitor_id=api-h&country=CN").json()["token"]
    shop.demo.database.products.patch([OfferPatch(ProductId("buy-1"), price=yuan(35))])
    refused = order(shop, "api-h", token=token)
    assert refused.status_code == 409
    quote = QuoteOut.model_validate(refused.json()["quote"])
    assert (quote.lines[0].price_seen.minor, quote.lines[0].unit_price.minor) == (3_000, 3_500)
    assert order(shop, "api-h", token=quote.token).status_code == 201


def test_what_sold_out_is_told_and_a_declined_payment_keeps_the_cart(shop: Installation, goods: None) -> None:
    add(shop, "api-i", "buy-2")
    declined = order(shop, "api-i", payment="demo-declined")
    assert (declined.status_code, declined.json()["status"]) == (201, "cancelled")
    assert shop.get("/v1/cart?visitor_id=api-i").json()["pieces"] == 1
    shop.demo.database.products.patch([OfferPatch(ProductId("buy-2"), stock=0)])
    refused = order(shop, "api-i", key="again")
    assert refused.json()["errors"] == [{"field": "lines", "message": "Tea: sold out. Nothing was ordered and nothing charged.", "value": "buy-2"}]


def test_a_coupon_is_entered_explained_and_taken_out(shop: Installation, goods: None) -> None:
    shop.demo.database.promotions.put([promotion("api-code", "amount_off", amount=yuan(5), code="FIVE"), promotion("api-open", "free_shipping")])
    add(shop, "api-j")
    entered = CartOut.model_validate(shop.call("POST", "/v1/cart/coupon", json={"visitor_id": "api-j", "code": " five"}).json())
    assert [(one.code, one.state) for one in entered.quote.coupons] == [("FIVE", "applied")]
    assert entered.quote.lines[0].explanation[0].en == "Offer api-code: saves ¥5.00"
    left = shop.call("DELETE", "/v1/cart/coupon?visitor_id=api-j&code=FIVE")
    assert CartOut.model_validate(left.json()).quote.coupons == []
    running = PromotionsOut.model_validate(shop.get("/v1/promotions").json())
    assert [one.id for one in running.promotions] == ["api-open"]
    shop.demo.database.promotions.delete([PromotionId("api-code"), PromotionId("api-open")])


def test_cancelling_takes_two_steps_and_then_names_the_rule(shop: Installation, goods: None) -> None:
    add(shop, "api-k")
    path = order(shop, "api-k").headers["location"] + "/cancel"
    proposed = ActionOut.model_validate(shop.call("POST", path, json={"visitor_id": "api-k"}).json())
    assert (proposed.state, proposed.refund and proposed.refund.minor, proposed.order.status) == ("proposed", 3_000, "paid")
    body = {"visitor_id": "api-k", "token": proposed.token}
    done = [ActionOut.model_validate(shop.call("POST", path, json=body).json()) for _ in range(2)]
    assert done[0] == done[1]
    assert (done[0].state, done[0].order.status, done[0].order.refunded.minor) == ("done", "cancelled", 3_000)
    refused = shop.call("POST", path, json={"visitor_id": "api-k"})
    assert (refused.status_code, refused.json()["rule"]) == (409, "cancel.until")
    assert refused.json()["told"] == {"zh": "订单已经取消了。", "en": "The order is cancelled already."}


def test_an_order_is_sent_comes_back_and_is_paid_back(shop: Installation, goods: None) -> None:
    add(shop, "api-l", quantity=2)
    path = order(shop, "api-l").headers["location"]
    for status in ("packed", "shipped", "delivered"):
        assert shop.post(f"{path}/status", json={"status": status}).json()["status"] == status
    assert shop.call("POST", f"{path}/status", json={"status": "packed"}).status_code == 403
    assert shop.post(f"{path}/status", json={"status": "packed"}).status_code == 409
    asked = {"visitor_id": "api-l", "line": 1, "reason": "faulty"}
    token = shop.call("POST", f"{path}/returns", json=asked).json()["token"]
    back = shop.call("POST", f"{path}/returns", json={**asked, "token": token}).json()["order"]["returns"][0]
    assert (back["postage"], back["refund"]["minor"]) == ("shop", 3_000)
    assert shop.post(f"{path}/received", json={"id": back["id"]}).json()["refunded"]["minor"] == 3_000
    same = {"visitor_id": "api-l", "line": 1, "to_variant": "buy-1"}
    assert shop.call("POST", f"{path}/exchanges", json=same).json()["rule"] == "exchange.same_product"


def test_a_cart_begun_on_one_device_goes_on_on_the_next(shop: Installation, goods: None) -> None:
    add(shop, "api-phone")
    phone, user = Identity("visitor", "api-phone"), Identity("user", "api-user")
    numbers = shop.demo.events.numbers([phone, user])
    shop.demo.database.shoppers.merge(numbers[phone], numbers[user], shop.app.clock())
    assert shop.get("/v1/cart?user_id=api-user", shop.secret).json()["pieces"] == 1
