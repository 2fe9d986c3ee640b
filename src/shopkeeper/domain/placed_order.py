"""PlacedOrder: an order that this shop took, from its price to its last return. What recommendations learn from it is a `domain.order.Order`."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, get_args

from shopkeeper.domain.ids import CustomerId, OrderId, ProductId, PromotionId, ShopperId, VariantId, check_id
from shopkeeper.domain.money import Currency, Money
from shopkeeper.domain.product import DEFAULT_MARKET, Market
from shopkeeper.domain.quote import LineDiscount
from shopkeeper.domain.shopper import Identity
from shopkeeper.domain.texts import Lang, LocalizedText
from shopkeeper.errors import BadInput

OrderStatus = Literal["placed", "paid", "packed", "shipped", "delivered", "cancelled"]
ORDER_STATUSES: Final[tuple[OrderStatus, ...]] = get_args(OrderStatus)
FINAL: Final[frozenset[OrderStatus]] = frozenset({"delivered", "cancelled"})

StepName = Literal[
    "placed", "paid", "packed", "shipped", "delivered", "cancelled", "return_asked", "return_received", "exchange_asked", "exchange_received"
]
By = Literal["shopper", "shop", "system"]
ReturnReason = Literal["changed_mind", "wrong_size", "faulty", "wrong_item", "late"]
RETURN_REASONS: Final[tuple[ReturnReason, ...]] = get_args(ReturnReason)
Payer = Literal["shop", "shopper"]


@dataclass(frozen=True, slots=True)
class Address:
    """Where it goes: as little as a parcel needs."""

    recipient: str
    phone: str
    country: str
    street: str

    def __post_init__(self) -> None:
        for field, most in (("recipient", 100), ("phone", 40), ("street", 500)):
            text: str = getattr(self, field)
            if not text.strip():
                raise BadInput("is empty", field=field, value="", hint="The parcel needs it.")
            if len(text) > most or not text.replace("\n", "").isprintable():
                raise BadInput(f"is longer than {most} characters, or has characters that cannot be printed", field=field, value=text[:80])
        if len(self.country) != 2 or not (self.country.isascii() and self.country.isupper()):
            raise BadInput(f"{self.country!r} is not a country", field="country", value=self.country[:80], hint="Use ISO 3166-1, such as CN or US.")
        if not any(char.isdigit() for char in self.phone):
            raise BadInput("has no digit", field="phone", value=self.phone)


@dataclass(frozen=True, slots=True)
class PlacedLine:
    """Pieces that were bought. `paid` is for all of them after discounts; `taken` of them came out of counted stock.

    `number` is its place in the order, from 1; a line that an exchange made names the one that it `replaces`. Of `paid`, `settled` minor units went
    with the pieces that were returned.
    """

    number: int
    product_id: ProductId
    variant_id: VariantId
    title: LocalizedText
    options: tuple[LocalizedText, ...]
    categories: tuple[str, ...]
    quantity: int
    unit_price: Money
    discounts: tuple[LineDiscount, ...]
    paid: Money
    taken: int = 0
    returned: int = 0
    settled: int = 0
    replaces: int | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.returned <= self.quantity or not 0 <= self.taken <= self.quantity:
            raise BadInput("are more pieces than were bought", field="returned", value=(self.returned, self.taken))
        if not 0 <= self.settled <= self.paid.minor:
            raise BadInput("is more than was paid", field="settled", value=self.settled)

    @property
    def left(self) -> int:
        """Pieces that were not returned."""
        return self.quantity - self.returned


@dataclass(frozen=True, slots=True)
class Step:
    """Something that happened to the order. `key` is the confirmation that caused it: the same one never causes a second step."""

    name: StepName
    at: datetime
    by: By
    key: str = ""
    note: str = ""
    refund: Money | None = None


@dataclass(frozen=True, slots=True)
class OrderReturn:
    """Pieces of a line that the shopper sends back, and the `refund` that is paid when they have arrived (`received`)."""

    id: str
    line: int
    quantity: int
    reason: ReturnReason
    asked: datetime
    postage: Payer
    refund: Money
    received: datetime | None = None


@dataclass(frozen=True, slots=True)
class Exchange:
    """Pieces of a line for as many of another version, which stand in `new_line`; `restock` of them go back into counted stock when they arrive."""

    id: str
    line: int
    quantity: int
    new_line: int
    reason: ReturnReason
    asked: datetime
    postage: Payer
    restock: int = 0
    received: datetime | None = None


@dataclass(frozen=True, slots=True)
class PlacedOrder:
    """An order with its price, its way, and what came back. `who` and `shopper` are None once the shopper was erased; `address` then goes as soon
    as nothing is left to deliver. `promotions` are those that it used, the one that freed delivery too. `rules` is the version of the shop's rules
    that held when it was placed, and that it is judged by. `key` and `asked` tell a repeated request from a new one.
    """

    id: OrderId
    placed: datetime
    who: Identity | None
    shopper: ShopperId | None
    currency: Currency
    lines: tuple[PlacedLine, ...]
    delivery: str
    delivery_name: LocalizedText
    delivery_paid: Money
    total: Money
    payment: str
    rules: int
    key: str
    asked: str
    address: Address | None = None
    country: str = ""
    market: Market = DEFAULT_MARKET
    lang: Lang = "zh"
    promotions: tuple[PromotionId, ...] = ()
    status: OrderStatus = "placed"
    steps: tuple[Step, ...] = ()
    returns: tuple[OrderReturn, ...] = ()
    exchanges: tuple[Exchange, ...] = ()
    version: int = 1

    def __post_init__(self) -> None:
        check_id(self.id, field="order_id")
        if not self.lines:
            raise BadInput("has no lines", field="lines", value=())
        if sum(line.paid.minor for line in self.lines) + self.delivery_paid.minor != self.total.minor:
            raise BadInput("is not the sum of lines and delivery", field="total", value=str(self.total))

    @property
    def customer_id(self) -> CustomerId | None:
        """The account that it belongs to; None for a guest."""
        return CustomerId(self.who.value) if self.who is not None and self.who.kind == "user" else None

    @property
    def coming_back(self) -> bool:
        """True while pieces of a return or exchange have not arrived at the shop."""
        return any(one.received is None for one in (*self.returns, *self.exchanges))

    @property
    def refunded(self) -> Money:
        """What was paid back so far."""
        return Money(sum(step.refund.minor for step in self.steps if step.refund is not None), self.currency)

    def line(self, number: int) -> PlacedLine | None:
        """The line of that number."""
        return next((line for line in self.lines if line.number == number), None)

    def moment(self, name: StepName) -> datetime | None:
        """When that first happened; None if it did not."""
        return next((step.at for step in self.steps if step.name == name), None)


@dataclass(frozen=True, slots=True)
class StockChange:
    """Pieces that go out of (below zero) or back into the counted stock of a version."""

    product_id: ProductId
    variant_id: VariantId
    market: Market
    pieces: int


@dataclass(frozen=True, slots=True)
class Changed:
    """An order after a change, and what the change does to the stock. What is written together, lands together."""

    order: PlacedOrder
    stock: tuple[StockChange, ...] = ()
