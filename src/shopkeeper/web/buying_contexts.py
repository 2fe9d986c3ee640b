"""What the pages of cart, checkout and orders know: one frozen dataclass per template, like those in `contexts.py`."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from shopkeeper.domain.money import Money
from shopkeeper.web.contexts import Link, PageContext, Row


@dataclass(frozen=True, slots=True)
class Notice:
    """A message on top of the page; `link` leads to the rule behind it."""

    tone: Literal["good", "warn", "bad", "info"]
    words: str
    link: Link | None = None


@dataclass(frozen=True, slots=True)
class BoughtLine:
    """A line of a cart or an order as it is shown. `told` explains its price; `faulty` lines cannot be bought."""

    href: str
    title: str
    options: str
    picture: str
    product_id: str
    variant_id: str
    quantity: int
    most: int
    unit_price: Money
    was: Money | None
    gross: Money
    paid: Money
    told: tuple[str, ...]
    faulty: bool = False
    number: int = 0
    state: str = ""


@dataclass(frozen=True, slots=True)
class SumLine:
    """A line under the goods: a discount, the delivery, the total."""

    label: str
    amount: Money
    minus: bool = False


@dataclass(frozen=True, slots=True)
class CodeLine:
    """A coupon code that was entered, and what came of it."""

    code: str
    told: str
    applied: bool


@dataclass(frozen=True, slots=True)
class CartContext(PageContext):
    """The cart."""

    notice: Notice | None
    lines: tuple[BoughtLine, ...]
    codes: tuple[CodeLine, ...]
    sums: tuple[SumLine, ...]
    total: Money | None
    buyable: bool
    popular: Row | None
    form_token: str


@dataclass(frozen=True, slots=True)
class Option:
    """A choice in a form."""

    value: str
    label: str
    chosen: bool
    note: str = ""


@dataclass(frozen=True, slots=True)
class CheckoutContext(PageContext):
    """Address, delivery, payment, and the sum that is agreed to. `typed` is what was sent before, by field."""

    notice: Notice | None
    lines: tuple[BoughtLine, ...]
    sums: tuple[SumLine, ...]
    total: Money
    explanation: str
    deliveries: tuple[Option, ...]
    countries: tuple[Option, ...]
    country: str
    delivery: str
    payments: tuple[Option, ...]
    typed: dict[str, str]
    faults: dict[str, str]
    token: str
    key: str
    form_token: str
    delivery_page: Link | None


@dataclass(frozen=True, slots=True)
class OrderCard:
    """An order in the list."""

    href: str
    number: str
    placed: datetime
    status: str
    tone: Literal["good", "warn", "bad", "info"]
    total: Money
    titles: str


@dataclass(frozen=True, slots=True)
class OrdersContext(PageContext):
    """The visitor's orders."""

    orders: tuple[OrderCard, ...]


@dataclass(frozen=True, slots=True)
class Stage:
    """A station on the order's way; `at` None = not reached yet."""

    label: str
    at: datetime | None
    now: bool


@dataclass(frozen=True, slots=True)
class BackLine:
    """A return or exchange under way or done."""

    id: str
    what: str
    state: str
    asked: datetime
    tone: Literal["good", "info"]


@dataclass(frozen=True, slots=True)
class OrderContext(PageContext):
    """One order: where it is, what it cost, what can be done with it."""

    notice: Notice | None
    number: str
    placed: datetime
    status: str
    stages: tuple[Stage, ...]
    lines: tuple[BoughtLine, ...]
    sums: tuple[SumLine, ...]
    total: Money
    refunded: Money | None
    address: tuple[str, ...]
    delivery: str
    payment: str
    back: tuple[BackLine, ...]
    can_cancel: bool
    cancel_refused: Notice | None
    can_return: bool
    returnable: tuple[Option, ...]
    exchangeable: tuple[Option, ...]
    most: int
    reasons: tuple[Option, ...]
    exchange_reasons: tuple[Option, ...]
    return_page: Link | None
    form_token: str


@dataclass(frozen=True, slots=True)
class ConfirmContext(PageContext):
    """What would be done, before it is done."""

    heading: str
    what: str
    told: tuple[str, ...]
    button: str
    action: str
    carried: tuple[tuple[str, str], ...]
    back: str
    policy: Link | None
    form_token: str
