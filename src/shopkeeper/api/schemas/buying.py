"""Carts, quotes, orders that are placed here, and promotions."""

from typing import Annotated, Any, Literal

from pydantic import Field

from shopkeeper.api.schemas.common import LangCode, MoneyAmount, Shown, Strict
from shopkeeper.domain.cart import MAX_CODE
from shopkeeper.domain.placed_order import OrderStatus, Payer, ReturnReason, StepName
from shopkeeper.domain.promotion import PromotionKind, Stacking
from shopkeeper.domain.quote import CouponState, LineFault

Id = Annotated[str, Field(min_length=1, max_length=200)]


class Who(Strict):
    """Whose it is: `visitor_id` with any key, `user_id` with a secret key only, since whoever knows a user's id must not read that user's orders."""

    visitor_id: Id | None = Field(default=None, description="An id kept in one browser; make it long and random.", examples=["v-9f2c41d07a5b"])
    user_id: Id | None = Field(default=None, description="The account that is signed in. Needs a secret key.")


class CartIn(Who):
    """A look at the cart, as it would be delivered."""

    lang: LangCode | None = None
    delivery: str = Field(default="", max_length=200, description="The id of a way of delivery; the cheapest one if not given.")
    country: str = Field(default="", max_length=2, description="ISO 3166-1; narrows the ways of delivery.")


class AddIn(Who):
    """Pieces for the cart."""

    product_id: Id = Field(examples=["mug-001"])
    variant_id: Id | None = Field(default=None, description="May be left out for a product of one version.")
    quantity: int = Field(default=1, description="1 to 999 of one version, and no more than there is in stock.")
    version: int | None = Field(default=None, ge=0, description="Refuse (409) if the cart is no longer at this version.")


class ChangeIn(Who):
    """How many pieces of a version there shall be; 0 takes it out."""

    product_id: Id
    variant_id: Id
    quantity: int
    version: int | None = Field(default=None, ge=0)


class RemoveIn(Who):
    """A version to take out."""

    product_id: Id
    variant_id: Id


class CouponIn(Who):
    """A code as the shopper typed it."""

    code: str = Field(min_length=1, max_length=MAX_CODE)


class AddressIn(Strict):
    """Where it goes: as little as a parcel needs."""

    recipient: str = Field(min_length=1, max_length=100)
    phone: str = Field(min_length=1, max_length=40)
    country: str = Field(pattern="^[A-Z]{2}$", examples=["CN"])
    street: str = Field(min_length=1, max_length=500, description="All lines of the address.")


class CheckoutIn(Who):
    """An order. `quote_token` is that of the quote that was shown: at another price the order is refused (409) with the new quote."""

    quote_token: str = Field(min_length=1, max_length=64)
    address: AddressIn
    delivery: str = Field(default="", max_length=200)
    payment: Literal["demo", "demo-declined"] = Field(
        default="demo", description="A demo payment: no money moves and no card data is taken. `demo-declined` behaves like a bank that says no."
    )
    lang: LangCode | None = None


class CancelIn(Who):
    """Without `token`: what it would mean. With the token of that answer: do it."""

    token: str = Field(default="", max_length=64)


class ReturnIn(CancelIn):
    """Pieces of a line to send back."""

    line: int = Field(ge=1, description="The line's number in the order.")
    quantity: int = Field(default=1, ge=1)
    reason: ReturnReason = "changed_mind"


class ExchangeIn(CancelIn):
    """Pieces of a line for as many of another version of the same product."""

    line: int = Field(ge=1)
    quantity: int = Field(default=1, ge=1)
    to_variant: Id
    reason: ReturnReason = "wrong_size"


class StatusIn(Strict):
    """The next step of an order."""

    status: Literal["packed", "shipped", "delivered", "cancelled"]
    note: str = Field(default="", max_length=500, description="Such as the parcel's number.")


class ReceivedIn(Strict):
    """Goods that came back."""

    id: Id = Field(description="The id of the return or exchange.", examples=["7H3K-9QF2-MX4T-0W8V-R1"])


class Told(Shown):
    """A sentence in both languages."""

    zh: str
    en: str


