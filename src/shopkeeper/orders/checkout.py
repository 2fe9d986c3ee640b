"""Checkout: quote, place, pay. What the shopper agreed to is what is ordered, or nothing is; a request that comes twice orders once."""

import hashlib
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import orjson
import structlog

from shopkeeper.domain.cart import MAX_PIECES, Cart, CartLine
from shopkeeper.domain.event import Event
from shopkeeper.domain.ids import OrderId, check_id
from shopkeeper.domain.money import Currency, written
from shopkeeper.domain.placed_order import Address, Changed, PlacedLine, PlacedOrder, Step
from shopkeeper.domain.quote import Quote
from shopkeeper.domain.shopper import Identity
from shopkeeper.domain.texts import Lang
from shopkeeper.errors import BadInput, Refused, ShopkeeperError
from shopkeeper.orders.carts import CartService
from shopkeeper.orders.history import event_of
from shopkeeper.orders.lifecycle import advanced, cancelled
from shopkeeper.orders.payment import METHODS
from shopkeeper.orders.pricing import Shopping, quote
from shopkeeper.orders.refusals import QuoteRefused
from shopkeeper.orders.rulebook import RuleBook
from shopkeeper.ports.orders import PaymentGate, PlacedOrderStore, PricingFacts

_LETTERS: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no letter is taken for a digit when a number is read out."""
_NUMBER_LENGTH: Final = 16
log = structlog.get_logger("shopkeeper.orders")


@dataclass(frozen=True, slots=True)
class PlaceRequest:
    """What a shopper sends to place an order: the token of the quote that was agreed to, where it goes and how, how it is paid."""

    token: str
    address: Address
    delivery: str = ""
    payment: str = "demo"
    lang: Lang = "zh"


class Checkout:
    """Placing orders in one shop. `record` keeps events (behind the consent gate)."""

    def __init__(
        self,
        store: PlacedOrderStore,
        carts: CartService,
        rules: RuleBook,
        payment: PaymentGate,
        record: Callable[[Sequence[Event]], object],
        *,
        currency: str,
        clock: Callable[[], datetime],
        new_id: Callable[[], OrderId] | None = None,
    ) -> None:
        self._store = store
        self._carts = carts
        self._rules = rules
        self._payment = payment
        self._record = record
        self._currency = currency
        self._clock = clock
        self._new_id = new_id or new_order_id

    def quote(self, who: Identity, *, delivery: str = "", country: str = "") -> Quote:
        """What the cart of `who` costs now."""
        facts = self._store.facts(self._carts.buyer(who), self._carts.get(who))
        return self._quoted(facts, delivery=delivery, country=country)

    def place(self, who: Identity, asked: PlaceRequest, *, key: str) -> PlacedOrder:
        """The order, paid; the same `key` gives the same order again, whatever happened in between.

        `QuoteRefused` (409) with the new quote: the price is not the one agreed to, or a line cannot be bought. Nothing was charged then, nor if the
        payment was declined, which leaves a cancelled order and the cart as it was. `BadInput`: the key was used for another request.
        """
        check_id(key, field="Idempotency-Key")
        if asked.payment not in METHODS:
            raise BadInput(f"{asked.payment!r} is not a way to pay", field="payment", value=asked.payment, hint=f"Known: {', '.join(METHODS)}.")
        cart, buyer = self._carts.settle(who)
        order_id, said = self._new_id(), _digest(asked)

        def decide(facts: PricingFacts) -> PlacedOrder:
            agreed = self._quoted(facts, delivery=asked.delivery, country=asked.address.country)
            _check(agreed, asked)
            return self._order(agreed, facts, asked, who=who, id_=order_id, key=key, said=said)

        order = self._store.place(buyer, key, cart.shopper, decide)
        if order.asked != said:
            raise BadInput("was used for another request", field="Idempotency-Key", value=key[:80], hint="Use a new key for each order.")
        if order.status == "placed":
            order = self._pay(order)
        self.tell()
        return order

    def _quoted(self, facts: PricingFacts, *, delivery: str, country: str) -> Quote:
        shopping = Shopping(facts.promotions, self._rules.newest(), self._currency, facts.uses, facts.first_order, delivery, country)
        return quote(facts.cart, facts.products, shopping, now=self._clock())

    def _order(self, agreed: Quote, facts: PricingFacts, asked: PlaceRequest, *, who: Identity, id_: OrderId, key: str, said: str) -> PlacedOrder:
        assert agreed.delivery is not None, "checked before"
        now = self._clock()
        freed = [agreed.delivery.discount.promotion_id] if agreed.delivery.discount is not None else []
        return PlacedOrder(
            id=id_,
            placed=now,
            who=who,
            shopper=self._carts.number(who),
            currency=Currency(self._currency),
            lines=tuple(
                PlacedLine(
                    number=number,
                    product_id=line.product_id,
                    variant_id=line.variant_id,
                    title=line.title,
                    options=line.options,
                    categories=line.categories,
                    quantity=line.quantity,
                    unit_price=line.unit_price,
                    discounts=line.discounts,
                    paid=line.paid,
                    taken=line.quantity if line.counted else 0,
                )
                for number, line in enumerate(agreed.lines, 1)
            ),
            delivery=agreed.delivery.id,
            delivery_name=agreed.delivery.name,
            delivery_paid=agreed.delivery.paid,
            total=agreed.total,
            payment=asked.payment,
            rules=self._rules.newest().version,
            key=key,
            asked=said,
            address=asked.address,
            country=asked.address.country,
            market=facts.cart.market,
            lang=asked.lang,
            promotions=tuple(sorted({part.promotion_id for part in agreed.discounts} | set(freed))),
            steps=(Step("placed", now, "shopper"),),
        )

    def _pay(self, order: PlacedOrder) -> PlacedOrder:
        """The order paid, or cancelled where the payment was declined. Charging twice takes once, so whoever comes here again may."""
        free = not order.total.minor
        granted = free or self._payment.charge(order.id, order.total, method=order.payment)
        declined = False

        def decide(now: PlacedOrder, _: object) -> Changed:
            nonlocal declined
            declined = False
            if now.status != "placed":
                return Changed(now)
            if granted:
                return advanced(now, "paid", by="system", at=self._clock(), note=now.payment)
            declined = True
            return cancelled(now, by="system", at=self._clock(), note="declined")

        after = self._store.change(order.id, decide)
        if granted and not free and after.status == "cancelled":  # given up while the payment went through
            self._payment.refund(f"{order.id}:late", order.id, order.total)
        if declined and order.who is not None and order.shopper is not None:
            self._carts.put_back(order.who, _cart_again(order))
        return after

    def release_unpaid(self) -> int:
        """Cancel what was placed and not paid within the shop's time, so that its pieces can be sold; returns how many there were."""
        rules, released = self._rules.newest(), 0
        for id_ in self._store.unpaid(self._clock() - rules.unpaid_after):
            after = self._store.change(id_, self._given_up)
            released += after.status == "cancelled"
        return released

    def _given_up(self, order: PlacedOrder, _: object) -> Changed:
        return cancelled(order, by="system", at=self._clock(), note="unpaid") if order.status == "placed" else Changed(order)

    def tell(self) -> int:
        """Tell the payment of refunds and the log of purchases and refunds that it has not heard of; returns how many steps were told.

        Orders land whether or not the others can hear: what fails now is told with the next order, and telling twice counts once.
        """
        told = 0
        try:
            for order, heard in self._store.untold():
                for number in range(heard, len(order.steps)):
                    refund = order.steps[number].refund
                    if refund is not None and refund.minor:
                        self._payment.refund(f"{order.id}:{number}", order.id, refund)
                    if (event := event_of(order, number)) is not None:
                        self._record([event])
                self._store.told(order.id, len(order.steps))
                told += len(order.steps) - heard
        except ShopkeeperError as error:
            log.warning("orders wait to be told", error=str(error))
        return told


