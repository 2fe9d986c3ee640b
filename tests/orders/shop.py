"""The services of carts and orders over one database, with a clock that a test turns and a bank that remembers."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from shopkeeper.adapters.storage import SqlShopDatabase
from shopkeeper.domain.event import Event
from shopkeeper.domain.ids import OrderId, ProductId
from shopkeeper.domain.money import Money
from shopkeeper.domain.placed_order import PlacedOrder
from shopkeeper.domain.shopper import Identity
from shopkeeper.errors import Refused
from shopkeeper.events.log import EventLog
from shopkeeper.orders.carts import CartService
from shopkeeper.orders.checkout import Checkout, PlaceRequest
from shopkeeper.orders.desk import OrderDesk
from shopkeeper.orders.payment import DEMO, DEMO_DECLINED, DemoPayment
from shopkeeper.orders.rulebook import RuleBook
from tests.orders.goods import HOME, NOON

ANN, BEN = Identity("visitor", "ann-phone"), Identity("visitor", "ben-phone")
ANNA = Identity("user", "anna")


@dataclass
class Bank(DemoPayment):
    """A payment that remembers."""

    taken: dict[str, int] = field(default_factory=dict)
    given: dict[str, int] = field(default_factory=dict)

    def charge(self, order_id: OrderId, amount: Money, *, method: str) -> bool:
        if method == DEMO_DECLINED:
            return False
        self.taken[order_id] = amount.minor
        return True

    def refund(self, key: str, order_id: OrderId, amount: Money) -> None:
        self.given[key] = amount.minor


@dataclass
class Shop:
    """The services over one database, with a clock that a test turns."""

    database: SqlShopDatabase
    now: datetime = NOON
    bank: Bank = field(default_factory=Bank)
    events: list[Event] = field(default_factory=list)
    deaf: bool = False

    def __post_init__(self) -> None:
        self.log = EventLog(self.database.events, self.database.shoppers, self.database.vault, clock=self.clock)
        self.carts = CartService(self.database.carts, self.database.products, self.log, self.database.shoppers, currency="CNY", clock=self.clock)
        self.rules = RuleBook(self.database.rules, currency="CNY", clock=self.clock)
        self.checkout = Checkout(self.database.placed, self.carts, self.rules, self.bank, self.record, currency="CNY", clock=self.clock)
        self.desk = OrderDesk(self.database.placed, self.database.products, self.carts, self.rules, self.checkout, clock=self.clock)

    def clock(self) -> datetime:
        return self.now

    def record(self, events: Sequence[Event]) -> None:
        if self.deaf:
            raise Refused("not now")
        self.events += events

    def buy(self, who: Identity = ANN, *, key: str = "k1", token: str = "", payment: str = DEMO) -> PlacedOrder:
        token = token or self.checkout.quote(who, country="CN").token
        return self.checkout.place(who, PlaceRequest(token, HOME, payment=payment), key=key)

    def stock(self, id_: str, variant: str = "") -> int | None:
        product = self.database.products.get([ProductId(id_)])[ProductId(id_)]
        return next(one for one in product.variants if one.id == (variant or id_)).offers[0].stock

    def deliver(self, order: PlacedOrder) -> PlacedOrder:
        for status in ("packed", "shipped", "delivered"):
            order = self.desk.advance(order.id, status)
        return order