class DiscountOut(Shown):
    """What a promotion takes off."""

    promotion_id: str
    name: Told
    amount: MoneyAmount


class QuoteLineOut(Shown):
    """A line with its price. `paid` is for all pieces, after discounts; `explanation` says how it comes about."""

    product_id: str
    variant_id: str
    title: str
    options: list[str]
    quantity: int
    list_price: MoneyAmount
    unit_price: MoneyAmount
    price_seen: MoneyAmount
    discounts: list[DiscountOut]
    paid: MoneyAmount
    fault: LineFault | None
    available: int | None
    explanation: list[Told]


class CouponOut(Shown):
    """A code, and what came of it."""

    code: str
    state: CouponState
    explanation: Told


class DeliveryOut(Shown):
    """A way of delivery; `days` from and to."""

    id: str
    name: Told
    fee: MoneyAmount
    paid: MoneyAmount
    days: list[int]
    explanation: Told


class QuoteOut(Shown):
    """What the cart costs: `total` = `goods` − `discount` + delivery, tax included. Sending `token` back agrees to exactly this."""

    token: str
    buyable: bool
    lines: list[QuoteLineOut]
    discounts: list[DiscountOut]
    coupons: list[CouponOut]
    delivery: DeliveryOut | None
    deliveries: list[DeliveryOut]
    goods: MoneyAmount
    discount: MoneyAmount
    total: MoneyAmount
    explanation: Told


class CartOut(Shown):
    """The cart and its price now."""

    version: int
    pieces: int
    quote: QuoteOut


class OrderLineOut(Shown):
    """A line of an order; `returned` of its pieces came back or are on their way back."""

    number: int
    product_id: str
    variant_id: str
    title: str
    options: list[str]
    quantity: int
    returned: int
    unit_price: MoneyAmount
    discounts: list[DiscountOut]
    paid: MoneyAmount
    replaces: int | None


class StepOut(Shown):
    """Something that happened."""

    name: StepName
    at: str
    by: Literal["shopper", "shop", "system"]
    note: str
    refund: MoneyAmount | None


class ReturnOut(Shown):
    """Pieces on their way back; `refund` is paid when they have arrived."""

    id: str
    line: int
    quantity: int
    reason: ReturnReason
    asked: str
    postage: Payer
    refund: MoneyAmount
    received: str | None


class ExchangeOut(Shown):
    """Pieces for as many of another version, which stand in `new_line`."""

    id: str
    line: int
    quantity: int
    new_line: int
    reason: ReturnReason
    asked: str
    postage: Payer
    received: str | None


class PlacedOrderOut(Shown):
    """An order. `payment` says that it was a demo."""

    id: str
    placed: str
    status: OrderStatus
    lines: list[OrderLineOut]
    delivery: str
    delivery_paid: MoneyAmount
    total: MoneyAmount
    refunded: MoneyAmount
    payment: Literal["demo", "demo-declined"]
    country: str
    address: dict[str, str] | None
    steps: list[StepOut]
    returns: list[ReturnOut]
    exchanges: list[ExchangeOut]


class PlacedOrdersOut(Shown):
    """A shopper's newest orders."""

    orders: list[PlacedOrderOut]


class ActionOut(Shown):
    """`proposed`: nothing was done; sending `token` again does what is told. `done`: the order after it."""

    state: Literal["proposed", "done"]
    token: str
    refund: MoneyAmount | None = None
    postage: Payer | None = None
    policy_id: str | None = Field(default=None, description="The page of the shop's rules that says it in words.")
    explanation: list[Told] = Field(default=[])
    order: PlacedOrderOut


class PromotionOut(Shown):
    """A promotion that runs now, as it was imported."""

    id: str
    name: dict[str, str]
    kind: PromotionKind
    stacking: Stacking = "combinable"
    basis_points: int = 0
    amount: str | None = None
    buy: int = 0
    get: int = 0
    conditions: dict[str, Any] = Field(default={})


class PromotionsOut(Shown):
    """The promotions that run now and need no code."""

    promotions: list[PromotionOut]
