"""The cart of a visitor or a user, and what it costs."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from shopkeeper.api.buying import cart_json, who_of
from shopkeeper.api.caller import Caller, Reader
from shopkeeper.api.context import context_of
from shopkeeper.api.idempotency import IdempotencyKey
from shopkeeper.api.replies import json_reply
from shopkeeper.api.routes.search import language
from shopkeeper.api.schemas.buying import AddIn, CartIn, CartOut, ChangeIn, CouponIn, RemoveIn, Who
from shopkeeper.api.visibility import visible
from shopkeeper.api.writing import write
from shopkeeper.domain.cart import Cart
from shopkeeper.domain.ids import ProductId, VariantId
from shopkeeper.errors import NotFound

router = APIRouter(tags=["Cart"])


@router.get("/v1/cart", response_model=CartOut, summary="Get the cart", operation_id="getCart")
def get_cart(caller: Reader, asked: Annotated[CartIn, Query()]) -> Response:
    """The cart with its price now, line by line. A cart begun on one device goes on on the next once visitor and user are known to be one person."""
    who = who_of(caller, asked)
    quote = caller.shop.checkout.quote(who, delivery=asked.delivery, country=asked.country)
    return json_reply(cart_json(caller.shop.carts.get(who), quote, language(caller, asked.lang)))


@router.post("/v1/cart/items", response_model=CartOut, summary="Add to the cart", operation_id="addToCart")
async def add_to_cart(request: Request, caller: Reader, asked: AddIn, idempotency_key: IdempotencyKey = None) -> Response:
    """Put pieces of a version into the cart; send an Idempotency-Key so that a repeated request adds them once."""

    def work(_: bytes) -> Response:
        _check_visible(request, caller, ProductId(asked.product_id))
        variant = None if asked.variant_id is None else VariantId(asked.variant_id)
        return _reply(
            caller, asked, caller.shop.carts.add(who_of(caller, asked), ProductId(asked.product_id), variant, asked.quantity, version=asked.version)
        )

    return await write(request, caller, idempotency_key, work)


@router.patch("/v1/cart/items", response_model=CartOut, summary="Change the quantity", operation_id="changeCartItem")
async def change_cart_item(request: Request, caller: Reader, asked: ChangeIn, idempotency_key: IdempotencyKey = None) -> Response:
    """Set how many pieces of a version are in the cart; 0 takes it out."""

    def work(_: bytes) -> Response:
        key = (ProductId(asked.product_id), VariantId(asked.variant_id))
        return _reply(caller, asked, caller.shop.carts.change(who_of(caller, asked), key, asked.quantity, version=asked.version))

    return await write(request, caller, idempotency_key, work)


@router.delete("/v1/cart/items", response_model=CartOut, summary="Take out of the cart", operation_id="removeFromCart")
def remove_from_cart(caller: Reader, asked: Annotated[RemoveIn, Query()]) -> Response:
    """Take a version out; one that is not in it changes nothing."""
    key = (ProductId(asked.product_id), VariantId(asked.variant_id))
    return _reply(caller, asked, caller.shop.carts.remove(who_of(caller, asked), key))


@router.post("/v1/cart/coupon", response_model=CartOut, summary="Enter a code", operation_id="enterCoupon")
def enter_coupon(caller: Reader, asked: CouponIn) -> Response:
    """Enter a coupon code; `coupons` of the quote says what came of it."""
    return _reply(caller, asked, caller.shop.carts.enter_coupon(who_of(caller, asked), asked.code))


@router.delete("/v1/cart/coupon", response_model=CartOut, summary="Take a code out", operation_id="dropCoupon")
def drop_coupon(caller: Reader, asked: Annotated[CouponIn, Query()]) -> Response:
    """Take a coupon code out of the cart."""
    return _reply(caller, asked, caller.shop.carts.drop_coupon(who_of(caller, asked), asked.code))


def _reply(caller: Caller, asked: Who, cart: Cart) -> Response:
    quote = caller.shop.checkout.quote(who_of(caller, asked))
    return json_reply(cart_json(cart, quote, language(caller, None)))


def _check_visible(request: Request, caller: Caller, product_id: ProductId) -> None:
    """Raise for a product that this key does not show: what cannot be seen cannot be bought through it."""
    found = caller.shop.database.products.get([product_id])
    if not visible(list(found.values()), caller.key, now=context_of(request).clock()):
        raise NotFound(f"there is no product {product_id!r}", field="product_id", value=product_id)