def new_order_id() -> OrderId:
    """A number that cannot be guessed (80 random bits) and can be read out: `7H3K-9QF2-MX4T-0W8V`."""
    letters = "".join(secrets.choice(_LETTERS) for _ in range(_NUMBER_LENGTH))
    return OrderId("-".join(letters[at : at + 4] for at in range(0, _NUMBER_LENGTH, 4)))


def folded_number(typed: str) -> str:
    """An order's number, or its beginning, as it is kept: `7h3k9qf2` and `7H3K 9QF2` are `7H3K-9QF2`. What cannot be one of ours stays as it is."""
    letters = "".join(typed.split()).replace("-", "").upper()
    if not 0 < len(letters) <= _NUMBER_LENGTH or set(letters) - set(_LETTERS):
        return typed.strip()
    return "-".join(letters[at : at + 4] for at in range(0, len(letters), 4))


def _check(agreed: Quote, asked: PlaceRequest) -> None:
    """Raise unless this is what the shopper agreed to, and can be had."""
    if not agreed.lines:
        raise Refused("The cart is empty.", status=409, field="lines", hint="Put something into it first.")
    for line in agreed.lines:
        if line.fault is not None:
            left = f"only {line.available} left" if line.fault == "too_many" else line.fault.replace("_", " ")
            message = f"{line.title.get('en') or line.product_id}: {left}. Nothing was ordered and nothing charged."
            raise QuoteRefused(message, agreed, field="lines", value=line.variant_id, hint="Change the cart, then agree to the new price.")
    if agreed.delivery is None:
        hint = "Choose another country, or ask the shop."
        raise QuoteRefused("There is no delivery to this country.", agreed, field="country", value=asked.address.country, hint=hint)
    if asked.delivery and agreed.delivery.id != asked.delivery:
        known = ", ".join(one.id for one in agreed.deliveries)
        raise QuoteRefused("This way of delivery does not go there.", agreed, field="delivery", value=asked.delivery, hint=f"Known: {known}.")
    if agreed.token != asked.token:
        changed = [f"{line.title.get('en')}: {written(line.price_seen)} → {written(line.unit_price)}" for line in agreed.lines if line.price_changed]
        told = "; ".join(changed) or f"the total is now {written(agreed.total)}"
        message = f"The price has changed ({told}). Nothing was ordered and nothing charged."
        raise QuoteRefused(message, agreed, field="quote_token", value=asked.token[:40], hint="Show the new price and send its token to agree.")


def _digest(asked: PlaceRequest) -> str:
    said = [asked.token, asked.address, asked.delivery, asked.payment]
    return hashlib.sha256(orjson.dumps(said)).hexdigest()[:32]


def _cart_again(order: PlacedOrder) -> Cart:
    assert order.shopper is not None, "asked before"
    lines = tuple(CartLine(line.product_id, line.variant_id, min(line.quantity, MAX_PIECES), line.unit_price, order.placed) for line in order.lines)
    return Cart(order.shopper, lines, market=order.market)
