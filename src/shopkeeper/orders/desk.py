"""OrderDesk: what happens to an order after it was placed. Shoppers ask and confirm; the shop packs, sends and receives.

Whatever cannot be taken back goes in two steps: `propose` says what it would mean and gives a token, `confirm` does it. A token holds for one action
on the order as it was shown; confirming twice does it once. Pages, API and assistant all go this way.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from shopkeeper.domain.ids import OrderId, PolicyId, ProductId
from shopkeeper.domain.money import Money
from shopkeeper.domain.placed_order import Changed, OrderStatus, Payer, PlacedOrder
from shopkeeper.domain.product import Product
from shopkeeper.domain.shopper import Identity
from shopkeeper.domain.texts import LocalizedText
from shopkeeper.errors import NotFound, Refused
from shopkeeper.orders.aftercare import OF_THE_SHOP, Action, plan, received, token_of
from shopkeeper.orders.carts import CartService
from shopkeeper.orders.checkout import Checkout
from shopkeeper.orders.explain import explain_postage, explain_refund
from shopkeeper.orders.lifecycle import advanced
from shopkeeper.orders.rulebook import RuleBook
from shopkeeper.ports.orders import PlacedOrderStore
from shopkeeper.ports.stores import ProductStore


@dataclass(frozen=True, slots=True)
class Proposal:
    """What an action would mean: `refund` is paid back (for a return: when the goods have arrived), `postage` says who pays the way back,
    `conditions` what the goods must be like, `restocked` how many pieces can be sold again. Sending `token` to `confirm` does it."""

    action: Action
    token: str
    refund: Money
    postage: Payer | None
    policy: PolicyId | None
    conditions: tuple[LocalizedText, ...] = ()
    restocked: int = 0

    def told(self) -> tuple[LocalizedText, ...]:
        """All of it in sentences."""
        sentences = [explain_refund(self.refund, at_once=self.postage is None)] if self.refund.minor else []
        sentences += [explain_postage(self.postage)] if self.postage is not None else []
        return (*sentences, *self.conditions)


class OrderDesk:
    """The placed orders of one shop. Methods with `who` are a shopper's and see that shopper's orders alone; the others are the shop's."""

    def __init__(
        self,
        store: PlacedOrderStore,
        products: ProductStore,
        carts: CartService,
        rules: RuleBook,
        checkout: Checkout,
        *,
        clock: Callable[[], datetime],
    ) -> None:
        self._store = store
        self._products = products
        self._carts = carts
        self._rules = rules
        self._checkout = checkout
        self._clock = clock

    def get(self, id_: OrderId, who: Identity | None = None) -> PlacedOrder:
        """The order; `NotFound` if there is none, or it is another shopper's. `who` None: the shop itself asks."""
        order = self._store.get(id_)
        if order is None or (who is not None and order.shopper not in self._carts.buyer(who).shoppers):
            raise NotFound(f"there is no order {id_!r}", field="order_id", value=id_)
        return order

    def of(self, who: Identity, *, limit: int = 50) -> list[PlacedOrder]:
        """The shopper's newest orders, newest first."""
        return self._store.of_shoppers(self._carts.buyer(who).shoppers, limit=limit)

    def propose(self, id_: OrderId, action: Action, who: Identity | None = None) -> Proposal:
        """What `action` would mean now; `RuleRefused` says which rule does not allow it. Nothing is changed."""
        _check_taker(action, who)
        order = self.get(id_, who)
        products = self._products.get([line.product_id for line in order.lines])
        would = plan(order, action, self._rules.of(order.rules), products, now=self._clock())
        restocked = sum(max(0, one.pieces) for one in would.changed.stock)
        return Proposal(action, token_of(order, action), would.refund, would.postage, would.policy, would.conditions, restocked)

    def confirm(self, id_: OrderId, action: Action, token: str, who: Identity | None = None) -> PlacedOrder:
        """The order after `action`; with a token that was confirmed before, the order as it is."""
        _check_taker(action, who)
        rules = self._rules.of(self.get(id_, who).rules)

        def decide(order: PlacedOrder, products: Mapping[ProductId, Product]) -> Changed:
            if token and any(step.key == token for step in order.steps):
                return Changed(order)
            if token != token_of(order, action):
                hint = "Ask what it would mean now, and confirm that."
                raise Refused(
                    "This confirmation does not hold: the order changed, or something else was asked.", status=409, field="token", hint=hint
                )
            return plan(order, action, rules, products, now=self._clock(), key=token).changed

        after = self._store.change(id_, decide)
        self._checkout.tell()
        return after

    def advance(self, id_: OrderId, to: OrderStatus, *, note: str = "") -> PlacedOrder:
        """The order one step on its way, by the shop; the same step again changes nothing."""
        after = self._store.change(id_, lambda order, _: advanced(order, to, by="shop", at=self._clock(), note=note))
        self._checkout.tell()
        return after

    def receive(self, id_: OrderId, back: str) -> PlacedOrder:
        """The order when the goods of a return or exchange have arrived at the shop: the refund is paid, unharmed pieces can be sold again."""

        def decide(order: PlacedOrder, _: Mapping[ProductId, Product]) -> Changed:
            return received(order, back, restock=self._rules.of(order.rules).restock, at=self._clock())

        after = self._store.change(id_, decide)
        self._checkout.tell()
        return after


def _check_taker(action: Action, who: Identity | None) -> None:
    """Raise where a shopper wants to do what is the shop's to do."""
    if who is not None and isinstance(action, OF_THE_SHOP):
        raise Refused("This is for the shop to do.", field="action", value=type(action).__name__)
