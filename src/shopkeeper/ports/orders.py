"""Carts, promotions, rules and placed orders, as a database keeps them; and the one who takes the money.

What decides is handed in as a function of what was read, and runs within the transaction that writes: stock, coupons and prices cannot change between
the decision and the order. Such a function changes nothing by itself, since it is run again when another writer is in the way.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from shopkeeper.domain.cart import Cart
from shopkeeper.domain.ids import CustomerId, OrderId, ProductId, PromotionId, ShopperId
from shopkeeper.domain.money import Money
from shopkeeper.domain.placed_order import Changed, OrderStatus, PlacedOrder
from shopkeeper.domain.product import Product
from shopkeeper.domain.promotion import Promotion
from shopkeeper.errors import Refused
from shopkeeper.ports.put_report import PutReport


@dataclass(frozen=True, slots=True)
class StockMove:
    """A line of the stock ledger: `pieces` below zero left with the order, above zero came back."""

    at: datetime
    order_id: OrderId
    product_id: ProductId
    variant_id: str
    market: str
    pieces: int


class CartMoved(Refused):
    """The cart was changed meanwhile, on another device or in another window."""

    def __init__(self) -> None:
        super().__init__("The cart was changed meanwhile.", status=409, field="version", hint="Look at it again, then repeat the change.")


@dataclass(frozen=True, slots=True)
class Buyer:
    """Who is buying: every identity of the person, and the account in whose name an imported history may know earlier orders."""

    shoppers: tuple[ShopperId, ...]
    customer: CustomerId | None = None


@dataclass(frozen=True, slots=True)
class PricingFacts:
    """What was read for a price: the person's cart, its products, the promotions, how often each was used (by all, by this person), and whether
    the person never ordered before."""

    cart: Cart
    products: Mapping[ProductId, Product]
    promotions: Sequence[Promotion]
    uses: Mapping[str, tuple[int, int]]
    first_order: bool


@dataclass(frozen=True, slots=True)
class OrderQuery:
    """Which placed orders are wanted: those in one of `statuses` (none named = any), whose number begins with `number`, and with `coming_back` only
    those of which goods are on their way back to the shop."""

    statuses: tuple[OrderStatus, ...] = ()
    number: str = ""
    coming_back: bool = False
    oldest_first: bool = False
    limit: int = 50
    offset: int = 0


class CartStore(Protocol):
    """Carts, one per identity at most."""

    def of(self, shoppers: Sequence[ShopperId]) -> list[Cart]:
        """The carts of those that have one, in order of number."""
        ...

    def save(self, cart: Cart, *, gone: Sequence[Cart] = ()) -> Cart:
        """Keep the cart as the next version, and remove those of `gone`, which went into it; `CartMoved` if any of them has moved on."""
        ...

    def forget(self, shoppers: Sequence[ShopperId]) -> int:
        """Remove the carts of `shoppers`; returns how many there were."""
        ...


class PromotionStore(Protocol):
    """Promotions."""

    def put(self, promotions: Sequence[Promotion]) -> PutReport:
        """Insert or replace by id."""
        ...

    def compare(self, promotions: Sequence[Promotion]) -> PutReport:
        """What `put` would do; writes nothing."""
        ...

    def all(self) -> list[Promotion]:
        """Every promotion, by id."""
        ...

    def delete(self, ids: Sequence[PromotionId]) -> int:
        """Remove; orders that used them keep what they saved. Returns how many there were."""
        ...


class RulesStore(Protocol):
    """The shop's rules, every version of them: an order is judged by the one that held when it was placed."""

    def newest(self) -> tuple[int, bytes] | None:
        """The number and document of the newest version; None where none was written."""
        ...

    def get(self, version: int) -> bytes | None:
        """The document of a version."""
        ...

    def add(self, document: bytes, at: datetime) -> int:
        """Keep a new version; returns its number. The newest one again is no new version."""
        ...


class PlacedOrderStore(Protocol):
    """Orders with their state, stock and coupon uses."""

    def facts(self, buyer: Buyer, cart: Cart) -> PricingFacts:
        """What a price of `cart` depends on."""
        ...

    def place(self, buyer: Buyer, key: str, cart_of: ShopperId, decide: Callable[[PricingFacts], PlacedOrder]) -> PlacedOrder:
        """The order that the buyer placed under `key`, else the one that `decide` makes of the cart of `cart_of`: kept with its stock, its coupon
        uses and its place in the history, the cart emptied, all in one transaction. `Unavailable` if the stock is not what `decide` saw."""
        ...

    def change(self, id_: OrderId, decide: Callable[[PlacedOrder, Mapping[ProductId, Product]], Changed]) -> PlacedOrder:
        """The order after what `decide` makes of it and its products, written with its stock in one transaction. `NotFound`."""
        ...

    def get(self, id_: OrderId) -> PlacedOrder | None:
        """The order, or None."""
        ...

    def of_shoppers(self, shoppers: Sequence[ShopperId], *, limit: int = 50) -> list[PlacedOrder]:
        """The newest orders of any of `shoppers`, newest first."""
        ...

    def newest(self, *, limit: int = 50) -> list[PlacedOrder]:
        """The newest orders of all, newest first."""
        ...

    def find(self, query: OrderQuery) -> list[PlacedOrder]:
        """The orders that `query` asks for, by the moment at which they were placed, newest first unless it asks otherwise."""
        ...

    def count(self, query: OrderQuery) -> int:
        """How many orders `query` asks for, on all its pages."""
        ...

    def tally(self) -> dict[OrderStatus, int]:
        """How many orders are in each status; a status without any is left out."""
        ...

    def untold(self, *, limit: int = 100) -> list[tuple[PlacedOrder, int]]:
        """Orders with steps that were not told yet, oldest first, each with how many were."""
        ...

    def told(self, id_: OrderId, steps: int) -> None:
        """Note that the first `steps` steps were told."""
        ...

    def unpaid(self, before: datetime) -> list[OrderId]:
        """Orders placed before that moment and still not paid."""
        ...

    def moves(self, product_id: ProductId) -> list[StockMove]:
        """The product's stock ledger, oldest first."""
        ...

    def detach(self, shoppers: Sequence[ShopperId]) -> int:
        """Take from the orders of `shoppers` who placed them, and the address where nothing is left to deliver; returns how many there were."""
        ...


class PaymentGate(Protocol):
    """Who takes the money. Both calls may come again with the same id or key, and then do nothing more."""

    def charge(self, order_id: OrderId, amount: Money, *, method: str) -> bool:
        """True if `amount` was taken; False if it was declined, and nothing was."""
        ...

    def refund(self, key: str, order_id: OrderId, amount: Money) -> None:
        """Give `amount` back."""
        ...
